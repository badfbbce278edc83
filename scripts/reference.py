"""Writes the generated pages of the reference: the kinds, the errors and the command's help.

``python scripts/reference.py`` writes them; with ``--check`` it only tells which are out of date and
exits 1. Everything comes from the code: fields and facets from the declarations, their meaning from
the docstrings, the errors from their classes, the help from the command's own parser.
"""

import argparse
import contextlib
import dataclasses
import inspect
import io
import json
import os
import re
import sys
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path

from reference_components import components_text
from reference_text import NOTE, cell, meanings, prose, type_text

import gcpstack.exceptions as errors
import gcpstack.resources as declarations
from gcpstack._cli.parser import parse
from gcpstack._core.facets import Block, Facet, FieldSpec, field_table
from gcpstack._core.kinds import Kind, Replacement
from gcpstack._core.resource import Resource
from gcpstack._core.timeouts import told
from gcpstack._engine.durations import usual

DOCS = Path(__file__).parents[1] / "docs"
_WIDTH = "100"
#: From how many seconds on a usual duration is worth telling.
_SLOW = 10

_SERVICES = {
    "accesscontextmanager": "Access Context Manager",
    "artifactregistry": "Artifact Registry",
    "bigquery": "BigQuery",
    "billingbudgets": "Cloud Billing budgets",
    "binaryauthorization": "Binary Authorization",
    "certificatemanager": "Certificate Manager",
    "cloudbuild": "Cloud Build",
    "cloudfunctions": "Cloud Run functions",
    "cloudkms": "Cloud KMS",
    "cloudscheduler": "Cloud Scheduler",
    "cloudtasks": "Cloud Tasks",
    "compute": "Compute Engine: load balancing and networks",
    "containeranalysis": "Artifact Analysis",
    "dns": "Cloud DNS",
    "eventarc": "Eventarc",
    "firestore": "Firestore",
    "iam": "IAM",
    "iap": "Identity-Aware Proxy",
    "ids": "Cloud IDS",
    "logging": "Logging",
    "monitoring": "Monitoring",
    "pubsub": "Pub/Sub",
    "redis": "Memorystore for Redis",
    "resourcemanager": "Resource Manager",
    "run": "Cloud Run",
    "secretmanager": "Secret Manager",
    "servicenetworking": "Service Networking",
    "serviceusage": "Service Usage",
    "sql": "Cloud SQL",
    "storage": "Cloud Storage",
    "vpcaccess": "Serverless VPC Access",
}


# -- reading the code


def resources() -> dict[str, list[type[Resource]]]:
    """Sort the declaration classes by service."""
    out: dict[str, list[type[Resource]]] = {}
    for name in sorted(declarations.__all__):
        made = getattr(declarations, name)
        if inspect.isclass(made) and issubclass(made, Resource):
            out.setdefault(made.KIND.name.split(".")[0], []).append(made)
    return dict(sorted(out.items()))


def parts_of(classes: Iterable[type]) -> list[type[Block]]:
    """Find every nested part that some declarations use, theirs included."""
    seen: dict[type[Block], None] = {}
    waiting = list(classes)
    while waiting:
        for item in field_table(waiting.pop(0)):
            if item.block is not None and item.block not in seen:
                seen[item.block] = None
                waiting.append(item.block)
    return sorted(seen, key=lambda cls: cls.__name__)


_FACETS = {
    Facet.IMMUTABLE: "immutable",
    Facet.UNORDERED: "unordered",
    Facet.WRITE_ONLY: "write-only",
    Facet.SENSITIVE: "sensitive",
}


def facets_text(item: FieldSpec) -> str:
    """Name the facets of a field."""
    words = [word for facet, word in _FACETS.items() if item.facets & facet]
    return ", ".join(words)


# -- pages


