"""What functions, schedules and subscriptions demand of the grants beside them.

A rule speaks only of what the stack itself declares: what is managed elsewhere may be right.
"""

import re
from collections.abc import Iterator

from gcpstack._core.json import get
from gcpstack._core.refs import Address, Link, OutputOf, placeholders
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._granted import PROJECT_GRANT, agent_may, listed, may, member, of_agent
from gcpstack.resources._stackwide import Stack, of

_PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
_INVOKERS = frozenset(
    {"roles/run.invoker", "roles/run.servicesInvoker", "roles/run.admin", "roles/owner"}
)
_RECEIVERS = frozenset({"roles/eventarc.eventReceiver", "roles/owner"})
_PUBLISHERS = frozenset(
    {"roles/pubsub.publisher", "roles/pubsub.editor", "roles/pubsub.admin", "roles/owner"}
)
_SUBSCRIBERS = frozenset(
    {"roles/pubsub.subscriber", "roles/pubsub.editor", "roles/pubsub.admin", "roles/owner"}
)
_ROWS = frozenset(
    {"roles/bigquery.dataEditor", "roles/bigquery.dataOwner", "roles/bigquery.admin", "roles/owner"}
)
_OBJECTS = frozenset(
    {
        "roles/storage.objectCreator",
        "roles/storage.objectUser",
        "roles/storage.objectAdmin",
        "roles/storage.admin",
        "roles/owner",
    }
)
_STORED = "google.cloud.storage.object.v1."
_RUN_JOB = re.compile(
    r"https://run\.googleapis\.com/v2/projects/[^/]+/locations/([^/]+)/jobs/([^/:]+):run"
)
_SERVICES = frozenset({"run.Service", "cloudfunctions.Function"})
_AGENT = "ServiceAgent('pubsub.googleapis.com').output('member')"


def events_together(stack: Stack) -> Iterator[Problem]:
    """Find what would be refused, or would silently never arrive."""
    for rule in (
        _uncalled_functions,
        _silent_buckets,
        _dead_letters,
        _deliveries,
        _unschemed,
        _refused_calls,
        _refused_jobs,
    ):
        yield from rule(stack)


def granted_before(stack: Stack) -> Iterator[tuple[Address, set[Address]]]:
    """Yield what must be granted before something is made, since Google looks when it is made.

    https://cloud.google.com/eventarc/standard/docs/functions/roles-permissions,
    https://cloud.google.com/pubsub/docs/create-bigquery-subscription#assign_bigquery_service_account
    """
    for item, account in _triggered(stack):
        who = member(account)
        yield (
            item.address,
            {one.address for one in of(stack, PROJECT_GRANT) if one.ids["member"] == who},
        )
    for item in _bucket_events(stack):
        yield (
            item.address,
            {one.address for one in of(stack, PROJECT_GRANT) if of_agent(one, "storage")},
        )
    for item, _, kind, on in _delivered(stack):
        yield (
            item.address,
            {one.address for one in of(stack, kind) if on.items() <= one.ids.items()},
        )


# --- functions -----------------------------------------------------------------------------------


def _triggered(stack: Stack) -> Iterator[tuple[Declared, Declared]]:
    """List what is started by events that come as a service account which the stack declares."""
    for kind, path in (
        ("cloudfunctions.Function", ("eventTrigger", "serviceAccountEmail")),
        ("eventarc.Trigger", ("serviceAccount",)),
    ):
        for item in of(stack, kind):
            link = get(item.body, path)
            account = stack.get(link.to) if isinstance(link, Link) else None
            if account is not None:
                yield item, account


def _uncalled_functions(stack: Stack) -> Iterator[Problem]:
    """Events call a function as somebody, who must be allowed to, and to receive them.

    https://cloud.google.com/eventarc/standard/docs/functions/roles-permissions
    """
    for item, account in _triggered(stack):
        name = account.ids["name"]
        if item.kind.name == "cloudfunctions.Function":
            kind, service = get(item.body, ("eventTrigger", "eventType")), item.ids["name"]
        else:
            filters = {
                one.get("attribute"): one.get("value") for one in listed(item.body, "eventFilters")
            }
            link = get(item.body, ("destination", "cloudRun", "service"))
            kind, service = filters.get("type"), link.to.name if isinstance(link, Link) else ""
        if service and not _may_call(stack, account, service.rsplit("/", 1)[-1]):
            yield Problem(
                str(item.address),
                f"its events come as {name}, which may not call it.",
                "Declare CloudRunServiceIamMember(it, role='roles/run.invoker', member=account).",
            )
        if kind != _PUBLISHED and not may(stack, account, PROJECT_GRANT, _RECEIVERS):
            yield Problem(
                str(item.address),
                f"its events come as {name}, which may not receive events.",
                "Declare ProjectIamMember(role='roles/eventarc.eventReceiver', member=account).",
            )


