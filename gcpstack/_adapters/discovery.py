"""google-api-python-client: one adapter for every kind, told by a row what is peculiar.

The APIs it serves differ in the names of methods and parameters, in how a change is written (a mask
in the query, a mask in the body, a merge patch guarded by an etag), and in how operations are
answered with. All of that is data.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gcpstack._adapters import operations
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.exclusive import Named, settle
from gcpstack._adapters.rest import Collection
from gcpstack._adapters.wire import mask, mask_text, merge_patch, pick, revealed
from gcpstack._core.json import Body, Path, get
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import AlreadyExists, FailedPrecondition, NotFound

#: How a change is written: a merge patch, or the changed fields with a mask in the query, or both
#: within a body, or the object as a whole.
Style = Literal["merge", "mask", "wrapped", "whole", ""]


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A flag that has methods of its own.

    Attributes:
        path: the flag's wire path.
        on: the method that sets it.
        off: the method that clears it.
    """

    path: str
    on: str
    off: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind.

    Attributes:
        api: the API's short name.
        version: such as ``v2``.
        collection: its place in the API.
        one: parameters that name one object; values hold ``{variables}`` of the identity, its
            whole ``{path}``, or the ``{id}`` at the end of that.
        parent: parameters that name what holds the collection.
        read: the method that reads one.
        create: the method that makes one.
        names: whether `create` takes the parameters of `one` instead of `parent`'s.
        alone: whether `create` takes neither: the body says it all.
        id: the parameter of `create` that names the object, beside those of its parent.
        writes: parameters that name one object in a creation or a change, where these differ from
            `one`.
        change: the method that changes.
        together: fields that a change must name together.
        undelete: the method that brings back what was deleted and still holds its name.
        stays: tells from the identity what Google made itself: it is never deleted.
        body: wraps the body of `create`: (identity, body).
        shape: last touch to the body of a change, before it is cut down to what changes.
        settle: the same, where it takes the change itself: (edit, body).
        params: further parameters of writes.
        style: how a change is written.
        one_of: fields of which only one may be set, at any depth.
        wrap: the field that holds the object in a wrapped change.
        etag: the header or parameter of a guarded change, and where the live body has its value.
        switches: flags with methods of their own.
        delete: the method that deletes; nothing where deleting is never done.
        delete_params: further parameters of it.
        items: the field of a page that holds the objects; nothing where lists tell too little.
        list_params: further parameters of a list.
        key: tells the name of a listed object.
        ids: tells what identifies a listed object in its collection, where that is more than a
            name.
        there: tells from the body whether the object counts as existing.
        settled: tells from the body whether the object is done being made.
        view: what is made of a live object's body, for outputs that are not fields of it.
        steps: lists the calls of an update, where that takes more than one of `change`.
        operations: the service whose operations writes answer with; nothing where they are done.
    """

    api: str
    version: str
    collection: str
    one: Mapping[str, str]
    parent: Mapping[str, str]
    read: str = "get"
    create: str = "create"
    names: bool = False
    alone: bool = False
    id: str = ""
    writes: Mapping[str, str] = field(default_factory=dict)
    change: str = "patch"
    together: tuple[frozenset[str], ...] = ()
    undelete: str = ""
    stays: Callable[[Mapping[str, str]], bool] = field(default=lambda _: False)
    body: Callable[[Mapping[str, str], Body], Body] = field(
        default=lambda ids, body: {**body, "name": ids["name"]}
    )
    shape: Callable[[Body], Body] = field(default=lambda body: body)
    settle: Callable[[Edit, Body], Body] = field(default=lambda _, body: body)
    params: Mapping[str, object] = field(default_factory=dict)
    style: Style = ""
    one_of: tuple[frozenset[str], ...] = ()
    wrap: str = ""
    etag: tuple[str, str] = ("", "")
    switches: tuple[Switch, ...] = ()
    delete: str = "delete"
    delete_params: Mapping[str, object] = field(default_factory=dict)
    items: str = ""
    list_params: Mapping[str, object] = field(default_factory=dict)
    key: Callable[[Body], str] = field(default=lambda body: str(body.get("name", "")))
    ids: Callable[[Body], Mapping[str, str]] | None = None
    there: Callable[[Body], bool] = field(default=lambda _: True)
    settled: Callable[[Body], bool] = field(default=lambda _: True)
    view: Callable[[Body], Body] = field(default=lambda body: body)
    steps: "Callable[[Discovery, Edit], Iterable[Step]] | None" = None
    operations: str = ""


class Discovery:
    """The adapter of one kind."""

    def __init__(self, clients: Clients, row: Row) -> None:
        """Serve a kind.

        Args:
            clients: makes the clients.
            row: what is peculiar to the kind.
        """
        self.clients = clients
        self._row = row
        self.lists = bool(row.items)
        self._collection = Collection(clients, row.api, row.version, row.collection)

    def get(self, target: Target) -> Observed | None:
        """Read one object; None where it does not exist."""
        try:
            body = self._collection.call(self._row.read, _filled(self._row.one, target))
        except NotFound:
            return None
        return self._observed(body, target.path) if self._row.there(body) else None

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every object of the collection that *target* stands in; none where nothing holds it."""
        if not self._row.items:
            found = self.get(target)
            return [found] if found else []
        params = {**_filled(self._row.parent, target), **self._row.list_params}
        try:
            items = self._collection.pages(params, self._row.items)
        except NotFound:
            return []
        out = []
        for body in filter(self._row.there, items):
            there = replace(target, ids={**target.ids, **self._named(body)}, assigned="")
            out.append(self._observed(body, there.path))
        return out

    def _observed(self, body: Body, path: str) -> Observed:
        return Observed(self._row.view(body), path, settled=self._row.settled(body))

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Begin to make the object, or to bring it back where its deletion can be undone.

        What it had before shows as a difference afterwards, and is set by an update.
        """
        row = self._row
        plain, secrets = revealed(body)
        where = (row.writes or row.one) if row.names else row.parent
        params = {
            **({} if row.alone else _filled(where, target)),
            **row.params,
            **({row.id: target.ids["name"]} if row.id else {}),
            "body": row.body(target.ids, plain),
        }
        try:
            return self._operation(self._collection.call(row.create, params, hide=secrets), target)
        except (AlreadyExists, FailedPrecondition):
            if not row.undelete or self.get(target) is not None:
                raise
        answer = self._collection.call(row.undelete, {**_filled(row.one, target), "body": {}})
        return self._operation(answer, target)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the calls: one for the body, one for each flag with methods of its own."""
        row = self._row
        if row.steps is not None:
            return list(row.steps(self, edit))
        switched = {tuple(switch.path.split(".")): switch for switch in row.switches}
        changed = [path for path in edit.changed if path not in switched]
        steps = [Step("update", lambda: self._change(edit, changed))] if changed else []
        steps += [
            Step(
                switch.on if get(edit.merged, path) else switch.off,
                functools.partial(self._switch, edit, path, switch),
            )
            for path, switch in switched.items()
            if path in edit.changed
        ]
        return steps if row.style else []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Begin to delete the object; done at once where it is gone already."""
        if not self._row.delete or self._row.stays(target.ids):
            return Finished()
        params = {**_filled(self._row.one, target), **self._row.delete_params}
        try:
            return self._operation(self._collection.call(self._row.delete, params), target)
        except NotFound:
            return Finished()
        except FailedPrecondition:
            # What was deleted, but can be brought back, may be refused to be deleted again.
            if not self._row.undelete or self.get(target) is not None:
                raise
            return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation that another process began."""
        return operations.resume(self.clients, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """These kinds give no write-only value back."""
        return None

    # --- for `Row.steps` ----------------------------------------------------------------------

    def call(
        self, method: str, params: Mapping[str, object], target: Target, hide: Sequence[str] = ()
    ) -> Operation:
        """Call a method on one object; follow what it answers with."""
        every = {**_filled(self._row.one, target), **params}
        return self._operation(self._collection.call(method, every, hide=hide), target)

    def _change(self, edit: Edit, changed: Sequence[Path]) -> Operation:
        row = self._row
        plain, secrets = revealed(settle(edit.merged, edit.desired, Named(row.one_of)))
        plain = row.settle(edit, row.shape(plain))
        params: Body = {**_filled(row.writes or row.one, edit.target), **row.params}
        headers = {}
        guard, held = row.etag
        if guard and edit.live.get(held):
            if guard == "If-Match":
                headers[guard] = str(edit.live[held])
            else:
                params[guard] = edit.live[held]
        fields = self._fields(changed)
        if row.style == "merge":
            params["body"] = merge_patch(plain, changed)
        elif row.style == "whole":
            params["body"] = plain
        elif row.style == "mask":
            params |= {"body": pick(plain, fields), "updateMask": mask_text(fields)}
        else:
            params["body"] = {row.wrap: pick(plain, fields), "updateMask": mask_text(fields)}
        answer = self._collection.call(row.change, params, hide=secrets, headers=headers)
        return self._operation(answer, edit.target)

    def _named(self, body: Body) -> Mapping[str, str]:
        """Tell a listed object from the others of its collection."""
        if self._row.ids is not None:
            return self._row.ids(body)
        return {"name": self._row.key(body).rsplit("/", 1)[-1]}

    def _fields(self, changed: Sequence[Path]) -> tuple[Path, ...]:
        """Return the fields that a mask names."""
        fields = mask(changed)
        named = {path[0] for path in fields}
        beside = {
            one for group in self._row.together if group & named for one in sorted(group - named)
        }
        return (*fields, *((one,) for one in sorted(beside)))

    def _switch(self, edit: Edit, path: Path, switch: Switch) -> Operation:
        method = switch.on if get(edit.merged, path) else switch.off
        params = {**_filled(self._row.one, edit.target), "body": {}}
        return self._operation(self._collection.call(method, params), edit.target)

    def _operation(self, answer: Body, target: Target) -> Operation:
        name, service = str(answer.get("name", "")), self._row.operations
        if service == "sqladmin":
            return operations.sql(self.clients, target.ids["project"], answer)
        # Some methods of such a service answer with the object itself.
        if service and "operations/" in name:
            return operations.longrunning(self.clients, service, answer)
        return Finished(answer or None)


def _filled(params: Mapping[str, str], target: Target) -> Body:
    known = {**target.ids, "path": target.path, "id": target.path.rsplit("/", 1)[-1]}
    return {key: value.format_map(known) for key, value in params.items()}
