"""`spanledger key`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.cli.showing import aligned
from spanledger_server.settings import Settings


class Action(StrEnum):
    """What to do with API keys."""

    CREATE = "create"
    LIST = "list"
    ROTATE = "rotate"
    REVOKE = "revoke"


class Role(StrEnum):
    """What a key may do besides viewing."""

    FINANCE = "finance"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"


HELP = """
Issue, list, rotate and revoke the keys that ask the API.

\b
    spanledger key create --tenant acme --name mia --role finance --role operator --days 90
    spanledger key create --tenant acme --name "DE01 close" --role finance --legal-entity DE01
    spanledger key list
    spanledger key rotate ID             another secret, the old one ends at once
    spanledger key revoke ID

A key belongs to a tenant and sees its data only. Without a role it may view everything except amounts, clients and free
texts. `finance` sees those; `operator` works on exceptions and corrections; `approver` approves what somebody else has
asked for; `admin` reads the audit trail. --legal-entity and --process narrow a key to some of them.

A key is shown once, when it is created or rotated: the store keeps its digest only. From the first one on, every caller of
the API needs a credential, on this machine too. A running API knows a new key, and no longer a revoked one, within two
seconds. Callers send it as the header Authorization: Bearer KEY; a browser asks for it as a password.

It runs inside the server that holds the store, or here if none does.
"""


@with_settings("dsn")
def command(  # noqa: PLR0913 - each is an argument or option of the command line
    settings: Settings,
    *,
    action: Annotated[Action, typer.Argument(help="create, list, rotate, or revoke.", show_default=False)],
    key_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Which key, as `list` shows it (rotate, revoke).", show_default=False),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose data the key sees (create).", show_default=False)
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="WHO", help="Who holds it; stands in histories and the audit trail (create).", show_default=False
        ),
    ] = None,
    role: Annotated[
        list[Role] | None, typer.Option(help="What it may do; repeat it (create).", show_default=False)
    ] = None,
    legal_entity: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="All that it sees; repeat it (create).", show_default=False)
    ] = None,
    process: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="All that it sees; repeat it (create).", show_default=False)
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=3660, metavar="N", help="When it expires (create, rotate).", show_default="never"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """See HELP, which the command line shows."""
    if action is Action.CREATE and not (tenant and name):
        raise typer.BadParameter(
            "Say whose data it sees and who holds it: --tenant NAME --name WHO.", param_hint="create"
        )
    if action in {Action.ROTATE, Action.REVOKE} and not key_id:
        raise typer.BadParameter("Say which key: `spanledger key list` shows their ids.", param_hint="ID")
    # The engine takes a second to import: not before the options are known to be right.
    from spanledger_server.admin.asking import carry_out  # noqa: PLC0415

    asked = {
        "do": action.value,
        "id": key_id,
        "tenant": tenant,
        "name": name,
        "roles": [one.value for one in role or ()],
        "legal_entities": legal_entity or [],
        "processes": process or [],
        "days": days,
    }
    result = carry_out(settings, "key", asked, lambda _: None)
    if as_json:
        typer.echo(json.dumps(result))
    elif action in {Action.CREATE, Action.ROTATE}:
        typer.echo(result["key"])
        until = f" until {result['expires_at']}" if result["expires_at"] else ""
        typer.echo(
            f"Key {result['id']} of {result['name']} is good{until}. It is not shown again: keep it now.", err=True
        )
    elif action is Action.REVOKE:
        typer.echo(f"Key {result['id']} of {result['name']} is good for nothing since {result['revoked_at']}.")
    else:
        _show(result["keys"])


command.__doc__ = HELP


def _show(keys: list[dict[str, Any]]) -> None:
    if not keys:
        typer.echo("No key was ever created here: `spanledger key create --tenant NAME --name WHO`.")
        return
    rows = [("id", "tenant", "who", "roles", "sees", "issued", "expires", "revoked")]
    rows += [
        (
            key["id"],
            key["tenant"],
            key["name"],
            ", ".join(key["roles"]) or "viewer",
            ", ".join([*key["legal_entities"], *key["processes"]]) or "everything",
            key["issued_at"],
            key["expires_at"] or "never",
            key["revoked_at"] or "",
        )
        for key in keys
    ]
    typer.echo("\n".join(aligned(rows)))
