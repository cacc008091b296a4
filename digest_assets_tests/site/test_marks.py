"""A reader's stars, read marks and notes: they leave by file, link and code, and merge without a loss."""

from __future__ import annotations

import io
import json
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from digest_assets_tests.site.browsers import NEEDS_CHROMIUM
from digest_assets_tests.site.examples import ExampleSite

pytestmark = NEEDS_CHROMIUM
DAY = date(2026, 11, 20)
A, B, C = "2601.10000", "2601.10001", "2601.10002"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("marked")
    ExampleSite.of(20).write(made)
    return made


@pytest.fixture
def marked(tab: Any, folder: Path) -> Any:
    """The page of stars, with two of them, one with a note."""
    tab.goto((folder / "marked.html").as_uri())
    tab.evaluate(f"digestMarks.set(['{A}', '{B}'], '{DAY}', 'starred', true)")
    tab.evaluate(f"digestMarks.setNote('{B}', '{DAY}', 'read this {{again}} & soon')")
    tab.wait_for_function("() => [...document.querySelectorAll('#marked .title')].every(e => e.textContent[0] === 'O')")
    return tab


def downloaded(tab: Any, selector: str) -> str:
    with tab.expect_download() as waiting:
        tab.click(selector)
    return Path(waiting.value.path()).read_text("utf-8")


def test_merging_is_the_same_in_any_order_and_twice(tab: Any, folder: Path) -> None:
    tab.goto((folder / "marked.html").as_uri())
    devices = [
        {"papers": {A: {"day": "2026-11-20", "s": [1, 100], "n": {"text": "mine", "by": {"x": 1}}}}, "days": {}},
        {
            "papers": {A: {"day": "2026-11-20", "s": [0, 90], "r": [1, 5], "n": {"text": "yours", "by": {"y": 1}}}},
            "days": {"2026-11-20": [1, 50]},
        },
        {"papers": {B: {"day": "2026-11-20", "s": [1, 7]}}, "days": {"2026-11-20": [0, 60]}},
    ]
    script = "states => { const m = digestMarks; return states.map(m.read).reduce(m.merged) }"
    results = [tab.evaluate(script, list(order)) for order in permutations([*devices, devices[0]])]
    assert all(each == results[0] for each in results)
    (merged,) = [results[0]["papers"][A]]
    assert merged["s"] == [1, 100]
    assert merged["r"] == [1, 5]
    assert "mine" in merged["n"]["text"]
    assert "yours" in merged["n"]["text"]
    assert results[0]["papers"][B]["s"] == [1, 7]
    assert results[0]["days"] == {"2026-11-20": [0, 60]}


def test_a_note_that_was_changed_knowingly_stands_alone(tab: Any, folder: Path) -> None:
    tab.goto((folder / "marked.html").as_uri())
    older = {"papers": {A: {"day": "", "n": {"text": "first", "by": {"x": 1}}}}}
    newer = {"papers": {A: {"day": "", "n": {"text": "second", "by": {"x": 1, "y": 1}}}}}
    script = "states => { const m = digestMarks; return states.map(m.read).reduce(m.merged) }"
    for order in permutations([older, newer]):
        assert tab.evaluate(script, list(order))["papers"][A]["n"]["text"] == "second"


def test_marks_of_an_earlier_program_are_kept(tab: Any, folder: Path) -> None:
    tab.goto((folder / "marked.html").as_uri())
    old = {
        A: {"title": "T", "day": "2026-11-20", "at": f"p{A}", "starred": True},
        C: {"day": "2026-11-20", "read": True},
    }
    tab.evaluate("old => localStorage.setItem('digest:marks:arxiv', JSON.stringify(old))", old)
    tab.reload()
    assert tab.locator("#marked li").count() == 1
    tab.goto((folder / "index.html").as_uri())
    assert tab.locator(f"[id='p{A}'].starred").count() == 1
    assert tab.locator(f"[id='p{C}'].read").count() == 1


