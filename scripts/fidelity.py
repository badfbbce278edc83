"""Scores the emulator on recorded exchanges, and writes the page of the documentation.

``python scripts/fidelity.py FOLDER`` starts an emulator, replays ``FOLDER/recordings`` against it with
``FOLDER/tools/replay.py``, and writes docs/emulator/fidelity.md: for each service, on how many exchanges
the emulator answered with the recorded status, with exactly the recorded fields, and with the recorded
values (times, ids and the like aside); and what the other exchanges are.
"""

import argparse
import collections
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gcpstack.emulator import Emulator

PAGE = Path(__file__).parents[1] / "docs" / "emulator" / "fidelity.md"
FIGURES = ("status", "shape", "value")
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

Some recordings were made on the recorders' own mock of Google. They show it by what Google never
answers: operations of Compute Engine without a type and links that are not whole, other operations that are
done without a result, errors without a status or a reason, its words for what is missing, its own name.
Where its answers differ from Google's documentation, the emulator follows the documentation: a network
tells how it routes, a global address its type, tier, status and the whole link of its network, also where the
recordings lack them. Without those, service by service:

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
        mocked: recorded on a mock.
        scores: whether status, shape and value are the recorded ones.
        why: of ``KINDS``, where one of them is not.
        what: the call, and what differs.
    """

    service: str
    mocked: bool
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


def is_mocked(exchange: dict[str, Any]) -> bool:
    """Whether an answer is one that only the mock gives."""
    answer = exchange.get("response")
    if not isinstance(answer, dict):
        return False
    error = answer.get("error")
    words = str(error.get("message", "")) if isinstance(error, dict) else ""
    return (
        "mockgcp" in json.dumps(answer)
        or (answer.get("kind") == "compute#operation" and "operationType" not in answer)
        # https://google.aip.dev/151: an operation that is done has either an error or a response.
        or (answer.get("done") is True and not answer.keys() & {"error", "response"})
        or MOCK_WORDS.fullmatch(words) is not None
        # Google's errors stand in "error", with a status or a list of reasons.
        or (exchange["status"] >= 400 and not isinstance(error, dict))  # noqa: PLR2004 # HTTP's own numbers
        or (isinstance(error, dict) and bool(words) and not error.keys() & {"errors", "status"})
        # Compute tells links whole (https://cloud.google.com/compute/docs/reference/rest/v1/networks).
        or any(not str(answer.get(name, "https:")).startswith("https:") for name in _links(answer))
        # https://cloud.google.com/storage/docs/json_api/v1/objects/list tells prefixes where a delimiter is given.
        or ("prefixes" in answer and "delimiter=" not in exchange["url"])
    )


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
            mocked = {replay.service(one["url"]) for one in recording if is_mocked(one)}
            if any(part in name for part in MOCKED_FOLDERS):
                mocked |= {replay.service(one["url"]) for one in recording}
            made: set[str] = set()
            answers = replay.replay(client, recording, f"replay-project-{number}")
            for one, status, answer in answers:
                service = replay.service(one["url"])
                yield _scored(replay, one, status, answer, mocked=service in mocked, made=made)
                if one["method"] in ("POST", "PUT"):
                    made.add(collection(one["url"]))


def collection(url: str) -> str:
    """The collection that an address is in, or is."""
    path = url.partition("?")[0]
    return path.rpartition("/")[2] if path.count("/") % 2 == 0 else path.split("/")[-2]


def _scored(
    replay: Any, one: dict[str, Any], status: int, answer: Any, *, mocked: bool, made: set[str]
) -> Exchange:
    recorded = one.get("response")
    same = status == one["status"]
    wrong = replay.differences(recorded, answer) if same else []
    left = replay.paths(recorded) if recorded is not None else set()
    right = replay.paths(answer) if answer is not None else set()
    shape = same and left == right
    value = shape and not wrong
    why = "" if value else "mock" if mocked else _why(one, wrong, status, made)
    apart = wrong[:4] if same else [f"status {one['status']}, not {status}"]
    apart += [f"fields {sorted(left ^ right)[:4]}"] if same and left != right else []
    what = f"{one['method']} {one['url'].partition('?')[0]} {apart}"
    return Exchange(replay.service(one["url"]), mocked, (same, shape, value), why, what)


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
    rows = []
    for name, counts in sorted(tally.items(), key=lambda item: (item[0] == "**all**", item[0])):
        shares = (f"{100 * counts[figure] / counts['exchanges']:.1f} %" for figure in FIGURES)
        rows.append(f"| {name} | {counts['exchanges']} | {' | '.join(shares)} |\n")
    return COLUMNS + "".join(rows)


def page(exchanges: list[Exchange]) -> str:
    """Write the page."""
    why = collections.Counter(one.why for one in exchanges if one.why)
    rows = [f"| {why[kind]} | {words} |\n" for kind, words in KINDS.items() if why[kind]]
    google = [one for one in exchanges if not one.mocked]
    return f"{HEAD}\n{table(exchanges)}{OF_GOOGLE}{table(google)}{OTHERWISE}{''.join(rows)}"


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
