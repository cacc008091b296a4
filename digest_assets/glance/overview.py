"""The overview of a day: one sentence for each group of its papers, from their gists, in a single call. Pure.

Free prose over many papers is the most dangerous text that a digest can print. So each clause of a sentence names the
papers that it rests on, and may say only what their gists say; nothing is counted but by code. A sentence that fails
falls, and its group has its name alone: nobody is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digest_assets.glance.day import DayGroup, named
from digest_assets.glance.topics import Topics
from digest_assets.llm import checks, pieces
from digest_assets.llm.answers import TakenApart, one_paragraph, take_apart
from digest_assets.llm.defects import Defect, DefectKind
from digest_assets.model import AnswerStatus, DigestPaper

SENTENCE_LIMITS = {"zh": 100, "ja": 150, "en": 60}
"""As those of a gist; half as many again are let pass."""
_TOLERANCE = 1.5
LEAST_GISTS = 2
"""A group with fewer is not told of: its gists say as much."""


@dataclass(frozen=True, slots=True)
class ToldGroup:
    """A group as the model is told of it."""

    key: str
    name: str
    gists: tuple[tuple[str, str], ...]
    """Identifier and gist of those of its papers that have one of the model's."""


@dataclass(frozen=True, slots=True)
class GroupSentence:
    """What became of a group's sentence."""

    key: str
    topic: str | None
    are_cross_lists: bool
    identifiers: tuple[str, ...]
    """Of all its papers."""
    status: AnswerStatus
    sentence: str | None = None
    """Each clause with its identifiers in brackets."""
    reason: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    answer_key: str | None = None


def told_groups(
    groups: Iterable[DayGroup], papers: Sequence[DigestPaper], topics: Topics, language: str
) -> tuple[ToldGroup, ...]:
    """Those of `groups` that get a sentence. What is left over has nothing in common that one could tell."""
    gists = {each.paper.identifier: each.translation.gist for each in papers if not each.withdrawn}
    told, made = [], tuple(groups)
    for group, shown in zip(made, named(made, topics, language, {}), strict=True):
        said = tuple((each, gist) for each in group.identifiers if (gist := gists.get(each)))
        if group.topic is not None and len(said) >= LEAST_GISTS:
            told.append(ToldGroup(group.key, shown.name, said))
    return tuple(told)


def tag(number: int) -> str:
    """The tag of the group of this number, from 1."""
    return f"g{number}"


def as_told(groups: Iterable[ToldGroup]) -> str:
    """`groups` as the prompt has them."""
    blocks = []
    for number, group in enumerate(groups, 1):
        lines = [f"[{identifier}] {' '.join(gist.split())}" for identifier, gist in group.gists]
        blocks.append("\n".join([f"<{tag(number)}> {group.name}", *lines]))
    return "\n\n".join(blocks)


def _taken_apart(text: str, count: int) -> TakenApart:
    return take_apart(text, (), [tag(number) for number in range(1, count + 1)])


def form_of(text: str, count: int) -> tuple[Defect, ...]:
    """Why an answer about `count` groups cannot be read at all; nothing where one sentence can be."""
    apart = _taken_apart(text, count)
    if apart.parts or not count:
        return ()
    return apart.defects or (Defect(DefectKind.UNREADABLE, f"the part <{tag(1)}> is missing"),)


def sentences_in(
    text: str, groups: Sequence[ToldGroup], language: str
) -> dict[str, tuple[str | None, tuple[Defect, ...]]]:
    """By key of `groups`: the sentence that may be published, or None, and what is wrong with it."""
    apart = _taken_apart(text, len(groups))
    found: dict[str, tuple[str | None, tuple[Defect, ...]]] = {}
    for number, group in enumerate(groups, 1):
        name = tag(number)
        if name not in apart.parts:
            wrong = tuple(each for each in apart.defects if each.part == name)
            found[group.key] = None, wrong or (Defect(DefectKind.UNREADABLE, f"the part <{name}> is missing"),)
            continue
        clauses = clauses_of(one_paragraph(apart.parts[name]))
        defects = tuple(check_sentence(clauses, group, language))
        found[group.key] = (None if defects else written(clauses, language)), defects
    return found


# --- clauses ----------------------------------------------------------------------------------------------------------

Clause = tuple[str, tuple[str, ...]]
"""What is said, without the punctuation around it, and the identifiers that it names."""
_IDENTIFIER = r"(?:arXiv:)?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
_PARTED = re.compile(r"\s*[,，、;；]\s*|\s+")
_CITED = re.compile(rf"\s*[\[【（(]\s*({_IDENTIFIER}(?:(?:{_PARTED.pattern}){_IDENTIFIER})*)\s*[\]】）)]")
_AROUND = " \n;；,，、。.!！"


def clauses_of(sentence: str) -> tuple[Clause, ...]:
    """A sentence by its clauses; a last one without identifiers where words follow the last of them."""
    found: list[Clause] = []
    parts = [*_CITED.split(sentence), ""]
    for text, names in zip(parts[::2], parts[1::2], strict=True):
        said = text.strip(_AROUND)
        identifiers = [re.sub(r"^arXiv:|v\d+$", "", each) for each in _PARTED.split(names) if each]
        if not said and identifiers and found:
            found[-1] = found[-1][0], tuple(dict.fromkeys((*found[-1][1], *identifiers)))
        elif said or identifiers:
            found.append((said, tuple(dict.fromkeys(identifiers))))
    return tuple(found)


