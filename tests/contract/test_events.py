"""events/ has one real event for each trigger of the template, in the shape AWS gives it, and nothing else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from local import filters
from local.cloudformation import parse
from local.routes import Routes
from local.template import PATH, ROOT

if TYPE_CHECKING:
    from local.template import Template

FOLDER = ROOT / "events"
TRIGGERS = [
    (name, event, trigger)
    for name, resource in parse(PATH.read_text("utf-8"))["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
    for event, trigger in resource["Properties"]["Events"].items()
]


def file_of(template: Template, function: str, event: str) -> str:
    """EveryMinute of PublishDueFunction is publish_due/every-minute.json."""
    return f"{template.functions[function].folder.name}/{re.sub(r'(?<!^)(?=[A-Z])', '-', event).lower()}.json"


def read(template: Template, function: str, event: str) -> Any:
    return json.loads((FOLDER / file_of(template, function, event)).read_text("utf-8"))


def test_each_trigger_has_an_event(template: Template) -> None:
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    assert there == {file_of(template, function, event) for function, event, _ in TRIGGERS}


@pytest.mark.parametrize(("function", "event"), [(f, e) for f, e, trigger in TRIGGERS if trigger["Type"] == "HttpApi"])
def test_a_request_reaches_the_route_it_is_named_after(template: Template, function: str, event: str) -> None:
    request = read(template, function, event)
    given = request["requestContext"]
    matched = Routes(template).match(given["http"]["method"], request["rawPath"])
    assert matched
    route, reached, parameters = matched
    assert reached.name == function
    assert request["routeKey"] == given["routeKey"] == route.key
    assert request.get("pathParameters", {}) == parameters
    assert (request["version"], given["stage"], given["http"]["path"]) == ("2.0", "$default", request["rawPath"])
    if "body" in request:
        assert int(request["headers"]["content-length"]) == len(request["body"].encode())


@pytest.mark.parametrize(("function", "event"), [(f, e) for f, e, trigger in TRIGGERS if trigger["Type"] == "DynamoDB"])
def test_a_record_passes_the_triggers_filter(template: Template, function: str, event: str) -> None:
    source = next(each for each in template.functions[function].streams if each.name == event)
    records = read(template, function, event)["Records"]
    assert records
    for record in records:
        assert filters.wanted(source.filters, record)


@pytest.mark.parametrize(
    ("function", "event"), [(f, e) for f, e, trigger in TRIGGERS if trigger["Type"] == "EventBridgeRule"]
)
def test_an_event_matches_the_triggers_pattern(template: Template, function: str, event: str) -> None:
    rule = next(each for each in template.functions[function].rules if each.name == event)
    assert filters.matches(rule.pattern, read(template, function, event))


@pytest.mark.parametrize(("function", "event"), [(f, e) for f, e, trigger in TRIGGERS if trigger["Type"] == "SQS"])
def test_a_message_is_of_the_triggers_queue(template: Template, function: str, event: str) -> None:
    source = next(each for each in template.functions[function].queues if each.name == event)
    records = read(template, function, event)["Records"]
    assert 1 <= len(records) <= source.batch_size
    assert all(f"-{source.queue}-" in record["eventSourceARN"] for record in records)
