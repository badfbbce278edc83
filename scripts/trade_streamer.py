"""Trade Streamer: a trading dashboard, its scans and its orders, alike in two regions.

The dashboard's files come from a bucket behind Cloud CDN, with a content security policy and HSTS.
Its API, the scans and the orders run on Cloud Run in each region, behind a load balancer of their
own with Cloud Armor; Cloud DNS leads everybody to the nearest one that answers. People sign in with
Google, and only those of the allowed domains get through. Feeds, guards and exits are jobs that a
scheduler starts. What lasts is in Firestore, which is in several regions by itself, and in a bucket
that keeps every version; what goes out goes through addresses that stay, to the providers alone.

One definition makes every environment: run it as ``gcpstack plan scripts/trade_streamer.py --env dev``
or ``python scripts/trade_streamer.py plan --env dev``, each in a project of its own.

===========  ===========================================  ========================================
``dev``      services sleep while nobody looks             may be deleted without further consent
``staging``  services sleep while nobody looks             may be deleted without further consent
``prod``     one instance of each at rest in each region   data is kept unless it is named
===========  ===========================================  ========================================

Variables of the process that runs it:

===============================  =================================================================
``TRADE_STREAMER_TAG``           the tag of the images; ``latest`` by default
``TRADE_STREAMER_DOMAIN``        the domain; ``trade-streamer.example.com`` by default, below ``dev.``
                                 and ``staging.`` outside production
``TRADE_STREAMER_PROVIDERS``     the ranges of the providers, as JSON by name: nothing else can be
                                 reached from here. Until it is set, ranges for documentation stand
                                 there, which lead nowhere
``TRADE_STREAMER_GITHUB``        the repository whose workflows may deploy; ``trade-streamer/platform``
                                 by default
``TRADE_STREAMER_ETRADE``        the OAuth credentials of E*TRADE and the keys of FMP and of the AI
``TRADE_STREAMER_FMP``           providers. What is not set here is added later, as a new version of
``TRADE_STREAMER_AI``            its secret: it stays
``TRADE_STREAMER_ALERT_EMAIL``   who is told
``TRADE_STREAMER_PEOPLE``        the domains whose people may sign in, separated by commas;
                                 ``example.com`` by default
``TRADE_STREAMER_ACCESS_POLICY`` the number of the organization's access policy: draws a border around
``TRADE_STREAMER_OPERATORS``     the project that data doesn't cross, but for these, such as
                                 ``user:ops@example.com,serviceAccount:…``
===============================  =================================================================

``scripts/trade_streamer_canary.py`` goes the way of a trade once it is deployed: UI, scan, order.
"""

import dataclasses
import json
import os

from trade_streamer_data import Data
from trade_streamer_edge import Edge
from trade_streamer_guard import Alarms, Sentries, border
from trade_streamer_jobs import Jobs, Task

from gcpstack import (
    PROJECT,
    Allowed,
    ArtifactRepository,
    BucketIamMember,
    CleanupPolicy,
    CloudRunApp,
    CloudRunService,
    Composed,
    EventPipeline,
    GithubDeployer,
    PrivateNetwork,
    Probe,
    SecretValue,
    Stack,
    compose,
    run,
)

#: The regions that are alike, and the range of the private subnetwork of each.
REGIONS = {"us-central1": "10.60.0.0/20", "europe-west4": "10.60.16.0/20"}
REGION = next(iter(REGIONS))
#: Whom orders and scans may reach (RFC 5737: ranges for documentation).
PROVIDERS = {
    "etrade": ["192.0.2.0/24"],
    "fmp": ["198.51.100.0/24"],
    "yahoo": ["203.0.113.0/24"],
}


@dataclasses.dataclass(frozen=True)
class Size:
    """What an environment has of everything.

    Attributes:
        least: instances of each service that are always there, in each region.
        most: instances of each service at most, in each region.
        keep: whether its data is kept unless somebody names it.
        domain: what stands before the domain.
    """

    least: int = 0
    most: int = 2
    keep: bool = False
    domain: str = ""


SIZES = {
    "dev": Size(domain="dev."),
    "staging": Size(domain="staging."),
    "prod": Size(least=1, most=20, keep=True),
}


def image(name: str) -> Composed:
    """Name an image of the environment's project."""
    tag = os.environ.get("TRADE_STREAMER_TAG", "latest")
    return compose(
        f"{REGION}-docker.pkg.dev/{{project}}/trade-streamer/{name}:{tag}", project=PROJECT
    )


