"""The many ``setX`` methods of Compute, each of which replaces one field of a resource."""

from collections.abc import Callable

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects import standard


def setter(field: str, verb: str, *, sent_as: str = "") -> Callable[[Call], Body]:
    """Make the handler of a method that replaces *field*; an empty value clears it.

    Args:
        field: the field of the resource.
        verb: the operation's type.
        sent_as: the field of the request, where it has another name.
    """

    def handler(call: Call) -> Body:
        earlier = operations.replayed(call)
        if earlier is not None:
            return earlier
        kind, obj = standard.need_kind(call), dialect.ready(call)
        body = dict(obj.body)
        value = call.body.get(sent_as or field)
        if value in (None, "", []):
            body.pop(field, None)
        else:
            body[field] = value
        return operations.start(call, verb, dialect.change(call, kind, obj, body))

    return handler
