"""One business span while it is being written: its attributes, checked value by value. What is wrong is left out."""

import threading
from collections.abc import Callable, Iterator, Mapping

from opentelemetry.trace import SpanContext

from spanledger import attributes as names
from spanledger._internal import moments, money
from spanledger._internal import text as texts
from spanledger._internal.details import Details
from spanledger._internal.failures import Failure
from spanledger._internal.finished import Value
from spanledger._internal.problems import PROBLEMS, never_raises, report_unexpected
from spanledger._internal.redaction import Redaction

_TEXTS = (
    (names.PROCESS, "process"),
    (names.TRANSACTION, "transaction"),
    (names.SYSTEM, "system"),
    (names.ID_SCOPE, "id_scope"),
    (names.LEGAL_ENTITY, "legal_entity"),
    (names.REGION, "region"),
    (names.IDEMPOTENCY_KEY, "idempotency_key"),
    (names.REPLAY_OF, "replay_of"),
)
_MOMENTS = ((names.DUE_AT, "due_at"), (names.OCCURRED_AT, "occurred_at"))
_NUMBERS = ((names.ATTEMPT, "attempt"), (names.RECORD_COUNT, "record_count"))
_Setting = tuple[Callable[..., None], tuple[object, ...]]
FAILING = frozenset({"failure", "rejected"})


