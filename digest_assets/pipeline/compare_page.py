"""The page on which a person reads what several models made of a paper, beside the original. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from digest_assets.model import AnswerStatus, Reading, Translation
from digest_assets.pipeline.compare import Material, Work, sides

_STYLE = """body{font:16px/1.6 system-ui,sans-serif;margin:2em auto;max-width:110em;padding:0 1em}
.row{display:grid;gap:1.5em;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr)}
.row>div{white-space:pre-wrap;overflow-wrap:anywhere}h3{margin:.8em 0 .2em;font-size:1em}.none{color:#a33}"""
_PARTS = ("background", "method", "results")


def page(on: Material, works: Sequence[Work], shuffled: Callable[[list[Work]], None] | None = None) -> str:
    """HTML in one file, without scripts. `shuffled`: changes the order of the models in place, for each paper; then
    the page names them only at its end."""
    order = sides(works, [paper.identifier for paper, _ in on.papers], shuffled)
    blocks, key = [], []
    for number, (paper, _) in enumerate(on.papers, start=1):
        shown = order[paper.identifier]
        names = [f"Text {place}" if shuffled else work.model for place, work in enumerate(shown, start=1)]
        key.append(f"{number}: " + ", ".join(f"text {place} {work.model}" for place, work in enumerate(shown, 1)))
        columns = [f"<div><h3>Original</h3>{escape(paper.abstract)}</div>"]
        for name, work in zip(names, shown, strict=True):
            translated, read = work.translations.get(paper.identifier), work.readings.get(paper.identifier)
            columns.append(f"<div><h3>{escape(name)}</h3>{_translation(translated)}{_reading(read)}</div>")
        blocks.append(
            f"<h2>{number}. {escape(paper.title)}</h2><p>arXiv:{escape(paper.versioned)}</p>"
            f'<div class="row">{"".join(columns)}</div>'
        )
    told = ""
    if shuffled:
        lines = "".join(f"<li>{escape(each)}</li>" for each in key)
        told = f"<details><summary>Whose text is whose</summary><ul>{lines}</ul></details>"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Models compared</title><style>{_STYLE}</style>'
        f"<h1>Models compared on {len(on.papers)} papers</h1>{''.join(blocks)}{told}</html>\n"
    )


def _translation(made: Translation | None) -> str:
    if made is None or made.status is not AnswerStatus.DONE:
        return _lacking(made)
    return f"{escape(made.title or '')}\n{escape(made.text or '')}"


def _reading(made: Reading | None) -> str:
    if made is None or made.status is not AnswerStatus.DONE or made.parts is None:
        return _lacking(made)
    return "".join(f"<h3>{name}</h3>{escape(text)}" for name, text in zip(_PARTS, made.parts, strict=True))


def _lacking(made: Translation | Reading | None) -> str:
    reason = "not asked" if made is None else f"{made.status.value}: {made.reason or ''}"
    return f'<p class="none">{escape(reason)}</p>'
