"""Names, certificates and identities: one life a kind."""

from gcpstack import resources as r
from tests.adapters.cases_edge import PUBLIC_KEY

from .certificates import self_signed
from .lives import API, BACKEND, OTHER, RESERVED, USER, VPC, Life

ZONE = r.DnsZone("zone", dns_name="example.com")

PROOF = r.DnsAuthorization("proof", domain="example.com")
CERTIFICATE = r.Certificate("cert", domains=["example.com", "www.example.com"])
CERTIFICATE_2 = r.Certificate("cert-2", domains=["example.com"])
MAP = r.CertificateMap("map")
NOTES = {"description": "x", "labels": {"team": "web"}}
PEM, KEY = self_signed("example.com")

POOL = r.WorkloadIdentityPool("builds")

NOTE = r.AttestationNote("builds", human_readable_name="builds")
ATTESTOR = r.Attestor("built", note=NOTE)

HERE = r.ExistingProject()
POLICY = r.AccessPolicy("ours", organization="210987654321")
LEVEL = r.AccessLevel(
    "swiss", policy=POLICY, title="Swiss", conditions=[r.AccessCondition(regions=["CH"])]
)

CONNECTION = r.PrivateServiceConnection(VPC, ranges=[RESERVED])
EYE = r.IdsEndpoint(
    "eye", zone="us-central1-a", network=VPC, severity="LOW", depends_on=[CONNECTION]
)
APPS = r.Subnetwork("apps", network=VPC, ip_cidr_range="10.10.0.0/24")
RULE = "projects/t-tp/regions/us-central1/forwardingRules/collector"

