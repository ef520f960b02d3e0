"""The SQL of the correlator: one statement a file under `sql/`, in a folder for each module that runs it, with `$name` where a table's name goes.

Names come from this code alone (`Sources`, work tables); values are always bound as `{name:Type}`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from string import Template

_BOUND = re.compile(r"\{(\w+):[A-Z]")


def statement(name: str, **tables: str) -> str:
    """The SQL of `sql/<name>.sql` with its table names filled in; its name stands before it, for whoever watches queries.

    Raises:
        KeyError: the statement needs a table that was not given.
    """
    return _template(name).substitute(tables)


@lru_cache(maxsize=1024)
def asked_for(sql: str) -> frozenset[str]:
    """The names of the values that a statement binds."""
    return frozenset(_BOUND.findall(sql))


@cache
def _template(name: str) -> Template:
    text = (resources.files("spanledger_correlator") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return Template(f"/* {name} */ {text}")
