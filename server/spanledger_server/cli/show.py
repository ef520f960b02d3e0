"""`spanledger show`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.settings import Settings

if TYPE_CHECKING:
    from spanledger_api.transaction import TransactionView

HELP = """
Show one transaction: the sentence, its money, its steps with their deadlines, and its problems.

\b
    spanledger show invoice-to-cash/INV-1042
    spanledger show invoice-to-cash/INV-1042 --as-of 2026-03-31

It asks the API (--api-url); where that asks for a credential, put a key into SPANLEDGER_API_KEY. `spanledger why` tells
the evidence behind it.
"""


@with_settings("api_url")
def command(
    settings: Settings,
    key: Annotated[str, typer.Argument(metavar="TRANSACTION", help="process/root", show_default=False)],
    *,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="As of a day (its end) or moment.", show_default="now")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON.")] = False,
) -> None:
    """See HELP, which the command line shows."""
    if "/" not in key:
        raise typer.BadParameter("Write process/root, such as invoice-to-cash/INV-1042.", param_hint="TRANSACTION")
    # The API's models take a second to import: not before the options are known to be right.
    from spanledger_api.client import Client  # noqa: PLC0415

    with Client(settings.api_url, key=settings.api_key.get_secret_value()) as client:
        found = client.transaction(key, as_of=as_of)
    typer.echo(found.model_dump_json(indent=2) if as_json else "\n".join(_told(found)))


command.__doc__ = HELP


def _told(found: TransactionView) -> Iterator[str]:
    from spanledger_server.cli.showing import aligned, printable  # noqa: PLC0415

    yield printable(found.sentence)
    yield ""
    facts = [
        ("status", found.status),
        ("owner", found.owner or "nobody"),
        ("severity", f"{found.severity} ({found.severity_rule})" if found.severity_rule else found.severity),
        (
            "SLA",
            f"{found.sla.state}, due {found.sla.due_at:%Y-%m-%d %H:%M}" if found.sla.state and found.sla.due_at else "",
        ),
        *((f"money {one.currency}", f"{one.amount}, of it open {one.open}") for one in found.amounts),
    ]
    yield from (line for line in aligned([fact for fact in facts if fact[1]]))
    yield ""
    rows = [("step", "state", "when", "due", "attempts")]
    rows += [
        (
            step.step,
            step.state.replace("_", " "),
            _minute(step.first_success or step.last_failure),
            _minute(step.deadline),
            str(step.attempts or ""),
        )
        for step in found.steps
    ]
    yield from aligned(rows)
    if found.exceptions:
        yield ""
        yield from (printable(f"{one.state}: {one.sentence}") for one in found.exceptions)
    if found.redirected_from:
        yield ""
        yield printable(f"Asked for as {found.redirected_from}.")
    yield ""
    yield f"Times are UTC, as of {found.as_of:%Y-%m-%d %H:%M}. {found.evidence_count} spans; `spanledger why {found.key}`."


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
