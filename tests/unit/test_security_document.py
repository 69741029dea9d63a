"""`docs/security.md` names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
REQUIREMENT = re.compile(r"^\| (V\d+\.\d+\.\d+(?:, V\d+\.\d+\.\d+)*) \|")


def _document() -> str:
    return (ROOT / "docs" / "security.md").read_text("utf-8")


def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_it_names_exists() -> None:
    named = set(NAMED.findall(_document()))
    assert len(named) > 40
    assert [f"{path}::{name}" for path, name in named if name not in _tests_of(path)] == []


def test_every_requirement_has_a_test_or_says_why_none_is_needed() -> None:
    rows = [line for line in _document().splitlines() if REQUIREMENT.match(line)]
    assert len(rows) > 30
    untested = {match[1] for row in rows if not NAMED.search(row) and (match := REQUIREMENT.match(row))}
    assert untested == {"V6.2.10", "V6.4.2"}


def test_no_requirement_is_both_met_and_not() -> None:
    met, _, missed = _document().partition("## Not met")
    ids = re.compile(r"V\d+\.\d+\.\d+")
    in_tables = {one for line in met.splitlines() if line.startswith("| V") for one in ids.findall(line.split("|")[1])}
    assert not in_tables & set(ids.findall(missed))
