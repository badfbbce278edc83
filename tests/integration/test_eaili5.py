"""The EAILI5 stack: rotated secrets, domains of its own, and what each service may read."""

import uuid

import pytest

from gcpstack import ConsentRequired

from .stacks import (
    actions,
    live,
    load,
    mounted_secrets,
    readable_secrets,
    whole_life,
)

MAPPING = "run.DomainMapping"
DAY = 86_400


@pytest.fixture(autouse=True)
def domain(monkeypatch):
    """A domain that no other test maps: a mapping takes it from everybody else."""
    name = f"{uuid.uuid4().hex[:12]}.example.com"
    monkeypatch.setenv("EAILI5_DOMAIN", name)
    return name


def staging():
    return load("eaili5")("staging")


class TestEaili5:
    def test_the_whole_life(self, place, domain):
        """Plan, apply, nothing more to do, status, destroy: nothing is left."""
        result = whole_life(place, staging, pending=[MAPPING])

        [record] = result.outputs[f"dns_records of base-staging.{domain}"]
        assert (record["type"], record["rrdata"]) == ("CNAME", "ghs.googlehosted.com.")

    def test_production_keeps_its_data(self, emulated):
        """A destroy is refused before anything is touched."""
        production = load("eaili5")("production")
        emulated.converge(production)
        emulated.forget_calls()

        with pytest.raises(ConsentRequired):
            production.destroy(emulated.settings)
        assert [call for call in emulated.mutations() if not call.startswith("storage.")] == []

    def test_a_service_reads_what_it_is_given_and_nothing_else(self, emulated):
        """The policies of the secrets name exactly the accounts of the services that mount them."""
        emulated.apply(staging())
        project = emulated.settings.project

        assert readable_secrets(emulated) == mounted_secrets(emulated)
        assert readable_secrets(emulated)[
            f"eaili5-base-frontend@{project}.iam.gserviceaccount.com"
        ] == {"walletconnect-project-id"}

    def test_secrets_are_rotated_as_the_document_says(self, emulated):
        """After 90 or 180 days, or never."""
        emulated.apply(staging())
        periods = {
            name.rsplit("/", 1)[-1]: body.get("rotation", {}).get("rotationPeriod")
            for name, body in live(emulated, "/secrets/").items()
            if "/versions/" not in name
        }

        assert periods == {
            "openai-api-key": f"{90 * DAY}s",
            "tavily-api-key": f"{90 * DAY}s",
            "bitquery-api-key": f"{90 * DAY}s",
            "database-url": f"{180 * DAY}s",
            "redis-url": None,
            "walletconnect-project-id": None,
            "database-password": None,
        }

    def test_the_schema_is_imported_once(self, emulated):
        """As the user that the app connects as; a second apply does not touch it."""
        emulated.converge(staging())
        path = f"/storage.googleapis.com/storage/v1/b/{emulated.settings.project}-eaili5-sql/o"
        [file] = emulated.control("GET", path)["items"]

        assert file["name"].endswith("/eaili5-db/eaili5/schema.sql")
        assert file["metadata"]["imported"] == "true"
        assert file["metadata"]["import-user"] == "eaili5"

    def test_a_rotation_goes_on_by_itself(self, emulated):
        """Google moves the next one on: no plan shows it."""
        emulated.apply(staging())
        emulated.control("POST", "/_emulator/clock", {"advance": 91 * DAY})

        assert emulated.plan(staging()).empty

    def test_another_tag_makes_new_revisions_and_nothing_else(self, place, monkeypatch):
        """A rollout is an update of the two services."""
        place.converge(staging())
        monkeypatch.setenv("EAILI5_TAG", "v2")

        assert actions(place.plan(staging())) == {
            "run.Service/us-central1/eaili5-base-frontend": "update",
            "run.Service/us-central1/eaili5-base-backend": "update",
        }
        place.converge(staging())

    def test_drift_is_put_back(self, place):
        """What somebody changes by hand shows with its field, and is undone."""
        place.converge(staging())
        project = place.settings.project
        path = f"/logging.googleapis.com/v2/projects/{project}/locations/global/buckets/_Default"
        place.control("PATCH", f"{path}?updateMask=retentionDays", {"retentionDays": 7})
        [change] = [change for change in place.plan(staging()).changes if change.diff]

        assert [(diff.name, diff.after) for diff in change.diff] == [("retention_days", 30)]
        place.converge(staging())
