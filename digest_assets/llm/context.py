"""A context is prompt plus answer: what of it is known, and what still fits. Pure, and counts as the endpoint does.

Known from the list of models, from a refusal that names it, or from the usage of an answer; it only ever shrinks. One
paper's refusal binds the others only where its numbers agree with what was sent and with what was answered before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from digest_assets.llm.answers import Answer
from digest_assets.llm.refusals import Problem, Refusal

LEAST_ANSWER = 1024
"""Tokens. With less room than this no answer is asked for: a three-part reading in Chinese takes about 1,500."""
_ANSWER_SHARE = 5
"""Of a context, one part in so many is the least that is kept for the answer."""
_SPARE = 32
_WORTH_COMPARING = 600
"""Tokens of a prompt, from which on our count and the endpoint's are compared."""
_READ = 2 / 3
"""Of our count an endpoint has to have read: tokenizers differ by less."""
_MOST_RATIO = 2.5
"""Tokenizers differ by less than this, even on Chinese."""
_SMALLEST_WINDOW = 2048
"""Of one that is guessed; where a refusal names it, it may be smaller."""
_STEPS = (1024, 1000)
"""Limits and contexts are mostly multiples of one of these."""
_CUTS_KEPT = 8
_SMALLEST_LIMIT = 512
"""Tokens. What cuts answers shorter than this is no limit that anybody sets."""
_NEAR = 8
"""Tokens by which a full context is missed: servers stop a little before."""


