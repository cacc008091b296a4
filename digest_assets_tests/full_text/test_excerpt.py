"""What of a paper goes to the model, for every budget."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_assets.full_text.excerpt import Excerpt, Role, excerpt, roles
from digest_assets.full_text.tokens import count_tokens
from digest_assets.model import Block, BlockKind, FullText, Paragraph, Section, TextSource

ABSTRACT = "We do a thing. It works. It is better than before."


def prose(name: str, count: int = 6) -> tuple[Block, ...]:
    words = "that holds a number of words so that a budget has something to weigh and to cut"
    return tuple(Block(BlockKind.PARAGRAPH, f"{name} paragraph {number} {words}.") for number in range(count))


CAPTION = Block(BlockKind.CAPTION, "Table 1: The numbers that matter.")
TABLE = Block(BlockKind.TABLE, "| System | WER |\n| --- | --- |\n| Ours | 9.8 |")
PAPER = (
    Section("Abstract", 1, (Block(BlockKind.PARAGRAPH, ABSTRACT),)),
    Section("1 Introduction", 1, prose("intro")),
    Section("2 Related Work", 1, prose("related", 20)),
    Section("3 Proposed Model", 1, ()),
    Section(
        "3.1 Encoder", 2, (*prose("encoder"), Block(BlockKind.ITEM, "an item"), Block(BlockKind.FORMULA, "$$a=b$$"))
    ),
    Section("3.2 Decoder", 2, prose("decoder", 12)),
    Section("4 Experiments", 1, (*prose("experiments", 12), CAPTION, TABLE)),
    Section("5 Conclusion", 1, prose("conclusion", 3)),
    Section("Acknowledgements", 1, prose("thanks", 2)),
    Section("A Proofs", 1, prose("proof", 20), appendix=True),
)


def full_text(*sections: Section) -> FullText:
    return FullText("2601.00001", 1, TextSource.HTML, sections or PAPER)


def titles_in(text: str) -> list[str]:
    return [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Abstract", Role.ABSTRACT),
        ("1 Introduction", Role.INTRODUCTION),
        ("I. INTRODUCTION", Role.INTRODUCTION),
        ("2 Related Work", Role.BACKGROUND),
        ("a. Introduction", Role.INTRODUCTION),
        ("II. BACKGROUND AND NOTATION", Role.BACKGROUND),
        ("3 Proposed Model", Role.METHOD),
        ("Speech as tokens", Role.METHOD),
        ("IV. EXPERIMENTAL RESULTS", Role.EXPERIMENTS),
        ("4.2. Ablation", Role.EXPERIMENTS),
        ("5 Discussion and Limitations", Role.CONCLUSION),
        ("Conclusions", Role.CONCLUSION),
        ("Ethics Statement", Role.CLOSING),
        ("", Role.INTRODUCTION),
    ],
)
def test_a_section_is_for_what_its_title_says(title: str, role: Role) -> None:
    assert roles((Section(title, 1, ()),)) == [role]


def test_a_subsection_is_for_what_the_section_around_it_is_for() -> None:
    assert roles(
        (
            Section("3 Our model", 1, ()),
            Section("3.1 Training data", 2, ()),
            Section("3.2 Related work", 2, ()),
            Section("3.2.1 A notion", 3, ()),
            Section("4 Results", 1, ()),
            Section("4.1 Encoder", 2, ()),
            Section("A Results", 1, (), appendix=True),
        )
    ) == [
        Role.METHOD,
        Role.METHOD,
        Role.BACKGROUND,
        Role.BACKGROUND,
        Role.EXPERIMENTS,
        Role.EXPERIMENTS,
        Role.APPENDIX,
    ]


def test_a_paper_that_fits_goes_whole_and_nothing_is_said() -> None:
    result = excerpt(full_text(), "not needed", 100_000)
    assert titles_in(result.text) == [section.title for section in PAPER]
    assert (result.cut, result.note) == ((), None)
    assert "not needed" not in result.text
    assert "- an item" in result.text
    assert "$$a=b$$" in result.text


@pytest.mark.parametrize("budget", [*range(20, 400, 20), 500, 800, 1200, 1600, 2000, 5000])
def test_no_budget_is_ever_passed(budget: int) -> None:
    result = excerpt(full_text(), ABSTRACT, budget)
    assert result.tokens == count_tokens(result.numbered) <= budget


def test_marks_of_omission_do_not_pass_the_budget() -> None:
    """Each of many sections is cut twice, and the budget is filled to the brim by other paragraphs."""
    long = Block(BlockKind.PARAGRAPH, "word " * 900)
    results = [Section(f"4.{number} Results", 1, (long, CAPTION, long)) for number in range(40)]
    method = Section("3 Method", 1, prose("step", 200))
    result = excerpt(full_text(method, *results), ABSTRACT, 1500)
    assert result.text.count("[…]") > 20
    assert 1400 < result.tokens == count_tokens(result.numbered) <= 1500


@pytest.mark.parametrize(
    ("budget", "shown"),
    [
        (310, (2, 1, 20)),
        (290, (1, 1, 20)),
        (260, (0, 1, 20)),
        (230, (0, 0, 20)),
        (220, (0, 0, 19)),
    ],
)
def test_for_marks_of_omission_the_last_of_what_matters_least_is_given_up(
    budget: int, shown: tuple[int, int, int]
) -> None:
    long = Block(BlockKind.FORMULA, "word " * 3000)
    gaps = tuple(each for number in range(20) for each in (Block(BlockKind.FORMULA, f"$x_{number}$"), long))
    thanks, intro = Section("Acknowledgements", 1, prose("thanks", 2)), Section("1 Introduction", 1, prose("intro", 1))
    result = excerpt(full_text(thanks, Section("3 Method", 1, gaps), intro), ABSTRACT, budget)
    assert result.tokens == count_tokens(result.numbered) <= budget
    assert tuple(map(result.text.count, ("thanks", "intro", "$x_"))) == shown
    assert result.numbered.count("\n[") == len(result.paragraphs) + result.text.count("[…]")


@pytest.mark.parametrize("budget", [400, 1200, 100_000])
def test_a_paragraph_has_the_same_number_whatever_else_is_left_out(budget: int) -> None:
    whole = {each.text: each for each in excerpt(full_text(), ABSTRACT, 100_000).paragraphs}
    result = excerpt(full_text(), ABSTRACT, budget)
    assert result.paragraphs
    assert all(whole[each.text] == each for each in result.paragraphs)
    for each in result.paragraphs:
        assert f"[{each.number}]" in result.numbered
        assert each.text in result.numbered
    assert "[1]" not in result.text


def test_a_paragraph_knows_its_section_and_its_place_in_arxiv_s_page() -> None:
    block = Block(BlockKind.PARAGRAPH, "We do it so.", "S3.p2")
    result = excerpt(full_text(Section("3 Method", 1, (block,))), ABSTRACT, 500)
    assert result.paragraphs[0].text == ABSTRACT
    assert result.paragraphs[1] == Paragraph(2, BlockKind.PARAGRAPH, "We do it so.", "3 Method", "S3.p2")
    assert "[2] We do it so." in result.numbered


@pytest.mark.parametrize("budget", [400, 800, 1200])
def test_what_is_kept_stands_in_the_order_of_the_paper(budget: int) -> None:
    titles = titles_in(excerpt(full_text(), ABSTRACT, budget).text)
    assert titles == [section.title for section in PAPER if section.title in titles]


def test_a_budget_goes_to_the_three_questions_before_related_work_and_appendix() -> None:
    result = excerpt(full_text(), ABSTRACT, 700)
    titles = titles_in(result.text)
    assert {"Abstract", "1 Introduction", "3.1 Encoder", "3.2 Decoder", "4 Experiments", "5 Conclusion"} <= set(titles)
    assert not {"2 Related Work", "A Proofs", "Acknowledgements"} & set(titles)
    assert CAPTION.text in result.text
    assert TABLE.text in result.text


def test_a_small_budget_still_holds_the_results_table() -> None:
    result = excerpt(full_text(), ABSTRACT, 300)
    assert TABLE.text in result.text


def test_the_heading_around_what_is_kept_is_kept() -> None:
    assert "## 3 Proposed Model\n\n### 3.1 Encoder" in excerpt(full_text(), ABSTRACT, 700).text


def test_the_last_of_many_subsections_gets_as_much_as_the_first() -> None:
    method = [Section(f"3.{number} Part", 2, prose(f"part{number}", 10)) for number in range(8)]
    text = excerpt(full_text(Section("3 Method", 1, ()), *method), ABSTRACT, 900).text
    kept = [text.count(f"part{number} ") for number in range(8)]
    assert min(kept) > 0
    assert max(kept) - min(kept) <= 1


def test_sections_are_cut_at_paragraphs_and_the_cut_is_marked_and_said() -> None:
    result = excerpt(full_text(), ABSTRACT, 700)
    paragraphs = {block.text for section in PAPER for block in section.blocks}
    pieces = [piece for piece in result.text.split("\n\n") if not piece.startswith("#") and piece != "[…]"]
    assert {piece.removeprefix("- ") for piece in pieces} <= paragraphs
    assert "2 Related Work" in result.cut
    assert "Abstract" not in result.cut
    assert result.note is not None
    assert result.note.count("\n") == 0
    assert "A Proofs" in result.note
    assert "[…]" in result.text


def test_a_text_without_an_abstract_is_led_by_that_of_the_metadata() -> None:
    text = excerpt(full_text(Section("1 Introduction", 1, prose("intro"))), ABSTRACT, 2000).text
    assert text.startswith(f"## Abstract\n\n{ABSTRACT}\n\n## 1 Introduction")


def test_without_a_text_the_abstract_is_what_there_is() -> None:
    empty = FullText("2601.00001", 1, TextSource.ABSTRACT, ())
    assert excerpt(empty, ABSTRACT, 500).text == f"## Abstract\n\n{ABSTRACT}"


def test_an_abstract_that_is_larger_than_the_budget_is_cut_at_sentences() -> None:
    result = excerpt(full_text(Section("1 One", 1, prose("one"))), " ".join([ABSTRACT] * 20), 60)
    assert result.text.startswith("## Abstract\n\nWe do a thing.")
    assert result.text.rstrip("[…] \n").endswith(".")
    assert result.tokens <= 60
    assert excerpt(full_text(Section("1 One", 1, prose("one"))), " ".join([ABSTRACT] * 20), 200).text.count("works") > 5


@pytest.mark.parametrize("more", range(-12, 13, 3))
def test_the_abstract_leads_where_it_just_fills_the_budget_or_just_does_not(more: int) -> None:
    empty = FullText("2601.00001", 1, TextSource.ABSTRACT, ())
    result = excerpt(empty, " ".join([ABSTRACT] * 5), count_tokens(" ".join([ABSTRACT] * 5)) + more)
    assert result.text.startswith("## Abstract\n\nWe do a thing.")
    first = result.paragraphs[0]
    assert (first.number, first.kind, first.section) == (1, BlockKind.PARAGRAPH, "Abstract")


def test_an_abstract_is_not_read_on_behind_a_sentence_that_does_not_fit() -> None:
    abstract = f"We do a thing. It is {'very ' * 90}good. It works."
    assert excerpt(full_text(Section("1 One", 1, ())), abstract, 60).text == "## Abstract\n\nWe do a thing.\n\n[…]"


def test_a_table_that_is_larger_than_the_budget_does_not_keep_smaller_ones_out() -> None:
    large = Block(BlockKind.TABLE, "\n".join(f"| row {number} | {number} |" for number in range(500)))
    results = Section("4 Results", 1, (large, CAPTION, TABLE, *prose("results", 2)))
    result = excerpt(full_text(results), ABSTRACT, 400)
    assert TABLE.text in result.text
    assert "row 17" not in result.text
    assert "results paragraph 1" in result.text


# What a budget buys


def tokens_by_section(result: Excerpt) -> dict[str, float]:
    """What part of the excerpt each section has."""
    counts: Counter[str] = Counter()
    for each in result.paragraphs:
        counts[each.section] += count_tokens(each.text)
    return {section: count / sum(counts.values()) for section, count in counts.items()}


def test_a_budget_is_shared_out_by_what_sections_are_for() -> None:
    """The method takes what the shares leave: 4 of 100 here, where no table takes any."""
    titles = ("Introduction", "Conclusion", "Method", "Experiments", "Related Work")
    sections = (Section(title, 1, prose(title, 300)) for title in titles)
    parts = tokens_by_section(excerpt(full_text(*sections), ABSTRACT, 8000))
    assert parts.keys() == {"Abstract", "Introduction", "Conclusion", "Method", "Experiments"}
    shares = {"Introduction": 0.18, "Conclusion": 0.10, "Method": 0.36, "Experiments": 0.36}
    assert {title: parts[title] for title in shares} == pytest.approx(shares, abs=0.01)


def test_tables_take_a_fifth() -> None:
    tables = tuple(Block(BlockKind.TABLE, f"{TABLE.text} run {number} |") for number in range(300))
    results = excerpt(full_text(Section("Results", 1, (*prose("results", 600), *tables))), ABSTRACT, 8000)
    of_tables = sum(count_tokens(each.text) + 4 for each in results.paragraphs if each.kind is BlockKind.TABLE)
    assert 0.18 < of_tables / 8000 <= 0.2


def test_captions_are_taken_from_what_answers_the_three_questions_tables_from_results() -> None:
    titles = ("Introduction", "Method", "Experiments", "Conclusion", "Related Work")
    sections = (
        Section(
            title,
            1,
            (
                *prose(title, 100),
                Block(BlockKind.CAPTION, f"Caption in {title}"),
                Block(BlockKind.TABLE, f"| in {title} |"),
            ),
        )
        for title in titles
    )
    found = {
        each.text for each in excerpt(full_text(*sections), ABSTRACT, 1500).paragraphs if "in" in each.text.split()
    }
    assert found == {
        *(f"Caption in {title}" for title in titles[:4]),
        "| in Experiments |",
        "| in Conclusion |",
    }


def test_what_is_left_goes_to_background_then_to_the_appendix_then_to_thanks() -> None:
    sections = (
        Section("Acknowledgements", 1, prose("thanks", 10)),
        Section("Proofs", 1, prose("proof", 10), appendix=True),
        Section("Related Work", 1, prose("related", 10)),
        Section("Method", 1, prose("step", 2)),
    )
    whole = excerpt(full_text(*sections), ABSTRACT, 10_000).tokens
    part = whole // 4
    assert excerpt(full_text(*sections), ABSTRACT, whole - part).cut == ("Acknowledgements",)
    assert excerpt(full_text(*sections), ABSTRACT, whole - 2 * part).cut == ("Acknowledgements", "Proofs")
    assert excerpt(full_text(*sections), ABSTRACT, whole - 3 * part).cut == (
        "Acknowledgements",
        "Proofs",
        "Related Work",
    )


def test_a_budget_is_spent_to_the_last_token() -> None:
    method, thanks = Section("Method", 1, prose("step", 2)), Section("Acknowledgements", 1, prose("thanks", 9))
    enough = next(budget for budget in range(1000) if not excerpt(full_text(method), ABSTRACT, budget).cut)
    assert excerpt(full_text(method, thanks), ABSTRACT, enough).cut == ("Acknowledgements",)


@pytest.mark.parametrize(("kind", "goes_on"), [(BlockKind.ITEM, False), (BlockKind.FORMULA, True)])
def test_a_text_is_not_read_on_behind_a_gap_but_behind_a_long_formula(kind: BlockKind, goes_on: bool) -> None:
    section = Section("Method", 1, (*prose("step", 1), Block(kind, "long " * 900), *prose("behind", 1)))
    assert ("behind paragraph" in excerpt(full_text(section), ABSTRACT, 200).text) is goes_on


def test_what_a_short_section_does_not_need_goes_to_the_long_one() -> None:
    sections = Section("3 Method", 1, prose("long", 100)), Section("4 Layers", 1, prose("short", 1))
    assert excerpt(full_text(*sections), ABSTRACT, 1500).tokens > 1400


# Titles


def test_a_title_without_text_leads_to_what_stands_below_it_alone() -> None:
    sections = Section("2 Model", 1, ()), Section("3 Method", 1, prose("step", 20)), Section("A Tables", 1, ())
    assert titles_in(excerpt(full_text(*sections), ABSTRACT, 200).text) == ["Abstract", "3 Method"]
    whole = excerpt(full_text(*sections), ABSTRACT, 5000)
    assert titles_in(whole.text) == ["Abstract", "2 Model", "3 Method", "A Tables"]
    assert whole.note is None


def test_a_title_has_six_marks_at_most_and_a_table_begins_on_a_line_of_its_own() -> None:
    numbered = excerpt(full_text(Section("Results", 9, (TABLE,))), ABSTRACT, 500).numbered
    assert f"\n\n###### Results\n\n[2]\n{TABLE.text}" in numbered


def test_a_section_in_the_abstract_or_a_discussion_in_the_results_is_for_what_its_title_says() -> None:
    sections = (
        ("Abstract", 1),
        ("1 Introduction", 2),
        ("4 Experiments", 1),
        ("4.1 Training", 2),
        ("4.2 Discussion", 2),
    )
    assert roles(tuple(Section(title, level, ()) for title, level in sections)) == [
        Role.ABSTRACT,
        Role.INTRODUCTION,
        Role.EXPERIMENTS,
        Role.EXPERIMENTS,
        Role.CONCLUSION,
    ]


def test_a_title_without_text_that_is_not_in_the_excerpt_is_named() -> None:
    sections = (Section("3 Model", 1, ()), Section("3.1 Encoder", 2, (Block(BlockKind.PARAGRAPH, "word " * 300),)))
    result = excerpt(full_text(Section("1 Introduction", 1, prose("intro", 9)), *sections), ABSTRACT, 200)
    assert "3 Model (its title)" in str(result.note)
    assert "3.1 Encoder (" in str(result.note)
    assert "3 Model" in excerpt(full_text(*sections), ABSTRACT, 50_000).text


def test_a_title_leads_to_the_one_section_right_below_it() -> None:
    sections = Section("3 Model", 1, ()), Section("3.1 Encoder", 2, prose("encoder", 2))
    result = excerpt(full_text(*sections, Section("Related Work", 1, prose("related", 40))), ABSTRACT, 150)
    assert titles_in(result.text)[:3] == ["Abstract", "3 Model", "3.1 Encoder"]
    assert result.cut == ("Related Work",)


def test_a_section_without_a_title_has_no_heading_and_is_named_so() -> None:
    untitled, last = Section("", 1, prose("intro", 1)), Section("A Proofs", 1, prose("proof", 1), appendix=True)
    assert (
        excerpt(full_text(untitled), ABSTRACT, 500).text == f"## Abstract\n\n{ABSTRACT}\n\n{prose('intro', 1)[0].text}"
    )
    note = excerpt(full_text(untitled, last), ABSTRACT, 25).note
    length = [len(prose(name, 1)[0].text) for name in ("intro", "proof")]
    assert note == (
        f"Left out or shortened for length: (untitled) ({length[0]} of {length[0]} characters); "
        f"A Proofs ({length[1]} of {length[1]} characters)."
    )


def test_an_introduction_has_its_share_of_what_a_long_abstract_leaves() -> None:
    sections = (Section(title, 1, prose(title, 60)) for title in ("Introduction", "Method"))
    parts = tokens_by_section(excerpt(full_text(*sections), " ".join([ABSTRACT] * 40), 2000))
    left = 1 - parts["Abstract"]
    assert 0.4 < left < 0.8
    assert parts["Introduction"] == pytest.approx(0.18 * left, abs=0.02)


TITLES = st.sampled_from(
    ["", "Abstract", "1 Introduction", "2 Method", "3 Results", "A Proofs", "Conclusion", "References"]
)
BLOCKS = st.builds(
    Block,
    st.sampled_from(BlockKind),
    st.text("abc de.$|^{}\n", min_size=1, max_size=400).filter(str.strip),
)
SECTIONS = st.builds(Section, TITLES, st.integers(1, 4), st.lists(BLOCKS, max_size=6).map(tuple), st.booleans())


@settings(deadline=None, max_examples=60)
@given(st.lists(SECTIONS, max_size=8), st.integers(15, 600))
def test_each_block_is_in_the_excerpt_or_counted_in_its_note(sections: list[Section], budget: int) -> None:
    """Nothing goes in silence: characters in the excerpt and characters in the note are all that there are."""
    whole = (Section("Abstract", 1, (Block(BlockKind.PARAGRAPH, ABSTRACT),)), *sections)
    result = excerpt(FullText("2601.00001", 1, TextSource.PDF, whole), ABSTRACT, budget)
    counts = re.findall(r"\(([\d,]+) of [\d,]+ characters\)", result.note or "")
    said = sum(int(count.replace(",", "")) for count in counts)
    shown = sum(len(each.text) for each in result.paragraphs)
    assert shown + said == sum(len(block.text) for each in whole for block in each.blocks)
    shown_titles = titles_in(result.text)
    assert all(each.title in shown_titles or each.title in str(result.note) for each in whole)
