"""The scope of a tick misses nothing: many random firms, commit by commit, against an evaluation of everything.

Each firm is a tenant with a few spans over few ids, so that links, aliases, claims, copies and traces collide often.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.evaluation import STATE_COLUMNS
from spanledger_correlator.reading import Reading
from spanledger_store import Store

from .order_flow import CARE, ORDER
from .span_rows import EPOCH, STORED, SpanRow, put
from .telling import differences

CLAIMING = parse_definition("""
process: claim-flow
version: 1
effective_from: 2020-01-01
impact: revenue
entity: order
joined_by: [parcel]
relates_to: [account]
steps:
  - {step: order.placed, system: shop, start: true, one_per: delivery}
  - {step: parcel.handed, system: carrier, end: true, required: {when: {account.tier: "gold"}}}
cancelled_by: [order.dropped]
""")
DEFINITIONS = Definitions([ORDER, CARE, CLAIMING])
STEPS = ["", "", "order.placed", "order.placed", "parcel.handed", "parcel.handed", "delivery.packed", "order.dropped"]
IDS = {
    "order": ["O1", "O2", "O3", "0"],
    "delivery": ["D1", "D2", "N/A"],
    "parcel": ["P1", "P2"],
    "account": ["A1", "A2"],
}
FUTURE = (STORED - EPOCH) / timedelta(minutes=1)


def random_span(dice: random.Random, number: int) -> SpanRow:
    entities = [(kind, dice.choice(IDS[kind])) for kind in dice.choices(list(IDS), k=dice.choice([0, 1, 1, 2, 2, 3]))]
    entities = list(dict.fromkeys(entities))
    kinds = [kind for kind, _ in entities]
    single = [kind for kind in kinds if kinds.count(kind) == 1]
    alias = dice.choice(single) if single and dice.random() < 0.25 else ""
    orders = [entity for kind, entity in entities if kind == "order"]
    return SpanRow(
        f"s{number}",
        dice.choice(STEPS),
        dice.choice([0, 1, 2, 3, 5, 8, FUTURE + 9]),
        tuple(entities),
        trace=dice.choice(["", "t1", "t1", "t2"]),
        parent=dice.choice(["", *(f"s{other}" for other in range(6))]),
        outcome=dice.choice(["", "", "", "failure", "compensated"]),
        amount=dice.choice([None, ("7", "EUR"), ("3", "EUR")]),
        allocations=tuple(("order", one, "1") for one in orders) if dice.random() < 0.2 else (),
        aliases=((alias, dice.choice(IDS[alias])),) if alias else (),
        attributes=(("account", "tier", dice.choice(["gold", "tin"])),) if "account" in single else (),
        key=dice.choice(["", "k1", "k2"]),
        transaction=dice.choice(["", "", "", "", "order-flow/O1", "claim-flow/O2"]),
        process=dice.choice(["", "", "", "order-flow"]),
        service=dice.choice(["", "exporter"]),
        duration_ns=dice.choice([0, 0, 1_000]),
    )


def random_commits(dice: random.Random, count: int) -> list[list[SpanRow]]:
    """A firm's spans in `count` commits; some come again, some as another copy."""
    spans = [random_span(dice, number) for number in range(dice.randint(2, 7))]
    for span in dice.sample(spans, k=min(len(spans), dice.choice([0, 1, 1, 2]))):
        other = random_span(dice, 0)
        spans.append(other.having(name=span.name, trace=span.trace or span.name, duration_ns=dice.choice([0, 2_000])))
    spans += dice.sample(spans, k=dice.choice([0, 0, 1, 2]))
    dice.shuffle(spans)
    commits: list[list[SpanRow]] = [[] for _ in range(count)]
    for span in spans:
        commits[dice.randrange(count)].append(span)
    return commits


@pytest.fixture(scope="module")
def shared(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=test_scope") as store:
        store.migrate()
        yield store
        store.command("DROP DATABASE test_scope SYNC")


def hold_to_everything(store: Store, seed: int, firms: int, commits: int) -> None:
    dice = random.Random(seed)
    told = {f"{seed}-{number}": random_commits(dice, commits) for number in range(firms)}
    correlator = Correlator(store, DEFINITIONS)
    for number in range(commits):
        stored = STORED + timedelta(seconds=number)
        put(store, *(span.having(tenant=firm, stored_at=stored) for firm in told for span in told[firm][number]))
        correlator.catch_up()
    Reading(store, DEFINITIONS, "", as_of=datetime(2099, 1, 1, tzinfo=UTC))
    mine = f"WHERE startsWith(Tenant, '{seed}-') ORDER BY Tenant"
    kept, complete = (
        store.rows(f"SELECT {STATE_COLUMNS} FROM {table} {mine}, Process, RootId")
        for table in ("transactions FINAL", "all_states")
    )
    waiting, all_waiting = (
        store.rows(f"SELECT Tenant, TraceId, SpanId, Reason FROM {table} {mine}, TraceId, SpanId")
        for table in ("unattached FINAL", "(SELECT * FROM all_unattached WHERE Reason != '')")
    )
    wrong = differences(kept, complete)
    wrong += [f"('{row['Tenant']}') {row['Reason']}" for row in waiting if row not in all_waiting]
    wrong += [f"('{row['Tenant']}') not {row['Reason']}" for row in all_waiting if row not in waiting]
    assert shortest_story(wrong, told) == []


def shortest_story(wrong: list[str], told: dict[str, list[list[SpanRow]]]) -> list[str]:
    """The firm with the fewest spans of those that went wrong: what did, and what it was told."""
    firms = {line.split("'")[1] for line in wrong}
    if not firms:
        return []
    firm = min(firms, key=lambda one: sum(len(commit) for commit in told[one]))
    lines = [line for line in wrong if f"'{firm}'" in line]
    for commit in told[firm]:
        lines.append("commit")
        lines += [str(span) for span in commit]
    return [f"{len(firms)} of {len(told)} firms", *lines]


@pytest.mark.parametrize("seed", [1])
def test_a_tick_misses_nothing(shared: Store, seed: int) -> None:
    hold_to_everything(shared, seed, firms=300, commits=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 33))
def test_a_tick_misses_nothing_in_many_cases(shared: Store, seed: int) -> None:
    hold_to_everything(shared, seed, firms=1_000, commits=5)
