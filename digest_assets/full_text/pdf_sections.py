"""Lines of a PDF, in reading order, to sections: headings, paragraphs, tables, captions; no heads, no bibliography.

Apart from `pdf`, so that it can be tested on lines written by hand. Every rule here is a guess from how papers are
set; where a guess fails the text stays, under the heading before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from digest_assets.full_text.pdf_displays import with_displays
from digest_assets.full_text.pdf_feet import with_feet
from digest_assets.full_text.pdf_furniture import Beside, LeftOut, without_contents
from digest_assets.full_text.pdf_headings import Headings
from digest_assets.full_text.pdf_hyphens import joined, joint
from digest_assets.full_text.pdf_items import ITEM, SENTENCE_END, Items
from digest_assets.full_text.pdf_labels import Placed, without_labels
from digest_assets.full_text.pdf_order import STEP, Line
from digest_assets.full_text.pdf_outline import Entry
from digest_assets.full_text.pdf_setting import Setting
from digest_assets.full_text.pdf_tables import is_below, with_tables
from digest_assets.full_text.pdf_titles import CAPTION
from digest_assets.model import Block, BlockKind, Section

_BIBLIOGRAPHY = re.compile(
    r"(?:[\dIVX]+\.?\s+)?(?:references?(?: cited)?|bibliography|literature cited|works cited)(?: and notes)?[ .:]*",
    re.IGNORECASE,
)
_FIRST_ENTRY = re.compile(r"\[1\]\s+[A-Z]")
_KEYWORDS = re.compile(r"(?:index terms|key ?words(?: and phrases)?|ccs concepts)\s*[—–:.-]", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\^\{([\d∗†‡*§¶]{1,2})\}\s*|([\d∗†‡*§¶]{1,2})\s?(?=[A-Z])")
_MARK_AT_FOOT = re.compile(r"\^\{([\d∗†‡*§¶]{1,2})\}\s*|([\d∗†‡*§¶]{1,2})(?:[.)]\s|\s?(?=[A-Z]))")
_CONTINUES = re.compile(r"[a-z(\[]")
_MATHS = re.compile(r"[=<>≤≥∑∫∈≈→∝±×∥√∂∇]")
_INTRODUCTION = re.compile(r"(?:[1I][.:]?\s+)?introduction\b", re.IGNORECASE)
_FIRST = re.compile(r"(?:1|I)\.?\s+\w")
_FEW_WORDS = 6
_FRONT_BLOCKS = 60
"""Blocks before the abstract that may be title, authors and where they work."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the lines hold: sections, and what is in none."""

    sections: tuple[Section, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def table_count(self) -> int:
        return sum(block.kind is BlockKind.TABLE for section in self.sections for block in section.blocks)


def to_sections(lines: Sequence[Line], outline: Sequence[Entry] = ()) -> Found:
    """The sections in `lines`, which are in reading order. `outline`: the file's own list of its sections."""
    kept, contents = without_contents(lines)
    if not kept:
        return Found((), tuple(contents))
    setting = Setting.of(kept)
    kept = with_feet(with_displays(with_tables(kept, setting), setting), setting)
    writer = _Writer(setting, kept, outline)
    writer.write()
    return Found(writer.sections(), (*contents, *writer.left_out))


# -- the text


@dataclass(slots=True)
class _Open:
    """A section that is being written."""

    title: str
    level: int
    appendix: bool = False
    blocks: list[Placed] = field(default_factory=list)


class _Writer:
    """Goes through lines in reading order, gathers them to paragraphs under headings."""

    def __init__(self, setting: Setting, lines: Sequence[Line], outline: Sequence[Entry]) -> None:
        self.left_out: list[LeftOut] = []
        self._set = setting
        self._lines = lines
        self._headings = Headings(lines, setting, outline)
        self._sections = [_Open("", 1)]
        self._items = Items(lines, setting).starts()
        self._paragraph: list[Line] = []
        self._is_item = False
        self._in_bibliography = self._has_bibliography = False
        self._in_appendix = False

    def write(self) -> None:
        index = 0
        while index < len(self._lines):
            line = self._lines[index]
            is_none = line.is_display or (line.is_foot and not self._set.stands_out(line))
            heading = None if is_none else self._headings.at(index, self._in_bibliography)
            if heading is None:
                self._take(line, index in self._items)
                index += 1
                continue
            self._start_section(heading.title, heading.level, heading.appendix)
            if heading.rest:
                self._take(replace(line, text=heading.rest, cells=(heading.rest,), mixed=False))
            index = heading.stop
        self._end_block()
        for each in self._sections:
            each.blocks, labels = without_labels(each.blocks)
            self.left_out += [LeftOut(Beside.LABEL, label) for label in labels]

    def sections(self) -> tuple[Section, ...]:
        return tuple(
            Section(each.title, each.level, tuple(_rejoined(each.blocks, self._set.words)), each.appendix)
            for each in self._sections
            if each.blocks or each.title
        )

    def _take(self, line: Line, is_item: bool = False) -> None:
        if not self._in_bibliography and _FIRST_ENTRY.match(line.text) and self._lists_entries(line):
            self._end_block()
            self._in_bibliography = True
        if self._in_bibliography:
            self.left_out.append(LeftOut(Beside.BIBLIOGRAPHY, line.text))
            return
        if self._paragraph and self._starts_block(self._paragraph[-1], line, is_item):
            self._end_block()
        self._is_item = is_item if not self._paragraph else self._is_item
        self._paragraph.append(line)

    def _lists_entries(self, line: Line) -> bool:
        """Whether a bibliography begins here whose title was not told from the text: `[1]` at the line's start, and
        soon `[2]`."""
        place = next(index for index, each in enumerate(self._lines) if each.text.endswith(line.text))
        return any(each.text.startswith("[2]") for each in self._lines[place + 1 : place + 8]) or place + 8 > len(
            self._lines
        )

    def _start_section(self, title: str, level: int, appendix: bool) -> None:
        self._end_block()
        if _BIBLIOGRAPHY.fullmatch(title):
            self._in_bibliography = self._has_bibliography = True
            self.left_out.append(LeftOut(Beside.BIBLIOGRAPHY, title))
            return
        if title.lower().startswith("abstract") and self._is_in_front():
            for each in self._sections:
                texts = [each.title, *(placed.block.text for placed in each.blocks)]
                self.left_out += [LeftOut(Beside.FRONT, text) for text in texts if text]
            self._sections = []
        if _FIRST.match(title) and not self._has_bibliography:
            self._in_appendix = False  # `Supplementary Material` among a title page's notes
        self._in_appendix = self._in_appendix or self._in_bibliography or appendix
        self._in_bibliography = False
        self._sections.append(_Open(title, level, self._in_appendix))

    def _is_in_front(self) -> bool:
        """Whether all that was read may be title and authors: a chapter's abstract stands behind an introduction."""
        has_begun = any(_INTRODUCTION.match(each.title) for each in self._sections)
        return not has_begun and sum(len(each.blocks) for each in self._sections) < _FRONT_BLOCKS

    # -- blocks

    def _starts_block(self, last: Line, line: Line, is_item: bool) -> bool:
        if last.is_foot != line.is_foot:
            return True
        if self._set.is_code(last) and self._set.is_code(line) and 0 < last.baseline - line.baseline < 3.2 * line.size:
            return False  # a listing has empty lines, and indents as it likes
        in_steps = bool(STEP.match(self._paragraph[0].text))
        if STEP.match(line.text) or (in_steps and not is_below(last, line)):
            return not (in_steps and is_below(last, line))
        if CAPTION.match(line.text) and not self._is_in_a_sentence(last, line):
            return True
        if is_item and not last.hyphenated:
            return True
        is_behind_a_break = line.page != last.page or line.baseline > last.baseline
        if len(last.cells) > 1 and len(line.cells) > 1:
            is_near = is_behind_a_break or is_below(last, line, 4 * line.size)
            return len(last.cells) != len(line.cells) or not is_near
        if len(last.cells) != len(line.cells) or abs(last.size - line.size) > 0.08 * last.size:
            return True
        if self._set.is_code(last) != self._set.is_code(line):
            return True
        if last.hyphenated:
            return False
        if is_behind_a_break:
            return self._starts_behind_a_break(last, line)
        if last.baseline - line.baseline > 1.35 * max(self._set.leading, 1.1 * line.size):
            return True
        indent = self._set.indent(line)
        first_line = 0.5 * line.size < indent < 4 * line.size and indent > self._set.indent(last) + 0.4 * line.size
        hangs = len(self._paragraph) < 2 or self._paragraph[1].left > self._paragraph[0].left - 0.4 * line.size
        return first_line and not (self._is_item and hangs)

    def _is_in_a_sentence(self, last: Line, line: Line) -> bool:
        """Whether `line` goes on with the sentence of the line above it: `as is shown in` / `Fig. 5.`"""
        is_text = self._is_set_as_text(last) and self._is_set_as_text(line) and len(last.text.split()) >= _FEW_WORDS
        is_next = line.page == last.page and 0 < last.baseline - line.baseline < 1.15 * self._set.leading
        return is_text and is_next and not SENTENCE_END.search(last.text)

    def _starts_behind_a_break(self, last: Line, line: Line) -> bool:
        """At the top of a column. Where paragraphs are indented, a line that is not goes on with the one before."""
        if (match := _FOOTNOTE.match(self._paragraph[0].text)) and match[1]:
            return True
        indents = [self._set.indent(each) > 0.5 * each.size for each in (self._paragraph[0], line)]
        goes_on = indents == [True, False] or line.text[:1].islower()
        return bool(SENTENCE_END.search(last.text)) and not goes_on

    def _end_block(self) -> None:
        lines, self._paragraph = self._paragraph, []
        if not lines:
            return
        block = self._code(lines) or self._steps(lines) or self._table(lines) or self._text(lines)
        if block is not None:
            is_loose = block.kind is BlockKind.PARAGRAPH and self._is_loose(block.text, lines)
            is_prose = len(block.text.split()) >= _FEW_WORDS and any(map(self._is_set_as_text, lines))
            hyphenated, is_display = lines[-1].hyphenated, any(line.is_display for line in lines)
            placed = Placed(block, lines[0].page, is_loose, is_prose, hyphenated, is_display)
            self._sections[-1].blocks.append(placed)

    def _code(self, lines: list[Line]) -> Block | None:
        """A listing, with its indentation: in a font whose characters are all as wide, a place is a number of them."""
        if len(lines) < 2 or not all(self._set.is_code(line) for line in lines):
            return None
        widths = sorted((line.right - line.left) / max(len(line.text), 1) for line in lines)
        width = max(widths[len(widths) // 2], 0.1 * lines[0].size)
        left = min(line.left for line in lines)
        text = "\n".join(" " * round((line.left - left) / width) + line.text + "-" * line.hyphenated for line in lines)
        return Block(BlockKind.PARAGRAPH, text)

    def _steps(self, lines: list[Line]) -> Block | None:
        """An algorithm, a line for each of its steps."""
        starts = [index for index, line in enumerate(lines) if STEP.match(line.text)]
        if len(starts) < 2 or starts[0] > 0:
            return None
        steps = (lines[start:stop] for start, stop in zip_longest(starts, starts[1:]))
        return Block(BlockKind.PARAGRAPH, "\n".join(joined(step, self._set.words) for step in steps))

    def _table(self, lines: list[Line]) -> Block | None:
        if len(lines) < 2 or any(len(line.cells) < 2 for line in lines):
            return None
        return Block(BlockKind.TABLE, "\n".join("| " + " | ".join(line.cells) + " |" for line in lines))

    def _text(self, lines: list[Line]) -> Block | None:
        text = joined(lines, self._set.words)
        if CAPTION.match(text):
            return Block(BlockKind.CAPTION, text)
        if _KEYWORDS.match(text) and len(text) < 800:
            self.left_out.append(LeftOut(Beside.KEYWORDS, text))
            return None
        if lines[0].is_foot:
            return _footnote(text, _MARK_AT_FOOT.match(text))
        if lines[0].is_display:
            return Block(BlockKind.PARAGRAPH, text)
        match = ITEM.match(text)
        if match and (self._is_item or not ITEM.match(lines[0].text)):  # or the mark stands on a line of its own
            bullet = match[0].strip()
            return Block(BlockKind.ITEM, text if bullet[-1] in ".)" else text[match.end() :])
        match = _FOOTNOTE.match(text)
        if match and (match[1] or self._set.is_smaller(lines[0])):
            return _footnote(text, match)
        if text.isdecimal():  # a page's number, or an axis's
            self.left_out.append(LeftOut(Beside.LABEL, text))
            return None
        return Block(BlockKind.PARAGRAPH, text)

    def _is_loose(self, text: str, lines: list[Line]) -> bool:
        """Whether it may be of a drawing: a few words a line, no sentence, no formula, not set as the text is."""
        if not any(each.isalpha() for each in text):
            return True
        if all(map(self._is_set_as_text, lines)) or any(line.is_display for line in lines):
            return False
        words = text.split()
        if (SENTENCE_END.search(text) and len(words) > 2) or _MATHS.search(text) or self._set.is_code(lines[0]):
            return False
        return len(words) < 4 or len(words) < 3 * len(lines)

    def _is_set_as_text(self, line: Line) -> bool:
        return self._set.is_body(line) and line.face == self._set.body_face


def _footnote(text: str, mark: re.Match[str] | None) -> Block:
    """A footnote, with the `mark` that its text begins with, if it has one."""
    return Block(BlockKind.FOOTNOTE, f"[^{mark[1] or mark[2]}]: {text[mark.end() :]}" if mark else text)


def _rejoined(blocks: Sequence[Placed], words: Set[str]) -> list[Block]:
    """The blocks, with each paragraph that a figure, a table or a footnote at a page's end cut in two put together
    before it. `words`: the document's."""
    result: list[Placed] = []
    for each in blocks:
        is_text = each.block.kind is BlockKind.PARAGRAPH and not each.is_loose and "\n" not in each.block.text
        may_go_on = is_text and _CONTINUES.match(each.block.text)
        broken = _broken_off(result) if may_go_on else None
        if broken is None:
            result.append(each)
        else:
            first, rest = result[broken], each.block.text
            glue = joint(first.block.text, rest, words) if first.is_hyphenated else " "
            whole = replace(first.block, text=f"{first.block.text}{glue}{rest}")
            result[broken] = replace(first, block=whole, is_hyphenated=each.is_hyphenated)
    return [each.block for each in result]


def _broken_off(blocks: Sequence[Placed]) -> int | None:
    """Where the last paragraph stands that stops in the middle of a sentence, with only floats behind it.

    One finished short paragraph may be among them: the notice of a conference at the foot of the first page. Nothing
    goes on behind loose words or a displayed formula, which may be of its sentence.
    """
    finished = 0
    for index in range(len(blocks) - 1, -1, -1):
        text = blocks[index].block.text
        if blocks[index].is_display:
            return None
        if blocks[index].block.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM) or STEP.match(text) or "\n" in text:
            continue  # of an algorithm or a listing, too
        if blocks[index].is_loose or _MATHS.search(text[-60:]) or finished > 1:
            return None
        if not SENTENCE_END.search(text):
            return index
        finished += 1 if len(text) < 160 else 2
    return None
