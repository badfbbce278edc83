"""Components: what people deploy, made of several resources each."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcpstack.components.alerts import CloudRunAlerts, UptimeAlert
    from gcpstack.components.apps import CloudRunApp
    from gcpstack.components.armor import Armor
    from gcpstack.components.backends import CloudRunBackend
    from gcpstack.components.dns import DnsRecord
    from gcpstack.components.dns_certificates import DnsCertificate
    from gcpstack.components.encryption import EncryptionKey
    from gcpstack.components.events import EventPipeline
    from gcpstack.components.files import BucketFolder
    from gcpstack.components.functions import CloudFunctionApp
    from gcpstack.components.github import GithubDeployer
    from gcpstack.components.load_balancer import LoadBalancer, LoadBalancerNames
    from gcpstack.components.logins import SqlLogin
    from gcpstack.components.logs import LogExport
    from gcpstack.components.objectives import BurnRate, ServiceObjectives, SloAlerts
    from gcpstack.components.private_network import Allowed, PrivateNetwork
    from gcpstack.components.recovery import Recovery
    from gcpstack.components.schedules import Schedule
    from gcpstack.components.sites import StaticSite
    from gcpstack.components.values import SecretValue
    from gcpstack.components.verified_ingress import VerifiedIngress

__all__ = [
    "Allowed",
    "Armor",
    "BucketFolder",
    "BurnRate",
    "CloudFunctionApp",
    "CloudRunAlerts",
    "CloudRunApp",
    "CloudRunBackend",
    "DnsCertificate",
    "DnsRecord",
    "EncryptionKey",
    "EventPipeline",
    "GithubDeployer",
    "LoadBalancer",
    "LoadBalancerNames",
    "LogExport",
    "PrivateNetwork",
    "Recovery",
    "Schedule",
    "SecretValue",
    "ServiceObjectives",
    "SloAlerts",
    "SqlLogin",
    "StaticSite",
    "UptimeAlert",
    "VerifiedIngress",
]

_HOME = {
    "Allowed": "private_network",
    "Armor": "armor",
    "BucketFolder": "files",
    "BurnRate": "objectives",
    "CloudFunctionApp": "functions",
    "CloudRunAlerts": "alerts",
    "CloudRunApp": "apps",
    "CloudRunBackend": "backends",
    "DnsCertificate": "dns_certificates",
    "DnsRecord": "dns",
    "EncryptionKey": "encryption",
    "EventPipeline": "events",
    "GithubDeployer": "github",
    "LoadBalancer": "load_balancer",
    "LoadBalancerNames": "load_balancer",
    "LogExport": "logs",
    "PrivateNetwork": "private_network",
    "Recovery": "recovery",
    "Schedule": "schedules",
    "SecretValue": "values",
    "ServiceObjectives": "objectives",
    "SloAlerts": "objectives",
    "SqlLogin": "logins",
    "StaticSite": "sites",
    "UptimeAlert": "alerts",
    "VerifiedIngress": "verified_ingress",
}


def __getattr__(name: str) -> object:
    """Load a component when it is first asked for."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
