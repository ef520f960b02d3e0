"""What a definition may not say about money: told with its line, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_correlator.definition.loading import parse_definition
from spanledger_store.errors import DefinitionInvalid

VALID = Path(__file__).with_name("every_key.yaml").read_text()
REVERSED = "    required: false\n    many: true\n    reverses: payment.received"


@pytest.mark.parametrize(
    ("old", "new", "what", "hint"),
    [
        ("by: credit", "by: cheque", "`cheque` is no means of settling", "cash, credit, write_off"),
        ("    settles: invoice.posted\n    by: credit", "    by: credit", "and no `settles` what", "Add `settles:`"),
        ("many: true\n    settles", "settles", "a step that settles comes in parts", "Add `many: true`."),
        ("reverses: payment.received", "reverses: payment.recieved", "names no step", "`payment.received`"),
        ("reverses: payment.received", "reverses: payment.reversed", "names its own step", "another step"),
        (
            "reverses: payment.received",
            "reverses: invoice.posted",
            "settles nothing: `invoice.posted`",
            "payment.received",
        ),
        (
            REVERSED,
            f"{REVERSED}\n    settles: invoice.posted",
            "settles or reverses, not both",
            "Take one of them out.",
        ),
        (REVERSED, REVERSED.replace("    many: true\n", ""), "a reversal is no milestone", "`many: true`"),
        (REVERSED, REVERSED.replace("    required: false\n", ""), "a reversal is no milestone", "`required: false`"),
    ],
)
def test_a_contradiction_is_told_with_its_line(old: str, new: str, what: str, hint: str) -> None:
    assert old in VALID
    with pytest.raises(DefinitionInvalid) as refused:
        parse_definition(VALID.replace(old, new, 1), "flow.yaml")
    assert "flow.yaml:" in str(refused.value)
    assert what in str(refused.value)
    assert hint in f"{refused.value} {refused.value.hint}"
