"""How an operation answers: whose request it is, on which thread its queries run, and how its answer is written."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any, Final

from clickhouse_connect.driver.exceptions import DatabaseError
from fastapi import Depends, Request, Response
from pydantic import BaseModel

from spanledger_api.access.credentials import Credentials
from spanledger_api.access.pace import Pace
from spanledger_api.access.principal import Principal, Role
from spanledger_api.access.sight import refuse_hidden
from spanledger_api.cost import too_expensive
from spanledger_api.inquiry import Inquiries, Inquiry
from spanledger_api.lists.formats import format_of
from spanledger_api.lists.listing import LONGEST_FILE, Listing, ListParameters
from spanledger_api.lists.whole import SortedListParameters, whole_listing
from spanledger_api.lists.writing import written
from spanledger_api.parameters import Clock
from spanledger_api.problems import Refusal
from spanledger_api.replays.dispatch import Dispatch
from spanledger_api.zones import Zones

ALWAYS: Final = (
    "unknown_parameter",
    "repeated_parameter",
    "invalid_value",
    "impossible_date",
    "invalid_request",
    "credentials_missing",
    "credentials_invalid",
    "role_missing",
    "scope_too_narrow",
    "not_loopback",
    "rate_limited",
    "too_expensive",
    "provider_unavailable",
    "store_unavailable",
    "internal_error",
)
"""The problems that any question may end in."""
LIST: Final = (*ALWAYS, "unknown_value", "not_acceptable", "too_many_rows")
"""Those of a list that is read as a whole."""

THREADS: Final = 8
"""Queries side by side. Each thread keeps its handle on the store, so they live as long as the application."""
GATE_THREADS: Final = 2
"""Credentials that are checked side by side, and rows of the audit trail written: never behind a slow query."""

SENDER_THREADS: Final = 4
"""Replays that wait for their endpoints side by side: never before a question."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the application's operations share."""

    inquiries: Inquiries
    credentials: Credentials
    pace: Pace
    threads: ThreadPoolExecutor
    gate: ThreadPoolExecutor
    senders: ThreadPoolExecutor
    zones: Zones
    dispatch: Dispatch


@dataclass(frozen=True, slots=True)
class AnsweringDesk:
    """One request whose principal is known."""

    request: Request
    principal: Principal
    services: Services

    async def answer(
        self,
        clock: Clock,
        question: Callable[[Inquiry], BaseModel | Response],
        *,
        on: ThreadPoolExecutor | None = None,
    ) -> Response:
        """Put a question on a thread of its own and write down its answer there, off the event loop.

        `clock` holds all of the question's parameters: what the principal may not see is not asked for by them either.
        `on` are other threads than those of questions.
        """
        refuse_hidden(self.principal, clock)
        placed = self.services.zones.placed(clock, self.request)

        def work() -> Response:
            try:
                found = question(self.services.inquiries.open(self.principal, placed))
            except DatabaseError as error:
                refusal = too_expensive(error)
                if refusal is None:
                    raise
                raise refusal from error
            if isinstance(found, Response):
                return found
            return tagged(self.request, Response(found.model_dump_json(), media_type="application/json"))

        return await asyncio.get_running_loop().run_in_executor(on or self.services.threads, work)

    async def answer_list(
        self, parameters: ListParameters, page: int, question: Callable[[Inquiry, int], Listing]
    ) -> Response:
        """Answer with a list in the format asked for. The question gets how many items are wanted: a `page` or its own
        `limit`; in a file all, up to the longest file and one more.
        """
        wanted = format_of(self.request, parameters.format)
        count = parameters.limit or (page if wanted == "json" else LONGEST_FILE)

        def write(inquiry: Inquiry) -> Response:
            return tagged(self.request, written(question(inquiry, count), parameters, wanted))

        return await self.answer(parameters, write)

    async def answer_whole(
        self, parameters: SortedListParameters, name: str, page: int, question: Callable[[Inquiry], BaseModel]
    ) -> Response:
        """Answer with a list whose question gives all of its items; `name` is that of its files."""
        return await self.answer_list(
            parameters, page, lambda inquiry, wanted: whole_listing(question(inquiry), name, parameters, wanted)
        )


def tagged(request: Request, answer: Response) -> Response:
    """The answer with its entity tag; without its body if the request shows the same tag (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(bytes(answer.body)).hexdigest()[:32]}"'
    shown = {word.strip().removeprefix("W/") for word in request.headers.get("if-none-match", "").split(",")}
    if request.method in {"GET", "HEAD"} and shown & {tag, "*"}:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer


def services_of(request: Request) -> Services:
    """The application's services."""
    services = request.app.state.services
    assert isinstance(services, Services)  # `create_app` sets them
    return services


async def desk_of(request: Request) -> AnsweringDesk:
    """The request's desk. Raises Refusal if its credentials are none, or if it comes too soon."""
    services = services_of(request)
    try:
        principal = await asyncio.get_running_loop().run_in_executor(
            services.gate, services.credentials.principal_of, request
        )
    except Refusal as refusal:
        if refusal.code == "credentials_invalid":
            services.pace.failure(request.client.host if request.client else "")
        raise
    request.state.principal = principal
    if not principal.anonymous:
        services.pace.request(principal.id)
    return AnsweringDesk(request, principal, services)


Desk = Annotated[AnsweringDesk, Depends(desk_of)]


def needs(role: Role) -> Any:
    """The dependency of an operation that only a principal with that role may use."""

    async def check(desk: Desk) -> None:
        desk.principal.require(role)

    return Depends(check)


async def _whole_tenant(desk: Desk) -> None:
    desk.principal.require_whole_tenant()


WHOLE_TENANT: Final = Depends(_whole_tenant)
"""The dependency of an operation whose answer cannot be narrowed to some legal entities or processes."""
