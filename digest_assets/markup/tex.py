"""Titles, names and abstracts as arXiv sends them: plain text with formulas, and with whatever TeX authors left in it.

arXiv asks for plain text (https://info.arxiv.org/help/prep.html) and shows macros as they were typed. What is known
here is read as what it means (`\\href`, `\\emph`, accents, `\\%`); what is not known stays as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from pylatexenc.latex2text import get_default_latex_context_db

from digest_assets.markup.addresses import linked, unescaped
from digest_assets.markup.last_texts import of_last_texts
from digest_assets.markup.safe_tex import safe_tex
from digest_assets.markup.spans import Code, Emphasis, Formula, Link, Span, Strong, Text, plain
from digest_assets.markup.stand_ins import Shelf
from digest_assets.markup.units import QUANTITIES

_STRONG = frozenset({"textbf", "bf", "bfseries", "mathbf", "strong"})
_EMPHASIS = frozenset({"emph", "em", "textit", "it", "itshape", "textsl", "sl", "slshape"})
_CODE = frozenset({"texttt", "tt", "ttfamily", "verb", "lstinline", "path"})
_UPRIGHT = frozenset(
    {"text", "textrm", "textsc", "textsf", "textup", "textmd", "textnormal", "mbox", "hbox", "underline", "uline", "ul"}
    | {"rm", "sf", "sc", "scshape", "mathrm", "mathsf", "ensuremath", "small", "textsuperscript", "textsubscript"}
)
_SWITCHES = frozenset(
    {"bf", "bfseries", "em", "it", "itshape", "sl", "slshape", "tt", "ttfamily", "rm", "sf", "sc", "scshape", "small"}
)
_DROPPED = frozenset({"xspace", "noindent", "newline", "protect", "centering", "relax", "ignorespaces"})
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
# Not in pylatexenc's table; the last two are in many authors' own.
_SIGNS = {"copyright": "©", "textregistered": "®", "texttrademark": "™", "deg": "°", "eg": "e.g.", "ie": "i.e."}
_SPACES = {",": " ", ";": " ", ":": " ", " ": " ", "\n": " ", "!": "", "-": "", "/": "", "@": ""}
_LITERAL = frozenset("%&_#${}")

_TOKEN = re.compile(
    r"\\(?P<word>[A-Za-z]+)\*?(?P<space>[ \t]*)|\\(?P<sign>[^A-Za-z])|(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}]+)|\\",
    re.DOTALL,
)
_ARGUMENTS = re.compile(r"(?:\s*\[[^\[\]]{0,80}\])?(?:\{(?:[^{}]|\{[^{}]*\}){0,80}\}){1,3}")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_SWITCH = re.compile(r"\s*\\([A-Za-z]+)\s*")
_DEEPEST = 20


def read(text: str) -> tuple[Span, ...]:
    """The spans of TeX text, all in one paragraph. `text` is clean (`characters.clean`)."""
    shelf = Shelf()
    return tuple(_Reader(shelf, typeset=_typeset).read(unescaped(shelf.put_formulas(text))))


def read_answer(text: str, shelf: Shelf) -> tuple[Span, ...]:
    """The same of a model's plain text, in which dashes, quotes and ties are what they look like.

    `shelf`: with what stands between its sentences, if anything does.
    """
    return tuple(_Reader(shelf, typeset=_on_one_line).read(unescaped(shelf.put_formulas(text))))


def read_command(text: str, position: int, shelf: Shelf) -> tuple[tuple[Span, ...], int] | None:
    """The spans of the command or of the group with a font that begins at `position`, and where it has ended.

    None where it is none that is known. The formulas of `text` are on `shelf` already.
    """
    return _Reader(shelf, typeset=_on_one_line).command_at(text, position)


class _Reader:
    """Walks over one text whose formulas are on `shelf`."""

    def __init__(self, shelf: Shelf, *, typeset: Callable[[str], str]) -> None:
        self._shelf = shelf
        self._typeset = typeset

    def read(self, text: str, depth: int = 0) -> list[Span]:
        spans: list[Span] = []
        position = 0
        while token := _TOKEN.match(text, position):
            position = token.end()
            if token["text"] is not None:
                spans.extend(self._running_text(token["text"]))
            elif token["word"] and depth < _DEEPEST:
                found, position = self._command(text, token, depth)
                spans.extend(found)
            elif token["sign"] is not None:
                found, position = self._sign(text, token)
                spans.extend(found)
            elif token["open"] and depth < _DEEPEST and (end := _group_end(text, token.start())) >= 0:
                spans.extend(self._group(text[position : end - 1], depth))
                position = end
            else:
                spans.append(Text(token.group()))
        return _joined(spans)

    def command_at(self, text: str, position: int) -> tuple[tuple[Span, ...], int] | None:
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        if token["open"]:
            end = _group_end(text, position)
            switch = _SWITCH.match(text, position + 1)
            if end < 0 or switch is None or switch[1] not in _SWITCHES:
                return None
            return tuple(self._group(text[token.end() : end - 1], 0)), end
        found, end = self._command(text, token, 0) if token["word"] else self._sign(text, token)
        return None if found == [Text(token.group())] else (tuple(found), end)

    def _running_text(self, text: str) -> Iterator[Span]:
        for span in linked(text):
            if isinstance(span, Text):
                yield from self._shelf.take(self._typeset(span.text))
            else:
                yield span

    def _group(self, inside: str, depth: int) -> list[Span]:
        """Braces group where a macro is in them (`{\\'e}`, `{\\bf x}`); else they are text, as arXiv shows them."""
        switch = _SWITCH.match(inside)
        if switch and switch[1] in _SWITCHES:
            return _styled(switch[1], self.read(inside[switch.end() :], depth + 1))
        spans = self.read(inside, depth + 1)
        if inside.startswith("\\") and not inside.startswith("\\\\"):
            return spans
        return [Text("{"), *spans, Text("}")] if inside else []

    def _command(self, text: str, token: re.Match[str], depth: int) -> tuple[list[Span], int]:
        name, position = token["word"], token.end()
        if name in ("href", "url"):
            return self._link(name, text, token, depth)
        if name in _ACCENTS and (token["space"] or text[position : position + 1] in ("{", "\\")):
            accented = _accented(name, text, position)
            if accented:
                return [Text(accented[0])], accented[1]
            mangled = re.match(r"\{([a-z]+)\}", text[position : position + 20])
            if mangled and (symbol := _symbol(name + mangled[1])):  # `\\kappa` reaches readers as `\\k{appa}`
                return [Text(symbol)], position + mangled.end()
        if name in ("textcolor", "colorbox"):
            colour = _argument(text, position)
            coloured = _argument(text, colour[1]) if colour else None
            return (self.read(coloured[0], depth + 1), coloured[1]) if coloured else ([Text(token.group())], position)
        if name in _STRONG | _EMPHASIS | _CODE | _UPRIGHT | {"footnote"}:
            argument = _argument(text, position)
            if argument is not None:
                return _styled(name, self.read(argument[0], depth + 1)), argument[1]
            return ([], position) if name in _SWITCHES else ([Text(token.group())], position)
        if name in _DROPPED:
            return [], position + (2 if text.startswith("{}", position) else 0)
        if name in QUANTITIES:
            return self._quantity(text, token)
        symbol = _symbol(name)
        if symbol is None:
            return [Text(token.group())], position
        position += 2 if text.startswith("{}", position) else 0
        return [Text(symbol)], position

    def _quantity(self, text: str, token: re.Match[str]) -> tuple[list[Span], int]:
        """`\\SI{16}{\\kilo\\hertz}` and the like, as a formula."""
        arguments = _ARGUMENTS.match(text, token.end())
        end = arguments.end() if arguments else token.end()
        written = safe_tex(self._shelf.source(text[token.start() : end]))
        return ([Formula(written)] if written else [Text(text[token.start() : end])]), end

    def _link(self, name: str, text: str, token: re.Match[str], depth: int) -> tuple[list[Span], int]:
        address = _argument(text, token.end())
        if address is None:
            return [Text(token.group())], token.end()
        url = re.sub(r"\\(.)", r"\1", "".join(self._shelf.source(address[0]).split()))
        label = _argument(text, address[1]) if name == "href" else None
        if label is None:
            return [Link(url, (Text(url),))], address[1]
        children = [child for span in self.read(label[0], depth + 1) for child in _unlinked(span)]
        return [Link(url, tuple(children) or (Text(url),))], label[1]

    def _sign(self, text: str, token: re.Match[str]) -> tuple[list[Span], int]:
        sign, position = token["sign"], token.end()
        if sign in _LITERAL:
            return [Text(sign)], position
        if sign == "\\":
            return [Text(" ")], position
        if sign in _SPACES:
            return [Text(_SPACES[sign])], position
        if sign in _ACCENTS:
            accented = _accented(sign, text, position)
            if accented:
                return [Text(accented[0])], accented[1]
            if sign == "~":
                return [Text("~")], position
        if sign in "()[]":
            return [Text(sign)], position  # of a formula that has no other end
        return list(self._shelf.take(token.group())), position


def _styled(name: str, children: list[Span]) -> list[Span]:
    if name in _STRONG:
        return [Strong(tuple(children))]
    if name in _EMPHASIS:
        return [Emphasis(tuple(children))]
    if name in _CODE and all(isinstance(child, Text) for child in children):
        return [Code(plain(children))]
    return [Text(" ("), *children, Text(")")] if name == "footnote" else children


def _unlinked(span: Span) -> tuple[Span, ...]:
    return span.children if isinstance(span, Link) else (span,)


def _group_end(text: str, start: int) -> int:
    """Where the group that opens at `start` has ended; -1 where it never does."""
    return _group_ends(text).get(start, -1)


@of_last_texts
def _group_ends(text: str) -> dict[int, int]:
    """Every group of `text`: where it opens, and where it has ended."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for brace in _BRACE.finditer(text):
        if brace.group() == "{":
            opened.append(brace.start())
        elif brace.group() == "}" and opened:
            ends[opened.pop()] = brace.end()
    return ends


