"""Which permissions each kind needs of whoever applies it.

The names are those of https://cloud.google.com/iam/docs/permissions-reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gcpstack._core.json import leaves
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
        named: what reading one needs beside whose identity holds this value.
        holding: what the verbs of one need beside whose body has this field with this value.
        acts: whether it acts as a service account where its body names one.
    """

    on: str
    read: tuple[str, ...] = ("get", "list")
    create: tuple[str, ...] = ("create",)
    update: tuple[str, ...] = ("update",)
    delete: tuple[str, ...] = ("delete",)
    used: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    holding: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    acts: bool = False

    def of(
        self,
        *verbs: str,
        ids: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> set[str]:
        """List the permissions of some verbs, by their full names.

        Args:
            verbs: read, create, update, delete, used.
            ids: the identity of the object, where one is meant.
            body: what it is declared or was read as; whatever it may be if not given.
        """
        names = {name for verb in verbs for name in getattr(self, verb)}
        if {"create", "update"} & set(verbs):
            names |= {*self.also, *(_ACT if self.acts and _names_account(body) else ())}
        if "read" in verbs:
            names |= {n for value in (ids or {}).values() for n in self.named.get(value, ())}
        for (key, value), more in self.holding.items():
            if body is None or body.get(key) == value:
                names |= {name for verb in verbs for name in more.get(verb, ())}
        return {name if "." in name else f"{self.on}.{name}" for name in names}


def _names_account(body: Mapping[str, object] | None) -> bool:
    """Return whether a body names a service account; one that is not known may."""
    return body is None or any(
        value and path[-1] in ("serviceAccount", "serviceAccountEmail")
        for path, value in leaves(body)
        if path
    )


def _policy(on: str) -> Rights:
    """Return the rights of a grant: the policy of what it is on is read and written as a whole."""
    write = ("setIamPolicy",)
    return Rights(on, ("getIamPolicy",), write, write, write)


#: https://cloud.google.com/iam/docs/service-accounts-actas; what runs code does so in any case.
_ACT = ("iam.serviceAccounts.actAs",)
_GLOBAL = ("compute.globalOperations.get",)
_REGIONAL = ("compute.regionOperations.get",)
_SQL = ("cloudsql.instances.get",)
_EMPTY: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {}
#: https://cloud.google.com/compute/docs/reference/rest/v1/globalAddresses/insert
_INTERNAL = {
    ("addressType", "INTERNAL"): {"create": ("createInternal",), "delete": ("deleteInternal",)}
}
#: https://cloud.google.com/dns/docs/access-control: on the networks that a private zone is seen in.
_BIND = ("dns.networks.bindPrivateDNSZone", "dns.networks.targetWithPeeringZone")
#: What whoever deploys an image to Cloud Run needs on its repository, since January 2025:
#: https://cloud.google.com/run/docs/deploying#permissions_required_to_deploy
PULL = "artifactregistry.repositories.downloadArtifacts"
_IAP = Rights(
    "iap.webServices", ("getIamPolicy",), ("setIamPolicy",), ("setIamPolicy",), ("setIamPolicy",)
)


def _global(
    name: str,
    *verbs: str,
    also: tuple[str, ...] = (),
    used: bool = True,
    changes: bool = True,
    operations: tuple[str, ...] = _GLOBAL,
    holding: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = _EMPTY,
    use: str = "use",
) -> Rights:
    """Return the rights of a kind of Compute.

    Args:
        name: its collection.
        verbs: what changing it takes beside ``update``.
        also: what making and changing it takes of others.
        used: whoever refers to it needs ``use``.
        changes: there is an ``update``: some can only have other labels, or nothing.
        operations: what asking for its operations takes.
        holding: as in `Rights`.
        use: what naming it takes.
    """
    labels = ("setLabels",) if "setLabels" in verbs else ()
    update = (*(("update",) if changes else ()), *verbs)
    return Rights(
        f"compute.{name}", create=("create", *operations, *labels),
        update=(*update, *operations) if update else (), delete=("delete", *operations),
        used=(use,) if used else (), also=also, holding=holding,
    )  # fmt: skip


def _regional(
    name: str, *verbs: str, also: tuple[str, ...] = (), used: bool = True, changes: bool = True
) -> Rights:
    return _global(name, *verbs, also=also, used=used, changes=changes, operations=_REGIONAL)


def _operated(
    on: str,
    *,
    create: tuple[str, ...] = ("create",),
    update: tuple[str, ...] = ("update",),
    used: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
) -> Rights:
    """Return the rights of a kind whose service tells how its operations stand."""
    polled = (f"{on.partition('.')[0]}.operations.get",)
    return Rights(
        on, create=create, update=update, delete=("delete", *polled), used=used,
        also=(*polled, *also),
    )  # fmt: skip


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
        used=(PULL,), acts=True,
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
        "cloudbuild.builds", create=("create",), update=("update",),
        delete=("update",), also=_ACT,
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
        "cloudscheduler.jobs", update=("update", "pause", "enable"), acts=True
    ),
    "cloudtasks.Queue": Rights(
        "cloudtasks.queues", update=("update", "pause", "resume"), acts=True
    ),
    "compute.Address": _global(
        "addresses", "setLabels", changes=False, operations=_REGIONAL, holding=_INTERNAL
    ),
    "compute.BackendBucket": _global("backendBuckets", "setSecurityPolicy"),
    "compute.BackendService": _global("backendServices", "setSecurityPolicy"),
    "compute.Firewall": _global("firewalls", also=_NETWORK_POLICY, used=False),
    "compute.GlobalAddress": _global(
        "globalAddresses", "setLabels", changes=False, holding=_INTERNAL
    ),
    "compute.GlobalForwardingRule": _global(
        "globalForwardingRules", "setLabels", "setTarget", used=False
    ),
    "compute.HealthCheck": _global("healthChecks", use="useReadOnly"),
    "compute.PacketMirroring": _regional(
        "packetMirrorings", used=False, also=("compute.networks.mirror", "compute.subnetworks.mirror")
    ),
    "compute.ManagedSslCertificate": _global("sslCertificates", used=False, changes=False),
    "compute.Network": _global("networks", "updatePolicy"),
    "compute.RegionNetworkEndpointGroup": _regional("regionNetworkEndpointGroups", changes=False),
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
    "dns.ManagedZone": Rights(
        "dns.managedZones", holding={("visibility", "private"): {"create": _BIND, "update": _BIND}}
    ),
    "dns.RecordSet": Rights(
        "dns.resourceRecordSets", create=("create", "dns.changes.create", "dns.changes.get"),
        update=("update", "create", "delete", "dns.changes.create", "dns.changes.get"),
        delete=("delete", "dns.changes.create", "dns.changes.get"),
    ),
    "eventarc.Trigger": _operated("eventarc.triggers", also=_ACT),
    "firestore.BackupSchedule": Rights("datastore.backupSchedules"),
    "firestore.Database": _operated("datastore.databases", create=("create", "getMetadata")),
    "firestore.Field": Rights(
        "datastore.indexes", create=("update",), delete=("update", "datastore.operations.get"),
        also=("datastore.operations.get",),
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
    "ids.Endpoint": _operated("ids.endpoints"),
    "iap.CloudRunServiceIamMember": _IAP,
    "iap.Settings": Rights(
        "iap.webServices", ("getSettings",), ("updateSettings",), ("updateSettings",),
        ("updateSettings",),
    ),
    "iap.WebBackendServiceIamMember": _IAP,
    "logging.BucketConfig": _operated("logging.buckets", create=("create", "undelete", "update")),
    "logging.Exclusion": Rights("logging.exclusions"),
    "logging.LinkedDataset": _operated("logging.links", update=()),
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
    "pubsub.Subscription": Rights("pubsub.subscriptions", used=("consume",), acts=True),
    "pubsub.SubscriptionIamMember": _policy("pubsub.subscriptions"),
    "pubsub.Topic": Rights("pubsub.topics", used=("attachSubscription",)),
    "pubsub.TopicIamMember": _policy("pubsub.topics"),
    "redis.Instance": _operated("redis.instances", update=("update", "upgrade", "updateAuth")),
    "resourcemanager.Project": Rights("resourcemanager.projects", ("get",), (), (), ()),
    "resourcemanager.ProjectAuditLog": _policy("resourcemanager.projects"),
    "resourcemanager.ProjectIamMember": _policy("resourcemanager.projects"),
    # Google names no permission for domain mappings: whoever may change services may map them.
    "run.DomainMapping": Rights(
        "run.services", ("get",), ("get", "update"), ("update",), ("update",)
    ),
    "run.Execution": Rights(
        "run.executions", create=("run.jobs.run", "run.operations.get"), update=(), delete=()
    ),
    "run.WorkerPool": _operated("run.workerpools", also=_ACT),
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
        ("deleteConnection", "servicenetworking.operations.get"),
        also=("servicenetworking.operations.get", "resourcemanager.projects.get"),
    ),
    "serviceusage.Service": Rights(
        "serviceusage.services", ("get", "list"), ("enable", "serviceusage.operations.get"), (), ()
    ),
    "serviceusage.ServiceAgent": Rights(
        "serviceusage.services", ("get", "resourcemanager.projects.get"),
        ("enable", "serviceusage.operations.get"), (), (),
        named={"bigquery.googleapis.com": ("bigquery.jobs.create",)},
    ),
    "sql.Database": Rights("cloudsql.databases", also=_SQL, delete=("delete", *_SQL)),
    "sql.DatabaseInstance": Rights("cloudsql.instances", create=("create", "get")),
    "sql.Import": Rights("cloudsql.instances", create=("import", "get"), update=(), delete=()),
    "sql.User": Rights("cloudsql.users", also=_SQL, delete=("delete", *_SQL)),
    "storage.Bucket": Rights(
        "storage.buckets", update=("update",), delete=("delete", "storage.objects.list",
                                                       "storage.objects.delete"),
    ),
    "storage.BucketObject": Rights("storage.objects"),
    # https://cloud.google.com/storage/docs/access-control/iam-json: notifications are the bucket's.
    "storage.Notification": Rights(
        "storage.buckets", ("get",), ("update",), ("update",), ("update",)
    ),
    "storage.BucketIamMember": _policy("storage.buckets"),
    "vpcaccess.Connector": _operated("vpcaccess.connectors"),
}  # fmt: skip


def rights(kind: Kind) -> Rights:
    """Return what a kind needs; one without a row has permissions of the usual names."""
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
        # Whose the bucket is: https://cloud.google.com/storage/docs/json_api/v1/projects/serviceAccount/get
        "resourcemanager.projects.get",
    }
)

#: What reading the inventory takes.
READING = frozenset({"storage.objects.get"})

#: Permissions that are held on something else than the project, with what that is.
ELSEWHERE: Mapping[str, str] = {
    "accesscontextmanager.": "the organization, or its access policy",
    "billing.": "the billing account",
}
