"""Which accounts Cloud Logging acts as (https://cloud.google.com/logging/docs/routing/managed-encryption)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body

_AGENTS = "gcp-sa-logging.iam.gserviceaccount.com"
_LETTERS = {"projects": "p", "organizations": "o", "folders": "f", "billingAccounts": "b"}


def _accounts(call: Call) -> tuple[str, str, str]:
    """The holder's name, the account that uses keys and the one that writes to sinks."""
    kind, holder = call.segments[:2]
    number = call.world.number_of(holder) if kind == "projects" else holder.lower()
    middle = {"organizations": "org-", "folders": "folder-"}.get(kind, "")
    key_user = f"cmek-{_LETTERS[kind]}{number}@{_AGENTS}"
    return f"{kind}/{holder}", key_user, f"service-{middle}{number}@{_AGENTS}"


def get(call: Call) -> Body:
    """``getSettings``."""
    name, key_user, writer = _accounts(call)
    return {
        "name": f"{name}/settings",
        "kmsServiceAccountId": key_user,
        "loggingServiceAccountId": writer,
    }


def get_cmek(call: Call) -> Body:
    """``getCmekSettings``."""
    name, key_user, _ = _accounts(call)
    return {"name": f"{name}/cmekSettings", "serviceAccountId": key_user}
