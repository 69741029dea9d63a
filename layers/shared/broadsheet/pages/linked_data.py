"""Structured data (schema.org, JSON-LD): what a page says to machines, and nothing that it does not say to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from broadsheet import plain, site

from . import assets, urls
from .urls import Links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .discussion import Shown

    Data = dict[str, Any]

CONTEXT = "https://schema.org"
LONGEST_HEADLINE = 110
"""Characters that search engines show."""


def article(given: Any, thread: Shown, language: str) -> list[Data]:
    """NewsArticle, BreadcrumbList, and FAQPage where there are questions."""
    found = [_news_article(given, thread, language), _breadcrumbs(given, language)]
    return [*found, *([_faq(given)] if given["faq"] else [])]


def front(language: str) -> list[Data]:
    return [{"@context": CONTEXT, **_site(language), "publisher": publisher(language)}]


def publisher(language: str) -> Data:
    publication = site.get()
    made = {"@type": "NewsMediaOrganization", "@id": urls.absolute("/#publisher"), "url": urls.absolute("/")}
    made["name"] = publication.text(publication.name, language)
    return {**made, "logo": _logo(publication.logo)}


def _logo(own: str | None) -> Data:
    """The publication's own, whose size is not known, or its icon."""
    if own:
        return {"@type": "ImageObject", "url": urls.picture(own)}
    return {"@type": "ImageObject", "url": urls.absolute(assets.path("icon-512.png")), "width": 512, "height": 512}


def _news_article(given: Any, thread: Shown, language: str) -> Data:
    url = urls.absolute(urls.article(given["slug"]))
    image = given["image"]
    return {
        "@context": CONTEXT,
        "@type": "NewsArticle",
        "@id": url,
        "url": url,
        "mainEntityOfPage": url,
        "headline": _short(given["headline"]),
        **({"description": given["standfirst"]} if given["standfirst"] else {}),
        "author": [_person(author, given["language"]) for author in given["byline"]],
        "datePublished": given["published_at"],
        "dateModified": given["updated_at"],
        "inLanguage": given["language"],
        "isAccessibleForFree": True,
        "articleSection": given["section"]["name"],
        "wordCount": given["word_count"],
        **({"about": {"@type": "Thing", "name": given["topic"]["name"]}} if given["topic"] else {}),
        **({"keywords": [tag["name"] for tag in given["tags"]]} if given["tags"] else {}),
        **({"image": [_image(image)]} if image else {}),
        "isPartOf": _site(language),
        "publisher": publisher(language),
        "commentCount": given["comment_count"],
        **_corrected(given["corrections"]),
        **_discussed(thread.comments, url),
    }


def _short(headline: str) -> str:
    return headline if len(headline) <= LONGEST_HEADLINE else f"{headline[: LONGEST_HEADLINE - 1].rstrip()}…"


def _site(language: str) -> Data:
    publication = site.get()
    return {
        "@type": "WebSite",
        "@id": urls.absolute("/#site"),
        "name": publication.text(publication.name, language),
        "url": urls.absolute(Links(language).front),
        "inLanguage": language,
    }


def _person(author: Any, language: str) -> Data:
    path = urls.author(author, language)
    return {"@type": "Person", "name": author["name"], **({"url": urls.absolute(path)} if path else {})}


def _image(image: Any) -> Data:
    told = {
        "url": urls.picture(image["url"]),
        "caption": image["caption"] or image["alt"],
        "creditText": image["credit"],
        "width": image["width"],
        "height": image["height"],
    }
    return {"@type": "ImageObject", **{name: value for name, value in told.items() if value}}


def _corrected(corrections: Iterable[Any]) -> Data:
    """Each by its kind's own type: an update says what is new, a correction what was wrong."""
    made = [
        {"@type": "CorrectionComment", "text": each["text"], "datePublished": each["at"]}
        for each in corrections
        if each["kind"] != "update"
    ]
    return {"correction": made} if made else {}


def _discussed(comments: Iterable[Any], url: str) -> Data:
    made = [_comment(comment, url) for comment in _standing(comments)]
    return {"comment": made} if made else {}


def _standing(comments: Iterable[Any]) -> Iterator[Any]:
    """What can be read of them; what answers one that is gone stands in its place."""
    for comment in comments:
        if comment["state"] == "published":
            yield comment
        else:
            yield from _standing(comment["replies"])


def _comment(comment: Any, url: str) -> Data:
    """With the replies below it."""
    below = [_comment(reply, url) for reply in _standing(comment["replies"])]
    name = comment["author"]["name"]
    return {
        "@type": "Comment",
        "@id": f"{url}#comment-{comment['id']}",
        "text": plain.prose(comment["html"]),
        "datePublished": comment["posted_at"],
        **({"author": {"@type": "Person", "name": name}} if name else {}),
        **({"comment": below} if below else {}),
    }


def _faq(given: Any) -> Data:
    return {
        "@context": CONTEXT,
        "@type": "FAQPage",
        "@id": f"{urls.absolute(urls.article(given['slug']))}#faq",
        "inLanguage": given["language"],
        "mainEntity": [
            {
                "@type": "Question",
                "name": each["question"],
                "acceptedAnswer": {"@type": "Answer", "text": each["answer"]},
            }
            for each in given["faq"]
        ],
    }


def listing(kind: str, name: str, path: str, cards: Iterable[Any], language: str) -> list[Data]:
    """CollectionPage of a section or topic, ProfilePage of an author, and BreadcrumbList."""
    url = urls.absolute(path)
    whole = {"@id": url, "url": url, "name": name, "inLanguage": language, "isPartOf": _site(language)}
    if kind == "author":
        page = {"@type": "ProfilePage", **whole, "mainEntity": {"@type": "Person", "name": name, "url": url}}
    else:
        page = {"@type": "CollectionPage", **whole, "mainEntity": _listed(cards)}
    return [{"@context": CONTEXT, **page}, _way([_home(language), (name, path)])]


def _listed(cards: Iterable[Any]) -> Data:
    return {
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "url": urls.absolute(urls.article(card["slug"]))}
            for place, card in enumerate(cards, 1)
        ],
    }


def _breadcrumbs(given: Any, language: str) -> Data:
    links, section = Links(language), given["section"]
    way = [_home(language), (section["name"], links.section(section["slug"]))]
    if given["topic"] and site.get().speaks(given["language"]):
        way.append((given["topic"]["name"], links.topic(given["topic"]["slug"])))
    return _way([*way, (_short(given["headline"]), urls.article(given["slug"]))])


def _home(language: str) -> tuple[str, str]:
    return site.get().text(site.get().name, language), Links(language).front


def _way(way: Iterable[tuple[str, str]]) -> Data:
    """From the front to a page, by names and paths."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": urls.absolute(path)}
            for place, (name, path) in enumerate(way, 1)
        ],
    }
