"""The text of a comment against whatever can be typed: nothing deceives the eye, nothing but a little markup comes out."""

from __future__ import annotations

import re
import sys
import unicodedata
from html.parser import HTMLParser
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

import pytest
from broadsheet import remarks
from hypothesis import given
from hypothesis import strategies as st

ZWNJ, ZWJ = "\u200c", "\u200d"
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but for tabs and line feeds
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the direction
    "\u2028\u2029\u00ad\u034f\u115f\u1160\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\uffff"
    "\U000e0000-\U000e01ef]"
)
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
ODD = [
    *" \t\n\r\x00\x1b\x7f\x85\xa0\u2028\u3000ae1",
    *(ZWNJ, ZWJ, ZWNJ * 2, ZWJ + ZWNJ, "\u200b", "\u200e", "\u202e", "\u2066", "\ufeff", "\u2060", "\u00ad", "\u034f"),
    *("\u0301", "\u0301" * 7, "\u0323", "\u20e3", "\ufe0f", "\u0344", "\u05b0\u05c1"),
    *("\u1100", "\u1160", "\u1161", "\u11a8", "\u3164", "\u0958", "\u0645", "\u0915\u094d", "\u0e33", "\u212b"),
    *("\U0001f3f4", "\U000e0067\U000e0062", "\U000e007f", SCOTLAND, "\U0001f468", "\u2764\ufe0f\u200d\U0001f525"),
]
TYPED = st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=3)), max_size=30).map("".join)


# ---------------------------------------------------------------- clean


@given(TYPED)
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    once = remarks.clean(text)
    assert remarks.clean(once) == once
    name = remarks.clean_name(text)
    assert remarks.clean_name(name) == name


@given(TYPED)
def test_nothing_that_deceives_the_eye_is_left(text: str) -> None:
    clean = remarks.clean(text)
    assert not FORBIDDEN.search(clean.replace(SCOTLAND, ""))
    assert re.findall(f"(?<![^\\s{ZWNJ}{ZWJ}])[{ZWNJ}{ZWJ}]|[{ZWNJ}{ZWJ}](?![^\\s{ZWNJ}{ZWJ}])", clean) == []
    marks = groupby(clean, lambda letter: unicodedata.category(letter) in {"Mn", "Me"} or letter in ZWNJ + ZWJ)
    assert all(len(list(run)) <= remarks.MOST_MARKS for marked, run in marks if marked)
    assert "\n\n\n" not in clean
    assert clean == clean.strip()
    assert all(line == line.rstrip() for line in clean.split("\n"))


@given(TYPED)
def test_every_letter_and_digit_stays(text: str) -> None:
    def letters(text: str) -> list[str]:
        apart = unicodedata.normalize("NFD", text)
        return [one for one in apart if unicodedata.category(one)[0] in "LN" and one not in "\u115f\u1160\u3164\uffa0"]

    assert letters(remarks.clean(text)) == letters(text)


@given(TYPED)
def test_cleaning_makes_no_text_longer_and_leaves_it_composed(text: str) -> None:
    clean = remarks.clean(text)
    assert len(clean) <= len(unicodedata.normalize("NFC", text))
    assert unicodedata.is_normalized("NFC", clean)


@given(TYPED)
def test_a_name_is_one_line(text: str) -> None:
    name = remarks.clean_name(text)
    assert " ".join(name.split()) == name
    assert not FORBIDDEN.search(name.replace(SCOTLAND, ""))


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم نامه\u200cها",  # Persian: the joiner keeps letters of one word apart
        "شَرِكَةٌ",
        "בְּרֵאשִׁ֖ית",  # vowels and an accent on one letter
        "क्\u200dष श्र\u200cी",
        "ක්\u200dෂ",
        "👩\u200d👩\u200d👧\u200d👦 👍🏽 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 🇺🇳",
        SCOTLAND,
        "Tiếng Việt, Ελληνικά, ไทย, 한국어, 日本語, ትግርኛ",
        "a\n\nb\n\tc",
        "x < y && y > z",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert remarks.clean(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("see \u202egpj.exe\u202c", "see gpj.exe"),
        ("\u2067right\u2069 \u200fand\u200e \u061cleft", "right and left"),
        ("vi\u200bag\u2060ra\ufeff", "viagra"),
        ("sho\u00adrt", "short"),
        (f"a{ZWNJ}{ZWJ}b {ZWJ}c{ZWNJ} d", "ab c d"),
        (ZWJ * 1_000, ""),
        ("e\u0301", "é"),
        ("Z" + "\u0335\u0321\u0300\u0301\u0302\u0303\u0304" * 20, "Z" + "\u0335" * 5),
        ("Z" + f"\u0335\u0336{ZWJ}" * 20, f"Z\u0335\u0336{ZWJ}\u0335\u0336"),
        (SCOTLAND[:-1] + "\U000e0067" * 50 + "\U000e007f", "\U0001f3f4"),
        ("\U000e0068\U000e0069", ""),
        ("\u3164\u115f\u1160\uffa0", ""),
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("a  \n\n\n\n\n  b", "a\n\n  b"),
        ("bell\x07 and escape\x1b[31m", "bell and escape[31m"),
        ("\ufffa\ufffe\uffff", ""),
    ],
)
def test_what_becomes_of_a_text(text: str, clean: str) -> None:
    assert remarks.clean(text) == clean


