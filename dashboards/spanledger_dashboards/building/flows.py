"""Flows: how a process runs, for whoever is on call."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from spanledger_dashboards.building import panels

UID: Final = "spanledger-flows"


def dashboard() -> Dashboard:
    """Which flow is late, failing or silent."""
    return (
        Dashboard("Flows")
        .uid(UID)
        .description("How a process runs: what began and ended, what is stuck, its SLA, and where it loses time.")
        .tags(["spanledger"])
        .timezone("browser")
        .refresh("1m")
        .time("now-30d", "now")
        .readonly()
        .with_variable(panels.data_source())
        .with_variable(panels.choice("process", "Process", "variables/processes"))
        .with_variable(panels.pages())
        .link(panels.to_other("Money waiting", "spanledger-money-waiting"))
        .link(panels.to_other("Integrations", "spanledger-integrations"))
        .with_panel(
            panels.answer_table(
                "How does each process stand?",
                "Transactions that began in the time shown: how many ended how, how many are stuck, and how many were in time.",
                "flows/standing",
                width=panels.WIDTH,
                height=8,
            ).override_by_name("In time", [panels.in_unit("percentunit")])
        )
        .with_panel(
            panels.answer_over_time(
                "How many began, and how many were completed?",
                "By when they began and when they ended.",
                "flows/began_and_completed",
                width=12,
            )
        )
        .with_panel(
            panels.answer_over_time(
                "How many of what was completed were in time?",
                "The SLA's attainment, by when transactions were completed; those without an SLA are left out.",
                "flows/attainment",
                width=12,
                unit="percentunit",
            )
        )
        .with_panel(
            panels.answer_bars(
                "How far do they come?",
                "For each step: how many of the transactions that began in the time shown have done it, and how many must yet.",
                "flows/funnel",
                width=12,
                x="Step",
                height=12,
            )
        )
        .with_panel(
            panels.answer_table(
                "Where do they lose time?",
                "From the step done before until this one is done: the median and the slowest twentieth, in hours.",
                "flows/step_durations",
                width=12,
                height=12,
            )
        )
        .with_panel(
            panels.answer_table(
                "What fails, and where?",
                "Open transactions that are stuck on a failure, by step and error.",
                "flows/failures",
                width=panels.WIDTH,
            )
        )
    )
