"""A paper as the templates show it: every text as HTML, every state as a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from markupsafe import Markup

from digest_assets.markup import spans
from digest_assets.markup.sentences import reading_pieces, translation_pieces
from digest_assets.markup.spans import safe_url
from digest_assets.model import (
    AnnouncementKind,
    AnswerStatus,
    BlockKind,
    DigestPaper,
    Reading,
    ReadSentence,
    TextSource,
    Translation,
)
from digest_assets.site import citation, html
from digest_assets.site.citation import Json
from digest_assets.site.lists import anchor, file_of
from digest_assets.site.values import AUTHORS_SHOWN, NOTHING, Badge, Glance, LaterVersion, Tag, slug
from digest_assets.site.words import SiteWords


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What is unusual about a paper. `is_quiet`: a normal state, which asks nothing of the reader."""

    label: str
    is_quiet: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Gist:
    """What a reader is told of a paper in a sentence, without markup."""

    text: str
    lang: str
    is_original: bool = False
    """Whether it is the abstract's own sentence."""
    is_beginning: bool = False
    """Whether it is no sentence of its own, but how the abstract begins."""


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """A paragraph of the paper, as it stands there."""

    anchor: str
    """On the paper's own page."""
    section: str
    text: Markup
    url: str
    """Its place in arXiv's HTML; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper of a date's page, and of its own."""

    identifier: str
    versioned: str
    anchor: str
    file: str
    """Its page below `p/`, without the ending."""
    title: Markup
    """In the original, plain where it is without formulas."""
    plain_title: str
    translated_title: str
    """Without markup; empty where there is none."""
    gist: Gist
    badges: tuple[Badge, ...]
    interests: tuple[Tag, ...]
    """Of the settings, those that chose it."""
    why: str
    is_cross_list: bool
    has_code: bool
    authors: tuple[Person, ...]
    author_count: int
    categories: tuple[str, ...]
    tags: tuple[Tag, ...]
    lists: tuple[str, ...]
    """The lists that it is in, as their pages' paths: `c/cs.SD`."""
    abs_url: str
    pdf_url: str
    marks: tuple[Mark, ...]
    """Withdrawn, late, submitted earlier."""
    withdrawn: bool
    comment: Markup
    """What the authors say beside the abstract."""
    translation: Markup
    """Empty where there is none; `translation_missing` then says why, unless the site's language needs none."""
    translation_missing: str
    translation_flagged: str
    """What is wrong with a translation that is shown all the same; empty for a good one."""
    abstract: Markup
    parts: tuple[tuple[str, Markup], ...]
    """Heading and text; empty where there is no reading. Its marks lead to `paragraphs` on the paper's own page, from a
    page in a folder of the site's: `href="../p/...`."""
    paragraphs: tuple[ParagraphView, ...]
    """Of the paper, those that the reading rests on."""
    reading_missing: str
    reading_flagged: str
    provenance: tuple[str, ...]
    """Where its own texts came from."""
    sources: tuple[str, ...]
    """The same without what is this paper's alone: what a date adds up."""
    pairs: tuple[tuple[Markup, Markup], ...]
    """The translation's sentences with the original's; empty where they are not known."""
    figure_url: str
    figure_caption: str
    csl: dict[str, Json]
    """As reference managers read it (`citation.csl`)."""
    later: tuple[LaterVersion, ...]

    def parts_at(self, root: str) -> list[tuple[str, Markup]]:
        """`parts` for a page from which `root` leads to the site's folder."""
        return [(heading, Markup(str(text).replace('href="../', f'href="{root}'))) for heading, text in self.parts]


