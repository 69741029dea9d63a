"""The gateway over a real socket, in front of throwaway functions."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from lxml import html

from local import durable

from .throwaway import Throwaway, site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .throwaway import Site

ECHO = """
import json, time

def handler(event, context):
    match event["rawPath"]:
        case "/fail":
            raise RuntimeError("a secret detail")
        case "/hang":
            time.sleep(600)
        case "/malformed":
            return {"statusCode": 200, "body": {"not": "text"}}
        case "/bare":
            return {"bare": True}
        case "/cookies":
            return {"statusCode": 200, "cookies": ["a=1", "b=2"], "headers": {"x-word": "é"}, "body": "plain"}
        case "/empty":
            return {"statusCode": 304, "headers": {"ETag": '"1"'}}
        case "/bytes":
            return {"statusCode": 200, "headers": {"Content-Type": "image/gif"}, "body": "AAEC", "isBase64Encoded": True}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
"""
RESOURCES = """
Echo:
  Type: AWS::Serverless::Function
  Properties:
    CodeUri: functions/echo
    Timeout: 2
    Policies: []
    Events:
      Notes: {Type: HttpApi, Properties: {Method: GET, Path: "/notes/{id}"}}
      Post: {Type: HttpApi, Properties: {Method: POST, Path: /notes}}
      Rest: {Type: HttpApi, Properties: {Method: GET, Path: "/{rest+}"}}
Ticked:
  Type: AWS::Serverless::Function
  Properties:
    CodeUri: functions/ticked
    Policies: []
    Events: {Minute: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Throwaway:
    throwaway = Throwaway(tmp_path_factory.mktemp("gateway"))
    throwaway.function("echo", ECHO)
    throwaway.function("ticked", "def handler(event, context):\n    return event['detail-type']")
    durable.write(throwaway.folder / "docs" / "openapi.json", {"info": {"title": "T", "version": "1"}, "paths": {}})
    durable.write(
        throwaway.data / "mail" / "1.json",
        {"to": "a@b.example", "subject": "<Hello>", "text": "Hi", "html": "", "sent_at": "2026-01-01T00:00:00Z"},
    )
    return throwaway


@pytest.fixture(scope="module")
def ask(files: Throwaway) -> Iterator[Site]:
    with site(files, files.template(RESOURCES)) as running:
        yield running


def test_a_request_becomes_an_event_and_its_answer_a_response(ask: Site) -> None:
    headers = [("Cookie", "a=1; b=2"), ("X-Word", "one"), ("X-Word", "two")]
    answer = ask("GET", "/notes/caf%C3%A9?tag=a&tag=b", headers=headers)
    event = answer.json
    assert (answer.status, answer.header("content-type")) == (200, "application/json")
    assert (event["routeKey"], event["rawPath"]) == ("GET /notes/{id}", "/notes/café")
    assert event["pathParameters"] == {"id": "café"}
    assert (event["rawQueryString"], event["queryStringParameters"]) == ("tag=a&tag=b", {"tag": "a,b"})
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"]["x-word"] == "one,two"
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert event["requestContext"]["http"]["protocol"] == "HTTP/1.1"


@pytest.mark.parametrize(
    ("content_type", "sent", "encoded"), [("application/json", b'"\xc3\xa9"', False), ("image/png", b"\x89", True)]
)
def test_a_body_reaches_the_function(ask: Site, content_type: str, sent: bytes, encoded: bool) -> None:
    event = ask("POST", "/notes", sent, [("Content-Type", content_type)]).json
    assert event["isBase64Encoded"] == encoded
    assert (base64.b64decode(event["body"]) if encoded else event["body"].encode()) == sent


def test_cookies_headers_bytes_and_empty_answers_leave_as_they_were_given(ask: Site) -> None:
    cookies = ask("GET", "/cookies")
    assert [value for name, value in cookies.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert cookies.header("content-type") == "text/plain;charset=UTF-8"
    assert cookies.header("x-word") == "é".encode().decode("latin-1")
    assert cookies.header("apigw-requestid")
    assert ask("GET", "/bytes").body == b"\x00\x01\x02"
    assert ask("GET", "/bare").json == {"bare": True}
    empty = ask("GET", "/empty")
    assert (empty.status, empty.body, empty.header("etag")) == (304, b"", '"1"')


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/fail", 500, "Internal Server Error"),
        ("GET", "/malformed", 500, "Internal Server Error"),
        ("GET", "/hang", 503, "Service Unavailable"),
        ("DELETE", "/notes/1", 404, "Not Found"),
        ("OPTIONS", "/notes/1", 404, "Not Found"),
        ("POST", "/docs", 404, "Not Found"),
    ],
)
def test_what_goes_wrong_is_told_as_api_gateway_tells_it(
    ask: Site, method: str, path: str, status: int, text: str
) -> None:
    answer = ask(method, path)
    assert (answer.status, answer.json) == (status, {"message": text})