class Record:
    """The attributes of one span. Safe to write from several threads: a step may be handed to workers.

    A value that is wrong is reported and left out; one whose own code raises, raises here.
    """

    def __init__(self, step: str, redaction: Redaction) -> None:
        self._redaction = redaction
        self._values: dict[str, Value] = {names.STEP: step}
        self._ids: dict[str, dict[str, None]] = {}
        self._allocations: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self.links: list[SpanContext] = []

    def describe(self, details: Details) -> None:
        """Take over every detail that was given; one that cannot be taken does not cost the others."""
        for setter, arguments in self._given(details):
            try:
                setter(*arguments)
            except Exception:  # noqa: BLE001 - the contract with the host: the span goes on without this value
                report_unexpected("taking a value over")

    def _given(self, details: Details) -> Iterator[_Setting]:
        """What sets each detail that was given, and its arguments."""
        for setter, fields in ((self.text, _TEXTS), (self.moment, _MOMENTS), (self.whole, _NUMBERS)):
            for name, field in fields:
                if (value := getattr(details, field)) is not None:
                    yield setter, (name, value)
        if details.impact is not None:
            yield self.word, (names.IMPACT, details.impact, names.IMPACTS, "impact")
        if details.outcome is not None:
            yield self.outcome, (details.outcome,)
        if details.amount is not None:
            yield self._pair, (self.amount, details.amount, "amount", "('48200.00', 'EUR')")
        if details.quantity is not None:
            yield self._pair, (self.quantity, details.quantity, "quantity", "('7.5', 'hours')")
        yield from self._given_of_entities(details)

    def _given_of_entities(self, details: Details) -> Iterator[_Setting]:
        yield from ((self.entity, one) for one in details.entities.items())
        yield from ((self.alias, one) for one in _items(details.aliases, "aliases"))
        yield from ((self.allocate, one) for one in _items(details.allocations, "allocations"))
        for entity_type, facts in _items(details.attributes, "attributes"):
            yield from ((self.attribute, (entity_type, *one)) for one in _items(facts, "attributes"))

    def get(self, name: str) -> Value | None:
        """A value as it stands."""
        return self._values.get(name)

    def text(self, name: str, value: object) -> None:
        """A text attribute; None leaves it as it is."""
        known = texts.identifier(value)
        if known is not None:
            self._values[name] = known

    def word(self, name: str, value: object, allowed: tuple[str, ...], what: str) -> None:
        """An attribute that allows certain words only."""
        known = texts.word(value, allowed, what)
        if known is not None:
            self._values[name] = known

    def whole(self, name: str, value: object) -> None:
        """An int attribute."""
        known = texts.whole(value, name)
        if known is not None:
            self._values[name] = known

    def outcome(self, value: object) -> None:
        """The step's outcome."""
        self.word(names.OUTCOME, value, names.OUTCOMES, "outcome")

    def moment(self, name: str, value: object) -> None:
        """A point in time as RFC 3339; a date means its end for a deadline, else its beginning."""
        at = moments.nanoseconds(value, name, end_of_day=name == names.DUE_AT)
        known = None if at is None else moments.rfc3339(at)
        if known is not None:
            self._values[name] = known

    def entity(self, entity_type: object, ids: object) -> None:
        """Add entities of a type."""
        self._add(names.ENTITY_PREFIX, entity_type, ids)

    def alias(self, entity_type: object, ids: object) -> None:
        """Add other ids of the span's one entity of a type."""
        self._add(names.ALIAS_PREFIX, entity_type, ids)

    def attribute(self, entity_type: object, key: object, value: object) -> None:
        """A fact about the span's entity of a type."""
        known_type, known_key, known = texts.entity_type(entity_type), texts.identifier(key), texts.fact(value)
        if known_type is None or known_key is None or known is None:
            return
        if (sent := self._redaction.fact(known_type, known_key, known)) is not None:
            self._values[names.attribute(known_type, known_key)] = sent

    def allocate(self, entity_type: object, shares: object) -> None:
        """Add to how the amount splits. One bad share refuses them all: a partial split would look like a whole one."""
        known_type = texts.entity_type(entity_type)
        if known_type is None:
            return
        known: dict[str, str] = {}
        for key, value in _items(shares, "allocations"):
            entity_id, share = texts.identifier(key), money.decimal_text(value, "allocation")
            if entity_id is None or share is None:
                PROBLEMS.report("allocation", "the allocation over %ss was left out", known_type)
                return
            known[self._redaction.id(known_type, entity_id)] = share
        if known:
            with self._lock:
                self._allocations.setdefault(known_type, {}).update(known)

    def amount(self, value: object, currency: object) -> None:
        """The amount and its currency, both or neither."""
        number = money.decimal_text(value, "amount")
        code = money.currency_code(currency)
        if number is not None and code is not None:
            self._values.update({names.AMOUNT: number, names.CURRENCY: code})

    def quantity(self, value: object, unit: object) -> None:
        """The quantity and its unit, both or neither."""
        number, known_unit = money.decimal_text(value, "quantity"), texts.identifier(unit)
        if number is not None and known_unit is not None:
            self._values.update({names.QUANTITY: number, names.UNIT: known_unit})

    def fail(self, outcome: str, failure: Failure) -> None:
        """The outcome with its error; an earlier error is replaced wholly."""
        kind = texts.word(failure.kind, names.ERROR_KINDS, "error kind") or "unknown"
        for name in (names.ERROR_CODE, names.ERROR_MESSAGE, names.ERROR_RETRYABLE):
            self._values.pop(name, None)
        self._values.update({names.OUTCOME: outcome, names.ERROR_KIND: kind})
        self.text(names.ERROR_CODE, failure.code)
        message = texts.identifier(failure.message)
        if message is not None:
            self._values[names.ERROR_MESSAGE] = self._redaction.message(message)
        if failure.retryable is not None:
            self._values[names.ERROR_RETRYABLE] = bool(failure.retryable)

    def entities(self) -> dict[str, Value]:
        """The attributes of the entities that are named so far."""
        return {name: value for name, value in self.wire().items() if name.startswith(names.ENTITY_PREFIX)}

    def wire(self) -> dict[str, Value]:
        """The attributes as they are sent: a single id as a string, several as a list."""
        with self._lock:
            values = dict(self._values)
            for name, ids in self._ids.items():
                values[name] = next(iter(ids)) if len(ids) == 1 and name.startswith(names.ENTITY_PREFIX) else list(ids)
            for entity_type, shares in self._allocations.items():
                values[names.allocation(entity_type)] = [f"{key}={share}" for key, share in shares.items()]
        return values

    def _add(self, prefix: str, entity_type: object, ids: object) -> None:
        known_type = texts.entity_type(entity_type)
        known = texts.identifiers(ids) if known_type is not None else []
        if known_type in self._redaction.hashed:
            known = [self._redaction.id(known_type, one) for one in known]
        if known_type is not None and known:
            with self._lock:
                self._ids.setdefault(prefix + known_type, {}).update(dict.fromkeys(known))

    def _pair(self, setter: Callable[[object, object], None], value: object, what: str, example: str) -> None:
        if isinstance(value, tuple | list) and len(value) == 2:
            setter(value[0], value[1])
        else:
            PROBLEMS.report(f"{what}_pair", "%s must be a pair such as %s, not %.100r", what, example, value)


def _items(value: object, what: str) -> list[tuple[object, object]]:
    return [] if value is None else _pairs(value, what)


@never_raises(list[tuple[object, object]])
def _pairs(value: object, what: str) -> list[tuple[object, object]]:
    if isinstance(value, Mapping):
        return list(value.items())
    PROBLEMS.report(f"{what}_type", "%s must be a mapping, not %s; it was left out", what, type(value))
    return []
