"""Whether a sentence says of a thing what its source says of it: that it rises or falls, is better or worse, is not so.

Both are in the same language. A sentence is taken apart into changes: a word of direction, the thing that it is said
of, and whether that is good news. The source has to bear each: by a change of the same thing that goes the same way, or
by words that allow it in the sentences that speak of the same. Bad news is borne by bad news of the same thing alone:
it is what most turned sentences tell. Denials have to be borne, too. This is for gists and overviews, where none is
better than a wrong one; a translation is judged more gently (`checks.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest_assets.llm.defects import Defect, DefectKind
from digest_assets.llm.word_lists import word_list
from digest_assets.markup.last_texts import of_last_texts

_SIGN = {"better": 1, "worse": -1, "up": 1, "down": -1, "over": 1, "under": -1}
"""The kinds of words of direction. `over` and `under` compare; so do some of `better` and `worse` (`优于`)."""
_REACH = {"zh": 14, "ja": 14, "en": 40}
"""Characters beside a word of direction in which the thing is looked for that it is said of."""
_LIKE = 0.8
"""Of the most that a sentence of the source shares with a clause: from here on it speaks of the same."""
_LIKE_CLAUSE = 0.6
_SAME_CLAUSE = 0.5
"""Of a clause of the source that denies something: as much of it without a denial says that it is so."""
_LEAST_ALIKE = 3
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_STEM = 5


@dataclass(frozen=True, slots=True)
class _Change:
    word: str
    thing: str
    sign: int
    news: int
    """1: good, -1: bad, 0: that is not known."""
    before: str
    """Of a comparison: what stands on its one side, `behind` on the other."""
    behind: str
    clause: str
    sentence: str

    def agrees(self, other: _Change) -> bool:
        return self.news == other.news if self.news and other.news else self.sign == other.sign


@dataclass(frozen=True, slots=True)
class _Source:
    sentences: tuple[str, ...]
    clauses: tuple[str, ...]
    changes: tuple[_Change, ...]
    late_clauses: tuple[str, ...]
    late: frozenset[str]
    """The sentences without the first third of each paragraph: that something is bad is said there of earlier work."""


def check(said: str, told: str, language: str) -> Iterator[Defect]:
    """What of directions, comparisons and denials in `said` its source `told` does not bear."""
    source = _source(told, language)
    for clause in _clauses(said, language):
        near = _nearest(clause, source.sentences, language)
        for change in _changes(clause, said, language):
            if not _is_borne(change, near, source, language):
                yield Defect(DefectKind.DIRECTION, f"“{change.word}”, which the source does not say there")
        yield from _denials(clause, near, source, language)
    yield from _swapped(said, source, language)


@of_last_texts
def _source(told: str, language: str) -> _Source:
    paragraphs = [_sentences(each, language) for each in told.split("\n")]
    clauses = [(clause, each) for paragraph in paragraphs for each in paragraph for clause in _clauses(each, language)]
    late = frozenset(each for paragraph in paragraphs for each in paragraph[len(paragraph) // 3 :])
    return _Source(
        tuple(each for paragraph in paragraphs for each in paragraph),
        tuple(clause for clause, _ in clauses),
        tuple(change for clause, each in clauses for change in _changes(clause, each, language)),
        tuple(clause for clause, each in clauses if each in late),
        late,
    )


# --- changes ----------------------------------------------------------------------------------------------------------


def _changes(clause: str, sentence: str, language: str) -> Iterator[_Change]:
    words = list(_pattern("changes", language).finditer(clause))
    ends = [0, *(each.end() for each in words)]
    starts = [*(each.start() for each in words), len(clause)]
    for at, word in enumerate(words):
        kind = word.lastgroup or ""
        before = clause[max(ends[at], word.start() - _REACH[language]) : word.start()]
        behind = clause[word.end() : word.end() + _REACH[language]]
        takes_a_thing = kind in ("up", "down") or _says("takes a thing", word.group(0), language)
        if takes_a_thing and not _pattern("stands before", language).match(behind):
            own = clause[word.end() : min(starts[at + 1], word.end() + _REACH[language])]
            value, thing = _valued(_pattern("and", language).split(own)[0], language)
        else:
            value, thing = _valued(before, language)
        sign = -_SIGN[kind] if _says("denied before", before, language) else _SIGN[kind]
        if kind in ("better", "worse") or (
            kind in ("over", "under") and not value and _says("rivals", behind, language)
        ):
            value = 1
        yield _Change(word.group(0), thing, sign, sign * value, clause[: word.start()], behind, clause, sentence)


def _valued(thing: str, language: str) -> tuple[int, str]:
    """1: the more of it, the better; -1: the less; 0: not known. And the last words of the thing, by which it is known
    again."""
    found = list(_pattern("things", language).finditer(thing))
    if not found:
        return 0, thing
    return (1 if found[-1].lastgroup == "good" else -1), thing[max(0, found[-1].start() - 4) : found[-1].end()]


def _is_borne(change: _Change, near: Sequence[str], source: _Source, language: str) -> bool:
    for other in source.changes if change.news else ():
        if other.news and _is_turned(change, other, language):
            return other.news != change.news  # A 不及 B, where B 优于 A; else A 优于 B, where B 优于 A
    if stated := _with_figures(change, source):
        return any(map(change.agrees, stated))
    is_bad = change.news < 0
    near = [each for each in near if each in source.late] or ([] if is_bad else near)
    thing = _marks(change.thing, language)
    same = [each for each in source.changes if thing & _marks(each.thing, language)]
    here = [each for each in same if each.sentence in near]
    if is_bad and any(each.news for each in here):
        return any(map(change.agrees, here))
    late = [each for each in same if each.sentence in source.late or each in here]
    if any(each.news == change.news if change.news else each.sign == change.sign for each in late):
        return True
    if any(each.news == -change.news if change.news else each.sign != change.sign for each in here):
        return False
    if change.news:
        return not is_bad
    allowed = "up broadly" if change.sign > 0 else "down broadly"
    return any(_says(allowed, each, language) for each in near)


def _is_turned(said: _Change, told: _Change, language: str) -> bool:
    """Whether two comparisons are of the same two things, each being on the other side in the other one."""
    (one, two), (first, second) = _compared(said, language), _compared(told, language)
    crossed = (len(one & second), len(two & first))
    return min(crossed) > 0 and sum(crossed) > 2 * (len(one & first) + len(two & second))


def _compared(change: _Change, language: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a comparison has on one side alone, and on the other; nothing, where it is none."""
    before, behind = change.before, change.behind
    if against := _pattern("against", language).search(before):
        before, behind = before[: against.start()], against.group(0)
    elif not _says("compares", change.word, language):
        return frozenset(), frozenset()
    if not before.strip():
        before = change.sentence.partition(change.clause)[0]  # Belfry 的误差降至 5.1 dB，优于 StreetNet
    one, two = _marks(before, language), _marks(behind, language)
    return one - two, two - one


