"""A day's papers as one post, from templates that a user can override.

Everything that a template receives is finished, safe Markdown (`markdown.py`): a template arranges, it never escapes,
so that a user's own cannot break a site by forgetting to. The frame is that of the posts this project continues; line
for line the same, so that a site's own styles and scripts go on working.

What a paper lacks is said where it would stand: an abstract that was not translated is shown in the
original and marked so, and a reading that does not exist has no fold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from enum import Enum
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment

from digest_assets import user_templates
from digest_assets.arxiv.taxonomy import name_in
from digest_assets.digests.days import Window
from digest_assets.glance.day import NamedGroup, gist_of
from digest_assets.glance.facts import Facts, facts_of
from digest_assets.glance.overview import clauses_of
from digest_assets.markup.sentences import reading_pieces, translation_pieces
from digest_assets.markup.spans import Link, Text
from digest_assets.markup.targets import HtmlComment, YamlScalar, yaml_quoted, yaml_scalar
from digest_assets.model import AnswerStatus, DigestPaper, Figure, PaperUpdate, TextSource, Translation, texts_made
from digest_assets.posts import markdown
from digest_assets.posts.dialects import GITHUB, GOLDMARK, KRAMDOWN, Dialect, write_line
from digest_assets.posts.provenance import comment, provenance_of
from digest_assets.posts.words import LANGUAGES, Words
from digest_assets.ranking.interests import Ranked, chosen_of
from digest_assets.user_templates import rendering

MOST_LINKS = 4
"""Of a paper's addresses only so many stand in its line of facts."""
MOST_AFFILIATIONS = 3
"""Of its institutions."""
AUTHORS_SHOWN = 30
"""Of a longer list, such as the 3,303 authors of one real paper, only so many are named."""


class PostForm(str, Enum):
    """Who will read the post's Markdown."""

    JEKYLL = "jekyll"
    HUGO = "hugo"
    MARKDOWN = "markdown"


DIALECTS: dict[PostForm, Dialect] = {
    PostForm.JEKYLL: KRAMDOWN,
    PostForm.HUGO: GOLDMARK,
    PostForm.MARKDOWN: GITHUB,
}


@dataclass(frozen=True, slots=True)
class DigestPage:
    """What one post shows. `papers` in any order; the counts are those of the ledger."""

    name: str
    """The digest's name: part of the file's name, and its first tag."""
    digest_date: date
    zone: ZoneInfo
    anchor: time
    window: Window
    categories: tuple[str, ...]
    papers: tuple[DigestPaper, ...]
    announced: int
    """How many papers the mailing announced in the digest's categories, whether shown or not."""
    filtered: int = 0
    late: int = 0
    failed: int = 0
    notice: str | None = None
    """A sentence about the whole page, such as that its papers are invented."""
    language: str = "zh"
    by_submission: bool = False
    """Whether the papers are those submitted in the window, instead of those announced on the date."""
    updates: tuple[PaperUpdate, ...] = ()
    """New versions of papers that earlier digests published."""
    provenance: Literal["off", "comment", "front_matter"] = "off"
    """Where it is said what each answer rests on."""
    answered_at: Mapping[str, datetime] = field(default_factory=dict)
    """When the answers were given, by their keys; only looked at for the provenance."""
    groups: tuple[NamedGroup, ...] = ()
    """The papers by topic, for the overview on top; without any there is none."""
    chosen: Mapping[str, Ranked] = field(default_factory=dict)
    """By identifier, the papers that an interest chose, each with why."""
    chosen_first: bool = True
    """Whether they stand before the others, in the order of their scores, or where they would stand without."""
    facts: bool = True
    """Whether a line says a paper's venue, its links, its pages and its authors' affiliations."""
    with_readings: bool = True
    """Whether the readings stand in the post; else it says where they are."""
    with_abstracts: bool = True
    """The same of the abstracts; without them there are no readings, either."""
    site_page: str = ""
    """The address of the date's page on the site; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper for a template: every field is Markdown ready to be put in its place."""

    identifier: str
    title: str
    authors: str
    categories: str
    abs_link: str
    pdf_link: str
    anchor: str
    """What the paper's place in the post is called."""
    translated_title: str
    """In the digest's language; empty where there is none."""
    facts: str
    """Venue, links and pages on one line; empty where nothing is known, or where that is not asked for."""
    marks: tuple[str, ...]
    """Paragraphs before the abstract: withdrawn, late, not translated and why."""
    abstract: str
    """In the digest's language, else in the original, which `marks` then says."""
    figure: str
    """The first figure, as an image and its caption; empty where none is shown."""
    parts: tuple[str, ...]
    """The three parts of the reading; empty where there is none."""
    part_names: tuple[str, ...]
    reading_title: str
    no_reading: str
    """Why there is no reading; empty where there is one."""
    provenance: HtmlComment
    """What the answers rest on, as an HTML comment; empty where that is not asked for."""


