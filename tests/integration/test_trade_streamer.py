"""The Trade Streamer stack: alike in two regions and three environments, and closed to the rest."""

import pytest

from gcpstack import ConsentRequired
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack

from .stacks import (
    actions,
    live,
    load,
    module,
    mounted_secrets,
    readable_secrets,
    whole_life,
)

REGIONS = ("us-central1", "europe-west4")


def staging():
    return load("trade_streamer")("staging")


def declared(env):
    """What an environment declares, by address."""
    stack = load("trade_streamer")(env)
    scope = Scope("demo-proj", "us-central1", "trade-streamer")
    compiled = compile_stack(
        stack.name, stack.items, {}, scope, enable_apis=True, check=lambda _: ()
    )
    return {str(item.address): item for item in compiled.declared}


def shape(value):
    """What a body says, but for how much: numbers and switches are left out."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return None


class TestTradeStreamer:
    def test_the_whole_life(self, place):
        """Plan, apply, nothing more to do, status, destroy: nothing is left."""
        result = whole_life(place, staging)

        assert result.outputs["url"] == "https://staging.trade-streamer.example.com"
        assert len({result.outputs[f"address in {region}"] for region in REGIONS}) == 2

    def test_the_regions_are_alike(self):
        """What is declared in one region is declared in the other, name for name."""
        places = {region: set() for region in REGIONS}
        for name, item in declared("prod").items():
            for region in REGIONS:
                # Both pull their images from one registry.
                if region in name and not item.kind.name.startswith("artifactregistry."):
                    places[region].add(name.replace(region, "REGION"))

        assert places["us-central1"]
        assert places["us-central1"] == places["europe-west4"]

    def test_the_environments_are_alike(self):
        """The same guard rails everywhere; production has more of everything, and keeps it."""
        dev, staging, prod = (declared(env) for env in ("dev", "staging", "prod"))

        def guards(found, env):
            domain = {"prod": ""}.get(env, f"{env}.") + "trade-streamer.example.com"
            zone = domain.replace(".", "-")
            return {
                name.replace(domain, "DOMAIN").replace(zone, "DOMAIN"): item
                for name, item in found.items()
            }

        dev, staging, prod = guards(dev, "dev"), guards(staging, "staging"), guards(prod, "prod")
        assert dev.keys() == staging.keys() == prod.keys()
        for name, item in dev.items():
            assert shape(item.body) == shape(staging[name].body)
            if item.kind.name in ("compute.Firewall", "compute.Router", "pubsub.Subscription"):
                assert item.body == prod[name].body

    def test_production_keeps_its_data(self, emulated):
        """A destroy is refused before anything is touched."""
        production = load("trade_streamer")("prod")
        emulated.converge(production)
        emulated.forget_calls()

        with pytest.raises(ConsentRequired):
            production.destroy(emulated.settings)
        assert [call for call in emulated.mutations() if not call.startswith("storage.")] == []

    def test_a_part_reads_what_it_is_given_and_nothing_else(self, emulated):
        """The broker's credentials are for orders alone."""
        emulated.apply(staging())

        readable = readable_secrets(emulated)
        assert readable == mounted_secrets(emulated)
        readers = [who for who, names in readable.items() if "trade-etrade-oauth" in names]
        assert readers == [f"trade-orders@{emulated.settings.project}.iam.gserviceaccount.com"]

    def test_nothing_goes_out_but_to_the_providers(self, emulated, monkeypatch):
        """Whoever is added is let through, and nobody else."""
        monkeypatch.setenv("TRADE_STREAMER_PROVIDERS", '{"etrade": ["192.0.2.0/24"]}')
        emulated.apply(staging())
        rules = {
            name.rsplit("/", 1)[-1]: body
            for name, body in live(emulated, "/firewalls/trade-streamer-").items()
            if body["direction"] == "EGRESS"
        }

        assert rules["trade-streamer-deny-egress"]["destinationRanges"] == ["0.0.0.0/0"]
        assert {name for name in rules if "-out-" in name} == {"trade-streamer-out-etrade"}
        monkeypatch.delenv("TRADE_STREAMER_PROVIDERS")
        assert actions(emulated.plan(staging())) == {
            "compute.Firewall/trade-streamer-out-fmp": "create",
            "compute.Firewall/trade-streamer-out-yahoo": "create",
        }

    def test_dns_leads_to_the_nearest(self, emulated):
        """That is healthy: each region answers with the address of its own load balancer."""
        result = emulated.apply(staging())
        zone = f"/dns.googleapis.com/dns/v1/projects/{emulated.settings.project}/managedZones"
        records = emulated.control("GET", f"{zone}/staging-trade-streamer-example-com/rrsets")[
            "rrsets"
        ]
        [record] = [item for item in records if item["type"] == "A"]
        answers = {
            item["location"]: item["healthCheckedTargets"]["externalEndpoints"]
            for item in record["routingPolicy"]["geo"]["items"]
        }

        assert answers == {region: [result.outputs[f"address in {region}"]] for region in REGIONS}

    def test_the_canary_goes_the_whole_way(self, emulated, capsys):
        """UI, scan, order; what an emulator can't do it says."""
        emulated.apply(staging())
        canary = module("trade_streamer_canary")
        options = ["--env", "staging", "--endpoint", emulated.endpoint]

        assert canary.main([*options, "--project", emulated.settings.project]) == 0
        told = capsys.readouterr().out.splitlines()
        assert [line.partition(":")[0] for line in told] == [
            *(f"✓ {what} in {region}" for region in REGIONS for what in ("UI", "API", "scan")),
            "✓ secrets",
            "✓ order",
        ]
        assert sum("no container ran" in line for line in told) == len(REGIONS)

    def test_the_canary_tells_what_is_broken(self, emulated, capsys):
        """A header that is gone and a topic that is gone; the rest is gone through all the same."""
        emulated.apply(staging())
        project = emulated.settings.project
        emulated.control(
            "PATCH",
            f"/compute.googleapis.com/compute/v1/projects/{project}/global/backendBuckets"
            "/trade-streamer-site",
            {"customResponseHeaders": []},
        )
        emulated.control(
            "DELETE", f"/pubsub.googleapis.com/v1/projects/{project}/topics/trade-orders"
        )
        canary = module("trade_streamer_canary")

        options = ["--env", "staging", "--project", project, "--endpoint", emulated.endpoint]
        assert canary.main(options) == 1
        told = capsys.readouterr().out.splitlines()
        assert [line.partition(":")[0] for line in told if line.startswith("✗")] == [
            *(f"✗ UI in {region}" for region in REGIONS),
            "✗ order",
        ]
        assert "the header content-security-policy is None" in told[0]

    def test_a_border_is_drawn_where_the_policy_is_named(self, monkeypatch):
        """With its operators inside the way in; and not otherwise."""
        assert not [name for name in declared("prod") if name.startswith("accesscontextmanager.")]
        monkeypatch.setenv("TRADE_STREAMER_ACCESS_POLICY", "123456789")
        monkeypatch.setenv("TRADE_STREAMER_OPERATORS", "user:ops@example.com")
        found = declared("prod")

        [border] = [item for item in found.values() if item.kind.name.endswith("ServicePerimeter")]
        assert "firestore.googleapis.com" in border.body["status"]["restrictedServices"]
        [level] = [item for item in found.values() if item.kind.name.endswith("AccessLevel")]
        assert level.body["basic"]["conditions"] == [{"members": ["user:ops@example.com"]}]

    def test_drift_is_put_back(self, place):
        """A way out that somebody opens shows with its field, and is closed."""
        place.converge(staging())
        path = (
            f"/compute.googleapis.com/compute/v1/projects/{place.settings.project}/global/firewalls"
            "/trade-streamer-deny-egress"
        )
        place.control("PATCH", path, {"disabled": True, "priority": 65001})
        [change] = [change for change in place.plan(staging()).changes if change.diff]

        assert [(diff.name, diff.after) for diff in change.diff] == [("priority", 65000)]
        place.converge(staging())
