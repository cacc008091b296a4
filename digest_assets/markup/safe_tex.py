"""The TeX of a formula, read and written anew, so that it can only be a formula.

Only commands of `tex_commands` are written, with lengths, nesting, rows and spaces bounded; a name that nobody knows
(`\\method`, an author's own) becomes a word. What comes out is the same for posts (MathJax, KaTeX) and for the site,
and holds nothing that Liquid, Hugo, Markdown, a table or HTML would take: where no formula is known it is plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from digest_assets.markup import tex_commands as known
from digest_assets.markup.characters import clean
from digest_assets.markup.units import quantity

LONGEST = 2000
"""Characters. Longer formulas stand as they were typed: nobody reads them in a list of papers."""
_BLANK_OF_TEXT = "\0"
"""A blank in a text, where it is seen, while a formula is written. No clean text holds a zero."""
_DEEPEST = 16
"""Groups, arguments and environments in each other."""
_ROWS, _CELLS = 40, 200

_TOKEN = re.compile(r"\\(?P<name>[A-Za-z]+)(?P<star>\*?)|\\(?P<sign>.)|(?P<blank>\s+)|(?P<other>.)", re.DOTALL)
_LENGTH = re.compile(r"\s*[-+]?\s*[\d.,]+\s*(?:pt|em|ex|mu|mm|cm|in|pc|px|sp|bp|dd|cc|\\[A-Za-z]+)")
_ROW_LENGTH = re.compile(r"\*?\s*\[\s*[-+]?[\d.]*\s*(?:[a-z]{2}|\\[A-Za-z]+)?\s*\]|\*")
_SIGNS = {
    "<": r"\lt ", ">": r"\gt ", "|": r"\vert ", "%": r"\%", "#": r"\#", "`": "‘", "$": "", "~": r"\ ", "\\": "",
}  # fmt: skip
_IN_WORDS = re.compile(
    "[\u0250-\u02af\u1a00-\u1aff\u20a0-\u20ff\u2400-\u245f\u2de0-\u2fff\u3000-\ud7ff\uf900-\ufaff\uff00-\uffef\U0001df00-\U0003ffff]+"
)
"""Characters of words: at some of them (IPA, `€`) MathJax 3.2 breaks off where they stand outside of `\\text`."""
_ACCENT_ON = re.compile(
    r"(?P<accent>tilde|widetilde|hat|widehat|bar|overline|vec|dot|ddot|mathcal|mathbb|mathbf|mathrm|mathsf)(?P<letter>[A-Z])"
)
"""`\\tildeO`: how a `\\tilde` reaches arXiv's readers without the blank behind it."""
_OPERATOR = re.compile(rf"\\(?:{'|'.join(known.OPERATORS)}|(?:operatorname\*?|mathop)\{{[^{{}}]*\}})$")


class _NotSafe(ValueError):
    """The formula is shown as it was typed."""


@lru_cache(maxsize=4096)
def safe_tex(tex: str) -> str | None:
    """`tex`, the inside of a formula, as TeX that may be typeset anywhere; None where it must not be."""
    if len(tex) > LONGEST:
        return None
    try:
        reader = _Reader(tex)
        written = reader.row(frozenset(), depth=0)
        if reader.rows or reader.cells:
            written = rf"\begin{{aligned}}{written}\end{{aligned}}"
    except _NotSafe:
        return None
    return _for_everybody(written)


def _for_everybody(written: str) -> str:
    """`written` without what Markdown, Liquid or Hugo would see in it; blanks mean nothing in a formula."""
    written = re.sub(r"(?<!\\) (?=[ ^_}])|(?<=\{) ", "", re.sub(r"\s+", " ", written))
    written = _trimmed(written).removesuffix("\\ ")
    written = re.sub(r"\{(?=[{%#<])", "{ ", written)  # `{{` and `{%` would be Liquid, `{{<` Hugo
    return written.replace("](", "] (").replace("]:", "] :").replace(_BLANK_OF_TEXT, " ")


def _trimmed(written: str) -> str:
    """`written` without blanks around it, but for that of a `\\ ` at its end."""
    written = written.strip()
    return written + " " * ((len(written) - len(written.rstrip("\\"))) % 2)


