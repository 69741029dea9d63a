"""The worked example of docs/ranking.md is what the code computes."""

from __future__ import annotations

from pathlib import Path

from tests.quality import example

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "ranking.md"


def test_the_worked_example_is_what_the_code_computes() -> None:
    said = DOCUMENT.read_text("utf-8")
    missing = [line for line in example.text().splitlines() if line not in said.splitlines()]
    assert missing == [], "python -m tests.quality.example prints it anew"
    assert example.text() in said
