"""Random histories of money, in any order of arrival, held to a ledger in plain Python to the last digit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanledger_correlator.correlator import Correlator
from spanledger_store import Store

from .charge_flow import DEFINITIONS
from .python_judge import PythonJudge
from .span_rows import SpanRow, put
from .telling import Found, Ledger

STEPS = [
    *["payment.received"] * 5,
    *["charge.sent"] * 2,
    *["payment.reversed"] * 2,
    *["credit_note.issued"] * 2,
    "credit_note.withdrawn",
    "charge.reduced",
    "charge.voided",
    "charge.written_off",
]
AMOUNTS = [
    ("100", "EUR"),
    ("33.33", "EUR"),
    ("33.34", "EUR"),
    ("0.000000001", "EUR"),
    ("50", "USD"),
    ("-10", "EUR"),
    None,
]
MONEY = [
    "Status",
    "ClosedAt",
    "Currencies",
    "Amounts",
    "OpenAmounts",
    "Cash",
    "Credits",
    "WriteOffs",
    "Overpaid",
    "Elsewhere",
    "StepDone",
    "StepDoneAt",
]
NAMES = iter(range(10**9))


def history(dice: random.Random) -> list[tuple[SpanRow, int]]:
    """What happened to one charge: each span as its own ledger sees it, and the commit that it arrives in."""
    number = next(NAMES)
    spans = [(_span(number, "charge.sent", 0, 0).having(amount=("100", "EUR")), dice.randrange(2))]
    for index in range(1, dice.randint(2, 8)):
        step = dice.choice(STEPS)
        span = _span(number, step, index, dice.randrange(6) * 10).having(
            outcome=dice.choice(["success"] * 6 + ["compensated", "failure"]),
            amount=dice.choice(AMOUNTS),
            key=dice.choice(["", "", "k1", "k2"]),
        )
        kind = step.split(".", maxsplit=1)[0]
        if kind != "charge" and dice.randrange(6):
            span = span.having(entities=(*span.entities, (kind, f"{kind}-{number}-{dice.randrange(2)}")))
        spans.append((span, dice.randrange(2)))
    return spans


def _span(number: int, step: str, index: int, at: float) -> SpanRow:
    return SpanRow(f"m{number}-{index}", step, at, (("charge", f"M{number}"),), outcome="success")


@pytest.fixture(scope="module")
def shared(engine_directory: Path) -> Iterator[Ledger]:
    with Store.open(f"chdb://{engine_directory}?database=test_ledger") as store:
        store.migrate()
        yield Ledger(store, DEFINITIONS, Correlator(store, DEFINITIONS))
        store.command("DROP DATABASE test_ledger SYNC")


def hold_to_the_ledger(shared: Ledger, told: list[list[tuple[SpanRow, int]]], linked: bool) -> None:
    tenant = f"t{next(NAMES)}"
    (definition,) = DEFINITIONS
    commits: list[list[SpanRow]] = [[], [], []]
    for spans in told:
        for span, commit in spans:
            root, *others = span.entities
            arriving = span.having(tenant=tenant)
            if linked and others:
                # The payment comes alone; what it is for is told by another span, later or earlier.
                arriving = arriving.having(entities=tuple(others))
                commits[2 - commit].append(SpanRow(f"l-{span.name}", "", span.at, (root, *others), tenant=tenant))
            commits[commit].append(arriving)
            if commit and span.key:
                commits[0].append(arriving)
    for group in commits:
        put(shared.store, *group)
        shared.correlator.catch_up()
    rows = Found(shared, tenant).rows()
    wrong: list[Any] = []
    for spans in told:
        judged = PythonJudge(definition, [span for span, _ in spans], {}).verdict(100_000)
        row = rows[f"charge-flow/{spans[0][0].entities[0][1]}"]
        differing = {name: (row[name], judged[name]) for name in MONEY if row[name] != judged[name]}
        if differing:
            wrong.append(
                (differing, [(one.at, one.step, one.outcome, one.amount, one.key, one.entities) for one, _ in spans])
            )
        if row["Status"] != "cancelled":
            for amount, rest, cash, credit, lost, over in zip(*(row[name] for name in MONEY[3:9]), strict=True):
                assert cash + credit < 0 or amount < 0 or amount + over == rest + cash + credit + lost
    shortest = sorted(wrong, key=lambda one: len(one[1]))[:3]
    assert shortest == []


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(dice=st.randoms(use_true_random=True), linked=st.booleans())
def test_random_histories_come_out_as_in_the_ledger(shared: Ledger, dice: random.Random, linked: bool) -> None:
    hold_to_the_ledger(shared, [history(dice) for _ in range(80)], linked)


@pytest.mark.long
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(dice=st.randoms(use_true_random=True), linked=st.booleans())
def test_many_random_histories_come_out_as_in_the_ledger(shared: Ledger, dice: random.Random, linked: bool) -> None:
    hold_to_the_ledger(shared, [history(dice) for _ in range(300)], linked)
