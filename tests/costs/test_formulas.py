"""Each kind's formula against sums that were worked out by hand from Google's pricing pages."""

from decimal import Decimal

import pytest

from gcpstack._core.refs import Address, Link, OutputOf, Sensitive
from gcpstack._costs.estimate import estimate
from gcpstack._costs.model import Subject, cents
from gcpstack._costs.prices import table
from gcpstack._costs.usage import Assumptions, Usage


def subject(kind, ids, **body):
    """A resource as formulas see it."""
    return Subject(Address(kind, "/".join(ids.values())), ids, body)


def cost(*subjects, prices=None, **usage):
    """An estimate with the use that is given, and the defaults beside."""
    numbers = {name: Decimal(str(value)) for name, value in usage.items()}
    return estimate(subjects, Assumptions(Usage(**numbers)), prices or table())


def service(
    cpu="1", memory="512Mi", *, place="us-central1", least=0, idle=True, name="web", **template
):
    container = {"resources": {"limits": {"cpu": cpu, "memory": memory}, "cpuIdle": idle}}
    body = {"containers": [container], "scaling": {"minInstanceCount": least}, **template}
    return subject("run.Service", {"location": place, "name": name}, template=body)


def sql(tier, **settings):
    body = {"tier": tier, "ipConfiguration": {"ipv4Enabled": False}, **settings}
    ids = {"name": "db"}
    return subject(
        "sql.DatabaseInstance",
        ids,
        region="us-central1",
        databaseVersion="POSTGRES_15",
        settings=body,
    )


def redis(size, tier="BASIC", **body):
    ids = {"location": "us-central1", "name": "cache"}
    return subject("redis.Instance", ids, memorySizeGb=size, tier=tier, **body)


# What a month costs that nobody uses: (resource, USD).
FIXED = [
    # 730 h * 3600 s * (2 * 0.000018 + 4 * 0.000002), less the free tier's 240 000 and 450 000.
    (service("2", "4Gi", least=1, idle=False), "110.41"),
    (service("2", "4Gi", least=1, idle=False, place="asia-southeast1"), "156.66"),
    # 730 h * 3600 s * (2 + 2) * 0.0000025
    (service("2", "2Gi", least=1), "26.28"),
    (service("1", "512Mi"), "0.00"),
    # 730 h * 0.0105 + 10 GB * 0.17
    (sql("db-f1-micro"), "9.37"),
    # 730 h * (2 * 0.0413 + 4 * 0.007) + 10 GB * 0.17
    (sql("db-custom-2-4096"), "82.44"),
    (sql("db-custom-2-4096", availabilityType="REGIONAL"), "164.88"),
    (sql("db-custom-2-4096", activationPolicy="NEVER"), "1.70"),
    (sql("db-g1-small", dataDiskSizeGb="100", dataDiskType="PD_HDD"), "34.55"),
    (sql("db-f1-micro", ipConfiguration={"ipv4Enabled": True}), "9.37"),
    (sql("db-f1-micro", ipConfiguration={"ipv4Enabled": True}, activationPolicy="NEVER"), "9.00"),
    (redis(1), "35.77"),
    (redis(5), "98.55"),
    (redis(25), "419.75"),
    (redis(45), "624.15"),
    (redis(105), "1226.40"),
    (redis(1, "STANDARD_HA"), "46.72"),
    (redis(45, "STANDARD_HA"), "1149.75"),
]


@pytest.mark.parametrize(("resource", "usd"), FIXED, ids=map(str, range(len(FIXED))))
def test_idle(resource, usd):
    """The price of a month in which nothing happens."""
    assert str(cents(cost(resource).fixed)) == usd


def test_request_based_service_by_use():
    """10 million requests of 0.2 s, ten at once: 200 000 busy seconds."""
    found = cost(service(), requests=10_000_000, response_kib=0)

    # (200 000 - 180 000) * 0.000024 + nothing of memory, 100 000 GiB-s being free + 8M * 0.0000004
    assert cents(found.by_use) == Decimal("3.68")
    assert found.fixed == 0


