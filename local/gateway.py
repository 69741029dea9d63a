"""The one port of the local run: API Gateway's part, and the pages under `/_local`.

Only the machine itself is answered: a request whose Host is not ours is refused, whatever it asks for, so that no page
on the web can reach in by pointing a name of its own at 127.0.0.1.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from . import apidocs, aws_json, failures, http_events, mail, pages
from .console import say
from .demo import illustrations
from .http_events import Answer, Malformed, message
from .routes import Routes
from .workers import TIMED_OUT, TOO_MANY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from .carriers import Carriers
    from .clock import Clock
    from .pump import Pump
    from .template import Template
    from .workers import Workers

    Endpoint = Callable[[Request], Awaitable[Response]]

MAX_HEADERS = 10_240
MAX_REQUEST = 10 * 1024 * 1024
MAX_INVOCATION = 6 * 1024 * 1024
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class System:
    """What runs behind the port."""

    template: Template
    workers: Workers
    pump: Pump
    carriers: Carriers
    clock: Clock
    data: Path
    port: int
    engine: str
    accounts: tuple[tuple[str, str], ...] = ()
    """Address and role."""
    password: str = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def settle(self) -> None:
        """Returns when streams, queues and rules have delivered what was written before, and what came of it."""
        while True:
            before = self.pump.invocations, self.carriers.invocations
            await self.pump.settle()
            await self.carriers.settle()
            if before == (self.pump.invocations, self.carriers.invocations):
                return


def application(system: System) -> ASGIApp:
    everything = Route("/{path:path}", Api(system).respond, methods=METHODS)
    return only_from_here(Starlette(routes=[*OwnPages(system).routes(), everything]), system.port)


def only_from_here(app: ASGIApp, port: int) -> ASGIApp:
    hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]")}

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = [value.lower() for name, value in scope["headers"] if name == b"host"]
            if len(given) != 1 or given[0] not in hosts:
                refusal = JSONResponse({"message": "Misdirected Request"}, 421)
                await refusal(scope, receive, send)
                return
            if given[0] != f"127.0.0.1:{port}".encode() and _opens_a_page(scope):
                await RedirectResponse(_here(scope, port), 307)(scope, receive, send)
                return
        await app(scope, receive, send)

    return guarded


def _opens_a_page(scope: Scope) -> bool:
    """Whether somebody typed the address. Under another name than the site's own nobody could log in there: other origin."""
    return scope["method"] == "GET" and (b"sec-fetch-mode", b"navigate") in scope["headers"]


def _here(scope: Scope, port: int) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"http://127.0.0.1:{port}{scope['raw_path'].decode('latin-1')}{'?' if query else ''}{query}"


class Api:
    """The routes of the template."""

    def __init__(self, system: System) -> None:
        self._workers = system.workers
        self._routes = Routes(system.template)
        self._port = system.port

    async def respond(self, request: Request) -> Response:
        answer = await self._answer(request)
        response = Response(answer.body, answer.status)
        lengths = [header for header in response.raw_headers if header[0] == b"content-length"]
        own = ("apigw-requestid", uuid.uuid4().hex[:16])
        response.raw_headers = [(name.lower().encode(), value.encode()) for name, value in (*answer.headers, own)]
        response.raw_headers += lengths
        return response

    async def _answer(self, request: Request) -> Answer:
        raw_path = request.scope["raw_path"].decode("latin-1")
        if _header_bytes(request) > MAX_HEADERS:
            return message(431, "Request Header Fields Too Large")
        matched = self._routes.match(request.method, raw_path)
        if matched is None:
            return message(404, "Not Found")
        body = await _body(request)
        if body is None:
            return message(413, "Request Entity Too Large")
        route, function, parameters = matched
        asked = http_events.Request(
            method=request.method,
            raw_path=raw_path,
            query=request.scope["query_string"].decode("latin-1"),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
            body=body,
            address=request.client.host if request.client else "127.0.0.1",
            port=self._port,
            protocol=f"HTTP/{request.scope['http_version']}",
        )
        event = http_events.event(asked, route, parameters)
        if len(event.get("body", "")) > MAX_INVOCATION:
            return message(413, "Request Entity Too Large")
        return await self._invoke(function.name, event)

    async def _invoke(self, function: str, event: dict[str, Any]) -> Answer:
        outcome = await self._workers.invoke(function, event)
        if outcome.error_type == TIMED_OUT:
            return message(503, "Service Unavailable")
        if outcome.error_type == TOO_MANY:
            return message(429, "Too Many Requests")
        if outcome.error:
            return message(500, "Internal Server Error")
        try:
            return http_events.answer(outcome.payload)
        except Malformed as error:
            say(f"gateway | {function}: its answer is malformed: {error}")
            return message(500, "Internal Server Error")


