"""Lines written by hand, and the paragraphs and sections that they make."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest_assets.full_text.pdf_order import Face, Line, Part
from digest_assets.full_text.pdf_outline import Entry
from digest_assets.full_text.pdf_sections import to_sections
from digest_assets.model import Block, BlockKind

BOLD = Face("Body-Bold", 700)


def line(
    text: str,
    baseline: float,
    *,
    page: int = 0,
    left: float = 50,
    size: float = 10,
    bold: bool = False,
    hyphenated: bool = False,
) -> Line:
    cells = tuple(cell.strip() for cell in text.split("|"))
    face = BOLD if bold else Face("Body")
    width = 240 / len(cells)
    parts = tuple(
        Part(cell, left + width * place, left + width * (place + 0.8), baseline, place > 0)
        for place, cell in enumerate(cells)
    )
    found = Line(" ".join(cells), cells, page, left, left + 240, baseline, size, face, hyphenated, 792)
    return replace(found, parts=parts if len(cells) > 1 else ())


def set_lines(*texts: str, top: float = 700, page: int = 0) -> list[Line]:
    """Lines of a paragraph, one below the other. A hyphen at the end breaks a word."""
    return [
        line(text.removesuffix("-"), top - 12 * number, page=page, hyphenated=text.endswith("-"))
        for number, text in enumerate(texts)
    ]


def blocks_of(lines: list[Line]) -> list[Block]:
    sections = to_sections(lines).sections
    return [block for section in sections for block in section.blocks]


BODY = set_lines(*["plain words of a body that is long enough to count here."] * 6, top=500)


@pytest.mark.parametrize("bullet", ["•", "\x88", "\uf0b7"])
def test_a_bullet_of_a_font_without_a_map_begins_an_item(bullet: str) -> None:
    found = blocks_of(set_lines(f"{bullet} one thing that is said here", f"{bullet} another thing that is said"))
    assert [(each.kind, each.text) for each in found[:2]] == [
        (BlockKind.ITEM, "one thing that is said here"),
        (BlockKind.ITEM, "another thing that is said"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (
            "What is more and runs over is here. More-",
            "over, it is one word.",
            "What is more and runs over is here. Moreover, it is one word.",
        ),
        ("a trans-", "lation of words is here.", "a translation of words is here."),
        ("the state-of-the-", "art is what it is.", "the state-of-the-art is what it is."),
        ("with self-", "attention, as self-attention is.", "with self-attention, as self-attention is."),
        (
            "sequence aligned sequence-",
            "aligned models are here.",
            "sequence aligned sequence-aligned models are here.",
        ),
        ("GPT-", "4 is a model of them.", "GPT-4 is a model of them."),
        ("of 161-", "dimensional vectors.", "of 161-dimensional vectors."),
        ("of α-", "type processes.", "of α-type processes."),
        ("see https://bells.example/sound-", "ideas for more.", "see https://bells.example/sound-ideas for more."),
    ],
)
def test_a_word_broken_at_a_lines_end_is_joined_as_the_rest_of_the_paper_spells_it(
    first: str, second: str, joined: str
) -> None:
    assert blocks_of(set_lines(first, second))[0].text == joined


def test_a_sentence_goes_on_behind_a_table_and_a_page_break() -> None:
    lines = [
        *set_lines("A sentence begins on this page and it is", top=120),
        *set_lines("Table 1: What stands at the top of a page.", page=1),
        *set_lines("Base | 1 | 2", "Ours | 3 | 4", top=680, page=1),
        *set_lines("continued on the next one, behind a table.", top=600, page=1),
    ]
    assert [(block.kind, block.text) for block in blocks_of(lines)] == [
        (BlockKind.PARAGRAPH, "A sentence begins on this page and it is continued on the next one, behind a table."),
        (BlockKind.CAPTION, "Table 1: What stands at the top of a page."),
        (BlockKind.TABLE, "| Base | 1 | 2 |\n| Ours | 3 | 4 |"),
    ]


def test_a_table_goes_on_in_the_next_column() -> None:
    rows = set_lines("Name | Steps | Score", "Base | 24 | 4.3", top=120)
    others = [replace(each, left=310) for each in set_lines("Ours | 9 | 4.1", "Ours | 6 | 4.0")]
    assert [block.kind for block in blocks_of([*BODY, *rows, *others])].count(BlockKind.TABLE) == 1


def test_a_word_that_a_figure_cuts_in_two_is_put_together() -> None:
    lines = [
        *set_lines("A sentence begins on this page and it is con-", top=120),
        *set_lines("Fig. 1. What stands at the top of a page.", page=1),
        *set_lines("tinued on the next one, behind it.", top=600, page=1),
    ]
    assert blocks_of(lines)[0].text == "A sentence begins on this page and it is continued on the next one, behind it."


def test_a_sentence_does_not_go_on_with_a_listing() -> None:
    code = [replace(each, face=Face("Courier")) for each in set_lines("for bell in bells:", "ring(bell)", top=110)]
    lines = [*set_lines("A sentence begins on this page and it is", top=130), *code]
    lines += set_lines("continued on the next one, behind it.", page=1)
    assert "it is continued on" in blocks_of([*BODY, *lines])[-2].text


def test_a_figure_named_at_a_line_s_start_is_no_caption() -> None:
    text = ("The way in which the bell is hung and rung is shown in", "Fig. 5. It is rung by hand.")
    assert blocks_of([*BODY, *set_lines(*text, top=400)])[-1] == Block(BlockKind.PARAGRAPH, " ".join(text))
    apart = [line(text[0], 400), line(text[1], 370)]
    assert blocks_of([*BODY, *apart])[-1].kind is BlockKind.CAPTION


def test_a_formula_and_the_end_of_its_proof_are_no_table() -> None:
    rows = set_lines("a = b + c, | b := d", "which yields what is wanted. | □", top=400)
    assert all(block.kind is not BlockKind.TABLE for block in blocks_of([*BODY, *rows]))


def test_a_wide_gap_in_one_sentence_is_no_table() -> None:
    lines = set_lines("some words in front", "a loose | line of words", "and words behind it.")
    assert [block.kind for block in blocks_of(lines)] == [BlockKind.PARAGRAPH]


LABELS = [line(text, 690 - 12 * number, size=7) for number, text in enumerate(("Encoder", "Decoder", "0.5"))]


def test_loose_words_at_a_figure_s_caption_are_labels_and_elsewhere_they_are_text() -> None:
    caption = line("Figure 2: How it works.", 640)
    found = to_sections([*LABELS, caption, *BODY])
    assert next(block.text for section in found.sections for block in section.blocks) == caption.text
    assert [each.text for each in found.left_out] == ["Encoder Decoder 0.5"]
    for other in (line("Table 2: What it gives.", 640), replace(caption, page=1)):
        assert blocks_of([*LABELS, other, *BODY])[0].text == "Encoder Decoder 0.5"


def test_text_between_loose_words_and_a_caption_parts_them() -> None:
    caption = line("Figure 2: How it works.", 400)
    assert blocks_of([*LABELS, *BODY, caption])[0].text == "Encoder Decoder 0.5"
    assert blocks_of([*BODY, *(replace(each, baseline=each.baseline - 300) for each in LABELS), caption])[-1].text == (
        caption.text
    )


FOOT = [line("A. Author works at the school of a hill.", 120, size=8), line("The work was paid for.", 110, size=8)]


def test_a_sentence_goes_on_behind_the_small_print_at_a_column_s_foot() -> None:
    above = set_lines("A sentence begins above it and", top=150)
    below = line("ends in the next column.", 700, left=310)
    text = "A sentence begins above it and ends in the next column."
    assert blocks_of([*BODY, *above, *FOOT, below])[-2:] == [
        Block(BlockKind.PARAGRAPH, text),
        Block(BlockKind.FOOTNOTE, "A. Author works at the school of a hill. The work was paid for."),
    ]


@pytest.mark.parametrize(
    ("text", "footnote"),
    [
        ("1. We say it again.", "[^1]: We say it again."),
        ("2We say it again.", "[^2]: We say it again."),
        ("33rd meeting of the hill.", "33rd meeting of the hill."),
    ],
)
def test_a_mark_at_the_foot_is_a_footnote_s(text: str, footnote: str) -> None:
    lines = [*BODY, *set_lines("words of the text", top=150), line(text, 120, size=8)]
    assert blocks_of(lines)[-1] == Block(BlockKind.FOOTNOTE, footnote)


def test_small_print_that_is_no_foot_stays_what_it_is() -> None:
    body = [*BODY, *set_lines("words of the text", top=150)]
    title = replace(line("REFERENCES", 120, size=8), face=Face("Body"))
    assert blocks_of([*body, line("j=1", 120, size=8)])[-1].kind is BlockKind.PARAGRAPH  # a sum's limit
    assert blocks_of([*body, line("Table 1: What it gives.", 120, size=8)])[-1].kind is BlockKind.CAPTION
    assert all(block.kind is not BlockKind.FOOTNOTE for block in blocks_of([*body, title, *FOOT]))
    assert blocks_of([*FOOT, *BODY])[0].kind is BlockKind.PARAGRAPH  # at the top of its column


def test_a_heading_over_two_lines_is_one_heading() -> None:
    lines = [
        line("3 A heading that goes on and on until the", 700, size=12, bold=True),
        line("line is full", 686, size=12, bold=True),
        *BODY,
    ]
    assert [section.title for section in to_sections(lines).sections] == [
        "3 A heading that goes on and on until the line is full"
    ]


@pytest.mark.parametrize(
    "text", ["3 layers of it", "12.5 Percent of all, and more,", "Model", "Figure 3: A drawing", "Rules:", "P_{N}"]
)
def test_a_line_that_only_looks_like_a_heading_is_none(text: str) -> None:
    for bold in (False, text[:1] in "RP"):
        assert all(not section.title for section in to_sections([line(text, 700, bold=bold), *BODY]).sections)


def test_a_title_of_the_outline_is_found_in_its_line_whatever_its_formula() -> None:
    entries = [Entry("3.4. FIDD using CN(1)", 0, 0), Entry("3.5. 2,1-constrained case", 0, 0)]
    first, second = "3.4. FIDD using CN^{(1)} . We do.", "3.5. ℓ_{2,1}-constrained case. Throughout, we see."
    found = to_sections([line(first, 700), *BODY[:3], line(second, 600), *BODY[3:]], entries).sections
    assert [each.title for each in found] == ["3.4. FIDD using CN^{(1)}", "3.5. ℓ_{2,1}-constrained case"]
    assert found[1].blocks[0].text.startswith("Throughout, we see.")


def test_a_subsection_in_italics_is_told_by_its_number_and_the_space_above_it() -> None:
    lines = [
        line("3. Data", 760, bold=True),
        *set_lines("words of the section that come first and end here.", top=740),
        line("3.1. How it was collected", 716),
        *set_lines("words of the subsection that say how and then", "3.2 Percent of all that was said", top=704),
    ]
    assert [(each.level, each.title) for each in to_sections(lines).sections] == [
        (1, "3. Data"),
        (2, "3.1. How it was collected"),
    ]


@pytest.mark.parametrize(
    "title", ["References", "REFERENCES", "8. References", "VI. REFERENCES", "References and Notes"]
)
def test_a_bibliography_is_told_by_its_title(title: str) -> None:
    lines = [*BODY, line(title, 400, bold=True), *set_lines("[1] Somebody, 1999.", top=380)]
    assert "Somebody" not in str(to_sections(lines).sections)


def test_a_bibliography_without_a_title_is_told_by_its_first_entry() -> None:
    lines = [*BODY, *set_lines("[1] A. Somebody, 1999.", "[2] B. Else, 2000.", top=380)]
    assert "body that" in str(to_sections(lines).sections)
    assert "Somebody" not in str(to_sections(lines).sections)
    assert "Else" not in str(to_sections(lines).sections)


def test_a_note_on_a_supplement_before_the_first_section_makes_no_appendix_of_the_paper() -> None:
    lines = [
        line("Supplementary Material", 720, size=12, bold=True),
        *set_lines("It is on the web.", top=700),
        line("1 Introduction", 660, size=12, bold=True),
        *set_lines("The words of the text.", top=640),
        line("Appendix", 600, size=12, bold=True),
        *set_lines("The words behind it.", top=580),
        *BODY,
    ]
    sections = to_sections(lines).sections
    assert [(each.title, each.appendix) for each in sections if "Supp" not in each.title] == [
        ("1 Introduction", False),
        ("Appendix", True),
    ]


def test_letters_number_appendices_behind_the_bibliography_only() -> None:
    lines = [
        line("A Plan", 720, size=12, bold=True),
        *set_lines("words before it all, and more of them.", top=700),
        line("References", 650, size=12, bold=True),
        *set_lines("[1] Somebody, 1999.", top=630),
        line("A Proofs", 600, size=12, bold=True),
        *BODY,
    ]
    sections = to_sections(lines).sections
    assert [(each.title, each.appendix) for each in sections][-1] == ("A Proofs", True)
    assert "Somebody" not in str(sections)


@pytest.mark.parametrize("label", ["Extended Data Fig. 6 |", "Supplementary Table 2.", "Figure 3:", "Fig. 4."])
def test_a_caption_in_bold_is_no_title(label: str) -> None:
    lines = [
        *BODY,
        line(f"{label} What depends on what", 500, bold=True, size=12),
        *set_lines(*["more words"] * 4, top=480),
    ]
    assert [each.title for each in to_sections(lines).sections] == [""]


def test_a_footnote_is_told_by_its_mark_and_ends_with_its_column() -> None:
    for size in (8, 10):
        lines = [*BODY, line("^{4}We say more here.", 100, size=size), line("here the text goes on.", 700, page=1)]
        assert blocks_of(lines)[-2:] == [
            Block(BlockKind.FOOTNOTE, "[^4]: We say more here."),
            Block(BlockKind.PARAGRAPH, "here the text goes on."),
        ]


def test_an_algorithm_is_its_lines_and_no_table_no_titles_and_no_part_of_the_text() -> None:
    lines = [
        *BODY,
        *set_lines("We keep values that nobody needs at the end of", top=700),
        *set_lines("1: | for each bell do", "2: | ring it once", "3: | if the fog is", "thick as wool then", top=400),
        line("4: | end if", 352),
        line("5: end for", 340, bold=True),
        line("the day, and this goes on.", 700, page=1),
    ]
    found = blocks_of(lines)
    assert found[-2:] == [
        Block(BlockKind.PARAGRAPH, "We keep values that nobody needs at the end of the day, and this goes on."),
        Block(
            BlockKind.PARAGRAPH,
            "1: for each bell do\n2: ring it once\n3: if the fog is thick as wool then\n4: end if\n5: end for",
        ),
    ]


def led(words: str, rest: str, baseline: float, *, face: Face = BOLD, apart: bool = False, left: float = 50) -> Line:
    """A line that opens with `words` in a font of their own."""
    made = line(f"{words} {rest}", baseline, left=left)
    return replace(made, lead=len(words), lead_face=face, lead_is_apart=apart)


def paragraphs(*openings: Line) -> list[Line]:
    """A paragraph for each opening, under one section."""
    lines = [line("1 Method", 760, bold=True)]
    for each in openings:
        lines += [each, *(line("words of a paragraph that goes on below it.", each.baseline - 12 * n) for n in (1, 2))]
    return lines


def titles_of(lines: list[Line]) -> list[tuple[int, str]]:
    return [(each.level, each.title) for each in to_sections(lines).sections]


@pytest.mark.parametrize("stop", [".", ":", ".—", ""])
def test_words_in_bold_that_often_open_a_paragraph_are_its_title(stop: str) -> None:
    openings = [
        led(f"{words}{stop}", "We do so.", 730 - 50 * number, apart=not stop)
        for number, words in enumerate(("Data augmentation", "Training", "Model selection"))
    ]
    assert titles_of(paragraphs(*openings)) == [
        (1, "1 Method"),
        (2, "Data augmentation"),
        (2, "Training"),
        (2, "Model selection"),
    ]
    assert to_sections(paragraphs(*openings)).sections[1].blocks[0].text.startswith("We do so. words of a paragraph")


@pytest.mark.parametrize(
    ("openings", "rest"),
    [
        (["Training."], "We do so."),  # once is an accident, not how titles are set
        (["Theorem 1.", "Theorem 2.", "Lemma 3."], "We do so."),
        (["Input:", "Output:", "Input:"], "We do so."),
        (["Training.", "Models.", "Data."], "and so on"),
        (["Training", "Models", "Data"], "We do so."),  # without a stop or a gap
        (["the words.", "these words.", "those words."], "We do so."),
    ],
)
def test_other_words_in_bold_are_no_title(openings: list[str], rest: str) -> None:
    lines = paragraphs(*(led(words, rest, 730 - 50 * number) for number, words in enumerate(openings)))
    assert titles_of(lines) == [(1, "1 Method")]


def run_on(*openings: tuple[str, str], above: str = "words of it are here.", right: float = 150) -> list[Line]:
    """Paragraphs that neither a gap nor an indent parts, each with its opening: words in bold, and what follows."""
    lines = [line("1 Method", 760, bold=True), *set_lines("words of a section that is set without a gap.", top=740)]
    for words, rest in openings:
        top = lines[-1].baseline - 12
        lines += [replace(line(above, top), right=right), led(words, rest, top - 12)]
        lines += set_lines(
            "words of a paragraph that goes on below it.", "and more words of it that fill it.", top=top - 24
        )
    return lines


RUN_ON = (("Bells.", "We do so."), ("Fog.", "We do so."), ("The (old) hill.", "We do so."))


@pytest.mark.parametrize(("above", "right"), [("and it ends.", 270), ("and it ends without a stop", 200)])
def test_a_title_in_bold_behind_a_short_line_begins_its_paragraph(above: str, right: float) -> None:
    titles = [title for _, title in titles_of(run_on(*RUN_ON, above=above, right=right))]
    assert titles == ["1 Method", "Bells", "Fog", "The (old) hill"]


@pytest.mark.parametrize(("above", "right"), [("and it ends.", 285), ("and it ends without a stop", 270)])
def test_words_in_bold_behind_a_full_line_begin_none(above: str, right: float) -> None:
    assert titles_of(run_on(*RUN_ON, above=above, right=right)) == [(1, "1 Method")]


def test_lines_that_each_open_in_bold_are_a_list() -> None:
    introduced = run_on(*RUN_ON, above="and these are its parts:")
    assert titles_of(introduced) == [(1, "1 Method")]
    listed = [
        led(f"{word}:", "we do so here.", 720 - 12 * number) for number, word in enumerate(("Hill", "Fog", "Bell"))
    ]
    above = set_lines("words of the section.", top=740)
    lines = [line("1 Method", 760, bold=True), *above, *(replace(each, right=150) for each in listed), *BODY]
    assert titles_of(lines) == [(1, "1 Method")]


def test_a_question_in_bold_is_a_title_with_its_mark_and_a_bracket_belongs_to_what_it_closes() -> None:
    asked = led("Is it rung?", "We see that it is.", 720)
    closed = replace(line("Hills (or heights). We see them.", 670), lead=len("Hills (or heights"), lead_face=BOLD)
    lines = paragraphs(asked, closed, led("Bells.", "We do so.", 620))
    assert [title for _, title in titles_of(lines)] == ["1 Method", "Is it rung?", "Hills (or heights)", "Bells"]


@pytest.mark.parametrize("stop", [":", " S = 2"])
def test_a_bold_line_among_the_items_of_a_list_is_none(stop: str) -> None:
    first, second = line("1. Ring the bell of the hill.", 720, left=70), line(f"2. Wait{stop}", 690, left=70, bold=True)
    lines = [line("1 Method", 760, bold=True), *set_lines("words of the section.", top=740), first, second, *BODY]
    assert titles_of(lines) == [(1, "1 Method")]
    at_the_margin = [*lines[:3], replace(second, left=50), *BODY]
    assert len(titles_of(at_the_margin)) == 2


def test_a_formula_in_a_title_that_counts_on_does_not_hide_it() -> None:
    def title(text: str, baseline: float) -> Line:
        return line(text, baseline, left=120, bold=True)

    lines = [title("I. HILLS", 780), title("A. The bell", 750), *set_lines("words of it that are here.", top=735)]
    formula = replace(title("B. G(N) bells", 700), mixed=True)
    text = set_lines("words of the other one.", top=685)
    assert [each for _, each in titles_of([*lines, formula, *text, *BODY])][-1] == "B. G(N) bells"
    other = replace(formula, text="D. G(N) bells", cells=("D. G(N) bells",))
    entry = [formula, *set_lines("words of an entry that hangs below.", top=688)]
    for each in ([other, *text], [replace(formula, baseline=723), *text], entry):
        assert [title for _, title in titles_of([*lines, *each, *BODY])][-1] == "A. The bell"


def test_italics_that_were_a_numbered_title_alone_are_one_again() -> None:
    italics = Face("Body-Italic")
    first, second = (led(f"1.{n} Bells", "Table 3 says all.", 800 - 50 * n, face=italics) for n in (1, 2))
    more = [
        set_lines("words of it that are here.", "and more of them.", top=each.baseline - 12) for each in (first, second)
    ]
    lines = [line("1 Method", 780, bold=True), first, *more[0], second, *more[1], *BODY]
    assert titles_of(lines) == [(1, "1 Method")]
    found = to_sections(lines, [Entry("1 Method", 0, 0), Entry("1.1 Bells", 1, 0)]).sections
    assert [each.title for each in found] == ["1 Method", "1.1 Bells", "1.2 Bells"]


def test_an_outline_may_lack_a_formula_s_letter() -> None:
    lines = [*BODY, led("λ(t) update", ": We do so.", 400, face=Face("Body-Italic")), *set_lines("words.", top=388)]
    found = to_sections(lines, [Entry("(t) update", 0, 0)]).sections
    assert found[-1].title == "λ(t) update"


def test_terms_of_a_list_of_words_are_no_titles() -> None:
    terms = [
        led(term, "Long name of it", 730 - 15 * number, apart=True) for number, term in enumerate(("ANN", "CDL", "CML"))
    ]
    assert titles_of([line("1 Method", 760, bold=True), *terms, *BODY]) == [(1, "1 Method")]


def test_the_third_level_of_ieee_is_told_from_a_list() -> None:
    italics = Face("Body-Italic")
    numbered = [led(f"{n}) Noise model:", "We use it.", 720 - 50 * n, face=italics, left=60) for n in (1, 2)]
    section = [line("I. METHOD", 740), line("words of the section come first.", 728)]
    assert titles_of([*section, *paragraphs(*numbered)[1:]]) == [
        (1, "I. METHOD"),
        (2, "1) Noise model"),
        (2, "2) Noise model"),
    ]
    as_list = [replace(each, left=60) for each in paragraphs(*numbered)[1:]]
    assert titles_of([*section, *as_list]) == [(1, "I. METHOD")]


def test_a_formula_in_a_title_does_not_end_it() -> None:
    title = led("5.1. Application to", "k-sparse vectors. Let x be sparse.", 700)
    lines = [line("5. The case", 760, bold=True), *set_lines("words of the section are here.", top=740), title, *BODY]
    assert titles_of(lines) == [(1, "5. The case"), (2, "5.1. Application to k-sparse vectors")]


def test_chapters_are_the_very_large_lines_at_the_top_of_their_pages() -> None:
    lines = [line("A Thesis of Mine", 700, size=24), line("words of its first page are here.", 500)]
    for page, title in enumerate(("Design", "Work", "Evaluation"), start=1):
        lines += [
            line(f"Chapter {page}", 730, page=page, size=20),
            line(title, 700, page=page, size=24),
            *set_lines("words of the chapter that are long enough.", "and more of them here.", top=650, page=page),
        ]
    assert titles_of(lines)[1:] == [(1, "Chapter 1 Design"), (1, "Chapter 2 Work"), (1, "Chapter 3 Evaluation")]
    without = [each for each in lines if not each.text.startswith("Chapter")]
    assert titles_of(without)[1:] == [(1, "Design"), (1, "Work"), (1, "Evaluation")]


def test_lines_alone_in_a_font_of_their_own_are_titles() -> None:
    italics = Face("Publisher-Three")
    lines = [line("Methods", 760, bold=True)]
    for number, title in enumerate(("Setting", "Study approach", "Tools")):
        top = 740 - 60 * number
        lines += [
            replace(line(title, top), face=italics),
            *set_lines("words of it that are a text", "of two.", top=top - 12),
        ]
    assert [title for _, title in titles_of(lines)] == ["Methods", "Setting", "Study approach", "Tools"]
    assert [title for _, title in titles_of(lines[:-3])] == ["Methods"]


def test_a_title_in_capitals_does_not_run_into_the_text_below() -> None:
    lines = [
        line("III. PREDICTION MODEL BASED ON", 700),
        line("SCIENTIFIC DATA SETS", 688),
        *set_lines("In Sections III and IV, we present our model.", "It is new.", top=676),
    ]
    titles = titles_of([line("I. INTRODUCTION", 760), *BODY[:1], line("II. DATA", 730), *BODY[1:2], *lines])
    assert titles[-1] == (1, "III. PREDICTION MODEL BASED ON SCIENTIFIC DATA SETS")


@pytest.mark.parametrize("words", ["3.1 Analyzing it all", "3.1 Proof of Lemma 4.1"])
def test_a_numbered_title_without_a_stop_ends_where_a_sentence_begins(words: str) -> None:
    lines = [line("3. The case", 760, bold=True), *set_lines("words of the section are here.", top=740)]
    text = [led(words, "In this section we", 700), *set_lines("prove that it is so, and more.", top=688)]
    assert titles_of([*lines, *text, *BODY]) == [(1, "3. The case"), (2, words)]
    formula = [led(words, "In space", 700, apart=False), *set_lines("It is so, and more is said.", top=670)]
    assert titles_of([*lines, *formula, *BODY]) == [(1, "3. The case"), (2, f"{words} In space")]


def cell(text: str, left: float, baseline: float, *, size: float = 10, width: float | None = None) -> Line:
    """One line of a cell, or of a formula, as the file has it."""
    right = left + (width or 0.5 * size * len(text))
    return Line(text, (text,), 0, left, right, baseline, size, Face("Body"), False, 792)


def tables_of(lines: list[Line]) -> list[str]:
    return [block.text for block in blocks_of([*lines, *BODY]) if block.kind is BlockKind.TABLE]


def test_a_cell_that_goes_on_in_a_second_line_stays_a_cell() -> None:
    """Cell by cell, as TeX and Word write them."""
    rows = [
        cell("Boat", 50, 700), cell("What it carries", 120, 700), cell("Crew", 250, 700),
        cell("Lugger", 50, 680), cell("herring and, in the", 120, 680), cell("winter, coal", 120, 668),
        cell("6", 250, 680),
        cell("Coble", 50, 650), cell("crabs", 120, 650), cell("2", 250, 650),
    ]  # fmt: skip
    assert tables_of(rows) == [
        "| Boat | What it carries | Crew |\n| Lugger | herring and, in the winter, coal | 6 |\n| Coble | crabs | 2 |"
    ]


def test_the_first_cell_may_be_the_one_that_goes_on() -> None:
    rows = [
        cell("Lugger, as it was", 50, 700), cell("built in the north", 50, 688), cell("herring", 180, 700),
        cell("6", 280, 700),
        cell("Coble", 50, 670), cell("crabs", 180, 670), cell("2", 280, 670),
    ]  # fmt: skip
    assert tables_of(rows) == ["| Lugger, as it was built in the north | herring | 6 |\n| Coble | crabs | 2 |"]


def row(*cells: tuple[str, float], baseline: float) -> Line:
    """A row as one line."""
    parts = tuple(
        Part(text, left, left + 5 * len(text), baseline, place > 0) for place, (text, left) in enumerate(cells)
    )
    text = " ".join(text for text, _ in cells)
    found = Line(
        text,
        tuple(text for text, _ in cells),
        0,
        parts[0].left,
        parts[-1].right,
        baseline,
        10,
        Face("Body"),
        False,
        792,
    )
    return replace(found, parts=parts)


def test_an_empty_cell_keeps_its_place() -> None:
    rows = [
        row(("Boat", 50), ("Cargo", 120), ("Crew", 200), baseline=700),
        row(("Lugger", 50), ("6", 205), baseline=688),
        row(("Coble", 50), ("crabs", 120), ("2", 205), baseline=676),
    ]
    assert tables_of(rows) == ["| Boat | Cargo | Crew |\n| Lugger |  | 6 |\n| Coble | crabs | 2 |"]


def test_what_publishers_write_as_a_line_of_its_own_goes_into_the_cell_above_it() -> None:
    rows = [
        row(("Boat", 50), ("Cargo", 120), ("Crew", 250), baseline=700),
        row(("Lugger", 50), ("herring and, in the", 120), ("6", 250), baseline=682),
        cell("winter, coal", 120, 671),
        row(("Coble", 50), ("crabs", 120), ("2", 250), baseline=653),
    ]
    assert tables_of(rows) == [
        "| Boat | Cargo | Crew |\n| Lugger | herring and, in the winter, coal | 6 |\n| Coble | crabs | 2 |"
    ]


def test_a_head_of_two_columns_parts_neither() -> None:
    rows = [
        row(("Winter", 138), baseline=712),
        row(("Boat", 50), ("crew", 120), ("days", 170), baseline=700),
        row(("Lugger", 50), ("6", 120), ("80", 170), baseline=688),
        row(("Coble", 50), ("2", 120), ("31", 170), baseline=676),
        row(("Smack", 50), ("4", 120), ("52", 170), baseline=664),
    ]
    assert tables_of(rows)[0].split("\n")[-3:] == ["| Lugger | 6 | 80 |", "| Coble | 2 | 31 |", "| Smack | 4 | 52 |"]


def test_two_numbers_side_by_side_are_two_cells_however_near() -> None:
    def near(label: str, one: str, two: str, baseline: float) -> Line:
        first, second = Part(one, 100, 118, baseline, True), Part(two, 121, 139, baseline, False)
        parts = (Part(label, 50, 80, baseline, False), first, second)
        text = f"{label} {one} {two}"
        found = Line(text, (label, f"{one} {two}"), 0, 50, 139, baseline, 10, Face("Body"), False, 792)
        return replace(found, parts=parts)

    rows = [near("Lugger", "6.1", "-0.5", 700), near("Coble", "2.0", "0.1", 688), near("Smack", "4.4", "-1.2", 676)]
    assert tables_of(rows) == ["| Lugger | 6.1 | -0.5 |\n| Coble | 2.0 | 0.1 |\n| Smack | 4.4 | -1.2 |"]


def test_a_displayed_formula_is_one_block() -> None:
    """A fraction between what stands beside it, and the equation's number."""
    lines = [
        *set_lines("The load of a boat is what it weighs by", top=720),
        cell("W(b) =", 120, 690), cell("h + c", 155, 697), cell("2d", 160, 683), cell(", if", 190, 690),
        cell("d > 0. (7)", 220, 690),
        *set_lines("where the depth of the water under it counts.", top=660),
    ]  # fmt: skip
    assert [block.text for block in blocks_of([*lines, *BODY])][:3] == [
        "The load of a boat is what it weighs by",
        "W(b) = h + c 2d , if d > 0. (7)",
        "where the depth of the water under it counts.",
    ]


