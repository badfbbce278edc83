"""Budgets of billing accounts, in both versions of their API."""

from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://billingbudgets.googleapis.com"
ACCOUNT = "billingAccounts/012345-6789AB-CDEF01"
BUDGETS = f"{HOST}/v1/{ACCOUNT}/budgets"
OLD = f"{HOST}/v1beta1/{ACCOUNT}/budgets"
AMOUNT = {"specifiedAmount": {"currencyCode": "USD", "units": "100"}}
BODY = {"displayName": "all", "amount": AMOUNT, "thresholdRules": [{"thresholdPercent": 0.5}]}
PERIOD = {"startDate": {"year": 2026, "month": 1, "day": 1}}
CAPPED = {
    "amount": AMOUNT,
    "budgetFilter": {
        "projects": ["projects/demo-proj"],
        "services": ["services/24E6-581D-38E5"],
        "creditTypesTreatment": "EXCLUDE_ALL_CREDITS",
    },
    "thresholdRules": [{"thresholdPercent": share} for share in (0.5, 0.8, 1.0)],
    "notificationsRule": {"enableProjectLevelRecipients": True},
    "spendCap": {"inputState": "CONFIGURED"},
}


def make(send: Send, **changes: Any) -> dict[str, Any]:
    answer = send("POST", BUDGETS, {**BODY, **changes})
    assert answer.status == 200, answer.json()
    return answer.json()


def test_a_budget_gets_its_name_and_defaults(send: Send) -> None:
    made = make(send)
    assert made["name"].startswith(f"{ACCOUNT}/budgets/")
    assert made["budgetFilter"] == {
        "calendarPeriod": "MONTH",
        "creditTypesTreatment": "INCLUDE_ALL_CREDITS",
    }
    assert made["thresholdRules"] == [{"thresholdPercent": 0.5, "spendBasis": "CURRENT_SPEND"}]
    assert send("GET", f"{HOST}/v1/{made['name']}").json() == made
    assert send("GET", BUDGETS).json() == {"budgets": [made]}


def test_what_says_nothing_is_not_told(send: Send) -> None:
    amount = {"specifiedAmount": {"units": "100", "nanos": 0}}
    made = make(send, amount=amount, notificationsRule={"disableDefaultIamRecipients": False})
    assert made["amount"] == AMOUNT
    assert made["notificationsRule"] == {}


def test_a_budget_of_last_period(send: Send) -> None:
    assert make(send, amount={"lastPeriodAmount": {}})["amount"] == {"lastPeriodAmount": {}}


def test_a_period_of_its_own_does_not_recur(send: Send) -> None:
    made = make(send, budgetFilter={"customPeriod": PERIOD})
    assert made["budgetFilter"] == {
        "customPeriod": PERIOD,
        "creditTypesTreatment": "INCLUDE_ALL_CREDITS",
    }


def test_projects_are_told_by_number_and_looked_for_by_either(send: Send, world: Google) -> None:
    number = world.number_of("demo-proj")
    made = make(send, budgetFilter={"projects": ["projects/demo-proj"]})
    make(send)
    assert made["budgetFilter"]["projects"] == [f"projects/{number}"]
    for project in ("demo-proj", number):
        assert send("GET", f"{BUDGETS}?scope=projects/{project}").json() == {"budgets": [made]}
    assert send("GET", f"{BUDGETS}?scope=projects/other-proj").json() == {}


def test_the_mask_tells_what_changes(send: Send) -> None:
    made = make(send)
    url = f"{HOST}/v1/{made['name']}"
    body = {"displayName": "new", "thresholdRules": []}
    changed = send("PATCH", f"{url}?updateMask=displayName", body).json()
    assert (changed["displayName"], changed["thresholdRules"]) == ("new", made["thresholdRules"])
    unmasked = send("PATCH", url, {"displayName": "", "thresholdRules": []}).json()
    assert unmasked["displayName"] == "new"
    cleared = send("PATCH", f"{url}?updateMask=thresholdRules,budgetFilter", {}).json()
    assert "thresholdRules" not in cleared
    assert cleared["budgetFilter"]["calendarPeriod"] == "MONTH"


