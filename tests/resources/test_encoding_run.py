"""What a Cloud Run service becomes on the wire, to the letter."""

import pytest

from gcpstack import resources as r
from gcpstack._core.facets import FieldTable
from gcpstack._core.refs import Address, Link, OutputOf
from gcpstack._core.resource import Encoder, Scope
from gcpstack._engine.diff import differences

from .schema import violations
from .tables import labelled

SCOPE = Scope("demo-proj", "us-central1", "shop")
ACCOUNT = r.ServiceAccount("shop-runner")
SECRET = r.Secret("KEY")
ADDRESS = r.GlobalAddress("ip")
TO_SECRET = Link(Address("secretmanager.Secret", "KEY"), form="name")

CASES = [
    (r.CloudRunService("api", image="i"), {"template": {"containers": [{"image": "i"}]}}),
    (
        r.CloudRunService(
            "api",
            image="gcr.io/p/api:1",
            port=8000,
            cpu=2,
            memory="4Gi",
            concurrency=1000,
            min_instances=1,
            max_instances=1000,
            timeout=300,
            env={"MODE": "live", "IP": ADDRESS.output("address")},
            secret_env={"KEY": SECRET, "OLD": r.SecretEnv(secret="KEY", version="3")},
            service_account=ACCOUNT,
            ingress="internal-and-cloud-load-balancing",
            cpu_idle=False,
            startup_probe=r.Probe.http("/up", period=10, failure_threshold=5),
            liveness_probe=r.Probe.http("/live", headers={"X": "y"}),
            readiness_probe=r.Probe(grpc=r.Grpc(service="s")),
            vpc_connector="projects/p/locations/l/connectors/c",
            vpc_egress="private-ranges-only",
            execution_environment="gen2",
            labels={"team": "web"},
        ),
        {
            "labels": {"team": "web"},
            "ingress": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
            "template": {
                "containers": [
                    {
                        "image": "gcr.io/p/api:1",
                        "ports": [{"containerPort": 8000}],
                        "env": [
                            {"name": "MODE", "value": "live"},
                            {
                                "name": "IP",
                                "value": OutputOf(
                                    Address("compute.GlobalAddress", "ip"), ("address",)
                                ),
                            },
                            {
                                "name": "KEY",
                                "valueSource": {
                                    "secretKeyRef": {"secret": TO_SECRET, "version": "latest"}
                                },
                            },
                            {
                                "name": "OLD",
                                "valueSource": {"secretKeyRef": {"secret": "KEY", "version": "3"}},
                            },
                        ],
                        "resources": {
                            "limits": {"cpu": "2", "memory": "4Gi"},
                            "cpuIdle": False,
                        },
                        "startupProbe": {
                            "httpGet": {"path": "/up"},
                            "periodSeconds": 10,
                            "failureThreshold": 5,
                        },
                        "livenessProbe": {
                            "httpGet": {
                                "path": "/live",
                                "httpHeaders": [{"name": "X", "value": "y"}],
                            }
                        },
                        "readinessProbe": {"grpc": {"service": "s"}},
                    }
                ],
                "maxInstanceRequestConcurrency": 1000,
                "scaling": {"minInstanceCount": 1, "maxInstanceCount": 1000},
                "timeout": "300s",
                "serviceAccount": Link(Address("iam.ServiceAccount", "shop-runner"), form="email"),
                "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
                "vpcAccess": {
                    "connector": "projects/p/locations/l/connectors/c",
                    "egress": "PRIVATE_RANGES_ONLY",
                },
            },
        },
    ),
    (
        r.CloudRunService(
            "api",
            image="i",
            port=r.ContainerPort(name="h2c", container_port=8080),
            memory="1Gi",
            volume_mounts=[r.VolumeMount(name="keys", mount_path="/keys")],
            containers=[r.Container(image="j", name="side", depends_on=[], startup_probe=None)],
            volumes=[
                r.Volume(
                    name="keys",
                    secret=r.SecretVolume(secret=SECRET, items=[r.SecretItem(path="k")]),
                )
            ],
            traffic=[
                r.TrafficTarget(percent=90, revision="api-1"),
                r.TrafficTarget(percent=10, tag="next"),
            ],
        ),
        {
            "template": {
                "containers": [
                    {
                        "image": "i",
                        "ports": [{"name": "h2c", "containerPort": 8080}],
                        # Memory is given, so Google would take CPU for always on.
                        "resources": {"limits": {"memory": "1Gi"}, "cpuIdle": True},
                        "volumeMounts": [{"name": "keys", "mountPath": "/keys"}],
                    },
                    {"image": "j", "name": "side", "dependsOn": []},
                ],
                "volumes": [
                    {
                        "name": "keys",
                        "secret": {
                            "secret": TO_SECRET,
                            "items": [{"path": "k", "version": "latest"}],
                        },
                    }
                ],
            },
            "traffic": [
                {
                    "percent": 90,
                    "revision": "api-1",
                    "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
                },
                {"percent": 10, "tag": "next", "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"},
            ],
        },
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_the_body_is_exactly_this(item, body):
    """The body, and that Google's schema and our own checks take it."""
    declared = Encoder(SCOPE).declared(item)

    assert declared.body == body
    assert violations("run.Service", declared.body) == []
    assert [str(problem) for problem in item.problems(SCOPE)] == []


def test_what_google_writes_otherwise_is_no_difference():
    """Quantities, order of the environment, defaults and full names of secrets."""
    item = r.CloudRunService(
        "api", image="i", cpu=1, memory="1Gi", timeout="5m", env={"A": "1"}, secret_env={"B": "KEY"}
    )
    live = {
        "template": {
            "timeout": "300s",
            "maxInstanceRequestConcurrency": 80,
            "containers": [
                {
                    "image": "i",
                    "ports": [{"name": "http1", "containerPort": 8080}],
                    "env": [
                        {
                            "name": "B",
                            "valueSource": {
                                "secretKeyRef": {
                                    "secret": "projects/1/secrets/KEY",
                                    "version": "latest",
                                }
                            },
                        },
                        {"name": "A", "value": "1"},
                    ],
                    "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}, "cpuIdle": True},
                }
            ],
        }
    }
    body = Encoder(SCOPE).declared(item).body

    assert differences(body, live, FieldTable(r.CloudRunService)) == ()


def test_the_service_account_comes_first():
    """What the service needs is known from its fields."""
    item = r.CloudRunService("api", image="i", service_account=ACCOUNT, secret_env={"K": SECRET})
    needs = Encoder(SCOPE).declared(item).depends_on

    assert {str(need) for need in needs} == {
        "iam.ServiceAccount/shop-runner",
        "secretmanager.Secret/KEY",
    }
