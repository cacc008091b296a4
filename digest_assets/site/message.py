"""The short message that is delivered when a date is new or has changed: plain text, which every service can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest_assets.markup.targets import MessageText, message_text
from digest_assets.site.html import plain_from_tex
from digest_assets.site.values import Day, Entry
from digest_assets.site.words import SITE_WORDS

_LONGEST_TITLE = 160


@dataclass(frozen=True, slots=True)
class Message:
    title: MessageText
    body: MessageText


def message(day: Day, entries: Sequence[Entry], *, language: str, name: str, site_url: str, most: int) -> Message:
    """What is worth telling of `day`, with at most `most` papers and a link each."""
    words = SITE_WORDS[language]
    counts = day.counts
    date = words.day_title.format(year=day.date.year, month=day.date.month, day=day.date.day)
    clauses = [f"{words.announced} {counts.announced}", f"{words.published} {counts.published}"]
    for word, count in ((words.filtered, counts.filtered), (words.failed, counts.failed), (words.late, counts.late)):
        if count:
            clauses.append(f"{word} {count}")
    clauses += words.lacking(counts)
    lines = [" · ".join(clauses), ""]
    for number, each in enumerate(entries[:most], 1):
        title = message_text(plain_from_tex(each.title)) or words.untitled
        shortened = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
        lines += [f"{number}. {shortened}", f"   https://arxiv.org/abs/{each.identifier}"]
    if len(entries) > most:
        lines.append("…")
    if site_url:
        lines += ["", f"{site_url}d/{day.date}.html"]
    return Message(message_text(f"{name} · {date}"), MessageText("\n".join(lines)))