def test_a_title_above_a_formula_is_no_part_of_it() -> None:
    lines = [
        line("3 Loads", 740, bold=True, size=12),
        cell("w = h", 120, 715), cell("+ c", 150, 709),
        *set_lines("where the depth of the water under it counts.", top=690),
    ]  # fmt: skip
    sections = to_sections([*set_lines("The water is deep here.", top=780), *lines, *BODY]).sections
    assert [block.text for block in sections[-1].blocks][:1] == ["w = h + c"]


def test_pieces_of_formulas_side_by_side_are_no_table() -> None:
    rows = [
        row(("a + b", 100), ("= c", 150), ("(1)", 260), baseline=700),
        row(("d", 100), ("= e − f", 150), ("(2)", 260), baseline=685),
        row(("g + h", 100), ("= 0", 150), ("(3)", 260), baseline=670),
    ]
    assert tables_of(rows) == []


def test_the_head_of_a_table_stays_with_it_however_far_above() -> None:
    rows = [
        row(("Boat", 50), ("crew", 120), ("days", 170), baseline=712),
        row(("Lugger", 50), ("6", 120), ("80", 170), baseline=688),
        row(("Coble", 50), ("2", 120), ("31", 170), baseline=676),
        row(("Smack", 50), ("4", 120), ("52", 170), baseline=664),
    ]
    assert tables_of(rows) == ["| Boat | crew | days |\n| Lugger | 6 | 80 |\n| Coble | 2 | 31 |\n| Smack | 4 | 52 |"]


