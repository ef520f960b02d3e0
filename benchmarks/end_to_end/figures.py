"""The figures: as a flat file, as a table on the terminal, and as a table in benchmarks/README.md.

python -m benchmarks.end_to_end.figures      # from build/bench/end-to-end.json into the README
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.table import Table

Figures = dict[str, str | int | float]

FILE = Path("build/bench/end-to-end.json")
README = Path("benchmarks/README.md")

_BEGIN, _END = "<!-- figures: end-to-end -->\n", "<!-- end of figures -->"


@dataclass(frozen=True)
class Row:
    """A line of the table. `key` may end with `*`: every figure that begins so has a line."""

    says: str
    key: str
    unit: str
    aim: str = ""


_ROWS = (
    Row("end to end: sent → committed → transaction visible", "spans_per_second_end_to_end", "spans/s", "50,000"),
    Row("acknowledged, the correlator behind", "spans_per_second_acknowledged", "spans/s"),
    Row("acknowledgement of a request of 1,000 spans, p95", "acknowledgement_p95_ms", "ms"),
    Row("acknowledged → visible, p50", "visible_delay_p50_ms", "ms"),
    Row("acknowledged → visible, p95", "visible_delay_p95_ms", "ms", "2,000"),
    Row("load taken meanwhile", "visible_delay_background_spans_per_second", "spans/s"),
    Row("the same, p50, at {} spans/s", "visible_delay_p50_ms_at_*_spans_per_second", "ms"),
    Row("the same, p95, at {} spans/s", "visible_delay_p95_ms_at_*_spans_per_second", "ms"),
    Row(
        "load taken meanwhile, of {} spans/s",
        "visible_delay_background_spans_per_second_at_*_spans_per_second",
        "spans/s",
    ),
    Row("stuck query, first page, p50, {} open", "stuck_query_p50_ms_at_*_open", "ms", "50"),
    Row("stuck query, first page, p95, {} open", "stuck_query_p95_ms_at_*_open", "ms", "50"),
    Row("stuck query with a filter, p50, {} open", "stuck_query_filtered_p50_ms_at_*_open", "ms"),
    Row("stuck query with a filter, p95, {} open", "stuck_query_filtered_p95_ms_at_*_open", "ms"),
    Row("on disk, all tables, merged", "disk_bytes_per_span", "bytes/span"),
    Row("… of which the spans themselves", "disk_bytes_per_span_spans", "bytes/span"),
    Row("the folder just after the load", "disk_directory_bytes_per_span", "bytes/span"),
    Row("most memory of the program under full load", "program_memory_peak_mb", "MB"),
    Row("cores busy: the program", "program_cores_busy", "cores"),
    Row("cores busy: the senders", "sender_cores_busy", "cores"),
)


def write(figures: Figures) -> None:
    """Keep the figures in `FILE`."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def table(figures: Figures) -> Table:
    """The figures for a terminal."""
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("measured", "value", "aim"):
        grid.add_column(title, justify="left" if title == "measured" else "right", no_wrap=title != "measured")
    for cells in _lines(figures):
        grid.add_row(*cells)
    grid.caption = _machine(figures)
    return grid


def markdown(figures: Figures) -> str:
    """The figures for the README."""
    lines = ["| measured | value | aim |", "|---|---:|---:|"]
    lines += [f"| {says} | {value} | {aim} |" for says, value, aim in _lines(figures)]
    return "\n".join([_machine(figures), "", *lines, ""])


def update(readme: Path, figures: Figures) -> None:
    """Put the table between the marks in `readme`."""
    before, begin, rest = readme.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise SystemExit(f"{readme} has no place for the figures: {_BEGIN.strip()} … {_END}.")
    readme.write_text(f"{before}{begin}\n{markdown(figures)}\n{end}{after}", encoding="utf-8")


def _lines(figures: Figures) -> Iterator[tuple[str, str, str]]:
    for row in _ROWS:
        begin, star, end = row.key.partition("*")
        for key, value in figures.items():
            if key == row.key or (star and key.startswith(begin) and key.endswith(end)):
                middle = key[len(begin) : len(key) - len(end)]
                says = row.says.format(f"{int(middle):,}" if middle.isdigit() else middle.replace("k", ",000"))
                shown = f"{value:,}" if isinstance(value, int | float) else value
                yield says, f"{shown} {row.unit}", row.aim


def _machine(figures: Figures) -> str:
    quick = " With --quick: a look, not a measurement." if figures["quick"] else ""
    return (
        f"{figures['cores']} cores ({figures['processor']}), {figures['memory_gb']} GB, {figures['system']}, "
        f"Python {figures['python_version']}, chdb-core {figures['chdb_core_version']}, {figures['measured_on']}; "
        f"load average before: {figures['load_average_before']}.{quick}"
    )


if __name__ == "__main__":
    update(README, json.loads(FILE.read_text(encoding="utf-8")))
