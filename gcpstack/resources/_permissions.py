"""Which permissions each kind needs of whoever applies it, and which predefined roles hold them.

The names are those of https://cloud.google.com/iam/docs/permissions-reference; what each role holds
is told by https://cloud.google.com/iam/docs/roles-permissions. A role is written with the part of it
that kinds here need.
"""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gcpstack._core.kinds import Kind


@dataclass(frozen=True, slots=True)
class Rights:
    """What the verbs of a kind need.

    A name without a dot belongs to `on`.

    Attributes:
        on: the resource, such as ``run.services``.
        read, create, update, delete: what each verb needs.
        used: what whoever refers to it needs on it.
        also: what creating and updating need beside.
    """

    on: str
    read: tuple[str, ...] = ("get", "list")
    create: tuple[str, ...] = ("create",)
    update: tuple[str, ...] = ("update",)
    delete: tuple[str, ...] = ("delete",)
    used: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def of(self, *verbs: str) -> set[str]:
        """List the permissions of some verbs, by their full names."""
        names = {name for verb in verbs for name in getattr(self, verb)}
        if {"create", "update"} & set(verbs):
            names |= set(self.also)
        return {name if "." in name else f"{self.on}.{name}" for name in names}


def _policy(on: str) -> Rights:
    """Give the rights of a grant: the policy of what it is on is read and written as a whole."""
    write = ("setIamPolicy",)
    return Rights(on, ("getIamPolicy",), write, write, write)


_ACT = ("iam.serviceAccounts.actAs",)
_GLOBAL = ("compute.globalOperations.get",)
_REGIONAL = ("compute.regionOperations.get",)
_SQL = ("cloudsql.instances.get",)
_IAP = Rights(
    "iap.webServices", ("getIamPolicy",), ("setIamPolicy",), ("setIamPolicy",), ("setIamPolicy",)
)


def _global(name: str, *update: str, also: tuple[str, ...] = (), used: bool = True) -> Rights:
    found = ("update", *update)
    grants = ("use",) if used else ()
    return Rights(
        f"compute.{name}", update=found, used=grants, also=also, delete=("delete", *_GLOBAL),
        create=("create", *_GLOBAL, *(update if "setLabels" in update else ())),
    )  # fmt: skip


def _regional(name: str, *update: str, also: tuple[str, ...] = (), used: bool = True) -> Rights:
    found = _global(name, *update, also=also, used=used)
    return Rights(
        found.on, update=(*found.update, *_REGIONAL), used=found.used, also=also,
        delete=("delete", *_REGIONAL), create=(*found.create, *_REGIONAL),
    )  # fmt: skip


def _operated(on: str, **more: tuple[str, ...]) -> Rights:
    """Give the rights of a kind whose service tells how its operations stand."""
    polled = (f"{on.partition('.')[0]}.operations.get",)
    verbs = {"create": ("create",), "update": ("update",), "delete": ("delete",)} | more
    also = verbs.pop("also", ())
    used, read = verbs.pop("used", ()), verbs.pop("read", ("get", "list"))
    return Rights(on, read, also=(*polled, *also), used=used, **{
        verb: (*names, *polled) if verb == "delete" else names for verb, names in verbs.items()
    })  # fmt: skip


_NETWORK_POLICY = ("compute.networks.updatePolicy",)

