"""`each`: a step for each record of a batch, in which one bad record does not spoil the rest."""

from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, TypeVar

from spanledger._internal import text as texts
from spanledger._internal.details import RESERVED, Details
from spanledger._internal.failures import outcome_of
from spanledger._internal.problems import report_unexpected
from spanledger._internal.record import FAILING
from spanledger._internal.scope import StepScope
from spanledger._internal.step import IDLE, Step
from spanledger.attributes import OUTCOMES

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Failed(Generic[R]):
    """A record whose body raised, and what it raised."""

    record: R
    exception: Exception


def each(name: str, records: Iterable[R] | AsyncIterable[R], /, **said: object) -> "Batch[R]":
    """A step for each record of a batch job: `for record, it in batch`, and the record's work inside `with it`.

    Args:
        name: what happens to each record, `<entity>.<past participle>`.
        records: the records; they are taken one by one.
        **said: the arguments of `step`, entities among them. Each is a value for all records, or a function of the record.

    An exception that leaves the body of `with it` is recorded as that record's failure, kept in `errors`, and **does not go
    on**: the next record follows. What is no `Exception` goes on (a cancelled task, Ctrl-C, `sys.exit`). That is so whether
    or not anything is configured. At the end `counts` tells how many became what, for a step around the whole to say.

    `each` itself never raises; a function that fails for a record costs that record this one value, and is logged.

    Example:
        >>> batch = sl.each("time_entry.imported", rows, time_entry=lambda row: row["id"])
        >>> for row, it in batch:
        ...     with it as step:
        ...         if not row["hours"]:
        ...             step.reject("validation", message="no hours")
        ...         else:
        ...             psa.insert(row)
        >>> batch.counts
        Counter({'success': 98, 'rejected': 1, 'failure': 1})
    """
    return Batch(name, records, said)


class Batch(Generic[R]):
    """The records of one `each`, and what became of them."""

    def __init__(self, name: str, records: Iterable[R] | AsyncIterable[R], said: Mapping[str, object]) -> None:
        self._name = name
        self._records = records
        self._details = {key: value for key, value in said.items() if key in RESERVED}
        self._entities = {key: value for key, value in said.items() if key not in RESERVED}
        self.counts: Counter[str] = Counter()
        """How many records became what: a word of `attributes.OUTCOMES` each. Those whose `with it` was left out are `skipped`."""
        self.errors: list[Failed[R]] = []
        """The records whose bodies raised, in order."""

    @property
    def total(self) -> int:
        """How many records there were so far."""
        return self.counts.total()

    def __iter__(self) -> Iterator[tuple[R, "Attempt[R]"]]:
        if not isinstance(self._records, Iterable):
            raise TypeError("these records come asynchronously: use `async for`")
        for record in self._records:
            attempt = Attempt(self, record)
            yield record, attempt
            attempt.leave()

    async def __aiter__(self) -> AsyncIterator[tuple[R, "Attempt[R]"]]:
        if not isinstance(self._records, AsyncIterable):
            for pair in self:
                yield pair
            return
        async for record in self._records:
            attempt = Attempt(self, record)
            yield record, attempt
            attempt.leave()

    def scope(self, record: R) -> StepScope:
        """The record's own step."""
        details = {key: _of(record, value) for key, value in self._details.items()}
        entities = {key: _of(record, value) for key, value in self._entities.items()}
        return StepScope(self._name, Details(**details, entities=entities))  # type: ignore[arg-type]  # as `step` checks them


class Attempt(Generic[R]):
    """The step of one record: a context manager, also for `async with`, that lets no `Exception` out."""

    def __init__(self, batch: Batch[R], record: R) -> None:
        self._batch = batch
        self._record = record
        self._scope: StepScope | None = None
        self._step: Step = IDLE
        self._counted = False

    def __enter__(self) -> Step:
        self._scope = self._batch.scope(self._record)
        step = self._scope.begin()
        self._scope.enter(step)
        self._step = _Unsent() if step is IDLE else step
        return self._step

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trail: TracebackType | None
    ) -> bool:
        if self._scope is not None:
            self._scope.leave()
            self._scope.end(exception)
        self._count(_outcome(self._step.outcome, exception))
        if not isinstance(exception, Exception):
            return False
        self._batch.errors.append(Failed(self._record, exception))
        return True

    async def __aenter__(self) -> Step:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trail: TracebackType | None
    ) -> bool:
        return self.__exit__(kind, exception, trail)

    def leave(self) -> None:
        """The next record is asked for."""
        self._count("skipped")

    def _count(self, outcome: str) -> None:
        if not self._counted:
            self._counted = True
            self._batch.counts[outcome] += 1


def _outcome(said: str | None, exception: BaseException | None) -> str:
    """What became of a record, as its span says it."""
    became = "success" if exception is None else outcome_of(exception)
    if became == "success":
        return said or became
    return said if said is not None and said in FAILING else became


class _Unsent(Step):
    """A step of a program where nothing is configured: what it says of its outcome is counted all the same."""

    def __init__(self) -> None:
        super().__init__(None)
        self._outcome: str | None = None

    def fail(self, kind: str = "unknown", **_: object) -> None:
        """As of a step that is sent."""
        del kind
        self._outcome = "failure"

    def reject(self, kind: str = "validation", **_: object) -> None:
        """As of a step that is sent."""
        del kind
        self._outcome = "rejected"

    @property
    def outcome(self) -> str | None:
        """As of a step that is sent."""
        return self._outcome

    @outcome.setter
    def outcome(self, value: str) -> None:
        self._outcome = texts.word(value, OUTCOMES, "outcome") or self._outcome


def _of(record: R, value: object | Callable[[R], object]) -> object:
    """What a keyword argument says of a record; None where its function fails."""
    if not callable(value):
        return value
    try:
        return value(record)
    except Exception:  # noqa: BLE001 - the record goes on without this value
        report_unexpected("a function given to each()")
        return None
