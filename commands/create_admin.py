"""Creates an administrator: `python -m commands.create_admin --stack broadsheet --email you@paper.org --name "Your Name"`.

The password is asked for, or read as one line from standard input; it is never an argument, where other users of the
machine and the shell's history would see it. Table names come from the deployed stack.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from typing import TYPE_CHECKING, Any

from broadsheet import accounts, clock, passwords, settings, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOCAL_DOMAIN = "broadsheet.example"
"""The local run's people. Their password is public, so nobody of that domain exists anywhere else."""
TABLES = ("Site", "Desk", "Accounts", "Sessions", "Index")


class Refusal(Exception):  # noqa: N818
    """One sentence for the person at the keyboard."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="create_admin", description="Creates an administrator.")
    parser.add_argument("--stack", required=True, help="name of the CloudFormation stack")
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", required=True, help="shown beside what this person does")
    given = parser.parse_args(arguments)
    try:
        _refuse_local(given.email)
        os.environ.update(deployed(given.stack))
        settings.get.cache_clear()
        print(create(given.email, given.name))
    except Refusal as refusal:
        print(f"create_admin: {refusal}", file=sys.stderr)
        return 1
    return 0


def _refuse_local(email: str) -> None:
    if email.strip().casefold().endswith(f"@{LOCAL_DOMAIN}"):
        raise Refusal(f"{LOCAL_DOMAIN} belongs to the local run, whose password is public.")


def create(email: str, name: str) -> str:
    """Asks for the password and creates the account; a sentence that says so. Raises Refusal."""
    if not name.strip():
        raise Refusal("Give a name: it is shown beside what this person does.")
    if accounts.normal_email(email) is None:
        raise Refusal("That is not an e-mail address.")
    try:
        account = accounts.create(email, _password(), name, "admin", clock.now())
    except accounts.EmailTaken:
        raise Refusal("There is an account of this address already.") from None
    except ValueError as error:
        raise Refusal(f"Not created: {error}.") from None
    return f"{account.display_name} is an administrator now ({account.id})."


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"Password, {passwords.SHORTEST} characters or more: ")
    if getpass.getpass("Once more: ") != password:
        raise Refusal("The two are not the same.")
    return password


def deployed(stack: str) -> Mapping[str, str]:
    """The environment that the stack's functions have, from the stack. Raises Refusal."""
    from botocore.exceptions import BotoCoreError, ClientError

    client = table.client("cloudformation")
    try:
        described = client.describe_stacks(StackName=stack)["Stacks"][0]
        resources = client.describe_stack_resources(StackName=stack)["StackResources"]
    except (BotoCoreError, ClientError) as error:
        raise Refusal(f"The stack {stack} cannot be read: {error}") from None
    physical: dict[str, Any] = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in resources}
    parameters = {row["ParameterKey"]: row["ParameterValue"] for row in described.get("Parameters", [])}
    missing = [f"{name}Table" for name in TABLES if f"{name}Table" not in physical]
    if missing:
        raise Refusal(f"The stack {stack} has no {', '.join(missing)}: it is not a Broadsheet.")
    return {
        "STAGE": parameters.get("Stage", "prod"),
        "SITE_ORIGIN": parameters.get("SiteOrigin", "https://news.example"),
        "MAIL_SENDER": parameters.get("MailSender", "news@news.example"),
        **{f"{name.upper()}_TABLE": physical[f"{name}Table"] for name in TABLES},
    }


if __name__ == "__main__":
    sys.exit(main())