def test_a_table_may_hold_queries_and_assignments() -> None:
    rows = [
        row(("Access", 50), ("where", 120), ("group by", 300), baseline=700),
        row(("Single", 50), ("<Key-List> and boat = Lugger", 120), ("<Attribute-List>", 300), baseline=688),
        row(("Block", 50), ("<Key-List> or crew = six", 120), ("<Attribute-List>", 300), baseline=676),
    ]
    assert len(tables_of(rows)) == 1


def test_the_dots_of_a_drawing_are_no_table() -> None:
    rows = [row(("●", 50), ("●", 120), ("●", 170), baseline=700 - 12 * number) for number in range(4)]
    assert tables_of(rows) == []


def test_a_word_broken_in_a_cell_is_put_together() -> None:
    rows = [
        row(("Boat", 50), ("Cargo", 120), ("Crew", 250), baseline=700),
        replace(row(("Lugger", 50), ("6", 90), ("what is long is bro", 120), baseline=688), hyphenated=True),
        cell("ken in two", 120, 676),
        row(("Coble", 50), ("2", 90), ("crabs", 120), baseline=664),
    ]
    assert (
        "| Lugger | 6 | what is long is broken in two |"
        in tables_of([*rows[1:], row(("it was broken", 50), baseline=600)])[0]
    )


