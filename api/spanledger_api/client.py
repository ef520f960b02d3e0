"""A thin, typed client of the API: a method for a question, and the API's own models for its answers.

with Client("http://127.0.0.1:8080", key="slk_…") as client:
    for one in client.stuck(entity=["invoice"], currency="EUR").items:
        print(one.sentence)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel

from spanledger_api.exceptions import ExceptionsAnswer
from spanledger_api.journey import JourneyAnswer
from spanledger_api.problems import ProblemDetails
from spanledger_api.stuck import StuckAnswer
from spanledger_api.stuck_groups import GroupsAnswer
from spanledger_api.transaction import TransactionView
from spanledger_api.transactions import TransactionsAnswer
from spanledger_api.verdict import Summary
from spanledger_api.why import WhyAnswer
from spanledger_store import SpanledgerError

_Answer = TypeVar("_Answer", bound=BaseModel)
Value = str | int | bool | Sequence[str] | None
"""A parameter as the API takes it; None leaves it out."""
_NO_KEY: Final = "Give `Client` a key, or the commands SPANLEDGER_API_KEY; `spanledger key create` makes one."


class Client:
    """Asks one API. `key` is a credential of it, where it asks for one. Close it, or use it in a `with`.

    Every method takes the parameters of its question by name (docs/api.md) and raises SpanledgerError: with the problem's
    code, message and hint where the API refuses, with code `unreachable` where nobody answers.
    """

    def __init__(self, url: str, *, key: str = "", timeout: float = 60.0) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._url = url
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let its connections go."""
        self._http.close()

    def stuck(self, **parameters: Value) -> StuckAnswer:
        """What is stuck, the worst first (`GET /v1/stuck`)."""
        return self._ask(StuckAnswer, "/v1/stuck", parameters)

    def stuck_groups(self, **parameters: Value) -> GroupsAnswer:
        """How much is stuck, in groups (`GET /v1/stuck/groups`)."""
        return self._ask(GroupsAnswer, "/v1/stuck/groups", parameters)

    def exceptions(self, **parameters: Value) -> ExceptionsAnswer:
        """A page of problems that need an owner (`GET /v1/exceptions`)."""
        return self._ask(ExceptionsAnswer, "/v1/exceptions", parameters)

    def transactions(self, **parameters: Value) -> Iterator[Summary]:
        """Every transaction that matches, page after page (`GET /v1/transactions`)."""
        page = self._ask(TransactionsAnswer, "/v1/transactions", parameters)
        while True:
            yield from page.items
            if page.next is None:
                return
            page = self._ask(TransactionsAnswer, page.next, {})

    def transaction(self, key: str, **parameters: Value) -> TransactionView:
        """One transaction by its key, `invoice-to-cash/INV-1042` (`GET /v1/transactions/{process}/{root_id}`)."""
        return self._ask(TransactionView, _path(key), parameters)

    def why(self, key: str, **parameters: Value) -> WhyAnswer:
        """Why it is as it is, and why its spans belong to it (`…/why`)."""
        return self._ask(WhyAnswer, f"{_path(key)}/why", parameters)

    def journey(self, entity_type: str, entity_id: str, **parameters: Value) -> JourneyAnswer:
        """What came before an entity and what comes after (`GET /v1/entities/{entity_type}/{entity_id}/journey`)."""
        return self._ask(JourneyAnswer, f"/v1/entities/{quote(entity_type)}/{quote(entity_id)}/journey", parameters)

    def _ask(self, model: type[_Answer], path: str, parameters: Mapping[str, Value]) -> _Answer:
        given = {name: _written(value) for name, value in parameters.items() if value is not None}
        try:
            answer = self._http.get(path, params=given or None)
        except httpx2.TransportError as error:
            raise SpanledgerError(
                f"Nobody answers at {self._url}: {error}.",
                hint="Start it with `spanledger up`, or name another with --api-url.",
                code="unreachable",
            ) from error
        if answer.status_code != httpx2.codes.OK:
            raise _problem(answer)
        return model.model_validate_json(answer.content)


def _path(key: str) -> str:
    process, _, root_id = key.partition("/")
    return f"/v1/transactions/{quote(process)}/{quote(root_id)}"


def _written(value: Value) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _problem(answer: httpx2.Response) -> SpanledgerError:
    try:
        problem = ProblemDetails.model_validate_json(answer.content)
    except ValueError:
        return SpanledgerError(
            f"{answer.url} answered with {answer.status_code} and no words of Spanledger's.",
            hint="Is that address the API's?",
            code="unreachable",
        )
    hint = _NO_KEY if problem.code == "credentials_missing" else problem.hint
    return SpanledgerError(problem.detail, hint=hint, code=problem.code)
