"""The contract: what a program may rely on. It changes only together with a line in docs/api-changes.md.

`SPANLEDGER_REGENERATE=1 pytest tests/api/test_contract.py` writes it anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from spanledger_api import create_app
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store

FILE = Path(__file__).with_name("contract.json")
CHANGES = Path(__file__).parents[2] / "docs" / "api-changes.md"
_WORDS = {"example", "examples", "description", "summary", "title"}


def contract(store: Store) -> dict[str, Any]:
    """The OpenAPI document without its words: addresses, parameters, statuses and shapes."""
    document = create_app(store, Definitions([])).openapi()
    found: dict[str, Any] = _without_words({"paths": document["paths"], "schemas": document["components"]["schemas"]})
    return found


def _without_words(part: Any, *, names: bool = False) -> Any:
    """`names` says that the keys of this part are names of the API's own, which may be any word."""
    if isinstance(part, list):
        return [_without_words(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_words(value, names=key in {"properties", "schemas", "paths"} and not names)
        for key, value in part.items()
        if names or key not in _WORDS
    }


def test_the_contract_changes_only_with_a_word_about_it(told: Store) -> None:
    text = json.dumps(contract(told), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if os.environ.get("SPANLEDGER_REGENERATE"):
        FILE.write_text(text, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == text, "The API has changed; write the contract anew if that is meant."
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    newest = CHANGES.read_text(encoding="utf-8").partition("\n## ")[2].partition("\n## ")[0]
    assert digest in newest, f"Say in {CHANGES.name} what has changed, under a heading of its own with `{digest}`."