def test_waiting_and_working_are_paid_differently():
    """A minimum instance that works is no longer paid for as one that waits."""
    busy = cost(service(least=1), requests=1_000_000, response_kib=0, seconds=1)
    quantities = {line.meter: line.quantity for line in busy.lines}

    assert quantities["run.cpu.request"] == 100_000
    assert quantities["run.cpu.idle"] == 730 * 3600 - 100_000


def test_concurrency_is_capped_by_the_service():
    """A service that takes one request at once needs an instance for each."""
    one = cost(service(maxInstanceRequestConcurrency=1), requests=10, seconds=1, concurrency=10)

    assert {line.meter: line.quantity for line in one.lines}["run.cpu.request"] == 10


def test_five_forwarding_rules_cost_as_much_as_one():
    """Five for 0.025 an hour, each further one for 0.01."""
    rules = [
        subject("compute.GlobalForwardingRule", {"name": f"rule-{number}"}) for number in range(7)
    ]

    assert [cents(cost(*rules[:many]).fixed) for many in (1, 2, 5, 6, 7)] == [
        Decimal(usd) for usd in ("18.25", "18.25", "18.25", "25.55", "32.85")
    ]


def test_replicas_of_a_secret_count():
    """An active version is paid for in each place; six are free."""
    places = {"userManaged": {"replicas": [{"location": name} for name in ("a", "b", "c", "d")]}}
    secret = subject("secretmanager.Secret", {"name": "key"}, replication=places)
    versions = [
        Subject(Address("secretmanager.SecretVersion", f"key/{number}"), {"secret": "key"}, {})
        for number in range(2)
    ]

    assert cents(cost(secret, *versions).fixed) == Decimal("0.12")


def test_what_has_no_price_is_told_and_not_counted():
    """A region, a machine or a kind that the table lacks is no zero."""
    elsewhere = cost(subject("redis.Instance", {"location": "mars-north1", "name": "a"}))
    large = cost(sql("db-perf-optimized-N-8"))
    strange = cost(subject("moon.Base", {"name": "a"}))

    assert [item.why for item in elsewhere.unpriced] == [
        "the table has no price in mars-north1 for Redis Basic Tier, M1"
    ]
    assert [item.why for item in large.unpriced] == [
        "the table has no price for the machine db-perf-optimized-N-8"
    ]
    assert [item.why for item in strange.unpriced] == ["the table has no price for its kind"]
    assert elsewhere.total == strange.total == 0
    assert cents(large.fixed) == Decimal("1.70")


def test_volumes_make_egress_cheaper():
    """12 TiB to the internet: 1 free, 1023 at 0.12, 9216 at 0.11, the rest at 0.08."""
    kib = 12 * 1024 * 1024 * 1024
    found = cost(service(idle=True), requests=1, seconds=0, response_kib=kib)

    wanted = 1023 * Decimal("0.12") + 9216 * Decimal("0.11") + 2048 * Decimal("0.08")
    assert cents(found.total) == cents(wanted)


def quantities(*subjects, of, **usage):
    """What one resource takes of each meter."""
    found = cost(*subjects, **usage)
    return {line.meter: line.quantity for line in found.lines if line.address == of.address}


def job(name="scan"):
    limits = {"resources": {"limits": {"cpu": "2", "memory": "1Gi"}}}
    ids = {"location": "us-central1", "name": name}
    template = {"taskCount": 3, "template": {"containers": [limits]}}
    return subject("run.Job", ids, template=template)


def timer(name, *, paused=False, schedule="0 * * * *"):
    uri = f"https://run.googleapis.com/v2/projects/p/locations/us-central1/jobs/{name}:run"
    ids = {"location": "us-central1", "name": f"{name}-timer"}
    body = {"schedule": schedule, "paused": paused, "httpTarget": {"uri": uri}}
    return subject("cloudscheduler.Job", ids, **body)


