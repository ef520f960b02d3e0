"""What finance and SREs ask, in the mix in which they ask it, of transactions that the store really has."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from benchmarks.end_to_end.program import Api

KNOWN: Final = 200
"""Pages and journeys are asked of so many transactions, in turn: no cache of one answer helps."""


@dataclass(frozen=True)
class Kind:
    """A kind of question: its name in the figures, how often among a hundred, and its addresses."""

    name: str
    share: int
    addresses: Sequence[str]


def kinds(api: Api) -> list[Kind]:
    """The mix; lists lead it, then transactions and journeys, then what is looked at now and then."""
    rows = api.read("/v1/transactions", process="invoice-to-cash", limit=KNOWN, sort="-started_at")["items"]
    ids = [row["entity"]["id"] for row in rows]
    pages = [f"/v1/transactions/invoice-to-cash/{quote(one, safe='')}" for one in ids]
    journeys = [f"/v1/entities/invoice/{quote(one, safe='')}/journey" for one in ids]
    owners = sorted({row["owner"] for row in api.read("/v1/stuck", limit=KNOWN)["items"] if row["owner"]})
    return [
        Kind("stuck", 20, ["/v1/stuck"]),
        Kind("stuck_filtered", 15, [f"/v1/stuck?owner={quote(owner)}" for owner in owners]),
        Kind("stuck_groups", 5, ["/v1/stuck/groups?by=owner&by=reason"]),
        Kind("transactions", 15, ["/v1/transactions?status=open&sort=-started_at", "/v1/transactions?stuck=true"]),
        Kind("transaction", 15, pages),
        Kind("journey", 15, journeys),
        Kind("exceptions", 10, ["/v1/exceptions", "/v1/exceptions?severity=high"]),
        Kind("sla_burn", 3, ["/v1/sla/burn", "/v1/sla/burn?of=steps"]),
        Kind("kpis", 2, ["/v1/kpis?months=3"]),
    ]


def mixed(asked: Sequence[Kind], seed: int) -> Iterator[tuple[str, str]]:
    """The name and address of one question after the other, without end, in the shares of their kinds."""
    dice = random.Random(seed)
    turns: Mapping[str, Iterator[str]] = {kind.name: _turns(kind.addresses) for kind in asked}
    names, shares = [kind.name for kind in asked], [kind.share for kind in asked]
    while True:
        (name,) = dice.choices(names, shares)
        yield name, next(turns[name])


def _turns(addresses: Sequence[str]) -> Iterator[str]:
    while True:
        yield from addresses
