"""A whole run in each language: nothing is withheld, and no word of another language is left over."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.pipeline.deliver import deliver
from digest_assets.posts.words import LANGUAGES
from digest_assets.site.message import Message
from digest_assets.site.words import SITE_WORDS
from digest_assets_tests.present import one
from digest_assets_tests.worlds import a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
EAST_ASIAN = re.compile("[\u3000-\u30ff\u4e00-\u9fff]+")


def words_of(language: str) -> set[str]:
    """What the fixed words of posts and site have in Chinese characters and kana."""
    values = [getattr(words, name) for words in (LANGUAGES[language], SITE_WORDS[language]) for name in words.__slots__]
    return {found for found in EAST_ASIAN.findall(repr(values)) if len(found) >= 3}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_run_is_whole_in_its_language(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Message] = []
    monkeypatch.setenv("DIGEST_DELIVERY_URLS", "json://127.0.0.1:9/nobody")
    monkeypatch.setattr("digest_assets.pipeline.deliver.send", lambda _, message: told.append(message))
    with a_world(tmp_path, noon_in_shanghai(DAY), digest={"language": language}) as world:
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        if language == "en":
            world.change(output={"form": "hugo"})
            assert world.make(DAY).outcome is RunOutcome.COMPLETE
            assert "\nmath: true\n---\n" in world.post(DAY)
        prompts = [str(request.body["messages"]) for request in world.sandbox.model.requests if request.kind]
    assert prompts
    assert not [prompt for prompt in prompts if "研究人员" in prompt], "the audience is said in the language, too"
    for table in ("translations", "summaries"):
        assert world.rows(f"SELECT DISTINCT status, reason FROM {table} WHERE reason IS NOT NULL") == [
            ("not asked", "withdrawn")
        ]
    deliver(world.settings, world.store, world.clock, DAY)
    post, site = world.post(DAY), tmp_path / "site"
    reading = '{{< details summary="Reading" >}}' if language == "en" else "<summary>詳しい解説</summary>"
    assert reading in post
    assert f"{SITE_WORDS[language].published} " in told[0].body
    assert one(LexborHTMLParser((site / "index.html").read_text("utf-8")), "html").attributes["lang"] == language
    written = {str(file): file.read_text("utf-8") for kind in ("html", "xml") for file in site.rglob(f"*.{kind}")}
    written |= {"post": post, "message": f"{told[0].title}\n{told[0].body}"}
    others = EAST_ASIAN if language == "en" else re.compile("|".join(words_of("zh") - words_of("ja")))
    left_over = {name: others.findall(text)[:3] for name, text in written.items()}
    assert {name: found for name, found in left_over.items() if found} == {}
    assert len(written) > 40