EDGE = [
    Life(
        r.DnsAuthorization("auth", domain="example.com"),
        changes=NOTES,
        fixed={"domain": "example.org", "type": "PER_PROJECT_RECORD"},
    ),
    Life(
        r.Certificate(
            "managed", domains=["example.com", "*.example.com"], dns_authorizations=[PROOF]
        ),
        changes=NOTES,
        fixed={"domains": ["example.com"], "certificate_scope": "ALL_REGIONS"},
    ),
    Life(
        r.Certificate("own", pem_certificate=PEM, pem_private_key=KEY),
        changes=NOTES,
        fixed={"certificate_scope": "EDGE_CACHE"},
        sent=frozenset({"pem_certificate", "pem_private_key"}),
    ),
    Life(r.CertificateMap("certs"), changes=NOTES),
    Life(
        r.CertificateMapEntry(
            "entry", certificate_map=MAP, hostname="example.com", certificates=[CERTIFICATE]
        ),
        changes={**NOTES, "certificates": [CERTIFICATE, CERTIFICATE_2]},
        fixed={"hostname": "www.example.com"},
    ),
    Life(
        r.DnsZone("inside", dns_name="shop.internal", visibility="private", networks=[VPC]),
        changes={
            "description": "x",
            "labels": {"team": "web"},
            "networks": [VPC, OTHER],
            "forwarding": [r.DnsNameServer(ipv4_address="10.0.0.53", forwarding_path="private")],
            "peering_network": OTHER,
        },
        fixed={"dns_name": "other.internal"},
    ),
    Life(
        r.DnsRecordSet(
            "www.Example.com",
            zone=ZONE,
            type="AAAA",
            rrdatas=["2001:DB8::1", "2001:db8:0:0:0:0:0:2"],
        ),
        changes={
            "ttl": 60,
            "rrdatas": ["2001:db8::3"],
        },
    ),
    Life(
        r.IapBackendServiceIamMember(
            BACKEND, role="roles/iap.httpsResourceAccessor", member="domain:example.com"
        ),
    ),
    Life(
        r.IapCloudRunServiceIamMember(API, role="roles/iap.httpsResourceAccessor", member=USER),
    ),
    Life(
        r.IapSettings(BACKEND, cookie_domain="example.com"),
        changes={
            "cookie_domain": "example.org",
            "allowed_domains": ["example.com"],
            "cors_allow_options": True,
            "login_hint": "example.com",
            "programmatic_clients": ["a.apps.googleusercontent.com"],
            "reauth": r.IapReauth(method="LOGIN", max_age="1h", policy_type="MINIMUM"),
            "gcip_tenants": ["t"],
            "gcip_login_page": "https://login.example.com",
            "workforce": r.IapWorkforce(pool="locations/global/workforcePools/p", client_id="c"),
            "access_denied_page": "https://example.com/denied",
            "troubleshooting_uri": True,
            "remediation_token": True,
            "attributes": r.IapAttributes(
                expression="attributes.saml_attributes", output_credentials=["JWT"], enable=True
            ),
            "rctoken_audience": "mesh",
        },
    ),
    Life(
        r.WorkloadIdentityPool("ci-pool", display_name="CI"),
        changes={"display_name": "Builds", "description": "x", "disabled": True},
    ),
    Life(
        r.WorkloadIdentityProvider.github("github", pool=POOL, owner="octo"),
        changes={
            "display_name": "GitHub",
            "description": "x",
            "disabled": True,
            "attribute_condition": "assertion.repository == 'octo/shop'",
            "attribute_mapping": {
                "google.subject": "assertion.sub",
                "attribute.actor": "assertion.actor",
                "attribute.aud": "assertion.aud",
                "attribute.ref": "assertion.ref",
                "attribute.repository": "assertion.repository",
                "attribute.repository_owner": "assertion.repository_owner",
            },
            "allowed_audiences": ["https://shop.example.com"],
            "jwks_json": '{"keys": []}',
        },
    ),
    Life(
        r.AttestationNote("qa", human_readable_name="qa"),
        changes={"short_description": "x", "long_description": "y", "human_readable_name": "QA"},
    ),
    Life(
        r.Attestor("checked", note=NOTE),
        changes={
            "description": "x",
            "public_keys": [r.AttestorKey(pem=PUBLIC_KEY, algorithm="EC_SIGN_P256_SHA256")],
        },
        fixed={"note": r.AttestationNote("prod", human_readable_name="prod")},
    ),
    Life(
        r.BinaryAuthorizationPolicy(default_rule=r.AdmissionRule(evaluation_mode="ALWAYS_DENY")),
        changes={
            "default_rule": r.AdmissionRule(
                evaluation_mode="REQUIRE_ATTESTATION",
                enforcement_mode="DRYRUN_AUDIT_LOG_ONLY",
                attestors=[ATTESTOR],
            ),
            "description": "x",
            "allowlist": ["us-docker.pkg.dev/shop/images/*"],
            "cluster_rules": {"us-central1.shop": r.AdmissionRule(evaluation_mode="ALWAYS_ALLOW")},
            "global_policy_evaluation_mode": "DISABLE",
        },
    ),
    Life(r.ExistingProject()),
    Life(
        r.AccessPolicy("The Shop", organization="123456789012", scopes=[HERE]),
        fixed={"scopes": ["folders/1"]},
    ),
    Life(
        r.AccessLevel(
            "office",
            policy=POLICY,
            title="Office",
            conditions=[r.AccessCondition(ip_subnetworks=["192.0.2.0/24"])],
        ),
        changes={
            "title": "The office",
            "description": "x",
            "conditions": [
                r.AccessCondition(regions=["CH"], members=[USER], negate=True),
                r.AccessCondition(
                    vpc_networks=[r.VpcSource(network=VPC, ip_subnetworks=["10.0.0.0/8"])]
                ),
                r.AccessCondition(
                    device_policy=r.DevicePolicy(
                        require_screenlock=True,
                        encryption_statuses=["ENCRYPTED"],
                        os_constraints=[
                            r.OsConstraint(os_type="DESKTOP_MAC", minimum_version="10.5.1")
                        ],
                    )
                ),
            ],
            "combining_function": "OR",
        },
    ),
    Life(
        r.ServicePerimeter(
            "shop",
            policy=POLICY,
            title="Shop",
            status=r.PerimeterConfig(
                resources=[HERE],
                restricted_services=["bigquery.googleapis.com"],
                access_levels=[LEVEL],
            ),
            dry_run=r.PerimeterConfig(resources=[HERE]),
        ),
        changes={
            "title": "The shop",
            "description": "x",
            "status": r.PerimeterConfig(
                resources=[HERE],
                restricted_services=["bigquery.googleapis.com", "storage.googleapis.com"],
                vpc_restriction=True,
                vpc_allowed_services=["RESTRICTED-SERVICES"],
                ingress=[
                    r.IngressRule(
                        identities=[USER],
                        sources=[r.PerimeterSource(access_level=LEVEL)],
                        resources=[HERE],
                        operations=[
                            r.ApiOperation(
                                service_name="storage.googleapis.com",
                                methods=[r.MethodSelector(method="*")],
                            )
                        ],
                    )
                ],
                egress=[
                    r.EgressRule(
                        identity_type="ANY_SERVICE_ACCOUNT",
                        resources=["projects/111111111111"],
                        operations=[r.ApiOperation(service_name="*")],
                    )
                ],
            ),
            "dry_run": r.PerimeterConfig(
                resources=[HERE], restricted_services=["storage.googleapis.com"]
            ),
        },
    ),
    Life(
        r.ServicePerimeter(
            "bridge",
            policy=POLICY,
            title="Bridge",
            status=r.PerimeterConfig(restricted_services=[]),
        ),
        fixed={"perimeter_type": "PERIMETER_TYPE_BRIDGE"},
    ),
    Life(
        r.IdsEndpoint(
            "eye",
            zone="us-central1-a",
            network=VPC,
            severity="LOW",
            depends_on=[CONNECTION],
        ),
        changes={"labels": {"team": "web"}, "threat_exceptions": ["123"]},
        fixed={"severity": "HIGH", "traffic_logs": True},
        beside=(r.PacketMirroring("to-eye", network=VPC, collector=EYE, tags=["web"]),),
    ),
    Life(
        r.PacketMirroring("copies", network=VPC, collector=RULE, subnetworks=[APPS]),
        changes={
            "enable": "FALSE",
            "priority": 900,
            "tags": ["web"],
            "instances": ["projects/p/zones/us-central1-a/instances/i"],
            "cidr_ranges": ["10.0.0.0/8"],
            "protocols": ["tcp", "UDP"],
            "direction": "EGRESS",
            "collector": RULE + "-2",
        },
        fixed={"description": "x"},
    ),
    Life(
        r.AttestationNoteIamMember(
            NOTE, role="roles/containeranalysis.notes.attacher", member=USER
        ),
    ),
    Life(
        r.AttestorIamMember(
            ATTESTOR, role="roles/binaryauthorization.attestorsVerifier", member=USER
        ),
    ),
]
