"""One exception as answers show it, and the id that it goes by.

`invoice-to-cash/INV-1042~failed_step~invoice.posted~20260318T094500Z`: what it is about, its kind, its step, and since
when, as whoever made the id saw it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import quote

from pydantic import BaseModel, Field

from spanledger_api.moments import Duration, duration, utc, utc_or_none
from spanledger_api.money import AtStake, at_stake
from spanledger_api.problems import Refusal, shown
from spanledger_correlator.exception_sentence import exception_sentence

State = Literal["open", "suppressed", "resolved"]
_SINCE: Final = re.compile(r"(\d{8}T\d{6})(?:\.(\d{6}))?Z\Z", re.ASCII)


class ExceptionItem(BaseModel):
    """A problem that is or was open."""

    id: str = Field(examples=["invoice-to-cash/INV-1042~rejected_record~invoice.posted~20260318T094500Z"])
    kind: str = Field(examples=["rejected_record"])
    step: str | None = Field(examples=["invoice.posted"])
    system: str | None = Field(description="Where it happened, or should have.", examples=["netsuite"])
    process: str | None = Field(examples=["invoice-to-cash"])
    transaction: str | None = Field(
        description="The key of its transaction; null for what belongs to none.", examples=["invoice-to-cash/INV-1042"]
    )
    client: str | None = Field(description="The account's name, or its id.", examples=["Acme GmbH"])
    state: State = Field(description="`open`, `suppressed` by someone until a moment, or `resolved`.")
    since: datetime
    until: datetime | None = Field(description="When it was resolved.")
    resolution: str | None = Field(
        description="What resolved it: `succeeded` (late), `compensated`, `settled`, `precondition_met`, `carried`, "
        "`agreed`, `came`, `closed` with its transaction, or a `person` said so."
    )
    resolved_by: str | None = Field(description="Who said that it is settled, where a person did.")
    stood: Duration = Field(description="From `since` to `until`, or to the clock.")
    detail: dict[str, str] = Field(description="What is wrong, by words that depend on the kind.")
    owner: str | None = Field(description="Who must act.", examples=["finance-operations"])
    severity: str = Field(examples=["high"])
    severity_rule: str | None = Field(description="The rule of the definition that gave the severity.")
    impact: str | None = Field(examples=["revenue"])
    legal_entity: str | None = Field(examples=["DE01"])
    amounts: list[AtStake] = Field(description="The transaction's money, one per currency.")
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    assigned: str | None = Field(description="To whom it was assigned last.", examples=["mia"])
    suppressed_until: datetime | None
    replay_asked_at: datetime | None = Field(description="When a replay was asked for last.")
    sentence: str = Field(description="All of it in one sentence.")
    link: str = Field(description="The exception with its history.")


@dataclass(frozen=True, slots=True)
class ExceptionId:
    """The parts of an id. `process` and `root_id` are empty where it is about no transaction."""

    subject: str
    process: str
    root_id: str
    kind: str
    step: str
    since: datetime


def item(row: Mapping[str, Any], moment: datetime) -> ExceptionItem:
    """A row of the reading's exceptions at `moment`."""
    word = id_of(row["Subject"], row["Kind"], row["Step"], row["Since"])
    until = utc_or_none(row["Until"])
    return ExceptionItem(
        id=word,
        kind=row["Kind"],
        step=row["Step"] or None,
        system=row["System"] or None,
        process=row["Process"] or None,
        transaction=row["Subject"] if row["RootId"] else None,
        client=row["ClientName"] or None,
        state=row["State"],
        since=utc(row["Since"]),
        until=until,
        resolution=row["Resolution"] or None,
        resolved_by=row["ResolvedBy"] or None,
        stood=duration((until or moment) - utc(row["Since"])),
        detail={name: told for name, told in row["Detail"].items() if name},
        owner=row["Owner"] or None,
        severity=row["Severity"],
        severity_rule=row["SeverityRule"] or None,
        impact=row["Impact"] or None,
        legal_entity=row["LegalEntity"] or None,
        amounts=at_stake(row),
        acknowledged_by=row["AcknowledgedBy"] or None,
        acknowledged_at=utc_or_none(row["AcknowledgedAt"]),
        assigned=row["Assignee"] or None,
        suppressed_until=utc_or_none(row["SuppressedUntil"]),
        replay_asked_at=utc_or_none(row["ReplayAskedAt"]),
        sentence=exception_sentence(row, moment),
        link=f"/v1/exceptions/{quote(word)}",
    )


def id_of(subject: str, kind: str, step: str, since: datetime) -> str:
    """The id of an exception; `since` to the microsecond."""
    moment = utc(since)
    fraction = f".{moment.microsecond:06}" if moment.microsecond else ""
    return f"{subject}~{kind}~{step}~{moment:%Y%m%dT%H%M%S}{fraction}Z"


def parts_of(word: str) -> ExceptionId:
    """The parts of an id. Raises Refusal `not_found` if it is none."""
    subject, *rest = word.rsplit("~", 3)
    written = _SINCE.match(rest[2]) if len(rest) == 3 else None
    if written is None:
        raise not_found(word)
    try:
        since = datetime.strptime(written[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise not_found(word) from error
    since += timedelta(microseconds=int(written[2] or 0))
    elsewhere = subject.startswith(("span/", "flow/"))
    process, _, root_id = ("", "", "") if elsewhere else subject.partition("/")
    return ExceptionId(subject, process, root_id, rest[0], rest[1], since)


def not_found(word: str) -> Refusal:
    """The refusal of an id that names no exception."""
    return Refusal(
        f"There is no exception `{shown(word)}`.",
        code="not_found",
        hint="Take the `id` from `/v1/exceptions`, or from a transaction's page.",
    )
