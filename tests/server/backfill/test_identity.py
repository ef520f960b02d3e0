from spanledger_server.backfill.identity import event_ids


def test_the_same_event_of_the_same_log_has_the_same_ids_for_ever() -> None:
    trace, span = event_ids("bpic2019", "7")
    assert (trace.hex(), span.hex()) == ("a9fc44bdb234637624855563ddd1a60e", "0ad8d248c57fd7b9")


def test_other_events_and_other_logs_have_other_ids() -> None:
    ids = {event_ids(log, str(event)) for log in ("a", "b") for event in range(1000)}
    assert len(ids) == len({trace for trace, _ in ids}) == len({span for _, span in ids}) == 2000
    assert all(len(trace) == 16 and len(span) == 8 for trace, span in ids)


def test_log_and_event_do_not_run_into_each_other() -> None:
    assert event_ids("a", "b") != event_ids("ab", "")
