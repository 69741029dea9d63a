"""What the routes of `login` take, answer and refuse: logging in, one's own account, and the administration of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet import account_inputs, errors

from . import account_answers
from .shape import ACCOUNT, ADMIN, LOGIN, ON_ONE, STAFF, STORED, WITH_BODY, Answer, Operation

if TYPE_CHECKING:
    from .shape import Problems

ANYBODY: Problems = (*STORED, *WITH_BODY, errors.Invalid, errors.TooManyRequests)
OWN: Problems = (*ON_ONE, *WITH_BODY, errors.Invalid)
WITH_PASSWORD: Problems = (*OWN, errors.LoginFailed, errors.TooManyRequests)
"""The password is asked for once more, and guesses are counted."""
ADMINS: Problems = (*STAFF, errors.NotAllowed)

MAIL_SENT = Answer("A mail is on its way, unless there have been too many to this address.", (account_answers.Done,))
LOGGED_IN = Answer("Logged in.", (account_answers.SessionWithToken, account_answers.Session), ("NoStore", "SetCookie"))
LOGGED_OUT = ("NoStore", "SetCookie")
ENDED = "Ended, from the very next request on."

OPERATIONS: dict[str, Operation] = {
    "POST /v1/register": Operation(
        id="register",
        tag=LOGIN,
        summary="Ask for an account",
        description="Sends a mail whose link confirms the address; the account exists from then on. An address that has "
        "an account gets a mail that says so, and the answer is the same. A password has 15 to 1,024 characters, is not "
        "among those that are guessed first, and holds neither the address nor the site's name.",
        takes=account_inputs.Register,
        answers={202: MAIL_SENT},
        problems=ANYBODY,
        public=True,
    ),
    "POST /v1/verify": Operation(
        id="verify",
        tag=LOGIN,
        summary="Confirm an address",
        description="Takes the token of the link in a mail: of a registration, which becomes an account, or of a change of "
        "address. A token is good once, for an hour.",
        takes=account_inputs.Token,
        answers={200: Answer("Confirmed.", (account_answers.Verified,))},
        problems=(*ANYBODY, errors.BadToken),
        public=True,
    ),
    "POST /v1/password/forgot": Operation(
        id="forgotPassword",
        tag=LOGIN,
        summary="Ask for a link to set a new password",
        description="Goes to the address if it has an account; the answer and the work are the same if not.",
        takes=account_inputs.Address,
        answers={202: MAIL_SENT},
        problems=ANYBODY,
        public=True,
    ),
    "POST /v1/password/reset": Operation(
        id="resetPassword",
        tag=LOGIN,
        summary="Set a new password",
        description="Takes the token of the link in a mail, which is good once, for an hour, and until the password or the "
        "address changes. Ends all sessions.",
        takes=account_inputs.Reset,
        answers={200: Answer("Changed.", (account_answers.Done,))},
        problems=(*ANYBODY, errors.BadToken),
        public=True,
    ),
    "POST /v1/login": Operation(
        id="logIn",
        tag=LOGIN,
        summary="Log in",
        description="With transport `bearer` the token is in the answer; with `cookie` a browser gets a `__Host-session` "
        "cookie and its scripts never see the token. Whether an address is known makes no difference to the answer or to "
        "the time it takes. After five failures for an address, each further try has to wait longer, up to a minute.",
        takes=account_inputs.Login,
        answers={200: LOGGED_IN},
        problems=(*ANYBODY, errors.LoginFailed, errors.Banned),
        public=True,
    ),
    "POST /v1/logout": Operation(
        id="logOut",
        tag=LOGIN,
        summary="Log out at once",
        description="Ends the session of the token or cookie that is sent; without one there is nothing to end.",
        answers={204: Answer("Logged out.", headers=LOGGED_OUT)},
        problems=(*STORED, *WITH_BODY),
    ),
    "GET /v1/me": Operation(
        id="readMe",
        tag=ACCOUNT,
        summary="Who is logged in",
        description="The own account.",
        answers={200: Answer("The account.", (account_answers.OwnAccount,))},
        problems=ON_ONE,
    ),
    "PATCH /v1/me": Operation(
        id="changeMe",
        tag=ACCOUNT,
        summary="Change display name or language",
        description="What is left out stays. All sessions go on, under the new name.",
        takes=account_inputs.Profile,
        answers={200: Answer("The account.", (account_answers.OwnAccount,))},
        problems=OWN,
    ),
    "POST /v1/me/password": Operation(
        id="changePassword",
        tag=ACCOUNT,
        summary="Change the password",
        description="Ends all sessions and begins a new one, by the transport the request came with. A mail says so.",
        takes=account_inputs.NewPassword,
        answers={200: LOGGED_IN},
        problems=WITH_PASSWORD,
    ),
    "POST /v1/me/email": Operation(
        id="changeEmail",
        tag=ACCOUNT,
        summary="Change the address",
        description="Sends a link to the new address; the account moves when it is confirmed (`POST /v1/verify`), and the "
        "old address is told.",
        takes=account_inputs.NewEmail,
        answers={202: MAIL_SENT},
        problems=WITH_PASSWORD,
    ),
    "POST /v1/me/erase": Operation(
        id="eraseMe",
        tag=ACCOUNT,
        summary="Erase the account",
        description="Gone at once with all sessions; comments become nobody's or are removed soon after, as chosen. The last "
        "administrator cannot.",
        takes=account_inputs.Erase,
        answers={202: Answer("Erased; its traces follow.", (account_answers.Done,), LOGGED_OUT)},
        problems=(*WITH_PASSWORD, errors.LastAdmin),
    ),
    "GET /v1/me/export": Operation(
        id="exportMe",
        tag=ACCOUNT,
        summary="Everything kept about me",
        description="One JSON document, offered as a file. The password's hash is not in it.",
        answers={200: Answer("The document.", (account_answers.Export,), ("NoStore", "ContentDisposition"))},
        problems=ON_ONE,
    ),
    "GET /v1/me/sessions": Operation(
        id="listSessions",
        tag=ACCOUNT,
        summary="Where I am logged in",
        description="Newest first, 20 at most; all on one page.",
        answers={200: Answer("The sessions.", (account_answers.LogIns,))},
        problems=STAFF,
    ),
    "DELETE /v1/me/sessions": Operation(
        id="endOtherSessions",
        tag=ACCOUNT,
        summary="Log out everywhere else",
        description="Ends all sessions but the one that asks.",
        answers={204: Answer(ENDED)},
        problems=(*ON_ONE, *WITH_BODY),
    ),
    "DELETE /v1/me/sessions/{id}": Operation(
        id="endSession",
        tag=ACCOUNT,
        summary="Log out on one device",
        description="Ends one session, which may be the one that asks.",
        parameters=("SessionId",),
        answers={204: Answer(ENDED)},
        problems=(*ON_ONE, *WITH_BODY),
    ),
    "GET /v1/admin/accounts": Operation(
        id="listAccounts",
        tag=ADMIN,
        summary="Accounts of a role",
        description="Newest first.",
        parameters=("Role", "Cursor", "Limit"),
        answers={200: Answer("A page of accounts.", (account_answers.People,))},
        problems=(*ADMINS, errors.Invalid, errors.BadCursor),
    ),
    "POST /v1/admin/accounts/find": Operation(
        id="findAccount",
        tag=ADMIN,
        summary="The account of an address",
        description="The address is in the body, because URLs are written to logs.",
        takes=account_inputs.Address,
        answers={200: Answer("The account, or an empty list.", (account_answers.People,))},
        problems=(*ADMINS, *WITH_BODY, errors.Invalid),
    ),
    "GET /v1/admin/accounts/{id}": Operation(
        id="readAccount",
        tag=ADMIN,
        summary="One account",
        description="What its owner sees, and whether it is banned.",
        parameters=("AccountId",),
        answers={200: Answer("The account.", (account_answers.KnownAccount,))},
        problems=(*ADMINS, errors.NotFound),
    ),
    "PATCH /v1/admin/accounts/{id}": Operation(
        id="changeAccount",
        tag=ADMIN,
        summary="Change a role, ban, end sessions",
        description="What is left out stays. Whatever changes, all sessions of the account end with it and the audit says who "
        "did it. The last administrator stays one.",
        parameters=("AccountId",),
        takes=account_inputs.ChangedAccount,
        answers={200: Answer("The account.", (account_answers.KnownAccount,))},
        problems=(*ADMINS, *WITH_BODY, errors.NotFound, errors.Invalid, errors.LastAdmin),
    ),
    "GET /v1/admin/audit": Operation(
        id="readAudit",
        tag=ADMIN,
        summary="What staff did on a day",
        description="Newest first: with articles and with accounts. Days are in UTC; today unless said.",
        parameters=("Day", "Cursor", "Limit"),
        answers={200: Answer("A page of the audit.", (account_answers.Audit,))},
        problems=(*ADMINS, errors.Invalid, errors.BadCursor),
    ),
}
