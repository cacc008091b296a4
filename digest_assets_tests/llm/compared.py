"""What the checks find of deliberate damage, on papers whose correct reading is known (`compared.toml`)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digest_assets.llm.checks import judge_reading, judge_translation
from digest_assets.llm.defects import hard
from digest_assets.llm.glossary import default_glossary
from digest_assets.sandbox.manuscript import manuscripts

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Parts = tuple[str, str, str]
_NUMBER = re.compile(r"(?<![A-Za-z\d.])\d+(?:\.\d+)?")
_SENTENCE = re.compile(r"[^。]+。")


@dataclass(frozen=True)
class Compared:
    """A paper with its correct reading, and what a reading of it must and must not say."""

    title: str
    abstract: str
    text: str
    translation: str
    parts: Parts
    must: tuple[str, ...]
    must_not: tuple[str, ...]

    def accepts_reading(self, parts: Parts) -> bool:
        judged = judge_reading(parts, f"{self.title}\n{self.text}", self.abstract, "zh")
        return not hard(defect for part in judged for defect in part.defects)

    def accepts_translation(self, text: str) -> bool:
        return not hard(judge_translation(self.abstract, text, "zh", default_glossary("zh"), self.title).defects)

    def with_part(self, index: int, text: str) -> Parts:
        changed = [*self.parts]
        changed[index] = text
        return changed[0], changed[1], changed[2]


def compared() -> list[Compared]:
    """The papers of `compared.toml`."""
    written = {each.slug: each for each in manuscripts()}
    tables = tomllib.loads((Path(__file__).parent / "compared.toml").read_text("utf-8"))["paper"]
    papers = []
    for table in tables:
        paper = written[table["slug"]]
        chinese = paper.chinese
        assert chinese is not None
        text = "\n".join(
            line for each in paper.sections for line in (each.title, *(block.text for block in each.blocks))
        )
        parts = (chinese.background, chinese.method, chinese.results)
        must, must_not = tuple(table["must"]), tuple(table["must_not"])
        papers.append(Compared(paper.title, paper.abstract, text, chinese.translation, parts, must, must_not))
    return papers


def _numbers_changed(text: str) -> Iterator[str]:
    prose = re.sub(r"\$[^$]+\$", lambda match: " " * len(match.group(0)), text)
    for match in _NUMBER.finditer(prose):
        digit = (int(match.group(0)[-1]) + 3) % 10
        yield f"{text[: match.end() - 1]}{digit}{text[match.end() :]}"


def _sentences_dropped(text: str) -> Iterator[str]:
    sentences = _SENTENCE.findall(text)
    for index in range(len(sentences)):
        yield "".join(sentences[:index] + sentences[index + 1 :])


def _figures_dropped(text: str, abstract: str) -> Iterator[str]:
    """Without the sentences that repeat a percentage or a number with decimals of the abstract."""
    figures = re.findall(r"\d+\.\d+|\d+(?=\\?%)", abstract)
    kept = [each for each in _SENTENCE.findall(text) if not any(figure in each for figure in figures)]
    yield "".join(kept) or "结果优于此前的方法，局限在于数据较少。"


def damaged_readings(kind: str) -> Iterator[tuple[Compared, Parts]]:
    papers = compared()
    for number, paper in enumerate(papers):
        for index, part in enumerate(paper.parts):
            if kind == "a number changed":
                yield from ((paper, paper.with_part(index, text)) for text in _numbers_changed(part))
            elif kind == "a part missing":
                yield paper, paper.with_part(index, "")
        results = paper.parts[2]
        if kind == "another paper's result":
            others = papers[:number] + papers[number + 1 :]
            yield from ((paper, paper.with_part(2, other.parts[2])) for other in others)
        elif kind == "what it must not say":
            yield from ((paper, paper.with_part(2, results.rstrip() + claim)) for claim in paper.must_not)
        elif kind == "a result left out":
            yield from ((paper, paper.with_part(2, text)) for text in _sentences_dropped(results))
        elif kind == "all results left out":
            yield from ((paper, paper.with_part(2, text)) for text in _figures_dropped(results, paper.abstract))


def damaged_translations(kind: str) -> Iterator[tuple[Compared, str]]:
    papers = compared()
    for number, paper in enumerate(papers):
        if kind == "a number changed":
            yield from ((paper, text) for text in _numbers_changed(paper.translation))
        elif kind == "a sentence dropped":
            yield from ((paper, text) for text in _sentences_dropped(paper.translation))
        elif kind == "another paper's translation":
            yield from ((paper, other.translation) for other in papers[:number] + papers[number + 1 :])


READING_KINDS = (
    "a number changed",
    "a part missing",
    "another paper's result",
    "what it must not say",
    "a result left out",
    "all results left out",
)
TRANSLATION_KINDS = ("a number changed", "a sentence dropped", "another paper's translation")


def measured() -> list[tuple[str, str, int, int]]:
    """(answer, damage, damaged answers, found). The first two rows are good answers, and the alarms that they raise."""
    papers = compared()
    rows = [
        ("reading", "none", len(papers), sum(not each.accepts_reading(each.parts) for each in papers)),
        ("translation", "none", len(papers), sum(not each.accepts_translation(each.translation) for each in papers)),
    ]
    for kind in READING_KINDS:
        readings = list(damaged_readings(kind))
        rows.append(
            ("reading", kind, len(readings), sum(not paper.accepts_reading(parts) for paper, parts in readings))
        )
    for kind in TRANSLATION_KINDS:
        texts = list(damaged_translations(kind))
        rows.append(
            ("translation", kind, len(texts), sum(not paper.accepts_translation(text) for paper, text in texts))
        )
    return rows
