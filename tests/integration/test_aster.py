"""The Aster stack, and edits of it, on every transport and in another process."""

import pytest

from gcpstack import (
    AlertPolicy,
    CloudRunBackend,
    Condition,
    GlobalAddress,
    LoadBalancer,
    Secret,
    SecretVersion,
    Stack,
    UptimeAlert,
)
from gcpstack._engine.plan import Action

from .stacks import SCRIPTS, actions, load

SCRIPT = SCRIPTS / "aster.py"
HOST = "trader.example.com"


def aster() -> Stack:
    """Run the script; each call gives a fresh stack."""
    return load("aster")


def balancer(
    *,
    domains=(HOST,),
    routes=("/orchestrator/*",),
    region="us-central1",
    latency_alert=True,
    extra=None,
):
    """A small load balancer that the tests edit."""
    stack = Stack("edit")
    trader = CloudRunBackend("trader", "cloud-trader", regions=["us-central1"])
    orchestrator = CloudRunBackend("orchestrator", "wallet-orchestrator", regions=[region])
    lb = stack.add(
        LoadBalancer(
            "edit",
            hosts=[HOST],
            domains=list(domains),
            routes=dict.fromkeys(routes, orchestrator),
            default=trader,
            redirect_http=True,
            logging=True,
        )
    )
    if latency_alert:
        stack.add(
            AlertPolicy(
                "latency",
                conditions=[
                    Condition.above(
                        "slow",
                        1000,
                        filter='metric.type="loadbalancing.googleapis.com/https/total_latencies" AND resource.type="https_lb_rule"',
                        duration=300,
                    )
                ],
            )
        )
    for item in extra or ():
        stack.add(item)
    return stack, lb


class TestAster:
    def test_the_whole_life(self, place):
        """Plan, apply, nothing more to do, status, destroy: nothing is left."""
        stack = aster()
        plan = place.plan(stack)
        assert plan.summary["create"] >= 20
        assert plan.problems == ()
        result = place.converge(stack)
        address = result.outputs["address"]
        assert address.count(".") == 3
        assert result.outputs["dns_records"] == [
            f"trader.aia.studio. 300 IN A {address}",
            f"api.trader.aia.studio. 300 IN A {address}",
        ]
        report = stack.status(place.settings)
        assert all(row.exists for row in report.rows)
        certificate = next(row for row in report.rows if "Certificate" in row.address.kind)
        assert "FAILED_NOT_VISIBLE" in " ".join(certificate.detail)
        stack.destroy(place.settings)
        assert place.resources() == {}

    def test_the_certificate_becomes_active(self, emulated):
        """Once DNS leads to the address, the certificate is there and the stack is well."""
        stack = aster()
        address = emulated.apply(stack).outputs["address"]
        names = {"trader.aia.studio": [address], "api.trader.aia.studio": [address]}
        emulated.control("PUT", "/_emulator/dns", names)

        assert stack.status(emulated.settings).ok

    def test_names_of_the_document(self, emulated):
        """Everything has the name that operators know."""
        emulated.apply(aster())
        have = {name.rsplit("/", 1)[-1] for name in emulated.resources()}

        assert {
            "aster-static-ip", "trader-neg", "orchestrator-neg", "trader-backend",
            "orchestrator-backend", "aster-url-map", "aster-cert", "aster-https-proxy",
            "aster-http-proxy", "aster-https-forwarding", "aster-http-forwarding", "ASTER_STATIC_IP",
        } <= have  # fmt: skip


