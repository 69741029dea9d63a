"""What must hold over all tables whatever happened in discussions.

The one idea: the desk's records and the members' reactions say what must be there. All that comments leave in Site, Desk,
Index and Sessions is made of them anew; what they call for must be there exactly, and nothing else may be. What `tally`
keeps is late at times, but its sums are those of its ledger at any moment.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from broadsheet import clock, comments, discussed, keys, settings, site, threads, throttle
from ulid import ULID

from tests.engine.invariants import Place, place, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from broadsheet.comments import Comment
    from broadsheet.table import Item

IN_SITE = {"root", "reply", "place", "reaction"}
IN_INDEX = {"ledger row", "counts", "discussed"}
COUNTED = {"reactions", "reply_count", "replies", "more"}
"""What `tally` keeps beside a comment."""

MOST_TOLD = 20

Items = dict[Place, Any]
Sums = dict[Place, Counter[str]]


def check(*, counted: bool = True) -> Discussions:
    """Asserts that everything holds; before `tally` has come by, what does not hang on it."""
    found = Discussions.read()
    wrong = [*found.wrong(), *(found.wrong_counts() if counted else ())]
    assert not wrong, "\n".join(wrong[:MOST_TOLD])
    return found


@dataclass
class Discussions:
    site: dict[Place, Item]
    desk: dict[Place, Item]
    index: dict[Place, Item]
    sessions: dict[Place, Item]
    accounts: dict[Place, Item]

    @classmethod
    def read(cls) -> Discussions:
        names = settings.get()
        return cls(*(scan(name) for name in (names.site, names.desk, names.index, names.sessions, names.accounts)))

    # ------------------------------------------------------------ what there is

    @cached_property
    def all(self) -> dict[str, Comment]:
        return {item["id"]: comments.comment_of(item) for item in self.of("comment")}

    @cached_property
    def reactions(self) -> dict[Place, Item]:
        return {place(item): item for item in self.of("reaction")}

    def of(self, *entities: str) -> list[Item]:
        tables = (self.site, self.desk, self.index, self.sessions, self.accounts)
        return [item for rows in tables for item in rows.values() if item["entity"] in entities]

    def said(self, text: str) -> list[Comment]:
        return [comment for comment in self.all.values() if comment.text == text]

    def audited(self, comment_id: str) -> list[str]:
        return [row["action"] for row in self.of("audit") if row.get("comment") == comment_id]

    def told(self, comment_id: str) -> list[Item]:
        return [row for (pk, _), row in self.desk.items() if pk == f"REPORTS#{comment_id}"]

    def reacted(self, comment_id: str) -> dict[str, int]:
        kinds = (item["kind"] for item in self.reactions.values() if item["comment"] == comment_id)
        return dict(Counter(kind for kind in kinds if kind))

    def answers(self, comment_id: str) -> bool:
        """Whether a reply to this comment was ever public."""
        return any(other.parent == comment_id and other.placed for other in self.all.values())

    def shown(self, comment: Comment) -> bool:
        return comment.state == "published" or (comment.placed and self.answers(comment.id))

    # ------------------------------------------------------------ what must be there at any moment

    def wrong(self) -> Iterator[str]:
        for comment in self.all.values():
            yield from self._wrong_record(comment)
        yield from _differences("site", self._before_readers(), self._uncounted())
        yield from _differences("desk", self._on_the_desk(), self._entries())
        yield from self._wrong_reactions()
        yield from self._wrong_throttles()
        yield from self._wrong_traces()
        yield from _differences("sums of the ledger", self._summed(), self._sums())

    def _wrong_record(self, comment: Comment) -> Iterator[str]:
        if comment.answered != self.answers(comment.id):
            yield f"{comment.id} has answered {comment.answered}"
        if comment.trace[-1]["decision"] != comment.state:
            yield f"{comment.id} is {comment.state} after {comment.trace}"
        if comment.state == "deleted" and (comment.text or comment.html or comment.name):
            yield f"{comment.id} is deleted and says {comment.text!r}"
        told, looked = len(self.told(comment.id)), any(entry["phase"] == "moderator" for entry in comment.trace)
        if comment.reports > told or (comment.reports < told and not looked and comment.state != "deleted"):
            yield f"{comment.id} counts {comment.reports} reports of {told}"
        for above in (comment.parent, comment.root) if comment.state == "published" else ():
            if above and place(self.all[above].where()) not in self.site:
                yield f"{comment.id} answers {above}, which does not stand in the thread"

    def _before_readers(self) -> Items:
        wanted: Items = {}
        for comment in self.all.values():
            if comment.placed:
                wanted[place(keys.place(comment.id))] = {
                    "entity": "place",
                    "article": comment.article,
                    "root": comment.root,
                    "path": comment.path,
                    "counted": comment.state == "published",
                }
            if self.shown(comment):
                gone = comment.state != "published"
                kind = "reply" if comment.root else "root"
                seen = {"entity": kind, "parent": comment.parent, "gone": gone, "json": comment.public()}
                wanted[place(comment.where())] = seen
        return wanted

    def _uncounted(self) -> Items:
        """What stands in the site, without what moves by itself."""
        found: Items = {}
        for where, item in self.site.items():
            if item["entity"] in IN_SITE - {"reaction"}:
                besides = {"pk", "sk", "v", "version", "tallied", *COUNTED}
                found[where] = {name: value for name, value in item.items() if name not in besides}
                if "json" in item:
                    found[where]["json"] = json.loads(item["json"])
        return found

    def _on_the_desk(self) -> Items:
        wanted: Items = {}
        for comment in self.all.values():
            held = {comment.state} & {"pending", "hidden", "rejected", "spam"}
            reported = {"reported"} if comment.reports and comment.state == "published" else set()
            rows = [keys.queue(name) for name in held | reported]
            rows += [keys.discussion_entries(comment.article)]
            rows += [keys.writer(comment.account)] if comment.account else []
            wanted |= {(row, comment.id): None for row in rows}
            if comment.account and ("moderator", "published") in _decisions(comment):
                wanted[place(keys.standing(comment.account))] = None
        return wanted

    def _entries(self) -> Items:
        rows = {"desk entry", "standing"}
        begin = ("QUEUE#", "DISCUSSION#", "WRITER#")
        found = {place(item): None for item in self.desk.values() if item["entity"] in rows}
        return {(pk, sk): None for pk, sk in found if pk.startswith(begin) and not sk.startswith(keys.REACTION)}

    def _wrong_reactions(self) -> Iterator[str]:
        wanted = {}
        for (pk, sk), row in self.desk.items():
            if pk.startswith("WRITER#") and sk.startswith(keys.REACTION):
                comment = sk.removeprefix(keys.REACTION)
                who = sha256(f"{comment} {keys.id_of(pk)}".encode()).hexdigest()
                wanted[place(keys.reaction(comment, who))] = row["kind"]
        found = {where: item["kind"] for where, item in self.reactions.items() if item["kind"]}
        yield from _differences("reactions", wanted, found)
        for item in self.reactions.values():
            comment = self.all[item["comment"]]
            if (item["article"], item["root"], item["path"]) != (comment.article, comment.root, comment.path):
                yield f"a reaction to {comment.id} says it stands at {item}"

    def _wrong_throttles(self) -> Iterator[str]:
        """What was done is what the throttles have counted, and no window is more than full."""
        members = sum(comment.token is None for comment in self.all.values())
        windows = (
            (throttle.COMMENT_BY, members),
            (throttle.COMMENT_FROM, len(self.all) - members),
            (throttle.REACT_BY, sum(item["version"] for item in self.reactions.values())),
            (throttle.REPORT_BY, len(self.of("report"))),
        )
        for window, done in windows:
            pk = f"THROTTLE#{window.what}#"
            tries = [item["tries"] for item in self.of("throttle") if item["pk"].startswith(pk)]
            if sum(tries) != done or any(count > window.most for count in tries):
                yield f"{done} times {window.what}, {tries} counted"

    def _wrong_traces(self) -> Iterator[str]:
        """What each comment leaves beside itself, once."""
        ids, guests = set(self.all), {id_ for id_, comment in self.all.items() if comment.token}
        if len(self.of("duplicate")) != len(ids):
            yield f"{len(ids)} comments, {len(self.of('duplicate'))} times something was said"
        if {keys.id_of(item["pk"]) for item in self.of("network")} != guests:
            yield "networks are not those of guests"
        claimed = [item["result"] for item in self.of("idempotency") if item["result"][0].isdigit()]
        if set(claimed) - ids - self._articles() or len(set(claimed)) != len(claimed):
            yield f"claims of {claimed}"
        if addressed := {keys.id_of(item["pk"]) for item in self.of("guest")} - guests:
            yield f"addresses of {addressed}"
        for comment in self.all.values():
            judged = [entry["why"] for entry in comment.trace if entry["phase"] == "moderator"]
            if judged != self.audited(comment.id) and sorted(judged) != sorted(self.audited(comment.id)):
                yield f"{comment.id} was judged {judged}, audited {self.audited(comment.id)}"

    def _articles(self) -> set[str]:
        return {item["id"] for item in self.of("state")}

    # ------------------------------------------------------------ what tally keeps

    def _sums(self) -> Sums:
        """The numbers as they stand."""
        found: Sums = {}
        for where, item in [*self.site.items(), *self.index.items()]:
            if item["entity"] in {"discussion", "counts", "discussed"}:
                numbers = {name: n for name, n in item.items() if name in {"comments", "replies"} or "reacted" in name}
                found[where] = +Counter(numbers) + Counter({n: c for n, c in numbers.items() if c < 0})
        return {where: numbers for where, numbers in found.items() if numbers}

    def _summed(self) -> Sums:
        """The numbers that the ledger's rows make."""
        found: Sums = defaultdict(Counter)
        for row in self.of("ledger row"):
            comment_id, _, who = keys.id_of(row["pk"]).partition("#")
            comment = self.all[comment_id]
            if who and row["kind"]:
                found[place(keys.counts(comment_id))][f"reacted_{row['kind']}"] += 1
            if row["counted"]:
                found[place(keys.public_item(comment.article, keys.DISCUSSION))]["comments"] += 1
                for span in _spans(comment_id):
                    found[place(discussed.bucket(span, comment.article))]["comments"] += 1
                if comment.root:
                    found[place(keys.counts(comment.root))]["replies"] += 1
        return dict(found)

    def wrong_counts(self) -> Iterator[str]:
        """What must hold when all that the stream told was counted."""
        yield from _differences("ledger", self._sources(), self._ledger())
        yield from _differences("beside comments", self._to_show(), self._shown_beside())
        yield from self._wrong_leftovers()

    def _sources(self) -> Items:
        wanted: Items = {}
        for where, item in self.site.items():
            if item["entity"] == "place":
                state = self.all[keys.id_of(where[0])].state
                wanted[place(keys.ledger(keys.id_of(where[0])))] = (item["version"], state == "published", None)
        for (_, sk), item in self.reactions.items():
            wanted[place(keys.ledger(f"{item['comment']}#{sk}"))] = (item["version"], False, item["kind"])
        return wanted

    def _ledger(self) -> Items:
        rows = self.of("ledger row")
        return {place(row): (row["version"], row["counted"], row["kind"]) for row in rows}

    def _to_show(self) -> Items:
        wanted: Items = {}
        for comment in self.all.values():
            if self.shown(comment):
                wanted[place(comment.where())] = {"reactions": self.reacted(comment.id)}
                if comment.root is None:
                    wanted[place(comment.where())] |= self._below(comment.id)
        return wanted

    def _shown_beside(self) -> Items:
        found: Items = {}
        for where, item in self.site.items():
            if item["entity"] in {"root", "reply"}:
                found[where] = {name: item[name] for name in COUNTED if name in item}
                if "replies" in item:
                    found[where]["replies"] = json.loads(item["replies"])
        return found

    def _below(self, root_id: str) -> dict[str, Any]:
        """What a root shows of its replies: the first that stand there, without tombstones of what nobody answered.

        Up to `threads.FIRST_BYTES` of them; the texts of these tests are short.
        """
        replies = sorted((one for one in self.all.values() if one.root == root_id), key=lambda one: one.path)
        standing = [reply for reply in replies if self.shown(reply)]
        first, more = standing[: threads.FIRST_REPLIES], len(standing) > threads.FIRST_REPLIES
        kept = {reply.id for reply in first if reply.state == "published" or (more and _goes_on(reply, first[-1]))}
        while above := {reply.parent for reply in first if reply.id in kept} & {one.id for one in first} - kept:
            kept |= above
        shown = [{**reply.public(), "reactions": self.reacted(reply.id)} for reply in first if reply.id in kept]
        return {
            "reply_count": sum(reply.state == "published" for reply in replies),
            "replies": shown,
            "more": first[-1].path if more else None,
        }

    def _wrong_leftovers(self) -> Iterator[str]:
        """No text that readers may not see is anywhere in their table; no two comments of these tests say the same."""
        shown = [item for item in self.site.values() if item["entity"] in {"root", "reply"}]
        told = "\n".join(item["json"] + item.get("replies", "") for item in shown)
        for comment in self.all.values():
            text = f'"text":{json.dumps(comment.text, ensure_ascii=False)},'
            if comment.state != "published" and comment.text and text in told:
                yield f"{comment.id} is {comment.state}, and readers have its text"
        yield from (f"{item} is in Index" for item in self.index.values() if item["entity"] not in IN_INDEX)


def _goes_on(reply: Comment, last: Comment) -> bool:
    """Whether what follows the last one may answer this one: as the last one, or as deep as threads go."""
    beside = reply.path.rpartition("#")[0] == last.path.rpartition("#")[0]
    return reply == last or (beside and reply.depth == site.get().comments.depth)


def _decisions(comment: Comment) -> set[tuple[str, str]]:
    return {(entry["phase"], entry["decision"]) for entry in comment.trace}


def _spans(comment_id: str) -> list[str]:
    stamp = clock.stamp(ULID.from_str(comment_id).datetime.astimezone(UTC))
    return [stamp[: len("2026-03-01T09")], stamp[: len("2026-03-01")]]


def _differences(name: str, wanted: Items | Sums, found: Items | Sums) -> Iterator[str]:
    for where in wanted.keys() - found.keys():
        yield f"{name}: {where} is missing, wanted {wanted[where]}"
    for where in found.keys() - wanted.keys():
        yield f"{name}: {where} belongs to nothing: {found[where]}"
    for where in wanted.keys() & found.keys():
        if wanted[where] != found[where]:
            yield f"{name}: {where} is {found[where]}, not {wanted[where]}"