@dataclass(frozen=True, slots=True)
class GlanceView:
    """A group of the overview."""

    heading: str
    sentence: str
    """What its papers do; empty where nobody said."""
    papers: tuple[str, ...]
    """A line each: title, linked to its place, and gist."""


@dataclass(frozen=True, slots=True)
class PageView:
    """A post for a template. `title` and `tags` are plain, for the front matter (filter `quoted`)."""

    title: str
    title_line: str
    """The title as Markdown."""
    lang: str
    description: str
    """Plain, for the front matter."""
    counts_by_name: tuple[tuple[str, int], ...]
    """How many papers are on the page, translated, and read: names and numbers, for the front matter."""
    overview_title: str
    overview: tuple[GlanceView, ...]
    """Empty where no groups are given."""
    date: str
    tags: tuple[YamlScalar, ...]
    """Each ready to stand in a YAML list."""
    heading: str
    window: str
    counts: str
    notice: str
    papers: tuple[PaperView, ...]
    updates_title: str
    updates: tuple[str, ...]
    """Lines on new versions of earlier papers; empty where there are none."""
    provenance: tuple[YamlScalar, ...]
    """What the answers rest on, each a YAML mapping for the front matter; empty where that is not asked for."""


def post_name(page: DigestPage) -> str:
    """The file's name, by which Jekyll knows the date: `2026-01-29-arxiv.md`."""
    return f"{page.digest_date.isoformat()}-{page.name}.md"


def in_post_order(papers: Sequence[DigestPaper]) -> list[DigestPaper]:
    """Newest submission first, those without a time last, equal ones by identifier from the highest down."""
    beginning = datetime.min.replace(tzinfo=timezone.utc)
    return sorted(papers, key=lambda each: (each.paper.published_at or beginning, each.paper.identifier), reverse=True)


def _shown_order(page: DigestPage) -> list[DigestPaper]:
    """The papers in the order of the post: where that is asked for, what an interest chose before the others."""
    papers = in_post_order(page.papers)
    if page.chosen_first:
        papers.sort(key=lambda each: rank_key(page.chosen.get(each.paper.identifier)))
    return papers


def rank_key(chosen: Ranked | None) -> float:
    """Sorts what was chosen, the highest score first, before what was not."""
    return -chosen.score if chosen is not None else math.inf


def why_chosen(chosen: Ranked, words: Words) -> str:
    """An interest, and why it chose a paper: plain, on one line."""
    reasons = [words.by_author.format(names=words.name_separator.join(chosen.authors))] if chosen.authors else []
    if chosen.terms:
        reasons.append(words.shared_terms.format(terms=words.name_separator.join(chosen.terms)))
    if chosen.own_paper:
        reasons.append(words.like_own.format(paper=chosen.own_paper))
    why = words.because.format(reason=words.clause.join(reasons)) if reasons else ""
    return words.for_you.format(interest=chosen.interest) + why


def render_post(page: DigestPage, *, templates_dir: Path | None = None, form: PostForm = PostForm.JEKYLL) -> str:
    """The post's text, ending in one newline.

    `templates_dir` holds a user's own `post.<form>.md.j2`, and what it includes; what it lacks is the package's.
    Raises `TemplateBroken`, with file, line and cure.
    """
    name = f"post.{form.value}.md.j2"
    shown, environment = view(page, form), _environment(templates_dir)
    with rendering(name):
        return environment.get_template(name).render(page=shown).rstrip() + "\n"