class _Reader:
    """Walks over one formula."""

    def __init__(self, tex: str) -> None:
        self._tex = tex
        self._position = 0
        self._spaces: Counter[str] = Counter()
        self.rows = self.cells = 0
        """Outside of environments."""
        self._all_rows = self._all_cells = 0

    def row(self, ends: frozenset[str], *, depth: int, in_cells: bool = False) -> str:
        """What stands up to one of `ends` (`}`, `\\end`, `\\right`, `]`), which is read, too; else up to the end."""
        if depth > _DEEPEST:
            raise _NotSafe
        out: list[str] = []
        scripts: set[str] = set()  # of what stands before
        switched = 0
        while (token := self._next()) is not None:
            name, sign, other = token["name"], token["sign"], token["other"]
            if (other in ends) if other else (f"\\{name}" in ends):
                return "".join(out) + "}" * switched
            if token["blank"]:
                out.append(" ")
                continue
            if other in ("^", "_"):
                if other in scripts:
                    out.append("{}")  # TeX would call it an error
                    scripts.clear()
                scripts.add(other)
                out.append(self._script(other, depth))
                continue
            if name not in ("limits", "nolimits") and other != "'":
                scripts.clear()
            if name in known.SWITCHES:
                out.append(rf"\{known.SWITCHES[name]}{{")
                switched += 1
            elif name in ("limits", "nolimits"):
                before = "".join(out[-2:]).strip()
                out.append(rf"\{name} " if _OPERATOR.search(before) else "")
            elif name:
                out.append(self._command(name, token["star"], depth))
            elif sign is not None:
                out.append(self._sign(sign, in_cells))
            elif other == "&":
                out.append(self._cell(in_cells))
            else:
                out.append(self._character(other or "", depth))
        if ends:
            raise _NotSafe
        return "".join(out) + "}" * switched

    def _next(self) -> re.Match[str] | None:
        token = _TOKEN.match(self._tex, self._position)
        if token:
            self._position = token.end()
        return token

    def _skip_blanks(self) -> None:
        while self._tex[self._position : self._position + 1].isspace():
            self._position += 1

    def _character(self, character: str, depth: int) -> str:
        if character == "{":
            return "{" + self.row(frozenset("}"), depth=depth + 1) + "}"
        if character == "}":
            raise _NotSafe
        if words := _IN_WORDS.match(self._tex, self._position - 1):
            self._position = words.end()
            return rf"\text{{{words.group()}}}"
        return _SIGNS.get(character, character)

    def _cell(self, in_cells: bool) -> str:
        self._all_cells += 1
        self.cells += not in_cells
        if self._all_cells > _CELLS:
            raise _NotSafe
        return "&"

    def _sign(self, sign: str, in_cells: bool) -> str:
        if sign == "\\":
            if length := _ROW_LENGTH.match(self._tex, self._position):
                self._position = length.end()
            if not self._tex[self._position :].strip() and not in_cells:
                return ""
            self._all_rows += 1
            self.rows += not in_cells
            if self._all_rows > _ROWS:
                raise _NotSafe
            return r"\\{}" if re.match(r"\s*[\[*]", self._tex[self._position : self._position + 20]) else r"\\"
        if sign in known.SPACES or sign.isspace():
            return self._space(" " if sign.isspace() else sign)
        if sign in "{}%_&#$":
            return f"\\{sign}"
        if sign == "|":
            return r"\Vert "
        if sign in "-/@+":
            return ""
        return _accent(sign, self) or ""

    def _space(self, name: str) -> str:
        self._spaces[name] += 1
        return (rf"\{name} " if name.isalpha() else f"\\{name}") if self._spaces[name] <= known.SPACES[name] else ""

    def _script(self, sign: str, depth: int) -> str:
        self._skip_blanks()
        if self._position >= len(self._tex) or self._tex[self._position] in "}^_&":
            return ""
        argument = self._argument(depth)
        if sign == "^" and argument and not argument.strip("'"):
            return "^{" + r"\prime " * len(argument) + "}"  # `^'` is two scripts, for every reader an error
        return sign + (argument if len(argument) == 1 and argument not in "{}'" else f"{{{argument}}}")

    def _argument(self, depth: int) -> str:
        """The next argument, without its braces: a group, a command with what belongs to it, or one character."""
        self._skip_blanks()
        token = self._next()
        if token is None:
            raise _NotSafe
        if token["other"] == "{":
            return self.row(frozenset("}"), depth=depth + 1)
        if token["name"]:
            return _trimmed(self._command(token["name"], token["star"], depth + 1))
        if token["sign"] is not None:
            if token["sign"] == "\\":
                raise _NotSafe
            return self._sign(token["sign"], in_cells=False)
        if token["other"] in ("&", "^", "_"):
            raise _NotSafe
        return self._character(token["other"] or "", depth)

    def _option(self, depth: int) -> str:
        """The argument in brackets at this place, brackets included; empty where there is none."""
        self._skip_blanks()
        if not self._tex.startswith("[", self._position):
            return ""
        self._position += 1
        return f"[{self.row(frozenset(']'), depth=depth + 1)}]"

    def _raw_argument(self) -> str:
        """The next argument as it was typed."""
        self._skip_blanks()
        if not self._tex.startswith("{", self._position):
            token = self._next()
            return token.group() if token else ""
        start, depth = self._position, 0
        while token := self._next():
            depth += (token["other"] == "{") - (token["other"] == "}")
            if depth == 0:
                return self._tex[start + 1 : self._position - 1]
        raise _NotSafe

    def _command(self, name: str, star: str, depth: int) -> str:
        if depth > _DEEPEST:
            raise _NotSafe
        name = known.SAME_AS.get(name, name)
        if not name[0].isalpha():
            return self._sign(name, in_cells=depth > 0)
        if star and name not in ("operatorname", "hspace", "vspace", "tag"):
            self._position -= 1
        if name in known.SYMBOLS or name in known.STYLES or name in known.BETWEEN:
            return rf"\{name} "
        if name in known.SPACES:
            return self._space(name)
        if name in known.OF_ONE:
            option = self._option(depth) if name in known.WITH_OPTION else ""
            return rf"\{name}{option}{{{self._argument(depth)}}}"
        if name in known.OF_TWO:
            return rf"\{name}{{{self._argument(depth)}}}{{{self._argument(depth)}}}"
        if name in known.TEXTS:
            return self._text(known.TEXTS[name], self._raw_argument(), depth)
        if name in known.SIZES:
            return self._sized(name, depth)
        if name == "not":
            return self._negated(depth)
        if name in known.DIMENSIONS and (length := _LENGTH.match(self._tex, self._position)):
            self._position = length.end()
            return ""
        return self._written_with_others(name, star, depth)

    def _written_with_others(self, name: str, star: str, depth: int) -> str:
        if name == "begin":
            return self._environment(depth)
        if name == "operatorname":
            return self._operator(star, depth)
        if name in known.FORMS:
            count, form = known.FORMS[name]
            if name in ("rule", "raisebox", "rotatebox", "textcolor", "color", "fcolorbox", "colorbox"):
                self._option(depth)
            return self._form(count, form, depth)
        if name == "unicode":
            return _character(self._raw_argument())
        if (said := quantity(name, self._raw_argument, lambda: self._option(depth))) is not None:
            return said
        if name in known.PROGRAMS:
            raise _NotSafe
        if accented := _ACCENT_ON.fullmatch(name):
            return rf"\{accented['accent']}{{{accented['letter']}}}"
        if re.match(r"\s*[\[{]", self._tex[self._position : self._position + 20]):
            raise _NotSafe  # nobody knows what it does with its argument
        return rf"\mathrm{{{name}}}"

    def _form(self, count: int, form: str, depth: int) -> str:
        typed = [self._form_argument(form, number, depth) for number in range(1, count + 1)]
        return re.sub(r"#(\d)", lambda match: typed[int(match[1]) - 1], form)

    def _form_argument(self, form: str, number: int, depth: int) -> str:
        if f"#{number}" not in form:
            self._raw_argument()
            return ""
        if r"\begin" not in form:
            return self._argument(depth)
        self._skip_blanks()
        if not self._tex.startswith("{", self._position):
            return self._argument(depth)
        self._position += 1
        return self.row(frozenset("}"), depth=depth + 1, in_cells=True)

    def _sized(self, name: str, depth: int) -> str:
        self._skip_blanks()
        token = self._next()
        typed = token.group() if token else ""
        delimiter = known.DELIMITERS.get(typed.rstrip("*"))
        if typed == "." and name in ("left", "right"):
            delimiter = "."
        if delimiter is None:
            if name in ("left", "right", "middle"):
                raise _NotSafe
            self._position -= len(typed)
            return ""
        if name == "left":
            inside = self.row(frozenset([r"\right"]), depth=depth + 1)
            return rf"\left{delimiter}{inside}" + self._sized("right", depth)
        return rf"\{name}{delimiter}"

    def _negated(self, depth: int) -> str:
        argument = self._argument(depth)
        return {r"\in": r"\notin ", "=": r"\neq "}.get(argument, rf"\not {argument} ")

    def _operator(self, star: str, depth: int) -> str:
        inside = self._argument(depth)
        if re.fullmatch(r"(?:[A-Za-z0-9 -]|\\,)+", inside):
            return rf"\operatorname{star}{{{inside}}}"
        return f"{{{inside}}}" if inside.startswith("\\") else rf"\mathrm{{{inside}}}"

    def _environment(self, depth: int) -> str:
        typed = self._raw_argument()
        written = known.ENVIRONMENTS.get(typed)
        if written is None:
            raise _NotSafe
        self._option_of_environment()
        columns = ""
        if typed in known.OF_COLUMNS:
            columns = (
                "".join(re.findall("[lcr]", re.sub(r"[@!<>pmb]\{(?:[^{}]|\{[^{}]*\})*\}", "", self._raw_argument())))
                or "c"
            )
            if written == "subarray" and len(columns) > 1:
                written = "array"
        inside = self.row(frozenset([r"\end"]), depth=depth + 1, in_cells=True)
        if self._raw_argument() != typed:
            raise _NotSafe
        if "&" in inside or r"\\" in inside:
            written = "aligned" if written in ("", "gathered") and "&" in inside else written or "gathered"
        if not written:
            return inside
        columns = f"{{{columns}}}" if written in ("array", "subarray") else ""
        return rf"\begin{{{written}}}{columns}{inside.strip()}\end{{{written}}}"

    def _option_of_environment(self) -> None:
        if position := re.compile(r"\s*\[\w\]").match(self._tex, self._position):
            self._position = position.end()

    def _text(self, name: str, inside: str, depth: int) -> str:
        """Running text: formulas and signs in it are taken out, because readers differ in what they see in it."""
        if depth >= _DEEPEST:
            raise _NotSafe
        return "".join(
            rf"\{name}{{{piece}}}" if is_text else piece for piece, is_text in _pieces(inside, depth, self._spaces)
        )


