"""Writes the table of the methods that the emulator answers, docs/emulator/coverage.md.

``python scripts/coverage_table.py`` writes it; with ``--check`` it only tells whether it is out of
date, and then exits 1. Everything comes from the emulator itself: who answers a method is asked of
its registry, which methods there are of Google's descriptions of the APIs.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gcpstack.emulator.core.discovery import Api, Catalogue
from gcpstack.emulator.core.model import Service
from gcpstack.emulator.core.registry import Registry

PAGE = Path(__file__).parents[1] / "docs" / "emulator" / "coverage.md"
_HEAD = """\
# Coverage

<!-- Written by scripts/coverage_table.py: change the emulator, then run it. -->

Which methods the emulator answers, by service and resource, named as in Google's descriptions of the
APIs. A method counts once, whatever the number of versions in which the API has it.

- *done*: it is answered;
- *refused*: it answers 501 and names itself;
- *out of scope*: nothing is answered of the resource; its methods are refused with 501 too.

Calls for an API that is not in this list are refused with 501 as well.

"""


@dataclass
class Row:
    """One resource of an API: the names of its methods, sorted into two heaps."""

    done: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


def rows(registry: Registry, service: Service, apis: list[Api]) -> dict[str, Row]:
    """Sort every method of a service by resource; a method that some version answers is done."""
    found: dict[str, Row] = defaultdict(Row)
    for api in apis:
        for method in api.methods.values():
            handler, _ = registry.handler(service, api.version, method)
            row = found[method.resource]
            (row.done if handler else row.refused).add(method.name)
    for row in found.values():
        row.refused -= row.done
    return dict(sorted(found.items()))


def _names(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "–"  # noqa: RUF001 # nothing, as the page's other tables say it


def _section(service: Service, title: str, found: dict[str, Row]) -> Iterator[str]:
    yield f"## {title}\n"
    versions = ", ".join(f"`{version}`" for version in service.versions)
    yield f"`{service.name}.googleapis.com`, {versions}\n"
    yield "| resource | done | refused |"
    yield "| --- | --- | --- |"
    for resource, row in found.items():
        if row.done:
            yield f"| {f'`{resource}`' if resource else 'the API'} | {_names(row.done)} | {_names(row.refused)} |"
    outside = {resource for resource, row in found.items() if not row.done}
    if outside:
        yield f"\nOut of scope: {_names(outside)}."
    yield ""


def page() -> str:
    """Give the page as it should be."""
    registry, catalogue = Registry(), Catalogue()
    summary: list[str] = []
    sections: list[str] = []
    totals = [0, 0, 0]
    for service in sorted(registry.all(), key=lambda service: service.name):
        apis = [
            api for version in service.versions if (api := catalogue.api(service.name, version))
        ]
        title = service.title or apis[0].title
        found = rows(registry, service, apis)
        done = sum(len(row.done) for row in found.values())
        refused = sum(len(row.refused) for row in found.values() if row.done)
        outside = sum(len(row.refused) for row in found.values() if not row.done)
        totals = [total + one for total, one in zip(totals, (done, refused, outside), strict=True)]
        anchor = re.sub(r"[^\w\s-]", "", title.lower()).replace(" ", "-")  # as the site makes them
        summary.append(f"| [{title}](#{anchor}) | {done} | {refused} | {outside} |")
        sections += _section(service, title, found)
    head = [
        "| service | done | refused | out of scope |",
        "| --- | ---: | ---: | ---: |",
        *summary,
        f"| all | {totals[0]} | {totals[1]} | {totals[2]} |",
        "",
    ]
    return _HEAD + "\n".join([*head, *sections]).rstrip() + "\n"


def main() -> int:
    """Write the page, or tell whether it is out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    options = parser.parse_args()
    fresh = page()
    stale = not PAGE.is_file() or PAGE.read_text() != fresh
    if stale:
        print(PAGE.relative_to(PAGE.parents[2]))
        if not options.check:
            PAGE.write_text(fresh)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
