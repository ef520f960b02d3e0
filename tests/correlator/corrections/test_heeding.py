"""What a person cut, added or took out holds for every answer, from the moment it was decided till it is taken back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from spanledger_correlator.corrections.correction import AddLink, CutLink, Decision, DetachSpan, EntityName
from spanledger_correlator.corrections.keeping import decide, take_back
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.evaluation import STATE_COLUMNS, evaluate_all
from spanledger_correlator.reading import Reading
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.workspace import Sources, Workspace
from spanledger_store import Store
from tests.correlator.order_flow import DEFINITIONS
from tests.correlator.span_rows import SpanRow, put

O1, O2, D1, D2, P1 = ("order", "O1"), ("order", "O2"), ("delivery", "D1"), ("delivery", "D2"), ("parcel", "P1")
PLACED = (
    SpanRow("place 1", "order.placed", 0, (O1,), amount=("100", "EUR")),
    SpanRow("place 2", "order.placed", 1, (O2,), amount=("50", "EUR")),
)
LINKED = SpanRow("link", "", 2, (D1, O1))
HANDED = SpanRow("hand", "parcel.handed", 3, (D1,), process="order-flow")
END = datetime(2099, 1, 1, tzinfo=UTC)


class Desk:
    """One store, its correlator, and a person who corrects."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.correlator = Correlator(store, DEFINITIONS)

    def tell(self, *spans: SpanRow) -> None:
        # Decisions are stored now, so what comes after them must not be older: old commits are not looked for.
        now = datetime.now(UTC)
        put(self.store, *(span.having(stored_at=now) for span in spans))
        self.correlator.catch_up()

    def decide(self, decision: Decision, tenant: str = "default") -> UUID:
        made = decide(self.store, tenant, decision, who="ann", why="checked with the client")
        self.correlator.catch_up()
        return made

    def take_back(self, correction: UUID) -> None:
        take_back(self.store, "default", correction, who="bob", why="it was right after all")
        self.correlator.catch_up()

    def members(self, root: str, **asked: Any) -> dict[str, int]:
        """The spans of an order's transaction by the rule that attached them."""
        reading = Reading(self.store, DEFINITIONS, "default", **asked)
        return {row["span_id"]: row["rule"] for row in reading.attachments("order-flow", root)}

    def counts(self) -> dict[str, int]:
        """How many spans each kept transaction has."""
        return {
            row["RootId"]: row["SpanCount"]
            for row in self.store.rows("SELECT RootId, SpanCount FROM transactions FINAL WHERE Process = 'order-flow'")
        }

    def kept(self, table: str = "transactions FINAL") -> list[dict[str, Any]]:
        return self.store.rows(f"SELECT {STATE_COLUMNS} FROM {table} ORDER BY Tenant, Process, RootId")

    def orphans(self, table: str = "unattached FINAL") -> list[dict[str, Any]]:
        return self.store.rows(
            f"SELECT Tenant, TraceId, SpanId, Reason FROM {table} WHERE Reason != '' ORDER BY Tenant, TraceId, SpanId"
        )

    def differs_from_everything(self) -> bool:
        """Whether what was kept tick by tick is other than what an evaluation of everything finds."""
        kept, waiting = self.kept(), self.orphans()
        vocabulary = Vocabulary.of(DEFINITIONS.in_force(END))
        evaluate_all(Workspace(self.store, vocabulary, Sources.as_of("then"), END))
        return (kept, waiting) != (self.kept("all_states"), self.orphans("all_unattached"))


@pytest.fixture
def desk(engine_directory: Path) -> Iterator[Desk]:
    with Store.open(f"chdb://{engine_directory}?database=corrections") as store:
        store.migrate()
        yield Desk(store)
        store.command("DROP DATABASE corrections SYNC")


def named(kind_and_id: tuple[str, str]) -> EntityName:
    return EntityName(*kind_and_id)


def test_a_link_that_is_cut_carries_nothing_until_that_is_taken_back(desk: Desk) -> None:
    desk.tell(*PLACED, LINKED, HANDED)
    assert desk.counts() == {"O1": 2, "O2": 1}

    cut = desk.decide(CutLink(named(D1), named(O1)))

    assert desk.counts() == {"O1": 1, "O2": 1}
    assert HANDED.span_id not in desk.members("O1")
    assert [one["Reason"] for one in desk.orphans()] == ["no_link"]
    assert not desk.differs_from_everything()
    desk.take_back(cut)
    assert desk.counts() == {"O1": 2, "O2": 1}
    assert desk.orphans() == []
    assert not desk.differs_from_everything()


def test_a_cut_holds_for_every_id_of_both(desk: Desk) -> None:
    desk.tell(*PLACED, LINKED, SpanRow("other", "", 2, (("delivery", "D1-b"), O1)), HANDED)
    desk.decide(CutLink(EntityName("order", "O1"), EntityName("delivery", "D1")))
    assert desk.counts()["O1"] == 1

    desk.tell(SpanRow("same", "", 4, (D1,), aliases=(("delivery", "D1-b"),)))

    assert desk.counts()["O1"] == 1
    assert not desk.differs_from_everything()


