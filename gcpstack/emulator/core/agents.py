"""The addresses of service agents: whom Google's services act as in a project.

https://cloud.google.com/iam/docs/service-agents
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gcpstack.emulator.core import iam

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

#: What stands behind the @ where it is not ``gcp-sa-`` and the API's name.
_DOMAINS: Mapping[str, str] = {
    "bigquery": "bigquery-encryption",
    "cloudfunctions": "gcf-admin-robot",
    "compute": "compute-system",
    "monitoring": "gcp-sa-monitoring-notification",
    "redis": "cloud-redis",
    "run": "serverless-robot-prod",
    "sqladmin": "gcp-sa-cloud-sql",
    "storage": "gs-project-accounts",
}

_PUBLISHERS = frozenset(
    {
        "roles/pubsub.publisher",
        "roles/pubsub.editor",
        "roles/pubsub.admin",
        "roles/editor",
        "roles/owner",
    }
)


def may_publish(world: "World", agent: str, topic: str) -> bool:
    """Tell whether an agent may publish to a topic: https://cloud.google.com/pubsub/docs/access-control."""
    keys = (f"pubsub/{topic}", f"cloudresourcemanager/projects/{topic.split('/')[1]}")
    return iam.granted(world, keys, agent, _PUBLISHERS, "pubsub.topics.publish")


def email(world: "World", api: str, project: str) -> str:
    """The address of an API's agent in a project, by its id or number."""
    begin = "bq" if api == "bigquery" else "service"
    domain = _DOMAINS.get(api, f"gcp-sa-{api}")
    return f"{begin}-{world.number_of(project)}@{domain}.iam.gserviceaccount.com"
