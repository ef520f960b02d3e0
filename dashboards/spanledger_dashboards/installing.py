"""Installing into a Grafana: a folder, the data source, the dashboards, the alert rules. Doing it again changes nothing.

What somebody has changed in Grafana since is left as it is: each save of ours leaves its digest in the version's message, so
that a newest version without one is somebody else's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

import requests
from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException, TokenAuth

from spanledger_dashboards import files
from spanledger_store import SettingInvalid, SpanledgerError

FOLDER: Final = "spanledger"
DATA_SOURCE: Final = "spanledger"
_OURS: Final = "Installed by Spanledger: "
Outcome = Literal["created", "updated", "unchanged", "kept"]


@dataclass(frozen=True)
class Source:
    """Where Grafana reaches the SQL interface, and the key that it shows there; empty for none."""

    host: str
    port: int
    key: str = ""


@dataclass(frozen=True)
class Installed:
    """What became of one thing. `kept` says that somebody has changed it in Grafana, and that it was left alone."""

    what: str
    outcome: Outcome


class Grafana:
    """One Grafana, asked through its HTTP API, as a context. `url` is its address, `token` a service account's.

    Raises:
        SettingInvalid: the address is none.
    """

    def __init__(self, url: str, token: str) -> None:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise SettingInvalid(
                f"{url!r} is no address of a Grafana.", hint="Give one like https://grafana.example:3000."
            )
        self._url = url
        self._api = GrafanaApi.from_url(url, credential=TokenAuth(token), timeout=30.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._api.client.s.close()

    def install(self, source: Source, *, force: bool = False) -> Iterator[Installed]:
        """Install everything, and tell of each thing as it is done; `force` overwrites what was changed in Grafana.

        Raises:
            SpanledgerError: Grafana cannot be reached, or refuses; the message says what to do.
        """
        with self._told():
            yield Installed("folder Spanledger", self._folder())
        with self._told():
            yield Installed("data source Spanledger", self._data_source(source, force=force))
        for name, text in files.dashboards().items():
            with self._told():
                yield Installed(
                    f"dashboard {name.removesuffix('.json')}", self._dashboard(json.loads(text), force=force)
                )
        for rule in files.alert_rules():
            with self._told():
                yield Installed(f"alert {rule['uid'].removeprefix('spanledger-')}", self._alert(rule))

    def _folder(self) -> Outcome:
        if self._found(lambda: self._api.folder.get_folder(FOLDER)) is not None:
            return "unchanged"
        self._api.folder.create_folder("Spanledger", uid=FOLDER)
        return "created"

    def _data_source(self, source: Source, *, force: bool) -> Outcome:
        wanted = _data_source(source)
        known = self._found(lambda: self._api.datasource.get_datasource_by_uid(DATA_SOURCE))
        if known is None:
            self._api.datasource.create_datasource(wanted)
            return "created"
        settings = known.get("jsonData", {})
        same = all(settings.get(name) == value for name, value in wanted["jsonData"].items())
        if same and not (force and source.key):
            return "unchanged"
        if not force:
            return "kept"
        self._api.datasource.update_datasource_by_uid(DATA_SOURCE, wanted)
        return "updated"

    def _dashboard(self, wanted: dict[str, Any], *, force: bool) -> Outcome:
        uid, message = wanted["uid"], _OURS + _digest(wanted)
        known = self._found(lambda: self._api.dashboard.get_dashboard(uid))
        if known is None:
            self._save({"dashboard": wanted, "folderUid": FOLDER, "message": message})
            return "created"
        newest = self._newest_message(uid)
        if newest == message:
            return "unchanged"
        if not (newest.startswith(_OURS) or force):
            return "kept"
        # Where somebody has moved it, it stays; and if it changes in this very moment, Grafana refuses.
        version = None if force else known["dashboard"].get("version")
        self._save(
            {
                "dashboard": wanted | ({} if version is None else {"version": version}),
                "folderUid": known.get("meta", {}).get("folderUid", FOLDER),
                "message": message,
                "overwrite": force,
            }
        )
        return "updated"

    def _alert(self, wanted: dict[str, Any]) -> Outcome:
        """Rules that came through this API cannot be changed in Grafana's own pages, so none is anybody else's."""
        wanted["labels"] = {**wanted["labels"], "spanledger_digest": _digest(wanted)}
        known = self._found(lambda: self._api.alertingprovisioning.get_alertrule(wanted["uid"]))
        if known is None:
            self._api.alertingprovisioning.create_alertrule(wanted)
            return "created"
        if known.get("labels", {}).get("spanledger_digest") == wanted["labels"]["spanledger_digest"]:
            return "unchanged"
        self._api.alertingprovisioning.update_alertrule(wanted["uid"], wanted)
        return "updated"

    def _save(self, body: Mapping[str, Any]) -> None:
        self._api.dashboard.update_dashboard(dict(body))

    def _newest_message(self, uid: str) -> str:
        answer = self._api.dashboard_versions.get_dashboard_versions_by_uid(uid, limit=1)
        # Grafana 12 puts the list into an object.
        versions: list[dict[str, Any]] = answer.get("versions", []) if isinstance(answer, dict) else answer
        messages = {one["version"]: str(one.get("message") or "") for one in versions}
        return messages[max(messages)] if messages else ""

    def _found(self, get: Callable[[], Any]) -> Any:
        """What Grafana has; None if it has nothing there."""
        try:
            return get()
        except GrafanaClientError as error:
            if error.status_code != 404:
                raise
            return None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Grafana's errors in our words."""
        try:
            yield
        except GrafanaException as error:
            raise SpanledgerError(_told(self._url, error), code="grafana_refused") from error
        except requests.exceptions.RequestException as error:
            raise SpanledgerError(
                f"Grafana does not answer at {self._url}.",
                hint="Is the address right, and is Grafana running?",
                code="grafana_silent",
            ) from error


def _told(url: str, error: GrafanaException) -> str:
    answer = error.response if isinstance(error.response, Mapping) else {}
    said = str(answer.get("message") or error.message)[:300]
    if error.status_code in {401, 403}:
        return (
            f"Grafana at {url} does not let this token do it ({error.status_code}: {said}). Give the token of a service account "
            "that may write folders, data sources and dashboards: the role Admin, or Editor with data sources."
        )
    if error.status_code == 412:
        return f"Somebody has just changed it in Grafana ({said}). Run it again."
    return f"Grafana at {url} refuses ({error.status_code}: {said})."


def _data_source(source: Source) -> dict[str, Any]:
    settings = {
        "host": source.host,
        "port": source.port,
        "protocol": "http",
        "secure": False,
        "defaultDatabase": "spanledger",
        "username": "grafana",
    }
    return {
        "uid": DATA_SOURCE,
        "name": "Spanledger",
        "type": "grafana-clickhouse-datasource",
        "access": "proxy",
        "jsonData": settings,
        **({"secureJsonData": {"password": source.key}} if source.key else {}),
    }


def _digest(dashboard: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(dashboard, sort_keys=True).encode()).hexdigest()[:16]
