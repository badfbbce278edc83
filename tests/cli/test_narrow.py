"""Narrow terminals: columns stay below each other, and what has no room beside stands below."""

import pytest
from rich.text import Text

from gcpstack._cli import queries
from gcpstack._cli.render.layout import joined, row
from gcpstack._cli.render.runs import report_lines
from gcpstack._core.kinds import Health
from gcpstack._core.refs import Address
from gcpstack._operations.services import Figures
from gcpstack._operations.services import Health as Answer
from gcpstack._stack.result import Report, StatusRow

CELLS = Text("      1.00      22.00")
LONG = "run.Service/us-central1/wallet-orchestrator"


def plain(lines):
    return [line.plain for line in lines]


def test_a_row_with_room_is_one_line():
    assert plain(row("name", 10, CELLS, 80)) == [f"name      {CELLS.plain}"]


def test_a_name_without_room_stands_above_and_columns_stay():
    narrow = plain(row(LONG, 43, CELLS, 40)) + plain(row("a month", 43, CELLS, 40))
    assert narrow[0] == LONG
    assert narrow[1].endswith("22.00")
    assert {len(line) for line in narrow[1:]} == {40}


def test_cells_that_are_wider_than_the_terminal_lose_nothing():
    assert "".join(plain(row("a", 5, CELLS, 10))) == f"a{CELLS.plain}"


@pytest.mark.parametrize(
    ("width", "lines"),
    [(12, ["abcde  fghij"]), (11, ["abcde", "   fghij"]), (3, ["abcde", "   fghij"])],
)
def test_two_parts_stand_beside_each_other_where_there_is_room(width, lines):
    assert plain(joined(Text("abcde"), Text("fghij"), width, "   ")) == lines


def test_nothing_to_add_adds_no_line():
    assert plain(joined(Text("abcde"), Text(), 3, "   ")) == ["abcde"]


def standing(address, label):
    kind, _, key = address.partition("/")
    return StatusRow(Address(kind, key), kind, key, exists=True, health=Health.READY, label=label)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_report_keeps_its_column_where_it_can(width):
    rows = (standing("run.Service/us-central1/a", "READY"), standing(LONG, "RESERVED"))
    told = plain(report_lines(Report(rows, {}), width))
    words = [word for line in told for word in line.split()]
    assert words.count("READY") == words.count("RESERVED") == 1
    assert all(len(line) <= width or line.strip().count(" ") == 1 for line in told), told


@pytest.mark.parametrize("width", [60, 80])
def test_metrics_and_health_fit(width):
    figures = [Figures(service=LONG, seconds=60.0, by_class={"2xx": 100, "5xx": 1})]
    answer = Answer(
        service=LONG,
        url="https://wallet-orchestrator-abcdefghij-uc.a.run.app/",
        status=403,
        seconds=0.2,
        problem="it answers 403",
        remedy="Who calls it needs a grant. " * 5,
    )
    told = plain(queries.metric_lines(figures, width)) + plain(
        queries.health_lines([answer], width)
    )
    assert all(len(line) <= width or line.strip().count(" ") < 4 for line in told), told
