"""What is assumed: flags and files, the last word winning, everything wrong told at once."""

import dataclasses
import pathlib
import re
from decimal import Decimal

import pytest

from gcpstack._core.refs import Address
from gcpstack._costs.usage import Usage, assumptions
from gcpstack.exceptions import DeclarationError

WEB = Address("run.Service", "us-central1/web")


def test_flags():
    """For all, or for the resources of a name."""
    found = assumptions(["requests=2M", "web:requests=3k", "run.Service/*:seconds=.5"])

    assert found.usual.requests == 2_000_000
    assert found.of(WEB).requests == 3_000
    assert found.of(WEB).seconds == Decimal("0.5")
    assert found.given == {"requests"}


def test_file_then_flags():
    """What the command line says comes last."""
    text = '{"requests": 1, "log_gib": 0.1, "resources": {"web": {"seconds": 2}}}'
    found = assumptions(["requests=5"], "usage.json", text)

    assert (found.usual.requests, found.usual.log_gib) == (5, Decimal("0.1"))
    assert found.of(WEB).seconds == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["=3"], "there is no '' to assume"),
        (["request=3"], "there is no 'request' to assume"),
        (["requests=many"], "must be a number of 0 or more"),
        (["requests=-1"], "must be a number of 0 or more"),
        (["requests="], "must be a number of 0 or more"),
        (["concurrency=0"], "is below one request at once"),
        (["cached=2"], "is more than all of them"),
        (["requests"], "is no NAME=NUMBER"),
    ],
)
def test_wrong_flags(words, told):
    """One clear message."""
    with pytest.raises(DeclarationError, match=told):
        assumptions(words)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not valid JSON"),
        ("[1]", "is not a JSON object"),
        ('{"resources": 3}', "is not a JSON object"),
        ('{"resources": {"web": 3}}', "is not an object of numbers"),
        ('{"requests": true}', "must be a number"),
        ('{"requests": NaN}', "must be a number"),
    ],
)
def test_wrong_files(text, told):
    """The file and the place in it are named."""
    with pytest.raises(DeclarationError, match=told) as caught:
        assumptions([], "usage.json", text)
    assert "usage.json" in str(caught.value)


def test_all_problems_at_once():
    """As everywhere."""
    with pytest.raises(DeclarationError) as caught:
        assumptions(["requests=x", "nothing=3", "cached=7"])
    assert len(caught.value.problems) == 3


def test_unused_patterns():
    """A pattern that fits nothing is most likely misspelt."""
    found = assumptions(["web:requests=1", "wep:requests=2"])

    assert list(found.unused([WEB])) == ["wep"]


def test_the_page_tells_every_assumption():
    """With what is assumed unless said otherwise."""
    page = pathlib.Path(__file__).parents[2] / "docs" / "how-to" / "costs.md"
    rows = re.findall(r"^\| `(\w+)` \| ([\d.,]+) \|", page.read_text("utf-8"), re.MULTILINE)

    told = {name: Decimal(number.replace(",", "")) for name, number in rows}
    assert told == dataclasses.asdict(Usage())