def test_a_file_carries_all_marks_to_another_browser(marked: Any, browser: Any, folder: Path, tmp_path: Path) -> None:
    marked.evaluate(f"digestMarks.set(['{C}'], '{DAY}', 'read', true)")
    saved = tmp_path / "marks.json"
    saved.write_text(downloaded(marked, "#save-file"), "utf-8")
    context = browser.new_context()
    other = context.new_page()
    other.goto((folder / "marked.html").as_uri())
    other.evaluate(f"digestMarks.set(['{C}'], '{DAY}', 'starred', true)")
    other.set_input_files("#file", saved)
    other.wait_for_function("() => document.querySelectorAll('#marked li').length === 3")
    assert "新增 2" in other.inner_text("#marked-status")
    assert other.evaluate(f"digestMarks.of('{C}')") == {"starred": True, "read": True, "note": "", "day": str(DAY)}
    other.set_input_files("#file", {"name": "x.json", "mimeType": "application/json", "buffer": b"{}"})
    other.wait_for_function("() => document.getElementById('marked-status').textContent.includes('读不出')")
    context.close()


def test_a_code_is_read_by_a_telephone_and_its_link_brings_the_marks(marked: Any, browser: Any, folder: Path) -> None:
    zxing = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    marked.click("#show-codes")
    marked.locator("#codes svg").wait_for()
    picture = image.open(io.BytesIO(marked.locator("#codes svg").screenshot()))
    (read,) = zxing.read_barcodes(picture)
    assert read.text.startswith("https://digest.test/marked.html#m=1")
    context = browser.new_context()
    other = context.new_page()
    other.goto((folder / "marked.html").as_uri() + "#" + read.text.partition("#")[2])
    other.click("#accept")
    other.wait_for_function("() => document.querySelectorAll('#marked li').length === 2")
    assert other.input_value(f"#marked li[data-id='{B}'] textarea") == "read this {again} & soon"
    context.close()


@pytest.mark.parametrize("length", [1, 17, 18, 78, 134, 135, 271, 500, 858, 1273, 2000, 2953])
def test_codes_of_every_size_can_be_read(tab: Any, folder: Path, length: int) -> None:
    zxing = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    tab.goto((folder / "marked.html").as_uri())
    text = "".join(chr(97 + (7 * index) % 26) for index in range(length))
    square = tab.evaluate("text => digestQr(text)", text)
    size = len(square) + 8
    picture = image.new("L", (size, size), 255)
    for y, row in enumerate(square):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + 4, y + 4), 0)
    (read,) = zxing.read_barcodes(picture.resize((size * 4, size * 4), 0))
    assert read.text == text


def test_stars_leave_as_references(marked: Any) -> None:
    bibtex = downloaded(marked, "[data-export=bibtex]")
    assert bibtex.count("@misc{") == 2
    assert "note = {read this again \\& soon}" in bibtex
    ris = downloaded(marked, "[data-export=ris]")
    assert ris.count("TY  - UNPB") == ris.count("ER  - ") == 2
    assert f"UR  - https://arxiv.org/abs/{A}" in ris
    assert "N1  - read this {again} & soon" in ris
    items = json.loads(downloaded(marked, "[data-export=csl]"))
    assert {item["DOI"] for item in items} == {f"10.48550/arXiv.{A}", f"10.48550/arXiv.{B}"}
    assert all(item["author"][1] == {"given": "Bo", "family": "Bergqvist"} for item in items)
    markdown = downloaded(marked, "[data-export=markdown]")
    assert markdown.count("- [On ") == 2
    assert "> read this {again} & soon" in markdown


def test_a_browser_that_may_clear_them_is_told_of(marked: Any) -> None:
    assert "Safari" in marked.inner_text("#may-be-lost")
    assert "尚未保存" in marked.inner_text("#since-saved")
    downloaded(marked, "#save-file")
    marked.wait_for_function("() => document.getElementById('since-saved').textContent.includes('上次保存')")


def test_a_note_and_an_unstarred_paper_stay(marked: Any) -> None:
    line = marked.locator(f"#marked li[data-id='{B}']")
    line.locator("button").click()
    assert line.locator("textarea").input_value() == "read this {again} & soon"
    assert line.locator("button").inner_text() == "收藏"
    marked.locator(f"#marked li[data-id='{A}'] button").click()
    assert marked.locator("#marked li").count() == 1
    marked.fill("#marked textarea", "changed")
    marked.locator("h1").click()
    marked.reload()
    assert marked.input_value("#marked textarea") == "changed"
