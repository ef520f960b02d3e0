"""The data source's macros, expanded as it does: in the back end those of time, in the front end variables and conditions.

Source: grafana/clickhouse-datasource 4.20, `pkg/macros` and `src/data/CHDatasource.ts`. Bounds are inclusive and whole seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

_CALL: Final = re.compile(r"\$__(\w+)")


def in_front(sql: str, chosen: Mapping[str, Sequence[str] | None]) -> str:
    """Variables and conditions as the browser fills them in; None is "All"."""

    def condition(arguments: list[str]) -> str:
        name = arguments[1].removeprefix("$")
        return "1=1" if chosen[name] is None else arguments[0]

    sql = _expanded(sql, {"conditionalAll": condition})
    for name, values in chosen.items():
        quoted = ",".join("'" + value.replace("'", "\\'") + "'" for value in values or [])
        sql = sql.replace(f"${{{name}:singlequote}}", quoted)
    return sql


def in_back(sql: str, begins: datetime, ends: datetime, interval_seconds: int) -> str:
    """The macros of time as the plugin's back end expands them."""
    start, end = int(begins.timestamp()), int(ends.timestamp())
    return _expanded(
        sql,
        {
            "timeFilter": lambda given: f"{given[0]} >= toDateTime({start}) AND {given[0]} <= toDateTime({end})",
            "timeInterval": lambda given: (
                f"toStartOfInterval(toDateTime({given[0]}), INTERVAL {max(interval_seconds, 1)} second)"
            ),
        },
    )


def _expanded(sql: str, known: Mapping[str, Callable[[list[str]], str]]) -> str:
    place = 0
    while found := _CALL.search(sql, place):
        if found[1] not in known:
            place = found.end()
            continue
        ends, arguments = _arguments(sql, found.end())
        text = known[found[1]](arguments)
        sql = sql[: found.start()] + text + sql[ends:]
        place = found.start()
    return sql


def _arguments(sql: str, place: int) -> tuple[int, list[str]]:
    """Where a macro's arguments end, and what they are: separated by commas that stand in no bracket."""
    assert sql[place] == "(", f"a macro without arguments: {sql[place - 20 : place + 20]}"
    found: list[str] = []
    depth, begins = 0, place + 1
    for at in range(place, len(sql)):
        if sql[at] == "(":
            depth += 1
        elif sql[at] == ")":
            depth -= 1
            if depth == 0:
                return at + 1, [*found, sql[begins:at].strip()]
        elif sql[at] == "," and depth == 1:
            found.append(sql[begins:at].strip())
            begins = at + 1
    raise AssertionError("a macro's bracket is not closed")