def test_a_stale_etag(send: Send) -> None:
    made = make(send)
    url = f"{HOST}/v1/{made['name']}?updateMask=displayName"
    assert send("PATCH", url, {"displayName": "new", "etag": made["etag"]}).status == 200
    answer = send("PATCH", url, {"displayName": "newer", "etag": made["etag"]})
    assert (answer.status, answer.json()["error"]["status"]) == (409, "ABORTED")
    old = {"budget": {"displayName": "newer", "etag": made["etag"]}, "updateMask": "displayName"}
    assert send("PATCH", f"{HOST}/v1beta1/{made['name']}", old).status == 409


def test_the_older_version_wraps_budgets(send: Send) -> None:
    rule = {"disableDefaultIamRecipients": True}
    made = send("POST", OLD, {"budget": {**BODY, "allUpdatesRule": rule}}).json()
    assert made["allUpdatesRule"] == rule
    assert send("GET", OLD).json() == {"budgets": [made]}
    assert send("GET", f"{HOST}/v1/{made['name']}").json()["notificationsRule"] == rule
    body = {"budget": {}, "updateMask": "allUpdatesRule"}
    assert "allUpdatesRule" not in send("PATCH", f"{HOST}/v1beta1/{made['name']}", body).json()
    assert send("DELETE", f"{HOST}/v1beta1/{made['name']}").json() == {}
    assert send("GET", OLD).json() == {}


def test_a_cap_on_spend(send: Send) -> None:
    made = send("POST", BUDGETS, CAPPED).json()
    assert made["spendCap"] == {"inputState": "CONFIGURED", "outputState": "CONFIGURED"}
    assert "spendCap" not in send("GET", f"{HOST}/v1beta1/{made['name']}").json()
    assert send("DELETE", f"{HOST}/v1/{made['name']}").status == 200


def test_googles_client(emulator: Emulator) -> None:
    budgets = discovery(emulator, "billingbudgets", "v1").billingAccounts().budgets()
    topics = discovery(emulator, "pubsub", "v1").projects().topics()
    topic = "projects/demo-proj/topics/spend"
    topics.create(name=topic, body={}).execute()
    rule = {"pubsubTopic": topic, "schemaVersion": "1.0"}
    made = budgets.create(parent=ACCOUNT, body={**BODY, "notificationsRule": rule}).execute()
    assert made["notificationsRule"] == rule
    patched = budgets.patch(
        name=made["name"], updateMask="amount.specifiedAmount.units",
        body={"amount": {"specifiedAmount": {"units": "200"}}},
    ).execute()  # fmt: skip
    assert patched["amount"]["specifiedAmount"] == {"currencyCode": "USD", "units": "200"}
    budgets.delete(name=made["name"]).execute()
    assert budgets.list(parent=ACCOUNT).execute() == {}


WRONG = "INVALID_ARGUMENT"


def filtered(**found: Any) -> dict[str, Any]:
    return {**BODY, "budgetFilter": found}


def notified(**rule: Any) -> dict[str, Any]:
    return {**BODY, "notificationsRule": rule}


