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
| Site     | LIST#<name>#<window>   | LIST, <section>, in:<tag> | prepared     | most read, trending, most discussed, picks, with their cards |
| Site     | PINS#<key>             | PINS                      | pins         | what editors want in an article's lists, and what not        |
| Site     | PINNED#<key>           | <key>                     | pinned       | that an article is pinned in another one's lists             |
| Site     | PICKS                  | PICKS                     | picks        | the editors' picks in order, and until when                  |
| Site     | THREAD#<key>           | <comment id>              | root         | a shown comment that answers none, with its first replies    |
| Site     | REPLIES#<root id>      | <path of ids>             | reply        | a shown reply below a root, in reading order                 |
| Site     | COMMENT#<id>           | COMMENT                   | place        | where a comment stands, and whether it counts; never removed |
| Site     | REACTIONS#<comment>    | <hash of who>             | reaction     | one member's reaction, or that it was taken back             |
| Desk     | ARTICLE#<id>           | STATE                     | state        | status, version, what is live; never the text                |
| Desk     | ARTICLE#<id>           | REVISION#<n>              | revision     | one saved text, compressed                                   |
| Desk     | KEY#<key>              | KEY                       | key          | that a public key is taken, and by which article             |
| Desk     | GROUP#<id>             | GROUP                     | group        | revision of a group of translations                          |
| Desk     | GROUP#<id>             | MEMBER#<article id>       | member       | one translation: its language, and its slug while published  |
| Desk     | DESK#<name>            | <id>                      | desk entry   | that an article stands in one of the newsroom's listings     |
| Desk     | SCHEDULE               | <publish_at>#<id>         | due          | an article that waits for its time                           |
| Desk     | AUDIT#<day>            | <ulid>                    | audit        | who did what to which article or account                     |
| Desk     | ERASURES#<month>       | <id>                      | erasure log  | that an account was erased; survives a restore of Accounts   |
| Desk     | PICKS                  | PICKS                     | picks        | the editors' picks with their version                        |
| Desk     | COMMENT#<id>           | COMMENT                   | comment      | a comment whole: its state, writer, text and trace           |
| Desk     | DISCUSSION#<key>       | <comment id>              | desk entry   | that a comment belongs to an article                         |
| Desk     | QUEUE#<state>          | <comment id>              | desk entry   | that a comment is held, hidden, rejected, spam or reported   |
| Desk     | REPORTS#<comment>      | <account>                 | report       | why a member wants it looked at                              |
| Desk     | WRITER#<account>       | <comment id>              | desk entry   | a member's comment                                           |
| Desk     | WRITER#<account>       | REACTION#<comment>        | desk entry   | how a member reacted to it                                   |
| Desk     | WRITER#<account>       | STANDING                  | standing     | that a moderator has approved a comment of this member       |
| Desk     | BAN#<who>              | BAN                       | ban          | that an account or a network may not comment, and until when |
| Desk     | BANS                   | <ulid>                    | ban entry    | one ban, for the list of them                                |
| Desk     | NAME#<folded>          | NAME                      | name         | how many of the staff are called so                          |
| Accounts | ACCOUNT#<id>           | ACCOUNT                   | account      | a person: name, address, role, password hash                 |
| Accounts | EMAIL#<address>        | EMAIL                     | email        | which account an address belongs to                          |
| Accounts | EMAIL#<address>        | PENDING#<ulid>            | pending      | a registration that waits for its mail to be answered        |
| Accounts | ROLE#<role>            | <id>                      | role entry   | that an account has this role                                |
| Accounts | ADMINS                 | ADMINS                    | admins       | how many administrators there are                            |
| Accounts | MAIL#<ulid>            | MAIL                      | mail         | what to send to whom; never a token                          |
| Accounts | ERASURE#<id>           | ERASURE                   | erasure      | an erased account whose traces are being removed             |
| Accounts | GUEST#<comment id>     | GUEST                     | guest        | the address a guest left with a comment                      |
| Sessions | SESSION#<hash>         | SESSION                   | session      | account id, role, display name of one log-in                 |
| Sessions | SESSIONS#<account>     | <ulid>                    | log-in       | one log-in of an account: its device and its session's hash  |
| Sessions | TOKEN#<hash>           | TOKEN                     | token        | what a link in a mail is good for                            |
| Sessions | THROTTLE#<what>#<hash> | THROTTLE                  | throttle     | how often something was tried lately                         |
| Sessions | THROTTLE#reads#SALT    | THROTTLE                  | salt         | the day's salt for networks that read; written over each day |
| Sessions | IDEMPOTENCY#<hash>     | IDEMPOTENCY               | idempotency  | what the first request with a key made                       |
| Sessions | DUPLICATE#<hash>       | DUPLICATE                 | duplicate    | that somebody has just said this here                        |
| Sessions | NETWORK#<comment>      | NETWORK                   | network      | from which network a guest wrote; 30 days                    |
| Index    | LEDGER#<source>        | LEDGER                    | ledger row   | what was last counted of a comment or reaction, by version   |
| Index    | COUNTS#<comment id>    | COUNTS                    | counts       | replies and reactions of a comment, exact                    |
| Index    | DISCUSSED#<span>#<n>   | <key>                     | discussed    | comments of one hour or day, by article, in shards           |
| Index    | NEAR#<key>             | ENTRY                     | near entry   | an article's facts, version, and its nearest                 |
| Index    | NEAR#<key>             | PRINT                     | print        | its fingerprint: terms with weights                          |
| Index    | NEAR#<key>             | EDGE#<distance>#<key>     | edge         | that another is near it, nearest first                       |
| Index    | TERM#<term>            | <published_at>#<key>      | posting      | what a term weighs in an article                             |
| Index    | SHOWN#<key>            | <key>                     | showing      | in whose lists it stands                                     |
| Index    | MARKS#<n>              | <key>                     | mark         | that its nearest changed: the night looks at it, in shards   |
| Index    | REBUILD#<id>           | REBUILD                   | rebuild      | what is rebuilt for whom, how many articles are done         |
| Index    | REBUILD#<id>           | PART#<part>               | part         | how far one part of it came, and which message brought it there |
| Index    | READS#<slot>#<n>       | <key>                     | reads        | an article's reads of five minutes, and after which others   |
| Index    | SPAN#<span>            | SPAN                      | span         | reads of five minutes, an hour or a day by section and article |
| Index    | COREADS#<key>          | COREADS                   | coreads      | what its readers read too: counts that fade                  |
| Index    | READING                | READING                   | reading      | the site's reads, fading, and up to when they are counted    |

