"""Which lines of a PDF are headings: by the file's outline, by numbers that count on, by how they differ from the text.

No sign is enough by itself. A number may be a list's, a bold line a drawing's label; so a number has to follow the
one before, and a line without one has to stand alone above a text. What is missed stays in the text, under the
heading before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from digest_assets.full_text.pdf_order import STEP, Line
from digest_assets.full_text.pdf_setting import LARGER, Setting

LONGEST_TITLE = 200
"""Characters. What is longer is a sentence."""
_LINES = 3
"""How many lines a title may take."""
_TITLES = (
    "abstract|summary|introduction|background|motivation|preliminar(?:y|ies)|related works?|prior work|methods?|"
    "methodology|"
    "materials? and methods?|proposed methods?|approach|model|experiments?|experimental (?:setup|results|settings?)|"
    "evaluation|results?|results and discussions?|discussions?|discussion and conclusions?|limitations?|conclusions?|"
    "conclusions? and future work|conclusions? and discussions?|concluding remarks|future work|acknowledge?ments?|"
    "references(?: and notes)?|bibliography|literature cited|works cited|"
    "ethics statement|impact statement|broader impacts?|appendix|appendices|supplementary materials?"
)
_KNOWN_TITLE = re.compile(rf"(?:{_TITLES})\s*[.:]?", re.IGNORECASE)
_ARABIC = re.compile(
    r"(?:(?:chapter|section|§)\s*)?(\d{1,2}(?:\.\d{1,2}){0,3})(?:\s*[.:)–—-])?\s+(?=\S)", re.IGNORECASE
)
_ROMAN = re.compile(r"([IVX]{1,5})\s*[.:–—-]?\s+(?=\S)")
_LETTER = re.compile(r"(?:appendix\s+)?([A-Z](?:\.\d{1,2}){0,3})\s*[.:–—-]?\s+(?=\S)", re.IGNORECASE)
_APPENDIX = re.compile(r"appendi(?:x|ces)\b|supplement", re.IGNORECASE)
_RUN_IN_ABSTRACT = re.compile(r"(?:Abstract|ABSTRACT)\s*(?:[—–:.-]+\s*|(?=[A-Z][a-z]))(?=\S)")
CAPTION = re.compile(
    r"(?:Figure|Fig\.?|FIG\.|Table|TABLE|Tab\.|Algorithm|Listing)\s*[A-Z]?\.?\d+[a-z]?\s*(?:[.:|]|\s[A-Z]|$)"
    r"|TABLE [IVX]+\b|Figure: "
)
_THEOREM = re.compile(
    r"(?:theorem|lemma|proposition|corollary|definition|remark|example|proof|claim|property|exercise)\b", re.I
)
_SENTENCE_END = re.compile(r"[.;,:]$")
_RUN_IN_GAP = re.compile(r"(?P<closers>[)\]}]*)\s*[.:–—]+\s*")
_FIRST_SENTENCE = re.compile(r"(.{4,120}?[^\W\d_])[.:]\s+(?=[A-Z])")
_NEARLY = 0.85
_LETTERS = re.compile(r"[^\W\d_]{3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""What a title without a number has: `P_{N}` is none."""


