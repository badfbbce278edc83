"""Checks of values that many kinds share. Each tells its rule, and where the rule is written.

A check skips what is not a literal: a value that is known only after apply is Google's to check.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gcpstack._core import normal
from gcpstack._core.refs import Composed
from gcpstack._core.resource import As, Output, Resource
from gcpstack.resources._regions import REGIONS, Region
from gcpstack.resources._typecheck import Finding, join, not_one_of

#: The email of a service account, with its project.
_ACCOUNT = re.compile(r"[^@]+@([a-z][a-z0-9-]+)\.iam\.gserviceaccount\.com")

__all__ = ["REGIONS", "Finding", "join", "not_one_of"]


@dataclass(frozen=True, slots=True)
class NameRule:
    """How names of a kind are made.

    Attributes:
        pattern: what a whole name matches.
        words: the same for people.
    """

    pattern: str
    words: str


#: https://cloud.google.com/compute/docs/naming-resources
RFC1035 = NameRule(
    r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?",
    "1 to 63 lower-case letters, digits and hyphens, a letter first and no hyphen last",
)
#: https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create
RUN_SERVICE = NameRule(
    r"[a-z]([-a-z0-9]{0,47}[a-z0-9])?",
    "1 to 49 lower-case letters, digits and hyphens, a letter first and no hyphen last",
)
#: https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs/create
RUN_JOB = RFC1035
#: https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create
SECRET = NameRule(r"[A-Za-z0-9_-]{1,255}", "1 to 255 letters, digits, hyphens and underscores")
#: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks
SINK = NameRule(
    r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}",
    "1 to 100 letters, digits, hyphens, underscores and dots, a letter or digit first",
)
#: https://cloud.google.com/bigquery/docs/datasets#dataset-naming
DATASET = NameRule(r"[A-Za-z0-9_]{1,1024}", "1 to 1024 letters, digits and underscores")
#: https://cloud.google.com/storage/docs/buckets#naming
BUCKET = NameRule(
    r"(?=.{3,222}$)(?!goog)(?!.*google)(?!\d+\.\d+\.\d+\.\d+$)"
    r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)*",
    "3 to 63 lower-case letters, digits, hyphens and underscores, a letter or digit first and "
    "last, more only with dots between, no IP address, no 'google'",
)
#: https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create
SERVICE_ACCOUNT = NameRule(
    r"[a-z]([-a-z0-9]{4,28}[a-z0-9])",
    "6 to 30 lower-case letters, digits and hyphens, a letter first and no hyphen last",
)
#: https://cloud.google.com/service-usage/docs/reference/rest/v1/services
API = NameRule(
    r"[a-z0-9.-]+\.googleapis\.com", "the DNS name of an API, such as run.googleapis.com"
)
#: https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create
KMS = NameRule(r"[A-Za-z0-9_-]{1,63}", "1 to 63 letters, digits, underscores and hyphens")
_PROJECT = re.compile(r"([a-z0-9.-]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]")


def known(value: object) -> bool:
    """Return whether a value can be checked now."""
    return value is not None and not isinstance(value, Output | Composed | Resource | As)


def name(field: str, value: object, rule: NameRule) -> Iterator[Finding]:
    """Check a name against the rule of its kind; offers one that fits."""
    if not isinstance(value, str) or re.fullmatch(rule.pattern, value):
        return
    plain = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    fits = re.fullmatch(rule.pattern, plain)
    yield Finding(
        field, f"{value!r} is not a valid name: {rule.words}", f"Use {plain!r}." if fits else ""
    )


def project(field: str, value: object) -> Iterator[Finding]:
    """Check a project id (https://cloud.google.com/resource-manager/docs/creating-managing-projects)."""
    if isinstance(value, str) and not _PROJECT.fullmatch(value):
        yield Finding(
            field,
            f"{value!r} is not a project id: 6 to 30 lower-case letters, digits and hyphens",
            "Give the id, not the number or the display name.",
        )


def region(field: str, value: object, more: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Check a region (https://cloud.google.com/compute/docs/regions-zones).

    Args:
        field: the field.
        value: the region; a `Region` is taken as it is.
        more: further locations that the service knows, in lower case.
    """
    if isinstance(value, Region) or not known(value):
        return
    if not value:
        yield Finding(field, "is missing", "Give it here, to the stack, or with --region.")
    elif (str(value).lower() if more else value) not in REGIONS | more:
        plain = not_one_of(field, str(value), sorted(REGIONS | more))
        remedy = plain.remedy or (
            "Regions are listed at https://cloud.google.com/about/locations; "
            f"one newer than this release is written Region({value!r})."
        )
        yield Finding(field, f"{value!r} is not a region of Google Cloud", remedy)


def pattern(field: str, value: object, regex: str, words: str) -> Iterator[Finding]:
    """Check a text against a pattern."""
    if isinstance(value, str) and not re.fullmatch(regex, value):
        yield Finding(field, f"{value!r} is not {words}")


_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_LONGEST_HOST = 253
_PORT = re.compile(r":\d{1,5}$")


def host(field: str, value: object, *, wildcard: bool = False) -> Iterator[Finding]:
    """Check a host name: RFC 1123, section 2.1, and RFC 1035 for the lengths.

    Args:
        field: the field.
        value: the name.
        wildcard: whether it is a pattern: ``*``, ``*.example.com`` or ``*-a.example.com``, with or
            without a port, as in host rules of URL maps.
    """
    if not isinstance(value, str):
        return
    plain = value
    if wildcard:
        plain = _PORT.sub("", value)
        if plain == "*":
            return
        plain = plain.removeprefix("*.").removeprefix("*-")
    if "://" in plain or "/" in plain:
        bare = plain.split("://")[-1].split("/")[0]
        yield Finding(field, f"{value!r} is a URL, not a host name", f"Use {bare!r}.")
    elif len(plain) > _LONGEST_HOST or not all(
        _LABEL.fullmatch(part) for part in plain.removesuffix(".").split(".")
    ):
        remedy = "A wildcard is not allowed here." if value.startswith("*") else ""
        yield Finding(field, f"{value!r} is not a host name", remedy)


def cidr(field: str, value: object) -> Iterator[Finding]:
    """Check an IP range in CIDR notation (RFC 4632, RFC 4291); a single address counts."""
    if not isinstance(value, str):
        return
    try:
        ipaddress.ip_network(value)
    except ValueError:
        try:
            loose = ipaddress.ip_network(value, strict=False)
        except ValueError:
            yield Finding(field, f"{value!r} is not an IP range", "Write it as 203.0.113.0/24.")
        else:
            yield Finding(field, f"{value!r} has host bits set", f"Use {str(loose)!r}.")


def ip(field: str, value: object) -> Iterator[Finding]:
    """Check an IP address."""
    if not isinstance(value, str):
        return
    try:
        ipaddress.ip_address(value)
    except ValueError:
        yield Finding(field, f"{value!r} is not an IP address")


def within(field: str, value: object, low: float, high: float, unit: str = "") -> Iterator[Finding]:
    """Check that a number is in a range, both ends included."""
    if isinstance(value, int | float) and not low <= value <= high:
        many = f" {unit}" if unit else ""
        yield Finding(field, f"{value} is not within {low} to {high}{many}")


def seconds(value: object) -> float | None:
    """Read a span of time in seconds; None where it is none or not known yet."""
    if not known(value):
        return None
    total = getattr(value, "total_seconds", None)
    found = Decimal(str(total())) if callable(total) else normal.duration(value)
    return float(found) if isinstance(found, Decimal) else None


def duration(field: str, value: object, low: float, high: float) -> Iterator[Finding]:
    """Check a span of time in seconds, both ends included."""
    if not known(value):
        return
    found = seconds(value)
    if found is None:
        yield Finding(
            field, f"{value!r} is not a span of time", "Write seconds, or text such as '300s'."
        )
    else:
        amount = int(found) if found == int(found) else found
        yield from within(field, amount, low, high, "seconds")


def longest(field: str, value: object, most: int, unit: str = "characters") -> Iterator[Finding]:
    """Check the length of a text or list."""
    if isinstance(value, str | Sequence) and len(value) > most:
        yield Finding(field, f"has {len(value)} {unit}, {most} at most")


def distinct(field: str, values: object) -> Iterator[Finding]:
    """Check that a list names nothing twice."""
    seen: set[object] = set()
    for index, value in enumerate(values if isinstance(values, list | tuple) else ()):
        if isinstance(value, str | int):
            if value in seen:
                yield Finding(f"{field}[{index}]", f"{value!r} stands there twice")
            seen.add(value)


def exactly_one(item: object, *fields: str, place: str = "") -> Iterator[Finding]:
    """Check that one of some fields is given, and only one."""
    given = [field for field in fields if getattr(item, field) is not None]
    if not given:
        yield Finding(place, f"one of {', '.join(fields)} is needed")
    yield from at_most_one(item, *fields, place=place)


def at_most_one(item: object, *fields: str, place: str = "") -> Iterator[Finding]:
    """Check that no two of some fields are given."""
    given = [field for field in fields if getattr(item, field) is not None]
    if len(given) > 1:
        yield Finding(place, f"{' and '.join(given)} exclude each other", "Keep one of them.")


_MOST_LABELS = 64
_LONGEST_LABEL = 63


def labels(field: str, value: object) -> Iterator[Finding]:
    """Check labels.

    https://cloud.google.com/resource-manager/docs/labels-overview#requirements: lower-case and
    international letters, digits, hyphens and underscores, 63 at most; a key starts with a letter.
    """
    if not isinstance(value, Mapping):
        return
    yield from longest(field, list(value), _MOST_LABELS, "labels")
    for key, text in value.items():
        place = f"{field}[{key!r}]"
        if not key[:1].isalpha() or not _label(key):
            yield Finding(
                place,
                "is not a label key: a lower-case letter, then up to 62 lower-case letters, digits, "
                "hyphens and underscores",
            )
        if isinstance(text, str) and not _label(text):
            yield Finding(
                place,
                f"{text!r} is not a label value: up to 63 lower-case letters, digits, hyphens and "
                "underscores",
            )


def _label(text: str) -> bool:
    plain = text.replace("-", "").replace("_", "")
    return len(text) <= _LONGEST_LABEL and (
        not plain or (plain.isalnum() and plain == plain.lower())
    )


_PUBLIC = frozenset({"allUsers", "allAuthenticatedUsers"})
_MEMBER = re.compile(
    r"(user|group|serviceAccount|domain|principal|principalSet|projectOwner|projectEditor|"
    r"projectViewer|deleted:(user|group|serviceAccount)):.+"
)
_ROLE = re.compile(r"((projects|organizations)/[^/]+/)?roles/[A-Za-z0-9_.]+")


def member(field: str, value: object, *, public: bool = True) -> Iterator[Finding]:
    """Check an IAM principal (https://cloud.google.com/iam/docs/principal-identifiers).

    Args:
        field: the field.
        value: the principal.
        public: whether everybody may be granted something here.
    """
    if not isinstance(value, str):
        return
    if value in _PUBLIC:
        if not public:
            yield Finding(field, f"{value!r} can't be granted a role here")
    elif not _MEMBER.fullmatch(value):
        guess = "serviceAccount" if value.endswith(".gserviceaccount.com") else "user"
        everybody = ", or allUsers for everybody" if public else ""
        other = f"Write it as user:a@example.com{everybody}."
        remedy = f"Write '{guess}:{value}'." if "@" in value else other
        yield Finding(field, f"{value!r} is not an IAM principal", remedy)


def role(field: str, value: object) -> Iterator[Finding]:
    """Check the name of an IAM role (https://cloud.google.com/iam/docs/roles-overview)."""
    if isinstance(value, str) and not _ROLE.fullmatch(value):
        short = re.fullmatch(r"[A-Za-z0-9_.]+", value)
        yield Finding(
            field,
            f"{value!r} is not a role",
            f"Write 'roles/{value}'." if short else "Write it as roles/run.invoker.",
        )


def own_account(field: str, account: object, project: str) -> Iterator[Finding]:
    """Check that whoever something comes as is of the project, where that can be told.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#OidcToken,
    https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks#OidcToken,
    https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions

    Args:
        field: the field.
        account: a declared service account, an email, or anything else.
        project: the project that it has to be of.
    """
    if isinstance(account, Resource):
        home = getattr(account, "project", None)
    else:
        found = _ACCOUNT.fullmatch(account) if isinstance(account, str) else None
        home = found[1] if found else None
    if home and home != project:
        told = f"is a service account of the project {home}, not of {project}"
        yield Finding(field, told, "Google takes one of the same project.")
