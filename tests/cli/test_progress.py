"""What is running, as the terminal shows it."""

import io

import pytest
from rich.console import Console

from gcpstack._cli.progress import LiveDisplay, RunProgress
from gcpstack._cli.render.runs import event_line
from gcpstack._core.refs import Address
from gcpstack._engine import events

ONE, TWO, THREE = (Address("compute.Thing", name) for name in ("one", "two", "three"))


def board_after(*happened):
    board = RunProgress()
    for event in happened:
        board.take(event)
    return board


def written(board, now, width=100, height=10):
    return [line.plain for line in board.lines(now, width, height)]


def test_what_runs_for_how_long_and_what_it_waits_for():
    """The one that has been running longest comes first."""
    board = board_after(
        events.RunStarted(2.0, "web", 5),
        events.TaskStarted(3.0, TWO, "create", "thing"),
        events.TaskStarted(4.0, ONE, "update", "thing"),
        events.TaskWaiting(5.0, TWO, "waiting for Google: creating"),
    )

    assert [line[2:] for line in written(board, 12.0)[:2]] == [
        "create compute.Thing/two  9.0 s  waiting for Google: creating",
        "update compute.Thing/one  8.0 s",
    ]
    assert written(board, 12.0)[2] == "0 of 5 done, 2 running, 3 waiting for others; 10 s"


def test_how_tasks_end():
    """Each way is counted."""
    board = board_after(
        events.RunStarted(0.0, "web", 5),
        events.TaskStarted(0.0, ONE, "create", "thing"),
        events.TaskRetried(1.0, ONE, "too many calls", 2.0),
        events.TaskFinished(3.0, ONE, "create", 3.0),
        events.TaskStarted(3.0, TWO, "create", "thing"),
        events.TaskFailed(4.0, TWO, "create", 1.0, "no"),
        events.TaskSkipped(4.0, THREE, "create", "it needs two"),
    )

    assert board.ended == 3
    assert written(board, 4.0) == [
        "1 of 5 done, 1 failed, 1 skipped, 2 waiting for others, 1 retry; 4.0 s"
    ]


def test_a_retry_is_shown_where_it_happens():
    """With its pause and its cause."""
    board = board_after(
        events.RunStarted(0.0, "web", 1),
        events.TaskStarted(0.0, ONE, "delete", "thing"),
        events.TaskRetried(1.0, ONE, "too many calls", 2.0),
    )

    assert written(board, 1.0)[0].endswith("retry in 2.0 s: too many calls")


def test_a_crowd_fits_the_terminal():
    """What does not fit is counted; no line is too wide."""
    started = (
        events.TaskStarted(0.0, Address("compute.Thing", f"n{i}" * 30), "create", "thing")
        for i in range(40)
    )
    board = board_after(events.RunStarted(0.0, "web", 99), *started)

    lines = written(board, 1.0, width=40, height=8)

    assert len(lines) == 8
    assert lines[-2] == "  and 34 more"
    assert max(map(len, lines)) <= 40


def test_a_stop_is_acknowledged():
    """And the way out is told."""
    board = board_after(events.RunStarted(0.0, "web", 1))
    board.stopping = True

    assert written(board, 0.0)[-1].endswith("; stopping, Ctrl-C again leaves at once")


def test_the_picture_gives_the_cursor_back():
    """Whatever it drew is gone when it ends."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=60, height=20)
    picture = LiveDisplay(console, RunProgress(), lambda: 1.0)

    picture.start()
    picture.take(events.RunStarted(0.0, "web", 1))
    picture.take(events.TaskStarted(0.0, ONE, "create", "thing"))
    picture.stop()

    text = screen.getvalue()
    assert "create compute.Thing/one" in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


EVENTS = [
    (events.RunStarted(0.0, "web", 1), None),
    (events.TaskStarted(0.0, ONE, "create", "thing"), "+ create compute.Thing/one  started"),
    (events.TaskWaiting(0.0, ONE, "RUNNING"), "· compute.Thing/one  RUNNING"),
    (events.TaskRetried(0.0, ONE, "busy", 1.5), "↻ compute.Thing/one  retry in 1.5 s: busy"),
    (events.TaskFinished(0.0, ONE, "replace", 75.0), "✓ replace compute.Thing/one  1 min 15 s"),
    (events.TaskFailed(0.0, ONE, "delete", 1.0, "in use"), "✗ delete compute.Thing/one  in use"),
    (
        events.TaskSkipped(0.0, ONE, "create", "it needs two"),
        "- create compute.Thing/one  not started: it needs two",
    ),
    (
        events.TaskParked(0.0, ONE, "create", "op-1"),
        "… create compute.Thing/one  goes on at Google",
    ),
    (
        events.TrafficDivided(0.0, ONE, {"api-1": 75, "api-2": 25}),
        "⇄ compute.Thing/one  ███████████████░░░░░ 75 % api-1, 25 % api-2",
    ),
    (events.Noted(0.0, None, "a word"), "· a word"),
    (events.Noted(0.0, ONE, "a word"), "· compute.Thing/one  a word"),
    (events.RunFinished(0.0, ok=True), None),
]


@pytest.mark.parametrize(("event", "text"), EVENTS)
def test_an_event_on_a_line(event, text):
    """Every event that is worth one."""
    line = event_line(event)

    assert (line and line.plain) == text


def test_no_event_is_forgotten():
    """A new event must be thought of here."""
    known = {type(event) for event, _ in EVENTS}
    declared = {
        item
        for item in vars(events).values()
        if isinstance(item, type) and issubclass(item, events.Event) and item is not events.Event
    }

    assert declared == known
