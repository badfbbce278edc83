"""Which permissions a stack needs: enough for its whole life, and told before anything is done."""

import contextlib
import dataclasses
import json
import urllib.request
import uuid

import pytest

from gcpstack import (
    CloudRunJob,
    CloudRunService,
    DnsZone,
    GlobalAddress,
    Network,
    PermissionsMissing,
    Secret,
    Settings,
    SslPolicy,
    Stack,
)
from gcpstack.emulator import Emulator
from gcpstack.resources import Container
from gcpstack.resources._permissions import RIGHTS
from gcpstack.resources._roles import ROLES, holds, least_roles
from gcpstack.resources.kinds import ALL
from tests.reliability.lab import Lab
from tests.resources.test_lives import LIVES, known


@pytest.fixture(scope="module")
def guarded():
    """An emulator of its own: what is taken away here, others keep."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def settings(guarded):
    yield Settings(
        project=f"test-{uuid.uuid4().hex[:12]}", region="us-central1", endpoint=guarded.endpoint
    )
    allow(guarded, None)


def allow(guarded, body):
    """Say what the caller may do."""
    request = urllib.request.Request(
        f"{guarded.endpoint}/_emulator/permissions", json.dumps(body).encode(), method="PUT"
    )
    with contextlib.closing(urllib.request.urlopen(request, timeout=30)):
        pass


def called(guarded):
    with urllib.request.urlopen(f"{guarded.endpoint}/_emulator/requests", timeout=30) as answer:
        return [row["method"] for row in json.loads(answer.read())]


def web(**fields):
    stack = Stack("web", enable_apis=False)
    address = stack.add(GlobalAddress("ip", **fields))
    stack.add(SslPolicy("tls", depends_on=[address]))
    stack.add(Secret("password", allow_delete=True))
    return stack


def permissions(stack, settings):
    with stack.session(settings) as session:
        return session.permissions()


def test_roles_hold_what_kinds_need():
    """Every permission of the table is held by a role of the table."""
    assert RIGHTS.keys() <= ALL.keys()
    names = {
        name
        for row in RIGHTS.values()
        for name in row.of("read", "create", "update", "delete", "used")
    }
    assert [name for name in names if not any(holds(role, name) for role in ROLES)] == []


@pytest.mark.parametrize(
    "life",
    [
        pytest.param(life, id=f"{life.base.KIND.name}-{n}")
        for n, life in enumerate(LIVES)
        if known(life)
    ],
)
def test_what_is_listed_is_enough(life):
    """A caller who holds nothing else makes, changes and deletes it."""
    lab = Lab()

    def apply(destroy=False, **fields):
        made = Stack("shop", enable_apis=False)
        made.add(dataclasses.replace(life.base, **fields) if fields else life.base)
        for item in life.beside:
            made.add(item)
        lab.line.clock.advance(600)  # what was granted before is seen everywhere
        session = lab.session(made)
        lab.line.google.permissions.set({"allowed": list(session.permissions().permissions)})
        session.prepare()
        plan = session.plan(destroy=destroy)
        if destroy and any("--allow-delete" in problem.remedy for problem in plan.problems):
            return  # it holds data: nobody deletes it here
        session.apply(plan).outcome.raise_failed()

    apply()
    kept = {}
    for name, value in life.changes.items():
        apply(**kept, **{name: value})
        kept |= {name: value} if name in life.onward else {}
        if life.base.KIND.name == "storage.BucketObject":  # one on hold takes nothing else
            apply(**kept)
    apply(destroy=True, **kept)


def test_what_is_missing_is_told_at_once_before_anything_is_done(guarded, settings):
    """Everything, with the roles that hold it; nothing was called that changes anything."""
    allow(guarded, {"denied": ["compute.*.create", "secretmanager.secrets.create"]})
    before = len(called(guarded))

    with pytest.raises(PermissionsMissing) as raised:
        web().apply(settings)

    assert raised.value.permissions == (
        "compute.globalAddresses.create",
        "compute.sslPolicies.create",
        "secretmanager.secrets.create",
    )
    assert "roles/compute.loadBalancerAdmin, roles/secretmanager.admin" in raised.value.remedy
    assert not [name for name in called(guarded)[before:] if name.endswith(("insert", "create"))]


def test_what_google_refuses_without_the_check(guarded, settings):
    """Google's own words, one by one."""
    allow(guarded, {"denied": ["compute.sslPolicies.create", "secretmanager.secrets.create"]})
    unchecked = dataclasses.replace(settings, check_permissions=False)

    with pytest.raises(ExceptionGroup) as raised:
        web().apply(unchecked)

    told = "\n".join(str(error) for error in raised.value.exceptions)
    assert "Required 'compute.sslPolicies.create' permission for" in told
    assert "secretmanager.secrets.create" in told


