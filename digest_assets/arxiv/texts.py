"""Titles, abstracts, names and comments as arXiv meant them: what stands between XML and a paper's own text. Pure.

- arXiv keeps some texts with the entities of HTML in them (`H&amp;E`, `&#233;`): one layer, which is decoded once.
- Control characters and marks that turn the direction of what follows mean nothing in metadata, and would reach a
  terminal, a file name or a page from there.
- A line break is a space, unless the next line is indented or empty: then it begins a paragraph (arXiv's own rule for
  abstracts, https://info.arxiv.org/help/prep.html#abstracts).
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters but white space, marks of direction, lone surrogates, tags, what is not seen at all."""
_PARAGRAPH = re.compile(r"[^\S\n]*\n(?:[^\S\n]*\n|[^\S\n]+(?=\S))\s*")


def clean(text: str) -> str:
    """`text` with entities decoded once, and without what nobody sees."""
    return _MARKS.sub("", _ENTITY.sub(_character, text))


def one_line(text: str) -> str:
    """`text`, clean, with runs of white space, line breaks of the old server among them, as one space."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> str:
    """`text`, clean, each paragraph one line, an empty line between two."""
    found = (one_line(each) for each in _PARAGRAPH.split(text.strip()))
    return "\n\n".join(each for each in found if each)


def _character(found: re.Match[str]) -> str:
    name = found[0][1:]
    return unescape(found[0]) if name.startswith("#") or name in html5 else found[0]
