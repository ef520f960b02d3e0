"""A simulated firm: its plan, the four systems that carry it out, and the truth about it.

plan = make_plan(Scope(seed=7, invoices=80, start=..., end=..., entries=4))
requests = capture(plan)                   # its OTLP requests, without a network
report = simulate(SimulationOptions(...))  # or four processes, sending to a collector
expected = truth(report.plan, at)          # what must come out
"""

from spanledger_server.simulate.capture import capture
from spanledger_server.simulate.errors import SimulationFailed
from spanledger_server.simulate.plan import FAULTS, PLAYED, FaultRates, Plan, Scope, make_plan
from spanledger_server.simulate.simulation import (
    SIZES,
    SimulationOptions,
    SimulationProgress,
    SimulationReport,
    simulate,
)
from spanledger_server.simulate.truth import FirmTruth, TransactionTruth, as_json, truth, write_truth

__all__ = [
    "FAULTS",
    "PLAYED",
    "SIZES",
    "FaultRates",
    "FirmTruth",
    "Plan",
    "Scope",
    "SimulationFailed",
    "SimulationOptions",
    "SimulationProgress",
    "SimulationReport",
    "TransactionTruth",
    "as_json",
    "capture",
    "make_plan",
    "simulate",
    "truth",
    "write_truth",
]
