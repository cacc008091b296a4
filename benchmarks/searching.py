"""What a search in 100,000 papers loads and how long it takes on a slow telephone.

    python -m benchmarks.searching

Two archives of invented papers: twenty a day for twenty years, and 1,400 a day for 71 days. Words are as frequent as
words are (the n-th most frequent one in proportion to 1/n). Chromium at 1.6 Mbit/s, 150 ms a round trip and a processor
four times slower, nothing in its cache; files are not compressed, as most servers would.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from digest_assets.site import search
from digest_assets.site.values import Entry, PaperWords, month_of
from digest_assets_tests.site.browsers import CHROMIUM, over_http, slow_telephone
from digest_assets_tests.site.examples import ExampleSite

PAPERS = 100_000
SYLLABLES = tuple("con pro re in de ex sub com dis per tra sta mo lin gra vec ten sor dif fu net pho mel ar ti".split())  # noqa: SIM905
ENDINGS = ("", "s", "ed", "ing", "tion", "al", "ity", "ment")


class Vocabulary:
    """Words in the order of how frequent they are."""

    def __init__(self, words: list[str], flat: int) -> None:
        self.words = words
        self._weights = list(accumulate(1 / (place + flat) for place in range(len(words))))

    def some(self, rng: random.Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self._weights, k=count)


def vocabularies() -> tuple[Vocabulary, Vocabulary, Vocabulary]:
    """English words, pairs of Chinese characters, names."""
    rng = random.Random(21)
    english = dict.fromkeys("".join(rng.choices(SYLLABLES, k=rng.randint(1, 3))) + rng.choice(ENDINGS)
                            for _ in range(90_000))  # fmt: skip
    characters = [chr(0x4E00 + number * 7) for number in range(2_400)]
    pairs = dict.fromkeys("".join(rng.choices(characters, k=2)) for _ in range(60_000))
    names = dict.fromkeys("".join(rng.choices(SYLLABLES, k=2)) + rng.choice("aeiou") for _ in range(20_000))
    return Vocabulary([*english], 3), Vocabulary([*pairs], 25), Vocabulary([*names], 200)


def papers(a_day: int) -> Iterator[tuple[Entry, PaperWords]]:
    """Oldest first. A paper has 150 words of English, and 1,100 pairs of Chinese characters."""
    rng = random.Random(a_day)
    english, chinese, names = vocabularies()
    dates = PAPERS // a_day
    step = 365.25 / 250 if a_day < 100 else 1
    for number in range(PAPERS):
        day = date(2026, 11, 20) - timedelta(days=int((dates - 1 - number // a_day) * step))
        title, authors = english.some(rng, 10), names.some(rng, 5)
        identifier = f"{day:%y%m}.{number % 100_000:05}"
        shown = "".join(chinese.some(rng, 8)), "".join(chinese.some(rng, 18))
        entry = Entry(day, identifier, " ".join(title), tuple(authors), ("cs.SD",), (), False, False, *shown)
        prominent = frozenset(
            (*title, *authors, *(f"a:{name}" for name in authors), "cs.sd", "t:speech", identifier[5:])
        )
        yield entry, PaperWords(prominent, frozenset((*english.some(rng, 150), *chinese.some(rng, 1_100))) - prominent)


def period_of(day: date) -> str:
    return month_of(day) if day.year == 2026 else str(day.year)


def build(folder: Path, a_day: int) -> str:
    """An archive's index, in a site of one paper. Returns what it is like."""
    ExampleSite.of(1).write(folder)
    for file in (folder / "s").glob("*2026*"):
        file.unlink()
    months: dict[str, int] = {}
    firsts: dict[str, list[str]] = {}

    def index(name: str, found: Iterable[PaperWords]) -> None:
        made = search.index_of(found)
        firsts[name] = made.firsts
        for number in range(len(made.parts)):
            (folder / "s" / f"{name}-{number}.js").write_text(made.file(name, number), "utf-8")

    def noted(of_period: Iterable[tuple[Entry, PaperWords]]) -> Iterator[PaperWords]:
        """Writes the titles by the way, so that not all words are in memory at once."""
        for month, of_month in groupby(of_period, key=lambda each: month_of(each[0].day)):
            entries = []
            for entry, words in of_month:
                entries.append(entry)
                yield words
            months[month] = len(entries)
            for part, start in enumerate(range(0, len(entries), search.TITLES_A_FILE)):
                text = search.titles(month, part, entries[start : start + search.TITLES_A_FILE])
                (folder / "s" / f"titles-{month}-{part}.js").write_text(text, "utf-8")

    for name, of_period in groupby(papers(a_day), key=lambda each: period_of(each[0].day)):
        index(name, noted(of_period))
    periods = search.periods(months.items(), {month[:4] for month in months} - {"2026"})
    (folder / "s" / "periods.js").write_text(search.overview(periods, firsts), "utf-8")
    sizes = sorted(file.stat().st_size for file in (folder / "s").glob("20*.js"))
    return (f"{len(periods)} periods, {len(sizes)} parts, {sum(sizes) / 1e6:.0f} MB; largest {sizes[-1] / 1e3:.0f} kB; "
            f"overview {(folder / 's' / 'periods.js').stat().st_size / 1e3:.0f} kB")  # fmt: skip


def searched(browser: Any, address: str, query: str) -> tuple[int, float, float, float, str]:
    """Of a first search: requests, kB, milliseconds until it is said how many there are, what is said; and the
    milliseconds of the same search again."""
    took = []
    with slow_telephone(browser, f"{address}search.html") as (page, sizes):
        for text in (query, "", query):
            page.evaluate("delete document.getElementById('status').dataset.milliseconds")
            page.fill("#q", text)
            if text:
                page.wait_for_function("() => document.getElementById('status').dataset.milliseconds")
                took.append(float(page.evaluate("document.getElementById('status').dataset.milliseconds")))
        return len(sizes), sum(sizes) / 1000, took[0], took[1], page.inner_text("#status")


def main() -> None:
    english, chinese, _ = vocabularies()
    queries = {
        "a rare word": english.words[20_000],
        "one of a tenth of the papers": english.words[200],
        "one of half of the papers": english.words[20],
        "three words": " ".join(english.words[place] for place in (40, 900, 4_000)),
        "four Chinese characters": chinese.words[300] + chinese.words[900],
        "a misprint": english.words[20_001][:-1] + "q",
    }
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for a_day in (20, 1_400):
            with tempfile.TemporaryDirectory() as made:
                began = time.monotonic()
                told = build(Path(made), a_day)
                print(f"{PAPERS} papers, {a_day} a day: {told}; made in {time.monotonic() - began:.0f} s", flush=True)
                with over_http(Path(made)) as address:
                    for name, query in queries.items():
                        requests, size, first, again, said = searched(browser, address, query)
                        print(f"  {name} ({query}): {requests} files, {size:.0f} kB, {first:.0f} ms, again {again:.0f} "
                              f"ms; {said}", flush=True)  # fmt: skip
        browser.close()


if __name__ == "__main__":
    main()
