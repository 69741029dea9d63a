"""Every answer the tests see is held against the OpenAPI document: status, type, headers and body.

Stricter than clients have to be: a field or a header that the document does not name is refused too.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from contract import interface
from local.template import ROOT

if TYPE_CHECKING:
    from .stage import Reply

OF_ANY_ANSWER = {"content-type", "content-encoding"}


def documented(reply: Reply) -> None:
    """Raises AssertionError for what the document does not say of the reply's route. Pages are none of its business."""
    if not interface.is_interface(reply.route.partition(" ")[2]):
        return
    where = f"{reply.route} {reply.status}"
    answers = _operation(reply.route)["responses"]
    assert str(reply.status) in answers, f"{where} is not documented: {reply.text[:500]}"
    answer = answers[str(reply.status)]
    _headers(where, answer, reply)
    kinds = answer.get("content", {})
    if not kinds:
        assert reply.text == "", f"{where} has no body"
        return
    kind = reply.headers["content-type"]
    assert kind in kinds, f"{where} is not of type {kind}"
    fits(where, kind, reply.json)


def fits(where: str, kind: str, body: Any) -> None:
    """Raises AssertionError for a body of this type that a route does not answer with a status: `GET /v1/me 200`."""
    wrong = [f"{error.json_path}: {error.message[:300]}" for error in _validator(where, kind).iter_errors(body)]
    assert not wrong, f"{where}: {wrong}"


def _headers(where: str, answer: Any, reply: Reply) -> None:
    known = {name.lower(): _resolved(header) for name, header in answer["headers"].items()}
    given = {**reply.headers, **({"set-cookie": reply.cookies[0]} if reply.cookies else {})}
    for name, header in known.items():
        assert name in given or not _always(name, header, reply), f"{where} has no {name}"
        if name in given:
            assert re.search(header["schema"]["pattern"], given[name]), f"{where}: {name} is {given[name]}"
    assert given.keys() <= known.keys() | OF_ANY_ANSWER, f"{where} has undocumented headers"


def _always(name: str, header: Any, reply: Reply) -> bool:
    """Answers of one status share their headers; WWW-Authenticate belongs to one of two problems."""
    return bool(header["required"]) and not (name == "www-authenticate" and reply.json["code"] == "login_failed")


def _resolved(header: Any) -> Any:
    return _document()["components"]["headers"][header["$ref"].rpartition("/")[2]]


def _operation(route: str) -> Any:
    method, _, path = route.partition(" ")
    return _document()["paths"][path][method.lower()]


@cache
def _document() -> Any:
    return json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))


@cache
def _closed() -> Any:
    return _close(_document()["components"])


def _close(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_close(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _close(each) for name, each in schema.items()}
    if "properties" in schema and "required" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


@cache
def _validator(where: str, kind: str) -> Draft202012Validator:
    route, _, status = where.rpartition(" ")
    schema = _operation(route)["responses"][status]["content"][kind]["schema"]
    return Draft202012Validator({**schema, "components": _closed()})
