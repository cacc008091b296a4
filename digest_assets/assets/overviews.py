"""The overview of each date: its papers in groups by topic, each with a sentence, checked.

A row is one group of a date's papers. Key: `digest`, `digest_date`, `group_key`. Columns: the `topic` of
its papers (NULL: what is left over) and their `identifiers`, in the order of the post; the `sentence`, of which each
clause names the papers that it rests on; `status`, `reason`, `model`, `prompt_version` and `answer_key` as in
`translations`.

A group has at least two papers. One call writes all sentences of a date from the papers' gists alone, as soon as the
last of them is there. A sentence falls that names a paper outside of its group, or says what the gists that it names do
not; its group then has its name. Everything that is counted is counted by code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from digest_assets.assets.previews import cost_metadata, listing
from digest_assets.glance.day import Gist, NamedGroup
from digest_assets.glance.overview import GroupSentence
from digest_assets.model import AnswerStatus
from digest_assets.pipeline.spending import Spending
from digest_assets.posts import markdown
from digest_assets.posts.dialects import GITHUB

SPEC = dg.AssetSpec(
    "overviews",
    deps=["windowed_papers", "translations"],
    description=__doc__,
    kinds={"openai", "duckdb"},
    skippable=True,
)


def metadata(
    rows: Sequence[GroupSentence], shown: Sequence[NamedGroup], gists: Mapping[str, Gist], spending: Spending
) -> dict[str, Any]:
    """What the UI shows of a date's overview: itself, and what its sentences came to."""
    statuses = Counter(each.status for each in rows)
    fallen = [
        [each.key, each.reason] for each in rows if each.status not in (AnswerStatus.DONE, AnswerStatus.NOT_ASKED)
    ]
    return {
        "dagster/partition_row_count": len(rows),
        "done": statuses[AnswerStatus.DONE],
        "withheld": statuses[AnswerStatus.WITHHELD],
        **cost_metadata(spending),
        **listing("fallen", ["group", "reason"], fallen),
        **({"overview": dg.MetadataValue.md(_markdown(shown, gists))} if shown else {}),
    }


def _markdown(shown: Sequence[NamedGroup], gists: Mapping[str, Gist]) -> str:
    blocks = []
    for group in shown:
        lines = [f"- {each}: {_line(gists[each])}" for each in group.identifiers if each in gists]
        sentence = [markdown.line_from_model(group.sentence, GITHUB), ""] if group.sentence else []
        blocks.append("\n".join([f"#### {group.name} ({len(group.identifiers)})", "", *sentence, *lines]))
    return "\n\n".join(blocks)


def _line(gist: Gist) -> str:
    write = markdown.line_from_tex if gist.is_original else markdown.line_from_model
    return write(gist.text, GITHUB)
