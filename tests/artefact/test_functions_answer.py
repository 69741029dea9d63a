"""Each function as it was built, under Lambda's runtime emulator, with each event it is woken by."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import keys

from local.engine import Clients
from local.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine import Engine
    from local.template import Template
    from tools.emulator import Runtime

    from .mail_service import MailService

DEPENDENCIES = ("aws_lambda_powertools", "pydantic", "nh3", "markdown_it", "argon2", "ulid", "zxcvbn", "jinja2")
BROUGHT = {"awslambdaric", "botocore", "dateutil", "urllib3", "six", "simplejson", "snapshot_restore_py"}
"""What Lambda's runtime brings and no layer has."""
ORIGINS = f"""
import app, json, sys, {", ".join(DEPENDENCIES)}
print(json.dumps({{name: [module.__file__, module.__spec__ and module.__spec__.cached]
                  for name, module in sys.modules.items() if getattr(module, "__file__", None)}}))
"""


def events(folder: str) -> list[str]:
    return sorted(path.stem for path in (ROOT / "events" / folder).glob("*.json"))


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
    record = json.loads((ROOT / "events" / "build_lists" / "site.json").read_text("utf-8"))["Records"][0]
    table = template.tables["SiteTable"].physical_name
    Clients.of(database.endpoint).database.put_item(TableName=table, Item=record["dynamodb"]["NewImage"])
    answer = invoke("articles", "read")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["headline"] == "Ferries stop at noon as the wind rises"


def test_a_changed_article_builds_the_front(
    invoke: Callable[[str, str], Any], database: Engine, template: Template
) -> None:
    table = template.tables["SiteTable"].physical_name
    key = {name: {"S": value} for name, value in keys.front("en").items()}
    stored = Clients.of(database.endpoint).database
    assert "Item" not in stored.get_item(TableName=table, Key=key)
    assert invoke("build_lists", "site") == {"batchItemFailures": []}
    assert stored.get_item(TableName=table, Key=key)["Item"]["revision"] == {"N": "1"}
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


def put_image(folder: str, database: Engine, template: Template) -> dict[str, Any]:
    """What the record of events/<folder>/accounts.json says was written; its key."""
    text = (ROOT / "events" / folder / "accounts.json").read_text("utf-8")
    written: dict[str, Any] = json.loads(text)["Records"][0]["dynamodb"]
    table = template.tables["AccountsTable"].physical_name
    Clients.of(database.endpoint).database.put_item(TableName=table, Item=written["NewImage"])
    return {"TableName": table, "Key": written["Keys"]}


def test_a_mail_in_the_outbox_is_sent_in_its_language(
    invoke: Callable[[str, str], Any], database: Engine, template: Template, mail_service: MailService
) -> None:
    key = put_image("send_mail", database, template)
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
    key = put_image("forget", database, template)
    assert invoke("forget", "accounts") == {"batchItemFailures": []}
    stored = Clients.of(database.endpoint).database.get_item(**key)["Item"]
    assert "S" in stored["done_at"]
    assert "address" not in stored


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
