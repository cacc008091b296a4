"""The search index: which papers hold a word, in which file it is, and that only a month's files change with a date."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from digest_assets.site import search
from digest_assets.site.html import plain_from_tex
from digest_assets.site.values import Entry, SearchText, month_of
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


def test_words_that_begin_alike_are_in_one_bucket() -> None:
    assert len({search.bucket_of(word, 97) for word in ("enh", "enhance", "enhancement")}) == 1
    assert len({search.bucket_of(f"{a}{b}x", 16) for a in "abcdefgh" for b in "mnopqrst"}) > 10


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
        period = search.Period(name, ((name, len(within)),))
        words = [search.paper_words(texts[entry.identifier]) for entry in within]
        buckets = {index: read(file) for index, file in search.bucket_files(period, words, range(period.buckets))}
        for number, entry in enumerate(within):
            text = texts[entry.identifier]
            for word in set(search.words(f"{plain_from_tex(entry.title)} {text.abstract} {text.translation}")):
                bucket = buckets[search.bucket_of(word, period.buckets)]
                assert number in absolute(bucket[word][0]) + absolute(bucket[word][1])


def read(file: str) -> dict[str, list[list[int]]]:
    match = re.fullmatch(r"digestSearch\.bucket\((.*)\);\n", file, re.DOTALL)
    assert match
    content = json.loads(f"[{match[1]}]")[2]
    assert isinstance(content, dict)
    return content


def absolute(deltas: list[int]) -> list[int]:
    total, found = 0, []
    for delta in deltas:
        total += delta
        found.append(total)
    return found


def test_script_cannot_be_ended_by_a_word() -> None:
    entry = Entry(date(2026, 1, 1), "2601.00001", "</script>\u2028", ("A\u2029B",), ("cs.SD",))
    text = SearchText(entry, "</script>")
    period = search.Period("2026-01", (("2026-01", 1),))
    assert "\u2028" not in search.titles("2026-01", 0, [entry])
    assert all("</script>" not in file for _, file in search.bucket_files(period, [search.paper_words(text)], range(1)))
