"""The handle of a running step: what its body may say about it."""

from collections.abc import Iterable, Mapping

from spanledger import attributes as names
from spanledger._internal.failures import Failure
from spanledger._internal.finished import Value
from spanledger._internal.moments import Moment
from spanledger._internal.money import Number
from spanledger._internal.problems import PROBLEMS, never_raises, nothing
from spanledger._internal.propagation import sender_of
from spanledger._internal.record import Record
from spanledger._internal.span import OpenSpan
from spanledger._internal.text import Fact, Id, Ids


class Step:
    """A step that is running. `with step(...) as it:` hands it out; it does nothing where nothing is configured.

    No method raises. A value that cannot be sent is left out and logged, and the span is kept.
    """

    def __init__(self, span: OpenSpan | None) -> None:
        self._span = span

    def _record(self, what: str) -> Record | None:
        if self._span is None:
            return None
        if self._span.ended:
            PROBLEMS.report("step_ended", "%s came after the step's end and was left out", what)
            return None
        return self._span.record

    @property
    def trace_id(self) -> str:
        """The trace's id as 32 hex digits, for the host's own logs; empty where nothing is configured."""
        return f"{self._span.identity.context.trace_id:032x}" if self._span else ""

    @property
    def span_id(self) -> str:
        """The span's id as 16 hex digits; empty where nothing is configured."""
        return f"{self._span.identity.context.span_id:016x}" if self._span else ""

    @never_raises(nothing)
    def entity(self, entity_type: str, ids: Ids) -> None:
        """Name business objects that the step touches, beside those already named. None and `""` are no id.

        Example:
            >>> it.entity("time_entry", ["TE-1", "TE-2"])
        """
        if record := self._record("an entity"):
            record.entity(entity_type, ids)

    @never_raises(nothing)
    def alias(self, entity_type: str, *ids: Id) -> None:
        """Say under which other ids the step's one entity of a type is known elsewhere.

        Example:
            >>> it.alias("project", "006Ab00000XyZ")
        """
        if record := self._record("an alias"):
            record.alias(entity_type, ids)

    @never_raises(nothing)
    def attribute(self, entity_type: str, key: str, value: Fact) -> None:
        """State a fact about the step's entity of a type. It is sent as text; a bool as `true` or `false`.

        Example:
            >>> it.attribute("account", "tier", "platinum")
        """
        if record := self._record("an attribute"):
            record.attribute(entity_type, key, value)

    @never_raises(nothing)
    def amount(self, value: Number, currency: str) -> None:
        """The money of the entity that prefixes the step: `invoice.posted` states the invoice's.

        `value` is a str, Decimal or int in the currency's major unit, `currency` an ISO 4217 code. A float is not
        exact and is refused.

        Example:
            >>> it.amount("48200.00", "EUR")
        """
        if record := self._record("an amount"):
            record.amount(value, currency)

    @never_raises(nothing)
    def quantity(self, value: Number, unit: str) -> None:
        """How much of something that is not money.

        Example:
            >>> it.quantity("7.5", "hours")
        """
        if record := self._record("a quantity"):
            record.quantity(value, unit)

    @never_raises(nothing)
    def allocate(self, entity_type: str, shares: Mapping[str, Number]) -> None:
        """How the amount splits over entities of a type, in the amount's currency. One bad share refuses the call.

        Example:
            >>> it.allocate("invoice", {"INV-1": "100.00", "INV-2": "50.00"})
        """
        if record := self._record("an allocation"):
            record.allocate(entity_type, shares)

    @never_raises(nothing)
    def fail(
        self,
        kind: str = "unknown",
        *,
        code: str | None = None,
        message: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        """The step failed. `kind` is one of `attributes.ERROR_KINDS`; `code` and `message` as the system gave them.

        Example:
            >>> it.fail("closed_period", code="PERIOD_CLOSED", message="period closed", retryable=False)
        """
        if record := self._record("a failure"):
            record.fail("failure", Failure(kind, code, message, retryable))

    @never_raises(nothing)
    def reject(
        self,
        kind: str = "validation",
        *,
        code: str | None = None,
        message: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        """The receiving system looked at the record and refused it. Arguments as for `fail`.

        Example:
            >>> it.reject("mapping", code="NO_COST_CENTRE", message="cost centre 4711 is unknown")
        """
        if record := self._record("a rejection"):
            record.fail("rejected", Failure(kind, code, message, retryable))

    @never_raises(nothing)
    def link(self, carrier: Mapping[str, object] | Iterable[tuple[str, object]]) -> None:
        """The step has to do with another trace's span too: of the messages that a batch was made from, each one's.

        `carrier` is what that span's `inject` wrote, as for `extract`; where it says nothing, nothing is linked.

        Example:
            >>> for message in messages:
            ...     it.link(message.headers)
        """
        if (record := self._record("a link")) and (sender := sender_of(carrier)):
            record.links.append(sender)

    @property
    def outcome(self) -> str | None:
        """One of `attributes.OUTCOMES`. Unless it is set, the end of the body decides: success or failure."""
        return self._text(names.OUTCOME)

    @outcome.setter
    def outcome(self, value: str) -> None:
        if record := self._record("an outcome"):
            record.outcome(value)

    @property
    def due_at(self) -> str | None:
        """An explicit deadline, as RFC 3339. It takes an aware datetime, RFC 3339 text, or a date: its end in UTC."""
        return self._text(names.DUE_AT)

    @due_at.setter
    def due_at(self, value: Moment) -> None:
        if record := self._record("a deadline"):
            record.moment(names.DUE_AT, value)

    @property
    def occurred_at(self) -> str | None:
        """When it happened, if that is not the end of the step, as RFC 3339. It takes what `due_at` takes."""
        return self._text(names.OCCURRED_AT)

    @occurred_at.setter
    def occurred_at(self, value: Moment) -> None:
        if record := self._record("a time"):
            record.moment(names.OCCURRED_AT, value)

    @property
    def idempotency_key(self) -> str | None:
        """Tells a retry (the same key) from a duplicate (another key)."""
        return self._text(names.IDEMPOTENCY_KEY)

    @idempotency_key.setter
    def idempotency_key(self, value: Id) -> None:
        if record := self._record("an idempotency key"):
            record.text(names.IDEMPOTENCY_KEY, value)

    @property
    def record_count(self) -> int | None:
        """The size of the batch that the step handled, in records."""
        known = self._span.record.get(names.RECORD_COUNT) if self._span else None
        return known if isinstance(known, int) else None

    @record_count.setter
    def record_count(self, value: int) -> None:
        if record := self._record("a record count"):
            record.whole(names.RECORD_COUNT, value)

    def _keys(self) -> dict[str, Value]:
        """The entities that are named so far, as attributes."""
        return self._span.record.entities() if self._span else {}

    def _text(self, name: str) -> str | None:
        known = self._span.record.get(name) if self._span else None
        return known if isinstance(known, str) else None


IDLE = Step(None)
"""The step of a program where nothing is configured."""
