"""How a step across systems goes: done, done twice, refused and repaired, refused for good, or silently not done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from spanledger_server.simulate.plan.book import Book, Share
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, SECOND
from spanledger_server.simulate.plan.occurrence import Money, Occurrence, Refusal
from spanledger_server.simulate.plan.refusals import refusal

_REFUSING = ("refused", "closed_period", "mapping_error")


class Course(NamedTuple):
    """What became of a step: when it succeeded by the true clock (None: never), and as which occurrence."""

    at: int | None
    done: Occurrence | None


def carry_out(
    book: Book,
    dice: Dice,
    done: Occurrence,
    shares: Sequence[Share],
    refused: Occurrence | None = None,
    retry_after: int = 25 * MINUTE,
) -> Course:
    """Carry out a step whose success is `done`; `refused` is its form where it fails, if that says less.

    Tries are at least `retry_after` apart, the later ones grow.
    """
    if book.strikes_now("silent_drop", dice):
        book.happen(replace(done, dropped=True))
        return Course(None, None)
    said = next((fault for fault in _REFUSING if book.strikes_now(fault, dice)), None)
    if said is None:
        return _succeed(book, dice, done, shares)
    cause = refusal(said, done.system, dice)
    tries = dice.between(1, 3)
    at = done.at
    for number in range(1, tries + 1):
        _fail(book, refused or done, cause, shares, at=at, attempt=number)
        at += number * retry_after + dice.between(0, 5 * HOUR // MINUTE) * MINUTE
    if book.strikes_now("unrepaired", dice):
        return Course(None, None)
    at += dice.between(0, 2) * DAY
    replays = book.strikes_now("replay", dice)
    repaired = replace(
        done,
        event=f"{done.event}/try-{tries + 1}",
        at=at,
        attempt=tries + 1,
        replay_of=f"{done.event}/try-{tries}" if replays else "",
    )
    return _succeed(book, dice, repaired, shares)


def _fail(book: Book, form: Occurrence, cause: Refusal, shares: Sequence[Share], at: int, attempt: int) -> None:
    # The amount of a refused attempt counts like any other, as long as nothing better is known.
    book.happen(
        replace(form, event=f"{form.event}/try-{attempt}", at=at, attempt=attempt, outcome="failure", refusal=cause),
        *(shares if form.money is not None else [(story, None) for story, _ in shares]),
    )


def _succeed(book: Book, dice: Dice, done: Occurrence, shares: Sequence[Share]) -> Course:
    written = book.happen(done, *shares)
    if written is None:
        return Course(None, None)
    again = replace(
        done,
        event=f"{done.event}/again",
        at=done.at + dice.between(61, 600) * SECOND,
        attempt=done.attempt + 1,
        replay_of="",
    )
    if book.strikes_now("duplicate_same_key", dice):
        book.happen(again, *shares)
    elif book.strikes_now("duplicate_other_key", dice):
        book.happen(replace(again, key=f"{done.key}-2"), *shares)
    elif book.strikes_now("duplicate_without_key", dice):
        book.happen(replace(again, key=""), *shares)
    return Course(done.at, written)


def counted(shares: Sequence[Share], money: Money | None) -> list[Share]:
    """The shares of a step that belongs to one transaction or several: only one alone gets the whole amount."""
    return [(story, money if len(shares) == 1 else None) for story, _ in shares]
