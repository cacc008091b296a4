"""The post of each date, for a Jekyll site.

**A row** is one digest date; the post of D is `posts/D-arxiv.md`. **Key**: `digest`, `digest_date`. **Columns**:
`path` and `sha256` of the file (NULL where the date has no papers, and so no post), the counts announced = published +
filtered + failed, and `late`, which are among them. The metadata has the post itself, where it and its page lie, and
in `tokens` and `money` what the answers in it cost, whichever run paid for them.

Every paper that the digest keeps is in the post. What a paper lacks is said there: an abstract that was not translated
is shown in the original and marked, a reading that does not exist is not pretended. The file is there whole or not at
all; a post that a person edited is kept and reported.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from digest_assets.assets.columns import column_lineage
from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import data_version, money_metadata, page_on_the_web
from digest_assets.claiming import require_made
from digest_assets.config import Settings
from digest_assets.full_text.licences import allows_adaptation
from digest_assets.model import (
    AnswerStatus,
    DigestPaper,
    Figure,
    FullText,
    Outcome,
    Paper,
    PaperUpdate,
    Reading,
    Translation,
)
from digest_assets.posts.page import DigestPage, PostForm, post_name, render_post
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import price_table
from digest_assets.resources.output import (
    WriteOutcome,
    Written,
    remove_unless_edited,
    sha256_of,
    write_unless_edited,
)
from digest_assets.store import answers, ledger, texts, updates
from digest_assets.store.connection import DigestStore
from digest_assets.store.ledger import ClaimedPaper
from digest_assets.store.posts import RenderedPost, post_of, record_post
from digest_assets.store.usage import DayUsage, money_of, usage_of_papers


@dg.asset(
    deps=["windowed_papers", "full_texts", "translations", "summaries"],
    description=__doc__,
    group_name="digest",
    kinds={"markdown", "jekyll"},
)
def rendered_posts(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    with one_date(context, settings) as date:

        def version_before() -> str | None:
            wanted = dg.AssetRecordsFilter(asset_key=context.asset_key, asset_partitions=[date.day.isoformat()])
            for record in context.instance.fetch_materializations(wanted, limit=1).records:
                if record.asset_materialization is not None:
                    return (record.asset_materialization.tags or {}).get("dagster/data_version")
            return None

        made = publish(settings, store, clock, date.day, version_before)
        if made.kept:
            date.log.warning(made.kept)
        return date.made(
            {**_metadata(settings, made), **column_lineage("rendered_posts")},
            content_of(made.post.sha256, made.post.path, made.empty_reason),
        )


@dataclass(frozen=True)
class Published:
    """What became of a date's post."""

    post: RenderedPost
    text: str | None
    empty_reason: str | None
    paid: Sequence[DayUsage] = ()
    """What the answers about its papers cost, whichever run asked for them."""
    kept: str | None = None
    """Why the file is not what was made: a person's edit is not overwritten."""


def publish(
    settings: Settings,
    store: DigestStore,
    clock: Clock,
    day: date,
    version_before: Callable[[], str | None] = lambda: None,
) -> Published:
    """Renders and writes the post of `day` from what the store holds, and records it.

    `version_before` tells the data version of the post as Dagster's history has it: a store that was lost no longer
    knows which posts are its own. Raises `NotInStore` for a date that claimed no papers there.
    """
    digest = settings.digest.name
    with store.transaction() as connection:
        require_made(connection, store, digest, day)
        claimed = ledger.claimed_by(connection, digest, day)
        before = post_of(connection, digest, day)
        shown = digest_papers(
            [each for each in claimed if each.outcome is Outcome.KEPT],
            answers.translations_of(connection, digest, day),
            answers.readings_of(connection, digest, day),
            texts.without_sections(connection, digest, day),
            figures=settings.output.figures,
        )
        empty_reason = ledger.empty_reason(connection, digest, day)
        newer = updates.listed_by(connection, digest, day) if settings.digest.updates != "ignore" else []
        keys = [made.answer_key for each in shown for made in (each.translation, each.reading) if made.answer_key]
        identifiers = [each.paper.identifier for each in shown]
        tells = settings.output.provenance != "off"
        answered_at = answers.answered_at(connection, identifiers, keys) if tells else {}
        paid = usage_of_papers(connection, price_table(settings.llm), identifiers)
    page = replace(_page(settings, day, shown, claimed, newer), answered_at=answered_at)
    path = settings.path(settings.output.posts_dir) / post_name(page)
    relative = _relative(path, settings.root)
    last_sha256 = before.sha256 if before else _sha256_by_version(path, relative, version_before)
    text = None
    if shown:
        text = render_post(page, templates_dir=_templates(settings), form=PostForm(settings.output.form))
        written = write_unless_edited(path, text, last_sha256=last_sha256)
    else:
        written = remove_unless_edited(path, last_sha256=last_sha256)
    post = RenderedPost(
        digest_date=day,
        path=relative if shown else None,
        sha256=_recorded_hash(written, before) if shown else None,
        announced=page.announced,
        published=len(shown) - page.failed,
        filtered=page.filtered,
        failed=page.failed,
        late=page.late,
    )
    with store.transaction() as connection:
        record_post(connection, digest, post, clock.now(), [each.paper for each in shown])
    kept = _kept(relative, before) if written.outcome is WriteOutcome.KEPT else None
    return Published(post, text, empty_reason, paid, kept)


