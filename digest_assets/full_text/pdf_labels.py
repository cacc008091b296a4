"""Labels of drawings: loose words near a figure's caption. Loose words elsewhere are pieces of the text: of a formula,
of an algorithm, of a theorem's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from digest_assets.model import Block, BlockKind

_FIGURE = re.compile(r"(?:extended data |supplementary )?(?:fig(?:ure|\.)|scheme)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placed:
    """A block, and how it stands on its page."""

    block: Block
    page: int
    is_loose: bool = False
    """A few words that make no sentence, set unlike the text."""
    is_prose: bool = False
    """Set as the text is, in words enough."""
    is_hyphenated: bool = False
    """Whether its last word goes on behind it."""


def without_labels(blocks: Sequence[Placed]) -> tuple[list[Placed], list[str]]:
    """The blocks of a section without labels of drawings, and the labels. Loose words that stay are put together: they
    are one formula's."""
    labels = {place for place in _drawn(blocks) if blocks[place].is_loose}
    kept: list[Placed] = []
    for place, each in enumerate(blocks):
        if place in labels:
            continue
        last = kept[-1] if kept else None
        if last is not None and last.is_loose and each.is_loose and last.page == each.page:
            kept[-1] = replace(last, block=replace(last.block, text=f"{last.block.text} {each.block.text}"))
        else:
            kept.append(each)
    return kept, [blocks[place].block.text for place in sorted(labels)]


def _drawn(blocks: Sequence[Placed]) -> Iterator[int]:
    """The places of what stands between a figure's caption and the text before it and behind it."""
    for caption, each in enumerate(blocks):
        if each.block.kind is not BlockKind.CAPTION or not _FIGURE.match(each.block.text):
            continue
        for places in (range(caption - 1, -1, -1), range(caption + 1, len(blocks))):
            for place in places:
                if blocks[place].page != each.page or blocks[place].is_prose:
                    break
                yield place
