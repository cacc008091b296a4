"""Who is told of a digest: once, again when it changes, later when the receiver was away; never at the post's cost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.automation.deliveries import MOST_TRIES, delivery_retries, due_again
from digest_assets.markup.targets import message_text
from digest_assets.resources.delivery import Receiver, send
from digest_assets.site.message import Message, message
from digest_assets.site.values import Counts, Day, Entry, Glance, Group
from digest_assets.store.deliveries import Delivery
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

pytest.importorskip("apprise", reason="apprise is not installed")

DAY = date(2026, 11, 20)
NOON = noon_in_shanghai(DAY)


class Inbox:
    """A real HTTP receiver. `status`: what it answers."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.status = 200
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if inbox.status == 200:
                    inbox.received.append(json.loads(body))
                self.send_response(inbox.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"json://user:hunter2secret@127.0.0.1:{self._server.server_address[1]}/digest"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    opened = Inbox()
    yield opened
    opened.close()


@pytest.fixture
def world(tmp_path: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("DIGEST_DELIVERY_URLS", inbox.url)
    with a_world(tmp_path, NOON, output={"site_url": "https://digest.test/"}) as world:
        yield world


def test_a_message_reaches_a_real_receiver(inbox: Inbox) -> None:
    assert send(Receiver(inbox.url), Message(message_text("A title"), message_text("A body"))) is None
    assert (inbox.received[0]["title"], inbox.received[0]["message"]) == ("A title", "A body")


@pytest.mark.parametrize("url", ["nonsense", "nosuchservice://x", "json://127.0.0.1:9/hunter2secret"])
def test_what_cannot_be_sent_says_why_and_keeps_the_secret(url: str) -> None:
    error = send(Receiver(url), Message(message_text("A"), message_text("B")))
    assert error
    assert "hunter2secret" not in error + repr(Receiver(url))


def test_a_message_names_counts_papers_and_links() -> None:
    day = Day(DAY, Counts(12, 9, 2, 1, 0), "f", NOON, NOON)
    entries = [Entry(DAY, f"2611.0000{n}", f"Title {n} \x00\u202e" + "x" * 300, ("A",), ("cs.SD",)) for n in range(9)]
    made = message(day, entries, language="zh", name="arxiv", site_url="https://digest.test/", most=5)
    assert made.title == "arxiv · 2026 年 11 月 20 日"
    assert made.body.startswith("公布 12 · 刊出 9 · 过滤 2 · 未完成 1")
    assert made.body.count("https://digest.test/p/") == 5
    assert made.body.endswith("https://digest.test/d/2026-11-20.html")
    assert max(map(len, made.body.splitlines())) < 200
    assert "\x00" not in made.body


def test_a_message_tells_groups_with_their_gists_as_text_and_as_html_for_mail() -> None:
    counts = Counts(3, 3, 0, 0, 0, translations=2, translations_wanted=3, readings=1, readings_wanted=3)
    day = Day(DAY, counts, "f", NOON, NOON)
    entries = [Entry(DAY, f"2611.0000{n}", f"Title <{n}>", ("A",), ("cs.SD",)) for n in range(3)]
    glances = {
        "2611.00000": Glance("题名", "一句话，误差为 3.2%。"),
        "2611.00002": Glance("", "We reduce it.", gist_is_original=True),
    }
    groups = (
        Group("音乐", ("2611.00002", "2611.00000"), (("误差 3.2%", ("2611.00000",)),)),
        Group("其他", ("2611.00001",)),
    )
    options = {"language": "zh", "name": "arxiv", "groups": groups, "glances": glances}
    made = message(day, entries, site_url="", most=9, **options)  # type: ignore[arg-type]
    assert made.body.splitlines() == [
        "公布 3 · 刊出 3 · 译文 2/3 · 解读 1/3",
        "",
        "■ 音乐 2",
        "误差 3.2% [2]。",
        "1. Title ＜2＞",
        "   We reduce it.（原文）",
        "   https://arxiv.org/abs/2611.00002",
        "2. Title ＜0＞",
        "   一句话，误差为 3.2%。",
        "   https://arxiv.org/abs/2611.00000",
        "",
        "■ 其他 1",
        "3. Title ＜1＞",
        "   https://arxiv.org/abs/2611.00001",
    ]
    assert '<a href="https://arxiv.org/abs/2611.00000">Title &lt;0&gt;</a><br>一句话，误差为 3.2%。' in made.html
    assert "<h3>音乐 2</h3>" in made.html
    few = message(day, entries, site_url="", most=1, **options)  # type: ignore[arg-type]
    assert (few.body.count("arxiv.org/abs"), few.html.count("<li>")) == (1, 1)
    assert "误差 3.2%。" in few.body, "a paper that is not listed has no number"


@pytest.mark.slow
def test_a_digest_is_told_once_and_again_when_it_changes(world: World, inbox: Inbox) -> None:
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    world.make(DAY)
    assert len(inbox.received) == 1
    assert "https://digest.test/d/2026-11-20.html" in inbox.received[0]["message"]
    world.change(filters={"exclude_keywords": ("foghorn",)})
    world.make(DAY)
    assert len(inbox.received) == 2
    assert "Foghorn" not in inbox.received[1]["message"]
    assert b"hunter2secret" not in world.store.path.read_bytes()


@pytest.mark.slow
def test_a_receiver_that_is_away_costs_no_post_and_is_tried_again(world: World, inbox: Inbox) -> None:
    inbox.status = 503
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    assert world.post(DAY)
    assert world.rows("SELECT tries, delivered_at, error IS NULL FROM deliveries") == [(1, None, False)]
    world.clock.instant = NOON + timedelta(minutes=6)
    with dg.build_sensor_context(
        instance=world.instance, repository_def=world.definitions.get_repository_def()
    ) as context:
        sensor = delivery_retries(Place.of(world.settings), world.settings)
        asked = sensor(context, store=world.store, clock=world.clock)
        (request,) = list(asked)  # type: ignore[arg-type]
    assert request.partition_key == DAY.isoformat()
    inbox.status = 200
    job = world.definitions.resolve_job_def("deliver")
    assert job.execute_in_process(partition_key=request.partition_key, instance=world.instance).success
    assert len(inbox.received) == 1
    assert world.rows("SELECT tries, delivered_at IS NULL, error FROM deliveries") == [(2, False, None)]


@pytest.mark.slow
def test_a_backfill_tells_nobody(world: World, inbox: Inbox) -> None:
    world.make(DAY, NOON + timedelta(days=10))
    assert inbox.received == []


def failed(tries: int, tried_at: datetime, day: date = DAY) -> Delivery:
    return Delivery(day, "r", "json", "c", tries, tried_at, error="away")


@pytest.mark.parametrize(
    ("tries", "minutes", "due"),
    [(1, 4, False), (1, 5, True), (2, 9, False), (2, 10, True), (3, 20, True), (MOST_TRIES, 10**6, False)],
)
def test_pauses_double_and_end(tries: int, minutes: int, due: bool) -> None:
    at = datetime(2026, 11, 20, tzinfo=timezone.utc)
    assert bool(due_again([failed(tries, at)], at + timedelta(minutes=minutes))) is due
