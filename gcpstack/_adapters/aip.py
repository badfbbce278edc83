"""The google-cloud-* libraries: one adapter for every kind, told by a row what is peculiar.

Their methods follow https://google.aip.dev/130 to 135: create with a parent and an id, update with
a mask of what changes, delete by name; slow ones answer with an operation.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gcpstack._adapters import gapic, operations
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.exclusive import Message, settle
from gcpstack._adapters.transport import load
from gcpstack._adapters.wire import mask, mask_text, pick, revealed
from gcpstack._core import marks
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import AlreadyExists, NotFound


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind.

    Attributes:
        module: the library, such as ``google.cloud.run_v2``.
        client: the name of its client's class.
        noun: the message, also in the names of methods: ``Service``.
        plural: of that: ``Services``.
        parent: the field of create and list requests that names the parent.
        id: the field of a create request that names the object; nothing where Google chooses.
        operations: the service whose operations it answers with; nothing where it answers at once.
        depth: how far down the update mask names fields; 0 where an update takes the whole object.
        etag: whether an update sends back the etag it was read with.
        settled: tells from the body whether the object is done being made.
        shape: last touch to the body of an update: (edit, body).
        parts: groups of fields that are changed by a call of their own, in this order, before the
            rest.
        fill: puts into a body what Google asks for and a declaration may leave to us.
        more: makes further steps of an update, after the others.
        aside: fields that `more` takes care of.
        again: what is sent to bring up again what failed to come up.
    """

    module: str
    client: str
    noun: str
    plural: str
    parent: str = "parent"
    id: str = ""
    operations: str = ""
    depth: int = 1
    etag: bool = False
    settled: Callable[[Body], bool] = field(default=lambda _: True)
    shape: Callable[[Edit, Body], Body] = field(default=lambda _, body: body)
    parts: tuple[frozenset[str], ...] = ()
    fill: Callable[[Body], Body] = field(default=lambda body: body)
    more: "Callable[[Aip, Edit], Iterable[Step]] | None" = None
    aside: frozenset[str] = frozenset()
    again: tuple[Path, ...] = ()

    @property
    def field(self) -> str:
        """The field of a request that holds the object."""
        return f"{self.noun[:1].lower()}{self.noun[1:]}"

    @property
    def items(self) -> str:
        """The field of a page that holds the objects."""
        return f"{self.plural[:1].lower()}{self.plural[1:]}"


