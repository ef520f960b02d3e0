"""What must not leave by accident: secrets in what an error says, facts whose names give them away, people's ids.

Amounts, ids and the names of steps are what a business span is for, and stay, unless `configure` says otherwise.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from spanledger._internal.problems import PROBLEMS
from spanledger.errors import ConfigurationError

REDACTED: Final = "[redacted]"
LONGEST_MESSAGE: Final = 2_000
LONGEST_TRACE: Final = 16_000
"""Characters of an error's message and of its stack trace; of a longer one the end is kept, where the cause stands."""
_HASH_DIGITS: Final = 32

_SECRET_KEY: Final = re.compile(
    r"passw(or)?d|passwd|secret|token|api_?key|authorization|credential|iban|card_?number|cvv|ssn|social_security|"
    r"date_of_birth|birthday|bank_account",
    re.IGNORECASE,
)
"""Keys of facts whose values nobody means to send."""
_CARD: Final = re.compile(r"\b[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,4}\b")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_PATTERNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"\beyJ[\w-]{8,4000}\.[\w-]{8,4000}\.[\w-]*"), REDACTED),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    (
        re.compile(
            r"\b([\w-]{0,40}(?:password|passwd|pwd|secret|token|api[_-]?key|authorization))(\"?'?\s*[=:]\s*\"?'?)[^\s\"',;&]+",
            re.IGNORECASE,
        ),
        rf"\1\2{REDACTED}",
    ),
    (re.compile(r"(://[^/\s:@]+:)[^/\s@]+@"), rf"\1{REDACTED}@"),
)
"""Tokens, credentials in headers, `password=...`, the password of an address."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is taken out. `allowed` holds `type.key` and `type.*`; None allows every fact."""

    patterns: tuple[re.Pattern[str], ...] = ()
    allowed: frozenset[str] | None = None
    hashed: frozenset[str] = frozenset()
    key: bytes = b""

    def message(self, text: str) -> str:
        """What an error says, without secrets, and not too long."""
        return _cut(self.text(_cut(text, 4 * LONGEST_MESSAGE)), LONGEST_MESSAGE)

    def trace(self, text: str) -> str:
        """A stack trace, likewise."""
        return _cut(self.text(_cut(text, LONGEST_TRACE)), LONGEST_TRACE)

    def text(self, text: str) -> str:
        """A text without what looks like a secret, a card's number or an IBAN, or is one by the host's own patterns."""
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        text = _CARD.sub(_unless(_is_card), text)
        text = _IBAN.sub(_unless(_is_iban), text)
        for pattern in self.patterns:
            text = pattern.sub(REDACTED, text)
        return text

    def fact(self, entity_type: str, key: str, value: str) -> str | None:
        """The value of a fact as it may be sent; None (reported) where it may not."""
        if self.allowed is not None and not {f"{entity_type}.{key}", f"{entity_type}.*"} & self.allowed:
            PROBLEMS.report(
                "attribute_not_allowed", "the attribute %s.%s is not among allow_attributes", entity_type, key
            )
            return None
        return REDACTED if _SECRET_KEY.search(key) else self.text(value)

    def id(self, entity_type: str, value: str) -> str:
        """An id as it is sent: hashed with the key where its type says so, the same one always to the same."""
        if entity_type not in self.hashed:
            return value
        return hmac.new(self.key, f"{entity_type}\0{value}".encode(), hashlib.sha256).hexdigest()[:_HASH_DIGITS]


def redaction(
    environ: Mapping[str, str],
    *,
    redact: Iterable[str | re.Pattern[str]] = (),
    allow_attributes: Iterable[str] | None = None,
    hash_entities: Iterable[str] = (),
) -> Redaction:
    """From `configure`'s arguments and `SPANLEDGER_HASH_KEY`.

    Raises:
        ConfigurationError: an argument that cannot be meant.
    """
    try:
        patterns = tuple(re.compile(one) for one in _several("redact", redact))
    except (re.error, TypeError) as error:
        raise ConfigurationError(f"configure(redact): {error}; it must be regular expressions") from error
    hashed = frozenset(_several("hash_entities", hash_entities))
    key = environ.get("SPANLEDGER_HASH_KEY", "")
    if hashed and len(key) < 16:
        raise ConfigurationError(
            "configure(hash_entities): it must be with a key of at least 16 characters in SPANLEDGER_HASH_KEY"
        )
    allowed = None if allow_attributes is None else frozenset(_several("allow_attributes", allow_attributes))
    if wrong := sorted(one for one in allowed or () if not re.fullmatch(r"[a-z][a-z0-9_]*\..+", one)):
        raise ConfigurationError(f"configure(allow_attributes={wrong[0]!r}): it must be type.key or type.*")
    return Redaction(patterns, allowed, hashed, key.encode())


def _several(name: str, given: Iterable[str | re.Pattern[str]]) -> list[str]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ConfigurationError(f"configure({name}): it must be a list, not {type(given).__name__}")
    return list(given)  # type: ignore[arg-type]  # what is no text is refused by who uses it


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return f"… ({len(text) - longest} characters more) {text[-longest:]}"


def _unless(is_one: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda found: REDACTED if is_one(found[0]) else found[0]


def _is_card(text: str) -> bool:
    """Whether the digits add up as Luhn's do; an invoice number of that length does in one of ten cases."""
    digits = [int(one) for one in text if one.isdigit()][::-1]
    return sum(one if place % 2 == 0 else one * 2 - 9 * (one > 4) for place, one in enumerate(digits)) % 10 == 0


def _is_iban(text: str) -> bool:
    """Whether the check digits hold (ISO 13616: modulo 97)."""
    plain = text.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1
