"""What the engine ends because it costs more than a question may, in words that say how to narrow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_api.problems import Refusal

_CODES: Final[Mapping[int, str]] = {
    158: "it reads too many rows",
    159: "it takes too long",
    160: "it would take too long",
    241: "it needs too much memory",
    307: "it reads too many bytes",
}
"""ClickHouse's codes TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED and TOO_MANY_BYTES."""
_OF_THE_WHOLE_SERVER: Final = "(total)"


def too_expensive(error: ClickHouseError) -> Refusal | None:
    """The refusal `too_expensive` for a query that was ended for its cost; None for any other error."""
    reason = _CODES.get(getattr(error, "code", 0) or 0)
    if reason is None or _OF_THE_WHOLE_SERVER in str(error):
        return None
    return Refusal(
        f"The question costs more than one may: {reason}.",
        code="too_expensive",
        hint="Narrow it, for example by `process`, `legal_entity` or fewer days or months; whoever runs this Spanledger "
        "can allow more (SPANLEDGER_API_QUERY_SECONDS, _ROWS, _MEMORY_BYTES).",
    )
