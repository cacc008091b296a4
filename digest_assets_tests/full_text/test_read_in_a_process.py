"""Reading in another process: what it cannot take with it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from digest_assets.full_text import NoText, read_in_a_process
from digest_assets.full_text.html import read_html
from digest_assets.full_text.pdf import read_pdf
from digest_assets.full_text.read_in_a_process import Format, ReadText, read_bounded
from digest_assets.model import TextSource
from digest_assets_tests.full_text import test_html, test_pdf

URL = "https://arxiv.org/html/2601.00001v1"
PAGE = test_html.page(
    test_html.section(
        "1 One", test_html.para("Words of one, " + test_html.math("x_1") + " \N{GREEK SMALL LETTER ALPHA}.")
    ),
    before='<div id="license-tr">License: CC BY 4.0</div>',
)


def test_what_comes_back_is_what_the_reader_read() -> None:
    page = read_html(PAGE, URL)
    assert page.head.lines
    assert read_bounded(PAGE, Format.HTML, URL, seconds=20) == ReadText(
        page.sections, page.formula_count, page.table_count, page.licence, page.figure, page.head
    )
    paper = read_pdf(test_pdf.made())
    assert read_bounded(test_pdf.made(), Format.PDF, URL, seconds=20) == ReadText(
        paper.sections, table_count=paper.table_count, head=paper.head
    )


def test_formats_are_named_as_sources_are() -> None:
    assert {TextSource(each.value) for each in Format} == {TextSource.HTML, TextSource.PDF}


@pytest.mark.parametrize(("format", "reason"), [(Format.HTML, "empty page"), (Format.PDF, "empty file")])
def test_a_refusal_of_the_reader_comes_back_as_its_own(format: Format, reason: str) -> None:
    with pytest.raises(NoText, match=f"^{reason}$"):
        read_bounded(b"", format, URL, seconds=20)


def instead_of_reading(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Have the other process run `code` in the reader's place."""
    (folder / "rogue.py").write_text(f"import sys\nsys.stdin.buffer.read()\n{code}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(read_in_a_process, "__name__", "rogue")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "the reader crashed (signal 11)"),
        ("import os; os.abort()", "the reader crashed (signal 6)"),
        ("raise MemoryError", "takes too much memory to read"),
        ("raise RecursionError('deep')", "the reader failed (RecursionError: deep)"),
        ("import time; time.sleep(60)", "took longer than 0.5 s to read"),
        ("sys.exit(3)", "the reader failed (exit code 3)"),
        ("print('{', end='')", "the reader failed (its answer was cut off)"),
    ],
)
def test_a_reader_that_dies_or_hangs_is_a_reason_and_no_more(
    code: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    instead_of_reading(monkeypatch, tmp_path, code)
    with pytest.raises(NoText) as refusal:
        read_bounded(PAGE, Format.HTML, URL, seconds=0.5 if "sleep" in code else 20)
    assert refusal.value.reason == reason


def test_the_memory_of_the_reader_is_limited() -> None:
    if sys.platform != "linux":
        pytest.skip("address space is limited on Linux only")
    large = PAGE.replace(b"Words of one", b"<i>w</i> " * 1_500_000)
    with pytest.raises(NoText, match=r"too much memory|crashed|failed"):
        read_bounded(large, Format.HTML, URL, seconds=20, memory=100_000_000)


def test_the_reader_gets_no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    instead_of_reading(monkeypatch, tmp_path, "import os; sys.exit(os.environ.get('OPENAI_API_KEY', 'no key'))")
    with pytest.raises(NoText, match="no key"):
        read_bounded(PAGE, Format.HTML, URL, seconds=20)


def test_many_threads_read_at_once() -> None:
    read: list[ReadText] = []
    threads = [
        threading.Thread(target=lambda: read.append(read_bounded(PAGE, Format.HTML, URL, seconds=60))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({text.sections for text in read}) == 1
    assert len(read) == 4


def test_a_text_without_end_is_cut_at_sections_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_in_a_process, "CHARACTER_LIMIT", 100)
    text = read_in_a_process._read(test_pdf.made(), Format.PDF, URL)
    assert text.cut == "its beginning"
