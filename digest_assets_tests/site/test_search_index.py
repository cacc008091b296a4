"""The search index: which papers hold a word, in which file it is, and that only a month's files change with a date."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from digest_assets.site import search
from digest_assets.site.html import plain_from_tex
from digest_assets.site.values import Entry, PaperWords, SearchText, month_of
from digest_assets_tests.site.examples import ExampleSite


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Speech enhancement", ["speech", "enhancement"]),
        ("语音增强", ["语音", "音增", "增强"]),
        ("用wav2vec做ASR", ["用", "wav2vec", "做", "asr"]),
        ("Müller's ÉCOLE", ["muller", "ecole"]),
        ("cs.SD and eess.AS", ["cs.sd", "and", "eess.as"]),
        ("ＧＰＴ ﬁne", ["gpt", "fine"]),
        ("a b - !", []),
        ("\x00\ud800", []),
        ("2601.20573", ["2601", "20573"]),
    ],
)
def test_text_is_cut_into_words(text: str, found: list[str]) -> None:
    assert list(search.words(text)) == found


def test_a_part_has_few_words_or_one_and_says_where_it_begins() -> None:
    rare = [PaperWords(frozenset({f"w{number:05}", "speech"}), frozenset()) for number in range(20_000)]
    index = search.index_of(rare)
    sizes = [sum(len(word) + len(held) + 6 for word, held in part) for part in index.parts]
    assert all(size <= search.PART or len(part) == 1 for size, part in zip(sizes, index.parts, strict=True))
    assert [word for word, _ in index.parts[0]] == ["speech"]
    assert min(sizes[1:-1]) > search.PART / 2
    words = [word for part in index.parts for word, _ in part]
    assert words == sorted({word for paper in rare for word in paper.prominent})
    for first, part, before in zip(index.firsts[1:], index.parts[1:], index.parts, strict=False):
        assert before[-1][0] < first <= part[0][0]
    assert max(map(len, index.firsts)) < 7


def test_years_in_one_piece_are_a_period_and_others_are_by_month() -> None:
    months = [("2024-03", 1), ("2024-12", 1), ("2025-07", 2), ("2026-01", 1), ("2026-02", 1)]
    found = search.periods(months, {"2024", "2025"})
    assert [period.name for period in found] == ["2026-02", "2026-01", "2025", "2024"]
    assert found[-1].months == (("2024-03", 1), ("2024-12", 1))
    assert found[-1].papers == 2


def test_every_paper_is_found_by_every_word_of_its_texts() -> None:
    site = ExampleSite.of(70, a_day=5, last=date(2026, 1, 10))
    texts = {text.entry.identifier: text for text in site.papers(date(2000, 1, 1), date(2100, 1, 1))}
    entries = search.in_order(text.entry for text in texts.values())
    for name in ("2026-01", "2025-12"):
        within = [entry for entry in entries if month_of(entry.day) == name]
        index = search.index_of(search.paper_words(texts[entry.identifier]) for entry in within)
        held = {
            word: said for number in range(len(index.parts)) for word, said in read(index.file(name, number)).items()
        }
        for number, entry in enumerate(within):
            text = texts[entry.identifier]
            for word in set(search.words(f"{plain_from_tex(entry.title)} {text.abstract} {text.translation}")):
                assert number in [each for numbers in held[word].split(".") for each in absolute(numbers)]


def read(file: str) -> dict[str, str]:
    match = re.fullmatch(r"digestSearch\.part\((.*)\);\n", file, re.DOTALL)
    assert match
    content = json.loads(f"[{match[1]}]")[2]
    assert isinstance(content, dict)
    return content


def absolute(written: str) -> list[int]:
    found: list[int] = []
    read = bits = 0
    for digit in written:
        value = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(digit)
        read |= (value & 31) << bits
        bits += 5
        if value < 32:
            found.append((found[-1] if found else 0) + read)
            read = bits = 0
    return found


@pytest.mark.parametrize("numbers", [[0], [0, 31, 32, 1_056, 40_000], [5, 6, 2_000_000]])
def test_papers_are_read_as_they_are_written(numbers: list[int]) -> None:
    postings = search._Postings()
    for number in numbers:
        postings.add(number, {"word"})
    assert absolute(postings.of("word")) == numbers


def test_script_cannot_be_ended_by_a_word() -> None:
    entry = Entry(date(2026, 1, 1), "2601.00001", "</script>\u2028", ("A\u2029B",), ("cs.SD",))
    text = SearchText(entry, "</script>")
    index = search.index_of([search.paper_words(text)])
    assert "\u2028" not in search.titles("2026-01", 0, [entry])
    assert all("</script>" not in index.file("2026-01", number) for number in range(len(index.parts)))
