"""`digest show`: what a date published and dropped, and why; or one of its papers, with its text and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from digest_assets.cli.console import FAILED, out, print_json, print_whole, say, tell_error
from digest_assets.cli.options import ConfigOption, DigestOption, JsonOption, a_date, opened_one, store_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest_assets.config import Settings
    from digest_assets.model import DigestPaper, FullText, Reading, Translation
    from digest_assets.store.ledger import ClaimedPaper


def show(
    day: Annotated[str, typer.Argument(metavar="D", help="A digest date, as 2026-01-29.")],
    paper: Annotated[str | None, typer.Argument(metavar="[PAPER]", help="One of its papers, as 2601.20573.")] = None,
    text: Annotated[bool, typer.Option("--text", help="With PAPER: its whole text, by sections.")] = False,
    as_json: JsonOption = False,
    digest: DigestOption = None,
    config: ConfigOption = None,
) -> None:
    """Show a date's papers, with outcomes and reasons.

    With PAPER, that one: metadata, text and answers.
    """
    from digest_assets.store import answers, ledger, standings, texts
    from digest_assets.store.date_content import of_date

    wanted = a_date(day)
    with opened_one(config, digest) as settings:
        name = settings.digest.name
        with store_of(settings).reading() as connection:
            claimed = ledger.claimed_by(connection, name, wanted)
            outcomes = standings.outcomes(connection, name, wanted)
            translated = answers.translations_of(connection, name, wanted)
            read = answers.readings_of(connection, name, wanted)
            held = texts.texts_of(connection, name, wanted)
            why_empty = ledger.why_empty(connection, name, wanted)
            content = of_date(connection, name, wanted, updated=False)
        glance = _glance(settings, content.papers, content.sentences)
    rows = [
        _row(each, outcomes, held.get(each.paper.identifier), translated.get(each.paper.identifier), read)
        for each in claimed
    ]
    if paper is None:
        if as_json:
            overview = [{"group": group, "sentence": said, "papers": papers} for group, said, papers in glance]
            print_json(
                {"digest": name, "date": wanted, "empty_reason": why_empty, "overview": overview, "papers": rows}
            )
        else:
            _print_date(f"{name} {wanted}", rows, why_empty, glance)
        raise typer.Exit(0 if rows or why_empty else FAILED)
    bare = paper.split("v")[0]
    chosen = next((each for each in claimed if each.paper.identifier == bare), None)
    if chosen is None:
        tell_error(f"{paper} is not a paper of {wanted}: `digest show {wanted}` lists them.")
        raise typer.Exit(FAILED)
    row = next(each for each in rows if each["paper"] == chosen.paper.versioned)
    detail = _detail(chosen, held.get(bare), translated.get(bare), read.get(bare), whole_text=text)
    if as_json:
        print_json({**row, **detail})
    else:
        _print_paper(row, detail)


def _row(
    each: ClaimedPaper,
    outcomes: dict[str, tuple[str, str | None]],
    text: FullText | None,
    translation: Translation | None,
    readings: dict[str, Reading],
) -> dict[str, Any]:
    reading = readings.get(each.paper.identifier)
    status, reason = outcomes[each.paper.identifier]
    return {
        "paper": each.paper.versioned,
        "title": each.paper.title,
        "outcome": status,
        "reason": reason,
        "late": each.late,
        "in_window": each.in_window,
        "withdrawn": each.withdrawn,
        "announced_at": each.announcement.announced_at,
        "known_by": each.announcement.known_by,
        "text": text.source if text else None,
        "text_reason": text.reason if text else None,
        "translation": translation.status if translation else None,
        "translation_reason": translation.reason if translation else None,
        "reading": reading.status if reading else None,
        "reading_reason": reading.reason if reading else None,
    }


def _detail(
    each: ClaimedPaper,
    text: FullText | None,
    translation: Translation | None,
    reading: Reading | None,
    *,
    whole_text: bool,
) -> dict[str, Any]:
    paper = each.paper
    sections = text.sections if text else ()
    return {
        "authors": list(paper.authors),
        "affiliations": list(text.affiliations) if text else [],
        "categories": list(paper.categories),
        "published_at": paper.published_at,
        "abstract": paper.abstract,
        "translated_abstract": translation.text if translation else None,
        "background": reading.background if reading else None,
        "method": reading.method if reading else None,
        "results": reading.results if reading else None,
        "model": (reading.model if reading else None) or (translation.model if translation else None),
        "text_tokens": text.token_count if text else None,
        "sections": [
            {
                "title": section.title,
                "level": section.level,
                **({"text": "\n\n".join(block.text for block in section.blocks)} if whole_text else {}),
            }
            for section in sections
        ],
    }


_Glance = list[tuple[str, str, list[dict[str, str]]]]
"""Groups: name, sentence, and of each paper its identifier, title and gist."""


def _glance(settings: Settings, papers: Sequence[DigestPaper], sentences: Mapping[str, str]) -> _Glance:
    from digest_assets.glance.day import gist_of
    from digest_assets.pipeline.day_glance import named_groups

    told = {
        each.paper.identifier: {
            "paper": each.paper.identifier,
            "title": each.translation.title or each.paper.title,
            "gist": gist_of(each).text,
        }
        for each in papers
    }
    return [
        (group.name, group.sentence, [told[each] for each in group.identifiers])
        for group in named_groups(settings, papers, sentences)
    ]


def _print_date(title: str, rows: list[dict[str, Any]], why_empty: str | None, glance: _Glance) -> None:
    if not rows:
        say(f"{title}: {why_empty or 'not made yet.'}")
        return
    say(title)
    for group, said, papers in glance:
        say(f"\n{group} {len(papers)}" + (f"  {said}" if said else ""))
        for each in papers:
            say(f"  {each['paper']}  {each['title']}")
            say(f"              {each['gist']}")
    say("")
    table = Table(box=None, pad_edge=False)
    for column in ("paper", "outcome", "text", "translation", "reading", "title"):
        table.add_column(column, no_wrap=True)
    for row in rows:
        cells = [row["paper"], row["outcome"] + (" (late)" if row["late"] else "")]
        cells += [row[name].value if row[name] else "" for name in ("text", "translation", "reading")]
        table.add_row(*cells, escape(row["title"]))
    print_whole(out, table)
    for row in rows:
        for reason in dict.fromkeys(_reasons(row)):
            say(f"{row['paper']}: {reason}")


def _reasons(row: dict[str, Any]) -> list[str]:
    reasons = [f"{row['outcome']}: {row['reason']}"] if row["reason"] else []
    for name in ("text", "translation", "reading"):
        why = row[f"{name}_reason"]
        if why and not (row["reason"] or "").endswith(why):
            status = row[name].value if row[name] else ""
            reasons.append(f"{name} {status}: {why}")
    return reasons


def _print_paper(row: dict[str, Any], detail: dict[str, Any]) -> None:
    say(f"{row['paper']}  {row['title']}")
    say(", ".join(detail["authors"]))
    if detail["affiliations"]:
        say("; ".join(detail["affiliations"]))
    known_by = row["known_by"].value
    say(f"{', '.join(detail['categories'])}; announced {row['announced_at']:%Y-%m-%d %H:%M} UTC, known by {known_by}")
    say(f"outcome: {row['outcome']}")
    for reason in _reasons(row):
        say(reason)
    translated = detail["translated_abstract"]
    parts = (
        ("abstract", detail["abstract"]),
        # An English digest has the abstract itself.
        ("translation", translated if translated != detail["abstract"] else None),
        ("background", detail["background"]),
        ("method", detail["method"]),
        ("results", detail["results"]),
    )
    for heading, body in parts:
        if body:
            say(f"\n# {heading}\n{body}")
    if detail["sections"]:
        say(f"\n# text: {row['text'].value}, {detail['text_tokens']} tokens")
    for section in detail["sections"]:
        say(f"{'  ' * (section['level'] - 1)}{section['title'] or '(before the first heading)'}")
        if "text" in section:
            say(f"{section['text']}\n")
