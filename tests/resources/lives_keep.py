"""Lives of documents, keys and files."""

from gcpstack import resources as r

from .lives import REGION, USER, Life

ORDERS = r.FirestoreDatabase("orders")
BY_STATE = [
    r.FirestoreIndexField(field_path="state", order="ASCENDING"),
    r.FirestoreIndexField(field_path="made", order="DESCENDING"),
]
UP = r.FirestoreFieldIndex(order="ASCENDING")
GROUP = r.FirestoreFieldIndex(array_config="CONTAINS", query_scope="COLLECTION_GROUP")
RING = r.KmsKeyRing("ring", location=REGION)
ENCRYPT = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
FILES = r.Bucket("shop-files-2", location="US", uniform_access=True, allow_delete=True)
TOPIC = r.Topic("files")
AGENT = r.ServiceAgent("storage.googleapis.com")
PUBLISHER = r.TopicIamMember(TOPIC, role="roles/pubsub.publisher", member=AGENT.output("member"))
STORE_KEY = r.KmsCryptoKey("files", key_ring=r.KmsKeyRing("files", location="nam4"))
USES = r.KmsCryptoKeyIamMember(STORE_KEY, role=ENCRYPT, member=AGENT.output("member"))
CUSTODIAN = r.ServiceAgent("secretmanager.googleapis.com").output("member")
DUE = r.Topic("due")
TELLS = r.TopicIamMember(DUE, role="roles/pubsub.publisher", member=CUSTODIAN)

KEEP = [
    Life(
        r.FirestoreDatabase("main", location="nam5"),
        changes={
            "point_in_time_recovery": True,
            "concurrency_mode": "OPTIMISTIC",
            "app_engine_integration_mode": "ENABLED",
        },
        fixed={"location": "eur3", "edition": "ENTERPRISE"},
    ),
    Life(
        r.FirestoreBackupSchedule("weekly", database=ORDERS, retention="7d", day="SUNDAY"),
        changes={"retention": "14d"},
        fixed={"day": "MONDAY"},
    ),
    Life(
        r.FirestoreIndex("items", database=ORDERS, fields=BY_STATE),
        fixed={"density": "DENSE"},
    ),
    Life(
        r.FirestoreField(
            "expires",
            collection="items",
            database=ORDERS,
            indexes=[],
            ttl=True,
            allow_indexed_ttl=True,
        ),
        changes={"ttl": None, "indexes": [UP, GROUP]},
    ),
    Life(r.KmsKeyRing("ring", location=REGION)),
    Life(
        r.KmsCryptoKey("data", key_ring=RING, labels={"team": "web"}),
        changes={
            "labels": {"team": "api"},
            "rotation_period": "90d",
            "allowed_access_reasons": ["CUSTOMER_INITIATED_ACCESS", "GOOGLE_INITIATED_SERVICE"],
        },
        fixed={
            "protection_level": "HSM",
            "destroy_scheduled_duration": "1d",
            "import_only": True,
        },
    ),
    Life(r.KmsKeyRingIamMember(RING, role=ENCRYPT, member=USER)),
    Life(r.KmsCryptoKeyIamMember(r.KmsCryptoKey("data", key_ring=RING), role=ENCRYPT, member=USER)),
    Life(
        r.Bucket("shop-things-1", location="NAM4", uniform_access=True, depends_on=[USES]),
        changes={
            "labels": {"team": "web"},
            "storage_class": "NEARLINE",
            "public_access_prevention": "enforced",
            "versioning": True,
            "lifecycle_rules": [
                r.LifecycleRule(action="Delete", age=30, is_live=False, num_newer_versions=3),
                r.LifecycleRule(
                    action="SetStorageClass",
                    storage_class="COLDLINE",
                    days_since_noncurrent_time=10,
                    noncurrent_time_before="2024-01-31",
                    matches_storage_class=["STANDARD"],
                ),
                r.LifecycleRule(
                    action="Delete",
                    created_before="2024-01-31",
                    custom_time_before="2024-01-31",
                    days_since_custom_time=3,
                    matches_prefix=["a/", "b/"],
                    matches_suffix=[".tmp"],
                    size_above_bytes=10,
                    size_below_bytes=1000,
                ),
                r.LifecycleRule(action="AbortIncompleteMultipartUpload", age=1),
            ],
            "retention_period": "30d",
            "soft_delete_retention": "14d",
            "default_event_based_hold": True,
            "kms_key_name": STORE_KEY,
            "cors": [
                r.Cors(
                    origin=["https://a.example.com"],
                    method=["GET"],
                    response_header=["Content-Type"],
                    max_age_seconds=60,
                )
            ],
            "website_main_page": "index.html",
            "website_not_found_page": "404.html",
            "log_bucket": FILES,
            "requester_pays": True,
            "autoclass": True,
            "turbo_replication": True,
            "ip_filter": r.IpFilter(mode="Disabled", public_ranges=["203.0.113.0/24"]),
        },
        fixed={
            "location": "EU",
            "data_locations": ["US-EAST1", "US-WEST1"],
            "hierarchical_namespace": True,
            "object_retention": True,
        },
    ),
    Life(
        r.BucketObject("docs/index.html", bucket=FILES, content="<p>one</p>"),
        changes={
            "content": "<p>two</p>",
            "content_type": "text/html; charset=utf-8",
            "cache_control": "no-cache",
            "content_disposition": "inline",
            "content_language": "en",
            "metadata": {"team": "web"},
            "storage_class": "NEARLINE",
            "event_based_hold": True,
            "temporary_hold": True,
            "custom_time": "2030-01-01T00:00:00Z",
        },
        shown={"content": "md5Hash"},
        onward=frozenset({"custom_time"}),
    ),
    Life(
        r.BucketNotification(FILES, topic=TOPIC, depends_on=[PUBLISHER]),
        fixed={"payload_format": "NONE", "custom_attributes": {"team": "web"}},
    ),
    Life(
        r.BackendBucket("assets", bucket_name="shop-files-1", enable_cdn=True),
        changes={
            "description": "x",
            "bucket_name": "shop-files-2",
            "cdn_policy": r.BucketCdnPolicy(
                cache_mode="CACHE_ALL_STATIC",
                default_ttl=600,
                max_ttl=1200,
                client_ttl=300,
                negative_caching=True,
                negative_caching_policy=[r.NegativeCaching(code=404, ttl=60)],
                serve_while_stale=60,
                request_coalescing=True,
                bypass_cache_on_request_headers=[r.BypassCacheHeader(header_name="X-Fresh")],
                signed_url_cache_max_age_sec=600,
                cache_key_policy=r.BucketCacheKeyPolicy(
                    query_string_whitelist=["v"], include_http_headers=["X-Kind"]
                ),
            ),
            "compression_mode": "AUTOMATIC",
            "custom_response_headers": [
                "Content-Security-Policy: default-src 'self'",
                "Strict-Transport-Security: max-age=63072000",
            ],
            "edge_security_policy": r.SecurityPolicy("edge", type="CLOUD_ARMOR_EDGE"),
        },
    ),
    Life(
        r.Secret("TOKEN", labels={"a": "b"}, topics=[r.SecretTopic(name=DUE)], depends_on=[TELLS]),
        changes={
            "labels": {"a": "c"},
            "annotations": {"n": "x"},
            "version_destroy_ttl": "2d",
            "version_aliases": {"old": 1},
            "rotation_period": "30d",
            "expire_time": "2099-01-01T00:00:00Z",
            "ttl": "300d",
        },
        fixed={"replicas": [r.Replica(location=REGION)]},
    ),
]
