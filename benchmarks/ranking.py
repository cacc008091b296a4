"""How high do papers come up that somebody would read?

    python -m benchmarks.ranking

Authors stand for readers: their papers before a day are what they like, their new paper of that day is what they should
find.
Only papers count as found that share a co-author with the reader's earlier ones, which makes sure that a name is one
person; no method sees an author's name. In the same run, on the same profiles and days: arXiv's order, the formula of
TideDra/zotero-arxiv-daily, keywords in a row as dw-dengwei/daily-arXiv-ai-enhanced looks for them, and, where
scikit-learn is installed, the support vector machine of karpathy/arxiv-sanity-lite and the sum of two such machines.
Interval: 95 %, bootstrapped by reader, of the difference to each.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digest_assets.ranking.interests import DayPaper, Interest, OwnPaper, Words
from digest_assets.ranking.scores import ranked
from digest_assets.ranking.stars import Usual, Weighed, worth
from digest_assets.ranking.vectors import Background, background_of, pairs_of

SHARED = Path(__file__).parents[2] / "shared" / "arxiv"
BACKGROUND, NEGATIVES = 2000, 600
"""The peers' document frequencies are of the whole history; their machines learn against so many others."""
Row = dict[str, Any]
Order = Callable[[Sequence[int], Sequence[int]], list[int]]
"""The papers of a day, best first, for the papers of a profile; papers are places in the corpus."""


@dataclass(frozen=True)
class Corpus:
    """Papers by day, oldest first. `first`: the first day that is ranked."""

    name: str
    rows: list[Row]
    first: str

    @property
    def history(self) -> list[int]:
        return [place for place, row in enumerate(self.rows) if row["day"] < self.first]

    def days(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self.rows):
            found[row["day"]].append(place)
        return found


@dataclass(frozen=True)
class Case:
    """A reader's day."""

    reader: str
    day: str
    profile: tuple[int, ...]
    hits: frozenset[int]


def audio() -> Corpus:
    rows = [json.loads(line) for line in (SHARED / "papers_audio.jsonl").read_text("utf-8").splitlines()]
    return _corpus(
        "audio", [row | {"day": row["announced"][:10]} for row in rows if row["kind"] != "replace"], "2026-01-01"
    )


def cs() -> Corpus:
    with gzip.open(SHARED / "papers_cs_2026-01_02.jsonl.gz", "rt", encoding="utf-8") as file:
        return _corpus(
            "cs", [(row := json.loads(line)) | {"day": row["published"][:10]} for line in file], "2026-02-01"
        )


def _corpus(name: str, rows: list[Row], first: str) -> Corpus:
    rows.sort(key=lambda row: (row["day"], row["published"], row["id"]))
    return Corpus(name, list({row["id"]: row for row in rows}.values()), first)


def cases(corpus: Corpus, least: int) -> list[Case]:
    """The readers with at least `least` papers before a day on which they have a new one with a known co-author."""
    by_author: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(corpus.rows):
        for author in set(row["authors"]):
            by_author[author].append(place)
    found = []
    for author, places in sorted(by_author.items()):
        for day in sorted({day for place in places if (day := corpus.rows[place]["day"]) >= corpus.first}):
            profile = tuple(place for place in places if corpus.rows[place]["day"] < day)
            known = {name for place in profile for name in corpus.rows[place]["authors"]} - {author}
            todays = (place for place in places if corpus.rows[place]["day"] == day)
            hits = frozenset(place for place in todays if known & set(corpus.rows[place]["authors"]))
            if len(profile) >= least and hits:
                found.append(Case(author, day, profile, hits))
    return found


Result = tuple[str, float, float]
"""Reader, reciprocal rank of the first hit, share of the hits among the first five."""


def results(corpus: Corpus, found: Sequence[Case], order: Order) -> list[Result]:
    days = corpus.days()
    return [
        _result(case, {place: rank for rank, place in enumerate(order(case.profile, days[case.day]), 1)})
        for case in found
    ]


def _result(case: Case, ranks: Mapping[int, int]) -> Result:
    hits = sorted(ranks[hit] for hit in case.hits)
    return case.reader, 1 / hits[0], sum(rank <= 5 for rank in hits) / min(5, len(hits))


def means(made: Sequence[Result]) -> tuple[float, float]:
    return sum(each[1] for each in made) / len(made), sum(each[2] for each in made) / len(made)


def interval(ours: Sequence[Result], theirs: Sequence[Result]) -> tuple[float, float, float]:
    """The difference of the mean reciprocal ranks, and its 95 % interval by reader."""
    differences: dict[str, list[float]] = defaultdict(list)
    for one, other in zip(ours, theirs, strict=True):
        differences[one[0]].append(one[1] - other[1])
    readers = [(sum(each), len(each)) for each in differences.values()]
    chance = random.Random(0)
    drawn = []
    for _ in range(1000):
        sample = chance.choices(readers, k=len(readers))
        drawn.append(sum(each[0] for each in sample) / sum(each[1] for each in sample))
    drawn.sort()
    return sum(each[0] for each in readers) / sum(each[1] for each in readers), drawn[25], drawn[974]


