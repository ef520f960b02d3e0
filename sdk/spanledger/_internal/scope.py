"""A step around a body: begun, made current, ended with what became of the body."""

from collections.abc import Callable
from contextvars import Token
from types import TracebackType
from typing import TypeVar

from opentelemetry import context, trace
from opentelemetry.context import Context

from spanledger._internal import decorate, runtime
from spanledger._internal.details import Details
from spanledger._internal.host import HostView
from spanledger._internal.problems import never_raises, nothing
from spanledger._internal.span import OpenSpan
from spanledger._internal.step import IDLE, Step
from spanledger._internal.text import is_step_name

_STEP_KEY = context.create_key("spanledger-step")
F = TypeVar("F", bound=Callable[..., object])


class StepScope:
    """What `step(...)` returns: a context manager, also for `async with`, and a decorator."""

    def __init__(self, name: object, details: Details) -> None:
        self._name = name
        self._details = details
        self._span: OpenSpan | None = None
        self._token: Token[Context] | None = None

    def fresh(self) -> "StepScope":
        """The same step once more: a decorated function makes one per call."""
        return StepScope(self._name, self._details)

    @never_raises(lambda: IDLE)
    def begin(self) -> Step:
        """Begin the span without making it current."""
        running = runtime.current()
        if running is None:
            return IDLE
        if not is_step_name(self._name):
            return IDLE
        self._span = OpenSpan(running, self._name, self._details)
        return Step(self._span)

    @never_raises(nothing)
    def enter(self, step: Step) -> None:
        """Make the begun step current."""
        if self._span is None:
            return
        identity = self._span.identity
        view = HostView(identity.context, identity.parent, trace.get_current_span(), self._span.name)
        around = context.set_value(_STEP_KEY, step)
        self._token = context.attach(trace.set_span_in_context(view, around))

    @never_raises(nothing)
    def leave(self) -> None:
        """Make current again what was current before."""
        if self._token is not None:
            token, self._token = self._token, None
            context.detach(token)

    @never_raises(nothing)
    def end(self, exception: BaseException | None = None) -> None:
        """End and send the span."""
        if self._span is not None:
            span, self._span = self._span, None
            span.end(exception)

    def __enter__(self) -> Step:
        step = self.begin()
        self.enter(step)
        return step

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trail: TracebackType | None
    ) -> None:
        self.leave()
        self.end(exception)

    async def __aenter__(self) -> Step:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trail: TracebackType | None
    ) -> None:
        self.__exit__(kind, exception, trail)

    def __call__(self, function: F) -> F:
        """Decorate a function, a coroutine function or a generator function: one step per call."""
        return decorate.with_step(self.fresh, function)


def current_step() -> Step:
    """The innermost step that is running here; one that does nothing where there is none.

    A decorated function speaks to its own step through it.

    Example:
        >>> @sl.step("invoice.posted")
        ... def post(invoice):
        ...     sl.current_step().entity("invoice", invoice.number)
    """
    return step_in(context.get_current())


def step_in(around: Context) -> Step:
    """The innermost step of a context; one that does nothing where there is none."""
    found = context.get_value(_STEP_KEY, around)
    return found if isinstance(found, Step) else IDLE
