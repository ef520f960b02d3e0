"""Content encodings, unpacked in a stream: a bomb is stopped at the limit, not after it."""

from __future__ import annotations

import zlib

from spanledger_collector.refusals import Malformed, TooLarge, UnknownEncoding

_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_STEP = 1024 * 1024


def check_encoding(encoding: str) -> None:
    """Refuse an encoding that `decompressed` does not read.

    Raises:
        UnknownEncoding: with those that it reads.
    """
    if encoding not in ("", "identity") and encoding not in _WINDOW_BITS:
        raise UnknownEncoding(f"Content-Encoding {encoding[:40]!r} is not read here. Send gzip, deflate or none.")


def decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    """The content of `body`, at most `limit` bytes.

    Raises:
        TooLarge: it is larger.
        Malformed: the stream is broken or cut.
    """
    if encoding not in _WINDOW_BITS:
        return body
    chunks: list[bytes] = []
    size = 0
    rest = body
    while rest:
        stream = zlib.decompressobj(_WINDOW_BITS[encoding])
        while rest and not stream.eof:
            try:
                chunk = stream.decompress(rest, _STEP)
            except zlib.error as error:
                raise Malformed(
                    f"The body is no {encoding} stream: {error}, after {size} bytes of content. "
                    "Compress the request again, or send it without Content-Encoding."
                ) from error
            size += len(chunk)
            if size > limit:
                raise TooLarge(
                    f"The body is larger than {limit} bytes after decompression. Send fewer spans in one request."
                )
            chunks.append(chunk)
            rest = stream.unconsumed_tail
        if not stream.eof:
            raise Malformed(
                f"The {encoding} stream of the body ends too early, after {size} bytes of content. Send it whole."
            )
        rest = stream.unused_data
    return b"".join(chunks)
