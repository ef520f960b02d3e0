"""Streams are unpacked up to the limit and not a byte further."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from spanledger_collector.decompression import check_encoding, decompressed
from spanledger_collector.refusals import Malformed, TooLarge, UnknownEncoding


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_what_was_packed_comes_back(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert decompressed(gzip.compress(content), "gzip", 10_000_000) == content
    assert decompressed(zlib.compress(content), "deflate", 10_000_000) == content
    assert decompressed(content, "", 10) == content


def test_the_limit_is_exact() -> None:
    packed = gzip.compress(bytes(1000))
    assert len(decompressed(packed, "gzip", 1000)) == 1000
    with pytest.raises(TooLarge, match="999"):
        decompressed(packed, "gzip", 999)


def test_a_bomb_costs_no_more_memory_than_the_limit() -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        decompressed(bomb, "gzip", 2_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


@pytest.mark.parametrize("broken", [b"x", gzip.compress(b"abc")[:-1], gzip.compress(b"abc") + b"rest"])
def test_a_broken_stream_is_malformed(broken: bytes) -> None:
    with pytest.raises(Malformed):
        decompressed(broken, "gzip", 1000)


def test_other_encodings_are_named() -> None:
    for encoding in ("", "identity", "gzip", "x-gzip", "deflate"):
        check_encoding(encoding)
    with pytest.raises(UnknownEncoding, match="'snappy'"):
        check_encoding("snappy")
