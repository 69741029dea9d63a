"""One walk through the whole backend: every route, the minute's tick and the stream, with an article of a usual size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from broadsheet import passwords
from broadsheet.pages import assets

from .stage import PASSWORD, article

if TYPE_CHECKING:
    import pytest

    from .conftest import Clock
    from .stage import Reply, Stage

WORDS = "harbour council vote ferry budget quay winter engineer steel evening mayor tide crowd signal report"

SAID = """I crossed on the first tram this morning, and it took six minutes from the market to the quay, where the ferry \
needed twenty in good weather. The stop by the hospital is too narrow for two prams, though, and nobody could say when \
the lift will work. After nine years I am glad that it runs at all."""


def paragraphs(words: int) -> str:
    """HTML of so many words, none of its paragraphs like another."""
    words_of = WORDS.split()
    lines = (" ".join(words_of[(start * 7 + n * n) % len(words_of)] for n in range(50)) for start in range(words // 50))
    return "".join(f"<p>Part{place} {line}.</p>" for place, line in enumerate(lines))


def usual(**fields: Any) -> dict[str, Any]:
    """1,000 words, five questions, two authors, a topic, an image: what the budgets are for."""
    whole = {
        "headline": "Harbour bridge opens to trams after nine years",
        "standfirst": "The first tram crossed at noon, and the ferry's last captain was aboard.",
        "section": "politics",
        "topic": "Harbour bridge",
        "tags": ["Trams", "Port Merrow"],
        "byline": [{"name": "Ada Quist", "slug": "ada-quist"}, {"name": "Ben Oru", "slug": "ben-oru"}],
        "body": {"format": "html", "text": paragraphs(1000)},
        "faq": [{"question": f"What is asked {n}?", "answer": "One sentence, " * 12} for n in range(5)],
        "image": {"url": "https://img.example/bridge.jpg", "alt": "A tram on the bridge", "credit": "C. Marsh"},
        **fields,
    }
    return article(**whole)


def remark(about: str) -> dict[str, str]:
    """A comment of 60 words."""
    return {"text": f"{about}: {SAID}"}


class Walk:
    """Each step is a request; its reply has to be 2xx."""

    def __init__(self, stage: Stage, time: Clock) -> None:
        self.stage = stage
        self.time = time
        self.token = stage.token("editor")
        self.replies: list[Reply] = []

    def __call__(self, method: str, path: str, send: Any = None, **more: Any) -> Reply:
        reply = self.stage.call(method, path, send, **{"token": self.token, **more})
        assert reply.status < 300, reply.text
        self.replies.append(reply)
        return reply


def everything(stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch) -> list[Reply]:
    walk = Walk(stage, time)
    _logs_in(walk, monkeypatch)
    draft = walk("POST", "/v1/newsroom/articles", usual(), idempotency_key="one").json
    live = _publishes(walk, draft)
    _translates(walk, live)
    _schedules(walk)
    stage.settle()
    _reads(walk, live["slug"])
    _looks(walk, live["slug"])
    _picks(walk, live)
    stage.night()
    _rebuilds(walk, live["slug"])
    _becomes_a_member_and_leaves(walk, live["slug"])
    _administers(walk)
    _moves_and_withdraws(walk, live["id"])
    return walk.replies


def _logs_in(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    address = walk.stage.account("author")
    passwords._hasher.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "PASSES", 2)  # the stored hash is of older parameters, and is made anew
        token = walk("POST", "/v1/login", {"email": address, "password": PASSWORD}).json["token"]
    passwords._hasher.cache_clear()
    passwords._nobody.cache_clear()
    walk.time.forward(minutes=6)
    walk("GET", "/v1/me", token=token)
    walk("POST", "/v1/logout", token=token)
    walk("GET", "/v1/me", token=walk.stage.token("moderator"))


MARA, LIND = "mara@paper.org", "lind@paper.org"
OTHER, THIRD = "four other words are long", "four third words are long"


def _becomes_a_member_and_leaves(walk: Walk, slug: str) -> None:
    stage = walk.stage
    for _ in range(2):  # one is confirmed and the other discarded
        walk("POST", "/v1/register", {"email": MARA, "password": PASSWORD, "display_name": "Mara"}, token="")
    walk("POST", "/v1/verify", {"token": stage.mails(MARA)[-1].token}, token="")
    walk("POST", "/v1/password/forgot", {"email": MARA}, token="")
    walk("POST", "/v1/password/reset", {"token": stage.mails(MARA)[-1].token, "password": OTHER}, token="")
    tokens = [walk("POST", "/v1/login", {"email": MARA, "password": OTHER}, token="").json["token"] for _ in range(3)]
    token = tokens[-1]
    other = walk("GET", "/v1/me/sessions", token=token).json["items"][-1]["id"]
    walk("DELETE", f"/v1/me/sessions/{other}", token=token)
    walk("DELETE", "/v1/me/sessions", token=token)
    walk("PATCH", "/v1/me", {"display_name": "Mara L."}, token=token)
    given = {"current_password": OTHER, "new_password": THIRD}
    token = walk("POST", "/v1/me/password", given, token=token).json["token"]
    walk("POST", "/v1/me/email", {"email": LIND, "password": THIRD}, token=token)
    walk("POST", "/v1/verify", {"token": stage.mails(LIND)[-1].token}, token="")
    _discusses(walk, slug, token)
    walk("GET", "/v1/me/export", token=token)
    # A registration that waits at the address goes with the account.
    walk("POST", "/v1/register", {"email": LIND, "password": PASSWORD, "display_name": "Mara"}, token="")
    walk("POST", "/v1/me/erase", {"password": THIRD, "comments": "remove"}, token=token)
    walk("POST", "/v1/password/forgot", {"email": "nobody@paper.org"}, token="")
    stage.settle()


def _discusses(walk: Walk, slug: str, token: str) -> None:
    """A member leaves something of each kind: what is answered, what is not, what waits, and a reaction."""
    thread, answered = f"/v1/articles/{slug}/comments", remark("First")
    root = walk("POST", thread, answered, token=token, idempotency_key="three").json
    assert walk("POST", thread, answered, token=token, idempotency_key="three").json["id"] == root["id"]
    guest = {"name": "Passer-by", "email": "passer@paper.org"}
    theirs = walk("POST", thread, {**remark("Guest"), "parent_id": root["id"], "guest": guest}, token="").json
    walk("POST", thread, {**remark("Again"), "parent_id": theirs["id"]}, token=token)
    alone = walk("POST", thread, remark("Alone"), token=token).json
    gone = walk("POST", thread, {**remark("Gone"), "guest": guest}, token="").json
    walk("DELETE", f"/v1/comments/{gone['id']}", token="", comment_token=gone["edit_token"])
    walk("POST", thread, {"text": "https://a.example https://b.example https://c.example"}, token=token)
    walk.stage.settle()
    _changes_comments(walk, alone["id"], token)
    _reacts(walk, root["id"], theirs["id"], token)
    _moderates(walk, slug, theirs["id"], alone["id"])
    walk.stage.settle()
    for path in (thread, f"/v1/comments/{root['id']}/replies", f"/v1/comments/{theirs['id']}/replies"):
        walk("GET", path, token="")
    for query in ({}, {"replies": root["id"]}):
        walk("GET", f"/articles/{slug}", query=query, token="")
    walk("GET", "/v1/comment-counts", query={"slugs": slug}, token="")


def _changes_comments(walk: Walk, comment: str, token: str) -> None:
    walk.time.forward(minutes=6)  # then the session's use is noted
    walk("PATCH", f"/v1/comments/{comment}", remark("Edited"), token=token)
    walk("GET", f"/v1/comments/{comment}", token=token)
    walk("GET", "/v1/me/comments", token=token)


def _reacts(walk: Walk, first: str, second: str, token: str) -> None:
    for comment in (first, second):
        walk("PUT", f"/v1/comments/{comment}/reaction", {"kind": "like"}, token=token)
    walk("PUT", f"/v1/comments/{second}/reaction", {"kind": "funny"}, token=token)
    walk.stage.settle()
    walk("DELETE", f"/v1/comments/{second}/reaction", token=token)
    walk("POST", f"/v1/comments/{second}/reports", {"reason": "off_topic", "note": "It is about another bridge."})


def _moderates(walk: Walk, slug: str, theirs: str, alone: str) -> None:
    """Hides and shows again, bans and lets write again."""
    moderator = walk.stage.token("moderator")
    for comment in (theirs, alone):
        walk("GET", f"/v1/moderation/comments/{comment}", token=moderator)
        walk("POST", f"/v1/moderation/comments/{comment}/hide", token=moderator)
    walk("GET", "/v1/moderation/comments", query={"state": "hidden"}, token=moderator)
    walk("POST", "/v1/moderation/comments", {"ids": [theirs, alone], "action": "approve"}, token=moderator)
    walk("GET", "/v1/moderation/comments", query={"article": slug, "state": "published"}, token=moderator)
    ban = walk("POST", "/v1/moderation/bans", {"comment_id": theirs, "days": 7}, token=moderator).json
    walk("GET", "/v1/moderation/bans", token=moderator)
    walk("DELETE", f"/v1/moderation/bans/{ban['id']}", token=moderator)


def _administers(walk: Walk) -> None:
    admin = walk.stage.token("admin")
    (found,) = walk("POST", "/v1/admin/accounts/find", {"email": walk.stage.account("author")}, token=admin).json[
        "items"
    ]
    path = f"/v1/admin/accounts/{found['id']}"
    walk("PATCH", path, {"role": "admin"}, token=admin)
    walk("PATCH", path, {"role": "reader", "end_sessions": True}, token=admin)
    walk("GET", path, token=admin)
    walk("GET", "/v1/admin/accounts", query={"role": "editor"}, token=admin)
    walk("GET", "/v1/admin/audit", token=admin)


def _publishes(walk: Walk, draft: Any) -> Any:
    path = f"/v1/newsroom/articles/{draft['id']}"
    walk("POST", f"{path}/publish", {}, version=1)
    changed = {"standfirst": "The first tram crossed at noon.", "faq": usual()["faq"][:4]}
    walk("PATCH", path, changed, version=2)
    walk("GET", f"{path}/preview")
    walk("GET", f"{path}/revisions")
    walk("GET", f"{path}/revisions/1")
    walk("POST", f"{path}/publish", {}, version=3)
    body = {"format": "html", "text": paragraphs(950)}
    walk("POST", f"{path}/corrections", {"kind": "correction", "text": "It was one.", "body": body}, version=4)
    walk("POST", f"{path}/revisions/1/restore", version=5)
    walk("GET", "/v1/newsroom/articles", query={"section": "politics", "status": "published"})
    return walk("GET", path).json


def _translates(walk: Walk, original: Any) -> None:
    given = usual(language="es", translation_of=original["slug"])
    spanish = walk("POST", "/v1/newsroom/articles", given, idempotency_key="two").json
    assert walk("POST", "/v1/newsroom/articles", given, idempotency_key="two").json["id"] == spanish["id"]
    walk("POST", f"/v1/newsroom/articles/{spanish['id']}/publish", {}, version=1)
    catalan = walk("POST", "/v1/newsroom/articles", usual(language="ca", translation_of=original["id"])).json
    walk("DELETE", f"/v1/newsroom/articles/{catalan['id']}", version=1)


def _schedules(walk: Walk) -> None:
    due = walk.time.now.replace(microsecond=0)
    for minutes in (5, 10):
        draft = walk("POST", "/v1/newsroom/articles", usual(headline=f"Due in {minutes}")).json
        path = f"/v1/newsroom/articles/{draft['id']}"
        at = (due.replace(year=due.year + 1)).isoformat()
        walk("POST", f"{path}/publish", {"publish_at": at}, version=1)
    walk("POST", f"{path}/unpublish", version=2)
    walk.time.now = due.replace(year=due.year + 1)
    walk.stage._tokens.clear()
    walk.token = walk.stage.token("editor")
    assert len(walk.stage.tick()["published"]) == 1


def _reads(walk: Walk, slug: str) -> None:
    other = walk("GET", "/v1/articles", token="").json["items"][0]["slug"]
    walk("POST", f"/v1/articles/{slug}/reads", {"before": [other]}, token="")
    walk.time.forward(seconds=315 - walk.time.now.timestamp() % 300)  # its five minutes are over and settled
    walk.stage.every_five_minutes()
    for path in (
        f"/v1/articles/{slug}",
        "/v1/articles",
        "/v1/front",
        "/v1/site",
        "/v1/lists/most-read",
        "/v1/lists/latest",
    ):
        walk("GET", path, token="")


def _looks(walk: Walk, slug: str) -> None:
    """The reader's site: every page there is, and two that are not."""
    topic = walk("GET", f"/v1/articles/{slug}").json["topic"]["slug"]
    listings = ("sections/politics", f"topics/{topic}", "authors/ada-quist")
    for path in (
        *("/", "/es", "/about", "/es/login", f"/articles/{slug}"),
        *(f"/{listing}" for listing in listings),
        *(f"/es/{listing}" for listing in listings),
        *(f"/{listing}/feed.rss" for listing in listings[:2]),
        *(f"/es/{listing}/feed.json" for listing in listings[:2]),
        *("/sitemap.xml", "/sitemap-news.xml", f"/sitemaps/{walk.time.now:%Y-%m}.xml"),
        *("/robots.txt", "/favicon.svg", assets.path("site.css")),
    ):
        walk("GET", path, token="")
    for path in ("/", f"/articles/{slug}"):
        walk("HEAD", path, token="")
    for path in ("/ads.txt", "/no/such/page"):
        reply = walk.stage.call("GET", path)
        assert reply.status == 404
        walk.replies.append(reply)


