"""When a second person must agree to a replay, and who that may be."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spanledger_api.access.principal import Principal
from spanledger_api.problems import Refusal
from spanledger_api.replays.evidence import Verdict
from spanledger_api.replays.replay import Replay
from spanledger_correlator.definition.model import AmountTest
from spanledger_correlator.rates import RatesOfDay
from spanledger_correlator.wording import amount_words


def reason(
    principal: Principal, verdict: Verdict, test: AmountTest | None, row: Mapping[str, Any], rates: RatesOfDay
) -> str | None:
    """Why a second person must approve; None if nobody need. `row` is the verdict as the principal sees it.

    Whoever does not see the money always needs approval: otherwise it would tell how much it is.
    """
    if verdict != "safe":
        return "It may do something twice."
    if test is None:
        return "The endpoint asks for approval of every replay."
    if not principal.sees_money:
        return "The credential does not see how much is at stake."
    return _much_at_stake(test, row, rates)


def _much_at_stake(test: AmountTest, row: Mapping[str, Any], rates: RatesOfDay) -> str | None:
    if not row["Currencies"]:
        return "No amount is known."
    found = [rates.find(currency, test.currency) for currency in row["Currencies"]]
    missing = [currency for currency, rate in zip(row["Currencies"], found, strict=True) if rate is None]
    if missing:
        return f"There is no rate from {missing[0]} to {test.currency}."
    parts = zip(row["OpenAmounts"], found, strict=True)
    at_stake = sum((amount * rate.rate for amount, rate in parts if rate is not None), Decimal(0))
    much = at_stake >= test.value if test.operator == ">=" else at_stake > test.value
    return f"{amount_words(at_stake, currency=test.currency)} is at stake." if much else None


def require_another(principal: Principal, who: str, replay: Replay) -> None:
    """Raises Refusal `same_person` if whoever decides may be whoever asked."""
    asked = replay.asked
    if principal.id == asked.credential or who.casefold() == asked.who.casefold():
        raise Refusal(
            f"{asked.who} asked for this replay with the same credential or name, and cannot decide on it as well.",
            code="same_person",
            hint="Somebody else with a key of the role `approver` must (`spanledger key create --tenant … --name … --role approver`).",
        )
