"""What caches may keep and for how long; what nobody may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.stage import Stage

KEPT = "public, max-age=0, s-maxage=60, stale-while-revalidate=60"


def public_paths(stage: Stage) -> list[str]:
    slug = stage.published()["slug"]
    stage.settle()
    return [f"/v1/articles/{slug}", "/v1/articles", "/v1/front", "/v1/site"]


def test_public_answers_may_be_kept_for_a_minute(stage: Stage) -> None:
    for path in public_paths(stage):
        reply = stage.call("GET", path)
        assert reply.headers["cache-control"] == KEPT
        assert reply.etag.startswith('W/"')
        assert reply.cookies == []
        assert not {name for name in reply.headers if name.startswith("access-control")}


def test_what_the_client_has_is_not_sent_again_by_weak_comparison(stage: Stage) -> None:
    for path in public_paths(stage):
        etag = stage.call("GET", path).etag
        strong = etag.removeprefix("W/")
        for header in (etag, strong, f'"x", {etag}', f'{strong} , W/"y"', "*"):
            reply = stage.call("GET", path, if_none_match=header)
            assert (reply.status, reply.text, reply.etag) == (304, "", etag)
            assert reply.headers["cache-control"] == KEPT
        for header in ('"x"', 'W/""', "", etag[:-2] + '"'):
            assert stage.call("GET", path, if_none_match=header).status == 200


def test_an_etag_changes_with_what_is_read(stage: Stage) -> None:
    live = stage.published()
    before = stage.read(live["slug"]).etag
    saved = stage.save(live, {"standfirst": "More."}).json
    assert stage.read(live["slug"]).etag == before
    stage.publish(saved)
    assert stage.read(live["slug"]).etag != before


def test_readers_are_answered_alike_whoever_they_are(stage: Stage) -> None:
    path = public_paths(stage)[0]
    plain = stage.call("GET", path)
    known = stage.call(
        "GET", path, token=stage.token("editor"), cookie="__Host-session=x", origin="https://evil.example"
    )
    assert (known.status, known.headers, known.text) == (200, plain.headers, plain.text)


def test_an_answer_is_compressed_for_those_who_take_it(stage: Stage) -> None:
    live = stage.published(body={"format": "html", "text": "<p>" + "many words " * 200 + "</p>"})
    plain = stage.read(live["slug"])
    packed = stage.call("GET", f"/v1/articles/{live['slug']}", accept_encoding="gzip, br")
    assert packed.headers["content-encoding"] == "gzip"
    assert (packed.text, packed.etag) == (plain.text, plain.etag)
    assert plain.headers["vary"] == "Accept-Encoding"


def test_what_is_not_there_is_kept_for_moments(stage: Stage) -> None:
    for slug in ("no-such-article-00000000", "nonsense", "x", "-00000000", "ILOU0000"):
        reply = stage.read(slug)
        assert (reply.status, reply.code) == (404, "not_found")
        assert reply.headers["cache-control"] == "public, max-age=0, s-maxage=5"
        assert "etag" not in reply.headers


def test_an_address_that_is_no_slug_costs_no_call(stage: Stage) -> None:
    assert stage.read("nonsense").calls == []


def test_a_withdrawn_article_is_kept_as_gone(stage: Stage) -> None:
    live = stage.published()
    stage.act(live, "unpublish")
    stage.settle()
    reply = stage.read(live["slug"])
    assert (reply.status, reply.code) == (410, "withdrawn")
    assert reply.headers["cache-control"] == "public, max-age=0, s-maxage=60"


def test_a_redirect_is_kept_as_long_as_the_article(stage: Stage) -> None:
    reply = stage.read("other-words-" + stage.published()["slug"].rpartition("-")[2])
    assert (reply.status, reply.headers["cache-control"]) == (308, KEPT)


def test_a_refused_parameter_is_not_kept(stage: Stage) -> None:
    for query in ({"section": "gardening"}, {"cursor": "x"}):
        assert stage.call("GET", "/v1/articles", query=query).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("action", ["", "/preview", "/revisions", "/revisions/1"])
def test_nothing_of_the_newsroom_may_be_kept(stage: Stage, action: str) -> None:
    draft = stage.draft()
    reply = stage.call("GET", f"/v1/newsroom/articles/{draft['id']}{action}", token=stage.token("editor"))
    assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")


def test_with_a_cdn_only_the_cdn_is_answered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from hashlib import sha256

    from broadsheet import settings

    secrets = ("the-old-secret", "the-new-secret")
    hashes = ",".join(sha256(secret.encode()).hexdigest() for secret in secrets)
    monkeypatch.setenv("ORIGIN_SECRET_HASHES", hashes)
    settings.get.cache_clear()
    try:
        paths: list[tuple[str, str, Any]] = [
            ("GET", "/v1/site", None),
            ("POST", "/v1/login", {}),
            ("GET", "/v1/newsroom/articles", None),
        ]
        for method, path, given in paths:
            for headers in ({}, {"x_origin_secret": "guess"}, {"x_origin_secret": ""}):
                reply = stage.call(method, path, given, **headers)
                assert (reply.status, reply.code) == (403, "not_through_cdn")
        for secret in secrets:
            reply = stage.call("GET", "/v1/site", x_origin_secret=secret, accept_encoding="gzip")
            assert reply.status == 200
            assert "content-encoding" not in reply.headers, "the CDN compresses"
    finally:
        settings.get.cache_clear()
