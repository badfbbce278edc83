"""The Aster load balancer: one HTTPS address in front of two Cloud Run services.

One global external HTTPS load balancer with a static IPv4 address answers for
``trader.aia.studio``: ``/orchestrator/*`` goes to ``wallet-orchestrator``, everything else to
``cloud-trader``. Port 80 redirects to HTTPS. Its logs go to BigQuery, ``/healthz`` is checked from
around the world, a slow answer raises an alert, and the address is kept in the secret
``ASTER_STATIC_IP`` for whoever has to allow it.

The two services are there already and deployed by others: the load balancer refers to them by name,
and destroying this stack leaves them alone. Name their images, and they are part of the stack.

Run it as ``gcpstack plan scripts/aster.py`` or ``python scripts/aster.py plan``. Environment:

==============================  ==================================================================
``ASTER_TRADER_IMAGE``          the image of ``cloud-trader``: declares the service too
``ASTER_ORCHESTRATOR_IMAGE``    the image of ``wallet-orchestrator``: declares the service too
``ASTER_INGRESS``               who may call the declared services: ``all`` (the default),
                                ``internal-and-cloud-load-balancing``, or ``verified``: that, but
                                only once the load balancer answers for them
``ASTER_ROLLOUT``               how a new version of them takes over: ``canary``, ``blue-green``, or
                                at once (the default)
``ASTER_BAKE``                  how long each step of that is watched; 60s by default
``ASTER_ARMOR``                 ``off`` leaves Cloud Armor out
``ASTER_BLOCK``                 addresses and ranges to refuse, separated by commas
``ASTER_RATE_LIMIT``            requests a minute that one address may make; 1200 by default
``ASTER_LATENCY_MS``            the alert's threshold for 95 of 100 answers; 1000 by default
``ASTER_ALERT_EMAIL``           who is told
==============================  ==================================================================
"""

import os

from gcpstack import (
    Aggregation,
    AlertPolicy,
    Armor,
    BigQueryDataset,
    BigQueryDatasetIamMember,
    BlueGreen,
    Canary,
    CloudRunBackend,
    CloudRunService,
    CloudRunServiceIamMember,
    Condition,
    Documentation,
    Gate,
    HttpCheck,
    LoadBalancer,
    LogSink,
    NotificationChannel,
    RateLimitOptions,
    Secret,
    SecretVersion,
    Stack,
    UptimeCheckConfig,
    VerifiedIngress,
    run,
)

REGION = "us-central1"
HOST = "trader.aia.studio"
DOMAINS = [HOST, "api.trader.aia.studio"]
INGRESS = os.environ.get("ASTER_INGRESS", "all")
VERIFIED = INGRESS == "verified"


def rollout() -> Canary | BlueGreen | None:
    """Say how a new version takes over: no request is lost, and a bad one is taken back."""
    bake = os.environ.get("ASTER_BAKE", "60s")
    gate = Gate(error_rate=0.01, latency_p95=1.0)
    way = os.environ.get("ASTER_ROLLOUT", "")
    if way == "canary":
        return Canary(bake=bake, gate=gate)
    return BlueGreen(bake=bake, gate=gate) if way == "blue-green" else None


def service(name: str, image: str | None) -> CloudRunService | str:
    """Name a service that is there already, or declare it where its image is known."""
    if not image:
        return name
    declared = stack.add(
        CloudRunService(
            name,
            location=REGION,
            image=image,
            ingress=None if VERIFIED else INGRESS,  # type: ignore[arg-type] # checked as any declaration is
            rollout=rollout(),
        )
    )
    # The load balancer passes callers on as they are: unauthenticated ones too.
    stack.add(CloudRunServiceIamMember(declared, role="roles/run.invoker", member="allUsers"))
    return declared


def armor() -> Armor | None:
    """Refuse the addresses that are known to abuse it, and whoever asks too often."""
    if os.environ.get("ASTER_ARMOR") == "off":
        return None
    return Armor(
        block=[item.strip() for item in os.environ.get("ASTER_BLOCK", "").split(",") if item],
        rate_limit=RateLimitOptions(
            count=int(os.environ.get("ASTER_RATE_LIMIT", "1200")),
            interval=60,
            enforce_on_key="IP",
        ),
    )


stack = Stack("aster", region=REGION)

trader = CloudRunBackend(
    "trader",
    service("cloud-trader", os.environ.get("ASTER_TRADER_IMAGE")),
    regions=[REGION],
)
orchestrator = CloudRunBackend(
    "orchestrator",
    service("wallet-orchestrator", os.environ.get("ASTER_ORCHESTRATOR_IMAGE")),
    regions=[REGION],
)
lb = stack.add(
    LoadBalancer(
        "aster",
        hosts=[HOST],
        domains=DOMAINS,
        routes={"/orchestrator/*": orchestrator, "/api/*": trader, "/metrics": trader},
        default=trader,
        redirect_http=True,
        logging=True,
        armor=armor(),
    )
)

if VERIFIED:
    stack.add(VerifiedIngress(lb, path="/healthz"))

# Whoever has to allow the address reads it from here. It can be made again from the address, so a
# destroy needs no further consent.
secret = stack.add(Secret("ASTER_STATIC_IP", allow_delete=True))
stack.add(SecretVersion(secret, value=lb.address.output("address"), allow_delete=True))

# Logs of the requests. A destroy takes them along: without allow_delete it would refuse.
logs = stack.add(BigQueryDataset("aster_lb_logs", location=REGION, allow_delete=True))
sink = stack.add(
    LogSink(
        "aster-lb-logs",
        destination=logs,
        filter=f'resource.type="http_load_balancer" AND resource.labels.url_map_name="{lb.url_map.name}"',
        use_partitioned_tables=True,
    )
)
stack.add(
    BigQueryDatasetIamMember(
        logs, role="roles/bigquery.dataEditor", member=sink.output("writer_identity")
    )
)

stack.add(
    UptimeCheckConfig(
        "aster-healthz",
        host=HOST,
        http_check=HttpCheck(path="/healthz", port=443, use_ssl=True, validate_ssl=True),
        period=60,
        timeout=10,
    )
)

email = os.environ.get("ASTER_ALERT_EMAIL")
channels = [stack.add(NotificationChannel.email("aster-on-call", email))] if email else None
latency = float(os.environ.get("ASTER_LATENCY_MS", "1000"))
stack.add(
    AlertPolicy(
        "aster-latency",
        display_name="Aster load balancer: slow answers",
        severity="WARNING",
        conditions=[
            Condition.above(
                f"95 of 100 answers take longer than {latency:g} ms for 5 minutes",
                latency,
                filter=(
                    'metric.type="loadbalancing.googleapis.com/https/total_latencies" '
                    'AND resource.type="https_lb_rule" '
                    f'AND resource.labels.url_map_name="{lb.url_map.name}"'
                ),
                duration=300,
                aggregations=[
                    Aggregation(
                        alignment_period=60,
                        per_series_aligner="ALIGN_DELTA",
                        cross_series_reducer="REDUCE_PERCENTILE_95",
                    )
                ],
            )
        ],
        notification_channels=channels,
        documentation=Documentation(
            content=f"Clients of {HOST} wait long. Compare the services' own latencies in Cloud Run.",
            mime_type="text/markdown",
        ),
    )
)

stack.output("address", lb.address.output("address"))
stack.output("url", f"https://{HOST}")
stack.output("dns_records", [record.line for record in lb.dns_records()])
if lb.certificate is not None:
    stack.output("certificate", lb.certificate.output("status"))

if __name__ == "__main__":
    run(stack)
