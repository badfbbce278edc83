"""Scores the emulator on recorded exchanges, and writes the page of the documentation.

``python scripts/fidelity.py FOLDER`` starts an emulator, replays ``FOLDER/recordings`` against it with
``FOLDER/tools/replay.py``, and writes docs/emulator/fidelity.md: for each service, on how many exchanges
the emulator answered with the recorded status, with exactly the recorded fields, and with the recorded
values (times, ids and the like aside); and what the other exchanges are.
"""

import argparse
import collections
import hashlib
import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gcpstack.emulator import Emulator

PAGE = Path(__file__).parents[1] / "docs" / "emulator" / "fidelity.md"
FIGURES = ("status", "shape", "value")
Recorded = dict[str, Any]
ERROR = 400
LINK = "https://www.googleapis.com/"
# Recordings in these folders were made on the recorders' own mock of Google; they say so themselves.
MOCKED_FOLDERS = ("/run/",)
# How that mock words what is not there: kind "name" not found.
MOCK_WORDS = re.compile(r'\w+ "projects/[^"]*" not found')
# What recorders put in the place of values that differ from run to run.
STAND_INS = re.compile(
    r"\d{4}-\d\d-\d\dT12:34:56(\.123456)?Z|123|1{6,}|10\.0\.0\.1|.*-placeholder|abcdef0123A=|\$\{.*"
)
DIFFERENCE = re.compile(r"(\S+) '(.*?)'!='(.*)'")
KINDS = {
    "mock": "the recording was made on a mock of Google, which answers with less, or otherwise",
    "stand-in": "only values differ in whose place the recorders put others",
    "beta": "links lead to the beta API in the recording; a call of v1 is answered with links of v1",
    "before": "the resource was there before the recording began",
    "shared": "the list is of what all recordings share, and holds what others left there",
    "several": "the recording has one placeholder for several resources",
    "open": "the emulator answers otherwise",
}
HEAD = """\
# Fidelity

<!-- Written by `nox -s fidelity`. -->

How alike the emulator answers. Exchanges that others recorded, most of them with Google, are made
again with the emulator, and each answer is compared with the recorded one:

- *status*: the HTTP status is the recorded one;
- *shape*: and the answer has exactly the recorded fields;
- *value*: and every value is the recorded one, but for those that no two runs share, such as times,
  ids and addresses.
"""
COLUMNS = "| service | exchanges | status | shape | value |\n| --- | ---: | ---: | ---: | ---: |\n"
OF_GOOGLE = """
## Without the mock's

Some recordings were made on the recorders' own mock of Google. Where its answers differ from Google's
documentation, [the emulator follows the documentation](differences.md). Without those, service by service:

"""
EVIDENCE = """
What tells the mock. A service's exchanges in one recording were made on one side, so what one of them shows
counts for all of them; the last column has those that nothing else tells apart:

| what Google never answers | recordings | exchanges | by it alone |
| --- | ---: | ---: | ---: |
"""
HALVES = """
## Is it fitted?

Answers follow from rules, none of which names a recording. Two halves of the recordings, by a hash of their
names, score alike. All of them were known while the emulator was built, so that this shows that neither half
was favoured, and no more:

| half | exchanges | status | shape | value |
| --- | ---: | ---: | ---: | ---: |
"""
OTHERWISE = """
## What the others are

Exchanges whose answer is not the recorded one in every value:

| exchanges | why |
| ---: | --- |
"""


class Exchange(NamedTuple):
    """One exchange made again.

    Attributes:
        service: of Google.
        recording: its name.
        told: of ``EVIDENCE_OF_MOCK``, what tells that it was recorded on a mock.
        scores: whether status, shape and value are the recorded ones.
        why: of ``KINDS``, where one of them is not.
        what: the call, and what differs.
    """

    service: str
    recording: str
    told: frozenset[str]
    scores: tuple[bool, bool, bool]
    why: str
    what: str


