"""`spanledger totals`."""

from __future__ import annotations

import getpass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from spanledger_store.errors import SpanledgerError


class Action(StrEnum):
    """What to do with control totals."""

    LOAD = "load"


class TotalsRefused(SpanledgerError):
    """The platform did not take the file, or could not be asked."""

    code = "totals_refused"


def command(
    action: Annotated[Action, typer.Argument(help="load: keep the totals of a file.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="The file, CSV with a header line.", show_default=False)],
    api: Annotated[str, typer.Option(help="The API's address.")] = "http://127.0.0.1:8080",
    token: Annotated[
        str | None,
        typer.Option(
            help="The token of the tenant whose totals these are.", envvar="SPANLEDGER_TOKEN", show_envvar=True
        ),
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who loads them; without it, the name you are logged in by.")] = None,
) -> None:
    """Load control totals: what a system says it has, to see how much of it spans show.

    The file has a header line and the columns system, step or entity_type, period (2026-10), legal_entity, count,
    amount, currency; also zone, owner and tenant. Rows are only ever added: of totals that speak of the same, the one
    loaded last counts. A mistake is told with file and line, and then nothing is loaded.

    See how much is covered: /v1/totals.
    """
    # The HTTP client takes a while to import: not before the options are known to be right.
    import httpx2  # noqa: PLC0415

    assert action is Action.LOAD
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TotalsRefused(f"{file} cannot be read: {error.strerror}.", hint="Correct the path.") from error
    headers = {"Content-Type": "text/csv"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        answer = httpx2.post(
            f"{api.rstrip('/')}/v1/totals",
            params={"file": str(file)[-200:], "by": by or getpass.getuser()},
            content=content,
            headers=headers,
            timeout=60,
        )
    except httpx2.HTTPError as error:
        raise TotalsRefused(f"{api} does not answer: {error}.", hint="Is `spanledger up` running there?") from error
    told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if answer.status_code != 200:
        raise TotalsRefused(
            str(told.get("detail") or f"{api} refused with HTTP {answer.status_code}."), hint=str(told.get("hint", ""))
        )
    typer.echo(f"{told['loaded']} totals loaded. See {api.rstrip('/')}/v1/totals")
