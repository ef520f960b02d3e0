"""Content encodings, unpacked in a stream: a bomb is stopped at the limit, not after it."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator

from spanledger_collector.refusals import Malformed, TooLarge, UnknownEncoding

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["check_encoding", "decompressed", "zstd"]

_STEP = 1024 * 1024
_ZSTD_WINDOW_LOG = 23
"""The window that RFC 8878 asks a decoder to support, 8 MiB: a frame may ask for gigabytes."""


def check_encoding(encoding: str) -> None:
    """Refuse an encoding that `decompressed` does not read.

    Raises:
        UnknownEncoding: with those that it reads.
    """
    if encoding not in ("", "identity") and encoding not in _UNPACKED:
        raise UnknownEncoding(f"Content-Encoding {encoding[:40]!r} is not read here. Send gzip, deflate, zstd or none.")


def decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    """The content of `body`, at most `limit` bytes.

    Raises:
        TooLarge: it is larger.
        Malformed: the stream is broken or cut.
    """
    if encoding not in _UNPACKED:
        return body
    chunks: list[bytes] = []
    size = 0
    try:
        for chunk in _UNPACKED[encoding](body):
            size += len(chunk)
            if size > limit:
                raise TooLarge(
                    f"The body is larger than {limit} bytes after decompression. Send fewer spans in one request."
                )
            chunks.append(chunk)
    except (zlib.error, zstd.ZstdError) as error:
        raise Malformed(
            f"The body is no {encoding} stream: {error}, after {size} bytes of content. "
            "Compress the request again, or send it without Content-Encoding."
        ) from error
    except EOFError as error:
        raise Malformed(
            f"The {encoding} stream of the body ends too early, after {size} bytes of content. Send it whole."
        ) from error
    return b"".join(chunks)


# Each yields the content in steps, of one stream after the other, and raises EOFError where the last is cut.


def _zlib(window_bits: int) -> Callable[[bytes], Iterator[bytes]]:
    def unpacked(body: bytes) -> Iterator[bytes]:
        while body:
            stream = zlib.decompressobj(window_bits)
            while body and not stream.eof:
                yield stream.decompress(body, _STEP)
                body = stream.unconsumed_tail
            if not stream.eof:
                raise EOFError
            body = stream.unused_data

    return unpacked


def _zstd(body: bytes) -> Iterator[bytes]:
    while body:
        stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
        yield stream.decompress(body, _STEP)
        while not stream.eof:
            if stream.needs_input:
                raise EOFError
            yield stream.decompress(b"", _STEP)
        body = stream.unused_data


_UNPACKED = {"gzip": _zlib(31), "x-gzip": _zlib(31), "deflate": _zlib(15), "zstd": _zstd}
