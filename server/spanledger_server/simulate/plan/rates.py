"""How often each thing goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class FaultRates:
    """Per fault the share (0 to 1) of the occasions on which it strikes. An occasion is named by each comment."""

    # An attempt at a step across systems: project, hours, invoice, CRM.
    refused: float = 0.05
    closed_period: float = 0.03
    mapping_error: float = 0.03
    silent_drop: float = 0.03
    # A refusal: nobody repairs it within the period.
    unrepaired: float = 0.4
    # A refusal that was repaired: the later success says which attempt it replays.
    replay: float = 0.3
    # A success across systems is done once more.
    duplicate_same_key: float = 0.03
    duplicate_other_key: float = 0.025
    duplicate_without_key: float = 0.025
    # An invoice's generation: refused once.
    refused_generation: float = 0.03
    # An invoice that exists twice for one billing event.
    double_invoice: float = 0.02
    # A group of hours, an hour, a deal, an invoice: a person does not do their part.
    rejected_hours: float = 0.04
    forgotten: float = 0.04
    never_submitted: float = 0.02
    # A posted invoice.
    voided: float = 0.02
    written_off: float = 0.015
    wrong_currency: float = 0.015
    bounced_payment: float = 0.04
    unsplit_payment: float = 0.03
    compensated: float = 0.02
    # An id of another system: the span that ties it to the first id comes later, and alone.
    late_alias: float = 0.2
    # A hand-over between systems: the message loses its trace context.
    lost_context: float = 0.08
    # A month, for each sort: a step that no transaction claims.
    stray: float = 0.5
    # A nightly file or billing run: a line without a key.
    nameless_line: float = 0.1
    # A span on its way.
    late_arrival: float = 0.02
    out_of_order: float = 0.15
    delivered_twice: float = 0.03
    # A system's day: its clock is off by minutes.
    clock_skew: float = 0.15
    # In the whole firm alone, and last, so that the other faults strike where they always did.
    # A step of people: it is left out, and the work goes on without it.
    left_out: float = 0.03
    # A step of people: it is sent back once.
    sent_back: float = 0.03
    # A step: it happens, or is told, before the one that leads to it.
    too_early: float = 0.03
    # A record that the next system needs: a part of it was not filled in.
    lacking: float = 0.05
    # A value that one system copies from another: it arrives as another one.
    copied_wrongly: float = 0.05

    @classmethod
    def default(cls) -> FaultRates:
        """An ordinary firm."""
        return cls()

    @classmethod
    def none(cls) -> FaultRates:
        """A firm in which everything works."""
        return cls(**{field.name: 0.0 for field in fields(cls)})

    @classmethod
    def all(cls) -> FaultRates:
        """A firm in which every fault is common, so that a small one shows them all."""
        return cls(**{field.name: min(0.5, 3 * getattr(cls(), field.name)) for field in fields(cls)})

    def rate(self, fault: str) -> float:
        """The rate of a fault by its name."""
        return float(getattr(self, fault))


FAULTS = tuple(field.name for field in fields(FaultRates))
OF_THE_WHOLE_FIRM = frozenset({"left_out", "sent_back", "too_early", "lacking", "copied_wrongly"})