def _bucket_events(stack: Stack) -> Iterator[Declared]:
    """List what is started by the events of a bucket that the stack declares."""
    for kind, path, of_type in (
        (
            "cloudfunctions.Function",
            ("eventTrigger", "eventFilters"),
            ("eventTrigger", "eventType"),
        ),
        ("eventarc.Trigger", ("eventFilters",), ()),
    ):
        for item in of(stack, kind):
            filters = {one.get("attribute"): one.get("value") for one in listed(item.body, *path)}
            event = get(item.body, of_type) if of_type else filters.get("type")
            bucket = filters.get("bucket")
            if str(event).startswith(_STORED) and isinstance(bucket, Link) and bucket.to in stack:
                yield item


def _silent_buckets(stack: Stack) -> Iterator[Problem]:
    """A bucket tells its events by messages, which Cloud Storage must be allowed to publish.

    https://cloud.google.com/eventarc/standard/docs/functions/roles-permissions
    """
    for item in _bucket_events(stack):
        if not agent_may(stack, "storage", PROJECT_GRANT, _PUBLISHERS):
            yield Problem(
                str(item.address),
                "is started by the events of a bucket, which Cloud Storage may not publish.",
                "Declare ProjectIamMember(role='roles/pubsub.publisher', "
                "member=ServiceAgent('storage.googleapis.com').output('member')).",
            )


def _may_call(stack: Stack, account: Declared, service: str) -> bool:
    """Return whether an account may call a service; whoever everybody may call included."""
    return may(stack, account, PROJECT_GRANT, _INVOKERS) or any(
        may(stack, who, "run.ServiceIamMember", _INVOKERS, service=service)
        for who in (account, "allUsers")
    )


# --- calls ---------------------------------------------------------------------------------------


def _refused_calls(stack: Stack) -> Iterator[Problem]:
    """Whoever calls a service of the stack comes as somebody who may.

    https://cloud.google.com/run/docs/triggering/pubsub-push,
    https://cloud.google.com/run/docs/triggering/using-scheduler
    """
    for kind, url, token, field in (
        ("pubsub.Subscription", ("pushConfig", "pushEndpoint"), ("pushConfig", "oidcToken"), "push_service_account"),
        ("cloudscheduler.Job", ("httpTarget", "uri"), ("httpTarget", "oidcToken"), "http.oidc_service_account"),
        ("cloudtasks.Queue", ("httpTarget", "uriOverride", "host"), ("httpTarget", "oidcToken"), "http.oidc_service_account"),
    ):  # fmt: skip
        for item in of(stack, kind):
            called = next(
                (
                    found.of
                    for found in placeholders(get(item.body, url))
                    if isinstance(found, OutputOf) and found.of.kind in _SERVICES
                ),
                None,
            )
            if called is None:
                continue
            yield from _refused(stack, item, called, (*token, "serviceAccountEmail"), field)


def _refused(
    stack: Stack, item: Declared, called: Address, path: tuple[str, ...], field: str
) -> Iterator[Problem]:
    """https://cloud.google.com/run/docs/authenticating/service-to-service."""
    service = called.name.rsplit("/", 1)[-1]
    if may(stack, "allUsers", "run.ServiceIamMember", _INVOKERS, service=service) or get(
        stack[called].body, ("invokerIamDisabled",)
    ):
        return
    link = get(item.body, path)
    if link is None:
        yield Problem(
            f"{item.address}: {field}",
            f"is missing: {service} is not called without one.",
            "Give an account that may call it, or grant roles/run.invoker to allUsers.",
        )
        return
    account = stack.get(link.to) if isinstance(link, Link) else None
    if account is not None and not _may_call(stack, account, service):
        yield Problem(
            str(item.address),
            f"calls {service} as {account.ids['name']}, which may not call it.",
            "Declare CloudRunServiceIamMember(service, role='roles/run.invoker', member=account).",
        )


def _refused_jobs(stack: Stack) -> Iterator[Problem]:
    """A schedule executes a job as somebody who may.

    https://cloud.google.com/run/docs/execute/jobs-on-schedule
    """
    jobs = {f"{item.ids['location']}/{item.ids['name']}" for item in of(stack, "run.Job")}
    for item in of(stack, "cloudscheduler.Job"):
        found = _RUN_JOB.fullmatch(str(get(item.body, ("httpTarget", "uri"))))
        link = get(item.body, ("httpTarget", "oauthToken", "serviceAccountEmail"))
        account = stack.get(link.to) if isinstance(link, Link) else None
        if found is None or account is None or f"{found[1]}/{found[2]}" not in jobs:
            continue
        on = {"location": found[1], "job": found[2]}
        if not (
            may(stack, account, "run.JobIamMember", _INVOKERS, **on)
            or may(stack, account, PROJECT_GRANT, _INVOKERS)
        ):
            yield Problem(
                str(item.address),
                f"executes {found[2]} as {account.ids['name']}, which may not execute it.",
                "Declare CloudRunJobIamMember(job, role='roles/run.invoker', member=account).",
            )


# --- subscriptions -------------------------------------------------------------------------------


