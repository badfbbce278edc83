"""Compute Engine: one adapter for every kind, told by a row what each kind's methods are.

The API's habits (https://cloud.google.com/compute/docs/reference/rest/v1): an insert takes the whole
object; an ``update`` (PUT) replaces it, a ``patch`` merges; fields with a method of their own
(``setLabels``, ``setTarget`` …) are ignored or refused by the other two; fingerprints guard against
lost updates; request ids make repeated calls harmless.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gcpstack._adapters import gapic, operations, rest
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.exclusive import Named, settle
from gcpstack._adapters.wire import (
    derived_id,
    mask,
    mask_text,
    merge_patch,
    revealed,
    unsets,
    without,
)
from gcpstack._core.json import Body, Path, get
from gcpstack._core.normal import empty
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import NotFound

_MODULE = "google.cloud.compute_v1"
_URL = "https://www.googleapis.com/compute/v1/"

#: What Google alone writes; it is not sent back.
_OUTPUT = ("creationTimestamp", "id", "kind", "region", "selfLink", "selfLinkWithId")


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A method that sets some fields of its own.

    Attributes:
        method: its name in the API, such as ``setSecurityPolicy``.
        sets: the dotted wire paths it sets.
        takes: the request's field that holds its body, in JSON form; empty where it has none.
        body: the names in that body, and the wire path that each is read from.
        fingerprint: the wire path of what guards it, also its name in the body.
        id: the request's field that names the object, where it isn't the row's.
        after_insert: an insert ignores the field.
        usual: what to say where nothing is to be set, by the names in that body.
        clears_last: what it sets can only be taken away once the others have set what stands in
            for it.
    """

    method: str
    sets: tuple[str, ...]
    takes: str
    body: Mapping[str, str]
    fingerprint: str = ""
    id: str = ""
    after_insert: bool = False
    usual: Mapping[str, object] = field(default_factory=dict)
    clears_last: bool = False

    def rank(self, merged: Body) -> bool:
        """Return whether it comes after the others."""
        unset = all(get(merged, tuple(path.split("."))) is None for path in self.sets)
        return self.clears_last and unset


