"""The vocabulary is complete, consistent, and collides with no argument of `step`."""

from __future__ import annotations

from spanledger import attributes
from spanledger._internal.details import RESERVED


def test_every_fixed_name_has_one_constant() -> None:
    constants = {
        value
        for name, value in vars(attributes).items()
        if isinstance(value, str) and value.startswith("business.") and not name.endswith("PREFIX")
    }
    assert constants == attributes.FIXED_NAMES


def test_the_names_are_those_of_the_span() -> None:
    assert sorted(attributes.FIXED_NAMES) == [
        "business.amount",
        "business.announces",
        "business.attempt",
        "business.currency",
        "business.due_at",
        "business.error.code",
        "business.error.kind",
        "business.error.message",
        "business.error.retryable",
        "business.id_scope",
        "business.idempotency_key",
        "business.impact",
        "business.legal_entity",
        "business.occurred_at",
        "business.outcome",
        "business.process",
        "business.producer.id",
        "business.producer.last",
        "business.producer.seq",
        "business.quantity",
        "business.record_count",
        "business.region",
        "business.replay_of",
        "business.step",
        "business.system",
        "business.transaction",
        "business.unit",
    ]


def test_built_names() -> None:
    assert attributes.entity("invoice") == "business.entity.invoice"
    assert attributes.alias("project") == "business.alias.project"
    assert attributes.attribute("account", "tier") == "business.attribute.account.tier"
    assert attributes.allocation("invoice") == "business.allocation.invoice"


def test_every_canonical_type_can_be_a_keyword_argument() -> None:
    assert len(attributes.ENTITY_TYPES) == len(set(attributes.ENTITY_TYPES)) == 32
    assert not RESERVED & set(attributes.ENTITY_TYPES)
    emit_only = {"at", "started_at", "error_kind", "error_code", "error_message", "error_retryable"}
    assert not emit_only & set(attributes.ENTITY_TYPES)
