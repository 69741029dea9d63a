"""docs/http-api.md tells the truth: its routes, codes and roles are those of the code, and its examples run."""

from __future__ import annotations

import json
import re
import shlex
from string import Template as Text
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import accounts, clock, roles

from contract import codes
from local.template import ROOT

if TYPE_CHECKING:
    from local.template import Template
    from tests.stage import Reply, Stage

MARA = "mara@paper.example"
PAGE = (ROOT / "docs" / "http-api.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"### ((?:GET|POST|PATCH|DELETE) \S+)\n.*?```sh\n(.*?)```", PAGE, re.DOTALL))


def table(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = PAGE.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in row] for row in rows[2:]]


def test_every_problem_code_is_documented_and_no_other() -> None:
    documented = {(int(row[0]), row[1]) for row in table("Problem codes")}
    assert documented == {(problem.status, code) for code, problem in codes.problems().items()}
    assert all(row[2] for row in table("Problem codes"))


def test_every_field_code_is_documented_and_no_other() -> None:
    assert {row[0] for row in table("Field codes")} == codes.fields()
    assert all(row[1] for row in table("Field codes"))


def test_the_roles_are_those_of_the_code() -> None:
    documented = {row[0]: {"write": row[1] or None, "publish": row[2] or None} for row in table("Roles")}
    assert documented == {
        role: {action: roles.reach(role, action) for action in roles.ARTICLES} for role in roles.ROLES
    }


def test_every_route_is_described_with_an_example_and_no_other(template: Template) -> None:
    assert EXAMPLES.keys() == {route.key for function in template.functions.values() for route in function.routes}


@pytest.mark.parametrize("route", EXAMPLES)
def test_an_example_runs(stage: Stage, route: str) -> None:
    reply = run(stage, EXAMPLES[route], names(stage, route))
    assert reply.route == route
    assert reply.status < 300, reply.text


def names(stage: Stage, route: str) -> dict[str, str]:
    """What the examples take for given. Whoever is asking has the address and the password that the page uses."""
    accounts.create("editor@broadsheet.example", "correct horse battery broadsheet", "Editor", "editor", clock.now())
    live = route.endswith(("unpublish", "corrections", "{slug}", "reads"))
    article = stage.published() if live else stage.draft()
    own = stage.member(MARA) if "/me" in route or "reset" in route or "admin" in route else stage.token("editor")
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
    words = iter(shlex.split(Text(command).substitute(variables)))
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


def test_the_json_in_the_page_is_json() -> None:
    for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL):
        assert json.loads(block)["code"] in codes.problems()
