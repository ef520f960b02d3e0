"""Around every request: its id, the headers that keep browsers from harm, and the audit trail."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable, MutableMapping
from concurrent.futures import Executor
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spanledger_api.access.audit import Asked, AuditTrail, Kind
from spanledger_api.access.principal import Principal

REQUEST_ID: Final = "X-Request-ID"
_GOOD_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z", re.ASCII)
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WITHOUT_MONEY: Final = ("/v1/sources", "/v1/producers", "/v1/processes", "/v1/progress", "/v1/audit")
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What tells a browser to guess nothing, to keep nothing for others, and to run and show nothing of an answer."""
_NEEDS_SCRIPTS: Final = ("/docs",)


class Attendance:
    """ASGI middleware. `principal` stands in the request's state once the credential is known."""

    def __init__(self, app: ASGIApp, trail: AuditTrail, threads: Executor, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._trail = trail
        self._threads = threads
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request_id = given if _GOOD_ID.match(given) else uuid.uuid4().hex
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        answered = False

        async def attended(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(scope=message)
                _add_headers(headers, scope["path"], request_id)
                await self._note(scope, state.get("principal"), message["status"], headers, request_id)
            await send(message)

        try:
            await self._app(scope, receive, attended)
        except Exception:
            # What breaks is answered outside of here; what was changed before it broke is remembered all the same.
            if not answered:
                await self._note(scope, state.get("principal"), 500, MutableHeaders(), request_id)
            raise

    async def _note(
        self, scope: Scope, by: Principal | None, status: int, headers: MutableHeaders, request_id: str
    ) -> None:
        kind = _kind(scope, by, status, headers)
        if by is None or kind is None:
            return
        asked = Asked(
            by=by,
            at=self._clock(),
            kind=kind,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            status=status,
            client=scope["client"][0] if scope.get("client") else "",
            request_id=request_id,
        )
        if self._trail.add(asked) or kind == "change":
            await asyncio.get_running_loop().run_in_executor(self._threads, self._trail.write)


def _add_headers(headers: MutableHeaders, path: str, request_id: str) -> None:
    headers[REQUEST_ID] = request_id
    for name, value in SAFE_HEADERS.items():
        if not (path.startswith(_NEEDS_SCRIPTS) and name == "Content-Security-Policy"):
            headers.setdefault(name, value)


def _kind(scope: Scope, by: Principal | None, status: int, headers: MutableHeaders) -> Kind | None:
    """What of a request is to be remembered; None for what is not."""
    if by is None:
        return None
    if status == 403:
        return "refused"
    if scope["method"] not in _READING:
        return "change"
    if status != 200:
        return None
    if headers.get("content-disposition", "").startswith("attachment"):
        return "export"
    # Where nobody shows a credential, there is nobody to remember as a reader.
    shows = by.sees_money and not by.anonymous and not scope["path"].startswith(_WITHOUT_MONEY)
    return "read" if shows else None
