"""template.yaml as plain data: functions with their triggers, roles, and tables as the API creates them.

The one idea: there is no second list. The gateway, the stream pump, the clock, the role checks and the tests all read
`Template.load()`, and what it does not understand it refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import cloudformation, triggers
from .cloudformation import Stack, TemplateError
from .roles import Need, Role, check, statement
from .triggers import Unattended, last_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .triggers import Queue, QueueSource, Route, RuleSource, Schedule, StreamSource

ROOT = Path(__file__).resolve().parent.parent
PATH = ROOT / "template.yaml"
CREATE_TABLE = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
)
READS_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
WRITES = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem")


@dataclass(frozen=True)
class Function:
    name: str
    folder: Path
    handler: str
    timeout: int
    memory: int
    environment: Mapping[str, str]
    role: str
    routes: tuple[Route, ...] = ()
    streams: tuple[StreamSource, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    queues: tuple[QueueSource, ...] = ()
    rules: tuple[RuleSource, ...] = ()
    unattended: Unattended = field(default_factory=Unattended)

    @property
    def failure_queues(self) -> frozenset[str]:
        """Where Lambda, in the function's name, keeps what it gave up."""
        given = (*(stream.failure_queue for stream in self.streams), self.unattended.failure_queue)
        return frozenset(name for name in given if name)

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{cloudformation.REGION}:{cloudformation.ACCOUNT}:function:{self.name}"


@dataclass(frozen=True)
class Table:
    name: str
    physical_name: str
    arn: str
    definition: Mapping[str, Any]
    """Arguments of CreateTable, but for the name."""
    ttl_attribute: str | None

    @property
    def partition_key(self) -> str:
        return _partition_key(self.definition)

    @property
    def index_keys(self) -> Mapping[str, str]:
        """The partition key of each secondary index."""
        kinds = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        indexes = [index for kind in kinds for index in self.definition.get(kind, [])]
        return {index["IndexName"]: _partition_key(index) for index in indexes}

    @property
    def create(self) -> dict[str, Any]:
        return {"TableName": self.physical_name, **self.definition}


@dataclass(frozen=True)
class Template:
    root: Path
    functions: Mapping[str, Function]
    roles: Mapping[str, Role]
    tables: Mapping[str, Table]
    queues: Mapping[str, Queue]

    @classmethod
    def load(cls, path: Path = PATH, parameters: Mapping[str, str] | None = None) -> Template:
        """Raises TemplateError for what it does not understand. `parameters` take the place of the defaults."""
        parameters = {"Stage": "local"} if parameters is None else dict(parameters)
        document = _parsed(path.read_text("utf-8"))
        stage = parameters.get("Stage", "local")
        tables = [name for name, raw in document["Resources"].items() if raw["Type"] == "AWS::DynamoDB::Table"]
        stack = Stack(document, parameters, {name: f"broadsheet-{stage}-{name}" for name in tables})
        return _Reader(stack, path.resolve().parent).template()

    def role_of(self, function: str) -> Role:
        return self.roles[self.functions[function].role]

    def writers(self, table: str) -> frozenset[str]:
        """The functions whose role lets them change a table."""
        arn = self.tables[table].arn
        return frozenset(
            name
            for name in self.functions
            for each in self.role_of(name).statements
            if each.effect == "Allow" and arn in each.resources and set(WRITES) & set(each.actions)
        )


@lru_cache(maxsize=2)
def _parsed(text: str) -> Mapping[str, Any]:
    """Whoever loads the template for many stages parses it once. Nobody changes what was parsed."""
    return cloudformation.parse(text)


def create_tables(client: Any, template: Template) -> list[str]:
    """Creates what is missing, waits until it can be used, and answers what was created."""
    known = {name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]}
    missing = [table for table in template.tables.values() if table.physical_name not in known]
    create(client, missing)
    return [table.physical_name for table in missing]


def create(client: Any, missing: Sequence[Table]) -> None:
    """Creates tables of which none is there, and waits until they can be used."""
    for table in missing:
        client.create_table(**table.create)
    for table in missing:
        client.get_waiter("table_exists").wait(TableName=table.physical_name, WaiterConfig={"Delay": 1})
        if table.ttl_attribute:
            ttl = {"AttributeName": table.ttl_attribute, "Enabled": True}
            client.update_time_to_live(TableName=table.physical_name, TimeToLiveSpecification=ttl)


