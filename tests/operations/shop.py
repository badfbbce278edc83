"""A small stack that people use: a balancer with a certificate before a Cloud Run service."""

import requests

FILE = """
from gcpstack import (
    CloudRunBackend,
    CloudRunService,
    CloudRunServiceIamMember,
    LoadBalancer,
    Stack,
)

stack = Stack("shop", region="us-central1")
web = CloudRunService("web", image="us-docker.pkg.dev/cloudrun/container/hello")
stack.add(web)
stack.add(CloudRunServiceIamMember(web, role="roles/run.invoker", member="allUsers"))
stack.add(
    LoadBalancer(
        "shop",
        domains=["shop.example.com"],
        default=CloudRunBackend("shop-web", web),
    )
)
"""


def address_of(endpoint: str, project: str) -> str:
    """Tell the load balancer's address."""
    url = f"{endpoint}/compute.googleapis.com/compute/v1/projects/{project}/global/forwardingRules"
    rules = requests.get(url, timeout=30).json()["items"]
    return next(rule["IPAddress"] for rule in rules if "443" in rule["portRange"])
