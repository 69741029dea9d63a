"""local/filters.py: event patterns."""

from __future__ import annotations

from typing import Any

import pytest

from local import filters
from local.cloudformation import TemplateError

EVENT = {
    "eventName": "INSERT",
    "dynamodb": {
        "Keys": {"pk": {"S": "ARTICLE#1"}, "sk": {"S": "ARTICLE"}},
        "NewImage": {"live": {"BOOL": True}, "tags": {"L": []}},
        "SizeBytes": 120,
        "Words": ["a", "b"],
    },
}


def keys(rule: Any) -> dict[str, Any]:
    return {"dynamodb": {"Keys": {"pk": {"S": [rule]}}}}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ({"eventName": ["INSERT", "MODIFY"]}, True),
        ({"eventName": ["REMOVE"]}, False),
        ({"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": ["COUNT"]}}}}, False),
        (keys({"prefix": "ARTICLE#"}), True),
        (keys({"prefix": "COMMENT#"}), False),
        (keys({"prefix": {"equals-ignore-case": "article#"}}), True),
        (keys({"suffix": "#1"}), True),
        (keys({"suffix": "#2"}), False),
        (keys({"equals-ignore-case": "article#1"}), True),
        (keys({"wildcard": "ART*#*"}), True),
        (keys({"wildcard": "ART*X"}), False),
        (keys({"anything-but": "ARTICLE#1"}), False),
        (keys({"anything-but": ["a", "b"]}), True),
        (keys({"anything-but": {"prefix": "ARTICLE"}}), False),
        (keys({"exists": True}), True),
        ({"dynamodb": {"OldImage": {"live": {"BOOL": [{"exists": False}]}}}}, True),
        ({"dynamodb": {"NewImage": {"live": {"BOOL": [{"exists": False}]}}}}, False),
        ({"dynamodb": {"OldImage": {"live": {"BOOL": [{"anything-but": [True]}]}}}}, False),
        ({"dynamodb": {"NewImage": {"live": {"BOOL": [1]}}}}, False),
        ({"dynamodb": {"NewImage": {"live": {"BOOL": [True]}}}}, True),
        ({"dynamodb": {"SizeBytes": [{"numeric": [">", 100, "<=", 120]}]}}, True),
        ({"dynamodb": {"SizeBytes": [{"numeric": ["<", 120]}]}}, False),
        (keys({"numeric": ["=", 1]}), False),
        ({"dynamodb": {"Words": ["b"]}}, True),
        ({"dynamodb": {"Words": ["c"]}}, False),
        ({"$or": [{"eventName": ["REMOVE"]}, keys({"prefix": "ARTICLE"})]}, True),
        ({}, True),
    ],
)
def test_a_pattern_matches_as_lambda_says(pattern: dict[str, Any], matches: bool) -> None:
    assert filters.matches(pattern, EVENT) == matches


def test_any_of_several_patterns_is_enough_and_none_lets_all_pass() -> None:
    assert filters.wanted([{"eventName": ["REMOVE"]}, {"eventName": ["INSERT"]}], EVENT)
    assert not filters.wanted([{"eventName": ["REMOVE"]}], EVENT)
    assert filters.wanted([], EVENT)


@pytest.mark.parametrize(
    "pattern", [{"eventName": [{"cidr": "10.0.0.0/8"}]}, {"eventName": "INSERT"}, {"eventName": []}]
)
def test_a_pattern_that_is_not_understood_is_refused(pattern: dict[str, Any]) -> None:
    with pytest.raises(TemplateError, match="pattern"):
        filters.matches(pattern, EVENT)
