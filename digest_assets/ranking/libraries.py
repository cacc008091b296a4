"""Exports of reference managers, and stars of the site, as a reader's own papers.

BibTeX (https://www.ctan.org/pkg/btxdoc), RIS (https://en.wikipedia.org/wiki/RIS_(file_format)) and CSL-JSON
(https://docs.citationstyles.org): Zotero, JabRef, Mendeley and EndNote write one of them. A file is known by what it
holds, since its ending may say anything.
"""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import rispy
from bibtexparser.entrypoint import parse_string

from digest_assets.arxiv.identifiers import split_version
from digest_assets.markup import tex
from digest_assets.markup.spans import plain
from digest_assets.ranking.interests import OwnPaper, Words

_ARXIV = re.compile(r"arxiv(?:\.org/(?:abs|pdf|html)/|[.:/]\s*)(\S+)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Library:
    """What a file holds."""

    papers: tuple[OwnPaper, ...] = ()
    """Those with a title."""
    identifiers: tuple[str, ...] = ()
    """arXiv's, of stars: of them the file says nothing else."""
    unread: int = 0
    """Entries that have no title, or cannot be read."""


def read_library(text: str) -> Library:
    """What `text` holds. Raises `ValueError`, with what is wrong, for what is none of the forms."""
    text = text.lstrip("\ufeff").strip()
    if text.startswith(("{", "[")):
        return _json(text)
    if re.search(r"^\s*TY  ?-", text, re.MULTILINE):
        return _ris(text)
    if re.search(r"@\w+\s*[{(]", text):
        return _bibtex(text)
    raise ValueError("it is neither BibTeX, RIS nor CSL-JSON, nor a file of stars")


def _json(text: str) -> Library:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValueError(f"it is not valid JSON ({error})") from None
    if isinstance(found, dict) and isinstance(found.get("papers"), dict):
        return Library(identifiers=tuple(sorted(each for each, mark in found["papers"].items() if _is_starred(mark))))
    items = found.get("items", []) if isinstance(found, dict) else found
    return _library(
        (
            (each.get("title"), each.get("abstract"), [each.get(name) for name in ("DOI", "URL", "number", "note")])
            if isinstance(each, dict)
            else (None, None, ())
        )
        for each in items
    )


def _is_starred(mark: object) -> bool:
    """Of the site's marks: `{"s": [1, seconds]}`."""
    flag = mark.get("s") if isinstance(mark, Mapping) else None
    return isinstance(flag, list) and bool(flag) and flag[0] == 1


def _ris(text: str) -> Library:
    try:
        found = rispy.loads(text)
    except Exception as error:  # noqa: BLE001 - its parser raises what Python raises
        raise ValueError(f"it is not valid RIS ({error})") from None
    return _library(
        (
            each.get("title") or each.get("primary_title"),
            each.get("abstract") or each.get("notes_abstract"),
            [each.get("doi"), each.get("number"), *each.get("urls", ())],
        )
        for each in found
    )


def _bibtex(text: str) -> Library:
    parser_log = logging.getLogger("bibtexparser")
    level = parser_log.level
    parser_log.setLevel(logging.CRITICAL)  # what cannot be read is counted
    try:
        found = parse_string(text)
    finally:
        parser_log.setLevel(level)
    made = _library(
        (
            _without_tex(_field(entry.fields_dict, "title")),
            _without_tex(_field(entry.fields_dict, "abstract")),
            [
                f"arxiv:{_field(entry.fields_dict, 'eprint')}",
                *(_field(entry.fields_dict, name) for name in ("doi", "url", "note", "journal", "howpublished")),
            ],
        )
        for entry in found.entries
    )
    return Library(made.papers, unread=made.unread + len(found.failed_blocks))


def _field(fields: Mapping[str, object], name: str) -> str:
    field = fields.get(name)
    return str(getattr(field, "value", "") or "")


def _without_tex(text: str) -> str:
    return plain(tex.read(text)).replace("{", "").replace("}", "")


def _library(items: Iterable[tuple[object, object, Iterable[object]]]) -> Library:
    papers: dict[str, OwnPaper] = {}
    unread = 0
    for title, abstract, places in items:
        if not isinstance(title, str) or not title.strip():
            unread += 1
            continue
        said = _plain(title)
        identifier = next(filter(None, map(arxiv_identifier, places)), "")
        words = Words(said, _plain(abstract) if isinstance(abstract, str) else "")
        papers.setdefault(identifier or said, OwnPaper(identifier or said, words))
    return Library(tuple(papers.values()), unread=unread)


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def arxiv_identifier(text: object) -> str:
    """arXiv's identifier in an address, a DOI or alone, without its version; empty where there is none."""
    said = str(text or "").strip()
    found = _ARXIV.search(said)
    try:
        return split_version(found[1].rstrip(".,;)]") if found else said)[0]
    except ValueError:
        return ""
