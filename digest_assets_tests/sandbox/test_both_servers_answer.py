"""The sandbox as the product meets it: through its own clients, on loopback."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import feedparser
import httpx2
import openai
import pytest

from digest_assets.sandbox.world import Sandbox, start_sandbox
from digest_assets_tests.present import present

MAILING = datetime(2026, 1, 29, 1, tzinfo=timezone.utc)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with start_sandbox(lambda: MAILING + timedelta(hours=2)) as running:
        yield running


def test_the_api_answers_a_search_with_entries_that_feedparser_reads(sandbox: Sandbox) -> None:
    query = {"search_query": "(cat:cs.SD OR cat:eess.AS)", "max_results": "100"}
    feed = feedparser.parse(httpx2.get(sandbox.arxiv.api_url, params=query).content)
    assert not feed.bozo
    assert feed.entries[0].id.startswith("http://arxiv.org/abs/26")
    assert int(feed.feed.opensearch_totalresults) == len(feed.entries)


def test_a_translation_is_the_one_that_was_written_by_hand(sandbox: Sandbox) -> None:
    client = openai.OpenAI(base_url=sandbox.model.base_url, api_key="sandbox-key", max_retries=0)
    foghorn = next(each for each in sandbox.papers if each.paper.title.startswith("Foghorn"))
    answer = client.chat.completions.create(
        model="sandbox-zh", messages=[{"role": "user", "content": f"翻译：{foghorn.paper.abstract}"}]
    )
    assert answer.choices[0].message.content == present(foghorn.chinese).translation
    assert sandbox.model.calls == {"translation": 1}


def test_the_environment_points_every_address_of_the_settings_at_the_sandbox(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from digest_assets.config import load_settings

    (tmp_path / "digest.toml").write_text("")
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    settings = load_settings(tmp_path / "digest.toml")
    assert settings.arxiv.api_url == sandbox.arxiv.api_url
    assert settings.arxiv.interval_seconds == settings.arxiv.text_interval_seconds == 0
    assert settings.llm.base_url == sandbox.model.base_url
    assert settings.llm.api_key() == "sandbox-key"


def test_a_proxy_of_the_users_is_not_asked_for_addresses_on_this_machine(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example.org")
    monkeypatch.delenv("no_proxy", raising=False)
    environment = sandbox.environment()
    assert environment["NO_PROXY"] == "intranet.example.org,127.0.0.1"
    assert environment["no_proxy"] == "127.0.0.1"
