"""How tables and counts look in a materialization's metadata."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg

from digest_assets.model import AnswerStatus, Reading, Translation, Usage

_CELL = 120


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MetadataValue:
    """A Markdown table; long cells are cut, and nothing in one can break the table."""
    lines = [_line(columns), _line(["---"] * len(columns)), *(_line(row) for row in rows)]
    return dg.MetadataValue.md("\n".join(lines))


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(value: object) -> str:
    text = " ".join(("" if value is None else str(value)).split())
    text = text if len(text) <= _CELL else text[: _CELL - 1] + "…"
    return text.replace("|", "\\|").replace("<", "&lt;")


def status_counts(rows: Sequence[Translation | Reading]) -> dict[str, Any]:
    """How many rows there are of each status, and what their answers cost; numbers, so that the UI plots them."""
    statuses = Counter(row.status for row in rows)
    usage = sum((row.usage for row in rows), Usage())
    reasons = Counter(row.reason for row in rows if row.reason)
    return {
        "dagster/partition_row_count": len(rows),
        **{status.value.replace(" ", "_"): statuses[status] for status in AnswerStatus},
        "input_tokens": usage.input_tokens or 0,
        "output_tokens": usage.output_tokens or 0,
        "cached_tokens": usage.cached_tokens or 0,
        "reasons": table(["papers", "reason"], [[count, reason] for reason, count in reasons.most_common()]),
    }


def data_version(parts: Iterable[object]) -> dg.DataVersion:
    """A version of content: the same rows are the same version, so what lies downstream stays fresh."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode("utf-8", "replace"))
        digest.update(b"\n")
    return dg.DataVersion(digest.hexdigest()[:16])