class Entry(NamedTuple):
    """A line of the file's outline. `level` from 0, `page` from 0."""

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the lines [start, `stop`)."""

    title: str
    level: int
    stop: int
    rest: str = ""
    """What stands behind it on its line: `Abstract—We ...`."""
    appendix: bool = False


class _Style(NamedTuple):
    font: str
    size: float


@dataclass(slots=True)
class Headings:
    """Looks through lines in reading order, from the first to the last."""

    lines: Sequence[Line]
    setting: Setting
    entries: Sequence[Entry] = ()
    _in_outline: dict[int, Heading] = field(default_factory=dict)
    _trusted: bool = False
    """Whether the outline names the sections: most of its lines are on the pages that it says."""
    _last: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By kind of number: the last one that was accepted."""
    _styles: dict[_Style, int] = field(default_factory=dict)
    """Of accepted headings, with their level."""
    _level: int = 1
    _appendix: bool = False

    def __post_init__(self) -> None:
        self._match_outline()

    def at(self, index: int, in_bibliography: bool) -> Heading | None:
        """The heading that begins with the line at `index`, if one does."""
        line = self.lines[index]
        found = self._in_outline.get(index) or self._run_in_abstract(line, index)
        if found is None and line.lead and not in_bibliography:
            found = self._run_in_numbered(line, index)
        if found is None and not CAPTION.match(line.text) and re.search(r"[^\W\d_]", line.text):
            found = self._typographic(index, in_bibliography)
        if found is None:
            return None
        self._appendix = self._appendix or found.appendix
        self._note(found, line)
        return found

    # -- by the outline

    def _match_outline(self) -> None:
        by_page: dict[int, list[int]] = {}
        for index, line in enumerate(self.lines):
            by_page.setdefault(line.page, []).append(index)
        top = min((entry.level for entry in self.entries), default=0)
        if sum(entry.level == top for entry in self.entries) == 1 and len(self.entries) > 2:
            top += 1  # the paper's title, with its sections below
        place, asked = -1, 0
        for entry in self.entries:
            asked += entry.page in by_page
            found = next(
                (
                    heading
                    for index in by_page.get(entry.page, ())
                    if index > place and (heading := self._as_entry(entry, index, top)) is not None
                ),
                None,
            )
            if found is not None:
                place = found.stop - 1
        matched = len(self._in_outline)
        self._trusted = matched >= max(3, 0.6 * asked)
        if asked and matched < 0.3 * asked:
            self._in_outline.clear()  # an outline of something else

    def _as_entry(self, entry: Entry, index: int, top: int) -> Heading | None:
        """The heading that `entry` names, where it begins at `index`. Noted."""
        title = _bare(entry.title)
        if len(title) < 3 or not _bare(self.lines[index].text):
            return None
        text, line = "", self.lines[index]
        for stop in range(index + 1, min(index + 1 + _LINES, len(self.lines) + 1)):
            following = self.lines[stop - 1]
            if following.page != line.page:
                break
            text = _glued(text, following, self.lines[stop - 2]) if text else following.text
            bare = _bare(text)
            if bare == title or _bare(_unnumbered(text)) == _bare(_unnumbered(entry.title)):
                return self._in(entry, index, top, text, stop, "")
            if not title.startswith(bare) and not _bare(_unnumbered(entry.title)).startswith(_bare(_unnumbered(text))):
                break
        return self._run_in(entry, index, top, line, title)

    def _run_in(self, entry: Entry, index: int, top: int, line: Line, title: str) -> Heading | None:
        """A title in the line of its text: `6.2. Middle level. The ...`."""
        for number in {title, _bare(_unnumbered(entry.title))}:
            end = _end_of(line.text, number) if len(number) > 5 else None
            start = _bare(line.text[:end]) if end is not None else ""
            if end is not None and start == number and (gap := _RUN_IN_GAP.match(line.text, end)):
                text = line.text[:end] + gap["closers"]
                return self._in(entry, index, top, text, index + 1, line.text[gap.end() :])
        return self._nearly_run_in(entry, index, top, line)

    def _nearly_run_in(self, entry: Entry, index: int, top: int, line: Line) -> Heading | None:
        """A title whose formula the outline has in other letters, under the same number."""
        numbers = [next(_numbers(text), None) for text in (entry.title, line.text)]
        first = _FIRST_SENTENCE.match(line.text)
        if first is None or numbers[0] is None or numbers[1] is None or numbers[0][:2] != numbers[1][:2]:
            return None
        title, here = _bare(numbers[0][2]), _bare(_unnumbered(first[1]))
        if len(title) < 8 or SequenceMatcher(None, title, here).ratio() < _NEARLY:
            return None
        return self._in(entry, index, top, first[1], index + 1, line.text[first.end() :])

    def _in(self, entry: Entry, index: int, top: int, text: str, stop: int, rest: str) -> Heading:
        title = text.strip()[:LONGEST_TITLE]
        heading = Heading(title, max(entry.level - top, 0) + 1, stop, rest, bool(_APPENDIX.match(title)))
        self._in_outline[index] = heading
        return heading

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
        title_line = replace(line, text=lead, face=line.lead_face or line.face, mixed=False)
        if not (self.setting.is_heavier(title_line) or self.setting.differs(title_line)):
            return None
        if not re.search(r"[.:]$", lead) and not re.match(r"\s*[.:]", rest):
            return None
        for kind, number, title in _numbers(lead):
            if kind == "arabic" and len(number) > 1 and len(title) > 2 and self._follows(kind, number, index, True):
                return Heading(lead.rstrip(" .:"), len(number), index + 1, rest.lstrip(" .:"))
        return None

    def _typographic(self, index: int, in_bibliography: bool) -> Heading | None:
        line, setting = self.lines[index], self.setting
        strong = setting.stands_out(line)
        distinct = strong or setting.differs(line)
        if len(line.cells) > 1 or line.size < 0.85 * setting.body_size or setting.is_code(line):
            return None
        if STEP.match(line.text) and not setting.is_larger(line):
            return None
        stop = self._stop(index) if distinct else index + 1
        text = self._title(index, stop)
        if len(text) > LONGEST_TITLE or (text[-1] in ",;=" and not _KNOWN_TITLE.fullmatch(text)):
            return None
        if distinct and _KNOWN_TITLE.fullmatch(text):
            return Heading(text, 1, stop, appendix=bool(_APPENDIX.match(text)))
        numbered = self._numbered(text, index, stop, strong, distinct, in_bibliography)
        if numbered is not None or not strong:
            return numbered
        if _APPENDIX.match(text) and len(text) < 80:
            return Heading(text, 1, stop, appendix=True)
        return self._without_number(text, index, stop, in_bibliography)

    def _numbered(
        self, text: str, index: int, stop: int, strong: bool, distinct: bool, in_bibliography: bool
    ) -> Heading | None:
        for kind, number, title in _numbers(text):
            level = self._level_of(kind, number, text, in_bibliography, index)
            if level is None or not re.search(r"[^\W\d_]{2}" if not strong else r"[^\W\d_]", title):
                continue
            known = distinct and bool(_KNOWN_TITLE.fullmatch(title))
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
            return Heading(text, level, stop, appendix=back or bool(_APPENDIX.match(text)))
        return None

    def _level_of(self, kind: str, number: tuple[int, ...], text: str, in_bibliography: bool, index: int) -> int | None:
        if kind != "letter":
            return len(number)
        back = in_bibliography or self._appendix or bool(_APPENDIX.match(text))
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
        if _THEOREM.match(text) or line.size > 1.7 * setting.body_size:
            return None
        known = self._styles.get(self._style(index))
        if in_bibliography or (self._trusted and known is None):
            return Heading(text, known, stop) if known == 1 and not text.endswith(".") else None
        if known is None and (self._level_is_numbered() and not setting.is_heavier(line)):
            return None
        if known is None and not (self._is_apart(index) and self._leads_to_text(stop)):
            return None
        if not (self._is_apart(index) or self._leads_to_text(stop)):
            return None
        large = line.size >= LARGER * setting.body_size
        if not setting.is_heavier(line) and not large and not text.isupper():
            return None
        if known is not None and not self._level_is_numbered():
            return Heading(text, known, stop)
        if known == 1:
            return Heading(text, 1, stop)
        if self._level_is_numbered():
            return Heading(text, min(self._level + 1, 4), stop)
        sections = [style.size for style, level in self._styles.items() if level == 1]
        return Heading(text, 2 if sections and line.size < max(sections) - 0.3 else 1, stop)

    # -- what stands around

    def _stop(self, index: int) -> int:
        """Behind the last line of a title that begins at `index`: set alike, directly below, no number of its own."""
        stop = index + 1
        while stop < len(self.lines) and stop - index < _LINES:
            last, line = self.lines[stop - 1], self.lines[stop]
            alike = abs(line.size - last.size) < 0.02 * last.size and line.face == last.face and line.page == last.page
            close = 0 < last.baseline - line.baseline < 1.6 * line.size
            if not alike or not close or len(line.cells) > 1 or next(_numbers(line.text), None):
                break
            if _KNOWN_TITLE.fullmatch(self.lines[index].text) or _KNOWN_TITLE.fullmatch(
                _unnumbered(self.lines[index].text)
            ):
                break
            if len(self._title(index, stop)) < 18 and not self.setting.is_larger(line):
                break
            stop += 1
        return stop

    def _title(self, index: int, stop: int) -> str:
        text = self.lines[index].text
        for last, line in zip(self.lines[index:], self.lines[index + 1 : stop], strict=False):
            text = _glued(text, line, last)
        return text.strip()

    def _is_apart(self, index: int) -> bool:
        """Whether there is more room above the line than between lines of the text."""
        last, line = (self.lines[index - 1] if index else None), self.lines[index]
        if last is None or last.page != line.page or last.baseline <= line.baseline:
            return True
        return last.baseline - line.baseline > 1.15 * max(self.setting.leading, 1.1 * last.size)

    def _leads_to_text(self, stop: int) -> bool:
        if stop >= len(self.lines):
            return False
        line = self.lines[stop]
        if next(_numbers(line.text), None) and self.setting.stands_out(line):
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
        if not heading.rest and (line.size > LARGER * self.setting.body_size or self.setting.is_heavier(line)):
            self._styles.setdefault(_Style(line.face.name, round(line.size * 2) / 2), heading.level)
        for kind, number, _ in _numbers(heading.title):
            if kind == "arabic" or self._counts_on(kind, number):
                self._last[kind] = number
                if kind == "roman":
                    self._last.pop("letter", None)
                return


