"""Which lines of a PDF are headings: by the file's outline, by numbers that count on, by how they differ from the text.

No sign is enough by itself. A number may be a list's, a bold line a drawing's label; so a number has to follow the
one before, and a line without one has to stand alone above a text. What is missed stays in the text, under the
heading before it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from digest_assets.full_text.pdf_items import SENTENCE_END, room_behind
from digest_assets.full_text.pdf_order import STEP, Face, Line
from digest_assets.full_text.pdf_outline import Entry, Outline
from digest_assets.full_text.pdf_setting import LARGER, Setting
from digest_assets.full_text.pdf_titles import (
    APPENDIX,
    CAPTION,
    FIRST_SENTENCE,
    LONGEST_TITLE,
    TITLE_LINES,
    Heading,
    glued,
    numbers,
    unnumbered,
)

_TITLES = (
    "abstract|summary|introduction|background|motivation|preliminar(?:y|ies)|related works?|prior work|methods?|"
    "methodology|"
    "materials? and methods?|proposed methods?|approach|model|experiments?|experimental (?:setup|results|settings?)|"
    "evaluation|results?|results and discussions?|discussions?|discussion and conclusions?|limitations?|conclusions?|"
    "conclusions? and future work|conclusions? and discussions?|concluding remarks|future work|acknowledge?ments?|"
    "references?(?: and notes)?|bibliography|literature cited|works cited|"
    "ethics statement|impact statement|broader impacts?|appendix|appendices|supplementary materials?"
)
_KNOWN_TITLE = re.compile(rf"(?:{_TITLES})\s*[.:]?", re.IGNORECASE)
_RUN_IN_ABSTRACT = re.compile(r"(?:Abstract|ABSTRACT)\s*(?:[—–:.-]+\s*|(?=[A-Z][a-z]))(?=\S)")
_THEOREM = re.compile(
    r"(?:theorem|lemma|proposition|corollary|definition|remark|example|proof|claim|property|exercise)\b", re.I
)
_NOT_RUN_IN = re.compile(
    r"(?:key ?words|index terms|general terms|categories|ccs|msc|pacs|jel|ams subject|mathematics subject|e-?mail"
    r"|correspond|inputs?|outputs?|require|ensure"
    r"|return|initiali[sz]e|notes?|hint|solution|question|answer|problem)\b|case \(?[ivx]+\)?$|[^\W\d]+\s*\(?[A-Z]?\d",
    re.I,
)
"""What opens a paragraph in a font of its own and names no section: front matter, an algorithm's parts, `Case 1`."""
_CLOSERS = re.compile(r"[)\]}]+")
_RUN_IN_END = re.compile(r"\s*(?P<stop>[.:]\s*[—–]?|[—–])\s*")
_TERM = re.compile(r".?\s*:")
"""How the words in bold end that open a line of a list: `Input: ...`."""
_FAR_BEFORE = 5
"""Times the size: what a paragraph's last line lacks of the width, and no other one for want of room for a word."""
_LONGEST_ITEM = 40
"""Lines, behind which the next item of a list is not looked for."""
_OFTEN = 3
"""Paragraphs that open with words of one font, from where on this is how the document sets its titles."""
_PAREN = re.compile(r"(\d{1,2})\)\s+(?=[A-Z])")
_CHAPTER = re.compile(r"(?:chapter|part)\s+(?:\d{1,2}|[IVX]{1,5})\s*[.:]?", re.IGNORECASE)
_LARGEST = 1.7
"""Times the body's size: what is larger is the document's own title, or a chapter's."""
_SENTENCE_END = re.compile(r"[.;,:]$")
_LETTERS = re.compile(r"[^\W\d_]{3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""What a title without a number has: `P_{N}` is none."""


class _Style(NamedTuple):
    font: str
    size: float


@dataclass(slots=True)
class Headings:
    """Looks through lines in reading order, from the first to the last."""

    lines: Sequence[Line]
    setting: Setting
    entries: Sequence[Entry] = ()
    _outline: Outline = field(init=False)
    _last: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By kind of number: the last one that was accepted."""
    _styles: dict[_Style, int] = field(default_factory=dict)
    """Of accepted headings, with their level."""
    _led: set[Face] = field(default_factory=set)
    """Of numbered headings that their font alone parts from the text behind them."""
    _level: int = 0
    """Of the last heading that is no run-in one. 0 before the first."""
    _behind: int = 0
    """Where the text below the last heading begins."""
    _appendix: bool = False
    _run_in: dict[int, tuple[str, str]] = field(init=False)
    """By the line's index: words that open a paragraph in a font of their own, and what follows them on their line."""
    _own: frozenset[_Style] = field(init=False)
    """In which lines alone above a text are set, and little else."""
    _chapters: frozenset[_Style] = field(init=False)
    """How the titles of chapters are set."""

    def __post_init__(self) -> None:
        self._outline = Outline(self.lines, self.setting, self.entries)
        self._run_in = self._run_in_titles()
        self._own = self._own_styles()
        self._chapters = self._chapter_styles()

    def at(self, index: int, in_bibliography: bool) -> Heading | None:
        """The heading that begins with the line at `index`, if one does."""
        line = self.lines[index]
        found = self._outline.headings.get(index) or self._run_in_abstract(line, index)
        if found is None and line.lead and not in_bibliography:
            if (run_in := self._run_in_unnumbered(index)) is not None:
                self._behind = run_in.stop
                return run_in
            found = self._run_in_numbered(line, index)
        if found is None and not CAPTION.match(line.text) and re.search(r"[^\W\d_]", line.text):
            found = self._typographic(index, in_bibliography)
        if found is None:
            return None
        self._behind = found.stop
        self._appendix = self._appendix or found.appendix
        if found.rest and line.lead_face and found.title == line.text[: line.lead].strip():
            self._led.add(line.lead_face)
        self._note(found, line)
        return found

    # -- by number and typography

    def _run_in_abstract(self, line: Line, index: int) -> Heading | None:
        match = _RUN_IN_ABSTRACT.match(line.text) if line.page < 2 else None
        if match is None or "abstract" in self._last:
            return None
        self._last["abstract"] = (1,)
        return Heading("Abstract", 1, index + 1, line.text[match.end() :])

    def _run_in_numbered(self, line: Line, index: int) -> Heading | None:
        """`6.2. Middle level. The ...`, the number and the title set apart by their font alone."""
        lead, rest = line.text[: line.lead].strip(), line.text[line.lead :]
        if not self._is_led(line):
            return None
        stopped = re.search(r"[.:]$", lead) or re.match(r"\s*[.:]", rest)
        if not stopped and not self._runs_on(index, rest):
            first = FIRST_SENTENCE.match(line.text)  # a formula in the title is of another font
            if first is None or first.end() <= line.lead or not self._is_apart(index):
                return None
            lead, rest = first[1], line.text[first.end() :]
        for kind, number, title in numbers(lead):
            if kind == "arabic" and len(number) > 1 and len(title) > 2 and self._follows(kind, number, index, True):
                return Heading(lead.rstrip(" .:"), len(number), index + 1, rest.lstrip(" .:"))
        return None

    def _run_in_unnumbered(self, index: int) -> Heading | None:
        """`Results. We ...`, where the document often opens paragraphs so, or IEEE's `1) Results: We ...`."""
        words, rest = self._run_in.get(index, ("", ""))
        if not words or not self._level:
            return None
        if match := _PAREN.match(words):
            number = int(match[1])
            if "roman" not in self._last or number != self._last.get("paren", (0,))[0] + 1:
                return None
            self._last["paren"] = (number,)
        return Heading(words, min(self._level + 1, 4), index + 1, rest)

    def _run_in_titles(self) -> dict[int, tuple[str, str]]:
        found = {index: words for index, line in enumerate(self.lines) if line.lead and (words := self._opening(index))}
        often = Counter(self.lines[index].lead_face for index in found)
        return {
            index: words
            for index, words in found.items()
            if often[self.lines[index].lead_face] >= _OFTEN
            or _PAREN.match(words[0])
            or (_KNOWN_TITLE.fullmatch(words[0]) and self._is_led(self.lines[index], heavily=True))
        }

    def _opening(self, index: int) -> tuple[str, str] | None:
        line = self.lines[index]
        lead, rest = line.text[: line.lead].strip(), line.text[line.lead :]
        if not self._is_led(line) or line.size < 0.8 * self.setting.body_size or len(line.cells) > 1:
            return None
        if CAPTION.match(line.text) or not self._opens_paragraph(index):
            return None
        if closers := _CLOSERS.match(rest):  # a bracket of a font of its own
            lead, rest = lead + closers[0], rest[closers.end() :]
        behind = re.search(r"(?:(?<=\?)|[.:]\s*[—–]?|[—–])$", lead)
        before = None if behind else _RUN_IN_END.match(rest)
        if behind is None and before is None and not self._is_led_alone(index):
            return None
        words = lead[: behind.start()] if behind else lead
        rest = rest[before.end() :] if before else rest.strip()
        title = _PAREN.sub("", words)
        if not (2 < len(title) <= 80 and title[0].isupper() and _LETTERS.search(title)) or not rest:
            return None
        if rest[0].islower() or len(title.split()) > 12 or _THEOREM.match(title) or _NOT_RUN_IN.match(title):
            return None
        if title != words and not self._goes_back_to_the_margin(index):
            return None
        return words, rest

    def _is_led(self, line: Line, heavily: bool = False) -> bool:
        """Whether the words that open the line are set apart by their font."""
        lead = replace(line, text=line.text[: line.lead], face=line.lead_face or line.face, mixed=False)
        return self.setting.is_heavier(lead) or (not heavily and self.setting.differs(lead))

    def _is_led_alone(self, index: int) -> bool:
        """Whether a gap alone sets the bold words apart: a paragraph's, which goes on in the next line, no list's."""
        line = self.lines[index]
        return line.lead_is_apart and self._is_led(line, heavily=True) and self._goes_on(index)

    def _runs_on(self, index: int, rest: str) -> bool:
        """Whether a sentence begins behind words set as titles are, and goes on in the next line."""
        words = re.findall(r"[^\W\d_]{2,}", rest)
        line = self.lines[index]
        is_sentence = bool(re.match(r"\s*[A-Z][a-z]*\b", rest)) and (len(words) > 1 or line.lead_is_apart)
        is_formula = re.match(r"\s*\w{1,2}[.:]", rest)
        is_title = (line.lead_face in self._led and not is_formula) or self._is_led(line, heavily=True)
        return is_sentence and is_title and self._goes_on(index)

    def _goes_on(self, index: int) -> bool:
        """Whether the paragraph that the line opens goes on directly below it, at the margin."""
        line, following = self.lines[index], self.lines[index + 1] if index + 1 < len(self.lines) else None
        if following is None or following.lead_is_apart:
            return False
        close = 0 < line.baseline - following.baseline < 1.15 * max(self.setting.leading, 1.1 * line.size)
        return close and self.setting.is_body(following) and following.left < line.left + 0.5 * line.size

    def _opens_paragraph(self, index: int) -> bool:
        line, last = self.lines[index], self.lines[index - 1] if index else None
        if last is None or last.page != line.page or last.baseline <= line.baseline:
            return last is None or (not last.hyphenated and last.text[-1] in ".:?!)")
        is_set_in = self.setting.indent(line) > self.setting.indent(last) + 0.5 * line.size
        return self._is_apart(index) or is_set_in or self._is_behind_a_short_line(index)

    def _is_behind_a_short_line(self, index: int) -> bool:
        """Whether the bold words that open the line open a paragraph where neither a gap nor an indent says so: the
        line above ends a sentence before the margin, or far before it."""
        last, line = self.lines[index - 1], self.lines[index]
        room = room_behind(self.lines, index - 1)
        is_last = room > (1 if SENTENCE_END.search(last.text) else _FAR_BEFORE) * line.size
        is_below = abs(last.left - line.left) < 0.5 * line.size and len(last.cells) == 1 and not last.is_display
        is_term = bool(last.lead and _TERM.match(last.text, last.lead - 1)) and self._is_led(last, heavily=True)
        is_list = is_term or last.text.endswith(":")  # of words in bold and what is said of each
        return is_last and is_below and not is_list and self._is_led(line, heavily=True) and self._goes_on(index)

    def _goes_back_to_the_margin(self, index: int) -> bool:
        """Whether the next line begins further left: the first line of a paragraph, no item of a list."""
        line, following = self.lines[index], self.lines[index + 1] if index + 1 < len(self.lines) else None
        return following is not None and following.left < line.left - 0.4 * line.size

    def _own_styles(self) -> frozenset[_Style]:
        """The styles, neither bold nor large, of which most lines are short, stand apart and lead to a text."""
        titles: Counter[_Style] = Counter()
        lines: Counter[_Style] = Counter()
        for index, line in enumerate(self.lines):
            if (
                self.setting.differs(line)
                and not self.setting.is_code(line)
                and self.setting.shares.get(line.face.name)
            ):
                lines[self._style(index)] += 1
                words = line.text.split()
                titles[self._style(index)] += (
                    not line.lead
                    and len(words) <= 10
                    and line.text[0].isupper()
                    and not re.search(r"[.,;:!]$", line.text)
                    and not _NOT_RUN_IN.match(line.text)
                    and self._is_apart(index)
                    and self._leads_to_text(index + 1)
                )
        return frozenset(style for style, count in titles.items() if count >= _OFTEN and count > 0.6 * lines[style])

    def _chapter_styles(self) -> frozenset[_Style]:
        """The styles of very large lines that stand above all else on pages behind the first, on three of them."""
        pages: defaultdict[_Style, set[int]] = defaultdict(set)
        last = -1
        for index, line in enumerate(self.lines):
            if line.page != last and not (_CHAPTER.fullmatch(line.text) or line.text.isdecimal()):
                if line.page and line.size > _LARGEST * self.setting.body_size and _LETTERS.search(line.text):
                    pages[self._style(index)].add(line.page)
                last = line.page
        return frozenset(style for style, on in pages.items() if len(on) >= _OFTEN)

    def _typographic(self, index: int, in_bibliography: bool) -> Heading | None:
        line, setting = self.lines[index], self.setting
        strong = setting.stands_out(line) or self._style(index) in self._own or self._is_next_with_formula(index)
        distinct = strong or setting.differs(line)
        if (
            len(line.cells) > 1
            or line.size < 0.85 * setting.body_size
            or (setting.is_code(line) and not setting.is_larger(line))
        ):
            return None
        if STEP.match(line.text) and not setting.is_larger(line):
            return None
        if _CHAPTER.fullmatch(line.text) and strong and (chapter := self._chapter(index)) is not None:
            return chapter
        stop = self._stop(index) if distinct else index + 1
        text = self._title(index, stop)
        if len(text) > LONGEST_TITLE or (text[-1] in ",;=" and not _KNOWN_TITLE.fullmatch(text)):
            return None
        if distinct and _KNOWN_TITLE.fullmatch(text):
            return Heading(text, 1, stop, appendix=bool(APPENDIX.match(text)))
        numbered = self._numbered(text, index, stop, strong, distinct, in_bibliography)
        if numbered is not None or not strong:
            return numbered
        if APPENDIX.match(text) and len(text) < 80:
            return Heading(text, 1, stop, appendix=True)
        return self._without_number(text, index, stop, in_bibliography)

    def _is_next_with_formula(self, index: int) -> bool:
        """Whether it is in all but its formula set as a title before it is, and its number is the next one: `B. SU(N)
        Symmetry`."""
        line = self.lines[index]
        if not line.mixed or self._style(index) not in self._styles or _SENTENCE_END.search(line.text):
            return False
        is_next = any(self._counts_on(kind, number) for kind, number, _ in numbers(line.text))
        is_heavy = self.setting.is_heavier(replace(line, mixed=False))
        is_alone = self._is_apart(index) and self._is_apart(index + 1) and self._leads_to_text(index + 1)
        return is_next and is_heavy and is_alone

    def _chapter(self, index: int) -> Heading | None:
        """`Chapter 3`, and its title in the lines below."""
        if index + 1 == len(self.lines) or self.lines[index + 1].page != self.lines[index].page:
            return None
        if not self.setting.is_larger(self.lines[index + 1]):
            return None
        stop = self._stop(index + 1)
        return Heading(f"{self.lines[index].text} {self._title(index + 1, stop)}"[:LONGEST_TITLE], 1, stop)

    def _numbered(
        self, text: str, index: int, stop: int, strong: bool, distinct: bool, in_bibliography: bool
    ) -> Heading | None:
        for kind, number, title in numbers(text):
            level = self._level_of(kind, number, text, in_bibliography, index)
            if level is None or not re.search(r"[^\W\d_]{2}" if not strong else r"[^\W\d_]", title):
                continue
            known = distinct and bool(_KNOWN_TITLE.fullmatch(title))
            if not known and self._is_listed(kind, number, index):
                continue
            if not known and not self._follows(kind, number, index, strong):
                continue
            if not (known or strong) and not self._may_be_plain(kind, number, title, index, distinct, in_bibliography):
                continue
            if not (title[0].isupper() or title[0].isdigit() or (strong and self._counts_on(kind, number))):
                continue
            self._last[kind] = number
            if kind in ("arabic", "roman"):
                self._last.pop("letter", None)
            back = kind == "letter" and level == len(number)
            return Heading(text, level, stop, appendix=back or bool(APPENDIX.match(text)))
        return None

    def _is_listed(self, kind: str, number: tuple[int, ...], index: int) -> bool:
        """Whether it is an item of a list that is set in: the one before it, as far in, is below the last heading."""
        line = self.lines[index]
        if len(number) > 1 or self.setting.is_larger(line) or self.setting.indent(line) < 0.5 * line.size:
            return False
        wanted = (kind, (number[0] - 1,))
        return any(
            abs(each.left - line.left) < 0.1 * line.size and wanted in [found[:2] for found in numbers(each.text)]
            for each in self.lines[max(self._behind, index - _LONGEST_ITEM) : index]
        )

    def _level_of(self, kind: str, number: tuple[int, ...], text: str, in_bibliography: bool, index: int) -> int | None:
        if kind != "letter":
            return len(number)
        back = in_bibliography or self._appendix or bool(APPENDIX.match(text))
        if "roman" in self._last and not back:
            return len(number) + 1
        like_sections = self._styles.get(self._style(index)) == 1 and "arabic" in self._last
        return len(number) if back or like_sections else None

    def _follows(self, kind: str, number: tuple[int, ...], index: int, strong: bool) -> bool:
        if self._counts_on(kind, number):
            return True
        last = self._last.get(kind)
        if not strong:
            return False
        if last is None:
            if self.setting.is_heavier(self.lines[index]) or self.setting.is_larger(self.lines[index]):
                return len(number) == 1 and number[0] < 10
            return number[0] <= 2 and all(part <= 2 for part in number)
        if self._styles.get(self._style(index)) == len(number) and number[-1] == 1:
            return True  # chapters count their sections anew
        same_parent = number[:-1] == last[: len(number) - 1] and len(number) <= len(last)
        if same_parent and 0 < number[-1] - last[len(number) - 1] <= 3:
            return True
        return len(number) > 1 and number[0] - last[0] in (0, 1) and all(part == 1 for part in number[1:])

    def _counts_on(self, kind: str, number: tuple[int, ...]) -> bool:
        last = self._last.get(kind)
        if last is None:
            return all(part == 1 for part in number) or number == (0,)
        nexts = {(*last, 1), *((*last[:place], last[place] + 1) for place in range(len(last)))}
        return number in nexts

    def _may_be_plain(
        self, kind: str, number: tuple[int, ...], title: str, index: int, distinct: bool, in_bibliography: bool
    ) -> bool:
        """A heading as large and as heavy as the text: in italics, or apart from the lines around it."""
        if in_bibliography or len(title) > 80 or _SENTENCE_END.search(title) or not self._counts_on(kind, number):
            return False
        if distinct:
            return kind != "arabic" or len(number) > 1 or self._is_apart(index)
        return len(number) > 1 and self._is_apart(index)

    def _without_number(self, text: str, index: int, stop: int, in_bibliography: bool) -> Heading | None:
        """What is bold or large, stands alone and has a text below."""
        line, setting = self.lines[index], self.setting
        words = text.split()
        if len(words) > 14 or _SENTENCE_END.search(text) or not (text[0].isupper() or text[0].isdigit()):
            return None
        if not _is_of_words(words) or not _LETTERS.search(text):
            return None
        if self._style(index) in self._chapters:
            return Heading(text, 1, stop)
        if _THEOREM.match(text) or line.size > _LARGEST * setting.body_size:
            return None
        known = self._styles.get(self._style(index))
        if in_bibliography or (self._outline.is_trusted and known is None):
            return Heading(text, known, stop) if known == 1 and not text.endswith(".") else None
        is_own = self._style(index) in self._own
        if known is None and (self._level_is_numbered() and not (is_own or setting.is_heavier(line))):
            return None
        if known is None and not (self._is_apart(index) and self._leads_to_text(stop)):
            return None
        if not (self._is_apart(index) or self._leads_to_text(stop)):
            return None
        large = line.size >= LARGER * setting.body_size
        if not is_own and not setting.is_heavier(line) and not large and not text.isupper():
            return None
        if known is not None and not self._level_is_numbered():
            return Heading(text, known, stop)
        if known == 1:
            return Heading(text, 1, stop)
        if self._level_is_numbered():
            return Heading(text, min(max(self._level, 1) + 1, 4), stop)
        sections = [style.size for style, level in self._styles.items() if level == 1]
        return Heading(text, 2 if sections and line.size < max(sections) - 0.3 else 1, stop)

    # -- what stands around

    def _stop(self, index: int) -> int:
        """Behind the last line of a title that begins at `index`: set alike, directly below, no number of its own."""
        stop = index + 1
        while stop < len(self.lines) and stop - index < TITLE_LINES:
            last, line = self.lines[stop - 1], self.lines[stop]
            alike = abs(line.size - last.size) < 0.02 * last.size and line.face == last.face and line.page == last.page
            close = 0 < last.baseline - line.baseline < 1.6 * line.size
            if not alike or not close or len(line.cells) > 1 or next(numbers(line.text), None):
                break
            if line.text.isupper() != last.text.isupper():
                break
            if _KNOWN_TITLE.fullmatch(self.lines[index].text) or _KNOWN_TITLE.fullmatch(
                unnumbered(self.lines[index].text)
            ):
                break
            if len(self._title(index, stop)) < 18 and not self.setting.is_larger(line):
                break
            stop += 1
        return stop

    def _title(self, index: int, stop: int) -> str:
        text = self.lines[index].text
        for last, line in zip(self.lines[index:], self.lines[index + 1 : stop], strict=False):
            text = glued(text, line, last)
        return text.strip()

    def _is_apart(self, index: int) -> bool:
        """Whether there is more room above the line than between lines of the text."""
        if index in (0, len(self.lines)):
            return True
        last, line = self.lines[index - 1], self.lines[index]
        if last.page != line.page or last.baseline <= line.baseline:
            return True
        return last.baseline - line.baseline > 1.15 * max(self.setting.leading, 1.1 * last.size)

    def _leads_to_text(self, stop: int) -> bool:
        if stop >= len(self.lines):
            return False
        line = self.lines[stop]
        if next(numbers(line.text), None) and self.setting.stands_out(line):
            return True
        words = line.text.split()
        return self.setting.is_body(line) and len(line.cells) == 1 and len(words) >= 4 and _is_of_words(words)

    def _level_is_numbered(self) -> bool:
        return any(len(last) > 1 or last[0] > 1 for kind, last in self._last.items() if kind != "abstract")

    def _style(self, index: int) -> _Style:
        line = self.lines[index]
        return _Style(line.face.name, round(line.size * 2) / 2)

    def _note(self, heading: Heading, line: Line) -> None:
        self._level = heading.level
        self._last.pop("paren", None)
        if not heading.rest and (line.size > LARGER * self.setting.body_size or self.setting.is_heavier(line)):
            self._styles.setdefault(_Style(line.face.name, round(line.size * 2) / 2), heading.level)
        for kind, number, _ in numbers(heading.title):
            if kind == "arabic" or self._counts_on(kind, number):
                self._last[kind] = number
                if kind == "roman":
                    self._last.pop("letter", None)
                return


def _is_of_words(words: Sequence[str]) -> bool:
    return sum(any(map(str.isalpha, word)) for word in words) >= 0.7 * len(words)