class Aip:
    """The adapter of one kind."""

    lists = True

    def __init__(self, clients: Clients, row: Row, *, stack: str = "") -> None:
        """Serve a kind.

        Args:
            clients: makes the clients.
            row: what is peculiar to the kind.
            stack: whose marked objects are ours, where Google chooses the ids.
        """
        self._clients = clients
        self._row = row
        self._stack = marks.slug(stack) if stack else ""
        self._api = gapic.Api(clients, row.module, row.client)

    def get(self, target: Target) -> Observed | None:
        """Read one object; None where it does not exist."""
        if target.kind.server_assigned and not target.assigned:
            return self._search(target)
        noun = self._row.noun
        try:
            body = self._api.json(f"get{_snake(noun)}", f"Get{noun}Request", {"name": target.path})
        except NotFound:
            return self._search(target) if target.kind.server_assigned else None
        return self._observed(target, body)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every object of the collection that *target* stands in; none where nothing holds it."""
        plural = self._row.plural
        try:
            items = self._api.pages(
                f"list{_snake(plural)}",
                f"List{plural}Request",
                {self._row.parent: _parent(target), "pageSize": 200},
                self._row.items,
            )
        except NotFound:
            return []
        return [self._observed(target, item) for item in items]

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Begin to make the object.

        Raises:
            AlreadyExists: it exists; where Google chooses the id, an object with the same mark.
        """
        row = self._row
        if target.kind.server_assigned:
            mark = {marks.NAME: marks.slug(target.ids["name"]), **_labels(body)}
            body = {**body, "userLabels": mark}
        if not row.id and self._search(target, labels=_labels(body)) is not None:
            raise AlreadyExists(f"{target.kind.title} {target.ids['name']} exists")
        plain, secrets = revealed(body)
        request: Body = {row.parent: _parent(target), row.field: row.fill(plain)}
        if row.id:
            request[row.id] = target.ids["name"]
        return self.call("Create", request, secrets)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the calls: each names what it changes and sends that as it should be."""
        row = self._row
        changed = edit.changed or (row.again if edit.again else ())
        fields = [path for path in mask(changed, depth=row.depth or 1) if path[0] not in row.aside]
        groups = [[path for path in fields if path[0] in part] for part in row.parts]
        groups.append([path for path in fields if not any(path[0] in part for part in row.parts)])
        steps = [
            Step(
                f"update {mask_text(group)}" if row.parts else "update",
                functools.partial(self._change, edit, group),
            )
            for group in groups
            if group
        ]
        if row.more is not None:
            steps += row.more(self, edit)
        return steps

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Begin to delete the object; done at once where it is gone already."""
        name = target.path
        if target.kind.server_assigned and not target.assigned:
            found = self._search(target)
            if found is None:
                return Finished()
            name = found.path
        try:
            return self.call("Delete", {"name": name})
        except NotFound:
            return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation that another process began."""
        return operations.resume(self._clients, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """These kinds give no write-only value back."""
        return None

    @property
    def _message(self) -> Message:
        return Message(getattr(load(self._row.module), self._row.noun).pb().DESCRIPTOR)

    def _change(self, edit: Edit, fields: Sequence[Path]) -> Operation:
        row = self._row
        plain, secrets = revealed(settle(edit.merged, edit.desired, self._message))
        held = pick(plain, fields) if row.depth else plain
        body = {**row.fill(row.shape(edit, held)), "name": edit.target.path}
        if row.etag and edit.live.get("etag"):
            body["etag"] = edit.live["etag"]
        request: Body = {row.field: body}
        if row.depth:
            request["updateMask"] = mask_text(fields)
        return self.call("Update", request, secrets)

    def call(self, verb: str, request: Body, hide: Sequence[str] = ()) -> Operation:
        """Call a method that is named by a verb and the kind's noun."""
        noun = self._row.noun
        method = f"{verb.lower()}{_snake(noun)}"
        answer = self._api.call(method, f"{verb}{noun}Request", request, hide=hide)
        if self._row.operations:
            told = gapic.operation_json(answer)
            return operations.longrunning(self._clients, self._row.operations, told)
        gone = answer is None and verb == "Delete"
        return Finished(None if gone else gapic.to_json(answer))

    def _search(
        self, target: Target, labels: Mapping[str, object] | None = None
    ) -> Observed | None:
        """Find the object that carries our mark."""
        wanted = labels or {marks.NAME: marks.slug(target.ids["name"])}
        for item in self.list(replace(target, assigned="")):
            if item.alias and wanted.items() <= _labels(item.body).items():
                return item
        return None

    def _observed(self, target: Target, body: Body) -> Observed:
        settled = self._row.settled(body)
        name = str(body.get("name", ""))
        if target.kind.server_assigned:
            return Observed(body, _relative(target, name), settled, alias=self._alias(target, body))
        # Some APIs answer with the project's number in the name: ours says its id.
        ids = {**target.ids, "name": name.rsplit("/", 1)[-1]}
        return Observed(body, replace(target, ids=ids, assigned="").path, settled)

    def _alias(self, target: Target, body: Body) -> str:
        labels = _labels(body)
        name = labels.get(marks.NAME)
        if not name or (self._stack and labels.get(marks.STACK) != self._stack):
            return ""
        return replace(target, ids={**target.ids, "name": str(name)}, assigned="").path


def _parent(target: Target) -> str:
    """The resource that holds the collection."""
    return target.kind.template.parent.parent.format(target.ids)


def _relative(target: Target, name: str) -> str:
    """Say the project's id in a name that Google may have written with its number."""
    collection = target.kind.template.parent.format(target.ids)
    return f"{collection}/{name.rsplit('/', 1)[-1]}"


def _labels(body: Body) -> Mapping[str, object]:
    found = body.get("userLabels")
    return found if isinstance(found, dict) else {}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
