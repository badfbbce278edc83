"""Services read from the YAML of ``gcloud run services replace``."""

import json
import subprocess
import sys
import textwrap
import urllib.request

import pytest
import yaml

from gcpstack import (
    CloudRunService,
    DeclarationError,
    Secret,
    SqlInstance,
    Stack,
    StackFileError,
    compose,
)
from gcpstack._core.refs import Composed
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack

SCOPE = Scope("demo-proj", "us-central1", "demo")

ROUTER = """\
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: atp-router-service
  labels:
    app: atp
    cloud.googleapis.com/location: ${REGION}
  annotations:
    run.googleapis.com/ingress: all
    run.googleapis.com/description: "routes requests"
    owner: platform
spec:
  template:
    metadata:
      labels:
        tier: edge
      annotations:
        autoscaling.knative.dev/minScale: "1"
        autoscaling.knative.dev/maxScale: "1000"
        run.googleapis.com/cpu-throttling: "false"
        run.googleapis.com/startup-cpu-boost: "true"
        run.googleapis.com/execution-environment: gen2
        run.googleapis.com/vpc-access-egress: private-ranges-only
        run.googleapis.com/network-interfaces: '[{"network":"default","subnetwork":"default"}]'
        run.googleapis.com/cloudsql-instances: demo-proj:us-central1:db
        run.googleapis.com/sessionAffinity: "true"
    spec:
      containerConcurrency: 1000
      timeoutSeconds: 300
      serviceAccountName: atp-router@${PROJECT}.iam.gserviceaccount.com
      containers:
      - image: gcr.io/${PROJECT}/atp-router:${TAG}
        ports:
        - name: http1
          containerPort: 8080
        command: ["python"]
        args: ["-m", "router"]
        env:
        - name: LOG_LEVEL
          value: INFO
        - name: DATABASE_URL
          valueFrom:
            secretKeyRef:
              name: atp-database-secret
              key: latest
        resources:
          limits:
            cpu: "2"
            memory: 4Gi
        volumeMounts:
        - name: keys
          mountPath: /keys
        startupProbe:
          httpGet:
            path: /health
            port: 8080
            httpHeaders:
            - name: X-Probe
              value: startup
          initialDelaySeconds: 10
          periodSeconds: 10
          timeoutSeconds: 5
          failureThreshold: 20
        livenessProbe:
          httpGet:
            path: /health
          periodSeconds: 30
      volumes:
      - name: keys
        secret:
          secretName: atp-provider-secrets
          items:
          - key: latest
            path: keys.json
  traffic:
  - percent: 100
    latestRevision: true
"""
GIVEN = {"REGION": "us-central1", "PROJECT": "demo-proj", "TAG": "v7"}


@pytest.fixture
def read(tmp_path):
    """Read text as a file."""

    def read(text, **substitutions):
        path = tmp_path / "service.yaml"
        path.write_text(text)
        return CloudRunService.from_yaml(path, substitutions=substitutions)

    return read


def body(*items):
    """Compile a stack, and give the body of its service."""
    compiled = compile_stack("demo", items, {}, SCOPE, enable_apis=False, check=lambda _: ())
    return next(item.body for item in compiled.declared if item.kind.name == "run.Service")


def service(spec="", *, template="", metadata=""):
    """Write a service around the parts that a test is about."""
    text = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: web-site\n"
    text += textwrap.indent(metadata, "  ")
    text += "spec:\n  template:\n" + textwrap.indent(template, "    ")
    text += "    spec:\n      containers:\n      - image: i\n" + textwrap.indent(spec, "        ")
    return text


def test_a_whole_file_is_a_declaration(read):
    """Every setting has its field."""
    found = read(ROUTER, **GIVEN)

    assert (found.name, found.location) == ("atp-router-service", "us-central1")
    assert found.image == "gcr.io/demo-proj/atp-router:v7"
    assert (found.cpu, found.memory, found.cpu_idle, found.startup_cpu_boost) == (
        "2",
        "4Gi",
        False,
        True,
    )
    assert (found.concurrency, found.timeout, found.min_instances, found.max_instances) == (
        1000,
        300,
        1,
        1000,
    )
    assert found.labels == {"app": "atp"}
    assert found.annotations == {"owner": "platform"}
    assert found.revision_labels == {"tier": "edge"}
    assert found.env["DATABASE_URL"].secret == "atp-database-secret"
    assert found.startup_probe.http_get.headers == {"X-Probe": "startup"}
    assert [volume.name for volume in found.volumes] == ["keys", "cloudsql"]
    assert [mount.mount_path for mount in found.volume_mounts] == ["/keys", "/cloudsql"]
    assert body(found)["template"]["vpcAccess"]["egress"] == "PRIVATE_RANGES_ONLY"


