"""Who is who: registering, logging in and out, one's own account, and what administrators do with everybody's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from broadsheet import (
    account_inputs,
    accounts,
    clock,
    credentials,
    erasure,
    http,
    inputs,
    people,
    registration,
    roles,
    sessions,
    tokens,
)
from broadsheet import throttle as throttles
from broadsheet.errors import invalid

if TYPE_CHECKING:
    from datetime import datetime

    from aws_lambda_powertools.event_handler import Response
    from broadsheet.accounts import Account
    from broadsheet.roles import Person

app = http.api()
handler = http.handler(app)


# ---------------------------------------------------------------- register, forgot: what is answered by mail


@app.post("/v1/register")
def register() -> Response[str]:
    given, now = inputs.read(account_inputs.Register, http.body(app.current_event)), clock.now()
    throttles.admit(throttles.REGISTER_FROM, _network(), now)
    registration.register(given, now)
    return http.private({"status": "mail_sent"}, 202)


@app.post("/v1/verify")
def verify() -> Response[str]:
    given, now = inputs.read(account_inputs.Token, http.body(app.current_event)), clock.now()
    throttles.admit(throttles.TOKEN_FROM, _network(), now)
    token = tokens.find(given.token, now, "verify", "confirm_email")
    account = registration.verify(token, now) if token["kind"] == "verify" else credentials.confirm_email(token, now)
    return http.private({"account": account.public()})


@app.post("/v1/password/forgot")
def forgot_password() -> Response[str]:
    given, now = inputs.read(account_inputs.Address, http.body(app.current_event)), clock.now()
    throttles.admit(throttles.FORGOT_FROM, _network(), now)
    credentials.forgot(given.email, now)
    return http.private({"status": "mail_sent"}, 202)


@app.post("/v1/password/reset")
def reset_password() -> Response[str]:
    given, now = inputs.read(account_inputs.Reset, http.body(app.current_event)), clock.now()
    throttles.admit(throttles.TOKEN_FROM, _network(), now)
    account = credentials.reset(tokens.find(given.token, now, "reset"), given.password, now)
    throttles.trust(account.email, _network(), now)
    return http.private({"status": "password_changed"})


# ---------------------------------------------------------------- log in and out


@app.post("/v1/login")
def log_in() -> Response[str]:
    given, now = inputs.read(account_inputs.Login, http.body(app.current_event)), clock.now()
    address, network = accounts.normal_email(given.email) or "nobody", _network()
    throttles.login(address, network, now)
    account = accounts.authenticate(address, given.password)
    also = throttles.logged_in(address, network, now)
    token, ends_at = sessions.start(account, _user_agent(), now, also)
    return _session(account, token, ends_at=ends_at, cookie=given.transport == "cookie")


@app.post("/v1/logout")
def log_out() -> Response[str]:
    http.body(app.current_event)
    sessions.end(app.current_event)
    response = http.private(None, 204)
    response.cookies = [sessions.cookie("", 0)]
    return response


def _session(account: Account, token: str, *, ends_at: datetime, cookie: bool) -> Response[str]:
    """A new session: the token for a program, a cookie that no script can read for a browser."""
    answer = {"expires_at": clock.stamp(ends_at), "account": account.public()}
    if not cookie:
        return http.private({"token": token, **answer})
    response = http.private(answer)
    response.cookies = [sessions.cookie(token, round((ends_at - clock.now()).total_seconds()))]
    return response


# ---------------------------------------------------------------- one's own account


@app.get("/v1/me")
def read_me() -> Response[str]:
    return http.private(accounts.load(_person().id).own())


@app.patch("/v1/me")
def change_me() -> Response[str]:
    person = _person()
    given = inputs.read(account_inputs.Profile, http.body(app.current_event))
    return http.private(credentials.change_profile(person.id, given.model_dump(exclude_none=True)).own())


@app.post("/v1/me/password")
def change_password() -> Response[str]:
    person, now = _person(), clock.now()
    given = inputs.read(account_inputs.NewPassword, http.body(app.current_event))
    account = credentials.change_password(person.id, given.current_password, given.new_password, now)
    token, ends_at = sessions.start(account, _user_agent(), now)
    return _session(account, token, ends_at=ends_at, cookie=not http.bearer(app.current_event))


@app.post("/v1/me/email")
def change_email() -> Response[str]:
    person = _person()
    given = inputs.read(account_inputs.NewEmail, http.body(app.current_event))
    credentials.change_email(person.id, given.email, given.password, clock.now())
    return http.private({"status": "mail_sent"}, 202)


@app.post("/v1/me/erase")
def erase_me() -> Response[str]:
    person = _person()
    given = inputs.read(account_inputs.Erase, http.body(app.current_event))
    erasure.erase(person.id, given.password, given.comments, clock.now())
    response = http.private({"status": "erased"}, 202)
    response.cookies = [sessions.cookie("", 0)]
    return response


@app.get("/v1/me/export")
def export_me() -> Response[str]:
    now = clock.now()
    current = sessions.current(app.current_event, now)
    return http.private(
        erasure.export(accounts.load(current.person.id), current.id, now),
        Content_Disposition='attachment; filename="account.json"',
    )


@app.get("/v1/me/sessions")
def list_sessions() -> Response[str]:
    now = clock.now()
    current = sessions.current(app.current_event, now)
    return http.private({"items": sessions.of(current.person.id, current.id, now), "next_cursor": None})


@app.delete("/v1/me/sessions")
def end_other_sessions() -> Response[str]:
    current = sessions.current(app.current_event, clock.now())
    http.body(app.current_event)
    sessions.end_others(current.person.id, current.id)
    return http.private(None, 204)


@app.delete("/v1/me/sessions/<session_id>")
def end_session(session_id: str) -> Response[str]:
    person = _person()
    http.body(app.current_event)
    sessions.end_one(person.id, http.ulid(session_id))
    return http.private(None, 204)


# ---------------------------------------------------------------- everybody's, for administrators


@app.get("/v1/admin/accounts")
def list_accounts() -> Response[str]:
    _admin()
    query = http.only(app.current_event, "role", "cursor", "limit")
    size = http.page_size(app.current_event)
    role = query.get("role", "reader")
    if role not in roles.ROLES:
        raise invalid("role", "unknown_value", f"One of {', '.join(roles.ROLES)}.")
    return http.private(people.by_role(role, query.get("cursor"), size))


@app.post("/v1/admin/accounts/find")
def find_account() -> Response[str]:
    """By address, which a body holds and a URL would leave in logs."""
    _admin()
    given = inputs.read(account_inputs.Address, http.body(app.current_event))
    return http.private(people.by_address(given.email))


@app.get("/v1/admin/accounts/<account_id>")
def read_account(account_id: str) -> Response[str]:
    _admin()
    return http.private(people.shown(accounts.load(http.ulid(account_id))))


@app.patch("/v1/admin/accounts/<account_id>")
def change_account(account_id: str) -> Response[str]:
    admin = _admin()
    given = inputs.read(account_inputs.ChangedAccount, http.body(app.current_event))
    return http.private(people.shown(people.change(http.ulid(account_id), given, admin, clock.now())))


@app.get("/v1/admin/audit")
def read_audit() -> Response[str]:
    _admin()
    query = http.only(app.current_event, "day", "cursor", "limit")
    day = query.get("day", clock.stamp(clock.now())[:10])
    try:
        date.fromisoformat(day)
    except ValueError:
        raise invalid("day", "bad_date", "Must be a date, such as 2026-03-01.") from None
    return http.private(people.audit(day, query.get("cursor"), http.page_size(app.current_event)))


# ---------------------------------------------------------------- who is asking, and from where


def _person() -> Person:
    return sessions.person(app.current_event, clock.now())


def _admin() -> Person:
    person = _person()
    roles.administer(person.role)
    return person


def _network() -> str:
    return throttles.prefix(http.client_address(app.current_event))


def _user_agent() -> str:
    return str(app.current_event.headers.get("user-agent", ""))
