"""Integrations: what each system reports, and how well."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from spanledger_dashboards.building import panels

UID: Final = "spanledger-integrations"


def dashboard() -> Dashboard:
    """Which system is silent, slow or failing."""
    return (
        Dashboard("Integrations")
        .uid(UID)
        .description("What each source system reports: how much, how fast, with which errors, and since when nothing.")
        .tags(["spanledger"])
        .timezone("browser")
        .refresh("1m")
        .time("now-24h", "now")
        .readonly()
        .with_variable(panels.data_source())
        .with_variable(panels.choice("system", "System", "variables/systems"))
        .link(panels.to_other("Money waiting", "spanledger-money-waiting"))
        .link(panels.to_other("Flows", "spanledger-flows"))
        .with_panel(
            panels.answer_table(
                "How is each system doing?",
                "In the time shown: business spans, failures, how long a step takes (median and 95 %), when it was last heard "
                "of, and how long a span takes from its happening until it is stored.",
                "integrations/systems",
                width=panels.WIDTH,
                height=9,
            )
        )
        .with_panel(
            panels.answer_over_time(
                "How much does each system report?",
                "Business spans by when they were stored.",
                "integrations/throughput",
                width=12,
            )
        )
        .with_panel(
            panels.answer_over_time(
                "What goes wrong?",
                "Failures and rejections, by the kind of their error.",
                "integrations/errors",
                width=12,
                bars=True,
            )
        )
        .with_panel(
            panels.answer_over_time(
                "How long do steps take?",
                "The 95th percentile of business spans' durations.",
                "integrations/latency",
                width=12,
                unit="s",
            )
        )
        .with_panel(
            panels.answer_table(
                "Which errors are new, which are many?",
                "Each error of the time shown: how often, since when, and when last.",
                "integrations/error_list",
                width=12,
            )
        )
    )
