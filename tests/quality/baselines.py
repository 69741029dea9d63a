"""What others do, on the same articles: lists for every article of a corpus, computed over all of it at once.

All read words as `ranking.words` does, so that they differ in what they make of them and not in who has the better stemmer.
Each sees the whole corpus, later articles too. This runs in an environment of its own (`.tools/quality`), with scikit-learn.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from broadsheet.ranking import words
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.preprocessing import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from broadsheet.ranking.index import Article

LISTED = 10
AT_ONCE = 256
"""Articles that are compared with all others at a time."""
STOP = frozenset(term for word in ENGLISH_STOP_WORDS for term in words.terms(word, "en"))
Lists = dict[str, list[str]]


@dataclass(frozen=True)
class Corpus:
    articles: Sequence[Article]
    titles: list[Counter[str]]
    bodies: list[Counter[str]]

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Corpus:
        return cls(
            articles,
            [Counter(words.terms(article.title, article.facts.language)) for article in articles],
            [Counter(words.terms(article.text, article.facts.language)) for article in articles],
        )

    @property
    def ids(self) -> list[str]:
        return [article.facts.id for article in self.articles]


# ---------------------------------------------------------------- by topic


def newest_of_topic(corpus: Corpus) -> Lists:
    """What themes show: the newest articles of the topic, whatever article they stand beside; of the site where there is none."""
    newest = [article.facts for article in reversed(corpus.articles)]
    by_topic: dict[str | None, list[str]] = defaultdict(list)
    for facts in newest:
        by_topic[facts.topic].append(facts.id)
    by_topic[None] = [facts.id for facts in newest]
    return {
        facts.id: [other for other in by_topic[facts.topic][: LISTED + 1] if other != facts.id][:LISTED]
        for facts in newest
    }


# ---------------------------------------------------------------- by text


def matrix(counts: Sequence[Counter[str]], terms: dict[str, int]) -> sparse.csr_matrix:
    """A row for each article, a column for each term."""
    rows = [row for row, count in enumerate(counts) for term in count if term in terms]
    columns = [terms[term] for count in counts for term in count if term in terms]
    values = [float(n) for count in counts for term, n in count.items() if term in terms]
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(counts), len(terms)))


def vocabulary(counts: Sequence[Counter[str]]) -> dict[str, int]:
    return {term: column for column, term in enumerate(sorted({term for count in counts for term in count}))}


def in_articles(found: sparse.csr_matrix) -> np.ndarray:
    """In how many articles each term stands."""
    return np.maximum(np.bincount(found.indices, minlength=found.shape[1]), 1)


def plugin(corpus: Corpus) -> Lists:
    """As WordPress's commonest plugin asks a full-text index (YARPP): the 20 most frequent words of the text are looked for in
    texts and those of the title in titles, and the two relevances are added. MySQL's relevance for InnoDB is tf * idf^2, with
    idf = log10(articles / articles that have it); words of fewer than 3 letters and stop words are not indexed.
    """
    total = 0
    for counts in (corpus.bodies, corpus.titles):
        terms = {term: n for n, term in enumerate(sorted({t for count in counts for t in count if len(t) > 2} - STOP))}
        found = matrix(counts, terms)
        idf = np.log10(found.shape[0] / in_articles(found))
        keywords = [_most(count, 20, terms) for count in counts]
        total = total + matrix(keywords, terms) @ (found @ sparse.diags(idf**2)).T
    return _best(corpus.ids, (total[at : at + AT_ONCE].toarray() for at in range(0, total.shape[0], AT_ONCE)))


def _most(count: Counter[str], n: int, terms: dict[str, int]) -> Counter[str]:
    fits = sorted((term for term in count if term in terms), key=lambda term: (-count[term], term))
    return Counter(fits[:n])


def more_like_this(corpus: Corpus) -> Lists:
    """Elasticsearch's query with its defaults: the 25 terms of the article with the highest tf * idf, of those that stand in it
    twice and in 5 articles, of which 30 % must be there; scored by BM25 (k1 = 1.2, b = 0.75).
    """
    counts = [title + body for title, body in zip(corpus.titles, corpus.bodies, strict=True)]
    found = matrix(counts, vocabulary(counts))
    df = in_articles(found)
    idf = np.log(1 + (found.shape[0] - df + 0.5) / (df + 0.5))
    length = np.asarray(found.sum(axis=1)).ravel()
    norm = 1.2 * (0.25 + 0.75 * length / length.mean())
    weighed = found.copy()
    weighed.data = found.data * 2.2 / (found.data + np.repeat(norm, np.diff(found.indptr)))
    weighed = (weighed @ sparse.diags(idf)).tocsr().T.tocsc()
    there = (found > 0).astype(float).T.tocsc()
    chosen = _chosen(found, idf, df)
    needed = np.maximum(np.floor(0.3 * np.diff(chosen.indptr)), 1)

    def scores() -> Iterator[np.ndarray]:
        for at in range(0, found.shape[0], AT_ONCE):
            asked = chosen[at : at + AT_ONCE]
            enough = (asked @ there).toarray() >= needed[at : at + AT_ONCE, None]
            yield (asked @ weighed).toarray() * enough

    return _best(corpus.ids, scores())


def _chosen(found: sparse.csr_matrix, idf: np.ndarray, df: np.ndarray) -> sparse.csr_matrix:
    rows, columns = [], []
    for row in range(found.shape[0]):
        at = slice(found.indptr[row], found.indptr[row + 1])
        terms, tf = found.indices[at], found.data[at]
        fits = (tf >= 2) & (df[terms] >= 5)
        order = np.argsort(-(tf * idf[terms] * fits), kind="stable")[:25]
        kept = terms[[one for one in order if fits[one]]]
        rows += [row] * len(kept)
        columns += kept.tolist()
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=found.shape)


def tf_idf(corpus: Corpus) -> sparse.csr_matrix:
    """(1 + ln f) * ln((1 + N) / (1 + df)), to length one; f as in the fingerprint, words in the title five times."""
    counts = [body.copy() for body in corpus.bodies]
    for count, title in zip(counts, corpus.titles, strict=True):
        for term, n in title.items():
            count[term] += 5 * n
    found = matrix(counts, vocabulary(counts))
    found.data = 1 + np.log(found.data)
    return normalize(found @ sparse.diags(np.log((1 + found.shape[0]) / (1 + in_articles(found))))).tocsr()


def by_cosine(corpus: Corpus, vectors: sparse.csr_matrix) -> Lists:
    return _best(
        corpus.ids,
        ((vectors[at : at + AT_ONCE] @ vectors.T).toarray() for at in range(0, vectors.shape[0], AT_ONCE)),
    )


def latent(corpus: Corpus, vectors: sparse.csr_matrix, dimensions: int = 300) -> Lists:
    """Latent semantic analysis of all articles at once (Deerwester and others, 1990): the same vectors in 300 dimensions."""
    flat = normalize(TruncatedSVD(dimensions, random_state=11).fit_transform(vectors))
    return _best(corpus.ids, (flat[at : at + AT_ONCE] @ flat.T for at in range(0, len(flat), AT_ONCE)))


def _best(ids: list[str], scores: Iterator[np.ndarray]) -> Lists:
    lists: Lists = {}
    for block in scores:
        for row in block:
            this = len(lists)
            row[this] = -math.inf
            best = _heaviest(row)
            lists[ids[this]] = [ids[other] for other in best if row[other] > 0]
    return lists


def _heaviest(row: np.ndarray) -> np.ndarray:
    least = -np.partition(-row, LISTED - 1)[LISTED - 1]
    fits = np.flatnonzero(row >= least)
    return fits[np.argsort(-row[fits], kind="stable")][:LISTED]


def spread(corpus: Corpus, vectors: sparse.csr_matrix, lists: Lists) -> float:
    """1 - the mean cosine of two entries of a list, over all lists of two or more; by whole-text TF-IDF, whoever made them."""
    place = {name: row for row, name in enumerate(corpus.ids)}
    held = [names[:LISTED] for names in lists.values() if len(names) > 1]
    members = sparse.csr_matrix(
        (
            np.ones(sum(map(len, held))),
            ([row for row, names in enumerate(held) for _ in names], [place[name] for names in held for name in names]),
        ),
        shape=(len(held), len(place)),
    )
    sums = (members @ vectors).power(2).sum(axis=1)
    size = np.diff(members.indptr)
    return float(1 - np.mean((np.asarray(sums).ravel() - size) / (size * (size - 1))))
