"""Functions: what they become on the wire, and what is told of them before anything is touched."""

import os
import zipfile
from io import BytesIO

import pytest

from gcpstack import resources as r
from gcpstack._adapters import schemas
from gcpstack._core.kinds import Health
from gcpstack._core.refs import Address, Link
from gcpstack._core.resource import Encoder
from gcpstack._stack.compiled import compile_stack
from gcpstack.resources import kinds
from gcpstack.resources.functions.archives import digest, digest_of, zipped

from .lives_events import HANDLER, HELLO, KEY, RUNNER
from .tables import SCOPE, labelled, the_problem

TOPIC = r.Topic("events")
FILES = r.Bucket("shop-files-1", location="US", uniform_access=True)
CONNECTOR = r.VpcConnector(
    "con", network="projects/p/global/networks/v", ip_cidr_range="10.8.0.0/28", max_instances=3
)
ARCHIVE = r.FunctionArchive(bucket=FILES, object="code.zip", generation=7)
SEALED = {
    "kms_key_name": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
    "docker_repository": "projects/p/locations/l/repositories/r",
}
STORED = "google.cloud.storage.object.v1.finalized"


def function(**fields):
    return r.CloudFunction("hello", **{"runtime": "python313", "source": HELLO, **fields})


def event(**fields):
    given = {"source": HANDLER, "entry_point": "handle", "trigger": r.FunctionTrigger(topic=TOPIC)}
    return function(**{**given, **fields})


