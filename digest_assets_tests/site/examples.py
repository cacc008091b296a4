"""Invented sites: any number of papers, some of them hostile, without a store."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path

from digest_assets.model import (
    Announcement,
    AnnouncementKind,
    AnswerStatus,
    DigestPaper,
    FilterReason,
    KnownBy,
    Paper,
    PaperUpdate,
    Reading,
    Source,
    TextSource,
    Translation,
)
from digest_assets.pipeline.rank import words_of
from digest_assets.ranking.stars import Usual, Weighed
from digest_assets.resources.site_folder import SiteWritten, write_site
from digest_assets.site.values import (
    NOTHING,
    Badge,
    Counts,
    Day,
    DayPapers,
    Entry,
    Glance,
    Group,
    LaterVersion,
    LeftOut,
    MonthCost,
    SearchText,
    Site,
    Tag,
)

HOSTILE = (
    "</title><script>window.hurt = 1</script>",
    '"><img src=x onerror="window.hurt=1">',
    "{{ 7 * 7 }} {% raw %} ]]> ](javascript:alert(1)) --- # no heading",
    "\u202egnitirw sdrawkcab\u202c \x00 zero \ud800 surrogate",
    "<!--<svg/onload=window.hurt=1>-->",
)
ENGLISH = ("speech", "audio", "model", "noise", "room", "voice", "music", "signal", "echo", "tone", "pitch", "harbour")
CHINESE = ("语音", "音频", "模型", "噪声", "房间", "嗓音", "音乐", "信号", "回声", "频谱", "音调", "港口")


def paper(number: int, *, title: str = "", rng: random.Random | None = None) -> Paper:
    rng = rng or random.Random(number)
    words = rng.choices(ENGLISH, k=60)
    return Paper(
        identifier=f"26{number // 9000 % 12 + 1:02}.{10000 + number:05}",
        version=1,
        title=title or f"On {' '.join(words[:5])} number{number}",
        abstract=f"We study {' '.join(words)} with $x_{{{number}}} \\le 3$.",
        authors=(f"Ada Author{number % 700}", "Bo Bergqvist", f"Cy Coauthor{number % 90}"),
        categories=("cs.SD", "eess.AS") if number % 2 else ("eess.AS",),
        published_at=datetime(2026, 11, 1, tzinfo=timezone.utc),
    )


def digest_paper(each: Paper, day: date, *, translation: str = "", background: str = "背景。") -> DigestPaper:
    at = datetime.combine(day, time(1), timezone.utc)
    return DigestPaper(
        paper=each,
        announcement=Announcement(each.identifier, at, AnnouncementKind.NEW, KnownBy.FEED, at, Source.FEED),
        digest_date=day,
        in_window=True,
        late=False,
        withdrawn=False,
        translation=Translation(
            each.identifier,
            1,
            AnswerStatus.DONE,
            text=translation or "我们研究" + "".join(random.Random(each.identifier).choices(CHINESE, k=40)) + "。",
            model="model-of-tests",
            prompt_version="translation-7",
        ),
        reading=Reading(
            each.identifier,
            1,
            AnswerStatus.DONE,
            background=background,
            method="方法 $\\sqrt{d}$。",
            results="结果。",
            text_source=TextSource.HTML,
            model="model-of-tests",
            prompt_version="reading-7",
        ),
        text_source=TextSource.HTML,
    )


@cache
def usual() -> Usual:
    """What papers were like before the sites: the same for each, whatever dates it has."""
    return Usual([words_of(paper(number)) for number in range(60)])


class ExampleSite:
    """Papers by date, as a site and its source. `loaded` says which dates' pages were asked for."""

    def __init__(self, days: dict[date, Sequence[DigestPaper]], language: str = "zh") -> None:
        self.days_of: dict[date, Sequence[DigestPaper]] = days
        self.language = language
        self.loaded: list[date] = []
        self.changes: dict[date, int] = {}
        self.updates: dict[date, tuple[PaperUpdate, ...]] = {}
        self.templates: Path | None = None
        self.glances: dict[str, Glance] = {}
        self.groups: dict[date, tuple[Group, ...]] = {}
        self.later: dict[str, tuple[LaterVersion, ...]] = {}

    @classmethod
    def of(cls, count: int, a_day: int = 20, last: date = date(2026, 11, 20)) -> ExampleSite:
        """`count` papers, `a_day` a date, up to `last`."""
        days: dict[date, list[DigestPaper]] = {}
        for number in range(count):
            day = last - timedelta(days=number // a_day)
            days.setdefault(day, []).append(digest_paper(paper(number), day))
        return cls(dict(days))

    @property
    def site(self) -> Site:
        name, zone, categories = "arxiv", "Asia/Shanghai", ("cs.SD", "eess.AS")
        return Site(name, self.language, zone, categories, base_url="https://digest.test/", templates=self.templates)

    def days(self, since: datetime | None, also: date | None) -> list[Day]:
        return [
            day
            for day in (self._day(of) for of in sorted(self.days_of, reverse=True))
            if since is None or day.rendered_at >= since or day.date == also
        ]

    def papers(self, first: date, last: date) -> list[SearchText]:
        return [
            SearchText(self._entry(each), each.paper.abstract, each.translation.text or "")
            for day, papers in self.days_of.items()
            if first <= day <= last
            for each in papers
        ]

    def day(self, day: Day) -> DayPapers:
        self.loaded.append(day.date)
        papers = self.days_of[day.date]
        tags: dict[str, tuple[Tag, ...]] = {each.paper.identifier: (Tag("speech", "语音"),) for each in papers}
        left_out = (LeftOut("2611.99999", "A paper about radar", FilterReason.KEYWORD),)
        updates, groups = self.updates.get(day.date, ()), self.groups.get(day.date, ())
        return DayPapers(day, tuple(papers), tags, left_out, updates, self.glances, groups, self.later)

    def weighed(self, shown: DayPapers) -> dict[str, Weighed]:
        return {each.paper.identifier: usual().weighed(words_of(each.paper)) for each in shown.papers}

    def costs(self, since: date | None) -> list[MonthCost]:
        return [MonthCost(f"2026-{month:02}", 1000 * month, None) for month in range(since.month if since else 1, 12)]

    def write(self, folder: Path, day: date | None = None) -> SiteWritten:
        """Builds the site in `folder`, as the run of `day` does: by default of the newest date."""
        return write_site(folder, self.site, self, day or max(self.days_of))

    def _day(self, day: date) -> Day:
        count, changes = len(self.days_of[day]), self.changes.get(day, 0)
        changed_at = datetime.combine(day, time(5), timezone.utc) + timedelta(hours=changes)
        return Day(day, Counts(count + 1, count, 1, 0, 0), f"{day}-{count}-{changes}", changed_at, changed_at)

    def _entry(self, each: DigestPaper) -> Entry:
        of = each.paper
        return Entry(
            each.digest_date,
            of.identifier,
            of.title,
            of.authors,
            of.categories,
            (Tag("speech", "语音"),),
            interests=self.glances.get(of.identifier, NOTHING).interests,
            abstract=each.translation.text or "",
        )


def busy_day(count: int, day: date = date(2026, 11, 20)) -> ExampleSite:
    """A date of `count` papers whose texts are as long as real ones, with titles, gists and groups, as all of it."""
    rng, papers, site = random.Random(count), [], ExampleSite({})
    for number in range(count):
        each = replace(
            paper(number, title=f"Paper {number}: {' '.join(rng.choices(ENGLISH, k=12)).capitalize()}"),
            abstract=" ".join(rng.choices(ENGLISH, k=210)) + " with $x_1 \\le 3$.",
        )
        chinese = "".join(rng.choices(CHINESE, k=190)) + "，其中 $x_1 \\le 3$。"
        made = digest_paper(each, day, translation=chinese, background=chinese)
        made = replace(made, reading=replace(made.reading, method=chinese * 2, results=chinese))
        if number % 7 == 3:
            made = replace(made, announcement=replace(made.announcement, kind=AnnouncementKind.CROSS))
        papers.append(made)
        title, gist = "".join(rng.choices(CHINESE, k=14)), "".join(rng.choices(CHINESE, k=18)) + "。"
        code = Badge("代码", "code", "https://code.test/a") if number % 4 == 0 else Badge("ICASSP 2026")
        site.glances[each.identifier] = Glance(title, gist, badges=(code,))
    site.days_of[day] = papers
    size = max(2, count // 10)
    site.groups[day] = tuple(
        Group(
            f"主题{start // size + 1}",
            tuple(each.paper.identifier for each in papers[start : start + size]),
            (("本组讨论" + "".join(rng.choices(CHINESE, k=15)), (papers[start].paper.identifier,)),),
        )
        for start in range(0, size * 9, size)
    )
    return site


def hostile_site() -> ExampleSite:
    """A date each of whose papers is hostile in title, author, abstract, translation and reading."""
    day = date(2026, 11, 20)
    papers = []
    for number, text in enumerate((*HOSTILE, "長" * 10_000)):
        each = replace(paper(number, title=text), authors=(text, "Bo Bergqvist"), abstract=text, comment=text)
        papers.append(digest_paper(each, day, translation=text, background=text))
    return ExampleSite({day: papers})
