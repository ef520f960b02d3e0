"""Every example of a public docstring is run; what it leaves open (`erp`, `row`, ...) is whatever it takes to run."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

import spanledger as sl
from spanledger import attributes, testing
from spanledger.testing import BusinessSpans


class Anything:
    """Can be called, asked for any attribute or key, and is false: a response that refused nothing, a row without a name."""

    number = id = text = code = invoice = "X-1"
    headers: Mapping[str, str] = {}

    def __call__(self, *_: object, **__: object) -> Anything:
        return self

    def __getattr__(self, name: str) -> Anything:
        return self

    def __getitem__(self, key: str) -> str:
        return f"X-{key}"

    def __bool__(self) -> bool:
        return False


class Names(dict[str, Any]):
    """A namespace in which every name means something."""

    def __missing__(self, name: str) -> object:
        if name.startswith("__") or hasattr(__builtins__, name) or name in dir(__builtins__):
            raise KeyError(name)
        return {"rows": [Anything()], "messages": [Anything()], "paid_at": datetime(2026, 3, 2, tzinfo=UTC)}.get(
            name, Anything()
        )


def documented() -> Iterator[tuple[str, str]]:
    """Everything public with a docstring, by its name."""
    yield "attributes", attributes.__doc__ or ""
    for name in sl.__all__:
        thing = getattr(sl, name)
        if isinstance(thing, str):
            continue
        yield name, inspect.getdoc(thing) or ""
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            for part, member in vars(thing).items():
                if not part.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                    yield f"{name}.{part}", inspect.getdoc(member) or ""
    yield "testing", testing.__doc__ or ""
    for part, member in vars(BusinessSpans).items():
        if not part.startswith("_"):
            yield f"BusinessSpans.{part}", inspect.getdoc(member) or ""


def post_invoice(_: object, number: str, total: str, currency: str) -> None:
    """What the plugin's example tests."""
    with sl.step("invoice.posted", invoice=number, amount=(total, currency)):
        pass


EXAMPLES = [
    pytest.param(name, [one.source for one in found], id=name)
    for name, text in documented()
    if (found := doctest.DocTestParser().get_examples(text))
]


def test_there_are_examples_and_everything_public_is_described() -> None:
    assert len(EXAMPLES) > 20
    assert [name for name, text in documented() if not text] == []


@pytest.mark.parametrize(("name", "sources"), EXAMPLES)
def test_an_example_runs(business_spans: BusinessSpans, name: str, sources: list[str]) -> None:
    names = Names(sl=sl, attributes=attributes, business_spans=business_spans)
    of_the_plugin = name.startswith(("BusinessSpans", "testing"))
    if of_the_plugin:
        outcome = "failure" if "failure" in sources[0] and ".none(" not in sources[0] else "success"
        with sl.step("invoice.posted", invoice="INV-1", amount=("48200.00", "EUR"), outcome=outcome):
            pass
    with sl.step("invoice.generated") as it:
        names["it"] = it
        for source in sources:
            exec(compile(source, name, "single"), names)
    if name == "testing":
        # The example is a test: now it is one.
        names |= {"Decimal": Decimal, "post_invoice": post_invoice}
        names["test_posting"](business_spans)
    assert business_spans.problems == {}
