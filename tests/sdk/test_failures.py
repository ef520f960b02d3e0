"""What an exception is guessed to mean."""

from __future__ import annotations

import asyncio
import socket
import ssl
import urllib.error
from email.message import Message
from types import SimpleNamespace

import pytest
import requests

from spanledger._internal.failures import failure_of, outcome_of


class ValidationFailed(Exception):
    """As a library without a common base class names it."""


class ApiError(Exception):
    """As an HTTP client raises it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.response = SimpleNamespace(status_code=status)


def caused(cause: BaseException, *, implicit: bool = False) -> Exception:
    """An exception that says nothing, raised because of another."""
    error = RuntimeError("sync failed")
    if implicit:
        error.__context__ = cause
    else:
        error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "retryable"),
    [
        (TimeoutError(), "timeout", True),
        (requests.ConnectTimeout(), "timeout", True),
        (requests.ConnectionError(), "connectivity", True),
        (ConnectionRefusedError(), "connectivity", True),
        (socket.gaierror(), "connectivity", True),
        (ssl.SSLError(), "connectivity", True),
        (PermissionError(), "authorization", None),
        (ApiError(403), "authorization", None),
        (ApiError(409), "conflict", None),
        (ApiError(422), "validation", None),
        (ApiError(429), "rate_limit", True),
        (ApiError(503), "connectivity", True),
        (ApiError(500), "unknown", None),
        (urllib.error.HTTPError("http://x", 401, "no", Message(), None), "authorization", None),
        (ValueError("x"), "validation", None),
        (ValidationFailed(), "validation", None),
        (KeyError("x"), "unknown", None),
        (caused(TimeoutError()), "timeout", True),
        (caused(caused(ApiError(401)), implicit=True), "authorization", None),
    ],
)
def test_kinds(error: BaseException, kind: str, *, retryable: bool | None) -> None:
    failure = failure_of(error)
    assert (failure.kind, failure.retryable) == (kind, retryable)
    assert failure.code == type(error).__qualname__
    if isinstance(error, urllib.error.HTTPError):
        error.close()


def test_a_circle_of_causes_ends() -> None:
    error = RuntimeError()
    error.__cause__ = caused(error)
    assert failure_of(error).kind == "unknown"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ValueError(), "failure"),
        (SystemExit(1), "failure"),
        (SystemExit(), "success"),
        (SystemExit(0), "success"),
        (GeneratorExit(), "success"),
        (KeyboardInterrupt(), "cancelled"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
def test_outcomes(error: BaseException, outcome: str) -> None:
    assert outcome_of(error) == outcome
