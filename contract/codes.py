"""The codes a client can meet, read from where they are raised: problems from their classes, field codes from the source.

A field code is a constant at the place that refuses (`invalid(field, code, message)`, `wrong(code, message)`,
`FieldError(field, code, message)`), or in one of the tables of `inputs` and `passwords`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from broadsheet import errors, inputs, passwords

from local.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = {"invalid": 1, "wrong": 0, "FieldError": 1}
"""Which argument of these functions is the code."""
SOURCES = ("layers/shared/broadsheet", "functions")


def problems() -> dict[str, type[errors.Problem]]:
    """Every problem by its code."""
    found = {each.code: each for each in vars(errors).values() if _is_problem(each) and each.__base__ is errors.Problem}
    return dict(sorted(found.items(), key=lambda entry: (entry[1].status, entry[0])))


def _is_problem(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, errors.Problem) and each is not errors.Problem


def fields() -> set[str]:
    """Every code that can stand in a problem's `errors`."""
    tables = {code for code, _ in inputs.CODES.values()} | inputs.OURS | passwords.REFUSALS.keys()
    return tables | set(_raised())


def _raised() -> Iterator[str]:
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLACE:
                    code = node.args[PLACE[node.func.id]]
                    if isinstance(code, ast.Constant):
                        yield str(code.value)
