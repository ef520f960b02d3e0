"""The transaction that the work inside belongs to, carried as W3C baggage."""

from opentelemetry import baggage
from opentelemetry.context import Context

from spanledger import attributes as names
from spanledger._internal.context_scope import ContextScope, unchanged
from spanledger._internal.problems import PROBLEMS, never_raises
from spanledger._internal.text import Id, identifier


@never_raises(unchanged)
def transaction(process: str, root: Id) -> ContextScope:
    """Say which transaction the steps inside belong to, here and in every service that is called from here.

    Args:
        process: the process's name, without a slash.
        root: the id of its root entity, as the entity's attribute would carry it.

    It sends nothing by itself. The key `process/root` travels as the W3C baggage entry `business.transaction`, so it
    also reaches third parties that the host calls with its baggage. It never raises.

    Example:
        >>> with sl.transaction("invoice-to-cash", "INV-1042"):
        ...     with sl.step("invoice.posted"):
        ...         post()
    """
    return ContextScope(lambda: _with_key(process, root))


def _with_key(process: object, root: object) -> Context | None:
    process_name, root_id = identifier(process), identifier(root)
    if process_name is None or root_id is None or "/" in process_name:
        PROBLEMS.report(
            "transaction",
            "transaction(%.100r, %.100r) needs a process without '/' and a root id; it was left out",
            process,
            root,
        )
        return None
    return baggage.set_baggage(names.TRANSACTION, f"{process_name}/{root_id}")