class _Reader:
    """Walks the resources of a stack once."""

    def __init__(self, stack: Stack, root: Path) -> None:
        self.stack = stack
        self.root = root
        raw = stack.document.get("Globals", {}).get("Function", {})
        self.globals: dict[str, Any] = stack.resolve(raw)
        self.streams = {stack.attribute(table, "StreamArn"): table for table in stack.names}

    def template(self) -> Template:
        written = {name: self._role(name, raw) for name, raw in self._of("AWS::IAM::Role")}
        queues = {name: self._queue(name, raw) for name, raw in self._of("AWS::SQS::Queue")}
        functions, own = {}, {}
        for name, raw in self._of("AWS::Serverless::Function"):
            functions[name] = self._function(name, raw)
            _patient(functions[name], queues)
            if functions[name].role not in written:
                own[functions[name].role] = self._own_role(name, raw)
            else:
                _lambda_may(functions[name], written[functions[name].role], queues)
        return Template(
            root=self.root,
            functions=functions,
            roles=written | own,
            tables={name: self._table(name, raw) for name, raw in self._of("AWS::DynamoDB::Table")},
            queues=queues,
        )

    def _of(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in self.stack.resources.items():
            if resource["Type"] == kind:
                yield name, self.stack.resolve(resource.get("Properties", {}))

    def _table(self, name: str, raw: dict[str, Any]) -> Table:
        definition = {key: raw[key] for key in CREATE_TABLE if key in raw}
        if stream := raw.get("StreamSpecification"):
            # CloudFormation implies what the API wants to be told.
            definition["StreamSpecification"] = {"StreamEnabled": True, **stream}
        ttl = raw.get("TimeToLiveSpecification", {})
        return Table(
            name=name,
            physical_name=self.stack.names[name],
            arn=self.stack.attribute(name, "Arn"),
            definition=definition,
            ttl_attribute=ttl["AttributeName"] if ttl.get("Enabled") else None,
        )

    def _queue(self, name: str, raw: dict[str, Any]) -> Queue:
        return triggers.queue(name, self.stack.attribute(name, "Arn"), raw)

    def _role(self, name: str, raw: dict[str, Any]) -> Role:
        documents = [policy["PolicyDocument"] for policy in raw.get("Policies", [])]
        return Role(name, tuple(statement(each) for document in documents for each in document["Statement"]))

    def _own_role(self, name: str, raw: dict[str, Any]) -> Role:
        """The role that SAM makes of a function's `Policies` where it names no role."""
        policies = raw.get("Policies", [])
        policies = policies if isinstance(policies, list) else [policies]
        if not all(isinstance(policy, dict) and "Statement" in policy for policy in policies):
            raise TemplateError(f"{name}: only policies written out as statements are understood")
        return Role(f"{name}Role", tuple(statement(each) for policy in policies for each in policy["Statement"]))

    def _function(self, name: str, raw: dict[str, Any]) -> Function:
        merged = {**self.globals, **raw}
        variables = {
            **self.globals.get("Environment", {}).get("Variables", {}),
            **raw.get("Environment", {}).get("Variables", {}),
        }
        sources: dict[str, list[Any]] = {"routes": [], "streams": [], "schedules": [], "queues": [], "rules": []}
        for event, source in raw.get("Events", {}).items():
            kind, made = triggers.trigger(event, source["Type"], source.get("Properties", {}), self.streams)
            sources[kind].append(made)
        return Function(
            name=name,
            folder=self.root / merged["CodeUri"],
            handler=merged["Handler"],
            timeout=int(merged.get("Timeout", 3)),
            memory=int(merged.get("MemorySize", 128)),
            environment={key: str(value) for key, value in variables.items()},
            role=last_part(raw["Role"]) if "Role" in raw else f"{name}Role",
            unattended=triggers.unattended(raw.get("EventInvokeConfig", {})),
            **{kind: tuple(found) for kind, found in sources.items()},
        )


def _patient(function: Function, queues: Mapping[str, Queue]) -> None:
    """Lambda reads no queue that would hand a message out again while the function may still be at it."""
    for source in function.queues:
        if source.queue not in queues or queues[source.queue].visibility < function.timeout:
            raise TemplateError(f"event {source.name}: the queue's visibility is shorter than the function's timeout")


def _lambda_may(function: Function, role: Role, queues: Mapping[str, Queue]) -> None:
    """Lambda reads and fills queues in a function's name, and refuses to begin where the role would not let it.

    Raises TemplateError. A role that SAM makes has these permissions by itself.
    """
    needs = [Need("sqs:SendMessage", queues[name].arn) for name in sorted(function.failure_queues)]
    needs += [Need(action, queues[source.queue].arn) for source in function.queues for action in READS_QUEUE]
    if refusal := check(role, needs):
        raise TemplateError(f"{function.name}: {refusal.message}")


def _partition_key(definition: Mapping[str, Any]) -> str:
    return next(str(key["AttributeName"]) for key in definition["KeySchema"] if key["KeyType"] == "HASH")
