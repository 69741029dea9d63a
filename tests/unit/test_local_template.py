"""local/template.py and local/cloudformation.py: what the template says, as plain data."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from moto import mock_aws

from local import cloudformation
from local.cloudformation import Stack, TemplateError
from local.template import Template, create_tables
from local.triggers import Route

if TYPE_CHECKING:
    from pathlib import Path

REGION = "us-east-1"


def stack(text: str, **parameters: str) -> Stack:
    return Stack(cloudformation.parse(dedent(text)), parameters, {"Notes": "local-Notes"})


def resolved(expression: str, **parameters: str) -> Any:
    document = f"""
    Parameters:
      Stage: {{Type: String, Default: prod}}
      Cdn: {{Type: String, Default: true}}
    Conditions:
      WithCdn: !Equals [!Ref Cdn, "true"]
      Quiet: !Not [!Condition WithCdn]
      Both: !And [!Condition WithCdn, {{"Fn::Equals": [!Ref Stage, prod]}}]
      Either: !Or [!Condition Quiet, !Equals [!Ref Stage, prod]]
    Mappings: {{Sizes: {{prod: {{memory: 512}}}}}}
    Resources:
      Notes: {{Type: AWS::DynamoDB::Table}}
      Work: {{Type: AWS::SQS::Queue}}
      Edge: {{Type: AWS::CloudFront::Distribution, Condition: WithCdn}}
      Value: {{Type: Test, Properties: {{It: {expression}}}}}
    """
    its = stack(document, **parameters)
    return its.resolve(its.resources["Value"]["Properties"]).get("It", "left out")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Ref Stage", "prod"),
        ("!Ref Notes", "local-Notes"),
        ("!Ref Work", "https://sqs.us-east-1.amazonaws.com/000000000000/Work"),
        ("!Ref AWS::NoValue", "left out"),
        ("!Sub 'x-${Stage}-${AWS::Region}-${!kept}'", "x-prod-us-east-1-${kept}"),
        ("!Sub ['${Name}/${Stage}', {Name: !Ref Notes}]", "local-Notes/prod"),
        ("!Sub '${Notes.Arn}/index/*'", "arn:aws:dynamodb:us-east-1:000000000000:table/local-Notes/index/*"),
        ("!GetAtt Work.Arn", "arn:aws:sqs:us-east-1:000000000000:Work"),
        ("!GetAtt [Notes, StreamArn]", "arn:aws:dynamodb:us-east-1:000000000000:table/local-Notes/stream/local"),
        ("!GetAtt Edge.DomainName", "Edge.DomainName"),
        ("!Join ['-', [a, !Ref Stage, 1]]", "a-prod-1"),
        ("!Select [1, !Split [',', 'a,b']]", "b"),
        ("!FindInMap [Sizes, !Ref Stage, memory]", 512),
        ("!If [WithCdn, yes, no]", True),
        ("[1, !If [Quiet, 2, !Ref AWS::NoValue]]", [1]),
        ("!If [Both, both, one]", "both"),
        ("!If [Either, either, none]", "either"),
    ],
)
def test_intrinsic_functions_become_values(expression: str, value: Any) -> None:
    assert resolved(expression) == value


def test_parameters_given_turn_conditions_and_what_hangs_on_them() -> None:
    assert resolved("!If [WithCdn, with, without]", Cdn="false") == "without"
    assert (
        "Edge"
        not in stack(
            """
        Parameters: {Cdn: {Type: String, Default: "true"}}
        Conditions: {WithCdn: !Equals [!Ref Cdn, "true"]}
        Resources: {Edge: {Type: Test, Condition: WithCdn}}
        """,
            Cdn="false",
        ).resources
    )


@pytest.mark.parametrize("expression", ["!Ref Nobody", "!GetAtt Nobody.Arn", "!ImportValue x", "!If [Nobody, 1, 2]"])
def test_what_is_not_understood_is_refused_by_name(expression: str) -> None:
    with pytest.raises(TemplateError, match=r"Nobody|ImportValue"):
        resolved(expression)


def test_an_unknown_parameter_and_one_without_a_value_are_refused() -> None:
    with pytest.raises(TemplateError, match="no such parameter: Colour"):
        stack("Resources: {}", Colour="red")
    with pytest.raises(TemplateError, match="Colour has no default"):
        stack("{Parameters: {Colour: {Type: String}}, Resources: {}}")


SMALL = """
Parameters:
  Stage: {Type: String, Default: prod}
Globals:
  Function:
    Handler: app.handler
    Timeout: 7
    Environment: {Variables: {STAGE: !Ref Stage, NOTES: !Ref Notes}}
