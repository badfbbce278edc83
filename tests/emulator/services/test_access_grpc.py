"""Services of access and of images through their own clients, which speak gRPC; where they are installed."""

import importlib
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import AlreadyExists, NotFound

from gcpstack.emulator import Emulator
from gcpstack.emulator.core import images
from tests.emulator.services.clients import discovery

PROJECT = "projects/demo-proj"
PLACE = f"{PROJECT}/locations/us-central1"
REPOSITORY = f"{PLACE}/repositories/apps"
IMAGE = "us-central1-docker.pkg.dev/demo-proj/apps/team/web:v1"
NETWORK = f"{PROJECT}/global/networks/vpc"
ACCOUNT = "billingAccounts/012345-6789AB-CDEF01"

Make = Callable[[str, str], Any]


@pytest.fixture
def make(channel: grpc.Channel) -> Make:
    """Makes a client of a package that is installed."""

    def client(module: str, name: str) -> Any:
        distribution = module.rpartition(".")[2].removesuffix("_v1")
        pytest.importorskip(module, reason=f"Google's client of {distribution} is not installed")
        kind = getattr(importlib.import_module(module), name)
        return kind(transport=kind.get_transport_class("grpc")(channel=channel))

    return client


def test_artifact_registry(make: Make, emulator: Emulator) -> None:
    client = make("google.cloud.artifactregistry_v1", "ArtifactRegistryClient")
    started = client.create_repository(
        parent=PLACE, repository_id="apps", repository={"format_": "PYTHON", "labels": {"a": "b"}}
    )
    assert started.operation.name.startswith(PLACE)
    assert client.get_repository(name=REPOSITORY).format_.name == "PYTHON"
    client.delete_repository(name=REPOSITORY)
    client.create_repository(parent=PLACE, repository_id="apps", repository={"format_": "DOCKER"})
    with pytest.raises(AlreadyExists):
        client.create_repository(
            parent=PLACE, repository_id="apps", repository={"format_": "DOCKER"}
        )
    changed = client.update_repository(
        repository={"name": REPOSITORY, "description": "new"}, update_mask="description"
    )
    assert changed.description == "new"
    digest = images.push(emulator.world, IMAGE, "one")
    client.get_project_settings(name=f"{PROJECT}/projectSettings")
    package = f"{REPOSITORY}/packages/team%2Fweb"
    assert [one.name for one in client.list_packages(parent=REPOSITORY)] == [package]
    [tag] = client.list_tags(request={"parent": package})
    assert tag.version == f"{package}/versions/{digest}"
    version = client.get_version(request={"name": tag.version, "view": "FULL"})
    assert [one.name for one in version.related_tags] == [tag.name]
    moved = client.create_tag(parent=package, tag_id="live", tag={"version": tag.version})
    assert moved.name == f"{package}/tags/live"
    [image] = client.list_docker_images(parent=REPOSITORY)
    assert list(image.tags) == ["live", "v1"]
    binding = {"role": "roles/viewer", "members": ["user:ada@example.com"]}
    client.set_iam_policy(request={"resource": REPOSITORY, "policy": {"bindings": [binding]}})
    assert (
        client.get_iam_policy(request={"resource": REPOSITORY}).bindings[0].role == "roles/viewer"
    )
    rule = {"action": "DENY", "operation": "DOWNLOAD"}
    made = client.create_rule(parent=REPOSITORY, rule_id="none", rule=rule)
    assert client.get_rule(name=made.name).action.name == "DENY"
    with pytest.raises(NotFound):
        client.get_package(name=f"{REPOSITORY}/packages/none")


def test_budgets(make: Make) -> None:
    client = make("google.cloud.billing.budgets_v1", "BudgetServiceClient")
    amount = {"specified_amount": {"units": 100}}
    made = client.create_budget(parent=ACCOUNT, budget={"amount": amount})
    assert made.amount.specified_amount.currency_code == "USD"
    assert made.budget_filter.calendar_period.name == "MONTH"
    request = {
        "budget": {"name": made.name, "display_name": "new"},
        "update_mask": {"paths": ["display_name"]},
    }
    assert client.update_budget(request=request).display_name == "new"
    assert [one.name for one in client.list_budgets(parent=ACCOUNT)] == [made.name]
    client.delete_budget(name=made.name)
    with pytest.raises(NotFound):
        client.get_budget(name=made.name)


