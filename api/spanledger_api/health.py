"""Whether the process lives and can answer; no data, and so no credentials."""

from __future__ import annotations

import asyncio
from typing import Literal

from clickhouse_connect.driver.exceptions import ClickHouseError
from fastapi import APIRouter, Request
from pydantic import BaseModel

from spanledger_api.answering import services_of
from spanledger_api.openapi import documented, example
from spanledger_store import StoreUnavailable

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"]


@router.get("/healthz", summary="Is it alive?", responses=example("health") | documented("not_found"))
async def healthz() -> Health:
    """The process answers; it says nothing of the store."""
    return Health(status="ok")


@router.get("/readyz", summary="Can it answer?", responses=example("health") | documented("store_unavailable"))
async def readyz(request: Request) -> Health:
    """The store answers too, with its schema in place; else 503."""
    services = services_of(request)

    def ask() -> None:
        try:
            services.inquiries.store.query("SELECT 1 FROM spans LIMIT 1")
        except ClickHouseError as error:
            raise StoreUnavailable("The store does not answer a query.", hint="See the server's log.") from error

    await asyncio.get_running_loop().run_in_executor(services.threads, ask)
    return Health(status="ok")