def _header_bytes(request: Request) -> int:
    """The request line and all headers, which API Gateway limits together."""
    line = len(request.method) + len(request.scope["raw_path"]) + len(request.scope["query_string"])
    return line + sum(len(name) + len(value) for name, value in request.headers.raw)


async def _body(request: Request) -> bytes | None:
    """The whole body, None when it is too large."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_REQUEST:
            return None
        parts.append(part)
    return b"".join(parts)


# ---------------------------------------------------------------- pages of the local run itself


class OwnPages:
    """`/_local`, `/docs`, `/openapi.json`, and the pictures of the demo."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._document = system.template.root / "docs" / "openapi.json"

    def routes(self) -> list[Route]:
        pages_here: list[tuple[str, str, Endpoint]] = [
            ("GET", "/_local", self.overview),
            ("GET", "/_local/mail", self.mail),
            ("POST", f"{mail.SERVICE}/v2/email/outbound-emails", self.send_mail),
            ("POST", aws_json.PATH, self.service),
            ("GET", "/_local/events", self.events),
            ("POST", "/_local/events/settle", self.settle),
            ("POST", "/_local/clock/tick", self.tick),
            ("GET", "/openapi.json", self.openapi),
            ("GET", "/docs", self.docs),
            ("GET", illustrations.PATH, self.illustration),
        ]
        if Routes(self._system.template).match("GET", "/") is None:
            pages_here.append(("GET", "/", self.home))
        return [Route(path, endpoint, methods=[method]) for method, path, endpoint in pages_here]

    async def home(self, _: Request) -> Response:
        return RedirectResponse("/_local")

    async def overview(self, _: Request) -> Response:
        return HTMLResponse(pages.overview(self._system))

    async def mail(self, request: Request) -> Response:
        """For a browser a page to read and to follow links from, for everybody else JSON."""
        to = request.query_params.get("to")
        items = mail.sent(self._system.data, to)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(pages.mailbox(items, self._system.origin, to))
        return JSONResponse({"items": items})

    async def send_mail(self, request: Request) -> Response:
        """SES's SendEmail: what a function sends is in the mail box, and nowhere else."""
        sent = await request.json()
        message_id = mail.receive(self._system.data, sent)
        say(f"mail | “{sent['Content']['Simple']['Subject']['Data']}” is in {self._system.origin}/_local/mail")
        return JSONResponse({"MessageId": message_id})

    async def service(self, request: Request) -> Response:
        """What stands in for SQS and EventBridge."""
        target = request.headers.get("x-amz-target", "")
        status, answer = aws_json.answer(self._system.carriers.services, target, await request.json())
        return JSONResponse(answer, status)

    async def events(self, _: Request) -> Response:
        return JSONResponse(_events(self._system))

    async def settle(self, _: Request) -> Response:
        """Answers when what was written before the request was delivered, and what came of it."""
        await self._system.settle()
        return JSONResponse(_events(self._system))

    async def tick(self, request: Request) -> Response:
        """Runs a function's schedules now."""
        name = request.query_params.get("function", "")
        outcomes = await self._system.clock.tick(name)
        if not outcomes:
            return JSONResponse({"message": f"no schedule wakes {name!r}"}, 404)
        runs = [{"answer": outcome.payload, "error": outcome.error} for outcome in outcomes]
        return JSONResponse({"runs": runs}, 500 if any(run["error"] for run in runs) else 200)

    async def openapi(self, _: Request) -> Response:
        if not self._document.exists():
            return _no_document()
        return Response(self._document.read_bytes(), media_type="application/json")

    async def illustration(self, request: Request) -> Response:
        """What a publisher's own store of pictures would answer."""
        drawing = illustrations.read(request.path_params["name"])
        if drawing is None:
            return JSONResponse({"message": "Not Found"}, 404)
        return Response(drawing, media_type=illustrations.KIND, headers=illustrations.KEPT)

    async def docs(self, _: Request) -> Response:
        if not self._document.exists():
            return _no_document()
        return HTMLResponse(apidocs.page(json.loads(self._document.read_text("utf-8"))))


def _no_document() -> Response:
    return JSONResponse({"message": "docs/openapi.json is not there"}, 404)


def _events(system: System) -> dict[str, Any]:
    deliveries = [*system.pump.deliveries, *system.carriers.deliveries]
    return {
        "deliveries": sorted(deliveries, key=lambda each: str(each["at"]), reverse=True),
        "queues": system.carriers.lengths(),
        "failures": failures.kept(system.data),
        "functions": {
            name: {"workers": pool.running, "answers": pool.counts["answers"], "errors": pool.counts["errors"]}
            for name, pool in system.workers.pools.items()
        },
    }
