"""Papers stream: nothing waits for a text that is not its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.sandbox import model_server
from digest_assets.sandbox.serving import Fault, HttpAnswer
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
LONGEST_WAIT_SECONDS = 60.0


def held_until(happened: Callable[[], bool], seen: list[bool]) -> Fault:
    """The answer is there as soon as `happened`; whether it did is noted in `seen`."""

    def wait(answer: HttpAnswer) -> HttpAnswer:
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while not happened() and time.monotonic() < deadline:
            time.sleep(0.01)  # in the server's own thread
        seen.append(happened())
        return answer

    return Fault("held", wait)


def asked(world: World, kind: str) -> int:
    return sum(1 for request in world.sandbox.model.requests if request.kind == kind)


@pytest.mark.slow
def test_translations_wait_for_no_text_and_a_reading_only_for_its_own(tmp_path: Path) -> None:
    with a_world(tmp_path, noon_in_shanghai(DAY)) as world:
        seen: list[bool] = []
        all_translated = held_until(lambda: asked(world, model_server.TRANSLATION) >= 11, seen)
        one_is_read = held_until(lambda: asked(world, model_server.READING) >= 1, seen)
        # The first text comes when all abstracts are asked for, the seventh when an earlier paper is being read.
        world.sandbox.arxiv.faults.add("html", all_translated, *[None] * 5, one_is_read)
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert seen == [True, True]
        assert asked(world, model_server.READING) == 11