def tool(folder: Path) -> Any:
    """The module that replays."""
    spec = importlib.util.spec_from_file_location("replay", folder / "tools" / "replay.py")
    if spec is None or spec.loader is None:
        message = f"{folder} holds no tools/replay.py"
        raise FileNotFoundError(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _answer(one: Recorded) -> dict[str, Any]:
    answer = one.get("response")
    return answer if isinstance(answer, dict) else {}


def _error(one: Recorded) -> dict[str, Any]:
    error = _answer(one).get("error")
    return error if isinstance(error, dict) else {}


def _half_a_link(one: Recorded) -> bool:
    """A link of Compute Engine is whole: https://cloud.google.com/compute/docs/reference/rest/v1/networks."""
    answer = _answer(one)
    links = (str(answer.get(name, LINK)) for name in _links(answer))
    return not all(link.startswith(LINK) for link in links)


def _lost(one: Recorded, before: list[Recorded]) -> bool:
    """Networks that were set, but are not told by the next read of the same Cloud SQL instance."""
    if one["method"] != "GET" or _networks(_answer(one)) != []:
        return False
    name = _answer(one).get("name")
    sent = [earlier.get("request") or {} for earlier in before if earlier["status"] < ERROR]
    bodies = [body for body in sent if isinstance(body, dict) and body.get("name") == name]
    return bool(bodies and _networks(bodies[-1]))


def _networks(instance: dict[str, Any]) -> Any:
    settings = instance.get("settings", {})
    return settings.get("ipConfiguration", {}).get("authorizedNetworks") if settings else None


Evidence = Callable[[Recorded, list[Recorded]], bool]
# What of an exchange, seen with those before it, tells that Google didn't answer it.
EVIDENCE_OF_MOCK: dict[str, Evidence] = {
    "the mock's own name": lambda one, _: "mockgcp" in json.dumps(_answer(one)),
    "an operation of Compute Engine without a type": lambda one, _: (
        _answer(one).get("kind") == "compute#operation" and "operationType" not in _answer(one)
    ),
    # https://google.aip.dev/151: an operation that is done has either an error or a response.
    "another operation that is done, without a result": lambda one, _: (
        _answer(one).get("done") is True and not _answer(one).keys() & {"error", "response"}
    ),
    "the mock's words for what is not there": lambda one, _: (
        MOCK_WORDS.fullmatch(str(_error(one).get("message", ""))) is not None
    ),
    "an error that doesn't stand in `error`": lambda one, _: (
        "response" in one
        and isinstance(one["response"], dict)
        and one["status"] >= ERROR
        and not isinstance(_answer(one).get("error"), dict)
    ),
    "an error with neither a status nor reasons": lambda one, _: (
        bool(_error(one).get("message")) and not _error(one).keys() & {"errors", "status"}
    ),
    "a link of Compute Engine that is not whole": lambda one, _: _half_a_link(one),
    # https://cloud.google.com/storage/docs/json_api/v1/objects/list tells prefixes where a delimiter is given.
    "prefixes of objects where no delimiter was given": lambda one, _: (
        "prefixes" in _answer(one) and "delimiter=" not in one["url"]
    ),
    "a Cloud SQL instance that lost the networks it was given": _lost,
}
FOLDER = "the folder says so"


def _links(answer: dict[str, Any]) -> tuple[str, ...]:
    """The fields of an answer of Compute Engine that hold a link."""
    compute = str(answer.get("kind", "")).startswith("compute#") and "selfLink" in answer
    return ("network", "region", "service", "subnetwork", "urlMap") if compute else ()


def replayed(folder: Path) -> Iterator[Exchange]:
    """Make every exchange again, each recording in a project of its own."""
    replay = tool(folder)
    root = folder / "recordings"
    with Emulator() as emulator:
        client = replay.Client(emulator.endpoint)
        for number, file in enumerate(sorted(root.rglob("*.json"))):
            recording = json.loads(file.read_text())
            name = f"/{file.relative_to(root)}"
            told = evidence(replay, recording)
            if any(part in name for part in MOCKED_FOLDERS):
                for one in recording:
                    told[replay.service(one["url"])].add(FOLDER)
            made: set[str] = set()
            answers = replay.replay(client, recording, f"replay-project-{number}")
            for one, status, answer in answers:
                service = replay.service(one["url"])
                why = frozenset(told[service])
                yield _scored(replay, one, status, answer, recording=name, told=why, made=made)
                if one["method"] in ("POST", "PUT"):
                    made.add(collection(one["url"]))


def evidence(replay: Any, recording: list[Recorded]) -> dict[str, set[str]]:
    """What of a recording tells the mock, by service."""
    found: dict[str, set[str]] = collections.defaultdict(set)
    for index, one in enumerate(recording):
        shown = {name for name, rule in EVIDENCE_OF_MOCK.items() if rule(one, recording[:index])}
        found[replay.service(one["url"])] |= shown
    return found


def collection(url: str) -> str:
    """The collection that an address is in, or is."""
    path = url.partition("?")[0]
    return path.rpartition("/")[2] if path.count("/") % 2 == 0 else path.split("/")[-2]


def _scored(
    replay: Any,
    one: Recorded,
    status: int,
    answer: Any,
    *,
    recording: str,
    told: frozenset[str],
    made: set[str],
) -> Exchange:
    recorded = one.get("response")
    same = status == one["status"]
    wrong = replay.differences(recorded, answer) if same else []
    left = replay.paths(recorded) if recorded is not None else set()
    right = replay.paths(answer) if answer is not None else set()
    shape = same and left == right
    value = shape and not wrong
    why = "" if value else "mock" if told else _why(one, wrong, status, made)
    apart = wrong[:4] if same else [f"status {one['status']}, not {status}"]
    apart += [f"fields {sorted(left ^ right)[:4]}"] if same and left != right else []
    what = f"{one['method']} {one['url'].partition('?')[0]} {apart}"
    scores = (same, shape, value)
    return Exchange(replay.service(one["url"]), recording, told, scores, why, what)


def _why(one: dict[str, Any], wrong: list[str], status: int, made: set[str]) -> str:
    pairs = [found[2] for found in map(DIFFERENCE.fullmatch, wrong) if found]
    if wrong and len(pairs) == len(wrong):
        if all(STAND_INS.fullmatch(recorded) for recorded in pairs):
            return "stand-in"
        if all("/compute/beta/" in recorded for recorded in pairs):
            return "beta"
    # What is under a project is a recording's own; a billing account is the same for all of them.
    if (
        one["method"] == "GET"
        and "${projectId}" not in one["url"]
        and _more(one.get("response"), wrong)
    ):
        return "shared"
    ours_is_missing = status == 404 and one["status"] < 300  # noqa: PLR2004 # HTTP's own numbers
    names = [part for part in one["url"].partition("?")[0].split("/") if part]
    if ours_is_missing and not made & set(names):
        return "before"
    if status != one["status"] and re.fullmatch(r"\$\{\w+\}", names[-1]):
        return "several"
    return "open"


def _more(recorded: Any, wrong: list[str]) -> bool:
    """Whether all that is wrong is that a list has more items than the recorded one."""
    counts = [re.fullmatch(r"\.\w+\[\] (\d+)!=(\d+)", one) for one in wrong]
    longer = [found is not None and int(found[2]) > int(found[1]) for found in counts]
    unlike_none = recorded == {} and len(wrong) == 1 and wrong[0].startswith("+.")
    return unlike_none or (bool(longer) and all(longer))


def table(exchanges: list[Exchange]) -> str:
    """The figures by service, and over all."""
    tally: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for one in exchanges:
        for row in (one.service, "**all**"):
            tally[row]["exchanges"] += 1
            tally[row].update(name for name, good in zip(FIGURES, one.scores, strict=True) if good)
    last = sorted(tally.items(), key=lambda item: (item[0] == "**all**", item[0]))
    return COLUMNS + "".join(_row(name, counts) for name, counts in last)


def _row(name: str, counts: collections.Counter[str]) -> str:
    shares = (f"{100 * counts[figure] / counts['exchanges']:.1f} %" for figure in FIGURES)
    return f"| {name} | {counts['exchanges']} | {' | '.join(shares)} |\n"


def excluded(exchanges: list[Exchange]) -> str:
    """How many exchanges each kind of evidence leaves out."""
    rows = []
    for rule in (*EVIDENCE_OF_MOCK, FOLDER):
        those = [one for one in exchanges if rule in one.told]
        alone = sum(one.told == {rule} for one in those)
        files = len({one.recording for one in those})
        rows.append(f"| {rule} | {files} | {len(those)} | {alone} |\n")
    together = [one for one in exchanges if one.told]
    files = len({one.recording for one in together})
    rows.append(f"| **together** | {files} | {len(together)} | |\n")
    return "".join(rows)


def halves(exchanges: list[Exchange]) -> str:
    """The figures of two halves of the recordings, with and without the mock's."""
    tally: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for one in exchanges:
        half = hashlib.sha256(one.recording.encode()).digest()[0] % 2
        names = [f"{('first', 'second')[half]}"]
        names += [] if one.told else [f"{names[0]}, without the mock's"]
        for name in names:
            tally[name]["exchanges"] += 1
            tally[name].update(name for name, good in zip(FIGURES, one.scores, strict=True) if good)
    return "".join(_row(name, tally[name]) for name in sorted(tally))


def page(exchanges: list[Exchange]) -> str:
    """Write the page."""
    why = collections.Counter(one.why for one in exchanges if one.why)
    rows = [f"| {why[kind]} | {words} |\n" for kind, words in KINDS.items() if why[kind]]
    google = [one for one in exchanges if not one.told]
    return (
        f"{HEAD}\n{table(exchanges)}{OF_GOOGLE}{table(google)}{EVIDENCE}{excluded(exchanges)}"
        f"{HALVES}{halves(exchanges)}{OTHERWISE}{''.join(rows)}"
    )


def main() -> int:
    """Score, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds recordings/ and tools/replay.py")
    parser.add_argument(
        "--show", choices=KINDS, help="print the exchanges that are so, and write nothing"
    )
    asked = parser.parse_args()
    exchanges = list(replayed(asked.folder))
    if asked.show:
        print("\n".join(one.what for one in exchanges if one.why == asked.show))
        return 0
    PAGE.write_text(page(exchanges))
    print(PAGE.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