def test_a_picture_of_the_demo_is_a_drawing_that_a_browser_keeps_and_nothing_else(ask: Site) -> None:
    answer = ask("GET", "/pictures/river-bridge.svg")
    assert (answer.status, answer.header("content-type")) == (200, "image/svg+xml")
    assert answer.body.startswith(b"<svg ")
    assert answer.header("cache-control") == "public, max-age=604800"
    assert answer.header("x-content-type-options") == "nosniff"
    assert "sandbox" in str(answer.header("content-security-policy"))
    for path in ("/pictures/none.svg", "/pictures/..%2f..%2fseed.svg", "/pictures/%2e%2e%2fpictures%2fbank.svg"):
        assert ask("GET", path).header("content-type") == "application/json", path


def test_a_get_route_does_not_answer_head(ask: Site) -> None:
    assert (ask("HEAD", "/notes/1").status, ask("HEAD", "/notes/1").body) == (404, b"")


def test_what_is_too_large_is_refused(ask: Site) -> None:
    text, binary = [("Content-Type", "text/plain")], [("Content-Type", "image/png")]
    assert ask("POST", "/notes", b"x" * 5_900_000, text).status == 200
    assert ask("POST", "/notes", b"x" * 6_300_000, text).status == 413
    assert ask("POST", "/notes", b"x" * 4_800_000, binary).json == {"message": "Request Entity Too Large"}
    assert ask("GET", "/notes/1", headers=[("X-Long", "x" * 10_300)]).status == 431
    assert ask("GET", "/notes/1", headers=[("X-Long", "x" * 9_500)]).status == 200


def test_a_flood_is_answered_to_the_last(ask: Site) -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda number: ask("GET", f"/notes/{number}"), range(500)))
    assert [answer.json["pathParameters"]["id"] for answer in answers] == [str(number) for number in range(500)]


