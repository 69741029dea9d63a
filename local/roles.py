"""What a role may do: IAM's decision for one action on one resource.

The one idea: a policy is data and a decision is pure, so the laptop refuses what AWS would refuse, and the tests can ask
which grants nobody uses. How a DynamoDB call becomes actions and leading keys stands in `calls.py`; how the decision is
put in a client's way, in `guard.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from .cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEADING_KEYS = "dynamodb:LeadingKeys"
CHECKED = ("dynamodb:", "sqs:", "events:")
"""Statements of these services are understood whole, or the template is refused; others are only kept."""


@dataclass(frozen=True)
class Need:
    """One action on one resource, as a policy sees it."""

    action: str
    resource: str
    leading_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    """One line of a statement's Condition."""

    operator: str
    key: str
    values: tuple[str, ...]

    def holds(self, given: Sequence[str]) -> bool:
        """`given` are the request's values of the key, none where the request has no such key."""
        qualifier, _, test = self.operator.rpartition(":")
        if_absent = test.endswith("IfExists")
        matches = [_passes(test.removesuffix("IfExists"), value, self.values) for value in given]
        if qualifier == "ForAllValues":
            return all(matches)
        if not given:
            return if_absent
        return any(matches)


@dataclass(frozen=True)
class Statement:
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    clauses: tuple[Clause, ...] = ()

    @property
    def leading_keys(self) -> tuple[str, ...]:
        return tuple(value for clause in self.clauses if clause.key == LEADING_KEYS for value in clause.values)

    def applies(self, need: Need) -> bool:
        given = {LEADING_KEYS: need.leading_keys}
        return (
            any(like(need.action.lower(), action.lower()) for action in self.actions)
            and any(like(need.resource, resource) for resource in self.resources)
            and all(clause.holds(given.get(clause.key, ())) for clause in self.clauses)
        )


@dataclass(frozen=True)
class Role:
    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Refusal:
    """What AWS would answer, and why."""

    role: str
    need: Need
    explicit: bool

    @property
    def message(self) -> str:
        why = (
            f"with an explicit deny in an identity-based policy: {self.need.action}"
            if self.explicit
            else f"because no identity-based policy allows the {self.need.action} action"
        )
        keys = f" (leading keys: {', '.join(self.need.leading_keys)})" if self.need.leading_keys else ""
        return (
            f"User: {self.role} is not authorized to perform: {self.need.action} "
            f"on resource: {self.need.resource} {why}{keys}"
        )


def decide(role: Role, need: Need) -> Statement | Refusal:
    """The first statement that allows it, unless one denies it or none speaks of it."""
    applying = [statement for statement in role.statements if statement.applies(need)]
    if any(statement.effect == "Deny" for statement in applying):
        return Refusal(role.name, need, explicit=True)
    return applying[0] if applying else Refusal(role.name, need, explicit=False)


def check(role: Role, needs: Iterable[Need]) -> Refusal | None:
    """The first refusal; a call is made whole or not at all."""
    for need in needs:
        if isinstance(verdict := decide(role, need), Refusal):
            return verdict
    return None


def statement(raw: Mapping[str, Any]) -> Statement:
    """A policy statement with its references resolved."""
    actions = _several(raw.get("Action", ()))
    if not actions or "Resource" not in raw or raw.get("Effect") not in {"Allow", "Deny"}:
        raise TemplateError(f"a statement needs Effect, Action and Resource: {raw}")
    clauses = tuple(
        Clause(operator, key, _several(values))
        for operator, lines in raw.get("Condition", {}).items()
        for key, values in lines.items()
    )
    if any(action == "*" or action.lower().startswith(CHECKED) for action in actions):
        _understood(clauses)
    return Statement(raw["Effect"], actions, _several(raw["Resource"]), clauses)


def _understood(clauses: Iterable[Clause]) -> None:
    for clause in clauses:
        qualifier, _, test = clause.operator.rpartition(":")
        known = qualifier in {"", "ForAllValues", "ForAnyValue"} and test.removesuffix("IfExists") in _TESTS
        if not known or clause.key != LEADING_KEYS:
            raise TemplateError(f"condition {clause.operator} on {clause.key} is not understood")


def _several(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, (list, tuple)) else (str(value),)


_TESTS = {"StringEquals", "StringNotEquals", "StringLike", "StringNotLike"}


def _passes(test: str, value: str, wanted: Iterable[str]) -> bool:
    found = any(like(value, each) if test.endswith("Like") else value == each for each in wanted)
    return found != ("Not" in test)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def like(value: str, pattern: str) -> bool:
    """IAM's wildcards: `*` is any run of characters, `?` any one."""
    return _pattern(pattern).fullmatch(value) is not None
