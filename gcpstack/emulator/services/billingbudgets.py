"""Cloud Billing budgets (https://cloud.google.com/billing/docs/reference/budget/rest).

A budget is kept as v1 has it. v1beta1 calls the notifications ``allUpdatesRule`` and wraps a budget and
its mask in a request message; a call of it is made one of v1, and its answer turned back.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Handler, Kind, Reference, Rpc, Service
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

SCHEMA = "GoogleCloudBillingBudgetsV1Budget"
CURRENCY = "USD"  # of every billing account here
LONGEST_NAME, MOST_CHANNELS = 60, 5
FIRST_DAY = date(2017, 1, 1)
SPECIFIED = "INCLUDE_SPECIFIED_CREDITS"
RULE, OLD_RULE = "notificationsRule", "allUpdatesRule"
CAP_THRESHOLDS = [0.5, 0.8, 1.0]
# What may not be set beside a spend cap, by the schema's own words.
NOT_CAPPED = ("customPeriod", "labels", "resourceAncestors", "subaccounts", "creditTypes")
CAPPED_ONE = ("projects", "services")


# -- checks


def _check(_call: Call, body: Body, old: Body | None) -> None:
    if len(body.get("displayName", "")) > LONGEST_NAME:
        raise invalid(f"The display name must be at most {LONGEST_NAME} characters long.")
    _check_amount(body, old)
    _check_filter(body["budgetFilter"])
    _check_rule(body.get(RULE, {}))
    for threshold in body.get("thresholdRules", ()):
        if threshold.get("thresholdPercent", 0) < 0:
            raise invalid("threshold_percent must not be negative.", field="threshold_rules")
    if "spendCap" in body:
        _check_cap(body, old)


def _check_amount(body: Body, old: Body | None) -> None:
    amount = body.get("amount", {})
    if ("specifiedAmount" in amount) == ("lastPeriodAmount" in amount):
        raise invalid("Exactly one kind of budget amount must be set.", field="budget.amount")
    if "lastPeriodAmount" in amount and "customPeriod" in body["budgetFilter"]:
        raise invalid("last_period_amount cannot be set in combination with custom_period.")
    told = amount.get("specifiedAmount", {}).get("currencyCode", CURRENCY)
    had = (old or {}).get("amount", {}).get("specifiedAmount", {}).get("currencyCode", CURRENCY)
    if told != had:
        raise invalid(f"currency_code must be {had}, the currency of the billing account.")


def _check_filter(found: Body) -> None:
    if found.get("creditTypes") and found["creditTypesTreatment"] != SPECIFIED:
        raise invalid(f"credit_types can only be set with {SPECIFIED}.")
    if found["creditTypesTreatment"] == SPECIFIED and not found.get("creditTypes"):
        raise invalid(f"credit_types must be set with {SPECIFIED}.")
    if "customPeriod" in found and "calendarPeriod" in found:
        raise invalid("Only one of calendar_period and custom_period can be set.")
    labels = found.get("labels", {})
    if len(labels) > 1 or any(len(values) != 1 for values in labels.values()):
        raise invalid("labels must hold a single key with a single value.")
    period = found.get("customPeriod")
    if period is None:
        return
    start, end = _day(period.get("startDate")), _day(period.get("endDate"))
    if start is None or start < FIRST_DAY:
        raise invalid("start_date is required, and must be after January 1, 2017.")
    if end is not None and end < start:
        raise invalid("end_date must not be before start_date.")


def _day(found: Body | None) -> date | None:
    if not found:
        return None
    try:
        return date(found.get("year", 0), found.get("month", 0), found.get("day", 0))
    except ValueError as error:
        raise invalid(f"Invalid date: {error}.") from None


def _check_rule(rule: Body) -> None:
    version = rule.get("schemaVersion", "")
    if rule.get("pubsubTopic") and version != "1.0":
        raise invalid(
            "schema_version must be 1.0 when pubsub_topic is set.", field="schema_version"
        )
    if version not in ("", "1.0"):
        raise invalid(f"Invalid schema_version '{version}'.", field="schema_version")
    if len(rule.get("monitoringNotificationChannels", ())) > MOST_CHANNELS:
        raise invalid(f"At most {MOST_CHANNELS} notification channels are allowed.")


def _check_cap(body: Body, old: Body | None) -> None:
    """What a budget that stops spending must look like, as its schema tells."""
    states = ("CONFIGURED", "AWAITING_NEXT_PERIOD") if old else ("CONFIGURED",)
    if body["spendCap"].get("inputState") not in states:
        raise invalid(f"spend_cap.input_state must be {' or '.join(states)}.")
    found, rule = body["budgetFilter"], body.get(RULE, {})
    rules = body.get("thresholdRules", ())
    wrong = {
        "budget_filter": any(name in found for name in NOT_CAPPED)
        or any(len(found.get(name, ())) != 1 for name in CAPPED_ONE)
        or found.get("calendarPeriod") != "MONTH"
        or found["creditTypesTreatment"] != "EXCLUDE_ALL_CREDITS",
        "amount": "specifiedAmount" not in body["amount"],
        "ownership_scope": body.get("ownershipScope") == "BILLING_ACCOUNT",
        "threshold_rules": [one.get("thresholdPercent") for one in rules] != CAP_THRESHOLDS
        or any(one["spendBasis"] != "CURRENT_SPEND" for one in rules),
        "notifications_rule": not rule.get("enableProjectLevelRecipients")
        or any(value for name, value in rule.items() if name != "enableProjectLevelRecipients"),
    }
    for field, bad in wrong.items():
        if bad:
            raise invalid(f"{field} is not supported with spend_cap.", field=field)
    had = (old or {}).get("spendCap", {}).get("outputState")
    kept = {key: value for key, value in body.items() if key not in ("spendCap", "etag")}
    if had == "ENFORCED" and any((old or {}).get(key) != value for key, value in kept.items()):
        raise failed_precondition("Only spend_cap.input_state can change while a cap is enforced.")


# -- what the server tells


def _complete(call: Call, body: Body, _old: Body | None = None) -> None:
    found = body["budgetFilter"]
    if "projects" in found:
        found["projects"] = [_numbered(call, name) for name in found["projects"]]
    if "spendCap" in body:
        state = body["spendCap"]["inputState"]
        body["spendCap"] = {"inputState": state, "outputState": state}


def _numbered(call: Call, name: str) -> str:
    """A project as budgets tell it: by number."""
    word, _, project = relative(name).partition("/")
    if word != "projects" or not project or "/" in project:
        raise invalid(f"Invalid project '{name}': it must be of the form projects/PROJECT.")
    return f"projects/{call.world.number_of(project)}"


def _period(_call: Call, body: Body) -> str | None:
    return None if "customPeriod" in body["budgetFilter"] else "MONTH"


# -- methods


def _v1(call: Call) -> None:
    """Make a call of v1beta1 one of v1; what was sent without saying anything is as if it was not sent."""
    latest = call.world.catalogue.api("billingbudgets", "v1")
    if latest is None or not call.method.request:
        return
    if call.api.version != "v1":
        call.api = latest
        call.query["updateMask"] = _renamed_mask(str(call.body.get("updateMask") or ""))
        call.body = _renamed(call.body.get("budget", {}), OLD_RULE, RULE)
        call.sent = call.sent.get("budget") or {}
    tidy(call.api, call.api.schemas[SCHEMA], call.body, ())


def _renamed_mask(text: str) -> str:
    return text.replace(OLD_RULE, RULE).replace("all_updates_rule", "notifications_rule")


def _renamed(body: Body, old: str, new: str) -> Body:
    return {new if key == old else key: value for key, value in body.items()}


def _beta(body: Body) -> Body:
    """A budget, or an answer with budgets, as v1beta1 tells it."""
    if "budgets" in body:
        return {**body, "budgets": [_beta(one) for one in body["budgets"]]}
    told = _renamed(body, RULE, OLD_RULE)
    told.pop("spendCap", None)
    return told


def _versioned(handler: Callable[[Call], Body]) -> Handler:
    def handle(call: Call) -> Any:
        beta = call.api.version != "v1"
        _v1(call)
        answer = handler(call)
        return _beta(answer) if beta else answer

    return handle


def _create(call: Call) -> Body:
    if not call.body.get("amount"):
        raise invalid("Exactly one kind of budget amount must be set.", field="budget.amount")
    return aip.create(call)


def _list(call: Call) -> Body:
    """``list``: of those that look at a project where ``scope`` names one."""
    answer = aip.list_all(call)
    if not call.query.get("scope"):
        return answer
    scope = _numbered(call, str(call.query["scope"]))
    found = answer.pop("budgets", [])
    wanted = [one for one in found if scope in one["budgetFilter"].get("projects", ())]
    return {**answer, "budgets": wanted} if wanted else answer


def _refuse_enforced(_call: Call, obj: Obj) -> None:
    if obj.body.get("spendCap", {}).get("outputState") == "ENFORCED":
        raise failed_precondition("The spend cap of the budget is enforced.")


BUDGETS = Kind(
    name="budgets",
    resources=("billingAccounts.budgets",),
    schema=SCHEMA,
    dialect=AIP,
    id_server=lambda call: call.world.ids.uuid(),
    list_key="budgets",
    etag="etag",
    defaults={
        "budgetFilter": {},
        "budgetFilter.creditTypesTreatment": "INCLUDE_ALL_CREDITS",
        "budgetFilter.calendarPeriod": _period,
        "amount.specifiedAmount.currencyCode": CURRENCY,
        "thresholdRules[].spendBasis": "CURRENT_SPEND",
    },
    refs=(
        Reference(path=f"{RULE}.pubsubTopic", to=("pubsub.topics",), in_use=False),
        Reference(
            path=f"{RULE}.monitoringNotificationChannels[]",
            to=("monitoring.notificationChannels",),
            in_use=False,
        ),
    ),
    validate=_check,
    on_create=_complete,
    on_update=_complete,
    on_delete=_refuse_enforced,
    methods={
        "create": _versioned(_create),
        "get": _versioned(aip.get),
        "list": _versioned(_list),
        "patch": _versioned(aip.patch),
    },
)

_GRPC = "google.cloud.billing.budgets.v1.BudgetService"

SERVICE = Service(
    name="billingbudgets",
    title="Cloud Billing Budget API",
    versions=("v1", "v1beta1"),
    kinds=(BUDGETS,),
    grpc=(
        Rpc(_GRPC, "CreateBudget", "billingAccounts.budgets.create", body="budget"),
        Rpc(_GRPC, "UpdateBudget", "billingAccounts.budgets.patch", body="budget"),
        Rpc(_GRPC, "GetBudget", "billingAccounts.budgets.get"),
        Rpc(_GRPC, "ListBudgets", "billingAccounts.budgets.list"),
        Rpc(_GRPC, "DeleteBudget", "billingAccounts.budgets.delete"),
    ),
    client="google.cloud.billing.budgets_v1",
)
