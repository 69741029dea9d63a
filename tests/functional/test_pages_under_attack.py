"""Every word that people may give an article or a comment, made hostile: it is shown as it was written, and does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lxml.etree
import pytest

from tests.looking import harmless, look

if TYPE_CHECKING:
    from tests.stage import Stage

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "<!--<script>",
    "]]><x/>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "%s %(name)s {0} $x",
)


@pytest.fixture(scope="module")
def attacked(shared_stage: Stage) -> dict[str, Any]:
    """An article for each attack, which is in all of its words and in its discussion."""
    lives = {}
    for n, attack in enumerate(ATTACKS):
        lives[attack] = live = shared_stage.published(
            headline=f"H {attack}",
            standfirst=f"S {attack}",
            topic=f"Topic {n} {attack}",
            tags=[f"Tag {attack}"],
            byline=[{"name": f"A {attack}", "slug": f"author-{n}"}],
            contributor_note=f"N {attack}",
            faq=[{"question": f"Q {attack}", "answer": f"An {attack}"}],
            image={"url": "https://img.example/a.jpg", "alt": attack, "caption": f"C {attack}", "credit": attack},
        )
        live["comment"] = shared_stage.comment(live["slug"], guest=f"G {attack}", text=attack, address=f"192.0.{n}.1")[
            "id"
        ]
        reply = {"to": live["comment"], "guest": "Another", "text": f"R {attack}", "address": f"192.1.{n}.1"}
        live["reply"] = shared_stage.comment(live["slug"], **reply)["id"]
    shared_stage.settle()
    return lives


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_an_article_says_is_shown_and_does_nothing(
    shared_stage: Stage, attacked: dict[str, Any], attack: str
) -> None:
    live = attacked[attack]
    page = look(shared_stage, f"/articles/{live['slug']}")
    harmless(page)
    assert page.text("//h1") == f"H {attack}"
    assert page.of_class("contributors") == [f"N {attack}"]
    assert page.text("//section[@class='faq']/h3") == f"Q {attack}"
    assert page.one("//figure/img/@alt") == attack
    assert page.data["NewsArticle"]["headline"] == f"H {attack}"
    for comment in (live["comment"], live["reply"]):
        assert page.has(f"//li[@id='comment-{comment}']//div[@data-said]")
    author = look(shared_stage, f"/authors/{live['byline'][0]['slug']}")
    assert author.text("//h1") == f"A {attack}"
    harmless(author)
    harmless(look(shared_stage, f"/topics/{live['topic']['slug']}"))


@pytest.mark.parametrize("path", ["/", "/sections/politics"])
def test_no_attack_does_anything_where_articles_are_listed(
    shared_stage: Stage, attacked: dict[str, Any], path: str
) -> None:
    page = look(shared_stage, path)
    harmless(page)
    assert len(set(page.of_class("headline")) & {f"H {attack}" for attack in attacked}) > 5


@pytest.mark.parametrize("path", ["/feed.rss", "/feed.atom", "/sitemap-news.xml"])
def test_no_attack_breaks_out_of_a_feed(shared_stage: Stage, attacked: dict[str, Any], path: str) -> None:
    text = shared_stage.call("GET", path).text
    titles = lxml.etree.fromstring(text.encode()).findall(".//{*}title")
    assert {f"H {attack}" for attack in attacked} <= {title.text for title in titles}
