"""What the API answers when it cannot answer: RFC 9457 problem details, each with a stable code and what to do.

SpanledgerError
├── Refusal                the request cannot be answered as it was asked; `faults` say where
└── …                      the platform's own (spanledger_store.errors); `_STATUS` gives each its HTTP status
"""

from __future__ import annotations

import difflib
import http
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from fastapi import Request, Response
from pydantic import BaseModel, Field

from spanledger_store import NotFound, SpanledgerError, StoreUnavailable

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:spanledger:problem:"

CODES: Final[Mapping[str, tuple[int, str]]] = {
    "unknown_parameter": (422, "The query has a parameter that does not exist"),
    "repeated_parameter": (422, "A parameter that takes one value is given several times"),
    "invalid_value": (422, "A parameter's value cannot be read"),
    "unknown_value": (422, "A parameter's value is none of the known ones"),
    "impossible_date": (422, "A moment cannot be read, or is no moment at all"),
    "currency_missing": (422, "An amount is asked for without its currency"),
    "cursor_invalid": (422, "The page's cursor does not belong to this question"),
    "too_many_rows": (422, "The answer is too long for one file"),
    "too_expensive": (422, "The question costs more than one may"),
    "invalid_request": (422, "The request has several mistakes"),
    "totals_invalid": (422, "A file of control totals has mistakes"),
    "too_large": (413, "The file is too large"),
    "unsupported_media_type": (415, "The content is of a type that is not taken"),
    "credentials_missing": (401, "Credentials are needed"),
    "credentials_invalid": (401, "The credentials are not known"),
    "role_missing": (403, "The credential lacks a role"),
    "scope_too_narrow": (403, "The credential is narrowed too far for this answer"),
    "not_found": (404, "There is no such thing"),
    "method_not_allowed": (405, "This address does not take that method"),
    "already_resolved": (409, "The exception is resolved"),
    "not_resolved": (409, "No person has resolved the exception"),
    "not_replayable": (409, "The exception has no attempt that could be made again"),
    "no_replay_endpoint": (409, "No replay endpoint is registered for the step"),
    "replay_unsafe": (409, "A replay would do something that must not be done"),
    "replay_under_way": (409, "A replay of the step is under way"),
    "replay_decided": (409, "The replay does not wait for a decision"),
    "same_person": (403, "Whoever asked cannot decide"),
    "replay_secret_missing": (503, "The server cannot sign orders to the endpoint"),
    "not_json": (415, "The body is not JSON"),
    "not_acceptable": (406, "No format that is accepted is offered"),
    "not_loopback": (421, "Without credentials only this machine is answered"),
    "rate_limited": (429, "Too many requests"),
    "provider_unavailable": (503, "The identity provider does not answer now"),
    "store_unavailable": (503, "The store does not answer now"),
    "internal_error": (500, "The answer could not be made"),
}
"""Every code with its HTTP status and its title. A code never changes its meaning."""

_STATUS: Final[tuple[tuple[type[SpanledgerError], str], ...]] = (
    (NotFound, "not_found"),
    (StoreUnavailable, "store_unavailable"),
)
LISTED_AT_MOST: Final = 20


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    code: str = Field(description="What kind of mistake it is; stable.", examples=["unknown_parameter"])
    where: str = Field(description="The part of the request that is wrong.", examples=["query.severty"])
    what: str = Field(description="What is wrong with it.", examples=["There is no parameter `severty`."])
    do: str = Field(description="What to write instead.", examples=["Did you mean `severity`?"])


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(description="The code as a URI.", examples=["urn:spanledger:problem:unknown_parameter"])
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What is wrong with this request.")
    instance: str = Field(description="The path that was asked.", examples=["/v1/stuck"])
    code: str = Field(description="The kind of problem; stable.", examples=["unknown_parameter"])
    hint: str = Field(description="What to do about it.")
    errors: list[Fault] = Field(default=[], description="Each mistake, where a request has some.")


class Refusal(SpanledgerError):
    """The request cannot be answered as it was asked; `code` is one of `CODES`."""

    code = "invalid_request"

    def __init__(
        self,
        message: str,
        *,
        code: str,
        hint: str,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


def refusal_of(faults: Sequence[Fault]) -> Refusal:
    """One refusal for one or more mistakes; its code is theirs if they share it."""
    codes = {fault.code for fault in faults}
    return Refusal(
        " ".join(fault.what for fault in faults),
        code=codes.pop() if len(codes) == 1 else "invalid_request",
        hint=" ".join(dict.fromkeys(fault.do for fault in faults)),
        faults=faults,
    )


def unknown_value(where: str, value: str, kind: str, known: Collection[str]) -> Fault:
    """A value that is none of the known ones, with the nearest of them."""
    return Fault(
        code="unknown_value", where=where, what=f"There is no {kind} `{shown(value)}`.", do=nearest(value, known)
    )


def nearest(word: str, known: Collection[str]) -> str:
    """`Did you mean …?`, or all known words where none is near."""
    close = difflib.get_close_matches(word.lower()[:200], known, n=1)
    if close:
        return f"Did you mean `{close[0]}`?"
    words = sorted(known)
    if not words:
        return "There are none yet."
    return f"Write one of: {', '.join(words[:LISTED_AT_MOST])}{', …' if len(words) > LISTED_AT_MOST else ''}."


def shown(value: str) -> str:
    """A value as a message shows it: of bounded length."""
    return value if len(value) <= 80 else f"{value[:79]}…"


def code_of(error: SpanledgerError) -> str:
    """The problem's code for an error of the platform."""
    if error.code in CODES:
        return error.code
    return next((code for kind, code in _STATUS if isinstance(error, kind)), "internal_error")


def response_of(request: Request, error: SpanledgerError) -> Response:
    """The error as an HTTP answer. What failed inside is logged by the caller and not told."""
    code = code_of(error)
    status, title = CODES[code]
    inside = code == "internal_error"
    problem = ProblemDetails(
        type=f"{TYPE_PREFIX}{code}",
        title=title,
        status=status,
        detail="The answer could not be made; the server's log says why." if inside else error.message or title,
        instance=request.url.path,
        code=code,
        hint="Try again; if it stays so, tell whoever runs this Spanledger." if inside else error.hint,
        errors=list(error.faults) if isinstance(error, Refusal) else [],
    )
    headers = dict(error.headers) if isinstance(error, Refusal) else {}
    if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    return Response(problem.model_dump_json(), status_code=status, media_type=MEDIA_TYPE, headers=headers)
