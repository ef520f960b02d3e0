"""Why a request is not taken, in the words of both protocols.

    Refused                     the answer is an error; nothing of the request was stored
    ├── Malformed               the body cannot be decoded (400, INVALID_ARGUMENT)
    ├── TooLarge                before or after decompression (413, RESOURCE_EXHAUSTED without a delay: final)
    ├── UnknownType             the content type is none of OTLP's (415)
    ├── UnknownEncoding         the content encoding is not one we read (400)
    ├── Unauthenticated         no credential, or one that nobody issued (401, UNAUTHENTICATED)
    ├── NotServed               a path or signal that this collector does not take (404, UNIMPLEMENTED)
    ├── WrongMethod             anything but POST (405)
    ├── TooSlow                 the body stopped arriving (408)
    ├── Overloaded              too many bytes in flight (429, RESOURCE_EXHAUSTED with a delay)
    └── NotStored               the store did not confirm the commit (503, UNAVAILABLE with a delay)

The statuses are those of the OTLP specification ("Failures", "OTLP/HTTP Response").
"""

from __future__ import annotations

from typing import ClassVar

from grpc import StatusCode


class Refused(Exception):
    """`status` is HTTP's, `code` gRPC's; only `retryable` ones carry a delay. `reason` is the short name in metrics."""

    reason: ClassVar[str] = "malformed"
    status: ClassVar[int] = 400
    code: ClassVar[StatusCode] = StatusCode.INVALID_ARGUMENT
    retryable: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Malformed(Refused):
    """The body cannot be decoded."""


class TooLarge(Refused):
    """The body passes the limit, before or after decompression."""

    reason = "too_large"
    status = 413
    code = StatusCode.RESOURCE_EXHAUSTED


class UnknownType(Refused):
    """The content type is none of OTLP's."""

    reason = "unknown_content_type"
    status = 415


class UnknownEncoding(Refused):
    """The content encoding is not one we read."""

    reason = "unknown_content_encoding"


class Unauthenticated(Refused):
    """No credential, or one that nobody issued."""

    reason = "unauthenticated"
    status = 401
    code = StatusCode.UNAUTHENTICATED


class NotServed(Refused):
    """A path or signal that this collector does not take."""

    reason = "not_served"
    status = 404
    code = StatusCode.UNIMPLEMENTED


class WrongMethod(Refused):
    """Anything but POST."""

    reason = "wrong_method"
    status = 405
    code = StatusCode.UNIMPLEMENTED


class TooSlow(Refused):
    """The body stopped arriving."""

    reason = "too_slow"
    status = 408
    code = StatusCode.DEADLINE_EXCEEDED


class Overloaded(Refused):
    """Too many bytes are in flight."""

    reason = "overloaded"
    status = 429
    code = StatusCode.RESOURCE_EXHAUSTED
    retryable = True


class NotStored(Refused):
    """The store did not confirm the commit; whether the spans are in is unknown, and sending again is safe."""

    reason = "not_stored"
    status = 503
    code = StatusCode.UNAVAILABLE
    retryable = True


def not_taken(signal: str) -> NotServed:
    """The answer to a signal that this collector does not take."""
    return NotServed(
        f"This collector takes traces and business events, not {signal}. Nothing was stored. "
        f"Turn the {signal} exporter off, or point it at another endpoint."
    )
