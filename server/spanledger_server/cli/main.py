"""From arguments to an exit code: 0 done, 1 refused or failed with a reason, 2 a command line that makes no sense."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import typer

from spanledger_server.cli.commands import COMMANDS, Command

_EPILOG = """Every setting is an option of the commands that use it, and an environment variable as well; an option wins.

For jobs that send spans: `spanledger emit`, `run`, `flush` and `doctor` (each with --help) are the SDK's.

Start with `spanledger demo` to see it work, or with `spanledger up` and an OTLP exporter pointed at 127.0.0.1:4318."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a refusal is one line on the standard error output."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        build(arguments)(arguments, prog_name="spanledger")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        typer.echo(f"spanledger: {refusal}", err=True)
        return 1
    return 0


def build(arguments: Sequence[str], *, help_width: int | None = None) -> Callable[..., object]:
    """The command line in which the command that `arguments` ask for is loaded, and the others are only named.

    `help_width` is in characters; without it the terminal decides.
    """
    app = typer.Typer(
        help="Spanledger: which business transactions are stuck, since when, for how much, why, and who must act.",
        epilog=_EPILOG,
        rich_markup_mode=None,
        add_completion=False,
        no_args_is_help=True,
        # Up to 100 characters on a terminal that is wide enough: an option and its sentence stand together.
        context_settings={"max_content_width": 100, "terminal_width": help_width},
    )
    for known in COMMANDS:
        function = known.load() if known.name in arguments[:1] else _only_named(known)
        app.command(known.name, short_help=known.summary)(function)
    return typer.main.get_command(app)


def _only_named(known: Command) -> Callable[[], None]:
    def command() -> None:
        raise AssertionError(f"{known.name} was not loaded")

    return command


def _refusal(error: Exception) -> str | None:
    """The line for an error that Spanledger raised on purpose; None for any other, which keeps its traceback."""
    # Imported late: the store's package imports the engine's client, which help must not wait for.
    from spanledger_store import SpanledgerError  # noqa: PLC0415

    return str(error) if isinstance(error, SpanledgerError) else None
