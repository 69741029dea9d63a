"""The demo's readers: members with accounts and guests with names, who say what `comments.md` has them say.

The one idea: in its article a comment is known by the moment it was posted, which is in its id and stays there whatever
becomes of its text. So what was said once is not said again, and each request is made as a reader would make it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from broadsheet import (
    accounts,
    clock,
    comment_inputs,
    commenting,
    desk,
    inputs,
    keys,
    own_comments,
    reactions,
    sessions,
    settings,
    slugs,
    table,
    throttle,
)
from broadsheet.errors import Problem
from broadsheet.writers import Writer
from ulid import ULID

from local import accounts as people
from local.demo import conversations, weekdays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from broadsheet.accounts import Account
    from broadsheet.desk import State
    from broadsheet.sessions import Current

    from local.demo.conversations import Remark

JOINED = timedelta(days=90)
"""How long ago the members registered."""
LOCAL = {name: people.address(role) for role, name in people.PEOPLE.items()}


def discuss(articles: Mapping[str, str], now: datetime) -> int:
    """Brings every conversation forward, by the ids of the articles by manuscript; the number of comments."""
    said = conversations.read()
    wanted = {name: remarks for name, remarks in said.remarks.items() if name in articles}
    speakers = {remark.name for remarks in wanted.values() for remark in remarks}
    requests = {name: _logged_in(_account(name, now), now) for name in [*said.members, *(speakers & LOCAL.keys())]}
    members = {name: sessions.current(request, now) for name, request in requests.items()}
    for name, remarks in wanted.items():
        _bring_forward(articles[name], remarks, members, now)
    for request in requests.values():
        sessions.end(request)
    return sum(map(len, wanted.values()))


def _account(name: str, now: datetime) -> Account:
    address = LOCAL.get(name) or people.address(slugs.words(name))
    return accounts.find(address) or accounts.create(address, people.PASSWORD, name, "reader", at=now - JOINED)


def _logged_in(account: Account, now: datetime) -> APIGatewayProxyEventV2:
    token, _ = sessions.start(account, "", now)
    return APIGatewayProxyEventV2({"headers": {"authorization": f"Bearer {token}"}})


def _bring_forward(article_id: str, remarks: list[Remark], members: Mapping[str, Current], now: datetime) -> None:
    """What is still missing of a conversation, up to where somebody else has changed what it needs."""
    state, _ = desk.load(article_id)
    if state.status != "published":
        return
    said = _said(state.key)
    try:
        _converse(state, remarks, said, members, now)
    except Problem:
        if not said:  # nobody else had a chance
            raise


def _converse(
    state: State, remarks: list[Remark], said: Mapping[str, str], members: Mapping[str, Current], now: datetime
) -> None:
    published = clock.parse(str(state.published_at))
    ids: dict[timedelta | None, str] = {}
    for remark in remarks:
        at = published + remark.after
        ids[remark.after] = said.get(_moment(str(ULID.from_datetime(at)))) or _say(
            state.slug, replace(remark, text=weekdays.moved(remark.text, now)), ids, members, at
        )
    for remark in remarks:
        for kind, name in _reactions(remark, [name for name in members if name not in LOCAL]):
            reactions.react(ids[remark.after], kind, members[name], now)
    for remark in remarks:
        if remark.deleted:
            own_comments.delete(ids[remark.after], _writer(remark, members), published + remark.deleted)


def _said(key: str) -> dict[str, str]:
    """The ids of an article's comments by their moment, whatever became of them."""
    rows = table.query(settings.get().desk, keys.discussion_entries(key), consistent=True)
    return {_moment(row["sk"]): row["sk"] for row in rows}


def _moment(comment_id: str) -> str:
    """The milliseconds a ULID begins with."""
    return comment_id[:10]


def _say(
    slug: str, remark: Remark, ids: Mapping[timedelta | None, str], members: Mapping[str, Current], at: datetime
) -> str:
    given: dict[str, Any] = {"text": remark.text}
    if remark.answers:
        given["parent_id"] = ids[remark.answers]
    if remark.name not in members:
        given["guest"] = {"name": remark.name}
    new = inputs.check(comment_inputs.NewComment, given)
    return str(commenting.post(slug, new, _writer(remark, members), None, at)["id"])


def _writer(remark: Remark, members: Mapping[str, Current]) -> Writer:
    """A guest writes from a network of their own."""
    address = f"2001:db8:{crc32(remark.name.encode()) & 0xFFFF:x}::1"
    return Writer(throttle.prefix(address), members.get(remark.name))


def _reactions(remark: Remark, members: list[str]) -> Iterator[tuple[str, str]]:
    """So many of each kind, by members who differ from comment to comment."""
    start = crc32(remark.text.encode()) % len(members)
    others = [name for name in members[start:] + members[:start] if name != remark.name]
    kinds = [kind for kind, count in remark.reactions.items() for _ in range(count)]
    return zip(kinds, others, strict=False)
