"""`configure`, `flush` and `shutdown`: from nothing to sending, and back."""

import atexit
import os
import re
import sys
from collections.abc import Iterable, Mapping

from spanledger._internal import runtime
from spanledger._internal.problems import PROBLEMS, never_raises
from spanledger._internal.redaction import redaction
from spanledger._internal.runtime import Runtime
from spanledger._internal.settings import Settings, resolve


def configure(  # noqa: PLR0913 - settings, all by keyword and with a default
    *,
    service_name: str | None = None,
    system: str | None = None,
    legal_entity: str | None = None,
    region: str | None = None,
    id_scope: str | None = None,
    endpoint: str | None = None,
    protocol: str | None = None,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float | None = None,
    queue_size: int = 20_000,
    batch_size: int = 512,
    delay: float = 1.0,
    exit_timeout: float = 5.0,
    spool: str | os.PathLike[str] | bool | None = None,
    spool_megabytes: int = 64,
    redact: Iterable[str | re.Pattern[str]] = (),
    allow_attributes: Iterable[str] | None = None,
    hash_entities: Iterable[str] = (),
) -> None:
    """Begin to send business spans. Until then, every other call of the SDK does nothing.

    Args:
        service_name: who sends; else `OTEL_SERVICE_NAME`.
        system: where the steps happen, said of every span that does not say otherwise.
        legal_entity: in whose books, likewise.
        region: likewise.
        id_scope: a name space of the ids, likewise.
        endpoint: the collector's base address, `http://127.0.0.1:4318`; else `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or
            `OTEL_EXPORTER_OTLP_ENDPOINT`; else port 4318 (4317 for gRPC) of this machine.
        protocol: `http/protobuf` or `grpc` (needs `spanledger[grpc]`); else `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL` or
            `OTEL_EXPORTER_OTLP_PROTOCOL`; else `http/protobuf`.
        token: the collector's token, sent as `Authorization: Bearer`; it decides the tenant.
        headers: further headers, beside `OTEL_EXPORTER_OTLP_HEADERS`.
        timeout: seconds for one export with its retries; else `OTEL_EXPORTER_OTLP_TIMEOUT`; else 10.
        queue_size: spans that may wait in memory; of more, the oldest are lost, counted and logged.
        batch_size: spans in one request, at most.
        delay: seconds that the first span of a batch waits for others.
        exit_timeout: seconds that the program's end waits for the last spans.
        spool: the folder for what the collector does not take, sent on by this program later, by its next start, or by
            `spanledger flush`; else `SPANLEDGER_SPOOL`; else `spanledger/spool` in `XDG_STATE_HOME` or
            `~/.local/state`. False keeps nothing on disk. Files in it are for this user alone to read, and hold spans
            in clear, but no credential.
        spool_megabytes: how much may wait there, for each collector and credential; of more, the oldest is lost, counted and logged.

        redact: regular expressions of what must not leave in what errors and facts say, besides what is always taken
            out: tokens, `password=...`, passwords in addresses, cards' numbers, IBANs.
        allow_attributes: the only facts that are sent, `account.tier` or `account.*`; without it all, but for those whose
            key says that they are secret (`password`, `iban`, `date_of_birth`).
        hash_entities: entity types whose ids are sent as a keyed hash (HMAC-SHA-256 with `SPANLEDGER_HASH_KEY`), such as
            `worker`. The same id makes the same hash wherever the key is the same. The root in a transaction's key is
            sent as it is.

    Spans pass no sampler and no limit of the host's, go to this collector only, and the host's own tracing never sees
    them. It may be called again: what the earlier settings still hold is sent first. `OTEL_SDK_DISABLED=true` keeps
    everything off.

    Raises:
        ConfigurationError: an argument that cannot be meant, `delay=-1`: the one call that raises, because it is made
            once, at the start, by who can mend it. A wrong environment variable is logged and passed over.

    Example:
        >>> sl.configure(service_name="invoice-sync", system="netsuite", endpoint="http://127.0.0.1:4318")
    """
    settings = resolve(
        os.environ,
        service_name=service_name,
        system=system,
        legal_entity=legal_entity,
        region=region,
        id_scope=id_scope,
        endpoint=endpoint,
        protocol=protocol,
        token=token,
        headers=headers,
        timeout=timeout,
        queue_size=queue_size,
        batch_size=batch_size,
        delay=delay,
        exit_timeout=exit_timeout,
        spool=spool,
        spool_megabytes=spool_megabytes,
        redaction=redaction(os.environ, redact=redact, allow_attributes=allow_attributes, hash_entities=hash_entities),
    )
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        PROBLEMS.report("disabled", "OTEL_SDK_DISABLED is set, nothing is sent")
        return
    previous = runtime.install(_started(settings))
    if previous is not None:
        previous.close(previous.settings.exit_timeout)
    atexit.unregister(_at_exit)
    atexit.register(_at_exit)


def _started(settings: Settings) -> Runtime:
    if (net := runtime.net()) is not None:
        return Runtime(settings, net)
    # A program that never configures never pays for protobuf and the HTTP client.
    from spanledger._internal.sending.starting import start  # noqa: PLC0415

    return start(settings, on_first=_watch_the_end_of_a_worker)


@never_raises(lambda: False)
def flush(timeout: float = 5.0) -> bool:
    """Wait until every span that has ended is stored, for at most `timeout` seconds.

    Returns whether that is so; False where the time ran out or the collector refused some. True where nothing is
    configured. It never raises.

    Example:
        >>> sl.flush(2.0)
        True
    """
    running = runtime.current()
    return True if running is None else running.sink.flush(timeout)


@never_raises(lambda: False)
def shutdown(timeout: float = 5.0) -> bool:
    """Send what is left, for at most `timeout` seconds, and do nothing from then on. Done at the program's end anyway.

    Returns whether everything was sent. It never raises.

    Example:
        >>> sl.shutdown()
        True
    """
    previous = runtime.install(None)
    return True if previous is None else previous.close(timeout)


def _watch_the_end_of_a_worker() -> None:
    """A forked worker of `multiprocessing` ends without `atexit`, but runs finalizers of its own."""
    # Both are loaded in every such worker; a program that starts none need not load them for us.
    process, util = sys.modules.get("multiprocessing.process"), sys.modules.get("multiprocessing.util")
    if process is not None and util is not None and process.parent_process() is not None:
        util.Finalize(None, _at_exit, exitpriority=0)


def _at_exit() -> None:
    running = runtime.current()
    if running is not None:
        shutdown(running.settings.exit_timeout)
