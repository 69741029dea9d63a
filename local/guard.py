"""Stands before every call of a function to DynamoDB, SQS or EventBridge and refuses what the function's role would not get on AWS.

The one idea: botocore's own events. `everywhere()` reaches each client the process makes later on, whoever makes it;
`attach()` reaches one client. What was allowed is kept, so that tests can name the grants that nobody uses.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from . import calls, roles
from .template import READS_QUEUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .template import Template

EVENT = "provide-client-params"
SERVICES = {"dynamodb", "sqs", "events"}


@dataclass(frozen=True, order=True)
class Grant:
    """An action or a leading-key pattern of one statement."""

    role: str
    statement: int
    what: str
    """An action, or a pattern of leading keys."""
    resource: str


class Guard:
    def __init__(self, template: Template) -> None:
        self.template = template
        self.used: set[Grant] = set()
        self._function: ContextVar[str | None] = ContextVar("function", default=None)

    def become(self, function: str) -> None:
        """From now on this context is that function."""
        self._function.set(function)

    @contextmanager
    def acting(self, function: str) -> Iterator[None]:
        """Calls inside are that function's; calls outside are nobody's and not checked."""
        token = self._function.set(function)
        try:
            yield
        finally:
            self._function.reset(token)

    def attach(self, client: Any) -> None:
        client.meta.events.register(EVENT, self._before_call, unique_id=f"guard-{id(self)}")

    def everywhere(self) -> None:
        from botocore import handlers

        handlers.BUILTIN_HANDLERS.append((EVENT, self._before_call))

    def check(
        self, function: str, operation: str, params: dict[str, Any], service: str = "dynamodb"
    ) -> roles.Refusal | None:
        """None when the function's role allows the call as a whole; then its grants count as used."""
        role = self.template.role_of(function)
        used: set[Grant] = set()
        for need in calls.needs(self.template, operation, params, service):
            verdict = roles.decide(role, need)
            if isinstance(verdict, roles.Refusal):
                return verdict
            used |= set(_grants_used(role, verdict, need))
        self.used |= used
        return None

    def unused(self) -> list[Grant]:
        """What the roles allow functions to do themselves and no call has needed so far."""
        return sorted(set(grants(self.template)) - self.used)

    def _before_call(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        function, service = self._function.get(), model.service_model.service_name
        checked = function and service in SERVICES
        if function and checked and (refusal := self.check(function, model.name, params, service)):
            raise ClientError(_access_denied(refusal), model.name)


def _access_denied(refusal: roles.Refusal) -> Any:
    return {
        "Error": {"Code": "AccessDeniedException", "Message": refusal.message},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }


def grants(template: Template) -> Iterator[Grant]:
    """Every action and pattern that a function's role allows on a table, an index, a queue or a bus."""
    for role in {template.role_of(name).name: template.role_of(name) for name in template.functions}.values():
        for number, statement in enumerate(role.statements):
            for resource in statement.resources:
                for what in (*statement.actions, *statement.leading_keys):
                    if statement.effect == "Allow" and _for_the_code(template, what, resource):
                        yield Grant(role.name, number, what, _short(resource))


def _for_the_code(template: Template, what: str, resource: str) -> bool:
    """Not for Lambda, which reads streams and queues in a function's name, and keeps what was given up."""
    keeps = {template.queues[name].arn for each in template.functions.values() for name in each.failure_queues}
    checked = any(f":{service}:" in resource for service in SERVICES)
    return checked and "/stream/" not in resource and what not in READS_QUEUE and resource not in keeps


def _grants_used(role: roles.Role, statement: roles.Statement, need: roles.Need) -> Iterator[Grant]:
    number = role.statements.index(statement)
    for resource in statement.resources:
        if roles.like(need.resource, resource):
            for action in statement.actions:
                if roles.like(need.action, action):
                    yield Grant(role.name, number, action, _short(resource))
            for pattern in statement.leading_keys:
                if any(roles.like(key, pattern) for key in need.leading_keys):
                    yield Grant(role.name, number, pattern, _short(resource))


def _short(resource: str) -> str:
    return resource.partition(":table/")[2] or resource
