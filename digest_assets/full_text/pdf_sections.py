"""Lines of a PDF, in reading order, to sections: headings, paragraphs, tables, captions; no heads, no bibliography.

Apart from `pdf`, so that it can be tested on lines written by hand. Every rule here is a guess from how papers are
set; where a guess fails the text stays, under the heading before it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from digest_assets.full_text.pdf_order import Line
from digest_assets.model import Block, BlockKind, Section

_TITLES = (
    "abstract|introduction|background|preliminar(?:y|ies)|related works?|prior work|methods?|methodology|"
    "proposed methods?|approach|model|experiments?|experimental (?:setup|results|settings?)|evaluation|results?|"
    "results and discussions?|discussions?|limitations?|conclusions?|conclusions? and future work|"
    "conclusions? and discussions?|summary|acknowledge?ments?|references(?: and notes)?|bibliography|literature cited|"
    "ethics statement|impact statement|broader impact|appendix|appendices|supplementary materials?"
)
_KNOWN_TITLE = re.compile(rf"(?:{_TITLES})\s*[.:]?", re.IGNORECASE)
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?=\S)")
_ROMAN = re.compile(r"[IVX]{1,5}\.\s+(?=[A-Z])")
_LETTERED = re.compile(r"(?:Appendix\s+)?([A-Z](?:\.\d{1,2}){0,3})[.:]?\s+(?=[A-Z])")
_PLAIN_SUBSECTION = re.compile(r"\d{1,2}((?:\.\d{1,2}){1,2})\.?\s+[A-Z][\w ,:'()/–-]{2,59}[\w)]")
_APPENDIX = re.compile(r"appendi(?:x|ces)\b|supplement", re.IGNORECASE)
_BIBLIOGRAPHY = re.compile(
    r"(?:[\dIVX]+\.?\s+)?(?:references|bibliography|literature cited|works cited)(?: and notes)?[ .:]*", re.IGNORECASE
)
_FIRST_ENTRY = re.compile(r"\[1\]\s+[A-Z]")
_RUN_IN_ABSTRACT = re.compile(r"Abstract\s*[—–:.-]+\s*(?=\S)|ABSTRACT\s*[—–:.-]+\s*(?=\S)")
_KEYWORDS = re.compile(r"(?:index terms|key ?words(?: and phrases)?|ccs concepts)\s*[—–:.-]", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:Figure|Fig\.|FIG\.|Table|TABLE|Tab\.|Algorithm|Listing)\s+[A-Z]?\.?\d+[a-z]?\s*[.:|]|TABLE [IVX]+\b"
)
_STAMP = re.compile(r"arXiv:\d{4}\.\d{4,5}v\d+\s+\[")
_PAGE_NUMBER = re.compile(r"(?:page\s+)?[–—-]?\s*\d{1,4}\s*[–—-]?(?:\s*(?:/|of)\s*\d{1,4})?|[ivxl]{1,6}", re.IGNORECASE)
_ITEM = re.compile(r"(?:[•∙◦▪‣–·*]|\(?\d{1,2}[.)]|\([a-z]\))\s+")
_FOOTNOTE = re.compile(r"\^\{([\d∗†‡*§¶]{1,2})\}\s*|([\d∗†‡*§¶]{1,2})\s?(?=[A-Z])")
_SENTENCE_END = re.compile(r"[.:?!](?:[)\]”\"’']|\^\{\d+\})*$")
_CONTINUES = re.compile(r"[a-z(\[]")
_SUFFIX = re.compile(
    r"(?:i?[sz]?)(?:ations?|ative|tions?|ings?|ments?|ness|able|ible|ally|ity|ities|isms?|ists?|ize[ds]?|ized|izing|ful"
    r"|less|ance|ences?|ents?|ary|ory|ous|ive|ively|atures?|ers?|ed)"
)
_MATHS = re.compile(r"[=<>≤≥∑∫∈≈→∝±×∥√∂∇]")
_MARGIN = 0.09  # of the page's height: where running heads and page numbers stand


def to_sections(lines: Sequence[Line], page_count: int) -> tuple[tuple[Section, ...], int]:
    """The sections in `lines`, and how many tables they hold."""
    lines = [line for line in _without_running_heads(lines, page_count) if not _STAMP.match(line.text)]
    if not lines:
        return (), 0
    lines = _without_stray_cells(lines)
    writer = _Writer(_Setting.of(lines))
    for line in lines:
        writer.add(line)
    sections = writer.sections()
    return sections, sum(block.kind is BlockKind.TABLE for section in sections for block in section.blocks)


# -- the page


def _without_running_heads(lines: Sequence[Line], page_count: int) -> list[Line]:
    """Without what returns at the same place of many pages, its numbers aside, and without page numbers."""
    seen = Counter(key for key, _ in {(_key(line), line.page) for line in lines} if key)
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


def _without_stray_cells(lines: Sequence[Line]) -> list[Line]:
    """Cells only where rows stand together: a wide gap in a sentence alone does not make a table."""
    result: list[Line] = []
    rows: list[Line] = []
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        if rows and _belongs(rows, line, following):
            rows.append(line if _is_row(line) else replace(line, cells=(line.text, "")))
            continue
        result += _as_table(rows)
        rows = [line] if _is_row(line) else []
        if not rows:
            result.append(replace(line, cells=(line.text,)))
    return result + _as_table(rows)


def _is_row(line: Line) -> bool:
    return len(line.cells) > 1 and len(line.text.split()) <= 6 * len(line.cells)


def _belongs(rows: list[Line], line: Line, following: Line | None) -> bool:
    """Whether `line` is a row below `rows`, or a short line between two rows: the second line of a head."""
    if not _below(rows[-1], line):
        return False
    between = len(line.text.split()) <= 4 and line.size <= 1.05 * rows[-1].size and not line.bold
    return _is_row(line) or (between and following is not None and _is_row(following) and _below(line, following))


def _below(above: Line, line: Line) -> bool:
    return line.page == above.page and 0 <= above.baseline - line.baseline < 3.2 * line.size


def _as_table(rows: list[Line]) -> list[Line]:
    is_table = len(rows) > 2 or (len(rows) == 2 and max(len(row.cells) for row in rows) > 2)
    return rows if is_table else [replace(row, cells=(row.text,)) for row in rows]


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a paper is set."""

    body_size: float
    leading: float
    """The usual distance between two lines of a paragraph."""
    margins: dict[int, tuple[float, ...]]
    """By page: where its columns begin."""
    words: frozenset[str]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Setting:
        sizes: Counter[float] = Counter()
        lefts: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for line in lines:
            sizes[line.size] += len(line.text)
            lefts[line.page][round(line.left)] += 1
        body_size = sizes.most_common(1)[0][0]
        gaps = Counter(
            round(one.baseline - two.baseline, 1)
            for one, two in pairwise(lines)
            if one.page == two.page
            and one.size == two.size == body_size
            and 0 < one.baseline - two.baseline < 3 * one.size
        )
        return cls(
            body_size,
            gaps.most_common(1)[0][0] if gaps else 1.2 * body_size,
            {page: _margins(counts) for page, counts in lefts.items()},
            frozenset(_whole_words(lines)),
        )

    def indent(self, line: Line) -> float:
        """How far `line` begins to the right of its column."""
        margins = [margin for margin in self.margins[line.page] if margin <= line.left + 1.5]
        return line.left - max(margins, default=line.left)


