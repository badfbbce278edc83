"""Service accounts that other services run as."""

import re
from typing import TYPE_CHECKING

from gcpstack.emulator.core.errors import ApiError

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

EMAIL = re.compile(r"[^@]+@([^.]+)\.iam\.gserviceaccount\.com")


def default(world: "World", project: str) -> str:
    """The account that workloads run as by default: that of Compute Engine."""
    return f"{world.number_of(project)}-compute@developer.gserviceaccount.com"


def check(world: "World", email: str) -> None:
    """Refuse to act as an account that is not there (https://cloud.google.com/iam/docs/service-accounts-actas)."""
    found = EMAIL.fullmatch(email)
    if not found or world.registry.kind("iam", "serviceAccounts") is None:
        return
    obj = world.find("iam", f"projects/{found[1]}/serviceAccounts/{email}")
    if obj is None or obj.meta.get("deleted_at"):
        text = f"Permission 'iam.serviceaccounts.actAs' denied on service account {email} (or it may not exist)."
        raise ApiError(403, text)
