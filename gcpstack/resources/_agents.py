"""The addresses of service agents (https://cloud.google.com/iam/docs/service-agents)."""

from collections.abc import Mapping

#: API -> the domain of its agent's address.
DOMAINS: Mapping[str, str] = {
    "artifactregistry": "gcp-sa-artifactregistry",
    "bigquery": "bigquery-encryption",
    "cloudbuild": "gcp-sa-cloudbuild",
    "cloudfunctions": "gcf-admin-robot",
    "cloudscheduler": "gcp-sa-cloudscheduler",
    "cloudtasks": "gcp-sa-cloudtasks",
    "eventarc": "gcp-sa-eventarc",
    "firestore": "gcp-sa-firestore",
    "iap": "gcp-sa-iap",
    "logging": "gcp-sa-logging",
    "monitoring": "gcp-sa-monitoring-notification",
    "pubsub": "gcp-sa-pubsub",
    "redis": "cloud-redis",
    "run": "serverless-robot-prod",
    "secretmanager": "gcp-sa-secretmanager",
    "sqladmin": "gcp-sa-cloud-sql",
    "storage": "gs-project-accounts",
    "vpcaccess": "gcp-sa-vpcaccess",
}
#: What stands before the project's number, where it is not ``service``.
_BEGINS: Mapping[str, str] = {"bigquery": "bq"}


def address(api: str, number: str) -> str:
    """Return the address of an API's agent in a project; nothing where it is not known.

    >>> address("pubsub", "12345")
    'service-12345@gcp-sa-pubsub.iam.gserviceaccount.com'
    """
    domain = DOMAINS.get(api)
    begin = _BEGINS.get(api, "service")
    return f"{begin}-{number}@{domain}.iam.gserviceaccount.com" if domain else ""