def paper_view(
    each: DigestPaper,
    tags: tuple[Tag, ...],
    words: SiteWords,
    announced_on: str,
    glance: Glance = NOTHING,
    later: tuple[LaterVersion, ...] = (),
) -> PaperView:
    """`each` in the words of the site. `announced_on`: the date of its mailing in the digest's time zone."""
    paper = each.paper
    title = html.plain_from_tex(paper.title) or words.untitled
    names = tuple(filter(None, map(html.plain_from_tex, paper.authors)))
    translation = translation_shown(each.translation, words) if words.is_translated else Markup("")
    parts = () if each.withdrawn else parts_shown(each.reading, words)
    return PaperView(
        identifier=paper.identifier,
        versioned=paper.versioned,
        anchor=anchor(paper.identifier),
        file=file_of(paper.identifier),
        translated_title=html.plain_from_answer(glance.title) if words.is_translated else "",
        gist=_gist(each, glance, words),
        badges=tuple(replace(badge, url=safe_url(badge.url) or "") for badge in glance.badges),
        interests=glance.interests,
        why=glance.why,
        is_cross_list=each.announcement.kind in (AnnouncementKind.CROSS, AnnouncementKind.REPLACE_CROSS),
        has_code=any(badge.kind == "code" for badge in glance.badges),
        withdrawn=each.withdrawn,
        later=later,
        title=html.line_from_tex(paper.title) or Markup.escape(words.untitled),
        plain_title=title,
        authors=tuple(Person(name, slug(name)) for name in names[:AUTHORS_SHOWN]),
        author_count=len(names),
        categories=paper.categories,
        tags=tags,
        lists=(
            *(f"c/{name}" for name in paper.categories),
            *(f"t/{tag.slug}" for tag in tags),
            *(f"i/{interest.slug}" for interest in glance.interests),
            *(f"a/{slug(name)}" for name in names[:AUTHORS_SHOWN]),
        ),
        abs_url=f"https://arxiv.org/abs/{paper.versioned}",
        pdf_url=f"https://arxiv.org/pdf/{paper.versioned}",
        marks=_marks(each, words, announced_on),
        comment=html.line_from_tex(paper.comment or ""),
        translation=translation,
        translation_missing=""
        if translation or each.withdrawn or not words.is_translated
        else _missing(words.translation_missing, each.translation, words),
        translation_flagged=_flagged(words.translation_flagged, each.translation) if translation else "",
        abstract=html.paragraphs_from_tex(paper.abstract) or Markup("<p>{}</p>").format(words.no_abstract),
        parts=parts,
        paragraphs=paragraphs_shown(each.reading) if parts else (),
        reading_missing="" if parts or each.withdrawn else _missing(words.reading_missing, each.reading, words),
        reading_flagged=_flagged(words.reading_flagged, each.reading) if parts else "",
        provenance=_provenance(each, words, has_translation=bool(translation), has_reading=bool(parts)),
        sources=_sources(each, words, has_translation=bool(translation), has_reading=bool(parts)),
        pairs=pairs_shown(each.translation) if translation else (),
        figure_url=(safe_url(each.figure.url) or "") if each.figure and not each.withdrawn else "",
        figure_caption=html.plain_from_tex(each.figure.caption) if each.figure else "",
        csl=citation.csl(paper, title, names, html.plain_from_tex(paper.abstract)),
    )


_BEGINNING = 80
"""Characters of a translation that stand in the place of a gist."""


def _gist(each: DigestPaper, glance: Glance, words: SiteWords) -> Gist:
    if glance.gist:
        if glance.gist_is_original:
            return Gist(html.plain_from_tex(glance.gist), "en", is_original=True)
        return Gist(html.plain_from_answer(glance.gist), words.lang)
    made = each.translation
    if words.is_translated and made.status is AnswerStatus.DONE and made.text:
        return Gist(_beginning(html.plain_from_answer(made.text), _BEGINNING), words.lang, is_beginning=True)
    return Gist(_beginning(html.plain_from_tex(each.paper.abstract), 2 * _BEGINNING), "en", is_beginning=True)


