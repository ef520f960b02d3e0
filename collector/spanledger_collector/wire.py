"""The protobuf wire format, as far as putting messages around bytes and cutting them at field borders needs it."""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, LENGTH, GROUP, GROUP_END, FIXED32 = 0, 1, 2, 3, 4, 5
_SIZES = {FIXED64: 8, FIXED32: 4, GROUP: 0, GROUP_END: 0}


def varint(value: int) -> bytes:
    """`value` (not negative) in base 128, least significant group first."""
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def length_field(number: int, content_length: int) -> bytes:
    """What stands before `content_length` bytes of a string, bytes or message field."""
    return varint(number << 3 | LENGTH) + varint(content_length)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and the position after it.

    Raises:
        IndexError: the data ends within the number.
    """
    value = shift = 0
    while True:
        group = data[at]
        at += 1
        value |= (group & 0x7F) << shift
        if group < 0x80:
            return value, at
        shift += 7


def length_fields(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of the content of each length-delimited field of one message that was checked before."""
    at = start
    depth = 0
    while at < end:
        tag, at = read_varint(data, at)
        kind = tag & 7
        if kind == LENGTH:
            length, at = read_varint(data, at)
            if depth == 0:
                yield tag >> 3, at, at + length
            at += length
        elif kind == VARINT:
            _, at = read_varint(data, at)
        else:
            depth += (kind == GROUP) - (kind == GROUP_END)
            at += _SIZES[kind]