def test_a_job_runs_as_often_as_its_schedule_says():
    """730 hours of three tasks that are paid for a minute at least; another's schedule is its own."""
    scan = job()
    live = timer("scan")
    live.body["name"] = "projects/p/locations/us-central1/jobs/scan"
    elsewhere = {"location": "mars-north1", "name": "scan"}
    far = subject("cloudscheduler.Job", elsewhere, schedule="* * * * *")
    far.body["name"] = "projects/p/locations/mars-north1/jobs/scan"
    found = quantities(scan, live, timer("scanner"), far, of=scan, job_seconds=5)

    assert found["run.cpu.instance"] == 730 * 3 * 60 * 2
    assert "run.cpu.instance" not in quantities(scan, timer("scan", paused=True), of=scan)


def test_a_job_without_schedule_runs_as_assumed():
    """So many executions."""
    scan = job()

    assert quantities(scan, of=scan, executions=7)["run.memory.instance"] == 7 * 3 * 60


def backend(**body):
    return subject("compute.BackendService", {"name": "web-backend"}, **body)


def test_what_a_load_balancer_sends_is_counted_there():
    """Cloud Run pays nothing for what goes to a load balancer; the client's side is paid for once."""
    web = service()
    ids = {"region": "us-central1", "name": "web-neg"}
    neg = subject(
        "compute.RegionNetworkEndpointGroup", ids, cloudRun={"service": Link(web.address)}
    )
    behind = quantities(web, neg, backend(), of=web)
    edge = quantities(web, neg, backend(), of=backend(), response_kib=1, request_kib=1)

    assert "internet.out" not in behind
    assert "internet.out" in quantities(web, of=web)
    assert edge["internet.out"] * 2 == edge["lb.data"] == Decimal(2_000_000) / 1024**2


def test_a_cdn_sends_from_its_cache():
    """All goes out at the CDN's price; what it has not is filled, through the load balancer."""
    site = subject("compute.BackendBucket", {"name": "site"}, enableCdn=True)
    found = quantities(site, of=site, response_kib=1048.576, cached=0.75, request_kib=0)

    assert found["cdn.out"] == 1000
    assert found["cdn.fill"] == found["lb.data"] == 250
    assert found["cdn.lookups"] == 1_000_000
    assert "internet.out" not in found


def test_an_address_in_use_costs_nothing():
    """An external one that is reserved for nobody does; an internal one never."""
    address = subject("compute.GlobalAddress", {"name": "web-ip"})
    rule = subject(
        "compute.GlobalForwardingRule",
        {"name": "web"},
        IPAddress=OutputOf(address.address, ("address",)),
    )
    inner = subject("compute.GlobalAddress", {"name": "inner"}, purpose="VPC_PEERING")

    assert cents(cost(address).fixed) == Decimal("7.30")
    assert quantities(address, rule, of=address) == {}
    assert cost(inner).free == (inner.address,)


def test_nat():
    """Each address by the hour, the machines that use the gateway up to 32, and the data."""
    nats = [{"name": "nat", "natIps": ["a", "b"]}]
    router = subject("compute.Router", {"region": "us-central1", "name": "r"}, nats=nats)

    assert cents(cost(router).fixed) == Decimal("7.30")
    assert cents(cost(router, nat_machines=100, nat_gib=1000).by_use) == Decimal("77.70")
    assert cost(subject("compute.Router", {"region": "us-central1", "name": "r"})).total == 0