Every item also has `entity` and `v`, the version of its shape. The key in a slug is eight random letters and digits that
never change, so a new headline moves nothing. Times in keys are UTC with milliseconds, always 24 characters. Ids are ULIDs.

Access patterns
---------------

| Who           | wants                                      | call                                                         |
|---------------|--------------------------------------------|--------------------------------------------------------------|
| articles      | an article with all that stands beside it  | Query Site ARTICLE#<key>                                     |
| articles      | a page of a listing                        | Query Site LISTING#<name>, backwards, from the cursor        |
| articles      | the front                                  | GetItem Site FRONT                                           |
| articles      | a list of what is popular                  | GetItem Site LIST#<name>#<window>                            |
| newsroom      | an article with its newest text            | Query Desk ARTICLE#<id>, backwards, 2 items                  |
| newsroom      | one older text                             | GetItem Desk REVISION#<n>                                    |
| newsroom      | the texts saved so far                     | Query Desk ARTICLE#<id> below STATE, backwards               |
| newsroom      | drafts by status, section or owner         | Query Desk DESK#<name>, then one BatchGetItem of states      |
| newsroom      | to create, save, publish, correct, withdraw| one TransactWriteItems over Desk, Site and Sessions          |
| publish_due   | what is due                                | Query Desk SCHEDULE up to now                                |
| build_lists   | the newest of a listing                    | Query Site LISTING#<name>, backwards                         |
| build_lists   | the next articles to rebuild               | Query Site LISTING#<name>, 26 items from where it was        |
| build_lists   | to count them, once                        | one TransactWriteItems of rebuild and part                   |
| newsroom      | how far a rebuild is                       | GetItem Index REBUILD#<id>                                   |
| build_lists   | in whose lists an article is pinned        | Query Site PINNED#<key>                                      |
| build_lists   | what was read in five minutes              | 2 Queries Index READS#<slot>#<n>, 8 shards                   |
| build_lists   | to count it                                | BatchGetItem and PutItem Index COREADS#<key>, SPAN#<span>, READING |
| build_lists   | to prepare what is popular                 | BatchGetItem Index SPAN#<span>, Site CARD#<key>; PutItem Site LIST#… |
| login         | whose address this is, and the account     | GetItem Accounts EMAIL#<address>, GetItem ACCOUNT#<id>       |
| login         | an account's sessions                      | Query Sessions SESSIONS#<account>, then one BatchGetItem     |
| login         | what a link is good for                    | GetItem Sessions TOKEN#<hash>                                |
| login         | people by role, the audit of a day         | Query Accounts ROLE#<role>, Query Desk AUDIT#<day>           |
| articles      | whether a thread has anything new          | GetItem Site DISCUSSION                                      |
| articles      | a page of a thread                         | Query Site THREAD#<key>, either way, from the cursor         |
| articles      | more replies of a root                     | Query Site REPLIES#<root id>, from the cursor                |
| comments      | what a new comment meets                   | one BatchGetItem: discussion, parent, throttle, ban, standing |
| comments      | to post, edit, delete, moderate            | one TransactWriteItems over Desk, Site and Sessions          |
| comments      | the moderators' queue                      | Query Desk QUEUE#<state>, then one BatchGetItem              |
| comments      | what a member wrote                        | Query Desk WRITER#<account>, backwards, one BatchGetItem     |
| tally         | what it last counted                       | one BatchGetItem of ledger rows and counts                   |
| tally         | the first replies of a root                | Query Site REPLIES#<root id>, 21 items                       |
| pages         | an article with what stands on its page    | Query Site ARTICLE#<key>, Query THREAD#<key>, GetItem FRONT  |
| pages         | a section, a topic, an author, a feed      | Query Site LISTING#<name>, backwards, from the cursor        |
| pages         | further replies to one comment             | GetItem Site COMMENT#<id>, Query REPLIES#<id>                |
| pages         | the articles of a month, or of two days    | Query Site LISTING#latest, between two times                 |
| reads         | whether articles are there                 | one BatchGetItem of discussions, for each instance and minute |
| reads         | to count a read                            | UpdateItem Sessions THROTTLE#reads#<hash>, UpdateItem Index READS#<slot>#<n> |
| send_mail     | what to send                               | GetItem Accounts MAIL#<ulid>                                 |
| everybody     | who is asking                              | GetItem Sessions SESSION#<hash>, consistent                  |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict
from zlib import crc32

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
PINS = "PINS"
PICKS = "PICKS"
COMMENT = "COMMENT"
REACTION = "REACTION#"
STANDING = "STANDING"
REBUILD = "REBUILD"
BANS = "BANS"


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


