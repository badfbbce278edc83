"""Functions: built from a folder or an archive, known by a label that tells which.

https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions. Google keeps
a copy of the source and tells where that is, not what it was made from. So each function carries a
label with the digest of its source, and `Functions` shows that as a field beside Google's.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._adapters.error_facts import from_http
from gcpstack._adapters.errors import error_of, translated
from gcpstack._adapters.rest import Collection
from gcpstack._adapters.transport import CONNECT, READ
from gcpstack._adapters.wire import mask, mask_text, pick, revealed
from gcpstack._core import fence
from gcpstack._core.json import Body, Path, clone_body, drop, get, put
from gcpstack._core.ports import Edit, Observed, Operation, Step, Target
from gcpstack.exceptions import InvalidRequest
from gcpstack.resources.functions.archives import digest, zipped

_PLACE = "projects/{project}/locations/{location}"
#: The label that tells the source.
_LABEL = "gcpstack-source"
_SOURCE: Path = ("buildConfig", "source")
_CPU: Path = ("serviceConfig", "availableCpu")
_ARCHIVE = "application/zip"

# Fields of a declaration that stand elsewhere, or in several forms, at Google.
_EGRESS = "vpcEgress"
_UPDATES = "baseImageUpdates"
_CONNECTOR_EGRESS: Path = ("serviceConfig", "vpcConnectorEgressSettings")
_DIRECT_EGRESS: Path = ("serviceConfig", "directVpcEgress")
_EGRESSES = {"all-traffic": "ALL_TRAFFIC", "private-ranges-only": "PRIVATE_RANGES_ONLY"}
_POLICIES: Mapping[str, Path] = {
    "automatic": ("buildConfig", "automaticUpdatePolicy"),
    "on-deploy": ("buildConfig", "onDeployUpdatePolicy"),
}
#: Where each of them is sent.
_MOVED: Mapping[str, tuple[Path, ...]] = {
    "source": (_SOURCE, ("labels",)),
    _EGRESS: (_CONNECTOR_EGRESS, _DIRECT_EGRESS),
    _UPDATES: tuple(_POLICIES.values()),
}
#: Fields that a mask names whole.
_WHOLE = frozenset({"eventTrigger", "labels"})


def _view(body: Body) -> Body:
    """Show what a function is declared with."""
    told = clone_body(body)
    told["source"] = {"digest": get(body, ("labels", _LABEL)) or ""}
    egress = str(get(body, _DIRECT_EGRESS) or get(body, _CONNECTOR_EGRESS) or "")
    plain = {value: name for name, value in _EGRESSES.items()}
    told[_EGRESS] = plain.get(egress.removeprefix("VPC_EGRESS_"))
    told[_UPDATES] = next((name for name, path in _POLICIES.items() if _has(body, path)), None)
    return told


def _has(body: Mapping[str, object], path: Path) -> bool:
    parent = get(body, path[:-1])
    return isinstance(parent, Mapping) and path[-1] in parent


_ROW = Row(
    api="cloudfunctions",
    version="v2",
    collection="projects.locations.functions",
    one={"name": "{path}"},
    parent={"parent": _PLACE},
    id="functionId",
    body=lambda _, body: body,
    items="functions",
    list_params={"pageSize": 100},
    view=_view,
    settled=lambda body: body.get("state") != "DEPLOYING",
    operations="cloudfunctions",
)


class Functions:
    """The adapter of ``cloudfunctions.Function``."""

    lists = True

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._clients = clients
        self._inner = Discovery(clients, _ROW)
        self._functions = Collection(clients, _ROW.api, _ROW.version, _ROW.collection)

    def get(self, target: Target) -> Observed | None:
        """Read one function; None where it does not exist."""
        return self._inner.get(target)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every function of the place."""
        return self._inner.list(target)

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Upload the source and begin to build and deploy it.

        Raises:
            InvalidRequest: the source can't be read, or is not what was planned.
        """
        return self._inner.create(target, self._written(target, body, upload=True), request_id)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the one call: what differs is deployed at once; what failed is, with its source."""
        return [Step("deploy", lambda: self._deploy(edit))] if edit.changed or edit.again else []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Begin to delete the function, with its service; done at once where it is gone already."""
        return self._inner.delete(target, live, request_id)

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation that another process began."""
        return self._inner.resume(target, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """A function gives no write-only value back."""
        return None

    def _deploy(self, edit: Edit) -> Operation:
        changed = edit.changed or (("source",),)
        upload = any(path[0] == "source" for path in changed)
        places = [place for path in changed for place in _MOVED.get(str(path[0]), (path,))]
        fields = mask([path[:1] if path[0] in _WHOLE else path for path in places], depth=2)
        source = edit.desired.get("source") or edit.merged.get("source")
        body = self._written(edit.target, {**edit.merged, "source": source}, upload=upload)
        if edit.touches("serviceConfig.availableMemory") and not get(edit.desired, _CPU):
            # CPU that was never asked for follows from the memory: it is worked out anew.
            drop(body, _CPU)
            fields = (*fields, _CPU)
        plain, secrets = revealed(body)
        params = {"body": pick(plain, fields), "updateMask": mask_text(fields)}
        return self._inner.call("patch", params, edit.target, hide=secrets)

    def _written(self, target: Target, body: Body, *, upload: bool) -> Body:
        """Write a declaration as Google takes it; its source is uploaded where it is a folder."""
        out = clone_body(body)
        source: Any = out.pop("source", None) or {}
        egress, updates = out.pop(_EGRESS, None), out.pop(_UPDATES, None)
        for path in (_CONNECTOR_EGRESS, _DIRECT_EGRESS):
            drop(out, path)
        if egress:
            direct = get(out, ("serviceConfig", "directVpcNetworkInterface"))
            word = _EGRESSES[str(egress)]
            put(
                out,
                *((_DIRECT_EGRESS, f"VPC_EGRESS_{word}") if direct else (_CONNECTOR_EGRESS, word)),
            )
        if updates:
            for path in _POLICIES.values():
                drop(out, path)
            put(out, _POLICIES[str(updates)], {})
        if upload and source:
            put(out, _SOURCE, {"storageSource": self._stored(target, source)})
            put(out, ("labels", _LABEL), source["digest"])
        return out

    def _stored(self, target: Target, source: Mapping[str, Any]) -> Body:
        """Return where the archive is; a folder is packed and uploaded."""
        if source.get("bucket"):
            named = ("bucket", "object", "generation")
            return {key: source[key] for key in named if source.get(key)}
        folder = str(source.get("folder") or "")
        if not folder:
            raise InvalidRequest(
                f"the source of {target.path} is not declared", remedy="Declare it to deploy it."
            )
        try:
            content, held = zipped(folder), digest(folder)
        except OSError as error:
            raise InvalidRequest(f"the folder {folder} can't be packed: {error}") from error
        if held != source.get("digest"):
            raise InvalidRequest(
                f"the folder {folder} has changed since this was planned", remedy="Plan again."
            )
        return self._uploaded(target, content)

    def _uploaded(self, target: Target, content: bytes) -> Body:
        """Put an archive where Google takes it from: at a signed address, without credentials.

        https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions/generateUploadUrl
        """
        parent = _PLACE.format(**target.ids)
        told: Any = self._functions.call("generateUploadUrl", {"parent": parent, "body": {}})
        url = str(told["uploadUrl"])
        if str(urlsplit(url).hostname).endswith(".googleapis.com"):
            url = self._clients.route("https://" + url.partition("://")[2])
        fence.passed()
        with translated():
            answer = self._clients.plain.put(
                url,
                data=content,
                headers={"content-type": _ARCHIVE},
                timeout=(CONNECT, READ),
                allow_redirects=False,
            )
        if not answer.ok:
            raise error_of(from_http(answer.status_code, answer.content, answer.headers))
        stored: Body = told["storageSource"]
        return stored


def adapter(clients: Clients, kind: str, stack: str) -> Functions:  # noqa: ARG001 # one kind
    """Make the adapter."""
    return Functions(clients)
