"""Finding one transaction by the key it is asked for, through the aliases of its root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spanledger_api.inquiry import Inquiry
from spanledger_api.problems import Refusal, shown


@dataclass(frozen=True, slots=True)
class Found:
    """A transaction's row, and the key it was asked for where that is another one."""

    row: dict[str, Any]
    redirected_from: str | None


def find_transaction(inquiry: Inquiry, process: str, root_id: str, columns: str) -> Found:
    """The transaction of that root, or of the entity that the id is an alias of.

    Raises Refusal `not_found` for an unknown process, or one that has no such transaction for this tenant.
    """
    definition = inquiry.catalogue.current(process, inquiry.moment)
    canonical = inquiry.reading.canonical(definition.entity, root_id)
    sql = f"""
        SELECT {columns} FROM verdicts WHERE Process = {{q_process:String}} AND RootId = {{q_root:String}} LIMIT 1
    """  # noqa: S608 - the columns are the caller's own; the values are bound
    for candidate in dict.fromkeys((canonical, root_id)):
        rows = inquiry.verdicts(sql, {"q_process": process, "q_root": candidate})
        if rows:
            return Found(rows[0], None if candidate == root_id else f"{process}/{root_id}")
    raise Refusal(
        f"There is no transaction `{shown(f'{process}/{root_id}')}` at this clock.",
        code="not_found",
        hint=f"Check the id: it is that of the {definition.entity}, with its scope if it has one. With `as_of`, it may "
        "have begun later.",
    )
