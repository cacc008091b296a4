"""Lines of a PDF, in reading order, to sections: headings, paragraphs, tables, captions; no heads, no bibliography.

Apart from `pdf`, so that it can be tested on lines written by hand. Every rule here is a guess from how papers are
set; where a guess fails the text stays, under the heading before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from digest_assets.model import Block, BlockKind, Section


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as set. Lengths in points; `baseline` grows upwards from the foot of the page."""

    text: str
    cells: tuple[str, ...]
    """`text` split at gaps that are too wide for a space: the cells of a table's row."""
    page: int
    left: float
    right: float
    baseline: float
    size: float
    bold: bool
    hyphenated: bool
    """Whether a word goes on in the next line; its hyphen is not in `text`."""
    page_height: float


_TITLES = (
    "abstract|introduction|background|preliminar(?:y|ies)|related works?|prior work|methods?|methodology|"
    "proposed methods?|approach|model|experiments?|experimental (?:setup|results|settings?)|evaluation|results?|"
    "results and discussions?|discussions?|limitations?|conclusions?|conclusions? and future work|"
    "conclusions? and discussions?|summary|acknowledge?ments?|references|bibliography|literature cited|"
    "ethics statement|impact statement|broader impact|appendix|appendices|supplementary materials?"
)
_KNOWN_TITLE = re.compile(rf"(?:{_TITLES})\s*[.:—-]*", re.IGNORECASE)
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?=\S)")
_ROMAN = re.compile(r"([IVX]{1,5})\.\s+(?=[A-Z])")
_LETTERED = re.compile(r"(?:Appendix\s+)?([A-Z](?:\.\d{1,2}){0,3})[.:]?\s+(?=[A-Z])")
_APPENDIX = re.compile(r"appendi(?:x|ces)\b|supplement", re.IGNORECASE)
_BIBLIOGRAPHY = re.compile(
    r"(?:[\dIVX]+\.?\s+)?(?:references|bibliography|literature cited|works cited)", re.IGNORECASE
)
_CAPTION = re.compile(
    r"(?:Figure|Fig\.|Table|TABLE|Tab\.|Algorithm|Listing)\s+[A-Z]?\.?\d+[a-z]?\s*[.:|]|TABLE [IVX]+\b"
)
_STAMP = re.compile(r"arXiv:\d{4}\.\d{4,5}v\d+\s+\[")
_PAGE_NUMBER = re.compile(r"(?:page\s+)?[–—-]?\s*\d{1,4}\s*[–—-]?(?:\s*(?:/|of)\s*\d{1,4})?|[ivxl]{1,6}", re.IGNORECASE)
_ITEM = re.compile(r"(?:[•∙◦▪‣–·*]|\(?\d{1,2}[.)]|\([a-z]\))\s+")
_SENTENCE_END = re.compile(r"[.:?!][)\]”\"’']*$")
_MATHS = re.compile(r"[=<>≤≥∑∫∈≈→∝±×∥√∂∇]")
_MARGIN = 0.09  # of the page's height: where running heads and page numbers stand


def to_sections(lines: Sequence[Line], page_count: int) -> tuple[tuple[Section, ...], int]:
    """The sections in `lines`, and how many tables they hold."""
    lines = [line for line in _without_running_heads(lines, page_count) if not _STAMP.match(line.text)]
    if not lines:
        return (), 0
    writer = _Writer(_body_size(lines), _leading(lines), _words_of(lines))
    for line in lines:
        writer.add(line)
    sections = writer.sections()
    return sections, sum(block.kind is BlockKind.TABLE for section in sections for block in section.blocks)


