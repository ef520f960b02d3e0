"""What an exception in a step's body means to the business: a guess at the error's kind and whether to retry."""

import sys
from dataclasses import dataclass

from spanledger._internal.problems import never_raises
from spanledger._internal.text import clean

_KIND_OF_STATUS = {
    400: "validation",
    401: "authorization",
    403: "authorization",
    408: "timeout",
    409: "conflict",
    422: "validation",
    429: "rate_limit",
    502: "connectivity",
    503: "connectivity",
    504: "timeout",
}
_KIND_OF_NAME = (
    ("timeout", "timeout"),
    ("connect", "connectivity"),
    ("gaierror", "connectivity"),
    ("sslerror", "connectivity"),
    ("unauthorized", "authorization"),
    ("forbidden", "authorization"),
    ("permission", "authorization"),
    ("validation", "validation"),
)
_RETRYABLE = frozenset({"timeout", "connectivity", "rate_limit"})
_MAX_CAUSES = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """The error attributes of a step."""

    kind: str
    code: str | None = None
    message: str | None = None
    retryable: bool | None = None


def outcome_of(exception: BaseException) -> str:
    """`failure`, except where nothing failed: an attempt that was cancelled, a normal exit, a closed generator."""
    if isinstance(exception, KeyboardInterrupt) or _is_cancelled(exception):
        return "cancelled"
    if isinstance(exception, GeneratorExit):
        return "success"
    if isinstance(exception, SystemExit) and not exception.code:
        return "success"
    return "failure"


def _is_cancelled(exception: BaseException) -> bool:
    """Whether an asynchronous task was cancelled. Who has no such exception need not load asyncio for us: 33 ms."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(exception, asyncio.CancelledError)


def message_of(exception: BaseException) -> str:
    """What the exception says of itself; its type's name where saying so fails."""
    try:
        return clean(str(exception))
    except Exception:  # noqa: BLE001 - an exception with a broken __str__ is the host's, and must not cost the span
        return type(exception).__qualname__


@never_raises(lambda: Failure("unknown"))
def failure_of(exception: BaseException) -> Failure:
    """The failure an exception stands for; where it says nothing, the exceptions that caused it are asked."""
    kind = _kind_of_chain(exception)
    return Failure(
        kind=kind,
        code=type(exception).__qualname__,
        message=message_of(exception),
        retryable=True if kind in _RETRYABLE else None,
    )


def _kind_of_chain(exception: BaseException) -> str:
    cause: BaseException | None = exception
    for _ in range(_MAX_CAUSES):
        if cause is None:
            break
        kind = _kind(cause)
        if kind:
            return kind
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "unknown"


def _kind(exception: BaseException) -> str | None:
    kind = _KIND_OF_STATUS.get(_http_status(exception) or 0)
    if kind:
        return kind
    if isinstance(exception, TimeoutError):
        return "timeout"
    if isinstance(exception, PermissionError):
        return "authorization"
    if isinstance(exception, ConnectionError):
        return "connectivity"
    # HTTP clients and drivers share no base class, but they do share words.
    for base in type(exception).__mro__:
        for fragment, kind in _KIND_OF_NAME:
            if fragment in base.__name__.lower():
                return kind
    return "validation" if isinstance(exception, ValueError) else None


def _http_status(exception: BaseException) -> int | None:
    """The HTTP status that requests and httpx (`response.status_code`), aiohttp (`status`) and urllib (`code`) keep."""
    response = getattr(exception, "response", None)
    places = ((response, "status_code"), (exception, "status_code"), (exception, "status"), (exception, "code"))
    for holder, name in places:
        status = getattr(holder, name, None)
        if isinstance(status, int):
            return status
    return None
