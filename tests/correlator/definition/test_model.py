"""Which version of a process is in force."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from spanledger_correlator.definition.model import Definitions, ProcessDefinition, StepRule

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
FIRST = ProcessDefinition(
    process="invoice-to-cash",
    version=1,
    effective_from=NEW_YEAR,
    title="Invoice to cash",
    impact="revenue",
    entity="invoice",
    joined_by=(),
    relates_to=(),
    ignore_ids=MappingProxyType({"payment": ("0",)}),
    skew_ns=0,
    owners=(),
    amount_from="",
    steps=(StepRule("invoice.posted", "netsuite", start=True), StepRule("payment.received", "netsuite", end=True)),
    cancelled_by=("invoice.voided",),
    failed_by=("invoice.written_off",),
    sla=None,
    severity=(),
    text="",
    path="invoice-to-cash.yaml",
)
SECOND = replace(FIRST, version=2, effective_from=datetime(2026, 6, 1, tzinfo=UTC))
OTHER = replace(FIRST, process="time-to-bill", version=7)


def test_a_version_is_in_force_from_its_first_moment_on() -> None:
    definitions = Definitions([SECOND, OTHER, FIRST])
    assert definitions.in_force(NEW_YEAR - MOMENT) == []
    assert definitions.in_force(NEW_YEAR) == [FIRST, OTHER]
    assert definitions.in_force(SECOND.effective_from - MOMENT) == [FIRST, OTHER]
    assert definitions.in_force(SECOND.effective_from) == [SECOND, OTHER]


def test_of_versions_of_one_date_the_highest_is_in_force() -> None:
    third = replace(SECOND, version=3)
    assert Definitions([third, SECOND, FIRST]).in_force(SECOND.effective_from) == [third]


def test_the_newest_date_counts_before_the_version() -> None:
    backdated = replace(FIRST, version=3, effective_from=NEW_YEAR - timedelta(days=365))
    assert Definitions([backdated, SECOND]).in_force(SECOND.effective_from) == [SECOND]


def test_iteration_is_by_process_and_version() -> None:
    definitions = Definitions([OTHER, SECOND, FIRST])
    assert list(definitions) == [FIRST, SECOND, OTHER]
    assert len(definitions) == 3


def test_get_is_the_highest_version_or_the_one_asked_for() -> None:
    definitions = Definitions([SECOND, FIRST])
    assert definitions.get("invoice-to-cash") == SECOND
    assert definitions.get("invoice-to-cash", 1) == FIRST
    assert definitions.get("invoice-to-cash", 9) is None
    assert definitions.get("invoice-to-crash") is None


def test_steps_by_name_and_everything_a_span_can_match() -> None:
    assert FIRST.step("payment.received") == FIRST.steps[1]
    assert FIRST.step("invoice.voided") is None
    assert FIRST.step_names == ("invoice.posted", "payment.received", "invoice.voided", "invoice.written_off")


def test_a_definition_is_immutable_and_can_be_a_key() -> None:
    assert len({FIRST, replace(FIRST), SECOND}) == 2
    with pytest.raises(FrozenInstanceError):
        FIRST.version = 2  # type: ignore[misc]
