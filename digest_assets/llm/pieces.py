"""The small pieces that come with a translation: the title in the digest's language, a gist, topics.

Each is checked by itself and falls by itself: a wrong gist costs the gist and nothing else, and nobody is asked again.
A gist is what most readers read alone, so it may say only what the abstract says: its numbers and names, its direction
and negations, and no praise of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest_assets.llm import checks, directions, verbatim
from digest_assets.llm.answers import PIECES, TRANSLATION, one_paragraph, take_apart
from digest_assets.llm.defects import Defect, DefectKind
from digest_assets.llm.directions import pairs
from digest_assets.llm.word_lists import word_list

TITLE, GIST, TOPICS = PIECES
GIST_LIMITS = {"zh": 40, "ja": 60, "en": 25}
"""Characters, a Latin word or a number counted as one; for English, words. Half as many again are let pass."""
_TOLERANCE = 1.5
MOST_TOPICS = 2


@dataclass(frozen=True, slots=True)
class Pieces:
    """What of an answer's pieces is right. None: it is not there, or it fell."""

    title: str | None = None
    gist: str | None = None
    topics: tuple[str, ...] | None = None
    """The keys of at most two; empty where the model said that none fits."""
    fallen: tuple[Defect, ...] = ()
    """Why the others fell; `Defect.part` says which."""


NO_PIECES = Pieces()


def pieces_in(
    text: str, title: str, abstract: str, language: str, topics: Iterable[str], translation: str = ""
) -> Pieces:
    """The pieces of an answer about the paper of `title` and `abstract`. `topics` are the keys of the field's list.

    `translation` is the abstract in `language`, where the answer itself has none.
    """
    wanted = (GIST, TOPICS) if language == "en" else (TITLE, GIST, TOPICS)
    apart = take_apart(text, (), (TRANSLATION, *wanted))
    parts = {name: one_paragraph(apart.parts[name]) for name in wanted if name in apart.parts}
    told = translation or apart.parts.get(TRANSLATION, "")
    support = f"{title}\n{verbatim.without_layout(abstract)}"
    fallen: list[Defect] = []

    def kept(name: str, defects: Iterable[Defect]) -> str | None:
        found = list(defects)
        fallen.extend(Defect(each.kind, f"in <{name}>: {each.detail}", part=name) for each in found)
        return None if found else parts[name]

    said_topics = _topics(parts[TOPICS], topics) if TOPICS in parts else None
    if TOPICS in parts and said_topics is None:
        detail = f"in <{TOPICS}>: not of the list: “{parts[TOPICS][:40]}”"
        fallen.append(Defect(DefectKind.UNREADABLE, detail, part=TOPICS))
    return Pieces(
        title=kept(TITLE, check_title(parts[TITLE], title, support, language)) if TITLE in parts else None,
        gist=kept(GIST, check_gist(parts[GIST], title, abstract, language, told)) if GIST in parts else None,
        topics=said_topics,
        fallen=tuple(fallen),
    )


def _topics(said: str, known: Iterable[str]) -> tuple[str, ...] | None:
    """The keys that are said, None where one is not of the list or more than two are."""
    keys = tuple(dict.fromkeys(each.strip(" `*\"'。.").lower() for each in re.split(r"[,，、;；/\n]", said)))
    keys = tuple(key for key in keys if key)
    if keys == ("none",):
        return ()
    allowed = set(known)
    return keys if keys and len(keys) <= MOST_TOPICS and allowed.issuperset(keys) else None


def check_title(said: str, title: str, support: str, language: str) -> Iterator[Defect]:
    """What is wrong with a translated title. One that stays in English (a name alone) is no translation, and falls."""
    yield from checks.judge_statement(said, support, language)
    if language != "en" and not re.search(r"[\u3040-\u30ff\u3400-\u9fff]", said):
        yield Defect(DefectKind.LANGUAGE, "the title is not translated")
    if re.search(r"[。\n]", said):
        yield Defect(DefectKind.NOT_ONE_SENTENCE, "a title is no sentence")
    core = verbatim.name_core(said)
    for name in verbatim.code_names(title):
        if verbatim.name_core(name) not in core:
            yield Defect(DefectKind.NAME_LOST, f"the name {name} of the title is missing or changed")
    words = len(re.findall(r"[A-Za-z0-9]+", title))
    if editors_count(said) > max(20, 4 * words):
        yield Defect(DefectKind.TOO_LONG, "much longer than the title")
    yield from _praise(said, support, "", language)


def check_gist(said: str, title: str, abstract: str, language: str, translation: str = "") -> Iterator[Defect]:
    """What is wrong with a gist: form, length, and whatever the title and the abstract do not say.

    `translation` is the abstract in `language`, by which it is told whether the gist is about it. Empty: not known.
    """
    source = verbatim.without_layout(abstract)
    support = f"{title}\n{source}"
    yield from _form(said, GIST_LIMITS[language], language)
    yield from checks.judge_statement(said, support, language)
    yield from check_meaning(said, support, source if language == "en" else translation, language)


def check_meaning(said: str, support: str, told: str, language: str) -> Iterator[Defect]:
    """What a sentence says otherwise than its source: praise, percentages, direction, comparison, negation, subject.

    `told` is the source in `language`; empty where there is none, and then only praise and percentages are looked at.
    """
    yield from _praise(said, support, told, language)
    yield from _percentages(said, support)
    if told:
        yield from directions.check(said, told, language)
        yield from check_subject(said, told, language)


