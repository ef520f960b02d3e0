"""Where a protobuf body breaks: run once the parser has refused it, because the parser does not say."""

from __future__ import annotations

from spanledger_collector.door_schema import DEEP_SCHEMA
from spanledger_collector.wire import FIXED32, FIXED64, GROUP, GROUP_END, LENGTH, VARINT, read_varint

_SIZES = {FIXED64: 8, FIXED32: 4}
_DEEPEST = 100


class _Broken(Exception):
    """Carries the sentence."""


def located(body: bytes, message: str = "Request") -> str:
    """One sentence: which message breaks, at which byte, and how. `message` is one of `DEEP_SCHEMA`."""
    try:
        _walk(body, 0, len(body), message, "the request")
    except _Broken as broken:
        return str(broken)
    return f"its {len(body)} bytes are not what was expected"


def _walk(body: bytes, start: int, end: int, message: str, path: str) -> None:
    if path.count(".") > _DEEPEST:
        raise _Broken(f"at byte {start}, messages nest deeper than {_DEEPEST}")
    fields = {number: (name, kind) for name, (number, kind) in DEEP_SCHEMA[message].items()}
    seen: dict[str, int] = {}
    at = start
    while at < end:
        tag_at = at
        tag, at = _number(body, at, end, path)
        if tag >> 3 == 0 or tag & 7 > FIXED32:
            raise _Broken(f"at byte {tag_at}, in {path}, stands no protobuf field (tag {tag})")
        name, kind = fields.get(tag >> 3, (f"field {tag >> 3}", ""))
        if tag & 7 == VARINT:
            _, at = _number(body, at, end, f"{path}.{name}")
            continue
        if tag & 7 in (GROUP, GROUP_END):
            continue
        size = _SIZES.get(tag & 7)
        if size is None:
            size, at = _number(body, at, end, f"{path}.{name}")
        if at + size > end:
            raise _Broken(f"{path}.{name} at byte {tag_at} should be {size} bytes long, but only {end - at} are left")
        if tag & 7 == LENGTH and isinstance(kind, str) and kind not in ("", "!"):
            count = seen[name] = seen.get(name, -1) + 1
            step = f"{path}.{name}[{count}]" if kind.startswith("[") else f"{path}.{name}"
            _walk(body, at, at + size, kind.strip("[]"), step)
        at += size


def _number(body: bytes, at: int, end: int, path: str) -> tuple[int, int]:
    try:
        value, after = read_varint(body, at)
    except IndexError:
        after, value = end + 1, 0
    if after > end or after - at > 10:
        raise _Broken(f"{path} ends within a number at byte {at}")
    return value, after
