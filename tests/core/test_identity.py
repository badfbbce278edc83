"""Names that hold the project."""

from gcpstack import PROJECT, BackendBucket, Bucket, BucketIamMember, compose
from gcpstack._core.resource import Encoder, Scope

SCOPE = Scope("demo-proj", "us-central1", "demo")
FILES = Bucket(compose("{project}-files", project=PROJECT))


def test_a_name_may_hold_the_project():
    """It is known before anything is asked: the name is plain text."""
    made = Encoder(SCOPE).declared(FILES)

    assert made.ids == {"project": "demo-proj", "name": "demo-proj-files"}
    assert str(made.address) == "storage.Bucket/demo-proj-files"
    assert made.late == {}


def test_it_is_checked_as_it_will_be():
    """The rule of names holds for the whole."""
    wrong = Bucket(compose("{project}_Files", project=PROJECT))
    [problem] = wrong.located(SCOPE).problems(SCOPE)

    assert "'demo-proj_Files' is not a valid name" in str(problem)


def test_others_refer_to_it():
    """As to any other bucket, in an identity or a field."""
    encoder = Encoder(SCOPE)
    grant = encoder.declared(
        BucketIamMember(FILES, role="roles/storage.objectViewer", member="allUsers")
    )
    served = encoder.declared(BackendBucket("files", bucket_name=FILES))

    assert grant.ids["bucket"] == "demo-proj-files"
    assert str(served.body["bucketName"].to) == "storage.Bucket/demo-proj-files"
