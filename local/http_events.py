"""API Gateway's HTTP API, payload format 2.0: a request becomes an event, a function's answer a response.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from .cloudformation import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .triggers import Route

API_ID = "local"
TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}
NOT_PASSED_ON = {"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
WITHOUT_BODY = {204, 304}


@dataclass(frozen=True)
class Request:
    method: str
    raw_path: str
    """As it was sent: percent-encoded."""
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    address: str
    port: int
    protocol: str = "HTTP/1.1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


def event(request: Request, route: Route, path_parameters: Mapping[str, str]) -> dict[str, Any]:
    """Keys that have nothing to say are left out, as API Gateway does."""
    now = datetime.now(UTC)
    headers = _headers(request)
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(request.raw_path),
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": headers.get("host", ""),
            "domainPrefix": API_ID,
            "http": {
                "method": request.method,
                "path": unquote(request.raw_path),
                "protocol": request.protocol,
                "sourceIp": request.address,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route.key,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies := [part.strip() for value in _all(request.headers, "cookie") for part in value.split(";")]:
        made["cookies"] = [cookie for cookie in cookies if cookie]
    if query := parse_qsl(request.query, keep_blank_values=True):
        made["queryStringParameters"] = _joined(query)
    if path_parameters:
        made["pathParameters"] = dict(path_parameters)
    if request.body:
        made["body"], made["isBase64Encoded"] = _body(request.body, headers.get("content-type", ""))
    return made


def _headers(request: Request) -> dict[str, str]:
    """Lower case, repeated ones joined; cookies stand elsewhere, and the forwarding ones are API Gateway's own."""
    names = ((name.lower(), value) for name, value in request.headers)
    headers = _joined((name, value) for name, value in names if name != "cookie")
    forwarded = headers.get("x-forwarded-for")
    headers["x-forwarded-for"] = f"{forwarded}, {request.address}" if forwarded else request.address
    headers["x-forwarded-port"] = str(request.port)
    headers["x-forwarded-proto"] = "http"
    return headers


def _all(headers: Iterable[tuple[str, str]], wanted: str) -> list[str]:
    return [value for name, value in headers if name.lower() == wanted]


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, content_type: str) -> tuple[str, bool]:
    """Text as text; everything API Gateway has no reason to think text in base64."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in TEXT_TYPES or kind.startswith("text/"):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


class Malformed(Exception):  # noqa: N818
    """API Gateway would answer 500 for what the function returned."""


def answer(payload: Any) -> Answer:
    """A dict with `statusCode` says everything; anything else is itself the JSON body. Raises Malformed."""
    if not isinstance(payload, Mapping) or "statusCode" not in payload:
        return Answer(200, [("content-type", "application/json")], json.dumps(payload).encode())
    status = _status(payload["statusCode"])
    given, cookies = payload.get("headers") or {}, payload.get("cookies") or []
    if not isinstance(given, Mapping) or not isinstance(cookies, list):
        raise Malformed("headers must be a map, cookies a list")
    headers = [(str(name), _scalar(value)) for name, value in given.items() if str(name).lower() not in NOT_PASSED_ON]
    headers += [("set-cookie", str(cookie)) for cookie in cookies]
    body = b"" if status in WITHOUT_BODY else _decoded(payload.get("body"), bool(payload.get("isBase64Encoded")))
    if body and not _all(headers, "content-type"):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    return Answer(status, headers, body)


def _status(value: Any) -> int:
    try:
        status = int(value)
    except (TypeError, ValueError):
        raise Malformed(f"statusCode {value!r}") from None
    if isinstance(value, bool) or not 200 <= status <= 599:  # noqa: PLR2004  no interim answers
        raise Malformed(f"statusCode {value!r}")
    return status


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (str, int, float)):
        raise Malformed("a header must be a text")
    if any(character in str(value) for character in "\r\n\0"):
        raise Malformed("a header has a line break")
    return str(value)


def _decoded(body: Any, encoded: bool) -> bytes:
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed("the body must be a text")
    try:
        return base64.b64decode(body, validate=True) if encoded else body.encode()
    except ValueError as error:
        raise Malformed(str(error)) from None


def message(status: int, text: str) -> Answer:
    """An answer of API Gateway's own."""
    return Answer(status, [("content-type", "application/json")], json.dumps({"message": text}).encode())