def _numbers(text: str) -> Iterator[tuple[str, tuple[int, ...], str]]:
    """Kind, parts and title of what may be a number before a title. `V. Data` may be a Roman one, or a letter."""
    if match := _ARABIC.match(text):
        yield "arabic", tuple(map(int, match[1].split("."))), text[match.end() :]
    if (match := _ROMAN.match(text)) and (value := _roman(match[1])):
        yield "roman", (value,), text[match.end() :]
    if match := _LETTER.match(text):
        first, *others = match[1].split(".")
        if first.isupper():
            yield "letter", (ord(first) - 64, *map(int, others)), text[match.end() :]


def _is_of_words(words: Sequence[str]) -> bool:
    return sum(any(map(str.isalpha, word)) for word in words) >= 0.7 * len(words)


def _roman(numeral: str) -> int:
    values = {"I": 1, "V": 5, "X": 10}
    total = 0
    for one, two in zip_longest(numeral, numeral[1:]):
        total += -values[one] if two and values[two] > values[one] else values[one]
    return total


def _unnumbered(text: str) -> str:
    text = re.sub(r"^[IVX]+-[A-Z](?:\d|-\d)*\s+", "A. ", text.strip())  # IEEE's outlines: `III-A Data` for `A. Data`
    return next((title for _, _, title in _numbers(text.strip())), text)


def _glued(text: str, line: Line, last: Line) -> str:
    return f"{text}{line.text}" if last.hyphenated else f"{text} {line.text}"


def _bare(text: str) -> str:
    """The letters and digits alone, without accents: how an outline and a page have the same title."""
    return "".join(each for each in unicodedata.normalize("NFKD", text.lower()) if each.isalnum())


def _end_of(text: str, bare: str) -> int | None:
    """Where in `text` the letters and digits of `bare` end, if it begins with them."""
    for end in range(len(bare), min(len(text), 2 * len(bare) + 20) + 1):
        if _bare(text[:end]) == bare:
            return end
    return None
