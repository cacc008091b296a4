"""The product's own reader and model client, over HTTP, on every invented paper: all of it may be published."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone

import httpx2
import pytest

from digest_assets.config import LlmSettings
from digest_assets.fields import audience
from digest_assets.full_text.excerpt import excerpt
from digest_assets.full_text.html import read_html
from digest_assets.full_text.tokens import count_tokens
from digest_assets.llm.asking import AskingRules, Excerpt, StoredAnswer, read, translate
from digest_assets.llm.glossary import default_glossary
from digest_assets.model import AnswerStatus, FullText, TextSource
from digest_assets.resources.language_model import LanguageModel
from digest_assets.sandbox.model_server import GIST, READING, TRANSLATION
from digest_assets.sandbox.papers import invented
from digest_assets.sandbox.world import Sandbox, start_sandbox

MAILING = datetime(2026, 1, 29, 1, tzinfo=timezone.utc)


class Answers:
    """A store of answers that keeps none: every question reaches the server."""

    def find(self, key: str) -> StoredAnswer | None:
        return None

    def arrived(self, answer: StoredAnswer) -> None:
        pass  # nothing is taken down either

    async def once(self, key: str, ask: Callable[[], Awaitable[StoredAnswer]]) -> StoredAnswer:
        return await ask()


async def _defects(sandbox: Sandbox, language: str) -> tuple[int, list[str]]:
    settings = LlmSettings(base_url=sandbox.model.base_url, model=sandbox.model.model)
    glossary = default_glossary(language)
    rules = AskingRules(settings.model, audience(["cs.SD"], language), language, tolerance=0, glossary=glossary)
    answers, asked, defects = Answers(), 0, []
    async with LanguageModel(settings, "sandbox-key", count_tokens=count_tokens) as model, httpx2.AsyncClient() as http:
        for each in sandbox.papers:
            translation = await translate(each.paper, ask=model.ask, answers=answers, rules=rules)
            outcomes = [(translation.status, translation.reason)]
            page = await http.get(sandbox.arxiv.html_url + each.paper.versioned)
            if page.status_code == 200:
                text = read_html(page.content, str(page.url))
                whole = FullText(each.paper.identifier, each.paper.version, TextSource.HTML, text.sections)
                cut = excerpt(whole, each.paper.abstract, 24_000)
                part = Excerpt(cut.text, None, cut.tokens, TextSource.HTML, cut.paragraphs, cut.numbered)
                reading = await read(each.paper, part, ask=model.ask, answers=answers, rules=rules)
                outcomes.append((reading.status, reading.reason))
                there, of = reading.evidence or (0, 0)
                assert there >= 0.5 * of > 0, f"{each.paper.versioned}: {there} of {of} sentences rest on paragraphs"
            asked += len(outcomes)
            defects += [f"{each.paper.versioned}: {why}" for status, why in outcomes if status is not AnswerStatus.DONE]
    return asked, defects


@pytest.mark.parametrize(("language", "translated"), [("zh", 28), ("ja", 28), ("en", 0)])
def test_every_answer_is_published_at_the_first_asking(language: str, translated: int) -> None:
    with start_sandbox(lambda: MAILING + timedelta(hours=3), invented(MAILING)) as sandbox:
        asked, defects = asyncio.run(_defects(sandbox, language))
        assert defects == []
        assert asked == 53
        abstracts = {TRANSLATION: translated} if translated else {GIST: 28}  # English asks for gist and topics alone
        assert sandbox.model.calls == Counter({READING: 25, **abstracts})