def test_dead_letters_stay_away():
    """A topic for dead letters, and who reads it, is assumed to carry nothing."""
    topic = subject("pubsub.Topic", {"name": "orders"})
    dead = subject("pubsub.Topic", {"name": "dead"})
    policy = {"deadLetterTopic": Link(dead.address)}
    read = subject(
        "pubsub.Subscription", {"name": "read"}, topic=Link(topic.address), deadLetterPolicy=policy
    )
    reap = subject("pubsub.Subscription", {"name": "reap"}, topic=Link(dead.address))
    found = cost(topic, dead, read, reap, messages=1024**2)

    assert {str(line.address): line.quantity for line in found.lines} == {
        "pubsub.Topic/orders": 1,
        "pubsub.Subscription/read": 1,
    }


#: What one resource takes of a meter in a month: (resource, use, meter, quantity).
COUNTED = [
    (subject("ids.Endpoint", {"name": "e"}), {}, "ids.endpoint", 730),
    (subject("dns.ManagedZone", {"name": "z"}), {"dns_queries": 5}, "dns.queries", 5),
    (subject("cloudtasks.Queue", {"name": "q"}), {"tasks": 5}, "tasks.operations", 10),
    (
        subject("storage.Bucket", {"name": "b"}, location="US"),
        {"operations": 10},
        "storage.writes.multi",
        1,
    ),
    (
        subject("storage.Bucket", {"name": "b"}, location="us-east1"),
        {"operations": 10},
        "storage.writes.regional",
        1,
    ),
    (
        subject("firestore.Database", {"name": "d"}, locationId="nam5"),
        {"operations": 100},
        "firestore.deletions",
        1,
    ),
    (
        subject("cloudkms.CryptoKey", {"name": "k"}, purpose="ENCRYPT_DECRYPT"),
        {},
        "keys.software",
        1,
    ),
    (
        subject("cloudkms.CryptoKey", {"name": "k"}, versionTemplate={"protectionLevel": "HSM"}),
        {},
        "keys.hsm",
        1,
    ),
    (
        subject("secretmanager.Secret", {"name": "s"}, rotation={"rotationPeriod": "2628000s"}),
        {},
        "secrets.rotations",
        1,
    ),
    (
        subject("logging.BucketConfig", {"name": "b"}, retentionDays=90),
        {"log_gib": 3},
        "logs.kept",
        6,
    ),
    (
        subject("monitoring.UptimeCheckConfig", {"name": "u"}, period="60s"),
        {},
        "uptime.executions",
        262_800,
    ),
    (
        subject(
            "monitoring.UptimeCheckConfig",
            {"name": "u"},
            period="300s",
            selectedRegions=["USA", "EUROPE", "ASIA_PACIFIC"],
        ),
        {},
        "uptime.executions",
        26_280,
    ),
    (
        subject("artifactregistry.Image", {"name": "i"}),
        {"builds": 20, "build_minutes": 3},
        "builds.minutes",
        60,
    ),
    (subject("bigquery.Dataset", {"name": "d"}), {"stored_gib": 3}, "bigquery.stored", 3),
    (
        subject("vpcaccess.Connector", {"location": "us-central1", "name": "c"}),
        {},
        "machine.e2-micro",
        1460,
    ),
]


@pytest.mark.parametrize(("resource", "usage", "meter", "quantity"), COUNTED)
def test_counted(resource, usage, meter, quantity):
    """In the unit of the price."""
    assert quantities(resource, of=resource, **usage)[meter] == quantity


@pytest.mark.parametrize(
    ("memory", "cpu"),
    [("128Mi", "0.0833"), ("256Mi", "0.1666"), ("1Gi", "0.5833"), ("8Gi", "2"), ("32Gi", "8")],
)
def test_a_functions_cpu_follows_its_memory(memory, cpu):
    """By Google's table, unless it is told."""
    ids = {"location": "us-central1", "name": "f"}
    one = subject("cloudfunctions.Function", ids, serviceConfig={"availableMemory": memory})
    found = quantities(one, of=one, requests=1, seconds=1)

    assert found["run.cpu.request"] == Decimal(cpu)


