"""The index that a browser searches: which papers hold a word, in files small enough to be fetched on demand.

A word of a query needs one file for each period. A period is a month, or an earlier year as a whole once its dates have
come to rest, so that a new date changes the files of its own month alone, and old years cost a request each instead of
twelve. The words of a period stand in their order and are cut into parts of like size, so no part grows with what it
holds: words that begin alike are side by side, which makes `enhanc` find `enhancement`, and a word that half of the
papers have is a part of its own. The overview names where each part begins.

Chinese has no spaces between words: it is indexed by pairs of neighbouring characters, and 语音增强 is looked for as
语音, 音增 and 增强. `static/search.js` cuts queries by the same rules; a test holds the two together.

The files are scripts rather than JSON, because a page that is opened from a disk may load scripts and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from digest_assets.markup.characters import clean
from digest_assets.site.citation import in_script
from digest_assets.site.html import plain_from_answer, plain_from_tex, source_from_tex
from digest_assets.site.simplified import simplified, table
from digest_assets.site.values import AUTHORS_SHOWN, Entry, PaperWords, SearchText

PART = 12_000
"""Characters of a part, unless one word alone has more. An archive of twenty years is looked through in as many parts,
so they are small."""
TITLES_A_FILE = 20
"""So many titles are in a file, as in `static/search.js`: the 30 papers of a page of results may lie in as many files,
and all of each is loaded."""

_WORD = re.compile(r"[a-z]+\.[a-z]{2}(?![a-z])|[^\W_]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_MARKS = re.compile(
    f"[{''.join(re.escape(chr(code)) for code in range(0x10000) if unicodedata.category(chr(code))[0] == 'M')}]+"
)
"""Accents and other marks, as the browser's `\\p{M}` has them."""
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Of numbers: five bits each, the lowest first; the second half of the digits says that more follow."""


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


@dataclass(frozen=True, slots=True)
class Period:
    """A month, as `2026-11`, or a year that is over, as `2025`, with the months whose papers it holds."""

    name: str
    months: tuple[tuple[str, int], ...]
    """Each with how many papers it has, oldest first: the papers of the period are numbered in that order."""

    @property
    def papers(self) -> int:
        return sum(count for _, count in self.months)


def periods(months: Iterable[tuple[str, int]], merged: Collection[str]) -> list[Period]:
    """The periods of a site, newest first. `months`: with their papers, oldest first; `merged`: years in one piece."""
    grouped: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for month, count in months:
        grouped[month[:4] if month[:4] in merged else month].append((month, count))
    return [Period(name, tuple(of)) for name, of in sorted(grouped.items(), reverse=True)]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The papers in the order by which a period numbers them."""
    return sorted(entries, key=lambda each: (each.day, each.identifier))


def overview(found: Sequence[Period], firsts: Mapping[str, Sequence[str]]) -> str:
    """The file that is loaded first: which periods there are. `firsts`: of each, where its parts begin."""
    rows = [[each.name, list(firsts[each.name]), [list(month) for month in each.months]] for each in found]
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


@dataclass(frozen=True, slots=True)
class Index:
    """The words of a period, in parts."""

    parts: tuple[tuple[tuple[str, str], ...], ...]
    """Each word with the papers that hold it, in the order of words."""

    @property
    def firsts(self) -> list[str]:
        """Where each part begins: as much of its first word as tells it from the word before."""
        before = [part[-1][0] for part in self.parts[:-1]]
        return ["", *(_beginning(last, part[0][0]) for last, part in zip(before, self.parts[1:], strict=True))]

    def file(self, period: str, number: int) -> str:
        return f"digestSearch.part({in_script(period)},{number},{in_script(dict(self.parts[number]))});\n"


def index_of(papers: Iterable[PaperWords]) -> Index:
    """`papers`: the words of all papers of a period, in their order."""
    prominent, other = _Postings(), _Postings()
    for number, paper in enumerate(papers):
        prominent.add(number, paper.prominent)
        other.add(number, paper.other)
    held = {word: f"{prominent.of(word)}.{other.of(word)}".rstrip(".") for word in {*prominent.words, *other.words}}
    return Index(tuple(_parts(sorted(held.items(), key=lambda each: each[0].encode("utf-16-be", "replace")))))


def _parts(held: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], ...]]:
    part: list[tuple[str, str]] = []
    size = 0
    for word, numbers in held:
        more = len(word) + len(numbers) + len('"":"",')
        if part and size + more > PART:
            yield tuple(part)
            part, size = [], 0
        part.append((word, numbers))
        size += more
    yield tuple(part)


def _beginning(before: str, word: str) -> str:
    common = next((place for place, (a, b) in enumerate(zip(before, word, strict=False)) if a != b), len(before))
    return word[: common + 1]


class _Postings:
    """Which papers hold a word: each number as its distance from the one before, which is shorter to write."""

    def __init__(self) -> None:
        self.words: dict[str, bytearray] = {}
        self._last: dict[str, int] = {}

    def add(self, number: int, words: Iterable[str]) -> None:
        held, last = self.words, self._last
        for word in words:
            if word in held:
                held[word] += _written(number - last[word])
            else:
                held[word] = bytearray(_written(number))
            last[word] = number

    def of(self, word: str) -> str:
        return self.words.get(word, b"").decode("ascii")


@lru_cache(maxsize=4096)
def _written(number: int) -> bytes:
    """A number as `static/search.js` reads it."""
    digits = []
    while number > 31:
        digits.append(_DIGITS[32 + (number & 31)])
        number >>= 5
    return "".join([*digits, _DIGITS[number]]).encode()


def _prominent(entry: Entry) -> str:
    """Where a word counts for more: title, authors, categories, tags, number."""
    tags = (f"{tag.name} {tag.label}" for tag in entry.tags)
    names = (plain_from_tex(name) for name in entry.authors[:AUTHORS_SHOWN])
    titles = plain_from_tex(entry.title), source_from_tex(entry.title), entry.translated_title
    return " ".join((*titles, *names, *entry.categories, *tags, entry.identifier))
