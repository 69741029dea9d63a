"""What each choice in the ranking is worth: `python -m tests.quality.variants folder` in the environment of `make quality`.

Every line is the scheme with one thing changed. Each article is compared with all others here, so that the lines differ in what
they change and not in which candidates were found.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
from broadsheet.ranking import fingerprint, near
from scipy import sparse

from . import measuring, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from broadsheet.ranking.near import Near

    from .reading import Labelled

KEPT, FARTHEST = 30, 0.07
AT_ONCE = 256

Change = tuple[str, Any, str, Any]
"""What is said of it, and what is put in whose place."""
OF_SCORES: list[Change] = [
    ("cosine alone", near, "OWN_WORD", 1.0),
    ("neighbourhood alone", near, "OWN_WORD", 0.0),
    ("0.3 of the cosine", near, "OWN_WORD", 0.3),
    ("0.5 of the cosine", near, "OWN_WORD", 0.5),
    ("no second look", near, "_second_look", lambda _member, its, _first: its),
    ("8 nearest", near, "CIRCLE", 8),
    ("15 nearest", near, "CIRCLE", 15),
    ("20 nearest", near, "CIRCLE", 20),
    ("itself 0.3", near, "SELF", 0.3),
    ("itself 1", near, "SELF", 1.0),
]
telling = fingerprint.idf
OF_PRINTS: list[Change] = [
    ("idf, not its root", fingerprint, "idf", lambda term, language: telling(term, language) ** 2),
    ("a language without a table", fingerprint, "idf", lambda term, _: telling(term, "sw")),
    ("title 3 times", fingerprint, "TITLE", 3),
    ("title 8 times", fingerprint, "TITLE", 8),
    ("names as other words", fingerprint, "NAME", 1.0),
    ("names 1.6", fingerprint, "NAME", 1.6),
    ("lede of 1,200", fingerprint, "LEDE", 1200),
    ("2,500 characters", fingerprint, "BODY", 2500),
    ("6,000 characters", fingerprint, "BODY", 6000),
    ("96 terms", fingerprint, "KEPT", 96),
    ("200 terms", fingerprint, "KEPT", 200),
]


def main() -> None:
    labelled = reading.corpus(Path(sys.argv[1]))
    _heading()
    lists = neighbours(labelled)
    _line("as it is", labelled, lists)
    for name, module, constant, value in OF_SCORES:
        with patch.object(module, constant, value):
            _line(name, labelled, lists)
    for name, module, constant, value in OF_PRINTS:
        with patch.object(module, constant, value):
            _line(name, labelled, neighbours(labelled))


def neighbours(labelled: Sequence[Labelled]) -> dict[str, Near]:
    """The 30 nearest of all."""
    prints = [fingerprint.fingerprint(one.article.title, one.article.text, "en") for one in labelled]
    terms = {term: n for n, term in enumerate(sorted({term for its in prints for term in its}))}
    cells = [(row, terms[term], weight) for row, its in enumerate(prints) for term, weight in its.items()]
    rows, columns, weights = zip(*cells, strict=True)
    vectors = sparse.csr_matrix((weights, (rows, columns)), shape=(len(prints), len(terms)))
    found: dict[str, Near] = {}
    for at in range(0, len(prints), AT_ONCE):
        for row in (vectors[at : at + AT_ONCE] @ vectors.T).toarray():
            this = len(found)
            row[this] = 0
            best = np.argpartition(-row, KEPT)[:KEPT]
            pairs = ((labelled[other].id, round(float(row[other]), 6)) for other in best if row[other] >= FARTHEST)
            found[labelled[this].id] = near.best(pairs, KEPT)
    return found


def _ranked(name: str, lists: dict[str, Near]) -> list[str]:
    known = {name: lists[name]} | {other: lists[other] for other, _ in lists[name]}
    return [other for other, _ in near.scores(name, known)]


def _heading() -> None:
    print(f"{'':30}" + "".join(f"{column:>10}" for column in ("nDCG@10", "P@5", "fitted", "P@5", "held out", "P@5")))


def _line(change: str, labelled: Sequence[Labelled], lists: dict[str, Near]) -> None:
    stories = {one.id: one.story for one in labelled}
    out = {one.story for one in labelled if one.held_out}
    parts: list[Callable[[str], bool]] = [bool, lambda story: story not in out, lambda story: story in out]
    ranked = {name: _ranked(name, lists) for name in measuring.asked(stories)}
    measured = [measuring.found(ranked, stories, measuring.asked(stories, fits)) for fits in parts]
    print(f"{change:30}" + "".join(f"{one['ndcg@10']:10.4f}{one['p@5']:10.4f}" for one in measured), flush=True)


if __name__ == "__main__":
    main()
