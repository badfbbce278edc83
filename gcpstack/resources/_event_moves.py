"""What Google refuses to change of functions and of what else starts work.

Each rule compares a live object with what is declared, before anything is touched.
"""

from collections.abc import Iterator, Mapping

from gcpstack._core.kinds import Refusal

Body = Mapping[str, object]


def function(live: Body, desired: Body) -> Iterator[Refusal]:
    """What starts a function stays: a call, or an event.

    https://cloud.google.com/functions/docs/calling#triggers
    """
    before, after = live.get("eventTrigger"), desired.get("eventTrigger")
    if bool(before) != bool(after):
        was, shall = ("events", "calls") if before else ("calls", "events")
        yield Refusal(
            ("eventTrigger",),
            f"can't change from {was} to {shall}",
            "Declare another function under another name, and let this one go.",
        )
