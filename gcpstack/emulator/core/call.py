"""One call under way: what was asked, and the helpers that handlers use to answer it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gcpstack.emulator.core.discovery import Api, Match, Method
from gcpstack.emulator.core.errors import ApiError, not_found
from gcpstack.emulator.core.model import Kind, Service
from gcpstack.emulator.core.recorded import stand_in
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Request

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World


@dataclass(slots=True)
class Call:
    """A call that was routed and checked.

    Attributes:
        world: everything that exists.
        service: the declaration of the called service.
        api: the discovery document.
        match: the method with the decoded path.
        query: the query parameters, typed.
        body: the checked body; ``{}`` when the method takes none or none was sent.
        sent: the body as it was sent, but for nulls: they mean absent.
        request: the raw request.
        region: the region of a regional host such as ``us-central1-run.googleapis.com``.
        kind: the kind whose method it is.
        segments: the path below the version, the project as id.
        last: how many of the segments name the resource.
    """

    world: "World"
    service: Service
    api: Api
    match: Match
    query: dict[str, Any]
    body: dict[str, Any]
    sent: dict[str, Any]
    request: Request
    region: str
    kind: Kind | None
    segments: list[str]
    last: int

    @property
    def method(self) -> Method:
        """The discovery method."""
        return self.match.method

    @property
    def params(self) -> dict[str, str]:
        """The path parameters."""
        return self.match.params

    @property
    def name(self) -> str:
        """The resource that the path names: up to its last parameter."""
        return "/".join(self.segments[: self.last])

    @property
    def path(self) -> str:
        """The whole path below the version, without the verb: of ``list`` and ``create`` the collection."""
        return "/".join(self.segments)

    @property
    def project(self) -> str:
        """The project id of the path, or ``""``."""
        parts = self.segments
        return parts[1] if len(parts) > 1 and parts[0] in ("projects", "namespaces") else ""

    @property
    def location(self) -> str:
        """The region, zone or location of the path, or the region of the host."""
        for word, value in zip(self.segments, self.segments[1:], strict=False):
            if word in ("regions", "zones", "locations"):
                return value
        return "global" if "global" in self.segments else self.region

    def find(self, name: str = "", service: str = "") -> Obj | None:
        """An object by its canonical name; by default the one that the path names."""
        state, service = self.world.state, service or self.service.name
        return state.get(service, name or stand_in(state, service, self.name))

    def need(self, name: str = "", kind: Kind | None = None) -> Obj:
        """The same, or the API's own 404."""
        obj = self.find(name)
        kind = kind or self.kind
        if (
            obj is None
            or obj.meta.get("deleted_at")
            or (kind is not None and obj.kind != kind.name)
        ):
            raise self.missing(name or self.name, kind)
        return obj

    def missing(self, name: str, kind: Kind | None = None) -> ApiError:
        """The 404 for a name, in the kind's words."""
        kind = kind or self.kind
        words = (kind.not_found if kind else "") or self.service.not_found
        return not_found(self.fill(words, name, kind))

    def fill(self, words: str, name: str, kind: Kind | None) -> str:
        """A message with ``{name}``, ``{id}``, the project's ``{number}`` and the steps of the name put in."""
        parts = name.split("/")
        steps = dict(zip(parts[::2], parts[1::2], strict=False))
        number = self.world.number_of(steps["projects"]) if "projects" in steps else ""
        facts = {**steps, "name": self.world.told(kind, name), "id": parts[-1], "number": number}
        return words.format_map(defaultdict(str, facts))
