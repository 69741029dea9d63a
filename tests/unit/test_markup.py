"""What comes out of the allow-list, whatever goes in."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from broadsheet import markup, site
from hypothesis import given
from hypothesis import strategies as st

NASTY = """
    <script> </script> <style> <svg> <math> <mtext> <template> <noscript> <object> <embed> <base> <meta> <link> <form>
    <input> <textarea> <title> <plaintext> <xmp> <iframe> </iframe> <![CDATA[ ]]> <!-- --> <!--> <? ?> <a <img <p </p>
    <table> <tr> <td> <select> <frameset> <ruby> <b> </b> <i> <h1> </h1> <blockquote> < > " ' = / & &lt; &#106; &Tab;
    </ iframe > <img alt="<iframe>"> <img alt="</iframe>"> </iframe/x> <noembed> <noframes> <p title=> onload=alert(1)
    javascript:alert(1) JaVaScRiPt: java&#x09;script: data:text/html, vbscript: //evil.example /\\evil.example
    href= src= href="javascript:alert(1)" onclick=alert(1) onerror="x" style="x:url(y)" class=x id=x srcdoc="<b>" formaction=
"""
SPACED = [
    '<a href="https://ok.example/?a=1&b=2">',
    '<img src=https://img.example/a.jpg alt="&quot;">',
    '<a href="//evil.example">',
    '<iframe src="https://www.youtube.com/embed/abc?rel=0">',
    "<iframe src=https://player.vimeo.com/video/1 title='\"'></iframe>",
    "<iframe src=https://www.youtube-nocookie.com@evil.example/a>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<p>words</p>",
    "</ iframe ><img src=x onerror=alert(1)>",
]
PIECES = st.sampled_from([*NASTY.split(), *SPACED, "\x00", "\n", " ", "\u2028", "x", "é"])
SOUP = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=25).map("".join)


class Outline(HTMLParser):
    """Every tag and attribute, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)


MADE = {
    "img": {"loading", "decoding"},
    "a": {"rel"},
    "iframe": {"sandbox", "loading", "referrerpolicy", "allowfullscreen"},
}
"""What the writer adds itself."""


def assert_harmless(html: str) -> None:
    outline = Outline()
    outline.feed(html)
    outline.close()
    assert outline.other == []
    for tag, attributes in outline.tags:
        assert tag in markup.TAGS - {"h1"}
        assert attributes.keys() <= markup.ATTRIBUTES["*"] | markup.ATTRIBUTES.get(tag, set()) | MADE.get(tag, set())
        for name in ("href", "src"):
            if name in attributes:
                assert_harmless_address(tag, str(attributes[name]))
        if tag == "iframe":
            assert attributes["sandbox"] == markup.SANDBOX


def assert_harmless_address(tag: str, address: str) -> None:
    if tag == "iframe":
        host = re.fullmatch(r"https://([a-z.-]+)/[\w/.-]+(\?[\w=&.%-]+)?", address)
        assert host
        assert host[1] in site.get().embed_hosts
    elif tag == "img":
        assert re.match(r"https://|/[^/\\]", address.strip()), address
    else:
        assert re.match(r"https://|mailto:|#|/(?![/\\])", address.strip()), address


@given(SOUP)
def test_nothing_but_the_allow_list_comes_out(html: str) -> None:
    try:
        assert_harmless(markup.clean(html))
    except markup.TooDeep:
        assert html.count("<") > markup.DEEPEST


@given(SOUP)
def test_cleaning_what_is_clean_changes_nothing(html: str) -> None:
    once = markup.clean(html)
    assert markup.clean(once) == once


@given(SOUP)
def test_markdown_is_as_harmless(text: str) -> None:
    assert_harmless(markup.from_markdown(text))


@given(st.lists(st.tuples(st.sampled_from(["p", "em", "strong", "li", "blockquote", "h3"]), st.text(max_size=20))))
def test_words_survive_whatever_stands_around_them(parts: list[tuple[str, str]]) -> None:
    words = [re.sub(r"[^a-z]", "", text) for _, text in parts]
    html = "".join(f"<{tag} onclick=x>{word}</{tag}>" for (tag, _), word in zip(parts, words, strict=True))
    assert markup.text(markup.clean(html)).split() == [word for word in words if word]


