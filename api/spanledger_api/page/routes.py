"""`/` and `/transactions/…`: the stuck list and a transaction's page, rendered on the server."""

from __future__ import annotations

from importlib import resources
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, ValidationError

from spanledger_api import stuck, transaction
from spanledger_api.answering import Desk
from spanledger_api.inquiry import Inquiry
from spanledger_api.page import words
from spanledger_api.parameters import LISTS, SEVERITIES, Clock
from spanledger_api.problems import CODES, code_of
from spanledger_store import SpanledgerError

router = APIRouter(include_in_schema=False)
static_router = APIRouter(include_in_schema=False)

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STATIC: Final = {"page.css": "text/css; charset=utf-8", "local-time.js": "text/javascript; charset=utf-8"}
_SHOWN: Final = 200
_Asked = TypeVar("_Asked", bound=BaseModel)

_templates = Environment(
    loader=PackageLoader("spanledger_api.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["words"] = words


@router.get("/")
async def stuck_page(desk: Desk) -> Response:
    """What is stuck, the worst first, with filters and totals."""
    given = [(name, value) for name, value in desk.request.query_params.multi_items() if value.strip()]
    parameters = _read(stuck.StuckParameters, given)

    def page(inquiry: Inquiry) -> Response:
        catalogue = inquiry.catalogue
        return _rendered(
            "stuck.html",
            answer=stuck.find(inquiry, parameters, desk.request, parameters.limit or _SHOWN),
            asked=dict(given),
            file=f"/v1/stuck?{urlencode([*given, ('format', 'xlsx')])}",
            choices={
                "process": sorted(catalogue.processes),
                "owner": sorted(catalogue.owners),
                "severity": SEVERITIES,
                "reason": ("failed_step", "rejected_record", "overdue_step", "missing_step"),
                "impact": ("revenue", "client", "compliance", "reporting"),
            },
        )

    return await desk.answer(parameters, page)


@router.get("/transactions/{process}/{root_id:path}")
async def transaction_page(desk: Desk, process: str, root_id: str) -> Response:
    """One transaction: the sentence, its steps, problems, evidence and spans."""
    given = desk.request.query_params.multi_items()
    parameters = _read(Clock, given)
    return await desk.answer(
        parameters,
        lambda inquiry: _rendered("transaction.html", found=transaction.view(inquiry, process, root_id)),
    )


@static_router.get("/static/{name}")
async def static(name: str) -> Response:
    """The pages' style and script."""
    if name not in _STATIC:
        raise SpanledgerError(f"Nothing is at /static/{name[:80]}.", hint="Begin at /.", code="not_found")
    content = (resources.files("spanledger_api.page") / "static" / name).read_bytes()
    return Response(content, media_type=_STATIC[name], headers={"Cache-Control": "max-age=3600"})


def is_page(request: Request) -> bool:
    """Whether a person asked, who wants to read a page."""
    path = request.url.path
    return path == "/" or path.startswith("/transactions/")


def refusal_page(error: SpanledgerError) -> Response:
    """What is wrong and what to do, to read. Without credentials the browser is told to ask for a token."""
    code = code_of(error)
    status, title = CODES[code]
    inside = code == "internal_error"
    answer = _rendered(
        "refusal.html",
        title=title,
        detail="The answer could not be made; the server's log says why." if inside else error.message or title,
        hint="" if inside else error.hint,
    )
    answer.status_code = status
    if code.startswith("credentials_"):
        answer.headers["WWW-Authenticate"] = 'Basic realm="Spanledger: any name, and a token as password"'
    return answer


def _rendered(template: str, **values: Any) -> Response:
    text = _templates.get_template(template).render(**values)
    return Response(text, media_type="text/html; charset=utf-8", headers=_HEADERS)


def _read(model: type[_Asked], given: list[tuple[str, str]]) -> _Asked:
    """The parameters of a form, where an empty field asks for nothing.

    Raises:
        Refusal, RequestValidationError: a field says what it cannot.
    """
    values: dict[str, Any] = {}
    for name, value in given:
        if name in LISTS:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("query", *one["loc"])} for one in error.errors()]) from error
