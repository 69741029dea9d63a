"""Every key of every table.

Entities
--------

| Table    | pk                     | sk                        | entity       | holds                                                        |
|----------|------------------------|---------------------------|--------------|--------------------------------------------------------------|
| Site     | ARTICLE#<key>          | ARTICLE                   | article      | the public article as JSON, or that it was withdrawn         |
| Site     | ARTICLE#<key>          | ALTERNATES                | alternates   | its published translations as JSON                           |
| Site     | ARTICLE#<key>          | DISCUSSION                | discussion   | who may comment, and how many published comments there are   |
| Site     | ARTICLE#<key>          | LISTS                     | lists        | "More about" and "You may also like" as JSON                 |
| Site     | LISTING#<name>         | <published_at>#<id>       | entry        | one card of one listing                                      |
| Site     | CARD#<key>             | CARD                      | card         | a published article's card, for whoever knows only its key   |
| Site     | FRONT                  | FRONT, FRONT#<language>   | front        | the prepared front as JSON                                   |
| Desk     | ARTICLE#<id>           | STATE                     | state        | status, version, what is live; never the text                |
| Desk     | ARTICLE#<id>           | REVISION#<n>              | revision     | one saved text, compressed                                   |
| Desk     | KEY#<key>              | KEY                       | key          | that a public key is taken, and by which article             |
| Desk     | GROUP#<id>             | GROUP                     | group        | revision of a group of translations                          |
| Desk     | GROUP#<id>             | MEMBER#<article id>       | member       | one translation: its language, and its slug while published  |
| Desk     | DESK#<name>            | <id>                      | desk entry   | that an article stands in one of the newsroom's listings     |
| Desk     | SCHEDULE               | <publish_at>#<id>         | due          | an article that waits for its time                           |
| Desk     | AUDIT#<day>            | <ulid>                    | audit        | who did what to which article or account                     |
| Desk     | ERASURES#<month>       | <id>                      | erasure log  | that an account was erased; survives a restore of Accounts   |
| Accounts | ACCOUNT#<id>           | ACCOUNT                   | account      | a person: name, address, role, password hash                 |
| Accounts | EMAIL#<address>        | EMAIL                     | email        | which account an address belongs to                          |
| Accounts | EMAIL#<address>        | PENDING#<ulid>            | pending      | a registration that waits for its mail to be answered        |
| Accounts | ROLE#<role>            | <id>                      | role entry   | that an account has this role                                |
| Accounts | ADMINS                 | ADMINS                    | admins       | how many administrators there are                            |
| Accounts | MAIL#<ulid>            | MAIL                      | mail         | what to send to whom; never a token                          |
| Accounts | ERASURE#<id>           | ERASURE                   | erasure      | an erased account whose traces are being removed             |
| Sessions | SESSION#<hash>         | SESSION                   | session      | account id, role, display name of one log-in                 |
| Sessions | SESSIONS#<account>     | <ulid>                    | log-in       | one log-in of an account: its device and its session's hash  |
| Sessions | TOKEN#<hash>           | TOKEN                     | token        | what a link in a mail is good for                            |
| Sessions | THROTTLE#<what>#<hash> | THROTTLE                  | throttle     | how often something was tried lately                         |
| Sessions | IDEMPOTENCY#<hash>     | IDEMPOTENCY               | idempotency  | what the first request with a key made                       |

Every item also has `entity` and `v`, the version of its shape. The key in a slug is eight random letters and digits that
never change, so a new headline moves nothing. Times in keys are UTC with milliseconds, always 24 characters. Ids are ULIDs.

Access patterns
---------------

| Who           | wants                                      | call                                                         |
|---------------|--------------------------------------------|--------------------------------------------------------------|
| articles      | an article with all that stands beside it  | Query Site ARTICLE#<key>                                     |
| articles      | a page of a listing                        | Query Site LISTING#<name>, backwards, from the cursor        |
| articles      | the front                                  | GetItem Site FRONT                                           |
| newsroom      | an article with its newest text            | Query Desk ARTICLE#<id>, backwards, 2 items                  |
| newsroom      | one older text                             | GetItem Desk REVISION#<n>                                    |
| newsroom      | the texts saved so far                     | Query Desk ARTICLE#<id> below STATE, backwards               |
| newsroom      | drafts by status, section or owner         | Query Desk DESK#<name>, then one BatchGetItem of states      |
| newsroom      | to create, save, publish, correct, withdraw| one TransactWriteItems over Desk, Site and Sessions          |
| publish_due   | what is due                                | Query Desk SCHEDULE up to now                                |
| build_lists   | the newest of a listing                    | Query Site LISTING#<name>, backwards                         |
| login         | whose address this is, and the account     | GetItem Accounts EMAIL#<address>, GetItem ACCOUNT#<id>       |
| login         | an account's sessions                      | Query Sessions SESSIONS#<account>, then one BatchGetItem     |
| login         | what a link is good for                    | GetItem Sessions TOKEN#<hash>                                |
| login         | people by role, the audit of a day         | Query Accounts ROLE#<role>, Query Desk AUDIT#<day>           |
| send_mail     | what to send                               | GetItem Accounts MAIL#<ulid>                                 |
| everybody     | who is asking                              | GetItem Sessions SESSION#<hash>, consistent                  |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Key(TypedDict):
    pk: str
    sk: str


ARTICLE = "ARTICLE"
ALTERNATES = "ALTERNATES"
DISCUSSION = "DISCUSSION"
LISTS = "LISTS"
STATE = "STATE"
REVISION = "REVISION#"
GROUP = "GROUP"
SCHEDULE = "SCHEDULE"
PENDING = "PENDING#"


def id_of(pk: str) -> str:
    """The id in a partition that holds one thing: `MAIL#<ulid>`."""
    return pk.partition("#")[2]


def _key(pk: str, sk: str) -> Key:
    return {"pk": pk, "sk": sk}


# Site


def public(key: str) -> str:
    """Partition of a public article's collection."""
    return f"ARTICLE#{key}"


