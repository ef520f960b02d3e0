"""Amount tests of severity rules, `>= 100000 EUR`, and the currencies they may name."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, cast

from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.model import AmountTest, Comparison

_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG
XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES: Final = frozenset(_CODES.split())
"""ISO 4217, list one, without funds and metals: a rule on a code that nobody uses would never match, and never say so."""

_TEST = re.compile(r"\s*(>=|<=|>|<)\s*([0-9]{1,18}(?:\.[0-9]{1,9})?)\s+([A-Za-z]+)\s*", re.ASCII)
"""18 digits and 9 decimals fit the span table's `Decimal(38, 9)`."""


class AmountTestError(ValueError):
    """The text is no amount test; `hint` says what to write instead."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def parse_amount_test(text: str) -> AmountTest:
    """The test that a text such as `>= 100000 EUR` states; AmountTestError with a hint if it states none."""
    found = _TEST.fullmatch(text)
    if found is None:
        raise AmountTestError(f"`{text}` is not an amount test", 'Write ">= 100000 EUR", without separators.')
    operator, value, currency = found.groups()
    if currency not in CURRENCIES:
        raise AmountTestError(f"`{currency}` is no ISO 4217 currency", _nearest(currency))
    return AmountTest(cast("Comparison", operator), Decimal(value), currency)


def _nearest(currency: str) -> str:
    upper = currency.upper()
    return f"Write `{upper}`." if upper in CURRENCIES else did_you_mean(upper, sorted(CURRENCIES))
