"""Billing budgets: who is told when a project costs more than it should."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, TypeAlias

from gcpstack._core.facets import Facet, block, identity, required, spec
from gcpstack._core.json import Body
from gcpstack._core.refs import Composed, InScope
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import ChannelRef, Text, TopicRef

_ANY_ORDER = Facet.UNORDERED
_LONGEST = 60
_MOST_CHANNELS = 5
_ACCOUNT = r"[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}"
_NANOS = 10**9

Money: TypeAlias = Annotated[int | float, "units of the currency"]


@block
class BudgetThreshold(Part):
    """A share of the budget at which people are told.

    Attributes:
        percent: the share: 0.5 is half of it; more than 1 is allowed.
        basis: CURRENT_SPEND (Google's default), or FORECASTED_SPEND for what Google expects.
    """

    percent: float = required(wire="thresholdPercent")
    basis: Literal["CURRENT_SPEND", "FORECASTED_SPEND"] | None = spec(wire="spendBasis")

    def findings(self) -> Iterator[Finding]:
        """Check the share: https://cloud.google.com/billing/docs/how-to/budgets."""
        if self.percent < 0:
            yield Finding("percent", f"{self.percent} is less than 0")
        elif self.percent >= _WHOLE_PERCENT:
            yield Finding(
                "percent",
                f"{self.percent:g} is {self.percent * 100:g} percent of the budget",
                f"Write {self.percent / 100:g} for {self.percent:g} percent.",
            )


#: From here on, somebody meant percent.
_WHOLE_PERCENT = 10


def _money(value: object) -> object:
    """Write an amount as whole units and billionths (https://cloud.google.com/php/docs/reference/common-protos/latest/Type.Money)."""
    amount = Decimal(str(value))
    nanos = int(amount % 1 * _NANOS)
    return {"units": str(int(amount))} | ({"nanos": nanos} if nanos else {})


def _day(value: object) -> object:
    if not isinstance(value, date):
        return value
    return {"year": value.year, "month": value.month, "day": value.day}


def _projects(value: Sequence[Text | InScope]) -> object:
    return [
        f"projects/{item.removeprefix('projects/')}"
        if isinstance(item, str)
        else Composed(("projects/", item))
        for item in value
    ]


def _labels(value: Mapping[str, str]) -> object:
    return {key: [text] for key, text in value.items()}


@resource(kinds.BUDGET)
class Budget(Declaration):
    """A budget of a billing account: nothing is ever stopped by it, people are told.

    https://cloud.google.com/billing/docs/how-to/budgets. Google chooses its id; it is found again by
    its name, which no other budget of the account should have. Whoever declares it needs
    ``roles/billing.costsManager`` on the billing account.

    Outputs: ``name``.

    Attributes:
        name: what people see, 60 characters at most.
        billing_account: the account's id, such as ``0A1B2C-3D4E5F-6A7B8C``.
        amount: how much a period may cost, in the currency of the account,
        last_period: or as much as the last one did.
        currency: the account's currency, such as ``EUR``; Google knows it.
        thresholds: the shares at which people are told.
        projects: the projects that count, by id, `PROJECT` for the one that the stack is run in; all of
            the account if not given.
        resource_ancestors: folders and organizations that count, as ``folders/F``.
        services: the services that count, as ``services/ID``; all if not given.
        subaccounts: subaccounts that count, as ``billingAccounts/ID``.
        labels: the label that resources must have to count; one.
        credits: whether credits lower the cost: INCLUDE_ALL_CREDITS (Google's default),
            EXCLUDE_ALL_CREDITS or INCLUDE_SPECIFIED_CREDITS,
        credit_types: and then these, such as ``SUSTAINED_USAGE_DISCOUNT``.
        calendar_period: the period: MONTH (Google's default), QUARTER or YEAR,
        start: or one from this day,
        end: up to this one; without an end if not given.
        channels: who is told beside the account's administrators: 5 at most, by email.
        topic: a Pub/Sub topic that is told.
        disable_default_recipients: whether the account's administrators are not told.
        project_recipients: whether owners of the one project that counts are told.
        ownership_scope: who may see it: ALL_USERS or BILLING_ACCOUNT.
    """

    LABELS: ClassVar[tuple[str, ...]] = ()

    name: str = identity(kw_only=False)
    billing_account: str = required(Facet.IDENTITY)
    amount: Money | None = spec(wire="amount.specifiedAmount", encode=_money)
    currency: str | None = spec(wire="amount.specifiedAmount.currencyCode")
    last_period: Literal[True] | None = spec(
        wire="amount.lastPeriodAmount", encode=lambda _: dict[str, object]()
    )
    thresholds: Sequence[BudgetThreshold] | None = spec(wire="thresholdRules")
    projects: Sequence[Text | InScope] | None = spec(
        _ANY_ORDER, wire="budgetFilter.projects", encode=_projects
    )
    resource_ancestors: Sequence[str] | None = spec(
        _ANY_ORDER, wire="budgetFilter.resourceAncestors"
    )
    services: Sequence[str] | None = spec(_ANY_ORDER, wire="budgetFilter.services")
    subaccounts: Sequence[str] | None = spec(_ANY_ORDER, wire="budgetFilter.subaccounts")
    labels: Mapping[str, str] | None = spec(wire="budgetFilter.labels", encode=_labels)
    credits: (
        Literal["INCLUDE_ALL_CREDITS", "EXCLUDE_ALL_CREDITS", "INCLUDE_SPECIFIED_CREDITS"] | None
    ) = spec(wire="budgetFilter.creditTypesTreatment")
    credit_types: Sequence[str] | None = spec(_ANY_ORDER, wire="budgetFilter.creditTypes")
    calendar_period: Literal["MONTH", "QUARTER", "YEAR"] | None = spec(
        wire="budgetFilter.calendarPeriod"
    )
    start: date | None = spec(wire="budgetFilter.customPeriod.startDate", encode=_day, carries=True)
    end: date | None = spec(wire="budgetFilter.customPeriod.endDate", encode=_day)
    channels: Sequence[ChannelRef] | None = spec(
        _ANY_ORDER, wire="notificationsRule.monitoringNotificationChannels", like="link"
    )
    topic: TopicRef | None = spec(wire="notificationsRule.pubsubTopic", like="link")
    disable_default_recipients: bool | None = spec(
        wire="notificationsRule.disableDefaultIamRecipients"
    )
    project_recipients: bool | None = spec(wire="notificationsRule.enableProjectLevelRecipients")
    ownership_scope: Literal["ALL_USERS", "BILLING_ACCOUNT"] | None = spec()

    def fixed(self, scope: Scope) -> Body:
        """Carry the name, by which it is found again."""
        out: Body = {"displayName": self.name}
        if self.topic is not None:
            out["notificationsRule"] = {"schemaVersion": "1.0"}
        return out

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the amount, the period and who is told.

        https://cloud.google.com/billing/docs/reference/budget/rest/v1/billingAccounts.budgets
        """
        if not self.name:
            yield Finding("name", "is empty")
        yield from checks.longest("name", self.name, _LONGEST)
        yield from checks.pattern(
            "billing_account", self.billing_account, _ACCOUNT, "the id of a billing account"
        )
        yield from checks.exactly_one(self, "amount", "last_period")
        if self.amount is not None and self.amount <= 0:
            yield Finding("amount", f"{self.amount} is not more than 0")
        if self.currency is not None and self.amount is None:
            yield Finding("currency", "needs amount")
        yield from checks.at_most_one(self, "calendar_period", "start")
        if self.end is not None and self.start is None:
            yield Finding("end", "needs start")
        if self.start is not None and self.end is not None and self.end < self.start:
            yield Finding("end", f"{self.end} is before {self.start}")
        if (self.credits == "INCLUDE_SPECIFIED_CREDITS") != bool(self.credit_types):
            yield Finding("credit_types", "and credits='INCLUDE_SPECIFIED_CREDITS' go together")
        yield from checks.longest("channels", self.channels or (), _MOST_CHANNELS, "channels")
        yield from checks.longest("labels", list(self.labels or ()), 1, "labels")
        if self.project_recipients and len(self.projects or ()) != 1:
            yield Finding("project_recipients", "needs exactly one project in projects")
        if (self.channels or self.topic or self.project_recipients) and not self.thresholds:
            yield Finding("thresholds", "is empty: nobody would ever be told")
