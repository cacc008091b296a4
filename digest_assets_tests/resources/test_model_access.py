"""What all calls of a run share: where one may not be made any more, none waits for its turn to hear it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

from digest_assets.config import LlmSettings
from digest_assets.errors import StoreUnusable
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.model import Usage
from digest_assets.resources.model_access import EndpointAccess


def test_where_an_answer_could_not_be_kept_no_call_waits_for_the_accounts_pace() -> None:
    full = StoreUnusable("The disk is full.", cure="Free some.")

    def no_room() -> None:
        raise full

    async def run() -> list[object]:
        settings = LlmSettings(base_url="http://127.0.0.1:9/v1", model="m", api_key_env="", requests_per_minute=1)
        access = EndpointAccess(settings)
        budget = access.budget(Usage(), None)
        async with access.open(budget, lambda: datetime(2026, 1, 29, tzinfo=timezone.utc), no_room) as model:
            asked = [model.ask(Prompt("p-1", (Message("user", str(number)),))) for number in range(3)]
            return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 30)

    assert asyncio.run(run()) == [full] * 3
