"""Each function as it was built, under Lambda's runtime emulator, with each event it is woken by."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import articles, keys, table

from local.engine import Clients
from local.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine import Engine
    from local.template import Template
    from tools.emulator import Runtime

    from .mail_service import MailService

DEPENDENCIES = (
    "aws_lambda_powertools",
    "pydantic",
    "nh3",
    "markdown_it",
    "linkify_it",
    "argon2",
    "ulid",
    "zxcvbn",
    "jinja2",
    "markupsafe",
    "feedgenerator",
)
BROUGHT = {"awslambdaric", "botocore", "dateutil", "urllib3", "six", "simplejson", "snapshot_restore_py"}
"""What Lambda's runtime brings and no layer has."""
SLUG = "ferries-stop-at-noon-as-the-wind-rises-8zs7jnzn"
KEY = SLUG.rpartition("-")[2]
DISCUSSION = {
    **keys.public_item(KEY, keys.DISCUSSION),
    "article": "01M851ZW44GRW59ZBXWPZ1Q0T6",
    "slug": SLUG,
    "headline": "Ferries stop at noon as the wind rises",
    "section": "world",
    "published_at": "2026-11-23T20:36:35.106Z",
    "mode": None,
    "close_after_days": None,
    "names": ["inescalder"],
    "withdrawn": False,
    "comments": 0,
    "revision": 0,
}
"""Of the article that the events are about."""
GUESTS = {"post", "read", "edit"}
"""Events without a log-in."""
ORIGINS = f"""
import app, json, sys, {", ".join(DEPENDENCIES)}
print(json.dumps({{name: [module.__file__, module.__spec__ and module.__spec__.cached]
                  for name, module in sys.modules.items() if getattr(module, "__file__", None)}}))
"""


def events(folder: str) -> list[str]:
    return sorted(path.stem for path in (ROOT / "events" / folder).glob("*.json"))


def put(item: dict[str, Any], logical_id: str, database: Engine, template: Template) -> None:
    stored = Clients.of(database.endpoint).database
    stored.put_item(TableName=template.tables[logical_id].physical_name, Item=table.from_item(item))


def put_image(event: str, logical_id: str, database: Engine, template: Template) -> dict[str, Any]:
    """What the record of an event says was written; its key."""
    text = (ROOT / "events" / f"{event}.json").read_text("utf-8")
    written: dict[str, Any] = json.loads(text)["Records"][0]["dynamodb"]
    put(table.to_item(written["NewImage"]), logical_id, database, template)
    return {"TableName": template.tables[logical_id].physical_name, "Key": written["Keys"]}


def problem(answer: Any) -> tuple[int, str]:
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    body = json.loads(answer["body"])
    assert body["status"] == answer["statusCode"]
    return answer["statusCode"], body["code"]


def test_the_site_tells_what_it_is(invoke: Callable[[str, str], Any]) -> None:
    answer = invoke("articles", "site")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["sections"]


def test_a_listing_is_empty_before_anything_was_published(invoke: Callable[[str, str], Any]) -> None:
    answer = invoke("articles", "list")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"items": [], "next_cursor": None}


def test_an_article_is_missing_and_then_there(
    invoke: Callable[[str, str], Any], database: Engine, template: Template
) -> None:
    assert problem(invoke("articles", "read")) == (404, "not_found")
    put_image("build_lists/site", "SiteTable", database, template)
    for item in (DISCUSSION, {**keys.public_item(KEY, keys.LISTS), "revision": 0, "json": articles.NO_LISTS}):
        put(item, "SiteTable", database, template)
    answer = invoke("articles", "read")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["headline"] == "Ferries stop at noon as the wind rises"


@pytest.mark.parametrize(
    "event",
    ["front", "head-front", "named", "named-in", "section", "section-in", "favicon", "static", "robots"],
)
def test_a_page_is_answered(invoke: Callable[[str, str], Any], event: str) -> None:
    answer = invoke("pages", event)
    assert answer["statusCode"] == 200
    assert "'none'" in answer["headers"]["Content-Security-Policy"]


@pytest.mark.parametrize("event", ["section-feed", "section-feed-in", "sitemap-index", "sitemap", "news-sitemap"])
def test_a_machine_is_answered(invoke: Callable[[str, str], Any], event: str) -> None:
    answer = invoke("pages", event)
    assert answer["statusCode"] == 200
    assert answer["headers"]["ETag"].startswith('W/"')


@pytest.mark.parametrize(
    "event", ["topic", "topic-in", "author", "author-in", "topic-feed", "topic-feed-in", "ads", "nothing"]
)
def test_what_nobody_wrote_is_a_page_that_says_so(invoke: Callable[[str, str], Any], event: str) -> None:
    answer = invoke("pages", event)
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "</html>" in answer["body"]


def test_an_articles_page_has_its_text_and_its_thread(
    invoke: Callable[[str, str], Any], database: Engine, template: Template
) -> None:
    put_image("build_lists/site", "SiteTable", database, template)
    for item in (DISCUSSION, {**keys.public_item(KEY, keys.LISTS), "revision": 0, "json": articles.NO_LISTS}):
        put(item, "SiteTable", database, template)
    answer = invoke("pages", "article")
    assert answer["statusCode"] == 200
    assert "<h1>Ferries stop at noon as the wind rises</h1>" in answer["body"]
    assert 'id="comments"' in answer["body"]


def test_a_comment_is_counted_once_and_then_shown_with_the_thread(
    invoke: Callable[[str, str], Any], database: Engine, template: Template
) -> None:
    put(DISCUSSION, "SiteTable", database, template)
    put_image("tally/site", "SiteTable", database, template)
    for _ in range(2):
        assert invoke("tally", "site") == {"batchItemFailures": []}
    answer = invoke("articles", "thread")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["comment_count"] == 1
    assert json.loads(invoke("articles", "comment-counts")["body"])["counts"] == {SLUG: 1}