SET_LABELS = Verb(
    method="setLabels",
    sets=("labels",),
    takes="globalSetLabelsRequestResource",
    body={"labels": "labels"},
    fingerprint="labelFingerprint",
    id="resource",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of Compute.

    Attributes:
        noun: its name in method and client names, such as ``GlobalAddress``.
        plural: of that, as in the client's name.
        collection: its name in the API's description, such as ``globalAddresses``.
        resource: its message, such as ``Address``; also names it in requests.
        change: how the body is changed: ``update`` (PUT), ``patch``, or nothing.
        masks: whether a patch clears what its mask names, and not what it says null of.
        verbs: further methods, in the order in which they are called.
        output: wire paths that only Google writes, beside the usual ones.
        urls: wire names whose links must be full URLs.
        fixed: fields that make an object of the collection one of this kind.
        one_of: fields of which only one may be set, at any depth.
        bars: names further live fields that the changed body may not hold.
        lists: whether the list tells as much of an object as a get.
        busy: states in which the object is still being made.
        more: makes further steps of an update, beside the body and the verbs.
        aside: wire paths that `more` takes care of.
    """

    noun: str
    plural: str
    collection: str
    resource: str
    change: str = ""
    masks: bool = False
    verbs: tuple[Verb, ...] = ()
    output: tuple[str, ...] = ()
    urls: frozenset[str] = frozenset()
    fixed: Mapping[str, object] = field(default_factory=dict)
    one_of: tuple[frozenset[str], ...] = ()
    bars: Callable[[Body], Iterable[str]] = field(default=lambda _: ())
    lists: bool = True
    busy: frozenset[str] = frozenset()
    more: "Callable[[Compute, Edit], Iterable[Step]] | None" = None
    aside: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The request's field that names the object."""
        return self.resource[:1].lower() + self.resource[1:]

    @property
    def takes(self) -> str:
        """The request's field that holds the object."""
        return f"{self.id}Resource"


class Compute:
    """The adapter of one kind of Compute."""

    def __init__(self, clients: Clients, row: Row) -> None:
        """Serve a kind.

        Args:
            clients: makes the clients.
            row: what is peculiar to the kind.
        """
        self.clients = clients
        self.row = row
        self.lists = row.lists
        self._api = gapic.Api(clients, _MODULE, f"{row.plural}Client")

    def get(self, target: Target) -> Observed | None:
        """Read one object; None where it does not exist."""
        request = {**self.scope(target), self.row.id: target.ids["name"]}
        try:
            body = self._api.json("get", f"Get{self.row.noun}Request", request)
        except NotFound:
            return None
        return self._observed(target, body)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every object of the collection that *target* stands in."""
        request = {**self.scope(target), "maxResults": 500}
        items = self._api.pages("list", f"List{self.row.plural}Request", request, "items")
        fixed = self.row.fixed.items()
        return [
            self._observed(target, item)
            for item in items
            if all(item.get(key) == value for key, value in fixed)
        ]

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Begin to make the object.

        What an insert ignores shows as a difference afterwards, and is set by an update.
        """
        plain, secrets = revealed(body)
        late = [path for verb in self.row.verbs if verb.after_insert for path in verb.sets]
        sent = {**without(plain, late), **self.row.fixed, "name": target.ids["name"]}
        request = {**self.scope(target), self.row.takes: self.full(sent), **_id(request_id)}
        return self.call("insert", request, target, hide=secrets)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the calls: the body first, since the other calls change its fingerprint."""
        steps: list[Step] = []
        aside = [*self.row.aside, *(path for verb in self.row.verbs for path in verb.sets)]
        rest_changed = [path for path in edit.changed if not _under(path, aside)]
        if rest_changed and self.row.change == "update":
            steps.append(Step("update", lambda: self._put(edit)))
        elif rest_changed:
            steps.append(Step("patch", lambda: self.patch(edit, rest_changed)))
        merged, _ = revealed(edit.merged)
        steps += [
            Step(
                _title(verb.method),
                self._set(verb, edit.target, edit.live, merged, edit.request_id),
            )
            for verb in sorted(self.row.verbs, key=lambda verb: verb.rank(merged))
            if edit.touches(*verb.sets)
        ]
        if self.row.more is not None:
            steps += self.row.more(self, edit)
        return steps

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Begin to delete the object; done at once where it is gone already."""
        request = {
            **self.scope(target),
            self.row.id: target.ids["name"],
            **_id(request_id),
        }
        try:
            return self.call("delete", request, target)
        except NotFound:
            return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation that another process began."""
        return operations.resume(self.clients, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """Compute gives no write-only value back."""
        return None

    # --- for `Row.more` -----------------------------------------------------------------------

    def scope(self, target: Target) -> Body:
        """Name the collection in a request: project, and region or zone."""
        return {key: value for key, value in target.ids.items() if key != "name"}

    def wanted(self, edit: Edit) -> tuple[Body, tuple[str, ...]]:
        """Build the body that the object should have, and tell the secrets in it."""
        merged = settle(edit.merged, edit.desired, Named(self.row.one_of))
        return revealed(without(merged, [".".join(map(str, path)) for path in self._barred(edit)]))

    def _barred(self, edit: Edit) -> Sequence[Path]:
        """List the live fields that what is declared excludes."""
        merged = settle(edit.merged, edit.desired, Named(self.row.one_of))
        paths: list[Path] = [tuple(path.split(".")) for path in self.row.bars(merged)]
        return [path for path in paths if get(edit.desired, path) is None]

    def read(self, method: str, request: Mapping[str, object]) -> Body:
        """Call a reading method, by its name in the API."""
        return self._api.json(_snake(method), self._request(method), request)

    def call(
        self,
        method: str,
        request: Mapping[str, object],
        target: Target,
        *,
        hide: Sequence[str] = (),
    ) -> Operation:
        """Call a method that answers with an operation, by its name in the API."""
        answer = self._api.json(
            f"{_snake(method)}_unary", self._request(method), request, hide=hide
        )
        return operations.compute(self.clients, target.ids["project"], answer)

    def patch(self, edit: Edit, changed: Sequence[Path]) -> Operation:
        """Patch some paths, under the fingerprint of the live body."""
        plain, secrets = self.wanted(edit)
        changed = [*changed, *(path for path in self._barred(edit) if get(edit.live, path))]
        patch = self.full({**merge_patch(plain, changed), **_fingerprint(edit.live)})
        request = {
            **self.scope(edit.target),
            self.row.id: edit.target.ids["name"],
            **_id(edit.request_id),
        }
        if self.row.masks:
            gone = [path for path in mask(changed, depth=1000) if empty(get(patch, path))]
            patch = without(patch, [".".join(map(str, path)) for path in gone])
            request |= {"updateMask": mask_text(gone)} if gone else {}
        if not unsets(patch):
            return self.call("patch", {**request, self.row.takes: patch}, edit.target, hide=secrets)
        # Messages of google-cloud-compute can't say null, which is what unsets a field in a patch.
        collection = rest.Collection(self.clients, "compute", "v1", self.row.collection)
        answer = collection.call("patch", {**request, "body": patch}, hide=secrets)
        return operations.compute(self.clients, edit.target.ids["project"], answer)

    def full(self, body: Body) -> Body:
        """Write links as full URLs where a partial one is refused.

        https://cloud.google.com/compute/docs/reference/rest/v1/backendServices: a backend's group
        must be given by its full URL.
        """
        return _full(body, self.row.urls) if self.row.urls else body

    # --- the calls of an update ---------------------------------------------------------------

    def _put(self, edit: Edit) -> Operation:
        plain, secrets = self.wanted(edit)
        sent = without(plain, [*_OUTPUT, *self.row.output])
        request = {
            **self.scope(edit.target),
            self.row.id: edit.target.ids["name"],
            self.row.takes: self.full({**sent, **_fingerprint(edit.live)}),
            **_id(edit.request_id),
        }
        return self.call("update", request, edit.target, hide=secrets)

    def _set(
        self, verb: Verb, target: Target, live: Body, merged: Body, request_id: str
    ) -> Callable[[], Operation]:
        body: Body = {}
        for name, path in verb.body.items():
            value = get(merged, tuple(path.split(".")), verb.usual.get(name))
            if value is not None:
                body[name] = value
        if verb.fingerprint:
            body[verb.fingerprint] = live.get(verb.fingerprint, "")
        request = {
            **self.scope(target),
            verb.id or self.row.id: target.ids["name"],
            **({verb.takes: body} if verb.takes else {}),
        }
        if verb.method != SET_LABELS.method:  # of these methods, only this one takes no request id
            request |= _id(derived_id(request_id, verb.method))
        return lambda: self.call(verb.method, request, target)

    def _observed(self, target: Target, body: Body) -> Observed:
        ids = {**target.ids, "name": str(body.get("name", ""))}
        path = replace(target, ids=ids, assigned="").path
        return Observed(body, path, settled=body.get("status") not in self.row.busy)

    def _request(self, method: str) -> str:
        return f"{method[:1].upper()}{method[1:]}{self.row.noun}Request"


def _snake(method: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)


def _title(method: str) -> str:
    return _snake(method).replace("_", " ")


def _id(request_id: str) -> Body:
    return {"requestId": request_id} if request_id else {}


def _fingerprint(live: Body) -> Body:
    return {"fingerprint": live["fingerprint"]} if live.get("fingerprint") else {}


def _under(path: Path, prefixes: Iterable[str]) -> bool:
    return any(path[: len(cut)] == cut for cut in (tuple(one.split(".")) for one in prefixes))


def _full(body: Body, names: frozenset[str]) -> Body:
    out: Body = {}
    for key, value in body.items():
        if key in names and isinstance(value, str) and value.startswith("projects/"):
            out[key] = _URL + value
        elif isinstance(value, dict):
            out[key] = _full(value, names)
        elif isinstance(value, list):
            out[key] = [_full(item, names) if isinstance(item, dict) else item for item in value]
        else:
            out[key] = value
    return out
