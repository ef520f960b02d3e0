"""OTLP over HTTP with protobuf: one POST, and its answer read as the specification says.

Unlike OpenTelemetry's exporter it reads how many spans were rejected, takes no redirect for success (and follows none:
the token would go along), and leaves it to others when to try again.
"""

import gzip
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import requests
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanledger._internal.sending.answers import Answer, Later, Refused, Taken, TooLarge
from spanledger._internal.sending.destination import Destination
from spanledger._internal.version import VERSION

_PROTOBUF: Final = "application/x-protobuf"
_MOST_READ: Final = 64 * 1024
_ABOUT_THE_REQUEST: Final = frozenset({400, 411, 414, 415, 422, 431})
"""Statuses that will not change for the same body. Others that say no (401, 404, 3xx ...) change when somebody mends it."""


class HttpTransport:
    """Posts to the address of a `Destination`."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._session = requests.Session()
        self._session.headers.update(
            {
                "content-type": _PROTOBUF,
                "user-agent": f"spanledger-python/{VERSION}",
                **destination.headers,
            }
        )
        # Else a machine's .netrc would take the place of the token.
        self._session.auth = _as_it_is
        if destination.certificate is not None:
            self._session.verify = destination.certificate
        if destination.client_certificate is not None:
            self._session.cert = (
                destination.client_certificate
                if destination.client_key is None
                else (destination.client_certificate, destination.client_key)
            )

    def send(self, body: bytes) -> Answer:
        """Post a request."""
        headers = {}
        if self._destination.compression == "gzip":
            body, headers = gzip.compress(body, 1), {"content-encoding": "gzip"}
        elif self._destination.compression == "deflate":
            body, headers = zlib.compress(body, 1), {"content-encoding": "deflate"}
        try:
            with self._session.post(
                self._destination.url,
                data=body,
                headers=headers,
                timeout=self._destination.timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                return _answer(response, response.raw.read(_MOST_READ, decode_content=True))
        except (requests.RequestException, OSError) as error:
            return Later(f"{self._destination.url} cannot be reached: {_short(error)}")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No authentication but what stands in the headers."""
    return request


def _answer(response: requests.Response, body: bytes) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return _taken(body)
    words = f"the collector answers {f'{status} {response.reason}'.strip()}{_said(response, body)}"
    if status == 413:
        return TooLarge(words)
    if status in _ABOUT_THE_REQUEST:
        return Refused(words)
    if 300 <= status < 400:
        words += f" (it sends on to {response.headers.get('location', 'nowhere')[:200]}, which is not followed)"
    return Later(words, retry_after(response.headers.get("retry-after"), datetime.now(UTC)))


def _taken(body: bytes) -> Taken:
    try:
        partial = ExportTraceServiceResponse.FromString(body).partial_success
    except DecodeError:
        # Whoever answered 2xx in other words, a proxy perhaps, said that it took all.
        return Taken()
    return Taken(partial.rejected_spans, partial.error_message[:500])


def _said(response: requests.Response, body: bytes) -> str:
    if response.headers.get("content-type", "").startswith(_PROTOBUF):
        try:
            message = Status.FromString(body).message
        except DecodeError:
            message = ""
    else:
        message = body.decode("utf-8", "replace")
    message = " ".join(message.split())[:300]
    return f": {message}" if message else ""


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that `Retry-After` asks for, from a number or a date; None without a readable one."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header).astimezone(UTC) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if seconds == seconds else None  # noqa: PLR0124 - not for NaN


def _short(error: BaseException) -> str:
    """What is at the bottom of it: `requests` wraps an error in an error in an error."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return f"{type(error).__name__}: {error}"[:300]
