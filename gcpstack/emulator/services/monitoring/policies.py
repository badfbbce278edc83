"""Alert policies and snoozes (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies)."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.paths import snake
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.monitoring.common import number, replace, total

MOST_CONDITIONS = 6
OF_LOGS = re.compile(r'metric\.?_?type\s*=\s*"logging\.googleapis\.com/user/([^"]+)"')
SELECTOR = re.compile(
    r"select_slo_(?P<what>burn_rate|health|compliance|budget|budget_fraction|budget_total|counts)"
    r"\(\s*\"?projects/[^/\s\"]+/services/[^/\s\"]+/serviceLevelObjectives/[^/\s\",)]+\"?"
    r"\s*(,\s*\"?(?P<window>\d+[smhd])\"?\s*)?\)"
)
MEASURED = ("conditionThreshold", "conditionAbsent")
CONDITIONS = (
    *MEASURED, "conditionMonitoringQueryLanguage", "conditionMatchedLog", "conditionPrometheusQueryLanguage", "conditionSql",
)  # fmt: skip
SHORTEST_ALIGNMENT = 60


def _record(call: Call) -> Body:
    return {"mutateTime": call.world.stamp(), "mutatedBy": call.world.user}


def _check_policy(call: Call, body: Body, _old: Body | None) -> None:
    conditions = body.get("conditions", [])
    if not 1 <= len(conditions) <= MOST_CONDITIONS:
        raise invalid(
            "Field alert_policy.conditions must have between 1 and 6 conditions.",
            field="alert_policy.conditions",
        )
    if not body.get("combiner"):
        raise invalid("Field alert_policy.combiner is required.", field="alert_policy.combiner")
    for index, condition in enumerate(conditions):
        _check_condition(call, f"alert_policy.conditions[{index}]", condition)
    if len(conditions) > 1 and any("conditionMatchedLog" in item for item in conditions):
        raise invalid(
            "Field alert_policy.conditions must have exactly one condition when a log match is used.",
            field="alert_policy.conditions",
        )


def _check_selector(path: str, text: str) -> bool:
    """Whether a filter selects the series of an objective; one that can't be read is refused.

    https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/api/timeseries-selectors
    """
    found = re.match(r"\s*select_slo_(\w+)", text)
    if found is None:
        return False
    read = SELECTOR.fullmatch(text.strip())
    wrong = read is None or (read["what"] == "burn_rate") != bool(read["window"])
    if wrong:
        raise invalid(
            f'Field {path} had an invalid value of "{text}": the time-series selector is not valid.',
            field=path,
        )
    return True


def _check_metric(call: Call, text: str) -> None:
    """A metric of logs must be known to Monitoring, which a new one is only after a while.

    https://cloud.google.com/logging/docs/logs-based-metrics/charts-and-alerts
    """
    for name in OF_LOGS.findall(text):
        if call.world.find("logging", f"projects/{call.project}/metrics/{name}") is None:
            raise not_found(
                f'Cannot find metric that matches type = "logging.googleapis.com/user/{name}". If a '
                "metric was created recently, it could take up to 10 minutes to become available. "
                "Please try again soon."
            )


def _check_condition(call: Call, path: str, condition: Body) -> None:
    kinds = [name for name in CONDITIONS if name in condition]
    if len(kinds) != 1:
        raise invalid(f"Field {path} must have exactly one condition type.", field=path)
    if kinds[0] not in MEASURED:
        return
    inner, path = condition[kinds[0]], f"{path}.{snake(kinds[0])}"
    text = inner.get("filter", "")
    if _check_selector(f"{path}.filter", text):
        return
    _check_metric(call, text)
    if "resource.type" not in text and "resource_type" not in text:
        raise invalid(
            f'Field {path}.filter had an invalid value of "{text}": must specify a restriction on '
            '"resource.type" in the filter; see "https://cloud.google.com/monitoring/api/resources" '
            "for a list of available resource types.",
            field=f"{path}.filter",
        )
    for aggregation in inner.get("aggregations", ()):
        period = float(str(aggregation.get("alignmentPeriod", "60s")).rstrip("s"))
        if period < SHORTEST_ALIGNMENT:
            raise invalid(
                f"Field {path}.aggregations.alignment_period must be at least 60 seconds.",
                field=f"{path}.aggregations",
            )


def _name_conditions(call: Call, body: Body) -> None:
    """Google names the conditions of a policy; those that come back with their name keep it."""
    for condition in body["conditions"]:
        if not str(condition.get("name", "")).startswith(body["name"] + "/conditions/"):
            condition["name"] = f"{body['name']}/conditions/{call.world.ids.number()}"


def _create_policy(call: Call, body: Body) -> None:
    _name_conditions(call, body)
    body["creationRecord"] = body["mutationRecord"] = _record(call)


def _update_policy(call: Call, body: Body, _old: Body) -> None:
    _name_conditions(call, body)
    body["mutationRecord"] = _record(call)


POLICIES = Kind(
    name="alertPolicies",
    resources=("projects.alertPolicies",),
    schema="AlertPolicy",
    dialect=AIP,
    id_server=number,
    output_only=("creationRecord", "mutationRecord"),
    defaults={"enabled": True},
    refs=(Reference(path="notificationChannels[]", to=("notificationChannels",)),),
    validate=_check_policy,
    on_create=_create_policy,
    on_update=_update_policy,
    list_extra=total,
    methods={"patch": replace},
)


def _check_snooze(call: Call, body: Body, old: Body | None) -> None:
    interval = body["interval"]
    if not interval.get("startTime") or not interval.get("endTime"):
        raise invalid(
            "Field snooze.interval must have a start and an end.", field="snooze.interval"
        )
    if parse_rfc3339(interval["endTime"]) < parse_rfc3339(interval["startTime"]):
        raise invalid(
            "Field snooze.interval must not end before it starts.", field="snooze.interval"
        )
    if old is not None and parse_rfc3339(old["interval"]["endTime"]) < call.world.now():
        raise invalid("A snooze that has ended cannot be updated.", field="snooze.interval")


SNOOZES = Kind(
    name="snoozes",
    resources=("projects.snoozes",),
    schema="Snooze",
    dialect=AIP,
    id_server=number,
    required=("displayName", "criteria", "interval"),
    immutable=("criteria",),
    masks=("displayName", "interval"),
    refs=(Reference(path="criteria.policies[]", to=("alertPolicies",), in_use=False),),
    validate=_check_snooze,
)