def _without_running_heads(lines: Sequence[Line], page_count: int) -> list[Line]:
    """Without what returns at the same place of many pages, its numbers aside, and without page numbers."""
    seen = Counter(
        {key: len({line.page for line in lines if _key(line) == key}) for key in set(map(_key, lines)) if key}
    )
    enough = max(2, min(4, page_count // 3))
    return [
        line
        for line in lines
        if not _in_margin(line) or not (seen[_key(line)] >= enough or _PAGE_NUMBER.fullmatch(line.text))
    ]


def _in_margin(line: Line) -> bool:
    return not _MARGIN * line.page_height < line.baseline < (1 - _MARGIN) * line.page_height


def _key(line: Line) -> str:
    return re.sub(r"\d+", "0", line.text.lower()) if _in_margin(line) else ""


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance between two lines of a paragraph."""
    gaps = Counter(
        round(one.baseline - two.baseline, 1)
        for one, two in pairwise(lines)
        if one.page == two.page and one.size == two.size and 0 < one.baseline - two.baseline < 3 * one.size
    )
    return gaps.most_common(1)[0][0] if gaps else 1.2 * _body_size(lines)


def _words_of(lines: Sequence[Line]) -> frozenset[str]:
    return frozenset(word.lower() for line in lines for word in re.findall(r"[\w-]+", line.text))


@dataclass(slots=True)
class _Open:
    """A section that is being written."""

    title: str
    level: int
    appendix: bool = False
    blocks: list[Block] = field(default_factory=list)


class _Writer:
    """Takes lines in reading order, gathers them to paragraphs under headings."""

    def __init__(self, body_size: float, leading: float, words: frozenset[str]) -> None:
        self._body_size = body_size
        self._leading = leading
        self._words = words
        self._sections = [_Open("", 1)]
        self._paragraph: list[Line] = []
        self._heading: Line | None = None
        self._in_bibliography = False
        self._in_appendix = False
        self._roman = False

    def add(self, line: Line) -> None:
        if self._heading is not None and self._continues_heading(self._heading, line):
            self._sections[-1].title += " " + line.text
            self._heading = line
            return
        self._heading = None
        level = self._heading_level(line)
        if level is not None:
            self._start_section(line, level)
        elif not self._in_bibliography:
            if self._paragraph and self._starts_block(self._paragraph[-1], line):
                self._end_block()
            self._paragraph.append(line)

    def sections(self) -> tuple[Section, ...]:
        self._end_block()
        return tuple(
            Section(each.title, each.level, tuple(each.blocks), each.appendix)
            for each in self._sections
            if each.blocks or each.title
        )

    # -- headings

    def _heading_level(self, line: Line) -> int | None:
        text = line.text.strip()
        if len(text) > 120 or not re.search(r"[A-Za-z]{2}", text) or len(line.cells) > 2:
            return None
        stands_out = line.bold or line.size >= 1.08 * self._body_size or (text.isupper() and len(text) > 5)
        if _KNOWN_TITLE.fullmatch(text) and (stands_out or text.istitle() or text.isupper()):
            return 1
        if not stands_out or line.size < 0.85 * self._body_size or text[-1] in ",;=" or _CAPTION.match(text):
            return self._plain_letter_level(line)
        return self._numbered_level(line, text)

    def _numbered_level(self, line: Line, text: str) -> int | None:
        if match := _NUMBERED.match(text):
            title = text[match.end() :]
            return match[1].count(".") + 1 if title[:1].isupper() and len(title) > 2 else None
        if match := _ROMAN.match(text):
            self._roman = True
            return 1
        if (match := _LETTERED.match(text)) and (self._in_bibliography or self._in_appendix or self._roman):
            in_back = self._in_bibliography or self._in_appendix
            return match[1].count(".") + (1 if in_back else 2)
        if _APPENDIX.match(text):
            return 1
        larger = line.size >= 1.12 * self._body_size
        if line.page > 0 and larger and not text.endswith(".") and text[0].isupper() and len(text.split()) < 12:
            return 1
        return None

    def _plain_letter_level(self, line: Line) -> int | None:
        """IEEE sets its subsections in italics: `A. Data`, in a paper whose sections have Roman numbers."""
        match = _LETTERED.match(line.text)
        plain = self._roman and match is not None and "." in line.text[:3] and len(line.text) < 60
        return 2 if plain and not _SENTENCE_END.search(line.text) and not self._in_bibliography else None

    def _continues_heading(self, heading: Line, line: Line) -> bool:
        """The second line of a long heading: set alike, directly below, and without a number of its own."""
        return (
            line.size == heading.size
            and line.bold == heading.bold
            and (line.bold or line.size >= 1.08 * self._body_size)
            and line.page == heading.page
            and 0 < heading.baseline - line.baseline < 1.6 * line.size
            and not _NUMBERED.match(line.text)
            and not _KNOWN_TITLE.fullmatch(heading.text)
            and self._heading_level(line) is None
            and len(heading.text) > 20
        )

    def _start_section(self, line: Line, level: int) -> None:
        self._end_block()
        if _BIBLIOGRAPHY.fullmatch(line.text.strip(" .:")):
            self._in_bibliography = True
            return
        if self._in_bibliography or _APPENDIX.match(line.text):
            self._in_appendix = True
        self._in_bibliography = False
        self._heading = line
        self._sections.append(_Open(line.text.strip(), level, self._in_appendix))

    # -- blocks

    def _starts_block(self, last: Line, line: Line) -> bool:
        if last.hyphenated:
            return False
        if _CAPTION.match(line.text) or _ITEM.match(line.text):
            return True
        if (len(last.cells) > 1) != (len(line.cells) > 1) or abs(last.size - line.size) > 0.08 * last.size:
            return True
        if line.page != last.page or line.baseline > last.baseline:
            return bool(_SENTENCE_END.search(last.text)) and not line.text[:1].islower()
        indented = 0.7 * line.size < line.left - last.left < 5 * line.size
        if indented and _SENTENCE_END.search(last.text) and len(self._paragraph) > 1:
            return True
        return last.baseline - line.baseline > 1.35 * max(self._leading, 1.1 * line.size)

    def _end_block(self) -> None:
        lines, self._paragraph = self._paragraph, []
        if not lines or self._in_bibliography:
            return
        block = self._table(lines) or self._text(lines)
        if block is not None:
            self._sections[-1].blocks.append(block)

    def _table(self, lines: list[Line]) -> Block | None:
        if len(lines) < 2 or any(len(line.cells) < 2 for line in lines):
            return None
        return Block(BlockKind.TABLE, "\n".join("| " + " | ".join(line.cells) + " |" for line in lines))

    def _text(self, lines: list[Line]) -> Block | None:
        text = self._joined(lines)
        if _CAPTION.match(text):
            return Block(BlockKind.CAPTION, text)
        if match := _ITEM.match(text):
            bullet = match[0].strip()
            return Block(BlockKind.ITEM, text if bullet[-1] in ".)" else text[match.end() :])
        return None if _is_noise(text, len(lines)) else Block(BlockKind.PARAGRAPH, text)

    def _joined(self, lines: list[Line]) -> str:
        text = lines[0].text
        for last, line in pairwise(lines):
            text += self._joint(text, line.text) if last.hyphenated else " "
            text += line.text
        return text

    def _joint(self, before: str, after: str) -> str:
        """Nothing, or the hyphen that belongs to the word: `state-of-the-` + `art`, `self-` + `attention`."""
        first = re.search(r"[\w-]*$", before)
        second = re.match(r"[\w-]*", after)
        head, tail = (first[0] if first else "").lower(), (second[0] if second else "").lower()
        if head + tail in self._words:
            return ""
        return "-" if f"{head}-{tail}" in self._words or "-" in head else ""


def _is_noise(text: str, line_count: int) -> bool:
    """Labels of a drawing: a few loose words a line, no sentence, no formula."""
    words = text.split()
    if (_SENTENCE_END.search(text) and len(words) > 4) or _MATHS.search(text):
        return not any(each.isalpha() for each in text)
    return len(words) < 4 or len(words) < 3 * line_count