def test_each_cell_knows_whether_its_word_is_broken() -> None:
    rows = [
        row(("Boat", 50), ("Years", 120), ("Cargo", 200), ("Crew", 290), baseline=700),
        row(("Lugger", 50), ("1837-", 120), ("her-", 200), ("4", 290), baseline=688),
        row(("1841", 120), ("rings", 200), baseline=679),
        row(("Coble", 50), ("1850", 120), ("crabs and", 200), ("2", 290), baseline=664),
        row(("1851", 120), ("mus-", 200), baseline=655),
        row(("Smack", 50), ("1860", 120), ("coal", 200), ("3", 290), baseline=640),
    ]
    assert tables_of(rows)[0].split("\n")[1:3] == [
        "| Lugger | 1837-1841 | herrings | 4 |",
        "| Coble | 1850 1851 | crabs and mus- | 2 |",
    ]


def test_a_bibliography_that_begins_in_the_small_print_of_a_column_s_foot_is_one() -> None:
    thanks = line("We thank the keepers of the bells.", 180, size=9)
    title = line("References", 160, size=9, bold=True)
    entries = [line(f"A. Author. A work on bells, volume {number}.", 150 - 10 * number, size=9) for number in range(3)]
    found = to_sections([*BODY, *set_lines("words of the text", top=210), thanks, title, *entries])
    assert "volume" not in str(found.sections)


def test_a_chapter_s_abstract_does_not_make_the_introduction_front_matter() -> None:
    title, authors = line("A thesis on bells", 740, bold=True, size=16), line("A. Author, a school", 720, bold=True)
    first = line("1 Introduction", 700, bold=True, size=12)
    second = [line("Abstract", 500, bold=True, size=12), *set_lines(*["words of a chapter"] * 6, top=480)]
    kept = to_sections([title, authors, first, *BODY, *second])
    assert [each.title for each in kept.sections][-2:] == ["1 Introduction", "Abstract"]
    left = to_sections([title, authors, *second]).left_out
    assert {each.text for each in left} >= {"A. Author, a school"}
