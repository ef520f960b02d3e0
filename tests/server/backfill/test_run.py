from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from spanledger_server.backfill.errors import DeliveryFailed, LogUnreadable
from spanledger_server.backfill.progress import Progress
from spanledger_server.backfill.run import Backfill, Options
from tests.server.backfill.conftest import MAPPING
from tests.server.backfill.receiver import Receiver, Scripted, partial

Write = Callable[[str, str], Path]


@pytest.fixture
def options(log: Path, mapping: Path, receiver: Receiver) -> Callable[..., Options]:
    def given(**others: object) -> Options:
        fixed = {"endpoint": receiver.url, "batch_size": 2, "in_flight": 2, "patience": 0.0}
        return Options(log, mapping, **{**fixed, **others})  # type: ignore[arg-type]

    return given


def test_sends_every_row_once_and_equal_rows_twice(options: Callable[..., Options], receiver: Receiver) -> None:
    report = Backfill(options()).run()
    assert report.progress == Progress(rows=10, sent=10)
    assert len(receiver.requests) == 5
    assert len(receiver.spans) == len(receiver.ids) == 10
    assert report.state is not None
    assert not report.state.exists()


def test_run_twice_nothing_doubles(options: Callable[..., Options], receiver: Receiver) -> None:
    Backfill(options()).run()
    Backfill(options(batch_size=3)).run()
    assert len(receiver.spans) == 20
    assert len(receiver.ids) == 10


def test_goes_on_where_it_stopped(options: Callable[..., Options], receiver: Receiver) -> None:
    receiver.script.extend([Scripted(), Scripted(), Scripted(500)])
    first = Backfill(options(in_flight=1))
    with pytest.raises(DeliveryFailed):
        first.run()
    assert first.report.progress.rows == 4
    second = Backfill(options(in_flight=1))
    assert second.report.resumed_at == 4
    assert second.run().progress == Progress(rows=10, sent=10)
    assert len(receiver.ids) == 10
    assert len(receiver.requests) <= 6


def test_an_interruption_leaves_it_resumable(options: Callable[..., Options], receiver: Receiver) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.rows == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Backfill(options()).run(interrupt)
    again = Backfill(options())
    assert again.report.resumed_at == 4
    again.run()
    assert len(receiver.ids) == 10


def test_begins_again_when_told_to(options: Callable[..., Options], receiver: Receiver) -> None:
    receiver.script.extend([Scripted(), Scripted(500)])
    with pytest.raises(DeliveryFailed):
        Backfill(options(in_flight=1)).run()
    assert Backfill(options(restart=True)).report.resumed_at == 0


def test_the_progress_file_can_be_named(options: Callable[..., Options], receiver: Receiver, tmp_path: Path) -> None:
    receiver.script.extend([Scripted(), Scripted(500)])
    with pytest.raises(DeliveryFailed):
        Backfill(options(in_flight=1, state=tmp_path / "here.json")).run()
    assert json.loads((tmp_path / "here.json").read_text())["progress"]["rows"] == 2


def test_nothing_sent_leaves_no_progress_file(options: Callable[..., Options], state_home: Path) -> None:
    with pytest.raises(DeliveryFailed):
        Backfill(options(endpoint="http://127.0.0.1:9")).run()
    assert not state_home.exists()


def test_counts_what_the_collector_refused_with_its_words(options: Callable[..., Options], receiver: Receiver) -> None:
    receiver.script.extend([partial(1, "no id"), partial(2, "no id"), partial(0, "old client")])
    report = Backfill(options()).run()
    assert report.progress.rejected == 3
    assert report.messages == {"no id": 2, "old client": 1}


def test_a_dry_run_sends_nothing(options: Callable[..., Options], receiver: Receiver, state_home: Path) -> None:
    assert Backfill(options(dry_run=True)).run().progress.sent == 10
    assert receiver.paths == []
    assert not state_home.exists()


def test_event_ids_that_repeat_are_told(options: Callable[..., Options], write: Write) -> None:
    write("mapping.yaml", MAPPING + 'event_id: "{case}-{at}"\n')
    assert Backfill(options()).run().repeated_ids == 1


def test_the_name_space_of_ids_is_the_files_name_or_the_mappings(
    options: Callable[..., Options], receiver: Receiver, log: Path, write: Write
) -> None:
    Backfill(options()).run()
    renamed = log.rename(log.with_name("other.csv"))
    Backfill(Options(renamed, options().mapping, endpoint=receiver.url)).run()
    assert len(receiver.ids) == 20
    named = write("named.yaml", MAPPING + "log: log\n")
    Backfill(Options(renamed, named, endpoint=receiver.url)).run()
    assert len(receiver.ids) == 20


def test_a_bad_row_stops_it_after_the_rows_before_it(options: Callable[..., Options], log: Path) -> None:
    log.write_text(log.read_text() + "A,Change It,never\n")
    run = Backfill(options())
    with pytest.raises(LogUnreadable, match="row 11: `never` in `at` is not a time"):
        run.run()
