"""The operation behind `spanledger why`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from spanledger_api.access.principal import Principal
from spanledger_api.catalogue import Catalogue
from spanledger_api.inquiry import Inquiries
from spanledger_api.parameters import Clock
from spanledger_api.why import why_span, why_transaction
from spanledger_correlator.reading import Reading
from spanledger_server.admin.operation import Premises, Progress


def operate(premises: Premises, arguments: Mapping[str, Any], _: Progress) -> dict[str, Any]:
    """Tell of a transaction (`process`, `root`) or of a span (`span`, and `trace` if known), for `tenant`, at `clock`."""
    definitions = premises.definitions
    now = datetime.fromisoformat(arguments["now"])
    inquiries = Inquiries(premises.store, definitions, Catalogue(definitions), lambda: now, Reading)
    inquiry = inquiries.open(
        Principal("admin", "the command line", arguments["tenant"]), Clock.model_validate(arguments["clock"])
    )
    if "span" in arguments:
        answer = why_span(inquiry, arguments["span"], arguments["trace"]).model_dump_json()
    else:
        answer = why_transaction(inquiry, arguments["process"], arguments["root"]).model_dump_json()
    return {"answer": answer}
