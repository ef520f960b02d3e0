"""The dashboards as they are installed: JSON, and what Grafana needs to find them by file provisioning."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

_PROVIDER: Final = """\
apiVersion: 1
providers:
  - name: spanledger
    folder: Spanledger
    type: file
    options: {path: /var/lib/grafana/dashboards/spanledger}
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
    folder = resources.files("spanledger_dashboards") / "grafana"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    }


def provisioning(host: str, port: int) -> dict[Path, str]:
    """Everything that Grafana reads at its start, by its place under Grafana's `provisioning` folder and `dashboards`.

    `host` and `port` are where Grafana reaches the SQL interface. It looks for the dashboards where its container has them:
    /var/lib/grafana/dashboards/spanledger; the provider's file can name another place.
    """
    files = {
        Path("provisioning/dashboards/spanledger.yaml"): _PROVIDER,
        Path("provisioning/datasources/spanledger.yaml"): _DATA_SOURCE.replace("{HOST}", host).replace(
            "{PORT}", str(port)
        ),
    }
    return files | {Path("dashboards/spanledger") / name: text for name, text in dashboards().items()}
