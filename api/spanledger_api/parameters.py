"""The parameters that questions share. A name or a value that is not known is refused: a mistyped filter that is
passed over would answer another question than the one asked.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from spanledger.attributes import Impact
from spanledger_api.catalogue import Catalogue
from spanledger_api.moments import EndOfDayOrMoment
from spanledger_api.money import Amount, Currency
from spanledger_api.problems import Fault, nearest, refusal_of, shown
from spanledger_correlator.definition.model import Severity, SlaState

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
WhyKind = Literal["failed_step", "rejected_record", "overdue_step", "missing_step"]
SEVERITIES: tuple[str, ...] = get_args(Severity)


class Parameters(BaseModel):
    """The query of one operation."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_names(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            unknown = [str(name) for name in given if name not in cls.model_fields]
            if unknown:
                raise refusal_of([_unknown_parameter(name, cls.model_fields) for name in unknown])
        return given


class Clock(Parameters):
    """The moment that a question is asked about."""

    as_of: EndOfDayOrMoment | None = None
    """The moment the answer is about: a date (its end, in the legal entity's zone) or RFC 3339. Default: now."""
    known: Literal["then", "now"] = "then"
    """With `as_of`: by what was known `then`, or by what is known `now` of that moment."""


class Filters(Clock):
    """What both lists of transactions are filtered by. Repeat a parameter to allow several values."""

    process: list[Text] = Field(default=[], examples=[["invoice-to-cash"]])
    """The process."""
    entity: list[Text] = Field(default=[], examples=[["invoice"]])
    """The type of the root entity: `invoice` asks for invoices."""
    waiting_for: list[Text] = Field(default=[], examples=[["invoice.posted"]])
    """The step waited for."""
    reason: list[WhyKind] = []
    """Why it is stuck."""
    owner: list[Text] = Field(default=[], examples=[["finance-operations"]])
    """Who must act."""
    severity: list[Severity] = []
    """How bad it is."""
    impact: list[Impact] = []
    """What it touches."""
    sla: list[SlaState] = []
    """The state of the whole transaction's SLA."""
    legal_entity: list[Text] = Field(default=[], examples=[["DE01"]])
    """The company in whose books it is."""
    region: list[Text] = []
    """The region."""
    q: Text | None = Field(default=None, examples=["acme 1042"])
    """Words that its ids (its own and those around it), its client or its key hold, in any case; all of them."""
    client: list[Text] = []
    """The client's name, or its account id where no name is known."""
    currency: Currency | None = None
    """Only what has an amount in this currency; ranking and totals are then of this currency alone."""
    min_amount: Amount | None = None
    """At least this much (of what is stuck: at stake) in `currency`, which must be given too: money is never compared
    across currencies."""

    @model_validator(mode="after")
    def _need_a_currency(self) -> Filters:
        refuse_without_currency(self.min_amount, self.currency)
        return self

    def check(self, catalogue: Catalogue) -> None:
        """Refuse values that no definition declares. Raises Refusal `unknown_value`."""
        faults = [
            *catalogue.check("query.process", self.process, "process", catalogue.processes),
            *catalogue.check("query.entity", self.entity, "process whose root is a", catalogue.root_types),
            *catalogue.check("query.waiting_for", self.waiting_for, "step", catalogue.steps),
            *catalogue.check("query.owner", self.owner, "owner", catalogue.owners),
        ]
        if faults:
            raise refusal_of(faults)


def refuse_without_currency(least: Decimal | None, currency: str | None) -> None:
    """Raises Refusal `currency_missing` for a least amount without its currency."""
    if least is not None and currency is None:
        what = "`min_amount` is given without `currency`: amounts of different currencies are not compared."
        do = "Add `currency`, such as `currency=EUR`."
        raise refusal_of([Fault(code="currency_missing", where="query.min_amount", what=what, do=do)])


def refuse_repeats(request: Request) -> None:
    """Refuse a parameter of one value that is given twice: either could be meant. Raises Refusal."""
    names = [name for name, _ in request.query_params.multi_items()]
    repeated = sorted({name for name in names if names.count(name) > 1} - LISTS)
    if repeated:
        do = "Give it once."
        raise refusal_of(
            [
                Fault(
                    code="repeated_parameter",
                    where=f"query.{shown(name)}",
                    what=f"`{shown(name)}` is given more than once.",
                    do=do,
                )
                for name in repeated
            ]
        )


def _unknown_parameter(name: str, known: Iterable[str]) -> Fault:
    return Fault(
        code="unknown_parameter",
        where=f"query.{shown(name)}",
        what=f"There is no parameter `{shown(name)}` here.",
        do=nearest(name, list(known)) if known else "This question takes no parameters.",
    )


LISTS = frozenset(
    name for name, field in Filters.model_fields.items() if typing.get_origin(field.annotation) is list
) | {"status", "kind", "step", "assigned", "state", "by", "rule", "key", "who", "system", "service", "finding", "kpi"}
"""The parameters that may be repeated, in every operation that has them."""
