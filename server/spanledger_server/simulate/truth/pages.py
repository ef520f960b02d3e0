"""Which pages the firm's controllers keep: one per transaction, several about an object that several processes follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spanledger_server.simulate.plan import Plan
from spanledger_server.simulate.plan.book import Story
from spanledger_server.simulate.truth.rules import PROCESSES
from spanledger_server.simulate.truth.steps import Entry

_OF_INVOICES = ("invoice-status-to-crm", "invoice-to-reporting")
_PLACEHOLDERS = frozenset({"TBD"})


def all_stories(plan: Plan) -> list[Story]:
    """The stories of all processes that the firm plays."""
    told = list(plan.book.stories)
    if plan.scope.whole:
        invoices = [story for story in told if story.process == "invoice-to-cash"]
        told += [replace(story, process=process, charged="") for story in invoices for process in _OF_INVOICES]
        told += _payments(plan)
    return told


def entries_of(story: Story, at: int) -> list[Entry]:
    """What of a story counts for its process by the instant `at`, in the order in which it happened."""
    names = PROCESSES[story.process].names
    counting = (entry for entry in story.entries if entry[0].at <= at and entry[0].name in names)
    return sorted(counting, key=lambda entry: entry[0].at)


def _payments(plan: Plan) -> Iterator[Story]:
    """A payment has one id, under which every system speaks of it."""
    names = PROCESSES["payment-feedback"].names
    found: dict[str, Story] = {}
    for one in plan.book.emitted():
        ids = dict(one.entities).get("payment", ())
        if one.name not in names or len(ids) != 1 or ids[0] in _PLACEHOLDERS:
            continue
        story = found.setdefault(ids[0], Story("payment-feedback", "payment", [ids[0]]))
        story.legal_entity = story.legal_entity or one.legal_entity
        story.entries.append((one, one.money))
    yield from found.values()
