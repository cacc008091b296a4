"""Where the formulas are in a text: the one place that says what is a formula, what is money and what is text.

A `$` is read together with all others of its paragraph. Each either begins a formula that the next one ends, or is a
dollar; of all ways to read them the most likely is taken (`_price`). So `$17.7K to $569` is money beside `$O(n)$`,
`$k$NN ... $W$` are two formulas, and a `$` too many spoils one formula and not the whole paragraph. A formula ends
outside all braces that are opened in it (`$x \\text{ if $y$}$` is one) and in its own paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digest_assets.markup.safe_tex import safe_tex
from digest_assets.markup.spans import Code, Emphasis, Formula, Link, Span, Strong, Text

LONGEST = 4000
"""Characters. A longer "formula" is text with a stray dollar."""

_DEEPEST = 8
"""Groups of braces. A delimiter deeper in them begins no formula, so that the time for a text stays in proportion."""

_MATH = "equation|displaymath|math|align|alignat|gather|multline|eqnarray|flalign|split|aligned|cases"
_TOKEN = re.compile(
    rf"\\begin\{{(?P<name>{_MATH})(?P<star>\*?)\}}|(?P<mark>\\[()\[\]]|[${{}}])|\\.|(?P<end>\n[ \t]*\n)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Found:
    """A formula, and what was typed for it, delimiters included."""

    tex: str
    display: bool
    source: str

    @property
    def spans(self) -> tuple[Span, ...]:
        """What a post or page shows for it: see `as_spans`."""
        return as_spans(self.tex, display=self.display)


def split(text: str) -> Iterator[str | Found]:
    """`text` in its order: strings that hold no formula, and the formulas between them."""
    start = 0
    for reading in _readings(text):
        if isinstance(reading, _Formula):
            if start < reading.start:
                yield text[start : reading.start]
            yield Found(reading.tex, reading.display, text[reading.start : reading.end])
            start = reading.end
    if start < len(text):
        yield text[start:]


def sources(text: str) -> tuple[str, ...]:
    """The formulas of `text` as they were typed, delimiters included, in order."""
    return tuple(part.source for part in split(text) if isinstance(part, Found))


def replaced(text: str, by: Callable[[str], str]) -> str:
    """`text` with each formula replaced by what `by` makes of its source, delimiters included."""
    return "".join(part if isinstance(part, str) else by(part.source) for part in split(text))


def without(text: str, instead: str = " ") -> str:
    """`text` with `instead` for each of its formulas."""
    return replaced(text, lambda _: instead)


@dataclass(frozen=True, slots=True)
class _Formula:
    start: int
    end: int
    tex: str
    display: bool


@dataclass(slots=True)
class _Delimiter:
    """A place where a formula may begin or end."""

    start: int
    mark: str
    """`$`, `\\(`, `\\)`, `\\[`, `\\]`, or `begin`."""
    environment: tuple[str, int, int] | None = None
    """Of `begin`: its name, where its inside ends, and where it has ended."""
    partner: int = -1
    """The index of the next delimiter in the same group of braces and the same paragraph."""


def _readings(text: str) -> Iterator[_Formula]:
    """The most likely reading of all delimiters of `text`."""
    if "$" not in text and "\\" not in text:
        return
    found = _delimiters(text)
    starts = [each.start for each in found]
    choices = _choices(text, found, starts)
    index = 0
    while index < len(found):
        chosen = choices[index]
        if chosen is None:
            index += 1
        else:
            yield chosen
            index = bisect_left(starts, chosen.end)


def _delimiters(text: str) -> list[_Delimiter]:
    found: list[_Delimiter] = []
    last_of_group: list[int] = [-1]  # for each open brace, the last delimiter in it
    for token in _TOKEN.finditer(text):
        if token["end"]:
            last_of_group = [-1]
        elif token["mark"] == "{":
            last_of_group.append(-1)
        elif token["mark"] == "}":
            last_of_group = last_of_group[:-1] or [-1]
        elif (token["mark"] or token["name"]) and len(last_of_group) <= _DEEPEST:
            if last_of_group[-1] >= 0:
                found[last_of_group[-1]].partner = len(found)
            last_of_group[-1] = len(found)
            found.append(_Delimiter(token.start(), token["mark"] or "begin", _environment(text, token)))
    return found


def _environment(text: str, token: re.Match[str]) -> tuple[str, int, int] | None:
    if not token["name"]:
        return None
    closing = f"\\end{{{token['name']}{token['star']}}}"
    end = text.find(closing, token.end(), token.end() + LONGEST)
    return None if end < 0 else (token["name"], end, end + len(closing))


def _choices(text: str, found: list[_Delimiter], starts: list[int]) -> list[_Formula | None]:
    """For each delimiter the formula that it begins in the cheapest reading of all from it on, if it begins one."""
    choices: list[_Formula | None] = [None] * len(found)
    prices = [0.0] * (len(found) + 1)
    for index in range(len(found) - 1, -1, -1):
        prices[index] = prices[index + 1] + _price_as_text(text, found[index])
        for formula, price in _formulas_at(text, found, index):
            whole = price + prices[bisect_left(starts, formula.end, index)]
            if whole < prices[index]:
                prices[index], choices[index] = whole, formula
    return choices


def _formulas_at(text: str, found: list[_Delimiter], index: int) -> Iterator[tuple[_Formula, float]]:
    """The formulas that may begin at a delimiter, each with its price."""
    here = found[index]
    if here.environment:
        name, inside, end = here.environment
        tex = text[text.index("}", here.start) + 1 : inside]
        yield _Formula(here.start, end, _as_part(name, tex), True), 0
    if here.partner < 0:
        return
    there = found[here.partner]
    if here.mark in (r"\(", r"\["):
        if there.mark == {r"\(": r"\)", r"\[": r"\]"}[here.mark]:
            yield from _priced(text, here.start, there.start, 2, display=here.mark == r"\[")
    elif here.mark == "$" == there.mark:
        if there.start > here.start + 1:
            yield from _priced(text, here.start, there.start, 1, display=False)
        elif there.partner >= 0 and (closing := found[there.partner]).mark == "$" and closing.partner >= 0:
            last = found[closing.partner]
            if last.mark == "$" and last.start == closing.start + 1:
                yield from _priced(text, here.start, closing.start, 2, display=True)


def _priced(text: str, start: int, inside_end: int, width: int, *, display: bool) -> Iterator[tuple[_Formula, float]]:
    end = inside_end + width
    tex = text[start + width : inside_end]
    if len(tex) > LONGEST or not tex.strip():
        return
    if display and _CITATION.fullmatch(tex):
        return
    price = _price(tex, text[max(0, start - 1) : start], text[end : end + 1], single=width == 1)
    yield _Formula(start, end, tex, display), price


# What readings cost. They were set on all dollars of 10,151 recorded papers and on the cases of the tests.
_STRAY, _MONEY, _CURRENCY = 3.0, 1.0, 0.5
_ODD, _WORDS, _PROSE = 1.0, 2.0, 8.0

_AMOUNT = re.compile(r" ?\d[\d,]*(?:\.\d+)?(?:[eE]\d+)?")
_CURRENCY_BEFORE = re.compile(r"(?:US|HK|NT|A|C|S|R|AU|CA|NZ|SG)\Z")
_SURELY_TEX = re.compile(r"[\\^_{}=<>]")
_IN_TEXT = re.compile(
    r"\\(?:text[a-z]*|mbox|hbox|math[a-z]+|operatorname\*?|label|tag|SI|si|qty|unit|emph|begin|end|bm|boldsymbol|href|url)"
    r"\s*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})+"
)
_WORD = re.compile(r"[^\W\d_]+")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_TWO_WORDS = re.compile(r"(?<![A-Za-z])[A-Za-z]{2,}[ ,;]+(?=[A-Za-z]{2,}(?![A-Za-z]))|[a-z]{3}[.;:?!] +[A-Za-z]")
_SMALL_WORD = re.compile(
    r"(?<![A-Za-z])(?:the|of|and|to|for|with|in|is|are|was|were|we|our|by|on|at|from|that|as|or|than|per|which|this)"
    r"(?![A-Za-z])"
)
_CJK = re.compile("[⺀-〿぀-鿿가-힣＀-￯]")
_NAME_IN_CJK = re.compile("^[^⺀-〿぀-鿿가-힣＀-￯]*[぀-ヿ㐀-鿿가-힣]{1,6}[^⺀-〿぀-鿿가-힣＀-￯]*$")
"""`$损失_1$`: a name and no sentence."""
_FEW_WORDS = re.compile(r"[A-Za-z][A-Za-z'-]{2,}(?:[ ,]+[A-Za-z0-9'-]+){0,7}[.,;:]?")
_CITATION = re.compile(r"[\d,; –-]+")
"""`\\[1, 2\\]`: brackets that were escaped for Markdown."""
_OPERATORS = re.compile(r"[-+~*/=<>≤≥±×\s]*")


def _price_as_text(text: str, delimiter: _Delimiter) -> float:
    if delimiter.mark != "$":
        return _STRAY
    if not _is_money(text, delimiter.start):
        return _STRAY
    return _CURRENCY if _CURRENCY_BEFORE.search(text, max(0, delimiter.start - 2), delimiter.start) else _MONEY


def _is_money(text: str, dollar: int) -> bool:
    """Whether an amount follows, or, as some write, goes before."""
    return bool(_AMOUNT.match(text, dollar + 1) or re.search(r"\d ?\Z", text[max(0, dollar - 2) : dollar]))


def _price(tex: str, before: str, after: str, *, single: bool) -> float:
    """How unlikely it is that `tex` is a formula, where `before` and `after` stand around its delimiters."""
    words = is_words(tex)
    bare = _COMMAND.sub(" ", _IN_TEXT.sub(" ", tex))
    several = len(_WORD.findall(bare)) > 1
    prose = several * (len(_TWO_WORDS.findall(bare)) + 2 * len(_SMALL_WORD.findall(bare)))
    price = 0.0
    if words and single and not before.isalnum() and not after.isalnum():
        price = _WORDS
    elif prose > 1 or (prose and not _SURELY_TEX.search(tex)):
        price = _PROSE
    elif prose:
        price = _STRAY
    if _CJK.search(bare):
        is_name = _SURELY_TEX.search(tex) and _NAME_IN_CJK.search(bare)
        price = max(price, _PROSE if single and not is_name else _STRAY)
    if not single:
        return price
    operators = _OPERATORS.fullmatch(tex) is not None
    surely = operators or _SURELY_TEX.search(tex) is not None
    price += _ODD * (tex[0].isspace() + tex[-1].isspace())
    if after.isdigit() and not surely:
        price += _PROSE if _AMOUNT.match(tex) else _ODD
    return price


def is_words(tex: str) -> bool:
    """Whether the dollars around `tex` are there for italics: `$simultaneously$`."""
    return _FEW_WORDS.fullmatch(tex) is not None and sum(map(str.islower, tex)) >= 3


_PARTS = {
    "align": "aligned", "alignat": "alignedat", "flalign": "aligned", "split": "aligned", "aligned": "aligned",
    "gather": "gathered", "multline": "gathered", "eqnarray": "aligned", "cases": "cases",
}  # fmt: skip


def _as_part(name: str, tex: str) -> str:
    """An environment as it may stand between delimiters, where `align` itself is an error for MathJax and KaTeX."""
    part = _PARTS.get(name)
    return f"\\begin{{{part}}}{tex}\\end{{{part}}}" if part else tex


_WHOLE_LINK = re.compile(r"\\(?:href\{([^{}]*)\}\{(?:\\\w+\{)?([^{}]*)\}?\}|url\{([^{}]*)\})")
_WHOLE_TEXT = re.compile(
    r"\\(?P<name>text|textbf|textit|textsl|textrm|textsf|textsc|texttt|textup|emph|mbox)\s*\{(?P<inside>(?:[^{}]|\\[{}])*"
    r"(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}(?:[^{}]|\\[{}])*)*)\}"
)


def as_spans(tex: str, *, display: bool = False) -> tuple[Span, ...]:
    """A formula for a post; a link or words where it is nothing but that; code where it must not be typeset."""
    tex = tex.strip()
    whole = _WHOLE_LINK.fullmatch(tex)
    if whole:
        url, label = (re.sub(r"\\(.)", r"\1", each) for each in (whole[1] or whole[3] or "", whole[2] or ""))
        return (Link(url, (Text(label or url),)),)
    words = _WHOLE_TEXT.fullmatch(tex)
    if words and (words["name"] == "texttt" or not re.search(r"[\\_^{}]", without(words["inside"], ""))):
        return _styled(words["name"], words["inside"])
    if is_words(tex):
        return (Emphasis((Text(tex),)),)
    safe = safe_tex(tex)
    return (Code(tex),) if safe is None else (Formula(safe, display),) if safe else ()


def _styled(name: str, inside: str) -> tuple[Span, ...]:
    children: list[Span] = []
    for part in split(inside):
        children += [Text(part)] if isinstance(part, str) else part.spans
    if name == "texttt":
        return (Code(re.sub(r"\\(.)", r"\1", inside)),)
    if name == "textbf":
        return (Strong(tuple(children)),)
    return (Emphasis(tuple(children)),) if name in ("textit", "textsl", "emph") else tuple(children)