#: What each kind needs.
RIGHTS: Mapping[str, Rights] = {
    "artifactregistry.Image": Rights(
        "cloudbuild.builds",
        read=("artifactregistry.tags.get", "artifactregistry.versions.get"),
        create=("create", "get", "storage.buckets.get", "storage.buckets.create",
                "storage.objects.create", "storage.objects.get"),
        update=("create", "get"),
        delete=("artifactregistry.tags.delete", "artifactregistry.versions.delete"),
    ),
    "artifactregistry.Repository": Rights("artifactregistry.repositories"),
    "artifactregistry.RepositoryIamMember": _policy("artifactregistry.repositories"),
    "bigquery.Dataset": Rights("bigquery.datasets", read=("get",)),
    "bigquery.DatasetIamMember": Rights(
        "bigquery.datasets", ("get",), ("update",), ("update",), ("update",)
    ),
    "billingbudgets.Budget": Rights("billing.budgets"),
    "binaryauthorization.Attestor": Rights("binaryauthorization.attestors"),
    "binaryauthorization.Policy": Rights(
        "binaryauthorization.policy", ("get",), ("update",), ("update",), ("update",)
    ),
    "certificatemanager.Certificate": _operated("certificatemanager.certs", used=("use",)),
    "certificatemanager.CertificateMap": _operated("certificatemanager.certmaps", used=("use",)),
    "certificatemanager.CertificateMapEntry": _operated("certificatemanager.certmapentries"),
    "certificatemanager.DnsAuthorization": _operated(
        "certificatemanager.dnsauthorizations", used=("use",)
    ),
    "cloudbuild.BuildTrigger": Rights(
        "cloudbuild.builds", create=("create",), delete=("delete", "update"), also=_ACT
    ),
    "cloudfunctions.Function": _operated(
        "cloudfunctions.functions", create=("create", "sourceCodeSet"),
        update=("update", "sourceCodeSet"), also=("run.services.get", *_ACT),
    ),
    "cloudkms.CryptoKey": Rights(
        "cloudkms.cryptoKeys", update=("update", "cloudkms.cryptoKeyVersions.get"),
        delete=("cloudkms.cryptoKeyVersions.list", "cloudkms.cryptoKeyVersions.destroy", "update"),
    ),
    "cloudkms.CryptoKeyIamMember": _policy("cloudkms.cryptoKeys"),
    "cloudkms.KeyRing": Rights("cloudkms.keyRings", update=(), delete=()),
    "cloudkms.KeyRingIamMember": _policy("cloudkms.keyRings"),
    "cloudscheduler.Job": Rights(
        "cloudscheduler.jobs", update=("update", "pause", "enable"), also=_ACT
    ),
    "cloudtasks.Queue": Rights("cloudtasks.queues", update=("update", "pause", "resume")),
    "compute.Address": _regional("addresses", "setLabels"),
    "compute.BackendBucket": _global("backendBuckets", "setSecurityPolicy"),
    "compute.BackendService": _global("backendServices", "setSecurityPolicy"),
    "compute.Firewall": _global("firewalls", also=_NETWORK_POLICY, used=False),
    "compute.GlobalAddress": _global("globalAddresses", "setLabels"),
    "compute.GlobalForwardingRule": _global(
        "globalForwardingRules", "setLabels", "setTarget", used=False
    ),
    "compute.HealthCheck": _global("healthChecks"),
    "compute.ManagedSslCertificate": _global("sslCertificates", used=False),
    "compute.Network": _global("networks", "updatePolicy"),
    "compute.RegionNetworkEndpointGroup": _regional("regionNetworkEndpointGroups"),
    "compute.Router": _regional("routers", also=_NETWORK_POLICY),
    "compute.SecurityPolicy": _global("securityPolicies", "setLabels"),
    "compute.SslPolicy": _global("sslPolicies"),
    "compute.Subnetwork": _regional(
        "subnetworks", "setPrivateIpGoogleAccess", "expandIpCidrRange", also=_NETWORK_POLICY
    ),
    "compute.SubnetworkIamMember": _policy("compute.subnetworks"),
    "compute.TargetHttpProxy": _global("targetHttpProxies", "setUrlMap"),
    "compute.TargetHttpsProxy": _global(
        "targetHttpsProxies", "setUrlMap", "setSslCertificates", "setCertificateMap",
        "setSslPolicy", "setQuicOverride",
    ),
    "compute.UrlMap": _global("urlMaps"),
    "containeranalysis.Note": Rights(
        "containeranalysis.notes", update=("update",), used=("attachOccurrence",)
    ),
    "dns.ManagedZone": Rights("dns.managedZones"),
    "dns.RecordSet": Rights(
        "dns.resourceRecordSets", create=("create", "dns.changes.create", "dns.changes.get"),
        update=("update", "create", "delete", "dns.changes.create", "dns.changes.get"),
        delete=("delete", "dns.changes.create", "dns.changes.get"),
    ),
    "eventarc.Trigger": _operated("eventarc.triggers", also=_ACT),
    "firestore.BackupSchedule": Rights("datastore.backupSchedules"),
    "firestore.Database": _operated("datastore.databases", create=("create", "getMetadata")),
    "firestore.Field": _operated(
        "datastore.indexes", create=("update",), delete=("update",)
    ),
    "firestore.Index": _operated("datastore.indexes"),
    "iam.ProjectCustomRole": Rights(
        "iam.roles", create=("create", "undelete"), update=("update",)
    ),
    "iam.ServiceAccount": Rights(
        "iam.serviceAccounts", update=("update", "disable", "enable"),
    ),
    "iam.ServiceAccountIamMember": _policy("iam.serviceAccounts"),
    "iam.WorkloadIdentityPool": Rights(
        "iam.workloadIdentityPools", create=("create", "get", "undelete")
    ),
    "iam.WorkloadIdentityPoolProvider": Rights(
        "iam.workloadIdentityPoolProviders", create=("create", "get", "undelete")
    ),
    "iap.CloudRunServiceIamMember": _IAP,
    "iap.Settings": Rights(
        "iap.webServices", ("getSettings",), ("updateSettings",), ("updateSettings",),
        ("updateSettings",),
    ),
    "iap.WebBackendServiceIamMember": _IAP,
    "logging.BucketConfig": _operated("logging.buckets", create=("create", "undelete", "update")),
    "logging.Exclusion": Rights("logging.exclusions"),
    "logging.LinkedDataset": _operated("logging.links"),
    "logging.LogView": Rights("logging.views"),
    "logging.Metric": Rights("logging.logMetrics"),
    "logging.ProjectSink": Rights("logging.sinks"),
    "monitoring.AlertPolicy": Rights("monitoring.alertPolicies"),
    "monitoring.Dashboard": Rights("monitoring.dashboards"),
    "monitoring.NotificationChannel": Rights("monitoring.notificationChannels"),
    "monitoring.Service": Rights("monitoring.services"),
    "monitoring.Slo": Rights("monitoring.slos"),
    "monitoring.UptimeCheckConfig": Rights("monitoring.uptimeCheckConfigs"),
    "pubsub.Schema": Rights(
        "pubsub.schemas", create=("create",), update=("commit",), used=("attach",)
    ),
    "pubsub.Subscription": Rights("pubsub.subscriptions", used=("consume",), also=_ACT),
    "pubsub.SubscriptionIamMember": _policy("pubsub.subscriptions"),
    "pubsub.Topic": Rights("pubsub.topics", used=("attachSubscription",)),
    "pubsub.TopicIamMember": _policy("pubsub.topics"),
    "redis.Instance": _operated("redis.instances", update=("update", "upgrade")),
    "resourcemanager.ProjectAuditLog": _policy("resourcemanager.projects"),
    "resourcemanager.ProjectIamMember": _policy("resourcemanager.projects"),
    # Google names no permission for domain mappings: whoever may change services may map them.
    "run.DomainMapping": Rights(
        "run.services", ("get",), ("get", "update"), ("update",), ("update",)
    ),
    "run.Job": _operated("run.jobs", also=_ACT),
    "run.JobIamMember": _policy("run.jobs"),
    "run.Service": _operated("run.services", also=_ACT),
    "run.ServiceIamMember": _policy("run.services"),
    "secretmanager.Secret": Rights("secretmanager.secrets"),
    "secretmanager.SecretIamMember": _policy("secretmanager.secrets"),
    "secretmanager.SecretVersion": Rights(
        "secretmanager.versions", ("get", "list", "access"), ("add",), ("add", "enable", "disable"),
        ("destroy",),
    ),
    "servicenetworking.Connection": Rights(
        "servicenetworking.services", ("get",), ("addPeering",), ("addPeering",),
        ("deleteConnection",),
        also=("servicenetworking.operations.get", "resourcemanager.projects.get"),
    ),
    "serviceusage.Service": Rights(
        "serviceusage.services", ("get", "list"), ("enable", "serviceusage.operations.get"), (), ()
    ),
    "serviceusage.ServiceAgent": Rights(
        "serviceusage.services", ("get", "resourcemanager.projects.get"), ("enable", "serviceusage.operations.get"), (), ()
    ),
    "sql.Database": Rights("cloudsql.databases", also=_SQL, delete=("delete", *_SQL)),
    "sql.DatabaseInstance": Rights("cloudsql.instances", create=("create", "get")),
    "sql.Import": Rights("cloudsql.instances", create=("import", "get"), update=(), delete=()),
    "sql.User": Rights("cloudsql.users", also=_SQL, delete=("delete", *_SQL)),
    "storage.Bucket": Rights(
        "storage.buckets", update=("update",), delete=("delete", "storage.objects.list",
                                                       "storage.objects.delete"),
    ),
    "storage.BucketIamMember": _policy("storage.buckets"),
    "vpcaccess.Connector": _operated("vpcaccess.connectors"),
}  # fmt: skip


