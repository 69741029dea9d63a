"""The demo's texts were written on a Thursday. Told on another day, their weekdays move along, so that "on Wednesday evening"
is the evening before the article.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

WRITTEN_ON = 3
"""Days after Monday."""
ENGLISH = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SPANISH = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
PLACES = {name: (names, place) for names in (ENGLISH, SPANISH) for place, name in enumerate(names)}
NAMED = re.compile(rf"\b(?:{'|'.join(PLACES)})(?=s?\b)")


def moved(said: Any, now: datetime) -> Any:
    """A text, or what is made of texts, as one would have written it on this day."""
    if isinstance(said, dict):
        return {name: moved(each, now) for name, each in said.items()}
    if isinstance(said, list):
        return [moved(each, now) for each in said]
    return NAMED.sub(lambda found: _moved(found[0], now), said) if isinstance(said, str) else said


def _moved(name: str, now: datetime) -> str:
    names, place = PLACES[name]
    return names[(place + now.weekday() - WRITTEN_ON) % len(names)]
