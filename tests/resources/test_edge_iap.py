"""Identity-Aware Proxy: on the wire, what is wrong with it, and whom it may call."""

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Encoder

from .schema import violations
from .tables import SCOPE, labelled, the_problem, told_together

BACKEND = r.BackendService("web")
RUN = r.CloudRunService("api", image="i", iap_enabled=True)
AGENT = r.ServiceAgent("iap.googleapis.com")
PASS = "roles/iap.httpsResourceAccessor"


def settings(of=BACKEND, **fields):
    return r.IapSettings(of, **fields)


ENCODED = [
    (settings(cookie_domain="a.b"), {"applicationSettings": {"cookieDomain": "a.b"}}),
    (
        settings(
            allowed_domains=["example.com"],
            login_hint="example.com",
            client_id="c",
            client_secret="s",
            workforce=r.IapWorkforce(
                pool="locations/global/workforcePools/p", client_id="w", client_secret="t"
            ),
            reauth=r.IapReauth(method="LOGIN", max_age="1h", policy_type="DEFAULT"),
        ),
        {
            "accessSettings": {
                "allowedDomainsSettings": {"domains": ["example.com"], "enable": True},
                "oauthSettings": {
                    "loginHint": "example.com",
                    "clientId": "c",
                    "clientSecret": Sensitive("s"),
                },
                "identitySources": ["WORKFORCE_IDENTITY_FEDERATION"],
                "workforceIdentitySettings": {
                    "workforcePools": ["locations/global/workforcePools/p"],
                    "oauth2": {"clientId": "w", "clientSecret": Sensitive("t")},
                },
                "reauthSettings": {
                    "method": "LOGIN",
                    "maxAge": "3600s",
                    "policyType": "DEFAULT",
                },
            }
        },
    ),
    (
        settings(attributes=r.IapAttributes(expression="a", output_credentials=["JWT"])),
        {
            "applicationSettings": {
                "attributePropagationSettings": {"expression": "a", "outputCredentials": ["JWT"]}
            }
        },
    ),
    (r.IapBackendServiceIamMember(BACKEND, role=PASS, member="domain:example.com"), {}),
]


@pytest.mark.parametrize(("item", "wire"), labelled(ENCODED))
def test_declarations_become_this_json(item, wire):
    """To the letter, and right by Google's schema."""
    assert list(item.problems(SCOPE)) == []
    made = Encoder(SCOPE).declared(item)

    assert made.body == wire
    if not item.KIND.additive:
        assert violations(item.KIND.name, made.body) == []


@pytest.mark.parametrize(
    ("of", "resource"),
    [
        (BACKEND, "iap_web/compute/services/web"),
        (RUN, "iap_web/cloud_run-us-central1/services/api"),
        ("iap_web", "iap_web"),
    ],
)
def test_what_is_protected_is_told_in_its_own_words(of, resource):
    assert settings(of, cookie_domain="a.b").ids(SCOPE)["resource"] == resource


WRONG = [
    (settings(), "says nothing"),
    (settings("web", cookie_domain="a.b"), "resource: 'web' is not a place of IAP's"),
    (settings(client_id="x"), "client_id and client_secret go together"),
    (settings(allowed_domains=["https://a.b"]), r"allowed_domains\[0\]: .* is a URL"),
    (
        settings(reauth=r.IapReauth(method="LOGIN", max_age=10, policy_type="DEFAULT")),
        "reauth.max_age: 10 is not within 300 to 86400 seconds",
    ),
    (
        settings(attributes=r.IapAttributes(expression="x" * 1001)),
        "attributes.expression: has 1001 characters, 1000 at most",
    ),
    (
        settings(workforce=r.IapWorkforce(pool="p"), gcip_tenants=["t"]),
        "workforce and gcip_tenants exclude each other",
    ),
    (
        r.IapBackendServiceIamMember("Web", role=PASS, member="domain:example.com"),
        "backend_service: 'Web' is not a valid name",
    ),
    (
        r.BackendService("web", iap=r.Iap(enabled=True, oauth2_client_id="c")),
        "iap: oauth2_client_id and oauth2_client_secret go together",
    ),
    (
        r.BackendService("web", iap=r.Iap(enabled=True), enable_cdn=True),
        "enable_cdn: does not go with Identity-Aware Proxy",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(WRONG))
def test_mistakes_are_told_at_plan_time(item, words):
    the_problem(item, words)


def invoker(service=RUN, member=None):
    return r.CloudRunServiceIamMember(
        service, role="roles/run.invoker", member=member or AGENT.output("member")
    )


PLAIN = r.CloudRunService("api", image="i")


def behind(service):
    group = r.RegionNetworkEndpointGroup("neg", cloud_run=r.NegCloudRun(service=service))
    return r.BackendService("web", backends=[r.Backend(group=group)], iap=r.Iap(enabled=True))


MAY_NOT = "is behind Identity-Aware Proxy, whose service agent may not call it"


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([RUN], MAY_NOT),
        ([behind(PLAIN)], MAY_NOT),
        ([RUN, invoker(member="user:a@b.c")], MAY_NOT),
        ([behind(RUN), invoker()], "has Identity-Aware Proxy twice"),
    ],
)
def test_a_proxy_that_may_not_call_is_told(items, words):
    assert words in told_together(*items)


@pytest.mark.parametrize(
    "items",
    [
        [RUN, invoker()],
        [RUN, invoker(member="allUsers")],
        [behind(PLAIN), invoker(PLAIN)],
        [RUN, r.ProjectIamMember(role="roles/run.invoker", member=AGENT.output("member"))],
        [r.CloudRunService("api", image="i", iap_enabled=True, invoker_iam_disabled=True)],
        [PLAIN],
    ],
)
def test_a_proxy_that_may_call_is_fine(items):
    assert told_together(*items) == ""


def test_a_secret_is_compared_and_never_shown(gcp_settings):
    """Google tells a digest of it alone."""
    stack = Stack("shop", enable_apis=False)
    stack.add(settings(client_id="c", client_secret="hunter22"))
    plan = stack.plan(gcp_settings)

    assert "hunter22" not in repr(plan)
    stack.apply(gcp_settings)
    assert stack.plan(gcp_settings).empty