def prepared(name: str, section: str = "", language: str = "") -> Key:
    """A prepared list, of the whole site, of a section or in a language: `most-read#24h`, `trending`."""
    return _key(f"LIST#{name}", section or (f"in:{language}" if language else "LIST"))


def pins(key: str) -> Key:
    return _key(f"PINS#{key}", PINS)


def pinned(key: str) -> str:
    """Partition of the articles in whose lists one is pinned."""
    return f"PINNED#{key}"


def pinned_within(key: str, within: str) -> Key:
    return _key(pinned(key), within)


def picks() -> Key:
    """On the desk and, for builders, in the site's table."""
    return _key(PICKS, PICKS)


def thread(key: str) -> str:
    """Partition of an article's roots, oldest first."""
    return f"THREAD#{key}"


def root(key: str, comment_id: str) -> Key:
    return _key(thread(key), comment_id)


def replies(root_id: str) -> str:
    """Partition of what stands below a root. Its sort keys are paths of ids, so that it reads as the thread does."""
    return f"REPLIES#{root_id}"


def reply(root_id: str, path: str) -> Key:
    return _key(replies(root_id), path)


def place(comment_id: str) -> Key:
    return _key(f"COMMENT#{comment_id}", COMMENT)


def reaction(comment_id: str, who_hash: str) -> Key:
    return _key(f"REACTIONS#{comment_id}", who_hash)


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


def comment(comment_id: str) -> Key:
    return _key(f"COMMENT#{comment_id}", COMMENT)


def discussion_entries(key: str) -> str:
    """Partition of all comments of an article, whatever their state."""
    return f"DISCUSSION#{key}"


