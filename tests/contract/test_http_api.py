"""The reference for people names every code a client can meet, and every route of one's own account and of logging in."""

from __future__ import annotations

import re

from contract import codes
from contract.operations import OPERATIONS
from contract.shape import ACCOUNT, ADMIN, LOGIN
from local.template import ROOT

TEXT = (ROOT / "docs" / "http-api.md").read_text("utf-8")


def rows(columns: int) -> list[tuple[str, ...]]:
    found = re.findall(r"^\| (.+) \|$", TEXT, re.MULTILINE)
    return [cells for row in found if len(cells := tuple(row.split(" | "))) == columns]


def test_each_problem_is_listed_with_its_status_and_title() -> None:
    listed = [row for row in rows(3) if row[0].isdigit()]
    assert listed == [(str(each.status), f"`{code}`", each.title) for code, each in codes.problems().items()]


def test_each_field_code_is_listed_once_with_what_it_means() -> None:
    listed = [found[1] for code, meaning in rows(2) if (found := re.fullmatch("`([a-z_]+)`", code)) and meaning.strip()]
    assert listed == sorted(codes.fields())


def test_each_route_around_accounts_is_shown() -> None:
    for route, operation in OPERATIONS.items():
        if operation.tag in {LOGIN, ACCOUNT, ADMIN}:
            path = route.partition(" ")[2].removeprefix("/v1").replace("{id}", "")
            assert path in TEXT, route
