"""The discussion on an article's page: readable, and all of it reachable, without a script."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.looking import Page, look

if TYPE_CHECKING:
    from tests.stage import Stage


def ids(page: Page, inside: str = "//ol[@data-thread]") -> list[str]:
    return [each.get("data-comment") for each in page.all(f"{inside}//li[@data-comment]")]


def follow(stage: Stage, href: str) -> Page:
    url = urlsplit(href)
    return look(stage, url.path, query={name: value for name, (value,) in parse_qs(url.query).items()})


def many(stage: Stage, slug: str, n: int, **more: Any) -> list[str]:
    return [stage.comment(slug, address=f"192.0.{k}.1", **more)["id"] for k in range(n)]


def test_replies_are_nested_below_what_they_answer(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug, guest="First")["id"]
    reply = stage.comment(slug, guest="Second", to=root, address="192.0.1.1")["id"]
    deeper = stage.comment(slug, guest="Third", to=reply, address="192.0.2.1")["id"]
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    assert ids(page) == [root, reply, deeper]
    way = f"//ol[@data-thread]/li[@id='comment-{root}']/ol/li[@id='comment-{reply}']/ol/li[@id='comment-{deeper}']"
    assert page.has(way)
    assert page.texts(f"{way}//b") == ["Third"]
    assert "Guest" in page.text(f"{way}/article/header")
    assert page.has(f"{way}//button[@data-reply]")
    assert page.has(f"{way}//button[@data-report]")
    assert page.all(f"{way}//button/@data-react") == ["like", "insightful", "funny", "sad"]


def test_who_writes_is_told_apart(stage: Stage) -> None:
    slug = stage.published()["slug"]
    stage.comment(slug, stage.token("editor"), "From the newsroom")
    stage.comment(slug, stage.person("reader", "Mara"), "From a member")
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    heads = page.texts("//ol[@data-thread]/li/article/header")
    assert "Staff" in heads[0]
    assert not {"Staff", "Guest"} & set(heads[1].split())


def test_a_long_discussion_goes_on_page_by_page_either_way_round(stage: Stage) -> None:
    slug = stage.published()["slug"]
    posted = many(stage, slug, 23)
    stage.settle()
    for order in ("oldest", "newest"):
        page, seen = look(stage, f"/articles/{slug}", query={"order": order}), []
        while True:
            seen += ids(page)
            more = page.all("//a[@data-more]/@href")
            if not more:
                break
            page = follow(stage, more[0])
            assert page.link("canonical") == [], (
                "another page as the right one, and none at all, would contradict each other"
            )
            assert page.meta("robots") == ["noindex"]
            assert page.hreflang == {}
        assert seen == (posted if order == "oldest" else posted[::-1])
        assert "The discussion, continued." in page.words


def test_a_page_ends_early_where_comments_are_long_and_loses_none(stage: Stage) -> None:
    slug = stage.published()["slug"]
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlu", k=6)) for _ in range(14 * 280)]
    said = [f"{n} {' '.join(words[n * 280 : n * 280 + 280])}" for n in range(14)]
    posted = [stage.comment(slug, address=f"192.0.{n}.1", text=text)["id"] for n, text in enumerate(said)]
    stage.settle()
    page, seen, pages = look(stage, f"/articles/{slug}"), [], 0
    while True:
        seen += ids(page)
        pages += 1
        more = page.all("//a[@data-more]/@href")
        if not more:
            break
        page = follow(stage, more[0])
    assert seen == posted
    assert pages > 1


def test_further_replies_have_a_page_of_their_own(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug)["id"]
    replies = many(stage, slug, 22, to=root)
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    shown = ids(page)
    assert shown == [root, *replies[:20]]
    assert page.texts("//a[@data-more-replies]") == ["2 more replies"]
    rest = follow(stage, page.one("//a[@data-more-replies]/@href"))
    assert ids(rest) == replies[20:]
    assert rest.has(f"//a[@href='/articles/{slug}#comments'][text()='Back to the start']")


def test_replies_to_a_comment_on_another_article_are_not_shown_here(stage: Stage) -> None:
    here, there = stage.published()["slug"], stage.published()["slug"]
    root = stage.comment(there)["id"]
    stage.comment(there, to=root, address="192.0.1.1")
    stage.settle()
    look(stage, f"/articles/{here}", 404, query={"replies": root})
    assert ids(look(stage, f"/articles/{there}", query={"replies": root}))


@pytest.mark.parametrize("cursor", ["nonsense", "AAAAAAAA"])
def test_a_place_that_is_none_any_more_leads_to_where_the_discussion_begins(stage: Stage, cursor: str) -> None:
    path = f"/articles/{stage.published()['slug']}"
    reply = stage.call("GET", path, query={"cursor": cursor, "order": "newest"})
    assert (reply.status, reply.headers["location"]) == (302, f"https://news.example{path}?order=newest")


def test_replies_to_a_comment_that_never_was_are_a_page_that_is_not_there(stage: Stage) -> None:
    look(stage, f"/articles/{stage.published()['slug']}", 404, query={"replies": "01ARZ3NDEKTSV4RRFFQ69G5FAV"})


@pytest.mark.parametrize("query", [{"order": "best"}, {"utm_source": "x"}, {"replies": "x"}, {"cursor": ""}])
def test_what_a_page_does_not_know_in_its_address_it_ignores(stage: Stage, query: dict[str, str]) -> None:
    slug = stage.published()["slug"]
    other = stage.published(headline="Ferries stay at the quay")["slug"]
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    assert f"/articles/{other}" in page.all("//aside//a/@href")
    assert look(stage, f"/articles/{slug}", query=query).reply.text == page.reply.text


def test_what_was_removed_leaves_its_place_and_nothing_else(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug, guest="Regretful", text="I should not have said this.")
    stage.comment(slug, to=root["id"], guest="Another", address="192.0.1.1")
    stage.settle()
    stage.call("DELETE", f"/v1/comments/{root['id']}", comment_token=root["edit_token"])
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    gone = page.text(f"//li[@id='comment-{root['id']}']/article")
    assert "Comment removed" in gone
    assert "Regretful" not in page.reply.text
    assert "should not have said" not in page.reply.text
    assert [said["author"]["name"] for said in page.data["NewsArticle"]["comment"]] == ["Another"]
    assert not page.all(f"//li[@id='comment-{root['id']}']/article//button")


def test_a_held_comment_is_nowhere_on_the_page(stage: Stage) -> None:
    slug = stage.published()["slug"]
    stage.comment(slug, text="https://a.example https://b.example https://c.example", guest="Linker")
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    assert "Linker" not in page.reply.text
    assert "Nobody has commented yet." in page.words


def test_a_closed_discussion_can_be_read_and_has_no_form(stage: Stage) -> None:
    live = stage.published()
    stage.comment(live["slug"], guest="In time")
    saved = stage.save(live, {"comments": "closed"}).json
    stage.publish(saved)
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}")
    assert "In time" in page.words
    assert "Comments are closed." in page.words
    assert not page.has("//form[@data-form]")


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("members", "Only members can comment here."),
        ("all_held", "A moderator reads each comment before it is shown."),
        ("first_held", "A moderator reads your first comment before it is shown."),
    ],
)
def test_a_form_says_who_may_comment_and_what_happens_then(stage: Stage, mode: str, words: str) -> None:
    page = look(stage, f"/articles/{stage.published(comments=mode)['slug']}")
    assert words in page.words
    assert page.has("//*[@data-guest]") == (mode != "members")


def test_reactions_are_counted_on_the_page(stage: Stage) -> None:
    slug = stage.published()["slug"]
    comment = stage.comment(slug)["id"]
    stage.settle()
    stage.call("PUT", f"/v1/comments/{comment}/reaction", {"kind": "funny"}, token=stage.person("reader"))
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    assert page.text("//ol[@data-thread]//button[@data-react='funny']") == "Funny 1"
    assert page.all("//ol[@data-thread]//button[@data-none]/@data-react") == ["like", "insightful", "sad"]


def test_a_script_finds_a_comment_to_copy(stage: Stage) -> None:
    page = look(stage, f"/articles/{stage.published()['slug']}")
    assert page.has("//template[@id='comment-template']//li[@data-comment]//div[@data-said]")
    assert page.has("//section[@data-discussion][@data-mode='open']")
    assert page.has("//article[@data-read]")
