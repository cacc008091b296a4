"""Sentences and paragraphs as the store keeps them beside a text: short JSON arrays, in a column each.

They are read as a whole and never searched, so that a table of their own would only be slower to join. What is not
such an array is an older or a foreign row's, and counts as not kept.
"""

from __future__ import annotations

import json
from typing import Any

from digest_assets.model import BlockKind, Doubt, Paragraph, ReadSentence, SentencePair


def pairs_to_json(pairs: tuple[SentencePair, ...]) -> str | None:
    return _dumped([[pair.source, pair.said, pair.withheld, *_doubt(pair.doubt)] for pair in pairs])


def pairs_of_json(text: str | None) -> tuple[SentencePair, ...]:
    return tuple(
        SentencePair(source, said, withheld, *map(Doubt, doubt)) for source, said, withheld, *doubt in _loaded(text)
    )


def sentences_to_json(parts: tuple[tuple[ReadSentence, ...], ...]) -> str | None:
    return _dumped(
        [[[each.text, [*each.paragraphs], each.is_claim, *_doubt(each.doubt)] for each in part] for part in parts]
    )


def sentences_of_json(text: str | None) -> tuple[tuple[ReadSentence, ...], ...]:
    return tuple(
        tuple(
            ReadSentence(said, tuple(numbers), is_claim, *map(Doubt, doubt)) for said, numbers, is_claim, *doubt in part
        )
        for part in _loaded(text)
    )


def paragraphs_to_json(paragraphs: tuple[Paragraph, ...]) -> str | None:
    return _dumped([[each.number, each.kind.value, each.text, each.section, each.anchor] for each in paragraphs])


def paragraphs_of_json(text: str | None) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(number, BlockKind(kind), said, section, anchor)
        for number, kind, said, section, anchor in _loaded(text)
    )


def _doubt(doubt: Doubt | None) -> list[str]:
    return [doubt.value] if doubt is not None else []


def _dumped(rows: list[Any]) -> str | None:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else None


def _loaded(text: str | None) -> list[Any]:
    found = json.loads(text) if text else []
    return found if isinstance(found, list) else []
