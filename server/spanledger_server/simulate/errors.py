"""What can go wrong with a simulation: the same tree as the platform's, see spanledger_store.errors."""

from spanledger_store import SpanledgerError


class SimulationFailed(SpanledgerError):
    """The firm could not be played to its end, or not all of its spans were stored."""

    code = "simulation_failed"
