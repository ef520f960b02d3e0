"""`step` and `emit`: one business span around a body, or for a moment that has already been."""

from spanledger._internal import moments, runtime
from spanledger._internal.details import Aliases, Allocations, Details, Facts
from spanledger._internal.failures import Failure
from spanledger._internal.moments import Moment
from spanledger._internal.money import Number
from spanledger._internal.problems import never_raises, nothing
from spanledger._internal.scope import StepScope
from spanledger._internal.span import OpenSpan
from spanledger._internal.text import Id, Ids, is_step_name
from spanledger.attributes import OCCURRED_AT


def _idle() -> StepScope:
    return StepScope("", Details())


@never_raises(_idle)
def step(  # noqa: PLR0913 - what a business span can say, all by keyword and optional
    name: str,
    /,
    *,
    process: str | None = None,
    transaction: str | None = None,
    system: str | None = None,
    id_scope: str | None = None,
    legal_entity: str | None = None,
    region: str | None = None,
    amount: tuple[Number, str] | None = None,
    quantity: tuple[Number, str] | None = None,
    due_at: Moment | None = None,
    occurred_at: Moment | None = None,
    idempotency_key: str | None = None,
    attempt: int | None = None,
    replay_of: str | None = None,
    impact: str | None = None,
    record_count: int | None = None,
    outcome: str | None = None,
    event_id: Id | None = None,
    aliases: Aliases | None = None,
    attributes: Facts | None = None,
    allocations: Allocations | None = None,
    **entities: Ids,
) -> StepScope:
    """A step of a business process around a body: `with`, `async with`, or as a decorator of any kind of function.

    Args:
        name: what happens, `<entity>.<past participle>`.
        process: the process, where the step belongs to several and only one is meant.
        transaction: the transaction's key `process/ROOT`; without it, the one of `transaction(...)` around.
        system: where it happens, if not where `configure` said.
        id_scope: a name space of the ids, if not what `configure` said.
        legal_entity: in whose books, if not what `configure` said.
        region: if not what `configure` said.
        amount: value and ISO 4217 currency, `("48200.00", "EUR")`; str, Decimal or int, never a float.
        quantity: value and unit, `("7.5", "hours")`.
        due_at: an explicit deadline: an aware datetime, RFC 3339 text, or a date (until its end, UTC).
        occurred_at: when it happened, if that is not the end of the body.
        idempotency_key: the same for a retry, another for a duplicate.
        attempt: which attempt this is, from 1.
        replay_of: what this replays.
        impact: one of `attributes.IMPACTS`.
        record_count: the size of a batch, in records.
        outcome: one of `attributes.OUTCOMES`; without it the end of the body decides.
        event_id: the source's own id of this event. The span's ids are derived from it together with system, id scope
            and step, so that the same event sent twice counts once; the span then begins a trace of its own.
        aliases: other ids, by entity type: `{"project": ["006Ab00000XyZ"]}`.
        attributes: facts, by entity type and key: `{"account": {"tier": "platinum"}}`.
        allocations: how the amount splits, by entity type and id: `{"invoice": {"INV-1": "100.00"}}`.
        **entities: the business objects, by type: `invoice="INV-1042"`, `time_entry=["TE-1", "TE-2"]`.
            Types that are named like an argument go through `Step.entity`.

    An exception that leaves the body is recorded as the step's failure, its kind guessed, and goes on unchanged.
    `step` itself never raises: a value that cannot be sent is left out and logged. It does nothing until `configure`.

    Example:
        >>> with sl.step("invoice.posted", invoice="INV-1042", amount=("48200.00", "EUR")) as it:
        ...     response = erp.post(invoice)
        ...     if response.refused:
        ...         it.reject("closed_period", code=response.code, message=response.text)
    """
    return StepScope(
        name,
        Details(
            process=process,
            transaction=transaction,
            system=system,
            id_scope=id_scope,
            legal_entity=legal_entity,
            region=region,
            amount=amount,
            quantity=quantity,
            due_at=due_at,
            occurred_at=occurred_at,
            idempotency_key=idempotency_key,
            attempt=attempt,
            replay_of=replay_of,
            impact=impact,
            record_count=record_count,
            outcome=outcome,
            event_id=event_id,
            aliases=aliases,
            attributes=attributes,
            allocations=allocations,
            entities=entities,
        ),
    )


@never_raises(nothing)
def emit(  # noqa: PLR0913 - as for step
    name: str,
    /,
    *,
    at: Moment | None = None,
    started_at: Moment | None = None,
    error_kind: str | None = None,
    error_code: str | None = None,
    error_message: str | None = None,
    error_retryable: bool | None = None,
    process: str | None = None,
    transaction: str | None = None,
    system: str | None = None,
    id_scope: str | None = None,
    legal_entity: str | None = None,
    region: str | None = None,
    amount: tuple[Number, str] | None = None,
    quantity: tuple[Number, str] | None = None,
    due_at: Moment | None = None,
    idempotency_key: str | None = None,
    attempt: int | None = None,
    replay_of: str | None = None,
    impact: str | None = None,
    record_count: int | None = None,
    outcome: str | None = None,
    event_id: Id | None = None,
    aliases: Aliases | None = None,
    attributes: Facts | None = None,
    allocations: Allocations | None = None,
    **entities: Ids,
) -> None:
    """A milestone that has already been, as a webhook, a poll of a system or a file tells it.

    Beside the arguments of `step`:
        at: when it happened: an aware datetime, a date (its beginning, UTC), RFC 3339 text or nanoseconds since 1970;
            now without it, and (reported) where it cannot be read. What a span cannot say, a date of 1948, is sent as `business.occurred_at`.
        started_at: when it began, if that is known; `at` without it.
        error_kind: one of `attributes.ERROR_KINDS`. With it the outcome is a failure, unless `outcome="rejected"`.
        error_code, error_message: as the system gave them.
        error_retryable: whether trying again unchanged can help.

    It never raises, and does nothing until `configure`.

    Example:
        >>> sl.emit("payment.received", at=paid_at, payment="PAY-9", amount=("150.00", "EUR"),
        ...         allocations={"invoice": {"INV-1": "100.00", "INV-2": "50.00"}}, event_id=row.id)
    """
    running = runtime.current()
    if running is None:
        return
    if not is_step_name(name):
        return
    ended = running.clock() if at is None else moments.nanoseconds(at, "at")
    span_end = ended if ended is not None and moments.on_the_wire(ended) else running.clock()
    begun = None if started_at is None else moments.nanoseconds(started_at, "started_at")
    span_start = begun if begun is not None and moments.on_the_wire(begun) and begun <= span_end else span_end
    details = Details(
        process=process,
        transaction=transaction,
        system=system,
        id_scope=id_scope,
        legal_entity=legal_entity,
        region=region,
        amount=amount,
        quantity=quantity,
        due_at=due_at,
        idempotency_key=idempotency_key,
        attempt=attempt,
        replay_of=replay_of,
        impact=impact,
        record_count=record_count,
        outcome=outcome,
        event_id=event_id,
        aliases=aliases,
        attributes=attributes,
        allocations=allocations,
        entities=entities,
    )
    span = OpenSpan(running, name, details, span_start)
    if ended is not None and ended != span_end:
        span.record.moment(OCCURRED_AT, ended)
    if error_kind is not None or error_code is not None or error_message is not None:
        failure = Failure(error_kind or "unknown", error_code, error_message, error_retryable)
        span.record.fail("rejected" if outcome == "rejected" else "failure", failure)
    span.end(at=span_end)
