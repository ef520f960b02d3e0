"""Work under another OpenTelemetry context for a while."""

from collections.abc import Callable
from contextvars import Token
from types import TracebackType

from opentelemetry import context
from opentelemetry.context import Context

from spanledger._internal import runtime
from spanledger._internal.problems import never_raises, nothing


class ContextScope:
    """A context manager, also for `async with`, that puts another context in force; the one before it returns."""

    def __init__(self, wanted: Callable[[], Context | None]) -> None:
        """`wanted` builds the context on entry, where the SDK is configured; None changes nothing."""
        self._wanted = wanted
        self._token: Token[Context] | None = None

    @never_raises(nothing)
    def _attach(self) -> None:
        if runtime.current() is not None and (wanted := self._wanted()) is not None:
            self._token = context.attach(wanted)

    @never_raises(nothing)
    def _detach(self) -> None:
        if self._token is not None:
            token, self._token = self._token, None
            context.detach(token)

    def __enter__(self) -> None:
        self._attach()

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trail: TracebackType | None
    ) -> None:
        self._detach()

    async def __aenter__(self) -> None:
        self._attach()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trail: TracebackType | None
    ) -> None:
        self._detach()


def unchanged() -> ContextScope:
    """The scope that changes nothing."""
    return ContextScope(lambda: None)
