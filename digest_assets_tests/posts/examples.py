"""Invented papers and pages for the tests of this folder, and what a page must say in the end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from digest_assets.digests.days import DigestDays
from digest_assets.markup.spans import Break, Code, Formula, Mark, Span, Text
from digest_assets.model import (
    Announcement,
    AnnouncementKind,
    AnswerStatus,
    DigestPaper,
    KnownBy,
    Paper,
    Reading,
    Source,
    TextSource,
    Translation,
)
from digest_assets.posts.page import DigestPage

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 1, 29)
MAILING = datetime(2026, 1, 29, 1, tzinfo=timezone.utc)
DAYS = DigestDays(BEIJING, time(8, 50), date(2026, 1, 1))

NO_KEY = "没有设置密钥"


def a_paper(number: int = 1, **changes: Any) -> Paper:
    """Paper `2601.<number>`; the higher the number, the later it was submitted."""
    values: dict[str, Any] = {
        "identifier": f"2601.{number:05d}",
        "version": 1,
        "title": f"Invented paper {number}",
        "abstract": "We listen to rain on a tin roof and model it.",
        "authors": ("Lin Mo", "Ada Quill"),
        "categories": ("cs.SD", "eess.AS"),
        "published_at": datetime(2026, 1, 28, 3, tzinfo=timezone.utc) + timedelta(minutes=number),
    }
    return Paper(**{**values, **changes})


def translated(text: str) -> dict[str, Any]:
    return {"status": AnswerStatus.DONE, "text": text}


def read(background: str, method: str = "用一层卷积。", results: str = "误差为 3.2%。") -> dict[str, Any]:
    return {"status": AnswerStatus.DONE, "background": background, "method": method, "results": results}


def digest_paper(
    paper: Paper | None = None,
    *,
    translation: dict[str, Any] | None = None,
    reading: dict[str, Any] | None = None,
    in_window: bool = True,
    late: bool = False,
    withdrawn: bool = False,
    text_source: TextSource | None = TextSource.HTML,
    announced_at: datetime = MAILING,
) -> DigestPaper:
    """`paper` in a digest: by default not asked about, since no key is set."""
    paper = paper or a_paper()
    not_asked = {"status": AnswerStatus.NOT_ASKED, "reason": NO_KEY}
    return DigestPaper(
        paper=paper,
        announcement=Announcement(
            paper.identifier, announced_at, AnnouncementKind.NEW, KnownBy.FEED, announced_at, Source.FEED
        ),
        digest_date=DAY,
        in_window=in_window,
        late=late,
        withdrawn=withdrawn,
        translation=Translation(paper.identifier, paper.version, **(translation or not_asked)),
        reading=Reading(paper.identifier, paper.version, **(reading or not_asked)),
        text_source=text_source,
    )


def a_page(*papers: DigestPaper, **changes: Any) -> DigestPage:
    values: dict[str, Any] = {
        "name": "arxiv",
        "digest_date": DAY,
        "zone": BEIJING,
        "anchor": time(8, 50),
        "categories": ("cs.SD", "eess.AS"),
        "papers": papers,
        "announced": len(papers),
    }
    values |= changes
    return DigestPage(window=DAYS.window(values["digest_date"]), **values)


def meant(spans: Iterable[Span]) -> str:
    """The text that a browser should show for `spans`, formulas between the delimiters that MathJax looks for."""
    parts: list[str] = []
    for span in spans:
        if isinstance(span, (Text, Code)):
            parts.append(span.text)
        elif isinstance(span, Formula):
            parts.append(rf"\[{span.tex}\]" if span.display else rf"\({span.tex}\)")
        elif isinstance(span, Break):
            parts.append(" ")
        elif not isinstance(span, Mark):
            parts.append(meant(span.children))
    return "".join(parts)


_TYPOGRAPHY = str.maketrans({"…": "...", "\u00a0": " "})


def legible(text: str) -> str:
    """`text` with the differences taken away that are only typography: ellipses and kinds of white space."""
    return " ".join(re.sub(r"(?<=[\])])(?=\\[(\[])", " ", text.translate(_TYPOGRAPHY)).split())


HARD_TEXTS = (
    "{{ site.title }} {% raw %} {% endraw %} {% include secrets.html %}",
    "<script>alert(1)</script> & <img src=x onerror=alert(1)> </div></details>",
    "# not a heading", "---", "===", "- not an item", "+ 1", "1. one", "2) two", ": definition", "> quoted",
    "^", "{: .ial}", "{::options parse_block_html='true' /}", "*[HTML]: abbreviation", "[^1]: footnote", "[a]: http://b.c",
    "a | b", "| a | b |", "|---|---|", "]]> ]( ](http://x.y) ![x](http://e.f/x.png)", "[text](javascript:alert(1))",
    "``` fence", "~~~ fence", "`code", "**bold", "_under_score_", "~~gone~~", "A* search and B* search",
    "costs $5 and $6, or 100 $", "$ alone", "$$", "\\( open", "\\[ open", "\\begin{equation} open",
    "ends in a backslash\\", "&lt; &amp; &#123; &copy;", "left\u202eright\u200bzero\x00width\ufeff",
    "lone \ud835 surrogate", "tabs\tand\x0bfeeds",
    'quotes "straight" and \'single\', don\'t', "dots... and -- and ---", "=> == != <= >>", "{:toc}", "* * *", "___",
    "C:\\temp\\new", "x" * 10_000, "word " * 2_000, "$x$" * 50, "{" * 50 + "}" * 50, "![", "](", "<", "<!-- comment",
    "&", "http://example.org/a_b?c=d&e=(f)|{g}", "@someone :smile:", "1986. A year", "\\", "\\\\", "'", '"', "``", "''",
)  # fmt: skip
"""Each has broken some site that published feeds or model answers."""
