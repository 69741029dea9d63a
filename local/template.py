"""template.yaml as plain data: functions with their triggers, roles, and tables as the API creates them.

The one idea: there is no second list. The gateway, the stream pump, the clock, the role checks and the tests all read
`Template.load()`, and what it does not understand it refuses.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import cloudformation
from .cloudformation import Stack, TemplateError
from .roles import Role, statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
WRITES = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem")


@dataclass(frozen=True)
class Route:
    method: str
    path: str

    @property
    def key(self) -> str:
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class StreamSource:
    """One consumer of a table's stream; the limits are those of Lambda's event source mapping."""

    name: str
    table: str
    batch_size: int
    window: float
    """Seconds to wait for a fuller batch."""
    filters: tuple[Mapping[str, Any], ...]
    """A record is delivered when any of them matches, or when there is none."""
    retries: int
    """How often a failed batch is tried again; -1 for ever."""
    max_age: int
    bisect: bool
    reports_failures: bool
    failure_queue: str | None
    from_oldest: bool


@dataclass(frozen=True)
class Schedule:
    name: str
    expression: str
    """`rate(5 minutes)` or `cron(0 3 * * ? *)`, in UTC."""
    input: Any = None
    """Sent in place of the scheduled event where the template says so."""


@dataclass(frozen=True)
class QueueSource:
    name: str
    queue: str
    batch_size: int


@dataclass(frozen=True)
class RuleSource:
    name: str
    pattern: Mapping[str, Any]


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
    queues: tuple[str, ...]

    @classmethod
    def load(cls, path: Path = PATH, parameters: Mapping[str, str] | None = None) -> Template:
        """Raises TemplateError for what it does not understand. `parameters` take the place of the defaults."""
        parameters = {"Stage": "local"} if parameters is None else dict(parameters)
        document = cloudformation.parse(path.read_text("utf-8"))
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


def create_tables(client: Any, template: Template) -> list[str]:
    """Creates what is missing, waits until it can be used, and answers what was created."""
    known = {name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]}
    missing = [table for table in template.tables.values() if table.physical_name not in known]
    for table in missing:
        client.create_table(**table.create)
    for table in missing:
        client.get_waiter("table_exists").wait(TableName=table.physical_name, WaiterConfig={"Delay": 1})
        if table.ttl_attribute:
            ttl = {"AttributeName": table.ttl_attribute, "Enabled": True}
            client.update_time_to_live(TableName=table.physical_name, TimeToLiveSpecification=ttl)
    return [table.physical_name for table in missing]


class _Reader:
    """Walks the resources of a stack once."""

    def __init__(self, stack: Stack, root: Path) -> None:
        self.stack = stack
        self.root = root
        raw = stack.document.get("Globals", {}).get("Function", {})
        self.globals: dict[str, Any] = stack.resolve(raw)

    def template(self) -> Template:
        written = {name: self._role(name, raw) for name, raw in self._of("AWS::IAM::Role")}
        functions, own = {}, {}
        for name, raw in self._of("AWS::Serverless::Function"):
            functions[name] = self._function(name, raw)
            if functions[name].role not in written:
                own[functions[name].role] = self._own_role(name, raw)
        return Template(
            root=self.root,
            functions=functions,
            roles=written | own,
            tables={name: self._table(name, raw) for name, raw in self._of("AWS::DynamoDB::Table")},
            queues=tuple(name for name, _ in self._of("AWS::SQS::Queue")),
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
            kind, made = self._source(event, source["Type"], source.get("Properties", {}))
            sources[kind].append(made)
        return Function(
            name=name,
            folder=self.root / merged["CodeUri"],
            handler=merged["Handler"],
            timeout=int(merged.get("Timeout", 3)),
            memory=int(merged.get("MemorySize", 128)),
            environment={key: str(value) for key, value in variables.items()},
            role=_last_part(raw["Role"]) if "Role" in raw else f"{name}Role",
            **{kind: tuple(found) for kind, found in sources.items()},
        )

    def _source(self, name: str, kind: str, raw: dict[str, Any]) -> tuple[str, Any]:
        match kind:
            case "HttpApi":
                return "routes", Route(raw.get("Method", "ANY").upper(), raw.get("Path", "$default"))
            case "DynamoDB":
                return "streams", self._stream(name, raw)
            case "Schedule" | "ScheduleV2":
                given = raw.get("Input")
                expression = raw.get("Schedule") or raw["ScheduleExpression"]
                return "schedules", Schedule(name, expression, json.loads(given) if given else None)
            case "SQS":
                return "queues", QueueSource(name, _last_part(raw["Queue"]), int(raw.get("BatchSize", 10)))
            case "EventBridgeRule" | "CloudWatchEvent":
                return "rules", RuleSource(name, raw["Pattern"])
        raise TemplateError(f"event {name}: type {kind} is not understood")

    def _stream(self, name: str, raw: dict[str, Any]) -> StreamSource:
        table = next((t for t in self.stack.names if self.stack.attribute(t, "StreamArn") == raw["Stream"]), None)
        if table is None:
            raise TemplateError(f"event {name}: {raw['Stream']} is no stream of a table here")
        failed = raw.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        filters = raw.get("FilterCriteria", {}).get("Filters", [])
        return StreamSource(
            name=name,
            table=table,
            batch_size=int(raw.get("BatchSize", 100)),
            window=float(raw.get("MaximumBatchingWindowInSeconds", 0)),
            filters=tuple(json.loads(each["Pattern"]) for each in filters),
            retries=int(raw.get("MaximumRetryAttempts", -1)),
            max_age=int(raw.get("MaximumRecordAgeInSeconds", -1)),
            bisect=bool(raw.get("BisectBatchOnFunctionError", False)),
            reports_failures="ReportBatchItemFailures" in raw.get("FunctionResponseTypes", []),
            failure_queue=_last_part(failed) if failed else None,
            from_oldest=raw.get("StartingPosition", "LATEST") == "TRIM_HORIZON",
        )


def _partition_key(definition: Mapping[str, Any]) -> str:
    return next(str(key["AttributeName"]) for key in definition["KeySchema"] if key["KeyType"] == "HASH")


def _last_part(arn: str) -> str:
    return re.split(r"[:/]", arn)[-1]
