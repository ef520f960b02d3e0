"""The plan of a simulated firm: everything that will happen in it, decided from a seed before anything does."""

from spanledger_server.simulate.plan.firm import PLAYED, Scope
from spanledger_server.simulate.plan.making import Plan, make_plan
from spanledger_server.simulate.plan.rates import FAULTS, FaultRates

__all__ = ["FAULTS", "PLAYED", "FaultRates", "Plan", "Scope", "make_plan"]
