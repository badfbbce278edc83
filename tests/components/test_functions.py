"""Functions with an identity of their own: what they may do, and who calls them."""

from pathlib import Path

import pytest

from gcpstack import (
    CloudFunction,
    CloudFunctionApp,
    FunctionSecretVolume,
    FunctionTrigger,
    SecretValue,
    Topic,
)

from .compiled import declared, refused

MEMBER = "serviceAccount:webhook@demo-proj.iam.gserviceaccount.com"
FUNCTION = "cloudfunctions.Function/us-central1/webhook"


@pytest.fixture
def source(tmp_path):
    """A folder of one function."""
    (tmp_path / "main.py").write_text("def receive(event):\n    return event\n")
    return tmp_path


def function(source: Path, **fields):
    given = {"runtime": "python313", "source": source, "entry_point": "receive"}
    return CloudFunction("webhook", **{**given, **fields})


def members(found, kind):
    """Who is granted what, by the grants of a kind."""
    return {
        (item.ids["role"], item.ids["member"]) for item in found.values() if item.kind.name == kind
    }


def test_it_may_read_what_it_is_given_and_nothing_else(source):
    """As a variable or as a file; it starts after the values and the grants."""
    key = SecretValue("key", "x")
    app = CloudFunctionApp(
        function(
            source,
            secret_env={"OTHER": "other"},
            secret_volumes=[FunctionSecretVolume(secret="file", mount_path="/etc/file")],
        ),
        secrets={"KEY": key},
    )
    found = declared(app, key, SecretValue("unused", "x"))

    secrets = {
        (item.ids["secret"], item.ids["member"])
        for item in found.values()
        if item.kind.name == "secretmanager.SecretIamMember"
    }
    assert secrets == {(name, MEMBER) for name in ("key", "other", "file")}
    needs = {str(item) for item in found[FUNCTION].depends_on}
    assert "secretmanager.SecretVersion/key" in needs
    assert any(item.startswith("secretmanager.SecretIamMember/key/") for item in needs)


def test_messages_come_as_itself(source):
    """It may call itself for that, and has no other caller."""
    app = CloudFunctionApp(function(source), topic=Topic("events"))
    found = declared(app)
    trigger = found[FUNCTION].body["eventTrigger"]

    assert str(trigger["pubsubTopic"].to) == "pubsub.Topic/events"
    assert str(trigger["serviceAccountEmail"].to) == "iam.ServiceAccount/webhook"
    assert trigger["retryPolicy"] == "RETRY_POLICY_RETRY"
    assert members(found, "run.ServiceIamMember") == {("roles/run.invoker", MEMBER)}


def test_callers_and_roles_are_named(source):
    """And a load balancer sends to it."""
    app = CloudFunctionApp(
        function(source),
        account="receiver",
        roles=["roles/datastore.user"],
        invokers=["allUsers"],
    )
    found = declared(app, *app.backend("webhook").resources())
    member = MEMBER.replace("webhook@", "receiver@")

    assert members(found, "run.ServiceIamMember") == {("roles/run.invoker", "allUsers")}
    assert members(found, "resourcemanager.ProjectIamMember") == {("roles/datastore.user", member)}
    group = found["compute.RegionNetworkEndpointGroup/us-central1/webhook-neg"]
    assert str(group.body["cloudRun"]["service"].to) == FUNCTION


def test_mistakes_are_told(source):
    """All at once."""
    app = CloudFunctionApp(
        function(
            source,
            env={"KEY": "x"},
            service_account="x@y.iam.gserviceaccount.com",
            trigger=FunctionTrigger(topic=Topic("a")),
        ),
        secrets={"KEY": "key"},
        topic=Topic("b"),
    )
    told = refused(app)

    assert "template.service_account: is given" in told
    assert "topic: and template.trigger exclude each other" in told
    assert "secrets['KEY']: stands in the template too" in told
