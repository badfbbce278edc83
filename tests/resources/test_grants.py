"""Grants: their identity is all they are."""

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack._core.refs import Address, OutputOf
from gcpstack._core.resource import Encoder, Scope

from .tables import labelled

SCOPE = Scope("demo-proj", "us-central1", "shop")
ACCOUNT = r.ServiceAccount("shop-runner")
SINK = r.LogSink("logs", destination="storage.googleapis.com/b")
EMAIL = "serviceAccount:shop-runner@demo-proj.iam.gserviceaccount.com"

CASES = [
    (
        r.ProjectIamMember(role="roles/viewer", member="user:a@example.com"),
        "projects/demo-proj/iamMembers/roles%2Fviewer,user:a@example.com",
        "roles/viewer/user:a@example.com",
    ),
    (
        r.CloudRunServiceIamMember(
            r.CloudRunService("api", image="i", location="europe-west1"),
            role="roles/run.invoker",
            member="allUsers",
        ),
        "projects/demo-proj/locations/europe-west1/services/api/iamMembers/roles%2Frun.invoker,allUsers",
        "europe-west1/api/roles/run.invoker/allUsers",
    ),
    (
        r.CloudRunServiceIamMember("api", role="roles/run.invoker", member=ACCOUNT),
        f"projects/demo-proj/locations/us-central1/services/api/iamMembers/roles%2Frun.invoker,{EMAIL}",
        f"us-central1/api/roles/run.invoker/{EMAIL}",
    ),
    (
        r.SecretIamMember(r.Secret("K"), role="projects/p/roles/reader", member=ACCOUNT),
        f"projects/demo-proj/secrets/K/iamMembers/projects%2Fp%2Froles%2Freader,{EMAIL}",
        f"K/projects/p/roles/reader/{EMAIL}",
    ),
    (
        r.BucketIamMember("b-1", role="roles/storage.admin", member="group:g@example.com"),
        "projects/demo-proj/buckets/b-1/iamMembers/roles%2Fstorage.admin,group:g@example.com",
        "b-1/roles/storage.admin/group:g@example.com",
    ),
    (
        r.BigQueryDatasetIamMember("logs", role="roles/bigquery.dataEditor", member=EMAIL),
        f"projects/demo-proj/datasets/logs/iamMembers/roles%2Fbigquery.dataEditor,{EMAIL}",
        f"logs/roles/bigquery.dataEditor/{EMAIL}",
    ),
    (
        r.TopicIamMember(r.Topic("events"), role="roles/pubsub.publisher", member=ACCOUNT),
        f"projects/demo-proj/topics/events/iamMembers/roles%2Fpubsub.publisher,{EMAIL}",
        f"events/roles/pubsub.publisher/{EMAIL}",
    ),
    (
        r.SubscriptionIamMember("worker", role="roles/pubsub.subscriber", member=ACCOUNT),
        f"projects/demo-proj/subscriptions/worker/iamMembers/roles%2Fpubsub.subscriber,{EMAIL}",
        f"worker/roles/pubsub.subscriber/{EMAIL}",
    ),
    (
        r.ServiceAccountIamMember(
            r.ServiceAccount("deployer"), role="roles/iam.serviceAccountUser", member=ACCOUNT
        ),
        (
            "projects/demo-proj/serviceAccounts/deployer/iamMembers/"
            f"roles%2Fiam.serviceAccountUser,{EMAIL}"
        ),
        f"deployer/roles/iam.serviceAccountUser/{EMAIL}",
    ),
    (
        r.ArtifactRepositoryIamMember(
            r.ArtifactRepository("images", format="DOCKER", location="europe"),
            role="roles/artifactregistry.reader",
            member=ACCOUNT,
        ),
        (
            "projects/demo-proj/locations/europe/repositories/images/iamMembers/"
            f"roles%2Fartifactregistry.reader,{EMAIL}"
        ),
        f"europe/images/roles/artifactregistry.reader/{EMAIL}",
    ),
    (
        r.SubnetworkIamMember(
            r.Subnetwork("apps", network=r.Network("vpc"), ip_cidr_range="10.0.0.0/24"),
            role="roles/compute.networkUser",
            member=ACCOUNT,
        ),
        (
            "projects/demo-proj/regions/us-central1/subnetworks/apps/iamMembers/"
            f"roles%2Fcompute.networkUser,{EMAIL}"
        ),
        f"us-central1/apps/roles/compute.networkUser/{EMAIL}",
    ),
    (
        r.ProjectIamMember(
            role=r.CustomRole("lister", title="Lister", permissions=["run.services.list"]),
            member=ACCOUNT,
        ),
        f"projects/demo-proj/iamMembers/projects%2Fdemo-proj%2Froles%2Flister,{EMAIL}",
        f"projects/demo-proj/roles/lister/{EMAIL}",
    ),
]


@pytest.mark.parametrize(("item", "path", "name"), labelled(CASES))
def test_a_grant_is_named_by_what_it_grants(item, path, name):
    """Its path escapes what paths can't hold, and reads back."""
    declared = Encoder(SCOPE).declared(item)
    template = declared.kind.template

    assert template.format(declared.ids) == path
    assert template.parse(path) == declared.ids
    assert declared.address.name == name
    assert declared.late == {}
    assert list(item.problems(SCOPE)) == []


@pytest.mark.parametrize(("item", "path", "name"), labelled(CASES))
def test_all_grants_on_an_object_stand_in_one_collection(item, path, name):
    """So that one call reads them."""
    parent = item.KIND.template.parent.format(item.ids(SCOPE))

    assert path.startswith(f"{parent}/")
    assert parent.endswith("/iamMembers")


def test_a_grant_needs_its_object_and_its_member():
    """Both are made first."""
    declared = Encoder(SCOPE).declared(CASES[3][0])

    assert {str(need) for need in declared.depends_on} == {
        "secretmanager.Secret/K",
        "iam.ServiceAccount/shop-runner",
    }


def test_a_member_may_be_known_only_after_apply():
    """The writer of a log sink, which Google names."""
    item = r.BucketIamMember(
        "b-1", role="roles/storage.objectCreator", member=SINK.output("writer_identity")
    )
    declared = Encoder(SCOPE).declared(item)
    writer = OutputOf(Address("logging.ProjectSink", "logs"), ("writerIdentity",))

    assert declared.late == {"member": writer}
    assert declared.depends_on == {Address("logging.ProjectSink", "logs")}
    assert declared.ids["member"] == str(writer)
    assert list(item.problems(SCOPE)) == []


def test_a_service_agent_is_granted_what_it_needs(gcp_settings):
    """Secret Manager tells a topic of rotations: everything in one apply, and nothing after it."""
    agent = r.ServiceAgent("secretmanager.googleapis.com")
    topic = r.Topic("rotations")
    grant = r.TopicIamMember(topic, role="roles/pubsub.publisher", member=agent.output("member"))
    stack = Stack("shop", enable_apis=False)
    stack.add(
        r.Secret(
            "KEY", topics=[r.SecretTopic(name=topic)], rotation_period="30d", depends_on=[grant]
        )
    )
    stack.apply(gcp_settings)

    assert stack.plan(gcp_settings).empty
    (made,) = (one for one in stack.plan(gcp_settings).changes if one.kind.additive)
    assert made.target.ids["member"].endswith("@gcp-sa-secretmanager.iam.gserviceaccount.com")
