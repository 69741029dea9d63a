"""table.py on the engine: pages, leftovers, and what becomes of a store that is busy or gone."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from broadsheet import keys, settings, table
from broadsheet.errors import Unavailable

from local import engine as engines
from tests.engine import invariants
from tests.engine.sabotage import falls_without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.engine import Engine
    from tests.engine.instances import Instances
    from tests.stage import Stage

URL = "http://127.0.0.1:1"


@contextmanager
def on(event: str, handler: Callable[..., Any]) -> Iterator[None]:
    events = table.client().meta.events
    events.register_first(event, handler, unique_id=f"test-{id(handler)}")
    try:
        yield
    finally:
        events.unregister(event, unique_id=f"test-{id(handler)}")


def _fill(count: int, size: int = 100_000) -> list[str]:
    names = [f"{n:04d}" for n in range(count)]
    for sk in names:
        table.write(table.put(settings.get().desk, {"pk": "BIG", "sk": sk, "entity": "big", "text": "x" * size}))
    return names


@pytest.mark.parametrize("backwards", [False, True])
def test_a_query_reads_on_over_pages_of_a_megabyte(stage: Stage, backwards: bool) -> None:
    names = _fill(35)
    names = names[::-1] if backwards else names
    pages: list[int] = []
    with on("after-call.dynamodb.Query", lambda parsed, **_: pages.append(len(parsed["Items"]))):
        found = table.query(settings.get().desk, "BIG", backwards=backwards)
        assert [item["sk"] for item in found] == names
        assert len(pages) >= 4
        assert max(pages) < 12
        for limit in (1, 10, 25, 35):
            found = table.query(settings.get().desk, "BIG", backwards=backwards, limit=limit)
            assert [item["sk"] for item in found] == names[:limit]
        after = table.query(settings.get().desk, "BIG", after=names[3], backwards=backwards, limit=20)
        assert [item["sk"] for item in after] == names[4:24]


def test_a_text_of_hundreds_of_kilobytes_is_read_with_its_state(stage: Stage) -> None:
    words = [f"w{random.Random(n).getrandbits(60):x}" for n in range(14_000)]
    draft = stage.draft(body={"format": "html", "text": f"<p>{' '.join(words)}</p>"})
    read = stage.call("GET", f"/v1/newsroom/articles/{draft['id']}", token=stage.token("editor"))
    assert read.json["word_count"] == 14_000


@falls_without("second try")
def test_what_a_batch_leaves_over_is_asked_for_again(stage: Stage, instances: Instances) -> None:
    drafts = [stage.draft(headline=f"Draft {n}") for n in range(9)]
    left: list[int] = []

    def leave_over(parsed: Any, **_: Any) -> None:
        (name, items) = next(iter(parsed["Responses"].items()))
        over = items[4:]
        parsed["Responses"][name] = items[:4]
        if over:
            asked = [{"pk": item["pk"], "sk": item["sk"]} for item in over]
            parsed["UnprocessedKeys"] = {name: {"Keys": asked, "ConsistentRead": True}}
        left.append(len(over))

    with on("after-call.dynamodb.BatchGetItem", leave_over):
        page = stage.call("GET", "/v1/newsroom/articles", token=stage.token("editor"))
    assert page.status == 200
    assert [item["id"] for item in page.json["items"]] == [draft["id"] for draft in reversed(drafts)]
    assert left == [5, 1, 0]


def _refusing(code: str, reasons: Any = None) -> Callable[..., Any]:
    class Http:
        status_code = 400

    def refuse(**_: Any) -> Any:
        error = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
        return Http(), {**error, **({"CancellationReasons": reasons} if reasons else {})}

    return refuse


def _breaking(error: Exception) -> Callable[..., Any]:
    def broken(**_: Any) -> None:
        raise error

    return broken


@pytest.mark.parametrize("code", sorted(table.BUSY))
def test_a_busy_store_is_503_with_retry_after(stage: Stage, code: str) -> None:
    draft = stage.draft()
    for event in ("before-call.dynamodb", "before-call.dynamodb.TransactWriteItems"):
        with on(event, _refusing(code)):
            reply = _publish(stage, draft)
        assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "unavailable", "1")
        assert reply.headers["cache-control"] == "no-store"
    invariants.check()
    assert _publish(stage, draft).status == 200


@pytest.mark.parametrize(
    "error",
    [
        ConnectionClosedError(endpoint_url=URL),
        ConnectTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL, error="refused"),
        ProxyConnectionError(proxy_url=URL),
        ReadTimeoutError(endpoint_url=URL),
        SSLError(endpoint_url=URL, error="bad"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_store_that_cannot_be_reached_is_503_with_retry_after(stage: Stage, error: Exception) -> None:
    live = stage.published()
    with on("before-call.dynamodb", _breaking(error)):
        for reply in (stage.read(live["slug"]), _publish(stage, live)):
            assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "unavailable", "1")
    assert stage.read(live["slug"]).status == 200


def _publish(stage: Stage, article: Any) -> Any:
    path = f"/v1/newsroom/articles/{article['id']}/publish"
    return stage.call("POST", path, {}, token=stage.token("editor"), version=article["version"])


CONFLICT = [{"Code": "None"}, {"Code": "TransactionConflict"}]


@falls_without("second try")
def test_a_transaction_in_another_ones_way_is_tried_again_with_its_token(stage: Stage, instances: Instances) -> None:
    tokens: list[str] = []

    def conflict(params: Any, **_: Any) -> Any:
        tokens.append(json.loads(params["body"])["ClientRequestToken"])
        return _refusing("TransactionCanceledException", CONFLICT)() if len(tokens) < 4 else None

    store = settings.get().desk
    writes = [table.put(store, {"pk": "A", "sk": sk, "entity": "x"}, table.ABSENT) for sk in "ab"]
    with on("before-call.dynamodb.TransactWriteItems", conflict):
        try:
            table.transact(writes)
        except Unavailable:
            raise AssertionError("gave up") from None
    assert (len(tokens), len(set(tokens))) == (4, 1)
    assert len(table.query(store, "A")) == 2


def test_one_that_is_always_in_the_way_ends_as_unavailable(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "TRIES", 3)
    draft = stage.draft()
    refusing = _refusing("TransactionCanceledException", CONFLICT)
    with on("before-call.dynamodb.TransactWriteItems", refusing), pytest.raises(Unavailable):
        table.transact([table.put(settings.get().desk, {"pk": "A", "sk": sk}) for sk in "ab"])
    invariants.check()
    assert _publish(stage, draft).status == 200


def test_what_is_wrong_with_a_call_is_no_503(stage: Stage) -> None:
    live = stage.published()
    stage.breaking = True
    for code in ("ValidationException", "ResourceNotFoundException", "AccessDeniedException"):
        with on("before-call.dynamodb", _refusing(code)):
            assert stage.read(live["slug"]).code == "unexpected"


def test_a_refused_write_knows_what_stands(stage: Stage) -> None:
    store = settings.get().desk
    standing = {"pk": "A", "sk": "a", "entity": "x", "n": 1, "list": ["é", {"deep": None}], "bytes": b"\x00\xff"}
    table.write(table.put(store, standing, table.ABSENT))
    first, second = table.put(store, standing, table.ABSENT), table.delete(store, keys.state("none"), table.PRESENT)
    with pytest.raises(table.Refused) as refused:
        table.transact([first, table.put(store, {"pk": "A", "sk": "b"}), second])
    assert refused.value.items == {first: standing, second: None}
    assert table.get(store, keys.Key(pk="A", sk="b")) is None, "all or nothing"
    with pytest.raises(table.Refused) as alone:
        table.write(first)
    assert alone.value.items == {first: standing}


def test_a_write_does_not_look_through_the_stream(engine: Engine, data: Path) -> None:
    """How the engine numbers the next record of a stream: without the index it reads every record there is."""
    if engine.process is None:
        pytest.skip("the engine at DYNAMODB_ENDPOINT has its files elsewhere")
    next_number = "SELECT MAX(CAST(sequence_number AS INTEGER)) + 1 FROM _stream_records WHERE table_name = 'any'"
    with closing(sqlite3.connect(data / engines.DATABASE)) as connection:
        (step,) = connection.execute(f"EXPLAIN QUERY PLAN {next_number}").fetchall()
    assert step[-1].startswith("SEARCH")
    assert "broadsheet_stream_order" in step[-1]
