"""The search index: which papers hold a word, and in which file it is."""

from __future__ import annotations

import random
from datetime import date

import pytest

from digest_assets.site import search
from digest_assets.site.html import plain_from_tex
from digest_assets.site.periods import Period
from digest_assets.site.values import Entry, PaperWords, SearchText, month_of
from digest_assets_tests.site.examples import ExampleSite
from digest_assets_tests.site.searched_index import absolute


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Speech enhancement", ["speech", "enhancement"]),
        ("语音增强", ["语音", "音增", "增强"]),
        ("用wav2vec做ASR", ["用", "wav2vec", "做", "asr"]),
        ("Müller's ÉCOLE", ["muller", "ecole"]),
        ("cs.SD and eess.AS", ["cs.sd", "and", "eess.as"]),
        ("ＧＰＴ ﬁne ℝℤ", ["gpt", "fine", "rz"]),
        ("a b - !", []),
        ("\x00\ud800", []),
        ("2601.20573", ["2601", "20573"]),
    ],
)
def test_text_is_cut_into_words(text: str, found: list[str]) -> None:
    assert list(search.words(text)) == found


def test_a_part_has_few_words_or_one_and_says_where_it_begins() -> None:
    rare = [PaperWords(frozenset({f"w{number:05}", "speech"}), frozenset()) for number in range(20_000)]
    parts = search.parts_of(rare)
    period = Period("2026-01", [("2026-01-01", 20_000)])
    period.add(parts, "", shelved=False)
    sizes = [sum(len(word) + len(held) + 6 for word, held in part) for part in parts]
    assert all(size <= search.PART or len(part) == 1 for size, part in zip(sizes, parts, strict=True))
    assert [word for word, _ in parts[0]] == ["speech"]
    assert min(sizes[1:-1]) > search.PART / 2
    words = [word for part in parts for word, _ in part]
    assert words == sorted({word for paper in rare for word in paper.prominent})
    for first, part, before in zip(period.firsts[1:], parts[1:], parts, strict=False):
        assert before[-1][0] < first <= part[0][0]
    assert max(map(len, period.firsts)) < 7


def test_every_paper_is_found_by_every_word_of_its_texts() -> None:
    site = ExampleSite.of(70, a_day=5, last=date(2026, 1, 10))
    texts = {text.entry.identifier: text for text in site.papers(date(2000, 1, 1), date(2100, 1, 1))}
    entries = search.in_order(text.entry for text in texts.values())
    for name in ("2026-01", "2025-12"):
        within = [entry for entry in entries if month_of(entry.day) == name]
        parts = search.parts_of(search.paper_words(texts[entry.identifier]) for entry in within)
        held = {word: said for part in parts for word, said in search.read_part(search.part_file(name, 0, part))}
        for number, entry in enumerate(within):
            text = texts[entry.identifier]
            for word in set(search.words(f"{plain_from_tex(entry.title)} {text.abstract} {text.translation}")):
                assert number in [each for numbers in held[word].split(".") for each in absolute(numbers)]


@pytest.mark.parametrize("numbers", [[0], [0, 31, 32, 1_056, 40_000], [5, 6, 2_000_000]])
def test_papers_are_read_as_they_are_written(numbers: list[int]) -> None:
    assert absolute(written(numbers)) == numbers


def test_the_papers_of_several_periods_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_COUNTED", 8)
    rng = random.Random(21)
    for _ in range(100):
        periods, expected, before = [], [], 0
        for _ in range(4):
            size = rng.choice([1, 40, 3_000])
            found = [sorted(rng.sample(range(size), min(size, rng.choice([0, 1, 5, 30])))) for _ in range(2)]
            if any(found):
                periods.append((before, ".".join(map(written, found)).rstrip(".")))
            expected.append([[before + number for number in numbers] for numbers in found])
            before += size
        while len(periods) > 1:  # two at a time, as pieces are put together
            (start, first), (second_start, second) = periods[-2:]
            periods[-2:] = [(start, search.joined([(0, first), (second_start - start, second)]))]
        if periods:
            start, made = periods[0]
            prominent, _, other = made.partition(".")
            assert [start + each for each in absolute(prominent)] == [number for each, _ in expected for number in each]
            assert [start + each for each in absolute(other)] == [number for _, each in expected for number in each]


def written(numbers: list[int]) -> str:
    postings = search._Postings()
    for number in numbers:
        postings.add(number, {"word"})
    return postings.of("word")


def test_script_cannot_be_ended_by_a_word() -> None:
    entry = Entry(date(2026, 1, 1), "2601.00001", "</script>\u2028", ("A\u2029B",), ("cs.SD",))
    text = SearchText(entry, "</script>")
    (part,) = search.parts_of([search.paper_words(text)])
    assert "\u2028" not in search.titles("2026-01", 0, [entry])
    assert "</script>" not in search.part_file("2026-01", 0, part)
    assert "</script>" not in search.shelf("2026-01", 0, 0, [part])
