"""Access levels and perimeters: on the wire, what is wrong with them, and who is locked out."""

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack._core.refs import Address, Composed, Link, OutputOf
from gcpstack._core.resource import Encoder

from .schema import violations
from .tables import SCOPE, labelled, the_problem, told_together

USER = "user:ada@example.com"
HERE = r.ExistingProject()
VPC = r.Network("vpc")
POLICY = r.AccessPolicy("ours", organization="123456789012")
OFFICE = r.AccessCondition(ip_subnetworks=["192.0.2.0/24"])
LEVEL = r.AccessLevel("office", policy=POLICY, title="Office", conditions=[OFFICE])
LEVEL_LINK = Link(Address("accesscontextmanager.AccessLevel", "123456789012/ours/office"))
SPREAD = Link(LEVEL_LINK.to, spread=True)
PROJECT = Link(Address("resourcemanager.Project", "demo-proj"), "numbered")
PROJECTS = Link(PROJECT.to, "numbered", spread=True)
ANYWHERE = r.PerimeterSource(access_level="*")


def level(**fields):
    given = {} if "expression" in fields else {"conditions": [OFFICE]}
    return r.AccessLevel("office", **{"policy": "1", "title": "Office", **given, **fields})


def perimeter(status=None, **fields):
    given = {"policy": "1", "title": "Shop", "status": status or r.PerimeterConfig()}
    return r.ServicePerimeter("shop", **{**given, **fields})


def around(**fields):
    return r.PerimeterConfig(
        **{"resources": [HERE], "restricted_services": ["storage.googleapis.com"], **fields}
    )


def coming(**fields):
    given = {"identities": [USER], "sources": [ANYWHERE], "resources": ["*"], **fields}
    return r.IngressRule(**given)


def going(**fields):
    given = {"resources": ["*"]}
    if "identities" not in fields:
        given["identity_type"] = "ANY_IDENTITY"
    return r.EgressRule(**{**given, **fields})


ENCODED = [
    (HERE, {}),
    (
        r.AccessPolicy("ours", organization="1", scopes=[HERE]),
        {"scopes": [PROJECTS]},
    ),
    (
        level(
            conditions=[
                r.AccessCondition(
                    regions=["CH"],
                    members=[USER],
                    required_levels=[LEVEL],
                    device_policy=r.DevicePolicy(
                        require_screenlock=True,
                        management_levels=["COMPLETE"],
                        os_constraints=[r.OsConstraint(os_type="IOS", minimum_version="16.0.0")],
                    ),
                    negate=True,
                ),
                r.AccessCondition(
                    vpc_networks=[r.VpcSource(network=VPC, ip_subnetworks=["10.0.0.0/8"])]
                ),
            ],
            combining_function="OR",
        ),
        {
            "title": "Office",
            "basic": {
                "combiningFunction": "OR",
                "conditions": [
                    {
                        "regions": ["CH"],
                        "members": [USER],
                        "requiredAccessLevels": [SPREAD],
                        "devicePolicy": {
                            "requireScreenlock": True,
                            "allowedDeviceManagementLevels": ["COMPLETE"],
                            "osConstraints": [{"osType": "IOS", "minimumVersion": "16.0.0"}],
                        },
                        "negate": True,
                    },
                    {
                        "vpcNetworkSources": [
                            {
                                "vpcSubnetwork": {
                                    "network": Composed(
                                        (
                                            "//compute.googleapis.com/",
                                            Link(Address("compute.Network", "vpc")),
                                        )
                                    ),
                                    "vpcIpSubnetworks": ["10.0.0.0/8"],
                                }
                            }
                        ]
                    },
                ],
            },
        },
    ),
    (
        level(expression="true", description="d"),
        {"title": "Office", "description": "d", "custom": {"expr": {"expression": "true"}}},
    ),
    (
        perimeter(
            around(
                access_levels=[LEVEL],
                vpc_restriction=True,
                vpc_allowed_services=["RESTRICTED-SERVICES"],
                ingress=[
                    coming(
                        title="in",
                        sources=[
                            r.PerimeterSource(access_level=LEVEL),
                            r.PerimeterSource(resource=HERE),
                        ],
                        resources=[HERE],
                        operations=[
                            r.ApiOperation(
                                service_name="storage.googleapis.com",
                                methods=[r.MethodSelector(method="google.storage.objects.get")],
                            )
                        ],
                    )
                ],
                egress=[
                    going(
                        sources=[r.PerimeterSource(access_level="*")],
                        source_restriction="SOURCE_RESTRICTION_ENABLED",
                        external_resources=["s3://bucket"],
                        roles=["roles/storage.objectViewer"],
                    )
                ],
            ),
            dry_run=r.PerimeterConfig(resources=["projects/1"]),
            perimeter_type="PERIMETER_TYPE_REGULAR",
        ),
        {
            "title": "Shop",
            "perimeterType": "PERIMETER_TYPE_REGULAR",
            "status": {
                "resources": [PROJECTS],
                "restrictedServices": ["storage.googleapis.com"],
                "accessLevels": [SPREAD],
                "vpcAccessibleServices": {
                    "enableRestriction": True,
                    "allowedServices": ["RESTRICTED-SERVICES"],
                },
                "ingressPolicies": [
                    {
                        "title": "in",
                        "ingressFrom": {
                            "identities": [USER],
                            "sources": [{"accessLevel": LEVEL_LINK}, {"resource": PROJECT}],
                        },
                        "ingressTo": {
                            "resources": [PROJECTS],
                            "operations": [
                                {
                                    "serviceName": "storage.googleapis.com",
                                    "methodSelectors": [{"method": "google.storage.objects.get"}],
                                }
                            ],
                        },
                    }
                ],
                "egressPolicies": [
                    {
                        "egressFrom": {
                            "identityType": "ANY_IDENTITY",
                            "sources": [{"accessLevel": "*"}],
                            "sourceRestriction": "SOURCE_RESTRICTION_ENABLED",
                        },
                        "egressTo": {
                            "resources": ["*"],
                            "externalResources": ["s3://bucket"],
                            "roles": ["roles/storage.objectViewer"],
                        },
                    }
                ],
            },
            "spec": {"resources": ["projects/1"]},
            "useExplicitDryRunSpec": True,
        },
    ),
]


