"""Settings of what is protected (https://cloud.google.com/iap/docs/reference/rest/v1/IapSettings).

They are always there: nothing makes or deletes them, and an update without anything clears them.
"""

from hashlib import sha256
from typing import Any

from gcpstack.emulator.core import masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.paths import get
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.services.iap import names

SPACE = "iap.settings"
PREFIX = ("iapSettings.", "iap_settings.")
REAUTH = "accessSettings.reauthSettings"
# google/cloud/iap/v1/service.proto: wrappers and optional fields.
PRESENT = frozenset(
    {
        "CorsSettings.allowHttpOptions", "GcipSettings.loginPageUri", "OAuthSettings.loginHint",
        "OAuthSettings.clientId", "OAuthSettings.clientSecret", "CsmSettings.rctokenAud",
        "AccessDeniedPageSettings.accessDeniedPageUri",
        "AccessDeniedPageSettings.generateTroubleshootingUri",
        "AccessDeniedPageSettings.remediationTokenGenerationEnabled",
        "ApplicationSettings.cookieDomain", "AllowedDomainsSettings.enable",
        "AttributePropagationSettings.enable", "AttributePropagationSettings.expression",
    }
)  # fmt: skip
SECRETS = ("accessSettings.oauthSettings", "accessSettings.workforceIdentitySettings.oauth2")
LONGEST_EXPRESSION = 1000


def read(call: Call) -> Body:
    """``getIapSettings``."""
    return _told(call, names.settings(call))


def _told(call: Call, key: str) -> Body:
    return {"name": names.told(call), **call.world.state.record(SPACE, key, {})}


def update(call: Call) -> Body:
    """``updateIapSettings``: what the mask names, or everything."""
    key = names.settings(call)
    schema = call.api.schemas["IapSettings"]
    text = ",".join(_plain(path) for path in str(call.query.get("updateMask") or "").split(","))
    given = {name: value for name, value in call.body.items() if name != "name"}
    paths = [path for path in masks.parse(call.api, schema, text) if path != "name"]
    if any(path.startswith(f"{REAUTH}.") for path in paths):
        raise invalid(
            f"All reauth settings must be set together, with the mask iapSettings.{REAUTH}."
        )
    old = call.world.state.record(SPACE, key, {})
    fresh = masks.apply(old, given, paths) if text and paths != ["*"] else given
    tidy(call.api, schema, fresh, PRESENT)
    _check(fresh)
    _hide(fresh)
    call.world.state.set_record(SPACE, key, fresh or None)
    return _told(call, key)


def _plain(path: str) -> str:
    path = path.strip()
    return next((path.removeprefix(word) for word in PREFIX if path.startswith(word)), path)


def _check(body: Body) -> None:
    reauth = get(body, REAUTH)
    if reauth is not None:
        for field in ("method", "maxAge", "policyType"):
            if field not in reauth:
                raise invalid(f"The field {field} of the reauth settings must be set.", field=field)
    domains = get(body, "accessSettings.allowedDomainsSettings", {})
    if domains.get("enable") and not domains.get("domains"):
        raise invalid("Allowed domains are enabled, but none are listed.")
    _one(body, "accessSettings.identitySources")
    _one(body, "accessSettings.workforceIdentitySettings.workforcePools")
    expression = get(body, "applicationSettings.attributePropagationSettings.expression", "")
    if len(expression) > LONGEST_EXPRESSION:
        raise invalid(f"The expression must be at most {LONGEST_EXPRESSION} characters long.")


def _one(body: Body, path: str) -> None:
    found: list[Any] = get(body, path, [])
    if len(found) > 1:
        raise invalid(f"Only one value of {path} is accepted, got {len(found)}.")


def _hide(body: Body) -> None:
    """Secrets are told by their digest."""
    for path in SECRETS:
        holder = get(body, path)
        if holder and "clientSecret" in holder:
            secret = holder.pop("clientSecret")
            holder["clientSecretSha256"] = sha256(secret.encode()).hexdigest()


def lint(call: Call) -> Body:
    """``validateAttributeExpression``: nothing is told of an expression in which nothing is wrong."""
    names.settings(call)
    expression = str(call.query.get("expression") or "")
    if "attributes." not in expression or expression.count("(") != expression.count(")"):
        raise invalid(f"Invalid attribute expression '{expression}'.", field="expression")
    return {}
