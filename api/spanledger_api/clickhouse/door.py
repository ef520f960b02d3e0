"""The HTTP interface itself: `/ping`, and queries at any other address, as a ClickHouse server has them."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from spanledger_api.access.api_keys import KeyRing
from spanledger_api.access.audit import Asked as Noted
from spanledger_api.access.audit import AuditTrail, Kind
from spanledger_api.access.credentials import Access, Credentials
from spanledger_api.access.pace import Pace
from spanledger_api.access.principal import Principal
from spanledger_api.clickhouse import answers, statement, tables
from spanledger_api.clickhouse.asked import LARGEST_BODY, Asked, asked, credential
from spanledger_api.clickhouse.errors import (
    ACCESS_DENIED,
    AUTHENTICATION_FAILED,
    BAD_ARGUMENTS,
    TOO_MANY_SIMULTANEOUS_QUERIES,
    QueryRefused,
)
from spanledger_api.clickhouse.handles import AT_ONCE, Handles, Query
from spanledger_api.clickhouse.statement import Statement
from spanledger_api.problems import Refusal
from spanledger_store import QueryLimits, SpanledgerError, Store

_MOST_WAITING: Final = 64
"""Queries that wait for their turn; what comes besides is refused."""
_LOOKS_EVERY: Final = 0.25
"""Seconds between two looks at whether the client is still there."""
_GRACE: Final = 2.0
"""Seconds that the engine gets to end a query by itself when its time is up."""
_log = logging.getLogger("spanledger.clickhouse")


def create_clickhouse_app(
    store: Store, *, access: Access, clock: Callable[[], datetime], limits: QueryLimits
) -> Starlette:
    """The interface over an open embedded store, which stays the caller's to close.

    `access` says who may ask, as for the API; `limits` what one query may cost.
    """
    door = _Door(store, access, clock, limits)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.get_running_loop().run_in_executor(None, door.open)
        yield
        await asyncio.get_running_loop().run_in_executor(None, door.close)

    return Starlette(
        routes=[
            Route("/ping", _alive),
            Route("/replicas_status", _alive),
            Route("/{path:path}", door.serve, methods=["GET", "POST"]),
        ],
        lifespan=lifespan,
    )


async def _alive(_: Request) -> Response:
    return PlainTextResponse("Ok.\n")


class _Door:
    def __init__(self, store: Store, access: Access, clock: Callable[[], datetime], limits: QueryLimits) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._credentials = Credentials(access, KeyRing(store), clock)
        self._pace = Pace(access.requests_per_second)
        self._trail = AuditTrail(store)
        self._handles = Handles(store, limits)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="spanledger-sql")
        self._gate = ThreadPoolExecutor(2, thread_name_prefix="spanledger-sql-gate")
        self._under_way = 0
        self._version = ""
        self._databases: frozenset[str] = frozenset()

    def open(self) -> None:
        tables.drop_those_left(self._store)
        self._version = str(self._store.command("SELECT version()"))
        self._databases = tables.databases(self._store)
        self._trail.start()

    def close(self) -> None:
        self._threads.shutdown()
        self._gate.shutdown()
        self._handles.close()
        self._trail.stop()

    async def serve(self, request: Request) -> Response:
        """Answer one request."""
        query_id = str(uuid.uuid4())
        if request.method == "GET" and not request.query_params.get("query"):
            return await _alive(request)
        principal: Principal | None = None
        text = ""
        try:
            principal = await self._principal(request)
            question = asked(request.query_params, request.headers, await _body(request), query_id)
            query_id, text = question.query_id, question.text
            response = await self._answer(request, principal, question)
        except QueryRefused as error:
            response = answers.refusal(error, query_id)
        except Refusal as error:
            # Of credentials and of pace: as the API refuses them, in ClickHouse's words.
            code = TOO_MANY_SIMULTANEOUS_QUERIES if error.code == "rate_limited" else AUTHENTICATION_FAILED
            told = QueryRefused(
                code, f"{error.message} {error.hint or ''} Clients of ClickHouse send it as the password."
            )
            response = answers.refusal(told, query_id, dict(error.headers or {}))
        except SpanledgerError as error:
            _log.error("A query could not be answered", exc_info=error)
            response = answers.refusal(QueryRefused(210, error.message), query_id)
        if principal is not None:
            self._note(request, principal, text, response.status_code, query_id)
        return response

    async def _principal(self, request: Request) -> Principal:
        shown = credential(request.query_params, request.headers)
        client = request.client.host if request.client else ""

        def find() -> Principal:
            return self._credentials.principal_by(shown, request)

        try:
            principal = await asyncio.get_running_loop().run_in_executor(self._gate, find)
        except Refusal as error:
            if error.code == "credentials_invalid":
                self._pace.failure(client)
            raise
        self._pace.request(principal.id)
        if principal.narrowed or not principal.sees_money:
            raise QueryRefused(
                ACCESS_DENIED,
                "Tables show all of a tenant, with money and names: this needs a key with the role finance, for no fewer "
                "legal entities and processes than all (`spanledger key create --role finance`).",
            )
        return principal

    async def _answer(self, request: Request, principal: Principal, question: Asked) -> Response:
        # Long texts take a while to read, in which the others' requests go on.
        stated = await asyncio.get_running_loop().run_in_executor(
            self._gate, statement.checked, question.text, self._databases
        )
        fmt = stated.format or statement.format_called(question.format or "TabSeparated")
        if stated.hello and fmt == "Native":
            return answers.answer(answers.hello(self._version), fmt, question.query_id, 0.0, gzip=False)
        values = _values(stated, question)
        if self._under_way >= AT_ONCE + _MOST_WAITING:
            raise QueryRefused(
                TOO_MANY_SIMULTANEOUS_QUERIES, f"{self._under_way} queries are under way; ask again in a moment."
            )
        self._under_way += 1
        try:
            body, seconds = await self._run(request, principal.tenant, stated.sql, fmt, values, question.seconds)
        finally:
            self._under_way -= 1
        return answers.answer(body, fmt, question.query_id, seconds, gzip=question.gzip)

    async def _run(
        self, request: Request, tenant: str, sql: str, fmt: str, values: dict[str, str], seconds: float | None
    ) -> tuple[bytes, float]:
        """Run a query, and end it when its time is up or its client has gone."""
        loop = asyncio.get_running_loop()
        query = Query(self._store)
        running = loop.run_in_executor(self._threads, self._handles.run, query, tenant, sql, fmt, values)
        allowed = min(self._limits.seconds + _GRACE, seconds or self._limits.seconds + _GRACE)
        began = loop.time()
        while not running.done():
            await asyncio.wait([running], timeout=_LOOKS_EVERY)
            why = ""
            if loop.time() - began > allowed:
                why = f"The query took longer than {allowed:g} s: ask for less, by time or by process."
            elif await request.is_disconnected():
                why = "The client has gone."
            if why and not running.done():
                # Until it has ended: a query that was about to begin is not yet among those that run.
                await loop.run_in_executor(self._gate, query.stop, why)
        return await running

    def _note(self, request: Request, principal: Principal, text: str, status: int, query_id: str) -> None:
        client = request.client.host if request.client else ""
        kind: Kind = "refused" if status == 403 else "read"
        noted = Noted(principal, self._clock(), kind, "SQL", "/", text, status, client, query_id)
        if self._trail.add(noted):
            self._gate.submit(self._trail.write)


def _values(stated: Statement, question: Asked) -> dict[str, str]:
    """The values that the query names. Raises QueryRefused where one is not given."""
    missing = sorted(stated.names - question.values.keys())
    if missing:
        raise QueryRefused(456, f"The query has no value for {missing[0]}: send param_{missing[0]}.")
    return {name: question.values[name] for name in stated.names}


async def _body(request: Request) -> bytes:
    """The whole body. Raises QueryRefused if it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise QueryRefused(BAD_ARGUMENTS, f"The body has more than {LARGEST_BODY} bytes.")
    return bytes(body)
