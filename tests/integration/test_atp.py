"""The ATP stack: three regions, private data, and what each service may read."""

import json

import pytest

from gcpstack import ApplyFailed, CloudRunApp, CloudRunService, ConsentRequired, LoadBalancer, Stack

from .stacks import (
    actions,
    live,
    load,
    mounted_secrets,
    readable_secrets,
    whole_life,
)

REGIONS = ("us-central1", "europe-west1", "asia-southeast1")
CERTIFICATE = "compute.ManagedSslCertificate"


def staging():
    return load("atp")("staging")


class TestAtp:
    def test_the_whole_life(self, place):
        """Plan, apply, nothing more to do, status, destroy: nothing is left."""
        result = whole_life(place, staging, pending=[CERTIFICATE])

        assert result.outputs["url"] == "https://staging.atp.example.com"
        assert result.outputs["database"] == f"{place.settings.project}:us-central1:atp-postgres"

    def test_production_keeps_its_data(self, emulated):
        """Three regions come up; a destroy is refused before anything is touched."""
        production = load("atp")("production")
        emulated.converge(production)
        services = live(emulated, "run.googleapis.com")
        assert {name.split("/")[6] for name in services if "/revisions/" not in name} == set(
            REGIONS
        )

        emulated.forget_calls()
        with pytest.raises(ConsentRequired):
            production.destroy(emulated.settings)
        assert [call for call in emulated.mutations() if not call.startswith("storage.")] == []

    def test_a_service_reads_what_it_is_given_and_nothing_else(self, emulated):
        """The policies of the secrets name exactly the accounts of the services that mount them."""
        emulated.apply(staging())

        assert readable_secrets(emulated) == mounted_secrets(emulated)
        router = f"atp-router@{emulated.settings.project}.iam.gserviceaccount.com"
        assert readable_secrets(emulated)[router] == {
            "atp-database-secret",
            "atp-redis-secret",
            "atp-auth-secret",
            "atp-oidc-secret",
            "atp-provider-secrets",
        }

    def test_another_tag_makes_new_revisions_and_nothing_else(self, place, monkeypatch):
        """A rollout is an update of the two services."""
        place.converge(staging())
        monkeypatch.setenv("ATP_TAG", "v2")

        assert actions(place.plan(staging())) == {
            "run.Service/us-central1/atp-router-service": "update",
            "run.Service/us-central1/atp-memory-gateway": "update",
        }
        place.converge(staging())

    def test_images_are_built_from_a_checkout(self, emulated, monkeypatch, tmp_path):
        """And the services run their digests."""
        docker = tmp_path / "deploy" / "docker"
        docker.mkdir(parents=True)
        for name in ("router-service", "memory-gateway"):
            (docker / f"{name}.Dockerfile").write_text("FROM scratch\n")
        monkeypatch.setenv("ATP_SOURCE", str(tmp_path))
        emulated.converge(staging())

        images = {
            container["image"].partition("@sha256:")[0].rsplit("/", 1)[-1]
            for name, body in live(emulated, "run.googleapis.com").items()
            if "/revisions/" not in name
            for container in body["template"]["containers"]
        }
        assert images == {"atp-router", "atp-memory-gateway"}

    def test_drift_is_put_back(self, place):
        """What somebody changes by hand shows with its field, and is undone."""
        place.converge(staging())
        project = place.settings.project
        path = f"/sqladmin.googleapis.com/v1/projects/{project}/instances/atp-postgres"
        place.control("PATCH", path, {"settings": {"tier": "db-custom-4-8192"}})
        place.control("POST", "/_emulator/clock", {"advance": 3600})
        plan = place.plan(staging())

        [change] = [change for change in plan.changes if change.diff]
        assert str(change.address) == "sql.DatabaseInstance/atp-postgres"
        assert [(diff.name, diff.after) for diff in change.diff] == [("tier", "db-custom-2-4096")]
        place.converge(staging())


def spread(*, broken=()):
    """One service in three regions behind a load balancer; in some its image does not start."""
    image = "us-docker.pkg.dev/somebody/images/api"
    regions = {
        region: {"image": f"{image}:crash"} if region in broken else {} for region in REGIONS
    }
    stack = Stack("spread")
    app = stack.add(CloudRunApp(CloudRunService("spread-api", image=image), regions=regions))
    stack.add(LoadBalancer("spread", default=app.backend("api")))
    return stack


class TestManyRegions:
    def test_they_are_made_side_by_side(self, emulated):
        """No region waits for another; what fails in one is left out by the load balancer."""
        emulated.control("PUT", "/_emulator/latency", {"latency": "none"})
        result = emulated.converge(spread())
        [backend] = live(emulated, "/backendServices/").values()

        assert len(backend["backends"]) == 3
        assert backend["outlierDetection"]["consecutiveErrors"] == 5
        services = [
            change.declared
            for change in result.plan.changes
            if change.address.kind == "run.Service"
        ]
        assert len(services) == 3
        assert not any(
            needed.kind == "run.Service" for service in services for needed in service.depends_on
        )

    def test_one_that_fails_leaves_the_others_done_and_says_so(self, place):
        """The next apply goes on with that one alone."""
        with pytest.raises(ApplyFailed) as told:
            place.apply(spread(broken=["europe-west1"]))
        [error] = told.value.exceptions
        assert "run.Service/europe-west1/spread-api" in str(error)
        done = {
            name.split("/")[6]
            for name, body in live(place, "/services/spread-api").items()
            if body.get("terminalCondition", {}).get("state") == "CONDITION_SUCCEEDED"
        }
        assert done == {"us-central1", "asia-southeast1"}

        place.forget_calls()
        place.apply(spread())
        touched = json.dumps(place.control("GET", "/_emulator/requests"))
        for region in ("us-central1", "asia-southeast1"):
            assert (
                f'"path": "/v2/projects/{place.settings.project}/locations/{region}/services"'
                not in touched
            )
        assert place.plan(spread()).empty