class TestEdits:
    def test_another_path_rule_is_an_update(self, place):
        """One update of the URL map."""
        place.converge(balancer()[0])
        edited, _ = balancer(routes=("/orchestrator/*", "/jobs/*"))

        assert actions(place.plan(edited)) == {"compute.UrlMap/edit-url-map": "update"}
        place.converge(edited)

    def test_another_domain_is_a_successor(self, place):
        """Both certificates serve until the new one is active; then the old one goes."""
        place.converge(balancer()[0])
        edited, _ = balancer(domains=(HOST, f"api.{HOST}"))
        plan = place.plan(edited)
        assert actions(plan) == {
            "compute.ManagedSslCertificate/edit-cert": "replace",
            "compute.TargetHttpsProxy/edit-https-proxy": "update",
        }
        place.converge(edited)
        project = place.settings.project
        proxy = f"//compute.googleapis.com/projects/{project}/global/targetHttpsProxies/edit-https-proxy"
        attached = place.resources()[proxy]["sslCertificates"]
        assert [name.rsplit("/", 1)[-1] == "edit-cert" for name in attached] == [False, True]
        ip = place.resources()[
            f"//compute.googleapis.com/projects/{project}/global/addresses/edit-static-ip"
        ]["address"]
        place.control("PUT", "/_emulator/dns", {HOST: [ip], f"api.{HOST}": [ip]})
        assert not place.plan(edited).empty
        place.converge(edited)
        certificates = [name for name in place.resources() if "/sslCertificates/" in name]
        assert [name.rsplit("/", 1)[-1] for name in certificates] == [
            attached[0].rsplit("/", 1)[-1]
        ]
        edited.destroy(place.settings)
        assert place.resources() == {}

    def test_a_changed_region_replaces_a_group_in_use(self, place):
        """The new group is made, the backend moves over, the old group goes."""
        place.converge(balancer()[0])
        edited, _ = balancer(region="us-east1")

        assert actions(place.plan(edited)) == {
            "compute.RegionNetworkEndpointGroup/us-east1/orchestrator-neg": "create",
            "compute.RegionNetworkEndpointGroup/us-central1/orchestrator-neg": "delete",
            "compute.BackendService/orchestrator-backend": "update",
        }
        place.converge(edited)

    def test_a_removed_alert_is_pruned(self, place):
        """What is no longer declared is deleted."""
        place.converge(balancer()[0])
        edited, _ = balancer(latency_alert=False)

        assert actions(place.plan(edited)) == {
            "monitoring.AlertPolicy/latency": "delete",
            "serviceusage.Service/monitoring.googleapis.com": "forget",
        }
        place.converge(edited)
        assert not [name for name in place.resources() if "alertPolicies" in name]

    def test_a_removed_field_is_unset(self, place):
        """A label that was declared before and no longer is goes away."""
        name = f"//compute.googleapis.com/projects/{place.settings.project}/global/addresses/a"
        place.converge(_with(GlobalAddress("a", labels={"team": "x", "tier": "y"})))
        place.converge(_with(GlobalAddress("a", labels={"team": "x"})))
        assert place.resources()[name]["labels"] == {"team": "x"}
        place.converge(_with(GlobalAddress("a")))
        assert "labels" not in place.resources()[name]

    def test_drift_is_put_back(self, place):
        """A change made behind our back shows with its field, and is undone."""
        stack, _ = balancer()
        place.converge(stack)
        other = Stack("edit")
        for item in balancer()[0].items:
            other.add(item)
        project = place.settings.project
        path = f"/compute.googleapis.com/compute/v1/projects/{project}/global/backendServices/trader-backend"
        place.control("PATCH", path, {"logConfig": {"enable": False}})
        plan = place.plan(stack)
        [change] = [c for c in plan.changes if c.action is Action.UPDATE]
        assert ("log_config.enable", True) in [(d.name, d.after) for d in change.diff]
        place.converge(stack)

    def test_a_secret_follows_what_it_is_made_from(self, place):
        """A value that comes from elsewhere makes a new version when it changes, and only then."""

        def stack(text):
            made = Stack("values")
            secret = made.add(Secret("value", allow_delete=True))
            made.add(SecretVersion(secret, value=text, allow_delete=True))
            return made

        place.converge(stack("hunter1"))
        place.converge(stack("hunter2"))
        versions = [name for name in place.resources() if "/secrets/value/versions/" in name]
        assert len(versions) == 2
        assert "hunter" not in str(place.events)


def _with(*items):
    stack = Stack("fields")
    for item in items:
        stack.add(item)
    return stack


class TestInventory:
    def test_lost_inventory_is_only_lost_memory(self, emulated):
        """Without its inventory, the next apply adopts what it finds by name, and changes nothing."""
        stack = aster()
        emulated.apply(stack)
        bucket = f"{emulated.settings.project}-gcpstack"
        emulated.control(
            "DELETE", f"/storage.googleapis.com/storage/v1/b/{bucket}/o/stacks%2Faster.json"
        )
        plan = emulated.plan(stack)
        assert plan.summary["adopt"] == len(plan.changes)
        assert [change.diff for change in plan.changes if change.diff] == []
        emulated.forget_calls()
        emulated.apply(stack)
        assert [call for call in emulated.mutations() if not call.startswith("storage.")] == []
        stack.destroy(emulated.settings)
        assert emulated.resources() == {}


@pytest.mark.sandbox
class TestSandbox:
    def test_the_whole_life_at_google(self, sandbox):
        """The same against a real project: apply, nothing more to do, destroy."""
        stack = balancer()[0]
        try:
            sandbox.apply(stack)
            assert sandbox.plan(stack).empty
        finally:
            stack.destroy(sandbox.settings)


def test_what_is_watched_gets_another_host(emulated):
    """Its alert keeps an uptime check from being deleted: a successor takes over first."""

    def watched(host):
        stack = Stack("watched")
        stack.add(UptimeAlert("health", host))
        return stack

    emulated.converge(watched("a.example.com"))
    plan = emulated.plan(watched("b.example.com"))
    emulated.converge(watched("b.example.com"))
    left = [body for name, body in emulated.resources().items() if "/uptimeCheckConfigs/" in name]

    assert actions(plan)["monitoring.UptimeCheckConfig/health"] == "replace"
    assert [body["monitoredResource"]["labels"]["host"] for body in left] == ["b.example.com"]
