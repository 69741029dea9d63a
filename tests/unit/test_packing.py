"""Texts packed to fit an item."""

from __future__ import annotations

import json
import random

from broadsheet import packing


def test_what_is_packed_comes_back() -> None:
    for text in ("", "é" * 1000, "word " * 300_000):
        packed = packing.pack(text)
        assert packed is not None
        assert packing.unpack(packed) == text


def test_a_text_and_its_html_fit_together_where_they_would_not_side_by_side() -> None:
    rng = random.Random(7)
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(30_000)]
    text = " ".join(rng.choices(words, k=85_000))
    both = json.dumps({"text": text, "html": f"<p>{text}</p>"})
    packed = packing.pack(both)
    assert packed is not None
    assert packed.startswith(packing.LZMA)
    assert packing.unpack(packed) == both


def test_noise_is_refused() -> None:
    assert packing.pack(random.Random(7).randbytes(600_000).hex()) is None
