"""Cloud CDN's settings on backend services and buckets (https://cloud.google.com/cdn/docs/caching).

Defaults: https://cloud.google.com/compute/docs/reference/rest/v1/backendServices (cdnPolicy).
"""

import base64
import binascii

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Handler
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.services.compute.setters import mutate
from gcpstack.emulator.services.compute.words import missing, wrong

MOST_KEYS = 3
KEY_BYTES = 16
YEAR = 31_622_400
DAY = 86_400
TTLS = ("clientTtl", "defaultTtl", "maxTtl")
COMMON = {
    "cacheMode": "CACHE_ALL_STATIC",
    "negativeCaching": False,
    "requestCoalescing": True,
    "serveWhileStale": 0,
    "signedUrlCacheMaxAgeSec": "0",
}
BY_MODE = {
    "CACHE_ALL_STATIC": {"clientTtl": 3600, "defaultTtl": 3600, "maxTtl": DAY},
    "FORCE_CACHE_ALL": {"clientTtl": 3600, "defaultTtl": 3600},
    "USE_ORIGIN_HEADERS": {},
}
CACHE_KEY = {"includeHost": True, "includeProtocol": True, "includeQueryString": True}


def check(body: Body) -> None:
    """Refuse lifetimes that don't go with the cache mode or with each other."""
    policy = body.get("cdnPolicy", {})
    mode = policy.get("cacheMode", "CACHE_ALL_STATIC")
    for field in TTLS:
        if field in policy and mode == "USE_ORIGIN_HEADERS":
            hint = f"{field} cannot be specified with USE_ORIGIN_HEADERS cache mode."
            raise wrong(f"cdnPolicy.{field}", policy[field], hint)
        if not 0 <= policy.get(field, 0) <= YEAR:
            raise wrong(f"cdnPolicy.{field}", policy[field], f"Must be between 0 and {YEAR}.")
    if mode == "FORCE_CACHE_ALL" and "maxTtl" in policy:
        hint = "maxTtl cannot be specified with FORCE_CACHE_ALL cache mode."
        raise wrong("cdnPolicy.maxTtl", policy["maxTtl"], hint)
    lifetimes = {**BY_MODE.get(mode, {}), **policy}
    if "maxTtl" in lifetimes and lifetimes["defaultTtl"] > lifetimes["maxTtl"]:
        hint = "defaultTtl must be less than or equal to maxTtl."
        raise wrong("cdnPolicy.defaultTtl", lifetimes["defaultTtl"], hint)
    if policy.get("negativeCachingPolicy") and not policy.get("negativeCaching"):
        hint = "negativeCachingPolicy requires negativeCaching to be enabled."
        raise wrong("cdnPolicy.negativeCachingPolicy", "", hint)


def complete(body: Body, old: Body, enabled: str, cache_key: Body | None = None) -> None:
    """Fill in what Cloud CDN defaults, and keep the key names, which no update can change.

    Args:
        body: of the resource.
        old: its body before, ``{}`` for a new one.
        enabled: the field that switches Cloud CDN on.
        cache_key: the cache key policy that it gets by default.
    """
    policy = body.get("cdnPolicy")
    if policy is None and not body.get(enabled):
        return
    mode = (policy or {}).get("cacheMode", "CACHE_ALL_STATIC")
    made = {**COMMON, **BY_MODE.get(mode, {}), **(policy or {})}
    if cache_key is not None:
        made["cacheKeyPolicy"] = {**cache_key, **made.get("cacheKeyPolicy", {})}
    names = made.pop("signedUrlKeyNames", old.get("cdnPolicy", {}).get("signedUrlKeyNames"))
    if names:
        made["signedUrlKeyNames"] = names
    body["cdnPolicy"] = made


def _names(obj: Obj) -> list[str]:
    found: list[str] = obj.body.get("cdnPolicy", {}).get("signedUrlKeyNames", [])
    return found


def _with_names(obj: Obj, names: list[str]) -> Body:
    return {**obj.body, "cdnPolicy": {**obj.body.get("cdnPolicy", {}), "signedUrlKeyNames": names}}


def _add_key(call: Call) -> Body:
    """``addSignedUrlKey``: at most three, of 128 bits; only their names are told."""
    name = str(call.body.get("keyName", ""))
    if not name:
        raise missing("keyName")
    try:
        value = base64.urlsafe_b64decode(str(call.body.get("keyValue", "")))
    except binascii.Error:
        value = b""
    if len(value) != KEY_BYTES:
        raise wrong("keyValue", hint="The key must be 128 bits in base64url.")

    def add(obj: Obj) -> Body:
        names = _names(obj)
        if name in names:
            raise wrong("keyName", name, "A key with this name already exists.")
        if len(names) == MOST_KEYS:
            raise wrong("keyName", name, f"At most {MOST_KEYS} keys are allowed.")
        return _with_names(obj, [*names, name])

    return mutate(call, "addSignedUrlKey", add)


def _delete_key(call: Call) -> Body:
    """``deleteSignedUrlKey``."""
    name = str(call.query.get("keyName", ""))

    def delete(obj: Obj) -> Body:
        names = _names(obj)
        if name not in names:
            raise wrong("keyName", name, "There is no key with this name.")
        return _with_names(obj, [other for other in names if other != name])

    return mutate(call, "deleteSignedUrlKey", delete)


KEY_METHODS: dict[str, Handler] = {
    "addSignedUrlKey": _add_key,
    "deleteSignedUrlKey": _delete_key,
}