def test_google_reads_the_file_in_the_same_way(read, gcp_settings):
    """What ``gcloud run services replace`` made of it is adopted without an update."""
    given = {**GIVEN, "PROJECT": gcp_settings.project}
    text = ROUTER.replace(
        "      serviceAccountName: atp-router@${PROJECT}.iam.gserviceaccount.com\n", ""
    )
    text = text.replace("demo-proj:us-central1:db", f"{gcp_settings.project}:us-central1:db")
    found = read(text, **given)
    stack = Stack("adopts", region="us-central1")
    secrets = ("atp-database-secret", "atp-provider-secrets")
    for name in secrets:
        stack.add(Secret(name, allow_delete=True))
    stack.add(
        SqlInstance("db", database_version="POSTGRES_14", tier="db-f1-micro", allow_delete=True)
    )
    stack.apply(gcp_settings)
    for name in secrets:
        post(
            gcp_settings,
            f"secretmanager.googleapis.com/v1/projects/{gcp_settings.project}/secrets/{name}:addVersion",
            {"payload": {"data": "eA=="}},
        )
    knative = text
    for name, value in given.items():
        knative = knative.replace(f"${{{name}}}", value)
    post(
        gcp_settings,
        f"us-central1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/{gcp_settings.project}/services",
        yaml.safe_load(knative),
    )
    stack.add(found)

    [change] = [c for c in stack.plan(gcp_settings).changes if c.address.kind == "run.Service"]
    assert change.action.value == "adopt"
    assert [(diff.name, diff.before, diff.after) for diff in change.diff] == []


