"""An API over verdicts that a test states row by row: what is under test is the asking, not the judging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from spanledger_api import Access, create_app
from spanledger_api.zones import Zones
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.diagnosis import Diagnosis
from spanledger_correlator.flows import Flows
from spanledger_correlator.rates import RatesOfDay
from spanledger_store import Store
from tests.api import story

NOW = datetime(2026, 4, 3, 12, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"
STEPS = ["invoice.generated", "invoice.posted", "invoice.synced_to_crm", "credit_note.issued", "payment.received"]

MOMENT, MAYBE = "DateTime64(9, 'UTC')", "Nullable(DateTime64(9, 'UTC'))"
COLUMNS: Mapping[str, str] = {
    "Tenant": "String",
    "Process": "String",
    "Version": "UInt32",
    "Key": "String",
    "RootType": "String",
    "RootId": "String",
    "Status": "String",
    "Stuck": "Bool",
    "WaitingFor": "String",
    "WaitingSince": MAYBE,
    "WhyKind": "String",
    "WhyErrorKind": "String",
    "WhyCode": "String",
    "WhyMessage": "String",
    "WhySystem": "String",
    "Attempts": "UInt32",
    "DueAt": MAYBE,
    "SlaState": "String",
    "SlaDueAt": MAYBE,
    "Severity": "String",
    "SeverityRule": "String",
    "Impact": "String",
    "Owner": "String",
    "Currencies": "Array(String)",
    "Amounts": "Array(Decimal(38, 9))",
    "OpenAmounts": "Array(Decimal(38, 9))",
    **dict.fromkeys(("Cash", "Credits", "WriteOffs", "Overpaid"), "Array(Decimal(38, 9))"),
    "Elsewhere": "Array(Tuple(Currency String, Amount Decimal(38, 9)))",
    "RateMissing": "Array(String)",
    "Known": "Map(String, String)",
    "Pauses": f"Array(Tuple(From {MOMENT}, Until {MAYBE}))",
    "PausedAt": MAYBE,
    "SlaTier": "String",
    "SlaEndsAt": MAYBE,
    "LegalEntity": "String",
    "Region": "String",
    "ClientName": "String",
    "Related": "Array(Tuple(Type String, Id String))",
    "StartedAt": MOMENT,
    "LastActivityAt": MOMENT,
    "ClosedAt": MAYBE,
    "StepNames": "Array(String)",
    "StepFirstSuccess": f"Array({MAYBE})",
    "StepLastSuccess": f"Array({MAYBE})",
    "StepLastFailure": f"Array({MAYBE})",
    "StepDoneAt": f"Array({MAYBE})",
    "StepDeadline": f"Array({MAYBE})",
    "StepAttempts": "Array(UInt32)",
    "StepDone": "Array(Bool)",
    "StepRequired": "Array(Bool)",
    "StepSlaState": "Array(String)",
    "ExceptionKinds": "Array(String)",
    "ExceptionSteps": "Array(String)",
    "ExceptionSince": f"Array({MOMENT})",
}


def ago(**length: float) -> datetime:
    """A moment before NOW."""
    return NOW - timedelta(**length)


def verdict(root_id: str, **changes: Any) -> dict[str, Any]:
    """The verdict on an invoice that NetSuite has refused twice, with changes."""
    row: dict[str, Any] = {
        "Tenant": "default",
        "Process": "invoice-to-cash",
        "Version": 1,
        "RootType": "invoice",
        "RootId": root_id,
        "Status": "open",
        "Stuck": True,
        "WaitingFor": "invoice.posted",
        "WaitingSince": ago(days=3, hours=4),
        "WhyKind": "rejected_record",
        "WhyErrorKind": "closed_period",
        "WhyCode": "PERIOD_CLOSED",
        "WhyMessage": "period closed",
        "WhySystem": "netsuite",
        "Attempts": 2,
        "DueAt": ago(days=3),
        "SlaState": "on_track",
        "SlaDueAt": ago(days=-32),
        "Severity": "medium",
        "SeverityRule": "medium: {stuck: true}",
        "Impact": "revenue",
        "Owner": "finance-operations",
        "Currencies": ["EUR"],
        "Amounts": [Decimal(48200)],
        "OpenAmounts": [Decimal(48200)],
        "LegalEntity": "DE01",
        "Region": "emea",
        "ClientName": "Acme GmbH",
        "Related": [("account", "ACC-7"), ("project", "PRJ-3")],
        "StartedAt": ago(days=3, hours=4),
        "LastActivityAt": ago(days=2),
        "ClosedAt": None,
        "StepNames": STEPS,
        "StepFirstSuccess": [ago(days=3, hours=4), None, None, None, None],
        "StepLastSuccess": [ago(days=3, hours=4), None, None, None, None],
        "StepLastFailure": [None, ago(days=2), None, None, None],
        "StepDoneAt": [ago(days=3, hours=4), None, None, None, None],
        "StepDeadline": [None, ago(days=3), None, None, None],
        "StepAttempts": [1, 2, 0, 0, 0],
        "StepDone": [True, False, False, False, False],
        "StepRequired": [True, True, False, False, True],
        "StepSlaState": ["", "breached", "", "", ""],
        "ExceptionKinds": ["rejected_record"],
        "ExceptionSteps": ["invoice.posted"],
        "ExceptionSince": [ago(days=2)],
    } | changes
    nothing = [Decimal(0)] * len(row["Currencies"])
    money = dict.fromkeys(("Cash", "Credits", "WriteOffs", "Overpaid"), nothing) | {"Elsewhere": [], "RateMissing": []}
    clocks = {"Known": {}, "Pauses": [], "PausedAt": None, "SlaTier": "", "SlaEndsAt": row["SlaDueAt"]}
    return {"Key": f"{row['Process']}/{row['RootId']}"} | money | clocks | row


def calm(root_id: str, **changes: Any) -> dict[str, Any]:
    """The verdict on an open invoice of which nothing is wrong, with changes."""
    nothing = dict.fromkeys(("WhyKind", "WhyErrorKind", "WhyCode", "WhyMessage", "WhySystem", "SeverityRule"), "")
    none: dict[str, Any] = {"ExceptionKinds": [], "ExceptionSteps": [], "ExceptionSince": []}
    return verdict(root_id, **{"Stuck": False, "Severity": "low", "Attempts": 0} | nothing | none | changes)


@dataclass(frozen=True)
class Statement:
    """A SELECT and the values bound in it."""

    sql: str
    parameters: Mapping[str, Any]


@dataclass
class Stage:
    """The verdicts, aliases, attachments and namings of a test, and every clock that was asked for."""

    store: Store
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    attached: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    namings: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    rates: RatesOfDay = field(default_factory=lambda: RatesOfDay(NOW.date(), {}))
    asked: list[tuple[str, datetime | None, str]] = field(default_factory=list)

    def make_table(self) -> None:
        """Create the table of verdicts."""
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        self.store.command(f"CREATE TABLE verdict_rows ({columns}) ENGINE = MergeTree ORDER BY (Tenant, Key)")

    def add(self, *rows: Mapping[str, Any]) -> None:
        """State more verdicts."""
        self.store.insert("verdict_rows", [[row[column] for column in COLUMNS] for row in rows], list(COLUMNS))


class StagedReading:
    """The verdicts of one tenant, as the stage has them."""

    def __init__(self, stage: Stage, tenant: str, definitions: Definitions) -> None:
        self._stage = stage
        self.store = stage.store
        self.definitions = definitions
        self.rates = stage.rates
        mine = "SELECT * EXCEPT Tenant FROM verdict_rows WHERE Tenant = {reading_tenant:String}"
        self.relation = Statement(f"({mine})", {"reading_tenant": tenant})
        self.open_relation = Statement(f"({mine} AND Status = 'open')", {"reading_tenant": tenant})
        self.stuck_relation = Statement(f"({mine} AND Stuck)", {"reading_tenant": tenant})

    def exceptions_relation(self, _: tuple[str, str] | None = None) -> Statement:
        """None: a stage has verdicts alone."""
        return Statement("(SELECT '' AS State, now() AS Since, '' AS Step, '' AS Kind WHERE 0)", {})

    def attachments(self, process: str, root_id: str) -> list[dict[str, Any]]:
        """What the stage attached to a transaction."""
        return self._stage.attached.get((process, root_id), [])

    @property
    def flows(self) -> Flows:
        """A stage holds verdicts only."""
        raise NotImplementedError

    def diagnose(self, span_id: str, trace_id: str) -> Diagnosis | list[str]:
        """No span is on a stage; one is in two traces."""
        return ["a", "b"] if span_id == "twice" and not trace_id else []

    def canonical(self, entity_type: str, entity_id: str) -> str:
        """The stage's alias."""
        return self._stage.aliases.get((entity_type, entity_id), entity_id)

    def transactions_touching(self, entity_type: str, entity_id: str) -> list[tuple[str, str]]:
        """The stage's namings."""
        return self._stage.namings.get((entity_type, entity_id), [])


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    """Three of the pack, a source, a reconciliation and a replay endpoint."""
    names = ("netsuite-invoices.yaml", "approved-hours-posted.yaml", "netsuite-invoice-posting.yaml")
    beside = [EXAMPLES / "flows" / name for name in names]
    return load_definitions(beside, pack=("invoice-to-cash", "opportunity-to-project", "time-to-bill"))


