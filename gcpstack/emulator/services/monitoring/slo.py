"""Services and their objectives (https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/api/api-structures)."""

from collections.abc import Iterator
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.dialects.aip import AIP

TYPES = (
    "custom", "appEngine", "cloudEndpoints", "cloudRun", "clusterIstio", "meshIstio", "istioCanonicalService",
    "gkeNamespace", "gkeWorkload", "gkeService", "basicService",
)  # fmt: skip
PERIODS = ("DAY", "WEEK", "FORTNIGHT", "MONTH")
DAY = 86400.0
LONGEST_DAYS = 30
HIGHEST_GOAL = 0.9999
SHORTEST_WINDOW = 60.0


def _assigned(call: Call) -> str:
    return call.world.ids.hex(22)


def _check_service(_call: Call, body: Body, _old: Body | None) -> None:
    if sum(name in body for name in TYPES) > 1:
        raise invalid("A service must have exactly one type.", field="service")


SERVICES = Kind(
    name="services",
    resources=("services",),
    schema="Service",
    dialect=AIP,
    number=True,
    id_param="serviceId",
    id_pattern=r"[a-z0-9-]{1,63}",
    id_server=_assigned,
    not_found="There is no service with id '{id}' in project '{number}'",
    immutable=("basicService",),
    validate=_check_service,
)


def _check_slo(_call: Call, body: Body, _old: Body | None) -> None:
    goal = body.get("goal", 0)
    if not 0 < goal <= HIGHEST_GOAL:
        raise invalid(
            f"SLO goal must be greater than 0 and at most {HIGHEST_GOAL}, got {goal}.",
            field="service_level_objective.goal",
        )
    if len(body.get("serviceLevelIndicator", {})) != 1:
        raise invalid(
            "SLO must have exactly one kind of service level indicator.",
            field="service_level_objective.service_level_indicator",
        )
    if ("rollingPeriod" in body) == ("calendarPeriod" in body):
        raise invalid(
            "SLO must have exactly one of rolling_period and calendar_period.",
            field="service_level_objective.period",
        )
    _check_period(body)
    _check_indicator(body["serviceLevelIndicator"])


def _check_indicator(found: Body) -> None:
    """What an indicator's parts must be; all of them stand below one that is set."""
    window = found.get("windowsBased", {}).get("windowPeriod")
    if window is not None:
        seconds = float(str(window).rstrip("s"))
        if seconds < SHORTEST_WINDOW or DAY % seconds:
            raise invalid(
                "Window period must be an integer fraction of a day and at least 60s.",
                field="service_level_objective.service_level_indicator.windows_based.window_period",
            )
    for ratio in _ratios(found):
        if len(ratio) != 2:  # noqa: PLR2004
            raise invalid(
                "Exactly two of good_service_filter, bad_service_filter and total_service_filter must be set.",
                field="service_level_objective.service_level_indicator",
            )


def _ratios(found: Any) -> Iterator[Body]:
    if isinstance(found, dict):
        for name, inner in found.items():
            if name == "goodTotalRatio":
                yield inner
            else:
                yield from _ratios(inner)


def _check_period(body: Body) -> None:
    calendar = body.get("calendarPeriod", PERIODS[0])
    if calendar not in PERIODS:
        raise invalid(
            f"Calendar period {calendar} is not supported.",
            field="service_level_objective.calendar_period",
        )
    rolling = float(str(body.get("rollingPeriod", "86400s")).rstrip("s"))
    if rolling % DAY or not 1 <= rolling / DAY <= LONGEST_DAYS:
        raise invalid(
            "Rolling period must be an integer multiple of 1 day, no larger than 30 days.",
            field="service_level_objective.rolling_period",
        )


SLOS = Kind(
    name="serviceLevelObjectives",
    resources=("services.serviceLevelObjectives",),
    schema="ServiceLevelObjective",
    dialect=AIP,
    number=True,
    id_param="serviceLevelObjectiveId",
    id_pattern=r"[a-zA-Z0-9:_.-]{1,63}",
    id_server=_assigned,
    not_found='There is no slo with id "{id}" under service "{services}" in project "{projects}"',
    validate=_check_slo,
)