# ---------------------------------------------------------------- html


class Outline(HTMLParser):
    """What a browser would see: tags with their attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    handle_comment = handle_decl = handle_pi = unknown_decl


ATTRIBUTES: dict[str, set[str]] = {"a": {"href", "rel"}, "p": {"dir"}, "pre": {"dir"}}


def assert_harmless(html: str) -> None:
    for tag, attributes in Outline(html).tags:
        assert tag in {"p", "br", "blockquote", "em", "strong", "code", "pre", "a"}
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        if tag == "a":
            assert attributes["rel"] == "nofollow ugc noopener"
            address = re.sub(r"[\x00-\x20]", "", str(attributes.get("href", "")))
            assert urlsplit(address).scheme in {"http", "https", "mailto", ""}, address
        elif attributes:
            assert attributes == {"dir": "auto"}


NASTY = """
    <script> </script> <b> <i/> <img <a <!-- --> <![CDATA[ <? <svg onload=alert(1)> <iframe style= <p onclick=x> <br> <textarea> </p>
    &lt; &#60; &#x3c;script&gt; &amp; &quot; &#106;avascript: &Tab; &NewLine; &colon; &bsol; < > " ' `
    [x]( [](  ) ] [ ![ ]( ]: [x]: (< >) 'title') "title") \\ \\[ \\< * ** *** _ __ ~~ ` `` ``` > >> # - 1. | ---
    javascript:alert(1) JaVaScRiPt: vbscript:x data:text/html;base64,PHM+ file:///etc //evil.example /\\evil.example tel:1
    http://a.example https://b.example/?q=1&r="2" www.c.com d.com http://[::1] http://e:p@f.example mailto:g@h.example i@j.example
    <https://k.example> <javascript:alert(1)> <mailto:l@m.example> [y](https://n.example) [z](javascript:alert(1)) [w](&#106;avascript:x)
"""
SOUP = st.lists(
    st.one_of(st.sampled_from([*NASTY.split(), " ", "\n", "\n\n", "\t", "    "]), st.text(max_size=4)), max_size=30
).map("".join)


@given(SOUP)
def test_nothing_but_the_allow_list_comes_out_of_a_clean_text(text: str) -> None:
    assert_harmless(remarks.html(remarks.clean(text)))


@given(SOUP)
def test_nor_out_of_one_that_nobody_cleaned(text: str) -> None:
    assert_harmless(remarks.html(text))


@given(st.lists(st.sampled_from(["script", "b", "p", "a", "em", "code", "blockquote", "img", "svg"]), max_size=8))
def test_html_in_a_text_is_text(tags: list[str]) -> None:
    text = " ".join(f'<{tag} onclick="x">words</{tag}>' for tag in tags)
    outline = Outline(remarks.html(text))
    assert outline.text.strip() == text
    assert {tag for tag, _ in outline.tags} <= {"p"}


@given(
    st.lists(st.from_regex(r"[a-zA-Zא-תぁ-んก-ฮ]{1,9}", fullmatch=True), max_size=9),
    st.sampled_from(["*", "**", "_", "`", ""]),
)
def test_words_survive_what_is_made_of_them(words: list[str], around: str) -> None:
    text = "\n\n> ".join(f"{around}{word}{around}" for word in words)
    assert Outline(remarks.html(remarks.clean(text))).text.split() == words


def paragraph(html: str) -> str:
    return f'<p dir="auto">{html}</p>'


def link(address: str, text: str) -> str:
    return f'<a href="{address}" rel="nofollow ugc noopener">{text}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb\n\nc", f"{paragraph('a<br>' + chr(10) + 'b')}\n{paragraph('c')}"),
        ("> q\n\nno", f"<blockquote>\n{paragraph('q')}\n</blockquote>\n{paragraph('no')}"),
        ("**b** *i* __b__ _i_", paragraph("<strong>b</strong> <em>i</em> <strong>b</strong> <em>i</em>")),
        ("`c < d`", paragraph("<code>c &lt; d</code>")),
        ("```js\nx < y\n```", '<pre dir="auto"><code>x &lt; y\n</code></pre>'),
        ("[x](https://x.example/?a=1&b=2)", paragraph(link("https://x.example/?a=1&amp;b=2", "x"))),
        ("[x](https://x.example 'Your bank')", paragraph(link("https://x.example", "x"))),
        ("<https://x.example>", paragraph(link("https://x.example", "https://x.example"))),
        ("see https://x.example.", paragraph(f"see {link('https://x.example', 'https://x.example')}.")),
        ("see www.x.com", paragraph(f"see {link('http://www.x.com', 'www.x.com')}")),
        ("i@j.example", paragraph("i@j.example")),
        ("[m](mailto:i@j.example)", paragraph(link("mailto:i@j.example", "m"))),
        ("[x](javascript:alert(1))", paragraph("[x](javascript:alert(1))")),
        ("[x](&#106;avascript:alert(1))", paragraph("[x](javascript:alert(1))")),
        ("[x](data:text/html,x)", paragraph("[x](data:text/html,x)")),
        ("<javascript:alert(1)>", paragraph("&lt;javascript:alert(1)&gt;")),
        ("![i](https://i.example/a.png)", paragraph(f"!{link('https://i.example/a.png', 'i')}")),
        ("[a]: https://x.example/\n\n[a]", f"{paragraph('[a]: ' + link('https://x.example/', 'https://x.example/'))}\n{paragraph('[a]')}"),
        ("# no heading\n- no list", paragraph("# no heading<br>\n- no list")),
        ("&lt;b&gt; &copy;", paragraph("&lt;b&gt; ©")),
        (r"\*no\*", paragraph("*no*")),
    ],
)  # fmt: skip
def test_what_is_made_of(text: str, html: str) -> None:
    assert remarks.html(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a&#x202e;b&#8238;c&rlm;", "abc"),
        ("a&#x2067;b&#x2066;c", "abc"),
        ("a&#x200b;&#x2060;&shy;b", "ab"),
        ("T" + "&#x301;" * 280, "T" + "\u0301" * remarks.MOST_MARKS),
    ],
)
def test_a_reference_brings_back_nothing_that_was_cleaned_away(text: str, html: str) -> None:
    assert remarks.html(text) == f'<p dir="auto">{html}</p>'


@pytest.mark.parametrize("to", ["//a.example", "/v1/logout", "page", "&#x2f;/a.example", "?x=1", "#top"])
def test_a_link_says_where_it_leads_or_is_none(to: str) -> None:
    assert "href" not in remarks.html(f"[a]({to})")


def test_more_addresses_than_can_be_found_in_time_stay_text_and_count_all_the_same() -> None:
    few, many = ("http://x.example/ " * remarks.MOST_LINKED).strip(), "http://x.example/ " * (remarks.MOST_LINKED + 1)
    assert remarks.links(remarks.html(few), few) == remarks.MOST_LINKED
    assert "<a" not in remarks.html(many)
    assert remarks.links(remarks.html(many), many) == remarks.MOST_LINKED + 1


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "![",
            "[](",
            "[",
            "![> ",
            "[a](",
            "[[[[a](b)",
            "[a](b)",
            "*a **b ",
            "_a*",
            "`a",
            ">",
            f"{'>' * 19}a\n\n",
            "a\n\n",
        ),
        *("<", "&", "\\", "//", "http://", "http://a.co ", "a.co ", "a@b.co ", "mailto:", "```\n", '<a href="'),
    ],
)
def test_the_worst_of_texts_makes_bounded_work_and_bounded_html(unit: str) -> None:
    text = (unit * remarks.LONGEST)[: remarks.LONGEST]
    remarks.html("http://warm.example")
    calls = 0

    def count(_frame: Any, event: str, _arg: Any) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        html = remarks.html(remarks.clean(text))
    finally:
        sys.setprofile(before)
    assert calls < 500_000
    assert len(html) < 50_000


def test_what_is_quoted_too_deep_is_quoted_less_and_stays() -> None:
    made = remarks.html("Intro.\n\n" + "> " * 25 + "DEEP")
    assert "DEEP" in made
    assert made.count("<blockquote>") == 17
    assert remarks.html(">" * 1_500 + " DEEP").count("DEEP") == 1