def _beginning(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def translation_shown(made: Translation, words: SiteWords) -> Markup:
    """Empty where there is none."""
    if made.status is not AnswerStatus.DONE or not made.text:
        return Markup("")
    pairs = made.pairs if made.sentences_withheld or made.sentences_doubted else ()
    return html.paragraphs_from_pieces(translation_pieces(pairs, words.to_check, words.doubted) or (made.text,))


def parts_shown(made: Reading, words: SiteWords) -> tuple[tuple[str, Markup], ...]:
    """Each part of a reading with its heading, and in it what leads to the paragraphs it rests on. Empty where a part
    has nothing to show."""
    if made.status is not AnswerStatus.DONE or made.parts is None:
        return ()
    if made.paragraphs:
        marks = _marks_of(made, words)
        written = [html.blocks_from_pieces(reading_pieces(part, marks)) for part in made.sentences]
    else:
        written = [html.blocks_from_model(part) for part in made.parts]
    for index, count in enumerate(made.left_out):
        if count:
            written[index] += Markup('<p class="note">{}</p>').format(words.left_out.format(count=count))
    return tuple(zip(words.parts, written, strict=True)) if all(written) else ()


def _marks_of(made: Reading, words: SiteWords) -> Callable[[ReadSentence], tuple[spans.Span, ...]]:
    """Behind a sentence of a reading: that it is doubted, and what leads to each paragraph that it rests on."""
    page = f"../p/{file_of(made.identifier)}.html"
    sections = {paragraph.number: paragraph.section for paragraph in made.paragraphs}

    def marks(sentence: ReadSentence) -> tuple[spans.Span, ...]:
        doubted = (spans.Text(words.doubted),) if sentence.doubt else ()
        return (
            *doubted,
            *(
                spans.Mark(f"{page}#{_anchor_of(number)}", "¶", words.rests_on.format(section=sections[number]).strip())
                for number in sentence.paragraphs
                if number in sections
            ),
        )

    return marks


def paragraphs_shown(made: Reading) -> tuple[ParagraphView, ...]:
    """The paragraphs that a reading rests on, word for word."""
    is_html = made.text_source is TextSource.HTML
    place = f"https://arxiv.org/html/{made.identifier}v{made.version}#"
    return tuple(
        ParagraphView(
            _anchor_of(paragraph.number),
            html.plain_from_tex(paragraph.section),
            html.blocks_from_model(paragraph.text)
            if paragraph.kind is BlockKind.TABLE
            else html.paragraphs_from_tex(_FOOTNOTE_MARK.sub("", paragraph.text)),
            safe_url(place + paragraph.anchor) or "" if paragraph.anchor and is_html else "",
        )
        for paragraph in made.paragraphs
    )


_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]{1,6}\]:?\s?")
"""Our own, in the place of arXiv's."""


def _anchor_of(number: int) -> str:
    return f"paragraph-{number}"


def pairs_shown(made: Translation) -> tuple[tuple[Markup, Markup], ...]:
    """A translation by sentence, each with the original's; none where not all of the text is there."""
    if made.sentences_withheld or made.sentences_doubted:
        return ()
    return tuple((html.line_from_model(pair.said), html.line_from_tex(pair.source)) for pair in made.pairs)


def _marks(each: DigestPaper, words: SiteWords, announced_on: str) -> tuple[Mark, ...]:
    return tuple(
        mark
        for mark, holds in (
            (Mark(words.withdrawn), each.withdrawn),
            (Mark(words.late_mark.format(date=announced_on)), each.late),
            (Mark(words.earlier_mark, is_quiet=True, why=words.earlier_note), not each.in_window and not each.late),
        )
        if holds
    )


def _missing(sentence: str, made: Translation | Reading, words: SiteWords) -> str:
    return sentence.format(state=words.states[made.status.value])


def _flagged(sentence: str, made: Translation | Reading) -> str:
    return sentence if made.is_flagged else ""


def _provenance(each: DigestPaper, words: SiteWords, *, has_translation: bool, has_reading: bool) -> tuple[str, ...]:
    """Where the text came from, and what each answer rests on."""
    said = _sources(each, words, has_translation=has_translation, has_reading=has_reading)
    if not each.withdrawn and each.text_reason:
        said = (said[0] + words.because.format(reason=each.text_reason), *said[1:])
    if has_reading and each.reading.evidence:
        there, of = each.reading.evidence
        said = (*said, words.evidence.format(there=there, of=of))
    return said


def _sources(each: DigestPaper, words: SiteWords, *, has_translation: bool, has_reading: bool) -> tuple[str, ...]:
    said: list[str] = []
    if not each.withdrawn:
        names = {
            TextSource.HTML: words.text_html,
            TextSource.PDF: words.text_pdf,
            TextSource.ABSTRACT: words.text_abstract,
            None: words.text_none,
        }
        said.append(words.text_from.format(source=names[each.reading.text_source or each.text_source]))
    for what, made, is_there in (
        (words.abstract, each.translation, has_translation),
        (words.reading, each.reading, has_reading),
    ):
        if is_there and made.model:
            by = words.made_by.format(what=what, model=made.model, prompt=made.prompt_version or "–")
            said.append(by + words.flagged if made.is_flagged else by)
    return tuple(said)
