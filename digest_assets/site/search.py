"""The index that a browser searches: which papers hold a word, in files small enough to be fetched on demand.

A word of a query needs one file for each period, and `periods.py` keeps these few. The words of a period stand in their
order and are cut into parts of like size, so no part grows with what it holds: words that begin alike are side by side,
which makes `enhanc` find `enhancement`, and a word that half of the papers have is a part of its own. The overview
names where each part begins. For a period of many parts that would be long: they stand on shelves, the overview names
where each shelf begins, and a file for each shelf says which words are in which of its parts. That file is the
dictionary in which a misprint is looked up, too.

Chinese has no spaces between words: it is indexed by pairs of neighbouring characters, and 语音增强 is looked for as
语音, 音增 and 增强. `static/search.js` cuts queries by the same rules; a test holds the two together.

The files are scripts rather than JSON, because a page that is opened from a disk may load scripts and nothing else.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

from digest_assets.markup.characters import clean
from digest_assets.site.citation import in_script
from digest_assets.site.html import plain_from_answer, plain_from_tex, source_from_tex
from digest_assets.site.simplified import simplified, table
from digest_assets.site.values import AUTHORS_SHOWN, Entry, PaperWords, SearchText

PART = 6_000
"""Characters of a part, unless one word alone has more: on a slow line it takes 30 ms."""
SHELVED = 1_000
"""A period with more parts than this has them on shelves."""
SHELF = 4_000
"""Characters of the words of a shelf."""
SHELF_PARTS = 100
TITLES_A_FILE = 5
"""So many titles are in a file, as in `static/search.js`: the papers that a page of results shows may lie in as many
files, and all of each is loaded."""

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
    decomposed = unicodedata.normalize("NFKD", clean(text).lower()).lower()
    return simplified(unicodedata.normalize("NFC", _MARKS.sub("", decomposed)))


def _latin(word: str) -> Sequence[str]:
    return (word[:24],) if len(word) > 1 else ()


def _pairs(run: str) -> Sequence[str]:
    return [first + second for first, second in pairwise(run)] or (run,)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The papers in the order by which a period numbers them."""
    return sorted(entries, key=lambda each: (each.day, each.identifier))


Run = tuple[str, int] | tuple[str, int, int]
"""Papers of a period, as it numbers them: of which month, how many, and the place of the first of them among the titles
of the month, where that is not 0. No month: numbers that no paper has any more."""
Row = tuple[str, Sequence[str], Sequence[Run], bool]
"""A period in the overview: its name, where its parts or shelves begin, its papers, and whether it has shelves."""


def overview(rows: Sequence[Row]) -> str:
    """The file that is loaded first: which periods there are."""
    return f"digestSearch.periods({in_script([[*row[:3], int(row[3])] for row in rows])});\n"


def shelf(period: str, number: int, first: int, parts: Sequence[Part]) -> str:
    """Which words are in which part, from the part `first` on."""
    rows = [_front_coded([word for word, _ in part]) for part in parts]
    return f"digestSearch.shelf({in_script(period)},{number},{first},{in_script(rows)});\n"


def _front_coded(words: Sequence[str]) -> str:
    """Each word as how much it shares with the one before, A: nothing, B: one letter, and the rest. No word has a
    capital."""
    made, before = [], ""
    for word in words:
        shared = 0
        for mine, other in zip(word, before, strict=False):
            if mine != other or mine > "\uffff" or shared == 25:
                break
            shared += 1
        made.append(chr(65 + shared) + word[shared:])
        before = word
    return "".join(made)


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


def days(month: str, dates: Sequence[tuple[date, int]]) -> str:
    """Which of the titles of a month are of which date."""
    return f"digestSearch.days({in_script(month)},{in_script([[day.isoformat(), count] for day, count in dates])});\n"


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


Part = tuple[tuple[str, str], ...]
"""Words in order, each with the papers that hold it."""


