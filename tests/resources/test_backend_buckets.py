"""Backend buckets: what is in front of them, and the headers that are added."""

import pytest

from gcpstack import Settings, Stack
from gcpstack import resources as r
from gcpstack._stack.compiled import compile_stack
from gcpstack.exceptions import DeclarationError

from .tables import SCOPE, labelled, the_problem

OFFLINE = Settings(project="demo-proj", region="us-central1")


def assets(*headers, **fields):
    return r.BackendBucket(
        "assets", bucket_name="shop-files", custom_response_headers=list(headers), **fields
    )


PROBLEMS = [
    (assets("no colon"), r"custom_response_headers\[0\]: 'no colon' is not 'Name: value'"),
    (assets("X-Goog-A: b"), "'X-Goog-A' is a header that Google keeps for itself"),
    (assets("Connection: close"), "'Connection' is a header that Google keeps for itself"),
    (assets("Vary: a", "vary: b"), r"custom_response_headers\[1\]: 'vary' stands there twice"),
    (
        r.BackendService("web", custom_request_headers=["Host: a.example.com"]),
        r"custom_request_headers\[0\]: 'Host' is a header that Google keeps",
    ),
    (
        assets(load_balancing_scheme="INTERNAL_MANAGED", enable_cdn=True),
        "enable_cdn: is for external load balancers alone",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """One slip, one problem, with its place."""
    the_problem(item, words)


def test_headers_of_security_pass():
    """A policy may hold colons, and be composed of what other resources give."""
    fine = assets(
        "Content-Security-Policy: default-src 'self' https://api.example.com",
        "Strict-Transport-Security: max-age=63072000; includeSubDomains",
    )

    assert list(fine.problems(SCOPE)) == []


EDGE = r.SecurityPolicy("edge", type="CLOUD_ARMOR_EDGE")
ARMOR = r.SecurityPolicy("armor")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (
            assets(edge_security_policy=ARMOR),
            "edge_security_policy: is armor, of the type CLOUD_ARMOR: it takes one of CLOUD_ARMOR_E",
        ),
        (
            r.BackendService("web", security_policy=EDGE),
            "security_policy: is edge, of the type CLOUD_ARMOR_EDGE: it takes one of CLOUD_ARMOR",
        ),
    ],
)
def test_a_policy_stands_where_its_type_belongs(item, words):
    """Before the cache, or before the backends."""
    stack = Stack("shop", enable_apis=False)
    stack.add(item)
    with pytest.raises(DeclarationError, match=words):
        stack.plan(OFFLINE)
    right = [
        assets(edge_security_policy=EDGE),
        r.BackendService("web", security_policy=ARMOR, edge_security_policy=EDGE),
    ]
    compiled = compile_stack("shop", right, {}, SCOPE, enable_apis=False, check=lambda _: ())
    assert len(compiled.declared) == 4
