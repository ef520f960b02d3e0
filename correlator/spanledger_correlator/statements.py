"""The SQL of the correlator: one statement a file under `sql/`, in a folder for each module that runs it, with `$name` where a table's name goes.

Names come from this code alone (`Sources`, work tables); values are always bound as `{name:Type}`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from string import Template


def statement(name: str, **tables: str) -> str:
    """The SQL of `sql/<name>.sql` with its table names filled in.

    Raises:
        KeyError: the statement needs a table that was not given.
    """
    return _template(name).substitute(tables)


@cache
def _template(name: str) -> Template:
    return Template((resources.files("spanledger_correlator") / "sql" / f"{name}.sql").read_text(encoding="utf-8"))
