"""local/roles.py, calls.py, guard.py: the laptop refuses what AWS would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local import calls, roles
from local.cloudformation import TemplateError
from local.guard import Guard
from local.roles import Need, Refusal, Role
from local.template import Template, create_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/broadsheet-local-Notes"
NAME = "broadsheet-local-Notes"
TEXT = """
Resources:
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: S}
        - {AttributeName: by, AttributeType: S}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - {IndexName: by-person, KeySchema: [{AttributeName: by, KeyType: HASH}], Projection: {ProjectionType: ALL}}
  Writer:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: writer, Handler: app.handler, Role: !GetAtt WriterRole.Arn}
  WriterRole:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query]
                Resource: !GetAtt Notes.Arn
                Condition: {"ForAllValues:StringLike": {dynamodb:LeadingKeys: ["NOTE#*", "LIST"]}}
              - {Effect: Allow, Action: dynamodb:Query, Resource: !Sub "${Notes.Arn}/index/*"}
              - {Effect: Deny, Action: "dynamodb:*", Resource: "*", Condition: {"ForAnyValue:StringEquals": {dynamodb:LeadingKeys: [NOTE#secret]}}}
"""


@pytest.fixture
def notes(tmp_path: Path) -> Template:
    (tmp_path / "template.yaml").write_text(TEXT, "utf-8")
    return Template.load(tmp_path / "template.yaml", {})


def key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "x"}}


def query(condition: str, value: str = "NOTE#1", **more: Any) -> dict[str, Any]:
    values = {":pk": {"S": value}, ":sk": {"S": "x"}}
    return {"TableName": NAME, "KeyConditionExpression": condition, "ExpressionAttributeValues": values, **more}


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("GetItem", {"TableName": NAME, "Key": key("a")}, [("GetItem", TABLE, ("a",))]),
        ("PutItem", {"TableName": NAME, "Item": key("a")}, [("PutItem", TABLE, ("a",))]),
        ("UpdateItem", {"TableName": NAME, "Key": key("a")}, [("UpdateItem", TABLE, ("a",))]),
        ("DeleteItem", {"TableName": NAME, "Key": {"pk": "plain"}}, [("DeleteItem", TABLE, ("plain",))]),
        ("Query", query("pk = :pk"), [("Query", TABLE, ("NOTE#1",))]),
        ("Query", query("begins_with(sk, :sk) AND pk=:pk"), [("Query", TABLE, ("NOTE#1",))]),
        ("Query", query("#p = :pk", ExpressionAttributeNames={"#p": "pk"}), [("Query", TABLE, ("NOTE#1",))]),
        ("Query", query("by = :pk", IndexName="by-person"), [("Query", f"{TABLE}/index/by-person", ("NOTE#1",))]),
        ("Scan", {"TableName": NAME}, [("Scan", TABLE, ())]),
        ("ListTables", {}, [("ListTables", "*", ())]),
        ("GetItem", {"TableName": "other", "Key": key("a")}, [("GetItem", TABLE.replace(NAME, "other"), ())]),
        (
            "BatchGetItem",
            {"RequestItems": {NAME: {"Keys": [key("b"), key("a"), key("a")]}}},
            [("BatchGetItem", TABLE, ("a", "b"))],
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {NAME: [{"PutRequest": {"Item": key("a")}}, {"DeleteRequest": {"Key": key("b")}}]}},
            [("BatchWriteItem", TABLE, ("a", "b"))],
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": NAME, "Item": key("a")}},
                    {"Update": {"TableName": NAME, "Key": key("b")}},
                    {"Delete": {"TableName": NAME, "Key": key("c")}},
                    {"ConditionCheck": {"TableName": NAME, "Key": key("d")}},
                ]
            },
            [
                ("PutItem", TABLE, ("a",)),
                ("UpdateItem", TABLE, ("b",)),
                ("DeleteItem", TABLE, ("c",)),
                ("ConditionCheckItem", TABLE, ("d",)),
            ],
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": NAME, "Key": key("a")}}]},
            [("GetItem", TABLE, ("a",))],
        ),
    ],
)
def test_a_call_needs_these_actions_on_these_keys(
    notes: Template, operation: str, params: dict[str, Any], expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    needed = [(need.action, need.resource, need.leading_keys) for need in calls.needs(notes, operation, params)]
    assert needed == [(f"dynamodb:{action}", resource, keys) for action, resource, keys in expected]


QUEUE = "arn:aws:sqs:us-east-1:000000000000:Work"
BUS = "arn:aws:events:us-east-1:000000000000:event-bus"


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("sqs", "SendMessage", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/Work"}, [("SendMessage", QUEUE)]),
        ("sqs", "SendMessageBatch", {"QueueUrl": "http://127.0.0.1/1/Work"}, [("SendMessage", QUEUE)]),
        ("events", "PutEvents", {"Entries": [{}, {}]}, [("PutEvents", f"{BUS}/default")]),
        (
            "events",
            "PutEvents",
            {"Entries": [{"EventBusName": "b"}, {"EventBusName": f"{BUS}/a"}]},
            [("PutEvents", f"{BUS}/a"), ("PutEvents", f"{BUS}/b")],
        ),
    ],
)
def test_a_call_to_a_queue_or_a_bus_needs_these_actions(
    notes: Template, service: str, operation: str, params: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    needed = [(need.action, need.resource) for need in calls.needs(notes, operation, params, service)]
    assert needed == [(f"{service}:{action}", resource) for action, resource in expected]


@pytest.mark.parametrize(
    ("action", "resource", "keys", "allowed"),
    [
        ("PutItem", TABLE, ("NOTE#1",), True),
        ("PutItem", TABLE, ("NOTE#1", "LIST"), True),
        ("PutItem", TABLE, ("NOTE#1", "OTHER"), False),
        ("PutItem", TABLE, ("LIST#1",), False),
        ("DeleteItem", TABLE, ("NOTE#1",), False),
        ("PutItem", f"{TABLE}2", ("NOTE#1",), False),
        ("Query", f"{TABLE}/index/by", ("anybody",), True),
        ("GetItem", TABLE, ("NOTE#secret",), False),
        # IAM calls a condition over all values true where there are none: why no role may scan.
        ("Query", TABLE, (), True),
    ],
)
def test_iam_decides_so(notes: Template, action: str, resource: str, keys: tuple[str, ...], allowed: bool) -> None:
    refusal = roles.check(notes.role_of("Writer"), [Need(f"dynamodb:{action}", resource, keys)])
    assert (refusal is None) == allowed


@pytest.mark.parametrize(
    ("operator", "given", "holds"),
    [
        ("StringEquals", ["a"], True),
        ("StringEquals", ["b"], False),
        ("StringEquals", [], False),
        ("StringEqualsIfExists", [], True),
        ("StringNotEquals", ["b"], True),
        ("StringNotLike", ["a"], False),
        ("ForAllValues:StringEquals", ["a", "b"], False),
        ("ForAnyValue:StringEquals", ["a", "b"], True),
        ("ForAnyValue:StringEquals", [], False),
    ],
)
def test_condition_operators(operator: str, given: list[str], holds: bool) -> None:
    assert roles.Clause(operator, roles.LEADING_KEYS, ("a",)).holds(given) == holds


def test_a_refusal_reads_as_amazons() -> None:
    verdict = roles.decide(Role("WriterRole", ()), Need("dynamodb:PutItem", TABLE, ("a",)))
    assert isinstance(verdict, Refusal)
    assert verdict.message == (
        f"User: WriterRole is not authorized to perform: dynamodb:PutItem on resource: {TABLE} because no "
        "identity-based policy allows the dynamodb:PutItem action (leading keys: a)"
    )


@pytest.mark.parametrize(
    "condition", [{"ForAllValues:StringEquals": {"dynamodb:Attributes": ["a"]}}, {"IpAddress": {"aws:SourceIp": "::"}}]
)
def test_a_condition_that_is_not_understood_is_refused(condition: dict[str, Any]) -> None:
    with pytest.raises(TemplateError, match="not understood"):
        roles.statement({"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE, "Condition": condition})


@pytest.fixture
def client(notes: Template) -> Iterator[Any]:
    with mock_aws():
        made = botocore.session.Session().create_client("dynamodb", region_name="us-east-1")
        create_tables(made, notes)
        yield made


def test_a_guarded_client_refuses_before_anything_is_sent(notes: Template, client: Any) -> None:
    guard = Guard(notes)
    guard.attach(client)
    client.put_item(TableName=NAME, Item=key("OTHER"))  # nobody's call
    with guard.acting("Writer"):
        client.put_item(TableName=NAME, Item=key("NOTE#1"))
        with pytest.raises(ClientError) as refused:
            client.delete_item(TableName=NAME, Key=key("OTHER"))
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert client.get_item(TableName=NAME, Key=key("OTHER"))["Item"]


def test_a_transaction_with_one_forbidden_part_is_refused_whole(notes: Template, client: Any) -> None:
    guard = Guard(notes)
    guard.attach(client)
    puts = [{"Put": {"TableName": NAME, "Item": key(pk)}} for pk in ("NOTE#1", "OTHER")]
    with guard.acting("Writer"), pytest.raises(ClientError):
        client.transact_write_items(TransactItems=puts)
    assert "Item" not in client.get_item(TableName=NAME, Key=key("NOTE#1"))
    assert not guard.used


def test_grants_that_no_call_needed_are_named(notes: Template, client: Any) -> None:
    guard = Guard(notes)
    guard.attach(client)
    with guard.acting("Writer"):
        client.put_item(TableName=NAME, Item=key("NOTE#1"))
        client.query(**query("pk = :pk"))
    unused = [(grant.what, grant.resource) for grant in guard.unused()]
    assert unused == [("LIST", NAME), ("dynamodb:GetItem", NAME), ("dynamodb:Query", f"{NAME}/index/*")]


def test_grants_that_lambda_needs_in_a_functions_name_are_not_the_functions(tmp_path: Path) -> None:
    text = TEXT.replace(
        "              - {Effect: Deny",
        """              - {Effect: Allow, Action: [sqs:SendMessage, sqs:ReceiveMessage, sqs:DeleteMessage], Resource: !GetAtt Work.Arn}
              - {Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Failed.Arn}
              - {Effect: Allow, Action: events:PutEvents, Resource: !Sub "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"}
              - {Effect: Deny""",
    ).replace(
        "Role: !GetAtt WriterRole.Arn}",
        """Role: !GetAtt WriterRole.Arn,
      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}}}}
  Work: {Type: AWS::SQS::Queue}
  Failed: {Type: AWS::SQS::Queue}""",
    )
    (tmp_path / "template.yaml").write_text(text, "utf-8")
    guard = Guard(Template.load(tmp_path / "template.yaml", {}))
    of_queues = {(grant.what, grant.resource) for grant in guard.unused() if "dynamodb" not in grant.what}
    assert of_queues >= {("sqs:SendMessage", QUEUE), ("events:PutEvents", f"{BUS}/default")}
    assert not {grant for grant in of_queues if "Receive" in grant[0] or "Delete" in grant[0] or "Failed" in grant[1]}
    assert guard.check("Writer", "SendMessage", {"QueueUrl": "x/Work"}, "sqs") is None
    assert ("sqs:SendMessage", QUEUE) not in {(grant.what, grant.resource) for grant in guard.unused()}
    assert guard.check("Writer", "SendMessage", {"QueueUrl": "x/Other"}, "sqs")