BUILT = {"runtime": "python313"}
FOLDER = {"digest": digest(str(HELLO)), "folder": str(HELLO)}
CASES = [
    (function(), {"buildConfig": BUILT, "source": FOLDER}),
    (
        function(source=ARCHIVE, description="d", labels={"a": "b"}, **SEALED),
        {
            "buildConfig": {**BUILT, "dockerRepository": SEALED["docker_repository"]},
            "source": {
                "digest": digest_of("gs://shop-files-1/code.zip#7"),
                "bucket": Link(Address("storage.Bucket", "shop-files-1"), "name"),
                "object": "code.zip",
                "generation": 7,
            },
            "description": "d",
            "labels": {"a": "b"},
            "kmsKeyName": SEALED["kms_key_name"],
        },
    ),
    (
        function(
            entry_point="bye",
            build_env={"A": "b"},
            build_service_account=RUNNER,
            memory="1Gi",
            cpu=1,
            timeout="5m",
            concurrency=10,
            min_instances=1,
            max_instances=3,
            env={"C": "d"},
            secret_env={"KEY": KEY, "OLD": r.SecretEnv(secret="OLD", version="3")},
            secret_volumes=[
                r.FunctionSecretVolume(secret=KEY, mount_path="/keys", versions={"key": "latest"})
            ],
            service_account=RUNNER,
            ingress="internal-and-cloud-load-balancing",
            vpc_connector=CONNECTOR,
            vpc_egress="all-traffic",
            base_image_updates="on-deploy",
        ),
        {
            "buildConfig": {
                **BUILT,
                "entryPoint": "bye",
                "environmentVariables": {"A": "b"},
                "serviceAccount": Link(Address("iam.ServiceAccount", "shop-runner"), "full_name"),
            },
            "source": FOLDER,
            "serviceConfig": {
                "availableMemory": "1Gi",
                "availableCpu": "1",
                "timeoutSeconds": 300,
                "maxInstanceRequestConcurrency": 10,
                "minInstanceCount": 1,
                "maxInstanceCount": 3,
                "environmentVariables": {"C": "d"},
                "secretEnvironmentVariables": [
                    {
                        "key": "KEY",
                        "secret": Link(Address("secretmanager.Secret", "KEY"), "name"),
                        "version": "latest",
                        "projectId": "demo-proj",
                    },
                    {"key": "OLD", "secret": "OLD", "version": "3", "projectId": "demo-proj"},
                ],
                "secretVolumes": [
                    {
                        "secret": Link(Address("secretmanager.Secret", "KEY"), "name"),
                        "mountPath": "/keys",
                        "versions": [{"path": "key", "version": "latest"}],
                        "projectId": "demo-proj",
                    }
                ],
                "serviceAccountEmail": Link(Address("iam.ServiceAccount", "shop-runner"), "email"),
                "ingressSettings": "ALLOW_INTERNAL_AND_GCLB",
                "vpcConnector": Link(Address("vpcaccess.Connector", "us-central1/con")),
            },
            "vpcEgress": "all-traffic",
            "baseImageUpdates": "on-deploy",
        },
    ),
    (
        event(trigger=r.FunctionTrigger(topic=TOPIC, retry=True, service_account=RUNNER)),
        {
            "buildConfig": {**BUILT, "entryPoint": "handle"},
            "source": {"digest": digest(str(HANDLER)), "folder": str(HANDLER)},
            "eventTrigger": {
                "eventType": "google.cloud.pubsub.topic.v1.messagePublished",
                "pubsubTopic": Link(Address("pubsub.Topic", "events")),
                "retryPolicy": "RETRY_POLICY_RETRY",
                "serviceAccountEmail": Link(Address("iam.ServiceAccount", "shop-runner"), "email"),
            },
        },
    ),
    (
        event(
            trigger=r.FunctionTrigger(
                event_type=STORED,
                filters=[r.EventFilter(attribute="bucket", value=FILES)],
                retry=False,
                region="us",
            )
        ),
        {
            "buildConfig": {**BUILT, "entryPoint": "handle"},
            "source": {"digest": digest(str(HANDLER)), "folder": str(HANDLER)},
            "eventTrigger": {
                "eventType": STORED,
                "eventFilters": [
                    {
                        "attribute": "bucket",
                        "value": Link(Address("storage.Bucket", "shop-files-1"), "name"),
                    }
                ],
                "retryPolicy": "RETRY_POLICY_DO_NOT_RETRY",
                "triggerRegion": "us",
            },
        },
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_what_is_sent(item, body):
    """To the letter, and without a problem."""
    assert list(item.problems(SCOPE)) == []
    assert Encoder(SCOPE).declared(item).body == body


PROBLEMS = [
    (r.CloudFunction("Hello", runtime="python313", source=HELLO, entry_point="hello"), "'Hello' is not a valid name: 4 to 63"),
    (function(runtime="python27"), "runtime: 'python27' is not one of .*python313"),
    (function(runtime="cobol1"), "runtime: 'cobol1' is not one of"),
    (function(source="/nowhere"), "source: can't be read: .*no folder /nowhere. Give the folder"),
    (function(entry_point="helo"), "entry_point: 'helo' is not defined in main.py. It defines bye, hello: give"),
    (function(memory="2GB"), "memory: '2GB' is not an amount of memory. Write '512Mi'"),
    (function(memory="64Mi"), "memory: 64Mi is not within 128Mi to 32Gi"),
    (function(memory="8Gi", cpu=1), "8Gi does not go with 1 CPU"),
    (function(timeout=3601), "timeout: 3601 is not within 1 to 3600 seconds"),
    (event(timeout=541), "timeout: 541 is not within 1 to 540 seconds"),
    (function(concurrency=2000, cpu=1), "concurrency: 2000 is not within 1 to 1000 requests"),
    (function(concurrency=80), "concurrency: is 1 where a function has less than one CPU, not 80. Set cpu=1"),
    (function(min_instances=5, max_instances=2), "min_instances: 5 is more than max_instances=2"),
    (function(max_instances=0), "max_instances: 0 is not within 1 to 1000"),
    (function(env={"PORT": "1"}), r"env\['PORT'\]: is set by Google itself. Leave it out"),
    (function(build_env={"1A": "1"}), r"build_env\['1A'\]: '1A' is not a valid environment"),
    (function(env={"KEY": "1"}, secret_env={"KEY": KEY}), "stands in secret_env too. Keep one"),
    (function(vpc_egress="all-traffic"), "vpc_egress: needs vpc_connector or network_interfaces"),
    (function(vpc_connector=CONNECTOR, network_interfaces=[r.NetworkInterface(network="v")]), "vpc_connector and network_interfaces exclude"),
    (function(kms_key_name="projects/p/k"), "docker_repository: is needed with kms_key_name"),
    (
        function(secret_volumes=[r.FunctionSecretVolume(secret=KEY, mount_path="keys")]),
        r"secret_volumes\[0\].mount_path: 'keys' is not a folder",
    ),
    (
        function(secret_volumes=[r.FunctionSecretVolume(secret=KEY, mount_path="/k", versions={"a": "v1"})]),
        r"versions\['a'\]: 'v1' is not a version: a number or 'latest'",
    ),
    (function(source=r.FunctionArchive(bucket="My", object="a.zip")), "source.bucket: 'My' is not a valid name"),
    (function(source=r.FunctionArchive(bucket="b-1", object="")), "source.object: is empty"),
    (
        function(source=r.FunctionArchive(bucket=FILES.output("id"), object="a.zip")),
        "source.bucket: is known only after apply. Give the bucket's declaration",
    ),
    (event(trigger=r.FunctionTrigger(topic=TOPIC, event_type=STORED, filters=[r.EventFilter(attribute="bucket", value="b-1")])), "trigger.topic: is for google.cloud.pubsub"),
    (event(trigger=r.FunctionTrigger(event_type=STORED)), "trigger.filters: name no bucket. Add EventFilter"),
    (event(trigger=r.FunctionTrigger(filters=[r.EventFilter(attribute="type", value="x")])), "filters: name the type. Give it as event_type"),
    (
        event(trigger=r.FunctionTrigger(filters=[r.EventFilter(attribute="a", value="x", operator="match")])),
        "operator: 'match' is not one of match-path-pattern",
    ),
    (
        event(trigger=r.FunctionTrigger(filters=[r.EventFilter(attribute="a", value="x")] * 2)),
        r"trigger.filters\[1\]: 'a' stands there twice",
    ),
    (event(trigger=r.FunctionTrigger(event_type="upload")), "event_type: 'upload' is not a type of events"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """Once, at its place."""
    the_problem(item, words)


def held(tmp_path, files):
    """A folder with some files."""
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


HTTP = "import functions_framework\n@functions_framework.http\ndef hello(request): pass\n"
EVENT = "from functions_framework import cloud_event\n@cloud_event\ndef hello(event): pass\n"
PACKAGE = '{"main": "src/app.js"}'
#: Folders, the runtime, whether events start it, and what is said.
FOLDERS = [
    ({"main.py": HTTP}, "python313", False, None),
    ({"main.py": EVENT}, "python313", True, None),
    ({"main.py": EVENT}, "python313", False, "trigger: is missing: 'hello' takes events"),
    ({"main.py": HTTP}, "python313", True, "trigger: does not go with 'hello', which takes calls"),
    ({"app.py": HTTP}, "python313", False, "source: holds no main.py, which python313 begins with"),
    ({}, "python313", False, "source: .* holds no file"),
    ({"main.py": "def hello(:\n"}, "python313", False, "source: main.py, line 1: invalid syntax"),
    ({"main.py": "def hello(): pass"}, "python313", False, "entry_point: 'hello' takes no argument"),
    ({"main.py": "from app import *"}, "python313", False, "holds no requirements.txt.*imports app"),
    ({"main.py": "from app import hello", "app.py": ""}, "python313", False, None),
    ({"main.py": "try:\n  from app import hello\nexcept ImportError:\n  hello = print", "app.py": ""}, "python313", False, None),
    ({"main.py": "import json, os\nimport flask\n" + HTTP}, "python313", False, "holds no requirements.txt, and main.py imports flask. List"),
    ({"main.py": "import flask\n" + HTTP, "requirements.txt": "flask"}, "python313", False, None),
    ({"index.js": "exports.hello = 1", "package.json": "{}"}, "nodejs22", False, None),
    ({"index.js": "exports.hello = 1"}, "nodejs22", False, "source: holds no package.json"),
    ({"index.js": "exports.hello = 1", "package.json": "{"}, "nodejs22", False, "package.json is not valid JSON"),
    ({"index.js": "exports.hello = 1", "package.json": PACKAGE}, "nodejs22", False, "source: holds no src/app.js"),
    ({"index.js": "exports.bye = 1", "package.json": "{}"}, "nodejs22", False, "entry_point: 'hello' stands in no file"),
    ({"index.ts": "hello", "package.json": '{"main": "build/a.js", "scripts": {"build": "tsc"}}'}, "nodejs22", False, None),
    ({"hello.go": "func hello()"}, "go125", False, None),
    ({"a.txt": "hello"}, "go125", False, r"source: holds no \*.go"),
    ({"a.txt": "hello"}, "nodejs99", False, "source: holds no package.json or index.js"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "runtime", "events", "words"),
    [pytest.param(*case, id=str(n)) for n, case in enumerate(FOLDERS)],
)
def test_a_folder_is_looked_at(tmp_path, files, runtime, events, words):
    """What a build would refuse, or a call would find missing."""
    trigger = r.FunctionTrigger(topic=TOPIC) if events else None
    item = function(runtime=runtime, source=held(tmp_path, files), trigger=trigger)

    if words is None:
        assert list(item.problems(SCOPE)) == []
    else:
        the_problem(item, words)


def test_the_same_files_give_the_same_archive(tmp_path):
    """Whenever they were written; another mode, name or content gives another."""
    one = held(tmp_path / "one", {"main.py": HTTP, "lib/a.py": "", "node_modules/x.js": "x"})
    two = held(tmp_path / "two", {"lib/a.py": "", "main.py": HTTP, "__pycache__/a.pyc": "x"})
    os.utime(two / "main.py", (0, 0))

    assert zipped(str(one)) == zipped(str(two))
    assert digest(str(one)) == digest(str(two))
    assert zipfile.ZipFile(BytesIO(zipped(str(one)))).namelist() == ["lib/a.py", "main.py"]
    (two / "lib/a.py").chmod(0o755)
    assert digest(str(one)) != digest(str(two))
    held(one, {"lib/a.py": "x"})
    assert digest(str(one)) not in {digest(str(two)), ""}


def told(severity):
    return [{"severity": severity, "type": "DeploymentFailed", "message": "no luck"}]


@pytest.mark.parametrize(
    ("body", "health", "label", "detail"),
    [
        ({}, Health.READY, "READY", ()),
        ({"state": "ACTIVE"}, Health.READY, "READY", ()),
        ({"state": "DEPLOYING", "stateMessages": told("ERROR")}, Health.PENDING, "DEPLOYING", ()),
        ({"state": "ACTIVE", "stateMessages": told("WARNING")}, Health.READY, "READY", ()),
        (
            {"state": "ACTIVE", "stateMessages": told("ERROR")},
            Health.FAILED,
            "DeploymentFailed",
            ("no luck",),
        ),
        ({"state": "FAILED"}, Health.FAILED, "FAILED", ()),
    ],
)
def test_how_a_function_fares(body, health, label, detail):
    """In Google's words, with the cause."""
    found = kinds.ALL["cloudfunctions.Function"].condition(body)

    assert (found.health, found.label, found.detail) == (health, label, detail)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"buildConfig": {"sourceToken": "t"}}, None),
        (
            {"buildConfig": {"sourceTokn": "t"}},
            "buildConfig.sourceTokn: Google has no such field. ",
        ),
    ],
)
def test_further_fields_are_held_against_googles_schema(extra, words):
    """What is ours alone is left out of that."""
    declared = Encoder(SCOPE).declared(function(extra=extra, base_image_updates="on-deploy"))
    found = [str(problem) for problem in schemas.problems(declared)]

    assert found == [] if words is None else words in found[0]


def test_a_function_comes_after_every_api_that_it_needs():
    """Its own, and those that build it, run it and start it."""
    compiled = compile_stack(
        "shop", [function()], {}, SCOPE, enable_apis=True, check=schemas.problems
    )
    (found,) = [item for item in compiled.declared if item.kind.name == "cloudfunctions.Function"]
    apis = ("artifactregistry", "cloudbuild", "cloudfunctions", "eventarc", "pubsub", "run")

    assert {address.name for address in found.depends_on} == {
        f"{api}.googleapis.com" for api in apis
    }
