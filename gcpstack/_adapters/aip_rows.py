"""The kinds that google-cloud-* libraries serve, as rows."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gcpstack._adapters import derived
from gcpstack._adapters.aip import Aip, Row
from gcpstack._adapters.clients import Clients
from gcpstack._core.json import MISSING, Body, get
from gcpstack._core.normal import duration
from gcpstack._core.ports import Edit, Step

#: An annotation of the template that differs in each roll-out, so that each makes a revision: one
#: that failed because a grant was not seen yet is otherwise not tried again. gcloud sets it too.
_NONCE = "client.knative.dev/nonce"


def _fresh_revision(edit: Edit, body: Body) -> Body:
    """Let Google name the next revision and make it in any case, unless the declaration names it.

    What Google filled in by what is changed now, it fills in anew.

    A revision's name can't be used again for another template, and tools such as gcloud leave one
    in the template (https://cloud.google.com/run/docs/reference/rest/v2/RevisionTemplate).
    """
    template = body.get("template")
    if isinstance(template, dict):
        template = derived.run_template(edit, template)
        body = {**body, "template": template}
    if not isinstance(template, dict) or get(edit.desired, ("template", "revision")) is not None:
        return body
    annotations = template.get("annotations")
    known = annotations if isinstance(annotations, dict) else {}
    fresh = {key: value for key, value in template.items() if key != "revision"}
    fresh["annotations"] = {**known, _NONCE: secrets.token_hex(6)}
    return {**body, "template": fresh}


def _same_conditions(edit: Edit, body: Body) -> Body:
    """Keep the names that Google gave an alert's conditions, or it makes them anew.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Condition
    """
    conditions = body.get("conditions")
    if not isinstance(conditions, list):
        return body
    live = get(edit.live, ("conditions",))
    names = {
        item.get("displayName"): item["name"]
        for item in (live if isinstance(live, list) else [])
        if item.get("name")
    }
    taken = {item.get("name") for item in conditions}
    out = []
    for item in conditions:
        name = names.get(item.get("displayName"))
        if get(item, ("name",), MISSING) is MISSING and name and name not in taken:
            out.append({**item, "name": name})
        else:
            out.append(item)
    return {**body, "conditions": out}


def _upgrade(api: Aip, edit: Edit) -> Iterator[Step]:
    """Raise the version of a Redis instance: a method of its own, since it restarts.

    https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/upgrade
    """
    if edit.touches("redisVersion"):
        request = {"name": edit.target.path, "redisVersion": edit.merged["redisVersion"]}
        yield Step("upgrade", lambda: api.call("Upgrade", request))


def _first_rotation(body: Body) -> Body:
    """Begin to rotate one period from now, where no time is declared: Google asks for one.

    https://cloud.google.com/secret-manager/docs/secret-rotation
    """
    period = duration(get(body, ("rotation", "rotationPeriod")))
    if not isinstance(period, Decimal) or get(body, ("rotation", "nextRotationTime")):
        return body
    due = datetime.now(UTC) + timedelta(seconds=float(period))
    rotation = {**body["rotation"], "nextRotationTime": due.isoformat()}  # type: ignore[dict-item] # it has a period, so it is one
    return {**body, "rotation": rotation}


_MONITORING = "google.cloud.monitoring_v3"

ROWS: Mapping[str, Row] = {
    "monitoring.AlertPolicy": Row(
        module=_MONITORING,
        client="AlertPolicyServiceClient",
        noun="AlertPolicy",
        plural="AlertPolicies",
        parent="name",
        shape=_same_conditions,
    ),
    "monitoring.NotificationChannel": Row(
        module=_MONITORING,
        client="NotificationChannelServiceClient",
        noun="NotificationChannel",
        plural="NotificationChannels",
        parent="name",
    ),
    # https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services
    "monitoring.Service": Row(
        module=_MONITORING,
        client="ServiceMonitoringServiceClient",
        noun="Service",
        plural="Services",
        id="serviceId",
    ),
    "monitoring.Slo": Row(
        module=_MONITORING,
        client="ServiceMonitoringServiceClient",
        noun="ServiceLevelObjective",
        plural="ServiceLevelObjectives",
        id="serviceLevelObjectiveId",
    ),
    "monitoring.UptimeCheckConfig": Row(
        module=_MONITORING,
        client="UptimeCheckServiceClient",
        noun="UptimeCheckConfig",
        plural="UptimeCheckConfigs",
        shape=derived.uptime_check,
    ),
    "redis.Instance": Row(
        module="google.cloud.redis_v1",
        client="CloudRedisClient",
        noun="Instance",
        plural="Instances",
        id="instanceId",
        operations="redis",
        settled=lambda body: body.get("state") != "CREATING",
        # https://cloud.google.com/memorystore/docs/redis/scale-instances: one change of the size or
        # of the replicas at a time; a larger one takes more replicas.
        parts=(
            frozenset({"memorySizeGb"}),
            frozenset({"readReplicasMode", "replicaCount", "secondaryIpRange"}),
        ),
        more=_upgrade,
        aside=frozenset({"redisVersion"}),
    ),
    "run.Job": Row(
        module="google.cloud.run_v2",
        client="JobsClient",
        noun="Job",
        plural="Jobs",
        id="jobId",
        operations="run",
        # https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs/patch: no mask.
        depth=0,
        etag=True,
        settled=lambda body: not body.get("reconciling"),
        again=(("template",),),
    ),
    "run.Service": Row(
        module="google.cloud.run_v2",
        client="ServicesClient",
        noun="Service",
        plural="Services",
        id="serviceId",
        operations="run",
        etag=True,
        settled=lambda body: not body.get("reconciling"),
        shape=_fresh_revision,
        again=(("template",),),
    ),
    "run.WorkerPool": Row(
        module="google.cloud.run_v2",
        client="WorkerPoolsClient",
        noun="WorkerPool",
        plural="WorkerPools",
        id="workerPoolId",
        operations="run",
        etag=True,
        settled=lambda body: not body.get("reconciling"),
        shape=_fresh_revision,
        again=(("template",),),
    ),
    "secretmanager.Secret": Row(
        module="google.cloud.secretmanager_v1",
        client="SecretManagerServiceClient",
        noun="Secret",
        plural="Secrets",
        id="secretId",
        etag=True,
        fill=_first_rotation,
    ),
}


def adapter(clients: Clients, kind: str, stack: str) -> Aip:
    """Make the adapter of a kind."""
    return Aip(clients, ROWS[kind], stack=stack)
