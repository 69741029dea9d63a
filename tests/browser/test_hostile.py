"""What somebody else wrote does nothing: no script, no dialog, no request to a stranger. `meeting` asks that of every reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from .paper import Paper
    from .reader import Reader

EVIL = "offence('ran')"
"""The page's own function that tells the test: whatever calls it has got through."""
MARKUP = (
    f"<script>{EVIL}</script>"
    f"<img src=x onerror={EVIL}>"
    f'<svg onload="{EVIL}"></svg>'
    f'<iframe src="https://evil.example/"></iframe><iframe srcdoc="<script>parent.{EVIL}</script>"></iframe>'
    f'<a href="javascript:{EVIL}">press</a>'
    '<link rel="stylesheet" href="https://evil.example/a.css"><style>@import "https://evil.example/b.css";</style>'
    '<form action="https://evil.example/"><button autofocus onfocus="offence(1)">go</button></form>'
    '<meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="https://evil.example/">'
)
BREAKING_OUT = f"\"'></script><script>{EVIL}</script><!--"


def nothing_that_runs(reader: Reader) -> None:
    """Nobody's element, handler or address of a script is in the page."""
    found = reader.page.evaluate("""() => [
        ...document.querySelectorAll('iframe, object, embed, base, form[action^="http"], meta[http-equiv=refresh], svg'),
        ...document.querySelectorAll('script:not([src]):not([type="application/ld+json"]):not([type="application/json"])'),
        ...document.querySelectorAll('style, [style], a[href^="javascript:" i]'),
        ...[...document.querySelectorAll('*')].filter((each) => [...each.attributes].some((one) => one.name.startsWith('on'))),
    ].map((each) => each.outerHTML.slice(0, 200))""")
    assert found == []


def test_a_hostile_article_does_nothing(reader: Reader, paper: Paper) -> None:
    article = paper.publish(
        f"Hostile {BREAKING_OUT}",
        standfirst=BREAKING_OUT,
        topic=f"Topic {BREAKING_OUT}",
        tags=[f"Tag {BREAKING_OUT}"],
        byline=[{"name": f"Name {BREAKING_OUT}", "slug": "no-friend"}],
        contributor_note=BREAKING_OUT,
        body={"format": "html", "text": f"<p>Before.</p>{MARKUP}<p>After.</p>"},
        faq=[{"question": f"Question {BREAKING_OUT}?", "answer": f"Answer {BREAKING_OUT}"}],
    )
    reader.read(article)
    expect(reader.page.get_by_text("After.")).to_be_visible()
    expect(reader.page.get_by_role("heading", level=1)).to_contain_text("</script><script>")
    expect(reader.page.get_by_role("button", name="Post comment")).to_be_enabled()
    nothing_that_runs(reader)
    paper.settle()
    for path in ("/", "/sections/world", f"/topics/{article['topic']['slug']}", "/authors/no-friend"):
        reader.go(path)
        expect(reader.page.get_by_role("link", name="Hostile").first).to_be_visible()
        nothing_that_runs(reader)


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_a_hostile_comment_does_nothing(reader: Reader, paper: Paper, order: str) -> None:
    article = paper.publish(f"A page that is attacked, {order} first")
    text = f"Look here.\n\n{MARKUP}\n\n[press](javascript:{EVIL}) ![x](https://evil.example/x.png) {BREAKING_OUT}"
    made = paper.comment(article["slug"], text, "<b onmouseover=offence(2)>Eve</b>")
    approve = f"/v1/moderation/comments/{made['id']}/approve"  # that many addresses are held
    paper.call("POST", approve, {}, email="moderator@broadsheet.example")
    paper.comment(article["slug"], "A quiet one.")
    reader.go(f"/articles/{article['slug']}?order={order}")
    comment = reader.comment("Look here.")
    comment.hover()
    expect(comment.locator(".by")).to_have_text("<b onmouseover=offence(2)>Eve</b>")
    nothing_that_runs(reader)
    comment.get_by_role("button", name="Reply").click()
    expect(reader.page.get_by_text("Reply to <b onmouseover")).to_be_visible()
    nothing_that_runs(reader)


def test_hostile_html_of_a_comment_is_not_taken_from_the_interface_either(reader: Reader, paper: Paper) -> None:
    article = paper.publish("A page whose interface leaks")
    comment: dict[str, Any] = {
        "id": "01M86CN78SX9A3T7QK2D5ZRWHE",
        "parent_id": None,
        "depth": 0,
        "author": {"name": MARKUP, "member": True, "staff": False},
        "text": "x",
        "html": f"<p dir=auto onclick={EVIL} style='color:red'>Leaked <a href='javascript:{EVIL}'>a</a></p>{MARKUP}",
        "posted_at": "2031-05-01T09:00:00.000Z",
        "edited_at": None,
        "state": "published",
        "reactions": {},
        "reply_count": 0,
        "replies_cursor": None,
        "replies": [],
    }
    leak = {"comments": [comment], "next_cursor": None, "comment_count": 1, "mode": "open"}
    reader.page.route("**/comments?order=newest**", lambda route: route.fulfill(json=leak))
    reader.read(article)
    reader.page.locator("#discussion").scroll_into_view_if_needed()
    reader.page.get_by_role("button", name="Show 1 new comment").click()
    expect(reader.comment("Leaked")).to_be_visible()
    nothing_that_runs(reader)
    # Newer browsers refuse these even in a document that is only parsed; what ran would have said so itself.
    reader.foreseen += ["style", "base", "script-src-attr", "inline event handler"]


def test_what_a_script_would_say_is_heard(reader: Reader, article: dict[str, Any]) -> None:
    """The tests' own ears: a policy that let these through, or a test that heard nothing, would fail here."""
    reader.read(article)
    reader.page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'offence("ran")';
        document.body.append(script);
        const picture = new Image();
        picture.src = 'https://evil.example/x.png';
        document.body.append(picture);
    }""")
    reader.foreseen = ["policy: script-src", "stranger: https://evil.example/x.png"]
    reader.eventually(lambda: all(any(part in each for each in reader.offences) for part in reader.foreseen))
    reader.foreseen.append("console: ")
    assert reader.unforeseen == [], "what ran would have said so"