def _with_figures(change: _Change, source: _Source) -> list[_Change]:
    """The changes of the source that have the figures of this one, by the word or else in the clause."""
    figures = [each for each in re.findall(r"\d+(?:\.\d+)?", change.behind) if len(each) > 1]
    by_word = [each for each in source.changes if any(_has_figure(each.behind, figure) for figure in figures)]
    return by_word or [each for each in source.changes if any(_has_figure(each.clause, figure) for figure in figures)]


# --- denials ----------------------------------------------------------------------------------------------------------


def _denials(clause: str, near: Sequence[str], source: _Source, language: str) -> Iterator[Defect]:
    """A denial that the source has not where it speaks of the same; or one that it has, left out."""
    wanted = _marks(clause, language)
    shares = [len(wanted & _marks(each, language)) for each in source.clauses]
    least = max(2, _LIKE_CLAUSE * max(shares, default=0))
    ground = [each for share, each in zip(shares, source.clauses, strict=True) if share >= least] or near
    for what in ("not", "needs"):
        word = _first(what, clause, language)
        if word and not any(_says(f"{what} broadly", each, language) for each in ground):
            yield Defect(DefectKind.DIRECTION, f"“{word}”, which the source does not say there")
    word = _first("denies a finding", clause, language)
    if word and not any(_says("denies a finding", each, language) for each in source.clauses):
        yield Defect(DefectKind.DIRECTION, f"“{word}”, where the source denies no finding")
    if not _says("not broadly", clause, language):
        for each in source.clauses:
            whole = _marks(each, language)
            if (word := _first("not", each, language)) and len(whole & wanted) >= _SAME_CLAUSE * len(whole):
                yield Defect(DefectKind.DIRECTION, f"without “{word}”, which the source says there")
        if word := _first("affirms", clause, language):
            likest = _likest(wanted, source.late_clauses, language)
            if likest and all(_says("not plainly", each, language) for each in likest):
                yield Defect(DefectKind.DIRECTION, f"“{word}”, where the source says that it is not so")


