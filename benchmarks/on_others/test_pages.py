"""Pages and a PDF of real papers, and what a person sees in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from benchmarks.on_others.texts import recorded
from digest_assets.full_text import NoText
from digest_assets.full_text.html import read_html
from digest_assets.full_text.pdf import read_pdf
from digest_assets.model import BlockKind, Section
from digest_assets_tests.full_text.read_texts import kinds, outline, text_of


@dataclass(frozen=True)
class Seen:
    """What stands on a page. `formulas`: displayed rows and formulas in the text, outside of the bibliography."""

    name: str
    titles: tuple[str, ...]
    """Of sections, as printed."""
    formulas: int
    tables: int
    first: str
    """How the first sentence after the abstract's heading begins."""
    last: str
    """How the last sentence ends."""
    cited: tuple[str, ...]
    """Words that stand in the bibliography only."""


PAGES = (
    Seen(
        "1706.03762v7",
        (
            "Abstract",
            "1 Introduction",
            "2 Background",
            "3 Model Architecture",
            "4 Why Self-Attention",
            "5 Training",
            "6 Results",
            "7 Conclusion",
            "Attention Visualizations",
        ),
        140,
        4,
        "The dominant sequence transduction models",
        "learned to perform different tasks.",
        ("Layer normalization. arXiv preprint", "CoRR"),
    ),
    Seen(
        "2305.03393v1",
        (
            "Abstract",
            "1 Introduction",
            "2 Related Work",
            "3 Problem Statement",
            "4 Optimised Table Structure Language",
            "5 Experiments",
        ),
        0,
        2,
        "Extracting tables from documents is a crucial task",
        "the reduced sequence representation.",
        (),
    ),
    Seen(
        "arxiv_beta_2023_sample_paper",
        (
            "Abstract",
            "1 Introduction",
            "2 Methods",
            "3 Results",
            "4 Discussion",
            "Acknowledgements",
            "Data availability",
            "Appendix A Genetic modifications of the angular momentum",
            "Appendix B Details of tidal torque theory",
        ),
        186,
        1,
        "The angular momentum of dark matter haloes controls",
        "te in simulations, $l_{\\mathrm{ref}}(z)/l_{\\mathrm{ref},0}$.",
        ("Benson A. J.",),
    ),
    Seen(
        "cs.9802040",
        (
            "Abstract",
            "1 Introduction and summary of results",
            "2 Reducing communication to computation problems",
            "3 Proofs of upper and lower bounds",
            "4 Conclusions and open problems",
            "Acknowledgements",
        ),
        370,
        0,
        "We present a simple and general simulation technique",
        "This is the ultimate student-advisor relationship!",
        ("Strengths and weaknesses of quantum computing",),
    ),
    Seen(
        "latexml_0903.1000",
        (
            "Abstract",
            "1. Introduction",
            "2. Bernstein polynomials and approximations",
            "3. The Weierstrass approximation theorem via Bernstein polynomials",
            "4. Derivatives of Bernstein approximations",
            "5. A probabilistic interpretation of the Bernstein approximation of a copula",
        ),
        313,
        0,
        "We give derivations of some basic results",
        r"=P(Y_{1}<x_{1},\ldots,Y_{n}<x_{n}).\qed$$",
        ("Springer-Verlag",),
    ),
    Seen(
        "latexml_1307.8133",
        (
            "Abstract",
            "I Introduction",
            "II Band Deformation",
            "III Drift Kinematics",
            "IV Tumbler geometry",
            "V Conclusion",
            "Acknowledgements",
            "Appendix A Residence Times",
            "Appendix B Simulation Method",
        ),
        314,
        2,
        "Models of monodisperse particle flow",
        "for a total of 15 s of physical time.",
        ("Gran. Matt",),
    ),
)
each_page = pytest.mark.parametrize("seen", PAGES, ids=lambda seen: seen.name)


@each_page
def test_the_sections_are_those_of_the_paper(seen: Seen) -> None:
    sections = read_html(recorded(f"arxiv/html/{seen.name}.html"), "https://arxiv.org/html/x").sections
    assert tuple(title for level, title in outline(sections) if level == 1) == seen.titles
    assert all(
        each.appendix == each.title.startswith(("Appendix", "Attention V")) for each in sections if each.level == 1
    )


@each_page
def test_formulas_and_tables_are_as_many_as_a_reader_counts(seen: Seen) -> None:
    text = read_html(recorded(f"arxiv/html/{seen.name}.html"), "https://arxiv.org/html/x")
    written = re.findall(r"\$\$.+?\$\$|(?<!\\)\$[^$]+\$", text_of(text.sections))
    assert (text.formula_count, len(written), text.table_count) == (seen.formulas, seen.formulas, seen.tables)


