"""Discovery: a process definition proposed from the spans that are there.

`observe` has the database count what happened, as sets; `propose` draws the conclusions that the counts allow;
`writing` tells both as YAML, the proposal as keys and the counts as comments.
"""

from spanledger_correlator.discover.discover import discover
from spanledger_correlator.discover.question import Question

__all__ = ["Question", "discover"]
