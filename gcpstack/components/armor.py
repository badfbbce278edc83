"""Cloud Armor in front of a load balancer, in the words of what people want from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gcpstack.resources.compute.armor import AdaptiveProtection, SecurityPolicy
from gcpstack.resources.compute.armor_rules import (
    DEFAULT_PRIORITY,
    Action,
    RateLimitOptions,
    SecurityPolicyRule,
)

#: A rule takes no more ranges (https://cloud.google.com/armor/quotas).
_RANGES = 10
_ALLOW_FROM = 100
_BLOCK_FROM = 1000


@dataclass(frozen=True, kw_only=True)
class Armor:
    """Who may call a load balancer, and how often.

    Rules apply in this order: allowed addresses (priority 100 and up), blocked addresses (1000
    and up), the given rules by their priority, then the rate limit, then the default.

    Attributes:
        block: ranges that are refused with 403.
        allow: ranges that are always allowed.
        rate_limit: how many requests an address may make; with a ban duration, an address that
            exceeds it is banned for that time.
        rules: further rules.
        default_action: what happens to all other requests.
        adaptive_protection: whether Google watches for attacks.
        preview: whether blocking and limiting are only logged.
    """

    block: Sequence[str] = ()
    allow: Sequence[str] = ()
    rate_limit: RateLimitOptions | None = None
    rules: Sequence[SecurityPolicyRule] = ()
    default_action: Literal["allow", "deny(403)", "deny(404)", "deny(502)"] = "allow"
    adaptive_protection: bool = False
    preview: bool = False

    def policy(self, name: str, project: str | None = None) -> SecurityPolicy:
        """Turn it into a Cloud Armor policy."""
        return SecurityPolicy(
            name,
            project=project,
            rules=(
                *self._ranges(self.allow, "allow", _ALLOW_FROM, "allowed addresses"),
                *self._ranges(self.block, "deny(403)", _BLOCK_FROM, "blocked addresses"),
                *self.rules,
                *self._limit(),
            ),
            default_action=self.default_action,
            adaptive_protection=AdaptiveProtection(enable=True)
            if self.adaptive_protection
            else None,
        )

    def _ranges(
        self, ranges: Sequence[str], action: Action, first: int, note: str
    ) -> Iterator[SecurityPolicyRule]:
        for start in range(0, len(ranges), _RANGES):
            yield SecurityPolicyRule(
                priority=first + start // _RANGES,
                action=action,
                src_ip_ranges=ranges[start : start + _RANGES],
                description=note,
                preview=self.preview,
            )

    def _limit(self) -> Iterator[SecurityPolicyRule]:
        if self.rate_limit is not None:
            yield SecurityPolicyRule(
                priority=DEFAULT_PRIORITY - 1,
                action="rate_based_ban" if self.rate_limit.ban_duration else "throttle",
                src_ip_ranges=["*"],
                description="rate limit",
                preview=self.preview,
                rate_limit_options=self.rate_limit,
            )
