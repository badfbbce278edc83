"""The rules of a Cloud Armor policy."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds, Text

#: The rule that is always there: it takes what no other rule took.
DEFAULT_PRIORITY = 2_147_483_647
_MOST_RANGES = 10
_MOST_KEYS = 3
_LIMITING = ("throttle", "rate_based_ban")
# https://cloud.google.com/armor/docs/rate-limiting-overview
_INTERVALS = (10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600)

Action = Literal[
    "allow", "deny(403)", "deny(404)", "deny(502)", "redirect", "throttle", "rate_based_ban"
]
EnforceOn = Literal[
    "ALL",
    "IP",
    "XFF_IP",
    "USER_IP",
    "HTTP_HEADER",
    "HTTP_COOKIE",
    "HTTP_PATH",
    "SNI",
    "REGION_CODE",
    "ASN",
    "TLS_JA3_FINGERPRINT",
    "TLS_JA4_FINGERPRINT",
]


def _from_ranges(ranges: Sequence[str]) -> object:
    """Write source ranges as the match that Google calls versioned."""
    return {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": list(ranges)}}


@block
class RedirectOptions(Part):
    """Where a redirected request goes.

    Attributes:
        type: EXTERNAL_302 to a URL, or GOOGLE_RECAPTCHA.
        target: the URL.
    """

    type: Literal["EXTERNAL_302", "GOOGLE_RECAPTCHA"] = required()
    target: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """A URL for the type that needs one.

        https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies
        """
        if self.type == "EXTERNAL_302" and self.target is None:
            yield Finding("target", "is needed with type='EXTERNAL_302'")


@block
class EnforceOnKey(Part):
    """One part of the key by which requests are counted.

    Attributes:
        enforce_on_key_type: what it is.
        enforce_on_key_name: the header or cookie.
    """

    enforce_on_key_type: EnforceOn = required()
    enforce_on_key_name: Text | None = spec()


@block
class RateLimitOptions(Part):
    """How many requests a client may make.

    https://cloud.google.com/armor/docs/rate-limiting-overview

    Attributes:
        count: so many requests,
        interval: in so much time: 10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700
            or 3600 s.
        exceed_action: what happens to more; ``deny(429)`` if not given.
        conform_action: what happens to the others: ``allow``.
        enforce_on_key: whose requests are counted together; those of everybody (ALL) if not given.
        enforce_on_key_name: the header or cookie of HTTP_HEADER and HTTP_COOKIE.
        enforce_on_key_configs: several keys together, 3 at most, instead.
        ban_duration: how long a client is banned, with the action ``rate_based_ban``.
        ban_threshold_count: it is banned after so many requests above the limit,
        ban_threshold_interval: in so much time.
        exceed_redirect_options: where a redirected request goes.
    """

    count: int = required(wire="rateLimitThreshold.count")
    interval: Seconds = required(wire="rateLimitThreshold.intervalSec", encode=encode.whole_seconds)
    exceed_action: Literal["deny(403)", "deny(404)", "deny(429)", "deny(502)", "redirect"] = spec(
        default="deny(429)"
    )
    conform_action: Literal["allow"] = spec(default="allow")
    enforce_on_key: EnforceOn | None = spec()
    enforce_on_key_name: Text | None = spec()
    enforce_on_key_configs: Sequence[EnforceOnKey] | None = spec()
    ban_duration: Seconds | None = spec(wire="banDurationSec", encode=encode.whole_seconds)
    ban_threshold_count: int | None = spec(wire="banThreshold.count")
    ban_threshold_interval: Seconds | None = spec(
        wire="banThreshold.intervalSec", encode=encode.whole_seconds
    )
    exceed_redirect_options: RedirectOptions | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check intervals, keys and what goes with what."""
        yield from checks.within("count", self.count, 1, 1_000_000)
        for field in ("interval", "ban_threshold_interval"):
            found = checks.seconds(getattr(self, field))
            if found is not None and found not in _INTERVALS:
                known = ", ".join(map(str, _INTERVALS))
                yield Finding(field, f"{found:g} s is not one of {known}")
        if (self.ban_threshold_count is None) != (self.ban_threshold_interval is None):
            yield Finding("", "ban_threshold_count and ban_threshold_interval go together")
        yield from checks.at_most_one(self, "enforce_on_key", "enforce_on_key_configs")
        configs = self.enforce_on_key_configs or ()
        yield from checks.longest("enforce_on_key_configs", configs, _MOST_KEYS, "keys")
        named = self.enforce_on_key in ("HTTP_HEADER", "HTTP_COOKIE")
        if named != (self.enforce_on_key_name is not None):
            verb = "is needed with" if named else "does not go with"
            yield Finding("enforce_on_key_name", f"{verb} enforce_on_key={self.enforce_on_key!r}")
        if (self.exceed_action == "redirect") != (self.exceed_redirect_options is not None):
            yield Finding("", "exceed_action='redirect' and exceed_redirect_options go together")


