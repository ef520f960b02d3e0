"""Which files of the pack a choice stands for, and that steps which processes share cannot be mistaken."""

from __future__ import annotations

from itertools import combinations

import pytest

from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.pack import PACK, pack_files, pack_processes
from spanledger_store.errors import DefinitionInvalid


def test_a_choice_is_all_none_or_some() -> None:
    assert [file.stem for file in pack_files(True)] == list(pack_processes())
    assert pack_files(False) == pack_files(()) == []
    assert pack_files(["time-to-bill"]) == [PACK / "time-to-bill.yaml"]


def test_a_name_that_the_pack_lacks_is_refused_with_the_nearest() -> None:
    with pytest.raises(DefinitionInvalid, match="no process `time-to-bil`") as refused:
        pack_files(["time-to-bil"])
    assert refused.value.hint == "Did you mean `time-to-bill`?"


def test_the_pack_is_what_a_professional_services_firm_lives_by() -> None:
    assert len(pack_processes()) == 16


def test_a_shared_step_happens_in_one_system() -> None:
    for one, other in combinations(load_definitions([]), 2):
        for step in one.steps:
            same = other.step(step.name)
            assert same is None or same.system == step.system, (one.process, other.process, step.name)


def test_everything_has_an_owner_a_service_level_and_a_ranking() -> None:
    for one in load_definitions([]):
        assert len(one.owners) > 1, one.process
        assert len(one.severity) > 1, one.process
        assert one.sla is not None, one.process
