"""Spanledger's SDK: business spans from any integration, in a few lines.

    import spanledger as sl

    sl.configure(service_name="invoice-sync", system="netsuite", endpoint="http://127.0.0.1:4318")

    with sl.transaction("invoice-to-cash", "INV-1042"):
        with sl.step("invoice.posted", invoice="INV-1042", amount=("48200.00", "EUR")) as it:
            it.attribute("account", "tier", "platinum")

Unconfigured it does nothing. It never raises into the host program (only `configure` does, for an argument that cannot
be meant), its spans escape the host's sampler, and the host's own tracing never sees them.
"""

from spanledger._internal.batch import Attempt, Batch, Failed, each
from spanledger._internal.lifecycle import configure, flush, shutdown
from spanledger._internal.propagation import extract, inject
from spanledger._internal.scope import current_step
from spanledger._internal.step import Step
from spanledger._internal.steps import emit, step
from spanledger._internal.transaction import transaction
from spanledger._internal.version import VERSION
from spanledger.errors import ConfigurationError

__version__ = VERSION

__all__ = [
    "Attempt",
    "Batch",
    "ConfigurationError",
    "Failed",
    "Step",
    "__version__",
    "configure",
    "current_step",
    "each",
    "emit",
    "extract",
    "flush",
    "inject",
    "shutdown",
    "step",
    "transaction",
]
