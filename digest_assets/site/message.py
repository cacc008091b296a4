"""The message that is delivered when a date is new or has changed: plain text, which every service can show, and HTML
for mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from digest_assets.markup.characters import clean
from digest_assets.markup.targets import MessageText, message_text
from digest_assets.site.html import plain_from_answer, plain_from_tex
from digest_assets.site.lists import file_of
from digest_assets.site.values import NOTHING, Day, Entry, Glance, Group
from digest_assets.site.words import SITE_WORDS, SiteWords

_LONGEST_TITLE = 160


@dataclass(frozen=True, slots=True)
class Message:
    title: MessageText
    body: MessageText
    html: str = ""
    """The same for mail: without styles, which mail clients break. Empty: there is the text alone."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A paper as a message names it."""

    title: str
    gist: str
    url: str


def message(
    day: Day,
    entries: Sequence[Entry],
    *,
    language: str,
    name: str,
    site_url: str,
    most: int,
    groups: Sequence[Group] = (),
    glances: Mapping[str, Glance] | None = None,
) -> Message:
    """What is worth telling of `day`: counts, and at most `most` papers by group, each with its gist and a link."""
    words = SITE_WORDS[language]
    counts = day.counts
    date = words.day_title.format(year=day.date.year, month=day.date.month, day=day.date.day)
    clauses = [
        f"{words.announced} {counts.announced}",
        f"{words.published} {counts.published}",
    ]
    for word, count in ((words.filtered, counts.filtered), (words.failed, counts.failed), (words.late, counts.late)):
        if count:
            clauses.append(f"{word} {count}")
    clauses += words.lacking(counts)
    by_identifier = {each.identifier: each for each in entries}
    listed = [(group, [by_identifier[each] for each in group.identifiers if each in by_identifier]) for group in groups]
    listed = listed or [(Group("", ()), list(entries))]
    lines, blocks = [" · ".join(clauses)], [f"<p>{escape(' · '.join(clauses))}</p>"]
    shown = {each.identifier: number for number, each in enumerate([e for _, of in listed for e in of][:most], 1)}
    for group, members in listed:
        chosen = [each for each in members if each.identifier in shown]
        lines.append("")
        if group.name:
            heading, sentence = f"{group.name} {len(members)}", _sentence(group, shown, words)
            lines += [f"■ {heading}", *filter(None, (sentence,))]
            blocks.append(f"<h3>{escape(heading)}</h3>")
            blocks += [f"<p>{escape(sentence)}</p>"] if sentence else []
        rows = []
        for each in chosen:
            line = _line(each, (glances or {}).get(each.identifier, NOTHING), words, site_url)
            lines += [
                f"{shown[each.identifier]}. {line.title}",
                *(f"   {part}" for part in (line.gist, line.url) if part),
            ]
            gist = f"<br>{escape(line.gist)}" if line.gist else ""
            rows.append(f'<li><a href="{escape(line.url)}">{escape(line.title)}</a>{gist}</li>')
        blocks += [f'<ol start="{shown[chosen[0].identifier]}">{"".join(rows)}</ol>'] if rows else []
    if len(entries) > most:
        lines.append("…")
    if site_url:
        page = f"{site_url}d/{day.date}.html"
        lines += ["", page]
        blocks.append(f'<p><a href="{escape(page)}">{escape(page)}</a></p>')
    return Message(message_text(f"{name} · {date}"), message_text("\n".join(lines)), clean("\n".join(blocks)))


def _line(each: Entry, glance: Glance, words: SiteWords, site_url: str) -> _Line:
    title = plain_from_tex(each.title) or words.untitled
    shortened = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
    original = f"{plain_from_tex(glance.gist)}（{words.original_gist}）"
    gist = original if glance.gist_is_original else _plain(glance.gist)
    url = f"{site_url}p/{file_of(each.identifier)}.html" if site_url else f"https://arxiv.org/abs/{each.identifier}"
    return _Line(shortened, gist if glance.gist else "", url)


def _sentence(group: Group, numbers: Mapping[str, int], words: SiteWords) -> str:
    """What is said of a group, each clause with the numbers that its papers have in the message."""
    said = []
    for text, identifiers in group.clauses:
        cited = ", ".join(str(numbers[each]) for each in identifiers if each in numbers)
        said.append(f"{_plain(text)} [{cited}]" if cited else _plain(text))
    return words.between_clauses.join(said) + words.end_of_sentence if said else ""


def _plain(text: str) -> str:
    return plain_from_answer(text) if text else ""
