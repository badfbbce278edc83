"""What an adapter sends, seen by a server that writes it down."""

from gcpstack._adapters.registry import adapters
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import Edit, Target
from gcpstack.resources import kinds
from tests.adapters.google import Asked, FakeGoogle

REQUEST = "00000000-0000-0000-0000-000000000001"


def target(kind: str, **ids: str) -> Target:
    return Target(kinds.ALL[kind], {"project": "p", **(ids or {"name": "n"})})


def edit(
    where: Target, live: Body, merged: Body, *changed: str, desired: Body | None = None
) -> Edit:
    paths: tuple[Path, ...] = tuple(tuple(text.split(".")) for text in changed)
    return Edit(where, live, desired or {}, merged, paths, (), REQUEST)


def apply(google: FakeGoogle, change: Edit) -> list[Asked]:
    google.asked.clear()
    for step in adapters(google.clients())(change.target.kind).update(change):
        assert step.title
        step.call()
    return list(google.asked)
