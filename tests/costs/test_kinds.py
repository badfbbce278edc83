"""Every kind is paid for, free or known to have no price."""

from gcpstack import resources
from gcpstack._costs.formulas import FORMULAS
from gcpstack._costs.prices import table

#: The table has no price for these: each is told as not priced.
UNPRICED = {"compute.PacketMirroring", "monitoring.AlertPolicy", "run.WorkerPool"}


def test_every_kind_is_accounted_for():
    """A new kind needs a formula, a row in the table's `free`, or a place in this list."""
    kinds = {
        getattr(resources, name).KIND.name
        for name in resources.__all__
        if hasattr(getattr(resources, name), "KIND")
    }

    assert kinds == set(FORMULAS) | set(table().free) | UNPRICED