def test_a_changed_article_builds_the_front(
    invoke: Callable[[str, str], Any], database: Engine, template: Template
) -> None:
    key = {"TableName": template.tables["SiteTable"].physical_name, "Key": table.from_item(keys.front("en"))}
    stored = Clients.of(database.endpoint).database
    assert "Item" not in stored.get_item(**key)
    assert invoke("build_lists", "site") == {"batchItemFailures": []}
    assert stored.get_item(**key)["Item"]["revision"] == {"N": "1"}
    answer = invoke("articles", "front")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["latest"] == []


def test_a_tick_with_nothing_due_publishes_nothing(invoke: Callable[[str, str], Any]) -> None:
    assert invoke("publish_due", "every-minute") == {"published": []}


def test_nobody_logs_in_without_an_account(invoke: Callable[[str, str], Any]) -> None:
    assert problem(invoke("login", "login"))[0] == 401


ANYBODYS = {"login", "logout", "register", "verify", "forgot", "reset"}


def test_logging_out_asks_for_nothing(invoke: Callable[[str, str], Any]) -> None:
    assert invoke("login", "logout")["statusCode"] == 204


@pytest.mark.parametrize("event", [event for event in events("login") if event not in ANYBODYS])
def test_nobody_has_no_account(invoke: Callable[[str, str], Any], event: str) -> None:
    assert problem(invoke("login", event)) == (401, "not_logged_in")


def test_anybody_may_register_or_ask_for_a_link(invoke: Callable[[str, str], Any]) -> None:
    for event in ("register", "forgot"):
        answer = invoke("login", event)
        assert (answer["statusCode"], json.loads(answer["body"])) == (202, {"status": "mail_sent"})


@pytest.mark.parametrize("event", ["verify", "reset"])
def test_a_link_that_never_was_one_is_refused(invoke: Callable[[str, str], Any], event: str) -> None:
    assert problem(invoke("login", event)) == (400, "bad_token")


def test_a_mail_in_the_outbox_is_sent_in_its_language(
    invoke: Callable[[str, str], Any], database: Engine, template: Template, mail_service: MailService
) -> None:
    key = put_image("send_mail/accounts", "AccountsTable", database, template)
    for _ in range(2):
        assert invoke("send_mail", "accounts") == {"batchItemFailures": []}
    (mail,) = mail_service.sent
    assert mail["Destination"] == {"ToAddresses": ["mara.lind@paper.example"]}
    content = mail["Content"]["Simple"]["Body"]
    assert "/reset#token=" in content["Text"]["Data"]
    assert '<html lang="es"' in content["Html"]["Data"]
    stored = Clients.of(database.endpoint).database.get_item(**key)["Item"]
    assert stored["state"] == {"S": "sent"}
    assert "to" not in stored


def test_an_erasure_is_done_and_its_address_forgotten(
    invoke: Callable[[str, str], Any], database: Engine, template: Template
) -> None:
    key = put_image("forget/accounts", "AccountsTable", database, template)
    assert invoke("forget", "accounts") == {"batchItemFailures": []}
    stored = Clients.of(database.endpoint).database.get_item(**key)["Item"]
    assert "S" in stored["done_at"]
    assert "address" not in stored


def test_a_guests_comment_is_taken_under_a_published_article_and_given_once(
    invoke: Callable[[str, str], Any], database: Engine, template: Template
) -> None:
    put(DISCUSSION, "SiteTable", database, template)
    first, again = invoke("comments", "post"), invoke("comments", "post")
    assert (first["statusCode"], again["statusCode"]) == (201, 201)
    posted = json.loads(first["body"])
    assert posted == json.loads(again["body"])
    assert (posted["state"], posted["html"]) == (
        "published",
        '<p dir="auto">The bus from the quay took <em>twenty minutes</em>, and it was full.</p>',
    )


@pytest.mark.parametrize("event", [event for event in events("comments") if event not in GUESTS])
def test_all_else_of_comments_is_for_members(invoke: Callable[[str, str], Any], event: str) -> None:
    assert problem(invoke("comments", event)) == (401, "not_logged_in")


@pytest.mark.parametrize("event", ["read", "edit"])
def test_a_comment_that_never_was_is_not_found(invoke: Callable[[str, str], Any], event: str) -> None:
    assert problem(invoke("comments", event)) == (404, "not_found")


@pytest.mark.parametrize("event", events("newsroom"))
def test_the_newsroom_is_for_those_who_are_logged_in(invoke: Callable[[str, str], Any], event: str) -> None:
    assert problem(invoke("newsroom", event))[0] == 401


def test_all_but_the_runtimes_own_packages_come_from_the_artefact(runtime: Runtime, template: Template) -> None:
    """And with bytecode that may be used: nothing is compiled on Lambda's read-only file system."""
    standard = runtime.python.parent.parent / "lib"
    for function in template.functions.values():
        done = subprocess.run(
            runtime.command("-c", ORIGINS),
            env=runtime.environment(function, {}),
            cwd=runtime.artefacts / function.name,
            capture_output=True,
            text=True,
            check=True,
        )
        origins = json.loads(done.stdout)
        assert set(DEPENDENCIES) <= set(origins)
        for name, (file, cached) in origins.items():
            if file.startswith(str(runtime.artefacts)):
                assert cached is None or (ROOT / cached).exists(), f"{name} has no bytecode"
            elif file.startswith(str(runtime.brought)):
                assert name.split(".")[0] in BROUGHT, f"{name} is not of the artefact"
            else:
                assert file.startswith(str(standard)), f"{name} comes from {file}"
                assert "site-packages" not in file, f"{name} comes from {file}"
