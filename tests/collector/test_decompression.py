"""Streams are unpacked up to the limit and not a byte further."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from spanledger_collector.decompression import check_encoding, decompressed, zstd
from spanledger_collector.refusals import Malformed, TooLarge, UnknownEncoding


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_what_was_packed_comes_back(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert decompressed(gzip.compress(content), "gzip", 10_000_000) == content
    assert decompressed(zlib.compress(content), "deflate", 10_000_000) == content
    assert decompressed(zstd.compress(content), "zstd", 10_000_000) == content
    assert decompressed(zstd.compress(content[:7]) + zstd.compress(content[7:]), "zstd", 10_000_000) == content
    assert decompressed(content, "", 10) == content


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [("gzip", gzip.compress), ("zstd", zstd.compress)]


@pytest.mark.parametrize(("encoding", "packed"), PACKERS)
def test_the_limit_is_exact(encoding: str, packed: Callable[[bytes], bytes]) -> None:
    body = packed(bytes(1000))
    assert len(decompressed(body, encoding, 1000)) == 1000
    with pytest.raises(TooLarge, match="999"):
        decompressed(body, encoding, 999)


@pytest.mark.parametrize(("encoding", "packed"), PACKERS)
def test_a_bomb_costs_no_more_memory_than_the_limit(encoding: str, packed: Callable[[bytes], bytes]) -> None:
    bomb = packed(bytes(200_000_000))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        decompressed(bomb, encoding, 2_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


@pytest.mark.parametrize(("encoding", "packed"), PACKERS)
def test_a_broken_stream_is_malformed(encoding: str, packed: Callable[[bytes], bytes]) -> None:
    for broken in (b"x", packed(b"abc")[:-1], packed(b"abc") + b"rest"):
        with pytest.raises(Malformed):
            decompressed(broken, encoding, 1000)


def test_a_frame_that_asks_for_more_memory_than_a_decoder_owes_is_malformed() -> None:
    greedy = zstd.compress(bytes(20_000_000), options={zstd.CompressionParameter.window_log: 24})
    with pytest.raises(Malformed, match="zstd"):
        decompressed(greedy, "zstd", 100_000_000)


def test_other_encodings_are_named() -> None:
    for encoding in ("", "identity", "gzip", "x-gzip", "deflate", "zstd"):
        check_encoding(encoding)
    with pytest.raises(UnknownEncoding, match="'snappy'"):
        check_encoding("snappy")
