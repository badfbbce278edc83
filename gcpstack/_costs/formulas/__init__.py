"""How much of what each kind takes in a month: one formula a kind, in quantities without prices."""

from collections.abc import Callable, Iterable, Mapping

from gcpstack._costs.formulas import data, edge, run, storage, work
from gcpstack._costs.model import Metered, Subject
from gcpstack._costs.usage import Usage
from gcpstack._costs.world import World

Formula = Callable[[Subject, Usage, World], Iterable[Metered]]

#: The formula of each kind that is paid for.
FORMULAS: Mapping[str, Formula] = {
    **run.FORMULAS,
    **data.FORMULAS,
    **edge.FORMULAS,
    **storage.FORMULAS,
    **work.FORMULAS,
}
