"""The operation behind `spanledger rejected`."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from spanledger_collector import business_faults, redrive
from spanledger_collector.rejections import SENTENCES
from spanledger_server.admin.operation import Premises, Progress


def operate(premises: Premises, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """`do`, for `tenant`: list (`limit`, `all`, `flagged`), show (`ids`: one), or retry (`ids`; none: all that wait)."""
    store, tenant, ids = premises.store, arguments["tenant"], arguments["ids"]
    match arguments["do"]:
        case "show":
            (kept,) = redrive.by_ids(store, tenant, ids)
            told = {**_told(kept), "attributes": redrive.attributes(kept)}
            return told | {"encoding": kept.encoding, "request_base64": base64.b64encode(kept.request).decode()}
        case "retry" if ids:
            kept_ones = redrive.by_ids(store, tenant, ids)
            return {"driven": _driven(premises, tenant, [kept_ones], len(kept_ones), progress)}
        case "retry":
            groups = iter(lambda: redrive.newest(store, tenant, retried=False, limit=redrive.GROUP), [])
            return {"driven": _driven(premises, tenant, groups, redrive.waiting(store, tenant), progress)}
        case _ if arguments["flagged"]:
            return {
                "flagged": [_told_flagged(one) for one in business_faults.newest(store, tenant, arguments["limit"])]
            }
        case _:
            found = redrive.newest(store, tenant, retried=arguments["all"], limit=arguments["limit"])
            return {"rejected": [_told(kept) for kept in found]}


def _driven(
    premises: Premises, tenant: str, groups: Iterable[list[redrive.Kept]], count: int, progress: Progress
) -> list[dict[str, str]]:
    driven = []
    for one in (one for group in groups for one in redrive.retry(premises.store, tenant, group)):
        driven.append({"id": one.id, "trace_id": one.trace_id, "span_id": one.span_id})
        progress(min(1.0, len(driven) / count))
    return driven


def _told(kept: redrive.Kept) -> dict[str, Any]:
    return {
        "id": kept.id,
        "rejected_at": kept.rejected_at.isoformat(),
        "service": kept.service,
        "name": kept.name,
        "trace_id": kept.trace_id,
        "span_id": kept.span_id,
        "reason": kept.reason,
        "why": SENTENCES[kept.reason],
        "retried_at": kept.retried_at and kept.retried_at.isoformat(),
    }


def _told_flagged(flagged: business_faults.Flagged) -> dict[str, Any]:
    return {
        "id": f"{flagged.trace_id}:{flagged.span_id}",
        "stored_at": flagged.stored_at.isoformat(),
        "service": flagged.service,
        "name": flagged.name,
        "why": list(flagged.faults),
    }
