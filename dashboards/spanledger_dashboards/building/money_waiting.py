"""Money waiting: what finance asks first."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from spanledger_dashboards.building import panels

UID: Final = "spanledger-money-waiting"
_PAGE: Final = "${spanledger}/transactions/${__data.fields.Process}/${__data.fields.Id}"


def dashboard() -> Dashboard:
    """Which money is stuck, since when, why, and who must act."""
    return (
        Dashboard("Money waiting")
        .uid(UID)
        .description("Which money is stuck, since when, for how much, why, and who must act.")
        .tags(["spanledger"])
        .timezone("browser")
        .refresh("1m")
        .time("now-90d", "now")
        .readonly()
        .with_variable(panels.data_source())
        .with_variable(panels.choice("process", "Process", "variables/processes"))
        .with_variable(panels.choice("owner", "Owner", "variables/owners"))
        .with_variable(panels.choice("legal_entity", "Legal entity", "variables/legal_entities"))
        .with_variable(panels.pages())
        .link(panels.to_other("Flows", "spanledger-flows"))
        .link(panels.to_other("Integrations", "spanledger-integrations"))
        .with_panel(
            panels.answer_table(
                "How much money is stuck now?",
                "Per currency: the money of open transactions that cannot move without someone, each entity's once. "
                "The same totals as /v1/stuck.",
                "money_waiting/totals",
                width=8,
                height=6,
            )
        )
        .with_panel(
            panels.answer_table(
                "What began to wait in the last day?",
                "What is stuck now and came to the step that it waits for within the last 24 hours.",
                "money_waiting/since_yesterday",
                width=8,
                height=6,
            )
        )
        .with_panel(
            panels.answer_table(
                "Which legal entities does it hold up?",
                "What blocks their close, per currency.",
                "money_waiting/by_legal_entity",
                width=8,
                height=6,
            )
        )
        .with_panel(
            panels.answer_over_time(
                "Since when has the money waited?",
                "What is stuck now, by the day on which it came to the step that it waits for.",
                "money_waiting/since_when",
                width=12,
                bars=True,
            )
        )
        .with_panel(
            panels.answer_table(
                "Who must act?",
                "Owners by what waits for them; the link shows their list.",
                "money_waiting/by_owner",
                width=12,
            ).override_by_name(
                "Owner", [panels.leads_to("Their list", "${spanledger}/?owner=${__value.text:percentencode}")]
            )
        )
        .with_panel(
            panels.answer_table(
                "Why is it stuck?",
                "By what went wrong and where: the error as its system told it.",
                "money_waiting/by_reason",
                width=12,
            )
        )
        .with_panel(
            panels.answer_table(
                "What is about to be late?",
                "Open, not stuck, and its SLA at risk: by when it must be done.",
                "money_waiting/at_risk",
                width=12,
            ).override_by_name("Id", [panels.leads_to("The transaction", _PAGE)])
        )
        .with_panel(
            panels.answer_table(
                "What is stuck, the worst first?",
                "By severity, then by money times age within its currency; the link shows the transaction.",
                "money_waiting/worst",
                width=panels.WIDTH,
                height=14,
            ).override_by_name("Id", [panels.leads_to("The transaction", _PAGE)])
        )
    )
