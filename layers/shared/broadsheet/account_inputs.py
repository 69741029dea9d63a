"""What people may write of accounts. The rules of `inputs` hold here too.

Whatever can be said of a form without asking the store is said here, of all its fields in one answer.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from . import accounts, names, passwords, site
from .inputs import Input, Language, Line, filled, wrong


def _address(value: str) -> str:
    address = accounts.normal_email(filled(value))
    if address is None:
        raise wrong("bad_email", "Must be an e-mail address.")
    return address


def _given(value: str) -> str:
    if not value:
        raise wrong("required", "Must not be empty.")
    return value


def _chosen(value: str, info: ValidationInfo) -> str:
    """A password that is taken, beside the address as far as that is one."""
    if refusal := passwords.refusal(_given(value), info.data.get("email", "")):
        raise wrong(*refusal)
    return value


def _free(value: str) -> str:
    if names.reserved(value):
        raise wrong("reserved_name", names.RESERVED)
    return value


Email = Annotated[Line, Field(max_length=254), AfterValidator(_address)]
Password = Annotated[str, Field(max_length=4096), AfterValidator(_given)]
"""One that is compared with what is stored, or whose strength is judged where its account is known."""
DisplayName = Annotated[Line, AfterValidator(filled), Field(max_length=60)]


class Login(Input):
    email: Annotated[Line, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=4096)]
    transport: Literal["bearer", "cookie"] = "bearer"


class Register(Input):
    email: Email
    password: Annotated[str, Field(max_length=4096), AfterValidator(_chosen)]
    display_name: Annotated[DisplayName, AfterValidator(_free)]
    language: Language = Field(default_factory=lambda: site.get().language, description="Of mail and of the pages.")


class Token(Input):
    token: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="From the link in a mail, behind the #."
    )


class Address(Input):
    email: Email


class Reset(Token):
    password: Password


class Profile(Input):
    display_name: DisplayName | None = None
    language: Language | None = None


class NewPassword(Input):
    current_password: Password
    new_password: Password


class NewEmail(Input):
    email: Email
    password: Password


class Erase(Input):
    password: Password
    comments: Literal["anonymise", "remove"] = Field(
        default="anonymise", description="What becomes of the account's comments."
    )


class ChangedAccount(Input):
    role: Literal["reader", "contributor", "author", "moderator", "editor", "admin"] | None = None
    banned: bool | None = None
    end_sessions: bool | None = None
