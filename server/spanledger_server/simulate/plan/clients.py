"""Whom the firm works for, and which of its companies sends the bill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from spanledger_server.simulate.plan.dice import Dice


class LegalEntity(NamedTuple):
    """One of the firm's companies. `draft_number` says whether an invoice has its number before it is posted."""

    code: str
    currency: str
    draft_number: bool
    posts_by_number: bool


LEGAL_ENTITIES = (
    LegalEntity("BW-DE", "EUR", draft_number=True, posts_by_number=True),
    LegalEntity("BW-FR", "EUR", draft_number=True, posts_by_number=True),
    LegalEntity("BW-UK", "GBP", draft_number=True, posts_by_number=False),
    LegalEntity("BW-US", "USD", draft_number=False, posts_by_number=True),
)
COMPANY = {company.code: company for company in LEGAL_ENTITIES}
_FORMS = {"BW-DE": ("GmbH", "AG"), "BW-FR": ("SAS", "SA"), "BW-UK": ("Ltd", "plc"), "BW-US": ("Inc.", "LLC")}

_FIRST = (
    "Alderbrook", "Brennholt", "Castermoor", "Dunvale", "Elmsworth", "Farrowdene", "Glenharrow", "Hollenbeck",
    "Irongate", "Juniperus", "Kestrelby", "Larkendale", "Mossgrove", "Nettlebury", "Oakhaven", "Pellwarden",
    "Quarrystone", "Rookfield", "Silverbeck", "Thornecastle", "Umberleigh", "Vellmark", "Wintermere", "Yarrowby",
)  # fmt: skip
_SECOND = ("Logistics", "Foods", "Energy", "Textiles", "Optics", "Insurance", "Rail", "Paper", "Biotech", "Marine")


@dataclass(frozen=True, slots=True)
class Account:
    """A client: its id in the CRM, its number in the ERP, and what the CRM says about it.

    `in_crm` and `tier` are empty where no system ever said. `erp_names` says that the ERP uses its own number in what
    it reports. `before` is what used to hold, in the order (in_crm, tier).
    """

    crm_id: str
    erp_id: str
    name: str
    legal_entity: str
    currency: str
    in_crm: str
    tier: str
    erp_names: bool
    before: tuple[str, str] | None

    @property
    def id_in_erp(self) -> str:
        """The id under which the ERP reports this client."""
        return self.erp_id if self.erp_names else self.crm_id


def make_accounts(seed: int, count: int) -> list[Account]:
    """So many clients, spread over all companies."""
    return [_account(Dice(seed, "account", number), number) for number in range(count)]


def _account(dice: Dice, number: int) -> Account:
    company = LEGAL_ENTITIES[number % len(LEGAL_ENTITIES)]
    first, second = _FIRST[number % len(_FIRST)], _SECOND[(number + number // len(_FIRST)) % len(_SECOND)]
    draw = dice.between(1, 100)
    in_crm = "true" if draw <= 75 or number < 4 else ("false" if draw <= 88 else "")
    tier = dice.pick(("platinum", "gold", "", "", "")) if in_crm == "true" else ""
    return Account(
        crm_id=f"001QH00000{dice.letters(5)}{number:03d}",
        erp_id=f"6{number:04d}",
        name=f"{first} {second} {dice.pick(_FORMS[company.code])}",
        legal_entity=company.code,
        currency=company.currency,
        in_crm=in_crm,
        tier=tier,
        erp_names=bool(in_crm) and dice.chance(0.5),
        before=("false", "gold") if in_crm and dice.chance(0.15) else None,
    )
