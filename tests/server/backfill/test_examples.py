"""The mappings and definitions in examples/ agree with each other and with the real logs."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_correlator.definition.loading import load_definitions
from spanledger_server.backfill.events import open_log
from spanledger_server.backfill.mapping import Mapping, NamedSteps
from spanledger_server.backfill.mapping_file import load_mapping
from spanledger_server.backfill.run import Backfill, Options
from tests.end_to_end.real_logs_oracle import data_file

EXAMPLES = Path(__file__).parents[3] / "examples"
PAIRS = [("bpic2019", "purchase-to-pay"), ("bpic2020", "travel")]


def example(name: str) -> tuple[Mapping, NamedSteps]:
    mapping, _ = load_mapping(EXAMPLES / "mappings" / f"{name}.yaml")
    assert isinstance(mapping.step, NamedSteps)
    return mapping, mapping.step


@pytest.mark.parametrize(("mapping_name", "process"), PAIRS)
def test_every_mapped_step_is_a_step_of_the_process(mapping_name: str, process: str) -> None:
    definition = load_definitions([EXAMPLES / "definitions"], pack=False).get(process)
    assert definition is not None
    mapping, steps = example(mapping_name)
    assert {named.step for named in steps.names.values()} == set(definition.step_names)
    named_entities = {*mapping.entities, *(mapping.objects.types.values() if mapping.objects else ())}
    assert named_entities == {definition.entity, *definition.joined_by, *definition.relates_to}


@pytest.mark.parametrize("mapping_name", [mapping_name for mapping_name, _ in PAIRS])
def test_no_two_activities_become_the_same(mapping_name: str) -> None:
    _, steps = example(mapping_name)
    meanings = [(named.step, named.outcome) for named in steps.names.values()]
    assert len(meanings) == len(set(meanings))


@pytest.mark.parametrize(
    ("file", "mapping_name"),
    [
        ("bpic2019_other_flows.parquet", "bpic2019"),
        ("bpic2020_travel_oc.parquet", "bpic2020"),
    ],
)
def test_every_row_of_the_real_logs_becomes_a_span(file: str, mapping_name: str) -> None:
    path = data_file(file)
    report = Backfill(Options(path, EXAMPLES / "mappings" / f"{mapping_name}.yaml", dry_run=True)).run()
    mapping, _ = example(mapping_name)
    assert report.progress.sent == report.progress.rows == open_log(path, mapping.csv).rows
    assert report.repeated_ids == 0


@pytest.mark.parametrize("path", sorted((EXAMPLES / "mappings").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mapping_makes_steps_of_a_process_that_there_is(path: Path) -> None:
    mapping, _ = load_mapping(path)
    if mapping.step is None:
        assert mapping.process is None
        return
    assert mapping.process is not None
    definition = load_definitions([EXAMPLES / "definitions"], pack=False).get(mapping.process)
    assert definition is not None
    assert isinstance(mapping.step, NamedSteps)
    assert {named.step for named in mapping.step.names.values()} <= set(definition.step_names)
