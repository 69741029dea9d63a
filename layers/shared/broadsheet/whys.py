"""Why an article stands in a list, in words, in the language of the article it stands under."""

from __future__ import annotations

import json

LISTS = ("more_about", "you_may_also_like")
WORDS = {
    "same_story": {
        "en": "More of this story",
        "es": "Más de esta historia",
        "de": "Mehr zu dieser Geschichte",
        "fr": "La suite de cette histoire",
        "pt": "Mais desta história",
    },
    "same_topic": {
        "en": "On the same topic",
        "es": "Sobre el mismo tema",
        "de": "Zum selben Thema",
        "fr": "Sur le même sujet",
        "pt": "Sobre o mesmo tema",
    },
    "readers_went_on": {
        "en": "Readers of this went on to it",
        "es": "Lo que leyeron después otros lectores",
        "de": "Das lasen andere danach",
        "fr": "Lu ensuite par d’autres lecteurs",
        "pt": "O que outros leitores leram a seguir",
    },
    "similar": {
        "en": "Similar to this",
        "es": "Parecido a esto",
        "de": "Ähnlich wie dies",
        "fr": "Dans le même esprit",
        "pt": "Parecido com isto",
    },
    "popular_now": {
        "en": "Much read now",
        "es": "Muy leído ahora",
        "de": "Gerade viel gelesen",
        "fr": "Très lu en ce moment",
        "pt": "Muito lido agora",
    },
    "editors_pick": {
        "en": "Chosen by our editors",
        "es": "Elegido por la redacción",
        "de": "Von der Redaktion ausgewählt",
        "fr": "Choisi par la rédaction",
        "pt": "Escolhido pela redação",
    },
}


def with_reason(card: str, why: str, language: str) -> str:
    """A card's JSON with why it stands where it stands, in data and in words."""
    said = json.dumps(words(why, language), ensure_ascii=False)
    return f'{card[:-1]},"why":"{why}","why_text":{said}}}'


def words(why: str, language: str) -> str:
    """In the language, its parent, or English."""
    said = WORDS[why]
    return said.get(language) or said.get(language.partition("-")[0]) or said["en"]
