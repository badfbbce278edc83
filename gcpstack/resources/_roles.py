"""Which predefined roles hold the permissions that kinds need.

What each role holds is told by https://cloud.google.com/iam/docs/roles-permissions. A role is written
with the part of it that kinds and operations here need.
"""

import fnmatch
from collections.abc import Iterable, Mapping

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
    "roles/ids.admin": ("ids.*",),
    "roles/accesscontextmanager.policyAdmin": ("accesscontextmanager.*",),
    "roles/logging.viewer": ("logging.logEntries.list",),
    "roles/monitoring.viewer": ("monitoring.timeSeries.list",),
    "roles/run.invoker": ("run.routes.invoke",),
    "roles/datastore.importExportAdmin": (
        "datastore.databases.export", "datastore.databases.import", "datastore.operations.*",
    ),
    "roles/datastore.restoreAdmin": (
        "datastore.backups.get", "datastore.backups.list", "datastore.backups.restoreDatabase",
        "datastore.databases.create", "datastore.operations.*",
    ),
    "roles/bigquery.jobUser": ("bigquery.jobs.create",),
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
        "compute.packetMirrorings.*",
        "compute.regionOperations.get", "compute.securityPolicies.*", "compute.sslCertificates.*",
        "compute.sslPolicies.*",
    ),
    "roles/compute.networkAdmin": (
        "compute.addresses.*", "compute.globalAddresses.*", "compute.globalOperations.get",
        "compute.networks.*", "compute.regionOperations.get", "compute.routers.*",
        "compute.subnetworks.*", "servicenetworking.operations.get", "servicenetworking.services.*",
    ),
    "roles/artifactregistry.reader": (
        "artifactregistry.repositories.downloadArtifacts", "artifactregistry.repositories.get",
        "artifactregistry.repositories.list", "artifactregistry.tags.get",
        "artifactregistry.tags.list", "artifactregistry.versions.get",
        "artifactregistry.versions.list",
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
    "roles/containeranalysis.notes.editor": (
        "containeranalysis.notes.attachOccurrence", "containeranalysis.notes.create",
        "containeranalysis.notes.delete", "containeranalysis.notes.get",
        "containeranalysis.notes.list", "containeranalysis.notes.update",
    ),
    "roles/containeranalysis.admin": ("containeranalysis.*",),
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
        "run.executions.*", "run.jobs.create", "run.jobs.delete", "run.jobs.get",
        "run.jobs.getIamPolicy", "run.jobs.list", "run.jobs.run", "run.jobs.update",
        "run.operations.get", "run.revisions.*", "run.services.create", "run.services.delete",
        "run.services.get", "run.services.getIamPolicy", "run.services.list", "run.services.update",
        "run.workerpools.create", "run.workerpools.delete", "run.workerpools.get",
        "run.workerpools.getIamPolicy", "run.workerpools.list", "run.workerpools.update",
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
    """Return whether a role of the table holds a permission."""
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
