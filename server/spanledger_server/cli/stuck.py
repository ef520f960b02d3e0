"""`spanledger stuck`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from spanledger_api.stuck import StuckAnswer
    from spanledger_api.stuck_groups import GroupsAnswer

HELP = """
List what is stuck: since when, for how much, why, and who must act. The worst first.

\b
    spanledger stuck --entity invoice
    spanledger stuck --owner collections --currency EUR --min-amount 10000
    spanledger stuck --entity invoice --as-of 2026-03-31 --json
    spanledger stuck --by owner --by reason          how many, and for how much, in groups

It asks the API (--api-url); where that asks for a credential, put a key into SPANLEDGER_API_KEY.
"""
_WIDE = 200
_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
Words = Annotated[list[str] | None, typer.Option(metavar="WORD", help="Only these; repeat it.", show_default=False)]


@with_settings("api_url")
def command(  # noqa: PLR0913 - each is an option of the command line
    settings: Settings,
    *,
    entity: Words = None,
    process: Words = None,
    owner: Words = None,
    reason: Words = None,
    severity: Words = None,
    legal_entity: Words = None,
    q: Annotated[
        str | None, typer.Option("--search", metavar="WORDS", help="Words in ids and names.", show_default=False)
    ] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="ISO", help="Only what has money in it.", show_default=False)
    ] = None,
    min_amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="At least so much at stake in --currency.", show_default=False)
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="As of a day (its end) or moment.", show_default="now")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="The worst so many.")] = 20,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD", help="Groups instead: owner, reason, client, age …; repeat it.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON.")] = False,
) -> None:
    """See HELP, which the command line shows."""
    # The API's models take a second to import: not before the options are known to be right.
    from spanledger_api.client import Client  # noqa: PLC0415

    asked = {
        "entity": entity, "process": process, "owner": owner, "reason": reason, "severity": severity,
        "legal_entity": legal_entity, "q": q, "currency": currency, "min_amount": min_amount, "as_of": as_of,
        "limit": limit,
    }  # fmt: skip
    with Client(settings.api_url, key=settings.api_key.get_secret_value()) as client:
        if by:
            groups = client.stuck_groups(by=by, **asked)
            _print(groups.model_dump_json(indent=2) if as_json else _groups(groups, by))
        else:
            answer = client.stuck(**asked)
            _print(answer.model_dump_json(indent=2) if as_json else _list(answer))
            if not as_json:
                typer.echo(_closing(answer), err=True)


command.__doc__ = HELP


def _print(what: str | Table) -> None:
    from rich.console import Console  # noqa: PLC0415

    if isinstance(what, str):
        typer.echo(what)
    else:
        # A file or a pipe has no width that a table must keep to.
        Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE).print(what)


def _list(answer: StuckAnswer) -> Table:
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from spanledger_server.cli.showing import printable  # noqa: PLC0415

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("What", "Client", "At stake", "Waits for", "Since", "Why", "Severity", "Who must act"):
        grid.add_column(
            title,
            justify="right" if title in {"At stake", "Since"} else "left",
            overflow="fold",
            no_wrap=title == "What",
        )
    for one in answer.items:
        said = one.why.message or one.why.code or one.why.kind.replace("_", " ")
        cells = (
            one.key,
            one.client or "",
            "\n".join(f"{held.currency} {held.open}" for held in one.amounts),
            one.waiting_for,
            one.waited.text if one.waited else "",
            f"{one.why.system}: {said}" if one.why.system else said,
        )
        grid.add_row(
            *(Text(printable(cell) if "\n" not in cell else cell) for cell in cells),
            Text(one.severity, style=_STYLES.get(one.severity, "")),
            Text(printable(one.owner or "nobody")),
        )
    return grid


def _groups(answer: GroupsAnswer, by: list[str]) -> Table:
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from spanledger_server.cli.showing import printable  # noqa: PLC0415

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in dict.fromkeys(by):
        grid.add_column(name.replace("_", " ").capitalize())
    for title in ("Stuck", "At stake", "Longest"):
        grid.add_column(title, justify="right")
    for one in answer.items:
        money = "\n".join(f"{total.currency} {total.amount}" for total in one.totals)
        names = (Text(printable(value or "none")) for value in one.group.values())
        grid.add_row(*names, f"{one.count:,}", money, one.waiting_longest.text)
    return grid


def _closing(answer: StuckAnswer) -> str:
    money = ", ".join(f"{total.currency} {total.amount}" for total in answer.totals)
    left = answer.count - len(answer.items)
    more = f"; {left:,} more with --limit" if left else ""
    return f"{answer.count:,} stuck{f', {money} at stake' if money else ''}, as of {answer.as_of:%Y-%m-%d %H:%M} UTC{more}."