def test_only_what_is_planned_is_asked_for(guarded, settings):
    """An apply that changes a label may lack everything else."""
    web().apply(settings)
    allow(guarded, {"denied": ["secretmanager.*.create", "compute.*.create", "compute.*.delete"]})

    assert web(labels={"a": "b"}).apply(settings).outcome.ok
    assert web(labels={"a": "b"}).apply(settings).plan.empty


def test_a_grant_on_the_object_itself_is_enough(guarded, settings, monkeypatch):
    """What the project does not give, the secret may."""
    web().apply(settings)
    changed = Stack("web", enable_apis=False)
    address = changed.add(GlobalAddress("ip"))
    changed.add(SslPolicy("tls", depends_on=[address]))
    changed.add(Secret("password", labels={"a": "b"}, allow_delete=True))
    held = []

    def without(clients, project, names):
        held.append(set(names))
        return set(names) - {"secretmanager.secrets.update"}

    monkeypatch.setattr("gcpstack._adapters.permission_checks.in_project", without)

    assert changed.apply(settings).outcome.ok
    assert "secretmanager.secrets.update" in held[0]


def test_few_roles_are_named():
    """The narrower of two that hold as many."""
    assert list(least_roles(["run.services.create", "run.services.get"])) == ["roles/run.developer"]
    assert list(least_roles(["run.services.create", "run.services.setIamPolicy"])) == [
        "roles/run.admin"
    ]
    assert least_roles(["no.such.permission"]) == {}


def test_whoever_deploys_an_image_of_the_project_must_be_able_to_pull_it(guarded, settings):
    """Cloud Run looks, and so does the check; an image of another project may be public."""
    image = f"us-central1-docker.pkg.dev/{settings.project}/shop/web:1"
    pull = "artifactregistry.repositories.downloadArtifacts"
    stack = Stack("web", enable_apis=False)
    stack.add(CloudRunService("web", image=image))
    stack.add(CloudRunJob("batch", containers=[Container(image=image)]))
    hello = Stack("hello", enable_apis=False)
    hello.add(CloudRunService("hello", image="us-docker.pkg.dev/cloudrun/container/hello"))
    assert permissions(stack, settings).permissions[pull] == (
        "run.Job/us-central1/batch",
        "run.Service/us-central1/web",
    )
    assert pull not in permissions(hello, settings).permissions

    allow(guarded, {"denied": [pull]})
    with pytest.raises(PermissionsMissing) as missing:
        stack.apply(settings)
    assert missing.value.permissions == (pull,)
    assert "roles/artifactregistry.reader" in missing.value.remedy
    with pytest.raises(ExceptionGroup) as refused:
        stack.apply(dataclasses.replace(settings, check_permissions=False))
    assert pull in str(refused.value.exceptions[0])
    assert hello.apply(settings).outcome.ok


def test_a_private_zone_takes_rights_on_its_networks(guarded, settings):
    """https://cloud.google.com/dns/docs/access-control"""
    bind = "dns.networks.bindPrivateDNSZone"
    public, private = (Stack(name, enable_apis=False) for name in ("public", "private"))
    public.add(DnsZone("out", dns_name="example.com"))
    network = private.add(Network("vpc", auto_create_subnetworks=False))
    private.add(DnsZone("in", dns_name="shop.internal", visibility="private", networks=[network]))
    assert bind in permissions(private, settings).permissions
    assert bind not in permissions(public, settings).permissions

    allow(guarded, {"denied": [bind]})
    with pytest.raises(PermissionsMissing, match=bind):
        private.apply(settings)
    with pytest.raises(ExceptionGroup) as refused:
        private.apply(dataclasses.replace(settings, check_permissions=False))
    assert bind in str(refused.value.exceptions[0])
    assert public.apply(settings).outcome.ok