@pytest.mark.parametrize("path", ["/notes/1", "/_local", "/_local/mail", "/docs", "/openapi.json", "/"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:{port}", ""])
def test_another_host_is_refused_everywhere(ask: Site, path: str, host: str) -> None:
    assert ask("GET", path, headers=[("Host", host.format(port=ask.port))]).status == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_this_machines_names_are_answered(ask: Site, host: str) -> None:
    assert ask("GET", "/notes/1", headers=[("Host", f"{host}:{ask.port}")]).status == 200


def test_a_browser_is_led_to_the_sites_own_address(ask: Site) -> None:
    typed = [("Host", f"localhost:{ask.port}"), ("Sec-Fetch-Mode", "navigate")]
    answer = ask("GET", "/notes/1%2F2?a=b%20c", headers=typed)
    assert answer.status == 307
    assert answer.header("location") == f"http://127.0.0.1:{ask.port}/notes/1%2F2?a=b%20c"


def test_two_hosts_are_refused(ask: Site) -> None:
    ours = f"127.0.0.1:{ask.port}"
    assert ask("GET", "/notes/1", headers=[("Host", ours), ("Host", "evil.example")]).status in {400, 421}


def test_the_local_pages(ask: Site) -> None:
    overview = ask("GET", "/_local")
    assert overview.status == 200
    for shown in (b"a@b.example", b"Echo", b"GET /notes/{id}", b"rate(1 minute)"):
        assert shown in overview.body
    assert ask("GET", "/").header("location") == "/_local"
    assert ask("GET", "/openapi.json").json["info"]["title"] == "T"
    assert b"<h1>T 1</h1>" in ask("GET", "/docs").body


def test_mail_is_shown_to_programs_and_to_people(ask: Site) -> None:
    assert [each["subject"] for each in ask("GET", "/_local/mail?to=A@b.example").json["items"]] == ["<Hello>"]
    assert ask("GET", "/_local/mail?to=nobody@b.example").json == {"items": []}
    page = ask("GET", "/_local/mail", headers=[("Accept", "text/html,*/*")])
    assert b"&lt;Hello&gt;" in page.body


def test_a_browser_follows_the_links_of_mail_that_lead_to_the_site_and_no_others(ask: Site) -> None:
    ours = f"http://127.0.0.1:{ask.port}"
    text = (
        f"Confirm: {ours}/verify#token=A-b_1.\nNot {ours}.evil.example/x, {ours}0/x or https://evil.example/{ours}x, "
        f'nor {ours}/a"onfocus="x(1) or <a href="javascript:x(2)">this</a> & that'
    )
    body = {"Text": {"Data": text}, "Html": {"Data": ""}}
    for to in ("newest@b.example", '"><b>@b.example'):
        mail = {"FromEmailAddress": "news@b.example", "Destination": {"ToAddresses": [to]}}
        mail["Content"] = {"Simple": {"Subject": {"Data": "Your <link>"}, "Body": body}}
        assert ask("POST", "/_local/ses/v2/email/outbound-emails", json.dumps(mail).encode()).status == 200
    shown = html.document_fromstring(ask("GET", "/_local/mail", headers=[("Accept", "text/html")]).body)
    assert shown.xpath("//h2/text()") == ["Your <link>", "Your <link>", "<Hello>"]
    assert shown.xpath("//article/p/a/text()")[1:] == ["newest@b.example", "a@b.example"]
    newest = shown.xpath("//article")[0]
    assert newest.xpath("string(.//pre)") == text
    assert newest.xpath(".//pre//a/@href") == [f"{ours}/verify#token=A-b_1", f"{ours}/a"]
    assert newest.xpath(".//time/@datetime")
    assert not shown.xpath("//b | //script | //*[@onfocus]")
    whose = newest.xpath("./p/a/@href")[0]
    told = html.document_fromstring(ask("GET", whose, headers=[("Accept", "text/html")]).body)
    assert len(told.xpath("//article")) == 1
    assert [mail["text"] for mail in ask("GET", "/_local/mail?to=newest@b.example").json["items"]] == [text]


def test_a_schedule_can_be_run_now(ask: Site) -> None:
    answer = ask("POST", "/_local/clock/tick?function=Ticked")
    assert answer.json == {"runs": [{"answer": "Scheduled Event", "error": None}]}
    assert ask("POST", "/_local/clock/tick?function=Echo").status == 404


def test_events_tell_what_was_invoked(ask: Site) -> None:
    ask("GET", "/notes/1")
    told = ask("POST", "/_local/events/settle").json
    assert told["functions"]["Echo"]["answers"] > 0
    assert (told["deliveries"], told["failures"]) == ([], {})
    assert ask("GET", "/_local/events").json["functions"].keys() == {"Echo", "Ticked"}


def test_a_template_may_have_the_root_and_everything_else_for_itself(throwaway: Throwaway) -> None:
    throwaway.function("all", "def handler(event, context):\n    return event['routeKey'] + event['rawPath']")
    resources = """
    All:
      Type: AWS::Serverless::Function
      Properties: {CodeUri: functions/all, Policies: [], Events: {Any: {Type: HttpApi}}}
    """
    with site(throwaway, throwaway.template(resources)) as ask:
        assert ask("GET", "/").json == "$default/"
        assert ask("DELETE", "/a/b").json == "$default/a/b"
        assert ask("HEAD", "/a").status == 200
        assert json.loads(ask("GET", "/docs").body) == {"message": "docs/openapi.json is not there"}
