"""The script `spanledger`: the SDK's own commands, and those that other distributions bring.

A distribution registers an object with `main(argv: list[str]) -> int` in the entry-point group `spanledger.commands`:
`platform` takes every command that neither the SDK nor an entry point of that name takes.
"""

import importlib
import sys
from importlib.metadata import entry_points
from typing import Final

GROUP = "spanledger.commands"
PLATFORM = "platform"
OWN: Final = ("emit", "run", "flush", "doctor")
_ASKS_FOR_HELP: Final = frozenset({"", "-h", "--help", "help"})
_MISSING = """\
spanledger: there is no command {name} here: the platform is not installed, only its SDK.
Install it with:  pip install spanledger-platform
"""


def main(argv: list[str] | None = None) -> int:
    """Run the command that `argv` names and return its exit code; 1 where nothing is installed that has it."""
    arguments = sys.argv[1:] if argv is None else argv
    name = arguments[0] if arguments else ""
    if name in OWN:
        return _run(importlib.import_module(f"spanledger._internal.commands.{name}"), arguments[1:])
    commands = {found.name: found for found in entry_points(group=GROUP)}
    if name in commands and name != PLATFORM:
        return _run(commands[name].load(), arguments[1:])
    if PLATFORM in commands:
        return _run(commands[PLATFORM].load(), arguments)
    if name in _ASKS_FOR_HELP:
        sys.stdout.write(own_help())
        return 0
    sys.stderr.write(_MISSING.format(name=name))
    return 1


def own_help() -> str:
    """What the SDK's own commands do, a line each."""
    modules = {name: importlib.import_module(f"spanledger._internal.commands.{name}") for name in OWN}
    lines = [f"  {name:<8} {module.SUMMARY}" for name, module in modules.items()]
    return "\n".join(
        [
            "Usage: spanledger COMMAND [OPTIONS]",
            "",
            "Business spans from any job. `spanledger COMMAND --help` tells more.",
            "",
            *lines,
            "",
        ]
    )


def _run(command: object, arguments: list[str]) -> int:
    run = getattr(command, "main", None)
    if not callable(run):
        raise TypeError(f"{command!r}, registered in the entry-point group {GROUP!r}, has no main(argv)")
    return int(run(arguments))
