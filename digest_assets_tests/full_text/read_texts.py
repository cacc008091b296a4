"""What a test looks at in a text that was read."""

from __future__ import annotations

from digest_assets.model import BlockKind, Section


def text_of(sections: tuple[Section, ...]) -> str:
    """Everything that a reader sees, headings included."""
    pieces = [piece for each in sections for piece in (each.title, *(block.text for block in each.blocks))]
    return "\n".join(piece for piece in pieces if piece)


def outline(sections: tuple[Section, ...]) -> list[tuple[int, str]]:
    return [(each.level, each.title) for each in sections if each.title]


def kinds(sections: tuple[Section, ...], kind: BlockKind) -> list[str]:
    return [block.text for each in sections for block in each.blocks if block.kind is kind]
