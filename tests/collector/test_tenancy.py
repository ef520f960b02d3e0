"""The credential decides the tenant."""

from __future__ import annotations

import pytest

from spanledger_collector.refusals import Unauthenticated
from spanledger_collector.tenancy import Tenancy
from tests.collector.conftest import digest


def test_a_token_names_its_tenant() -> None:
    tenancy = Tenancy({digest("secret"): "acme"}, "default")
    assert tenancy.tenant("Bearer secret") == tenancy.tenant("bearer  secret ") == "acme"
    for wrong in ("", "Bearer", "Bearer other", "Basic secret", digest("secret"), f"Bearer {digest('secret')}"):
        with pytest.raises(Unauthenticated):
            tenancy.tenant(wrong)


def test_without_tokens_everyone_is_the_default_tenant() -> None:
    assert Tenancy(None, "default").tenant("") == Tenancy({}, "default").tenant("Bearer x") == "default"