def _picks(walk: Walk, article: Any) -> None:
    path = f"/v1/newsroom/articles/{article['id']}"
    version, other = walk("GET", path).json["version"], walk("GET", "/v1/newsroom/articles").json["items"][0]["id"]
    walk("PUT", f"{path}/pins", {"more_about": [other]}, version=version)
    walk("PUT", f"{path}/pins", {"banned": [other]}, version=version + 1)
    walk("PUT", "/v1/newsroom/picks", {"items": [{"article": article["slug"]}]}, version=0)
    walk("GET", "/v1/newsroom/picks")
    walk.stage.settle()


def _rebuilds(walk: Walk, slug: str) -> None:
    for what in ({"article": slug}, {"all": True}):
        rebuild = walk("POST", "/v1/newsroom/rebuild", what).json["id"]
        walk.stage.settle()
        assert walk("GET", f"/v1/newsroom/rebuilds/{rebuild}").json["finished_at"]


def _moves_and_withdraws(walk: Walk, article_id: str) -> None:
    path = f"/v1/newsroom/articles/{article_id}"
    version = walk("GET", path).json["version"]
    walk("PATCH", path, {"section": "business"}, version=version)
    walk("POST", f"{path}/publish", {}, version=version + 1)
    walk("POST", f"{path}/unpublish", version=version + 2)
    walk.stage.settle()


def told(subject: str) -> dict[str, str]:
    """A body of one paragraph."""
    return {"format": "html", "text": f"<p>{subject}</p>"}
