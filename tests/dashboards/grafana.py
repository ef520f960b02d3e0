"""A stand-in for Grafana's HTTP API on a real socket: it keeps what it is given and insists on what its documents say.

Source: Grafana's HTTP API reference: folder, data source, dashboard, dashboard versions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "glsa_a-service-account"


@dataclass
class StandIn:
    """What it keeps, and every request in order."""

    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    data_sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    dashboards: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Every version of each."""
    asked: list[str] = field(default_factory=list)
    answers_as_of_12: bool = True

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/folders/{uid}", self._guarded(self._get_folder)),
                Route("/api/folders", self._guarded(self._post_folder), methods=["POST"]),
                Route("/api/datasources/uid/{uid}", self._guarded(self._get_source)),
                Route("/api/datasources/uid/{uid}", self._guarded(self._put_source), methods=["PUT"]),
                Route("/api/datasources", self._guarded(self._post_source), methods=["POST"]),
                Route("/api/dashboards/uid/{uid}", self._guarded(self._get_dashboard)),
                Route("/api/dashboards/uid/{uid}/versions", self._guarded(self._get_versions)),
                Route("/api/v1/provisioning/alert-rules/{uid}", self._guarded(self._get_rule)),
                Route("/api/v1/provisioning/alert-rules/{uid}", self._guarded(self._put_rule), methods=["PUT"]),
                Route("/api/v1/provisioning/alert-rules", self._guarded(self._post_rule), methods=["POST"]),
                Route("/api/dashboards/db", self._guarded(self._post_dashboard), methods=["POST"]),
            ]
        )

    def changed_by_somebody(self, uid: str) -> None:
        """Somebody saves a dashboard in the browser."""
        newest = self.dashboards[uid][-1]
        self.dashboards[uid].append(
            {
                "json": newest["json"] | {"title": "mine"},
                "message": "",
                "folder": "elsewhere",
                "version": newest["version"] + 1,
            }
        )

    def _guarded(self, handle: Any) -> Any:
        async def guarded(request: Request) -> Response:
            self.asked.append(f"{request.method} {request.url.path}")
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _said(401, "Invalid API key")
            body = await request.json() if request.method in {"POST", "PUT"} else {}
            answer: Response = handle(request.path_params.get("uid", ""), body)
            return answer

        return guarded

    def _get_folder(self, uid: str, _: Any) -> Response:
        return JSONResponse(self.folders[uid]) if uid in self.folders else _said(404, "folder not found")

    def _post_folder(self, _: str, body: dict[str, Any]) -> Response:
        if not body.get("title"):
            return _said(400, "folder title cannot be empty")
        if body["uid"] in self.folders:
            return _said(412, "the folder has been changed by someone else")
        self.folders[body["uid"]] = body
        return JSONResponse(body)

    def _get_source(self, uid: str, _: Any) -> Response:
        if uid not in self.data_sources:
            return _said(404, "Data source not found")
        known = self.data_sources[uid]
        return JSONResponse({name: value for name, value in known.items() if name != "secureJsonData"})

    def _post_source(self, _: str, body: dict[str, Any]) -> Response:
        if not {"name", "type", "access"} <= body.keys():
            return _said(400, "bad request data")
        if body["uid"] in self.data_sources:
            return _said(409, "data source with the same name already exists")
        self.data_sources[body["uid"]] = body
        return JSONResponse({"datasource": body, "message": "Datasource added"})

    def _put_source(self, uid: str, body: dict[str, Any]) -> Response:
        self.data_sources[uid] = body
        return JSONResponse({"datasource": body, "message": "Datasource updated"})

    def _get_rule(self, uid: str, _: Any) -> Response:
        return JSONResponse(self.rules[uid]) if uid in self.rules else Response(status_code=404)

    def _post_rule(self, _: str, body: dict[str, Any]) -> Response:
        needed = {"title", "ruleGroup", "folderUID", "condition", "data", "noDataState", "execErrState", "for"}
        if not needed <= body.keys():
            return _said(400, f"invalid alert rule: {sorted(needed - body.keys())}")
        if body["folderUID"] not in self.folders or body["uid"] in self.rules:
            return _said(400, "invalid alert rule")
        self.rules[body["uid"]] = body
        return JSONResponse(body, 201)

    def _put_rule(self, uid: str, body: dict[str, Any]) -> Response:
        if uid not in self.rules:
            return _said(404, "not found")
        self.rules[uid] = body
        return JSONResponse(body)

    def _get_dashboard(self, uid: str, _: Any) -> Response:
        if uid not in self.dashboards:
            return _said(404, "Dashboard not found")
        newest = self.dashboards[uid][-1]
        board = newest["json"] | {"version": newest["version"], "id": 7}
        return JSONResponse({"dashboard": board, "meta": {"folderUid": newest["folder"]}})

    def _get_versions(self, uid: str, _: Any) -> Response:
        found = [{"version": one["version"], "message": one["message"]} for one in reversed(self.dashboards[uid])]
        return JSONResponse({"versions": found} if self.answers_as_of_12 else found)

    def _post_dashboard(self, _: str, body: dict[str, Any]) -> Response:
        board = body["dashboard"]
        if not board.get("title"):
            return _said(400, "Dashboard title cannot be empty")
        if body["folderUid"] not in {*self.folders, "elsewhere"}:
            return _said(400, "folder not found")
        versions = self.dashboards.setdefault(board["uid"], [])
        newest = versions[-1]["version"] if versions else 0
        if versions and not body.get("overwrite") and board.get("version") != newest:
            return _said(412, "The dashboard has been changed by someone else")
        kept = {"json": board, "message": body.get("message", ""), "folder": body["folderUid"], "version": newest + 1}
        versions.append(kept)
        return JSONResponse({"status": "success", "uid": board["uid"], "version": newest + 1})


def _said(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)
