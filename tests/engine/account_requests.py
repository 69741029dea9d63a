"""People on the stage of the engine tests, and the requests they make as invocations of processes of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from broadsheet import (
    account_inputs,
    accounts,
    clock,
    inputs,
    keys,
    outbox,
    registration,
    sessions,
    settings,
    table,
    tokens,
)

from tests.engine.instances import Run, request
from tests.stage import PASSWORD

if TYPE_CHECKING:
    from broadsheet.accounts import Account
    from broadsheet.roles import Role

    from tests.stage import Stage

OTHER = "other words that are long too"
NUMBERS = count(1)


@dataclass
class Someone:
    """An account with one session."""

    stage: Stage
    role: Role = "reader"
    address: str = field(default_factory=lambda: f"someone-{next(NUMBERS)}@news.example")
    account: Account = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.account = accounts.create(self.address, PASSWORD, "Someone", self.role, clock.now())
        self.token = self.begin()

    @property
    def id(self) -> str:
        return self.account.id

    def begin(self) -> str:
        """The token of one more session."""
        return sessions.start(accounts.load(self.id), "", clock.now())[0]

    def log_in(self, password: str = PASSWORD, **how: Any) -> Run:
        return post(self.stage, "/v1/login", {"email": self.address, "password": password}, **how)

    def post(self, path: str, send: Any = None, **how: Any) -> Run:
        return post(self.stage, path, send, token=self.token, **how)

    def change_password(self, **how: Any) -> Run:
        return self.post("/v1/me/password", {"current_password": PASSWORD, "new_password": OTHER}, **how)

    def reset(self, password: str = OTHER, link: str = "", **how: Any) -> Run:
        return post(
            self.stage, "/v1/password/reset", {"token": link or self.link("reset"), "password": password}, **how
        )

    def link(self, kind: outbox.Kind, address: str = "") -> str:
        """The token in a mail to this person."""
        now = accounts.load(self.id)
        return minted(kind, address or now.email, account=self.id, seal=tokens.seal(now))

    def confirm_email(self, address: str, **how: Any) -> Run:
        return post(self.stage, "/v1/verify", {"token": self.link("confirm_email", address)}, **how)

    def erase(self, **how: Any) -> Run:
        return self.post("/v1/me/erase", {"password": PASSWORD, "comments": "remove"}, **how)

    def end_others(self, **how: Any) -> Run:
        return request(self.stage.template, "DELETE", "/v1/me/sessions", token=self.token, **how)

    def change(self, other: Someone, send: Any, **how: Any) -> Run:
        """What an administrator does with another's account."""
        path = f"/v1/admin/accounts/{other.id}"
        return request(self.stage.template, "PATCH", path, send, token=self.token, **how)


def post(stage: Stage, path: str, send: Any = None, token: str = "", **how: Any) -> Run:
    return request(stage.template, "POST", path, send, token=token, **how)


def register(stage: Stage, address: str, password: str = PASSWORD, **how: Any) -> Run:
    sent = {"email": address, "password": password, "display_name": "New", "language": "en"}
    return post(stage, "/v1/register", sent, **how)


def registered(address: str, password: str = PASSWORD) -> str:
    """Registers; the token in the mail that is sent."""
    before = _pending(address)
    sent = {"email": address, "password": password, "display_name": "New", "language": "en"}
    registration.register(inputs.check(account_inputs.Register, sent), clock.now())
    (mine,) = _pending(address) - before
    return minted("verify", address, pending=mine)


def minted(kind: outbox.Kind, address: str, **what: str) -> str:
    """As `send_mail` mints it for such a mail."""
    return tokens.mint(dict(outbox.mail(kind, address, "en", clock.now(), **what).item), clock.now())


def _pending(address: str) -> set[str]:
    rows = table.query(settings.get().accounts, keys.email(address)["pk"], prefix=keys.PENDING, consistent=True)
    return {row["sk"].removeprefix(keys.PENDING) for row in rows}


def verify(stage: Stage, link: str, **how: Any) -> Run:
    return post(stage, "/v1/verify", {"token": link}, **how)
