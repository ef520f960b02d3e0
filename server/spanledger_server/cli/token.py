"""`spanledger token`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.cli.showing import aligned
from spanledger_server.settings import Settings


class Action(StrEnum):
    """What to do with ingest tokens."""

    CREATE = "create"
    LIST = "list"
    REVOKE = "revoke"


@with_settings("dsn")
def command(
    settings: Settings,
    *,
    action: Annotated[Action, typer.Argument(help="create, list, or revoke.", show_default=False)],
    token_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Which token to revoke, as `list` shows it.", show_default=False),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose spans the token sends (create).", show_default=False)
    ] = None,
    name: Annotated[str, typer.Option(metavar="TEXT", help="What the token is for (create).", show_default=False)] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Issue, list and revoke the tokens that senders of spans need.

    A token belongs to a tenant and is good for sending its spans, for nothing else. It is shown once, when it is created:
    the store keeps its digest only. From the first one on, every sender needs one. A running collector knows a new token,
    and no longer a revoked one, within a few seconds.

    spanledger token create --tenant acme --name "billing jobs"

    Senders give it as the header Authorization: Bearer TOKEN; OpenTelemetry's SDKs read it from
    OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20TOKEN".

    It runs inside the server that holds the store, or here if none does.
    """
    if action is Action.CREATE and not tenant:
        raise typer.BadParameter("Say whose spans the token sends: --tenant NAME.", param_hint="--tenant")
    if action is Action.REVOKE and not token_id:
        raise typer.BadParameter("Say which token: `spanledger token list` shows their ids.", param_hint="ID")
    # The engine takes a second to import: not before the options are known to be right.
    from spanledger_server.admin.asking import carry_out  # noqa: PLC0415

    arguments = {"do": action.value, "id": token_id, "tenant": tenant, "name": name}
    result = carry_out(settings, "token", arguments, lambda _: None)
    if as_json:
        typer.echo(json.dumps(result))
    elif action is Action.CREATE:
        typer.echo(result["token"])
        typer.echo(f"Token {result['id']} sends the spans of {tenant}. It is not shown again: keep it now.", err=True)
    elif action is Action.REVOKE:
        typer.echo(f"Token {result['id']} of {result['tenant']} is good for nothing since {result['revoked_at']}.")
    else:
        _show(result["tokens"])


def _show(tokens: list[dict[str, Any]]) -> None:
    if not tokens:
        typer.echo("No token was ever created here: `spanledger token create --tenant NAME`.")
        return
    rows = [("id", "tenant", "issued", "revoked", "for")]
    rows += [(t["id"], t["tenant"], t["issued_at"], t["revoked_at"] or "", t["name"]) for t in tokens]
    typer.echo("\n".join(aligned(rows)))