def kind_pages() -> Iterator[tuple[Path, str]]:
    """Write one page a service, and the index."""
    folder = DOCS / "reference" / "kinds"
    index = [
        "# Kinds",
        "",
        NOTE,
        "One class declares one kind of Google object. Import it from `gcpstack`.",
        "",
        "| class | kind | what it is | when it can't change in place |",
        "| --- | --- | --- | --- |",
    ]
    for service, classes in resources().items():
        yield folder / f"{service}.md", _service_page(service, classes)
        for cls in classes:
            link = f"[`{cls.__name__}`]({service}.md#{cls.__name__.lower()})"
            how = _replacement(cls.KIND)
            index.append(f"| {link} | `{cls.KIND.name}` | {cls.KIND.title} | {how} |")
    index += ["", *_legend()]
    yield folder / "index.md", "\n".join(index) + "\n"


def _legend() -> list[str]:
    fields = meanings(Resource)
    return [
        "## Fields of every kind",
        "",
        "| field | what it is |",
        "| --- | --- |",
        *(f"| `{name}` | {cell(text)} |" for name, text in fields.items()),
        "",
        "## Facets",
        "",
        "| facet | what it means |",
        "| --- | --- |",
        "| identity | part of the object's name; another value is another object |",
        "| immutable | can't change in place: a difference replaces the object |",
        "| unordered | a list whose order means nothing |",
        "| write-only | sent and never read back: compared by a keyed hash in the inventory |",
        "| sensitive | hidden wherever values are shown |",
        "",
        "A field that is left out is not declared: gcpstack neither compares nor touches it, and a",
        "value that Google gives it is no difference. A field that was declared before and is no",
        "longer is unset.",
        "",
        "*Deadline* is how long each wait may take ([more](../../how-to/stop-and-resume.md#deadlines)).",
        "",
        "*Reference* stands for another resource: its declaration, an output of it, or the name of",
        "one that is managed elsewhere. *Time span* is a number of seconds, a text such as `300s` or",
        "`5m`, or a `timedelta`.",
    ]


def components_page() -> tuple[Path, str]:
    """Write the page of the components; what they are given of the kinds' parts is on their pages."""
    homes = {
        part: f"kinds/{service}.md#{part.__name__.lower()}"
        for service, classes in resources().items()
        for part in [*classes, *parts_of(classes)]
    }
    return DOCS / "reference" / "components.md", components_text(homes)


def _replacement(kind: Kind) -> str:
    if kind.additive:
        return "it has no fields"
    if kind.replace is Replacement.SUCCESSOR:
        return "a successor takes over"
    return "deleted and created again" + (", with consent" if kind.protected else "")


def _service_page(service: str, classes: list[type[Resource]]) -> str:
    lines = [f"# {_SERVICES[service]}", "", NOTE]
    for cls in classes:
        lines += _class_section(cls)
    parts = parts_of(classes)
    if parts:
        lines += ["## Parts", ""]
    for part in parts:
        lines += [f"### {part.__name__}", "", prose(part), "", *_table(part), ""]
    return "\n".join(lines).rstrip() + "\n"


def _class_section(cls: type[Resource]) -> list[str]:
    kind = cls.KIND
    outputs = ", ".join(f"`{name}`" for name in kind.outputs)
    facts = [
        f"kind `{kind.name}`",
        f"API `{kind.api}`",
        f"path `{kind.path}`",
        *([f"outputs {outputs}"] if outputs else []),
        *(["holds data: deleted or replaced only with consent"] if kind.protected else []),
        *(["Google chooses its id; found again by its labels"] if kind.server_assigned else []),
        *(["left alone when it is no longer declared"] if kind.keeps else []),
        *(["old one kept until the new one is ready"] if kind.retire_after_ready else []),
        *(["changed one at a time"] if kind.serialize else []),
        _times(kind),
    ]
    return [
        f"## {cls.__name__}",
        "",
        prose(cls),
        "",
        *(f"- {fact}" for fact in facts),
        "",
        *_table(cls),
        "",
    ]


def _times(kind: Kind) -> str:
    """Tell what its verbs usually take, and after how long the wait ends."""
    found = usual(kind.name)
    each = {"made": found.create, "changed": found.update, "deleted": found.delete}
    slow = [f"{verb} in {told(took)}" for verb, took in each.items() if took >= _SLOW]
    return f"deadline {told(found.deadline)}" + (f", usually {', '.join(slow)}" if slow else "")