def _dead_letters(stack: Stack) -> Iterator[Problem]:
    """Pub/Sub forwards what nobody acknowledges as its own agent.

    https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions
    """
    for item in of(stack, "pubsub.Subscription"):
        link = get(item.body, ("deadLetterPolicy", "deadLetterTopic"))
        topic = stack.get(link.to) if isinstance(link, Link) else None
        if topic is None:
            continue
        for kind, roles, on, what, who in (
            (
                "pubsub.TopicIamMember", _PUBLISHERS, {"topic": topic.ids["name"]},
                f"forward what is not acknowledged to {topic.ids['name']}",
                "TopicIamMember(topic, role='roles/pubsub.publisher'",
            ),
            (
                "pubsub.SubscriptionIamMember", _SUBSCRIBERS, {"subscription": item.ids["name"]},
                "take what it has forwarded out of it",
                "SubscriptionIamMember(subscription, role='roles/pubsub.subscriber'",
            ),
        ):  # fmt: skip
            if not (
                agent_may(stack, "pubsub", kind, roles, **on)
                or agent_may(stack, "pubsub", PROJECT_GRANT, roles)
            ):
                yield Problem(
                    str(item.address),
                    f"Pub/Sub may not {what}.",
                    f"Declare {who}, member={_AGENT}).",
                )


def _unschemed(stack: Stack) -> Iterator[Problem]:
    """What is written by the topic's schema needs a topic that has one.

    https://cloud.google.com/pubsub/docs/bigquery#use-topic-schema,
    https://cloud.google.com/pubsub/docs/create-cloudstorage-subscription
    """
    for item in of(stack, "pubsub.Subscription"):
        link = item.body.get("topic")
        topic = stack.get(link.to) if isinstance(link, Link) else None
        if topic is None or get(topic.body, ("schemaSettings", "schema")) is not None:
            continue
        for path, field in (
            (("bigqueryConfig", "useTopicSchema"), "bigquery.use_topic_schema"),
            (
                ("cloudStorageConfig", "avroConfig", "useTopicSchema"),
                "cloud_storage.avro_use_topic_schema",
            ),
        ):
            if get(item.body, path):
                yield Problem(
                    f"{item.address}: {field}",
                    f"the topic {topic.ids['name']} has no schema.",
                    "Declare Topic(schema=PubSubSchema(...), schema_encoding='JSON').",
                )


def _delivered(
    stack: Stack,
) -> Iterator[tuple[Declared, tuple[str, ...], str, dict[str, str]]]:
    """List subscriptions that write into what the stack declares, and the grants they need."""
    datasets = {
        f"{item.ids['project']}.{item.ids['name']}": item.ids["name"]
        for item in of(stack, "bigquery.Dataset")
    }
    for item in of(stack, "pubsub.Subscription"):
        table = get(item.body, ("bigqueryConfig", "table"))
        dataset = datasets.get(table.rpartition(".")[0]) if isinstance(table, str) else None
        if dataset:
            yield item, ("bigqueryConfig",), "bigquery.DatasetIamMember", {"dataset": dataset}
        link = get(item.body, ("cloudStorageConfig", "bucket"))
        if isinstance(link, Link) and link.to in stack:
            name = stack[link.to].ids["name"]
            yield item, ("cloudStorageConfig",), "storage.BucketIamMember", {"bucket": name}


def _deliveries(stack: Stack) -> Iterator[Problem]:
    """Pub/Sub writes to tables and buckets as its agent, or as an account that is named.

    https://cloud.google.com/pubsub/docs/create-bigquery-subscription#assign_bigquery_service_account,
    https://cloud.google.com/pubsub/docs/create-cloudstorage-subscription#assign_roles
    """
    for item, path, kind, on in _delivered(stack):
        roles, role = (
            (_ROWS, "roles/bigquery.dataEditor")
            if kind.startswith("bigquery")
            else (_OBJECTS, "roles/storage.objectCreator")
        )
        link = get(item.body, (*path, "serviceAccountEmail"))
        account = stack.get(link.to) if isinstance(link, Link) else None
        if link is not None and account is None:
            continue  # somebody from elsewhere, who may be allowed to elsewhere
        if account is not None:
            allowed = may(stack, account, kind, roles, **on) or may(
                stack, account, PROJECT_GRANT, roles
            )
            who, grantee = account.ids["name"], "account"
        else:
            allowed = agent_may(stack, "pubsub", kind, roles, **on) or agent_may(
                stack, "pubsub", PROJECT_GRANT, roles
            )
            who, grantee = "Pub/Sub", _AGENT
        if not allowed:
            (place,) = on.values()
            grant = {"bigquery.DatasetIamMember": "BigQueryDatasetIamMember"}.get(
                kind, "BucketIamMember"
            )
            yield Problem(
                str(item.address),
                f"writes to {place}, which {who} may not.",
                f"Declare {grant}({place!r}, role={role!r}, member={grantee}).",
            )
