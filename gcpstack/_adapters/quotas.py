"""How often Google lets each API be called: the limits that the engine's token buckets keep.

They are project defaults; a project may have others. Calls that run into one all the same are
refused, and the engine makes them again later.
"""

from collections.abc import Mapping

#: Calls a minute, by API. Where reads and writes are counted apart, the figure is that of reads:
#: one apply reads far more than it writes.
LIMITS: Mapping[str, float] = {
    # https://cloud.google.com/artifact-registry/quotas
    "artifactregistry.googleapis.com": 600.0,
    # Edits of one dataset are held to 5 in 10 seconds; the API as a whole is not a narrow one.
    "bigquery.googleapis.com": 600.0,
    # https://cloud.google.com/billing/docs/how-to/budget-api-overview
    "billingbudgets.googleapis.com": 60.0,
    # https://cloud.google.com/build/quotas
    "cloudbuild.googleapis.com": 600.0,
    # https://cloud.google.com/access-context-manager/docs/quotas
    "accesscontextmanager.googleapis.com": 600.0,
    # https://cloud.google.com/binary-authorization/quotas
    "binaryauthorization.googleapis.com": 600.0,
    # https://cloud.google.com/artifact-analysis/docs/quotas
    "containeranalysis.googleapis.com": 600.0,
    # https://cloud.google.com/functions/quotas
    "cloudfunctions.googleapis.com": 60.0,
    # https://cloud.google.com/scheduler/quotas
    "cloudscheduler.googleapis.com": 600.0,
    # https://cloud.google.com/tasks/docs/quotas
    "cloudtasks.googleapis.com": 600.0,
    # https://cloud.google.com/eventarc/docs/quotas
    "eventarc.googleapis.com": 600.0,
    # https://cloud.google.com/resource-manager/docs/limits
    "cloudresourcemanager.googleapis.com": 600.0,
    # https://cloud.google.com/compute/docs/api-rate-limits
    "compute.googleapis.com": 1500.0,
    # https://cloud.google.com/certificate-manager/docs/quotas
    "certificatemanager.googleapis.com": 300.0,
    # https://cloud.google.com/dns/quotas
    "dns.googleapis.com": 600.0,
    # https://cloud.google.com/kms/quotas: 300 reads a minute.
    "cloudkms.googleapis.com": 300.0,
    # https://cloud.google.com/firestore/quotas: the administration has no narrow limit.
    "firestore.googleapis.com": 600.0,
    # https://cloud.google.com/iam/quotas
    "iam.googleapis.com": 600.0,
    # https://cloud.google.com/iap/docs/quotas
    "iap.googleapis.com": 300.0,
    # https://cloud.google.com/intrusion-detection-system/quotas
    "ids.googleapis.com": 600.0,
    # https://cloud.google.com/logging/quotas
    "logging.googleapis.com": 600.0,
    # https://cloud.google.com/monitoring/quotas
    "monitoring.googleapis.com": 600.0,
    # https://cloud.google.com/pubsub/quotas
    "pubsub.googleapis.com": 3000.0,
    # https://cloud.google.com/memorystore/docs/redis/quotas
    "redis.googleapis.com": 60.0,
    # https://cloud.google.com/run/quotas
    "run.googleapis.com": 600.0,
    # https://cloud.google.com/secret-manager/quotas
    "secretmanager.googleapis.com": 600.0,
    # https://cloud.google.com/service-infrastructure/docs/service-networking/quotas
    "servicenetworking.googleapis.com": 60.0,
    # https://cloud.google.com/service-usage/quotas
    "serviceusage.googleapis.com": 120.0,
    # https://cloud.google.com/sql/docs/quotas
    "sqladmin.googleapis.com": 180.0,
    # https://cloud.google.com/storage/quotas: buckets are held to about one write in two seconds
    # in a project, reads and writes of metadata are not.
    "storage.googleapis.com": 3000.0,
    # https://cloud.google.com/vpc/docs/quota
    "vpcaccess.googleapis.com": 120.0,
}
