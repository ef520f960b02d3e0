"""What does not leave by accident, and what does as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanledger as sl
from spanledger._internal.redaction import LONGEST_MESSAGE, LONGEST_TRACE, Redaction
from spanledger.testing import BusinessSpans
from tests.sdk.collector import Arrived

Sent = Callable[[], list[Arrived]]
SECRETS = [
    ("POST failed: Authorization: Bearer abcdef1234567890", "abcdef1234567890"),
    ("login with password=hunter2-is-it failed", "hunter2-is-it"),
    ('{"client_secret": "s3cr3t-value", "x": 1}', "s3cr3t-value"),
    ("https://erp.example/api?api_key=k-123456&x=1", "k-123456"),
    ("cannot reach postgres://erp:pa55w0rd@db/erp", "pa55w0rd"),
    ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl is expired", "eyJzdWIiOiIxMjM0In0"),
    ("card 4111 1111 1111 1111 was declined", "4111 1111 1111 1111"),
    ("card 378282246310005 was declined", "378282246310005"),
    ("IBAN DE89 3704 0044 0532 0130 00 is closed", "3704 0044"),
    ("IBAN GB82WEST12345698765432 is closed", "WEST1234"),
]
PLAIN = [
    "Rechnung INV-1042 über 48.200,00 EUR: period closed",
    "invoice 4111111111111112 is unknown",  # as long as a card's number, and none
    "order DE99 3704 0044 0532 0130 00",  # looks like an IBAN, and is none
    "the token has expired",
    "see https://erp.example/invoices/1042?user=ann",
    "worker 20260302 not found in cost centre 4711",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_in_what_an_error_says(business_spans: BusinessSpans, text: str, secret: str) -> None:
    assert secret in text
    with pytest.raises(ValueError, match=r"^"), sl.step("invoice.posted"):
        raise ValueError(text)
    with sl.step("invoice.generated", attributes={"invoice": {"note": text}}) as it:
        it.fail(message=text)
    for span in business_spans.all:
        assert secret not in str(dict(span.attributes))
        assert "[redacted]" in str(span.attributes["business.error.message"])


def test_a_secret_in_a_stack_trace(sent: Sent) -> None:
    with pytest.raises(ValueError, match=r"^"), sl.step("invoice.posted"):
        raise ValueError(SECRETS[1][0])
    (span,) = sent()
    (event,) = span.span.events
    told = {one.key: one.value.string_value for one in event.attributes}
    assert "[redacted]" in told["exception.message"]
    assert told["exception.stacktrace"].rstrip().endswith("ValueError: login with password=[redacted] failed")


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays_as_it_was(text: str) -> None:
    assert Redaction().message(text) == text


def test_a_long_error_keeps_its_end(business_spans: BusinessSpans) -> None:
    with pytest.raises(ValueError, match=r"^"), sl.step("invoice.posted"):
        raise ValueError("x" * 100_000 + " the cause")
    (span,) = business_spans.all
    message = str(span.attributes["business.error.message"])
    assert message.endswith("x the cause")
    assert len(message) < LONGEST_MESSAGE + 100
    assert len(Redaction().trace("y" * 10**6)) < LONGEST_TRACE + 100


@given(st.text(max_size=3000))
def test_redaction_takes_any_text(text: str) -> None:
    once = Redaction().message(text)
    assert len(once) <= LONGEST_MESSAGE + 100


def test_facts_whose_names_say_that_they_are_secret(business_spans: BusinessSpans) -> None:
    facts = {"worker": {"IBAN": "DE1", "date_of_birth": "1990-01-01", "grade": "senior", "api_key": "k"}}
    with sl.step("worker.hired", worker="W-1", attributes=facts) as it:
        it.attribute("worker", "password", "x")
    (span,) = business_spans.all
    said = {name.rpartition(".")[2]: value for name, value in span.attributes.items() if "attribute" in name}
    assert said == {
        "IBAN": "[redacted]",
        "date_of_birth": "[redacted]",
        "grade": "senior",
        "api_key": "[redacted]",
        "password": "[redacted]",
    }


def test_only_what_is_allowed(business_spans: BusinessSpans) -> None:
    sl.configure(allow_attributes=["account.*", "invoice.terms"], redact=[r"PRJ-\d+"])
    facts = {"account": {"tier": "gold", "name": "of PRJ-77"}, "invoice": {"terms": "30", "note": "x"}}
    sl.emit("invoice.posted", attributes=facts)
    (span,) = business_spans.all
    assert {name: value for name, value in span.attributes.items() if "attribute" in name} == {
        "business.attribute.account.tier": "gold",
        "business.attribute.account.name": "of [redacted]",
        "business.attribute.invoice.terms": "30",
    }
    assert business_spans.problems == {"attribute_not_allowed": 1}


def test_ids_are_hashed_the_same_everywhere(business_spans: BusinessSpans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_HASH_KEY", "a key of sixteen and more")
    sl.configure(hash_entities=["worker"])
    for _ in range(2):
        sl.emit(
            "payroll_run.approved",
            worker=["W-1", "W-2"],
            payroll_run="P-1",
            amount=("3.00", "EUR"),
            allocations={"worker": {"W-1": "1.00", "W-2": "2.00"}},
        )
    sl.emit("worker.hired", worker="W-1", aliases={"worker": ["ann@example.com"]})
    first, again, hired = business_spans.all
    hashed = first.entities["worker"]
    assert first.attributes["business.allocation.worker"] == [f"{hashed[0]}=1.00", f"{hashed[1]}=2.00"]
    assert again.entities == first.entities
    assert hired.entities["worker"] == hashed[:1]
    assert all(len(one) == 32 for one in hashed)
    assert first.entities["payroll_run"] == ["P-1"]
    assert "ann@example.com" not in str(dict(hired.attributes))
    monkeypatch.setenv("SPANLEDGER_HASH_KEY", "another key, as long as it")
    sl.configure(hash_entities=["worker"])
    sl.emit("worker.hired", worker="W-1")
    assert business_spans.all[-1].entities["worker"] != hashed[:1]


@pytest.mark.parametrize(
    ("argument", "value", "told"),
    [
        ("redact", ["("], "regular expressions"),
        ("redact", "secret", "must be a list"),
        ("allow_attributes", ["tier"], "type.key or type.*"),
        ("hash_entities", ["worker"], "SPANLEDGER_HASH_KEY"),
    ],
)
def test_what_cannot_be_meant_is_refused(argument: str, value: object, told: str) -> None:
    with pytest.raises(sl.ConfigurationError, match=argument) as refused:
        sl.configure(**{argument: value})  # type: ignore[arg-type]  # the point
    assert told in str(refused.value)