def test_binary_authorization(make: Make) -> None:
    client = make("google.cloud.binaryauthorization_v1", "BinauthzManagementServiceV1Client")
    note = {"note_reference": f"{PROJECT}/notes/qa"}
    name = f"{PROJECT}/attestors/qa"
    attestor = {"name": name, "user_owned_grafeas_note": note}
    made = client.create_attestor(parent=PROJECT, attestor_id="qa", attestor=attestor)
    assert (
        "gcp-sa-binaryauthorization"
        in made.user_owned_grafeas_note.delegation_service_account_email
    )
    rule = {
        "evaluation_mode": "REQUIRE_ATTESTATION",
        "enforcement_mode": "DRYRUN_AUDIT_LOG_ONLY",
        "require_attestations_by": [name],
    }
    policy = client.update_policy(
        policy={"name": f"{PROJECT}/policy", "default_admission_rule": rule}
    )
    assert client.get_policy(name=policy.name) == policy
    attestor["description"] = "new"
    assert client.update_attestor(attestor=attestor).description == "new"
    client.delete_attestor(name=name)
    assert list(client.list_attestors(parent=PROJECT)) == []


def test_cloud_ids(make: Make, emulator: Emulator) -> None:
    client = make("google.cloud.ids_v1", "IDSClient")
    networks = discovery(emulator, "compute", "v1", "compute/v1/")
    networks.networks().insert(
        project="demo-proj", body={"name": "vpc", "autoCreateSubnetworks": False}
    ).execute()
    block = {
        "name": "block", "purpose": "VPC_PEERING", "addressType": "INTERNAL", "prefixLength": 16,
        "network": NETWORK,
    }  # fmt: skip
    networks.globalAddresses().insert(project="demo-proj", body=block).execute()
    discovery(emulator, "servicenetworking", "v1").services().connections().create(
        parent="services/servicenetworking.googleapis.com",
        body={"network": NETWORK, "reservedPeeringRanges": ["block"]},
    ).execute()
    place = f"{PROJECT}/locations/us-central1-a"
    endpoint = {"network": NETWORK, "severity": "HIGH"}
    client.create_endpoint(parent=place, endpoint_id="watch", endpoint=endpoint)
    found = client.get_endpoint(name=f"{place}/endpoints/watch")
    assert (found.state.name, found.severity.name) == ("READY", "HIGH")
    client.delete_endpoint(name=found.name)
    assert list(client.list_endpoints(parent=place)) == []


def test_identity_aware_proxy(make: Make, emulator: Emulator) -> None:
    client = make("google.cloud.iap_v1", "IdentityAwareProxyAdminServiceClient")
    number = emulator.world.number_of("demo-proj")
    reauth = {"method": "LOGIN", "max_age": {"seconds": 600}, "policy_type": "MINIMUM"}
    settings = {"name": PROJECT, "access_settings": {"reauth_settings": reauth}}
    changed = client.update_iap_settings(request={"iap_settings": settings})
    assert changed.name == f"projects/{number}"
    assert client.get_iap_settings(request={"name": PROJECT}) == changed
    group = client.create_tunnel_dest_group(
        parent=f"{PROJECT}/iap_tunnel/locations/us-central1",
        tunnel_dest_group={"cidrs": ["10.0.0.0/8"]},
        tunnel_dest_group_id="inside",
    )
    assert list(client.get_tunnel_dest_group(name=group.name).cidrs) == ["10.0.0.0/8"]
    binding = {"role": "roles/viewer", "members": ["user:ada@example.com"]}
    web = f"{PROJECT}/iap_web"
    client.set_iam_policy(request={"resource": web, "policy": {"bindings": [binding]}})
    assert client.get_iam_policy(request={"resource": web}).bindings[0].role == "roles/viewer"


def test_the_consent_screen(make: Make) -> None:
    client = make("google.cloud.iap_v1", "IdentityAwareProxyOAuthServiceClient")
    brand = {"application_title": "Aster", "support_email": "ops@example.com"}
    made = client.create_brand(request={"parent": PROJECT, "brand": brand})
    assert [one.name for one in client.list_brands(request={"parent": PROJECT}).brands] == [
        made.name
    ]
    body = {"display_name": "web"}
    request = {"parent": made.name, "identity_aware_proxy_client": body}
    oauth = client.create_identity_aware_proxy_client(request=request)
    fresh = client.reset_identity_aware_proxy_client_secret(request={"name": oauth.name})
    assert fresh.secret != oauth.secret
    client.delete_identity_aware_proxy_client(request={"name": oauth.name})
