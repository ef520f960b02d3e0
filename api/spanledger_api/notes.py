"""What a reader should know about an answer that looks complete and may mislead."""

from __future__ import annotations

from spanledger_api.inquiry import Inquiry
from spanledger_api.parameters import Filters
from spanledger_api.problems import shown

_OPEN_WORDS = {"legal_entity": "LegalEntity", "region": "Region", "client": "ClientName"}
"""Filters whose values no definition declares: a mistyped one can only be told by what the data holds."""

LISTED_AT_MOST = 12


def notes_on(inquiry: Inquiry, filters: Filters, *, empty: bool) -> list[str]:
    """Notes on an answer at the inquiry's clock; `empty` says that nothing matched."""
    notes = []
    if inquiry.moment > inquiry.now:
        notes.append("`as_of` lies in the future: this is what will be so if nothing more happens until then.")
    if empty:
        for name, column in _OPEN_WORDS.items():
            notes += _unseen(inquiry, name, column, getattr(filters, name))
    return notes


def _unseen(inquiry: Inquiry, name: str, column: str, wanted: list[str]) -> list[str]:
    if not wanted:
        return []
    sql = f"""
        SELECT {column} AS Word, has({{q_wanted:Array(String)}}, {column}) AS Wanted
        FROM verdicts WHERE {column} != ''
        GROUP BY {column} ORDER BY Wanted DESC, Word LIMIT {{q_limit:UInt64}}
    """  # noqa: S608 - the column is one of this module's; the values are bound
    limit = len(wanted) + LISTED_AT_MOST
    rows = inquiry.verdicts(sql, {"q_wanted": wanted, "q_limit": limit})
    seen = {row["Word"] for row in rows if row["Wanted"]}
    others = [row["Word"] for row in rows if not row["Wanted"]][:LISTED_AT_MOST]
    known = f" Known are, among others: {', '.join(others)}." if others else ""
    return [f"No transaction has {name} `{shown(word)}`.{known}" for word in wanted if word not in seen]
