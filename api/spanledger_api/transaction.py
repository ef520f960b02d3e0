"""`GET /v1/transactions/{process}/{root_id}`: one transaction with its steps, problems, evidence and spans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from pydantic import Field

from spanledger_api import steps, verdict
from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.budgets import BudgetView, PauseView, budget_view, meter, pauses
from spanledger_api.evidence import Attachment, attachment
from spanledger_api.exception_item import ExceptionItem, item
from spanledger_api.finding import find_transaction
from spanledger_api.inquiry import Inquiry
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock
from spanledger_api.replays import ledger
from spanledger_api.replays.item import ReplayItem, items
from spanledger_api.spans import SpanView, read, span_ids, span_view
from spanledger_api.steps import StepProgress
from spanledger_api.verdict import EntityRef, Summary, entity_ref, summary_fields

router = APIRouter(tags=["transactions"])

SHOWN_SPANS: Final = 200
"""A page shows so many spans and pieces of evidence; `links.spans` leads to all of them."""


class TransactionView(Summary):
    """One transaction in full."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    redirected_from: str | None = Field(
        description="The key that was asked for, where its id is an alias of this transaction's root.",
        examples=["invoice-to-cash/10077"],
    )
    sla_budget: BudgetView | None = Field(description="The SLA's budget; null without one.")
    pauses: list[PauseView] = Field(description="When its clocks stood still, as it waited for someone outside.")
    steps: list[StepProgress] = Field(description="What happened, in time order, then what is still to come.")
    exceptions: list[ExceptionItem] = Field(description="Its problems, oldest first; what is resolved stands last.")
    replays: list[ReplayItem] = Field(description="Its failed steps that were to be tried again, oldest first.")
    related: list[EntityRef] = Field(description="The entities around it.")
    evidence_count: int = Field(description="How many spans are steps of it.")
    evidence: list[Attachment] = Field(description=f"Why they are, in time order: the first {SHOWN_SPANS}.")
    spans: list[SpanView] = Field(description=f"The spans themselves, in time order: the first {SHOWN_SPANS}.")


@router.get(
    "/v1/transactions/{process}/{root_id:path}",
    response_model=TransactionView,
    summary="One transaction",
    responses=example("transaction") | documented(*ALWAYS, "not_found"),
)
async def transaction(desk: Desk, process: str, root_id: str, parameters: Annotated[Clock, Query()]) -> Response:
    """A transaction with its steps and spans in time order and the evidence for each.

    Asked for by an alias of its root, it answers with its own key and says so in `redirected_from`.
    """
    return await desk.answer(parameters, lambda inquiry: view(inquiry, process, root_id))


def view(inquiry: Inquiry, process: str, root_id: str) -> TransactionView:
    found = find_transaction(inquiry, process, root_id, f"{verdict.COLUMNS}, {steps.COLUMNS}, Related")
    row = found.row
    budgets = meter(row, inquiry)
    attachments = sorted(
        inquiry.reading.attachments(process, row["RootId"]),
        key=lambda one: (one["happened"], one["trace_id"], one["span_id"]),
    )
    shown = attachments[:SHOWN_SPANS]
    root = f"{row['RootType']} {row['RootId']}"
    return TransactionView(
        **summary_fields(row, inquiry, budgets),
        as_of=inquiry.moment,
        known=inquiry.known,
        redirected_from=found.redirected_from,
        sla_budget=budget_view(budgets.sla),
        pauses=pauses(row, inquiry.moment),
        steps=steps.steps(row, inquiry.catalogue.version(process, row["Version"]), budgets),
        exceptions=[item(one, inquiry.moment) for one in _exceptions(inquiry, process, row["RootId"])],
        replays=items(inquiry, ledger.of_transaction(inquiry, process, row["RootId"])),
        related=_related(row),
        evidence_count=len(attachments),
        evidence=[attachment(one, root) for one in shown],
        spans=[span_view(span, attached=True) for span in read(inquiry, span_ids(shown))],
    )


def _exceptions(inquiry: Inquiry, process: str, root_id: str) -> list[dict[str, Any]]:
    order = "State = 'resolved', Since, Step, Kind"
    return inquiry.exceptions(f"SELECT * FROM exceptions ORDER BY {order}", {}, only=(process, root_id))  # noqa: S608 - a constant


def _related(row: Mapping[str, Any]) -> list[EntityRef]:
    return [entity_ref(one["Type"], one["Id"]) for one in row["Related"]]
