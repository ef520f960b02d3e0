"""Runs a backfill: read a batch, make its request, keep a few requests in flight, remember what was taken."""

from __future__ import annotations

import time
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from spanledger_server.backfill.endpoint import Answer
from spanledger_server.backfill.events import EventLog, open_log
from spanledger_server.backfill.mapping import Mapping
from spanledger_server.backfill.mapping_file import load_mapping
from spanledger_server.backfill.progress import Progress, ProgressFile, default_state, fingerprint
from spanledger_server.backfill.sender import Sender
from spanledger_server.backfill.spans import Made, SpanMaker

SAVE_EVERY = 1.0
"""Seconds between two writings of the progress file; a crash repeats at most that much."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to send where, and how. `patience` is in seconds; `dry_run` makes the spans and sends none."""

    log: Path
    mapping: Path
    endpoint: str = "http://127.0.0.1:4318"
    token: str | None = None
    state: Path | None = None
    restart: bool = False
    dry_run: bool = False
    batch_size: int = 1_000
    in_flight: int = 4
    patience: float = 300.0


@dataclass(slots=True)
class Report:
    """What became of the rows of a log.

    `repeated_ids` counts the rows that share an event id with an earlier row of this run, `messages` are the receiver's
    with how often it said them. `resumed_at` is the number of rows that an earlier run had done.
    """

    resumed_at: int = 0
    progress: Progress = field(default_factory=Progress)
    repeated_ids: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    state: Path | None = None


class Backfill:
    """One backfill; `report` says how far it came, also after it was interrupted.

    Raises MappingInvalid or LogUnreadable before anything is sent, as far as the first look tells.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._mapping, text = load_mapping(options.mapping)
        self._log = open_log(options.log, self._mapping.csv)
        self._name = self._mapping.log or options.log.stem
        self._maker = SpanMaker(self._mapping, self._log, self._name)
        mark = fingerprint(options.log, text, self._name, options.endpoint, options.token or "")
        state = options.state or default_state(options.log, mark)
        self._file = ProgressFile(state, mark)
        self._seen = array("Q")  # 8 bytes a row: to tell at the end whether event ids repeat
        self._saved = time.monotonic()
        self.report = Report(state=state)
        if not options.restart and not options.dry_run:
            self.report.progress = self._file.load()
            self.report.resumed_at = self.report.progress.rows

    @property
    def log(self) -> EventLog:
        """The event log."""
        return self._log

    @property
    def mapping(self) -> Mapping:
        """The mapping."""
        return self._mapping

    def run(self, advanced: Callable[[Progress], None] = lambda _progress: None) -> Report:
        """Send what is not yet taken; `advanced` hears of every batch that is done with.

        Raises LogUnreadable or DeliveryFailed; then, and on KeyboardInterrupt, the progress file says where to go on.
        """
        options = self._options
        if options.dry_run:
            for made in self._made():
                self._done(made, (), advanced)
            return self._finished()
        with (
            Sender(options.endpoint, options.token, connections=options.in_flight, patience=options.patience) as sender,
            ThreadPoolExecutor(options.in_flight, thread_name_prefix="backfill") as pool,
        ):
            try:
                self._send(sender, pool, advanced)
            except BaseException:
                sender.stop()
                pool.shutdown(cancel_futures=True)
                if self.report.progress.rows:
                    self._file.save(self.report.progress)
                raise
        self._file.remove()
        return self._finished()

    def _send(self, sender: Sender, pool: ThreadPoolExecutor, advanced: Callable[[Progress], None]) -> None:
        window: deque[tuple[Made, list[Future[Answer]]]] = deque()
        for made in self._made():
            window.append((made, [pool.submit(sender.send, payload) for payload in made.payloads]))
            while len(window) > 2 * self._options.in_flight:
                self._settle(window, advanced)
        while window:
            self._settle(window, advanced)

    def _settle(self, window: deque[tuple[Made, list[Future[Answer]]]], advanced: Callable[[Progress], None]) -> None:
        """Wait for the oldest batch: the rows that are done with are always the first ones, without a gap."""
        made, futures = window.popleft()
        self._done(made, [future.result() for future in futures], advanced)
        if time.monotonic() - self._saved >= SAVE_EVERY:
            self._file.save(self.report.progress)
            self._saved = time.monotonic()

    def _done(self, made: Made, answers: Iterable[Answer], advanced: Callable[[Progress], None]) -> None:
        progress = self.report.progress
        progress.rows += made.rows
        progress.filtered += made.filtered
        progress.sent += len(made.ids)
        for answer in answers:
            progress.rejected += answer.rejected
            if answer.message:
                self.report.messages[answer.message] += 1
        advanced(progress)

    def _made(self) -> Iterator[Made]:
        """The spans of every batch from where an earlier run stopped."""
        texts, lists = self._mapping.text_columns(), self._mapping.list_columns()
        for batch in self._log.batches(texts, lists, rows=self._options.batch_size, skip=self.report.resumed_at):
            made = self._maker.make(batch)
            if self._mapping.event_id:
                self._seen.extend(made.ids)
            yield made

    def _finished(self) -> Report:
        """Rows that share an event id become one span; a log in which they do has another key than the mapping says."""
        ids = pa.Array.from_buffers(pa.uint64(), len(self._seen), [None, pa.py_buffer(self._seen)]).sort()
        if len(ids):
            self.report.repeated_ids = pc.sum(pc.equal(ids[1:], ids[:-1])).as_py() or 0
        return self.report