@each_page
def test_no_formula_is_read_twice_nor_left_half(seen: Seen) -> None:
    text = text_of(read_html(recorded(f"arxiv/html/{seen.name}.html"), "https://arxiv.org/html/x").sections)
    outside = re.sub(r"\$\$.+?\$\$|(?<!\\)\$[^$]+\$", "", text)
    assert not re.findall(r"\\[a-zA-Z]{3,}|[\U0001d400-\U0001d7ff\u2061-\u2064]", outside)
    assert "%\n" not in text


@each_page
def test_the_text_begins_and_ends_where_the_paper_does(seen: Seen) -> None:
    sections = read_html(recorded(f"arxiv/html/{seen.name}.html"), "https://arxiv.org/html/x").sections
    abstract = next(each for each in sections if each.title == "Abstract")
    assert abstract.blocks[0].text.startswith(seen.first)
    assert sections[-1].blocks[-1].text.endswith(seen.last)


@each_page
def test_nothing_of_the_bibliography_or_the_page_is_left(seen: Seen) -> None:
    page = recorded(f"arxiv/html/{seen.name}.html")
    text = text_of(read_html(page, "https://arxiv.org/html/x").sections)
    for words in seen.cited:
        assert words in " ".join(re.sub(r"<[^>]+>", "", page.decode()).split())
        assert words not in text
    for furniture in ("LaTeXML", "Report issue", "License:", "Generated on", "[LOGO]", "‣"):
        assert furniture not in text


@pytest.mark.parametrize(
    ("name", "reason"), [("404_no_html_SHAPE", "none for this paper"), ("FATAL_2501.00089v1", "empty page")]
)
def test_a_page_without_a_paper_is_none(name: str, reason: str) -> None:
    with pytest.raises(NoText, match=reason):
        read_html(recorded(f"arxiv/html/{name}.html"), "https://arxiv.org/html/x")


def test_a_table_of_results_keeps_its_numbers_in_their_columns() -> None:
    tables = kinds(read_html(recorded("arxiv/html/1706.03762v7.html"), "u").sections, BlockKind.TABLE)
    assert "| Model | BLEU |  | Training Cost (FLOPs) |  |" in tables[1]
    assert "| Transformer (big) | 28.4 | 41.8 | $2.3\\cdot 10^{19}$ |  |" in tables[1]


def test_a_theorem_and_its_proof_are_told_apart() -> None:
    text = text_of(read_html(recorded("arxiv/html/latexml_0903.1000.html"), "u").sections)
    assert "**Theorem 1.** If $f:I^{n}" in text
    assert text.count("**Proof.**") == 7


# -- a PDF


@pytest.fixture(scope="module")
def attention() -> tuple[Section, ...]:
    return read_pdf(recorded("arxiv/pdf/arxiv_1706.03762.pdf")).sections


def test_the_sections_of_a_recorded_paper_are_those_in_its_contents(attention: tuple[Section, ...]) -> None:
    titles = [title for level, title in outline(attention) if level == 1]
    assert titles == list(PAGES[0].titles)
    assert (3, "3.2.2 Multi-Head Attention") in outline(attention)


def test_a_recorded_paper_begins_and_ends_where_a_reader_does(attention: tuple[Section, ...]) -> None:
    assert attention[0].blocks[0].text.startswith("The dominant sequence transduction models")
    assert attention[0].blocks[0].text.endswith("large and limited training data.")
    assert attention[-1].blocks[-1].text.endswith("learned to perform different tasks.")


def test_a_recorded_paper_keeps_nothing_of_its_bibliography(attention: tuple[Section, ...]) -> None:
    text = text_of(attention)
    for cited in ("Layer normalization. arXiv", "CoRR", "Association for Computational"):
        assert cited not in text


def test_a_sentence_over_two_pages_and_a_footnote_is_one_sentence(attention: tuple[Section, ...]) -> None:
    introduction = attention[1]
    assert "language modeling and machine translation [35, 2, 5]" in introduction.blocks[0].text
    assert "sequence modeling and transduction problems" in introduction.blocks[0].text


def test_compounds_keep_their_hyphen_and_broken_words_lose_theirs(attention: tuple[Section, ...]) -> None:
    text = text_of(attention)
    assert "sequencealigned" not in text
    assert "position-wise" in text
    assert not re.search(r"[a-z]- [a-z]", text.replace("-/ ", ""))


def test_exponents_of_a_recorded_table_stay_exponents(attention: tuple[Section, ...]) -> None:
    tables = "\n".join(kinds(attention, BlockKind.TABLE))
    assert "| GNMT + RL [38] | 24.6 | 39.92 | 2.3 · 10^{19} | 1.4 · 10^{20} |" in tables
    assert "O(n^{2} · d)" in tables
