"""What can be known of the containers without an engine that runs them: names, ports, files, and the script before the start."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import httpx2
import pytest
from ruamel.yaml import YAML

from spanledger_server.settings import registry
from tests.server.running import Running, up, wait_for

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "compose"
COMPOSE: dict[str, Any] = YAML(typ="safe").load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")


def test_every_setting_is_one_that_there_is() -> None:
    known = {setting.env for setting in registry()}
    of_the_script = {"SPANLEDGER_TENANT"}
    for service in ("setup", "spanledger"):
        assert set(SERVICES[service]["environment"]) <= known | of_the_script


def test_ports_are_those_that_it_listens_on_and_open_to_this_machine_alone() -> None:
    environment = SERVICES["spanledger"]["environment"]
    listening = {value.partition(":")[2] for name, value in environment.items() if name.endswith("_ADDRESS")}
    published = [port.split(":") for port in SERVICES["spanledger"]["ports"]]
    assert {inside for _, _, inside in published} == listening
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    defaults = {setting.default.partition(":")[2] for setting in registry() if setting.env.endswith("_ADDRESS")}
    exposed = re.search(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)
    assert exposed is not None
    assert set(exposed[1].split()) == defaults
    monitoring = next(one.default for one in registry() if one.env == "SPANLEDGER_MONITORING_ADDRESS")
    assert f"http://{monitoring}/readyz" in " ".join(SERVICES["spanledger"]["healthcheck"]["test"])


def test_volumes_images_and_dependencies_are_there() -> None:
    for name, service in SERVICES.items():
        for volume in service["volumes"]:
            assert volume.split(":")[0] in COMPOSE["volumes"], name
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert service["cap_drop"] == ["ALL"]
        assert service["logging"]["options"]["max-size"]
        image = service["image"]
        assert image == "spanledger:local" or re.fullmatch(r"[\w/]+:\d+\.\d+\.\d+", image), f"{image} is not pinned"
        if name != "setup":
            assert {"healthcheck", "mem_limit", "cpus"} <= service.keys()
    plugin = SERVICES["grafana"]["environment"]["GF_PLUGINS_PREINSTALL_SYNC"]
    query_py = (ROOT / "dashboards/spanledger_dashboards/building/query.py").read_text(encoding="utf-8")
    assert f'PLUGIN_VERSION: Final = "{plugin.partition("@")[2]}"' in query_py


def test_the_image_is_built_from_what_is_here_and_runs_as_nobody_special() -> None:
    users = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    assert users == ["spanledger"]
    copied = [line.split()[-2] for line in DOCKERFILE.splitlines() if line.startswith("COPY") and "--from" not in line]
    assert all((ROOT / source).exists() for source in copied if source != "README.md")
    packaged = {path.parent.parent.name for path in ROOT.glob("*/spanledger*/__init__.py")}
    assert packaged <= set(copied)
    assert "--require-hashes" in DOCKERFILE
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".venv", ".git", "build", "spanledger-data"} <= set(ignored)
    assert not set(ignored) & {one.partition("/")[0] for one in copied}


def set_up(folder: Path, store: Path) -> str:
    """Run the script that runs before the start; what it said."""
    (folder / "credentials").mkdir(exist_ok=True)
    (folder / "grafana").mkdir(exist_ok=True)
    done = subprocess.run(
        ["sh", FOLDER / "setup.sh"],
        env=os.environ
        | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "SPANLEDGER_DSN": f"chdb://{store}",
            "SPANLEDGER_TENANT": "acme",
            "SPANLEDGER_CREDENTIALS": str(folder / "credentials"),
            "SPANLEDGER_GRAFANA_FILES": str(folder / "grafana"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def emitted(running: Running, token: Path, invoice: str) -> int:
    """Send a span with the SDK's command; its exit code."""
    return subprocess.run(
        [
            *(Path(sys.executable).parent / "spanledger", "emit", "--step", "invoice.posted"),
            *("--endpoint", running.otlp_http, "--token-file", token, "--entity", f"invoice={invoice}"),
        ],
        timeout=60,
        check=False,
    ).returncode


def found(running: Running, key: str) -> list[str]:
    """The invoices that a key sees."""
    answer = httpx2.post(
        running.clickhouse,
        content=b"SELECT EntityIds[1] AS id FROM spans WHERE Step != '' ORDER BY id FORMAT TabSeparated",
        headers={"X-ClickHouse-Key": key},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    return list(answer.text.split())


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh here")
def test_the_script_prepares_a_start_and_a_copy_of_the_folder_is_a_backup(tmp_path: Path) -> None:
    store = tmp_path / "ledger" / "store"
    store.parent.mkdir()
    assert set_up(tmp_path, store).count("made ") == 3
    credentials = {path.name: path.read_text() for path in (tmp_path / "credentials").iterdir()}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "credentials").iterdir()} == {0o600}
    key = (tmp_path / "grafana" / "key").read_text().strip()
    provider = YAML(typ="safe").load(tmp_path / "grafana/provisioning/dashboards/spanledger.yaml")["providers"][0]
    assert list(Path(provider["options"]["path"]).glob("*.json"))
    with up(store) as running:
        assert httpx2.get(f"{running.api}/v1/stuck").status_code == 401
        assert emitted(running, tmp_path / "credentials" / "sender-token", "INV-1") == 0
        assert emitted(running, tmp_path / "credentials" / "finance-key", "INV-2") == 1
        wait_for(lambda: found(running, key) == ["INV-1"])
        # Beside a running platform it changes nothing.
        assert "made" not in set_up(tmp_path, store)
        assert {path.name: path.read_text() for path in (tmp_path / "credentials").iterdir()} == credentials
        running.stop(signal.SIGTERM)
    with tarfile.open(tmp_path / "backup.tar", "w") as archive:
        archive.add(store, "store")
    with tarfile.open(tmp_path / "backup.tar") as archive:
        archive.extractall(tmp_path / "restored", filter="data")
    with up(tmp_path / "restored" / "store") as running:
        assert found(running, key) == ["INV-1"]
        answer = httpx2.get(
            f"{running.api}/v1/transactions",
            headers={"Authorization": f"Bearer {credentials['finance-key'].strip()}"},
            timeout=30,
        )
        assert "invoice-to-cash/INV-1" in {item["key"] for item in answer.json()["items"]}
        assert emitted(running, tmp_path / "credentials" / "sender-token", "INV-3") == 0
        wait_for(lambda: found(running, key) == ["INV-1", "INV-3"])
