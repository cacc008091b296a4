"""Each abstract in the digest's language, checked.

A row is one paper of the digest. Key: `digest`, `identifier`. Columns: `status` (done; withheld: a check
found a defect that a second try did not mend; failed; budget; no key; not asked: there is no model, or the paper is
withdrawn) with its `reason`, the `abstract` in `language`, `model`, `prompt_version`, tokens, and the `answer_key` of
the answer it rests on (table `model_answers`), which is looked up before anything is asked: making a digest again pays
for nothing twice.

Only an answer that passed the checks is done: complete, in the right language, with every number, formula, address and
code name of the source and none invented.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dagster as dg

from digest_assets.assets.previews import listing, status_counts
from digest_assets.model import Translation
from digest_assets.pipeline.spending import Spending

SPEC = dg.AssetSpec(
    "translations",
    deps=["windowed_papers", "ranked_papers"],
    description=__doc__,
    kinds={"openai", "duckdb"},
    skippable=True,
)


def metadata(translations: Iterable[Translation], spending: Spending) -> dict[str, Any]:
    """What the UI shows of a date's translations."""
    rows = sorted(translations, key=lambda each: each.identifier)
    return {
        **status_counts(rows, spending),
        **listing(
            "preview", ["paper", "status", "abstract"], [[r.identifier, r.status.value, r.text] for r in rows[:5]]
        ),
    }
