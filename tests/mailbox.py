"""Where mail goes in tests: taken from the mail client itself, so that nothing of what would be sent is guessed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore import handlers
from botocore.exceptions import ClientError

EVENT = "before-call.sesv2.SendEmail"


@dataclass(frozen=True)
class Mail:
    to: str
    sender: str
    subject: str
    text: str
    html: str

    @property
    def link(self) -> str:
        found = re.findall(r"https?://\S+", self.text)
        assert len(found) == 1, self.text
        return str(found[0])

    @property
    def token(self) -> str:
        """What stands in the link's fragment."""
        return self.link.partition("#token=")[2]


@dataclass
class Outbound:
    """Takes what is sent; `refusing` addresses are refused as the mail service refuses them, naming the address."""

    sent: list[Mail] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)

    def empty(self) -> None:
        self.sent.clear()
        self.refusing.clear()

    def everywhere(self) -> None:
        """Stands before every mail client that is made from now on."""
        handlers.BUILTIN_HANDLERS.append((EVENT, self._send))

    def _send(self, params: dict[str, Any], **_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        given = json.loads(params["body"])
        content = given["Content"]["Simple"]
        (to,) = given["Destination"]["ToAddresses"]
        if to in self.refusing:
            message = f"Email address is not verified. The following identities failed the check: {to}"
            raise ClientError({"Error": {"Code": "MessageRejected", "Message": message}}, "SendEmail")
        body = {kind: content["Body"][kind]["Data"] for kind in ("Text", "Html")}
        self.sent.append(Mail(to, given["FromEmailAddress"], content["Subject"]["Data"], body["Text"], body["Html"]))
        return SimpleNamespace(status_code=200), {"MessageId": str(len(self.sent))}
