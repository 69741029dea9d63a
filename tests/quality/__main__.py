"""`make quality DATA=folder`: streams a corpus and a log of clicks through what is deployed, and prints how good its lists are.

Beside it, in the same run, what others do on the same data. QUICK=yes takes a part of the archive and of the readers.
docs/ranking.md says what the lines and columns are.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import baselines, measuring, next_click, reading, streaming

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from broadsheet.ranking.index import Lists

    from .measuring import Stories

QUICK_ARCHIVE = 1000
QUICK_READERS = 0.1
WIDTH = 42


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    asked.add_argument(
        "data", type=Path, help="a folder with stories.jsonl.gz and background.jsonl.gz, clicks.csv.gz, or all"
    )
    asked.add_argument("--quick", action="store_true", help="a part of it, in about two minutes")
    asked.add_argument("--undated", action="store_true", help="stories in a random order, one article a minute")
    wanted = asked.parse_args()
    if (wanted.data / "stories.jsonl.gz").exists():
        of_stories(wanted.data, QUICK_ARCHIVE if wanted.quick else None, undated=wanted.undated)
    if not wanted.undated and (wanted.data / "clicks.csv.gz").exists():
        of_clicks(wanted.data, QUICK_READERS if wanted.quick else 1.0)


# ---------------------------------------------------------------- articles of one story


def of_stories(folder: Path, background: int | None, *, undated: bool) -> None:
    labelled = reading.corpus(folder, background)
    if undated:
        labelled = reading.undated(labelled)
    stories = {one.id: one.story for one in labelled}
    held_out = {one.story for one in labelled if one.held_out}
    print(
        f"Articles of one story: {len(labelled)} articles, {len(measuring.asked(stories))} with another of their story."
    )
    began = time.process_time()
    index = streaming.streamed(one.article for one in labelled)
    settled, calls = time.process_time(), dict(index.calls)
    lists = streaming.chosen(index, list(stories))
    done = time.process_time()
    print(
        f"CPU: {_ms(settled - began, labelled)} ms to settle an article, {_ms(done - settled, labelled)} ms to choose."
    )
    print(f"To settle one: {_per_article(calls, len(labelled))}.\n")
    ours = {
        "broadsheet, as seen": {name: streaming.seen(both) for name, both in lists.items()},
        "broadsheet, by score": {name: streaming.ranked(index, name) for name in stories},
        "broadsheet, by cosine": {name: streaming.by_cosine(index, name) for name in stories},
    }
    corpus = baselines.Corpus.of([one.article for one in labelled])
    vectors = baselines.tf_idf(corpus)
    others = {
        "same topic, newest": baselines.newest_of_topic(corpus),
        "related-posts plugin (full-text index)": baselines.plugin(corpus),
        "more like this (BM25, 25 terms)": baselines.more_like_this(corpus),
        "TF-IDF cosine, whole text": baselines.by_cosine(corpus, vectors),
        "LSA, 300 dimensions, whole archive": baselines.latent(corpus, vectors),
    }
    _heading("", "nDCG@5", "nDCG@10", "P@5", "fitted", "held out", "P@5 out", "shown", "full", "diverse")
    for name, made in {**ours, **others}.items():
        _line(
            name,
            [
                *_of_story(made, stories, held_out),
                *measuring.coverage(made).values(),
                baselines.spread(corpus, vectors, made),
            ],
        )
    _of_reasons(lists, stories, held_out)


def _per_article(calls: dict[str, int], articles: int) -> str:
    """What the index was asked and given, on average."""
    asked = {
        "term queries": "postings",
        "postings read": "posting rows",
        "entries read": "entries items",
        "fingerprints read": "prints items",
        "transactions": "commit",
        "writes in them": "commit items",
    }
    return ", ".join(f"{calls[name] / articles:.0f} {said}" for said, name in asked.items())


def _of_story(made: dict[str, list[str]], stories: Stories, held_out: set[str | None]) -> Iterable[float]:
    whole = measuring.found(made, stories, measuring.asked(stories))
    fitted = measuring.found(made, stories, measuring.asked(stories, lambda story: story not in held_out))
    out = measuring.found(made, stories, measuring.asked(stories, lambda story: story in held_out))
    return [*whole.values(), fitted["ndcg@10"], out["ndcg@10"], out["p@5"]]


def _of_reasons(lists: dict[str, Lists], stories: Stories, held_out: set[str | None]) -> None:
    """Of what is said to be of the same story, how much is, and how much of what is there is said to be."""
    print()
    _heading("", "precision", "recall", "prec. out", "rec. out")
    _line(
        'said to be "of this story"',
        [
            value
            for fits in (bool, lambda story: story in held_out)
            for value in measuring.said(lists, stories, measuring.asked(stories, fits))
        ],
    )
    both = list(lists.values())
    for part in ("more_about", "you_may_also_like"):
        entries = [len(getattr(one, part)) for one in both]
        print(
            f"{part.replace('_', ' ').capitalize()}: {sum(entries) / len(both):.1f} entries, {sum(n >= 10 for n in entries) / len(both):.1%} full"
        )
    print()


# ---------------------------------------------------------------- next clicks


def of_clicks(folder: Path, share: float) -> None:
    log = list(next_click.beacons(folder / "clicks.csv.gz", share))
    print(
        f"Next clicks: {len(log)} clicks; measured on the second half of the time, and on the first after {next_click.WARM / 3600:.0f} h.\n"
    )
    first, second = next_click.halves(log)
    _heading("", "hit@5", "hit@10", "nDCG@5", "nDCG@10", "unread@5", "1st half", "x counts")
    base = second[next_click.COUNTS].metrics()["hit@5"]
    for name, found in second.items():
        measured = found.metrics()
        _line(name, [*measured.values(), first[name].metrics()["hit@5"], measured["hit@5"] / base])


# ---------------------------------------------------------------- printing


def _heading(name: str, *columns: str) -> None:
    print(f"{name:{WIDTH}}" + "".join(f"{column:>10}" for column in columns))


def _line(name: str, values: Iterable[float]) -> None:
    print(f"{name:{WIDTH}}" + "".join(f"{value:10.4f}" for value in values), flush=True)


def _ms(seconds: float, of: Sequence[object]) -> str:
    return f"{1000 * seconds / len(of):.2f}"


if __name__ == "__main__":
    main()