def content_of(sha256: str | None, path: str | None, empty_reason: str | None) -> list[str | None]:
    """What the data version of a date's post is of."""
    return [sha256, path, empty_reason]


def _sha256_by_version(path: Path, relative: str, version_before: Callable[[], str | None]) -> str | None:
    """The hash of the file at `path`, where that is what Dagster's history says was last written there."""
    on_disk = sha256_of(path)
    if on_disk is None or data_version(content_of(on_disk, relative, None)).value != version_before():
        return None
    return on_disk


def _recorded_hash(written: Written, before: RenderedPost | None) -> str:
    """What was last written by us: where a person's edit is kept, that is still the hash of before."""
    kept = written.outcome is WriteOutcome.KEPT and before is not None and before.sha256 is not None
    return before.sha256 if kept and before and before.sha256 else written.sha256


def digest_papers(
    claimed: Sequence[ClaimedPaper],
    translated: Mapping[str, Translation],
    read: Mapping[str, Reading],
    held: Mapping[str, FullText],
    *,
    figures: bool,
) -> list[DigestPaper]:
    """The kept papers of a date with what the store holds of each, as posts and pages show them."""
    papers = []
    for each in claimed:
        identifier, version = each.paper.identifier, each.paper.version
        text = held.get(identifier)
        missing = "not made yet"
        papers.append(
            DigestPaper(
                paper=each.paper,
                announcement=each.announcement,
                digest_date=each.digest_date,
                in_window=each.in_window,
                late=each.late,
                withdrawn=each.withdrawn,
                translation=translated.get(identifier)
                or Translation(identifier, version, AnswerStatus.FAILED, reason=missing),
                reading=read.get(identifier) or Reading(identifier, version, AnswerStatus.FAILED, reason=missing),
                text_source=text.source if text else None,
                text_reason=text.reason if text else None,
                figure=figure_to_show(each.paper, text) if figures else None,
            )
        )
    return papers


_FAILED = (AnswerStatus.FAILED, AnswerStatus.BUDGET, AnswerStatus.WAITING)


def figure_to_show(paper: Paper, text: FullText | None) -> Figure | None:
    """The paper's first figure, where its licence lets anybody show it."""
    if text is None or not allows_adaptation(text.licence or paper.licence):
        return None
    return text.figure


def _page(
    settings: Settings,
    day: date,
    shown: Sequence[DigestPaper],
    claimed: Sequence[ClaimedPaper],
    newer: Sequence[PaperUpdate],
) -> DigestPage:
    days = settings.digest.days
    return DigestPage(
        name=settings.digest.name,
        digest_date=day,
        zone=days.zone,
        anchor=days.anchor,
        window=days.window(day),
        categories=settings.digest.categories,
        papers=tuple(shown),
        announced=len(claimed),
        filtered=sum(1 for each in claimed if each.outcome is Outcome.FILTERED),
        late=sum(1 for each in claimed if each.late),
        failed=sum(1 for each in shown if each.translation.status in _FAILED or each.reading.status in _FAILED),
        notice=settings.output.notice or None,
        language=settings.digest.language,
        by_submission=settings.digest.by.value == "submitted",
        updates=tuple(newer),
        provenance=settings.output.provenance,
    )


def _templates(settings: Settings) -> Path | None:
    return settings.path(settings.output.templates_dir) if settings.output.templates_dir else None


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _without_front_matter(text: str) -> str:
    """What a reader sees: the UI would show front matter as a heading."""
    return text.split("---\n", 2)[-1].lstrip() if text.startswith("---\n") else text


KEPT = "edited_by_hand"
"""Under this name the metadata of a post say that a person's edit was not overwritten."""


def _kept(path: str, before: RenderedPost | None) -> str:
    why = "was edited by hand" if before else "was not written from this store, or was edited by hand,"
    return f"{path} {why} and is kept; delete it and run its date again to have it written anew."


def _metadata(settings: Settings, made: Published) -> dict[str, Any]:
    post = made.post
    counts = {
        "announced": post.announced,
        "published": post.published,
        "filtered": post.filtered,
        "failed": post.failed,
        "late": post.late,
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
