"""`spanledger flush`: send on what waits in the spool."""

import sys
import time
from pathlib import Path

from spanledger._internal.commands import options
from spanledger._internal.commands.reporting import DONE, FAILED, refused, say
from spanledger._internal.problems import PROBLEMS
from spanledger._internal.runtime import Runtime
from spanledger._internal.sending import encoding, starting
from spanledger._internal.sending.delivery import Delivery
from spanledger._internal.sending.spool import Spool
from spanledger.errors import ConfigurationError

SUMMARY = "Send on what waits in the spool, from programs that could not send it themselves."
_MORE = """A spool is kept for each collector and credential: what waits for one is sent to no other. After a credential
was changed, --all sends everything on with the one that is given now.

  spanledger flush
  spanledger flush --all --token-file /run/secrets/spanledger
"""
_EVERY = 1.0


def main(argv: list[str]) -> int:
    """Send it; 0 if nothing waits any more."""
    found = options.parser("flush", SUMMARY, _MORE)
    found.add_argument("--all", action="store_true", help="also what waits for other collectors and credentials")
    found.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="for how long at most (60)")
    given = found.parse_args(argv)
    try:
        settings = options.settings(given)
    except ConfigurationError as error:
        return refused("flush", error)
    if settings.spool is None or settings.spool_folder is None:
        say("flush", "SPANLEDGER_SPOOL is off: nothing waits anywhere.")
        return DONE
    telling = Runtime(settings, starting.new_sender(settings))
    telling.tell_of_the_dead()
    telling.close(min(given.timeout, settings.exit_timeout))
    ends = time.monotonic() + given.timeout
    spools = {folder: Spool(folder, 2**63) for folder in _folders(settings.spool, settings.spool_folder)}
    chosen = list(spools) if given.all else [settings.spool_folder]
    sent, left = 0, 0
    for folder in chosen:
        spool = spools.setdefault(folder, Spool(folder, 2**63))
        waited = _spans(spool)
        delivery = Delivery(
            lambda: starting.transport(settings.destination), encoding.resource(settings.service_name), spool
        )
        _drain(delivery, ends)
        delivery.close()
        remaining = _spans(spool)
        sent, left = sent + waited - remaining, left + remaining
    lost = PROBLEMS.counts().get("span_lost", 0) + PROBLEMS.counts().get("span_rejected", 0)
    sys.stdout.write(f"{max(sent - lost, 0)} spans sent to {settings.destination.url}, {left} still wait.\n")
    if lost:
        say("flush", f"{lost} spans were refused for good; the lines above say why")
    others = sum(_spans(spool) for folder, spool in spools.items() if folder not in chosen)
    if others:
        say("flush", f"{others} more wait for other collectors or credentials in {settings.spool}; see --all")
    return FAILED if left or lost else DONE


def _drain(delivery: Delivery, ends: float) -> None:
    while True:
        while delivery.resend() and time.monotonic() < ends:
            pass
        pause = delivery.pause
        if pause is None or time.monotonic() + pause >= ends:
            return
        time.sleep(min(pause, _EVERY))


def _folders(spool: Path, own: Path) -> list[Path]:
    """The folders of all destinations, the own one first."""
    found = sorted(one for one in spool.iterdir() if one.is_dir()) if spool.is_dir() else []
    return [own, *(one for one in found if one != own)]


def _spans(spool: Spool) -> int:
    return sum(one.spans for one in spool.waiting())
