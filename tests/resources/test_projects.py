"""One stack over several projects: what is held stands where its holder stands, links lead there."""

from gcpstack import (
    Bucket,
    BucketIamMember,
    CloudFunction,
    CloudRunService,
    CloudRunServiceIamMember,
    FunctionSecretVolume,
    KmsCryptoKey,
    KmsCryptoKeyIamMember,
    KmsKeyRing,
    Network,
    NetworkInterface,
    Secret,
    SecretIamMember,
    SecretVersion,
    ServiceAccount,
    ServiceAccountIamMember,
    SqlDatabase,
    SqlInstance,
    Subnetwork,
    Subscription,
    Topic,
)
from gcpstack._core.json import get
from gcpstack._core.refs import Link
from gcpstack._core.resource import Encoder, Scope

HERE = Scope("here-project", "us-central1", "shop")
THERE = "there-project"
KEY = Secret("KEY", project=THERE)
TOPIC = Topic("orders", project=THERE)
VPC = Network("vpc", project=THERE)
RUNNER = ServiceAccount("runner", project=THERE)
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"


def project(item):
    """Where it is."""
    return Encoder(HERE).declared(item).ids["project"]


def body(item):
    """How it is sent."""
    return Encoder(HERE).declared(item).body


def test_what_is_held_stands_where_its_holder_stands():
    """Whatever holds it, through several declarations too."""
    main = SqlInstance("main", database_version="POSTGRES_15", tier="db-f1-micro", project=THERE)
    files = Bucket("there-files-1", location="US", project=THERE)
    key = KmsCryptoKey("data", key_ring=KmsKeyRing("ring", project=THERE))
    ada = "user:ada@example.com"
    held = [
        SecretVersion(KEY, value="sesame"),
        SecretIamMember(KEY, role="roles/secretmanager.secretAccessor", member=ada),
        SqlDatabase("app", instance=main),
        BucketIamMember(files, role="roles/storage.objectViewer", member=ada),
        key,
        KmsCryptoKeyIamMember(key, role="roles/cloudkms.cryptoKeyEncrypter", member=ada),
    ]

    assert {project(item) for item in held} == {THERE}


def test_what_only_refers_stands_in_the_stack_s():
    """A topic does not hold its subscriptions, nor a member what it may use."""
    mine = Secret("MINE")
    assert project(Subscription("work", topic=TOPIC)) == "here-project"
    grant = SecretIamMember(mine, role="roles/secretmanager.secretAccessor", member=RUNNER)
    assert project(grant) == "here-project"
    own = ServiceAccount("own")
    assert (
        project(ServiceAccountIamMember(own, role="roles/iam.serviceAccountUser", member=RUNNER))
        == "here-project"
    )


def test_what_is_said_counts():
    """A project that is named is the one."""
    assert project(SecretVersion(Secret("MINE"), value="x", project=THERE)) == THERE
    public = CloudRunServiceIamMember(
        CloudRunService("api", image=IMAGE), role="roles/run.invoker", member="allUsers"
    )
    assert project(public) == "here-project"


def test_a_name_alone_means_the_same_project():
    """A Cloud Run service names what is elsewhere by its path."""
    own = Secret("MINE")
    apps = Subnetwork("apps", network=VPC, ip_cidr_range="10.0.0.0/24", project=THERE)
    way = NetworkInterface(network=VPC, subnetwork=apps)
    sent = body(
        CloudRunService(
            "api", image=IMAGE, secret_env={"A": KEY, "B": own}, network_interfaces=[way]
        )
    )
    variables = get(sent, ("template", "containers", 0, "env"))
    forms = {one["name"]: one["valueSource"]["secretKeyRef"]["secret"].form for one in variables}
    found = get(sent, ("template", "vpcAccess", "networkInterfaces", 0))

    assert forms == {"A": "path", "B": "name"}
    assert [link.form for link in found.values() if isinstance(link, Link)] == ["path", "path"]
    there = CloudRunService("api", image=IMAGE, secret_env={"A": KEY, "B": own}, project=THERE)
    variables = get(body(there), ("template", "containers", 0, "env"))
    forms = {one["name"]: one["valueSource"]["secretKeyRef"]["secret"].form for one in variables}
    assert forms == {"A": "name", "B": "path"}


def test_a_function_says_where_its_secrets_are(tmp_path):
    """As files and as variables."""
    (tmp_path / "main.py").write_text("def hello(request):\n    return ''\n")
    (tmp_path / "requirements.txt").write_text("")
    files = [
        FunctionSecretVolume(secret=key, mount_path=f"/{key.name}") for key in (KEY, Secret("MINE"))
    ]
    made = CloudFunction(
        "hello", runtime="python313", source=tmp_path, secret_env={"A": KEY}, secret_volumes=files
    )
    config = body(made)["serviceConfig"]

    assert [one["projectId"] for one in config["secretEnvironmentVariables"]] == [THERE]
    assert [one["projectId"] for one in config["secretVolumes"]] == [THERE, "here-project"]
