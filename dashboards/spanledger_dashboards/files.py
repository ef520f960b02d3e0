"""The dashboards as they are installed: JSON, and what Grafana needs to find them by file provisioning."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

ALERTS: Final = "alerts.json"
"""The file with the rules, beside those of the dashboards."""
_PROVIDER: Final = """\
apiVersion: 1
providers:
  - name: spanledger
    folder: Spanledger
    type: file
    options: {path: {PATH}}
"""
_DATA_SOURCE: Final = """\
apiVersion: 1
datasources:
  - name: Spanledger
    uid: spanledger
    type: grafana-clickhouse-datasource
    jsonData: {host: {HOST}, port: {PORT}, protocol: http, secure: false, defaultDatabase: spanledger, username: grafana}
    # A key with the role finance: `spanledger key create --tenant NAME --name grafana --role finance`.
    secureJsonData: {password: $SPANLEDGER_GRAFANA_KEY}
"""


def dashboards() -> dict[str, str]:
    """Every dashboard's JSON by its file's name."""
    return {name: text for name, text in committed().items() if name != ALERTS}


def alert_rules() -> list[dict[str, Any]]:
    """Every alert rule, as Grafana's provisioning API takes it."""
    rules: list[dict[str, Any]] = json.loads(committed()[ALERTS])
    return rules


def committed() -> dict[str, str]:
    """Every file as it is committed, by its name."""
    folder = resources.files("spanledger_dashboards") / "grafana"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    }


def provisioning(host: str, port: int, path: str) -> dict[Path, str]:
    """Everything that Grafana reads at its start, by its place under Grafana's `provisioning` folder and `dashboards`.

    `host` and `port` are where Grafana reaches the SQL interface, `path` is where it finds the files of `dashboards/spanledger`.
    """
    files = {
        Path("provisioning/dashboards/spanledger.yaml"): _PROVIDER.replace("{PATH}", path),
        Path("provisioning/datasources/spanledger.yaml"): _DATA_SOURCE.replace("{HOST}", host).replace(
            "{PORT}", str(port)
        ),
    }
    groups = [{"orgId": 1, "name": "Spanledger", "folder": "Spanledger", "interval": "1m", "rules": alert_rules()}]
    alerting = json.dumps({"apiVersion": 1, "groups": groups}, indent=2) + "\n"
    return (
        files
        | {Path("provisioning/alerting/spanledger.json"): alerting}
        | {Path("dashboards/spanledger") / name: text for name, text in dashboards().items()}
    )