TOPIC = "projects/demo-proj/topics/none"
CHANNEL = "projects/demo-proj/notificationChannels/1"
EARLY = {"startDate": {"year": 2016, "month": 1, "day": 1}}
NO_DAY = {"startDate": {"year": 2026, "month": 2, "day": 30}}
BACKWARDS = {**PERIOD, "endDate": {"year": 2025, "month": 1, "day": 1}}
LAST = {"lastPeriodAmount": {}}
MISTAKES = [
    Mistake("GET", f"{BUDGETS}/none", None, 404, "NOT_FOUND", "not found"),
    Mistake("PATCH", f"{BUDGETS}/none", {}, 404, "NOT_FOUND", "not found"),
    Mistake("DELETE", f"{OLD}/none", None, 404, "NOT_FOUND", "not found"),
    Mistake("POST", BUDGETS, {**BODY, "colour": 1}, 400, WRONG, 'Unknown name "colour"'),
    Mistake("POST", BUDGETS, {**BODY, "allUpdatesRule": {}}, 400, WRONG, "allUpdatesRule"),
    Mistake("POST", OLD, {"budget": notified()}, 400, WRONG, "notificationsRule"),
    Mistake("POST", BUDGETS, {"displayName": "x"}, 400, WRONG, "budget amount"),
    Mistake("POST", BUDGETS, {"amount": {**AMOUNT, **LAST}}, 400, WRONG, "Exactly one"),
    Mistake("POST", BUDGETS, {**filtered(customPeriod=PERIOD), "amount": LAST}, 400, WRONG, "last_period_amount"),
    Mistake("POST", BUDGETS, {**BODY, "displayName": "x" * 61}, 400, WRONG, "60 characters"),
    Mistake("POST", BUDGETS, {"amount": {"specifiedAmount": {"currencyCode": "EUR"}}}, 400, WRONG, "must be USD"),
    Mistake("POST", BUDGETS, {**BODY, "thresholdRules": [{"thresholdPercent": -1}]}, 400, WRONG, "negative"),
    Mistake("POST", BUDGETS, filtered(calendarPeriod="WEEK"), 400, WRONG, "calendar_period"),
    Mistake("POST", BUDGETS, filtered(calendarPeriod="YEAR", customPeriod=PERIOD), 400, WRONG, "Only one of"),
    Mistake("POST", BUDGETS, filtered(customPeriod=EARLY), 400, WRONG, "January 1, 2017"),
    Mistake("POST", BUDGETS, filtered(customPeriod=NO_DAY), 400, WRONG, "Invalid date"),
    Mistake("POST", BUDGETS, filtered(customPeriod=BACKWARDS), 400, WRONG, "end_date"),
    Mistake("POST", BUDGETS, filtered(customPeriod={}), 400, WRONG, "start_date is required"),
    Mistake("POST", BUDGETS, filtered(creditTypes=["DISCOUNT"]), 400, WRONG, "credit_types"),
    Mistake("POST", BUDGETS, filtered(creditTypesTreatment="INCLUDE_SPECIFIED_CREDITS"), 400, WRONG, "must be set"),
    Mistake("POST", BUDGETS, filtered(labels={"a": ["b", "c"]}), 400, WRONG, "single value"),
    Mistake("POST", BUDGETS, filtered(projects=["demo-proj"]), 400, WRONG, "projects/PROJECT"),
    Mistake("POST", BUDGETS, notified(pubsubTopic=TOPIC), 404, "NOT_FOUND", "not found"),
    Mistake("POST", BUDGETS, notified(schemaVersion="2.0"), 400, WRONG, "schema_version"),
    Mistake("POST", BUDGETS, notified(monitoringNotificationChannels=[CHANNEL]), 404, "NOT_FOUND", "not found"),
    Mistake("POST", BUDGETS, {**CAPPED, "notificationsRule": {}}, 400, WRONG, "notifications_rule"),
    Mistake("POST", BUDGETS, {**CAPPED, "amount": LAST}, 400, WRONG, "amount is not supported"),
    Mistake("POST", BUDGETS, {**CAPPED, "ownershipScope": "BILLING_ACCOUNT"}, 400, WRONG, "ownership_scope"),
    Mistake("POST", BUDGETS, {**CAPPED, "thresholdRules": []}, 400, WRONG, "threshold_rules"),
    Mistake("POST", BUDGETS, {**CAPPED, "budgetFilter": {}}, 400, WRONG, "budget_filter"),
    Mistake("POST", BUDGETS, {**CAPPED, "spendCap": {}}, 400, WRONG, "input_state"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    refuse(send, mistake)


@pytest.mark.parametrize(
    ("mask", "body", "words"),
    [
        ("nope", {}, "nope"),
        ("amount", {}, "budget amount"),
        ("amount.specifiedAmount.currencyCode", {"amount": {"specifiedAmount": {"currencyCode": "EUR"}}}, "USD"),
    ],
)  # fmt: skip
def test_wrong_changes(send: Send, mask: str, body: dict[str, Any], words: str) -> None:
    made = make(send)
    answer = send("PATCH", f"{HOST}/v1/{made['name']}?updateMask={mask}", body)
    assert answer.status == 400
    assert words in answer.json()["error"]["message"]
