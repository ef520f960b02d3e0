"""For whoever runs the platform: is the process alive, can it work, and what does it count of itself.

On a port of its own, so that nothing of it is open to those who send spans or ask questions.
"""

from __future__ import annotations

from collections.abc import Sequence

from clickhouse_connect.driver.exceptions import ClickHouseError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from spanledger_store import SpanledgerError, Store


def monitoring_app(store: Store, registries: Sequence[CollectorRegistry]) -> Starlette:
    """`/healthz`, `/readyz` and `/metrics` (Prometheus's text format) of this process and these registries."""
    process = CollectorRegistry()
    ProcessCollector(registry=process)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        try:
            await run_in_threadpool(store.command, "SELECT 1")
        except (ClickHouseError, SpanledgerError) as error:
            return PlainTextResponse(f"The store does not answer ({type(error).__name__}).\n", status_code=503)
        return PlainTextResponse("ok\n")

    async def metrics(_: Request) -> Response:
        text = b"".join(generate_latest(registry) for registry in (process, *registries))
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])