# --- the methods ----------------------------------------------------------------------------------------------------


def words_of(row: Row) -> Words:
    return Words(row["title"], row["abstract"], tuple(row["categories"]))


def sample_of(corpus: Corpus) -> list[int]:
    return random.Random(0).sample(corpus.history, min(NEGATIVES, len(corpus.history)))


def background(corpus: Corpus) -> Background:
    return background_of([words_of(corpus.rows[place]) for place in corpus.history[-BACKGROUND:]])


def our_results(
    corpus: Corpus, found: Sequence[Case], usual: Background, most: int = 0, as_keywords: int = 0
) -> list[Result]:
    """What the product does, for all readers of a day at once. `as_keywords`: of a profile only so many are told."""
    days, by_day, made = corpus.days(), defaultdict(list), {}
    for number, case in enumerate(found):
        by_day[case.day].append(number)
    for day, numbers in by_day.items():
        interests = []
        for number in numbers:
            profile = found[number].profile[-most:]
            own = [OwnPaper(str(place), words_of(corpus.rows[place])) for place in profile]
            if as_keywords:
                told = _keywords([corpus.rows[place] for place in profile], usual, as_keywords)
                own = [OwnPaper(word, Words(word, word), is_keyword=True) for word in told]
            interests.append(Interest(str(number), tuple(own)))
        papers = [DayPaper(str(place), words_of(corpus.rows[place])) for place in days[day]]
        ranks: dict[int, dict[int, int]] = defaultdict(dict)
        for each in ranked(interests, papers, usual):
            ranks[int(each.interest)][int(each.identifier)] = each.rank
        made.update({number: _result(found[number], ranks[number]) for number in numbers})
    return [made[number] for number in range(len(found))]


def _keywords(rows: Iterable[Row], usual: Background, most: int) -> list[str]:
    """The rarest pairs of words of the titles, those that several titles have first."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted.update(set(pairs_of(row["title"])))
    columns = usual.columns

    def commonness(term: str) -> float:
        return -float(usual.rarity[columns[f"t:{term}"]]) if f"t:{term}" in columns else -math.inf

    return sorted(counted, key=lambda term: (-counted[term], commonness(term), term))[:most]


def by_stars(corpus: Corpus) -> Order:
    """What the site does in a browser, with the profile as stars."""
    usual = Usual([words_of(corpus.rows[place]) for place in corpus.history[-BACKGROUND:]])
    known: dict[int, Weighed] = {}

    def weighed(place: int) -> Weighed:
        if place not in known:
            known[place] = usual.weighed(words_of(corpus.rows[place]))
        return known[place]

    def order(profile: Sequence[int], day: Sequence[int]) -> list[int]:
        likes: Counter[str] = Counter()
        for place in profile:
            likes.update(weighed(place).words)
        scores = {place: worth(weighed(place), likes, len(profile)) for place in day}
        return sorted(day, key=lambda place: -scores[place])

    return order


def arxiv_order(profile: Sequence[int], day: Sequence[int]) -> list[int]:
    return list(day)


def keywords_in_a_row(corpus: Corpus, usual: Background) -> Order:
    """Papers with a keyword first, in arXiv's order; the keywords are five of the profile's."""

    def order(profile: Sequence[int], day: Sequence[int]) -> list[int]:
        told = _keywords([corpus.rows[place] for place in profile], usual, 5)
        said = {place: f"{corpus.rows[place]['title']} {corpus.rows[place]['abstract']}".lower() for place in day}
        return sorted(day, key=lambda place: not any(word in said[place] for word in told))

    return order


def zad(corpus: Corpus, vectors: Any) -> Order:
    """The mean cosine to the reader's papers, weighted by the logarithm of their age."""

    def order(profile: Sequence[int], day: Sequence[int]) -> list[int]:
        newest = sorted(profile, key=lambda place: corpus.rows[place]["published"], reverse=True)
        weights = [1 / (1 + math.log10(age)) for age in range(1, len(newest) + 1)]
        scores = (vectors[list(day)] @ vectors[newest].T).toarray() @ [each / sum(weights) for each in weights]
        return [day[place] for place in sorted(range(len(day)), key=lambda place: -scores[place])]

    return order


