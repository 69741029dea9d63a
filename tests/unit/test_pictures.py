"""Which addresses without a host are of the site itself."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from broadsheet import pictures
from hypothesis import given
from hypothesis import strategies as st

SIGNS = st.lists(st.sampled_from([*"/\\.%:@?#a2eEfF5cC0 \t\n", "%2e", "%2F", "..", "//", "é", "\u202e"]), max_size=12)


@pytest.mark.parametrize(
    "url", ["/a.jpg", "/pictures/harbour.svg", "/a/b-c_d/e.webp?w=1200&v=2", "/%C3%A9t%C3%A9.jpg", "/..a/b..", "/a:b@c"]
)
def test_a_path_is_of_the_site(url: str) -> None:
    assert pictures.on_the_site(url)


@pytest.mark.parametrize(
    "url",
    [
        "/v1/logout",
        "/v1",
        "/_local/mail",
        *(
            "",
            "/",
            "//a.example/b",
            "/\\a.example",
            "\\a",
            "a.jpg",
            "./a.jpg",
            "/a/",
            "/a//b",
            "/./a",
            "/a/..",
            "/a/../b",
        ),
        *(
            "/%2e%2E/a",
            "/a/%2e",
            "/.%2e/a",
            "/a b",
            "/a\nb",
            "/a\x00",
            "/%00",
            "/a%0d%0ab",
            "/%7f",
            "/%5cb",
            "/a%2f..%2fb",
        ),
        *(
            "/é.jpg",
            "/a#b",
            "/a%",
            "/a%2",
            "/a\u202eb",
            "/a\u2028",
            '/a"b',
            "/a<b",
            "javascript:alert(1)",
            "data:,a",
            "/a\n",
        ),
    ],
)
def test_what_is_anything_else_is_not(url: str) -> None:
    assert not pictures.on_the_site(url)


@given(SIGNS.map("".join).map("/{}".format))
def test_a_path_of_the_site_stays_on_it_and_is_what_it_says(url: str) -> None:
    if pictures.on_the_site(url):
        whole = urlsplit(urljoin("https://news.example/articles/x", url))
        assert (whole.netloc, whole.path) == ("news.example", url.partition("?")[0])
