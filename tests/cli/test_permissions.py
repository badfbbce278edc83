"""`permissions`: what whoever applies the stack has to be allowed."""

import json

from tests.cli.bench import Bench, vault, web


def test_roles_then_permissions():
    """For people: the roles first, then each permission."""
    said = Bench().run(vault(), "permissions")

    assert said.status == 0
    lines = said.out.splitlines()
    assert lines[0] == "Roles that applying this stack needs:"
    assert [line.split()[0] for line in lines[1:3]] == [
        "roles/secretmanager.admin",
        "roles/storage.admin",
    ]
    assert "  secretmanager.secrets.create" in lines
    assert "  storage.objects.create" in lines


def test_verbose_says_what_for():
    """The resources, or the inventory."""
    said = Bench().run(vault(), "permissions", "--verbose")

    assert "  secretmanager.secrets.create  secretmanager.Secret/password" in said.out
    assert "  storage.objects.create  the inventory" in said.out


def test_json():
    """One object, fit for `gcloud iam roles create --permissions`."""
    said = Bench().run(web(), "permissions", "--json")

    body = json.loads(said.out)
    assert body["roles"] == ["roles/compute.loadBalancerAdmin", "roles/storage.admin"]
    assert "compute.globalAddresses.create" in body["permissions"]
    assert body["needed_for"]["compute.globalAddresses.create"] == ["compute.GlobalAddress/web-ip"]