def rights(kind: Kind) -> Rights:
    """Tell what a kind needs; one without a row has permissions of the usual names."""
    found = RIGHTS.get(kind.name)
    if found is not None:
        return found
    steps = kind.path.split("/")
    if kind.additive and len(steps) > _GRANT:
        return _policy(f"{kind.service}.{steps[-_GRANT]}")
    return Rights(f"{kind.service}.{steps[-2]}")


#: How many steps of a grant's path follow what it is on, and the collection of that.
_GRANT = 4


#: What every run needs: the inventory, in a bucket of the project.
INVENTORY = frozenset(
    {
        *(f"storage.buckets.{verb}" for verb in ("create", "delete", "get", "getIamPolicy")),
        *(f"storage.objects.{verb}" for verb in ("create", "delete", "get", "list", "update")),
    }
)

#: Permissions that are held on something else than the project, with what that is.
ELSEWHERE: Mapping[str, str] = {"billing.": "the billing account"}

#: What each role holds, narrower roles first.
ROLES: Mapping[str, tuple[str, ...]] = {
    "roles/iam.serviceAccountUser": ("iam.serviceAccounts.actAs", "iam.serviceAccounts.get"),
    "roles/monitoring.alertPolicyEditor": ("monitoring.alertPolicies.*",),
    "roles/monitoring.dashboardEditor": ("monitoring.dashboards.*",),
    "roles/monitoring.notificationChannelEditor": ("monitoring.notificationChannels.*",),
    "roles/monitoring.uptimeCheckConfigEditor": ("monitoring.uptimeCheckConfigs.*",),
    "roles/monitoring.servicesEditor": ("monitoring.services.*", "monitoring.slos.*"),
    "roles/logging.configWriter": (
        "logging.buckets.*", "logging.exclusions.*", "logging.links.*", "logging.logMetrics.*",
        "logging.operations.get", "logging.sinks.*", "logging.views.*",
    ),
    "roles/compute.loadBalancerAdmin": (
        "certificatemanager.certmaps.use", "compute.addresses.*", "compute.backendBuckets.*",
        "compute.backendServices.*", "compute.globalAddresses.*", "compute.globalForwardingRules.*",
        "compute.globalOperations.get", "compute.healthChecks.*", "compute.networks.use",
        "compute.regionNetworkEndpointGroups.*", "compute.regionOperations.get",
        "compute.securityPolicies.use", "compute.sslCertificates.*", "compute.sslPolicies.*",
        "compute.subnetworks.use", "compute.targetHttpProxies.*", "compute.targetHttpsProxies.*",
        "compute.urlMaps.*",
    ),
    "roles/compute.securityAdmin": (
        "compute.firewalls.*", "compute.globalOperations.get", "compute.networks.updatePolicy",
        "compute.regionOperations.get", "compute.securityPolicies.*", "compute.sslCertificates.*",
        "compute.sslPolicies.*",
    ),
    "roles/compute.networkAdmin": (
        "compute.addresses.*", "compute.globalAddresses.*", "compute.globalOperations.get",
        "compute.networks.*", "compute.regionOperations.get", "compute.routers.*",
        "compute.subnetworks.*", "servicenetworking.operations.get", "servicenetworking.services.*",
    ),
    "roles/artifactregistry.admin": (
        "artifactregistry.repositories.*", "artifactregistry.tags.*", "artifactregistry.versions.*",
    ),
    "roles/bigquery.dataOwner": ("bigquery.datasets.*",),
    "roles/billing.costsManager": ("billing.budgets.*",),
    "roles/binaryauthorization.attestorsAdmin": ("binaryauthorization.attestors.*",),
    "roles/binaryauthorization.policyEditor": (
        "binaryauthorization.policy.get", "binaryauthorization.policy.update",
    ),
    "roles/containeranalysis.notes.editor": ("containeranalysis.notes.*",),
    "roles/certificatemanager.owner": ("certificatemanager.*",),
    "roles/cloudbuild.builds.editor": ("cloudbuild.builds.*",),
    "roles/cloudfunctions.developer": (
        "cloudfunctions.functions.create", "cloudfunctions.functions.delete",
        "cloudfunctions.functions.get", "cloudfunctions.functions.list",
        "cloudfunctions.functions.sourceCodeSet", "cloudfunctions.functions.update",
        "cloudfunctions.operations.get", "run.services.get",
    ),
    "roles/cloudkms.admin": ("cloudkms.*",),
    "roles/cloudscheduler.admin": ("cloudscheduler.jobs.*",),
    "roles/cloudsql.admin": ("cloudsql.*",),
    "roles/cloudtasks.queueAdmin": ("cloudtasks.queues.*",),
    "roles/datastore.indexAdmin": ("datastore.indexes.*", "datastore.operations.get"),
    "roles/datastore.backupSchedulesAdmin": ("datastore.backupSchedules.*",),
    "roles/datastore.owner": (
        "datastore.databases.*", "datastore.indexes.*", "datastore.operations.get",
    ),
    "roles/dns.admin": ("dns.*",),
    "roles/eventarc.admin": ("eventarc.operations.get", "eventarc.triggers.*"),
    "roles/iam.roleAdmin": ("iam.roles.*",),
    "roles/iam.serviceAccountAdmin": (
        "iam.serviceAccounts.create", "iam.serviceAccounts.delete", "iam.serviceAccounts.disable",
        "iam.serviceAccounts.enable", "iam.serviceAccounts.get",
        "iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.list",
        "iam.serviceAccounts.setIamPolicy", "iam.serviceAccounts.update",
    ),
    "roles/iam.workloadIdentityPoolAdmin": (
        "iam.workloadIdentityPoolProviders.*", "iam.workloadIdentityPools.*",
    ),
    "roles/iap.admin": ("iap.webServices.*",),
    "roles/pubsub.editor": (
        "pubsub.schemas.*", "pubsub.subscriptions.consume", "pubsub.subscriptions.create",
        "pubsub.subscriptions.delete", "pubsub.subscriptions.get", "pubsub.subscriptions.list",
        "pubsub.subscriptions.update", "pubsub.topics.attachSubscription", "pubsub.topics.create",
        "pubsub.topics.delete", "pubsub.topics.get", "pubsub.topics.list", "pubsub.topics.update",
    ),
    "roles/pubsub.admin": ("pubsub.*",),
    "roles/redis.admin": ("redis.*",),
    "roles/resourcemanager.projectIamAdmin": (
        "resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy",
        "resourcemanager.projects.setIamPolicy",
    ),
    "roles/run.developer": (
        "run.jobs.create", "run.jobs.delete", "run.jobs.get", "run.jobs.getIamPolicy",
        "run.jobs.list", "run.jobs.update", "run.operations.get", "run.services.create",
        "run.services.delete", "run.services.get", "run.services.getIamPolicy", "run.services.list",
        "run.services.update",
    ),
    "roles/run.admin": ("run.*",),
    "roles/secretmanager.admin": ("secretmanager.*",),
    "roles/serviceusage.serviceUsageAdmin": (
        "serviceusage.operations.get", "serviceusage.services.*",
    ),
    "roles/storage.admin": ("resourcemanager.projects.get", "storage.*"),
    "roles/vpcaccess.admin": ("vpcaccess.*",),
}  # fmt: skip


def holds(role: str, permission: str) -> bool:
    """Tell whether a role of the table holds a permission."""
    return any(fnmatch.fnmatchcase(permission, glob) for glob in ROLES[role])


def least_roles(permissions: Iterable[str]) -> dict[str, list[str]]:
    """Find few roles that hold all these permissions together, each with those it is there for.

    Of two roles that hold as many, the narrower is taken.
    """
    left = set(permissions)
    out: dict[str, list[str]] = {}
    while left:
        held = {role: {name for name in left if holds(role, name)} for role in ROLES}
        best = max(ROLES, key=lambda role: len(held[role]))
        if not held[best]:
            break
        out[best] = sorted(held[best])
        left -= held[best]
    return dict(sorted(out.items()))
