"""Python types of declarations against their annotations."""

import pytest

from gcpstack import resources as r
from gcpstack._core.refs import compose
from gcpstack._core.resource import As
from gcpstack.resources._typecheck import mistyped

from .filling import filled
from .kinds import CLASSES
from .tables import SCOPE, labelled, the_problem

ADDRESS = r.GlobalAddress("ip")
MAP = r.UrlMap("map", default_service="global/backendServices/b")

CASES = [
    (r.GlobalAddress(5), "name: expected str, got int"),
    (r.GlobalAddress(None), "name: is missing"),
    (
        r.GlobalAddress("ip", ip_version="ipv4"),
        "'ipv4' is not one of IPV4, IPV6. Did you mean IPV4",
    ),
    (r.GlobalAddress("ip", ip_version=4), "ip_version: expected one of IPV4, IPV6, got int"),
    (r.GlobalAddress("ip", labels=["a"]), "labels: expected mapping of str to str, got list"),
    (r.GlobalAddress("ip", labels={"a": 1}), r"labels\['a'\]: expected str, got int"),
    (r.GlobalAddress("ip", prefix_length="16"), "prefix_length: expected int, got str"),
    (r.GlobalAddress("ip", prefix_length=True), "prefix_length: expected int, got bool"),
    (
        r.ManagedSslCertificate("c", domains="a.com"),
        r"domains: expected list of str, got str. Put it in brackets: \['a.com'\]",
    ),
    (r.ManagedSslCertificate("c", domains=["a.com", 7]), r"domains\[1\]: expected str, got int"),
    (r.BackendService("b", enable_cdn="yes"), "enable_cdn: expected bool, got str"),
    (r.BackendService("b", log_config={"enable": True}), "expected LogConfig, got dict"),
    (
        r.BackendService("b", log_config=r.LogConfig(sample_rate="all")),
        "log_config.sample_rate: expected float, got str",
    ),
    (
        r.UrlMap("m", host_rules=[r.HostRule(hosts="a.com", path_matcher="x")]),
        r"host_rules\[0\].hosts: expected list of str",
    ),
    (r.TargetHttpProxy("p", url_map=ADDRESS), "url_map: refers to a compute.GlobalAddress. Refer"),
    (r.TargetHttpProxy("p", url_map=As(ADDRESS, "path")), "refers to a compute.GlobalAddress"),
    (
        r.TargetHttpsProxy("p", url_map=MAP, ssl_certificates=[ADDRESS]),
        r"ssl_certificates\[0\]: refers to a compute.GlobalAddress. Refer to a compute.Managed",
    ),
    (
        r.CloudRunService("api", image="i", env={"A": 1}),
        r"env\['A'\]: expected str or SecretEnv, got int",
    ),
    (r.CloudRunService("api", image="i", env={"A": 1}), "Write it as text: '1'."),
    (r.CloudRunService("api", image="i", env={"A": True}), "Write it as text: 'true'."),
    (r.CloudRunService("api", image="i", env={"A": None}), r"env\['A'\]: is None"),
    (r.BackendService("b", log_config={}), r"Write LogConfig\(…\), with its fields by name"),
    (r.CloudRunService("api", image="i", service_account=MAP), "Refer to an iam.ServiceAccount"),
    (r.CloudRunService("api", image="i", containers="x"), "expected list of Container, got str"),
    (r.CloudRunService("api", image="i", ingress="public"), "'public' is not one of all, internal"),
    (r.SecurityPolicy("p", rules="x"), "rules: expected list of SecurityPolicyRule, got str"),
    (r.UptimeCheckConfig("u", host=1, http_check=r.HttpCheck()), "host: expected str, got int"),
    (r.Secret("K", depends_on=["x"]), r"depends_on\[0\]: expected Resource, got str"),
]


@pytest.mark.parametrize(("item", "words"), labelled(CASES))
def test_a_wrong_type_is_told_by_its_place(item, words):
    """With what was expected; and nothing else is checked then."""
    the_problem(item, words)


@pytest.mark.parametrize("kind", sorted(CLASSES))
@pytest.mark.parametrize("turn", range(3))
def test_what_the_annotations_allow_is_allowed(kind, turn):
    """Every field, filled as its annotation says."""
    assert list(mistyped(filled(CLASSES[kind], turn))) == []


@pytest.mark.parametrize(
    "value",
    ["text", ADDRESS.output("address"), compose("{a}!", a=ADDRESS.output("address"))],
    ids=["text", "output", "composed"],
)
def test_text_may_be_known_later(value):
    """Wherever text may stand, an output may."""
    item = r.AlertPolicy(
        "a",
        conditions=[r.Condition.promql("c", value)],
        documentation=r.Documentation(content=value),
    )

    assert list(item.problems(SCOPE)) == []


def test_further_fields_may_be_of_any_form():
    """Google's schemas tell what they must be, not an annotation."""
    item = r.Topic("a", extra={"a": {"b": [{"c": 1}, "d"]}})

    assert list(mistyped(item)) == []


def test_whole_numbers_are_numbers():
    """An int does where a float is wanted, and not the other way round."""
    sampled = r.BackendService("b", log_config=r.LogConfig(enable=True, sample_rate=1))
    half = r.CloudRunService("api", image="i", concurrency=1.5)

    assert list(sampled.problems(SCOPE)) == []
    the_problem(half, "concurrency: expected int, got float")