@pytest.fixture
def stage(store: Store) -> Stage:
    """An empty stage."""
    stage = Stage(store)
    stage.make_table()
    return stage


def staged_app(
    stage: Stage, definitions: Definitions, tokens: Mapping[str, str] | None = None, zones: Zones | None = None
) -> FastAPI:
    """An application over a stage; `tokens` and `zones` as in `create_app`."""

    def open_reading(
        store: Store,
        definitions: Definitions,
        tenant: str,
        *,
        as_of: datetime | None,
        known: Literal["then", "now"],
        now: datetime,
    ) -> StagedReading:
        stage.asked.append((tenant, as_of, known))
        return StagedReading(stage, tenant, definitions)

    return create_app(
        stage.store,
        definitions,
        access=Access(tokens=tokens or {}),
        clock=lambda: NOW,
        zones=zones,
        open_reading=open_reading,
    )


@pytest.fixture
def client(stage: Stage, definitions: Definitions) -> Iterator[TestClient]:
    """A client of an open application."""
    with TestClient(staged_app(stage, definitions), base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="session")
def told(engine_directory: Path, definitions: Definitions) -> Iterator[Store]:
    """A store in which the story was told to the tenant `default`; tests only read it."""
    with Store.open(f"chdb://{engine_directory}?database=told") as store:
        store.migrate()
        story.tell(store, definitions)
        yield store
        store.command("DROP DATABASE told SYNC")


@pytest.fixture(scope="session")
def reader(told: Store, definitions: Definitions) -> Iterator[TestClient]:
    """A client of an open application over the told story, read by the real reading two hours after its end."""
    app = create_app(told, definitions, clock=lambda: story.NOW)
    with TestClient(app, base_url="http://localhost") as client:
        yield client
