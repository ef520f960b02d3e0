"""All dashboards, and how they become files: `python -m spanledger_dashboards.building.catalogue`, or `make dashboards`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from spanledger_dashboards.building import flows, integrations, money_waiting

DASHBOARDS: Final = {"money-waiting": money_waiting, "flows": flows, "integrations": integrations}
FOLDER: Final = Path(__file__).parents[1] / "grafana"


def built() -> dict[str, str]:
    """Every dashboard's JSON by its file's name."""
    made = {}
    for name, module in DASHBOARDS.items():
        dashboard = module.dashboard().build()
        for number, panel in enumerate(dashboard.panels or [], 1):
            panel.id_val = number
        made[f"{name}.json"] = json.dumps(dashboard, cls=JSONEncoder, indent=2, sort_keys=True) + "\n"
    return made


def write() -> None:
    """Write them where they are read from."""
    for name, text in built().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