def part_file(period: str, number: int, part: Part) -> str:
    return f"digestSearch.part({in_script(period)},{number},{in_script(dict(part))});\n"


def read_part(file: str) -> Part:
    """What `part_file` wrote. Raises `ValueError` where it is something else."""
    held = json.loads(f"[{file.removeprefix('digestSearch.part(').removesuffix(');' + chr(10))}]")
    if len(held) != 3 or not isinstance(held[2], dict):
        raise ValueError("no part of the search index")
    return tuple(held[2].items())


def parts_of(papers: Iterable[PaperWords]) -> list[Part]:
    """`papers`: the words of all papers of a period, in their order."""
    prominent, other = _Postings(), _Postings()
    for number, paper in enumerate(papers):
        prominent.add(number, paper.prominent)
        other.add(number, paper.other)
    held = {word: f"{prominent.of(word)}.{other.of(word)}".rstrip(".") for word in {*prominent.words, *other.words}}
    return [*cut(sorted(held.items(), key=in_words_order))]


def in_words_order(held: tuple[str, str]) -> bytes:
    """Words are in the order in which JavaScript compares them."""
    return held[0].encode("utf-16-be", "replace")


def cut(held: Iterable[tuple[str, str]]) -> Iterator[Part]:
    """Words in order, in parts of like size."""
    part: list[tuple[str, str]] = []
    size = 0
    for word, numbers in held:
        more = len(word) + len(numbers) + len('"":"",')
        if part and size + more > PART:
            yield tuple(part)
            part, size = [], 0
        part.append((word, numbers))
        size += more
    if part:
        yield tuple(part)


def shelves_of(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Parts in their order, as many together as make a shelf."""
    shelf: list[Part] = []
    size = 0
    for part in parts:
        more = len(_front_coded([word for word, _ in part]))
        if shelf and (size + more > SHELF or len(shelf) == SHELF_PARTS):
            yield shelf
            shelf, size = [], 0
        shelf.append(part)
        size += more
    if shelf:
        yield shelf


def beginning(before: str, word: str) -> str:
    """As much of `word` as tells it from the word before."""
    common = next((place for place, (a, b) in enumerate(zip(before, word, strict=False)) if a != b), len(before))
    return word[: common + 1]


def joined(held: Sequence[tuple[int, str]]) -> str:
    """The papers that hold a word in several periods, as those of one: each with how many papers are before it."""
    if len(held) == 1 and not held[0][0]:
        return held[0][1]
    both = [(before, *numbers.partition(".")[::2]) for before, numbers in held]
    prominent = _joined([(before, numbers) for before, numbers, _ in both if numbers])
    other = _joined([(before, numbers) for before, _, numbers in both if numbers])
    return f"{prominent}.{other}".rstrip(".")


def _joined(runs: Sequence[tuple[int, str]]) -> str:
    made = ""
    last: int | None = 0
    for before, numbers in runs:
        for place, stretch in enumerate(numbers.split(ANEW)):
            if place or last is None:
                made, last = made + ANEW, 0
            first = _NUMBER.match(stretch)
            assert first is not None
            made += _written(before + _read[first[0]] - last).decode() + stretch[first.end() :]
            is_short = len(stretch) <= _COUNTED
            last = before + sum(_read[each] for each in _NUMBER.findall(stretch)) if is_short else None
    return made


ANEW = "!"
"""Behind it a number is not the distance from the one before."""
_COUNTED = 200
"""Digits that are added up to say that distance: of more, five in two hundred are no loss."""
_NUMBER = re.compile("[g-z0-9_-]*[A-Za-f]")


class _Read(dict[str, int]):
    """Numbers as they are written, by what they are."""

    def __missing__(self, written: str) -> int:
        value = sum((_DIGITS.index(digit) & 31) << 5 * place for place, digit in enumerate(written))
        if len(self) < 100_000:
            self[written] = value
        return value


_read = _Read()


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
