"""One step of a process definition, and the shapes of the names it uses."""

from __future__ import annotations

import re
from typing import Final, cast, get_args

from spanledger_correlator.definition import keys
from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.model import Agreement, Condition, Means, StepRule, Tier
from spanledger_correlator.definition.rule_reading import CONDITION, read_budget, read_conditions, read_duration, some
from spanledger_correlator.definition.yaml_document import Entry

MEANS: Final[tuple[str, ...]] = get_args(Means)

_ENTITY_TYPE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_STEP_NAME = re.compile(rf"{_ENTITY_TYPE.pattern}\.{_ENTITY_TYPE.pattern}")


def read_entity_type(entry: Entry) -> str:
    """An entity type, `time_entry`. The set of types is open: only the shape is checked."""
    name = entry.text()
    if name.strip() and not _ENTITY_TYPE.fullmatch(name):
        example = _snake(name)
        entry.fault(f"`{name}` is no entity type", f"Write `{example or 'time_entry'}`: small letters, `_` between.")
    return name


def read_name(entry: Entry) -> str:
    """A step's name: what it happens to, a dot, what happened."""
    name = entry.text()
    if name.strip() and not _STEP_NAME.fullmatch(name):
        parts = [snake for part in re.split(r"[.:/]", name) if (snake := _snake(part))]
        if len(parts) == 1:
            parts = parts[0].rsplit("_", 1) if re.search("_[a-z]+ed$", parts[0]) else [parts[0], "created"]
        example = ".".join(parts) if len(parts) == 2 else "invoice.posted"
        entry.fault(f"`{name}` is no step name", f"Write `{example}`: entity type, dot, past participle.")
    return name


def _snake(text: str) -> str:
    """`InvoicePosted` or `invoice posted` as `invoice_posted`; empty if that is still no name."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", text).strip("_").lower()
    return parted if _ENTITY_TYPE.fullmatch(parted) else ""


def read_step(entry: Entry) -> StepRule:
    """One item of `steps`."""
    found = entry.keyed("a step", keys.STEP, needs=keys.STEP_NEEDS, not_yet=keys.NOT_YET)
    required, required_when = _read_required(found["required"]) if "required" in found else (True, ())

    def flag(key: str) -> bool:
        return key in found and found[key].flag()

    def reference(key: str) -> str | None:
        return found[key].text() if key in found else None

    return StepRule(
        name=read_name(found["step"]) if "step" in found else "",
        system=found["system"].text() if "system" in found else "",
        start=flag("start"),
        end=flag("end"),
        many=flag("many"),
        required=required,
        required_when=required_when,
        grace_ns=read_duration(found["grace"], zero=True) if "grace" in found else 0,
        within=read_budget(found["within"]) if "within" in found else None,
        of=reference("of"),
        calendar=reference("calendar") or "",
        tiers=tuple(_read_tier(tier) for tier in found["tiers"].items()) if "tiers" in found else (),
        due_from=reference("due_from"),
        settles=reference("settles"),
        by=cast("Means", found["by"].word("means of settling", MEANS) if "by" in found else "cash"),
        reverses=reference("reverses"),
        one_per=read_entity_type(found["one_per"]) if "one_per" in found else None,
        requires=tuple(item.text() for item in some(found.get("requires"))),
        carries=tuple(_read_carried(item) for item in some(found.get("carries"))),
        any_order=flag("any_order"),
        agree=tuple(_read_agreement(item) for item in some(found.get("agree"))),
        match=_read_match(found["match"]) if "match" in found else (),
    )


def _read_required(entry: Entry) -> tuple[bool, tuple[Condition, ...]]:
    if not entry.is_mapping:
        return entry.flag(), ()
    found = entry.keyed("`required`", keys.REQUIRED, needs=keys.REQUIRED)
    return True, read_conditions(found["when"]) if "when" in found else ()


def _read_tier(entry: Entry) -> Tier:
    found = entry.keyed("a step's tier", keys.STEP_TIER, needs=keys.STEP_TIER)
    return Tier(
        conditions=read_conditions(found["when"]) if "when" in found else (),
        budget=read_budget(found["within"]) if "within" in found else Budget(),
    )


def _read_carried(entry: Entry) -> str:
    """`project`, `account.tax_id` or `due_at`."""
    written = entry.text()
    if not written or written in keys.CARRIED or CONDITION.fullmatch(written):
        return written
    return read_entity_type(entry)


def _read_agreement(entry: Entry) -> Agreement:
    """`{amount: invoice.generated}` or `{attribute: account.payment_terms, record: netsuite}`."""
    found = entry.keyed("an agreement", keys.AGREE)
    if entry.is_mapping and ("amount" in found) == ("attribute" in found):
        example = "`{amount: invoice.generated}` or `{attribute: account.payment_terms, record: netsuite}`"
        entry.fault("an agreement is of an `amount` or of an `attribute`", f"Write {example}.")
    if "record" in found and "attribute" not in found:
        found["record"].fault("`record` says whose word on an `attribute` counts", "Take `record` out.")
    return Agreement(
        amount=found["amount"].text() if "amount" in found else None,
        attribute=_read_attribute(found["attribute"]) if "attribute" in found else None,
        record=found["record"].text() if "record" in found else "",
    )


def _read_attribute(entry: Entry) -> tuple[str, str]:
    written = entry.text()
    split = CONDITION.fullmatch(written)
    if split is None:
        entry.fault(f"`{written}` is no attribute of an entity", "Write `account.tier`: entity type, dot, attribute.")
        return "", ""
    return split[1], split[2]


def _read_match(entry: Entry) -> tuple[tuple[str, str], ...]:
    found = entry.mapping()
    if not found and entry.is_mapping:
        entry.fault("`match` holds nothing to match", "Write `{span.name: …}` or an attribute of the span.")
    return tuple((key, value.text()) for key, value in found.items())
