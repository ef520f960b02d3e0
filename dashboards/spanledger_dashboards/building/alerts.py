"""Alert rules: what wakes somebody, from which number on, and the page that tells what to do then.

Each query is numeric, with texts as labels only, uses no variable, and returns no row where there is nothing to say; so "no
data" is well. Rules belong to one group, which is looked at every minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from grafana_foundation_sdk.builders import alerting
from grafana_foundation_sdk.builders.expr import (
    ExprTypeThresholdConditions,
    ExprTypeThresholdConditionsEvaluator,
    TypeThreshold,
)
from grafana_foundation_sdk.models.alerting import RelativeTimeRange
from grafana_foundation_sdk.models.common import DataSourceRef

from spanledger_dashboards.building.query import PLUGIN, Query, Shape

GROUP: Final = "Spanledger"
FOLDER: Final = "spanledger"
DATA_SOURCE: Final = DataSourceRef(type_val=PLUGIN, uid="spanledger")
_EXPRESSION: Final = DataSourceRef(type_val="__expr__", uid="__expr__")


@dataclass(frozen=True)
class Alert:
    """One rule: it fires where the number of `queries/alerts/<name>.sql` is above `above` for so long.

    `summary` is what the message says; its runbook is docs/runbooks/<name>.md.
    """

    name: str
    title: str
    above: float
    lasting: str
    severity: str
    summary: str


ALERTS: Final = (
    Alert(
        "money-stuck",
        "Much money is stuck",
        100_000,
        "15m",
        "high",
        "{{ $labels.Currency }} {{ $values.A.Value }} is stuck: transactions that cannot move without someone.",
    ),
    Alert(
        "stuck-for-long",
        "Something grave waits for somebody",
        24,
        "15m",
        "high",
        "{{ $labels.Owner }} has had something of high or critical severity for {{ $values.A.Value }} hours.",
    ),
    Alert(
        "failing-system",
        "A system fails much of what it does",
        0.2,
        "10m",
        "critical",
        "In the last half hour {{ $labels.System }} failed {{ $values.A.Value }} of its steps (1 is all of them).",
    ),
    Alert(
        "silent-system",
        "A system has gone silent",
        24,
        "15m",
        "critical",
        "Nothing has come from {{ $labels.System }} for {{ $values.A.Value }} hours; in the week before it reported.",
    ),
    Alert(
        "sla-burn",
        "An error budget burns fast",
        0.3,
        "15m",
        "critical",
        "Of what was due in the last six hours, {{ $values.A.Value }} was late in {{ $labels.Process }} (1 is all of it).",
    ),
)


def rule(alert: Alert) -> Any:
    """The rule as Grafana's provisioning API takes it."""
    threshold = (
        TypeThreshold()
        .datasource(_EXPRESSION)
        .expression("A")
        .ref_id("B")
        .conditions(
            [
                ExprTypeThresholdConditions().evaluator(
                    ExprTypeThresholdConditionsEvaluator().type("gt").params([alert.above])
                )
            ]
        )
    )
    return (
        alerting.Rule(alert.title)
        .uid(f"spanledger-{alert.name}")
        .folder_uid(FOLDER)
        .rule_group(GROUP)
        .with_query(
            alerting.Query("A")
            .datasource_uid(DATA_SOURCE.uid or "")
            .relative_time_range(RelativeTimeRange(from_val=21_600, to=0))
            .model(Query(f"alerts/{alert.name}", Shape.TABLE, DATA_SOURCE))
        )
        .with_query(
            alerting.Query("B")
            .datasource_uid("__expr__")
            .relative_time_range(RelativeTimeRange(from_val=21_600, to=0))
            .model(threshold)
        )
        .condition("B")
        .for_val(alert.lasting)
        .no_data_state("OK")
        .exec_err_state("Error")
        .labels({"severity": alert.severity, "source": "spanledger"})
        .annotations({"summary": alert.summary, "runbook": f"docs/runbooks/{alert.name}.md"})
        .build()
    )
