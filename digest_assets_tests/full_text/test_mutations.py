"""What accident and malice make of pages and PDFs: never a crash, never 2 s, never 500 MB."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from digest_assets.full_text.read_in_a_process import MEMORY_LIMIT
from digest_assets_tests.full_text.mutations import drawing_bomb, inflating_bomb

SECONDS = 2.0


def read_mutations(format: str, first: int, count: int) -> Counter[str]:
    """How the mutations ended, read in one process under the reader's limit of memory."""
    code = (
        f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_LIMIT}, {MEMORY_LIMIT})); "
        f"sys.argv = ['mutations', '{format}', '{first}', '{count}']; "
        "runpy.run_module('digest_assets_tests.full_text.mutations', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=110, check=False)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"{format} mutation {lines[-1][0] if lines else first}: {done.stderr[-2000:]}"
    assert [line[0] for line in lines if float(line[2]) > SECONDS] == []
    return Counter(line[1] for line in lines)


@pytest.mark.slow
def test_a_few_mutations_of_each_format_are_read_or_refused() -> None:
    assert read_mutations("html", 0, 15).total() == 15
    assert read_mutations("pdf", 0, 15).total() == 15


@pytest.mark.slow
@pytest.mark.parametrize("format", ["html", "pdf"])
def test_mutations_never_crash_nor_hang_nor_swell(format: str) -> None:
    outcomes = read_mutations(format, 1000, 150)
    assert outcomes.total() == 150
    assert outcomes["read"] > 15, "most mutations should leave something to read, or nothing is tested"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bomb", "size"), [(drawing_bomb, 9), (inflating_bomb, 700)], ids=["a form drawn 10^9 times", "700 MB of text"]
)
def test_a_bomb_is_over_after_two_seconds(bomb: Callable[[int], bytes], size: int) -> None:
    seconds, kilobytes = read_once(bomb(size))
    assert seconds < SECONDS + 8  # what a busy machine takes to start and to end a process
    assert kilobytes < MEMORY_LIMIT / 1000


def read_once(body: bytes) -> tuple[float, int]:
    """The seconds until a text is refused, and the peak memory of the reader, the only child of a process."""
    code = f"""
import resource, sys, time
from digest_assets.full_text import NoText
from digest_assets.full_text.read_in_a_process import Format, read_bounded
began = time.monotonic()
try:
    read_bounded(sys.stdin.buffer.read(), Format.PDF, "https://arxiv.org/pdf/x", seconds={SECONDS})
except NoText:
    print(time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    done = subprocess.run([sys.executable, "-c", code], input=body, capture_output=True, timeout=110, check=True)
    seconds, kilobytes = done.stdout.split()
    return float(seconds), int(kilobytes)
