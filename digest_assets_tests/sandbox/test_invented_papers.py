"""The invented papers: placed as arXiv would have announced them, and answered as a good model would."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from digest_assets.arxiv.calendar import NEW_YORK, mailing_announced_at, previous_mailing
from digest_assets.full_text import NoText
from digest_assets.full_text.html import read_html
from digest_assets.full_text.pdf import read_pdf
from digest_assets.glance.topics import topics_of_field
from digest_assets.llm.answers import TRANSLATION, translation_in
from digest_assets.llm.checks import character_count, judge_reading, judge_translation
from digest_assets.llm.defects import hard
from digest_assets.llm.pieces import pieces_in
from digest_assets.model import AnnouncementKind, BlockKind
from digest_assets.sandbox.crowd import crowd
from digest_assets.sandbox.manuscript import manuscripts, read_manuscript, read_sections
from digest_assets.sandbox.papers import SandboxPaper, invented
from digest_assets_tests.present import present

NEWEST = datetime(2026, 1, 29, 1, tzinfo=timezone.utc)
PAPERS = invented(NEWEST)
BY_TITLE = {each.paper.title.split(":")[0]: each for each in PAPERS}


def titled(beginning: str) -> SandboxPaper:
    return next(each for each in reversed(PAPERS) if each.paper.title.startswith(beginning))


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,:]\d+)*", text))


def full_text(paper: SandboxPaper) -> str:
    blocks = (block.text for section in paper.sections for block in section.blocks)
    return "\n".join([paper.paper.title, paper.paper.abstract, *blocks])


def test_a_dozen_papers_are_new_in_the_newest_mailing_and_the_others_in_the_nine_before() -> None:
    first = [each for each in PAPERS if each.kind is AnnouncementKind.NEW]
    newest = [each for each in first if each.announced_at == NEWEST]
    assert len(newest) == 12
    assert len(first) == 26
    assert len({each.announced_at for each in first if each.announced_at > NEWEST - timedelta(days=20)}) == 10


@pytest.mark.parametrize("day", [2, 5, 9, 12, 20, 27])
@pytest.mark.parametrize("month", [1, 3, 7, 11])
def test_identifiers_are_in_order_and_lie_above_any_that_arxiv_has_handed_out(month: int, day: int) -> None:
    newest = previous_mailing(datetime(2026, month, day, 12, tzinfo=timezone.utc)).announced_at
    first = [each for each in invented(newest) if each.kind is AnnouncementKind.NEW]
    assert all(re.fullmatch(r"\d{4}\.9[0-3]\d\d\d", each.paper.identifier) for each in first)
    by_identifier = sorted(first, key=lambda each: each.paper.identifier)
    assert [(each.announced_at, each.paper.published_at) for each in by_identifier] == sorted(
        (each.announced_at, each.paper.published_at) for each in first
    )
    for each in first:
        mailing = mailing_announced_at(each.announced_at)
        assert present(each.paper.published_at) < mailing.freezes_at
        assert f"{mailing.freezes_at.astimezone(NEW_YORK):%y%m.9%d}" in each.paper.identifier


def test_the_same_mailing_gives_the_same_papers() -> None:
    invented.cache_clear()
    assert invented(NEWEST) == PAPERS


def test_one_was_held_by_moderation_for_twelve_days_and_has_the_first_number_of_its_mailing() -> None:
    whisper = titled("Can a Whisper")
    assert timedelta(days=12) < whisper.announced_at - present(whisper.paper.published_at) < timedelta(days=13)
    assert whisper.paper.identifier == min(
        each.paper.identifier for each in PAPERS if each.announced_at == NEWEST and each.kind is AnnouncementKind.NEW
    )


@pytest.mark.parametrize("day", range(12, 27))
def test_one_was_submitted_on_a_saturday_whatever_the_newest_mailing(day: int) -> None:
    newest = previous_mailing(datetime(2026, 1, day, 12, tzinfo=timezone.utc)).announced_at
    choir = next(each for each in invented(newest) if each.paper.title.startswith("Sunday Choir"))
    assert present(choir.paper.published_at).astimezone(NEW_YORK).weekday() == 5


def test_one_trickles_in_after_the_mailing_that_follows_its_own() -> None:
    train = titled("The 18:04")
    assert train.announced_at < NEWEST < present(train.trickles_at)


def test_one_is_a_second_version_that_keeps_the_first_submission() -> None:
    first, second = (each for each in PAPERS if each.paper.title.startswith("Pipistrelle"))
    assert (first.paper.version, second.paper.version) == (1, 2)
    assert second.kind is AnnouncementKind.REPLACE
    assert second.paper.published_at == first.paper.published_at
    assert present(second.paper.updated_at) > first.announced_at
    assert second.paper.abstract != first.paper.abstract


def test_one_is_cross_listed_months_after_its_announcement() -> None:
    first, later = (each for each in PAPERS if each.paper.title.startswith("Old Dictations"))
    assert first.paper.categories == ("cs.CL",)
    assert later.paper.categories == ("cs.CL", "cs.SD")
    assert later.kind is AnnouncementKind.CROSS
    assert later.announced_at - first.announced_at > timedelta(days=200)


def test_the_hard_ones_are_there() -> None:
    assert "{{ name }}" in titled("Say {{ name }}").paper.title
    assert titled("Lighthouse Bells").html is None
    assert "withdrawn" in present(titled("Zero-Cost").paper.comment)
    assert titled("Zero-Cost").pdf == b""
    assert len(titled("The Sixty Rooms").paper.authors) == 60
    assert r"\href{https://example.org/cafe/data}" in titled('M\\"{u}sli').paper.abstract
    assert "https://example.org/cafe-kws. The" in titled('M\\"{u}sli').paper.abstract
    assert "<eos>" in titled("<blank>").paper.title
    assert " | " in titled("<blank>").paper.abstract
    assert "ignore all previous instructions" in full_text(titled("The Obedient")).lower()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda each: each.paper.versioned)
def test_a_translation_keeps_every_number_and_address_and_adds_none(paper: SandboxPaper) -> None:
    abstract, translation = paper.paper.abstract, present(paper.chinese).translation
    assert numbers(translation) == numbers(abstract)
    addresses = r"https?://[\w./-]*\w"
    assert set(re.findall(addresses, translation)) == set(re.findall(addresses, abstract))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda each: each.paper.versioned)
def test_a_reading_keeps_its_limits_and_uses_only_numbers_of_the_text(paper: SandboxPaper) -> None:
    chinese = present(paper.chinese)
    parts = (chinese.background, chinese.method, chinese.results)
    for part, limit in zip(parts, (200, 600, 200), strict=True):
        assert 0 < character_count(part) <= limit
        assert numbers(part) <= numbers(full_text(paper))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda each: each.paper.versioned)
def test_the_answers_pass_the_checks_that_production_makes(paper: SandboxPaper) -> None:
    abstract, chinese = paper.paper.abstract, present(paper.chinese)
    translation = translation_in(chinese.translation).parts[TRANSLATION]
    assert not hard(judge_translation(abstract, translation, "zh", title=paper.paper.title).defects)
    parts = (chinese.background, chinese.method, chinese.results)
    judged = judge_reading(parts, full_text(paper), abstract, "zh", tolerance=0)
    assert not hard(defect for part in judged for defect in part.defects)


@pytest.mark.parametrize("paper", [each for each in PAPERS if each.html], ids=lambda each: each.paper.versioned)
def test_production_reads_from_the_page_what_was_written(paper: SandboxPaper) -> None:
    read = read_html(present(paper.html).encode(), f"http://127.0.0.1/html/{paper.paper.versioned}")
    written = [block.kind for section in paper.sections for block in section.blocks]
    assert read.formula_count >= sum(kind is BlockKind.FORMULA for kind in written)
    assert read.table_count == sum(kind is BlockKind.TABLE for kind in written)
    text = "\n".join(block.text for section in read.sections for block in section.blocks)
    assert numbers(full_text(paper)) - numbers(paper.paper.title) <= numbers(text) | {"1", "2"}
    assert "A paper that nobody wrote" not in text


def test_production_reads_the_columns_of_the_paper_that_has_no_page() -> None:
    bells = titled("Lighthouse Bells")
    text = " ".join(block.text for section in read_pdf(present(bells.pdf)).sections for block in section.blocks)
    assert "The surface of the sea is a mirror that measures." in text
    assert "median error is 7.8%" in text
    assert "less than 10^{-2} dB" in text
    chinese = present(bells.chinese)
    assert "$10^{-2}$ dB" in chinese.method
    parts = (chinese.background, chinese.method, chinese.results)
    judged = judge_reading(parts, text, bells.paper.abstract, "zh", tolerance=0)
    assert not hard(defect for part in judged for defect in part.defects)


def test_production_finds_no_text_in_the_scan() -> None:
    with pytest.raises(NoText):
        read_pdf(present(titled("Tuning Notes").pdf))


def test_every_paper_says_that_it_is_invented() -> None:
    assert all("invented paper" in present(each.comment) for each in manuscripts())


def test_a_manuscript_without_a_part_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no part 结果, 译文"):
        read_manuscript("x", '+++\ntitle = "X"\n+++\n# Abstract\na\n# Text\nt\n# 背景\nb\n# 方法\nm\n')


def test_sections_are_told_apart_by_their_headings() -> None:
    sections = read_sections(
        "before\n\n## One\n\nText^[note].\n\n- a\n- b\n\n### Deeper\n\n$$\nx\n$$\n\n## Appendix: Two"
    )
    assert [(each.title, each.level, each.appendix) for each in sections] == [
        ("", 1, False),
        ("One", 1, False),
        ("Deeper", 2, False),
        ("Appendix: Two", 1, True),
    ]
    assert [block.kind for block in sections[1].blocks] == [BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ITEM]


def test_a_crowd_is_in_one_mailing_and_its_answers_say_what_its_abstracts_say() -> None:
    many = crowd(NEWEST, 69)
    assert not {each.paper.identifier for each in many} & {each.paper.identifier for each in PAPERS}
    assert len({each.paper.title for each in many}) == 69
    topics = [topic.key for topic in topics_of_field("audio")]
    for each in many:
        paper, said = each.paper, present(each.chinese)
        assert each.announced_at == NEWEST
        assert paper.identifier < "2601.93000"
        assert not hard(judge_translation(paper.abstract, said.translation, "zh").defects)
        parts = (said.background, said.method, said.results)
        judged = judge_reading(parts, full_text(each), paper.abstract, "zh", tolerance=0)
        assert not hard(defect for part in judged for defect in part.defects)
        answer = f"<title>{said.title}</title><gist>{said.gist}</gist><topics>{said.topics}</topics>"
        found = pieces_in(answer, paper.title, paper.abstract, "zh", topics, said.translation)
        assert found.fallen == ()
        assert found.topics == (said.topics,)
