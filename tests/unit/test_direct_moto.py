"""What reaches moto as a call is answered as what goes the long way, down to the reasons of a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from broadsheet import table
from moto import mock_aws

from tests import direct_moto, quick_moto
from tests.conftest import REGION

if TYPE_CHECKING:
    from local.template import Template

KEY = {"pk": {"S": "a"}, "sk": {"S": "1"}}
HELD = KEY | {
    "text": {"S": "Été"},
    "count": {"N": "7"},
    "packed": {"B": b"\x00\xff"},
    "open": {"BOOL": True},
    "gone": {"NULL": True},
    "cards": {"L": [{"M": {"why": {"S": "near"}, "score": {"N": "0.5"}}}]},
}
ABSENT = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
ONE_MORE = {"UpdateExpression": "ADD #count :one", "ExpressionAttributeNames": {"#count": "count"}}
OF_A = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}}


@pytest.fixture(scope="module")
def both(environment: None) -> tuple[Any, Any]:
    """One whose calls are taken directly, and one that goes the long way."""
    direct, other = table.client.__wrapped__("dynamodb"), table.client.__wrapped__("dynamodb")
    direct_moto.attach(direct)
    return direct, other


def answer(client: Any, operation: str, name: str, given: dict[str, Any]) -> Any:
    """Of a call, or why it was refused, to tables that hold one item."""
    client.put_item(TableName=name, Item=HELD)
    try:
        found = getattr(client, operation)(**given)
    except ClientError as refusal:
        found = {"refused": type(refusal).__name__, **refusal.response}
    return {name: each for name, each in found.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("get_item", {"Key": KEY}),
        ("get_item", {"Key": KEY | {"sk": {"S": "2"}}}),
        ("get_item", {"Key": {"pk": {"S": "a"}}}),
        ("query", OF_A),
        ("query", {**OF_A, "Limit": 1, "Select": "COUNT"}),
        ("scan", {}),
        ("put_item", {"Item": HELD, "ReturnValues": "ALL_OLD"}),
        ("put_item", {"Item": HELD, **ABSENT}),
        ("update_item", {"Key": KEY, **ONE_MORE, "ExpressionAttributeValues": {":one": {"N": "1"}}}),
        (
            "update_item",
            {"Key": KEY, **ONE_MORE, "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "ALL_NEW"},
        ),
        ("update_item", {"Key": KEY, **ONE_MORE, "ExpressionAttributeValues": {":one": {"S": "1"}}}),
        ("delete_item", {"Key": KEY, "ReturnValues": "ALL_OLD"}),
        ("delete_item", {"Key": KEY, **ABSENT}),
        ("batch_get_item", {"RequestItems": {"": {"Keys": [KEY]}}}),
        ("transact_write_items", {"TransactItems": [{"Put": {"Item": HELD}}]}),
        ("transact_write_items", {"TransactItems": [{"Put": {"Item": HELD, **ABSENT}}]}),
    ],
)
def test_a_call_is_answered_as_over_http(
    template: Template, tables: dict[str, Any], both: tuple[Any, Any], operation: str, given: dict[str, Any]
) -> None:
    name = next(iter(template.tables.values())).physical_name
    if "RequestItems" in given:
        given = {"RequestItems": {name: given["RequestItems"][""]}}
    elif "TransactItems" in given:
        given = {"TransactItems": [{"Put": {"TableName": name, **given["TransactItems"][0]["Put"]}}]}
    else:
        given = {"TableName": name, **given}
    answers = []
    for client in both:
        with mock_aws():
            quick_moto.begin_with(tables, REGION)
            answers.append(answer(client, operation, name, given))
    assert answers[0] == answers[1]
