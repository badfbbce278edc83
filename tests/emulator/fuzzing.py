"""Requests nobody would write: made from Google's descriptions of its APIs, then bent and broken.

A `Shot` is one request. `volleys()` gives some shots at one API, as a client in bad shape might send
them: the same few names again and again, so that what one shot made the next one changes or deletes.
"""

import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from gcpstack.emulator.core.discovery import Api, Catalogue, Field, Method, Schema
from gcpstack.emulator.core.model import Kind, Service
from gcpstack.emulator.core.registry import Registry
from tests.emulator.good_requests import REQUESTS, Good, whole

Draw = Callable[[st.SearchStrategy[Any]], Any]
NAMES = (
    "aa-1",
    "aa-1",
    "aa-1",
    "aa-1",
    "aa_1",
    "default",
    "bb_2",
    "x.example.com.",
    "1",
    "latest",
    "A",
    "me@demo-proj.iam.gserviceaccount.com",
)
# By the parameter or the step before: those that are there, then those that are not.
PLACES = {
    "project": (("demo-proj", "123456789012"), ("projects", "No such")),
    "projects": (("demo-proj", "123456789012"), ("-", "No such")),
    "namespaces": (("demo-proj",), ("-",)),
    "region": (("us-central1",), ("nowhere",)),
    "regions": (("us-central1",), ("nowhere",)),
    "zone": (("us-central1-a",), ("nowhere-z",)),
    "zones": (("us-central1-a",), ("nowhere-z",)),
    "locations": (("us-central1", "global"), ("us-central1-a", "us", "nowhere", "-")),
    "databases": (("aa-1-db", "(default)"), ("-",)),
    "folders": (("12",), ("x",)),
    "organizations": (("34",), ("x",)),
    "billingAccounts": (("012345-567890-ABCDEF",), ("x",)),
}  # fmt: skip
STRINGS = (
    "", "a", "aa-1", "default", "projects/demo-proj/global/networks/default", "10.0.0.0/24", "10.8.0.0/28", "::1",
    "projects/demo-proj/locations/us-central1/keyRings/aa-1/cryptoKeys/aa-1", "global/networks/aa-1",
    "https://www.googleapis.com/compute/v1/projects/demo-proj/global/networks/default", "user:a@example.com",
    "projects/demo-proj/topics/aa-1", "projects/demo-proj/secrets/aa-1", "projects/demo-proj/instances/aa-1",
    "projects/demo-proj/regions/us-central1/subnetworks/default", "projects/demo-proj/serviceAccounts/aa-1",
    "2026-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00Z", "2026-01-01T00:00:00+99:99",
    "3600s", "-1s", "0.5s", "315576000000s", "AAAA", "*", "/", "//", "-", "0", "-1", "99999999999999999999", "true",
    "null", "a" * 300, "\u0000", "\ud800", "ü", "🦆", "%", "%zz", "{name}", "{", "${x}", "${networkID}", "a:b:c", "..",
    "a,b", "a=b AND", 'name="x" OR (', 'name eq "("', 'name eq "(a+)+$"', "NOT NOT -x:*", "roles/viewer", "gs://b/o",
    "example.com.", "us-docker.pkg.dev/p/r/i:t", "0 3 * * *", "[]", "(", "http://[", "https://example.com:99999/", "256.1.1.1",
    "POSTGRES_15", "db-f1-micro", "db-custom-2-4096", "us-central1", "us-central1-a", "1Gi", "1000m", "name", "name,labels", "labels.a",
    "SELECT 1", 'resource.type="gae_app"', 'metric.type="x" resource.type="y"', "email", "BASIC", "REDIS_7_0", "TLSv1.2",
)  # fmt: skip
ODD = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1.5, 1e308, -0.0, "", "x", [], {}, [[]],
    [None], {"": None}, {"a": {"b": []}}, [1, "a", None], {"@type": "type.googleapis.com/x"}, {"@type": 1}, "\ud800", "NaN",
)  # fmt: skip
BROKEN = (
    b"{", b"[]", b"null", b"0", b'"x"', b"\xff\xfe", b'{"a":', b"{'a': 1}", b'{"name": NaN}', b'{"a": Infinity}',
    b"[" * 5000, b'{"a":' * 3000, b"{}{}", b"\x00", b'{"name": "a", "name": {}}', b'{"a": 1e999}', b"true",
    b'{"x": ' + b"9" * 5000 + b"}", b'{"name": "\\ud800"}', b"\xef\xbb\xbf{}", b"a" * 100_000, b'{"labels": ' + b"[" * 99,
)  # fmt: skip
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW")
CONTROL = (
    "", "_emulator/requests", "_emulator/resources", "_emulator/latency", "_emulator/clock", "_emulator/quotas",
    "_emulator/dns", "_emulator/images", "_emulator/faults", "_emulator/", "_emulator/nothing", "batch", "batch/compute/v1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shot:
    """One request: for ``https://HOST/PATH``, with the host as the first step of the path."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""


@cache
def targets() -> tuple[tuple[Service, Api, tuple[tuple[Method, Kind | None], ...]], ...]:
    """Every served version of every served API with the methods that are answered."""
    catalogue, registry = Catalogue(), Registry()
    found = []
    for service in sorted(registry.all(), key=lambda service: service.name):
        for version in service.versions:
            api = catalogue.api(service.name, version)
            if api is None:
                continue
            rows = [
                (method, *registry.handler(service, version, method))
                for method in api.methods.values()
            ]
            served = tuple((method, kind) for method, handler, kind in rows if handler)
            if served:
                found.append((service, api, served))
    return tuple(found)


class Maker:
    """Makes the parts of one request.

    Args:
        draw: Hypothesis's.
        api: whose descriptions are followed.
        wild: how many percent of the values are of no use.
    """

    def __init__(self, draw: Draw, api: Api, wild: int) -> None:
        self._draw = draw
        self._api = api
        self._wild = wild

    def chance(self, percent: int) -> bool:
        """True that often."""
        return bool(self._draw(st.integers(0, 99)) < percent)

    def one(self, items: Any) -> Any:
        """Any of some things."""
        return self._draw(st.sampled_from(items))

    def text(self) -> str:
        """A string: mostly one that means something somewhere."""
        if self.chance(5):
            return str(self._draw(st.text(max_size=12)))
        return str(self.one(STRINGS))

    def value(self, found: Field | None, depth: int) -> Any:
        """A value for a field: mostly of its type."""
        if found is None or self.chance(self._wild):
            return self.one(ODD)
        if found.enum:
            return self.one(found.enum)
        if found.type in ("array", "map", "object"):
            return self._inner(found, depth - 1)
        if found.type == "boolean":
            return self.one((False, True))
        if found.type in ("integer", "number"):
            return self.one((0, 1, 2, 5, 80, 443, 3600, -1, 2**31 - 1))
        return str(self.one((0, 1, 60, 2**40))) if "int64" in found.format else self._string(found)

    def _string(self, found: Field) -> str:
        if found.format == "google-datetime":
            return str(
                self.one(
                    (
                        "2026-01-01T00:00:00Z",
                        "9999-12-31T23:59:59.999999999Z",
                        "0001-01-01T00:00:00Z",
                        "2030-01-01T00:00:00+14:00",
                    )
                )
            )
        if found.format == "google-duration":
            return str(
                self.one(
                    ("60s", "600s", "3600s", "86400s", "0s", "-1s", "0.000000001s", "315576000000s")
                )
            )
        return self.text()

    def _inner(self, found: Field, depth: int) -> Any:
        if found.type == "array":
            return [self.value(found.item, depth) for _ in range(self.one((0, 1, 1, 2)))]
        if found.type == "map":
            item = found.inline.map_item if found.inline else None
            return {self.text(): self.value(item, depth) for _ in range(self.one((0, 1, 1, 2)))}
        schema = self._api.field_schema(found)
        return self.message(schema, depth) if schema and depth > 0 else {}

    def message(self, schema: Schema, depth: int, musts: tuple[str, ...] = ()) -> dict[str, Any]:
        """A body of a schema: some of its fields, those it needs more often."""
        if schema.map_item is not None:
            return {self.text(): self.value(schema.map_item, depth)}
        names = sorted(name for name, found in schema.fields.items() if not found.read_only)
        picked = (
            self._draw(st.lists(st.sampled_from(names), max_size=5, unique=True)) if names else []
        )
        needed = [name for name, found in schema.fields.items() if found.required]
        wanted = [name for name in (*musts, *needed) if name in schema.fields and self.chance(95)]
        out = {name: self.value(schema.fields[name], depth) for name in (*wanted, *picked)}
        if "name" in schema.fields and self.chance(70):
            out["name"] = self.one(NAMES)
        if self.chance(self._wild // 2):
            out[self.text()] = self.one(ODD)
        return out

    def path(self, method: Method) -> str:
        """The path of a method with its places filled in, now and then with what no place takes."""
        steps: list[str] = []
        params = {start: name for name, (start, _) in method.spans.items()}
        for index, segment in enumerate(method.segments):
            before = steps[-1] if steps else ""
            good, bad = PLACES.get(params.get(index, ""), PLACES.get(before, (NAMES, STRINGS)))
            step = segment.literal or self.one(bad if self.chance(self._wild) else good)
            steps.append(
                step if segment.literal else _quoted(step, "%/:@" if self.chance(10) else "%:@()")
            )
        return "/".join(steps) + (f":{method.verb}" if method.verb else "")

    def query(self, method: Method, kind: Kind | None) -> str:
        """Query parameters: of the method, of every API, or of none."""
        pairs: list[tuple[str, str]] = []
        if kind is not None and kind.id_param in method.query and self.chance(95):
            pairs.append((kind.id_param, self.one(NAMES)))
        if method.query:
            for name in self._draw(st.lists(st.sampled_from(sorted(method.query)), max_size=2)):
                found = self.value(method.query[name], 1)
                pairs.append((name, found if isinstance(found, str) else json.dumps(found)))
        if self.chance(8):
            name = self.one(
                ("fields", "$alt", "alt", "prettyPrint", "nonsense", "pageToken", "filter")
            )
            pairs.append(
                (
                    name,
                    self.one(
                        (
                            "json;enum-encoding=int",
                            "items(name",
                            "a/b,c",
                            ")",
                            "bnVsbA==",
                            "W10=",
                            "LTU=",
                            "eyI=",
                            "(",
                        )
                    ),
                )
            )
        return urlencode([(name, word.encode("utf-8", "replace")) for name, word in pairs])

    def body(self, method: Method, kind: Kind | None) -> bytes:
        """A body that the method may take, or one that nothing can take."""
        if self.chance(self._wild // 2):
            return bytes(self.one(BROKEN))
        musts = tuple(path.split(".")[0] for path in kind.required) if kind else ()
        return json.dumps(self.message(self._api.schemas[method.request], 4, musts)).encode()

    def bent(self, value: Any) -> Any:
        """A good value with one place of it changed, taken out or put in twice."""
        if not isinstance(value, (dict, list)) or not value or self.chance(15):
            return self.one(ODD) if self.chance(40) else self.text()
        if isinstance(value, list):
            at = self.one(range(len(value)))
            return (
                [*value, value[at]]
                if self.chance(20)
                else [*value[:at], self.bent(value[at]), *value[at + 1 :]]
            )
        key = self.one(sorted(value))
        rest = {name: inner for name, inner in value.items() if name != key}
        return rest if self.chance(15) else {**rest, key: self.bent(value[key])}


def _quoted(text: str, safe: str) -> str:
    return quote(text.encode("utf-8", "replace").decode(), safe=safe)


def _good(maker: Maker, service: Service, good: Good, bend: int) -> Shot:
    """What Google takes, sometimes bent."""
    http, url, body = good
    path, text = whole(service.name, url)
    body = maker.bent(body) if maker.chance(bend) else body
    return Shot(http, path, text, json.dumps(body).encode())


@st.composite
def volleys(draw: Draw, size: int) -> list[Shot]:
    """Some shots at one API."""
    service, api, served = draw(st.sampled_from(targets()))
    # Half of the volleys stay with one kind, so that its shots meet.
    resource = draw(st.sampled_from(served))[0].resource if draw(st.booleans()) else ""
    near = tuple(row for row in served if row[0].resource.startswith(resource)) or served
    # First there must be something to shoot at.
    good, maker = REQUESTS.get(service.name, ()), Maker(draw, api, 0)
    bend = draw(st.sampled_from((0, 15, 50)))
    shots = [_good(maker, service, one, bend) for one in good]
    while len(shots) < size:
        maker = Maker(draw, api, draw(st.sampled_from((0, 0, 1, 3, 20))))
        if good and maker.chance(20):
            shots.append(_good(maker, service, maker.one(good), 90))
            continue
        base = f"/{service.name}.googleapis.com/"
        if maker.chance(2):
            raw = quote(draw(st.text(string.printable, max_size=30)), safe=string.printable)
            shots.append(
                Shot(maker.one(VERBS), base + raw, maker.text().encode("ascii", "ignore").decode())
            )
            continue
        method, kind = maker.one(near)
        body = maker.body(method, kind) if method.request else b""
        http = maker.one(VERBS) if maker.chance(2) else method.http
        shots.append(Shot(http, base + maker.path(method), maker.query(method, kind), body))
    return shots


def controls() -> st.SearchStrategy[Shot]:
    """Requests at the emulator's own address space."""
    bodies = st.sampled_from([json.dumps(odd).encode() for odd in ODD] + list(BROKEN))
    where = st.sampled_from(CONTROL)
    return st.builds(
        lambda verb, at, body: Shot(verb, f"/{at}", "", body), st.sampled_from(VERBS), where, bodies
    )