def view(page: DigestPage, form: PostForm = PostForm.JEKYLL) -> PageView:
    """`page` as the templates receive it."""
    words, dialect = LANGUAGES[page.language], DIALECTS[form]
    day = page.digest_date.isoformat()
    title = words.post_title.format(date=day)
    zone = words.beijing if page.zone.key == "Asia/Shanghai" else page.zone.key
    heading = words.heading_submitted if page.by_submission else words.heading_announced
    return PageView(
        title=title,
        title_line=markdown.line_from_text(title, dialect),
        lang=words.lang,
        description=_description(page, words),
        counts_by_name=_counts_by_name(page),
        overview_title=words.overview,
        overview=_overview(page, words, dialect),
        date=day,
        tags=tuple(yaml_scalar(tag) for tag in dict.fromkeys((page.name, *page.categories))),
        heading=heading.format(date=day, zone=zone),
        window=_window_line(page, words),
        counts=_count_line(page, words),
        notice=words.notice.format(notice=markdown.line_from_text(page.notice, dialect)) if page.notice else "",
        papers=tuple(_paper(each, page, words, dialect) for each in _shown_order(page)),
        updates_title=words.updates,
        updates=tuple(_update(each, words, dialect) for each in page.updates),
        provenance=tuple(
            found.as_yaml()
            for each in _shown_order(page)
            for found in (provenance_of(each, page.answered_at, words) if page.provenance == "front_matter" else ())
        ),
    )


def _update(each: PaperUpdate, words: Words, dialect: Dialect) -> str:
    """A line: the new version as a link, its title, where the paper was, and what changed."""
    link = write_line((Link(f"https://arxiv.org/abs/{each.paper.versioned}", (Text(each.paper.versioned),)),), dialect)
    title = markdown.line_from_tex(each.paper.title, dialect) or words.untitled
    if each.withdrawn:
        change = words.withdrawn
    else:
        change = words.abstract_changed if each.abstract_changed else words.abstract_unchanged
    return f"{link} {title}" + words.because.format(
        reason=words.update_of.format(date=each.claimed_date.isoformat(), version=each.claimed_version, change=change)
    )


def _window_line(page: DigestPage, words: Words) -> str:
    start, end = (each.astimezone(page.zone) for each in (page.window.start, page.window.end))
    return words.window.format(
        anchor=f"{page.anchor:%H:%M}",
        abbreviation=end.tzname() or page.zone.key,
        start=f"{start:%Y-%m-%d %H:%M}",
        end=f"{end:%Y-%m-%d %H:%M}",
    )


def _count_line(page: DigestPage, words: Words) -> str:
    within = sum(each.in_window for each in page.papers)
    shown = words.shown.format(announced=page.announced, shown=len(page.papers))
    clauses = [f"{shown}{words.colon}{words.split.format(within=within, earlier=len(page.papers) - within)}"]
    for clause, count in (
        (words.late_count, page.late),
        (words.filtered_count, page.filtered),
        (words.failed_count, page.failed),
    ):
        if count:
            clauses.append(clause.format(count=count))
    made = texts_made(page.papers, page.language)
    for clause, done, of in (
        (words.translations_of, made.translations, made.translations_wanted),
        (words.readings_of, made.readings, made.readings_wanted),
    ):
        if done < of:
            clauses.append(clause.format(count=done, of=of))
    if made.sentences_withheld:
        clauses.append(words.sentences_withheld.format(count=made.sentences_withheld))
    if made.sentences_doubted:
        clauses.append(words.sentences_doubted.format(count=made.sentences_doubted))
    return words.clause.join(clauses) + words.end