@pytest.mark.parametrize(
    ("given_html", "clean"),
    [
        ("<h1>A</h1>", "<h2>A</h2>"),
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ('<a href=" javascript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="java\nscript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="/about" target=_blank>a</a>', '<a href="/about" rel="noopener">a</a>'),
        ('<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example" rel="noopener">a</a>'),
        (
            '<img src="https://i.example/a.jpg">',
            '<img alt="" src="https://i.example/a.jpg" loading="lazy" decoding="async">',
        ),
        (
            '<img src="/pictures/a.svg" alt=A width=1200 height=8e2>',
            '<img alt="A" src="/pictures/a.svg" width="1200" loading="lazy" decoding="async">',
        ),
        ("<p>a&#x202e;b&#x2067;c&#8238;</p>", "<p>abc</p>"),
        ("<p title=x><a title='a&#x202e;b' href='/a'>c</a></p>", '<p><a title="ab" href="/a" rel="noopener">c</a></p>'),
        ("<p><a href='/&#9;/evil.example'>c</a><a href='/&#10;/evil.example'>d</a></p>", "<p><a>c</a><a>d</a></p>"),
        ("<img src='//evil.example/a.jpg'><img src='/\\evil.example/a.jpg'><img src='/a/../b.jpg'>", ""),
        (
            "<p><figure><img src=/a.svg></figure></p>",
            '<figure><img alt="" src="/a.svg" loading="lazy" decoding="async"></figure>',
        ),
        ("<p lang=es> &nbsp;</p><p>words</p>", "<p>words</p>"),
        ("<img src='data:image/png;base64,AA'>", ""),
        ("<td>loose</td>", "loose"),
        (
            "<table><tr><td colspan=2>a</td></tr></table>",
            '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        ),
        ("<ol start=3 reversed><li value=x>a</li></ol>", '<ol start="3" reversed=""><li>a</li></ol>'),
        ("<b>unclosed", "<b>unclosed</b>"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<!-- hidden --><p>x</p>", "<p>x</p>"),
        ("<script>1</script>", ""),
        ("<iframe src='https://www.youtube-nocookie.com.evil.example/a'></iframe>", ""),
        ("<iframe src='https://www.youtube-nocookie.com:443@evil.example/a'></iframe>", ""),
        ("<iframe src='http://www.youtube-nocookie.com/a'></iframe>", ""),
        ("<iframe><script>alert(1)</script></iframe>", ""),
        ("<iframe></ iframe ><img src=x onerror=alert(1)></iframe>", ""),
        ("<iframe srcdoc='<script>1</script>'></iframe>", ""),
    ],
)
def test_what_becomes_of(given_html: str, clean: str) -> None:
    assert markup.clean(given_html) == clean


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("", 0),
        ("<p>One two</p><p>three</p>", 3),
        ("<p>one</p>two", 2),
        ("don't stop-gap 3,000 naïve", 6),
        ("橋が開いた", 5),
        ("Tokyo 東京 2026", 4),
        ("— … !", 0),
        ("<p>a&nbsp;b</p>", 2),
    ],
)
def test_words_are_counted(html: str, count: int) -> None:
    assert markup.word_count(html) == count


def lists(deep: int) -> str:
    return "\n".join("  " * n + f"- item{n}" for n in range(deep))


def test_markdown_is_kept_or_refused_however_deep() -> None:
    assert all(f"item{n}" in markup.from_markdown(lists(8)) for n in range(8))
    assert "DEEP" in markup.from_markdown("Intro.\n\n" + "> " * 17 + "DEEP")
    for deep in (lists(9), lists(40), "Intro.\n\n" + "> " * 18 + "DEEP", "> " * 150 + "DEEP"):
        with pytest.raises(markup.TooDeep):
            markup.from_markdown(deep)


def test_what_is_taken_out_of_a_tag_does_not_hide_how_deep_it_is() -> None:
    with pytest.raises(markup.TooDeep):
        markup.clean("<\x01blockquote>" * 1_500 + "word")


def test_nothing_that_html_may_not_hold_comes_out() -> None:
    assert markup.clean("<p>a&#12;b&#11;c\ufffed&#x1;e\x01f\tg</p>") == "<p>abcdef\tg</p>"
    assert 'alt="bc"' in markup.clean('<img src="/a.jpg" alt="b&#1;c\x02">')


@pytest.mark.parametrize("text", ["\u0301", "\ufe0f \u200b", "\u0301\u0302"])
def test_accents_alone_show_nothing(text: str) -> None:
    assert not markup.is_visible(text)
    assert markup.is_visible(f"a{text}")
