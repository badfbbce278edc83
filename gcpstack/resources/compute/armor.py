"""Cloud Armor policies: which requests reach a backend at all."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, block, identity, meta, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Labels, Text
from gcpstack.resources.compute.armor_rules import DEFAULT_PRIORITY, SecurityPolicyRule


@block
class TrafficGranularity(Part):
    """A kind of traffic that is watched by itself.

    Attributes:
        type: by host or by path.
        value: a certain one.
        enable_each_unique_value: or each by itself.
    """

    type: Literal["HTTP_HEADER_HOST", "HTTP_PATH"] = required()
    value: Text | None = spec()
    enable_each_unique_value: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """One or each.

        https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies
        """
        yield from checks.at_most_one(self, "value", "enable_each_unique_value")


@block
class AdaptiveThreshold(Part):
    """When Adaptive Protection raises an alarm or deploys a rule.

    https://cloud.google.com/armor/docs/adaptive-protection-auto-deploy

    Attributes:
        name: its name, unique in the policy.
        auto_deploy_load_threshold: load from which a rule is deployed.
        auto_deploy_confidence_threshold: how sure it must be, 0.0 to 1.0.
        auto_deploy_impacted_baseline_threshold: how much usual traffic a rule may hit, 0.0 to 1.0.
        auto_deploy_expiration: how long the rule stays, in seconds, 1 to 7776000.
        detection_load_threshold: load from which an alarm is raised.
        detection_absolute_qps: requests a second from which an alarm is raised.
        detection_relative_to_baseline_qps: the same as a multiple of the usual, 1.0 at least.
        traffic_granularity_configs: kinds of traffic that are watched by themselves.
    """

    name: str = required()
    auto_deploy_load_threshold: float | None = spec()
    auto_deploy_confidence_threshold: float | None = spec()
    auto_deploy_impacted_baseline_threshold: float | None = spec()
    auto_deploy_expiration: int | None = spec(wire="autoDeployExpirationSec")
    detection_load_threshold: float | None = spec()
    detection_absolute_qps: float | None = spec()
    detection_relative_to_baseline_qps: float | None = spec()
    traffic_granularity_configs: Sequence[TrafficGranularity] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the ranges."""
        for field in (
            "auto_deploy_confidence_threshold",
            "auto_deploy_impacted_baseline_threshold",
        ):
            yield from checks.within(field, getattr(self, field), 0.0, 1.0)
        yield from checks.within(
            "auto_deploy_expiration", self.auto_deploy_expiration, 1, 7_776_000
        )


@block
class AdaptiveProtection(Part):
    """Finds attacks by watching the usual traffic.

    Attributes:
        enable: whether it is on.
        rule_visibility: how much it tells: STANDARD or PREMIUM.
        threshold_configs: when it acts.
    """

    enable: bool | None = spec()
    rule_visibility: Literal["STANDARD", "PREMIUM"] | None = spec()
    threshold_configs: Sequence[AdaptiveThreshold] | None = spec(Facet.UNORDERED, key="name")


@block
class AdvancedOptions(Part):
    """How requests are read and logged.

    Attributes:
        json_parsing: whether JSON bodies are parsed.
        json_content_types: content types that count as JSON.
        log_level: NORMAL or VERBOSE.
        user_ip_request_headers: headers that hold the client's address.
        request_body_inspection_size: how much of a body is read.
    """

    json_parsing: Literal["DISABLED", "STANDARD", "STANDARD_WITH_GRAPHQL"] | None = spec()
    json_content_types: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="jsonCustomConfig.contentTypes"
    )
    log_level: Literal["NORMAL", "VERBOSE"] | None = spec()
    user_ip_request_headers: Sequence[str] | None = spec(Facet.UNORDERED)
    request_body_inspection_size: Literal["8KB", "16KB", "32KB", "48KB", "64KB"] | None = spec()


@resource(kinds.SECURITY_POLICY)
class SecurityPolicy(Declaration):
    """A Cloud Armor policy.

    https://cloud.google.com/armor/docs/security-policy-overview. Every policy has a last rule of
    priority 2147483647 that takes what no other took; Google makes it if nobody does, and it can't
    be removed. Where rules are declared, it is too: with the default action. A rule at Google that
    is not declared is removed.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note.
        type: CLOUD_ARMOR (Google's default) before backends, CLOUD_ARMOR_EDGE before caches.
        rules: its rules; leave it out to leave the rules alone.
        default_action: what happens to other requests; ``allow`` if not given.
        adaptive_protection: finds attacks by watching.
        advanced_options: how requests are read and logged.
        recaptcha_redirect_site_key: the reCAPTCHA key of redirects.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec()
    type: Literal["CLOUD_ARMOR", "CLOUD_ARMOR_EDGE"] | None = spec(
        Facet.IMMUTABLE, otherwise="CLOUD_ARMOR"
    )
    rules: Sequence[SecurityPolicyRule] | None = spec(Facet.UNORDERED, key="priority")
    default_action: Literal["allow", "deny(403)", "deny(404)", "deny(502)"] | None = meta()
    adaptive_protection: AdaptiveProtection | None = spec(
        wire="adaptiveProtectionConfig.layer7DdosDefenseConfig"
    )
    advanced_options: AdvancedOptions | None = spec(wire="advancedOptionsConfig")
    recaptcha_redirect_site_key: Text | None = spec(wire="recaptchaOptionsConfig.redirectSiteKey")
    labels: Labels | None = spec()

    def bind(self, scope: Scope) -> Self:
        """Add the rule that is always there, so that it is compared like the others."""
        bound = super().bind(scope)
        rules = tuple(bound.rules or ())
        declared = bound.rules is not None or bound.default_action is not None
        if not declared or any(rule.priority == DEFAULT_PRIORITY for rule in rules):
            return bound
        last = SecurityPolicyRule(
            priority=DEFAULT_PRIORITY,
            action=bound.default_action or "allow",
            src_ip_ranges=["*"],
        )
        return dataclasses.replace(bound, rules=(*rules, last))

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that priorities are unique and the last rule is said once."""
        priorities = [rule.priority for rule in self.rules or ()]
        yield from checks.distinct("rules", priorities)
        if DEFAULT_PRIORITY in priorities and self.default_action is not None:
            yield Finding(
                "default_action",
                f"is said by the rule of priority {DEFAULT_PRIORITY} too",
                "Keep one of them.",
            )
