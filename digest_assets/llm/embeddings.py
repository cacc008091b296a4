"""Answers of `/v1/embeddings`, read as all other answers are: the vector, packed, is the answer's text."""

from __future__ import annotations

import base64
import json
import math
import struct
from collections.abc import Mapping

from digest_assets.llm.answers import Answer
from digest_assets.llm.completions import error_in, read_usage
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.llm.providers import UNKNOWN, Provider
from digest_assets.llm.refusals import Problem, Refusal, what_came_instead

VERSION = "embedding-1"
"""Of what is sent of a paper."""
_DIMENSIONS = range(8, 16_385)


def embedding_prompt(title: str, abstract: str) -> Prompt:
    """Asks for the vector of a paper, or of a keyword."""
    return Prompt(VERSION, (Message("user", f"{title}\n\n{abstract}".strip()),))


def read_embedding(body: str, model: str, provider: Provider = UNKNOWN) -> Answer | Problem:
    """The vector in the body of a response with status 200, of length 1 and packed, or what is wrong with it."""
    try:
        payload = json.loads(body.lstrip("\ufeff"))
    except ValueError:
        return Problem(Refusal.UNUSABLE, what_came_instead(body))
    if not isinstance(payload, Mapping):
        return Problem(Refusal.UNUSABLE, "JSON that is not an object")
    if (refused := error_in(payload, model, provider)) is not None:
        return refused
    usage = read_usage(payload.get("usage"))
    vector = _vector_in(payload.get("data"))
    if vector is None:
        return Problem(Refusal.UNUSABLE, "no vector of numbers", usage=usage)
    return Answer(packed(vector), "stop", str(payload.get("model") or model), usage)


def _vector_in(data: object) -> list[float] | None:
    """The one vector of `data`, of length 1. None: there is none that can be one."""
    first = data[0] if isinstance(data, list) and len(data) == 1 else None
    found = first.get("embedding") if isinstance(first, Mapping) else None
    if not isinstance(found, list) or len(found) not in _DIMENSIONS:
        return None
    if not all(type(each) in (int, float) for each in found):
        return None
    length = math.hypot(*found)
    return [each / length for each in found] if 0 < length < math.inf else None


def packed(vector: list[float]) -> str:
    """`vector` as text: halves of a float, in base64; a third of what its digits would take."""
    return base64.b64encode(struct.pack(f"<{len(vector)}e", *vector)).decode("ascii")


def unpacked(text: str) -> list[float]:
    """What `packed` made."""
    data = base64.b64decode(text)
    return list(struct.unpack(f"<{len(data) // 2}e", data))
