"""How well the checks tell good answers from damaged ones, on invented papers whose damage is known.

The figures are asserted: a change of the checks that raises a false alarm, or misses more, fails here and has to be
looked at.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from digest_assets.llm.checks import judge_reading, judge_translation
from digest_assets.llm.defects import Defect, hard
from digest_assets.llm.glossary import default_glossary
from digest_assets_tests.llm.documented import is_documented

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LABELLED = tomllib.loads((Path(__file__).parent / "labelled.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Pair:
    title: str
    source: str
    good: str

    def defects(self, answer: str) -> tuple[Defect, ...]:
        return judge_translation(self.source, answer, "zh", default_glossary("zh"), self.title).defects

    def is_caught(self, answer: str) -> bool:
        return bool(hard(self.defects(answer)))


PAIRS = [Pair(each["title"], each["source"].strip(), each["good"].strip()) for each in LABELLED["translation"]]


@dataclass(frozen=True)
class ReadPaper:
    title: str
    abstract: str
    text: str
    parts: tuple[str, str, str]

    def defects(self, parts: tuple[str, str, str]) -> tuple[Defect, ...]:
        judged = judge_reading(parts, f"{self.title}\n{self.text}", self.abstract, "zh")
        return hard(defect for part in judged for defect in part.defects)


READINGS = [
    ReadPaper(
        each["title"],
        each["abstract"],
        each["text"],
        (each["background"].strip(), each["method"].strip(), each["results"].strip()),
    )
    for each in LABELLED["reading"]
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.title)
def test_a_good_translation_raises_no_alarm_and_uses_the_terms(pair: Pair) -> None:
    assert pair.defects(pair.good) == ()


@pytest.mark.parametrize("paper", READINGS, ids=lambda paper: paper.title)
def test_a_good_reading_raises_no_alarm(paper: ReadPaper) -> None:
    assert paper.defects(paper.parts) == ()


def test_the_documentation_counts_the_good_answers() -> None:
    assert is_documented("labelled", "translation", "none", len(PAIRS), 0)
    assert is_documented("labelled", "reading", "none", len(READINGS), 0)


# --- damage -----------------------------------------------------------------------------------------------------------

_DIGITS = re.compile(r"\d+(?:\.\d+)?")


def numbers_changed(text: str) -> Iterator[str]:
    """Each number in turn, its last digit another one."""
    for match in _DIGITS.finditer(text):
        digit = (int(match.group(0)[-1]) + 3) % 10
        yield f"{text[: match.end() - 1]}{digit}{text[match.end() :]}"


def sentences_dropped(text: str) -> Iterator[str]:
    sentences = re.findall(r"[^。]+。", text)
    for index in range(len(sentences)):
        yield "".join(sentences[:index] + sentences[index + 1 :])


def names_changed(text: str) -> Iterator[str]:
    for name in dict.fromkeys(re.findall(r"[A-Z][a-z]+[A-Z][A-Za-z]+", text)):
        yield text.replace(name, "Conv" + name[:1] + "Formerino")


def addresses_lost(text: str) -> Iterator[str]:
    for match in re.finditer(r"(?:https://|github\.com)[\w./]+", text):
        yield text.replace(match.group(0), "我们的网站")


def formulas_changed(text: str) -> Iterator[str]:
    for match in re.finditer(r"\$[^$]+\$", text):
        yield text.replace(match.group(0), "$z_q$", 1)


def english_left(text: str, source: str) -> Iterator[str]:
    """A sentence of the source in place of one of the translation."""
    sentences = re.findall(r"[^。]+。", text)
    originals = re.split(r"(?<=\.)\s+(?=[A-Z])", source)
    for index in range(min(len(sentences), len(originals))):
        yield "".join([*sentences[:index], originals[index], *sentences[index + 1 :]])


def wrapped(text: str) -> Iterator[str]:
    yield "好的，以下是译文：" + text
    yield "抱歉，我无法翻译这段内容。"
    yield text + "（注：以上译文保留了原文的术语。）"
    yield text + "希望对您有所帮助。"
    yield text + "数字一个也不能改：保留原文的阿拉伯数字、小数位、百分号和单位，不换算单位，不四舍五入。"
    yield text[: len(text) * 2 // 3].rstrip("。")


DAMAGES: dict[str, tuple[Callable[[str], Iterator[str]], int]] = {
    "a number changed": (numbers_changed, 0),
    "a sentence dropped": (sentences_dropped, 3),  # of 57: short ones without a name, number or term of their own
    "a name changed": (names_changed, 0),
    "an address lost": (addresses_lost, 0),
    "a formula changed": (formulas_changed, 0),
    "words around it": (wrapped, 0),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_damaged_translations_are_found(kind: str) -> None:
    damage, misses_allowed = DAMAGES[kind]
    cases = [(pair, damaged) for pair in PAIRS for damaged in damage(pair.good)]
    missed = [damaged for pair, damaged in cases if not pair.is_caught(damaged)]
    assert len(missed) <= misses_allowed, missed
    assert is_documented("labelled", "translation", kind, len(cases), len(cases) - len(missed))


def test_sentences_left_in_english_are_found() -> None:
    cases = [(pair, damaged) for pair in PAIRS for damaged in english_left(pair.good, pair.source)]
    missed = [damaged for pair, damaged in cases if not pair.is_caught(damaged)]
    assert len(missed) <= 2, missed  # of 57: one is the same in both languages, one has no small words
    assert is_documented("labelled", "translation", "a sentence left in English", len(cases), len(cases) - len(missed))


def test_another_papers_translation_is_found() -> None:
    cases = [(pair, other.good) for pair in PAIRS for other in PAIRS if other is not pair]
    assert [case for pair, case in cases if not pair.is_caught(case)] == []
    assert is_documented("labelled", "translation", "another paper's translation", len(cases), len(cases))


@pytest.mark.slow
def test_another_papers_sentence_is_found() -> None:
    cases = [
        (pair, pair.good + sentence)
        for pair in PAIRS
        for other in PAIRS
        if other is not pair
        for sentence in re.findall(r"[^。]+。", other.good)
        if re.search(r"\d|[A-Z]", sentence)
    ]
    missed = [case for pair, case in cases if not pair.is_caught(case)]
    assert len(missed) <= 1, missed  # of 297: all that they claim could be from the paper's own words
    assert is_documented("labelled", "translation", "another paper's sentence", len(cases), len(cases) - len(missed))


def with_part(parts: tuple[str, str, str], index: int, text: str) -> tuple[str, str, str]:
    changed = list(parts)
    changed[index] = text
    return changed[0], changed[1], changed[2]


def reading_damages(kind: str) -> Iterator[tuple[ReadPaper, tuple[str, str, str]]]:
    for paper in READINGS:
        for index, part in enumerate(paper.parts):
            if kind == "a number changed":
                prose = re.sub(r"\$[^$]+\$", lambda match: " " * len(match.group(0)), part)
                for match in re.finditer(r"(?<![A-Za-z\d.])\d+(?:\.\d+)?(?!\.\s)", prose):
                    for step in (1, 3, 7):
                        digit = (int(match.group(0)[-1]) + step) % 10
                        yield (
                            paper,
                            with_part(paper.parts, index, f"{part[: match.end() - 1]}{digit}{part[match.end() :]}"),
                        )
            elif kind == "another paper's part":
                for other in READINGS:
                    if other is not paper:
                        yield paper, with_part(paper.parts, index, other.parts[index])
            elif kind == "a part missing":
                yield paper, with_part(paper.parts, index, "")
            elif kind == "too long":
                yield paper, with_part(paper.parts, index, part + "\n" + "- 这一点十分重要。" * 100)
            elif kind == "Markdown broken":
                yield paper, with_part(paper.parts, index, part + "\n- **没有结束的重点")
                yield paper, with_part(paper.parts, index, part + "\n- 其中$x 为输入")
                yield paper, with_part(paper.parts, index, part + "\n- 其中$\\frac{1{2}$为权重")
                yield paper, with_part(paper.parts, index, "## 标题\n" + part)
                yield paper, with_part(paper.parts, index, part + "\n<script>alert(1)</script>")
            elif kind == "a quotation invented":
                yield paper, with_part(paper.parts, index, part + "\n- 作者称“our system beats all humans”。")


READING_MISSES = {
    "a number changed": 28,  # of 126: small integers that stand elsewhere in the paper
    "another paper's part": 0,
    "a part missing": 0,
    "too long": 0,
    "Markdown broken": 0,
    "a quotation invented": 0,
}


@pytest.mark.parametrize("kind", READING_MISSES)
def test_damaged_readings_are_found(kind: str) -> None:
    cases = list(reading_damages(kind))
    missed = [parts for paper, parts in cases if not paper.defects(parts)]
    assert cases
    assert len(missed) <= READING_MISSES[kind], missed
    assert is_documented("labelled", "reading", kind, len(cases), len(cases) - len(missed))


def test_a_quotation_that_is_in_the_paper_may_stand() -> None:
    paper = READINGS[1]
    parts = with_part(paper.parts, 2, paper.parts[2] + "\n- 一位听者说：“telephones hide what machines forget”。")
    assert paper.defects(parts) == ()