def _paper(each: DigestPaper, page: DigestPage, words: Words, dialect: Dialect) -> PaperView:
    paper = each.paper
    parts = _parts(each, words, dialect)
    return PaperView(
        identifier=paper.identifier,
        title=markdown.line_from_tex(paper.title, dialect) or words.untitled,
        authors=_authors(paper.authors, words, dialect),
        categories=", ".join(
            markdown.line_from_text(f"{each} {name_in(page.language, each)}".strip(), dialect)
            for each in paper.categories
        ),
        abs_link=_link(f"https://arxiv.org/abs/{paper.versioned}", dialect),
        pdf_link=_link(f"https://arxiv.org/pdf/{paper.versioned}", dialect),
        anchor=anchor(paper.identifier),
        translated_title=markdown.line_from_model(each.translation.title or "", dialect, strong=True),
        facts=_facts(each, words, dialect) if page.facts else "",
        marks=_marks(each, page, words, dialect),
        abstract=_abstract(each, words, dialect)
        if page.with_abstracts or each.withdrawn
        else words.abstract_on_the_site.format(link=_on_the_site(each, page, words, dialect)),
        figure=_figure(each.figure, dialect),
        parts=parts if page.with_readings else (),
        part_names=(words.part_background, words.part_method, words.part_results),
        reading_title=_reading_title(each, words),
        no_reading=_no_reading(each, page, words, dialect) if not parts or not page.with_readings else "",
        provenance=comment(provenance_of(each, page.answered_at, words))
        if page.provenance == "comment"
        else HtmlComment(""),
    )


def anchor(identifier: str) -> str:
    """What a paper's place in a post is called."""
    return "paper-" + identifier.replace("/", "-")


def _overview(page: DigestPage, words: Words, dialect: Dialect) -> tuple[GlanceView, ...]:
    by_identifier = {each.paper.identifier: each for each in page.papers}
    return (*_for_you(page, by_identifier, words, dialect), *_groups(page, by_identifier, words, dialect))


def _for_you(
    page: DigestPage, papers: Mapping[str, DigestPaper], words: Words, dialect: Dialect
) -> tuple[GlanceView, ...]:
    """A group for each interest that chose papers, the highest score first. They stand in their topic's group, too."""
    chosen = {identifier: each for identifier, each in page.chosen.items() if identifier in papers}
    return tuple(
        GlanceView(
            heading=words.group.format(
                name=markdown.line_from_text(words.for_you.format(interest=interest), dialect), count=len(identifiers)
            ),
            sentence="",
            papers=tuple(_glance_line(papers[each], words, dialect) for each in identifiers),
        )
        for interest, identifiers in (chosen_of(chosen).items() if page.chosen_first else ())
    )


def _groups(
    page: DigestPage, by_identifier: Mapping[str, DigestPaper], words: Words, dialect: Dialect
) -> tuple[GlanceView, ...]:
    return tuple(
        GlanceView(
            heading=words.group.format(name=markdown.line_from_text(group.name, dialect), count=len(group.identifiers)),
            sentence=_with_places(group, words, dialect),
            papers=tuple(
                _glance_line(by_identifier[each], words, dialect) for each in group.identifiers if each in by_identifier
            ),
        )
        for group in page.groups
    )


def _with_places(group: NamedGroup, words: Words, dialect: Dialect) -> str:
    """A group's sentence, each identifier in it a link to the paper's place."""
    said = []
    for text, identifiers in clauses_of(group.sentence):
        links = ", ".join(f"[{each}](#{anchor(each)})" for each in identifiers)
        said.append(f"{markdown.line_from_model(text, dialect)} ({links})")
    return words.clause.join(said) + words.full_stop if said else ""


def _glance_line(each: DigestPaper, words: Words, dialect: Dialect) -> str:
    title = markdown.line_from_tex(each.paper.title, dialect) or words.untitled
    linked = title if "](" in title else f"[{title}](#{anchor(each.paper.identifier)})"  # no link in a link
    gist = gist_of(each)
    if not gist.text:
        return f"{linked}{words.because.format(reason=words.withdrawn)}" if each.withdrawn else linked
    if gist.is_original:
        return f"{linked}{words.colon}{markdown.line_from_tex(gist.text, dialect)}{words.original}"
    return f"{linked}{words.colon}{markdown.line_from_model(gist.text, dialect)}"


