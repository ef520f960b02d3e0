"""What is true in the simulated firm, known from its plan alone: the measure that the correlator is held to."""

from spanledger_server.simulate.truth.firm_truth import FirmTruth, truth
from spanledger_server.simulate.truth.judge import TransactionTruth, Why
from spanledger_server.simulate.truth.steps import StepTruth
from spanledger_server.simulate.truth.writing import as_json, write_truth

__all__ = ["FirmTruth", "StepTruth", "TransactionTruth", "Why", "as_json", "truth", "write_truth"]
