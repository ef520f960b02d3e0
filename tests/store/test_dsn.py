"""The DSN: every shape that names a store, and a sentence for every other."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger_store import SettingInvalid
from spanledger_store.dsn import Embedded, Server, parse_dsn


@pytest.mark.parametrize(
    ("dsn", "target"),
    [
        ("chdb:///var/lib/spanledger", Embedded(Path("/var/lib/spanledger"), "spanledger")),
        ("chdb:///var/lib/spanledger/", Embedded(Path("/var/lib/spanledger"), "spanledger")),
        ("chdb:///var/lib/../spans?database=firm_2", Embedded(Path("/var/spans"), "firm_2")),
        ("chdb:///with%20space/100%25", Embedded(Path("/with space/100%"), "spanledger")),
        ("CHDB:///data", Embedded(Path("/data"), "spanledger")),
        ("clickhouse://store", Server("store", 8123, "default", "", "spanledger", secure=False)),
        ("clickhouse://store/", Server("store", 8123, "default", "", "spanledger", secure=False)),
        ("clickhouses://store/firm", Server("store", 8443, "default", "", "firm", secure=True)),
        (
            "clickhouse://ann:p%40ss%2F%3A@store:9999/_firm",
            Server("store", 9999, "ann", "p@ss/:", "_firm", secure=False),
        ),
        ("clickhouse://ann@[::1]:8123/firm", Server("::1", 8123, "ann", "", "firm", secure=False)),
    ],
)
def test_every_shape_is_read(dsn: str, target: Embedded | Server) -> None:
    assert parse_dsn(dsn) == target


@pytest.mark.parametrize(
    ("dsn", "complaint"),
    [
        ("", "names no engine"),
        ("/var/lib/spanledger", "names no engine"),
        ("spanledger", "names no engine"),
        ("postgres://store/firm", "'postgres', which names no engine"),
        ("clickhouse:///firm", "names no host"),
        ("clickhouse://ann:secret@/firm", "names no host"),
        ("chdb://", "does not name an absolute directory"),
        ("chdb:///", "does not name an absolute directory"),
        ("chdb:////", "does not name an absolute directory"),
        ("chdb:///..", "does not name an absolute directory"),
        ("chdb://relative/path", "does not name an absolute directory"),
        ("chdb:relative/path", "does not name an absolute directory"),
        ("chdb:///data?database=a-b", "'a-b' is not an identifier"),
        ("chdb:///data?database=", "'' is not an identifier"),
        ("chdb:///data?database=a&database=b", "twice"),
        ("chdb:///data?databse=firm", "'databse'"),
        ("chdb:///data#1", "'#'"),
        ("chdb:///what%3F", "'?'"),
        ("chdb:///nul%00", "cannot be"),
        ("clickhouse://store/a/b", "'a/b' is not an identifier"),
        ("clickhouse://store/1st", "'1st' is not an identifier"),
        ("clickhouse://store/firm%3B", "is not an identifier"),
        ("clickhouse://store/firm?secure=1", "'secure'"),
        ("clickhouse://store:0/firm", "port 0"),
        ("clickhouse://store:70000/firm", "host or port is malformed"),
        ("clickhouse://store:http/firm", "host or port is malformed"),
        ("clickhouse://[::1/firm", "host or port is malformed"),
    ],
)
def test_every_other_shape_is_refused_with_what_is_wrong(dsn: str, complaint: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        parse_dsn(dsn)
    assert complaint in refused.value.message
    assert refused.value.hint
    assert not refused.value.retryable


@pytest.mark.parametrize(
    "dsn",
    [
        "//ann:secret@store/firm",
        "https://ann:secret@store/firm",
        "clickhouse://ann:secret@store:0/firm",
        "ann:secret@store",
        "clickhouse://ann:secret/s@store/firm",
        "clickhouse://ann:1/secret@store/firm",
        "clickhouse://ann:1?secret@store/firm",
        "clickhouse://ann:1#secret@store/firm",
        "clickhouse://ann:secret@\u2100/firm",
    ],
)
def test_a_refusal_keeps_the_password_to_itself(dsn: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        parse_dsn(dsn)
    assert "secret" not in "".join(traceback.format_exception(refused.value))


def test_a_link_and_its_directory_are_one_store(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert parse_dsn(f"chdb://{tmp_path}/link") == parse_dsn(f"chdb://{tmp_path}/real")


@given(st.text(max_size=60), st.sampled_from(["", "chdb://", "chdb:///", "clickhouse://", "clickhouse://store/"]))
def test_whatever_is_given_is_read_or_refused(rest: str, start: str) -> None:
    hint = "none is needed"
    try:
        parse_dsn(start + rest)
    except SettingInvalid as refused:
        hint = refused.hint
    assert hint
