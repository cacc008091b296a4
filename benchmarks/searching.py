"""What a search in 100,000 papers loads and how long it takes on a slow telephone.

    python -m benchmarks.searching [papers a day]

Two archives of invented papers: twenty a day for twenty years, and 1,400 a day for 71 days. Words are as frequent as
words are (the n-th most frequent one in proportion to 1/n). Chromium at 1.6 Mbit/s, 150 ms a round trip and a processor
four times slower, nothing in its cache; files are not compressed, as most servers would.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from digest_assets.site import search, search_files
from digest_assets.site.periods import Period, Periods
from digest_assets.site.values import Entry, PaperWords, month_of
from digest_assets_tests.site.browsers import CHROMIUM, over_http, slow_telephone
from digest_assets_tests.site.examples import ExampleSite

PAPERS = 100_000
TIMES = 3
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


def day_of(number: int, a_day: int) -> date:
    step = 365.25 / 250 if a_day < 100 else 1
    return date(2026, 11, 20) - timedelta(days=int((PAPERS // a_day - 1 - number // a_day) * step))


def papers(a_day: int, first: int = 0) -> Iterator[tuple[Entry, PaperWords]]:
    """Oldest first. A paper has 150 words of English, and 1,100 pairs of Chinese characters."""
    english, chinese, names = vocabularies()
    rng = random.Random()
    for number in range(first, PAPERS):
        day = day_of(number, a_day)
        if number % a_day == 0:
            rng.seed(f"{a_day} {day}")
        title, authors = english.some(rng, 10), names.some(rng, 5)
        identifier = f"{day:%y%m}.{number % 100_000:05}"
        shown = "".join(chinese.some(rng, 8)), "".join(chinese.some(rng, 18))
        entry = Entry(day, identifier, " ".join(title), tuple(authors), ("cs.SD",), (), False, False, *shown)
        prominent = frozenset(
            (*title, *authors, *(f"a:{name}" for name in authors), "cs.sd", "t:speech", identifier[5:])
        )
        yield entry, PaperWords(prominent, frozenset((*english.some(rng, 150), *chinese.some(rng, 1_100))) - prominent)


def build(folder: Path, a_day: int) -> str:
    """An archive's index, in a site of one paper, with the periods that a site has that grew day by day. Returns what
    it is like."""
    ExampleSite.of(1).write(folder)
    for file in (folder / "s").glob("*2026*"):
        file.unlink()
    periods = Periods()
    over = len({month_of(day_of(number, a_day)) for number in range(0, PAPERS, a_day)}) - 1
    # Of 240 months, those that are over stand in three pieces: years, one and a half, and the last.
    joined = {over - 18, over - 1} if over > 18 else {over}
    by_month = groupby(papers(a_day), key=lambda each: month_of(each[0].day))
    for number, (month, of_month) in enumerate(by_month, 1):
        put_month(folder, periods, month, of_month)
        if number in joined and periods.begin("9999-99", set()):
            join(folder, periods)
    rows = [period.row({}) for period in sorted(periods.found.values(), key=lambda each: each.dates[-1], reverse=True)]
    (folder / "s" / "periods.js").write_text(search.overview(rows), "utf-8")
    for name in periods.gone:
        for file in (folder / "s").glob(f"{name}-*.js"):
            file.unlink()
    sizes = sorted(file.stat().st_size for file in (folder / "s").iterdir() if not file.name.startswith("titles"))
    told = ", ".join(f"{each.name} {each.papers} papers {each.parts} parts" for each in periods.found.values())
    return (f"{told}; {len(sizes)} files, {sum(sizes) / 1e6:.0f} MB; largest {sizes[-1] / 1e3:.0f} kB; "
            f"overview {(folder / 's' / 'periods.js').stat().st_size / 1e3:.0f} kB")  # fmt: skip


def put_month(folder: Path, periods: Periods, month: str, of: Iterable[tuple[Entry, PaperWords]]) -> None:
    entries: list[Entry] = []

    def noted() -> Iterator[PaperWords]:
        """Notes the titles by the way, so that not all words are in memory at once."""
        for entry, words in of:
            entries.append(entry)
            yield words

    parts = search.parts_of(noted())
    for part, start in enumerate(range(0, len(entries), search.TITLES_A_FILE)):
        text = search.titles(month, part, entries[start : start + search.TITLES_A_FILE])
        (folder / "s" / f"titles-{month}-{part}.js").write_text(text, "utf-8")
    dates = [(day, sum(1 for _ in same)) for day, same in groupby(entry.day for entry in entries)]
    (folder / "s" / f"days-{month}.js").write_text(search.days(month, dates), "utf-8")
    period = Period(month, [(day.isoformat(), count) for day, count in dates])
    last = ""
    for shelf in search.shelves_of(parts):
        write(folder, period, period.add(shelf, last, shelved=len(parts) > search.SHELVED), shelf)
        last = shelf[-1][-1][0]
    periods.put(period)


def join(folder: Path, periods: Periods) -> None:
    def read(name: str, number: int) -> search.Part:
        return search.read_part((folder / "s" / f"{name}-{number}.js").read_text("utf-8"))

    for period, number, parts in periods.join(read, 10**9):
        write(folder, period, number, parts)


def write(folder: Path, period: Period, number: int, parts: list[search.Part]) -> None:
    for file in search_files.files_of(period, number, parts):
        (folder / file.path).write_text(str(file.render()), "utf-8")


@dataclass(frozen=True)
class Searched:
    files: int
    kilobytes: float
    first_ms: float
    """Until a result is shown."""
    all_ms: float
    """Until it is said how many there are, and the first ten are shown."""
    again_ms: float
    """The same search once more."""
    said: str


WATCH = """() => {
    const [status, results] = [document.getElementById("status"), document.getElementById("results")];
    new MutationObserver(() => {
        if (status.textContent === status.dataset.searching) [window.began, window.shown] = [performance.now(), 0];
    }).observe(status, { childList: true });
    new MutationObserver(() => {
        if (!window.shown && results.firstChild) window.shown = performance.now() - window.began;
    }).observe(results, { childList: true });
}"""


def searched(browser: Any, address: str, query: str) -> Searched:
    """A first search."""
    took, first = [], 0.0
    with slow_telephone(browser, f"{address}search.html") as (page, sizes):
        page.evaluate(WATCH)
        for text in (query, "", query):
            page.evaluate("delete document.getElementById('status').dataset.milliseconds")
            page.fill("#q", text)
            if text:
                page.wait_for_function("() => document.getElementById('status').dataset.milliseconds")
                took.append(float(page.evaluate("document.getElementById('status').dataset.milliseconds")))
                first = first or float(page.evaluate("window.shown"))
        return Searched(len(sizes), sum(sizes) / 1000, first, took[0], took[1], page.inner_text("#status"))


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
        for a_day in [int(each) for each in sys.argv[1:]] or (20, 1_400):
            with tempfile.TemporaryDirectory() as made:
                began = time.monotonic()
                told = build(Path(made), a_day)
                print(f"{PAPERS} papers, {a_day} a day: {told}; made in {time.monotonic() - began:.0f} s", flush=True)
                with over_http(Path(made)) as address:
                    for name, query in queries.items():
                        found = sorted(
                            (searched(browser, address, query) for _ in range(TIMES)), key=lambda each: each.all_ms
                        )
                        first = sorted(each.first_ms for each in found)[TIMES // 2]
                        middle = found[TIMES // 2]
                        print(f"  {name} ({query}): {middle.files} files, {middle.kilobytes:.0f} kB, first result "
                              f"{first:.0f} ms, all {middle.all_ms:.0f} ms, again {middle.again_ms:.0f} ms; "
                              f"{middle.said}", flush=True)  # fmt: skip
        browser.close()


if __name__ == "__main__":
    main()
