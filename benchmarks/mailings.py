"""Papers for benchmarks: as many as are wanted for each of a row of mailings, invented, with their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

from digest_assets.arxiv.calendar import mailings_between, previous_mailing
from digest_assets.model import AnnouncementKind, Section
from digest_assets.sandbox.latexml import render_page
from digest_assets.sandbox.papers import SandboxPaper, invented, latest_mailing
from digest_assets_tests.worlds import noon_in_shanghai

CATEGORIES = {"cs.SD", "eess.AS"}
SHANGHAI_IS_AHEAD = timedelta(hours=8)


def dates_with_mailings(count: int, last: date) -> list[date]:
    """The last `count` dates, up to `last`, whose digest has a mailing (in Beijing), the oldest first."""
    end = noon_in_shanghai(last)
    announced = [each.announced_at for each in mailings_between(end - timedelta(days=2 * count + 20), end)]
    return [(at + SHANGHAI_IS_AHEAD).date() for at in announced][-count:]


def a_day_of(
    count: int,
    day: date,
    models: Sequence[SandboxPaper] | None = None,
    more: Sequence[Section] = (),
    *,
    with_pages: bool = True,
) -> list[SandboxPaper]:
    """`count` papers of the mailing of `day`: invented ones, again and again under other numbers and titles.

    `more`: sections that each gets besides its own, which are short. `with_pages`: whether their texts are wanted.
    """
    evening = previous_mailing(noon_in_shanghai(day))
    mailing = evening.announced_at
    models = models or written()
    papers = []
    for number in range(count):
        model = models[number % len(models)]
        # Before the freeze, which for a Sunday's mailing is Friday's.
        submitted = evening.freezes_at - timedelta(hours=8) + timedelta(seconds=min(30, 28_000 // count) * number)
        # Equal prompts have one answer, and no second call: each paper has a title of its own.
        title = f"{model.paper.title}, {day:%B %d} of {day.year}, part {number}"
        paper = replace(
            model.paper,
            identifier=f"{day:%y%m}.{day.day * 3000 + number:05}",
            version=1,
            title=title,
            published_at=submitted,
            updated_at=submitted,
        )
        html = render_page(paper, (*model.sections, *more)) if with_pages else None
        papers.append(
            replace(model, paper=paper, html=html, announced_at=mailing, kind=AnnouncementKind.NEW, trickles_at=None)
        )
    return papers


def written() -> list[SandboxPaper]:
    """The invented papers with HTML and a hand-written answer."""
    mailing = datetime.combine(date(2026, 11, 20), time(1), timezone.utc)
    return [
        each
        for each in invented(latest_mailing(mailing + timedelta(hours=3)))
        if each.html and each.chinese and each.kind is AnnouncementKind.NEW and CATEGORIES & {*each.paper.categories}
    ]
