"""What policies with numbered rules share: Cloud Armor's, and those of firewalls."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.services.compute.words import wrong_parameter


def priority(call: Call) -> int:
    """The rule that a call is about, by its priority; 0 where it names none."""
    return int(call.query.get("priority") or 0)


def at(obj: Obj, number: int, noun: str) -> Body:
    """The rule of a policy at a priority.

    Args:
        obj: the policy.
        number: the priority.
        noun: what the policy is called, ``security policy``.

    Raises:
        ApiError: 400, there is none: a missing priority is a mistake of the call, not a 404.
    """
    found = [rule for rule in obj.body["rules"] if rule["priority"] == number]
    if not found:
        text = f"The {noun} does not contain a rule at priority {number}."
        raise wrong_parameter("priority", number, text)
    rule: Body = found[0]
    return rule
