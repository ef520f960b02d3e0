"""How many spans wait: of the tenant that asks, and none once the correlator has taken them in."""

from __future__ import annotations

from datetime import UTC, datetime

from spanledger_api.access.principal import Principal
from spanledger_api.catalogue import Catalogue
from spanledger_api.inquiry import Inquiries
from spanledger_api.parameters import Clock
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.reading import Reading
from spanledger_server.progress import find
from spanledger_store import Store
from tests.correlator.span_rows import SpanRow, put


def test_spans_wait_until_the_correlator_has_taken_them_in(store: Store) -> None:
    definitions = load_definitions([])
    inquiries = Inquiries(store, definitions, Catalogue(definitions), lambda: datetime.now(UTC), Reading)

    def waiting(tenant: str) -> int:
        return find(inquiries.open(Principal("open", "anyone", tenant), Clock())).spans_waiting

    assert waiting("acme") == 0
    put(store, *(SpanRow(f"s{number}", "invoice.generated", tenant="acme") for number in range(3)))
    assert (waiting("acme"), waiting("globex")) == (3, 0)
    since = find(inquiries.open(Principal("open", "anyone", "acme"), Clock())).waiting_since
    assert since is not None
    assert since.tzinfo is UTC
    Correlator(store, definitions).catch_up()
    assert waiting("acme") == 0