def _argument(text: str, position: int) -> tuple[str, int] | None:
    """The `{...}` at `position`, blanks before it allowed, and where it ends."""
    while text[position : position + 1] in (" ", "\n"):
        position += 1
    if not text.startswith("{", position):
        return None
    end = _group_end(text, position)
    return None if end < 0 else (text[position + 1 : end - 1], end)


_BASE = re.compile(r"\s*(?:\{\s*(?:\\([ij])|([^\W\d_]))\s*\}|\\([ij])(?![A-Za-z])\s?|([^\W\d_]))")


def _accented(accent: str, text: str, position: int) -> tuple[str, int] | None:
    """The letter that `accent` and what follows it make, and where it ends. `\\i` and `\\j` lose their dot anyway."""
    base = _BASE.match(text, position)
    if base is None:
        return None
    letter = next(group for group in base.groups() if group)
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent]), base.end()


@lru_cache(maxsize=512)
def _symbol(name: str) -> str | None:
    """What a macro without arguments shows (`\\alpha`, `\\ss`); None where pylatexenc does not know it."""
    if name in _SIGNS:
        return _SIGNS[name]
    spec = get_default_latex_context_db().get_macro_spec(name)
    # Others are functions or patterns with places for arguments.
    shown = spec.simplify_repl if spec is not None else None
    return shown if isinstance(shown, str) and 0 < len(shown.strip()) <= 3 and not set("%\\") & set(shown) else None


_TYPESETTING = (
    (re.compile(r"(?<!-)---(?!-)"), "—"),
    (re.compile(r"(?<![-\s])--(?!-)|(?<=\s)--(?=\s)"), "–"),
    (re.compile(r"(?<!`)``(?!`)|''"), '"'),
    (re.compile(r"`([^`']{1,200})'"), r"'\1'"),  # `code` has another end, and stays as it is
    (re.compile(r"(?<=[^\s~])~(?=[^\s~]|$)"), "\u00a0"),
)


def _typeset(text: str) -> str:
    """Dashes, quotes and ties as TeX means them. ` --flag` is no dash, and `about ~5` no tie."""
    for pattern, replacement in _TYPESETTING:
        text = pattern.sub(replacement, text)
    return _on_one_line(text)


def _on_one_line(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text)


def _joined(spans: list[Span]) -> list[Span]:
    """`spans` with neighbouring texts made one, so that escaping sees what stands next to a character."""
    joined: list[Span] = []
    for span in spans:
        if isinstance(span, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + span.text)
        else:
            joined.append(span)
    return joined
