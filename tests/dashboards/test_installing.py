"""Installing into a Grafana: everything once, nothing twice, and never over what somebody has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from spanledger_dashboards import files
from spanledger_dashboards.installing import Grafana, Source
from spanledger_server.address import Address
from spanledger_server.cli import main
from spanledger_server.http_server import HttpServer
from spanledger_server.listening import listen
from spanledger_store import SettingInvalid, SpanledgerError
from tests.dashboards.grafana import TOKEN, StandIn

SOURCE = Source("ledger.internal", 8123, "a-key")
RULES = [rule["uid"] for rule in files.alert_rules()]
BOARDS = [json.loads(text)["uid"] for text in files.dashboards().values()]


@pytest.fixture(params=[True, False], ids=["12", "11"])
def standing(request: pytest.FixtureRequest) -> Iterator[tuple[StandIn, str]]:
    """A Grafana of version 12 or 11, and its address."""
    grafana = StandIn(answers_as_of_12=request.param)
    socket = listen("api_address", Address("127.0.0.1", 0))
    failures: list[str] = []
    server = HttpServer("grafana", grafana.app(), socket, failures.append)
    server.start()
    yield grafana, f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.stop(5)


def outcomes(url: str, *, force: bool = False, token: str = TOKEN) -> list[str]:
    with Grafana(url, token) as grafana:
        return [done.outcome for done in grafana.install(SOURCE, force=force)]


def test_everything_is_installed_once(standing: tuple[StandIn, str]) -> None:
    grafana, url = standing
    assert outcomes(url) == ["created"] * (2 + len(BOARDS) + len(RULES))
    assert sorted(grafana.dashboards) == sorted(BOARDS)
    assert sorted(grafana.rules) == sorted(RULES)
    source = grafana.data_sources["spanledger"]
    assert (source["jsonData"]["host"], source["jsonData"]["port"]) == ("ledger.internal", 8123)
    assert source["secureJsonData"] == {"password": "a-key"}
    assert {versions[0]["folder"] for versions in grafana.dashboards.values()} == {"spanledger"}
    grafana.asked.clear()
    assert outcomes(url) == ["unchanged"] * (2 + len(BOARDS) + len(RULES))
    assert {one.split()[0] for one in grafana.asked} == {"GET"}


def test_what_is_new_replaces_what_was_ours(standing: tuple[StandIn, str], monkeypatch: pytest.MonkeyPatch) -> None:
    grafana, url = standing
    outcomes(url)
    newer = {name: text.replace('"schemaVersion": ', '"schemaVersion": 1') for name, text in files.dashboards().items()}
    monkeypatch.setattr(files, "dashboards", lambda: newer)
    rules = [rule | {"for": "1h"} for rule in files.alert_rules()]
    monkeypatch.setattr(files, "alert_rules", lambda: rules)
    assert outcomes(url) == ["unchanged", "unchanged", *["updated"] * (len(BOARDS) + len(RULES))]
    assert {rule["for"] for rule in grafana.rules.values()} == {"1h"}
    assert all(len(versions) == 2 for versions in grafana.dashboards.values())


def test_what_somebody_has_changed_is_left_alone_unless_forced(standing: tuple[StandIn, str]) -> None:
    grafana, url = standing
    outcomes(url)
    grafana.changed_by_somebody("spanledger-flows")
    grafana.data_sources["spanledger"]["jsonData"]["host"] = "other.internal"
    found = dict(zip(["folder", "source", *BOARDS, *RULES], outcomes(url), strict=True))
    assert {name for name, outcome in found.items() if outcome == "kept"} == {"source", "spanledger-flows"}
    assert grafana.dashboards["spanledger-flows"][-1]["json"]["title"] == "mine"
    found = dict(zip(["folder", "source", *BOARDS, *RULES], outcomes(url, force=True), strict=True))
    assert {name for name, outcome in found.items() if outcome == "updated"} == {"source", "spanledger-flows"}
    newest = grafana.dashboards["spanledger-flows"][-1]
    assert (newest["json"]["title"], newest["folder"]) == ("Flows", "elsewhere")


def test_errors_say_what_to_do(standing: tuple[StandIn, str]) -> None:
    _, url = standing
    with pytest.raises(SpanledgerError, match="does not let this token do it") as refused:
        outcomes(url, token="wrong")
    assert "service account" in str(refused.value)
    with pytest.raises(SpanledgerError, match=r"Grafana does not answer at http://127\.0\.0\.1:9"):
        outcomes("http://127.0.0.1:9")
    with pytest.raises(SettingInvalid, match="no address of a Grafana"):
        Grafana("grafana", TOKEN)


def test_the_command_installs_and_tells(
    standing: tuple[StandIn, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = standing
    monkeypatch.setenv("GRAFANA_TOKEN", TOKEN)
    assert main(["dashboards", "install", "--url", url, "--host", "ledger.internal"]) == 0
    assert "dashboard money-waiting: created" in capsys.readouterr().out
    assert main(["dashboards", "install"]) == 2
    assert "--url" in capsys.readouterr().err


def test_files_for_provisioning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dashboards", "export", str(tmp_path), "--host", "spanledger"]) == 0
    written = capsys.readouterr().out.splitlines()
    assert all(Path(line).is_file() for line in written)
    yaml = YAML(typ="safe")
    (source,) = yaml.load(tmp_path / "provisioning/datasources/spanledger.yaml")["datasources"]
    assert (source["uid"], source["jsonData"]["host"], source["jsonData"]["port"]) == ("spanledger", "spanledger", 8123)
    (group,) = json.loads((tmp_path / "provisioning/alerting/spanledger.json").read_text(encoding="utf-8"))["groups"]
    assert [rule["uid"] for rule in group["rules"]] == RULES
    (provider,) = yaml.load(tmp_path / "provisioning/dashboards/spanledger.yaml")["providers"]
    place = provider["options"]["path"].removeprefix("/var/lib/grafana/")
    assert {one.name for one in (tmp_path / place).iterdir()} == set(files.dashboards())
