"""Cloud Armor at work: the first rule that matches decides (https://cloud.google.com/armor/docs/security-policy-overview)."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from gcpstack.emulator.core.model import Body
from gcpstack.emulator.dataplane.expressions import holds, in_range
from gcpstack.emulator.dataplane.messages import Answer, Asked, redirect, told

DENY = {"403": "Forbidden", "404": "Not Found", "429": "Too Many Requests", "502": "Bad Gateway"}
FORWARDED = "x-forwarded-for"


@dataclass(slots=True)
class Guard:
    """Remembers who asked how often.

    Attributes:
        seen: times of the latest requests by policy, rule and key.
        banned: until when a key gets nothing.
        problems: expressions that can't be followed here, each once.
    """

    seen: dict[tuple[str, int, str], deque[float]] = field(default_factory=dict)
    banned: dict[tuple[str, int, str], float] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def check(self, name: str, policy: Body, request: Asked, now: float) -> Answer | None:
        """What a policy answers instead of the backend; None lets the request pass.

        Args:
            name: the policy's full name.
            policy: its body.
            request: who asks for what.
            now: seconds since the epoch.
        """
        for rule in sorted(policy.get("rules", []), key=lambda one: one.get("priority", 0)):
            if self._matches(rule, request):
                refused = self._decide(name, rule, request, now)
                if not rule.get("preview"):
                    return refused
        return None

    def _matches(self, rule: Body, request: Asked) -> bool:
        match = rule.get("match", {})
        ranges = match.get("config", {}).get("srcIpRanges")
        if ranges:
            return any(in_range(request.client, block) for block in ranges)
        expression = str(match.get("expr", {}).get("expression", ""))
        try:
            return holds(expression, facts(request))
        except (ValueError, TypeError, IndexError, KeyError) as error:
            self.problems[expression] = str(error)
            return False

    def _decide(self, name: str, rule: Body, request: Asked, now: float) -> Answer | None:
        action = str(rule.get("action", "allow"))
        if action in ("throttle", "rate_based_ban"):
            return self._limited(name, rule, request, now)
        if action == "redirect":
            return _redirected(rule.get("redirectOptions", {}), request)
        return _denied(action, request)

    def _limited(self, name: str, rule: Body, request: Asked, now: float) -> Answer | None:
        """https://cloud.google.com/armor/docs/rate-limiting-overview."""
        options: dict[str, Any] = rule["rateLimitOptions"]
        key = (name, int(rule.get("priority", 0)), _key(options, request))
        exceed = str(options.get("exceedAction", "deny(429)"))
        if self.banned.get(key, 0.0) > now:
            return _exceeded(exceed, options, request)
        limit = options["rateLimitThreshold"]
        times = self.seen.setdefault(key, deque())
        while times and times[0] <= now - float(limit.get("intervalSec", 60)):
            times.popleft()
        if len(times) < int(limit["count"]):
            times.append(now)
            return None
        if rule["action"] == "rate_based_ban":
            self.banned[key] = now + float(options["banDurationSec"])
        return _exceeded(exceed, options, request)


def facts(request: Asked) -> dict[str, Any]:
    """What expressions can ask about a request."""
    headers = dict(request.headers)
    return {
        "origin": {
            "ip": request.client,
            "region_code": headers.get("x-emulated-region", "ZZ"),
            "asn": 0,
            "user_ip": headers.get(FORWARDED, request.client).partition(",")[0].strip(),
        },
        "request": {
            "headers": {**headers, "host": request.host},
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "scheme": request.scheme,
        },
    }


def _key(options: Body, request: Asked) -> str:
    """Whom a limit counts together."""
    configs = options.get("enforceOnKeyConfigs") or [
        {
            "enforceOnKeyType": options.get("enforceOnKey", "ALL"),
            "enforceOnKeyName": options.get("enforceOnKeyName", ""),
        }
    ]
    return "\n".join(_part(one, request) for one in configs)


def _part(config: Body, request: Asked) -> str:
    kind, name = config.get("enforceOnKeyType", "ALL"), str(config.get("enforceOnKeyName", ""))
    cookies = dict(
        ([*part.strip().split("=", 1), ""])[:2]
        for part in (request.header("cookie") or "").split(";")
    )
    parts = {
        "IP": request.client,
        "XFF_IP": (request.header(FORWARDED) or request.client).partition(",")[0].strip(),
        "HTTP_HEADER": request.header(name.lower()) or "",
        "HTTP_COOKIE": cookies.get(name, ""),
        "HTTP_PATH": request.path,
        "SNI": request.host,
        "REGION_CODE": request.header("x-emulated-region") or "ZZ",
    }
    return parts.get(str(kind), "")


def _exceeded(action: str, options: Body, request: Asked) -> Answer | None:
    if action == "redirect":
        return _redirected(options.get("exceedRedirectOptions", {}), request)
    return _denied(action, request)


def _denied(action: str, request: Asked) -> Answer | None:
    code = action.removeprefix("deny(").rstrip(")")
    if code not in DENY:
        return None
    return told(int(code), f"{code} {DENY[code]}: {request.host}{request.path} by Cloud Armor")


def _redirected(options: Body, request: Asked) -> Answer:
    if options.get("type") == "EXTERNAL_302":
        return redirect(302, str(options["target"]))
    return redirect(302, f"https://www.google.com/recaptcha?continue={request.host}{request.url}")