def _description(page: DigestPage, words: Words) -> str:
    groups = words.list_separator.join(
        words.group_count.format(name=group.name, count=len(group.identifiers)) for group in page.groups
    )
    said = words.description.format(count=len(page.papers), groups=groups)
    return said if groups else said.rstrip("：: ")


def _counts_by_name(page: DigestPage) -> tuple[tuple[str, int], ...]:
    read = sum(1 for each in page.papers if each.reading.status is AnswerStatus.DONE and each.reading.parts)
    translated = sum(1 for each in page.papers if _translated(each.translation) is not None)
    counts = (("papers", len(page.papers)), ("translated", translated), ("read", read))
    return tuple((name, count) for name, count in counts if name != "translated" or page.language != "en")


def affiliations_of(facts: Facts, words: Words) -> str:
    """The first institutions, and whether there are more; plain."""
    names = words.list_separator.join(facts.affiliations[:MOST_AFFILIATIONS])
    more = len(facts.affiliations) > MOST_AFFILIATIONS
    return words.more_affiliations.format(names=names) if more else names


def _facts(each: DigestPaper, words: Words, dialect: Dialect) -> str:
    """`ICASSP 2026（已接收） · [代码](...) · 5 页`."""
    if each.withdrawn:
        return ""
    facts = facts_of(each.paper, each.affiliations)
    said = []
    if facts.state is not None:
        state = str(getattr(words, f"state_{facts.state.value}")).format(
            venue=markdown.line_from_text(facts.venue or "", dialect)
        )
        said.append(state if facts.venue else state.strip("（） ()"))
    for link in facts.links[:MOST_LINKS]:
        word = str(getattr(words, f"link_{link.kind.value}"))
        said.append(write_line((Link(link.url, (Text(word),)),), dialect))
    if facts.pages is not None:
        said.append(words.pages.format(count=facts.pages))
    if facts.affiliations:
        said.append(markdown.line_from_text(affiliations_of(facts, words), dialect))
    return words.facts_separator.join(said)


def _link(url: str, dialect: Dialect) -> str:
    return write_line((Link(url, (Text(url),)),), dialect)


def _figure(figure: Figure | None, dialect: Dialect) -> str:
    if figure is None or not figure.url.startswith(("https://", "http://")):
        return ""
    image = "!" + write_line((Link(figure.url, (Text("Figure"),)),), dialect)
    return f"{image}\n\n{markdown.line_from_tex(figure.caption, dialect)}".rstrip()


def _authors(authors: Sequence[str], words: Words, dialect: Dialect) -> str:
    names = [name for name in (markdown.line_from_tex(author, dialect) for author in authors[:AUTHORS_SHOWN]) if name]
    if not names:
        return words.no_authors
    shown = words.name_separator.join(names)
    return shown + words.many_authors.format(count=len(authors)) if len(authors) > AUTHORS_SHOWN else shown


_TRANSLATION_MARKS = {
    AnswerStatus.NOT_ASKED: "not_translated",
    AnswerStatus.NO_KEY: "not_translated",
    AnswerStatus.WITHHELD: "translation_withheld",
    AnswerStatus.FAILED: "translation_failed",
    AnswerStatus.BUDGET: "translation_budget",
    AnswerStatus.WAITING: "translation_waiting",
}
_MISSING_READINGS = {
    AnswerStatus.DONE: "reading_failed",  # said to be done, and a part is missing
    AnswerStatus.NOT_ASKED: "reading_not_asked",
    AnswerStatus.NO_KEY: "reading_not_asked",
    AnswerStatus.WITHHELD: "reading_withheld",
    AnswerStatus.FAILED: "reading_failed",
    AnswerStatus.BUDGET: "reading_budget",
    AnswerStatus.WAITING: "reading_waiting",
}


