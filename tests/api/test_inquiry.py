"""Every query passes through one place, which binds the tenant."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest

import spanledger_api
from spanledger_api.access.principal import Principal
from spanledger_api.catalogue import Catalogue
from spanledger_api.inquiry import Inquiries, Inquiry
from spanledger_api.parameters import Clock
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_store import Store
from tests.api import story
from tests.correlator.span_rows import SpanRow, put


@pytest.fixture
def inquiry(store: Store, definitions: Definitions) -> Inquiry:
    """The inquiry of a tenant that has one of two spans."""
    put(store, SpanRow("mine", "invoice.generated"), SpanRow("theirs", "invoice.posted", tenant="other"))
    inquiries = Inquiries(store, definitions, Catalogue(definitions), lambda: story.NOW, Reading)
    return inquiries.open(Principal("open", "anyone", "default"), Clock())


def test_the_tenant_is_bound_for_every_query(inquiry: Inquiry) -> None:
    sql = "SELECT Step FROM spans WHERE Tenant = {tenant:String}"
    assert inquiry.rows(sql) == [{"Step": "invoice.generated"}]
    assert inquiry.rows(sql, {"tenant": "other"}) == [{"Step": "invoice.generated"}]


def test_a_query_that_does_not_say_whose_rows_it_reads_is_refused(inquiry: Inquiry) -> None:
    with pytest.raises(ValueError, match="limited to"):
        inquiry.rows("SELECT Step FROM spans")


def test_a_parameter_cannot_meet_one_of_the_reading_s_own(inquiry: Inquiry) -> None:
    with pytest.raises(ValueError, match="tenant"):
        inquiry.verdicts("SELECT Key FROM verdicts", {"tenant": "other"})


def test_a_row_that_is_added_is_the_tenant_s_own(inquiry: Inquiry) -> None:
    inquiry.add(
        "replay_events", {"Tenant": "other", "Process": "claim-flow", "ReplayId": UUID(int=1), "Event": "asked"}
    )
    assert inquiry.rows("SELECT Process FROM replay_events WHERE Tenant = {tenant:String}") == [
        {"Process": "claim-flow"}
    ]


def test_no_other_module_of_the_api_asks_the_store() -> None:
    """Readiness asks without data and without a tenant; keys and the audit trail are kept; all else goes through an inquiry.

    The SQL interface makes views, ends queries and asks for the engine's version; what it answers comes from handles that see
    one tenant's views (`tests/api/clickhouse/test_tenants.py`).
    """
    folder = Path(spanledger_api.__file__).parent
    asking = re.compile(r"(?:\b|_)(?:store|client\(\))\.(?:query|rows|command|insert|raw_insert|client)\b")
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if asking.search(path.read_text(encoding="utf-8"))
    }
    interface = {f"clickhouse/{name}.py" for name in ("door", "handles", "tables")}
    assert found == {"inquiry.py", "health.py", "access/api_keys.py", "access/audit.py"} | interface