def public_item(key: str, sk: str) -> Key:
    return _key(public(key), sk)


def card(key: str) -> Key:
    return _key(f"CARD#{key}", "CARD")


def listing(kind: str = "latest", slug: str = "", language: str = "") -> str:
    """Partition of a listing: latest, or a section's, topic's or author's, whole or in one language."""
    return "LISTING#" + "#".join(part for part in (kind, slug, language and f"in:{language}") if part)


def listings_of(section: str, topic: str | None, authors: Iterable[str], language: str) -> Iterator[str]:
    """Every listing an article stands in."""
    kinds = [("latest", ""), ("section", section), *((("topic", topic),) if topic else ())]
    for kind, slug in [*kinds, *(("author", author) for author in authors)]:
        yield listing(kind, slug)
        yield listing(kind, slug, language)


def entry(listing_pk: str, published_at: str, article_id: str) -> Key:
    return _key(listing_pk, f"{published_at}#{article_id}")


def front(language: str | None = None) -> Key:
    return _key("FRONT", f"FRONT#{language}" if language else "FRONT")


# Desk


def desk(article_id: str) -> str:
    """Partition of an article's state and texts."""
    return f"ARTICLE#{article_id}"


def state(article_id: str) -> Key:
    return _key(desk(article_id), STATE)


def revision(article_id: str, n: int) -> Key:
    return _key(desk(article_id), f"{REVISION}{n:08d}")


def reserved(key: str) -> Key:
    return _key(f"KEY#{key}", "KEY")


def translations(group: str) -> str:
    """Partition of a group of translations."""
    return f"GROUP#{group}"


def group(group_id: str) -> Key:
    return _key(translations(group_id), GROUP)


def member(group_id: str, article_id: str) -> Key:
    return _key(translations(group_id), f"MEMBER#{article_id}")


def desk_listing(status: str = "", section: str = "", owner: str = "") -> str:
    """Partition of one of the newsroom's listings; a section's and an owner's are never crossed."""
    named = (section and f"section:{section}", owner and f"owner:{owner}", status and f"status:{status}")
    return "#".join(["DESK", *(part for part in named if part)] if any(named) else ["DESK", "all"])


def desk_listings_of(status: str, section: str, owner: str) -> Iterator[str]:
    for where in ({}, {"section": section}, {"owner": owner}):
        yield desk_listing(**where)
        yield desk_listing(status=status, **where)


def desk_entry(listing_pk: str, article_id: str) -> Key:
    return _key(listing_pk, article_id)


def due(publish_at: str, article_id: str) -> Key:
    return _key(SCHEDULE, f"{publish_at}#{article_id}")


def audits(day: str) -> str:
    """Partition of a day's staff actions: `2026-03-01`."""
    return f"AUDIT#{day}"


def audit(day: str, ulid: str) -> Key:
    return _key(audits(day), ulid)


# Accounts


def account(account_id: str) -> Key:
    return _key(f"ACCOUNT#{account_id}", "ACCOUNT")


def email(address: str) -> Key:
    return _key(f"EMAIL#{address}", "EMAIL")


def pending(address: str, ulid: str) -> Key:
    return _key(f"EMAIL#{address}", f"{PENDING}{ulid}")


def people(role: str) -> str:
    """Partition of the accounts with a role."""
    return f"ROLE#{role}"


def role_entry(role: str, account_id: str) -> Key:
    return _key(people(role), account_id)


def admins() -> Key:
    return _key("ADMINS", "ADMINS")


def mail(ulid: str) -> Key:
    return _key(f"MAIL#{ulid}", "MAIL")


def erasure(account_id: str) -> Key:
    return _key(f"ERASURE#{account_id}", "ERASURE")


def erasures(month: str) -> str:
    """Partition of a month's erasures on the desk: `2026-03`."""
    return f"ERASURES#{month}"


def erased(month: str, account_id: str) -> Key:
    return _key(erasures(month), account_id)


# Sessions


def session(token_hash: str) -> Key:
    return _key(f"SESSION#{token_hash}", "SESSION")


def sessions_of(account_id: str) -> str:
    """Partition of an account's log-ins."""
    return f"SESSIONS#{account_id}"


def login(account_id: str, session_id: str) -> Key:
    return _key(sessions_of(account_id), session_id)


def token(token_hash: str) -> Key:
    return _key(f"TOKEN#{token_hash}", "TOKEN")


def throttle(what: str, who_hash: str) -> Key:
    return _key(f"THROTTLE#{what}#{who_hash}", "THROTTLE")


def idempotency(key_hash: str) -> Key:
    return _key(f"IDEMPOTENCY#{key_hash}", "IDEMPOTENCY")