@block
class WafField(Part):
    """A part of a request that a WAF rule leaves out.

    Attributes:
        op: how *val* is compared.
        val: what it is compared with; not for EQUALS_ANY.
    """

    op: Literal["EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "EQUALS_ANY"] = required()
    val: str | None = spec()

    def findings(self) -> Iterator[Finding]:
        """A value for all operators but one.

        https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies
        """
        if (self.op == "EQUALS_ANY") == (self.val is not None):
            yield Finding(
                "val", f"{'does not go' if self.val else 'is needed'} with op={self.op!r}"
            )


@block
class WafExclusion(Part):
    """What a preconfigured rule set leaves out.

    https://cloud.google.com/armor/docs/rule-tuning#exclude_request_fields_from_inspection

    Attributes:
        target_rule_set: the rule set, such as ``sqli-v33-stable``.
        target_rule_ids: its rules; all if not given.
        request_headers_to_exclude: headers.
        request_cookies_to_exclude: cookies.
        request_uris_to_exclude: URIs.
        request_query_params_to_exclude: query parameters.
        request_bodies_to_exclude: fields of the body.
    """

    target_rule_set: str = required()
    target_rule_ids: Sequence[str] | None = spec(Facet.UNORDERED)
    request_headers_to_exclude: Sequence[WafField] | None = spec()
    request_cookies_to_exclude: Sequence[WafField] | None = spec()
    request_uris_to_exclude: Sequence[WafField] | None = spec()
    request_query_params_to_exclude: Sequence[WafField] | None = spec()
    request_bodies_to_exclude: Sequence[WafField] | None = spec()


@block
class AddedHeader(Part):
    """A header added to requests that match.

    Attributes:
        header_name: its name.
        header_value: its value.
    """

    header_name: str = required()
    header_value: Text | None = spec()


@block
class SecurityPolicyRule(Part):
    """What is done with some requests. Rules are tried by priority, the least first.

    https://cloud.google.com/armor/docs/rules-language-reference

    Attributes:
        priority: 0 to 2147483646; unique in the policy.
        action: ``allow``, ``deny(403|404|502)``, ``redirect``, ``throttle`` or ``rate_based_ban``.
        src_ip_ranges: requests from there, 10 ranges at most; ``*`` for all.
        expression: or requests for which this holds, in the rules language.
        description: a note.
        preview: whether it only is logged.
        rate_limit_options: how much is allowed, with ``throttle`` and ``rate_based_ban``.
        redirect_options: where ``redirect`` leads.
        exclusions: what preconfigured rule sets leave out.
        headers_to_add: headers added to requests that pass.
        action_token_site_keys: reCAPTCHA action-token keys for the expression.
        session_token_site_keys: reCAPTCHA session-token keys for the expression.
    """

    priority: int = required()
    action: Action = required()
    src_ip_ranges: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="match", like="cidr", encode=_from_ranges
    )
    expression: Text | None = spec(wire="match.expr.expression")
    description: Text | None = spec()
    preview: bool | None = spec()
    rate_limit_options: RateLimitOptions | None = spec()
    redirect_options: RedirectOptions | None = spec()
    exclusions: Sequence[WafExclusion] | None = spec(wire="preconfiguredWafConfig.exclusions")
    headers_to_add: Sequence[AddedHeader] | None = spec(wire="headerAction.requestHeadersToAdds")
    action_token_site_keys: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="match.exprOptions.recaptchaOptions.actionTokenSiteKeys"
    )
    session_token_site_keys: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="match.exprOptions.recaptchaOptions.sessionTokenSiteKeys"
    )

    def findings(self) -> Iterator[Finding]:
        """Check the priority, the ranges, and what the action needs."""
        yield from checks.within("priority", self.priority, 0, DEFAULT_PRIORITY)
        yield from checks.exactly_one(self, "src_ip_ranges", "expression")
        ranges = self.src_ip_ranges or ()
        yield from checks.longest("src_ip_ranges", ranges, _MOST_RANGES, "ranges")
        yield from checks.distinct("src_ip_ranges", ranges)
        if self.src_ip_ranges is not None and not ranges:
            yield Finding("src_ip_ranges", "is empty", "Name a range, or '*' for all.")
        for index, item in enumerate(ranges):
            if item != "*":
                yield from checks.cidr(f"src_ip_ranges[{index}]", item)
        if (self.action in _LIMITING) != (self.rate_limit_options is not None):
            verb = "is needed with" if self.action in _LIMITING else "does not go with"
            yield Finding("rate_limit_options", f"{verb} action={self.action!r}")
        if (self.action == "redirect") != (self.redirect_options is not None):
            verb = "is needed with" if self.action == "redirect" else "does not go with"
            yield Finding("redirect_options", f"{verb} action={self.action!r}")
        yield from self._ban()

    def _ban(self) -> Iterator[Finding]:
        options = self.rate_limit_options
        if options is None:
            return
        banned = options.ban_duration is not None
        if self.action == "rate_based_ban" and not banned:
            yield Finding("rate_limit_options.ban_duration", "is needed with this action")
        if self.action == "throttle" and (banned or options.ban_threshold_count is not None):
            yield Finding("rate_limit_options", "bans need action='rate_based_ban'")
