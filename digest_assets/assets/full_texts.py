"""The full text of each paper, by sections.

A row is one version of a paper that a digest keeps. Key: `identifier`, `version`; shared by all digests of the
store, and fetched once for ever. Columns: `source` (html, pdf, or abstract where neither could be read, then with
the `reason`), `sections` (in reading order, without the bibliography; compressed, `digest show` prints them), counts
of bytes, sections, formulas, tables and tokens, `licence`, the first figure's address, the authors' `affiliations`,
`fetched_at`; `final` is false where asking arXiv again may bring more, which the next run then does.

HTML ([LaTeXML](https://info.arxiv.org/about/accessible_HTML.html)) goes before PDF. One request at a time, 15 s apart
by default, as arXiv's robots.txt asks for. Withdrawn papers are not fetched, nor is anything where no model would read
it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import dagster as dg

from digest_assets.assets.previews import listing
from digest_assets.model import FullText

SPEC = dg.AssetSpec(
    "full_texts",
    deps=["windowed_papers", "ranked_papers"],
    description=__doc__,
    kinds={"html", "duckdb"},
    skippable=True,
)


def metadata(texts: Iterable[FullText]) -> dict[str, Any]:
    """What the UI shows of a date's texts: numbers that it plots, failures by reason, a table."""
    all_texts = sorted(texts, key=lambda text: text.identifier)
    sources = Counter(text.source.value for text in all_texts)
    reasons = Counter(text.reason for text in all_texts if text.reason)
    return {
        "dagster/partition_row_count": len(all_texts),
        "from_html": sources["html"],
        "from_pdf": sources["pdf"],
        "abstract_only": sources["abstract"],
        "to_be_tried_again": sum(1 for text in all_texts if not text.final),
        "text_tokens": sum(text.token_count for text in all_texts),
        **listing("reasons", ["papers", "reason"], [[count, reason] for reason, count in reasons.most_common()]),
        **listing(
            "preview",
            ["paper", "source", "formulas", "tables", "tokens"],
            [(t.identifier, t.source.value, t.formula_count, t.table_count, t.token_count) for t in all_texts[:10]],
        ),
    }