def _whole_words(lines: Sequence[Line]) -> Iterator[str]:
    """The words of the paper, without the two parts of those that are broken at a line's end."""
    goes_on = False
    for line in lines:
        words = re.findall(r"[\w-]+", line.text.lower())
        yield from words[goes_on : len(words) - line.hyphenated]
        goes_on = line.hyphenated


def _margins(counts: Counter[int]) -> tuple[float, ...]:
    """Where many lines begin, but not where first lines of paragraphs are indented to."""
    enough = max(3.0, 0.15 * sum(counts.values()))
    often = {left for left in counts if counts[left] + counts[left + 1] + counts[left - 1] >= enough} | {min(counts)}
    return tuple(
        float(left)
        for left in often
        if not any(0 < left - other < 40 and counts[other] > counts[left] for other in often)
    )


# -- the text


@dataclass(slots=True)
class _Open:
    """A section that is being written."""

    title: str
    level: int
    appendix: bool = False
    size: float = 0
    """Of its title, in points."""
    blocks: list[Block] = field(default_factory=list)


class _Writer:
    """Takes lines in reading order, gathers them to paragraphs under headings."""

    def __init__(self, setting: _Setting) -> None:
        self._set = setting
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
        if line.page == 0 and (match := _RUN_IN_ABSTRACT.match(line.text)):
            self._start_section("Abstract", 1)
            line = replace(line, text=line.text[match.end() :], cells=(line.text[match.end() :],))
        level = self._heading_level(line)
        if level is not None:
            self._start_section(line.text.strip(), level, line.size)
            self._heading = line
        elif _FIRST_ENTRY.match(line.text):  # a bibliography whose title was not told from the text
            self._end_block()
            self._in_bibliography = True
        elif not self._in_bibliography:
            if self._paragraph and self._starts_block(self._paragraph[-1], line):
                self._end_block()
            self._paragraph.append(line)

    def sections(self) -> tuple[Section, ...]:
        self._end_block()
        section_size = max((each.size for each in self._sections if _KNOWN_TITLE.fullmatch(each.title)), default=0.0)
        return tuple(
            Section(each.title, _level(each, section_size), tuple(_rejoined(each.blocks)), each.appendix)
            for each in self._sections
            if each.blocks or each.title
        )

    # -- headings

    def _heading_level(self, line: Line) -> int | None:
        text = line.text.strip()
        if len(text) > 120 or not re.search(r"[A-Za-z]{2}", text) or len(line.cells) > 1 or _CAPTION.match(text):
            return None
        larger = line.size >= 1.08 * self._set.body_size
        stands_out = line.bold or larger or (text.isupper() and len(text) > 5)
        if _KNOWN_TITLE.fullmatch(text) and stands_out:
            return 1
        if not stands_out or line.size < 0.85 * self._set.body_size or text[-1] in ",;=":
            return self._plain_level(line)
        return self._numbered_level(line, text)

    def _numbered_level(self, line: Line, text: str) -> int | None:
        if match := _NUMBERED.match(text):
            title = text[match.end() :]
            return match[1].count(".") + 1 if title[:1].isupper() and len(title) > 2 else None
        if _ROMAN.match(text):
            self._roman = True
            return 1
        in_back = self._in_bibliography or self._in_appendix
        if (match := _LETTERED.match(text)) and (in_back or self._roman or text.startswith("Appendix")):
            return match[1].count(".") + (2 if self._roman and not in_back else 1)
        if _APPENDIX.match(text):
            return 1
        # Without a number only what is bold and large: labels in drawings are often large.
        large = line.bold and 1.08 * self._set.body_size <= line.size <= 1.6 * self._set.body_size
        if large and not text.endswith(".") and text[0].isupper() and len(text.split()) < 12:
            return 1
        return None

    def _plain_level(self, line: Line) -> int | None:
        """Subsections in italics, as large as the text: `A. Data` below Roman numbers (IEEE), `3.1. Data` (Elsevier).

        The latter stand apart from the line above.
        """
        last = self._paragraph[-1] if self._paragraph else None
        close = last is not None and 0 < last.baseline - line.baseline < 1.15 * self._set.leading
        if self._in_bibliography or _SENTENCE_END.search(line.text):
            return None
        if self._roman and re.match(r"[A-Z]\.\s+[A-Z]", line.text) and len(line.text) < 60:
            return 2
        match = _PLAIN_SUBSECTION.fullmatch(line.text)
        return match[1].count(".") + 1 if match and not close else None

    def _continues_heading(self, heading: Line, line: Line) -> bool:
        """The second line of a long heading: set alike, directly below, and without a number of its own."""
        return (
            line.size == heading.size
            and line.bold == heading.bold
            and (line.bold or line.size >= 1.08 * self._set.body_size)
            and line.page == heading.page
            and 0 < heading.baseline - line.baseline < 1.6 * line.size
            and not _NUMBERED.match(line.text)
            and not _KNOWN_TITLE.fullmatch(heading.text)
            and len(heading.text) > 20
        )

    def _start_section(self, title: str, level: int, size: float = 0) -> None:
        self._end_block()
        if _BIBLIOGRAPHY.fullmatch(title):
            self._in_bibliography = True
            return
        if title.lower().startswith("abstract") and sum(len(each.blocks) for each in self._sections) < 40:
            self._sections = []  # the title, the authors and where they work
        self._in_appendix = self._in_appendix or self._in_bibliography or bool(_APPENDIX.match(title))
        self._in_bibliography = False
        self._sections.append(_Open(title, level, self._in_appendix, size))

    # -- blocks

    def _starts_block(self, last: Line, line: Line) -> bool:
        if _CAPTION.match(line.text) or (_ITEM.match(line.text) and not last.hyphenated):
            return True
        if (len(last.cells) > 1) != (len(line.cells) > 1) or abs(last.size - line.size) > 0.08 * last.size:
            return True
        if last.hyphenated:
            return False
        if line.page != last.page or line.baseline > last.baseline:
            return self._starts_behind_a_break(last, line)
        if last.baseline - line.baseline > 1.35 * max(self._set.leading, 1.1 * line.size):
            return True
        if len(line.cells) > 1:
            return False
        indent = self._set.indent(line)
        first_line = 0.5 * line.size < indent < 4 * line.size and indent > self._set.indent(last) + 0.4 * line.size
        return first_line and not _ITEM.match(self._paragraph[0].text)

    def _starts_behind_a_break(self, last: Line, line: Line) -> bool:
        """At the top of a column. Where paragraphs are indented, a line that is not goes on with the one before."""
        indents = [self._set.indent(each) > 0.5 * each.size for each in (self._paragraph[0], line)]
        goes_on = indents == [True, False] or line.text[:1].islower()
        return bool(_SENTENCE_END.search(last.text)) and not goes_on

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
        if _KEYWORDS.match(text):
            return None
        if match := _ITEM.match(text):
            bullet = match[0].strip()
            return Block(BlockKind.ITEM, text if bullet[-1] in ".)" else text[match.end() :])
        if lines[0].size < 0.95 * self._set.body_size and (match := _FOOTNOTE.match(text)):
            return Block(BlockKind.FOOTNOTE, f"[^{match[1] or match[2]}]: {text[match.end() :]}")
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
        if head + tail in self._set.words:
            return ""
        is_compound = f"{head}-{tail}" in self._set.words or "-" in head or not tail[:1].isalpha()
        return "-" if is_compound or self._are_two_words(head, tail) else ""

    def _are_two_words(self, head: str, tail: str) -> bool:
        """Whether a hyphen is more likely the author's than the typesetter's: `sequence-` + `aligned`."""
        if head not in self._set.words or _SUFFIX.fullmatch(tail):
            return False
        return (len(head) > 3 and len(tail) > 3 and tail in self._set.words) or (len(head) > 5 and len(tail) > 4)


