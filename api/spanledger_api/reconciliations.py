"""`GET /v1/reconciliations`: which sums and counts agree, which do not, and which entities make the difference."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import LIST, WHOLE_TENANT, Desk, needs
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.listing import LONGEST_FILE
from spanledger_api.lists.whole import WholeListParameters
from spanledger_api.moments import utc_or_none
from spanledger_api.money import plain
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import Text
from spanledger_api.problems import Refusal, nearest, refusal_of, shown, unknown_value
from spanledger_correlator.definition.reconciliation_model import Reconciliation
from spanledger_correlator.reconciliation import Balance, State, Unmatched

router = APIRouter(tags=["reconciliations"], dependencies=[needs("finance"), WHOLE_TENANT])

PAGE = 1000


class ReconciliationsParameters(WholeListParameters):
    """Which rules and periods."""

    rule: list[Text] = Field(default_factory=list, examples=[["approved-hours-posted"]])
    """The rule, by its name."""
    state: list[State] = Field(default_factory=list)
    """How the period stands: `balanced`, `gap`, or `open` (its end and grace are to come)."""


class UnmatchedParameters(WholeListParameters):
    """Which period and key of the rule."""

    period: Text = Field(examples=["2026-10"])
    """The period, as the list of reconciliations calls it."""
    key: list[str] = Field(default_factory=list, examples=[["PRJ-3"]])
    """The keys in the rule's order; empty text for "none"."""


class BalanceView(BaseModel):
    """One period and key of a rule."""

    rule: str = Field(examples=["approved-hours-posted"])
    period: str = Field(description="A day, an ISO week or a month, in the rule's zone.", examples=["2026-10"])
    keys: dict[str, str] = Field(description="What the period is split by; empty text where the spans name none.")
    unit: str = Field(description="A currency or a unit of quantity; empty for counts.", examples=["hours"])
    left: str = Field(description="An exact decimal.", examples=["160.5"])
    right: str
    difference: str = Field(description="Left less right.")
    state: State
    settled_at: datetime = Field(description="The end of the period and its grace; until then a difference is open.")


class RuleView(BaseModel):
    """A declared rule, and how many periods and keys of it agree."""

    rule: str = Field(examples=["approved-hours-posted"])
    title: str
    check: str = Field(description="What is compared, as it was written.")
    owner: str
    severity: str
    impact: str
    zone: str
    balanced: int
    gaps: int
    open: int = Field(description="Those that differ and may still.")


class ReconciliationsAnswer(BaseModel):
    """Every rule of the tenant, and its periods."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    rules: list[RuleView]
    items: list[BalanceView] = Field(description="The newest period of each rule first.")


class UnmatchedView(BaseModel):
    """An entity on which the sides do not agree, in this period and key."""

    entity: str = Field(
        description="Its id, or ids where one span names several and does not split.", examples=["TE-3"]
    )
    unit: str
    left: str
    right: str
    left_at: datetime | None = Field(description="When it stood on the left last, in any period; null if it never did.")
    right_at: datetime | None


class UnmatchedAnswer(BaseModel):
    """The entities that make a difference."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    rule: str
    check: str
    period: str
    keys: dict[str, str]
    items: list[UnmatchedView]


@router.get(
    "/v1/reconciliations",
    response_model=ReconciliationsAnswer,
    summary="Which sums agree",
    responses=listed("reconciliations") | documented(*LIST),
)
async def reconciliations(desk: Desk, parameters: Annotated[ReconciliationsParameters, Query()]) -> Response:
    """Each declared reconciliation by period and key: both sides, their difference, and whether it counts."""

    def question(inquiry: Inquiry) -> ReconciliationsAnswer:
        rules = {rule.name: rule for rule in inquiry.reading.flows.rules()}
        faults = [unknown_value("query.rule", name, "rule", rules) for name in parameters.rule if name not in rules]
        if faults:
            raise refusal_of(faults)
        chosen = [rule for name, rule in rules.items() if not parameters.rule or name in parameters.rule]
        balances = inquiry.reading.flows.balances(chosen)
        shown_items = [one for one in balances if not parameters.state or one.state in parameters.state]
        return ReconciliationsAnswer(
            as_of=inquiry.moment,
            known=inquiry.known,
            rules=[_rule(rule, balances) for rule in chosen],
            items=[_balance(one) for rule in chosen for one in shown_items if one.rule.name == rule.name],
        )

    return await desk.answer_whole(parameters, "reconciliations", PAGE, question)


@router.get(
    "/v1/reconciliations/{rule}",
    response_model=UnmatchedAnswer,
    summary="Which entities make a difference",
    responses=listed("unmatched") | documented(*LIST, "not_found"),
)
async def unmatched(desk: Desk, rule: str, parameters: Annotated[UnmatchedParameters, Query()]) -> Response:
    """The entities of one period and key that stand on one side only, or with another value on the other."""

    def question(inquiry: Inquiry) -> UnmatchedAnswer:
        rules = {one.name: one for one in inquiry.reading.flows.rules()}
        found = rules.get(rule)
        if found is None:
            raise Refusal(
                f"There is no reconciliation `{shown(rule)}`.", code="not_found", hint=nearest(rule, list(rules))
            )
        if len(parameters.key) != len(found.keys):
            keys = ", ".join(found.keys) or "nothing"
            raise Refusal(
                f"`{rule}` compares by {keys}, and {len(parameters.key)} keys are given.",
                code="invalid_value",
                hint="Give `key` once for each, in that order.",
            )
        entities = inquiry.reading.flows.unmatched(found, parameters.period, parameters.key, LONGEST_FILE + 1)
        return UnmatchedAnswer(
            as_of=inquiry.moment,
            known=inquiry.known,
            rule=found.name,
            check=found.rule,
            period=parameters.period,
            keys=dict(zip(found.keys, parameters.key, strict=True)),
            items=[_unmatched(entity, found) for entity in entities],
        )

    return await desk.answer_whole(parameters, "unmatched", PAGE, question)


def _number(value: Decimal, rule: Reconciliation) -> str:
    """Money as money everywhere, else every digit that counts: `1204`, `12.5`."""
    if rule.left.measure == "amount":
        return plain(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rule(rule: Reconciliation, balances: list[Balance]) -> RuleView:
    def many(state: Literal["balanced", "gap", "open"]) -> int:
        return sum(one.state == state for one in balances if one.rule.name == rule.name)

    return RuleView(
        rule=rule.name,
        title=rule.title,
        check=rule.rule,
        owner=rule.owner,
        severity=rule.severity,
        impact=rule.impact,
        zone=rule.calendar.zone,
        balanced=many("balanced"),
        gaps=many("gap"),
        open=many("open"),
    )


def _balance(balance: Balance) -> BalanceView:
    return BalanceView(
        rule=balance.rule.name,
        period=balance.period,
        keys=dict(zip(balance.rule.keys, balance.keys, strict=True)),
        unit=balance.unit,
        left=_number(balance.left, balance.rule),
        right=_number(balance.right, balance.rule),
        difference=_number(balance.difference, balance.rule),
        state=balance.state,
        settled_at=balance.settled_at,
    )


def _unmatched(entity: Unmatched, rule: Reconciliation) -> UnmatchedView:
    return UnmatchedView(
        entity=entity.entity,
        unit=entity.unit,
        left=_number(entity.left, rule),
        right=_number(entity.right, rule),
        left_at=utc_or_none(entity.left_at),
        right_at=utc_or_none(entity.right_at),
    )
