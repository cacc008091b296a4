"""The invented papers as they are written: one Markdown file each in `invented/`, read into values.

A file is TOML between `+++` lines (metadata, and when it is announced), then `# Abstract`, `# Text` with its sections,
`# 译文`, `# 题名`, `# 速览`, `# 主题` and `# 背景`, `# 方法`, `# 结果`: the answers that the sandbox's model gives. In
the text `$...$` and `$$...$$` are TeX, `^[...]` is a footnote, a line `Figure 1: ...` a figure, a line `Table 1: ...`
the caption of the table below it.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from digest_assets.model import Block, BlockKind, Section

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FILE = re.compile(r"\A\+\+\+\n(?P<metadata>.*?)\n\+\+\+\n(?P<parts>.*)\Z", re.DOTALL)
_PART = re.compile(r"^# (.+)\n", re.MULTILINE)
_HEADING = re.compile(r"^(##+) (.+)$")
_CAPTION = re.compile(r"^(Table|Figure) \d+: ")


class PdfKind(str, Enum):
    COLUMNS = "columns"
    SCALED = "scaled"
    """In columns too, with headings in small capitals and fonts that the text matrix scales, as publishers set them."""
    SCAN = "scan"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Chinese:
    """What a good model answers about a paper: the translated abstract, and a reading in three parts."""

    translation: str
    background: str
    method: str
    results: str
    title: str = ""
    gist: str = ""
    topics: str = ""
    """Keys of topics, parted by commas."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An invented paper before it has an identifier and a date."""

    slug: str
    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    abstract: str
    sections: tuple[Section, ...]
    chinese: Chinese
    mailing: int | str = 0
    """How many mailings before the newest, or `weekend` for the newest mailing that holds weekend submissions."""
    at: float = 0.5
    """When in the span of submissions to its mailing it was submitted, from 0 to 1."""
    held_days: int = 0
    """How many days before the freeze it was submitted, where moderation held it."""
    trickles_in: int | None = None
    """After which mailing it becomes visible, where that is not its own."""
    days_ago: int = 0
    """How long ago it was announced, where that is before the nine mailings."""
    first_categories: tuple[str, ...] = ()
    """Its categories before it was cross-listed."""
    crossed_in: int | None = None
    """In which mailing it was cross-listed later."""
    replaces: str | None = None
    """The slug of the paper that this is the next version of."""
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    licence: str = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
    affiliations: tuple[str, ...] = ()
    """Of its authors, one each, as its page in HTML says them; empty for one who has none."""
    html: bool = True
    pdf: PdfKind = PdfKind.COLUMNS


@lru_cache(maxsize=1)
def manuscripts() -> tuple[Manuscript, ...]:
    """All invented papers, by file name."""
    folder = files("digest_assets.sandbox") / "invented"
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".md")), key=lambda each: each.name)
    return tuple(read_manuscript(each.name.removesuffix(".md"), each.read_text(encoding="utf-8")) for each in found)


def read_manuscript(slug: str, text: str) -> Manuscript:
    """The paper of a file. Raises `ValueError` where a part is missing."""
    match = _FILE.match(text)
    if match is None:
        raise ValueError(f"{slug}: no metadata between +++ lines")
    metadata: dict[str, Any] = tomllib.loads(match.group("metadata"))
    names_and_parts = _PART.split(match.group("parts"))[1:]
    parts = {name: part.strip() for name, part in zip(names_and_parts[::2], names_and_parts[1::2], strict=True)}
    missing = {"Abstract", "Text", "译文", "背景", "方法", "结果"} - set(parts)
    if missing:
        raise ValueError(f"{slug}: no part {', '.join(sorted(missing))}")
    for name in ("authors", "affiliations", "categories", "first_categories"):
        if name in metadata:
            metadata[name] = tuple(metadata[name])
    return Manuscript(
        slug=slug,
        abstract=" ".join(parts["Abstract"].split()),
        sections=read_sections(parts["Text"]),
        chinese=Chinese(
            *(parts[name] for name in ("译文", "背景", "方法", "结果")),
            *(parts.get(name, "") for name in ("题名", "速览", "主题")),
        ),
        **{**metadata, "pdf": PdfKind(metadata.get("pdf", PdfKind.COLUMNS))},
    )


def read_sections(text: str) -> tuple[Section, ...]:
    """Sections of Markdown, `##` being the first level; those whose title begins with `Appendix` are appendices."""
    sections: list[tuple[str, int, list[Block]]] = []
    for passage in re.split(r"\n\s*\n", text.strip()):
        heading = _HEADING.match(passage.strip())
        if heading:
            sections.append((heading.group(2), len(heading.group(1)) - 1, []))
        elif passage.strip():
            if not sections:
                sections.append(("", 1, []))
            sections[-1][2].extend(_blocks(passage.strip()))
    return tuple(
        Section(title, level, tuple(blocks), title.startswith("Appendix")) for title, level, blocks in sections
    )


def _blocks(passage: str) -> list[Block]:
    if passage.startswith("$$"):
        return [Block(BlockKind.FORMULA, passage)]
    if passage.startswith("|"):
        return [Block(BlockKind.TABLE, passage)]
    if passage.startswith("- "):
        return [Block(BlockKind.ITEM, " ".join(each.split())) for each in re.split(r"^- ", passage, flags=re.M)[1:]]
    if _CAPTION.match(passage):
        return [Block(BlockKind.CAPTION, " ".join(passage.split()))]
    return [Block(BlockKind.PARAGRAPH, " ".join(passage.split()))]
