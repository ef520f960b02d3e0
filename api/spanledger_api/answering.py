"""How an operation answers: whose request it is, on which thread its queries run, and how its answer is written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from spanledger_api.inquiry import Inquiries, Inquiry
from spanledger_api.parameters import Clock
from spanledger_api.tenancy import Tenancy
from spanledger_api.zones import Zones

ALWAYS: Final = (
    "unknown_parameter",
    "repeated_parameter",
    "invalid_value",
    "impossible_date",
    "invalid_request",
    "credentials_missing",
    "credentials_invalid",
    "not_loopback",
    "store_unavailable",
    "internal_error",
)
"""The problems that any question may end in."""

THREADS: Final = 8
"""Queries side by side. Each thread keeps its handle on the store, so they live as long as the application."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the application's operations share."""

    inquiries: Inquiries
    tenancy: Tenancy
    threads: ThreadPoolExecutor
    zones: Zones = field(default_factory=Zones)


@dataclass(frozen=True, slots=True)
class AnsweringDesk:
    """One request whose tenant is known."""

    request: Request
    tenant: str
    services: Services

    async def answer(self, clock: Clock, question: Callable[[Inquiry], BaseModel | Response]) -> Response:
        """Put a question on a thread of its own and write down its answer there, off the event loop."""
        placed = self.services.zones.placed(clock, self.request)

        def work() -> Response:
            found = question(self.services.inquiries.open(self.tenant, placed))
            if isinstance(found, Response):
                return found
            return Response(found.model_dump_json(), media_type="application/json")

        return await asyncio.get_running_loop().run_in_executor(self.services.threads, work)


def services_of(request: Request) -> Services:
    """The application's services."""
    services = request.app.state.services
    assert isinstance(services, Services)  # `create_app` sets them
    return services


def desk_of(request: Request) -> AnsweringDesk:
    """The request's desk. Raises Refusal if its credentials are none."""
    services = services_of(request)
    return AnsweringDesk(request, services.tenancy.tenant_of(request), services)


Desk = Annotated[AnsweringDesk, Depends(desk_of)]
