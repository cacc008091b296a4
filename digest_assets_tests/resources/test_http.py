"""What comes over the network is somebody else's: followed only to arXiv and the settings, read only up to a size."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from digest_assets.config import ArxivSettings, LlmSettings
from digest_assets.errors import EndpointError, EndpointRefused
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.resources import http
from digest_assets.resources.http import NotFollowed, TooLarge, open_client
from digest_assets.resources.language_model import LanguageModel
from digest_assets_tests.resources.scripted_arxiv import Asked, Reply, scripted_arxiv
from digest_assets_tests.resources.scripted_model import Reply as Said
from digest_assets_tests.resources.scripted_model import completion, scripted_endpoint

PACKED = {"Content-Encoding": "gzip"}
BOMB = gzip.compress(gzip.compress(bytes(400_000_000), 1), 1)
"""Of a few kilobytes, in two layers."""


def get(reply: Reply | Callable[[Asked], Reply], largest: int = 1_000_000, **settings: Any) -> httpx2.Response:
    async def main(url: str) -> httpx2.Response:
        async with open_client(ArxivSettings(api_url=url, **settings), largest) as client:
            answer: httpx2.Response = await client.get(url)
            return answer

    with scripted_arxiv(reply if callable(reply) else [reply]) as arxiv:
        return asyncio.run(main(arxiv.url))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_but_arxiv_and_the_settings_is_followed_to(status: int) -> None:
    with scripted_arxiv([Reply(b"a secret of the user's network")]) as other:
        with pytest.raises(NotFollowed, match="sends us on to http"):
            get(Reply(b"", status, {"Location": other.url}))
        assert not other.asked
        answer = get(Reply(b"", status, {"Location": other.url}), html_url=other.url)
        assert answer.content == b"a secret of the user's network"


@pytest.mark.parametrize("body", [b"", b"text", b"x" * 1_000_000])
def test_a_packed_answer_is_what_was_packed(body: bytes) -> None:
    assert get(Reply(gzip.compress(body), headers=PACKED)).content == body
    halves = gzip.compress(body[:2]) + gzip.compress(body[2:]) + bytes(8)
    assert get(Reply(halves, headers=PACKED)).content == body


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"x" * 1_000_001), TooLarge),
        (Reply(gzip.compress(b"x" * 1_000_001), headers=PACKED), TooLarge),
        (Reply(gzip.decompress(BOMB), headers=PACKED), TooLarge),
        (Reply(BOMB, headers={"Content-Encoding": "gzip, gzip"}), httpx2.DecodingError),
        (Reply(b"text", headers={"Content-Encoding": "br"}), httpx2.DecodingError),
        (Reply(b"no gzip", headers=PACKED), httpx2.DecodingError),
        (Reply(b"x" * 1_000_001, 500), TooLarge),
        (Reply(b"x" * 1_000_001, 301, {"Location": "/"}), TooLarge),
    ],
    ids=["long", "packed", "bomb", "bomb in a bomb", "another packing", "none", "of an error", "of a redirect"],
)
def test_no_answer_takes_more_room_than_its_bound(reply: Reply, error: type[Exception]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(error):
            get(reply)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def ask(reply: Said, **settings: Any) -> EndpointError:
    """What becomes of a question that is answered by `reply` each time."""

    async def no_sleep(_: float) -> None:
        await asyncio.sleep(0)

    async def main(base_url: str) -> None:
        llm = LlmSettings(base_url=base_url, model="double-1", api_key_env="", attempts=2, **settings)
        async with LanguageModel(llm, "", sleep=no_sleep) as model:
            await model.ask(Prompt("p-1", (Message("user", "Hello"),)))

    with scripted_endpoint() as endpoint, pytest.raises(EndpointError) as caught:
        endpoint.replies = [reply]
        asyncio.run(main(endpoint.base_url))
    return caught.value


@pytest.mark.parametrize("status", [301, 307, 308])
def test_no_prompt_goes_to_another_host_than_the_settings_say(status: int) -> None:
    with scripted_endpoint() as other:
        other.replies = [completion()]
        error = ask(Said({}, status, {"Location": f"{other.base_url}/chat/completions"}))
        assert isinstance(error, EndpointRefused)
        assert "sends us on to http://127.0.0.1" in error.message
        assert not other.requests


@pytest.mark.parametrize("stream", [False, True])
def test_an_endless_answer_of_the_model_is_none(monkeypatch: pytest.MonkeyPatch, stream: bool) -> None:
    monkeypatch.setattr(http, "_PIECE", 1 << 16)
    monkeypatch.setattr("digest_assets.resources.language_model._LARGEST_ANSWER", 100_000)
    long = json.dumps(completion("好" * 200_000).body)
    error = ask(Said(f"data: {long}\n\n" if stream else long), stream=stream)
    assert "longer than 0.1 MB" in error.message


def test_an_endless_stream_of_nothing_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_PIECE", 1 << 16)
    monkeypatch.setattr("digest_assets.resources.language_model._LARGEST_STREAM", 300_000)
    error = ask(Said(": still at it\n\n" * 100_000), stream=True)
    assert "longer than 0.3 MB" in error.message
