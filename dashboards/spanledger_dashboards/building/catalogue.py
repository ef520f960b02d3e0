"""All dashboards and alert rules, and how they become files: `python -m spanledger_dashboards.building.catalogue`, or `make dashboards`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from spanledger_dashboards import files
from spanledger_dashboards.building import alerts, flows, integrations, money_waiting

DASHBOARDS: Final = {"money-waiting": money_waiting, "flows": flows, "integrations": integrations}
FOLDER: Final = Path(__file__).parents[1] / "grafana"


def built() -> dict[str, str]:
    """The JSON of every dashboard, and that of all rules, by its file's name."""
    made = {}
    for name, module in DASHBOARDS.items():
        dashboard = module.dashboard().build()
        for number, panel in enumerate(dashboard.panels or [], 1):
            panel.id_val = number
        made[f"{name}.json"] = _written(dashboard)
    rules = [alerts.rule(alert) for alert in alerts.ALERTS]
    return made | {files.ALERTS: _written(rules)}


def _written(value: object) -> str:
    return json.dumps(value, cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def write() -> None:
    """Write them where they are read from."""
    for name, text in built().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
