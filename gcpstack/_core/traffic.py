"""How a change reaches the users of a service: values that declarations, the engine and adapters share.

Where a rollout stands is read from the service itself, from the shares of its traffic and their tags:
nothing else is remembered, so a run that was cut off is finished, or taken back, by the next.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

#: The tag of a revision that takes its first requests.
CANDIDATE = "candidate"
#: The tag of the revision that gets everything back, while the one on trial has all of it.
STANDBY = "standby"
#: The tag of a revision that did badly and was taken back.
REJECTED = "rejected"
#: The tag of a revision that somebody went back to by hand: it keeps all traffic.
PINNED = "pinned"
#: The tags that say where a rollout stands. Others are left where they are.
OURS = frozenset({CANDIDATE, STANDBY, REJECTED, PINNED})
WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a new revision must hold while it bakes.

    Attributes:
        error_rate: the largest share of its answers that may be errors of the server.
        latency_p95: the longest that 95 of 100 answers may take, in seconds; None for no limit.
        tolerance: beyond a limit it still passes while the old revision does not do better by this
            factor: then the trouble has another cause.
        least: requests before there is a verdict.
        patience: how long figures may be late, in seconds.
    """

    error_rate: float = 0.01
    latency_p95: float | None = None
    tolerance: float = 1.5
    least: int = 20
    patience: float = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """How a new revision takes over.

    Attributes:
        steps: the percent of the traffic that it gets, one after the other.
        bake: how long each is watched, in seconds.
        limits: what it must hold meanwhile.
        probe: the path that is asked at its own address before it gets any traffic; nothing asks
            for the root and takes any answer that is not an error of the server's.
        keep: how many revisions stay, the one in service among them; None for all.
    """

    steps: tuple[int, ...]
    bake: float
    limits: Limits = field(default_factory=Limits)
    probe: str = ""
    keep: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the traffic: the revision's short name, its percent, its tag."""

    revision: str
    percent: int
    tag: str = ""


class RolloutState(enum.Enum):
    """Where a rollout stands."""

    #: All traffic goes to the newest revision.
    SETTLED = "settled"
    #: A new revision takes its first requests.
    RUNNING = "running"
    #: The newest revision did badly and gets nothing.
    REJECTED = "rejected"
    #: Somebody went back to a revision by hand.
    PINNED = "pinned"
    #: Traffic is split in another way.
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Traffic:
    """How the traffic of a live service goes.

    Attributes:
        shares: who gets how much.
        newest: the revision that was made last.
        ready: it came up.
        follows: all traffic goes to the newest that is ready, whichever that is.
        closed: why no revision can be asked at the address of its tag; nothing where each can.
    """

    shares: tuple[Share, ...]
    newest: str
    ready: bool = True
    follows: bool = False
    closed: str = ""

    @property
    def stand(self) -> RolloutState:
        """Where a rollout stands, by the tags."""
        tags = {share.tag for share in self.shares}
        for tag, stand in (
            (CANDIDATE, RolloutState.RUNNING),
            (REJECTED, RolloutState.REJECTED),
            (PINNED, RolloutState.PINNED),
        ):
            if tag in tags:
                return stand
        whole = self.follows or self.percent(self.newest) == WHOLE
        return RolloutState.SETTLED if whole else RolloutState.SPLIT

    @property
    def stable(self) -> str:
        """The revision that has proved itself: the one with the most traffic of those not on trial.

        Where the one on trial has all of it, it is the one that stands by.
        """
        proved = [one for one in self.shares if one.tag not in (CANDIDATE, REJECTED)]
        best = max(proved, key=lambda one: (one.percent, one.tag == STANDBY), default=None)
        return best.revision if best is not None else self.newest

    @property
    def trial(self) -> int:
        """The percent that goes to the newest revision."""
        return self.percent(self.newest)

    @property
    def marked(self) -> bool:
        """Whether any share carries a tag of ours."""
        return any(share.tag in OURS for share in self.shares)

    def percent(self, revision: str) -> int:
        """The percent of a revision."""
        return sum(share.percent for share in self.shares if share.revision == revision)

    def divided(self, stable: str, trial: str, percent: int, tag: str) -> tuple[Share, ...]:
        """The shares with so many percent for the revision on trial."""
        # Only a tag keeps a revision without traffic in the list, where the next run finds it.
        old = Share(stable, WHOLE - percent, "" if percent < WHOLE else STANDBY)
        return (old, Share(trial, percent, tag))

    @property
    def ours(self) -> tuple[Share, ...]:
        """The shares without the tags of others, which keep their addresses whatever is divided."""
        return tuple(one for one in self.shares if one.percent or one.tag in OURS)

    def told(self) -> str:
        """Write it in words: ``75 % api-00001, 25 % api-00002 (candidate)``."""
        parts = [
            f"{share.percent} % {share.revision}" + (f" ({share.tag})" if share.tag else "")
            for share in self.shares
            if share.percent or share.tag in OURS
        ]
        return ", ".join(parts)


#: Reads the traffic from the body of a live object.
ReadTraffic = Callable[[Mapping[str, object]], Traffic]


@dataclass(frozen=True, slots=True)
class Figures:
    """How a revision did over a while.

    Attributes:
        requests: how many it answered.
        errors: how many of them with an error of the server.
        latency_p95: seconds within which 95 of 100 were answered; None where nothing is known.
    """

    requests: int = 0
    errors: int = 0
    latency_p95: float | None = None

    @property
    def error_rate(self) -> float:
        """The share of errors."""
        return self.errors / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision.

    Attributes:
        name: its short name.
        created: when it was made, as Google writes times.
        image: of its main container.
        ready: it came up.
        content: the same for revisions that do the same, such as one that was made to read its
            secrets anew.
    """

    name: str
    created: str
    image: str
    ready: bool
    content: str = ""
