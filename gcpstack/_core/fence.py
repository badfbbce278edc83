"""A check before each request of a call that changes something: above all, that the lease is held.

A call of an adapter may be several requests: an upload and what is made of it, a policy that is read
and written back. A process that stood still between two of them must not send the second.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_check: ContextVar[Callable[[], None] | None] = ContextVar("gcpstack_fence", default=None)


@contextmanager
def fenced(check: Callable[[], None]) -> Iterator[None]:
    """Check at once, and before every request that this thread makes meanwhile.

    Args:
        check: raises where nothing may be sent any more.
    """
    check()
    before = _check.set(check)
    try:
        yield
    finally:
        _check.reset(before)


def passed() -> None:
    """Check before a request; whatever the check itself asks for is not checked again."""
    check = _check.get()
    if check is None:
        return
    within = _check.set(None)
    try:
        check()
    finally:
        _check.reset(within)


def carried(call: Callable[P, R]) -> Callable[P, R]:
    """Make a call that another thread may make as this one would: what holds here holds there."""
    context = copy_context()

    def there(*args: P.args, **kwargs: P.kwargs) -> R:
        return context.run(call, *args, **kwargs)

    return there