def _pieces(inside: str, depth: int, spaces: Counter[str]) -> Iterator[tuple[str, bool]]:
    """The parts of a text in a formula: words, with True, and what is written outside of the text, with False."""
    words: list[str] = []

    def flushed() -> Iterator[tuple[str, bool]]:
        said = re.sub(r"\s+", _BLANK_OF_TEXT, "".join(words))
        words.clear()
        if said:
            yield said, True

    reader = _Reader(inside)
    reader._spaces = spaces
    while (token := reader._next()) is not None:
        if token["blank"]:
            words.append(" ")
        elif token["other"] == "$":
            yield from flushed()
            end = _next_dollar(inside, reader._position)
            piece = _Reader(inside[reader._position : end])
            piece._spaces = spaces
            yield piece.row(frozenset(), depth=depth + 1), False
            reader._position = end + 1
        elif token["other"]:
            words.append({"{": "", "}": "", "|": "∣", "<": "＜", ">": "＞", "`": "‘", "'": "’", "~": " ", "#": "＃",
                          "^": "ˆ", "&": "＆", "_": "＿", "\\": ""}.get(token["other"], token["other"]))  # fmt: skip
            if token["other"] == "%":
                words.pop()
                yield from flushed()
                yield r"\%", False
        elif token["sign"] is not None:
            if token["sign"] in "{}%_&#$":
                yield from flushed()
                yield f"\\{token['sign']}", False
            elif token["sign"] in ",;: \\>":
                words.append(" ")
            elif token["sign"] in "([])":
                pass
            else:
                words.append(_accent(token["sign"], reader) or "")
        elif (
            token["name"] in known.TEXTS or token["name"] in known.SWITCHES or token["name"] in ("ensuremath", "xspace")
        ):
            continue  # its argument is text like the rest
        else:
            yield from flushed()
            yield reader._command(token["name"], token["star"], depth + 1), False
    yield from flushed()


def _next_dollar(text: str, start: int) -> int:
    position = start
    while token := _TOKEN.match(text, position):
        if token["other"] == "$":
            return position
        position = token.end()
    raise _NotSafe


_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307"}


def _accent(sign: str, reader: _Reader) -> str | None:
    """A letter with the accent that TeX's text writes before it (`\\'e`)."""
    letter = re.compile(r"\s*\{?\s*([^\W\d_])\s*\}?").match(reader._tex, reader._position)
    if sign not in _ACCENTS or letter is None:
        return None
    reader._position = letter.end()
    return unicodedata.normalize("NFC", letter[1] + _ACCENTS[sign])


def _character(code: str) -> str:
    """What arXiv writes as `\\unicode{x2014}`. Below Latin-1's letters it could be a brace."""
    match = re.fullmatch(r"\s*x?([0-9A-Fa-f]{2,5})\s*", code)
    character = chr(int(match[1], 16)) if match else ""
    return clean(character) if character >= "\u00a0" else ""