Resources:
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: by, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - {IndexName: by-person, KeySchema: [{AttributeName: by, KeyType: HASH}], Projection: {ProjectionType: ALL}}
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: gone_at, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  Failed: {Type: AWS::SQS::Queue}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/reader
      MemorySize: 256
      Environment: {Variables: {STAGE: other}}
      Policies:
        - Statement: [{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Notes.Arn}]
      Events:
        One: {Type: HttpApi, Properties: {Method: get, Path: "/notes/{id}"}}
        Rest: {Type: HttpApi}
        Nightly: {Type: Schedule, Properties: {Schedule: cron(0 3 * * ? *), Input: '{"all": true}'}}
        Asked: {Type: EventBridgeRule, Properties: {Pattern: {detail-type: [RebuildRequested]}}}
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Failed.Arn, BatchSize: 3}}
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Notes.StreamArn
            StartingPosition: LATEST
            BatchSize: 25
            MaximumBatchingWindowInSeconds: 2
            MaximumRetryAttempts: 4
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}}
            FilterCriteria: {Filters: [{Pattern: '{"eventName": ["INSERT"]}'}]}
"""


@pytest.fixture
def small(tmp_path: Path) -> Template:
    (tmp_path / "template.yaml").write_text(SMALL, "utf-8")
    return Template.load(tmp_path / "template.yaml")


def test_a_function_has_the_globals_and_its_own(small: Template, tmp_path: Path) -> None:
    function = small.functions["Reader"]
    assert (function.folder, function.timeout, function.memory) == (tmp_path / "functions/reader", 7, 256)
    assert function.environment == {"STAGE": "other", "NOTES": "broadsheet-local-Notes"}
    assert function.routes == (Route("GET", "/notes/{id}"), Route("ANY", "$default"))
    assert [route.key for route in function.routes] == ["GET /notes/{id}", "$default"]


def test_every_kind_of_trigger_is_read(small: Template) -> None:
    function = small.functions["Reader"]
    (stream,) = function.streams
    assert (stream.table, stream.batch_size, stream.window, stream.retries) == ("Notes", 25, 2.0, 4)
    assert (stream.bisect, stream.reports_failures, stream.failure_queue) == (True, True, "Failed")
    assert (stream.filters, stream.from_oldest, stream.max_age) == (({"eventName": ["INSERT"]},), False, -1)
    assert [(each.expression, each.input) for each in function.schedules] == [("cron(0 3 * * ? *)", {"all": True})]
    assert [each.pattern for each in function.rules] == [{"detail-type": ["RebuildRequested"]}]
    assert [(each.queue, each.batch_size) for each in function.queues] == [("Failed", 3)]


def test_a_role_made_by_sam_is_found_by_its_function(small: Template) -> None:
    assert small.role_of("Reader").statements[0].actions == ("dynamodb:PutItem",)
    assert small.writers("Notes") == {"Reader"}


def test_tables_are_created_with_stream_index_and_time_to_live(small: Template) -> None:
    with mock_aws():
        client = botocore.session.Session().create_client("dynamodb", region_name=REGION)
        assert create_tables(client, small) == ["broadsheet-local-Notes"]
        assert create_tables(client, small) == []
        made = client.describe_table(TableName="broadsheet-local-Notes")["Table"]
        ttl = client.describe_time_to_live(TableName="broadsheet-local-Notes")["TimeToLiveDescription"]
    assert made["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert [index["IndexName"] for index in made["GlobalSecondaryIndexes"]] == ["by-person"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "gone_at"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Type: SQS", "Type: Kinesis"),
        ("Statement: [{Effect: Allow", "DynamoDBCrudPolicy: [{Effect: Allow"),
        ("Stream: !GetAtt Notes.StreamArn", "Stream: elsewhere"),
        ("Stream: !GetAtt", "ParallelizationFactor: 4\n            Stream: !GetAtt"),
        ("Action: dynamodb:PutItem", "NotAction: dynamodb:PutItem"),
    ],
)
def test_a_template_that_says_more_than_is_understood_is_refused(tmp_path: Path, said: str, meant: str) -> None:
    (tmp_path / "template.yaml").write_text(SMALL.replace(said, meant), "utf-8")
    with pytest.raises(TemplateError):
        Template.load(tmp_path / "template.yaml")


def test_the_real_template_is_understood_whole() -> None:
    template = Template.load(parameters={"Stage": "local", "SiteOrigin": "http://127.0.0.1:1"})
    assert template.functions["ArticlesFunction"].environment["SITE_ORIGIN"] == "http://127.0.0.1:1"
    assert template.tables["SiteTable"].physical_name == "broadsheet-local-SiteTable"
    assert all(function.folder.is_dir() for function in template.functions.values())
    assert "ArticlesFunction" not in template.writers("SiteTable")
    assert "NewsroomFunction" in template.writers("SiteTable")
