"""What clients may write: one model for each write, closed to fields it does not name.

Ids, authors, times, counts and states are in none of them. Wrong fields become `errors.Invalid` with the field's path and
a stable code; the words of a message are ours and never hold what was sent.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from . import languages, markup, pictures, site, slugs
from .errors import BadJson, FieldError, Invalid, TooLarge

MAX_BODY_BYTES = 1_048_576
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")
"""Control characters, other line breaks than `\\n`, and the ones that turn the direction of what follows."""
NOT_IN_URLS = re.compile(rf"[\s<>\"\\]|{FORBIDDEN.pattern}")

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")

_Model = TypeVar("_Model", bound=BaseModel)


def wrong(code: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{message}", {"message": message})


def _text(value: str) -> str:
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").strip())
    if FORBIDDEN.search(value):
        raise wrong("control_character", "Control characters are not allowed.")
    return value


def _line(value: str) -> str:
    if "\n" in (text := _text(value)) or "\t" in text:
        raise wrong("control_character", "Line breaks and tabs are not allowed here.")
    return text


def filled(value: str) -> str:
    if not markup.is_visible(value):
        raise wrong("required", "Must not be empty.")
    return value


Line = Annotated[str, AfterValidator(_line)]
Prose = Annotated[str, AfterValidator(_text)]
NOT_EMPTY = Field(json_schema_extra={"minLength": 1})
FilledLine = Annotated[Line, AfterValidator(filled), NOT_EMPTY]
FilledProse = Annotated[Prose, AfterValidator(filled), NOT_EMPTY]


def _picture(value: str) -> str:
    try:
        url = urlsplit(value)
        ok = url.scheme == "https" and url.hostname and not url.username and not NOT_IN_URLS.search(value)
    except ValueError:
        ok = False
    if not ok and not pictures.on_the_site(value):
        raise wrong("bad_url", "Must be an https URL, or a path of the site: /pictures/harbour.jpg.")
    return value


def _section(value: Any) -> Any:
    """A slug, a name in any language, or `{slug, name}`."""
    text = value.get("slug") or value.get("name") if isinstance(value, dict) else value
    slug = site.get().section_named(text) if isinstance(text, str) else None
    if slug is None:
        raise wrong("unknown_section", f"One of: {', '.join(site.get().sections)}.")
    return slug


def _named(value: Any) -> Any:
    """A topic or tag as `{slug, name}`, from that or from a name or slug alone."""
    given = {"name": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or not {"name", "slug"} & given.keys() or given.keys() - {"name", "slug"}:
        raise wrong("wrong_type", "A name, or an object of slug and name.")
    name = given.get("name") or given.get("slug")
    if not isinstance(name, str) or not isinstance(given.get("slug", ""), str | None):
        raise wrong("wrong_type", "Slug and name are text.")
    slug = slugs.words(given.get("slug") or name)
    if not slug:
        raise wrong("bad_slug", "Needs a letter or a digit.")
    if name == slug and "-" in name:
        name = name.replace("-", " ")
    return {"slug": slug, "name": name}


def _author_slug(value: str) -> str:
    if slugs.words(value) != value or not value:
        raise wrong("bad_slug", "Lower-case letters, digits and single hyphens.")
    return value


def _words(value: str) -> str:
    words = slugs.words(value)
    if not words:
        raise wrong("bad_slug", "Needs a letter or a digit.")
    return words


def _language(value: str) -> str:
    tag = languages.canonical(value)
    if tag is None:
        raise wrong("bad_language", "Must be a BCP 47 language tag.")
    return tag


Language = Annotated[str, AfterValidator(_language)]


def _body_size(value: str) -> str:
    if len(value.encode()) > MAX_BODY_BYTES:
        raise wrong("too_long", f"At most {MAX_BODY_BYTES} bytes.")
    return value


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Named(Input):
    model_config = ConfigDict(json_schema_extra={"required": [], "minProperties": 1})

    slug: str = Field(max_length=slugs.MAX_WORDS)
    name: Annotated[FilledLine, Field(max_length=80)]


class Author(Input):
    name: Annotated[FilledLine, Field(max_length=100)]
    slug: Annotated[str, Field(max_length=80), AfterValidator(_author_slug)] | None = Field(
        default=None, description="Gives the author a listing; a free contributor has none."
    )


class Body(Input):
    format: Literal["html", "markdown"]
    text: Annotated[str, AfterValidator(_body_size)] = Field(description="At most 1 MiB; stored sanitised.")


class Question(Input):
    question: Annotated[FilledLine, Field(max_length=300)]
    answer: Annotated[FilledProse, Field(max_length=3000)]


class Image(Input):
    url: Annotated[str, Field(max_length=2000), AfterValidator(_picture)] = Field(
        description="https, or a path of the site itself: `/pictures/harbour.jpg`."
    )
    alt: Annotated[Line, Field(max_length=500)] = Field(description="Empty for a picture that says nothing.")
    credit: Annotated[Line, Field(max_length=200)] | None = None
    caption: Annotated[Line, Field(max_length=500)] | None = None
    width: Annotated[int, Field(ge=1, le=20_000)] | None = None
    height: Annotated[int, Field(ge=1, le=20_000)] | None = None


Topic = Annotated[Named, BeforeValidator(_named, json_schema_input_type=str | Named)]
Comments = Literal["open", "members", "first_held", "all_held", "closed"]


def _once(tags: list[Named]) -> list[Named]:
    """Each tag once, by its slug, the first name staying."""
    kept: dict[str, Named] = {}
    for tag in tags:
        kept.setdefault(tag.slug, tag)
    return list(kept.values())


class NewArticle(Input):
    """An article as its writers give it. All but headline, section, byline and body may be left out."""

    headline: Annotated[FilledLine, Field(max_length=200)]
    standfirst: Annotated[Line, Field(max_length=600)] | None = None
    section: Annotated[str, BeforeValidator(_section, json_schema_input_type=str | Named)]
    topic: Topic | None = None
    tags: Annotated[list[Topic], Field(max_length=20), AfterValidator(_once)] = Field(default_factory=list)
    byline: Annotated[list[Author], Field(min_length=1, max_length=8)]
    contributor_note: Annotated[Line, Field(max_length=600)] | None = None
    language: Language = Field(
        default_factory=lambda: site.get().language, description="BCP 47; the site's own unless said."
    )
    translation_of: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Id or slug of the article this one translates."
    )
    body: Body
    faq: Annotated[list[Question], Field(max_length=30)] = Field(default_factory=list)
    image: Image | None = None
    slug: Annotated[str, Field(max_length=200), AfterValidator(_words)] | None = Field(
        default=None, description="Words of the slug; the headline's unless said."
    )
    comments: Comments | None = Field(default=None, description="The section's or the site's rule unless said.")
    close_comments_after_days: Annotated[int, Field(ge=0, le=3650)] | None = Field(
        default=None, description="Days after publication; the section's or the site's rule unless said."
    )


def _written_out(value: Any) -> Any:
    """Seconds since 1970 are a date to some libraries, and milliseconds the year 50000 to them."""
    if not isinstance(value, str) or not RFC_3339.match(value):
        raise wrong("bad_date", "Must be a date and time with an offset (RFC 3339).")
    return value


PublishAt = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written_out, json_schema_input_type=str)]


class Publish(Input):
    publish_at: PublishAt | None = Field(
        default=None, description="RFC 3339 with an offset, in the future; now unless said."
    )


Reference = Annotated[str, Field(min_length=1, max_length=200)]


class Pins(Input):
    """What stands first in an article's lists, in order, and what never does. Articles by id or slug."""

    more_about: Annotated[list[Reference], Field(max_length=5)] = Field(default_factory=list)
    you_may_also_like: Annotated[list[Reference], Field(max_length=5)] = Field(default_factory=list)
    banned: Annotated[list[Reference], Field(max_length=50)] = Field(default_factory=list)


