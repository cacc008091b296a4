"""Where the formulas are in a text, and what must change in them for a post.

Only what surely is a formula is taken for one: `$5 and $6` is money, `$a$` is not. A formula ends at its delimiter
outside all braces (`$x \\text{ if $y$}$` is one formula), in its own paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digest_assets.markup.characters import clean
from digest_assets.markup.spans import Code, Emphasis, Formula, Link, Span, Strong, Text

LONGEST = 4000
"""Characters. A longer "formula" is text with a stray dollar."""

_MOST_STRAYS = 200
"""Delimiters without a formula. Beyond, a text is taken to hold none: looking for the end of each takes time."""

_OPENING = re.compile(
    r"\\\\|\\\$|\$\$?|\\\(|\\\[|\\begin\{(?P<name>equation|displaymath|math|align|gather|multline|eqnarray)(?P<star>\*?)\}"
)
_CLOSING = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_STEP = re.compile(r"\\.|\$\$?|[{}]|\n[ \t]*\n", re.DOTALL)
_SURELY_TEX = re.compile(r"[\\^_{}=<>]")
_PROSE = re.compile(r"[A-Za-z]{2,}[ ,;]+(?:[\w'-]+[ ,;.]+)*?[A-Za-z]{2,}|^\d[\d.,]*[A-Za-z]* +[A-Za-z]{2,}|[⺀-鿿＀-￯]")


@dataclass(frozen=True, slots=True)
class Found:
    """A formula, and what was typed for it, delimiters included."""

    span: Span
    source: str


def split(text: str) -> Iterator[str | Found]:
    """`text` in its order: strings that hold no formula, and the formulas between them."""
    start = position = strays = 0
    while strays < _MOST_STRAYS and (opening := _OPENING.search(text, position)):
        position = opening.end()
        found = _formula_at(text, opening)
        if found is None:
            strays += 1
            continue
        tex, display, end = found
        if start < opening.start():
            yield text[start : opening.start()]
        yield Found(as_span(tex, display=display), text[opening.start() : end])
        start = position = end
    if start < len(text):
        yield text[start:]


def _formula_at(text: str, opening: re.Match[str]) -> tuple[str, bool, int] | None:
    """The TeX that `opening` begins, whether it is displayed, and where it ends; None where it begins no formula."""
    mark = opening.group()
    if mark in (r"\\", r"\$"):
        return None
    if opening["name"]:
        closing = f"\\end{{{opening['name']}{opening['star']}}}"
        end = text.find(closing, opening.end(), opening.end() + LONGEST)
        return None if end < 0 else (_as_part(opening["name"], text[opening.end() : end]), True, end + len(closing))
    end = _closing(text, opening.end(), _CLOSING[mark])
    if end < 0:
        return None
    tex, after = text[opening.end() : end], end + len(_CLOSING[mark])
    if not tex.strip() or (mark == "$" and not _is_formula(tex, text[after : after + 1])):
        return None
    return tex, mark in ("$$", r"\["), after


def _closing(text: str, start: int, mark: str) -> int:
    """Where `mark` stands outside all braces, before the paragraph ends; -1 where it does not."""
    depth = 0
    if text.find(mark, start, start + LONGEST) < 0:
        return -1
    for step in _STEP.finditer(text, start, start + LONGEST):
        found = step.group()
        if depth == 0 and (found == mark or (mark == "$" and found == "$$")):
            return step.start()
        if found == "{":
            depth += 1
        elif found == "}":
            depth -= 1
        if depth < 0 or found.startswith("\n") or (depth == 0 and found in (r"\(", r"\[", "$", "$$")):
            return -1
    return -1


def _is_formula(tex: str, following: str) -> bool:
    if _SURELY_TEX.search(tex):
        return True
    return not following.isdigit() and not _PROSE.search(tex)


_PARTS = {"align": "aligned", "gather": "gathered", "multline": "gathered", "eqnarray": "aligned"}


def _as_part(name: str, tex: str) -> str:
    """An environment as it may stand between delimiters, where `align` itself is an error for MathJax and KaTeX."""
    part = _PARTS.get(name)
    return f"\\begin{{{part}}}{tex}\\end{{{part}}}" if part else tex


_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|.", re.DOTALL)
_TEXT_MACROS = frozenset(
    {rf"\{name}" for name in ("text", "textbf", "textit", "textrm", "textsf", "texttt", "textsc", "textup", "mbox")}
)
_IN_FORMULA = {"|": r"\vert ", r"\|": r"\Vert ", "<": r"\lt ", ">": r"\gt ", "%": r"\%", "\n": " ", "\t": " "}
_IN_TEXT = {"|": "∣", "<": "＜", ">": "＞", "%": r"\%", "\n": " ", "\t": " "}
_COLUMNS = re.compile(r"(\\begin\{array\}(?:\[\w\])?\{)([^{}]*)")
_NEEDLESS = re.compile(r"\\(?:label|tag)\*?\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")
_LINK = re.compile(r"\\href\s*\{([^{}]*)\}\s*")
_WHOLE_LINK = re.compile(r"\\(?:href\{([^{}]*)\}\{(?:\\\w+\{)?([^{}]*)\}?\}|url\{([^{}]*)\})")
_WHOLE_TEXT = re.compile(r"\\(text|textbf|textit|textsl|textrm|textsf|textsc|texttt|mbox)\{([^{}$\\^]+)\}")
_STYLES: dict[str, Callable[[Text], Span]] = {
    "textbf": lambda text: Strong((text,)),
    "textit": lambda text: Emphasis((text,)),
    "textsl": lambda text: Emphasis((text,)),
    "texttt": lambda text: Code(text.text),
}
_UNICODE = re.compile(r"\\unicode\{x([0-9A-Fa-f]{2,5})\}")
# MathJax obeys these: they load code, run it (`\href{javascript:...}`), or change every later formula of the page.
_FORBIDDEN = re.compile(
    r"\\(?:href|url|require|style|class|cssId|data|html[A-Za-z]*|unicode|includegraphics|bbox|mmlToken|"
    r"[gex]?def|let|futurelet|global|(?:re)?newcommand|providecommand|(?:re)?newenvironment|"
    r"DeclareMathOperator|DeclarePairedDelimiter\w*|input|include|catcode|csname|special|write|immediate)(?![A-Za-z])"
)


def as_span(tex: str, *, display: bool = False) -> Span:
    """A formula for a post; a link or words where it is nothing but that; code where it must not be typeset."""
    tex = tex.strip()
    whole = _WHOLE_LINK.fullmatch(tex)
    if whole:
        url, label = (re.sub(r"\\(.)", r"\1", each) for each in (whole[1] or whole[3] or "", whole[2] or ""))
        return Link(url, (Text(label or url),))
    words = _WHOLE_TEXT.fullmatch(tex)
    if words:
        return _STYLES.get(words[1], lambda text: text)(Text(words[2]))
    tidied = tidy(_LINK.sub("", tex))
    if _FORBIDDEN.search(tidied) or not tidied:
        return Code(tex)
    return Formula(tidied, display)


def tidy(tex: str) -> str:
    """`tex` with the same meaning and without what Liquid, a table, HTML or another delimiter would take from it."""
    tex = _UNICODE.sub(_as_character, tex).replace(r"\mbox{", r"\text{")
    tex = _COLUMNS.sub(lambda match: match[1] + match[2].replace("|", ""), _NEEDLESS.sub("", tex))
    out: list[str] = []
    groups: list[bool] = []  # for each open brace, whether text stands in it
    after_text_macro = False
    for token in _TOKEN.findall(tex):
        in_text = groups[-1] if groups else False
        if token == "{":
            groups.append(after_text_macro or in_text)
        elif token == "}" and groups:
            groups.pop()
        after_text_macro = token in _TEXT_MACROS
        out.append((_IN_TEXT if in_text else _IN_FORMULA).get(token, token))
    tidied = re.sub(r"\{(?=[{%#<])", "{ ", "".join(out))  # `{{` and `{%` would be Liquid, `{{<` Hugo
    tidied = tidied.replace("$$", "$ $")
    return _without_open_end(re.sub(r"\s+", " ", tidied).strip())


def _as_character(match: re.Match[str]) -> str:
    """What arXiv writes as `\\unicode{x2014}`. Below Latin-1's letters it could be a brace."""
    character = chr(int(match[1], 16))
    return clean(character) if character >= "\u00a0" else ""


def _without_open_end(tex: str) -> str:
    """`tex` without a last backslash, which would escape the delimiter after it."""
    slashes = len(tex) - len(tex.rstrip("\\"))
    return tex[:-1].rstrip() if slashes % 2 else tex
