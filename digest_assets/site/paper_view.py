"""A paper as the templates show it: every text as HTML, every state as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from digest_assets.markup.spans import safe_url
from digest_assets.model import AnswerStatus, DigestPaper, Reading, TextSource, Translation
from digest_assets.site import html
from digest_assets.site.bibtex import bibtex
from digest_assets.site.lists import anchor
from digest_assets.site.values import AUTHORS_SHOWN, Tag, slug
from digest_assets.site.words import SiteWords


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper of a date's page."""

    identifier: str
    anchor: str
    title: Markup
    plain_title: str
    authors: tuple[Person, ...]
    author_count: int
    categories: tuple[str, ...]
    tags: tuple[Tag, ...]
    abs_url: str
    pdf_url: str
    marks: tuple[str, ...]
    """Withdrawn, late, submitted earlier."""
    comment: Markup
    """What the authors of a withdrawn paper say."""
    translation: Markup
    """Empty where there is none; `translation_missing` then says why, unless the site's language needs none."""
    translation_missing: str
    translation_flagged: str
    """What is wrong with a translation that is shown all the same; empty for a good one."""
    abstract: Markup
    parts: tuple[tuple[str, Markup], ...]
    """Heading and text; empty where there is no reading."""
    reading_missing: str
    reading_flagged: str
    provenance: tuple[str, ...]
    figure_url: str
    figure_caption: str
    bibtex: str


def paper_view(each: DigestPaper, tags: tuple[Tag, ...], words: SiteWords, announced_on: str) -> PaperView:
    """`each` in the words of the site. `announced_on`: the date of its mailing in the digest's time zone."""
    paper = each.paper
    title = html.plain_from_tex(paper.title) or words.untitled
    names = tuple(filter(None, map(html.plain_from_tex, paper.authors)))
    translation = _translation(each.translation) if words.is_translated else Markup("")
    parts = _parts(each, words)
    return PaperView(
        identifier=paper.identifier,
        anchor=anchor(paper.identifier),
        title=html.line_from_tex(paper.title) or Markup.escape(words.untitled),
        plain_title=title,
        authors=tuple(Person(name, slug(name)) for name in names[:AUTHORS_SHOWN]),
        author_count=len(names),
        categories=paper.categories,
        tags=tags,
        abs_url=f"https://arxiv.org/abs/{paper.versioned}",
        pdf_url=f"https://arxiv.org/pdf/{paper.versioned}",
        marks=_marks(each, words, announced_on),
        comment=html.line_from_tex(paper.comment or "") if each.withdrawn else Markup(""),
        translation=translation,
        translation_missing=""
        if translation or each.withdrawn or not words.is_translated
        else _missing(words.translation_missing, each.translation, words),
        translation_flagged=_flagged(words.translation_flagged, each.translation, words) if translation else "",
        abstract=html.paragraphs_from_tex(paper.abstract) or Markup("<p>{}</p>").format(words.no_abstract),
        parts=parts,
        reading_missing="" if parts or each.withdrawn else _missing(words.reading_missing, each.reading, words),
        reading_flagged=_flagged(words.reading_flagged, each.reading, words) if parts else "",
        provenance=_provenance(each, words, has_translation=bool(translation), has_reading=bool(parts)),
        figure_url=(safe_url(each.figure.url) or "") if each.figure and not each.withdrawn else "",
        figure_caption=html.plain_from_tex(each.figure.caption) if each.figure else "",
        bibtex=bibtex(paper, title, names),
    )


def _translation(made: Translation) -> Markup:
    if made.status is not AnswerStatus.DONE or not made.text:
        return Markup("")
    return html.blocks_from_model(made.text)


def _parts(each: DigestPaper, words: SiteWords) -> tuple[tuple[str, Markup], ...]:
    if each.withdrawn or each.reading.status is not AnswerStatus.DONE or each.reading.parts is None:
        return ()
    written = tuple(map(html.blocks_from_model, each.reading.parts))
    return tuple(zip(words.parts, written, strict=True)) if all(written) else ()


def _marks(each: DigestPaper, words: SiteWords, announced_on: str) -> tuple[str, ...]:
    return tuple(
        mark
        for mark, holds in (
            (words.withdrawn, each.withdrawn),
            (words.late_mark.format(date=announced_on), each.late),
            (words.earlier_submission, not each.in_window and not each.late),
        )
        if holds
    )


def _missing(sentence: str, made: Translation | Reading, words: SiteWords) -> str:
    return sentence.format(state=words.states[made.status.value] + _because(made, words))


def _flagged(sentence: str, made: Translation | Reading, words: SiteWords) -> str:
    return sentence.format(reason=_because(made, words)) if made.is_flagged else ""


def _because(made: Translation | Reading, words: SiteWords) -> str:
    return words.because.format(reason=" ".join(made.reason.split())) if made.reason else ""


def _provenance(each: DigestPaper, words: SiteWords, *, has_translation: bool, has_reading: bool) -> tuple[str, ...]:
    """Where the text came from, and what each answer rests on."""
    said: list[str] = []
    if not each.withdrawn:
        source = each.reading.text_source or each.text_source
        names = {
            TextSource.HTML: words.text_html,
            TextSource.PDF: words.text_pdf,
            TextSource.ABSTRACT: words.text_abstract,
            None: words.text_none,
        }
        reason = words.because.format(reason=each.text_reason) if each.text_reason else ""
        said.append(words.text_from.format(source=names[source] + reason))
    for what, made, is_there in (
        (words.abstract, each.translation, has_translation),
        (words.reading, each.reading, has_reading),
    ):
        if is_there and made.model:
            by = words.made_by.format(what=what, model=made.model, prompt=made.prompt_version or "–")
            said.append(by + words.flagged if made.is_flagged else by)
    return tuple(said)
