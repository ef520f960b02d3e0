"""Control totals as people bring them: a CSV file, read row by row, refused with file and line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import available_timezones

from spanledger_correlator import periods
from spanledger_correlator.definition.amounts import CURRENCIES
from spanledger_correlator.definition.errors import Mistake, did_you_mean
from spanledger_store.errors import SpanledgerError

COLUMNS: Final = (
    "tenant",
    "system",
    "step",
    "entity_type",
    "period",
    "zone",
    "legal_entity",
    "count",
    "amount",
    "currency",
    "owner",
)
"""The columns of a file, in any order; docs/reconciliation.md explains each in a line."""
_NAME = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_AMOUNT = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?", re.ASCII)
_TOLD_AT_MOST: Final = 20


class TotalsInvalid(SpanledgerError):
    """A file of control totals cannot be taken: nothing of it is."""

    code = "totals_invalid"


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """What a system says of one period. Either `step` or `entity` is given; empty legal entity and system mean all."""

    system: str
    step: str
    entity: str
    period: str
    zone: str
    legal_entity: str
    currency: str
    count: int | None
    amount: Decimal | None
    owner: str
    file: str
    line: int

    @property
    def subject(self) -> tuple[str, ...]:
        """What it speaks of: of two totals with the same subject the newer counts."""
        return self.system, self.step, self.entity, self.period, self.legal_entity, self.currency


def read_totals(text: str, file: str, tenant: str) -> list[ControlTotal]:
    """The totals of a CSV text with a header line.

    Raises:
        TotalsInvalid: with every mistake (the first twenty are told), each with file, line and what to write instead.
    """
    mistakes: list[Mistake] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    totals: list[ControlTotal] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header, file, mistakes)
        for cells in [] if mistakes else reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    what = f"the line has {len(cells)} values for {len(header)} columns"
                    mistakes.append(Mistake(file, reader.line_num, what, 'Put a text with a comma in quotes: "a, b".'))
                    continue
                row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
                totals.append(_Row(row, file, reader.line_num, tenant, mistakes).read())
    except csv.Error as error:
        mistakes.append(Mistake(file, reader.line_num, f"this is not CSV: {error}", "Save it as CSV, comma-separated."))
    if not mistakes and not totals:
        mistakes.append(Mistake(file, 1, "the file holds no total", "Write one line for each below the header."))
    mistakes += _repeated(totals)
    if mistakes:
        raise _refusal(mistakes)
    return totals


def _check_header(header: list[str], file: str, mistakes: list[Mistake]) -> None:
    strangers = [name for name in header if name not in COLUMNS]
    mistakes += [Mistake(file, 1, f"there is no column `{name}`", did_you_mean(name, COLUMNS)) for name in strangers]
    twice = sorted({name for name in header if header.count(name) > 1})
    mistakes += [Mistake(file, 1, f"the column `{name}` stands there twice", "Keep one.") for name in twice]
    if "period" not in header:
        what = "there is no column `period`"
        mistakes.append(Mistake(file, 1, what, "Begin with a header line: system,step,period,legal_entity,count"))


@dataclass(frozen=True, slots=True)
class _Row:
    values: Mapping[str, str]
    file: str
    line: int
    tenant: str
    mistakes: list[Mistake]

    def read(self) -> ControlTotal:
        step, entity = self.values.get("step", ""), self.values.get("entity_type", "")
        if bool(step) == bool(entity):
            self.fault("a total is of one step or of one entity type", "Fill in `step` or `entity_type`.")
        if step and not re.fullmatch(rf"{_NAME}\.{_NAME}", step):
            self.fault(f"`{step}` is no step", "Write `invoice.posted`: entity type, dot, past participle.")
        if entity and not re.fullmatch(_NAME, entity):
            self.fault(f"`{entity}` is no entity type", "Write `invoice`: small letters, `_` between.")
        if self.values.get("tenant", "") not in {"", self.tenant}:
            what = f"the line is of the tenant `{self.values['tenant']}`, and you are `{self.tenant}`"
            self.fault(what, "Load it with that tenant's token.")
        count, amount = self._count(), self._amount(entity)
        if not self.values.get("count") and not self.values.get("amount"):
            self.fault("a total has neither count nor amount", "Fill in one of them, or both.")
        return ControlTotal(
            system=self.values.get("system", ""),
            step=step,
            entity=entity,
            period=self._period(),
            zone=self._zone(),
            legal_entity=self.values.get("legal_entity", ""),
            currency=self.values.get("currency", ""),
            count=count,
            amount=amount,
            owner=self.values.get("owner", ""),
            file=self.file,
            line=self.line,
        )

    def fault(self, what: str, hint: str) -> None:
        self.mistakes.append(Mistake(self.file, self.line, what, hint))

    def _period(self) -> str:
        label = self.values.get("period", "")
        try:
            periods.kind(label)
        except ValueError:
            self.fault(f"`{label}` is no period", "Write a month `2026-10`, a day `2026-10-31` or a week `2026-W44`.")
        return label

    def _zone(self) -> str:
        zone = self.values.get("zone", "") or "UTC"
        if zone not in available_timezones():
            self.fault(f"`{zone}` is no time zone", "Write one such as `Europe/Berlin`.")
        return zone

    def _count(self) -> int | None:
        written = self.values.get("count", "")
        if re.fullmatch(r"[0-9]{1,15}", written, re.ASCII):
            return int(written)
        if written:
            self.fault(f"`{written}` is no count", "Write digits alone, without separators: 1204.")
        return None

    def _amount(self, entity: str) -> Decimal | None:
        written, currency = self.values.get("amount", ""), self.values.get("currency", "")
        if written and entity:
            self.fault("an amount belongs to a step, not to an entity type", "Fill in `step`: `invoice.posted`.")
        if bool(currency) != bool(written):
            self.fault("amount and currency go together", "Fill in both, or neither.")
        if currency and currency not in CURRENCIES:
            self.fault(f"`{currency}` is no ISO 4217 currency", "Write `EUR`, in capitals.")
        if _AMOUNT.fullmatch(written):
            return Decimal(written)
        if written:
            self.fault(f"`{written}` is no amount", "Write digits and a decimal point, without separators: 48200.00.")
        return None


def _repeated(totals: list[ControlTotal]) -> list[Mistake]:
    first: dict[tuple[str, ...], ControlTotal] = {}
    return [
        Mistake(total.file, total.line, f"line {before.line} speaks of the same", "Keep one of them.")
        for total in totals
        if (before := first.setdefault(total.subject, total)) is not total
    ]


def _refusal(mistakes: list[Mistake]) -> TotalsInvalid:
    mistakes = sorted(mistakes, key=lambda mistake: mistake.line)
    told = "\n".join(f"{mistake.message} {mistake.hint}" for mistake in mistakes[:_TOLD_AT_MOST])
    more = f"\nand {len(mistakes) - _TOLD_AT_MOST} more" if len(mistakes) > _TOLD_AT_MOST else ""
    return TotalsInvalid(told + more, hint="Nothing was loaded; correct this and load the file again.", retryable=False)
