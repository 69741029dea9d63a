"""docs/http-api.md tells the truth: its routes, codes and roles are those of the code, and its examples run."""

from __future__ import annotations

import json
import re
import shlex
from string import Template as Text
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import accounts, clock, roles

from contract import codes, interface
from local.template import ROOT
from tests import answers

if TYPE_CHECKING:
    from local.template import Template
    from tests.stage import Reply, Stage

MARA = "mara@paper.example"
PAGE = (ROOT / "docs" / "http-api.md").read_text("utf-8")
SECTIONS = dict(
    re.findall(r"^### ((?:GET|POST|PUT|PATCH|DELETE) \S+)\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
)
"""What is said of each route."""
EXAMPLES = [
    (route, command) for route, text in SECTIONS.items() for command in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
]
SHOWN = [
    (route, block) for route, text in SECTIONS.items() for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)
]


def table(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = PAGE.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in row] for row in rows[2:]]


def test_every_page_stands_in_the_document_about_pages(template: Template) -> None:
    listed = set(re.findall(r"^\| `(/[^`]*)`", (ROOT / "docs" / "pages.md").read_text("utf-8"), re.MULTILINE))
    assert listed == {route.path for route in interface.pages(template)}


def test_every_problem_code_is_documented_and_no_other() -> None:
    documented = {(int(row[0]), row[1]) for row in table("Problem codes")}
    assert documented == {(problem.status, code) for code, problem in codes.problems().items()}
    assert all(row[2] for row in table("Problem codes"))


def test_every_field_code_is_documented_and_no_other() -> None:
    assert {row[0] for row in table("Field codes")} == codes.fields()
    assert all(row[1] for row in table("Field codes"))


def test_the_roles_are_those_of_the_code() -> None:
    documented = {
        row[0]: {"write": row[1] or None, "publish": row[2] or None, "pin": row[3] or None} for row in table("Roles")
    }
    assert documented == {
        role: {action: roles.reach(role, action) for action in roles.ARTICLES} for role in roles.ROLES
    }
    assert {row[0] for row in table("Roles") if row[4]} == roles.MODERATORS


def test_every_route_is_described_with_an_example_and_no_other(template: Template) -> None:
    routes = {route.key for route in interface.routes(template)}
    assert SECTIONS.keys() == {route for route, _ in EXAMPLES} == routes


@pytest.mark.parametrize(("route", "command"), EXAMPLES, ids=[route for route, _ in EXAMPLES])
def test_an_example_runs(stage: Stage, route: str, command: str) -> None:
    reply = run(stage, command, names(stage, route))
    assert reply.route == route
    assert reply.status == 304 if "$ETAG" in command else reply.status < 300, reply.text


@pytest.mark.parametrize(("route", "block"), SHOWN, ids=[route for route, _ in SHOWN])
def test_an_answer_that_is_shown_is_one_of_the_route(route: str, block: str) -> None:
    status = 201 if route.startswith("POST /v1/articles/") else 200
    answers.fits(f"{route} {status}", "application/json", json.loads(block))


def names(stage: Stage, route: str) -> dict[str, str]:
    """What the examples take for given. Whoever is asking has the address and the password that the page uses."""
    accounts.create("editor@broadsheet.example", "correct horse battery broadsheet", "Editor", "editor", clock.now())
    said = "comment" in route or "/moderation" in route
    live = said or route.endswith(("unpublish", "corrections", "{slug}", "reads"))
    article = stage.published() if live else stage.draft()
    own = stage.member(MARA) if any(part in route for part in ("/me", "reset", "admin")) else stage.token("editor")
    return {
        "API": "/v1",
        "TOKEN": own,
        "ADMIN_TOKEN": stage.token("admin"),
        "ID": article["id"],
        "SLUG": article["slug"],
        "VERSION": str(article["version"]),
        **(_of_the_account(stage, own) if own != stage.token("editor") else {}),
        **({"VERIFY_TOKEN": _mailed(stage, "register")} if "verify" in route else {}),
        **({"REBUILD": _rebuild(stage)} if "rebuilds" in route else {}),
        **(_of_the_thread(stage, article["slug"], own) if said else {}),
    }


def _of_the_thread(stage: Stage, slug: str, token: str) -> dict[str, str]:
    """A comment of whoever is asking, and a guest's, which nobody has answered, and a ban of somebody else."""
    own, guests = stage.comment(slug, token), stage.comment(slug)
    moderator, given = stage.token("moderator"), {"account_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}
    stage.settle()
    return {
        "COMMENT": own["id"],
        "GUEST_COMMENT": guests["id"],
        "EDIT_TOKEN": guests["edit_token"],
        "MODERATOR_TOKEN": moderator,
        "ETAG": stage.call("GET", f"/v1/articles/{slug}/comments").etag,
        "BAN": stage.call("POST", "/v1/moderation/bans", given, token=moderator).json["id"],
    }


def _of_the_account(stage: Stage, token: str) -> dict[str, str]:
    sessions = stage.call("GET", "/v1/me/sessions", token=token).json["items"]
    account = stage.call("GET", "/v1/me", token=token).json["id"]
    return {"SESSION": sessions[0]["id"], "ACCOUNT": account, "RESET_TOKEN": _mailed(stage, "forgot")}


def _rebuild(stage: Stage) -> str:
    return str(stage.call("POST", "/v1/newsroom/rebuild", {"all": True}, token=stage.token("editor")).json["id"])


def _mailed(stage: Stage, what: str) -> str:
    """The token of a mail."""
    if what == "register":
        stage.register(MARA)
    else:
        stage.call("POST", "/v1/password/forgot", {"email": MARA})
    stage.settle()
    return stage.mails(MARA)[-1].token


def run(stage: Stage, command: str, variables: dict[str, str]) -> Reply:
    """A curl command as a request: of its options, those that the page uses."""
    words = iter(Text(word).substitute(variables) for word in shlex.split(command))
    assert next(words) == "curl"
    url, method, data, headers = "", "", None, {}
    for word in words:
        match word:
            case "-s":
                continue
            case "-X":
                method = next(words)
            case "-d":
                data = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name.lower().replace("-", "_")] = value
            case _:
                assert not url, f"{word} is not an option known here"
                url = word
    path, _, query = url.partition("?")
    raw = data.encode() if data is not None else None
    return stage.call(method or ("GET" if data is None else "POST"), path, raw=raw, query=dict(pairs(query)), **headers)


def pairs(query: str) -> Any:
    return (pair.split("=") for pair in query.split("&") if pair)


def test_a_problem_that_is_shown_has_a_code_there_is() -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (problem,) = set(blocks) - {block for _, block in SHOWN}
    assert json.loads(problem)["code"] in codes.problems()
