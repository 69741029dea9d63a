"""Event patterns, as Lambda's event source mappings and EventBridge read them.

A pattern is a map shaped like the event with lists of rules as its leaves: every key must match, any rule of a list may.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from .cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ABSENT = object()
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def wanted(patterns: Iterable[Mapping[str, Any]], event: Mapping[str, Any]) -> bool:
    """Whether any pattern matches; without patterns everything is wanted."""
    patterns = tuple(patterns)
    return not patterns or any(matches(pattern, event) for pattern in patterns)


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    return all(_key_matches(key, rules, event) for key, rules in pattern.items())


def _key_matches(key: str, rules: Any, event: Any) -> bool:
    if key == "$or":
        return any(matches(each, event) for each in rules)
    value = event.get(key, ABSENT) if isinstance(event, dict) else ABSENT
    if isinstance(rules, dict):
        return matches(rules, value)
    if not isinstance(rules, list) or not rules:
        raise TemplateError(f"pattern: {key} needs a list of rules or a map")
    values = value if isinstance(value, list) and value else [value]
    return any(_rule_matches(rule, each) for rule in rules for each in values)


def _rule_matches(rule: Any, value: Any) -> bool:
    if not isinstance(rule, dict):
        return _same(rule, value)
    kind, argument = next(iter(rule.items()))
    test = _RULES.get(kind)
    if test is None:
        raise TemplateError(f"pattern: rule {kind} is not understood")
    return test(argument, value)


def _same(left: Any, right: Any) -> bool:
    """Equal and of the same JSON type: true is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _edge(argument: Any, value: Any, test: Callable[[str, str], bool]) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, dict):
        return test(value.lower(), argument["equals-ignore-case"].lower())
    return test(value, argument)


def _anything_but(argument: Any, value: Any) -> bool:
    if value is ABSENT:
        return False
    if isinstance(argument, dict):
        return not _rule_matches(argument, value)
    excluded = argument if isinstance(argument, list) else [argument]
    return not any(_same(each, value) for each in excluded)


def _numeric(argument: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    pairs = zip(argument[::2], argument[1::2], strict=True)
    return all(COMPARISONS[sign](value, bound) for sign, bound in pairs)


def _exists(argument: bool, value: Any) -> bool:
    """Of leaves only: a map or a missing key does not exist."""
    return argument == (value is not ABSENT and not isinstance(value, dict))


def _wildcard(argument: str, value: Any) -> bool:
    pattern = ".*".join(re.escape(part) for part in argument.split("*"))
    return isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL) is not None


_RULES: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": lambda argument, value: _edge(argument, value, str.startswith),
    "suffix": lambda argument, value: _edge(argument, value, str.endswith),
    "equals-ignore-case": lambda argument, value: isinstance(value, str) and value.lower() == argument.lower(),
    "anything-but": _anything_but,
    "numeric": _numeric,
    "exists": _exists,
    "wildcard": _wildcard,
}
