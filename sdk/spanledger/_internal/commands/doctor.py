"""`spanledger doctor`: what is configured, and whether a span arrives."""

import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Final

from opentelemetry.trace import SpanContext, TraceFlags

from spanledger._internal.commands import options
from spanledger._internal.commands.reporting import DONE, FAILED, refused
from spanledger._internal.finished import Finished
from spanledger._internal.identity import RandomIds
from spanledger._internal.sending import encoding, starting
from spanledger._internal.sending.answers import Refused, Taken, TooLarge
from spanledger._internal.settings import SPOOL, Settings
from spanledger.errors import ConfigurationError

SUMMARY = "Say what is configured, send a test span, and read it back."
_MORE = """The test span names no step and no entity, so that it belongs to no transaction. It is read back where the SQL
interface of `spanledger up` is (127.0.0.1:8123), or where --sql says.

  spanledger doctor --endpoint https://spans.example --token-file token --sql https://sql.example --sql-key-file key
"""
_WAIT: Final = 10.0
_DEFAULT_SQL: Final = "http://127.0.0.1:8123"
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def main(argv: list[str]) -> int:
    """Look; 0 if all is well."""
    found = options.parser("doctor", SUMMARY, _MORE)
    found.add_argument(
        "--sql", metavar="URL", help=f"the SQL interface ({_DEFAULT_SQL} beside a collector on this machine)"
    )
    found.add_argument("--sql-key-file", metavar="FILE", type=Path, help="holds the key for it")
    given = found.parse_args(argv)
    try:
        settings = options.settings(given)
        key = "" if given.sql_key_file is None else given.sql_key_file.read_text(encoding="utf-8").strip()
    except (ConfigurationError, OSError) as error:
        return refused("doctor", error)
    _show_settings(settings)
    well = _look_at_the_spool(settings)
    arrived, trace_id = _send(settings)
    sql = given.sql or (_DEFAULT_SQL if urllib.parse.urlsplit(settings.destination.url).hostname in _HERE else None)
    if arrived:
        arrived = _read_back(sql, key, trace_id)
    return DONE if well and arrived else FAILED


def _show_settings(settings: Settings) -> None:
    destination = settings.destination
    shown = ", ".join(sorted(destination.headers)) or "none"
    _say("collector", f"{destination.url} ({destination.protocol}, compression {destination.compression})")
    _say("headers", f"{shown} (values are not shown)")
    _say("timeout", f"{destination.timeout:g} s")
    name = encoding.resource(settings.service_name).attributes.get("service.name", "")
    named = settings.service_name or os.environ.get("OTEL_SERVICE_NAME")
    _say("service", f"{name}" if named else f"{name} (nobody has named it: OTEL_SERVICE_NAME, or --service)")


def _look_at_the_spool(settings: Settings) -> bool:
    folder = settings.spool_folder
    if folder is None:
        _say("spool", f"off ({SPOOL}): what the collector does not take is lost with the process")
        return True
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        _say("spool", f"{folder} cannot be written to: {error.strerror}", well=False)
        return False
    spool = starting.spool(settings)
    waiting = sum(one.spans for one in spool.waiting()) if spool else 0
    _say("spool", f"{folder}, up to {settings.spool_megabytes} MB; {waiting} spans wait in it")
    return True


def _send(settings: Settings) -> tuple[bool, str]:
    now, ids = time.time_ns(), RandomIds()
    context = SpanContext(ids.trace_id(), ids.span_id(), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    span = Finished("spanledger.doctor", context, None, now, now, {}, failed=False, description=None, raised=None)
    body = encoding.request([span], encoding.resource(settings.service_name))
    transport = starting.transport(settings.destination)
    began = time.monotonic()
    answer = transport.send(body)
    transport.close()
    took = f"{(time.monotonic() - began) * 1000:.0f} ms"
    trace_id = f"{span.context.trace_id:032x}"
    if isinstance(answer, Taken) and not answer.rejected:
        _say("test span", f"the collector took trace {trace_id} in {took}")
        return True, trace_id
    kind = "will never take it" if isinstance(answer, Refused | TooLarge | Taken) else "does not take it"
    _say("test span", f"the collector {kind}: {answer.words}", well=False)
    return False, trace_id


def _read_back(sql: str | None, key: str, trace_id: str) -> bool:
    if sql is None:
        _say("read back", "not tried: say --sql where the SQL interface is")
        return True
    address = f"{sql}/?{urllib.parse.urlencode({'param_trace': trace_id, 'default_format': 'JSON'})}"
    asked = urllib.request.Request(  # noqa: S310 - the user's own address
        address, data=b"SELECT count() AS found FROM spans WHERE TraceId = {trace:String}", method="POST"
    )
    if key:
        asked.add_header("X-ClickHouse-Key", key)
    ends = time.monotonic() + _WAIT
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(asked, timeout=_WAIT) as answer:  # noqa: S310 - as above
                if int(json.loads(answer.read())["data"][0]["found"]):
                    _say("read back", f"it is in the store of {sql}")
                    return True
        except urllib.error.HTTPError as error:
            _say("read back", f"{sql} answers: {error.read(500).decode('utf-8', 'replace').strip()}", well=False)
            return False
        except (OSError, ValueError, KeyError) as error:
            _say("read back", f"{sql} cannot be asked: {error}; say --sql where the SQL interface is", well=False)
            return False
        time.sleep(0.1)
    _say("read back", f"after {_WAIT:g} s it is not in the store of {sql}: another tenant's key?", well=False)
    return False


def _say(what: str, text: str, *, well: bool = True) -> None:
    sys.stdout.write(f"{'ok  ' if well else 'FAIL'} {what}: {text}\n")
