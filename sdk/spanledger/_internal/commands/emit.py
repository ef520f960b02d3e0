"""`spanledger emit`: one business span, from a script."""

import spanledger as sl
from spanledger import attributes as names
from spanledger._internal import runtime
from spanledger._internal.commands import options
from spanledger._internal.commands.reporting import refused, report
from spanledger._internal.sending.starting import start
from spanledger.errors import ConfigurationError

SUMMARY = "Send one business span: something that has happened."
_MORE = """Where TRACEPARENT and BAGGAGE are set, as `spanledger run` sets them for its command, it belongs to that step.

  spanledger emit --step payment.received --entity payment=PAY-9 --entity invoice=INV-1042 \\
      --amount '150.00 EUR' --event-id row-4711
"""


def main(argv: list[str]) -> int:
    """Send it; 0 if it is stored or kept."""
    found = options.parser("emit", SUMMARY, _MORE)
    options.add_span(found)
    found.add_argument("--at", metavar="TIME", help="when it happened, RFC 3339; now without it")
    found.add_argument("--event-id", metavar="ID", help="the source's own id of it: sent twice it counts once")
    found.add_argument("--outcome", choices=names.OUTCOMES)
    found.add_argument("--error-kind", choices=names.ERROR_KINDS)
    found.add_argument("--error-code", metavar="CODE")
    found.add_argument("--error-message", metavar="TEXT")
    found.add_argument("--wait", type=float, default=10.0, metavar="SECONDS", help="for the collector's answer (10)")
    given = found.parse_args(argv)
    try:
        told = options.said(given)
        running = start(options.settings(given))
    except ConfigurationError as error:
        return refused("emit", error)
    runtime.install(running)
    told |= {
        "at": given.at,
        "event_id": given.event_id,
        "outcome": given.outcome,
        "error_kind": given.error_kind,
        "error_code": given.error_code,
        "error_message": given.error_message,
    }
    with options.context_around():
        sl.emit(given.step, **told)
    return report("emit", running.settings, kept=sl.shutdown(given.wait))
