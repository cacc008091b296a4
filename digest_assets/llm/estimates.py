"""What a call will be billed, in tokens: known before it is made, by what such calls were billed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from digest_assets.llm.prompts import Prompt
from digest_assets.model import Usage

FIRST_OUTPUT_TOKENS = 1500
"""What an answer is taken to need before one has come: about what a three-part reading in Chinese takes."""
_TOKENS_A_MESSAGE = 8
_ANSWERS_KNOWN = 10
_LEAST_ROOM = 1024


@dataclass(slots=True)
class _Billed:
    """What calls with the prompts of one version were billed."""

    calls: int = 0
    characters: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    longest: int = 0
    """The most output tokens of one call."""


def count_prompt(prompt: Prompt, count_tokens: Callable[[str], int]) -> int:
    """A prompt's tokens, as we count: each vendor counts in its own way."""
    return count_tokens(prompt.text) + _TOKENS_A_MESSAGE * len(prompt.messages)


@dataclass(slots=True)
class Estimates:
    _billed: dict[str, _Billed] = field(default_factory=dict)
    """By the prompt's version."""

    def of(self, prompt: Prompt, count_tokens: Callable[[str], int], reserve: float = 1.0) -> Usage:
        """`prompt`'s tokens as we count, or as many a character as such prompts were billed, where that is more; and
        `reserve` times as many for the answer as answers to such prompts took."""
        counted = count_prompt(prompt, count_tokens)
        before = self._billed.get(prompt.version)
        if before is None:
            return Usage(1, counted, FIRST_OUTPUT_TOKENS, 0)
        inputs = ceil(len(prompt.text) * before.input_tokens / max(1, before.characters))
        return Usage(1, max(counted, inputs), int(before.output_tokens / before.calls * reserve), 0)

    def room(self, prompt: Prompt) -> int | None:
        """Room that the answer to `prompt` will hardly fill: twice the longest of such answers. None: too few are
        known."""
        before = self._billed.get(prompt.version)
        if before is None or before.calls < _ANSWERS_KNOWN:
            return None
        return max(_LEAST_ROOM, 2 * before.longest)

    def learn(self, prompt: Prompt, billed: Usage) -> None:
        """Takes down what `prompt` was billed, in as many calls as `billed` says."""
        calls, of_its_version = max(1, billed.calls), self._billed.setdefault(prompt.version, _Billed())
        of_its_version.calls += calls
        of_its_version.characters += calls * len(prompt.text)
        of_its_version.input_tokens += billed.input_tokens or 0
        of_its_version.output_tokens += billed.output_tokens or 0
        of_its_version.longest = max(of_its_version.longest, (billed.output_tokens or 0) // calls)