def machines(corpus: Corpus, kinds: Sequence[Any]) -> Order:
    """The sum of a support vector machine on each kind of vectors, each as arxiv-sanity-lite has it."""
    from sklearn.svm import LinearSVC

    sample = sample_of(corpus)

    def order(profile: Sequence[int], day: Sequence[int]) -> list[int]:
        others = [place for place in sample if place not in set(profile)]
        total: Any = 0
        for vectors in kinds:
            machine = LinearSVC(C=0.01, class_weight="balanced", max_iter=10_000, tol=1e-5)
            machine.fit(vectors[[*profile, *others]], [1] * len(profile) + [0] * len(others))
            scores, usual = machine.decision_function(vectors[list(day)]), machine.decision_function(vectors[others])
            total = total + (scores - usual.mean()) / usual.std()
        return [day[place] for place in sorted(range(len(day)), key=lambda place: -total[place])]

    return order


def peers(corpus: Corpus) -> dict[str, Order]:
    """The methods that need scikit-learn."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    texts = [f"{row['title']}. {row['abstract']}" for row in corpus.rows]

    def vectors(said: list[str], **how: Any) -> Any:
        return TfidfVectorizer(min_df=2, **how).fit([said[place] for place in corpus.history]).transform(said).tocsr()

    plain = vectors(texts, ngram_range=(1, 2), stop_words="english", max_features=30_000)
    pairs = {"ngram_range": (1, 2), "stop_words": "english", "sublinear_tf": True}
    title = vectors([row["title"] for row in corpus.rows], **pairs)
    categories = vectors([" ".join(row["categories"]).replace(".", "_") for row in corpus.rows])
    words = normalize(hstack([vectors(texts, max_features=30_000, **pairs), 0.6 * title, 0.4 * categories])).tocsr()
    pieces = vectors(texts, analyzer="char_wb", ngram_range=(4, 5), max_features=60_000, sublinear_tf=True)
    return {
        "ZAD's formula": zad(corpus, plain),
        "arxiv-sanity-lite's SVM": machines(corpus, [plain]),
        "sum of two SVMs": machines(corpus, [words, pieces]),
    }


# --- the command ----------------------------------------------------------------------------------------------------


def seconds_for(corpus: Corpus, interests: int = 100, papers: int = 1500) -> float:
    """CPU seconds of ranking a day of so many papers for so many interests of ten papers, its background included."""
    chance = random.Random(1)
    places = range(len(corpus.rows))
    own = [
        Interest(str(number), tuple(OwnPaper(str(p), words_of(corpus.rows[p])) for p in chance.sample(places, 10)))
        for number in range(interests)
    ]
    day = [DayPaper(str(place), words_of(corpus.rows[place])) for place in chance.sample(places, papers)]
    begun = time.process_time()
    found = ranked(own, day, background(corpus))
    taken = time.process_time() - begun
    assert len(found) == interests * papers  # nothing is left out
    return taken


def main() -> None:
    try:
        import sklearn  # noqa: F401 - looked for
    except ImportError:
        print("scikit-learn is not installed: without the peers that rest on it (benchmarks/requirements.txt).")
        has_peers = False
    else:
        has_peers = True
    for corpus, least in ((audio(), 5), (cs(), 3)):
        found = cases(corpus, least)
        usual = background(corpus)
        own = our_results(corpus, found, usual)
        print(f"\n{corpus.name}: {len(found)} days of {len({case.reader for case in found})} readers, "
              f"{least} papers of each and more")  # fmt: skip
        print(f"{'method':<28}{'MRR':>6}{'rec@5':>8}   ours less it, by reader")
        print(f"{'ours':<28}{means(own)[0]:6.3f}{means(own)[1]:8.3f}")
        others: dict[str, Order] = {
            "by stars, in the browser": by_stars(corpus),
            "arXiv's order": arxiv_order,
            "keywords in a row (DW)": keywords_in_a_row(corpus, usual),
            **(peers(corpus) if has_peers else {}),
        }
        for name, order in others.items():
            made = results(corpus, found, order)
            difference, low, high = interval(own, made)
            mrr, recall = means(made)
            print(f"{name:<28}{mrr:6.3f}{recall:8.3f}   {difference:+.3f} [{low:+.3f}, {high:+.3f}]", flush=True)
        for name, made in (
            ("ours, of 3 papers", our_results(corpus, found, usual, most=3)),
            (
                "by stars, of 3 papers",
                results(corpus, [replace(case, profile=case.profile[-3:]) for case in found], by_stars(corpus)),
            ),
            ("ours, of 5 keywords", our_results(corpus, found, usual, as_keywords=5)),
        ):
            print(f"{name:<28}{means(made)[0]:6.3f}{means(made)[1]:8.3f}", flush=True)
    taken = seconds_for(cs())
    print(f"\n100 interests on a day of 1,500 papers: {taken:.1f} s of CPU, {taken / 10:.2f} of the 10 s promised")


if __name__ == "__main__":
    main()
