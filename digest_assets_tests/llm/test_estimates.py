from __future__ import annotations

from digest_assets.llm.estimates import Estimates
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.model import Usage

PROMPT = Prompt("a reading", (Message("user", "Read this."),))


def test_room_is_twice_the_longest_answer_once_ten_of_its_kind_are_known() -> None:
    billed = Estimates()
    billed.learn(PROMPT, Usage(9, 900, 9 * 700, 0))
    assert billed.room(PROMPT) is None
    billed.learn(PROMPT, Usage(1, 100, 1800, 0))
    assert billed.room(PROMPT) == 3600
    assert billed.room(Prompt("a gist", PROMPT.messages)) is None


def test_room_is_never_so_little_that_a_longer_answer_is_cut() -> None:
    billed = Estimates()
    billed.learn(PROMPT, Usage(10, 1000, 400, 0))
    assert billed.room(PROMPT) == 1024
