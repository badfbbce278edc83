"""What is done to one resource: a program for each action."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from gcpstack._core import fence
from gcpstack._core.json import Body, Path
from gcpstack._core.kinds import Health
from gcpstack._core.names import template
from gcpstack._core.ports import Adapter, Edit, Observed, Operation, Step, Target
from gcpstack._core.refs import UNKNOWN, placeholders, resolve
from gcpstack._core.resource import Declared
from gcpstack._engine import diff as differ
from gcpstack._engine import digests
from gcpstack._engine.calls import Asker, Context, Sub
from gcpstack._engine.journal import taken_over
from gcpstack._engine.names import identified, renamed
from gcpstack._engine.plan import Action, Change
from gcpstack._engine.propagation import PROPAGATION, propagating
from gcpstack._engine.retry import doubted
from gcpstack._engine.rollout import rollout_of
from gcpstack._engine.saving import written
from gcpstack._engine.scheduler import Acquire, Release, Sleep
from gcpstack._engine.standing import Standing, lookup_in
from gcpstack._inventory.model import Phase, Record, Relic
from gcpstack.exceptions import (
    AdapterBug,
    AlreadyExists,
    CloudError,
    Conflict,
    FailedPrecondition,
    GcpstackError,
    NotFound,
    WaitTimeout,
)

_NO_REQUEST = str(uuid.UUID(int=0))

#: How many calls may change nothing before the difference is accepted.
_STUCK = 3
#: How often a call is repeated because somebody else wrote in between.
_CONFLICTS = 10
#: How often an object that failed to become ready is retried.
_REDONE = 8
#: How long Google may still believe that a deleted user uses an object, in seconds.
_LINGERING = 300.0


class Node:
    """The programs for one change of a plan."""

    def __init__(self, context: Context, change: Change) -> None:
        """Prepare the programs of a change."""
        self.context = context
        self.change = change
        self.address = change.address
        self.adapter: Adapter = context.adapters(change.kind)
        self.ask = Asker(context, change.address, change.kind)

    # -- programs

    def apply(self) -> Sub[None]:
        """Bring the resource to its declared form."""
        yield from self._locked(self._apply())

    def _identify(self) -> Sub[None]:
        """Complete the identity from other resources; an object with the former identity is replaced."""
        declared, before = self._declared(), self.change
        if declared.late:
            declared = identified(declared, lambda found: lookup_in(self.context.standing, found))
            target = Target(declared.kind, declared.ids)
            self.change = replace(before, declared=declared, target=target)
            if before.live is not None and renamed(before.target, target):
                yield from self._delete(before.target, before.live)
                self.change = replace(self.change, action=Action.CREATE, live=None)
                self._intend(Phase.CREATING, target)
                yield from written(self.context)  # only this run knows the new name

    def _apply(self) -> Sub[None]:
        yield from self._identify()
        change, live = self.change, self.change.live
        if change.action is Action.REPLACE and change.predecessor is None:
            yield from self._delete(change.target, live)
        if change.action in (Action.CREATE, Action.REPLACE):
            self.change = change = replace(change, target=replace(change.target, assigned=""))
            live = yield from self._create(change.target)
        elif change.action is not Action.NOOP and live is not None and not live.settled:
            live = yield from self.ask.visible(self.adapter, change.target)  # another run began it
        if live is None:
            raise AdapterBug(f"{self.address} vanished while it was being changed.")
        if change.diff or change.unfinished or change.action in (Action.CREATE, Action.ADOPT):
            live = yield from self._converge(live)
        if self._declared().waited_for:
            live = yield from self.ask.ready(self.adapter, change.target, live)
        self._settle_record(live)

    def delete(self) -> Sub[None]:
        """Delete the resource and its relics."""
        yield from self._locked(self._delete_all())

    def _delete_all(self) -> Sub[None]:
        for relic in self.change.retire:
            yield from self._delete(relic, None)
        if self.change.live is not None or self.change.kind.debris:
            yield from self._delete(self.change.target, self.change.live)
        self.context.keeper.forget(self.address, deleted=True)
        self.context.freed.add(self.address)

    def retire(self) -> Sub[None]:
        """Delete the predecessors that nothing uses any more."""
        yield from self._locked(self._retire())

    def _retire(self) -> Sub[None]:
        for old in self.change.retire:
            yield from self._delete(old, None)
            self._drop_relic(old)

    def clear(self) -> Sub[None]:
        """Delete the object so that its container can be deleted; both are created again afterwards."""
        yield from self._locked(self._delete(self.change.target, None))

    def forget(self) -> Sub[None]:
        """Drop the record only."""
        self.context.keeper.forget(self.address)
        yield from ()  # a program, though it waits for nothing

    def resume(self, record: Record) -> Sub[None]:
        """Wait for an operation that an earlier run started."""
        target = Target(self.change.kind, record.ids)
        try:
            operation = yield from self.ask.call(
                lambda: self.adapter.resume(target, record.operation)
            )
            yield from self.ask.wait(operation, target, record.phase.value)
        except WaitTimeout:
            raise
        except CloudError as error:
            self.ask.note(f"the operation that was under way ended: {error}")
        self.context.keeper.put(replace(record, operation=""))

    # -- parts of programs

    def _locked(self, inner: Sub[None]) -> Sub[None]:
        kind = self.change.kind
        if not kind.serialize:
            yield from inner
            return
        name = f"{kind.service}:{template(kind.serialize).format(self.change.target.ids)}"
        yield Acquire(name)
        try:
            yield from inner
        except Exception:  # not GeneratorExit: then nobody waits for the lock
            yield Release(name)
            raise
        yield Release(name)

    def _create(self, target: Target) -> Sub[Observed]:
        """Create the object, or find that it exists already."""
        declared = self._declared()
        desired = self._resolve(declared)
        self._intend(Phase.CREATING, target)
        self.ask.begin("create")
        try:
            yield from self._mutate(
                "creating", target, lambda request: self.adapter.create(target, desired, request)
            )
        except AlreadyExists:
            found = yield from self.ask.call(lambda: self.adapter.get(target))
            if found is None:
                raise
            self.ask.note("it exists already: taking it over")
            self._not_ours(declared, found)
            return found if found.settled else (yield from self.ask.visible(self.adapter, target))
        self._sent(desired, declared)
        self.context.fresh.add(self.address)
        return (yield from self.ask.visible(self.adapter, target))

    def _not_ours(self, declared: Declared, found: Observed) -> None:
        """Remember that somebody else made it, unless it was us and the answer was lost."""
        keeper = self.context.keeper
        if self.ask.retried or self.address in keeper.inherited:
            return
        _, diff = self._edit(declared, found)
        keeper.note_undo(self.address, taken_over(found, diff, declared.table))

    def _converge(self, live: Observed) -> Sub[Observed]:
        """Change what differs, one call after the other, until nothing does."""
        declared = self._declared()
        before: object = None
        stuck = redone = 0
        let_go: set[Path] = set()
        while stuck < _STUCK:
            edit, left = self._edit(declared, live, let_go)
            send = partial(self._step, edit, declared)
            rollout = rollout_of(self.ask, self.adapter, self.change, edit, send)
            if rollout is not None:
                live = yield from rollout.run(edit, live)
                continue
            if not left:
                if not self._failed(live) or redone >= _REDONE:
                    return live
                redone, edit = redone + 1, replace(edit, again=True)
                yield Sleep(self.context.backoff.pause(redone))
            now = [(item.path, item.before) for item in left]
            stuck, before = (stuck + 1 if now == before and left else 0), now
            steps = self.adapter.update(edit)
            if not steps:
                break
            try:
                yield from self._step(edit, declared, steps[0])
            except Conflict:
                # Somebody wrote in between: the next round reads again and sends what still differs.
                yield Sleep(self.context.backoff.pause(1))
                steps = ()
            live = yield from self.ask.visible(self.adapter, edit.target)
            let_go |= differ.let_go(edit.unset, edit.live, live.body, len(steps))
        edit, left = self._edit(declared, live, let_go)
        if left:
            names = ", ".join(item.name for item in left)
            self.ask.note(f"Google left {names} as before: the difference stays")
        return live

    def _failed(self, live: Observed) -> bool:
        """Return whether the object is as declared and yet did not come up, in this run or one before."""
        kind = self.change.kind
        failed = kind.condition(live.body).health is Health.FAILED
        return kind.redo and failed and not self._record().adopted

    def _step(self, edit: Edit, declared: Declared, step: Step) -> Sub[None]:
        self._intend(Phase.UPDATING, edit.target)
        self.ask.begin("update")
        yield from self._mutate(step.title, edit.target, lambda _: step.call())
        self._sent(edit.desired, declared)
        self.context.fresh.add(self.address)

    def _edit(
        self, declared: Declared, live: Observed, let_go: Collection[Path] = ()
    ) -> tuple[Edit, tuple[differ.FieldDiff, ...]]:
        desired = self._resolve(declared)
        found = differ.differences(
            desired, live.body, declared.table, declared_before=self._declared_before(),
            unchanged=self._unchanged, let_go=let_go,
        )  # fmt: skip
        unset = tuple(item.path for item in found if item.unset)
        edit = Edit(
            target=replace(self.change.target, assigned=live.path),
            live=live.body,
            desired=desired,
            merged=differ.merged(live.body, desired, declared.table, unset),
            changed=tuple(item.path for item in found),
            unset=unset,
            request_id=str(uuid.uuid4()),
        )
        return edit, found

    def _declared_before(self) -> Sequence[Path]:
        """List the fields that are unset unless they are declared; a rollback has its own."""
        return self._record().declared

    def _unchanged(self, path: tuple[str | int, ...], value: str) -> bool | None:
        known = self._record().digests.get(".".join(map(str, path)))
        if known is None:
            return self.change.read_alike(path)
        return digests.digest(self.context.keeper.snapshot.key, path, value) == known

    def _delete(self, target: Target, live: Observed | None) -> Sub[None]:
        """Delete an object; wait while Google still believes that something uses it."""
        body: Body = live.body if live is not None else {}
        self._intend(Phase.DELETING, None)
        self.ask.begin("delete")
        began, attempt = self.context.clock.monotonic(), 0
        while True:
            try:
                yield from self._mutate(
                    "deleting", target, partial(self.adapter.delete, target, body)
                )
            except (NotFound, Conflict) as error:
                # What is not found may be the operation alone: the object itself is asked for.
                attempt += 1
                found = yield from self.ask.call(lambda: self.adapter.get(target))
                if found is None:
                    return
                if attempt > _CONFLICTS:
                    raise
                yield from self.ask.again(error, attempt)
                body = found.body
            except FailedPrecondition as error:
                attempt += 1
                limit = self.change.kind.lingers or (_LINGERING if self.context.freed else 0.0)
                if self.context.clock.monotonic() - began >= limit or not self.ask.in_time(error):
                    raise
                yield from self.ask.again(error, attempt)
            else:
                return

    def _mutate(self, verb: str, target: Target, call: Callable[[str], Operation]) -> Sub[None]:
        """Make one mutating call, given its request id, and wait for its operation."""
        began, attempt = self.context.clock.monotonic(), 0
        while True:
            send = partial(self._fenced, call, self._request_id(verb, target, attempt))
            try:
                operation = yield from self.ask.call(send)
                if operation.name:
                    self.context.keeper.put(replace(self._record(), operation=operation.name))
                done = yield from self.ask.wait(operation, target, verb)
                if done.forgotten and verb == "deleting":
                    raise NotFound(f"nobody knows how the deletion of {target.path} ended")
            except CloudError as error:
                attempt += 1
                elapsed = self.context.clock.monotonic() - began
                if not self._again_helps(verb, error, attempt, elapsed):
                    raise doubted(error.about(str(self.address), verb)) from error.__cause__
                yield from self.ask.again(error, attempt)
            else:
                return

    def _fenced(self, call: Callable[[str], Operation], request_id: str) -> Operation:
        """Send a call only while the lease is surely held: each request of each try asks anew."""
        with fence.fenced(self.context.keeper.still_held):
            return call(request_id)

    def _again_helps(self, verb: str, error: CloudError, attempt: int, elapsed: float) -> bool:
        """Return whether the same call may succeed a little later."""
        freed = self.change.kind.frees if verb == "creating" else 0.0
        if isinstance(error, Conflict) and verb == "creating":
            helps = attempt < _CONFLICTS
        elif isinstance(error, FailedPrecondition) and elapsed < freed:
            helps = True
        else:
            helps = elapsed < PROPAGATION and propagating(self.context, self.change, error)
        return helps and self.ask.in_time(error)

    def _request_id(self, verb: str, target: Target, attempt: int) -> str:
        """Name a call so that Google recognises it when another run makes it again."""
        base = uuid.UUID(self._record().request_id or _NO_REQUEST)
        return str(uuid.uuid5(base, f"{verb} {target.path} {attempt}"))

    # -- records

    def _declared(self) -> Declared:
        if self.change.declared is None:
            raise AdapterBug(f"{self.address} has no declaration to apply.")
        return self.change.declared

    def _resolve(self, declared: Declared) -> Body:
        desired = resolve(declared.body, lambda found: lookup_in(self.context.standing, found))
        for found in placeholders([declared.body, declared.late]):
            if lookup_in(self.context.standing, found) is UNKNOWN:
                raise GcpstackError(
                    f"{self.address} needs {found}, which Google did not provide.",
                    remedy="Check that the resource it names has that output.",
                )
        return cast(Body, desired)

    def _record(self) -> Record:
        known = self.context.keeper.snapshot.records.get(self.address)
        return known or Record(self.address, self.change.target.ids)

    def _intend(self, phase: Phase, target: Target | None) -> None:
        """Say what is about to be done; the intent itself was saved before the run's first call."""
        record = self._record()
        request_id = record.request_id or str(uuid.uuid4())
        record = replace(record, phase=phase, request_id=request_id)
        if target is not None:
            record = replace(record, ids=target.ids, late={})
        self.context.keeper.put(record)

    def _sent(self, desired: Mapping[str, object], declared: Declared) -> None:
        """Remember a keyed hash of what can't be read back."""
        hashed = digests.digests(self.context.keeper.snapshot.key, desired, declared.table)
        self.context.keeper.put(replace(self._record(), digests=hashed))

    def _settle_record(self, live: Observed) -> None:
        """Record the resource as it is now."""
        change, declared = self.change, self._declared()
        record = replace(
            self._record(),
            ids=dict(change.target.ids),
            path=live.path,
            phase=Phase.STABLE,
            operation="",
            request_id="",
            declared=tuple(differ.declared_paths(self._resolve(declared), declared.table)),
            depends_on=declared.depends_on,
            allow_delete=declared.allow_delete,
            relics=tuple(Relic(o.path, dict(o.ids)) for o in (*change.retire, *change.kept)),
            late={},
        )
        if record != self.context.keeper.snapshot.records.get(self.address):
            self.context.keeper.put(record)
        self.context.standing[self.address] = Standing(change.target, live, True, change.kept)
        self.context.freed.add(self.address)

    def _drop_relic(self, old: Target) -> None:
        record = self._record()
        left = tuple(relic for relic in record.relics if relic.path != old.path)
        self.context.keeper.put(replace(record, relics=left, phase=Phase.STABLE, operation=""))
