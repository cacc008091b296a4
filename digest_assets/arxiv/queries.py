"""Queries as arXiv's API understands them, which is not always as they read.

AND and OR have no precedence and associate to the right, so every group is parenthesised; a date range has minutes and
both its ends are at :00 seconds, so the upper one is rounded up; `lastUpdatedDate` as a filter means `submittedDate`
(https://info.arxiv.org/help/api/user-manual.html and the server's own grammar, arXiv/arxiv-search).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from digest_assets.arxiv.taxonomy import spellings

MAXIMUM_RESULTS = 10_000
"""The server refuses to page beyond this many results (arXiv/arxiv-search, `MAX_RESULTS`)."""


def window_query(categories: Sequence[str], start: datetime, end: datetime) -> str:
    """The `search_query` for papers of any of `categories` whose v1 was submitted from `start` to `end`.

    A category is asked for under all its names, an archive by its categories (the API knows `cs.SD` only in this case).

    What comes back covers [start, end] and may hold up to a minute more at each end. Raises `ValueError` for no
    categories or an end before the start.
    """
    if not categories:
        raise ValueError("a query needs at least one category")
    if end < start:
        raise ValueError(f"a window cannot end ({end.isoformat()}) before it starts ({start.isoformat()})")
    wanted = " OR ".join(f"cat:{name}" for category in categories for name in spellings(category))
    return f"({wanted}) AND submittedDate:[{_minute(start)} TO {_minute_up(end)}]"


def any_field_query(start: datetime, end: datetime) -> str:
    """The `search_query` for papers of whatever category whose v1 was submitted from `start` to `end`."""
    return f"submittedDate:[{_minute(start)} TO {_minute_up(end)}]"


def page_parameters(search_query: str, start: int, page_size: int) -> dict[str, str]:
    """Parameters for one page of a search, the oldest submission first.

    Oldest first: what is announced between two pages is mostly appended, and shifts few rows already read.
    """
    return {
        "search_query": search_query,
        "start": str(start),
        "max_results": str(page_size),
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }


def lookup_parameters(identifiers: Sequence[str]) -> dict[str, str]:
    """Parameters to look papers up by identifier, with or without a version. Answers come in any order."""
    if not identifiers:
        raise ValueError("a look-up needs at least one identifier")
    return {"id_list": ",".join(identifiers), "start": "0", "max_results": str(len(identifiers))}


def _minute(instant: datetime) -> str:
    return instant.astimezone(timezone.utc).strftime("%Y%m%d%H%M")


def _minute_up(instant: datetime) -> str:
    whole = instant.replace(second=0, microsecond=0)
    return _minute(whole if whole == instant else whole + timedelta(minutes=1))
