"""Every real log: its mapping and process, and what its own documentation says about where its events belong.

The names of steps are the mapping's, because they are names alone; all that follows is worked out with polars.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl

from spanledger_server.backfill.mapping import NamedSteps
from spanledger_server.backfill.mapping_file import load_mapping
from tests.end_to_end.real_logs_oracle import Attached
from tests.end_to_end.real_logs_path import EXAMPLES
from tests.end_to_end.real_logs_walk import through_objects


@dataclass(frozen=True)
class RealLog:
    """A log. `joined`: object types that lead to the root, nearest first; a log without is one of cases.

    `prefix` is cut off a case's id. `end`, `cancel`, `fail`: steps that complete, cancel, fail. `amount`: the step and the
    columns of value and currency of the transaction's amount. `links`: a file of object links, and its mapping.
    """

    file: str
    mapping: str
    process: str
    end: str
    root: str = ""
    joined: tuple[str, ...] = ()
    prefix: str = ""
    activity: tuple[str, ...] = ("activity",)
    cancel: tuple[str, ...] = ()
    fail: tuple[str, ...] = ()
    amount: tuple[str, str, str] | None = None
    links: str = ""

    def truth(self, path: Path, links: Path | None) -> Attached:
        """A row per event and transaction: root, activity, ts."""
        log = pl.read_parquet(path).with_columns(pl.concat_str(self.activity, separator=" ").alias("activity"))
        if self.joined:
            return through_objects(log, self.root, self.joined, pl.read_parquet(links) if links else None)
        return Attached(log.select(pl.col("case_id").str.strip_prefix(self.prefix).alias("root"), "activity", "ts"), 0)

    def amounts(self, path: Path) -> pl.DataFrame:
        """Per root the cents and the currency of its amount: of the newest event of the step that states it."""
        assert self.amount is not None
        step, value, currency = self.amount
        column = pl.col(currency) if currency in pl.read_parquet_schema(path) else pl.lit(currency)
        log = pl.read_parquet(path).with_columns(
            pl.concat_str(self.activity, separator=" ").alias("activity"), column.alias("currency")
        )
        named = log.join(self.steps(), on="activity").filter(pl.col("step") == step, pl.col("success"))
        return (
            named.filter(pl.col(value).is_not_null())
            .sort("ts")
            .group_by(pl.col("case_id").str.strip_prefix(self.prefix).alias("root"), maintain_order=True)
            .agg(pl.col("currency").last(), pl.col(value).last().map_elements(cents, pl.Int64).alias("cents"))
            .sort("root")
        )

    def steps(self) -> pl.DataFrame:
        """What the mapping calls each activity: activity, step, and whether it is a success of it."""
        mapping, _ = load_mapping(EXAMPLES / "mappings" / f"{self.mapping}.yaml")
        assert isinstance(mapping.step, NamedSteps)
        rows = [(activity, one.step, one.outcome == "success") for activity, one in mapping.step.names.items()]
        return pl.DataFrame(rows, schema=["activity", "step", "success"], orient="row")


def cents(amount: float) -> int:
    """An amount as it is written, in cents; half a cent is rounded up."""
    return int((Decimal(str(amount)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


SMALL = (
    RealLog(
        "receipt_wabo.parquet", "receipt_wabo", "permit-receipt", end="necessity_to_stop_indication.determined"
    ),
    RealLog(
        "ocel2_logistics.parquet", "ocel2_logistics", "container-shipping", end="container.loaded",
        root="customer_order", joined=("transport_document", "container"), links="ocel2_logistics.o2o.parquet",
    ),
)  # fmt: skip
"""Seconds each: they stand in for the others wherever every change is tested."""

LARGE = (
    RealLog(
        "bpic2020_prepaid.parquet", "bpic2020_prepaid", "prepayment", end="payment.handled",
        prefix="rfp:", amount=("prepayment_request.submitted", "amount", "EUR"),
    ),
    RealLog(
        "sap_ides_p2p.parquet", "sap_ides_p2p", "sap-purchasing", end="invoice.entered",
        root="purchase_order", joined=("purchase_order_item", "invoice"),
    ),
    RealLog(
        "bpic2019_other_flows.parquet", "bpic2019", "purchase-to-pay", end="vendor_invoice.cleared",
        cancel=("purchase_order_item.deleted",), amount=("purchase_order_item.created", "amount", "currency"),
    ),
    RealLog(
        "bpic2017_loan_oc.parquet", "bpic2017_loan_oc", "loan-offers", end="application.granted",
        root="application", joined=("offer",), cancel=("application.cancelled",), fail=("application.denied",),
    ),
    RealLog(
        "ocel2_p2p.parquet", "ocel2_p2p", "requisition-to-payment", end="payment.executed",
        root="purchase_requisition",
        joined=("quotation", "purchase_order", "goods_receipt", "invoice_receipt", "payment"),
    ),
    RealLog(
        "sap_ides_o2c.parquet", "sap_ides_o2c", "sales-documents", end="invoice.created",
        root="sales_order", joined=("delivery", "invoice"),
    ),
    RealLog("sepsis.parquet", "sepsis", "sepsis-care", end="patient.released_a"),
    RealLog("bpic2019_one_case_per_variant.parquet", "bpic2019_variants", "purchase-to-pay",
        end="vendor_invoice.cleared", cancel=("purchase_order_item.deleted",),
    ),
    RealLog("bpic2020_permit.parquet", "bpic2020_permit", "travel", end="payment.handled", prefix="permit:"),
    RealLog(
        "bpic2020_domestic.parquet", "bpic2020_domestic", "domestic-declaration", end="payment.handled",
        prefix="declaration:", amount=("expense_report.submitted", "amount", "EUR"),
    ),
    RealLog(
        "bpic2020_international.parquet", "bpic2020_international", "international-declaration", end="payment.handled",
        prefix="declaration:", amount=("expense_report.submitted", "amount", "EUR"),
    ),
    RealLog(
        "bpic2012_loan.parquet", "bpic2012_loan", "loan-application", end="application.activated",
        activity=("activity", "lifecycle"), cancel=("application.cancelled",), fail=("application.declined",),
        amount=("application.submitted", "amount", "EUR"),
    ),
    RealLog("bpic2013_incidents.parquet", "bpic2013_incidents", "incident-handling", end="incident.completed"),
    RealLog(
        "bpic2015_1_permits.parquet", "bpic2015_1_permits", "building-permit", end="building_permit.decision_sent",
        amount=("building_permit.registered", "amount", "EUR"),
    ),
    RealLog(
        "road_traffic_fines.parquet", "road_traffic_fines", "traffic-fine", end="payment.received",
        fail=("fine.sent_to_collection",), amount=("fine.created", "amount", "EUR"),
    ),
)  # fmt: skip
"""Larger ones; the joined travel log and the purchase orders have tests of their own (test_real_logs.py)."""