class Pick(Input):
    article: Reference = Field(description="Its id or slug.")
    until: PublishAt | None = Field(default=None, description="When it stops being one (RFC 3339); never unless said.")


class Picks(Input):
    items: Annotated[list[Pick], Field(max_length=20)]


class Rebuild(Input):
    """Whose lists are built anew: one of the three."""

    article: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(default=None, description="Its slug.")
    topic: Annotated[str, Field(min_length=1, max_length=slugs.MAX_WORDS)] | None = Field(
        default=None, description="Slug of a topic."
    )
    all: Annotated[bool, Field(strict=True)] | None = Field(
        default=None, description="Of every published article: true."
    )


class Correction(Input):
    """Goes live at once, beside or with a new body."""

    kind: Literal["correction", "clarification", "update"]
    text: Annotated[FilledProse, Field(max_length=2000)]
    body: Body | None = None


CODES = {
    "missing": ("required", "Is required."),
    "extra_forbidden": ("unknown_field", "Is not a field here."),
    "string_too_long": ("too_long", "At most {max_length} characters."),
    "string_too_short": ("too_short", "At least {min_length} characters."),
    "too_long": ("too_many", "At most {max_length} entries."),
    "too_short": ("too_few", "At least {min_length} entries."),
    "literal_error": ("unknown_value", "One of {expected}."),
    "greater_than_equal": ("out_of_range", "At least {ge}."),
    "less_than_equal": ("out_of_range", "At most {le}."),
    "datetime_from_date_parsing": ("bad_date", "Must be a date and time with an offset (RFC 3339)."),
    "datetime_parsing": ("bad_date", "Must be a date and time with an offset (RFC 3339)."),
    "datetime_type": ("bad_date", "Must be a date and time with an offset (RFC 3339)."),
    "datetime_object_invalid": ("bad_date", "Must be a date and time with an offset (RFC 3339)."),
    "timezone_aware": ("bad_date", "Must have an offset, such as Z."),
}
OURS = {
    "bad_date",
    "control_character",
    "required",
    "bad_url",
    "bad_slug",
    "bad_language",
    "bad_email",
    "bad_id",
    "unknown_section",
    "wrong_type",
    "too_long",
    "too_short",
    "too_common",
    "holds_known",
    "reserved_name",
}
"""Codes whose message comes with them."""


