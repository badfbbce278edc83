"""What all of Cloud Run shares: names, addresses, versions, conditions, the way zeros are told."""

import base64
import hashlib
import re
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import aborted, invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.recorded import ETAGS
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World

ID = r"[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?"
# Prefixes of labels and annotations that only the server may set.
RESERVED = (
    "run.googleapis.com", "cloud.googleapis.com", "serving.knative.dev", "autoscaling.knative.dev",
)  # fmt: skip

# How addresses call a region: the last letters of https://NAME-HASH-REGION.a.run.app.
REGION_CODES = {
    "asia-east1": "de", "asia-east2": "df", "asia-northeast1": "an", "asia-northeast2": "dt",
    "asia-northeast3": "du", "asia-south1": "el", "asia-south2": "em", "asia-southeast1": "as",
    "asia-southeast2": "et", "australia-southeast1": "ts", "australia-southeast2": "km",
    "europe-central2": "lm", "europe-north1": "lz", "europe-southwest1": "no", "europe-west1": "ew",
    "europe-west10": "oe", "europe-west12": "og", "europe-west2": "nw", "europe-west3": "ey",
    "europe-west4": "ez", "europe-west6": "oa", "europe-west8": "oc", "europe-west9": "od",
    "me-central1": "ww", "me-west1": "zf", "northamerica-northeast1": "nn",
    "northamerica-northeast2": "pd", "southamerica-east1": "rj", "southamerica-west1": "tl",
    "us-central1": "uc", "us-east1": "ue", "us-east4": "uk", "us-east5": "ul", "us-south1": "vp",
    "us-west1": "uw", "us-west2": "wl", "us-west3": "wm", "us-west4": "wn",
}  # fmt: skip

# Numbers and booleans that are told even when zero, because leaving them out means something else.
_TOLD_ZEROS = frozenset({"maxRetries", "manualInstanceCount", "value"})


def project_of(name: str) -> str:
    """The project of a full name."""
    return name.split("/")[1]


def location_of(name: str) -> str:
    """The location of a full name."""
    return name.split("/")[3]


def hosts(world: World, name: str) -> list[str]:
    """The two hosts of a service: by number and region, and the older one by hash."""
    project, region, short = project_of(name), location_of(name), name.rsplit("/", 1)[-1]
    raw = hashlib.sha256(f"{project}/{region}".encode()).digest()
    digest = base64.b32encode(raw).decode().lower()[:10]
    code = REGION_CODES.get(region, region[:2])
    return [
        f"{short}-{world.number_of(project)}.{region}.run.app",
        f"{short}-{digest}-{code}.a.run.app",
    ]


def console(name: str, what: str) -> str:
    """The page of the console with the logs of a resource."""
    query = f"resource.labels.{what}={name.rsplit('/', 1)[-1]}"
    return f"https://console.cloud.google.com/logs/viewer?project={project_of(name)}&query={query}"


# -- versions: microseconds, in the forms of the two API versions


def new_version(world: World) -> int:
    """A version that no resource has had yet."""
    last: int = world.state.record("counter", "run version", 0)
    fresh = max(int(world.now() * 1_000_000), last + 1)
    world.state.set_record("counter", "run version", fresh)
    return fresh


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 # seven bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def etag_of(version: int) -> str:
    """The v2 etag: a quoted protobuf timestamp."""
    seconds, micros = divmod(version, 1_000_000)
    raw = b"\x08" + _varint(seconds) + b"\x10" + _varint(micros * 1000)
    return f'"{base64.b64encode(raw).decode()}"'


def version_of(etag: str) -> int:
    """The version that an etag stands for; 0 for a text that is none."""
    try:
        raw = base64.b64decode(etag.strip('"'), validate=True)
    except ValueError:
        return 0
    numbers, number, shift = [], 0, 0
    for byte in raw:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return numbers[1] * 1_000_000 + numbers[3] // 1000 if len(numbers) == 4 else 0  # noqa: PLR2004


def resource_version(etag: str) -> str:
    """The v1 form of a version: eight bytes in base64."""
    return base64.b64encode(version_of(etag).to_bytes(8, "big")).decode()


def check_version(obj: Obj, sent: Any) -> None:
    """409 when a client saw another version than the one there is; either form will do."""
    now = str(obj.body["etag"])
    if not sent or sent in (now, now.strip('"'), resource_version(now), *ETAGS):
        return
    shown = version_of(str(sent)) or sent
    raise aborted(
        f"Conflict for resource '{obj.id}': version '{shown}' was specified but current version is "
        f"'{version_of(now)}'."
    )


# -- bodies


def born(call: Call, body: Body) -> None:
    """What the server tells of everything that is made."""
    now = call.world.stamp()
    body |= {
        "uid": call.world.ids.uuid(),
        "generation": "1",
        "createTime": now,
        "updateTime": now,
        "creator": call.world.user,
        "lastModifier": call.world.user,
        "etag": etag_of(new_version(call.world)),
    }


def changed(call: Call, body: Body, old: Body) -> None:
    """What the server tells of a change."""
    body["generation"] = str(int(old["generation"]) + 1)
    body["updateTime"] = call.world.stamp()
    body["lastModifier"] = call.world.user
    body["etag"] = etag_of(new_version(call.world))


def condition(world: World, kind: str, state: str, **facts: str) -> Body:
    """A condition of a resource."""
    return {
        "type": kind,
        "state": f"CONDITION_{state}",
        **facts,
        "lastTransitionTime": world.stamp(),
    }


def lean(value: Any) -> Any:
    """The value as proto3 JSON tells it: zeros are left out."""
    if isinstance(value, list):
        return [lean(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: lean(inner)
        for key, inner in value.items()
        if key in _TOLD_ZEROS
        or (inner is not False and not (inner == 0 and isinstance(inner, int)))
    }


def check_words(body: Body) -> None:
    """Refuse labels and annotations under names that are Google's own."""
    for field in ("labels", "annotations"):
        for holder, where in ((body, ""), (body.get("template") or {}, "template.")):
            for key in holder.get(field) or {}:
                if re.match(rf"(?:[-\w]+\.)*(?:{'|'.join(map(re.escape, RESERVED))})/", key):
                    text = f"System {field} are not allowed in {where}{field}: '{key}'."
                    raise invalid(text, field=f"{where}{field}")


def unbusy(call: Call, obj: Obj) -> Obj:
    """A change may follow another that is still under way; only what is going can't be changed."""
    if obj.meta.get("pending") in (None, "delete"):
        return obj
    meta = {key: value for key, value in obj.meta.items() if key != "pending"}
    return call.world.state.put(obj.but(meta=meta))
