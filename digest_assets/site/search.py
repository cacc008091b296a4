"""The index that a browser searches: which papers hold a word, in files small enough to be fetched on demand.

A word of a query needs one file for each period. A period is a month, or an earlier year as a whole once its dates have
come to rest, so that a new date changes the files of its own month alone, and old years cost a request each instead of
twelve. In a period, words are spread over buckets by a hash of how they begin: all words that begin alike
are in one, which makes `enhanc` find `enhancement`.

Chinese has no spaces between words: it is indexed by pairs of neighbouring characters, and 语音增强 is looked for as
语音, 音增 and 增强. `static/search.js` cuts queries by the same rules; a test holds the two together.

The files are scripts rather than JSON, because a page that is opened from a disk may load scripts and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from digest_assets.markup.characters import clean
from digest_assets.site.citation import in_script
from digest_assets.site.html import plain_from_answer, plain_from_tex, source_from_tex
from digest_assets.site.simplified import simplified, table
from digest_assets.site.values import AUTHORS_SHOWN, Entry, PaperWords, SearchText

PAPERS_A_BUCKET = 16
"""How many papers' words make a bucket of about 50 kB, which a telephone fetches and reads at once."""
TITLES_A_FILE = 40
"""So many titles are in a file, as in `static/search.js`: the 30 papers of a page of results may lie in as many files,
and all of each is loaded."""

_WORD = re.compile(r"[a-z]+\.[a-z]{2}(?![a-z])|[^\W_]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_MARKS = re.compile(
    f"[{''.join(re.escape(chr(code)) for code in range(0x10000) if unicodedata.category(chr(code))[0] == 'M')}]+"
)
"""Accents and other marks, as the browser's `\\p{M}` has them."""
_BEGINNING = 3
"""So many characters of a word choose its bucket."""


def words(text: str) -> Iterator[str]:
    """The words of `text` that are indexed, in order: folded Latin words and pairs of Chinese characters."""
    for word in _WORD.findall(fold(text)):
        if word.isascii():
            yield from _latin(word)
            continue
        position = 0
        for run in _CJK.finditer(word):
            yield from _latin(word[position : run.start()])
            yield from _pairs(run.group())
            position = run.end()
        yield from _latin(word[position:])


def fold(text: str) -> str:
    """`text` without capitals, accents, wide forms and traditional characters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", clean(text).lower())
    return simplified(unicodedata.normalize("NFC", _MARKS.sub("", decomposed)))


def _latin(word: str) -> Sequence[str]:
    return (word[:24],) if len(word) > 1 else ()


def _pairs(run: str) -> Sequence[str]:
    return [first + second for first, second in pairwise(run)] or (run,)


def bucket_of(word: str, count: int) -> int:
    """Which of `count` buckets holds `word`: FNV-1a over the UTF-16 units of its beginning, without its field."""
    return _hash(word.rpartition(":")[2][:_BEGINNING]) % count


@lru_cache(maxsize=200_000)  # many words begin alike
def _hash(beginning: str) -> int:
    value = 0x811C9DC5
    units = beginning.encode("utf-16-le")
    for index in range(0, len(units), 2):
        value = ((value ^ (units[index] | units[index + 1] << 8)) * 0x01000193) & 0xFFFFFFFF
    return value


@dataclass(frozen=True, slots=True)
class Period:
    """A month, as `2026-11`, or a year that is over, as `2025`, with the months whose papers it holds."""

    name: str
    months: tuple[tuple[str, int], ...]
    """Each with how many papers it has, oldest first: the papers of the period are numbered in that order."""

    @property
    def papers(self) -> int:
        return sum(count for _, count in self.months)

    @property
    def buckets(self) -> int:
        return max(1, -(-self.papers // PAPERS_A_BUCKET))


def periods(months: Iterable[tuple[str, int]], merged: Collection[str]) -> list[Period]:
    """The periods of a site, newest first. `months`: with their papers, oldest first; `merged`: years in one piece."""
    grouped: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for month, count in months:
        grouped[month[:4] if month[:4] in merged else month].append((month, count))
    return [Period(name, tuple(of)) for name, of in sorted(grouped.items(), reverse=True)]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The papers in the order by which a period numbers them."""
    return sorted(entries, key=lambda each: (each.day, each.identifier))


