"""The command line: what is understood, and what is said about the rest."""

import dataclasses

import pytest

from gcpstack._cli.argparser import UsageError
from gcpstack._cli.parser import COMMANDS, EmulatorOptions, StackOptions, parse
from gcpstack._cli.verbs import VERBS


def parsed(line, **more):
    return parse(line.split(), prog="gcpstack", **more)


@pytest.mark.parametrize("command", ["plan", "apply", "destroy", "status"])
def test_every_flag_of_the_contract_for_every_command(command):
    """A script may give all of them the same flags."""
    found = parsed(
        f"{command} x.py --project my-project --region europe-west1 --env staging "
        "--endpoint http://127.0.0.1:1 --json --yes"
    )

    assert found == StackOptions(
        command=command,
        file="x.py",
        project="my-project",
        region="europe-west1",
        env="staging",
        endpoint="http://127.0.0.1:1",
        json=True,
        yes=True,
        destroy=command == "destroy",
    )


def test_the_other_flags():
    """In any place."""
    found = parsed(
        "plan --local --latency 0.05 --seed 7 x.py --inventory gs://my-bucket --transport grpc "
        "--allow-delete secretmanager.Secret/a --allow-delete redis.Instance/us-central1/b "
        "--detailed-exitcode --no-color --verbose --debug --destroy"
    )

    assert found == StackOptions(
        command="plan",
        file="x.py",
        local=True,
        latency="0.05",
        seed=7,
        inventory="gs://my-bucket",
        transport="grpc",
        consents=("secretmanager.Secret/a", "redis.Instance/us-central1/b"),
        detailed_exitcode=True,
        destroy=True,
        color=False,
        verbose=True,
        debug=True,
    )


def test_the_emulator():
    """With the ports of the contract."""
    assert parsed("emulator") == EmulatorOptions(host="127.0.0.1", port=8470, grpc_port=8471)
    assert parsed(
        "emulator --host 0.0.0.0 --port 0 --grpc-port 1 --state s --latency typical --seed 3"
    ) == EmulatorOptions(host="0.0.0.0", port=0, grpc_port=1, state="s", latency="typical", seed=3)


@pytest.mark.parametrize(
    ("line", "command"),
    [("", "plan"), ("--json", "plan"), ("apply --yes", "apply"), ("--project my-project", "plan")],
)
def test_a_script_knows_its_own_file(line, command):
    """And plans by default."""
    assert parsed(line, of_script=True).command == command


WRONG = {
    "": ["no command is given", "gcpstack --help"],
    "aply x.py": ["'aply' is not a command", "Did you mean `apply`?"],
    "frobnicate": [f"There are: {', '.join(COMMANDS)}."],
    "x.py": ["'x.py' is not a command", "Did you mean `gcpstack plan x.py`?"],
    "--json plan x.py": ["--json comes before the command"],
    "plan": ["no stack FILE is given", "gcpstack plan --help"],
    "plan a.py b.py": ["'b.py'", "One FILE is enough"],
    "plan x.py --projcet p": ["there is no flag --projcet", "Did you mean --project?"],
    "plan x.py --proj p": ["there is no flag --proj"],
    "plan --frobnicate=3 x.py": ["there is no flag --frobnicate.", "gcpstack plan --help"],
    "apply x.py --detailed-exitcode": ["there is no flag --detailed-exitcode"],
    "plan x.py --project": ["--project: expected one argument"],
    "plan x.py --project My_Project": ["'My_Project' is not a project id"],
    "plan x.py --project 123456789": ["'123456789' is not a project id"],
    "plan x.py --region central": ["'central' is not a region such as us-central1"],
    "plan x.py --env Prod!": ["'Prod!' is not an environment"],
    "plan x.py --inventory bucket": ["'bucket' is not a bucket such as gs://my-bucket"],
    "plan x.py --allow-delete secret": ["'secret' is not an address such as compute.UrlMap/web"],
    "plan x.py --transport smoke": ["--transport", "'smoke'"],
    "plan x.py --local --endpoint http://h:1": ["not allowed with"],
    "plan x.py --latency typical": ["--latency goes with --local"],
    "plan x.py --seed 1": ["--seed goes with --local"],
    "plan x.py --local --latency slow": ["'slow' is not one of: none, typical, a factor"],
    "plan x.py --local --latency -1": ["--latency"],
    "plan x.py --local --seed x": ["invalid int value: 'x'"],
    "emulator --port 65536": ["'65536' is not a port"],
    "emulator --port http": ["'http' is not a port"],
    "emulator x.py": ["x.py"],
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_said(line):
    """In one message, with what was probably meant."""
    with pytest.raises(UsageError) as raised:
        parsed(line)

    for words in WRONG[line]:
        assert words in f"{raised.value.message} {raised.value.remedy}"
    assert raised.value.remedy


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command, capsys, monkeypatch, golden):
    """Says everything there is to say."""
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as raised:
        parsed(f"{command} --help")

    assert raised.value.code == 0
    golden(f"help-{command or 'gcpstack'}", capsys.readouterr().out)


