"""What each route may ask of DynamoDB: how many calls of which kind, and what they may cost for an article of 1,000 words
and comments of 60.

Every reply of the tests is held to the calls; `contract/test_budgets.py` holds a typical one to the units as well. One
route without a budget, or one call too many, fails.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .stage import Reply


@dataclass(frozen=True)
class Budget:
    calls: Mapping[str, int]
    read_units: float = 0
    write_units: int = 0


def _person(reads: float, writes: int = 1, **calls: int) -> Budget:
    """With who is asking: one GetItem, and every five minutes a note that the session is used."""
    return Budget({**calls, "GetItem": calls.get("GetItem", 0) + 1, "UpdateItem": 1}, reads + 1, writes)


BUDGETS = {
    # Pages. What stands beside a list or an article comes from the front, which is one item.
    "GET /": Budget({"GetItem": 1}, read_units=8),
    "GET /{name}": Budget({"GetItem": 1, "Query": 1}, read_units=8),
    "GET /{language}/{name}": Budget({"GetItem": 1, "Query": 1}, read_units=8),
    # Of the further replies to one comment: its place instead of the front.
    "GET /articles/{slug}": Budget({"GetItem": 1, "Query": 2}, read_units=16),
    "GET /sections/{slug}": Budget({"GetItem": 1, "Query": 1}, read_units=12),
    "GET /topics/{slug}": Budget({"GetItem": 1, "Query": 1}, read_units=12),
    "GET /authors/{slug}": Budget({"GetItem": 1, "Query": 1}, read_units=12),
    "GET /{language}/sections/{slug}": Budget({"GetItem": 1, "Query": 1}, read_units=12),
    "GET /{language}/topics/{slug}": Budget({"GetItem": 1, "Query": 1}, read_units=12),
    "GET /{language}/authors/{slug}": Budget({"GetItem": 1, "Query": 1}, read_units=12),
    "GET /sections/{slug}/{feed}": Budget({"Query": 1}, read_units=4),
    "GET /topics/{slug}/{feed}": Budget({"Query": 1}, read_units=4),
    "GET /{language}/sections/{slug}/{feed}": Budget({"Query": 1}, read_units=4),
    "GET /{language}/topics/{slug}/{feed}": Budget({"Query": 1}, read_units=4),
    "GET /sitemap.xml": Budget({"Query": 1}, read_units=0.5),
    # DynamoDB gives a megabyte at a time: some 1,500 cards. An hour of caching makes a busy month cheap.
    "GET /sitemaps/{file}": Budget({"Query": 15}, read_units=4),
    "GET /sitemap-news.xml": Budget({"Query": 2}, read_units=4),
    "GET /robots.txt": Budget({}),
    "GET /ads.txt": Budget({}),
    "GET /favicon.svg": Budget({}),
    "GET /static/{file}": Budget({}),
    "GET /{proxy+}": Budget({}),
    "HEAD /": Budget({"GetItem": 1}, read_units=8),
    "HEAD /{proxy+}": Budget({"GetItem": 1, "Query": 2}, read_units=16),
    "GET /v1/site": Budget({}),
    "GET /v1/front": Budget({"GetItem": 1}, read_units=8),
    "GET /v1/lists/{name}": Budget({"GetItem": 1, "Query": 1}, read_units=2.5),
    # An instance's first read of a day looks for the day's salt, and may make it. Then: whether the articles are there, the
    # network's throttle, the count; once more where a row names no further pairs.
    "POST /v1/articles/{slug}/reads": Budget({"GetItem": 1, "PutItem": 1, "BatchGetItem": 1, "UpdateItem": 3}, 3, 3),
    "GET /v1/articles": Budget({"Query": 1}, read_units=2.5),
    # The GetItem is of what is read most this hour, where there is room in the lists; where that leaves them short, two more
    # are of the day and of the week. An instance remembers them.
    "GET /v1/articles/{slug}": Budget({"Query": 1, "GetItem": 3}, read_units=4),
    # Who has the newest page gets by with the GetItem.
    "GET /v1/articles/{slug}/comments": Budget({"GetItem": 1, "Query": 1}, read_units=6.5),
    # Of a reply, its place is looked up before what stands below it.
    "GET /v1/comments/{id}/replies": Budget({"GetItem": 1, "Query": 2}, read_units=3),
    "GET /v1/comment-counts": Budget({"BatchGetItem": 1}, read_units=25),
    # Of a member: who is asking, what a comment meets, one transaction. A repetition reads what the first one made.
    "POST /v1/articles/{slug}/comments": _person(6, 25, GetItem=1, BatchGetItem=1, TransactWriteItems=1),
    "GET /v1/comments/{id}": _person(1, GetItem=1),
    "PATCH /v1/comments/{id}": _person(4, 15, GetItem=1, BatchGetItem=1, TransactWriteItems=1),
    "DELETE /v1/comments/{id}": _person(1, 11, GetItem=1, TransactWriteItems=1),
    "GET /v1/me/comments": _person(21, Query=1, BatchGetItem=1),
    "PUT /v1/comments/{id}/reaction": _person(3, 9, BatchGetItem=1, TransactWriteItems=1),
    "DELETE /v1/comments/{id}/reaction": _person(3, 9, BatchGetItem=1, TransactWriteItems=1),
    "POST /v1/comments/{id}/reports": _person(3, 15, BatchGetItem=1, TransactWriteItems=1),
    "GET /v1/moderation/comments": _person(21, Query=1, BatchGetItem=1),
    # Of each of 25: the comment, what it answers, and a transaction.
    "POST /v1/moderation/comments": _person(50, 25 * 16, GetItem=50, TransactWriteItems=25),
    "GET /v1/moderation/comments/{id}": _person(2, GetItem=1, Query=1),
    "POST /v1/moderation/comments/{id}/{action}": _person(2, 16, GetItem=2, TransactWriteItems=1),
    "GET /v1/moderation/bans": _person(3, Query=1),
    # The comment, and the network it came from; a second transaction where a ban stands already.
    "POST /v1/moderation/bans": _person(2, 15, GetItem=2, TransactWriteItems=2),
    "DELETE /v1/moderation/bans/{id}": _person(1, 7, GetItem=1, TransactWriteItems=1),
    # Each try is counted, by network and by address, with a look and a write; a transaction writes the mail with its cause.
    "POST /v1/register": Budget({"GetItem": 3, "PutItem": 2, "TransactWriteItems": 1}, 3, 8),
    "POST /v1/verify": Budget({"GetItem": 3, "PutItem": 1, "Query": 1, "TransactWriteItems": 1}, 5, 15),
    "POST /v1/password/forgot": Budget({"GetItem": 4, "PutItem": 2, "TransactWriteItems": 1}, 4, 6),
    # It ends all sessions, and the network it came from is trusted from then on.
    "POST /v1/password/reset": Budget(
        {"GetItem": 3, "PutItem": 2, "Query": 1, "TransactWriteItems": 1, "DeleteItem": 2}, 4, 20
    ),
    # Seven round trips: what was counted so far, two more tries, whose address it is, the account, its sessions, a new one.
    # The third PutItem is a hash made anew, once for each change of the parameters.
    "POST /v1/login": Budget(
        {"BatchGetItem": 1, "PutItem": 3, "GetItem": 2, "Query": 1, "TransactWriteItems": 1}, 7, 16
    ),
    "POST /v1/logout": Budget({"GetItem": 1, "TransactWriteItems": 1}, 1, 4),
    "GET /v1/me": _person(1, GetItem=1),
    "PATCH /v1/me": _person(4, 9, GetItem=1, Query=1, BatchGetItem=1, TransactWriteItems=1),
    # All sessions end, and then one begins.
    "POST /v1/me/password": _person(6, 30, GetItem=2, PutItem=1, Query=2, TransactWriteItems=2),
    "POST /v1/me/email": _person(4, 6, GetItem=4, PutItem=2, TransactWriteItems=1),
    "POST /v1/me/erase": _person(3, 20, GetItem=2, PutItem=1, Query=1, TransactWriteItems=1),
    # A thousand comments, a hundred at a time.
    "GET /v1/me/export": _person(14, GetItem=1, Query=2, BatchGetItem=11),
    "GET /v1/me/sessions": _person(3, Query=1, BatchGetItem=1),
    "DELETE /v1/me/sessions": _person(3, 12, GetItem=1, Query=1, TransactWriteItems=1),
    "DELETE /v1/me/sessions/{id}": _person(1, 5, GetItem=1, TransactWriteItems=1),
    "GET /v1/admin/accounts": _person(10, Query=1, BatchGetItem=1),
    "POST /v1/admin/accounts/find": _person(2, GetItem=2),
    "GET /v1/admin/accounts/{id}": _person(1, GetItem=1),
    "PATCH /v1/admin/accounts/{id}": _person(3, 20, GetItem=1, Query=1, TransactWriteItems=1),
    "GET /v1/admin/audit": _person(2, Query=1),
    "GET /v1/newsroom/articles": _person(21, Query=1, BatchGetItem=1),
    # A translation finds its original by slug and its group; a repetition finds what the first one made.
    "POST /v1/newsroom/articles": _person(7, 32, GetItem=4, Query=2, TransactWriteItems=1),
    "GET /v1/newsroom/articles/{id}": _person(2, Query=1),
    "PATCH /v1/newsroom/articles/{id}": _person(4, 16, GetItem=2, Query=3, TransactWriteItems=1),
    "DELETE /v1/newsroom/articles/{id}": _person(3, 40, Query=2, TransactWriteItems=2),
    "GET /v1/newsroom/articles/{id}/preview": _person(2, Query=1),
    "GET /v1/newsroom/articles/{id}/revisions": _person(4, GetItem=1, Query=1),
    "GET /v1/newsroom/articles/{id}/revisions/{n}": _person(3, GetItem=2),
    "POST /v1/newsroom/articles/{id}/revisions/{n}/restore": _person(4, 8, GetItem=1, Query=2, TransactWriteItems=1),
    "POST /v1/newsroom/articles/{id}/publish": _person(4, 74, GetItem=1, Query=2, TransactWriteItems=1),
    "POST /v1/newsroom/articles/{id}/unpublish": _person(4, 50, Query=2, TransactWriteItems=1),
    "POST /v1/newsroom/articles/{id}/corrections": _person(4, 56, GetItem=1, Query=2, TransactWriteItems=1),
    "PUT /v1/newsroom/articles/{id}/pins": _person(62, 12, Query=1, BatchGetItem=1, GetItem=1, TransactWriteItems=1),
    "GET /v1/newsroom/picks": _person(21, GetItem=1, BatchGetItem=1),
    "PUT /v1/newsroom/picks": _person(41, 6, BatchGetItem=2, TransactWriteItems=1),
    # Whether the article exists; then the rebuild with its line in the audit.
    "POST /v1/newsroom/rebuild": _person(1, 5, GetItem=1, TransactWriteItems=1),
    "GET /v1/newsroom/rebuilds/{id}": _person(1, GetItem=1),
}


def within_calls(reply: Reply) -> None:
    budget = BUDGETS[reply.route]
    made = Counter(call.operation for call in reply.calls)
    over = {operation: count for operation, count in made.items() if count > budget.calls.get(operation, 0)}
    assert not over, f"{reply.route} made {dict(made)} where {dict(budget.calls)} is its budget"


def within_units(reply: Reply) -> None:
    budget, (reads, writes) = BUDGETS[reply.route], units(reply)
    assert reads <= budget.read_units, f"{reply.route} read {reads} units; its budget is {budget.read_units}"
    assert writes <= budget.write_units, f"{reply.route} wrote {writes} units; its budget is {budget.write_units}"


def units(reply: Reply) -> tuple[float, int]:
    return sum(call.read_units for call in reply.calls), sum(call.write_units for call in reply.calls)