def overview(found: Sequence[Period]) -> str:
    """The file that is loaded first: which periods there are."""
    rows = [[period.name, period.buckets, [list(each) for each in period.months]] for period in found]
    return f"digestSearch.periods({in_script(rows)});\n"


def titles(month: str, part: int, entries: Sequence[Entry]) -> str:
    """What results show of papers of one month: `part` counts files of `TITLES_A_FILE`, in order."""
    rows = [
        [
            each.identifier,
            each.day.isoformat(),
            plain_from_tex(each.title),
            _authors(each),
            list(each.categories),
            plain_from_answer(each.translated_title),
            plain_from_answer(each.gist),
        ]
        for each in entries
    ]
    return f"digestSearch.titles({in_script(month)},{part},{in_script(rows)});\n"


def simplifying() -> str:
    """The file by which a browser simplifies what is looked for: traditional characters, and theirs in their order."""
    return f"digestSearch.simplified({in_script(''.join(table()))},{in_script(''.join(table().values()))});\n"


def _authors(entry: Entry) -> str:
    names = [plain_from_tex(name) for name in entry.authors[:3]]
    return ", ".join(names) + (" …" if len(entry.authors) > 3 else "")


def paper_words(text: SearchText) -> PaperWords:
    """The words of a paper, each once."""
    prominent = frozenset(words(_prominent(text.entry))) | frozenset(_of_fields(text.entry))
    other = frozenset(words(" ".join((text.entry.gist, text.abstract, text.translation, text.reading))))
    return PaperWords(prominent, other - prominent)


AUTHOR, TOPIC = "a:", "t:"
"""What stands before a word that is looked for in one field alone."""


def _of_fields(entry: Entry) -> Iterator[str]:
    for name in entry.authors[:AUTHORS_SHOWN]:
        yield from (AUTHOR + word for word in words(plain_from_tex(name)))
    for tag in entry.tags:
        yield from (TOPIC + word for word in words(f"{tag.name} {tag.label}"))


def bucket_files(period: Period, papers: Iterable[PaperWords], wanted: range) -> Iterator[tuple[int, str]]:
    """The `wanted` buckets of a period, by number. `papers`: the words of all its papers, in their order."""
    prominent: dict[str, list[int]] = defaultdict(list)
    other: dict[str, list[int]] = defaultdict(list)
    all_of_them = len(wanted) == period.buckets  # then no word has to be looked at twice
    for number, paper in enumerate(papers):
        for found, said in ((prominent, paper.prominent), (other, paper.other)):
            for word in said:
                if all_of_them or bucket_of(word, period.buckets) in wanted:
                    found[word].append(number)
    buckets: dict[int, dict[str, list[list[int]]]] = {index: {} for index in wanted}
    for word in sorted({*prominent, *other}):
        postings = [_deltas(prominent.get(word, [])), _deltas(other.get(word, []))]
        buckets[bucket_of(word, period.buckets)][word] = postings
    for index, bucket in buckets.items():
        yield index, f"digestSearch.bucket({in_script(period.name)},{index},{in_script(bucket)});\n"


def _prominent(entry: Entry) -> str:
    """Where a word counts for more: title, authors, categories, tags, number."""
    tags = (f"{tag.name} {tag.label}" for tag in entry.tags)
    names = (plain_from_tex(name) for name in entry.authors[:AUTHORS_SHOWN])
    titles = plain_from_tex(entry.title), source_from_tex(entry.title), entry.translated_title
    return " ".join((*titles, *names, *entry.categories, *tags, entry.identifier))


def _deltas(numbers: list[int]) -> list[int]:
    """Each number as its distance from the one before it: shorter to write."""
    return [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]