def _likest(wanted: frozenset[str], clauses: Sequence[str], language: str) -> list[str]:
    """The clauses that have most in common with one, if they speak of the same at all."""
    shares = [len(wanted & _marks(each, language)) for each in clauses]
    most = max(shares, default=0)
    return [each for share, each in zip(shares, clauses, strict=True) if share == most] if most >= _LEAST_ALIKE else []


# --- names on both sides ----------------------------------------------------------------------------------------------


def _swapped(said: str, source: _Source, language: str) -> Iterator[Defect]:
    """`A 优于 B`, where the source says that B is better than A."""
    sides = _sides(said, language)
    if sides is None:
        return
    winner, loser = sides
    others = [_sides(each, language) for each in source.sentences]
    if (loser, winner) in others and (winner, loser) not in others:
        yield Defect(DefectKind.DIRECTION, f"{loser} is better than {winner}, not the other way")


def _sides(text: str, language: str) -> tuple[str, str] | None:
    """The names on both sides of a comparison: the better one, the other."""
    found = _pattern("better", language).search(text)
    if found is None or re.search(r"(?:不|未能?|没有|并未|not )$", text[: found.start()]):
        return None
    before, after = _names(text[: found.start()], language), _names(text[found.end() :], language)
    return (before[-1], after[0]) if before and after else None


def _names(text: str, language: str) -> tuple[str, ...]:
    """In Chinese and Japanese, words with a capital; in English, those with one inside."""
    inside = r"(?:[-.+][A-Za-z0-9]+)*[A-Z0-9][A-Za-z0-9]*|[A-Z]{2,}" if language == "en" else r"(?:[-.+][A-Za-z0-9]+)*"
    first = r"[A-Za-z][A-Za-z0-9]*" if language == "en" else r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]*"
    return tuple(re.findall(first + inside, text))


# --- what speaks of the same ------------------------------------------------------------------------------------------


def pairs(text: str, language: str) -> frozenset[str]:
    """Pairs of characters next to each other; in English, beginnings of words of four letters and more."""
    if language == "en":
        return frozenset(word[:_STEM] for word in re.findall(r"[a-z]{4,}", text.lower()))
    return frozenset(run[at : at + 2] for run in _CJK.findall(text) for at in range(len(run) - 1))


def _marks(text: str, language: str) -> frozenset[str]:
    """By what it is known again what a text speaks of: its pairs, and its Latin words."""
    latin = re.findall(r"[A-Za-z][A-Za-z0-9]+", text) if language != "en" else re.findall(r"[A-Z][A-Z0-9]+", text)
    return pairs(text, language) | {word.lower() for word in latin}


def _nearest(clause: str, sentences: Sequence[str], language: str) -> list[str]:
    """The sentences that speak of what `clause` speaks of: with its figures, or most like it."""
    figures = [each for each in re.findall(r"\d+(?:\.\d+)?", clause) if len(each) > 1]
    wanted = _marks(clause, language)
    shares = [len(wanted & _marks(each, language)) for each in sentences]
    least = max(1, _LIKE * max(shares, default=0))
    return [
        each
        for share, each in zip(shares, sentences, strict=True)
        if share >= least or any(_has_figure(each, figure) for figure in figures)
    ]


def _has_figure(text: str, figure: str) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d|\.\d)", text.replace(",", "")) is not None


def _sentences(text: str, language: str) -> list[str]:
    parts = re.split(r"(?<=[a-z\d)%])[.!?]\s" if language == "en" else r"[。！？]", text)
    return [each for each in parts if each.strip()]


def _clauses(text: str, language: str) -> list[str]:
    parts = re.split(r",\s|;\s|[.:]\s|\b(?:and|while)\b" if language == "en" else r"[，；。、：！？,;]\s*", text)
    return [part for part in parts if part.strip()]


# --- words ------------------------------------------------------------------------------------------------------------


def _says(what: str, text: str, language: str) -> bool:
    return _pattern(what, language).search(text) is not None


def _first(what: str, text: str, language: str) -> str:
    """The first words in `text` that say so; empty where none do."""
    found = _pattern(what, language).search(text)
    return found.group(0) if found else ""


@lru_cache(maxsize=64)
def _pattern(what: str, language: str) -> re.Pattern[str]:
    table = word_list("directions", language)
    if what == "changes":
        expression = "|".join(f"(?P<{kind}>{table[kind]})" for kind in _SIGN)
    elif what == "things":
        expression = f"(?P<bad>{table['bad things']})|(?P<good>{table['good things']})"
    else:
        expression = table.get(what, "(?!)")
    return re.compile(expression, re.IGNORECASE)