def written(clauses: Iterable[Clause], language: str) -> str:
    """The sentence that has these clauses."""
    between, end = ("; ", ".") if language == "en" else ("；", "。")
    said = [f"{text} [{', '.join(identifiers)}]" if identifiers else text for text, identifiers in clauses]
    return between.join(said) + end if said else ""


def rests_on(sentence: str) -> frozenset[str]:
    """The identifiers that a sentence names."""
    return frozenset(each for _, identifiers in clauses_of(sentence) for each in identifiers)


# --- checks -----------------------------------------------------------------------------------------------------------


def check_sentence(clauses: Sequence[Clause], group: ToldGroup, language: str) -> Iterator[Defect]:
    """What is wrong with the sentence of `group`: its form, and whatever the gists that a clause names do not say."""
    whole = written(((text, ()) for text, _ in clauses), language)
    count = len(whole.split()) if language == "en" else pieces.editors_count(whole)
    if count > SENTENCE_LIMITS[language] * _TOLERANCE:
        yield Defect(DefectKind.TOO_LONG, f"{count} characters or words, at most {SENTENCE_LIMITS[language]}")
    if not clauses:
        yield Defect(DefectKind.EMPTY, "the sentence is empty")
    gists = dict(group.gists)
    for text, identifiers in clauses:
        if re.search(r"[。！？\n]" if language != "en" else r"(?<=[a-z])[.?!]\s+(?=[A-Z])|\n", text):
            yield Defect(DefectKind.NOT_ONE_SENTENCE, "more than one sentence")
        if not identifiers:
            yield Defect(DefectKind.EVIDENCE_MISSING, f"“{text[:30]}” names no paper")
            continue
        if foreign := [each for each in identifiers if each not in gists]:
            yield Defect(DefectKind.FOREIGN, f"{foreign[0]} is no paper of the group")
            continue
        yield from _check_clause(text, [gists[each] for each in identifiers], language)


def _check_clause(text: str, gists: Sequence[str], language: str) -> Iterator[Defect]:
    support = "\n".join(gists)
    yield from _unspelt(checks.judge_statement(text, support, language), support)
    meant = text
    while True:
        found = tuple(pieces.check_meaning(meant, support, support, language))
        own = [each for each in found if each.kind is DefectKind.PRAISE_ADDED and not tuple(_unspelt((each,), support))]
        if not own:
            break
        meant = meant.replace(_QUOTED.findall(own[0].detail)[0], "", 1)  # the gist's own praise: is there more?
    yield from found
    known = support.lower()
    if unknown := [each for each in _NAMES[language].findall(text) if each.lower() not in known]:
        yield Defect(DefectKind.NAME_INVENTED, f"{unknown[0]} stands in no gist that is named")
    if (counted := _COUNTS[language].search(text)) and counted.group(0) not in support:
        yield Defect(DefectKind.NUMBER_INVENTED, f"“{counted.group(0)}”: papers are counted by code")
    yield from pieces.check_nearness(text, gists, language)


def _unspelt(defects: Iterable[Defect], support: str) -> Iterator[Defect]:
    """The checks expect an English source: what is spelt in the gist as it is here (“四”, “显著”, 240万) is its own."""
    spelt_there = "".join(support.split())
    for defect in defects:
        spelt = _AS_SPELT.search(defect.detail) if defect.kind in _SPELT else None
        said = "".join((spelt[1] or spelt[2]).split()) if spelt else ""
        alone = r"(?<![\d.])" if said[:1].isdigit() else ""
        if not said or not re.search(alone + re.escape(said), spelt_there):
            yield defect


_SPELT = (DefectKind.NUMBER_INVENTED, DefectKind.PRAISE_ADDED)
_QUOTED = re.compile(r"“([^”\d]+)”")
_AS_SPELT = re.compile(rf"{_QUOTED.pattern}|number ([\d.,\s]+[十百千万億亿]\S*) is")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:[-.+][A-Za-z0-9]+)*")
_NAMES = {"zh": _LATIN, "ja": _LATIN, "en": re.compile(r"(?<=[\w,] )[A-Z][A-Za-z0-9]+(?:[-.+][A-Za-z0-9]+)*")}
"""What stands for itself in a sentence: in Chinese and Japanese whatever is Latin."""
_COUNTS = {
    "zh": re.compile(
        r"(?:[一二两三四五六七八九十百几多数\d]+|大?多数|若干|半数|各|全部)(?:篇|项(?:工作|研究)|个工作)"
        r"|(?:大?多数|若干)(?:研究|工作|论文)"
    ),
    "ja": re.compile(r"(?:[一二三四五六七八九十百数\d]+|複数|多く|大半)(?:本|編|件|篇)?の(?:論文|研究)"),
    "en": re.compile(
        r"\b(?:two|three|four|five|six|seven|eight|nine|ten|\d+|several|many|most|both|all|half)\s+"
        r"(?:of\s+)?(?:the\s+|these\s+)?(?:papers|works|studies|articles|entries)\b",
        re.IGNORECASE,
    ),
}  # fmt: skip
"""Words that count papers."""


def still_right(sentences: Mapping[str, str], groups: Iterable[DayGroup]) -> dict[str, str]:
    """Those of stored `sentences`, by key, whose papers are in the group of that key today."""
    members = {group.key: group.identifiers for group in groups}
    return {key: said for key, said in sentences.items() if rests_on(said) <= set(members.get(key, ()))}
