"""What the kinds of Cloud Monitoring share."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.dialects import aip


def total(_call: Call, answer: Body, count: int) -> None:
    """Lists tell how many there are in all."""
    if count:
        answer["totalSize"] = count


def replace(call: Call) -> Body:
    """``patch``: without a mask the whole resource is replaced."""
    if not call.query.get("updateMask"):
        call.query["updateMask"] = "*"
    return aip.patch(call)


def number(call: Call) -> str:
    """The id that Google gives."""
    return call.world.ids.number()
