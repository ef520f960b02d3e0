"""Which logs both sides count: case logs by case, object-centric logs by object."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Log:
    """A log, its mapping in examples/, the process whose transactions are its cases; no process: object-centric.

    `root` is the entity type of a case, and `prefix` what the log writes before its id.
    """

    name: str
    mapping: str
    process: str = ""
    root: str = ""
    prefix: str = ""


QUICK = (Log("receipt_wabo", "receipt_wabo", "permit-receipt", "permit_application"), Log("ocel2_p2p", "ocel2_p2p"))
FULL = (
    *QUICK,
    Log("sepsis", "sepsis", "sepsis-care", "patient"),
    Log("bpic2020_domestic", "bpic2020_domestic", "domestic-declaration", "expense_report", "declaration:"),
    Log("bpic2013_incidents", "bpic2013_incidents", "incident-handling", "incident"),
    Log("bpic2019_3way_after_gr", "bpic2019", "purchase-to-pay", "purchase_order_item"),
    Log("bpic2017_loan_oc", "bpic2017_loan_oc"),
    Log("bpic2020_travel_oc", "bpic2020"),
)


def data_file(name: str) -> Path:
    """The log's file: in SPANLEDGER_DATA, or in ../shared/data beside the project."""
    return Path(os.environ.get("SPANLEDGER_DATA") or ROOT.parent / "shared" / "data") / f"{name}.parquet"