def _table(cls: type) -> list[str]:
    told = meanings(cls)
    hints = typing.get_type_hints(cls, include_extras=True)
    defaults = {item.name: item for item in dataclasses.fields(cls)}
    lines = [
        "| field | in Google's JSON | type | | what it is |",
        "| --- | --- | --- | --- | --- |",
    ]
    for item in field_table(cls):
        if item.facets & Facet.META:
            continue
        needed = defaults[item.name].default is dataclasses.MISSING and (
            defaults[item.name].default_factory is dataclasses.MISSING
        )
        identity = bool(item.facets & Facet.IDENTITY)
        marks = [
            *(["**required**"] if needed else []),
            *(["identity"] if identity else []),
            *([facets_text(item)] if facets_text(item) else []),
        ]
        wire = (
            "" if identity else f"`{'.'.join(map(str, item.wire))}`" if item.wire else "*several*"
        )
        cells = [f"`{item.name}`", wire, type_text(hints[item.name]), ", ".join(marks)]
        cells.append(told.get(item.name) or _fixed(defaults[item.name].default))
        lines.append(f"| {' | '.join(cell(text) for text in cells)} |")
    return lines


def _fixed(default: object) -> str:
    return f"always `{default}`" if isinstance(default, str) else ""


def error_page() -> tuple[Path, str]:
    """Write the page of the errors."""
    tree = inspect.cleandoc(errors.__doc__ or "").split("::\n", 1)[1]
    lines = [
        "# Errors",
        "",
        NOTE,
        "Every error says what happened and what to do next: fix the declaration, wait, ask for a",
        "permission or a quota, or report a bug. All are in `gcpstack.exceptions`.",
        "",
        "```text",
        inspect.cleandoc(tree).strip(),
        "```",
        "",
        "The message, the remedy and, for what Google refused, its code, reason, address and verb are",
        "attributes. A problem is one line of a `DeclarationError`.",
        "",
    ]
    for name in errors.__all__:
        cls = getattr(errors, name)
        told = meanings(cls) if cls.__doc__ and "Attributes:" in cls.__doc__ else {}
        lines += [f"## {name}", "", prose(cls), ""]
        if told:
            lines += ["| attribute | what it is |", "| --- | --- |"]
            lines += [f"| `{key}` | {cell(text)} |" for key, text in told.items()]
            lines.append("")
    return DOCS / "reference" / "errors.md", "\n".join(lines).rstrip() + "\n"


_HELP = re.compile(r"(<!-- help: ?([a-z]*) -->\n```text\n).*?(```\n)", re.DOTALL)


def command_page() -> tuple[Path, str]:
    """Fill the help texts into the page of the command."""
    path = DOCS / "reference" / "command.md"
    return path, _HELP.sub(lambda m: f"{m[1]}{_help(m[2])}{m[3]}", path.read_text())


def _help(command: str) -> str:
    """Ask the command for its help, as wide as the page."""
    said = io.StringIO()
    os.environ["COLUMNS"] = _WIDTH
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        parse([*([command] if command else []), "--help"], prog="gcpstack")
    return said.getvalue().strip() + "\n"


_NAV = re.compile(r"(?<=- reference/kinds/index\.md\n)(?: {10}- .*\n)*")


def navigation() -> tuple[Path, str]:
    """List the pages of the kinds in the site's navigation."""
    path = DOCS.parent / "mkdocs.yml"
    entries = "".join(
        f"          - {json.dumps(_SERVICES[name])}: reference/kinds/{name}.md\n"
        for name in resources()
    )
    return path, _NAV.sub(entries, path.read_text(), count=1)


def pages() -> dict[Path, str]:
    """Give every generated page as it should be."""
    return dict([*kind_pages(), components_page(), error_page(), command_page(), navigation()])


def main() -> int:
    """Write the pages, or tell which are out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    options = parser.parse_args()
    stale = [p for p, text in pages().items() if not p.is_file() or p.read_text() != text]
    for path in stale:
        print(path.relative_to(DOCS.parent))
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path])
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
