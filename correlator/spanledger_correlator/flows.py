"""Questions about flows and no single transaction: sources, reconciliations, control totals, producers.

Each is answered from the spans when it is asked; the clock only reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanledger_correlator import flow_exceptions, reconciliation, sequences, silence, totals
from spanledger_correlator.definition.model import Definitions, ProcessDefinition
from spanledger_correlator.definition.reconciliation_model import Reconciliation
from spanledger_correlator.flow_exceptions import FlowException
from spanledger_correlator.reconciliation import Balance, Unmatched
from spanledger_correlator.sequences import Producer
from spanledger_correlator.silence import SourceState
from spanledger_correlator.totals import Coverage
from spanledger_correlator.viewpoint import Viewpoint


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows of one tenant at one clock. `in_force` are the processes that say which steps happen once."""

    at: Viewpoint
    declared: Definitions
    in_force: Sequence[ProcessDefinition]

    def sources(self) -> list[SourceState]:
        """Every declared source: last seen, next expected, and its silences of the last weeks."""
        return silence.states(self.at, self.declared.sources)

    def rules(self) -> list[Reconciliation]:
        """The reconciliations that hold for the tenant."""
        return [rule for rule in self.declared.reconciliations if rule.concerns(self.at.tenant)]

    def balances(self, rules: Sequence[Reconciliation] | None = None) -> list[Balance]:
        """Each period and key of these rules, by default of all; a rule's newest periods first."""
        chosen = self.rules() if rules is None else rules
        if not chosen:
            return []
        reconciliation.prepare(self.at, chosen, self._once())
        return [found for rule in chosen for found in reconciliation.balances(self.at, rule, chosen)]

    def unmatched(self, rule: Reconciliation, period: str, keys: Sequence[str], limit: int) -> list[Unmatched]:
        """The entities of one period and key on which the sides of a rule do not agree."""
        reconciliation.prepare(self.at, [rule], self._once())
        return reconciliation.unmatched(self.at, rule, period, keys, limit)

    def coverage(self) -> list[Coverage]:
        """Every control total that counts, and how much of it spans show."""
        return totals.coverage(self.at, self._once())

    def producers(self, *, everything: bool = False, limit: int = 100_000) -> list[Producer]:
        """The producers that something is wrong with, or every one."""
        return sequences.producers(self.at, everything=everything, limit=limit)

    def exceptions(self) -> list[FlowException]:
        """What should have come and did not; past silences are told with their end."""
        clock = self.at.clock
        return [
            *flow_exceptions.of_sources(self.sources(), clock),
            *flow_exceptions.of_balances(self.balances()),
            *flow_exceptions.of_totals(self.coverage()),
            *flow_exceptions.of_producers(self.producers(), self.declared.sources),
        ]

    def _once(self) -> set[str]:
        """The steps that some process declares, and none as coming in parts."""
        steps = [step for definition in self.in_force for step in definition.steps]
        return {step.name for step in steps} - {step.name for step in steps if step.many}
