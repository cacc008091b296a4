"""What a line of a text is made of, whoever wrote it and whoever writes it anew.

Everything that comes from a feed or a model is first read into these spans; `posts/dialects.py` and `site/html.py`
write them, each kind by one function, so that it can only be what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """TeX without its delimiters, as `formulas.tidy` leaves it. `display`: on a line of its own."""

    tex: str
    display: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    children: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Strong:
    children: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Emphasis:
    children: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """A line break inside a paragraph."""


@dataclass(frozen=True, slots=True)
class Original:
    """A sentence in the paper's own English, in a text of another language."""

    children: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """What leads from a sentence to the paragraph that it rests on. Only pages that have that paragraph show it."""

    href: str
    """Of a page of our own, from the page that shows the mark."""
    label: str
    title: str


Span: TypeAlias = "Text | Formula | Code | Link | Strong | Emphasis | Break | Original | Mark"

Piece: TypeAlias = "str | tuple[Span, ...]"
"""A stretch of what a model wrote, or spans that stand between two, as they are."""


_URL_SAFE = "-._~:/?#@!&'*+,;=%"
_SCHEMES = frozenset({"http", "https", "ftp", "mailto"})


def safe_url(url: str) -> str | None:
    """`url` with everything percent-encoded that could end a link or open Liquid; None where it must not be a link."""
    url = quote(url.strip(), safe=_URL_SAFE, errors="replace")
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES or not (parts.netloc or parts.path):
        return None
    return url


def plain(spans: Iterable[Span], formula: Callable[[str], str] = str) -> str:
    """`spans` as text without any markup, formulas as `formula` makes them of their TeX: by default as it is."""
    parts: list[str] = []
    for span in spans:
        if isinstance(span, (Text, Code)):
            parts.append(span.text)
        elif isinstance(span, Formula):
            parts.append(formula(span.tex))
        elif isinstance(span, Break):
            parts.append(" ")
        elif isinstance(span, Mark):
            pass
        else:
            parts.append(plain(span.children, formula))
    return "".join(parts)
