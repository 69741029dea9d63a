"""Threads as readers get them: nested and then flat, either way round, in pages that lose and double nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import site, threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Reply, Stage

DEEPEST = site.get().comments.depth
UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@dataclass
class Tree:
    """What was posted, and the order in which it should be read: depth first, each level by time."""

    slug: str
    roots: list[str] = field(default_factory=list)
    parent: dict[str, str] = field(default_factory=dict)

    def depth(self, comment: str) -> int:
        return min(self.depth(self.parent[comment]) + 1, DEEPEST) if comment in self.parent else 0

    def above(self, comment: str) -> str:
        """What a reply stands below: its parent, or what that stands below where threads go no deeper."""
        parent = self.parent[comment]
        return parent if self.depth(parent) < DEEPEST else self.above(parent)

    def below(self, comment: str) -> Iterator[str]:
        for reply in self.parent:
            if self.above(reply) == comment:
                yield reply
                yield from self.below(reply)


def posted(stage: Stage, tree: Tree, to: str = "", **others: Any) -> str:
    n = len(tree.roots) + len(tree.parent)
    made = stage.comment(tree.slug, to=to, address=f"192.0.{n}.1", **others)["id"]
    if to:
        tree.parent[made] = to
    else:
        tree.roots.append(made)
    return str(made)


@pytest.fixture(scope="module")
def busy(shared_stage: Stage) -> Tree:
    """Seven roots, of which the third has 55 replies on all levels."""
    tree, dice = Tree(shared_stage.published()["slug"]), random.Random(7)
    for _ in range(7):
        posted(shared_stage, tree)
    for _ in range(55):
        posted(shared_stage, tree, to=dice.choice([tree.roots[2], *tree.parent]))
    assert {tree.depth(reply) for reply in tree.parent} == {*range(1, DEEPEST + 1)}
    assert any(tree.above(reply) != parent for reply, parent in tree.parent.items())
    shared_stage.settle()
    return tree


def roots(stage: Stage, slug: str, **query: Any) -> Iterator[list[Any]]:
    """The pages of a thread."""
    cursor: dict[str, str] = {}
    while True:
        reply = stage.call("GET", f"/v1/articles/{slug}/comments", query={**query, **cursor})
        assert (reply.status, operations(reply)) == (200, ["GetItem", "Query"])
        yield reply.json["comments"]
        if reply.json["next_cursor"] is None:
            return
        cursor = {"cursor": reply.json["next_cursor"]}


def ask(stage: Stage, comment: str, **query: Any) -> Reply:
    reply = stage.call("GET", f"/v1/comments/{comment}/replies", query=query)
    assert reply.status == 200, reply.text
    return reply


def replies(stage: Stage, comment: str, cursor: str | None = None, **query: Any) -> Iterator[Reply]:
    """The pages of what stands below a comment."""
    while True:
        reply = ask(stage, comment, **query, **({"cursor": cursor} if cursor else {}))
        yield reply
        if (cursor := reply.json["next_cursor"]) is None:
            return


def ids(comments: list[Any]) -> list[str]:
    return [comment["id"] for comment in comments]


def operations(reply: Reply) -> list[str]:
    return [call.operation for call in reply.calls]


# ---------------------------------------------------------------- nesting


def test_replies_are_read_in_order_on_as_many_levels_as_there_are(shared_stage: Stage, busy: Tree) -> None:
    listed = [reply for page in replies(shared_stage, busy.roots[2]) for reply in page.json["items"]]
    assert ids(listed) == list(busy.below(busy.roots[2]))
    assert len(listed) == 55
    for reply in listed:
        assert (reply["parent_id"], reply["depth"]) == (busy.parent[reply["id"]], busy.depth(reply["id"]))


def test_a_chain_of_answers_goes_as_deep_as_the_site_says_and_then_on_beside_it(shared_stage: Stage) -> None:
    slug = shared_stage.published()["slug"]
    chain = [shared_stage.comment(slug)]
    for _ in range(7):
        chain.append(shared_stage.comment(slug, to=chain[-1]["id"]))
    aside = shared_stage.comment(slug, to=chain[1]["id"])
    (root,) = shared_stage.thread(slug)["comments"]
    assert [reply["depth"] for reply in root["replies"]] == [1, 2, 3, 4, 4, 4, 4, 2]
    assert ids(root["replies"]) == ids([*chain[1:], aside])
    assert [reply["parent_id"] for reply in root["replies"]] == ids([*chain[:-1], chain[1]])
    assert root["reply_count"] == 8


def test_what_stands_below_any_comment_is_listed_by_itself(shared_stage: Stage, busy: Tree) -> None:
    answered = [comment for comment in busy.parent if comment in busy.parent.values()]
    for comment in [*answered, list(busy.parent)[-1], busy.roots[0]]:
        pages = list(replies(shared_stage, comment, limit=3))
        assert [reply for page in pages for reply in ids(page.json["items"])] == list(busy.below(comment))
        assert all(len(operations(page)) <= 3 for page in pages)


# ---------------------------------------------------------------- pages


def test_a_root_comes_with_twenty_replies_their_number_and_a_cursor_for_the_rest(
    shared_stage: Stage, busy: Tree
) -> None:
    wanted = list(busy.below(busy.roots[2]))
    root = shared_stage.thread(busy.slug)["comments"][2]
    assert (ids(root["replies"]), root["reply_count"]) == (wanted[:20], 55)
    rest = list(replies(shared_stage, root["id"], root["replies_cursor"]))
    assert [ids(page.json["items"]) for page in rest] == [wanted[20:40], wanted[40:]]
    assert all(operations(page) == ["Query"] for page in rest)


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_pages_of_replies_lose_and_double_nothing(shared_stage: Stage, busy: Tree, limit: int) -> None:
    pages = [page.json["items"] for page in replies(shared_stage, busy.roots[2], limit=limit)]
    assert [reply for page in pages for reply in ids(page)] == list(busy.below(busy.roots[2]))
    assert {len(page) for page in pages[:-1]} <= {limit}


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_pages_of_a_thread_count_roots_whatever_hangs_on_them(
    shared_stage: Stage, busy: Tree, order: str, limit: int
) -> None:
    pages = list(roots(shared_stage, busy.slug, order=order, limit=limit))
    wanted = busy.roots if order == "oldest" else busy.roots[::-1]
    assert [root for page in pages for root in ids(page)] == wanted
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert [len(root["replies"]) for page in pages for root in page if root["replies"]] == [20]


def test_a_thread_is_read_oldest_first_unless_asked_for_otherwise(shared_stage: Stage, busy: Tree) -> None:
    assert ids(shared_stage.thread(busy.slug)["comments"]) == busy.roots


def test_what_is_posted_while_somebody_turns_the_pages_shifts_nothing(shared_stage: Stage) -> None:
    tree = Tree(shared_stage.published()["slug"])
    for _ in range(4):
        posted(shared_stage, tree)
    newest, oldest = roots(shared_stage, tree.slug, order="newest", limit=3), roots(shared_stage, tree.slug, limit=3)
    read = {"newest": ids(next(newest)), "oldest": ids(next(oldest))}
    late = posted(shared_stage, tree)
    read["newest"] += [root for page in newest for root in ids(page)]
    read["oldest"] += [root for page in oldest for root in ids(page)]
    assert read["newest"] == [root for root in reversed(tree.roots) if root != late]
    assert read["oldest"] == tree.roots


def test_replies_that_come_meanwhile_shift_nothing(shared_stage: Stage) -> None:
    tree = Tree(shared_stage.published()["slug"])
    root = posted(shared_stage, tree)
    first, *_ = [posted(shared_stage, tree, to=root) for _ in range(4)]
    before = list(tree.below(root))
    pages = replies(shared_stage, root, limit=2)
    read = ids(next(pages).json["items"])
    behind, ahead = posted(shared_stage, tree, to=first), posted(shared_stage, tree, to=root)
    read += [reply for page in pages for reply in ids(page.json["items"])]
    assert read == [*before, ahead]
    assert list(tree.below(root)) == [before[0], behind, *before[1:], ahead]
    assert ids(ask(shared_stage, root).json["items"]) == list(tree.below(root))


# ---------------------------------------------------------------- size


@pytest.mark.parametrize(("text", "shown"), [("x" * 2_000, 5), ("🙂" * 2_000, 1)])
def test_long_replies_are_shown_with_a_root_as_far_as_there_is_room(shared_stage: Stage, text: str, shown: int) -> None:
    tree = Tree(shared_stage.published()["slug"])
    root = posted(shared_stage, tree)
    for _ in range(shown + 2):
        posted(shared_stage, tree, to=root, text=text)
    listed = shared_stage.thread(tree.slug)["comments"][0]
    wanted = list(tree.below(root))
    assert (ids(listed["replies"]), listed["reply_count"]) == (wanted[:shown], shown + 2)
    (rest,) = replies(shared_stage, root, listed["replies_cursor"])
    assert ids(rest.json["items"]) == wanted[shown:]


def test_a_page_that_is_more_than_one_query_brings_ends_sooner_and_goes_on(
    shared_stage: Stage, busy: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, below = busy.roots, list(busy.below(busy.roots[2]))
    largest = max(len(str(item)) for item in shared_stage.items("SiteTable") if item["sk"] in wanted)
    monkeypatch.setattr("moto.dynamodb.models.table.RESULT_SIZE_LIMIT", largest)
    pages = list(roots(shared_stage, busy.slug, limit=50, order="newest"))
    assert len(pages) > 1
    assert [root for page in pages for root in ids(page)] == wanted[::-1]
    assert [reply for page in replies(shared_stage, wanted[2]) for reply in ids(page.json["items"])] == below


# ---------------------------------------------------------------- what cannot be asked for


def test_a_cursor_is_good_for_its_own_listing_only(shared_stage: Stage, busy: Tree) -> None:
    other = Tree(shared_stage.published()["slug"])
    for _ in range(2):
        posted(shared_stage, other)
    nested = next(comment for comment in busy.parent if len(list(busy.below(comment))) > 1)
    listings: list[tuple[str, dict[str, Any]]] = [
        (f"/v1/articles/{busy.slug}/comments", {"order": "oldest"}),
        (f"/v1/articles/{busy.slug}/comments", {"order": "newest"}),
        (f"/v1/articles/{other.slug}/comments", {"order": "oldest"}),
        (f"/v1/comments/{busy.roots[2]}/replies", {}),
        (f"/v1/comments/{nested}/replies", {}),
        ("/v1/articles", {}),
    ]
    shared_stage.settle()
    firsts = [shared_stage.call("GET", path, query={**query, "limit": 1}) for path, query in listings]
    cursors = [page.json["next_cursor"] for page in firsts]
    assert None not in cursors
    for mine, (path, query) in enumerate(listings):
        for whose, cursor in enumerate([*cursors, "made-up", "🙂"]):
            reply = shared_stage.call("GET", path, query={**query, "cursor": cursor})
            assert reply.status == (200 if mine == whose else 400), (mine, whose)
            assert mine == whose or reply.code == "bad_cursor"


def test_what_a_listing_does_not_know_is_refused(shared_stage: Stage, busy: Tree) -> None:
    thread, below = f"/v1/articles/{busy.slug}/comments", f"/v1/comments/{busy.roots[2]}/replies"
    for limit in ("0", "51", "-1", "ten", "1e1", ""):
        for path in (thread, below):
            assert shared_stage.call("GET", path, query={"limit": limit}).fields == {"limit": "out_of_range"}
    assert shared_stage.call("GET", thread, query={"order": "best"}).fields == {"order": "unknown_value"}
    for path, query in [(thread, {"sort": "new"}), (below, {"order": "newest"})]:
        assert shared_stage.call("GET", path, query=query).fields == {"query": "unknown_parameter"}


def test_what_is_no_comment_has_no_replies(shared_stage: Stage) -> None:
    held = shared_stage.comment(shared_stage.published(comments="all_held")["slug"])
    for comment in (UNKNOWN, "nothing", held["id"]):
        reply = shared_stage.call("GET", f"/v1/comments/{comment}/replies")
        assert (reply.status, reply.code) == (404, "not_found")


def test_a_thread_reads_no_log_in_and_may_be_kept_for_moments(shared_stage: Stage, busy: Tree) -> None:
    path = f"/v1/articles/{busy.slug}/comments"
    plain, mine = shared_stage.call("GET", path), shared_stage.call("GET", path, token=shared_stage.person("reader"))
    assert (mine.text, mine.etag) == (plain.text, plain.etag)
    assert "s-maxage=5" in plain.headers["cache-control"]
    assert threads.FIRST_REPLIES == 20
