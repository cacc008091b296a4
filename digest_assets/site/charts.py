"""Charts as SVG, drawn when the site is built. Colours and type are the page's own, so that they follow dark mode."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 720
"""Of the drawing's own coordinates; on a page it takes the width there is."""
_HEIGHT, _LEFT, _RIGHT, _BOTTOM, _TOP = 190, 48, 20, 32, 12
_WIDEST = 60
"""Of a bar with the room beside it: few bars stand together, as the first of many."""
_LETTER = 9
"""Width of a label's character, in the type of a phone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `label` stands below it where there is room, `title` appears when it is pointed at."""

    label: str
    value: float
    title: str
    href: str = ""


def columns(bars: Sequence[Bar], description: str) -> Markup:
    """Upright bars, in their order. `description` is what those hear who do not see it."""
    if not bars:
        return Markup("")
    top = _round_up(max(bar.value for bar in bars))
    room = min((WIDTH - _LEFT - _RIGHT) / len(bars), _WIDEST)
    drawn = [_scale(top)]
    every = math.ceil(max(len(bar.label) + 1 for bar in bars) * _LETTER / room)
    for index, bar in enumerate(bars):
        height = (_HEIGHT - _TOP - _BOTTOM) * bar.value / top
        x, y = _LEFT + index * room, _HEIGHT - _BOTTOM - height
        drawn.append(
            _linked(
                bar,
                Markup(
                    '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1.5"><title>{}</title></rect>'
                ).format(x + room * 0.12, y, room * 0.76, height, bar.title),
            )
        )
        if (len(bars) - 1 - index) % every == 0:  # the newest has its label
            text = Markup('<text x="{:.1f}" y="{}" class="tick">{}</text>')
            drawn.append(text.format(x + room / 2, _HEIGHT - 6, bar.label))
    return _svg(drawn, _HEIGHT, description)


def rows(bars: Sequence[Bar], description: str) -> Markup:
    """Lying bars, each with its label before and its value after it."""
    if not bars:
        return Markup("")
    top = max(bar.value for bar in bars) or 1
    drawn = []
    for index, bar in enumerate(bars):
        y, width = index * 26 + 4, (WIDTH - 250) * bar.value / top
        drawn.append(Markup('<text x="150" y="{}" class="name">{}</text>').format(y + 13, bar.label))
        rectangle = Markup('<rect x="160" y="{}" width="{:.1f}" height="16" rx="2"><title>{}</title></rect>')
        drawn.append(_linked(bar, rectangle.format(y, max(width, 1), bar.title)))
        drawn.append(Markup('<text x="{:.1f}" y="{}" class="value">{:g}</text>').format(168 + width, y + 13, bar.value))
    return _svg(drawn, len(bars) * 26 + 4, description)


def _linked(bar: Bar, drawn: Markup) -> Markup:
    """A link that the keyboard passes by: a list beside the chart has the same links."""
    return Markup('<a href="{}" tabindex="-1">{}</a>').format(bar.href, drawn) if bar.href else drawn


def _scale(top: float) -> Markup:
    lines = []
    for part in (0, 0.5, 1):
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * part
        lines.append(Markup('<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>').format(_LEFT, y, WIDTH, y))
        text = Markup('<text x="{}" y="{:.1f}" class="scale">{}</text>')
        lines.append(text.format(_LEFT - 6, y + 4, short(top * part)))
    return Markup("").join(lines)


def short(value: float) -> str:
    """A number for a scale: 1.5k, 2M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _round_up(value: float) -> float:
    """The next 1, 2 or 5 with zeros."""
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if value <= step * factor:
                return step * factor
        step *= 10


def _svg(drawn: Sequence[Markup], height: int, description: str) -> Markup:
    # An image has nothing in it that could be followed; a chart with links is a group.
    role = "group" if any("<a " in each for each in drawn) else "img"
    opening = Markup('<svg class="chart" viewBox="0 0 {} {}" role="{}" aria-label="{}">')
    return opening.format(WIDTH, height, role, description) + Markup("").join(drawn) + Markup("</svg>")
