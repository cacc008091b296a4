"""A date as a JSON document, for programs: `d/2026-01-29.json` beside its page, and what `digest mcp` answers.

Its form is `static/day.schema.json`, which the site has as `assets/day.schema.json`. A field may be added; where one
changes its meaning or goes, `VERSION` rises.
"""

from __future__ import annotations

import json

from digest_assets.markup.characters import clean
from digest_assets.model import AnswerStatus, DigestPaper
from digest_assets.site.citation import Json, doi
from digest_assets.site.values import NOTHING, DayPapers, Glance, Site

VERSION = 1
SCHEMA = "assets/day.schema.json"


def day_document(site: Site, shown: DayPapers) -> dict[str, Json]:
    """All that the page of the date says. Texts are as authors and model wrote them: with TeX and Markdown."""
    counts = shown.day.counts
    return {
        "version": VERSION,
        "digest": site.name,
        "date": shown.day.date.isoformat(),
        "language": site.language,
        "categories": list(site.categories),
        "counts": {
            "announced": counts.announced,
            "published": counts.published,
            "filtered": counts.filtered,
            "failed": counts.failed,
            "late": counts.late,
        },
        "empty_reason": shown.day.empty_reason,
        "notice": site.notice,
        "papers": [paper_document(each, shown) for each in shown.papers],
        "left_out": [
            {"id": each.identifier, "title": each.title, "reason": each.reason.value} for each in shown.left_out
        ],
        "updates": [
            {
                "id": each.paper.identifier,
                "version": each.paper.version,
                "title": each.paper.title,
                "published_in": each.claimed_date.isoformat(),
                "withdrawn": each.withdrawn,
                "abstract_changed": each.abstract_changed,
            }
            for each in shown.updates
        ],
    }


def paper_document(each: DigestPaper, shown: DayPapers) -> dict[str, Json]:
    """A paper of the date."""
    paper, glance = each.paper, shown.glances.get(each.paper.identifier, NOTHING)
    translation, reading = each.translation, each.reading
    is_read = reading.status is AnswerStatus.DONE and reading.parts is not None and not each.withdrawn
    return {
        "id": paper.identifier,
        "version": paper.version,
        "title": paper.title,
        "authors": list(paper.authors),
        "categories": list(paper.categories),
        "submitted_at": paper.published_at.isoformat() if paper.published_at else None,
        "announced_at": each.announcement.announced_at.isoformat(),
        "late": each.late,
        "withdrawn": each.withdrawn,
        "comment": paper.comment,
        "doi": doi(paper),
        "url": f"https://arxiv.org/abs/{paper.versioned}",
        "pdf_url": f"https://arxiv.org/pdf/{paper.versioned}",
        "abstract": paper.abstract,
        "translated_title": glance.title or None,
        "gist": _gist(glance),
        "topics": [tag.name for tag in shown.tags.get(paper.identifier, ())],
        "interests": [tag.name for tag in glance.interests],
        "why": glance.why or None,
        "translation": translation.text if translation.status is AnswerStatus.DONE else None,
        "translation_status": _named(translation.status),
        "reading": {"background": reading.background, "method": reading.method, "results": reading.results}
        if is_read
        else None,
        "reading_status": _named(reading.status),
        "text_source": each.text_source.value if each.text_source else None,
        "model": (reading.model if is_read else None) or translation.model,
    }


def _named(status: AnswerStatus) -> str:
    return status.value.replace(" ", "_")


def _gist(glance: Glance) -> Json:
    return {"text": glance.gist, "original": glance.gist_is_original} if glance.gist else None


def as_text(document: dict[str, Json]) -> str:
    """The file of a date."""
    return clean(json.dumps(document, ensure_ascii=False, indent=1)) + "\n"


def llms_text(site: Site, title: str) -> str:
    """`llms.txt` (https://llmstxt.org): where programs find what pages show."""
    base = site.base_url
    return f"""# {title}

> A daily digest of {", ".join(site.categories)} on arXiv: every announced paper once, its abstract translated, its
> full text read. What a model wrote was checked against its source; what was wrong twice is withheld.

Language: {site.language}.

A digest date is a day in {site.timezone}. Abstracts and titles are arXiv's (CC0); translations and readings are by a
model, which each paper names.

## As data

- [A date as JSON]({base}d/2026-01-29.json): `d/` and the date; by [this schema]({base}{SCHEMA})
- [Feed of dates]({base}feed.json): JSON Feed; [Atom]({base}feed.xml)

## As pages

- [All dates]({base}archive.html)
- [Topics]({base}tags.html): each topic and category has a list and feeds of its own
"""
