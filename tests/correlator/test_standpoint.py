"""As of a moment, as known then: the states that stood then, also by definitions that have gone since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from spanledger_correlator import derivation
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.evaluation import STATE_COLUMNS
from spanledger_correlator.reading import Reading
from spanledger_correlator.standpoint import reading_of
from spanledger_store import Store

from .order_flow import CARE, ORDER
from .span_rows import STORED, SpanRow, put
from .telling import differences
from .test_correlator import commits, kept

# The first reads a step that the second has left out; the third judges otherwise and reads the same as the second.
FIRST = Definitions([parse_definition(ORDER.text.replace("parcel.handed", "parcel.thrown")), CARE])
SECOND = Definitions([ORDER, CARE])
THIRD = Definitions([parse_definition(ORDER.text.replace("impact: client", "impact: revenue")), CARE])


def minute(number: float) -> datetime:
    return STORED + timedelta(minutes=number)


def nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000_000


def test_what_matters_to_reading_spans_and_what_does_not() -> None:
    assert reading_of(list(FIRST)) != reading_of(list(SECOND))
    assert reading_of(list(SECOND)) == reading_of(list(THIRD))


def test_as_of_any_moment_is_what_was_stored_then(store: Store) -> None:
    """After each commit the kept states are remembered; later each moment is asked about, as known then."""
    stood: dict[datetime, list[dict[str, Any]]] = {}
    told: Sequence[tuple[Definitions, list[SpanRow]]] = [
        (FIRST, [*commits()[0], SpanRow("t", "parcel.thrown", 3, (("order", "O1"),))]),
        (FIRST, commits()[1]),
        (SECOND, []),
        (SECOND, commits()[2]),
        (THIRD, [SpanRow("z", "order.placed", 9, (("order", "O9"),), amount=("7", "EUR"))]),
    ]
    for number, (definitions, spans) in enumerate(told):
        now = minute(number)
        correlator = Correlator(store, definitions, clock=partial(nanoseconds, now))
        derivation.remember(store, definitions, f"{now:%Y-%m-%d %H:%M:%S}.000000000")
        put(store, *(span.having(stored_at=now) for span in spans))
        correlator.rebuild() if number and told[number - 1][0] is not definitions else correlator.catch_up()
        stood[now] = kept(store)
    assert len({str(states) for states in stood.values()}) == len(told)
    for moment, states in stood.items():
        reading = Reading(store, THIRD, "default", as_of=moment)
        found = reading.store.rows(f"SELECT {STATE_COLUMNS} FROM all_states ORDER BY Tenant, Process, RootId")
        assert differences(states, found) == [], moment
    reading = Reading(store, THIRD, "default", as_of=minute(0))
    assert {one["step"] for one in reading.attachments("order-flow", "O1")} >= {"order.placed", "parcel.thrown"}
    assert ("order-flow", "O1") in reading.transactions_touching("account", "A1")


def test_the_step_of_a_definition_that_has_gone_is_not_known_of_now(store: Store) -> None:
    put(
        store, SpanRow("a", "order.placed", 0, (("order", "O1"),)), SpanRow("t", "parcel.thrown", 3, (("order", "O1"),))
    )
    derivation.remember(store, FIRST, f"{minute(-5):%Y-%m-%d %H:%M:%S}.000000000")
    derivation.remember(store, SECOND, f"{minute(5):%Y-%m-%d %H:%M:%S}.000000000")
    Correlator(store, SECOND).rebuild()

    def spans(**asked: Any) -> int:
        reading = Reading(store, SECOND, "default", **asked)
        return int(reading.store.command("SELECT SpanCount FROM all_states"))

    assert spans(as_of=minute(1)) == 2
    assert spans(as_of=minute(6)) == 1
    assert spans(as_of=minute(1), known="now") == 1
