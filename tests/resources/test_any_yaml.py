"""Whatever stands in a file with a Cloud Run service: a declaration, or what is wrong in words."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gcpstack import CloudRunService
from gcpstack.exceptions import DeclarationError, StackFileError

GOOD = b"""\
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: api, labels: {team: web}}
spec:
  template:
    metadata: {annotations: {autoscaling.knative.dev/maxScale: "5"}}
    spec:
      containerConcurrency: 80
      containers:
      - image: us-docker.pkg.dev/cloudrun/container/hello
        env: [{name: MODE, value: fast}]
        resources: {limits: {cpu: "1", memory: 512Mi}}
  traffic: [{percent: 100, latestRevision: true}]
"""
_FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture
def place(tmp_path):
    """Where the file stands."""
    return tmp_path / "api.yaml"


def read(place, content):
    """Read it; what is wrong is told, with the file's name."""
    place.write_bytes(content)
    told = ""
    try:
        CloudRunService.from_yaml(place)
    except (DeclarationError, StackFileError) as error:
        told = str(error)
    assert not told or "api.yaml" in told


def test_a_good_one(place):
    """What is changed below can be read."""
    place.write_bytes(GOOD)
    assert CloudRunService.from_yaml(place).name == "api"


@_FEW
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@example(b"a: &a [*a]")
@example(b"a: !!python/object/apply:os.system [id]")
@example(b"? [a, b]\n: c")
@example(b"a: 1\na: 2")
@example(b"[" * 20_000)
def test_any_bytes(place, content):
    """Bytes, text, YAML of odd forms."""
    read(place, content)


@_FEW
@given(data=st.data())
def test_any_byte_anywhere(place, data):
    """A good file of which some bytes were lost, doubled or overwritten."""
    begin = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(begin, min(len(GOOD), begin + 40)))
    read(place, GOOD[:begin] + data.draw(st.binary(max_size=20)) + GOOD[end:])


@_FEW
@given(
    field=st.sampled_from(
        [
            b"80",
            b"us-docker.pkg.dev/cloudrun/container/hello",
            b"api",
            b"fast",
            b"512Mi",
            b"100",
            b"{name: MODE, value: fast}",
            b"{team: web}",
            b"{percent: 100, latestRevision: true}",
        ]
    ),
    value=_JSON,
)
def test_any_value(place, field, value):
    """A good file in which one value became another."""
    read(place, GOOD.replace(field, json.dumps(value).encode(), 1))
