"""Mistakes in a definition: each is told with its line and with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_correlator.definition.loading import parse_definition
from spanledger_store.errors import DefinitionInvalid

VALID = Path(__file__).with_name("every_key.yaml").read_text()

PLATINUM = "{tier: platinum, when: {account.tier: platinum, account.region: EU}, target: 20 calendar days}"
ALWAYS = "this rule always matches: those behind it never do"

MISTAKES = [
    # What is replaced, by what (its first line is the one that is told), what is wrong, what to write instead.
    ("amount_from: invoice.posted", "amont_from: invoice.posted", "a process has no key `amont_from`", "`amount_from`"),
    ("    grace: 15m", "    grase: 15m", "a step has no key `grase`", "Did you mean `grace`?"),
    ("    grace: 15m", "    xyz: 15m", "a step has no key `xyz`", "Write one of: step, system, start, end, many"),
    (
        "  target: 35 calendar days",
        "  goal: 35d\n  target: 35d",
        "an SLA has no key `goal`",
        "target, at_risk_at, objective, tiers",
    ),
    (PLATINUM, "{wen: {account.tier: x}, when: {account.tier: x}, target: 2d}", "no key `wen`", "`when`"),
    ("{step: invoice.synced_to_crm}", "{stepp: invoice.synced_to_crm}", "owner rule has no key `stepp`", "`step`"),
    ("{sla: breached}", "{slo: breached}", "a severity rule has no key `slo`", "Did you mean `sla`?"),
    ("{when: {account.in_crm:", "{wenn: {account.in_crm:", "`required` has no key `wenn`", "Did you mean `when`?"),
    ("requires: [invoice.gen", "requires: [invoice.posted, invoice.gen", "`requires` names its own step", "another"),
    ("requires: [invoice.generated]", "requires: [invoice.drafted]", "`requires` names no step", "generated"),
    ("requires: [invoice.generated]", "requires: []", "`requires` is an empty list", "at least one"),
    ("    any_order: true", "    any_order: no", "`any_order` must be true or false", "without quotes"),
    ("carries: [project,", "carries: [projekt,", "`projekt` is of a type that the process", "Did you mean `project`?"),
    ("carries: [project,", "carries: [Due Date,", "`Due Date` is no entity type", "Write `due_date`"),
    ("account.tax_id", "client.tax_id", "`client.tax_id` is of a type that the process", "Add `client`"),
    ("{amount: invoice.generated}", "{amount: invoice.gen}", "`amount` names no step", "invoice.generated"),
    ("{amount: invoice.generated}", "{amount: invoice.posted}", "`amount` names its own step", "Name another"),
    ("{amount: invoice.generated}", "{amount: payment.received}", "in parts has no one amount", "`settles`"),
    ("{amount: invoice.generated}", "{amount: invoice.generated, record: x}", "whose word on an `attr", "out"),
    ("{amount: invoice.generated}", "{}", "an agreement is of an `amount` or of an `attribute`", "record: netsuite"),
    ("attribute: account.payment_terms", "attribute: terms", "`terms` is no attribute of an entity", "account.tier"),
    ("attribute: account.payment_terms", "attribute: client.terms", "`client.terms` is of a type", "Add `client`"),
    ("skew: 10m", "skew: 10", "`10` has no unit", "`10m`"),
    ("exception: duplicate", "exception: doubled", "`doubled` is no kind of exception", "failed_step, rejected"),
    ("[value_mismatch, duplicate]", "[value_missmatch]", "is no kind of exception", "Did you mean `value_mismatch`?"),
    ("impact: [revenue, client]", "impact: [revenues]", "`revenues` is no impact", "Did you mean `revenue`?"),
    ('age: "> 5 days"', "age: 5 days", "`5 days` is not an age test", '"> 5 days"'),
    ("revenue, tier: platinum}", "revenue, tier: platin}", "the SLA has no tier `platin`", "Did you mean `platinum`?"),
    ('age: "> 5 days"', 'age: "> 5"', "`5` has no unit", "`5d`"),
    (
        "title: Invoice",
        "rates: ecb\ntitle: Invoice",
        "exchange rates stand in a file of their own",
        "Take `rates` out.",
    ),
    ("grace: 15m", "grace: 4 business hours", "counts working time, and this counts all", "Write `3 calendar days`."),
    ("within: 4h", "within: 4", "`4` has no unit", "Write `4m`, `4h` or `4d`."),
    ("grace: 15m", "grace: 4 months", "has no fixed length", "30 calendar days"),
    ("within: 4h", "within: 0h", "`within` is no time at all", "`4h`"),
    ("within: 4h", "within: [4h]", "`within` must be a single value", "Write a value behind `within`"),
    ("within: 4h", "within:", "`within` must be a single value", "or take it out"),
    ("    of: invoice.generated\n", "", "`within` says how long, and no `of` since when", "Add `of:`"),
    ("    within: 4h\n", "", "`of` says since when, and no `within` how long", "Add `within: 4h`."),
    ("of: invoice.generated", "of: invoice.generatd", "`of` names no step: `invoice.generatd`", "`invoice.generated`"),
    ("of: invoice.generated", "of: invoice.posted", "`of` names its own step", "another step"),
    ("due_from: invoice.posted", "due_from: invoice.postet", "`due_from` names no step", "`invoice.posted`"),
    ("due_from: invoice.posted", "due_from: payment.received", "`due_from` names its own step", "another step"),
    ("settles: invoice.posted", "settles: invoice.paid", "`settles` names no step: `invoice.paid`", "`invoice.posted`"),
    ("settles: invoice.posted", "settles: credit_note.issued", "`settles` names its own step", "another step"),
    ("amount_from: invoice.posted", "amount_from: invoice.pos", "`amount_from` names no step", "`invoice.posted`"),
    ("{step: invoice.synced_to_crm}", "{step: invoice.synced}", "`finance-systems` names no step", "_to_crm`"),
    ("{step: invoice.synced_to_crm}", "{step: []}", "`step` is an empty list", "then it is any"),
    (
        "[authorization, timeout]",
        "[authorisation]",
        "`authorisation` is no error kind",
        "Did you mean `authorization`?",
    ),
    ("    start: true\n", "", "no step starts the process", "`start: true`"),
    ("    grace: 15m", "    start: true", "`invoice.generated` starts the process already", "Keep one"),
    ("    end: true", "    end: true\n    required: false", "ends the process and is not required", "Take out"),
    (
        "    many: true\n    settles: invoice.posted\n    end",
        "    settles: invoice.posted\n    end",
        "in parts",
        "many",
    ),
    ("one_per: billing_event", "one_per: invoice", "`one_per: invoice` is the root itself", "charged once"),
    ("one_per: billing_event", "one_per: BillingEvent", "`BillingEvent` is no entity type", "Write `billing_event`"),
    ("step: credit_note.issued", "step: invoice.generated", "stands here twice, first on line 20", "Keep one."),
    ("step: credit_note.issued", "step: CreditNoteIssued", "is no step name", "Write `credit_note.issued`"),
    ("step: credit_note.issued", "step: credit_note", "`credit_note` is no step name", "Write `credit_note.created`"),
    ("step: credit_note.issued", "step: issued", "`issued` is no step name", "Write `issued.created`"),
    ("step: credit_note.issued", "step: a.b.c", "`a.b.c` is no step name", "entity type, dot, past participle"),
    ("  - step: credit_note.issued\n    system", "  - system", "a step needs the key `step`", "Add `step:`."),
    ("    system: salesforce\n", "", "a step needs the key `system`", "Add `system:`."),
    ("system: salesforce", 'system: ""', "`system` is empty", "Write a value"),
    ("many: true", "many: yes", "`many` must be true or false", "without quotes"),
    ("required: false", "required: sometimes", "`required` must be true or false", "Write `true` or `false`"),
    ('{when: {account.in_crm: "true"}}', "{when: {}}", "`when` holds no condition", "{account.tier: platinum}"),
    ('{when: {account.in_crm: "true"}}', "{}", "`required` needs the key `when`", "Add `when:`."),
    ('account.in_crm: "true"', "account.in_crm: true", "`account.in_crm` must be a text", 'Write "true", in quotes.'),
    ("account.in_crm:", "in_crm:", "`in_crm` is no attribute of an entity", "entity type, dot, attribute"),
    ("account.in_crm:", "acount.in_crm:", "does not name: `acount`", "Did you mean `account`?"),
    ("account.tier: platinum, account", "client.tier: platinum, account", "does not name: `client`", "`relates_to`"),
    (", account.tier: platinum}\n  - high", ", client.tier: x}\n  - high", "does not name: `client`", "Add `client`"),
    ("match: {service.name", "match: []  # {", "`match` must hold keys and values", "Write `key: value`"),
    ("span.name: ", "span.name: 5  # ", "this is not YAML", ""),
    ("joined_by: [payment, credit_note]", "joined_by: payment", "`joined_by` must be a list", "Write `[one, two]`"),
    ("joined_by: [payment,", "joined_by: [invoice, payment,", "`invoice` is already the root", "out of `joined_by`"),
    ("[account, project]", "[account, project, payment]", "`payment` is already in `joined_by`", "out of `relates_to`"),
    ("ignore_ids: {payment:", "ignore_ids: {paymnt:", "never looked at", "Did you mean `payment`?"),
    ('["", "0", "N/A"]', '["", 0]', "must be a text, `0` is not", 'Write "0", in quotes.'),
    ("entity: invoice", "entity: Vendor Invoice", "`Vendor Invoice` is no entity type", "Write `vendor_invoice`"),
    ("impact: revenue", "impact: revenues", "`revenues` is no impact", "Did you mean `revenue`?"),
    (
        "impact: revenue",
        "impact: money",
        "`money` is no impact",
        "Write one of: revenue, client, compliance, reporting.",
    ),
    ("- high:", "- hihg:", "`hihg` is no severity", "Did you mean `high`?"),
    ("{sla: breached}", "{sla: late}", "`late` is no SLA state", "met_late"),
    ('">= 100000 EUR"', '"100000 EUR"', "is not an amount test", ">= 100000 EUR"),
    ('">= 100000 EUR"', '">= 100000 EUO"', "`EUO` is no ISO 4217 currency", "Did you mean `EUR`?"),
    ('">= 100000 EUR"', "100000", "`amount` must be a text", "in quotes"),
    ("  - high: {sla: breached}", "  - {}", "a severity rule is one name and its rule, here are 0", "Begin each"),
    ("  - high: {sla: breached}", "  - high", "must hold keys and values", "Write `key: value`"),
    ("  - high: {sla: breached}", "  - high: {}", ALWAYS, "Make it the last."),
    ("  - finance-systems: {step: invoice.synced_to_crm}", "  - finance-systems: {}", ALWAYS, "Make it the last."),
    ("  - finance-operations: {}", '  - "": {}', "an owner has no name", "Write the team"),
    (
        "cancelled_by: [invoice.voided]",
        "cancelled_by: [invoice.posted]",
        "already a step of the process",
        "Take it out",
    ),
    ("failed_by: [invoice.written_off]", "failed_by: [invoice.voided]", "already in `cancelled_by`", "Take it out"),
    ("version: 3", "version: 0", "`0` is no version", "whole number from 1 on"),
    ("version: 3", "version: 1.5", "`1.5` is no version", "whole number from 1 on"),
    ("version: 3", "version: three", "`three` is no version", "whole number from 1 on"),
    ("2026-10-01", "October", "`October` is no date", "Write `2026-10-01`"),
    ("2026-10-01", "2026-13-01", "`2026-13-01` is no date", "Write `2026-10-01`"),
    ("2026-10-01", "0001-01-01T00:00:00+05:00", "is no date", "Write `2026-10-01`"),
    ("2026-10-01", "2026-10-01T06:00:00", "has no offset from UTC", "Write `2026-10-01T06:00:00Z`"),
    ("at_risk_at: 80%", "at_risk_at: 0.8", "`0.8` is no share of the target", "`80%`"),
    ("at_risk_at: 80%", "at_risk_at: 120%", "`120%` is no share of the target", "up to 100"),
    ("objective: 97.5%", "objective: 100%", "an objective of all leaves nothing", "less than 100%"),
    ("process: invoice-to-cash", "process: Invoice to cash", "is no process name", "`invoice-to-cash`"),
    ("title: Invoice to cash", "title: 2026", "`title` must be a text", 'Write "2026", in quotes.'),
    ("title: Invoice to cash", "version: 4", "`version` stands here twice, first on line 3", "Keep one."),
    ("title: Invoice to cash", "7: Invoice to cash", "a key in a definition is not a text", "quotes"),
    ("title: Invoice to cash", "<<: {a: b}", "a key in a definition is not a text", "quotes"),
    ("title: Invoice to cash", 'title: "Invoice', "this is not YAML", ""),
    ("title: Invoice to cash", "title: !!python/name:os.system x", "`title` must be a text", "in quotes"),
    ("title: Invoice to cash", "title: *nowhere", "undefined alias", ""),
    ("title: Invoice to cash", "\ttitle: x", "this is not YAML", ""),
    ("title: Invoice to cash", "title: " + "[" * 500 + "]" * 500, "maximum depth", ""),
]


def refusal(text: str) -> DefinitionInvalid:
    with pytest.raises(DefinitionInvalid) as refused:
        parse_definition(text, "flow.yaml")
    return refused.value


@pytest.mark.parametrize(("old", "new", "what", "hint"), MISTAKES)
def test_a_mistake_is_told_with_its_file_and_what_to_write_instead(old: str, new: str, what: str, hint: str) -> None:
    assert old in VALID
    error = refusal(VALID.replace(old, new, 1))
    assert error.message.startswith("flow.yaml:"), error
    assert what in error.message
    assert hint in error.hint
    assert error.code == "definition_invalid"


@pytest.mark.parametrize(
    "changed",
    [
        ("title: Invoice to cash", "titel: Invoice to cash"),
        ("version: 3", "version: 0"),
        ("  - step: credit_note.issued", "  - step: credit_note"),
        ("    within: 4h", "    within: 4"),
        ("    settles: invoice.posted", "    settles: invoice.paid"),
        ("  - high: {sla: breached}", "  - high: {sla: late}"),
        ("  at_risk_at: 80%", "  at_risk_at: 0.8"),
        ("    - {tier: platinum, when: {account.tier: platinum", "    - {tier: platinum, when: {client.tier: platinum"),
        ("  - erp-team: {step: [invoice.generated", "  - erp-team: {step: [invoice.generatd"),
        ("cancelled_by: [invoice.voided]", "cancelled_by: [invoice.posted]"),
        ("title: Invoice to cash", "version: 4"),
        ("title: Invoice to cash", "title: [}"),
    ],
)
def test_the_line_is_the_one_where_it_stands(changed: tuple[str, str]) -> None:
    text = VALID.replace(*changed, 1)
    line = 1 + VALID[: VALID.index(changed[0])].count("\n")
    assert refusal(text).message.startswith(f"flow.yaml:{line}: ")


def test_the_example_itself_is_valid() -> None:
    parse_definition(VALID)


def test_preconditions_in_a_circle() -> None:
    error = refusal(VALID.replace("    one_per: billing_event", "    requires: [invoice.posted]"))
    assert "preconditions run in a circle" in error.message
    for step in ("invoice.generated", "invoice.posted"):
        assert f"`{step}`" in error.message


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = VALID.replace("version: 3", "version: none").replace("15m", "15").replace("high:", "hihg:", 1)
    error = refusal(text)
    first, *mistakes = error.message.splitlines()
    assert first == "3 mistakes in process definitions:"
    assert [line.split(": ")[1] for line in mistakes] == [
        "`none` is no version. Write a whole number from 1 on.",
        "`15` has no unit. Write `15m`, `15h` or `15d`.",
        "`hihg` is no severity. Did you mean `high`?",
    ]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null\n"])
def test_an_empty_file(text: str) -> None:
    assert "flow.yaml:1: the file is empty." in refusal(text).message


@pytest.mark.parametrize("text", ["- a\n", "just words\n", "[]\n"])
def test_a_file_that_holds_no_keys(text: str) -> None:
    assert "must hold keys and values" in refusal(text).message


def test_two_documents_in_one_file() -> None:
    assert "another document" in refusal(VALID + "---\n" + VALID).message


@pytest.mark.parametrize("key", ["process", "version", "effective_from", "impact", "entity"])
def test_a_key_that_a_process_needs(key: str) -> None:
    lines = [line for line in VALID.splitlines() if not line.startswith(f"{key}:")]
    assert f"a process needs the key `{key}`" in refusal("\n".join(lines)).message
