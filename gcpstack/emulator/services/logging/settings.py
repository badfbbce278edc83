"""Which accounts Cloud Logging acts as, and what new projects below begin with.

https://cloud.google.com/logging/docs/default-settings and
https://cloud.google.com/logging/docs/routing/managed-encryption
"""

import re
from typing import Any

from gcpstack.emulator.core import masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.services.logging.common import accounts

_SPACE = "logging settings"
_KEY = re.compile(r"projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+")
_WRITABLE = ("kmsKeyName", "storageLocation", "disableDefaultSink", "defaultSinkConfig")
# These hold others, for which their settings are.
_PARENTS = ("organizations", "folders")


def get(call: Call) -> Body:
    """``getSettings``."""
    name, key_user, writer = accounts(call)
    return {
        **_kept(call),
        "name": f"{name}/settings",
        "kmsServiceAccountId": key_user,
        "loggingServiceAccountId": writer,
    }


def get_cmek(call: Call) -> Body:
    """``getCmekSettings``."""
    name, key_user, _ = accounts(call)
    key = {field: value for field, value in _kept(call).items() if field == "kmsKeyName"}
    return {**key, "name": f"{name}/cmekSettings", "serviceAccountId": key_user}


def update(call: Call) -> Body:
    """``updateSettings``: of an organization or a folder."""
    if call.segments[0] not in _PARENTS:
        raise invalid("Settings can be updated for organizations and folders only.")
    place = str(call.body.get("storageLocation") or "global")
    if place not in REGIONS and place not in ("global", "us", "eu"):
        raise invalid(f"Invalid storage location: '{place}'", field="storage_location")
    _write(call, "Settings", _WRITABLE)
    return get(call)


def update_cmek(call: Call) -> Body:
    """``updateCmekSettings``."""
    _write(call, "CmekSettings", ("kmsKeyName",))
    return get_cmek(call)


def _kept(call: Call) -> Body:
    kept: Body = call.world.state.record(_SPACE, "/".join(call.segments[:2]), {})
    return kept


def _write(call: Call, schema: str, writable: tuple[str, ...]) -> None:
    key = str(call.body.get("kmsKeyName", ""))
    if key and not _KEY.fullmatch(plain(key)):
        raise invalid(f"Invalid KMS key name: '{key}'", field="kms_key_name")
    mask = str(call.query.get("updateMask") or "")
    paths = masks.parse(call.api, call.api.schemas[schema], mask, writable)
    if paths == ["*"]:
        paths = list(writable)
    fresh: dict[str, Any] = masks.apply(_kept(call), call.body, paths or masks.implied(call.body))
    call.world.state.set_record(_SPACE, "/".join(call.segments[:2]), fresh)
