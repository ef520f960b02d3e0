"""The script `spanledger`: hands over to the commands that other distributions bring.

A distribution registers an object with `main(argv: list[str]) -> int` in the entry-point group `spanledger.commands`:
`platform` takes every command that no entry point of that name takes.
"""

import sys
from importlib.metadata import entry_points

GROUP = "spanledger.commands"
PLATFORM = "platform"
_MISSING = """\
spanledger: the platform is not installed, only its SDK.
Install it with:  pip install spanledger-platform
"""


def main(argv: list[str] | None = None) -> int:
    """Run the command that `argv` names and return its exit code; 1 where nothing is installed that has it."""
    arguments = sys.argv[1:] if argv is None else argv
    commands = {found.name: found for found in entry_points(group=GROUP)}
    name = arguments[0] if arguments else PLATFORM
    if name in commands and name != PLATFORM:
        return _run(commands[name].load(), arguments[1:])
    if PLATFORM in commands:
        return _run(commands[PLATFORM].load(), arguments)
    sys.stderr.write(_MISSING)
    return 1


def _run(command: object, arguments: list[str]) -> int:
    run = getattr(command, "main", None)
    if not callable(run):
        raise TypeError(f"{command!r}, registered in the entry-point group {GROUP!r}, has no main(argv)")
    return int(run(arguments))
