"""The page on which a person reads what several models made of a paper, beside the original. Pure.

A row is a piece of a paper: its abstract with the translations, then each part of the readings with the paragraphs that
their sentences rest on. On a narrow screen a row's texts stand one below the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markupsafe import Markup

from digest_assets.model import AnswerStatus, Paper, Reading, Translation
from digest_assets.pipeline.compare import Material, Work, sides
from digest_assets.site import html
from digest_assets.site.paper_view import paragraphs_shown, parts_shown, translation_shown
from digest_assets.site.words import SITE_WORDS, SiteWords

_TO_PAGE = re.compile(r'href="\.\./p/[^"#]*#')
_STYLE = Markup("""
:root{color-scheme:light dark}
body{font:16px/1.7 system-ui,sans-serif;margin:2em auto;max-width:110em;padding:0 1em;overflow-wrap:anywhere}
h2{margin:2.5em 0 0}h3{margin:1.5em 0 0;font-size:1em;border-top:1px solid #8886;padding-top:.8em}
h4{margin:.8em 0 .2em;font-size:.9em;opacity:.75}p,ul,ol{margin:.3em 0}ul,ol{padding-left:1.4em}
.row{display:grid;gap:0 2em;grid-template-columns:repeat(auto-fit,minmax(min(100%,18em),1fr))}
.small{font-size:.85em;opacity:.75}.none{color:#c44}:target{outline:2px solid}table,pre{display:block;overflow-x:auto}
""")


def page(
    on: Material, works: Sequence[Work], language: str, shuffled: Callable[[list[Work]], None] | None = None
) -> str:
    """HTML in one file, without scripts, of texts in `language`. `shuffled`: changes the order of the models in place,
    for each paper; then the page names them only at its end."""
    words = SITE_WORDS[language]
    order = sides(works, [paper.identifier for paper, _ in on.papers], shuffled)
    blocks, key = [], []
    for number, (paper, _) in enumerate(on.papers, start=1):
        shown = order[paper.identifier]
        names = [f"Text {place}" if shuffled else work.model for place, work in enumerate(shown, start=1)]
        key.append(f"{number}: " + ", ".join(f"text {place} {work.model}" for place, work in enumerate(shown, 1)))
        blocks.append(_paper(number, paper, dict(zip(names, shown, strict=True)), words))
    told = Markup("")
    if shuffled:
        lines = Markup("").join(Markup("<li>{}</li>").format(each) for each in key)
        told = Markup("<details><summary>Whose text is whose</summary><ul>{}</ul></details>").format(lines)
    frame = Markup(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Models compared</title>'
        "<style>{}</style><h1>Models compared on {} papers</h1>{}{}</html>\n"
    )
    return str(frame.format(_STYLE, len(on.papers), Markup("").join(blocks), told))


def _paper(number: int, paper: Paper, by_name: dict[str, Work], words: SiteWords) -> Markup:
    translations = {name: work.translations.get(paper.identifier) for name, work in by_name.items()}
    readings = {name: work.readings.get(paper.identifier) for name, work in by_name.items()}
    original = Markup('<div lang="en"><h4>Original</h4>{}</div>').format(html.paragraphs_from_tex(paper.abstract))
    rows = [_row("", original, {name: _translation(made, words) for name, made in translations.items()}, words)]
    if any(_is_done(made) for made in readings.values()):
        parts = {name: parts_shown(made, words) if made else () for name, made in readings.items()}
        for part, heading in enumerate(words.parts):
            texts = {name: shown[part][1] if shown else _lacking(readings[name]) for name, shown in parts.items()}
            rests_on = _paragraphs(number, part, [made for made in readings.values() if made])
            texts = {name: _to_row(text, number, part) for name, text in texts.items()}
            rows.append(_row(heading, rests_on, texts, words))
    else:
        rows.append(_row("", Markup("<div></div>"), {name: _lacking(made) for name, made in readings.items()}, words))
    about = Markup('<h2 lang="en">{}. {}</h2><p class="small"><a href="https://arxiv.org/abs/{}">arXiv:{}</a></p>')
    return about.format(number, html.line_from_tex(paper.title), paper.versioned, paper.versioned) + Markup("").join(
        rows
    )


def _row(heading: str, original: Markup, texts: dict[str, Markup], words: SiteWords) -> Markup:
    above = Markup('<h3 lang="{}">{}</h3>').format(words.lang, heading) if heading else Markup("")
    cells = Markup("").join(
        Markup('<div><h4>{}</h4><div lang="{}">{}</div></div>').format(name, words.lang, text)
        for name, text in texts.items()
    )
    return above + Markup('<div class="row">{}{}</div>').format(original, cells)


def _paragraphs(number: int, part: int, readings: Sequence[Reading]) -> Markup:
    """Those that a part of any of the readings rests on, as they stand in the paper."""
    wanted = {
        at for made in readings for each in made.sentences[part : part + 1] for one in each for at in one.paragraphs
    }
    found = {
        paragraph.number: shown
        for made in readings
        for paragraph, shown in zip(made.paragraphs, paragraphs_shown(made), strict=True)
        if paragraph.number in wanted
    }
    block = Markup('<div id="{}"><p class="small">{}</p>{}</div>')
    blocks = (
        block.format(f"{number}-{part}-{found[at].anchor}", found[at].section, found[at].text) for at in sorted(found)
    )
    return Markup('<div lang="en"><h4>What it rests on</h4>{}</div>').format(Markup("").join(blocks))


def _to_row(text: Markup, number: int, part: int) -> Markup:
    """Marks lead to the paragraphs of the same row, and not to a page of the site."""
    return Markup(_TO_PAGE.sub(f'href="#{number}-{part}-', str(text)))


def _is_done(made: Translation | Reading | None) -> bool:
    return made is not None and made.status is AnswerStatus.DONE


def _translation(made: Translation | None, words: SiteWords) -> Markup:
    if made is None or not _is_done(made):
        return _lacking(made)
    title = Markup("<p><b>{}</b></p>").format(html.line_from_model(made.title)) if made.title else Markup("")
    return title + translation_shown(made, words)


def _lacking(made: Translation | Reading | None) -> Markup:
    reason = "not asked" if made is None else f"{made.status.value}: {made.reason or ''}"
    return Markup('<p class="none" lang="en">{}</p>').format(reason)
