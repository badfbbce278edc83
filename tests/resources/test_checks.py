"""The checks that all kinds share."""

import ipaddress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack.resources import Region
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._regions import BUCKET_LOCATIONS, REGIONS


def found(check):
    return [str(finding.message) for finding in check]


@pytest.mark.parametrize("name", ["a", "web-1", "a" * 63])
def test_a_good_name_passes(name):
    """RFC 1035."""
    assert found(checks.name("name", name, checks.RFC1035)) == []


@pytest.mark.parametrize("name", ["", "A", "1a", "a-", "a_b", "a" * 64, "é"])
def test_a_bad_name_does_not(name):
    """Neither too long nor of other letters."""
    assert len(found(checks.name("name", name, checks.RFC1035))) == 1


@pytest.mark.parametrize("name", ["abc", "shop-files_1", f"{'a' * 60}.{'b' * 60}.example.com"])
def test_a_bucket_name_with_dots_may_be_longer(name):
    """63 letters between two dots, 222 in all."""
    assert found(checks.name("name", name, checks.BUCKET)) == []


@pytest.mark.parametrize(
    "name", ["ab", "a..b", "-abc", "goog-a", "x" * 64, ".".join(["a" * 60] * 4)]
)
def test_a_bucket_name_must_not_be_anything(name):
    """Neither too short nor too long."""
    assert len(found(checks.name("name", name, checks.BUCKET))) == 1


@given(st.text(max_size=80))
def test_the_name_that_is_offered_fits(name):
    """A remedy that would be refused is none."""
    for finding in checks.name("name", name, checks.RFC1035):
        if finding.remedy:
            offered = finding.remedy.removeprefix("Use '").removesuffix("'.")
            assert list(checks.name("name", offered, checks.RFC1035)) == []


@pytest.mark.parametrize(
    "host", ["a.com", "A.COM", "a-b.example.com.", "xn--bcher-kva.example", "1.example.com"]
)
def test_a_good_host_passes(host):
    """RFC 1123: labels may begin with digits."""
    assert found(checks.host("host", host)) == []


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a..com",
        "-a.com",
        "a-.com",
        "a_b.com",
        "a b.com",
        "*.a.com",
        "*",
        "http://a.com",
        "a" * 64,
    ],
)
def test_a_bad_host_does_not(host):
    """Wildcards only where they are allowed."""
    assert len(found(checks.host("host", host))) == 1


@pytest.mark.parametrize("host", ["*", "*.a.com", "*-a.b.com", "a.com:8443", "*:80"])
def test_wildcards_pass_where_they_may(host):
    """As in host rules."""
    assert found(checks.host("host", host, wildcard=True)) == []


@given(st.ip_addresses(v=4).map(str), st.integers(0, 32))
def test_a_range_passes_or_is_mended(address, bits):
    """What has host bits set is offered without them."""
    for finding in checks.cidr("range", f"{address}/{bits}"):
        offered = finding.remedy.removeprefix("Use '").removesuffix("'.")
        assert ipaddress.ip_address(address) in ipaddress.ip_network(offered)


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_regions_pass(region):
    """All of them."""
    assert found(checks.region("region", region)) == []


@pytest.mark.parametrize("region", ["us-central", "US-CENTRAL1", "us-central1-a", "eu"])
def test_what_is_no_region_does_not(region):
    """Zones and multi-regions are none."""
    assert len(found(checks.region("region", region))) == 1


def test_multi_regions_pass_where_the_service_has_them():
    """In any case, as Google takes them."""
    for place in ("EU", "us", "NAM4", "us-east1", "US-EAST1"):
        assert found(checks.region("location", place, BUCKET_LOCATIONS)) == []


def test_a_region_newer_than_this_release_passes():
    """Where it is said to be one."""
    assert found(checks.region("region", Region("us-moon1"))) == []


def test_no_region_at_all_says_how_to_give_one():
    """Neither here nor by the stack."""
    (finding,) = checks.region("region", "")

    assert "--region" in finding.remedy


@pytest.mark.parametrize(
    "member",
    [
        "allUsers",
        "user:a@b.c",
        "serviceAccount:a@p.iam.gserviceaccount.com",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*",
        "projectEditor:p",
        "deleted:user:a@b.c?uid=1",
    ],
)
def test_a_principal_passes(member):
    """All forms that IAM knows."""
    assert found(checks.member("member", member)) == []


@pytest.mark.parametrize(
    ("value", "text", "whole", "span"),
    [
        (300, "300s", 300, {"seconds": "300"}),
        ("5m", "300s", 300, {"seconds": "300"}),
        ("300s", "300s", 300, {"seconds": "300"}),
        (1.5, "1.5s", 1, {"seconds": "1", "nanos": 500_000_000}),
        (timedelta(hours=1), "3600s", 3600, {"seconds": "3600"}),
        (0, "0s", 0, {"seconds": "0"}),
        ("soon", "soon", "soon", "soon"),
    ],
)
def test_spans_of_time_have_three_forms(value, text, whole, span):
    """As text, as a number, and as Compute's object."""
    assert encode.seconds(value) == text
    assert encode.whole_seconds(value) == whole
    assert encode.span(value) == span


def test_labels_may_be_of_any_alphabet():
    """International letters are allowed, capitals are not."""
    assert found(checks.labels("labels", {"équipe": "größe-1", "a": ""})) == []
    assert len(found(checks.labels("labels", {"Équipe": "x", "a": "B"}))) == 2
