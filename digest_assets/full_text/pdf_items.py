"""Which lines of a PDF begin an item of a list.

A bullet says so by itself. A number, a letter or a dash may also stand at a line's start because its sentence got
there: `as is seen in Eq.` / `(6) and below`. Such a line begins an item where the line above it is finished or short,
where it is set in or its text hangs, or where it counts on from an item above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from digest_assets.full_text.pdf_order import Line
from digest_assets.full_text.pdf_setting import Setting

# Bullets of fonts without a map come as controls (U+0088) or as places of the Symbol font (U+F0B7).
BULLET = re.compile(r"[•◦▪‣●○■◆►➢\x80-\x9f\uf020-\uf0ff\ufffd]")
ITEM = re.compile(
    rf"(?:{BULLET.pattern}|(?P<dash>[∙–·*])|(?P<open>\(?)(?P<number>\d{{1,2}})(?P<close>[.)])"
    r"|\((?:(?P<letter>[a-z]) ?|(?P<roman>[ivx]{2,5}))\))\s+"
)
"""Behind an italic letter a space may be seen: `(f )`."""
SENTENCE_END = re.compile(r"[.:?!](?:[)\]”\"’']|\^\{\d+\})*$")
_BEFORE_A_NUMBER = re.compile(
    r"\b(?:Eqn?s?|Figs?|Secs?|Sects?|Refs?|Tabs?|Thms?|Props?|Lem|Cor|Defs?|Def?n|Exs?|Chs?|Nos?|pp?|cf|vs|resp)\.$",
    re.IGNORECASE,
)
"""What ends in a stop and no sentence does: `Eq.`."""
_DASH = 0
"""What a dash counts."""
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_WORDS = 6
"""Of a line of running text."""
_ROOM = 2.0
"""Times the size: what a line lacks of its column's width that is full, for want of room for the next word."""
_AROUND = 6
"""Lines above and below, of which the longest says how wide the column is."""


@dataclass(slots=True)
class _Counted:
    """The item of a list that was counted last, by the form of its mark."""

    value: int
    line: Line


@dataclass(slots=True)
class Items:
    """Looks through lines in reading order."""

    lines: Sequence[Line]
    setting: Setting
    _last: dict[str, _Counted] = field(default_factory=dict)

    def starts(self) -> frozenset[int]:
        """The places of the lines that begin an item."""
        return frozenset(index for index in range(len(self.lines)) if self._begins(index))

    def _begins(self, index: int) -> bool:
        line = self.lines[index]
        mark = ITEM.match(line.text) if len(line.cells) == 1 else None
        if mark is None or not _is_said(mark, line.text[mark.end() :]):
            return False
        counts = dict(_counts(mark))
        if counts and not self._counts_on(counts, line) and self._is_in_a_sentence(index):
            return False
        self._last |= {form: _Counted(value, line) for form, value in counts.items()}
        return True

    def _counts_on(self, counts: dict[str, int], line: Line) -> bool:
        """Whether the mark is the next one of a list that stands as far in."""
        for form, value in counts.items():
            last = self._last.get(form)
            if last is not None and value in (last.value + 1, _DASH) and line.page - last.line.page < 2:
                return abs(self.setting.indent(line) - self.setting.indent(last.line)) < line.size
        return False

    def _is_in_a_sentence(self, index: int) -> bool:
        """Whether the sentence of the line above goes on with the mark."""
        line, last = self.lines[index], self.lines[index - 1] if index else None
        if last is None or last.is_display or last.is_foot != line.is_foot or len(last.cells) > 1:
            return False
        if abs(last.size - line.size) > 0.08 * last.size or self.setting.is_code(last):
            return False
        if SENTENCE_END.search(last.text) and not _BEFORE_A_NUMBER.search(last.text):
            return False
        if len(last.text.split()) < _WORDS or room_behind(self.lines, index - 1) >= _ROOM * line.size:
            return False
        if last.page != line.page or last.baseline <= line.baseline:
            return self.setting.is_body(last)
        is_next = last.baseline - line.baseline < 1.35 * max(self.setting.leading, 1.1 * line.size)
        return is_next and not self._is_set_in(index)

    def _is_set_in(self, index: int) -> bool:
        """Whether the line begins further in than the one above, or than the one below, or that one further in."""
        line, last = self.lines[index], self.lines[index - 1]
        following = self.lines[index + 1] if index + 1 < len(self.lines) else line
        goes_on = 0 < line.baseline - following.baseline < 1.35 * max(self.setting.leading, 1.1 * line.size)
        hangs = goes_on and following.page == line.page and abs(following.left - line.left) > 0.4 * line.size
        return line.left > last.left + 0.4 * line.size or hangs


def room_behind(lines: Sequence[Line], index: int) -> float:
    """How much the line at `index` lacks of the width of its column, in points."""
    line = lines[index]
    around = lines[max(index - _AROUND, 0) : index + _AROUND]
    rights = (each.right for each in around if each.page == line.page and each.left <= line.right)
    return max(rights, default=line.right) - line.right


def _is_said(mark: re.Match[str], rest: str) -> bool:
    """Whether words stand behind the mark, and no bullet again: a drawing's dots, and the legend that explains them."""
    bullet = BULLET.match(mark[0])
    return any(map(str.isalnum, rest)) and not (bullet and bullet[0] in rest)


def _counts(mark: re.Match[str]) -> Iterator[tuple[str, int]]:
    """The form of a mark, but for bullets, and what it counts. `(i)` is the first of one kind, the ninth of another."""
    if mark["dash"]:
        yield mark["dash"], _DASH
    if mark["number"]:
        yield f"{mark['open']}1{mark['close']}", int(mark["number"])
    if mark["letter"]:
        yield "(a)", ord(mark["letter"]) - 96
    numeral = mark["roman"] or mark["letter"]
    if numeral in _ROMANS:
        yield "(i)", _ROMANS.index(numeral) + 1
