"""The words of clean HTML as somebody would have written them."""

from __future__ import annotations

import pytest
from broadsheet import plain


@pytest.mark.parametrize(
    ("html", "prose"),
    [
        ("<p>A <em>word</em>, next</p>", "A word, next"),
        ('<p>See <a href="/a">this</a>.</p><p>And <b>that</b>!</p>', "See this.\nAnd that!"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<blockquote><p>said</p></blockquote>answered", "said\nanswered"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<p>a &lt;b&gt; &amp; c</p>", "a <b> & c"),
        ("  \n <p></p>", ""),
    ],
)
def test_what_is_set_otherwise_stays_part_of_its_line(html: str, prose: str) -> None:
    assert plain.prose(html) == prose
