"""The whole backend on a stage: requests become API Gateway events, functions answer, streams reach their consumers.

Everything is read from `template.yaml`: routes, tables, filters and roles. Each call a function makes is checked against
its role, exactly as the local run does it.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from broadsheet import accounts, articles, clock, sessions, table

from local import filters, http_events
from local.routes import Routes
from local.worker import Context
from local.workers import Outcome

from .mailbox import Outbound
from .post import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from broadsheet.roles import Role

    from local.guard import Guard
    from local.messages import Subscription
    from local.template import Function, Template

    from .mailbox import Mail
    from .meter import Call, Meter

PASSWORD = "four small words are long"
ADDRESS = "203.0.113.9"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str
    cookies: list[str]
    calls: list[Call]
    route: str
    body: bytes = b""
    """What `text` says, or a picture."""

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def etag(self) -> str:
        return self.headers["etag"]

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["code"])

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with which field."""
        return {error["field"]: error["code"] for error in self.json["errors"]}


@dataclass
class Stage:
    template: Template
    guard: Guard
    meter: Meter
    outbound: Outbound = field(default_factory=Outbound)
    post: Post = field(default_factory=Post)
    judges: tuple[Callable[[Reply], None], ...] = ()
    """Each looks at every reply, and raises where it finds fault."""
    replies: list[Reply] = field(default_factory=list)
    breaking: bool = False
    """Whether an unexpected failure is what the test is after."""
    _people: int = 0
    _remarks: int = 0
    _tokens: dict[str, str] = field(default_factory=dict)
    _delivered: dict[str, str] = field(default_factory=dict)
    _shards: dict[str, dict[str, str] | None] = field(default_factory=dict)

    # ------------------------------------------------------------ requests

    def call(
        self,
        method: str,
        path: str,
        send: Any = None,
        *,
        token: str = "",
        version: int | None = None,
        query: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        address: str = ADDRESS,
        **headers: str,
    ) -> Reply:
        """A request as a client makes it: `send` goes as JSON, `version` as If-Match, keyword headers with hyphens."""
        body = raw if raw is not None else b"" if send is None else json.dumps(send).encode()
        given = {"host": "news.example", **({"content-type": "application/json"} if body or method != "GET" else {})}
        given |= {"authorization": f"Bearer {token}"} if token else {}
        given |= {"if-match": f'"{version}"'} if version is not None else {}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        asked = urlencode(query or {}, doseq=True)
        request = http_events.Request(method, quote(path), asked, list(given.items()), body, address, 443)
        matched = Routes(self.template).match(method, request.raw_path)
        assert matched, f"{method} {path} is no route of the template"
        route, function, parameters = matched
        with self.meter.measuring() as calls:
            payload = self.invoke(function.name, http_events.event(request, route, parameters))
        reply = _reply(payload, calls, route.key)
        self.replies.append(reply)
        assert reply.status != 500 or self.breaking, reply.route
        for judge in self.judges:
            judge(reply)
        return reply

    def invoke(self, name: str, event: Any) -> Any:
        function = self.template.functions[name]
        with self.guard.acting(name):
            return self._handler(function)(event, _context(function))

    def _handler(self, function: Function) -> Callable[[Any, Any], Any]:
        handler: Callable[[Any, Any], Any] = self.module(function).handler
        return handler

    def module(self, function: Function) -> Any:
        return _module(function.name, function.folder)

    # ------------------------------------------------------------ events

    def settle(self) -> None:
        """Delivers what streams, queues and the bus hold, and what comes of that, until nothing is left.

        Readers' memories fade.
        """
        articles.forget()
        while sum(self._settled(logical_id) for logical_id in self.template.tables) + self.carry():
            pass

    def _settled(self, logical_id: str) -> bool:
        records = self.records(logical_id)
        for function in self.template.functions.values():
            assert not records or self.deliver(function.name, logical_id, records) == []
        return bool(records)

    def deliver(self, name: str, logical_id: str, records: list[Any]) -> list[Any]:
        """Those of the records that the function wants and could not do."""
        failed: list[Any] = []
        for source in self.template.functions[name].streams:
            wanted = [
                record for record in records if source.table == logical_id and filters.wanted(source.filters, record)
            ]
            answer = self.invoke(name, {"Records": wanted}) if wanted else {"batchItemFailures": []}
            numbers = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            failed += [record for record in wanted if record["dynamodb"]["SequenceNumber"] in numbers]
        return failed

    def carry(self) -> int:
        """Delivers the messages and events that wait now; how many there were. None of them may fail."""
        return sum(self._carried(subscription) for subscription in self.post.subscriptions)

    def _carried(self, subscription: Subscription) -> int:
        batch = subscription.messages.take(subscription.batch_size)
        if batch:
            outcome = Outcome(self.invoke(subscription.function, subscription.event(batch)))
            assert not subscription.failed(batch, outcome), outcome
        for message in batch:
            subscription.messages.done(message)
        return len(batch)

    def records(self, logical_id: str) -> list[Any]:
        """What a table's stream holds since it was last asked; nothing for a table without one."""
        name = self.template.tables[logical_id].physical_name
        if name not in self._shards:
            self._shards[name] = _shard(name)
        shard = self._shards[name]
        return self._new_records(table.client("dynamodbstreams"), name, shard) if shard else []

    def _new_records(self, streams: Any, name: str, shard: dict[str, str]) -> list[Any]:
        """By number, not by an iterator: moto puts the whole stream back to a copy when a transaction is refused."""
        since = {"ShardIteratorType": "TRIM_HORIZON"}
        if name in self._delivered:
            since = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self._delivered[name]}
        iterator = streams.get_shard_iterator(**shard, **since)["ShardIterator"]
        found: list[Any] = []
        while (page := streams.get_records(ShardIterator=iterator))["Records"]:
            found += [_as_delivered(record) for record in page["Records"]]
            iterator = page["NextShardIterator"]
        if found:
            self._delivered[name] = found[-1]["dynamodb"]["SequenceNumber"]
        return found

    def items(self, logical_id: str) -> list[Any]:
        """Every item of a table."""
        name = self.template.tables[logical_id].physical_name
        pages = table.client().get_paginator("scan").paginate(TableName=name)
        return [table.to_item(item) for page in pages for item in page["Items"]]

    def everything(self) -> list[Any]:
        """Every item of every table."""
        return [item for logical_id in self.template.tables for item in self.items(logical_id)]

    def restore(self, logical_id: str, items: list[Any]) -> None:
        """The table as a backup had it."""
        name = self.template.tables[logical_id].physical_name
        for item in self.items(logical_id):
            table.write(table.delete(name, {"pk": item["pk"], "sk": item["sk"]}))
        for item in items:
            table.write(table.put(name, item))
        self.records(logical_id)

    def tick(self) -> Any:
        """The minute's tick of publish_due."""
        return self.invoke("PublishDueFunction", {"source": "aws.events", "detail-type": "Scheduled Event"})

    def every_five_minutes(self) -> Any:
        """The tick of build_lists."""
        return self.invoke("BuildListsFunction", {"source": "aws.events", "detail-type": "Scheduled Event"})

    def night(self) -> None:
        """The night's work, to its end."""
        self.invoke("BuildListsFunction", {"night": True})
        self.settle()

    # ------------------------------------------------------------ people

    def account(self, role: Role, name: str = "") -> str:
        """The address of a new account; its password is PASSWORD."""
        return self._account(role, name).email

    def person(self, role: Role, name: str = "") -> str:
        """The token of a new account with this role, logged in."""
        token, _ = sessions.start(self._account(role, name), "", clock.now())
        return token

    def _account(self, role: Role, name: str) -> accounts.Account:
        name = name or role
        self._people += 1
        return accounts.create(f"{name}-{self._people}@news.example", PASSWORD, name.title(), role, clock.now())

    def token(self, role: Role) -> str:
        """The one account of a role on this stage."""
        if role not in self._tokens:
            self._tokens[role] = self.person(role)
        return self._tokens[role]

    def mails(self, to: str = "") -> list[Mail]:
        """What was sent, oldest first, after everything that waits was delivered."""
        self.settle()
        return [mail for mail in self.outbound.sent if to in {"", mail.to}]

    def register(self, email: str, password: str = PASSWORD, name: str = "Mara Lind", **fields: Any) -> Reply:
        given = {"email": email, "password": password, "display_name": name, **fields}
        return self.call("POST", "/v1/register", given)

    def registered(self, email: str, password: str = PASSWORD, name: str = "Mara Lind", **fields: Any) -> Any:
        """A reader's own way to an account; the account."""
        assert self.register(email, password, name, **fields).status == 202
        verified = self.call("POST", "/v1/verify", {"token": self.mails()[-1].token})
        assert verified.status == 200, verified.text
        return verified.json["account"]

    def log_in(self, email: str, password: str = PASSWORD, **also: Any) -> Reply:
        headers = {name: also.pop(name) for name in set(also) - {"transport"}}
        return self.call("POST", "/v1/login", {"email": email, "password": password, **also}, **headers)

    def member(self, email: str, **fields: Any) -> str:
        """The token of a reader who registered, confirmed and logged in."""
        self.registered(email, **fields)
        return str(self.log_in(email).json["token"])

    # ------------------------------------------------------------ articles

    def draft(self, token: str = "", **fields: Any) -> Any:
        reply = self.call("POST", "/v1/newsroom/articles", article(**fields), token=token or self.token("editor"))
        assert reply.status == 201, reply.text
        return reply.json

    def publish(self, draft: Any, token: str = "", **given: Any) -> Any:
        reply = self.call(
            "POST",
            f"/v1/newsroom/articles/{draft['id']}/publish",
            given,
            token=token or self.token("editor"),
            version=draft["version"],
        )
        assert reply.status == 200, reply.text
        articles.forget()
        return reply.json

    def save(self, article: Any, patch: Any, token: str = "", **headers: str) -> Reply:
        path = f"/v1/newsroom/articles/{article['id']}"
        return self.call(
            "PATCH", path, patch, token=token or self.token("editor"), version=article["version"], **headers
        )

    def act(self, article: Any, action: str, given: Any = None, token: str = "") -> Reply:
        """A POST below an article: publish, unpublish, corrections, revisions/1/restore."""
        path = f"/v1/newsroom/articles/{article['id']}/{action}"
        return self.call("POST", path, given, token=token or self.token("editor"), version=article["version"])

    def published(self, token: str = "", **fields: Any) -> Any:
        return self.publish(self.draft(token, **fields), token)

    def read(self, slug: str) -> Reply:
        return self.call("GET", f"/v1/articles/{slug}")

    # ------------------------------------------------------------ comments

    def say(self, slug: str, token: str = "", text: str = "", *, guest: str = "", to: str = "", **others: Any) -> Reply:
        """A member's or a guest's comment on its way, with new words unless given; `to` is the id of what it answers.

        `email` is the guest's, `form` holds other fields; what is left is the address it comes from, and headers.
        """
        self._remarks += 1
        given = {"text": text or f"Remark {self._remarks}", **others.pop("form", {})}
        if to:
            given["parent_id"] = to
        if guest:
            email = others.pop("email", None)
            given["guest"] = {"name": guest, **({"email": email} if email else {})}
        return self.call("POST", f"/v1/articles/{slug}/comments", given, token=token, **others)

    def comment(self, slug: str, token: str = "", text: str = "", *, guest: str = "", **others: Any) -> Any:
        """A comment that is taken, as its writer is told of it: somebody's, or any guest's."""
        reply = self.say(slug, token, text, guest=guest or ("" if token else "Passer-by"), **others)
        assert reply.status == 201, reply.text
        return reply.json

    def thread(self, slug: str, **query: Any) -> Any:
        """A page of an article's thread, after everything in it was counted."""
        self.settle()
        reply = self.call("GET", f"/v1/articles/{slug}/comments", query=query)
        assert reply.status == 200, reply.text
        return reply.json

    def moderate(self, comment: Any, action: str) -> Any:
        """A comment after a moderator's decision: approve, reject, spam, hide."""
        path = f"/v1/moderation/comments/{comment['id']}/{action}"
        reply = self.call("POST", path, token=self.token("moderator"))
        assert reply.status == 200, reply.text
        return reply.json


