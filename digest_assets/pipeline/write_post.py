"""Renders the post of a date from what the store holds, and writes it: whole or not at all, never over an edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from digest_assets.config import Settings
from digest_assets.errors import DigestError
from digest_assets.folders import require_takes_files
from digest_assets.model import AnswerStatus, DigestPaper, Outcome, texts_made
from digest_assets.pipeline.day_glance import named_groups
from digest_assets.pipeline.overviews import Overview
from digest_assets.pipeline.rank import by_worth
from digest_assets.pipeline.showable import showable
from digest_assets.posts.page import DigestPage, PostForm, post_name, render_post
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import all_prices
from digest_assets.resources.output import (
    WriteOutcome,
    Written,
    remove_unless_edited,
    sha256_of,
    write_unless_edited,
)
from digest_assets.store import answers
from digest_assets.store.connection import DigestStore
from digest_assets.store.date_content import DateContent, of_date
from digest_assets.store.ledger import require_made
from digest_assets.store.posts import RenderedPost, post_of, record_post
from digest_assets.store.usage import DayUsage, usage_of_papers


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


def require_outputs(settings: Settings) -> None:
    """Raises `OutputUnwritable` where posts or site could not be written: to be called before answers are paid for."""
    require_takes_files(settings.path(settings.output.posts_dir), "output.posts_dir")
    if settings.output.site_dir:
        require_takes_files(settings.path(settings.output.site_dir), "output.site_dir")


def publish(
    settings: Settings,
    store: DigestStore,
    clock: Clock,
    day: date,
    was_written: Callable[[str, str], bool] = lambda sha256, path: False,
    *,
    force: bool = False,
) -> Published:
    """Renders and writes the post of `day` from what the store holds, and records it.

    `was_written` tells whether a file of this hash is what was last written at this path: a store that was lost no
    longer knows which posts are its own, Dagster's history does. `force`: a person's edit is overwritten.

    Raises `NotInStore` for a date that claimed no papers there.
    """
    digest = settings.digest.name
    with store.transaction() as connection:
        require_made(connection, store, digest, day)
        held = of_date(
            connection, digest, day, figures=settings.figure_origins, updated=settings.digest.updates != "ignore"
        )
        shown: Sequence[DigestPaper] = held.papers
        before = post_of(connection, digest, day)
        keys = [made.answer_key for each in shown for made in (each.translation, each.reading) if made.answer_key]
        identifiers = [each.paper.identifier for each in shown]
        tells = settings.output.provenance != "off"
        answered_at = answers.answered_at(connection, identifiers, keys) if tells else {}
        worth = by_worth(connection, settings, day) if settings.output.interests != "off" else {}
        paid = usage_of_papers(connection, all_prices(settings), [*identifiers, Overview(digest, day).identifier])
    page = replace(
        _page(settings, day, held),
        groups=named_groups(settings, held.papers, held.sentences, worth),
        answered_at=answered_at,
        chosen={each: why for each, why in worth.items() if why.is_chosen},
    )
    path = settings.path(settings.output.posts_dir) / post_name(page)
    relative = _relative(path, settings.root)
    last_sha256 = before.sha256 if before else _sha256_if_ours(path, relative, was_written)
    if force:
        last_sha256 = sha256_of(path)
    text = None
    if shown:
        page, text = _rendered(settings, page)
        shown = page.papers
        written = write_unless_edited(path, text, last_sha256=last_sha256)
    else:
        written = remove_unless_edited(path, last_sha256=last_sha256)
    post = RenderedPost(
        digest_date=day,
        path=relative if shown else None,
        sha256=_recorded_hash(written, before) if shown else None,
        announced=page.announced,
        published=len(shown) - _failed(shown),
        filtered=page.filtered,
        failed=page.failed,
        late=page.late,
        **asdict(texts_made(page.papers, page.language)),
    )
    with store.transaction() as connection:
        record_post(connection, digest, post, clock.now(), [each.paper for each in shown])
    kept = _kept(relative, before, day, settings) if written.outcome is WriteOutcome.KEPT else None
    return Published(post, text, held.empty_reason, paid, kept)


def _rendered(settings: Settings, page: DigestPage) -> tuple[DigestPage, str]:
    """The page and its text; papers that cannot be shown stand there without theirs."""

    def render(papers: tuple[DigestPaper, ...]) -> tuple[DigestPage, str]:
        groups = page.groups if len(papers) == len(page.papers) else ()
        failed = page.failed - _failed(page.papers) + _failed(papers)
        shown = replace(page, papers=papers, groups=groups, failed=failed)
        return shown, render_post(shown, templates_dir=settings.templates, form=PostForm(settings.output.form))

    try:
        return render(page.papers)
    except DigestError:
        raise
    except Exception:  # noqa: BLE001 - found out below, paper by paper
        return render(showable(page.papers, lambda paper: render((paper,))))


def _sha256_if_ours(path: Path, relative: str, was_written: Callable[[str, str], bool]) -> str | None:
    """The hash of the file at `path`, where it is our own."""
    on_disk = sha256_of(path)
    return on_disk if on_disk is not None and was_written(on_disk, relative) else None


def _recorded_hash(written: Written, before: RenderedPost | None) -> str:
    """What was last written by us: where a person's edit is kept, that is still the hash of before."""
    kept = written.outcome is WriteOutcome.KEPT and before is not None and before.sha256 is not None
    return before.sha256 if kept and before and before.sha256 else written.sha256


_FAILED = (AnswerStatus.FAILED, AnswerStatus.BUDGET, AnswerStatus.NO_KEY, AnswerStatus.WAITING)


def _failed(papers: Sequence[DigestPaper]) -> int:
    return sum(1 for each in papers if each.translation.status in _FAILED or each.reading.status in _FAILED)


def _page(settings: Settings, day: date, held: DateContent) -> DigestPage:
    days, output = settings.digest.days, settings.output
    return DigestPage(
        name=settings.digest.name,
        digest_date=day,
        zone=days.zone,
        anchor=days.anchor,
        window=days.window(day),
        categories=settings.digest.categories,
        papers=tuple(held.papers),
        announced=len(held.claimed) + held.unreadable,
        filtered=sum(1 for each in held.claimed if each.outcome is Outcome.FILTERED),
        late=sum(1 for each in held.claimed if each.late),
        failed=_failed(held.papers) + held.unreadable,
        notice=settings.output.notice or None,
        language=settings.digest.language,
        by_submission=settings.digest.by.value == "submitted",
        updates=tuple(held.updates),
        provenance=settings.output.provenance,
        facts=settings.output.facts,
        chosen_first=settings.output.interests == "first",
        with_readings=len(held.papers) <= min(output.readings_up_to, output.abstracts_up_to) or not output.site_dir,
        with_abstracts=len(held.papers) <= output.abstracts_up_to or not output.site_dir,
        site_page=f"{settings.output.site_url}d/{day}.html" if settings.output.site_url else "",
    )


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _kept(path: str, before: RenderedPost | None, day: date, settings: Settings) -> str:
    why = "was edited by hand" if before else "was not written from this store, or was edited by hand,"
    of = f" --digest {settings.digest.name}" if settings.project else ""
    return f"{path} {why} and is kept; `digest run {day}{of} --force` writes it anew."
