"""A paper as BibTeX, in the form that arXiv gives: https://info.arxiv.org/help/hypertex/bibstyles/."""

from __future__ import annotations

import re
import unicodedata

from digest_assets.markup import tex
from digest_assets.markup.characters import clean
from digest_assets.markup.spans import Formula, plain
from digest_assets.model import Paper

_SPECIAL = {"\\": r"{\textbackslash}", "{": r"\{", "}": r"\}", "~": r"{\textasciitilde}", "^": r"{\textasciicircum}"}
_SPECIAL |= {each: f"\\{each}" for each in "&%$#_"}


def bibtex(paper: Paper, title: str, authors: tuple[str, ...]) -> str:
    """The entry of `paper`, whose `title` and `authors` are given without markup (`html.plain_from_tex`).

    Formulas of the paper's own title stay TeX, which is what BibTeX sets.
    """
    year = str(paper.published_at.year) if paper.published_at else f"20{paper.identifier[:2]}"
    fields = {
        # Twice braced: BibTeX would lower the capitals of names and abbreviations.
        "title": f"{{{_with_formulas(paper.title) or _escaped(title)}}}",
        "author": " and ".join(map(_escaped, authors)),
        "year": year,
        "eprint": paper.identifier,
        "archivePrefix": "arXiv",
        "primaryClass": paper.primary_category,
        "doi": paper.doi or "",
        "url": f"https://arxiv.org/abs/{paper.identifier}",
    }
    lines = "".join(f"  {name} = {{{_one_line(value)}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{_key(title, authors, year, paper.identifier)},\n{lines}}}"


def _key(title: str, authors: tuple[str, ...], year: str, identifier: str) -> str:
    family = authors[0].split()[-1] if authors and authors[0].split() else ""
    word = next((each for each in re.findall(r"[A-Za-z]{4,}", title)), "")
    readable = unicodedata.normalize("NFKD", f"{family}{year}{word}".lower()).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]", "", readable) or f"arxiv{re.sub(r'[^0-9]', '', identifier)}"


def _with_formulas(title: str) -> str:
    parts = []
    for span in tex.read(clean(title).strip()):
        is_whole = isinstance(span, Formula) and span.tex.count("{") == span.tex.count("}") and "$" not in span.tex
        parts.append(f"${span.tex}$" if is_whole and isinstance(span, Formula) else _escaped(plain((span,))))
    return " ".join("".join(parts).split())


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
