"""The template, the handlers and the OpenAPI document know the same routes; what is made from the code is current."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate

from contract import __main__ as made
from contract import interface
from contract.document import document
from local.template import ROOT
from tests import answers
from tests.stage import Reply

if TYPE_CHECKING:
    from local.template import Template
    from tests.stage import Stage

ME = {
    "id": "01M0000000000000000000000A",
    "display_name": "A",
    "role": "admin",
    "email": "a@news.example",
    "language": "en",
    "created_at": "2026-03-01T09:00:00.000Z",
}


@pytest.fixture(scope="module")
def openapi() -> Any:
    return json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))


def test_what_is_made_from_the_code_is_committed_as_it_is_made() -> None:
    for path, text in made.made().items():
        assert path.read_text("utf-8") == text, f"{path.name} is not current: make docs"


def test_the_document_is_openapi(openapi: Any) -> None:
    validate(openapi)


def test_the_template_and_the_handlers_know_the_same_routes(template: Template, stage: Stage) -> None:
    for function in template.functions.values():
        if function.routes:
            app = stage.module(function).app
            registered = [*app._static_routes, *app._dynamic_routes]
            known = {(method, _shape(route.path)) for route in registered for method in _several(route.method)}
            # Whatever else there is, is for saying that there is nothing; a HEAD is answered as its GET.
            meant = [route for route in function.routes if not route.path.endswith("+}") and route.method != "HEAD"]
            assert known == {(route.method, _shape(route.path)) for route in meant}, function.name


def test_the_template_and_the_document_know_the_same_routes(template: Template, openapi: Any) -> None:
    routes = {route.key for route in interface.routes(template)}
    assert {f"{method.upper()} {path}" for path, item in openapi["paths"].items() for method in item} == routes


def test_each_path_parameter_is_declared(openapi: Any) -> None:
    for path, item in openapi["paths"].items():
        for operation in item.values():
            references = [each["$ref"].rpartition("/")[2] for each in operation.get("parameters", [])]
            declared = [openapi["components"]["parameters"][name] for name in references]
            names = {each["name"] for each in declared if each["in"] == "path"}
            assert names == set(re.findall(r"{(\w+)}", path))


def test_operation_ids_are_names_and_differ(openapi: Any) -> None:
    ids = [operation["operationId"] for item in openapi["paths"].values() for operation in item.values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][A-Za-z]+", each) for each in ids)


def test_every_schema_and_header_and_parameter_is_used(openapi: Any) -> None:
    text = json.dumps(openapi)
    for kind in ("schemas", "headers", "parameters"):
        for name in openapi["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, f"{kind} {name}"


def test_a_route_that_nobody_described_cannot_be_documented(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contract import operations

    monkeypatch.delitem(operations.OPERATIONS, "GET /v1/front")
    with pytest.raises(KeyError):
        document(template)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"text": '{"id": "1"}'}, "is a required property"),
        ({"status": 202}, "is not documented"),
        ({"headers": {"content-type": "text/plain", "cache-control": "no-store"}}, "is not of type text/plain"),
        ({"headers": {"content-type": "application/json"}}, "has no cache-control"),
        ({"headers": {"content-type": "application/json", "cache-control": "no-store", "server": "x"}}, "undocumented"),
        ({"text": json.dumps({**ME, "role": "king"})}, "king"),
        ({"text": json.dumps({**ME, "more": 1})}, "more"),
    ],
)
def test_an_answer_that_is_not_documented_is_noticed(change: dict[str, Any], complaint: str) -> None:
    sound: dict[str, Any] = {
        "status": 200,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "text": json.dumps(ME),
    }
    answers.documented(Reply(**sound, cookies=[], calls=[], route="GET /v1/me"))
    with pytest.raises(AssertionError, match=complaint):
        answers.documented(Reply(**{**sound, **change}, cookies=[], calls=[], route="GET /v1/me"))


def _shape(path: str) -> str:
    """A path without the names of its parameters: Powertools wants Python's names, the template nicer ones."""
    return re.sub(r"<\w+>|{\w+}", "*", path)


def _several(method: str | list[str]) -> list[str]:
    return [method] if isinstance(method, str) else method
