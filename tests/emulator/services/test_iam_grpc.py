"""IAM through its admin client, which speaks only gRPC."""

import importlib
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import Aborted, AlreadyExists, NotFound

pytest.importorskip("google.cloud.iam_admin_v1", reason="google-cloud-iam is not installed")
PROJECT = "projects/demo-proj"
EMAIL = "robot-1@demo-proj.iam.gserviceaccount.com"
ROBOT = f"{PROJECT}/serviceAccounts/{EMAIL}"


@pytest.fixture
def admin(channel: grpc.Channel) -> Any:
    kind = importlib.import_module("google.cloud.iam_admin_v1").IAMClient
    return kind(transport=kind.get_transport_class("grpc")(channel=channel))


@pytest.fixture
def robot(admin: Any) -> Any:
    account = {"display_name": "Robot"}
    request = {"name": PROJECT, "account_id": "robot-1", "service_account": account}
    return admin.create_service_account(request=request)


def test_service_accounts(admin: Any, robot: Any) -> None:
    assert (robot.name, robot.email) == (ROBOT, EMAIL)
    with pytest.raises(AlreadyExists, match="robot-1 already exists"):
        admin.create_service_account(request={"name": PROJECT, "account_id": "robot-1"})
    request = {
        "service_account": {"name": ROBOT, "display_name": "New", "description": "d"},
        "update_mask": "displayName",
    }
    assert admin.patch_service_account(request=request).display_name == "New"
    assert admin.get_service_account(name=ROBOT).description == ""
    admin.disable_service_account(request={"name": ROBOT})
    assert admin.get_service_account(name=ROBOT).disabled
    admin.enable_service_account(request={"name": ROBOT})
    assert EMAIL in [one.email for one in admin.list_service_accounts(name=PROJECT)]
    admin.delete_service_account(name=ROBOT)
    with pytest.raises(NotFound, match="Unknown service account"):
        admin.get_service_account(name=ROBOT)


def test_keys(admin: Any, robot: Any) -> None:
    key = admin.create_service_account_key(name=robot.name)
    assert key.private_key_data
    assert admin.get_service_account_key(name=key.name).name == key.name
    listed = admin.list_service_account_keys(name=robot.name).keys
    assert key.name in [one.name for one in listed]
    admin.delete_service_account_key(name=key.name)
    listed = admin.list_service_account_keys(name=robot.name).keys
    assert key.name not in [one.name for one in listed]


def test_roles(admin: Any) -> None:
    role = {"title": "Reader", "included_permissions": ["run.services.get"]}
    made = admin.create_role(request={"parent": PROJECT, "role_id": "reader", "role": role})
    assert made.name == f"{PROJECT}/roles/reader"
    assert admin.get_role(request={"name": made.name}) == made
    assert admin.get_role(request={"name": "roles/viewer"}).name == "roles/viewer"
    change = {"name": made.name, "role": {"title": "Other"}, "update_mask": "title"}
    assert admin.update_role(request=change).title == "Other"
    stale = {**change, "role": {"title": "x", "etag": made.etag}}
    with pytest.raises(Aborted, match="concurrent"):
        admin.update_role(request=stale)
    assert admin.delete_role(request={"name": made.name}).deleted
    assert not admin.undelete_role(request={"name": made.name}).deleted
    assert [one.name for one in admin.list_roles(request={"parent": PROJECT})] == [made.name]


def test_policies_of_accounts(admin: Any, robot: Any) -> None:
    bindings = [{"role": "roles/iam.serviceAccountUser", "members": ["user:ada@example.com"]}]
    policy = {"bindings": bindings}
    told = admin.set_iam_policy(request={"resource": robot.name, "policy": policy})
    assert admin.get_iam_policy(request={"resource": robot.name}) == told
    asked = {"resource": robot.name, "permissions": ["iam.serviceAccounts.actAs"]}
    assert list(admin.test_iam_permissions(request=asked).permissions) == asked["permissions"]
