"""Each full text explained in three parts, checked.

A row is one paper of the digest, in its language. Key: `digest`, `identifier`. Columns: `background` (the
problem, and where earlier work falls short), `method`, `results`, as Markdown with formulas as `$TeX$`; `text_source`
(html, pdf, or abstract: the reading then rests on that alone); `status`, `reason`, `model`, `prompt_version`, tokens
and `answer_key` as in `translations`.

A paper is read as soon as its text is there. Only a reading that passed the checks is done: three parts within their
lengths, every number in it found in the paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dagster as dg

from digest_assets.assets.previews import listing, status_counts
from digest_assets.model import Reading
from digest_assets.pipeline.spending import Spending

SPEC = dg.AssetSpec(
    "summaries",
    deps=["windowed_papers", "full_texts"],
    description=__doc__,
    kinds={"openai", "duckdb"},
    skippable=True,
)


def metadata(readings: Iterable[Reading], spending: Spending) -> dict[str, Any]:
    """What the UI shows of a date's readings."""
    rows = sorted(readings, key=lambda each: each.identifier)
    return {
        **status_counts(rows, spending),
        **listing(
            "preview", ["paper", "status", "results"], [[r.identifier, r.status.value, r.results] for r in rows[:5]]
        ),
    }
