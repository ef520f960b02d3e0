"""Replay endpoints: what their files say, and what is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from spanledger_correlator.definition.durations import HOUR_NS, SECOND_NS
from spanledger_correlator.definition.loading import load_definitions, parse_replay
from spanledger_correlator.definition.model import AmountTest
from spanledger_correlator.definition.replay_reading import REPLAY, REPLAY_NEEDS
from spanledger_store.errors import DefinitionInvalid

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "replays.md").read_text(encoding="utf-8")
PLAIN = "replay: booking\nstep: claim.booked\nurl: https://jobs.example.com/replay\n"


def test_the_documented_example_says_what_it_says() -> None:
    text = PAGE.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert text == (ROOT / "examples" / "flows" / "netsuite-invoice-posting.yaml").read_text(encoding="utf-8")
    rule = parse_replay(text)
    assert (rule.name, rule.steps, rule.systems) == ("netsuite-invoice-posting", ("invoice.posted",), ("netsuite",))
    assert (rule.timeout_ns, rule.outcome_within_ns) == (20 * SECOND_NS, 2 * HOUR_NS)
    assert rule.approval == AmountTest(">", Decimal(10000), "EUR")
    assert rule.idempotent
    assert rule.dry_run


def test_each_key_has_one_line_in_the_order_of_the_grammar() -> None:
    table = PAGE.split("## The keys", 1)[1].split("## ", 1)[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(REPLAY)
    assert f"Needed: {', '.join(f'`{key}`' for key in REPLAY_NEEDS)}." in table


def test_what_is_not_said_is_the_careful_choice() -> None:
    rule = parse_replay(PLAIN)
    assert (rule.idempotent, rule.dry_run, rule.approval) == (False, False, None)
    assert rule.timeout_ns == 30 * SECOND_NS


@pytest.mark.parametrize(
    ("narrowed", "taken"),
    [
        ("", True),
        ("process: [claim-flow, other]", True),
        ("process: other", False),
        ("system: ledger", True),
        ("system: portal", False),
        ("service: booker", True),
        ("service: other", False),
        ("tenant: acme", True),
        ("tenant: other", False),
    ],
)
def test_which_failures_an_endpoint_takes(narrowed: str, *, taken: bool) -> None:
    rule = parse_replay(PLAIN + narrowed)
    assert rule.takes("acme", "claim-flow", "claim.booked", "ledger", "booker") is taken
    assert not rule.takes("acme", "claim-flow", "claim.paid", "ledger", "booker")


def test_an_endpoint_stands_among_the_definitions(tmp_path: Path) -> None:
    (tmp_path / "booking.yaml").write_text(PLAIN)
    assert [rule.name for rule in load_definitions([tmp_path]).replays] == ["booking"]
    (tmp_path / "second.yaml").write_text(PLAIN)
    with pytest.raises(DefinitionInvalid, match=r"second\.yaml:1: the replay `booking` stands in .*booking\.yaml"):
        load_definitions([tmp_path])


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (
            PLAIN.replace("https://jobs", "http://jobs"),
            "3: `http://jobs.example.com/replay` is no address that an order",
        ),
        (PLAIN.replace("https://jobs", "http://127.0.0.1.jobs"), "3: .* is no address"),
        (PLAIN.replace("https://jobs", "http://localhost@jobs"), "3: .* is no address"),
        (PLAIN.replace("https://jobs", "https://me:secret@jobs"), "3: .* is no address"),
        (PLAIN + "timeout: 5m", "4: somebody waits for the endpoint's answer. Write `60s` or less"),
        (PLAIN + "approval: 10000 EUR", "4: `10000 EUR` is not an amount test"),
        (PLAIN + 'approval: "< 10000 EUR"', "4: small amounts would need approval and large ones none. Write `> 10000"),
        (PLAIN + "idempotent: maybe", "4: "),
        (PLAIN + "secret: x", "4: a replay endpoint has no key `secret`"),
        (PLAIN.replace("step: claim.booked\n", ""), "1: a replay endpoint needs the key `step`. Add `step:`"),
    ],
)
def test_mistakes_are_refused_with_their_line(text: str, refusal: str) -> None:
    with pytest.raises(DefinitionInvalid, match=refusal):
        parse_replay(text)


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "[::1]:9000"])
def test_in_clear_only_to_this_machine(host: str) -> None:
    assert parse_replay(PLAIN.replace("https://jobs.example.com", f"http://{host}")).url.startswith("http://")