def test_an_added_link_carries_what_waited_and_says_who_said_so(desk: Desk) -> None:
    desk.tell(*PLACED, HANDED)
    assert desk.counts() == {"O1": 1, "O2": 1}

    added = desk.decide(AddLink(named(D1), named(O2)))

    assert desk.counts() == {"O1": 1, "O2": 2}
    (found,) = [
        row
        for row in Reading(desk.store, DEFINITIONS, "default").attachments("order-flow", "O2")
        if row["span_id"] == HANDED.span_id
    ]
    assert (found["rule"], found["correction"], found["carrier_span_id"]) == (3, str(added), "")
    assert not desk.differs_from_everything()
    desk.take_back(added)
    assert desk.counts() == {"O1": 1, "O2": 1}
    assert not desk.differs_from_everything()


def test_a_span_that_is_taken_out_is_no_member_and_no_orphan(desk: Desk) -> None:
    desk.tell(*PLACED, LINKED, HANDED)

    out = desk.decide(DetachSpan(HANDED.trace_id, HANDED.span_id, "order-flow", named(O1)))

    assert desk.counts() == {"O1": 1, "O2": 1}
    assert desk.orphans() == []
    assert not desk.differs_from_everything()
    desk.take_back(out)
    assert desk.counts() == {"O1": 2, "O2": 1}
    assert not desk.differs_from_everything()


def test_a_transaction_of_which_every_span_is_taken_out_is_gone(desk: Desk) -> None:
    desk.tell(*PLACED)
    desk.decide(DetachSpan(PLACED[1].trace_id, PLACED[1].span_id, "order-flow", named(O2)))
    assert desk.counts() == {"O1": 1}
    assert not desk.differs_from_everything()


def test_what_lies_beneath_a_span_goes_with_it(desk: Desk) -> None:
    above = SpanRow("above", "order.placed", 0, (O1,), trace="t")
    desk.tell(above, SpanRow("beneath", "parcel.handed", 1, (), trace="t", parent="above", process="order-flow"))
    assert desk.counts() == {"O1": 2}
    desk.decide(DetachSpan(above.trace_id, above.span_id, "order-flow", named(O1)))
    assert desk.counts() == {}
    assert not desk.differs_from_everything()


def test_a_decision_counts_from_its_moment_on(desk: Desk) -> None:
    desk.tell(*PLACED, LINKED, HANDED)
    before = datetime.now(UTC)
    desk.decide(CutLink(named(D1), named(O1)))
    assert HANDED.span_id in desk.members("O1", as_of=before)
    assert HANDED.span_id not in desk.members("O1", as_of=before, known="now")


def test_a_decision_of_one_tenant_is_no_other_tenants(desk: Desk) -> None:
    desk.tell(*PLACED, LINKED, HANDED)
    desk.decide(CutLink(named(D1), named(O1)), tenant="another")
    assert desk.counts() == {"O1": 2, "O2": 1}


def test_a_rebuild_heeds_what_was_decided(desk: Desk) -> None:
    desk.tell(*PLACED, LINKED, HANDED)
    desk.decide(CutLink(named(D1), named(O1)))
    desk.decide(AddLink(named(D1), named(O2)))
    kept = desk.kept()
    desk.correlator.rebuild()
    assert desk.kept() == kept
    assert desk.counts() == {"O1": 1, "O2": 2}


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 20))])
def test_spans_and_decisions_in_any_order_come_to_what_everything_comes_to(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    moves: list[Any] = [
        *PLACED,
        LINKED,
        HANDED,
        SpanRow("both", "", 2, (D2, P1)),
        SpanRow("link 2", "", 4, (D2, O2)),
        SpanRow("parcel", "parcel.handed", 5, (P1,), process="order-flow", trace="t", parent="there"),
        SpanRow("there", "", 5, (O1,), trace="t"),
        SpanRow("alias", "", 6, (D1,), aliases=(("delivery", "D2"),)),
        CutLink(named(D1), named(O1)),
        CutLink(named(P1), named(D2)),
        AddLink(named(P1), named(O1)),
        DetachSpan(PLACED[0].trace_id, PLACED[0].span_id, "order-flow", named(O1)),
        DetachSpan(HANDED.trace_id, HANDED.span_id, "order-flow", named(O2)),
    ]
    dice.shuffle(moves)
    made: list[UUID] = []
    for move in moves:
        if isinstance(move, SpanRow):
            desk.tell(move)
        else:
            made.append(desk.decide(move))
        if made and dice.random() < 0.2:
            desk.take_back(made.pop(dice.randrange(len(made))))
        assert not desk.differs_from_everything()
    assert desk.store.command("SELECT count() FROM commits") == desk.store.command(
        "SELECT uniqExact(Batch) FROM correlated_batches"
    )
