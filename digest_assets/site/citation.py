"""A paper as reference managers and search engines read it: CSL-JSON, `citation_*` elements, JSON-LD, BibTeX.

What each field means: https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables,
https://scholar.google.com/intl/en/scholar/inclusion.html#indexing, https://schema.org/ScholarlyArticle.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TypeAlias

from markupsafe import Markup

from digest_assets.markup.characters import clean
from digest_assets.model import Paper
from digest_assets.site.bibtex import bibtex

Json: TypeAlias = "str | int | list[Json] | dict[str, Json] | None"


def csl(paper: Paper, title: str, authors: tuple[str, ...], abstract: str) -> dict[str, Json]:
    """`paper` as an item of CSL-JSON; `title`, `authors` and `abstract` are given without markup.

    `custom.bibtex` is its BibTeX, which keeps the formulas of the title: `bibtex.py` says why.
    """
    item: dict[str, Json] = {
        "id": f"arxiv:{paper.identifier}",
        "type": "article",
        "title": title,
        "author": [_name(author) for author in authors],
        "abstract": abstract,
        "publisher": "arXiv",
        "number": f"arXiv:{paper.identifier}",
        "DOI": doi(paper),
        "URL": f"https://arxiv.org/abs/{paper.identifier}",
        "categories": list(paper.categories),
        "custom": {"bibtex": bibtex(paper, title, authors)},
    }
    submitted = _submitted(paper)
    if submitted is not None:
        item["issued"] = {"date-parts": [[submitted.year, submitted.month, submitted.day]]}
    return item


def doi(paper: Paper) -> str:
    """The publisher's, else the one that arXiv gives every paper (https://info.arxiv.org/help/doi.html)."""
    return paper.doi or f"10.48550/arXiv.{paper.identifier}"


def elements(paper: Paper, title: str, authors: tuple[str, ...]) -> list[tuple[str, str]]:
    """The `citation_*` elements of a page's head: name and content."""
    submitted = _submitted(paper)
    return [
        ("citation_title", title),
        *(("citation_author", author) for author in authors),
        *([("citation_publication_date", f"{submitted:%Y/%m/%d}")] if submitted else []),
        ("citation_publisher", "arXiv"),
        ("citation_arxiv_id", paper.identifier),
        ("citation_doi", doi(paper)),
        ("citation_language", "en"),
        ("citation_abstract_html_url", f"https://arxiv.org/abs/{paper.identifier}"),
        ("citation_pdf_url", f"https://arxiv.org/pdf/{paper.identifier}"),
    ]


def json_ld(paper: Paper, title: str, authors: tuple[str, ...], abstract: str, address: str) -> Markup:
    """The content of a `<script type="application/ld+json">`. `address`: of our page; empty where it is not known."""
    submitted = _submitted(paper)
    said: dict[str, Json] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": title[:110],
        "name": title,
        "author": [{"@type": "Person", "name": author} for author in authors],
        "abstract": abstract,
        "inLanguage": "en",
        "identifier": f"arXiv:{paper.identifier}",
        "sameAs": [f"https://arxiv.org/abs/{paper.identifier}", f"https://doi.org/{doi(paper)}"],
        "publisher": {"@type": "Organization", "name": "arXiv"},
        "version": f"v{paper.version}",
    }
    if submitted is not None:
        said["datePublished"] = submitted.isoformat()
    if address:
        said["url"] = address
    return Markup(in_script(said))


def in_script(value: object) -> str:
    """`value` as JSON that may stand in a script, in a file or in a page."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return clean(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _submitted(paper: Paper) -> date | None:
    return paper.published_at.date() if paper.published_at else None


def _name(author: str) -> Json:
    given, _, family = author.rpartition(" ")
    return {"given": given, "family": family} if given else {"literal": family}