def _marks(each: DigestPaper, page: DigestPage, words: Words, dialect: Dialect) -> tuple[str, ...]:
    marks: list[str] = []
    if (chosen := page.chosen.get(each.paper.identifier)) is not None:
        marks.append(f"**{markdown.line_from_text(why_chosen(chosen, words), dialect)}**")
    if each.withdrawn:
        comment = markdown.line_from_tex(each.paper.comment or "", dialect)
        note = words.because.format(reason=words.withdrawn_note.format(comment=comment)) if comment else ""
        marks.append(f"**{words.withdrawn}**{note}")
    if each.late:
        announced = each.announcement.announced_at.astimezone(page.zone).date()
        marks.append(f"**{words.late.format(date=announced.isoformat())}**")
    not_asked = each.translation.status is AnswerStatus.NOT_ASKED
    original_is_meant = page.language == "en" or (not_asked and each.withdrawn)
    if _translated(each.translation) is None and not original_is_meant:
        # "Done" without a text is a failure of ours, and is called one. What exactly went wrong is for those who run
        # the digest: it stands in the ledger, in their words.
        marks.append(f"**{getattr(words, _TRANSLATION_MARKS.get(each.translation.status, 'translation_failed'))}**")
    elif each.translation.is_flagged:
        marks.append(f"**{words.translation_flagged}**")
    return tuple(marks)


def _translated(made: Translation) -> str | None:
    return made.text if made.status is AnswerStatus.DONE and made.text and made.text.strip() else None


def translation_shown(made: Translation, words: Words, dialect: Dialect) -> str:
    """Empty where there is none."""
    pairs = made.pairs if made.sentences_withheld or made.sentences_doubted else ()
    text = _translated(made)
    pieces = translation_pieces(pairs, words.to_check, words.doubted) or ((text,) if text else ())
    return markdown.paragraphs_from_pieces(pieces, dialect) if text else ""


def _abstract(each: DigestPaper, words: Words, dialect: Dialect) -> str:
    if _translated(each.translation) is not None:
        return translation_shown(each.translation, words, dialect) or words.no_abstract
    return markdown.paragraphs_from_tex(each.paper.abstract, dialect) or words.no_abstract


def _parts(each: DigestPaper, words: Words, dialect: Dialect) -> tuple[str, ...]:
    if each.withdrawn or each.reading.status is not AnswerStatus.DONE or each.reading.parts is None:
        return ()
    written = [markdown.blocks_from_model(part, dialect) for part in each.reading.parts]
    if each.reading.sentences_doubted:
        doubted = (Text(words.doubted),)
        written = [
            markdown.blocks_from_pieces(reading_pieces(part, lambda said: doubted if said.doubt else ()), dialect)
            for part in each.reading.sentences
        ]
    if not all(written):
        return ()
    for index, count in enumerate(each.reading.left_out):
        if count:
            note = markdown.line_from_text(words.left_out.format(count=count), dialect)
            written[index] = f"{written[index]}\n\n{note}"
    return tuple("\n" + part if markdown.begins_with_block(part) else part for part in written)


def _reading_title(each: DigestPaper, words: Words) -> str:
    source = each.reading.text_source or each.text_source
    title = words.reading_of_abstract if source is TextSource.ABSTRACT else words.reading
    return title + words.reading_flagged if each.reading.is_flagged else title


def _no_reading(each: DigestPaper, page: DigestPage, words: Words, dialect: Dialect) -> str:
    if each.withdrawn:
        return words.reading_withdrawn
    if not page.with_readings and each.reading.status is AnswerStatus.DONE:
        link = _on_the_site(each, page, words, dialect)
        return words.reading_on_the_site.format(link=link) if page.with_abstracts else ""
    return str(getattr(words, _MISSING_READINGS[each.reading.status]))


def _on_the_site(each: DigestPaper, page: DigestPage, words: Words, dialect: Dialect) -> str:
    """The site by name, a link to the paper's place where that is known."""
    place = f"{page.site_page}#p{anchor(each.paper.identifier).removeprefix('paper-')}" if page.site_page else ""
    return write_line((Link(place, (Text(words.the_site),)),), dialect) if place else words.the_site


def _environment(templates_dir: Path | None) -> Environment:
    environment = user_templates.environment("digest_assets.posts", templates_dir)
    environment.filters["quoted"] = yaml_quoted
    return environment
