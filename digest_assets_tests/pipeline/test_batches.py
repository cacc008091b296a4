"""In batches: a day's answers for half the price, handed in once whatever is killed, collected whole."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from digest_assets.config import ModelPrice, Settings
from digest_assets.errors import EndpointRefused, hide
from digest_assets.pipeline.batches import GONE_AFTER, PAUSES
from digest_assets.pipeline.read import PaperReading
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.batch_endpoint import BatchEndpoint
from digest_assets.resources.clock import SetClock
from digest_assets.resources.model_access import ModelAccess, price_table
from digest_assets.resources.pace import LocalPace
from digest_assets.resources.progress import NoProgress
from digest_assets.sandbox import model_server
from digest_assets.sandbox.model_server import SandboxModel
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets.sandbox.serving import Fault, closed, status, truncated
from digest_assets.store import standings
from digest_assets.store.connection import DigestStore
from digest_assets.store.usage import usage_by_day
from digest_assets_tests.worlds import a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
NOON = noon_in_shanghai(DAY)
ONE = "Sixty Rooms"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings, Sequence[SandboxPaper]]:
    """A store with a few of a day's papers and their texts, about which nothing has been asked yet."""
    folder = tmp_path_factory.mktemp("read_once")
    with a_world(folder, NOON) as world:
        world.make(DAY)
        with world.store.transaction() as connection:
            for table in ("model_answers", "translations", "summaries", "rendered_posts"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute(
                "DELETE FROM windowed_papers WHERE identifier NOT IN (SELECT w.identifier FROM windowed_papers w "
                "JOIN papers USING (identifier, version) JOIN full_texts t USING (identifier, version) "
                "WHERE w.digest_date = ? AND NOT w.withdrawn AND t.source = 'html' "
                "ORDER BY title LIKE '%Sixty Rooms%' DESC, identifier LIMIT 4)",
                [DAY],
            )
        return folder, world.settings, world.sandbox.papers


@dataclass
class BatchedDay:
    """A day's papers, asked about in batches again and again."""

    server: SandboxModel
    store: DigestStore
    settings: Settings

    def run(self, wait: float | None = 30.0, day: date = DAY, at: datetime = NOON, **llm: Any) -> dict[str, int]:
        """Asks for what is missing; how many papers then stand at each status."""
        changed = {"base_url": self.server.base_url, "batch_poll_seconds": 0.01, **llm}
        settings = self.settings.model_copy(update={"llm": self.settings.llm.model_copy(update=changed)})
        clock = SetClock(at)
        reading = PaperReading(
            settings,
            self.store,
            ArxivAccess(settings.arxiv, LocalPace(), clock),
            ModelAccess(settings.llm, settings.root, categories=settings.digest.categories),
            clock,
            NoProgress(),
            lambda _: None,
            wait,
        )
        asyncio.run(reading.run(day, {"translations", "summaries"}))
        return self.count("SELECT status FROM translations UNION ALL SELECT status FROM summaries")

    def count(self, sql: str) -> dict[Any, int]:
        with self.store.transaction() as connection:
            return dict(
                connection.execute(
                    f"SELECT each, count(*) FROM ({sql}) found(each) WHERE each IS NOT NULL GROUP BY 1"
                ).fetchall()
            )

    @property
    def begun(self) -> int:
        return len(self.server.batches)

    @property
    def direct(self) -> int:
        """How many calls were made one by one."""
        return sum(1 for request in self.server.requests if request.route == "chat")

    @property
    def paid(self) -> int:
        """How many answers were billed."""
        return sum(self.server.calls.values())

    def reasons(self) -> str:
        return " ".join(self.count("SELECT reason FROM translations UNION ALL SELECT reason FROM summaries"))


@pytest.fixture
def day(
    read_once: tuple[Path, Settings, Sequence[SandboxPaper]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BatchedDay]:
    monkeypatch.setattr("digest_assets.resources.batch_endpoint._PAUSE_SECONDS", 0)
    folder, settings, papers = read_once
    shutil.copytree(folder / "data", tmp_path / "data")
    with SandboxModel(papers, model=settings.llm.model, api_key=None) as server:
        yield BatchedDay(server, DigestStore(tmp_path / "data" / "digest.duckdb"), settings)


@pytest.fixture
def all_done(day: BatchedDay) -> Callable[[dict[str, int]], bool]:
    def holds(counts: dict[str, int]) -> bool:
        """Every answer is there, and each was paid for once."""
        return set(counts) == {"done"} and day.paid == counts["done"]

    return holds


Done = Callable[[dict[str, int]], bool]


def test_a_day_is_asked_for_in_one_batch(day: BatchedDay, all_done: Done) -> None:
    assert all_done(day.run())
    assert (day.begun, day.direct) == (1, 0)
    assert day.count("SELECT in_batch FROM model_answers") == {True: day.paid}
    # Asked again, it costs nothing.
    assert all_done(day.run())
    assert day.begun == 1


def test_what_waits_is_collected_by_a_later_run_and_handed_in_by_none(day: BatchedDay, all_done: Done) -> None:
    assert set(day.run(wait=0)) == {"waiting"}
    assert "batch of 2026-11-20 04:30 UTC" in day.reasons()
    with day.store.transaction() as connection:
        assert standings.unfinished(connection, "arxiv", DAY) == [DAY]
    assert set(day.run(wait=0)) == {"waiting"}
    assert all_done(day.run())
    assert (day.begun, day.direct) == (1, 0)


def test_what_was_paid_for_directly_is_in_no_batch(day: BatchedDay, all_done: Done) -> None:
    day.run()
    with day.store.transaction() as connection:
        connection.execute("DELETE FROM model_answers WHERE kind = 'reading'")
    day.run(wait=0)
    (_, second) = day.server.batches.values()
    assert second["request_counts"]["total"] == day.paid // 2


def wrong_number() -> Fault:
    return model_server.reply_fault(
        "wrong number", lambda reply: replace(reply, content=reply.content.replace("。", "，提升了87.31%。", 1))
    )


def test_a_defective_answer_of_a_batch_is_asked_for_once_more_directly(day: BatchedDay) -> None:
    day.server.faults.add("chat", wrong_number(), wrong_number(), containing=ONE)
    assert set(day.run()) == {"done"}
    assert (day.begun, day.direct) == (1, 2)


@pytest.mark.parametrize("fault", [model_server.server_error(), model_server.empty_answer()], ids=lambda f: f.name)
def test_what_a_batch_refuses_is_asked_for_directly(day: BatchedDay, fault: Fault) -> None:
    day.server.faults.add("chat", fault, containing=ONE)
    assert set(day.run()) == {"done"}
    assert (day.begun, day.direct) == (1, 1)


def test_what_a_batch_refused_is_put_into_no_other(day: BatchedDay) -> None:
    day.server.faults.add("chat", model_server.server_error(), containing=ONE)
    day.run(wait=0)
    day.server.faults.always("chat", model_server.server_error(), containing=ONE)
    day.run(attempts=1)
    day.server.faults.clear()
    assert set(day.run()) == {"done"}
    assert day.begun == 1


def test_a_text_too_long_for_the_context_is_shortened_directly(day: BatchedDay) -> None:
    too_long = model_server.context_length_exceeded(6_000)
    day.server.faults.add("chat", too_long, too_long, containing="<background>")
    assert "failed" not in day.run()
    assert day.begun == 1
    assert day.direct >= 2  # refused once more, and shortened


def test_a_parameter_that_a_batch_refuses_is_learned_and_all_go_into_another(day: BatchedDay, all_done: Done) -> None:
    day.server.refused_parameters = frozenset({"max_tokens"})
    assert all_done(day.run())
    assert (day.begun, day.direct) == (2, 0)


@pytest.mark.parametrize("ending", ["expired", "cancelled"])
def test_what_a_batch_did_not_come_to_goes_into_the_next_runs_batch(
    day: BatchedDay, all_done: Done, ending: str
) -> None:
    day.server.batch_ending = ending
    assert set(day.run()) == {"done", "failed"}
    assert f"The batch is {ending}" in day.reasons()
    day.server.batch_ending = "completed"
    assert all_done(day.run())
    assert (day.begun, day.direct) == (2, 0)


def test_a_batch_that_is_refused_as_a_whole_says_why_and_the_next_run_tries_again(
    day: BatchedDay, all_done: Done
) -> None:
    day.server.batch_ending = "failed"
    assert set(day.run()) == {"failed"}
    assert "cannot be used in a batch" in day.reasons()
    day.server.batch_ending = "completed"
    assert all_done(day.run())


def test_an_endpoint_without_batches_is_said_to_have_none(day: BatchedDay, all_done: Done) -> None:
    day.server.faults.always("files", status(404, '{"error": {"message": "Not Found"}}'))
    with pytest.raises(EndpointRefused, match=r"no batches.*llm\.batch = false"):
        day.run()
    day.server.faults.clear()
    assert all_done(day.run())


def test_a_batch_that_the_endpoint_does_not_know_is_waited_for_and_only_after_a_day_asked_anew(
    day: BatchedDay, all_done: Done
) -> None:
    day.run(wait=0)
    day.server.batches.clear()
    for _ in range(3):
        assert set(day.run(wait=0.1)) == {"waiting"}
    assert day.begun == 0
    assert "not known to the endpoint" in day.reasons()
    assert all_done(day.run(at=NOON + GONE_AFTER))
    assert day.begun == 1


def test_what_brings_no_answer_is_handed_in_with_growing_pauses_and_not_for_ever(day: BatchedDay) -> None:
    day.server.batch_ending = "failed"
    for minutes in (0, 0, 5, 10, 30, 70, 100, 440, 900):
        day.run(at=NOON + timedelta(minutes=minutes))
    assert day.begun == len(PAUSES)
    assert "llm.batch = false" in day.reasons()
    assert day.direct == 0


def test_a_batch_for_which_there_is_no_room_is_handed_in_in_smaller_parts(day: BatchedDay, all_done: Done) -> None:
    day.server.enqueued_requests = 4
    assert set(day.run()) == {"waiting"}
    assert "takes no more now" in day.reasons()
    assert all_done(day.run())
    assert (day.begun, day.direct) == (3, 0)


def test_a_file_that_is_too_large_is_handed_in_in_parts(day: BatchedDay, all_done: Done) -> None:
    day.server.largest_file = 20_000
    assert all_done(day.run())
    assert day.begun > 1
    assert day.direct == 0


def test_metadata_that_is_refused_is_left_out(day: BatchedDay, all_done: Done) -> None:
    day.server.takes_metadata = False
    assert all_done(day.run())
    assert day.begun == 1


def test_no_key_is_in_the_store_because_a_line_of_a_batch_quoted_it(day: BatchedDay) -> None:
    hide("k3y-of-the-batch-test")
    quoting = status(401, '{"error": {"message": "Incorrect API key provided: k3y-of-the-batch-test"}}')
    day.server.faults.add("chat", quoting, containing=ONE)
    day.run()
    (said,) = day.count("SELECT error FROM model_batch_requests")
    assert "k3y" not in said


class Killed(BaseException):
    """As sudden as SIGKILL: nothing that comes after is done."""


@pytest.mark.parametrize(
    ("step", "before", "keeps_metadata"),
    [
        ("upload", True, True),
        ("upload", False, True),
        ("begin", True, True),
        ("begin", False, True),
        ("begin", False, False),
    ],
)
def test_a_kill_at_any_point_hands_nothing_in_twice(
    day: BatchedDay, all_done: Done, monkeypatch: pytest.MonkeyPatch, step: str, before: bool, keeps_metadata: bool
) -> None:
    """Killed before or after the endpoint did it, and before we could write it down."""
    day.server.keeps_metadata = keeps_metadata
    done = getattr(BatchEndpoint, step)

    async def killed(self: BatchEndpoint, *arguments: Any) -> None:
        if not before:
            await done(self, *arguments)
        raise Killed

    monkeypatch.setattr(BatchEndpoint, step, killed)
    with pytest.raises(Killed):
        day.run()
    monkeypatch.undo()
    assert all_done(day.run())
    assert (day.begun, day.direct) == (1, 0)


def test_a_beginning_that_is_not_heard_of_is_looked_for(day: BatchedDay, all_done: Done) -> None:
    day.server.faults.add("batches", closed())
    assert all_done(day.run())
    assert day.begun == 1


def test_a_file_of_answers_that_is_cut_off_is_fetched_again(day: BatchedDay, all_done: Done) -> None:
    day.server.faults.add("files", truncated(0.5), containing="/content")
    assert all_done(day.run())
    assert (day.begun, day.direct) == (1, 0)


def test_an_endpoint_that_does_not_answer_for_a_while_is_waited_for(day: BatchedDay, all_done: Done) -> None:
    day.run(wait=0)
    day.server.faults.add("batches", model_server.server_error(503))
    assert all_done(day.run(attempts=1))
    assert day.begun == 1


def test_a_batch_has_its_own_price_and_its_budget(day: BatchedDay, all_done: Done) -> None:
    price = ModelPrice(input=Decimal(1), output=Decimal(2), batch_share=Decimal("0.5"))
    llm: dict[str, Any] = {"prices": {day.server.model: price}, "budget_run_tokens": 6_000}
    assert day.run(**llm)["budget"] > 0
    prices = price_table(day.settings.llm.model_copy(update=llm))
    with day.store.transaction() as connection:
        (spent,) = usage_by_day(connection, prices)
    assert spent.in_batch
    assert 0 < spent.tokens <= 6_000
    usage = spent.usage
    assert usage.cached_tokens == 0
    assert spent.money == Decimal((usage.input_tokens or 0) + 2 * (usage.output_tokens or 0)) / 2_000_000
    assert all_done(day.run())


def test_a_days_budget_counts_what_batches_under_way_will_take(day: BatchedDay) -> None:
    estimated = "SELECT estimated_tokens FROM model_batches"
    day.run(wait=0, budget_day_tokens=16_000)
    (handed_in,) = day.count(estimated)
    assert 0 < handed_in <= 16_000
    day.run(wait=0, budget_day_tokens=16_000)
    assert day.count(estimated) == {handed_in: 1}


def test_a_days_budget_counts_what_other_runs_spend_meanwhile(day: BatchedDay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest_assets.pipeline.read.OTHERS_LOOKED_AT_SECONDS", 0.01)
    day.server.latency_seconds = 0.3
    another = (
        "INSERT INTO model_answers (answer_key, kind, identifier, version, model, prompt_version, answer, defects, "
        "input_tokens, output_tokens, created_at) VALUES ('k', 'reading', 'x', 1, 'm', 'p', '', [], 1000000, 0, ?)"
    )

    def spend() -> None:
        while not day.server.requests:
            threading.Event().wait(0.01)
        with day.store.transaction() as connection:
            connection.execute(another, [NOON])

    other_run = threading.Thread(target=spend)
    other_run.start()
    counts = day.run(wait=None, max_concurrency=1, budget_day_tokens=900_000)
    other_run.join()
    assert counts["done"] > 0
    assert counts["budget"] > 0