_UNIT_OF_EDITORS = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]|[A-Za-z][A-Za-z0-9]*(?:[-'’./_+][A-Za-z0-9]+)*|\d+(?:[.,]\d+)*%?"
)


def editors_count(text: str) -> int:
    """Characters as editors of Chinese count them: a Latin word, a number or a formula is one."""
    return len(_UNIT_OF_EDITORS.findall(_with_formulas_as_words(text)))


def _with_formulas_as_words(text: str) -> str:
    for formula in verbatim.formulas(text):
        text = text.replace(formula, " X ")
    return text


def _form(said: str, limit: int, language: str) -> Iterator[Defect]:
    inner = said.strip().rstrip("。.!?！？”’」』)）")
    ends = r"[。！？\n]|(?<=[a-z])[.?!]\s+(?=[A-Z])" if language == "en" else r"[。！？\n]"
    if re.search(ends, inner):
        yield Defect(DefectKind.NOT_ONE_SENTENCE, "more than one sentence")
    count = len(re.findall(r"\S+", said)) if language == "en" else editors_count(said)
    if count > limit * _TOLERANCE:
        yield Defect(DefectKind.TOO_LONG, f"{count} characters or words, at most {limit} are allowed")
    if count < limit // 8:
        yield Defect(DefectKind.INCOMPLETE, "too short for a sentence")


# --- praise -----------------------------------------------------------------------------------------------------------


def _praise(said: str, support: str, told: str, language: str) -> Iterator[Defect]:
    """Praise that the source has not: in English, and in the language of the sentence where it is there in that."""
    grounds = [(language, support.lower())]
    if told and language != "en":
        grounds.append((f"{language}-told", told))
    for table, ground in grounds:
        for pattern, excuse in _praise_patterns(language, table):
            found = pattern.search(said)
            if found and not excuse.search(ground):
                yield Defect(DefectKind.PRAISE_ADDED, f"“{found.group(0)}” is not in the abstract")
                return


@lru_cache(maxsize=8)
def _praise_patterns(language: str, table: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    mark = r"\b(?:{})\b" if language == "en" else "(?:{})"
    return tuple(
        (re.compile(mark.format(words), re.IGNORECASE), re.compile(excuse))
        for words, excuse in word_list("praise", table).items()
    )


# --- percentages, and another subject ---------------------------------------------------------------------------------


def _percentages(said: str, support: str) -> Iterator[Defect]:
    """`12%` where the source has 12 of something else: times, points, hours; and the other way round."""
    plain = support.replace("\\%", "%").replace("$", "").replace("\\", "")
    for figure in dict.fromkeys(re.findall(r"(?<![\d.])(\d+(?:\.\d+)?)\s?[%％]", said)):
        places = [match.end() for match in re.finditer(rf"(?<![\d.]){re.escape(figure)}(?!\d|\.\d)", plain)]
        if places and not any(
            re.match(r"\s?(?:[%％]|percent|per cent|[-–—~/,]|to\b|and\b|or\b)", plain[at:]) for at in places
        ):
            yield Defect(DefectKind.NUMBER_INVENTED, f"{figure}% is not in the source: it is no percentage there")
    for figure in dict.fromkeys(re.findall(r"(?<![\d.])(\d+(?:\.\d+)?)\s?(?:倍|times\b|fold\b)", said)):
        places = [match.end() for match in re.finditer(rf"(?<![\d.]){re.escape(figure)}(?!\d|\.\d)", plain)]
        if places and all(re.match(r"\s?(?:[%％]|percent)", plain[at:]) for at in places):
            yield Defect(DefectKind.NUMBER_INVENTED, f"{figure} times is not in the source: it is a percentage there")


LEAST_OVERLAP = 0.3
"""Share of a gist's pairs of characters that its paper's translation has too. Of 452 gists and translations of the same
papers by other models the lowest is 0.35; with another paper's translation 99.8 % are lower."""
LEAST_OVERLAP_OF_CLAUSE = 0.2
_LEAST_PAIRS = 8
_LEAST_PAIRS_OF_CLAUSE = 4


def check_subject(said: str, told: str, language: str) -> Iterator[Defect]:
    """A sentence, or a clause of it, that shares too little with `told` (in the same language) to be about it."""
    there = pairs(told, language)
    clauses = [each for each in re.split(r"[，、；：,;:]", said) if len(pairs(each, language)) >= _LEAST_PAIRS]
    for part, least in ((said, LEAST_OVERLAP), *((clause, LEAST_OVERLAP_OF_CLAUSE) for clause in clauses)):
        own = pairs(part, language)
        if len(own) >= _LEAST_PAIRS and len(own & there) < least * len(own):
            shared = len(own & there) / len(own)
            yield Defect(DefectKind.OFF_SUBJECT, f"only {shared:.0%} of “{part[:30]}” is found in the abstract")
            return


def check_nearness(said: str, sources: Sequence[str], language: str) -> Iterator[Defect]:
    """A clause that is further from `sources`, sentences in the same language, than a wording of its own explains; or
    that one of them has nothing to do with."""
    own = pairs(said, language)
    there = [pairs(each, language) for each in sources]
    shared = own & frozenset().union(*there)
    if len(own) >= _LEAST_PAIRS_OF_CLAUSE and len(shared) < LEAST_OVERLAP * len(own):
        yield Defect(DefectKind.OFF_SUBJECT, f"only {len(shared) / len(own):.0%} of “{said[:30]}” is found there")
    elif own and (idle := [each for each, of in zip(sources, there, strict=True) if of and not own & of]):
        yield Defect(DefectKind.OFF_SUBJECT, f"“{said[:30]}” has nothing of “{idle[0][:30]}”")
