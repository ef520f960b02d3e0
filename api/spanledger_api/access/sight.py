"""What a principal sees: of its tenant's rows those in its scope, and without the finance role no money and no names.

Rows and columns are taken away in the database, before a question filters, sorts, groups or counts: what is not shown
cannot be found out by asking around it either. A severity may rest on an amount; it is shown, the rule that gave it is
not. Free texts of systems go with the names, because they hold both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pydantic import BaseModel

from spanledger import attributes
from spanledger_api.access.principal import Principal
from spanledger_api.problems import Refusal

HIDDEN: Final = "(hidden)"
_EMPTY: Final = ("Currencies", "Amounts", "OpenAmounts")
_MORE_EMPTY: Final = ("Cash", "Credits", "WriteOffs", "Overpaid", "Elsewhere", "RateMissing")
_TOLD: Final = (
    "error_kind",
    "code",
    "attempts",
    "requires",
    "lacks",
    "before",
    "seconds",
    "of",
    "step",
    "reason",
    "system",
    "",
)
"""The words of an exception's detail that hold neither money nor names."""
_FINANCE_PARAMETERS: Final = ("currency", "min_amount", "client", "reporting_currency")
_SHOWN_ATTRIBUTES: Final = attributes.FIXED_NAMES - {
    attributes.AMOUNT,
    attributes.CURRENCY,
    attributes.QUANTITY,
    attributes.UNIT,
    attributes.ERROR_MESSAGE,
}


class Relation(Protocol):
    """A parenthesised SELECT, and the values bound in it."""

    @property
    def sql(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A relation as a principal sees it."""

    sql: str
    parameters: Mapping[str, Any]


def transactions_seen(by: Principal, relation: Relation) -> Relation:
    """A relation of verdicts with the rows and columns that the principal may see."""
    texts = ("ClientName", "WhyMessage", "SeverityRule")
    return _seen(by, relation, {**_emptied(*_EMPTY, *_MORE_EMPTY), **dict.fromkeys(texts, "''")})


def exceptions_seen(by: Principal, relation: Relation) -> Relation:
    """A relation of exceptions, likewise. What is about no transaction is not seen by a narrowed principal."""
    detail = "mapApply((name, told) -> (name, if(has({sight_told:Array(String)}, name) OR told = '', told, {sight_hidden:String})), Detail)"
    found = _seen(by, relation, {**_emptied(*_EMPTY), "ClientName": "''", "SeverityRule": "''", "Detail": detail})
    if by.sees_money:
        return found
    return Seen(found.sql, {**found.parameters, "sight_told": list(_TOLD), "sight_hidden": HIDDEN})


def span_seen(by: Principal, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of `spans` as the principal sees it."""
    if by.sees_money:
        return row
    hidden = {"Amount": None, "Currency": "", "StatusMessage": row["StatusMessage"] and HIDDEN}
    return {
        **row,
        **hidden,
        "ErrorMessage": row["ErrorMessage"] and HIDDEN,
        "SpanAttributes": {
            name: value if name in _SHOWN_ATTRIBUTES or _names_an_entity(name) else HIDDEN
            for name, value in row["SpanAttributes"].items()
        },
    }


def refuse_hidden(by: Principal, parameters: BaseModel) -> None:
    """Refuse a question by what the principal does not see. Raises Refusal `role_missing`."""
    if by.sees_money:
        return
    asked = [name for name in _FINANCE_PARAMETERS if getattr(parameters, name, None)]
    if asked or str(getattr(parameters, "sort", "")).lstrip("-") in {"amount", "client"}:
        raise Refusal(
            f"`{asked[0] if asked else 'sort'}` asks by money or by client, which the credential does not see.",
            code="role_missing",
            hint="Leave it out, or ask with a credential that has the role `finance`.",
        )


def _emptied(*columns: str) -> dict[str, str]:
    return {column: f"arrayFilter(one -> 0, {column})" for column in columns}


def _seen(by: Principal, relation: Relation, veiled: Mapping[str, str]) -> Relation:
    """Wrap a relation where something is taken away from it."""
    if by.sees_money and not by.narrowed:
        return relation
    columns = "*" if by.sees_money else f"* REPLACE ({', '.join(f'{how} AS {name}' for name, how in veiled.items())})"
    conditions, values = ["1"], dict(relation.parameters)
    for column, allowed in (("LegalEntity", by.legal_entities), ("Process", by.processes)):
        if allowed is not None:
            conditions.append(f"has({{sight_{column}:Array(String)}}, {column})")
            values[f"sight_{column}"] = sorted(allowed)
    return Seen(f"(SELECT {columns} FROM {relation.sql} WHERE {' AND '.join(conditions)})", values)  # noqa: S608 - this module's own columns; the values are bound


def _names_an_entity(name: str) -> bool:
    return name.startswith((attributes.ENTITY_PREFIX, attributes.ALIAS_PREFIX))
