"""The application: every operation, one way to refuse, one way to find the tenant."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final

from clickhouse_connect.driver.exceptions import OperationalError
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from spanledger_api import (
    audit,
    bulk_actions,
    close,
    corrections,
    data_quality,
    entities,
    exception,
    exceptions,
    health,
    impact,
    integrations,
    journey,
    processes,
    producers,
    reconciliations,
    sla,
    sla_burn,
    sources,
    spans,
    stuck,
    stuck_groups,
    totals,
    transaction,
    transactions,
    why,
)
from spanledger_api.access.api_keys import KeyRing
from spanledger_api.access.attendance import Attendance
from spanledger_api.access.audit import AuditTrail
from spanledger_api.access.credentials import Access, Credentials
from spanledger_api.access.pace import Pace
from spanledger_api.answering import GATE_THREADS, SENDER_THREADS, THREADS, Services, desk_of
from spanledger_api.catalogue import Catalogue
from spanledger_api.inquiry import Inquiries, OpenReading
from spanledger_api.kpis import question as kpis
from spanledger_api.openapi import DESCRIPTION, with_chosen_fields
from spanledger_api.page import routes as page
from spanledger_api.parameters import refuse_repeats
from spanledger_api.problems import Refusal, code_of, response_of
from spanledger_api.replays import asking as replay_asking
from spanledger_api.replays import deciding as replay_deciding
from spanledger_api.replays import listing as replays
from spanledger_api.replays.dispatch import Dispatch
from spanledger_api.validation import refusal_for
from spanledger_api.zones import Zones
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_store import QueryLimits, SpanledgerError, Store, StoreUnavailable

LIMITS: Final = QueryLimits(seconds=60, rows=2_000_000_000, memory_bytes=4 * 1024**3)
_log = logging.getLogger("spanledger.api")

# Longer paths first: an id may hold slashes, so `…/{root_id}/spans` must be tried before `…/{root_id}`.
_QUESTIONS = (
    stuck_groups,
    stuck,
    exceptions,
    bulk_actions,
    replay_asking,
    exception,
    replay_deciding,
    replays,
    sla_burn,
    sla,
    kpis,
    close,
    corrections,
    sources,
    producers,
    reconciliations,
    totals,
    processes,
    transactions,
    spans,
    why,
    transaction,
    journey,
    impact,
    entities,
    integrations,
    data_quality,
    audit,
)


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def create_app(
    store: Store,
    definitions: Definitions,
    *,
    access: Access = Access(),  # noqa: B008 - it is frozen
    clock: Callable[[], datetime] = utc_now,
    zones: Zones | None = None,
    open_reading: OpenReading = Reading,
    dispatch: Dispatch | None = None,
    limits: QueryLimits = LIMITS,
) -> FastAPI:
    """The API over an open store, which stays the caller's to close.

    `zones` says where the day of an `as_of` date ends, by legal entity; without, in UTC.

    `access` says who may ask; where it names nobody and the store has no keys, everyone on this machine: the caller sees
    to it that nobody else reaches the address it listens on.

    `limits` say what one of a question's queries may cost.

    `dispatch` knows where replays are sent and signs them; without, nothing is sent.
    """
    catalogue = Catalogue(definitions)
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="spanledger-api")
    gate = ThreadPoolExecutor(GATE_THREADS, thread_name_prefix="spanledger-gate")
    senders = ThreadPoolExecutor(SENDER_THREADS, thread_name_prefix="spanledger-replay")
    trail = AuditTrail(store)
    credentials = Credentials(access, KeyRing(store), clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        trail.start()
        yield
        trail.stop()
        threads.shutdown()
        senders.shutdown()
        gate.shutdown()

    app = FastAPI(
        title="Spanledger",
        version=metadata.version("spanledger-platform"),
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
    )
    app.state.services = Services(
        Inquiries(store.limited(limits), definitions, catalogue, clock, open_reading),
        credentials,
        Pace(access.requests_per_second),
        threads,
        gate,
        senders,
        zones or Zones(),
        dispatch or Dispatch(definitions.replays),
    )
    app.add_middleware(Attendance, trail=trail, threads=gate, clock=clock)
    bearer = [Depends(HTTPBearer(auto_error=False, description="`spanledger key create` makes one."))]
    for question in _QUESTIONS:
        # The tenant first: who may not ask is not told whether the question was well formed.
        app.include_router(question.router, dependencies=[*bearer, Depends(desk_of), Depends(refuse_repeats)])
    app.include_router(page.router, dependencies=[Depends(desk_of), Depends(refuse_repeats)])
    app.include_router(page.static_router)
    app.include_router(health.router)
    _handle_problems(app)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = with_chosen_fields(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _refused(request: Request, error: SpanledgerError) -> Response:
    return page.refusal_page(error) if page.is_page(request) else response_of(request, error)


def _handle_problems(app: FastAPI) -> None:
    @app.exception_handler(SpanledgerError)
    async def platform(request: Request, error: SpanledgerError) -> Response:
        if code_of(error) in {"internal_error", "store_unavailable"}:
            _log.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
        return _refused(request, error)

    @app.exception_handler(OperationalError)
    async def unreachable(request: Request, error: OperationalError) -> Response:
        _log.error("%s %s: the store does not answer", request.method, request.url.path, exc_info=error)
        return _refused(request, StoreUnavailable("The store does not answer.", hint="Try again in a moment."))

    @app.exception_handler(RequestValidationError)
    async def validation(request: Request, error: RequestValidationError) -> Response:
        return _refused(request, refusal_for(error))

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            refusal = Refusal(
                f"`{request.method}` is not what this address takes.",
                code="method_not_allowed",
                hint="Every question is a GET, every change a POST; `/docs` shows which addresses take one.",
                headers=error.headers,
            )
        elif error.status_code == 400:
            refusal = Refusal(
                "The body cannot be read.", code="invalid_request", hint="Send JSON (RFC 8259), in UTF-8."
            )
        else:
            refusal = Refusal(
                f"Nothing is at {request.url.path[:200]}.",
                code="not_found",
                hint="`/docs` shows every question, `/openapi.json` describes them.",
            )
        return _refused(request, refusal)

    @app.exception_handler(Exception)
    async def inside(request: Request, error: Exception) -> Response:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return _refused(request, SpanledgerError("internal"))