def stack(env: str) -> Stack:
    """Declare the system for ``dev``, ``staging`` or ``prod``."""
    size = SIZES[env]
    made = Stack("trade-streamer", region=REGION)
    domain = size.domain + os.environ.get("TRADE_STREAMER_DOMAIN", "trade-streamer.example.com")
    providers = json.loads(os.environ.get("TRADE_STREAMER_PROVIDERS") or json.dumps(PROVIDERS))

    # Private subnetworks: no machine has a public address, and only the providers can be reached.
    network = made.add(
        PrivateNetwork(
            "trade-streamer",
            subnets=REGIONS,
            egress=[Allowed(name, ranges) for name, ranges in providers.items()],
            flow_logs=0.5,
        )
    )
    made.add(Sentries(network, {region: f"{region}-b" for region in REGIONS}))
    data = made.add(Data(tuple(REGIONS), size.keep))
    etrade, fmp, ai = (
        data.secrets[name] for name in ("trade-etrade-oauth", "trade-fmp-key", "trade-ai-keys")
    )
    images = made.add(
        ArtifactRepository(
            "trade-streamer",
            location=REGION,
            format="DOCKER",
            cleanup_policies=[
                CleanupPolicy(name="keep-ten", action="KEEP", keep_count=10),
                CleanupPolicy(name="drop-old", action="DELETE", older_than="90d"),
            ],
            allow_delete=not size.keep,
        )
    )
    told = {"DATABASE": data.database.name, "RECORDS": data.records.name, "ENVIRONMENT": env}

    def service(name: str, ingress: str, secrets: dict[str, SecretValue]) -> CloudRunApp:
        """Declare a service of both regions, with an identity of its own."""
        return made.add(
            CloudRunApp(
                CloudRunService(
                    f"trade-{name}",
                    image=image(name),
                    port=8080,
                    cpu=1,
                    memory="1Gi",
                    concurrency=80,
                    min_instances=size.least,
                    max_instances=size.most,
                    timeout=60,
                    execution_environment="gen2",
                    ingress=ingress,  # type: ignore[arg-type] # checked as any declaration is
                    vpc_egress="all-traffic",
                    env=told,
                    startup_probe=Probe.http("/healthz", period=5, failure_threshold=24),
                    depends_on=[images],
                ),
                secrets=secrets,
                regions={
                    region: {"network_interfaces": [network.interface(region, tags=[name])]}
                    for region in REGIONS
                },
                roles=["roles/datastore.user", "roles/cloudtrace.agent"],
            )
        )

    behind = "internal-and-cloud-load-balancing"
    ui = service("ui", behind, {})
    scan = service("scan", behind, {"FMP_KEY": fmp, "AI_KEYS": ai})
    # Orders are nobody's to place but the services'; the broker's credentials are theirs alone.
    orders = service("orders", "internal", {"ETRADE_OAUTH": etrade})
    for app in (scan, orders):
        writer = app.service_account
        made.add(BucketIamMember(data.records, role="roles/storage.objectCreator", member=writer))

    jobs = made.add(
        Jobs(
            [
                Task("scanner", "*/15 9-16 * * 1-5", {"FMP_KEY": fmp, "AI_KEYS": ai}),
                Task("snapshot-feeder", "*/5 9-16 * * 1-5", {"FMP_KEY": fmp}),
                Task("guardian", "*/5 * * * *"),
                Task("auto-exit", "* 9-16 * * 1-5"),
            ],
            image=image("jobs"),
            env=told,
            ways={region: network.interface(region, tags=["jobs"]) for region in REGIONS},
            first=[images],
        )
    )

    # Events between them; whoever can't take one gets it again, and then it is a dead letter.
    slower = {"minimum_backoff": "10s", "maximum_backoff": "10m"}
    made.add(
        EventPipeline(
            "trade-scans",
            subscribers={"ui": slower},
            publishers=[scan.service_account, jobs.accounts["scanner"]],
            pullers={"ui": [ui.service_account]},
        )
    )
    made.add(
        EventPipeline(
            "trade-orders",
            subscribers={
                "broker": {
                    **slower,
                    "enable_message_ordering": True,
                    "filter": "NOT attributes:canary",
                },
                "canary": {"filter": "attributes:canary", "message_retention": "1h"},
            },
            publishers=[ui.service_account, scan.service_account, jobs.accounts["auto-exit"]],
            pullers={"broker": [orders.service_account]},
        )
    )

    people = os.environ.get("TRADE_STREAMER_PEOPLE", "example.com").split(",")
    edge = made.add(Edge(domain, tuple(REGIONS), ui, scan, people, size.keep))
    made.add(Alarms(domain, [app.template.name for app in (ui, scan, orders)]))
    made.add(
        GithubDeployer(
            "trade-streamer",
            repository=os.environ.get("TRADE_STREAMER_GITHUB", "trade-streamer/platform"),
            images=[images],
            apps=[ui, scan, orders],
        )
    )
    drawn = border()
    if drawn is not None:
        made.add(drawn)

    made.output("url", f"https://{domain}")
    made.output("name_servers", edge.zone.output("name_servers"))
    for region, balancer in edge.balancers.items():
        made.output(f"address in {region}", balancer.address.output("address"))
    made.output("database", data.database.output("name"))
    made.output(
        "addresses of the way out",
        [item.output("address") for items in network.addresses.values() for item in items],
    )
    return made


if __name__ == "__main__":
    run(stack)
