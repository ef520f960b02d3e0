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
    folder = resources.files("spanledger_dashboards") / "grafana"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    }


def provisioning(path_in_grafana: str, host: str, port: int) -> dict[Path, str]:
    """Everything that Grafana reads at its start, by its place under Grafana's `provisioning` folder and `dashboards`.

    `path_in_grafana` is where Grafana will find the folder with the dashboards; `host` and `port` where it reaches the SQL
    interface.
    """
    files = {
        Path("provisioning/dashboards/spanledger.yaml"): _PROVIDER.replace("{PATH}", path_in_grafana),
        Path("provisioning/datasources/spanledger.yaml"): _DATA_SOURCE.replace("{HOST}", host).replace(
            "{PORT}", str(port)
        ),
    }
    return files | {Path("dashboards") / name: text for name, text in dashboards().items()}