def post(settings, path, content):
    """Call the emulator as gcloud does."""
    request = urllib.request.Request(
        f"{settings.endpoint}/{path}",
        json.dumps(content).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        pytest.fail(error.read().decode())


def test_several_containers_stay_several(read):
    """Sidecars, and who waits for whom."""
    text = service(
        "name: app\nports:\n- containerPort: 80\n",
        template='metadata:\n  annotations:\n    run.googleapis.com/container-dependencies: \'{"app":["side"]}\'\n',
    )
    text += "      - image: s\n        name: side\n"
    found = read(text)

    assert found.image is None
    assert [item.name for item in found.containers] == ["app", "side"]
    assert found.containers[0].depends_on == ("side",)
    assert body(found)["template"]["containers"][0]["ports"] == [{"containerPort": 80}]


def test_volumes_of_every_kind(read):
    """A secret, memory, a bucket, an NFS server."""
    text = service("volumeMounts:\n- {name: b, mountPath: /b, readOnly: true}\n")
    text += """\
      volumes:
      - name: b
        csi:
          driver: gcsfuse.run.googleapis.com
          readOnly: true
          volumeAttributes: {bucketName: pictures, mountOptions: "implicit-dirs,uid=1000"}
      - name: m
        emptyDir: {medium: Memory, sizeLimit: 64Mi}
      - name: n
        nfs: {server: 10.0.0.2, path: /share}
"""
    volumes = {item["name"]: item for item in body(read(text))["template"]["volumes"]}

    assert volumes["b"]["gcs"] == {
        "bucket": "pictures",
        "readOnly": True,
        "mountOptions": ["implicit-dirs", "uid=1000"],
    }
    assert volumes["m"]["emptyDir"] == {"medium": "MEMORY", "sizeLimit": "64Mi"}
    assert volumes["n"]["nfs"] == {"server": "10.0.0.2", "path": "/share"}


def test_a_substitution_may_be_known_only_later(read):
    """An output of another resource, alone or within text."""
    database = SqlInstance("db", database_version="POSTGRES_14", tier="db-f1-micro")
    text = service("env:\n- {name: A, value: 'x ${DB} y'}\n- {name: B, value: '${DB}'}\n")
    found = read(text, DB=database.output("connection_name"))

    assert isinstance(found.env["A"], Composed)
    values = [item["value"] for item in body(found)["template"]["containers"][0]["env"]]
    assert [type(value).__name__ for value in values] == ["Composed", "OutputOf"]


def test_numbers_may_be_substituted(read):
    """And a value may be composed of several."""
    text = service(
        template='metadata: {annotations: {autoscaling.knative.dev/maxScale: "${MOST}"}}\n'
    )

    assert read(text, MOST=7).max_instances == 7
    assert read(service("args: ['${A}-${B}']\n"), A="x", B=2).args == ("x-2",)
    found = read(service("args: ['${A}${B}']\n"), A="x", B=compose("{y}", y=1))
    assert isinstance(found.args[0], Composed)


def test_what_google_shows_is_read_over(read):
    """A file that ``gcloud run services describe --format export`` wrote is taken as it is."""
    text = service(
        metadata=(
            "namespace: '123'\ngeneration: 3\nuid: abc\ncreationTimestamp: '2030-01-01T00:00:00Z'\n"
            "annotations:\n  serving.knative.dev/creator: me\n  run.googleapis.com/client-name: gcloud\n"
        )
    )
    found = read(text + "status:\n  url: https://x\n")

    assert found.annotations is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (service("imagePullPolicy: Always\n"), r"service\.yaml:10: 'imagePullPolicy' is not a key of a container"),
        (service("prots: []\n"), r":10: 'prots' is not a key of a container\. Did you mean 'ports'\?"),
        (service("env:\n- {name: A, value: true}\n"), r':11: true is not text, but a bool\. Put it in quotes: "true"'),
        (service("env:\n- {name: A}\n- {name: A}\n"), r":12: the variable 'A' stands twice"),
        (service("env:\n- {value: a}\n"), r":11: a variable needs a name"),
        (service("env:\n- {name: A, valueFrom: {}}\n"), r":11: the variable 'A' takes its value from nothing"),
        (service("env: {A: b}\n"), r":10: env is not a list"),
        (service("resources: {limits: {cpus: 1}}\n"), r":10: 'cpus' is not a key of limits\. Did you mean 'cpu'\?"),
        (service("ports: [{containerPort: http}]\n"), r":10: 'http' is not a whole number"),
        (service("ports: [{containerPort: 1}, {containerPort: 2}]\n"), r":10: 2 ports are given"),
        (service("ports: [{name: http2, containerPort: 1}]\n"), r":10: 'http2' is not one of http1, h2c"),
        (service("volumeMounts: [{name: a}]\n"), r":10: a volume mount needs mountPath"),
        (service("args: ['${NOBODY}']\n"), r":10: nothing stands for \$\{NOBODY\}\. Give it in substitutions"),
        (service("image: j\n"), r":10: 'image' stands twice in a container"),
        (service("livenessProbe: {httpGet: {pth: /}}\n"), r":10: 'pth' is not a key of httpGet"),
        (service("command: python\n"), r":10: it is not a list"),
        (service(template="metadata: {annotations: {run.googleapis.com/cpu-throtling: 'false'}}\n"),
         r":7: 'run.googleapis.com/cpu-throtling' is not a key of the annotations of a template\. Did you mean 'run.googleapis.com/cpu-throttling'"),
        (service(template="metadata: {annotations: {run.googleapis.com/network-interfaces: '{'}}\n"), r":7: is not valid JSON"),
        (service(template="metadata: {annotations: {run.googleapis.com/network-interfaces: '[{\"net\": 1}]'}}\n"), r":7: is not a list as"),
        (service(template="metadata: {annotations: {run.googleapis.com/sessionAffinity: maybe}}\n"), r":7: 'maybe' is neither true nor false"),
        (service(metadata="annotations: {run.googleapis.com/ingress: public}\n"), r":5: 'public' is not one of all, internal"),
        (service(metadata="name: other\n"), r":5: 'name' stands twice"),
        (service().replace("kind: Service", "kind: Job"), r":2: 'Job' is not one of Service"),
        (service().replace("  name: web-site\n", "  namespace: x\n"), r"a service needs metadata\.name"),
        ("kind: Service\nmetadata:\n  name: a\n", r":1: a service needs spec\.template\.spec\.containers"),
        (service().replace("- image: i", "- name: i"), r":9: a container needs image"),
        ("a: [\n", r"service\.yaml:2: is no YAML"),
        ("a: 1\n---\nb: 2\n", "holds 2 documents, not one"),
        ("", "holds 0 documents, not one"),
        ("- a\n", r":1: a service is not a mapping"),
        ("a: \x00", "is no YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(read, text, told):
    """Before anything is declared."""
    with pytest.raises(DeclarationError, match=told):
        read(text)


def test_every_mistake_is_told_at_once(read):
    """Not one after the other."""
    with pytest.raises(DeclarationError) as told:
        read(service("a: 1\nb: 2\nenv:\n- {name: C, value: 3}\n"), UNUSED="x")
    assert [problem.place.rsplit(":", 1)[-1] for problem in told.value.problems[:3]] == [
        "10",
        "11",
        "13",
    ]
    assert "nothing in it is ${UNUSED}" in str(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    """With its name."""
    with pytest.raises(StackFileError, match=r"nowhere\.yaml can't be read") as told:
        CloudRunService.from_yaml(tmp_path / "nowhere.yaml")
    assert told.value.remedy


def test_a_file_that_is_no_text_is_told(tmp_path):
    """Whatever the locale is, text is UTF-8."""
    path = tmp_path / "web.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StackFileError, match=r"web\.yaml is not text"):
        CloudRunService.from_yaml(path)


def test_fields_may_be_given_beside_the_file(tmp_path):
    """As a region that the file does not know."""
    (tmp_path / "a.yaml").write_text(service())

    found = CloudRunService.from_yaml(tmp_path / "a.yaml", location="us-east1", cpu=1)
    assert (found.location, found.cpu) == ("us-east1", 1)


def test_declaring_loads_no_yaml():
    """Whoever reads none does not pay for it."""
    code = "from gcpstack import CloudRunService\nCloudRunService('a', image='i')\nimport sys\nprint('yaml' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert out.stdout == "False\n"
