"""Every kind converges against the emulator, plans nothing then, and follows a change."""

from gcpstack import Action, Stack
from gcpstack import resources as r

PATH = 'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"'


def rule(**fields):
    given = {"priority": 5, "action": "deny(403)", "expression": "true"}
    return r.SecurityPolicyRule(**{**given, **fields})


#: Each kind twice: as it is declared first, and changed.
CASES = [
    (
        r.GlobalAddress("ip", labels={"a": "b"}, description="d", ip_version="IPV4"),
        r.GlobalAddress("ip", labels={"a": "c"}, description="d", ip_version="IPV4"),
    ),
    (
        r.BackendBucket(
            "files",
            bucket_name="shop-files",
            enable_cdn=True,
            cdn_policy=r.BucketCdnPolicy(
                cache_mode="CACHE_ALL_STATIC",
                negative_caching=True,
                negative_caching_policy=[r.NegativeCaching(code=404, ttl=60)],
            ),
            custom_response_headers=["A: b"],
        ),
        r.BackendBucket("files", bucket_name="shop-files", custom_response_headers=["A: c"]),
    ),
    (
        r.SslPolicy("tls", profile="RESTRICTED", min_tls_version="TLS_1_2"),
        r.SslPolicy("tls", profile="MODERN", min_tls_version="TLS_1_1"),
    ),
    (
        r.HealthCheck("hc", http=r.HttpHealthCheck(port=80), log=True, check_interval=10),
        r.HealthCheck("hc", http=r.HttpHealthCheck(port=81), check_interval="20s"),
    ),
    (
        r.BackendService(
            "web",
            outlier_detection=r.OutlierDetection(interval=1.5),
            timeout=30,
            session_affinity="NONE",
            connection_draining=r.ConnectionDraining(draining_timeout=0),
            iap=r.Iap(enabled=True, oauth2_client_id="i", oauth2_client_secret="s"),
        ),
        r.BackendService(
            "web",
            timeout=60,
            log_config=r.LogConfig(enable=True, sample_rate=0.5),
            iap=r.Iap(enabled=True, oauth2_client_id="i", oauth2_client_secret="t"),
        ),
    ),
    (
        r.SecurityPolicy(
            "armor",
            rules=[rule(), rule(priority=6, action="allow")],
            adaptive_protection=r.AdaptiveProtection(enable=True),
            description="x",
        ),
        r.SecurityPolicy("armor", rules=[rule(preview=True)], default_action="deny(404)"),
    ),
    (
        r.UrlMap("map", default_url_redirect=r.UrlRedirect(https_redirect=True)),
        r.UrlMap("map", default_url_redirect=r.UrlRedirect(host_redirect="a.com")),
    ),
    (r.Secret("KEY", labels={"a": "b"}), r.Secret("KEY", labels={"a": "c"})),
    (
        r.Bucket(
            "shop-files-1",
            uniform_access=True,
            versioning=True,
            lifecycle_rules=[r.LifecycleRule(action="Delete", age=3)],
            soft_delete_retention=0,
        ),
        r.Bucket("shop-files-1", uniform_access=True, versioning=False, storage_class="NEARLINE"),
    ),
    (
        r.NotificationChannel.email("on-call", "a@example.com"),
        r.NotificationChannel.email("on-call", "b@example.com"),
    ),
    (
        r.AlertPolicy(
            "slow",
            conditions=[r.Condition.above("x", 1, filter=PATH)],
            severity="ERROR",
            auto_close=3600,
        ),
        r.AlertPolicy(
            "slow",
            conditions=[
                r.Condition.absent("y", filter=PATH),
                r.Condition.above("x", 2, filter=PATH),
            ],
        ),
    ),
]


def actions(plan):
    return {str(change.address): change.action for change in plan.changes}


def stack_of(items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


def test_they_converge_and_follow_a_change(gcp_settings):
    """Create, nothing, update, nothing: no plan is left over. All at once, for the time it takes."""
    before = stack_of(first for first, _ in CASES)
    after = stack_of(changed for _, changed in CASES)
    scope = before.scope(gcp_settings)
    addresses = [str(first.address_in(scope)) for first, _ in CASES]

    before.apply(gcp_settings)
    assert actions(before.plan(gcp_settings)) == dict.fromkeys(addresses, Action.NOOP)

    assert actions(after.plan(gcp_settings)) == dict.fromkeys(addresses, Action.UPDATE)
    after.apply(gcp_settings)
    assert actions(after.plan(gcp_settings)) == dict.fromkeys(addresses, Action.NOOP)
