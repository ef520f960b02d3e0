"""`spanledger rejected`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.cli.showing import aligned, bar, printable
from spanledger_server.settings import Settings


class Action(StrEnum):
    """What to do with rejected spans."""

    LIST = "list"
    SHOW = "show"
    RETRY = "retry"


HELP = """
Look at the spans that could not be stored as such, and drive them again.

A span without a valid trace id and span id has no identity. It is counted in the answer to its sender and kept with its
bytes, while its neighbours are stored.

\b
    spanledger rejected list             which, from where, and why
    spanledger rejected show ID          one of them, with its attributes
    spanledger rejected retry ID …       store it, with ids made from its content
    spanledger rejected retry            all that wait

Driven twice, or sent twice, the same content counts once. Mend the sender first: what it sends next is rejected again.

A span with an identity is never rejected: one whose amount is no number is stored with no amount, one whose currency does
not exist with that currency. See them with `spanledger rejected list --flagged`, and what one belongs to with
`spanledger why ID`.

It runs inside the server that holds the store, or here if none does.
"""


@with_settings("dsn", "default_tenant")
def command(
    settings: Settings,
    *,
    action: Annotated[Action, typer.Argument(help="list, show, or retry.", show_default=False)],
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Which, as `list` shows them.", show_default=False)
    ] = None,
    tenant: Annotated[str | None, typer.Option(metavar="NAME", help="Whose; without it, the default tenant's.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were driven again (list).")] = False,
    flagged: Annotated[
        bool, typer.Option("--flagged", help="Spans that are stored, with a value that makes no sense (list).")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="The newest so many (list).")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; of `show` with the request's bytes.")] = False,
) -> None:
    """See HELP, which the command line shows."""
    if action is Action.SHOW and len(ids or ()) != 1:
        raise typer.BadParameter("Say which one: `spanledger rejected list` shows their ids.", param_hint="ID")
    # The engine takes a second to import: not before the options are known to be right.
    from spanledger_server.admin.asking import carry_out  # noqa: PLC0415

    asked = {
        "do": action.value,
        "tenant": tenant or settings.default_tenant,
        "ids": ids or [],
        "all": everything,
        "flagged": flagged,
        "limit": limit,
    }
    with bar("Driving again") as progress:
        result = carry_out(settings, "rejected", asked, progress)
    if as_json:
        typer.echo(json.dumps(result))
    elif action is Action.SHOW:
        _show(result)
    elif action is Action.RETRY:
        for one in result["driven"]:
            typer.echo(f"{one['id']} is stored as {one['trace_id']}:{one['span_id']}")
        count = len(result["driven"])
        typer.echo(f"{count} {'span was' if count == 1 else 'spans were'} driven again.", err=True)
    elif flagged:
        _list([(one["stored_at"], one["id"], one["service"], one["name"], one["why"]) for one in result["flagged"]])
    else:
        _list([(one["rejected_at"], one["id"], one["service"], one["name"], _whys(one)) for one in result["rejected"]])


command.__doc__ = HELP


def _whys(one: dict[str, Any]) -> list[str]:
    again = [f"driven again {one['retried_at'][:19]}Z"] if one["retried_at"] else []
    return [one["why"], *again]


def _list(spans: list[tuple[str, str, str, str, list[str]]]) -> None:
    if not spans:
        typer.echo("None.")
        return
    rows = [("when", "id", "service", "span", "why")]
    rows += [(when[:19] + "Z", span_id, service, name, "; ".join(whys)) for when, span_id, service, name, whys in spans]
    typer.echo("\n".join(aligned(rows)))


def _show(one: dict[str, Any]) -> None:
    typer.echo(printable(f"{one['name'] or '(no name)'} from {one['service'] or '(no service)'}, {one['rejected_at']}"))
    typer.echo(f"A span {one['why']}: trace id {one['trace_id']!r}, span id {one['span_id']!r}.")
    if one["retried_at"]:
        typer.echo(f"Driven again {one['retried_at']}.")
    for key, value in one["attributes"].items():
        typer.echo(printable(f"  {key} = {value}"))
    typer.echo(f"--json prints the request's bytes ({one['encoding']}, base64).", err=True)
