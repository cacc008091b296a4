"""Formulas where nothing can be typeset: in characters that a reader takes for the formula."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest_assets.site.bibtex import bibtex
from digest_assets.site.html import plain_from_tex
from digest_assets.site.plain_math import plain
from digest_assets_tests.site.examples import paper


@pytest.mark.parametrize(
    ("tex", "told"),
    [
        (r"\sqrt{d}", "√d"),
        (r"x^2_i", "xᵢ²"),
        (r"\mathcal{O}(n \log n)", "O(n log n)"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\alpha \le 3\times 10^{-4}", "α ≤ 3 × 10⁻⁴"),
        (r"\mathbf{R}^{n\times m}", "R^(n × m)"),
        (r"\text{SI-SDR}_{\mathrm{dB}}", "SI-SDR_dB"),
        (r"\beta\text{-VAE}", "β-VAE"),
        (r"^{13}C", "¹³C"),
        (r"90^\circ", "90°"),
        (r"\pm 5\%", "±5%"),
        (r"\hat{x}", "x̂"),
        (r"-1", "−1"),
        (r"\notacommand{x}", r"\notacommand{x}"),
        (r"\frac{", r"\frac{"),
        ("<b>", "<b>"),
    ],
)
def test_a_formula_is_told_in_characters(tex: str, told: str) -> None:
    assert plain(tex).replace(" ", "") == told.replace(" ", "")
    assert plain(tex).split() == plain(tex).strip().split()


def test_a_title_is_told_with_its_formulas() -> None:
    assert plain_from_tex(r"Bounds of $\sqrt{d}$ for {\'E}coute in $\mathcal{O}(n^2)$ time") == (
        "Bounds of √d for Écoute in O(n²) time"
    )


def test_bibtex_keeps_the_formulas_that_it_can_set() -> None:
    each = replace(paper(1), title=r"Bounds of $\sqrt{d}$ at 5\% & more")
    assert r"title = {{Bounds of $\sqrt{d}$ at 5\% \& more}}" in bibtex(each, plain_from_tex(each.title), ("A B",))
