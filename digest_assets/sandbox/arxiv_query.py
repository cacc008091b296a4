"""arXiv's query language, as its server reads it and not as one would expect it.

AND, OR and ANDNOT have no precedence and associate to the right: `a OR b AND c` is `a OR (b AND c)`, and so is
`a AND b OR c` the same as `a AND (b OR c)`. Two terms side by side are OR, a term without a field is `all:`, a
field before parentheses goes to every term inside. `submittedDate` takes minutes and includes both ends at second 0.
Source: arXiv/arxiv-search, search/domain/classic_api/query_parser.py, as told in the facts on arXiv's interfaces.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from fnmatch import translate

FIELDS = ("ti", "au", "abs", "co", "jr", "cat", "rn", "id", "all", "doi", "submittedDate", "lastUpdatedDate")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\()
      | (?P<close>\))
      | (?P<operator>ANDNOT|AND|OR)(?=[\s()]|$)
      | (?P<field>[A-Za-z]+):(?=\S)
      | (?P<range>\[[^\]]*\])
      | (?P<phrase>"[^"]*")
      | (?P<word>[^\s()"\[\]]*[^\s()"\[\]:])
    )""",
    re.VERBOSE,
)
_RANGE = re.compile(r"^\[(\d+) TO (\d+)\]$")
_WORDS = re.compile(r"\w+")


class QueryInvalid(ValueError):
    """The query string cannot be read."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a paper is found by: words in lower case between spaces, and values taken as they are."""

    identifier: str
    title: str
    authors: str
    abstract: str
    comment: str
    journal_ref: str
    doi: str
    categories: tuple[str, ...]
    submitted_at: datetime


Predicate = Callable[[Indexed], bool]


def words(text: str) -> str:
    """`text` as it is searched: its words in lower case, a space before and after each."""
    return f" {' '.join(_WORDS.findall(text.lower()))} "


def parse(query: str) -> Predicate:
    """The test that a paper passes when `query` finds it. Raises `QueryInvalid`."""
    tokens = _tokens(query)
    if not tokens:
        raise QueryInvalid(query)
    parser = _Parser(query, tokens)
    predicate = parser.expression(None)
    if parser.kind:
        raise QueryInvalid(query)
    return predicate


def _tokens(query: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position, text = 0, query.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise QueryInvalid(query)
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return tokens


class _Parser:
    def __init__(self, query: str, tokens: list[tuple[str, str]]) -> None:
        self.query = query
        self.tokens = tokens
        self.position = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.position][0] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        value = self.tokens[self.position][1]
        self.position += 1
        return value

    def expression(self, field: str | None) -> Predicate:
        left = self.unit(field)
        if self.kind in ("", "close"):
            return left
        operator = self.take() if self.kind == "operator" else "OR"
        while self.kind == "operator":  # repeated operators collapse to the last
            operator = self.take()
        right = self.expression(field)
        if operator == "AND":
            return lambda paper: left(paper) and right(paper)
        if operator == "ANDNOT":
            return lambda paper: left(paper) and not right(paper)
        return lambda paper: left(paper) or right(paper)

    def unit(self, field: str | None) -> Predicate:
        if self.kind == "field":
            field = self.take()
            if field not in FIELDS:
                raise QueryInvalid(self.query)
        if self.kind == "open":
            self.take()
            inner = self.expression(field)
            if self.kind != "close":
                raise QueryInvalid(self.query)
            self.take()
            return inner
        if self.kind in ("range", "phrase", "word"):
            return self.term(field or "all", self.kind, self.take())
        raise QueryInvalid(self.query)

    def term(self, field: str, kind: str, value: str) -> Predicate:
        # A filter on lastUpdatedDate is rewritten to submittedDate by arXiv's server, in silence.
        if field in ("submittedDate", "lastUpdatedDate"):
            start, end = self.range(value)
            return lambda paper: start <= paper.submitted_at <= end
        if kind == "range":
            raise QueryInvalid(self.query)
        return _FIELD_TESTS[field](value.strip('"'), kind == "phrase")

    def range(self, value: str) -> tuple[datetime, datetime]:
        match = _RANGE.match(value)
        if match is None:
            raise QueryInvalid(self.query)
        try:
            return instant(match.group(1), end=False), instant(match.group(2), end=True)
        except ValueError:
            raise QueryInvalid(self.query) from None


def instant(digits: str, *, end: bool) -> datetime:
    """A bound of a range: 4, 6, 8, 12 or 14 digits, UTC, padded to the first or last minute. Raises `ValueError`."""
    if len(digits) not in (4, 6, 8, 12, 14):
        raise ValueError(digits)
    digits = digits[:12]
    if len(digits) == 4:
        digits += "12" if end else "01"
    if len(digits) == 6:
        last = calendar.monthrange(int(digits[:4]), int(digits[4:]))[1] if end else 1
        digits += f"{last:02}"
    if len(digits) == 8:
        digits += "2359" if end else "0000"
    return datetime.strptime(digits, "%Y%m%d%H%M").replace(tzinfo=timezone.utc)


def _text_test(read: Callable[[Indexed], str]) -> Callable[[str, bool], Predicate]:
    def test(value: str, phrase: bool) -> Predicate:
        if not phrase and ("*" in value or "?" in value):
            pattern = re.compile(translate(value.lower()).removesuffix(r"\Z").removesuffix(r"\z"))
            return lambda paper: any(pattern.fullmatch(word) for word in read(paper).split())
        wanted = words(value)
        return lambda paper: wanted in read(paper)

    return test


def _category_test(value: str, phrase: bool) -> Predicate:
    if "*" in value or "?" in value:
        pattern = re.compile(translate(value))
        return lambda paper: any(pattern.match(each) for each in paper.categories)
    return lambda paper: value in paper.categories


def _all_test(value: str, phrase: bool) -> Predicate:
    return _text_test(lambda paper: paper.title + paper.authors + paper.abstract + paper.comment + paper.journal_ref)(
        value, phrase
    )


_FIELD_TESTS: dict[str, Callable[[str, bool], Predicate]] = {
    "ti": _text_test(lambda paper: paper.title),
    "au": _text_test(lambda paper: paper.authors),
    "abs": _text_test(lambda paper: paper.abstract),
    "co": _text_test(lambda paper: paper.comment),
    "jr": _text_test(lambda paper: paper.journal_ref),
    "rn": lambda value, phrase: lambda paper: False,
    "id": lambda value, phrase: lambda paper: paper.identifier == value,
    "doi": lambda value, phrase: lambda paper: paper.doi == value,
    "cat": _category_test,
    "all": _all_test,
}
