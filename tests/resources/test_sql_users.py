"""Users of Cloud SQL who come by IAM, from the first apply to the last."""

import pytest

from gcpstack import Action, Stack
from gcpstack import resources as r

RUNNER = r.ServiceAccount("shop-runner")


def database(version: str) -> r.SqlInstance:
    return r.SqlInstance(
        "db",
        database_version=version,
        tier="db-custom-2-7680",
        edition="ENTERPRISE",
        allow_delete=True,
    )


def stacked(*items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


@pytest.mark.parametrize(
    ("version", "known_as"), [("MYSQL_8_0", "shop-runner"), ("POSTGRES_15", "shop-runner@{}.iam")]
)
def test_a_service_account_comes_and_goes(gcp_settings, version, known_as):
    """It is found again by the database's name for it, gets roles, and is deleted."""
    instance = database(version)
    stack = stacked(instance, RUNNER, r.SqlUser(RUNNER, instance=instance))
    made = stack.apply(gcp_settings)
    address = f"sql.User/db/{known_as.format(gcp_settings.project)}"

    assert address in {str(change.address) for change in made.plan.changes}
    assert stack.plan(gcp_settings).empty
    reader = stacked(
        instance, RUNNER, r.SqlUser(RUNNER, instance=instance, database_roles=["reader"])
    )
    (change,) = [one for one in reader.plan(gcp_settings).changes if one.mutates]
    assert (str(change.address), change.action) == (address, Action.UPDATE)
    reader.apply(gcp_settings)
    assert reader.plan(gcp_settings).empty
    gone = stacked(instance, RUNNER)
    (change,) = [one for one in gone.plan(gcp_settings).changes if one.mutates]
    assert (str(change.address), change.action) == (address, Action.DELETE)
    gone.apply(gcp_settings)
    assert gone.plan(gcp_settings).empty


@pytest.mark.parametrize("kind", ["CLOUD_IAM_USER", "CLOUD_IAM_GROUP"])
def test_people_and_groups_come_to_mysql_by_their_addresses(gcp_settings, kind):
    """Whose letters are of one case there."""
    instance = database("MYSQL_8_0")
    stack = stacked(instance, r.SqlUser("Jane.Doe@example.com", instance=instance, type=kind))
    stack.apply(gcp_settings)

    assert stack.plan(gcp_settings).empty
