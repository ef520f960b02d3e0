"""The exception tree: its drawing, its codes, and what each error says."""

from __future__ import annotations

import inspect
import re

import spanledger_store
from spanledger_store import SpanledgerError, StoreBusy, StoreUnavailable, errors


def tree() -> dict[str, type[SpanledgerError]]:
    return {
        name: one
        for name, one in vars(errors).items()
        if inspect.isclass(one) and issubclass(one, SpanledgerError) and one is not SpanledgerError
    }


def test_every_error_is_exported_and_drawn_under_its_parent() -> None:
    drawn = re.findall(r"^ {4}([│ ├└─]*)(\w+)\b", errors.__doc__ or "", re.MULTILINE)
    depths = {name: len(edge) // 4 for edge, name in drawn}
    classes: list[type[SpanledgerError]] = [SpanledgerError, *tree().values()]
    assert depths == {one.__name__: len(one.__mro__) - len(SpanledgerError.__mro__) for one in classes}
    assert {SpanledgerError.__name__, *tree()} <= set(spanledger_store.__all__)


def test_every_error_has_a_code_of_its_own_that_follows_from_its_name() -> None:
    for name, one in tree().items():
        assert one.code == re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_only_what_may_pass_by_itself_is_worth_another_try() -> None:
    assert {name for name, one in tree().items() if one.retryable} == {"StoreUnavailable"}


def test_an_error_reads_as_what_is_wrong_and_what_to_do() -> None:
    error = StoreBusy("The store is in use.", hint="Stop the other one.")
    assert str(error) == "The store is in use. Stop the other one."
    assert (error.message, error.hint, error.code) == ("The store is in use.", "Stop the other one.", "store_busy")
    assert str(StoreBusy("Busy.")) == "Busy."


def test_one_error_can_say_otherwise_than_its_kind() -> None:
    error = StoreUnavailable("Closed.", code="store_closed", retryable=False)
    assert (error.code, error.retryable) == ("store_closed", False)
    assert (StoreUnavailable.code, StoreUnavailable.retryable) == ("store_unavailable", True)
