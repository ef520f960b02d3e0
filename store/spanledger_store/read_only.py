"""A handle that can only read: of an embedded engine, in one database, for statements that others have written."""

from __future__ import annotations

from collections.abc import Mapping

from clickhouse_connect.driver.client import Client


class ReadOnly:
    """One handle; `Store.read_only` makes it. It answers one query at a time, for whichever thread asks."""

    def __init__(self, client: Client) -> None:
        self._client = client
        # A view that shows some rows of a table filters them before anything else looks at a row: by default the engine
        # joins both conditions into one, and may begin with the query's, whose errors would tell of rows not shown.
        client.command(
            "SET optimize_move_to_prewhere = 0, query_plan_merge_filters = 0, "
            "short_circuit_function_evaluation = 'force_enable'"
        )
        # It cannot be taken back, and refuses to write, to read files and networks, and to change a setting.
        client.command("SET readonly = 1")

    def answer(self, sql: str, fmt: str, values: Mapping[str, str]) -> bytes:
        """The answer to a query in a format of the engine; `values` are bound where it says `{name:Type}`.

        Raises:
            ClickHouseError: the engine refused it.
        """
        return self._client.raw_query(sql, parameters=dict(values) or None, fmt=fmt)

    def close(self) -> None:
        """Give the handle back."""
        self._client.close()