def read(model: type[_Model], text: str) -> _Model:
    """The model from a request's JSON. Raises BadJson, Invalid."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise _refused(error) from None


def check(model: type[_Model], value: dict[str, Any]) -> _Model:
    """The model from what was already parsed. Raises Invalid."""
    try:
        return model.model_validate(value, strict=None)
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> BadJson | Invalid | TooLarge:
    found = error.errors(include_url=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return BadJson("The body is not valid JSON.")
    if any(one["type"] in {"model_type", "model_attributes_type"} and not one["loc"] for one in found):
        return BadJson("The body must be a JSON object.")
    return Invalid(errors=[_field_error(dict(one)) for one in found[:50]])


def _field_error(found: dict[str, Any]) -> FieldError:
    path = ".".join(str(part) for part in found["loc"])
    context, kind = found.get("ctx", {}), found["type"]
    if kind == "too_long" and context.get("field_type") == "Value":  # of a text that a validator returned
        kind = "string_too_long"
    if kind in OURS and "message" in context:
        return FieldError(path, kind, context["message"])
    if kind in {"too_long", "too_short"} and context["field_type"] == "Value":
        kind = f"string_{kind}"  # a text that was first made normal
    code, message = CODES.get(kind, ("wrong_type", "Has the wrong type."))
    return FieldError(path, code, message.format(**context) if context else message)
