"""A process's page says what its definition says."""

from __future__ import annotations

from spanledger_correlator.definition.pack import pack_processes
from spanledger_server.process_diagram import diagram
from spanledger_server.process_notes import introduction, step_notes
from spanledger_server.process_pages import process_pages

TEXT = """\
# From here
# to there.
process: x-to-y
# No step's note.
steps:
  # Why it
  # exists.
  - step: x.begun
    system: a
  - step: y.ended
"""


def test_there_is_a_page_for_each_process_and_an_index_of_them() -> None:
    pages = process_pages()
    assert pages.keys() == {"processes/README.md", *(f"processes/{name}.md" for name in pack_processes())}
    assert all(f"]({name}.md)" in pages["processes/README.md"] for name in pack_processes())


def test_a_page_tells_deadlines_owners_severity_and_shared_steps() -> None:
    page = process_pages()["processes/invoice-to-cash.md"]
    assert "| `invoice.posted` | netsuite | yes | 4h after `invoice.generated` | 15m |" in page
    assert "| collections | step: payment.received |" in page
    assert "| critical | stuck: yes, amount: >= 100000 EUR |" in page
    assert "[payment-feedback](payment-feedback.md) (`payment.received`)" in page


def test_comments_are_told_where_they_stand() -> None:
    assert list(introduction(TEXT)) == ["From here", "to there."]
    assert step_notes(TEXT) == {"x.begun": "Why it exists."}


def test_the_diagram_shows_deadlines_order_endings_and_what_is_not_always_needed() -> None:
    steps = [
        {"step": "x.begun", "system": "a", "start": True},
        {"step": "x.told", "system": "a", "required": False},
        {"step": "x.ended", "system": "b", "within": "4h", "of": "x.begun", "end": True, "requires": ["x.told"]},
    ]
    assert list(diagram({"steps": steps, "cancelled_by": ["x.dropped"]})) == [
        "flowchart TD",
        '  s1(["x.begun<br/><i>a</i>"])',
        '  s2["x.told<br/><i>a</i>"]',
        '  s3(["x.ended<br/><i>b</i>"])',
        "  s1 -.-> s2",
        '  s1 -->|"4h"| s3',
        '  s2 -.->|"before"| s3',
        '  s1 -.-> x11{{"x.dropped<br/><i>cancelled</i>"}}',
        "  classDef optional stroke-dasharray: 4 3",
        "  class s2 optional",
    ]
