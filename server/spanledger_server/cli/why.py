"""`spanledger why`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.settings import Settings

HELP = """
Tell why a transaction is as it is, or why a span belongs to none.

\b
    spanledger why invoice-to-cash/INV-1042      a transaction: process/root
    spanledger why 4bf9…4736:00f067aa0ba902b7    a span: trace:span
    spanledger why 00f067aa0ba902b7              a span whose trace you do not know

Of a transaction it says what it waits for and why, where the deadline comes from, which rules gave severity and owner, and
for each span the rule, the key and the span that carried the link. Of a span it says which transactions it belongs to
and, for each process that it could be a step of and is not attached to, what is missing and what to send.

It runs inside the server that holds the store, or here if none does; --definitions-dir counts only then.
"""

_SPAN = re.compile(r"(?:(?P<trace>[0-9a-fA-F]{32}):)?(?P<span>[0-9a-fA-F]{16})\Z")


@with_settings("dsn", "definitions_dir", "pack", "default_tenant")
def command(
    settings: Settings,
    what: Annotated[str, typer.Argument(metavar="TRANSACTION|SPAN", help="What to tell of.", show_default=False)],
    *,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="As of a day (its end) or moment; without it, now.")
    ] = None,
    known: Annotated[
        str, typer.Option(metavar="then|now", help="With --as-of: by what was known then, or is known now.")
    ] = "then",
    tenant: Annotated[str | None, typer.Option(metavar="NAME", help="Whose; without it, the default tenant's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON.")] = False,
) -> None:
    """See HELP, which the command line shows."""
    # The engine takes a second to import: not before the options are known to be right.
    from spanledger_server.admin.asking import carry_out  # noqa: PLC0415

    clock = {"known": known} | ({"as_of": as_of} if as_of else {})
    asked = {"tenant": tenant or settings.default_tenant, "now": datetime.now(UTC).isoformat(), "clock": clock}
    answer: dict[str, Any] = json.loads(carry_out(settings, "why", asked | _asked(what), lambda _: None)["answer"])
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
        return
    typer.echo("\n".join(_of_transaction(answer) if "story" in answer else _of_span(answer)))


command.__doc__ = HELP


def _asked(what: str) -> dict[str, str]:
    span = _SPAN.match(what)
    if span is not None:
        return {"span": span["span"], "trace": span["trace"] or ""}
    process, slash, root = what.partition("/")
    if not slash or not process or not root:
        raise typer.BadParameter(
            f"`{what}` is neither process/root, such as invoice-to-cash/INV-1042, nor a span's id, nor trace:span in hex",
            param_hint="TRANSACTION|SPAN",
        )
    return {"process": process, "root": root}


def _of_transaction(answer: dict[str, Any]) -> Iterator[str]:
    told = [line for line in answer["story"] if line["about"] != "evidence"]
    yield answer["key"] + (f" (asked for as {answer['redirected_from']})" if answer["redirected_from"] else "")
    yield from (line["text"] for line in told)
    yield ""
    yield "What belongs to it, and why:"
    yield from (f"  {line['text']}" for line in answer["story"] if line["about"] == "evidence")


def _of_span(answer: dict[str, Any]) -> Iterator[str]:
    step = answer["step"] or answer["name"]
    yield f"{answer['trace_id']}:{answer['span_id']}, {step} from {answer['service']}, {answer['happened']}"
    for one in answer["attached"]:
        by = f" (span {one['carrier_span_id']} says so)" if one["carrier_span_id"] else ""
        yield f"It belongs to {one['transaction']} by rule {one['rule']}: {one['key']}{by}."
    if not answer["attached"]:
        yield "It belongs to no transaction."
    for finding in answer["findings"]:
        yield f"  {finding['code']}: {finding['what']}"
        yield f"    {finding['do']}"
