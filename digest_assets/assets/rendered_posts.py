"""The post of each date, for a Jekyll site.

A row is one digest date; the post of D is `posts/D-arxiv.md`. Key: `digest`, `digest_date`. Columns:
`path` and `sha256` of the file (NULL where the date has no papers, and so no post), the counts announced = published +
filtered + failed, and `late`, which are among them. The metadata has the post itself, where it and its page lie, and
in `tokens` and `money` what the answers in it cost, whichever run paid for them.

Every paper that the digest keeps is in the post. What a paper lacks is said there: an abstract that was not translated
is shown in the original and marked, a reading that does not exist is not pretended. The file is there whole or not at
all; a post that a person edited is kept and reported, unless the run's config has `force`.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from typing import Any

import dagster as dg

from digest_assets.assets.of_a_digest import asset
from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import data_version, money_metadata, page_on_the_web
from digest_assets.assets.run_settings import PostConfig
from digest_assets.config import Settings
from digest_assets.pipeline.write_post import Published, publish
from digest_assets.resources.clock import Clock
from digest_assets.store.connection import DigestStore
from digest_assets.store.posts import TEXT_COUNTS
from digest_assets.store.usage import money_of


@asset(
    deps=["windowed_papers", "ranked_papers", "full_texts", "translations", "summaries", "overviews"],
    description=__doc__,
    kinds={"markdown", "jekyll"},
)
def rendered_posts(
    context: dg.AssetExecutionContext,
    config: PostConfig,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult[Any]:
    with one_date(context, settings) as date:

        def was_written(sha256: str, path: str) -> bool:
            wanted = dg.AssetRecordsFilter(asset_key=context.asset_key, asset_partitions=[date.day.isoformat()])
            version = data_version(content_of(sha256, path, None)).value
            return any(
                (record.asset_materialization.tags or {}).get("dagster/data_version") == version
                for record in context.instance.fetch_materializations(wanted, limit=1).records
                if record.asset_materialization is not None
            )

        made = publish(settings, store, clock, date.day, was_written, force=config.force)
        if made.kept:
            date.log.warning(made.kept)
        return date.made(
            _metadata(settings, made),
            content_of(made.post.sha256, made.post.path, made.empty_reason),
        )


def content_of(sha256: str | None, path: str | None, empty_reason: str | None) -> list[str | None]:
    """What the data version of a date's post is of."""
    return [sha256, path, empty_reason]


def _without_front_matter(text: str) -> str:
    """What a reader sees: the UI would show front matter as a heading."""
    return text.split("---\n", 2)[-1].lstrip() if text.startswith("---\n") else text


KEPT = "edited_by_hand"
"""Under this name the metadata of a post say that a person's edit was not overwritten."""


def _metadata(settings: Settings, made: Published) -> dict[str, Any]:
    post = made.post
    counts = {
        "announced": post.announced,
        "published": post.published,
        "filtered": post.filtered,
        "failed": post.failed,
        "late": post.late,
        **{name: getattr(post, name) or 0 for name in TEXT_COUNTS},
        "tokens": sum(each.tokens for each in made.paid),
        **money_metadata("money", money_of(made.paid)),
        **({KEPT: made.kept} if made.kept else {}),
    }
    if made.text is None or post.path is None:
        return {**counts, "no_post": made.empty_reason or "all papers were filtered out"}
    return {
        **counts,
        "path": dg.MetadataValue.path(post.path),
        **page_on_the_web(settings.output, post.digest_date),
        "post": dg.MetadataValue.md(_without_front_matter(made.text)),
    }
