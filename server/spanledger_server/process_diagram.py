"""A definition's steps as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def diagram(document: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the flowchart of a definition's YAML.

    Solid arrows carry deadlines; where a step has none, a dotted one leads to it from the step before. Round ends are
    the start and the end, dashed frames what is not always required, hexagons what ends the process otherwise.
    """
    steps = document["steps"]
    number = {step["step"]: f"s{position}" for position, step in enumerate(steps, 1)}
    yield "flowchart TD"
    for step in steps:
        label = f'"{step["step"]}<br/><i>{step["system"]}</i>"'
        ends = step.get("start") or step.get("end")
        yield f"  {number[step['step']]}{'([' if ends else '['}{label}{'])' if ends else ']'}"
    before = None
    for step in steps:
        here = number[step["step"]]
        if "within" in step:
            yield f'  {number[step["of"]]} -->|"{step["within"]}"| {here}'
        elif before is not None:
            yield f"  {before} -.-> {here}"
        before = here
    for needed, here in ((needed, number[step["step"]]) for step in steps for needed in step.get("requires", [])):
        if needed in number:
            yield f'  {number[needed]} -.->|"before"| {here}'
    for end, key in enumerate(("cancelled_by", "failed_by"), 1):
        for position, name in enumerate(document.get(key, []), 1):
            yield f'  s1 -.-> x{end}{position}{{{{"{name}<br/><i>{key.removesuffix("_by")}</i>"}}}}'
    optional = [number[step["step"]] for step in steps if step.get("required", True) is not True]
    if optional:
        yield "  classDef optional stroke-dasharray: 4 3"
        yield f"  class {','.join(optional)} optional"
