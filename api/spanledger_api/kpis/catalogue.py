"""Every key figure of the pack's processes."""

from __future__ import annotations

from typing import Final

from spanledger_api.kpis.kpi import Kpi, done, first, last, of, took

_SINCE_CLOSED: Final = "dateDiff('second', addMonths(toStartOfMonth(toDateTime(StartedAt)), 1), ClosedAt) / 86400"

KPIS: Final[tuple[Kpi, ...]] = (
    took(
        "invoice_cycle_time",
        "From the invoice's start until all of it is settled: the median, by the month in which it is settled.",
        "invoice-to-cash",
        "StartedAt",
        done("payment.received"),
    ),
    took(
        "approved_time_to_invoice",
        "From an hour's approval to the invoice that charges for it: the median, by the invoice's month.",
        "time-to-bill",
        first("time_entry.approved"),
        first("invoice.generated"),
    ),
    took(
        "billing_latency",
        "From an hour's submission to the invoice that charges for it: the median, by the invoice's month.",
        "time-to-bill",
        first("time_entry.submitted"),
        first("invoice.generated"),
    ),
    took(
        "project_setup_time",
        "From the deal that is won to the project that people can book on: the median, by the month of activation.",
        "opportunity-to-project",
        first("opportunity.won"),
        done("project.activated"),
    ),
    Kpi(
        "unbilled_approved_time",
        "Hours that are approved and that no invoice charges for yet, in money, by the month of their approval.",
        "money",
        at=first("time_entry.approved"),
        value="Amounts",
        counts=of("time-to-bill", f"Status = 'open' AND {first('invoice.generated')} IS NULL"),
    ),
    Kpi(
        "billed",
        "The amounts of invoices, by the month in which they were posted.",
        "money",
        at=first("invoice.posted"),
        value="Amounts",
        counts=of("invoice-to-cash"),
    ),
    Kpi(
        "collected",
        "What was paid on invoices, by the month of each invoice's last payment.",
        "money",
        at=last("payment.received"),
        value="Cash",
        counts=of("invoice-to-cash"),
    ),
    Kpi(
        "uncollected",
        "What is not settled of open invoices, by the month in which they were posted.",
        "money",
        at=first("invoice.posted"),
        value="OpenAmounts",
        counts=of("invoice-to-cash", "Status = 'open'"),
    ),
    Kpi(
        "billing_error_rate",
        "The share of invoices of which a step up to posting failed or was rejected, by the month of their start.",
        "share",
        at="StartedAt",
        value="countIf(arrayExists((step, failed) -> step IN ('invoice.generated', 'invoice.posted') "
        "AND failed IS NOT NULL, StepNames, StepLastFailure)) / count()",
        counts=of("invoice-to-cash"),
    ),
    Kpi(
        "revenue_waiting",
        "The money at stake in stuck transactions whose impact is revenue, by the month since which they wait; group it by "
        "`reason` to see why.",
        "money",
        at="WaitingSince",
        value="OpenAmounts",
        counts="Stuck AND Impact = 'revenue'",
    ),
    Kpi(
        "revenue_leaked",
        "What was written off, by the month in which its transaction was last active.",
        "money",
        at="LastActivityAt",
        value="WriteOffs",
        counts="arrayExists(amount -> amount > 0, WriteOffs)",
    ),
    Kpi(
        "on_time_rate",
        "The share of transactions with an SLA that were done in time, among those done or overdue, by the month in which "
        "they were due.",
        "share",
        at="SlaEndsAt",
        value="countIf(SlaState = 'met') / count()",
        counts="SlaState IN ('met', 'met_late', 'breached')",
    ),
    Kpi(
        "on_time_in_full_rate",
        "The share of completed transactions that were in time (or had no SLA) and never had a problem, by the month in "
        "which they ended.",
        "share",
        at="ClosedAt",
        value="countIf(SlaState IN ('', 'met') AND empty(Exceptions)) / count()",
        counts="Status = 'completed'",
    ),
    Kpi(
        "first_time_right_rate",
        "The share of completed transactions of which no step ever failed, by the month in which they ended.",
        "share",
        at="ClosedAt",
        value="countIf(arrayAll(failed -> failed IS NULL, StepLastFailure)) / count()",
        counts="Status = 'completed'",
    ),
    Kpi(
        "throughput_time",
        "From the start of a transaction to its end: the median, by the month in which it ended. Group it by `region` or "
        "`legal_entity` to see who lags.",
        "hours",
        at="ClosedAt",
        value="quantileExactInclusive(0.5)(dateDiff('second', StartedAt, ClosedAt) / 3600)",
        spread="quantileExactInclusive(0.9)(dateDiff('second', StartedAt, ClosedAt) / 3600)",
        counts="Status = 'completed'",
    ),
    Kpi(
        "days_to_close",
        "From the end of the month in which revenue schedules began until the last of them ended; none while one is open.",
        "days",
        at="StartedAt",
        value=f"if(countIf(Status = 'open') > 0, NULL, greatest(0, max({_SINCE_CLOSED})))",
        counts=of("revenue-recognition"),
    ),
    Kpi(
        "exception_resolution_time",
        "From the beginning of a problem to its end: the median, by the month in which it ended.",
        "hours",
        at="Until",
        value="quantileExactInclusive(0.5)(dateDiff('second', Since, Until) / 3600)",
        spread="quantileExactInclusive(0.9)(dateDiff('second', Since, Until) / 3600)",
        counts="State = 'resolved'",
        source="exceptions",
    ),
    Kpi(
        "exception_age",
        "How long the problems that are still open have stood: the median, by the month in which they began.",
        "hours",
        at="Since",
        value="quantileExactInclusive(0.5)(dateDiff('second', Since, {q_moment:DateTime64(9, 'UTC')}) / 3600)",
        spread="quantileExactInclusive(0.9)(dateDiff('second', Since, {q_moment:DateTime64(9, 'UTC')}) / 3600)",
        counts="State != 'resolved'",
        source="exceptions",
    ),
)
BY_NAME: Final = {kpi.name: kpi for kpi in KPIS}