@pytest.mark.parametrize("width", [30, 40, 60, 80])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_the_terminal(command, width, capsys, monkeypatch):
    """Every line, but for a word or the usage of a flag that is longer by itself; nothing is lost."""
    texts = []
    for columns in (width, 1000):
        monkeypatch.setenv("COLUMNS", str(columns))
        with pytest.raises(SystemExit):
            parsed(f"{command} --help")
        texts.append(capsys.readouterr().out)

    narrow, whole = texts
    for line in narrow.splitlines():
        flag = line.startswith(("  -", "usage:")) or not line.strip().count(" ")
        assert len(line) < width or flag, line
    assert narrow.split() == whole.split()


#: A flag of each command that has words of its own after FILE.
_BETWEEN = {
    "rollout": "--resume",
    "rollback": "--to web-00001",
    "backups list": "--object page.html",
    "forget": "--yes",
    "logs": "--since 2h",
    "metrics": "--since 2h",
    "health": "--path /healthz",
    "secrets rotate": "--from-env VALUE",
}


def test_every_command_with_words_is_tried():
    """A new one needs a row above."""
    assert {line.split()[0] for line in _BETWEEN} == {n for n, v in VERBS.items() if v.words}


@pytest.mark.parametrize("of_script", [False, True])
@pytest.mark.parametrize("line", _BETWEEN)
def test_flags_stand_anywhere_among_the_words(line, of_script):
    """Nobody has to know that what follows FILE must follow it at once."""
    command, *action = line.split()
    file = [] if of_script else ["x.py"]
    flag = _BETWEEN[line].split()
    word = "run.Service/api"  # a name to some, an address to others
    orders = [
        [command, *action, *file, word, *flag],
        [command, *action, *file, *flag, word],
        [command, *action, *flag, *file, word],
        [command, *flag, *action, *file, word],
        [command, *action, *file, "--json", word, *flag],
    ]

    first, *others, with_json = (
        parse(words, prog="gcpstack", of_script=of_script) for words in orders
    )

    assert word in first.given.values() or [word] in first.given.values()
    assert others == [first] * len(others)
    assert with_json == dataclasses.replace(first, json=True)


def test_a_word_too_many_is_told():
    """Also behind a flag."""
    with pytest.raises(UsageError, match="what is 'b' for"):
        parsed("logs x.py a --since 1h b")


@pytest.mark.parametrize(
    ("text", "seconds"), [("1800", 1800.0), ("90s", 90.0), ("40m", 2400.0), ("2h", 7200.0)]
)
def test_a_timeout(text, seconds):
    """In seconds, or with a unit."""
    assert parsed(f"apply web.py --timeout {text}").timeout == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon", "'soon' is not a span of time"),
        ("0", "a span of time is longer than 0"),
        ("0m", "'0m' is not a span of time"),
        ("", "'' is not a number of seconds"),
        ("-5", "'-5' is not a number of seconds"),
    ],
)
def test_no_timeout(text, said):
    """What is not a span of time is told as such."""
    with pytest.raises(UsageError) as raised:
        parsed(f"apply web.py --timeout={text}")

    assert said in str(raised.value)