def _level(section: _Open, section_size: float) -> int:
    """A title without a number that is set smaller than "Introduction" or "Conclusion" is a subsection's."""
    is_numbered = _NUMBERED.match(section.title) or _ROMAN.match(section.title) or _LETTERED.match(section.title)
    return section.level + (section.level == 1 and not is_numbered and 0 < section.size < section_size - 0.3)


def _rejoined(blocks: list[Block]) -> list[Block]:
    """A paragraph that a figure, a table or a footnote at a page's end cut in two, put together before it."""
    result: list[Block] = []
    for block in blocks:
        broken = _broken_off(result) if block.kind is BlockKind.PARAGRAPH else None
        if broken is not None and _CONTINUES.match(block.text):
            result[broken] = replace(result[broken], text=f"{result[broken].text} {block.text}")
        else:
            result.append(block)
    return result


def _broken_off(blocks: list[Block]) -> int | None:
    """Where the last paragraph stands that stops in the middle of a sentence, with only floats behind it.

    One finished short paragraph may be among them: the notice of a conference at the foot of the first page.
    """
    finished = 0
    for index in range(len(blocks) - 1, -1, -1):
        text = blocks[index].text
        if blocks[index].kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            continue
        if _MATHS.search(text[-60:]) or finished > 1:
            return None
        if not _SENTENCE_END.search(text):
            return index
        finished += 1 if len(text) < 160 else 2
    return None


def _is_noise(text: str, line_count: int) -> bool:
    """Labels of a drawing: a few loose words a line, no sentence, no formula."""
    words = text.split()
    if (_SENTENCE_END.search(text) and len(words) > 2) or _MATHS.search(text):
        return not any(each.isalpha() for each in text)
    return len(words) < 4 or len(words) < 3 * line_count