def test_free_storage_is_for_some_regions():
    """Five GB-months, in three regions of the United States."""
    here = subject("storage.Bucket", {"name": "a"}, location="US-CENTRAL1")
    there = subject("storage.Bucket", {"name": "b"}, location="EUROPE-WEST1")

    assert cost(here, stored_gib=5, operations=0).total == 0
    assert cents(cost(there, stored_gib=5, operations=0).total) == Decimal("0.10")


def test_a_secret_value_is_never_looked_at():
    """Only numbers and names come out."""
    version = Subject(
        Address("secretmanager.SecretVersion", "key"),
        {"secret": "key"},
        {"payload": {"data": Sensitive("hunter2")}},
    )

    assert "hunter2" not in repr(cost(version))


def test_gpus_are_told_and_not_counted():
    """They have no price here."""
    web = service(nodeSelector={"accelerator": "nvidia-l4"})

    assert [item.why for item in cost(web).unpriced] == [
        "the table has no price for GPUs of Cloud Run"
    ]


def test_a_number_of_instances_that_is_set_by_hand():
    """Stands all month."""
    ids = {"location": "us-central1", "name": "web"}
    limits = {"resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "cpuIdle": False}}
    web = subject(
        "run.Service",
        ids,
        template={"containers": [limits]},
        scaling={"scalingMode": "MANUAL", "manualInstanceCount": 3},
    )

    assert quantities(web, of=web, requests=0)["run.cpu.instance"] == 3 * 730 * 3600


def test_live_bodies_name_others_by_paths_and_numbers():
    """As Google tells them."""
    web = service()
    group = {"region": "us-central1", "name": "neg"}
    neg = subject("compute.RegionNetworkEndpointGroup", group, cloudRun={"service": "web"})
    elsewhere = {**group, "region": "europe-west1"}
    far = subject("compute.RegionNetworkEndpointGroup", elsewhere, cloudRun={"service": "web"})
    ip = subject("compute.GlobalAddress", {"name": "ip"}, address="203.0.113.7", status="IN_USE")
    rule = subject("compute.GlobalForwardingRule", {"name": "r"}, IPAddress="203.0.113.7")

    assert "internet.out" not in quantities(web, neg, of=web)
    assert "internet.out" in quantities(web, far, of=web)
    assert quantities(ip, rule, of=ip) == {}


@pytest.mark.parametrize(
    ("resources", "always"),
    [
        (None, False),
        ({"limits": {"cpu": "1"}, "cpuIdle": True}, False),
        ({"limits": {"cpu": "1"}, "cpuIdle": False}, True),
        ({"limits": {"cpu": "1"}}, True),
    ],
)
def test_resources_without_a_word_on_the_cpu_keep_it_on(resources, always):
    """As Google's API has it, which leaves out what is false; a sidecar has no say."""
    main = {"ports": [{"containerPort": 80}]} | ({"resources": resources} if resources else {})
    sidecar = {"resources": {"limits": {"cpu": "1"}}}
    ids = {"location": "us-central1", "name": "web"}
    web = subject("run.Service", ids, template={"containers": [sidecar, main]})

    assert ("run.cpu.instance" in quantities(web, of=web)) is always


def test_a_free_unit_is_worth_what_it_costs_there():
    """A GiB in the dearer place; of two places a share of each. Cloud Run's is worth the cheaper tier."""
    here = subject("firestore.Database", {"name": "a"}, locationId="us-central1")
    there = subject("firestore.Database", {"name": "b"}, locationId="nam5")

    def off(*subjects, meter="firestore.stored"):
        found = cost(*subjects, stored_gib=2, operations=0, response_kib=0)
        return sum(part.total for part in found.reductions if part.meter == meter)

    assert off(here) == Decimal("-0.15")
    assert off(there) == Decimal("-0.18")
    assert off(here, there) == Decimal("-0.165")
    far = service("8", place="asia-southeast1", maxInstanceRequestConcurrency=1)
    assert off(far, meter="run.cpu.request") == -180_000 * Decimal("0.000024")
