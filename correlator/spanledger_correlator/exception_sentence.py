"""One sentence on an exception that a finance person can read.

    INV-1042 (EUR 48,200.00, Acme GmbH): *project created* succeeded although *contract confirmed* has not; since 3 d 4 h.
    Owner: finance-operations.

The row is one of `reading.Reading.exceptions_relation`, by column name. Times are UTC, naive or aware.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from spanledger_correlator.sentence import failure, particulars
from spanledger_correlator.wording import duration_words, listed, step_words, system_name

Row = Mapping[str, Any]

_ENDINGS: Final = {
    "succeeded": "a late success resolved it",
    "compensated": "it was compensated",
    "settled": "it was settled otherwise",
    "precondition_met": "what it required has followed",
    "carried": "a complete record resolved it",
    "agreed": "they agree again",
    "came": "what was missing has come",
    "closed": "it ended with the transaction",
    "person": "somebody said that it is settled",
}
_REASONS: Final = {
    "ambiguous_trace": "its trace belongs to several",
    "no_link": "nothing links what it names to one",
    "no_entity": "it names nothing that one is known by",
}


def exception_sentence(row: Row, now: datetime) -> str:
    """What is or was wrong, since when or how long, and who must act."""
    told = _TELLING.get(row["Kind"], _plain)(row)
    if row["Until"] is not None:
        ending = _ENDINGS.get(row["Resolution"], "it resolved itself")
        lasted = duration_words(_utc(row["Until"]) - _utc(row["Since"]))
        return f"{_subject(row)}: {told}; {ending} after {lasted}, on {_utc(row['Until']):%-d %B %Y}."
    owner = f"Owner: {row['Owner']}." if row["Owner"] else "Nobody owns it."
    return f"{_subject(row)}: {told}; since {duration_words(_since(row, now))}. {owner}"


def _subject(row: Row) -> str:
    if row["RootId"]:
        return f"{row['RootId']}{particulars(row)}"
    return f"A span of *{step_words(row['Step'])}*" if row["Kind"] == "orphan" else row["Subject"].partition("/")[2]


def _failed(row: Row) -> str:
    detail = row["Detail"]
    said = failure(
        {
            "WhyKind": row["Kind"],
            "WhySystem": row["System"],
            "WhyErrorKind": detail["error_kind"],
            "WhyCode": detail["code"],
            "WhyMessage": detail["message"],
            "Attempts": int(detail["attempts"]),
        }
    )
    return f"{_step(row)}: {said}"


def _overdue(row: Row) -> str:
    return f"{_step(row)} was due on {_utc(row['Since']):%-d %B %Y} and had not happened"


def _missing(row: Row) -> str:
    reporter = system_name(row["System"]) if row["System"] else "nobody"
    return f"{_step(row)} never happened, although a later step has; {reporter} {'has not' if row['System'] else 'has'} reported it"


def _premature(row: Row) -> str:
    required = listed([f"*{step_words(one)}*" for one in row["Detail"]["requires"].split(", ")])
    return f"{_step(row)} succeeded although {required} had not"


def _incomplete(row: Row) -> str:
    return f"{_step(row)} succeeded, but the record lacks {listed(row['Detail']['lacks'].split(', '))}"


def _overtaken(row: Row) -> str:
    gap = duration_words(timedelta(seconds=int(row["Detail"]["seconds"])))
    return f"{_step(row)} happened {gap} after *{step_words(row['Detail']['before'])}*, which comes behind it"


def _duplicate(row: Row) -> str:
    return f"{_step(row)} happened twice, and the second time is no retry of the first"


def _mismatch(row: Row) -> str:
    detail = row["Detail"]
    if detail["of"] == "amount":
        return f"{_step(row)} says {detail['value']}, *{step_words(detail['step'])}* says {detail['other']}"
    says = f'{system_name(detail["system"])} says that {detail["of"]} of {detail["entity"]} is "{detail["value"]}"'
    if detail["record"]:
        return f'{says}; {system_name(detail["record"])}, whose word counts, says "{detail["other"]}"'
    return f'{says}; others say "{detail["other"]}"'


def _orphan(row: Row) -> str:
    return f"no transaction has taken it: {_REASONS.get(row['Detail']['reason'], row['Detail']['reason'])}"


def _told(row: Row) -> str:
    """What the finder of the gap says itself."""
    return str(row["Detail"]["told"]).rstrip(".")


def _plain(row: Row) -> str:
    return str(row["Kind"]).replace("_", " ")


_TELLING: Final[Mapping[str, Callable[[Row], str]]] = {
    "failed_step": _failed,
    "rejected_record": _failed,
    "overdue_step": _overdue,
    "missing_step": _missing,
    "premature_step": _premature,
    "incomplete_record": _incomplete,
    "out_of_order": _overtaken,
    "duplicate": _duplicate,
    "value_mismatch": _mismatch,
    "orphan": _orphan,
    "silent_source": _told,
    "reconciliation_gap": _told,
    "sequence_gap": _told,
}
"""How each kind is told; a kind that brings its own words puts them here."""


def _step(row: Row) -> str:
    return f"*{step_words(row['Step'])}*"


def _since(row: Row, now: datetime) -> timedelta:
    return _utc(now) - _utc(row["Since"])


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
