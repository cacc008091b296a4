"""Papers as reference managers import them, and as a list to paste: BibTeX, RIS, CSL-JSON, Markdown.

The browser's page of stars writes the same forms (`static/marked.js`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from digest_assets.markup.characters import clean
from digest_assets.model import Paper
from digest_assets.site import citation, html
from digest_assets.site.bibtex import bibtex

_MARKDOWN = re.compile(r"([\\`*_\[\]<>])")
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Reference:
    """A paper, and the date whose digest has it."""

    paper: Paper
    day: date
    translated_title: str = ""
    """A line of Markdown; empty where there is none."""

    @property
    def title(self) -> str:
        return html.plain_from_tex(self.paper.title) or f"arXiv:{self.paper.identifier}"

    @property
    def authors(self) -> tuple[str, ...]:
        return tuple(filter(None, map(html.plain_from_tex, self.paper.authors)))

    @property
    def abstract(self) -> str:
        return html.plain_from_tex(self.paper.abstract)


def as_bibtex(papers: Sequence[Reference]) -> str:
    """Entries with keys that differ."""
    made, keys = [], set[str]()
    for each in papers:
        entry = bibtex(each.paper, each.title, each.authors)
        key = entry.partition("{")[2].partition(",")[0]
        if key in keys:
            entry = entry.replace(key, f"{key}-{each.paper.identifier.replace('/', '-')}", 1)
        keys.add(key)
        made.append(entry)
    return "\n\n".join(made) + "\n" * bool(made)


def as_ris(papers: Sequence[Reference]) -> str:
    """https://en.wikipedia.org/wiki/RIS_(file_format); UNPB is unpublished work, for Zotero a preprint."""
    return "".join(_ris(each) for each in papers)


def _ris(each: Reference) -> str:
    paper, at = each.paper, each.paper.published_at
    names = [name.rpartition(" ") for name in each.authors]
    lines = [
        ("TY", "UNPB"),
        ("TI", each.title),
        *(("AU", f"{family}, {given}" if given else family) for given, _, family in names),
        *([("PY", f"{at:%Y}"), ("DA", f"{at:%Y/%m/%d}")] if at else []),
        ("PB", "arXiv"),
        ("AN", f"arXiv:{paper.identifier}"),
        ("DO", citation.doi(paper)),
        ("UR", f"https://arxiv.org/abs/{paper.identifier}"),
        ("AB", each.abstract),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {_one_line(value)}\r\n" for tag, value in lines if value or tag == "ER")


def as_csl_json(papers: Sequence[Reference]) -> str:
    """https://docs.citationstyles.org/en/stable/specification.html"""
    items = [citation.csl(each.paper, each.title, each.authors, each.abstract) for each in papers]
    kept = [{name: value for name, value in item.items() if name not in ("custom", "categories")} for item in items]
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def as_markdown(papers: Sequence[Reference]) -> str:
    """A list: title and authors, with links."""
    lines = []
    for each in papers:
        translated = html.plain_from_answer(each.translated_title) if each.translated_title else ""
        link = f"[{_escaped(each.title)}](https://arxiv.org/abs/{each.paper.identifier})"
        lines.append(f"- {link}" + (f" {_escaped(translated)}" if translated else ""))
        lines.append(f"  {_escaped(', '.join(each.authors[:_NAMED]))} · arXiv:{each.paper.identifier} · {each.day}")
    return "\n".join(lines) + "\n" * bool(lines)


FORMS: dict[str, Callable[[Sequence[Reference]], str]] = {
    "bibtex": as_bibtex,
    "ris": as_ris,
    "csl-json": as_csl_json,
    "md": as_markdown,
}


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