@pytest.mark.parametrize(("item", "wire"), labelled(ENCODED))
def test_declarations_become_this_json(item, wire):
    """To the letter, and right by Google's schema."""
    assert list(item.problems(SCOPE)) == []
    made = Encoder(SCOPE).declared(item)

    assert made.body == wire
    if item.KIND.name != "resourcemanager.Project":
        assert violations(item.KIND.name, made.body) == []


def test_what_stands_in_a_policy_is_named_by_its_title_here_and_by_its_number_there():
    made = Encoder(SCOPE).declared(LEVEL)

    assert str(made.address) == "accesscontextmanager.AccessLevel/123456789012/ours/office"
    assert made.late["policy"] == OutputOf(
        Address("accesscontextmanager.AccessPolicy", "123456789012/ours"), ("policyId",)
    )


STORAGE = r.ApiOperation(service_name="storage.googleapis.com")
WRONG = [
    (r.ExistingProject("Demo"), "'Demo' is not a project id"),
    (r.AccessPolicy("", organization="1"), "name: is empty"),
    (r.AccessPolicy("a", organization="example.com"), "'example.com' is not a number"),
    (
        r.AccessPolicy("a", organization="1", scopes=["demo-proj"]),
        "'demo-proj' is a bare name|a scope",
    ),
    (level(policy="ours"), "policy: 'ours' is not the number of a policy"),
    (
        r.AccessLevel("my-level", policy="1", title="x", expression="true"),
        "'my-level' is not a valid name",
    ),
    (level(conditions=[OFFICE], expression="x"), "conditions and expression exclude each other"),
    (level(conditions=[]), "conditions: is empty"),
    (level(expression="x", combining_function="OR"), "combining_function: is for conditions"),
    (level(conditions=[r.AccessCondition()]), r"conditions\[0\]: asks nothing"),
    (level(conditions=[r.AccessCondition(regions=["Swiss"])]), "'Swiss' is not a country"),
    (
        level(conditions=[r.AccessCondition(members=["group:a@b.c"])]),
        "'group:a@b.c' is not user:EMAIL or serviceAccount:EMAIL",
    ),
    (level(conditions=[r.AccessCondition(ip_subnetworks=["x"])]), "'x' is not an IP range"),
    (
        level(
            conditions=[
                r.AccessCondition(
                    ip_subnetworks=["10.0.0.0/8"], vpc_networks=[r.VpcSource(network=VPC)]
                )
            ]
        ),
        "ip_subnetworks and vpc_networks exclude each other",
    ),
    (
        level(
            conditions=[
                r.AccessCondition(
                    device_policy=r.DevicePolicy(
                        os_constraints=[r.OsConstraint(os_type="IOS", minimum_version="16")]
                    )
                )
            ]
        ),
        "'16' is not a version, as 10.5.301",
    ),
    (perimeter(around(resources=["projects/demo-proj"])), r"resources\[0\]: .* is not a project"),
    (perimeter(around(restricted_services=["storage"])), "'storage' is not an API"),
    (
        perimeter(around(restricted_services=["a.googleapis.com"] * 2)),
        r"restricted_services\[1\]: .* twice",
    ),
    (perimeter(around(vpc_allowed_services=["a"])), "vpc_allowed_services: needs vpc_restriction"),
    (
        perimeter(around(ingress=[coming(title="a"), coming(title="a")])),
        "status: two rules have the title 'a'",
    ),
    (perimeter(around(ingress=[coming(sources=[])])), "sources: is empty"),
    (
        perimeter(around(ingress=[coming(sources=[r.PerimeterSource()])])),
        "one of access_level, resource, psc_endpoint is needed",
    ),
    (
        perimeter(around(ingress=[coming(identity_type="ANY_IDENTITY")])),
        "identity_type and identities exclude each other",
    ),
    (perimeter(around(ingress=[coming(identities=["ada"])])), "'ada' is not a principal"),
    (perimeter(around(ingress=[coming(resources=["*", "projects/1"])])), r"'\*' stands alone"),
    (perimeter(around(ingress=[coming(resources=["demo"])])), "is a bare name|is not a project"),
    (
        perimeter(around(egress=[going(operations=[STORAGE], roles=["roles/a"])])),
        "operations and roles exclude each other",
    ),
    (
        perimeter(around(egress=[going(sources=[ANYWHERE])])),
        "sources: and source_restriction=",
    ),
    (
        perimeter(around(egress=[going(operations=[r.ApiOperation(service_name="storage")])])),
        "service_name: 'storage' is not an API",
    ),
    (
        perimeter(
            around(
                egress=[
                    going(
                        operations=[
                            r.ApiOperation(service_name="*", methods=[r.MethodSelector(method="a")])
                        ]
                    )
                ]
            )
        ),
        "methods: are of one API",
    ),
    (
        perimeter(
            around(
                ingress=[
                    coming(
                        operations=[
                            r.ApiOperation(
                                service_name="a.googleapis.com", methods=[r.MethodSelector()]
                            )
                        ]
                    )
                ]
            )
        ),
        "one of method, permission is needed",
    ),
    (
        perimeter(around(), perimeter_type="PERIMETER_TYPE_BRIDGE"),
        "status.restricted_services: is not for bridges",
    ),
    (
        perimeter(around(), dry_run=around(), use_explicit_dry_run_spec=False),
        "use_explicit_dry_run_spec: is True with dry_run",
    ),
    (
        r.ServicePerimeter("shop", policy="1", title="x"),
        "one of status, dry_run is needed",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(WRONG))
def test_mistakes_are_told_at_plan_time(item, words):
    the_problem(item, words)


DATASET = r.BigQueryDataset("logs", location="US")
RECORDS = r.Bucket("shop-files-1", location="US", uniform_access=True)


@pytest.mark.parametrize(
    "items",
    [
        [perimeter(around())],
        [perimeter(around()), RECORDS],
        [perimeter(around(restricted_services=["bigquery.googleapis.com"])), DATASET],
    ],
)
def test_who_runs_it_is_not_locked_out(items):
    """Storage holds the inventory; what is declared is called through its API."""
    told = told_together(*items, RECORDS)

    assert "locks out whoever runs gcpstack: demo-proj is inside" in told


@pytest.mark.parametrize(
    "items",
    [
        [perimeter(around(access_levels=[level()]))],
        [perimeter(around(ingress=[coming()]))],
        [perimeter(r.PerimeterConfig(resources=["projects/1"]), dry_run=around())],
        [perimeter(around(restricted_services=["bigtable.googleapis.com"]))],
        [perimeter(around(resources=["projects/99"]))],
    ],
)
def test_a_perimeter_with_a_way_in_is_fine(items):
    assert told_together(*items, RECORDS) == ""


def test_a_perimeter_is_around_the_project_by_its_number(gcp_settings):
    """In one apply with its policy, whose number is known only then; a second plan is empty."""
    stack = Stack("shop", enable_apis=False)
    item = r.ServicePerimeter(
        "shop", policy=POLICY, title="Shop", status=around(access_levels=[LEVEL])
    )
    stack.add(item)
    stack.apply(gcp_settings)
    plan = stack.plan(gcp_settings)

    assert plan.empty
    (live,) = [one.live.body for one in plan.changes if one.kind is item.KIND]
    assert live["status"]["resources"][0].removeprefix("projects/").isdigit()


def test_a_perimeter_of_another_name_takes_the_place_of_one_around_the_same_project(gcp_settings):
    """A project is in one of them: the old one goes first."""
    config = around(access_levels=[LEVEL])
    for name in ("shop", "store"):
        stack = Stack("shop", enable_apis=False)
        stack.add(r.ServicePerimeter(name, policy=POLICY, title="Shop", status=config))
        stack.apply(gcp_settings)

    assert stack.plan(gcp_settings).empty
