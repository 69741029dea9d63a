"""Administering accounts: found, promoted, banned, and every step of it written down for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stage import PASSWORD

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

MARA = "mara@paper.org"


def _id(stage: Stage, token: str) -> str:
    return str(stage.call("GET", "/v1/me", token=token).json["id"])


def _change(stage: Stage, account_id: str, by: str = "", **given: object) -> Reply:
    return stage.call("PATCH", f"/v1/admin/accounts/{account_id}", given, token=by or stage.token("admin"))


def _audit(stage: Stage, **query: object) -> list[dict[str, str]]:
    return list(stage.call("GET", "/v1/admin/audit", token=stage.token("admin"), query=query).json["items"])


def test_an_account_is_found_by_its_address_which_no_url_holds(stage: Stage) -> None:
    account = stage.registered(MARA)
    found = stage.call("POST", "/v1/admin/accounts/find", {"email": " Mara@Paper.org"}, token=stage.token("admin"))
    (item,) = found.json["items"]
    assert item | {"created_at": ""} == {
        **account,
        "email": MARA,
        "language": "en",
        "created_at": "",
        "banned_at": None,
    }
    nobody = stage.call("POST", "/v1/admin/accounts/find", {"email": "no@paper.org"}, token=stage.token("admin"))
    assert nobody.json == {"items": [], "next_cursor": None}
    reply = stage.call("GET", "/v1/admin/accounts", token=stage.token("admin"), query={"email": MARA})
    assert reply.fields == {"query": "unknown_parameter"}


def test_accounts_of_a_role_come_page_by_page_newest_first(stage: Stage, time: Clock) -> None:
    made = []
    for _ in range(5):
        made.insert(0, _id(stage, stage.person("author")))
        time.forward(seconds=1)
    found, cursor = [], ""
    while True:
        query = {"role": "author", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = stage.call("GET", "/v1/admin/accounts", token=stage.token("admin"), query=query).json
        assert len(page["items"]) <= 2
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert found == made
    assert "password" not in page["items"][0]


def test_a_cursor_is_good_for_its_own_role_only(stage: Stage, time: Clock) -> None:
    for _ in range(2):
        stage.person("author")
    admin = stage.token("admin")
    cursor = stage.call("GET", "/v1/admin/accounts", token=admin, query={"role": "author", "limit": 1}).json[
        "next_cursor"
    ]
    reply = stage.call("GET", "/v1/admin/accounts", token=admin, query={"role": "reader", "cursor": cursor})
    assert reply.code == "bad_cursor"


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"role": "king"}, {"role": "unknown_value"}),
        ({"limit": "0"}, {"limit": "out_of_range"}),
        ({"limit": "51"}, {"limit": "out_of_range"}),
        ({"name": "x"}, {"query": "unknown_parameter"}),
    ],
)
def test_a_wrong_question_is_refused(stage: Stage, query: dict[str, str], fields: dict[str, str]) -> None:
    assert stage.call("GET", "/v1/admin/accounts", token=stage.token("admin"), query=query).fields == fields


def test_a_new_role_ends_every_session_on_the_next_request(stage: Stage) -> None:
    token = stage.member(MARA)
    account_id = _id(stage, token)
    assert _change(stage, account_id, role="editor").json["role"] == "editor"
    assert stage.call("GET", "/v1/me", token=token).code == "not_logged_in"
    assert stage.call("GET", "/v1/newsroom/articles", token=token).code == "not_logged_in"
    fresh = stage.log_in(MARA).json
    assert fresh["account"]["role"] == "editor"
    assert stage.call("GET", "/v1/newsroom/articles", token=fresh["token"]).status == 200
    assert "#token=" not in stage.mails(MARA)[-1].text
    of_role = stage.call("GET", "/v1/admin/accounts", token=stage.token("admin"), query={"role": "editor"}).json[
        "items"
    ]
    assert [item["id"] for item in of_role] == [account_id]
    readers = stage.call("GET", "/v1/admin/accounts", token=stage.token("admin")).json["items"]
    assert account_id not in [item["id"] for item in readers]


def test_a_banned_person_is_out_at_once_and_in_again_when_unbanned(stage: Stage) -> None:
    token = stage.member(MARA)
    account_id = _id(stage, token)
    assert _change(stage, account_id, banned=True).json["banned_at"]
    assert stage.call("GET", "/v1/me", token=token).code == "not_logged_in"
    assert stage.log_in(MARA).code == "banned"
    assert _change(stage, account_id, banned=False).json["banned_at"] is None
    assert stage.log_in(MARA).status == 200


def test_a_banned_person_is_not_let_in_by_a_new_password(stage: Stage) -> None:
    account = stage.registered(MARA)
    stage.call("POST", "/v1/password/forgot", {"email": MARA})
    _change(stage, account["id"], banned=True)
    given = {"token": stage.mails(MARA)[-1].token, "password": "four other words are long"}
    stage.call("POST", "/v1/password/reset", given)
    assert stage.log_in(MARA, "four other words are long").code == "banned"


def test_sessions_of_an_account_are_ended(stage: Stage) -> None:
    token = stage.member(MARA)
    assert _change(stage, _id(stage, token), end_sessions=True).status == 200
    assert stage.call("GET", "/v1/me", token=token).code == "not_logged_in"
    assert stage.log_in(MARA).status == 200


def test_a_change_that_changes_nothing_ends_nothing(stage: Stage) -> None:
    token = stage.member(MARA)
    account_id = _id(stage, token)
    for given in ({}, {"role": "reader"}, {"banned": False}, {"end_sessions": False}, {"role": None}):
        assert _change(stage, account_id, **given).status == 200
    assert stage.call("GET", "/v1/me", token=token).status == 200
    assert _audit(stage) == []


@pytest.mark.parametrize("given", [{"role": "author"}, {"banned": True}])
def test_the_last_administrator_stays(stage: Stage, given: dict[str, object]) -> None:
    admin = stage.person("admin")
    admin_id = _id(stage, admin)
    assert _change(stage, admin_id, admin, **given).code == "last_admin"
    assert stage.call("POST", "/v1/me/erase", {"password": PASSWORD}, token=admin).code == "last_admin"
    assert stage.call("GET", "/v1/me", token=admin).status == 200
    second = stage.person("admin")
    assert _change(stage, admin_id, second, **given).status == 200
    assert _change(stage, _id(stage, second), second, **given).code == "last_admin"


def test_a_banned_administrator_does_not_count_as_one(stage: Stage) -> None:
    first, second = stage.person("admin"), stage.person("admin")
    assert _change(stage, _id(stage, second), first, banned=True).status == 200
    assert _change(stage, _id(stage, first), first, role="reader").code == "last_admin"


def test_the_audit_says_who_did_what_to_whom(stage: Stage, time: Clock) -> None:
    admin_id, target = _id(stage, stage.token("admin")), stage.registered(MARA)["id"]
    for given in ({"role": "author"}, {"banned": True}, {"banned": False}, {"end_sessions": True}):
        time.forward(seconds=1)
        _change(stage, target, **given)
    lines = _audit(stage)
    assert [line["action"] for line in lines] == ["end sessions", "unban", "ban", "change role"]
    assert {line["who"] for line in lines} == {admin_id}
    assert {line["account"] for line in lines} == {target}
    assert lines[-1]["role"] == "author"
    assert MARA not in repr(lines)


def test_the_audit_is_of_one_day_and_comes_in_pages(stage: Stage, time: Clock) -> None:
    target = stage.registered(MARA)["id"]
    for _ in range(3):
        time.forward(seconds=1)
        _change(stage, target, end_sessions=True)
    day = f"{time.now:%Y-%m-%d}"
    admin = stage.token("admin")
    first = stage.call("GET", "/v1/admin/audit", token=admin, query={"day": day, "limit": 2}).json
    second = stage.call("GET", "/v1/admin/audit", token=admin, query={"day": day, "cursor": first["next_cursor"]}).json
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (2, 1, None)
    assert _audit(stage, day="2001-01-01") == []
    wrong = stage.call("GET", "/v1/admin/audit", token=admin, query={"day": "yesterday"})
    assert wrong.fields == {"day": "bad_date"}
    crossed = stage.call(
        "GET", "/v1/admin/audit", token=admin, query={"day": "2001-01-01", "cursor": first["next_cursor"]}
    )
    assert crossed.code == "bad_cursor"


def test_what_the_newsroom_did_is_in_the_audit_too(stage: Stage) -> None:
    live = stage.published()
    assert live["id"] in {line.get("article") for line in _audit(stage)}


@pytest.mark.parametrize("account_id", ["x", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_what_is_no_account_is_not_found(stage: Stage, account_id: str) -> None:
    assert _change(stage, account_id, banned=True).code == "not_found"


@pytest.mark.parametrize("field", ["email", "password", "display_name", "id", "banned_at"])
def test_an_administrator_changes_nothing_else_of_a_person(stage: Stage, field: str) -> None:
    reply = _change(stage, _id(stage, stage.token("reader")), **{field: "x"})
    assert reply.fields == {field: "unknown_field"}
