"""`spanledger run`: a command as a business step."""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from typing import IO, Any, Final, Self

import spanledger as sl
from spanledger._internal import runtime
from spanledger._internal.commands import options
from spanledger._internal.commands.reporting import report, say
from spanledger._internal.sending.starting import start
from spanledger._internal.settings import Settings
from spanledger.errors import ConfigurationError

SUMMARY = "Run a command as a step: its duration, its exit code, and the end of its standard error as the error."
_MORE = """The command's exit code is passed on, whatever becomes of the span. It finds TRACEPARENT, TRACESTATE and
BAGGAGE in its environment, so that what it sends itself belongs to the step.

  spanledger run --step time_entry.imported --entity timesheet=TS-9 -- ./nightly.sh --month 2026-03
"""
_LONGEST_MESSAGE: Final = 2000
_NOT_FOUND: Final = 127
_NOT_ALLOWED: Final = 126
_FORWARDED: Final = (signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGTERM))


def main(argv: list[str]) -> int:
    """Run it; the exit code is the command's."""
    found = options.parser("run", SUMMARY, _MORE)
    options.add_span(found)
    found.add_argument("command", nargs="+", metavar="COMMAND", help="behind --: the command and its arguments")
    given = found.parse_args(argv)
    told: dict[str, Any] = {}
    try:
        told = options.said(given)
        settings = options.settings(given)
        runtime.install(start(settings))
    except ConfigurationError as error:
        # The command is what matters: a token's file that is gone tonight does not keep it from running.
        say("run", f"{error}; the command runs without a span")
        settings = Settings()
    with options.context_around(), sl.step(given.step, **told) as step:
        code, message = _run(given.command)
        if code != 0:
            step.fail(code=_name(code), message=message)
    report("run", settings, kept=sl.shutdown(settings.exit_timeout))
    return code if code >= 0 else 128 - code


def _run(command: list[str]) -> tuple[int, str]:
    """The exit code, negative for a signal, and the end of what it said on its standard error."""
    end: deque[bytes] = deque(maxlen=_LONGEST_MESSAGE)
    # From before the command begins: whoever ended us in between would leave it behind.
    with _SignalsPassedOn() as signals:
        try:
            process = subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | options.context_for_a_child())  # noqa: S603 - it is the user's own
        except OSError as error:
            message = f"{command[0]}: {error.strerror}"
            say("run", message)
            return (_NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_ALLOWED), message
        signals.to(process)
        assert process.stderr is not None
        reader = threading.Thread(target=_pass_on, args=(process.stderr, end), daemon=True)
        reader.start()
        code = process.wait()
    # What it has left running in the background may hold the pipe for ever.
    reader.join(1.0)
    return code, b"".join(end).decode("utf-8", "replace").strip()


def _pass_on(pipe: IO[bytes], end: "deque[bytes]") -> None:
    """Show what comes at once, and remember the end of it."""
    while chunk := os.read(pipe.fileno(), 65536):
        sys.stderr.buffer.write(chunk)
        sys.stderr.buffer.flush()
        end.extend(chunk[place : place + 1] for place in range(max(len(chunk) - _LONGEST_MESSAGE, 0), len(chunk)))


class _SignalsPassedOn:
    """Whoever ends this program means the command, which decides how it ends."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._pass_on) for number in set(_FORWARDED)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def to(self, process: "subprocess.Popen[bytes]") -> None:
        """The command has begun; what came before goes to it now."""
        self._process = process
        while self._early:
            process.send_signal(self._early.pop(0))

    def _pass_on(self, number: int, _: object) -> None:
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)


def _name(code: int) -> str:
    if code >= 0:
        return str(code)
    try:
        return signal.Signals(-code).name
    except ValueError:
        return str(code)