def queue(name: str) -> str:
    """Partition of the comments in a state that moderators look through."""
    return f"QUEUE#{name}"


def writer(account_id: str) -> str:
    """Partition of what a member wrote, and how they reacted."""
    return f"WRITER#{account_id}"


def reacted(account_id: str, comment_id: str) -> Key:
    return _key(writer(account_id), f"{REACTION}{comment_id}")


def standing(account_id: str) -> Key:
    return _key(writer(account_id), STANDING)


def report(comment_id: str, account_id: str) -> Key:
    return _key(f"REPORTS#{comment_id}", account_id)


def ban(who: str) -> Key:
    return _key(f"BAN#{who}", "BAN")


def ban_entry(ulid: str) -> Key:
    return _key(BANS, ulid)


def name(folded: str) -> Key:
    return _key(f"NAME#{folded}", "NAME")


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


def guest(comment_id: str) -> Key:
    return _key(f"GUEST#{comment_id}", "GUEST")


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


def read_salt() -> Key:
    return throttle("reads", "SALT")


def idempotency(key_hash: str) -> Key:
    return _key(f"IDEMPOTENCY#{key_hash}", "IDEMPOTENCY")


def duplicate(said_hash: str) -> Key:
    return _key(f"DUPLICATE#{said_hash}", "DUPLICATE")


def network(comment_id: str) -> Key:
    return _key(f"NETWORK#{comment_id}", "NETWORK")


# Index


def ledger(source: str) -> Key:
    return _key(f"LEDGER#{source}", "LEDGER")


def counts(comment_id: str) -> Key:
    return _key(f"COUNTS#{comment_id}", "COUNTS")


def discussed(span: str, shard: int) -> str:
    """Partition of one shard of an hour's or a day's comments: `2026-03-01T09`, `2026-03-01`."""
    return f"DISCUSSED#{span}#{shard}"


def discussed_entry(span: str, shard: int, key: str) -> Key:
    return _key(discussed(span, shard), key)


EDGE = "EDGE#"
MARK_SHARDS = 16
AFTER, LATER = "a_", "l_"
"""Attributes of an article's reads that count after which others: right after, and later."""


def reads(slot: str, shard: int) -> str:
    """Partition of one shard of what was read in five minutes: `2026-03-01T09:35`."""
    return f"READS#{slot}#{shard}"


def read_entry(slot: str, shard: int, key: str) -> Key:
    return _key(reads(slot, shard), key)


def span(name: str) -> Key:
    """`2026-03-01T09:35`, `2026-03-01T09`, `2026-03-01`."""
    return _key(f"SPAN#{name}", "SPAN")


def coreads(key: str) -> Key:
    return _key(f"COREADS#{key}", "COREADS")


def reading() -> Key:
    return _key("READING", "READING")


def near(key: str) -> str:
    """Partition of what the builder keeps of an article."""
    return f"NEAR#{key}"


def near_entry(key: str) -> Key:
    return _key(near(key), "ENTRY")


def near_print(key: str) -> Key:
    return _key(near(key), "PRINT")


def edge(key: str, distance: int, other: str) -> Key:
    """`distance` in millionths, so that the nearest comes first."""
    return _key(near(key), f"{EDGE}{distance:07d}#{other}")


def term(text: str) -> str:
    """Partition of a term's postings, in the order of publication."""
    return f"TERM#{text}"


def posted(published_at: str, key: str) -> str:
    return f"{published_at}#{key}"


def posting(text: str, published_at: str, key: str) -> Key:
    return _key(term(text), posted(published_at, key))


def shown(key: str) -> str:
    """Partition of the articles in whose lists one stands."""
    return f"SHOWN#{key}"


def showing(key: str, shown_by: str) -> Key:
    return _key(shown(key), shown_by)


def marks(shard: int) -> str:
    """Partition of one shard of the articles whose nearest changed."""
    return f"MARKS#{shard}"


def mark(key: str) -> Key:
    return _key(marks(crc32(key.encode()) % MARK_SHARDS), key)


def rebuild(rebuild_id: str) -> Key:
    return _key(f"REBUILD#{rebuild_id}", REBUILD)


def rebuild_part(rebuild_id: str, part: str) -> Key:
    return _key(rebuild(rebuild_id)["pk"], f"PART#{part}")
