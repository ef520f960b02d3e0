"""A pytest plugin: the fixture `business_spans` captures what the code under test says, and nothing is sent.

It comes with the SDK; there is nothing to register.

Example:
    >>> def test_posting(business_spans):
    ...     post_invoice(erp, "INV-1042", "48200.00", "EUR")
    ...     posted = business_spans.one("invoice.posted", invoice="INV-1042", outcome="success")
    ...     assert posted.amount == (Decimal("48200.00"), "EUR")
    ...     assert business_spans.problems == {}
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import pytest

from spanledger import attributes as names
from spanledger._internal import runtime
from spanledger._internal.finished import Finished, Value
from spanledger._internal.problems import PROBLEMS
from spanledger._internal.runtime import Runtime
from spanledger._internal.settings import Settings

_SAID = {
    "outcome": names.OUTCOME,
    "process": names.PROCESS,
    "transaction": names.TRANSACTION,
    "system": names.SYSTEM,
    "legal_entity": names.LEGAL_ENTITY,
    "region": names.REGION,
    "error_kind": names.ERROR_KIND,
    "error_code": names.ERROR_CODE,
    "error_message": names.ERROR_MESSAGE,
    "idempotency_key": names.IDEMPOTENCY_KEY,
    "due_at": names.DUE_AT,
    "occurred_at": names.OCCURRED_AT,
}
"""What `one`, `matching` and `none` may ask for, besides entities."""


@dataclass(frozen=True, slots=True)
class BusinessSpan:
    """A captured span."""

    step: str
    attributes: Mapping[str, Value]
    """Every attribute as it would be sent, by its name (`spanledger.attributes`)."""
    seconds: float
    """How long it lasted."""
    trace_id: str
    span_id: str
    parent_id: str

    @property
    def outcome(self) -> str:
        """One of `attributes.OUTCOMES`."""
        return str(self.attributes.get(names.OUTCOME, ""))

    @property
    def entities(self) -> dict[str, list[str]]:
        """The ids by entity type."""
        return {
            name.removeprefix(names.ENTITY_PREFIX): [value] if isinstance(value, str) else list(value)  # type: ignore[arg-type]
            for name, value in self.attributes.items()
            if name.startswith(names.ENTITY_PREFIX)
        }

    @property
    def amount(self) -> tuple[Decimal, str] | None:
        """The amount and its currency; None without one."""
        return self._pair(names.AMOUNT, names.CURRENCY)

    @property
    def quantity(self) -> tuple[Decimal, str] | None:
        """The quantity and its unit; None without one."""
        return self._pair(names.QUANTITY, names.UNIT)

    def _pair(self, number: str, unit: str) -> tuple[Decimal, str] | None:
        if number not in self.attributes:
            return None
        return Decimal(str(self.attributes[number])), str(self.attributes[unit])

    def __str__(self) -> str:
        ids = [f"{entity_type}={','.join(found)}" for entity_type, found in self.entities.items()]
        money = "" if self.amount is None else f"{self.attributes[names.AMOUNT]} {self.amount[1]}"
        wrong = self.attributes.get(names.ERROR_MESSAGE) or self.attributes.get(names.ERROR_KIND, "")
        return " ".join(one for one in (self.step, self.outcome, *ids, money, str(wrong)) if one)


class BusinessSpans:
    """What was captured, in the order in which it ended."""

    def __init__(self) -> None:
        self.all: list[BusinessSpan] = []
        """Every captured span."""
        self._before = PROBLEMS.counts()

    @property
    def steps(self) -> list[str]:
        """The names of the steps."""
        return [span.step for span in self.all]

    @property
    def problems(self) -> dict[str, int]:
        """What the SDK has left out or mended, by its code (`float_refused`) and how often; empty where all was well."""
        now = PROBLEMS.counts()
        return {
            code: count - self._before.get(code, 0) for code, count in now.items() if count > self._before.get(code, 0)
        }

    def matching(self, step: str, /, **said: object) -> list[BusinessSpan]:
        """The spans of a step that say all of this: entities (`invoice="INV-1"`: among its ids), `outcome`, `system`, ...

        Example:
            >>> business_spans.matching("invoice.posted", invoice="INV-1", outcome="failure")
        """
        return [span for span in self.all if span.step == step and not _differences(span, said)]

    def one(self, step: str, /, **said: object) -> BusinessSpan:
        """The only span of a step that says all of this; the test fails where there is none, or more than one.

        Example:
            >>> business_spans.one("invoice.posted", invoice="INV-1").amount
            (Decimal('48200.00'), 'EUR')
        """
        __tracebackhide__ = True
        found = self.matching(step, **said)
        if len(found) == 1:
            return found[0]
        pytest.fail(
            f"expected one business span {_asked(step, said)}; found {len(found) or 'none'}.\n{self._told(step, said)}"
        )

    def none(self, step: str, /, **said: object) -> None:
        """The test fails if a span of a step says all of this.

        Example:
            >>> business_spans.none("invoice.posted", outcome="failure")
        """
        __tracebackhide__ = True
        found = self.matching(step, **said)
        if found:
            pytest.fail(
                f"expected no business span {_asked(step, said)}; found {len(found)}.\n{self._told(step, said)}"
            )

    def _told(self, step: str, said: Mapping[str, object]) -> str:
        if not self.all:
            return "Nothing was captured: does the code run under this test, and does it call spanledger?"
        lines = [f"Captured were {len(self.all)}:"]
        for number, span in enumerate(self.all, 1):
            lines.append(f"  {number}. {span}")
            if span.step == step and (wrong := _differences(span, said)):
                lines.append(f"     {'; '.join(wrong)}")
        return "\n".join(lines)


class _Net:
    """Where spans go while a test runs."""

    def __init__(self, caught: BusinessSpans) -> None:
        self._caught = caught

    def send(self, span: Finished) -> None:
        self._caught.all.append(
            BusinessSpan(
                step=span.name,
                attributes=MappingProxyType(dict(span.attributes)),
                seconds=(span.ended_at - span.started_at) / 1e9,
                trace_id=f"{span.context.trace_id:032x}",
                span_id=f"{span.context.span_id:016x}",
                parent_id="" if span.parent is None else f"{span.parent.span_id:016x}",
            )
        )

    def flush(self, timeout: float) -> bool:
        del timeout
        return True

    def conclude(self, mark: Callable[[Finished], Finished], closing: Callable[[], Finished]) -> None:
        """The end of a program is not the business of a test."""

    def shutdown(self, timeout: float) -> bool:
        del timeout
        return True

    def after_fork(self) -> None:
        """A child's spans are not captured: they are in its memory."""


@pytest.fixture
def business_spans() -> Iterator[BusinessSpans]:
    """Captures the business spans of a test. What the code says to `configure` counts, but nothing is sent."""
    caught = BusinessSpans()
    with runtime.captured_by(_Net(caught)) as net:
        before = runtime.install(Runtime(Settings(), net))
        yield caught
        runtime.install(before)


def _asked(step: str, said: Mapping[str, object]) -> str:
    return ", ".join([f"of {step}", *(f"{key}={value!r}" for key, value in said.items())])


def _differences(span: BusinessSpan, said: Mapping[str, object]) -> list[str]:
    """In which ways a span is not what was asked for, in words."""
    wrong = []
    for key, value in said.items():
        if key in _SAID:
            found = span.attributes.get(_SAID[key])
            if found != value:
                wrong.append(f"its {key} is {found!r}, not {value!r}")
        elif str(value) not in span.entities.get(key, []):
            ids = ", ".join(span.entities.get(key, [])) or "missing"
            wrong.append(f"its {key} is {ids}, not {value}")
    return wrong
