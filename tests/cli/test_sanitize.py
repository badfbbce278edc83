"""No text of others' reaches a terminal as an order to it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from gcpstack import GlobalAddress, Stack
from gcpstack._cli.main import main
from gcpstack._cli.output import JsonOutput, Terminal
from gcpstack._cli.progress import RunProgress
from gcpstack._cli.sanitize import escaped, sanitized
from gcpstack._core.refs import Address
from gcpstack._engine import events
from gcpstack.exceptions import CloudError
from tests.cli.bench import Bench, Screen

#: Recolours, retitles, asks for an answer, goes back, turns around, by C0, C1 and Unicode.
ORDERS = "\x1b[31m", "\x1b]0;x\x07", "\x1b[6n", "a\rb", "\x08", "\x9b31m", "\u202egp.exe", "\u2066"


def obeyed(text):
    """The characters that a terminal would obey."""
    return [
        c
        for c in text
        if c in "\u202e\u2066\r\x08" or (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160
    ]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("tty", [False, True])
def test_lines(order, tty):
    """On a terminal and in a file; styles are ours."""
    screen = Screen(tty=tty)
    Terminal(screen, color=False).lines([Text.assemble(("name ", "bold"), f"x{order}y")])
    shown = screen.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert "name x" in shown
    assert obeyed(shown) == []


@pytest.mark.parametrize("order", ORDERS)
def test_json(order):
    """Programs read the very value; a terminal that shows it obeys nothing."""
    out, err = Screen(), Screen()
    JsonOutput(Terminal(out), Terminal(err), streams=False).answer([], {"a": order})
    assert obeyed(out.getvalue()) == []
    assert json.loads(out.getvalue()) == {"a": order}


@pytest.mark.parametrize("order", ORDERS)
def test_the_picture(order):
    """What a task waits for stands on its line."""
    board, address = RunProgress(), Address("redis.Instance", "a")
    board.take(events.RunStarted(0.0, "web", 1))
    board.take(events.TaskStarted(0.0, address, "create", "x"))
    board.take(events.TaskWaiting(0.0, address, f"one{order}\ntwo"))
    for line in board.lines(1.0, 200, 10):
        assert obeyed(line.plain) == []
        assert "\n" not in line.plain


@pytest.mark.parametrize("order", ORDERS)
def test_what_google_says(order):
    """In an error, a retry, an output."""

    def refuse(*_, **__):
        raise CloudError(f"no {order} way", reason=f"x{order}")

    stack = Stack("web", project="my-project", region="us-central1", enable_apis=False)
    stack.add(GlobalAddress("a"))
    bench = Bench()
    bench.world.session = refuse
    said = bench.run(stack, "plan")
    assert said.status == 1
    assert obeyed(said.out + said.err) == []


@pytest.mark.parametrize("words", [["\x1b[31m"], ["plan", "--\x1b[31m"], ["plan", "a\x1b[31m.py"]])
def test_what_is_typed(words, capsys):
    """A pasted command line may hold anything."""
    assert main(words) == 1
    told = capsys.readouterr()
    assert obeyed(told.out + told.err) == []


@given(st.text())
def test_nothing_else_changes(text):
    """Letters of every script, emoji and their joiners stay; lengths stay; twice is once."""
    safe = sanitized(text)
    assert len(safe) == len(text)
    assert sanitized(safe) == safe
    assert all(
        new == old or old in obeyed(text) or not old.isprintable()
        for new, old in zip(safe, text, strict=True)
    )
    assert json.loads(escaped(json.dumps(text, ensure_ascii=False))) == text


def test_scripts_and_emoji_stay():
    """They are names like others."""
    text = "Ünïcødé 日本 עברית العربية 👩‍💻 ✓"
    assert sanitized(text) == text