def article(**fields: Any) -> dict[str, Any]:
    """The least an article needs, with these fields changed; None leaves one out."""
    whole = {
        "headline": "Harbour bridge opens to trams",
        "section": "politics",
        "byline": [{"name": "Ada Quist", "slug": "ada-quist"}],
        "body": {"format": "html", "text": "<p>The first tram crossed at noon.</p>"},
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not None}


def _shard(table_name: str) -> dict[str, str] | None:
    """The one shard of a table's stream."""
    arn = table.client().describe_table(TableName=table_name)["Table"].get("LatestStreamArn")
    if arn is None:
        return None
    described = table.client("dynamodbstreams").describe_stream(StreamArn=arn)["StreamDescription"]
    return {"StreamArn": arn, "ShardId": described["Shards"][0]["ShardId"]}


def _as_delivered(record: Any) -> Any:
    """With its time as Lambda has it."""
    change = record["dynamodb"]
    return {**record, "dynamodb": {**change, "ApproximateCreationDateTime": _seconds(change)}}


def _seconds(change: Any) -> float:
    return float(change["ApproximateCreationDateTime"].timestamp())


@cache
def _module(name: str, folder: Path) -> Any:
    """A function's `app.py`: all have that name, so each is loaded under one of its own."""
    spec = importlib.util.spec_from_file_location(f"functions_{name}", folder / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _context(function: Function) -> Context:
    return Context(function.name, str(function.memory), function.arn, "test-request", time.time() + function.timeout)


def _reply(payload: Any, calls: list[Call], route: str) -> Reply:
    answer = http_events.answer(payload)
    headers = {name.lower(): value for name, value in answer.headers if name.lower() != "set-cookie"}
    body = gzip.decompress(answer.body) if headers.get("content-encoding") == "gzip" else answer.body
    text = body.decode() if not headers.get("content-type", "").startswith("image/") or body.isascii() else ""
    return Reply(answer.status, headers, text, payload.get("cookies") or [], calls, route, body)
