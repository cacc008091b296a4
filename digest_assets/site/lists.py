"""Which lists a paper is in, and how it stands in them: made once, when its date is noted, not again for each list."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from digest_assets.site import html
from digest_assets.site.values import AUTHORS_SHOWN, Entry, ListName, slug
from digest_assets.site.words import SiteWords

_NAMED = 8
"""Authors that a list names; then it says how many there are."""


def lists_of(entry: Entry) -> Iterator[ListName]:
    """The lists that `entry` is in, each once."""
    for category in entry.categories:
        yield ListName("c", category, category)
    for tag in entry.tags:
        yield ListName("t", tag.slug, tag.label)
    for interest in entry.interests:
        yield ListName("i", interest.slug, interest.label)
    names = filter(None, map(html.plain_from_tex, entry.authors[:AUTHORS_SHOWN]))
    for of, name in {slug(name): name for name in names}.items():
        yield ListName("a", of, name)


def anchor(identifier: str) -> str:
    """What a paper's place on its date's page is called."""
    return "p" + file_of(identifier)


def file_of(identifier: str) -> str:
    """What a paper's own files are called, below `p/` and without their endings: old identifiers have a slash."""
    return identifier.replace("/", "-")


def title(entry: Entry, words: SiteWords) -> Markup:
    return html.line_from_tex(entry.title) or Markup.escape(words.untitled)


def authors(entry: Entry, words: SiteWords) -> str:
    """The first authors, as text."""
    names = [html.plain_from_tex(name) for name in entry.authors[:_NAMED]]
    more = f" {words.more_authors.format(count=len(entry.authors))}" if len(entry.authors) > _NAMED else ""
    return (", ".join(names) or words.no_authors) + more


def item(entry: Entry, words: SiteWords) -> Markup:
    """The entry of a list page, which lies in a folder of the site."""
    categories = Markup(" ").join(Markup('<span class="cat">{}</span>').format(each) for each in entry.categories)
    mark = Markup(' <span class="mark">{}</span>').format(words.withdrawn) if entry.withdrawn else Markup("")
    return Markup(
        '<li><a class="title" lang="en" href="../d/{day}.html#{anchor}">{title}</a>\n{translated}{gist}'
        '<p class="by">{authors}</p>\n'
        '<p class="meta"><time datetime="{day}">{day}</time> {categories}{mark}</p></li>'
    ).format(
        day=entry.day,
        anchor=anchor(entry.identifier),
        title=title(entry, words),
        translated=_line("translated", entry.translated_title),
        gist=_line("gist", entry.gist),
        authors=authors(entry, words),
        categories=categories,
        mark=mark,
    )


def _line(kind: str, text: str) -> Markup:
    """A line of Markdown as a paragraph; nothing where there is none."""
    return Markup('<p class="{}">{}</p>\n').format(kind, html.line_from_model(text)) if text else Markup("")