@dataclass(slots=True)
class Context:
    """What is known of a model's context. `window`: its length in the endpoint's tokens, None while unknown."""

    window: int | None = None
    ratio: float = 1.0
    """The endpoint's tokens for one of ours, the most that was seen."""
    because: Problem | None = None
    """What told of the window, where that was a problem."""

    proven: int = 0
    """The longest prompt with its answer that the endpoint managed, by its usage: the context is no shorter."""
    guessed: int | None = None
    """The shortest length that is tried."""
    longest_answer: int = 0
    """Tokens of the longest answer that came: no limit of answers is lower."""
    cuts: tuple[tuple[int, int], ...] = ()
    """Of the last answers that were cut before their own limit: the prompt's tokens and the answer's."""

    def learn_window(self, tokens: int | None, because: Problem | None = None) -> bool:
        """Takes down a length, unless it cannot be. Whether it is news."""
        if not tokens or tokens >= (self.window or math.inf) or tokens < self.proven - _NEAR:
            return False
        self.window, self.because = tokens, because
        return True

    def contradicts(self, problem: Problem, prompt_tokens: int, limit: int) -> bool:
        """Whether a refusal's numbers cannot be true of what was sent. Then it tells of one request, not of the
        context: a gateway's limit for some texts, a count of something else."""
        if (problem.prompt_tokens or 0) > _MOST_RATIO * max(prompt_tokens, _WORTH_COMPARING):
            return True
        if problem.number is None:
            return math.ceil(prompt_tokens * self.ratio) + limit <= self.proven
        fits = math.ceil(prompt_tokens * _MOST_RATIO) + limit <= problem.number
        return fits or problem.number < self.proven - _NEAR

    def learn_refusal(self, problem: Problem, prompt_tokens: int, limit: int) -> bool:
        """Takes down what a refusal says in numbers, where it does not contradict what was sent. Whether the same
        question is asked with less room now: that may be due to what another call learned meanwhile."""
        self.learn_ratio(prompt_tokens, problem.prompt_tokens)
        self.learn_window(problem.number, problem)
        room = self.room(prompt_tokens)
        return room is not None and room < limit

    def guess(self, problem: Problem, prompt_tokens: int, limit: int) -> Context | None:
        """What may hold where a refusal says no number that helps: that what was sent is a quarter too much, or what
        another question is tried with. It is this question's alone until an answer proves it. None: nothing is left to
        try."""
        sent = math.ceil(prompt_tokens * self.ratio) + limit
        window = min(int(min(self.window or math.inf, sent) * 3 / 4), self.guessed or sent)
        window = max(window, _SMALLEST_WINDOW, self.proven)
        if window >= sent:
            return None
        self.guessed = window
        return replace(self, window=window, because=problem)

    def prove(self, guess: Context) -> None:
        """Takes down a guess with which an answer came, where no number says better."""
        if guess.because is not None and guess.because.number is None:
            self.learn_window(guess.window, guess.because)

    def learn_answer(self, answer: Answer, prompt_tokens: int) -> None:
        """Takes down what an answer to the whole prompt proves."""
        usage = answer.usage
        self.learn_ratio(prompt_tokens, usage.input_tokens)
        self.proven = max(self.proven, (usage.input_tokens or 0) + (usage.output_tokens or 0))
        self.longest_answer = max(self.longest_answer, usage.output_tokens or 0)

    def learn_cut(self, answer: Answer, limit: int) -> int | None:
        """The highest limit of an answer, where that is what cut one before its own `limit`. Takes down the context's
        length where that did.

        A round number says which at once. Of another one the next cut answers tell: one that ends at the same length,
        or two with the same sum of prompt and answer, since one may be chance. A lone one must not make everything
        shorter.
        """
        out, read = answer.usage.output_tokens, answer.usage.input_tokens
        if not out or not read or out >= 0.9 * limit:
            return None
        others = [each for each in self.cuts if abs(each[0] - read) > _NEAR]
        self.cuts = (*self.cuts[1 - _CUTS_KEPT :], (read, out))
        is_limit = any(out % step == 0 for step in _STEPS) or any(abs(other - out) <= 1 for _, other in others[-1:])
        if is_limit and out >= max(_SMALLEST_LIMIT, self.longest_answer - 1):
            return out
        full = round((read + out) / _STEPS[0]) * _STEPS[0]
        if full >= _SMALLEST_WINDOW and abs(full - read - out) <= _NEAR:
            self.learn_window(full)
        elif len(sums := [sum(each) for each in others[-2:]]) == 2 and all(
            abs(each - read - out) <= _NEAR for each in sums
        ):
            self.learn_window(max(read + out, *sums))
        return None

    def learn_ratio(self, ours: int, theirs: int | None) -> None:
        """Compares counts of one prompt."""
        if theirs and ours >= _WORTH_COMPARING and 1.0 < theirs / ours < _MOST_RATIO:
            self.ratio = max(self.ratio, theirs / ours)

    def room(self, prompt_tokens: int) -> int | None:
        """Tokens that are left for an answer. None: as many as wanted."""
        return None if self.window is None else self.window - math.ceil(prompt_tokens * self.ratio) - _SPARE

    def least_room(self, wanted: int) -> int:
        """What has to be left for an answer that may take `wanted`."""
        return min(wanted, max(LEAST_ANSWER, (self.window or 0) // _ANSWER_SHARE))

    def excess(self, prompt_tokens: int, wanted: int) -> int:
        """By how many of our tokens the prompt is too long."""
        room = self.room(prompt_tokens)
        return 0 if room is None else max(0, math.ceil((self.least_room(wanted) - room) / self.ratio))


def read_in_part(answer: Answer, prompt_tokens: int) -> Problem | None:
    """What is wrong with an answer whose endpoint read much less than was sent. `prompt_tokens` is our count."""
    theirs = answer.usage.input_tokens
    if not theirs or prompt_tokens < _WORTH_COMPARING:
        return None
    cached = answer.usage.cached_tokens or 0
    theirs += cached if cached > theirs else 0  # where what was cached is not counted in
    if theirs >= _READ * prompt_tokens:
        return None
    said = f"it was sent about {prompt_tokens:,} tokens and says that it read {theirs:,}"
    window = max(_SMALLEST_WINDOW, theirs)
    return Problem(Refusal.READ_IN_PART, said, 200, window, usage=answer.usage, rests_on="usage.prompt_tokens")
