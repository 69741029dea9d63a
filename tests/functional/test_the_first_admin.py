"""The command that creates an administrator: the password comes by standard input, never as an argument."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from broadsheet import settings

from commands import create_admin

if TYPE_CHECKING:
    from tests.stage import Stage


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_admin, "deployed", lambda _stack: {})


def _run(monkeypatch: pytest.MonkeyPatch, email: str, password: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    return create_admin.main(["--stack", "broadsheet", "--email", email, "--name", "Ada Quist"])


@pytest.mark.usefixtures("deployed")
def test_a_created_admin_can_log_in(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, "Ada@Paper.org", "four small words are long") == 0
    reply = stage.call("POST", "/v1/login", {"email": "ada@paper.org", "password": "four small words are long"})
    assert reply.json["account"]["role"] == "admin"


@pytest.mark.usefixtures("deployed", "stage")
@pytest.mark.parametrize(
    ("email", "password", "why"),
    [
        ("ada@paper.org", "too short", "at least 15"),
        ("no address", "four small words are long", "not an e-mail address"),
        ("admin@broadsheet.example", "four small words are long", "local run"),
        ("admin@Broadsheet.Example ", "four small words are long", "local run"),
    ],
)
def test_what_is_refused_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], email: str, password: str, why: str
) -> None:
    assert _run(monkeypatch, email, password) == 1
    assert why in capsys.readouterr().err


@pytest.mark.usefixtures("deployed", "stage")
def test_an_address_has_one_account(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(monkeypatch, "ada@paper.org", "four small words are long") == 0
    assert _run(monkeypatch, "ADA@paper.org", "four small words are long") == 1
    assert "already" in capsys.readouterr().err


def test_the_password_is_no_argument() -> None:
    with pytest.raises(SystemExit):
        create_admin.main(
            ["--stack", "s", "--email", "a@b.org", "--name", "A", "--password", "four small words are long"]
        )


def test_table_names_come_from_the_stack(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cloud:
        def describe_stacks(self, **_: str) -> object:
            return {"Stacks": [{"Parameters": [{"ParameterKey": "Stage", "ParameterValue": "prod"}]}]}

        def describe_stack_resources(self, **_: str) -> object:
            names = [f"{name}Table" for name in create_admin.TABLES]
            return {"StackResources": [{"LogicalResourceId": n, "PhysicalResourceId": f"x-{n}"} for n in names]}

    monkeypatch.setattr("broadsheet.table.client", lambda _service="dynamodb": Cloud())
    environment = create_admin.deployed("broadsheet")
    assert environment["ACCOUNTS_TABLE"] == "x-AccountsTable"
    for name in settings.Settings.__dataclass_fields__:
        monkeypatch.delenv(f"{name}_table".upper(), raising=False)
    for name in ("STAGE", "SITE_ORIGIN", "MAIL_SENDER"):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.get.cache_clear()
    assert settings.get().accounts == "x-AccountsTable"  # nothing that functions need is missing
    settings.get.cache_clear()
