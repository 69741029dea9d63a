"""Who is who: logging in and out, and who one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet import accounts, clock, http, inputs, sessions, throttle

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

app = http.api()
handler = http.handler(app)


@app.post("/v1/login")
def log_in() -> Response[str]:
    given, now = inputs.read(inputs.Login, http.body(app.current_event)), clock.now()
    address = given.email.strip().casefold()
    throttle.admit("login", address, now)
    account = accounts.authenticate(given.email, given.password)
    throttle.forgive("login", address)
    token, ends_at = sessions.start(account, now)
    answer = {"expires_at": clock.stamp(ends_at), "account": account.public()}
    if given.transport == "bearer":
        return http.private({"token": token, **answer})
    response = http.private(answer)
    response.cookies = [sessions.cookie(token, int((ends_at - now).total_seconds()))]
    return response


@app.post("/v1/logout")
def log_out() -> Response[str]:
    http.body(app.current_event)
    sessions.end(app.current_event)
    response = http.private(None, 204)
    response.cookies = [sessions.cookie("", 0)]
    return response


@app.get("/v1/me")
def read_me() -> Response[str]:
    person = sessions.person(app.current_event, clock.now())
    return http.private(vars(person))
