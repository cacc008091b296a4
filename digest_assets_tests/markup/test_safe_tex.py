"""The TeX of a formula, written anew: what it may hold, and what it can no longer do."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest_assets.markup import tex_commands as known
from digest_assets.markup.safe_tex import safe_tex
from digest_assets.site.mathml import formula


@pytest.mark.parametrize(
    ("tex", "safe"),
    [
        (r"{{x}}", r"{ {x}}"),
        (r"a^{{{b}}}", r"a^{ { {b}}}"),
        (r"{%x}", r"{\%x}"),
        ("10%", r"10\%"),
        ("|x| + \\|y\\|", r"\vert x\vert + \Vert y\Vert"),
        (r"p(a|b)", r"p(a\vert b)"),
        ("a<b>c", r"a\lt b\gt c"),
        (r"\text{a|b<c}", "\\text{a∣b＜c}"),
        (r"\begin{array}{c|c}a\end{array}", r"\begin{array}{cc}a\end{array}"),
        (r"\begin{array}{p{9999em}@{\rule{1em}{9em}}c}a\end{array}", r"\begin{array}{c}a\end{array}"),
        (r"a \label{eq:1} \nonumber", "a"),
        ("a\n  b", "a b"),
        ("a\\", "a"),
        (r"a\\", "a"),
        (r"a\unicode{x2014}b\unicode{x7b}", "a—b"),
        (r"\mbox{if } x", r"\text{if } x"),
        (r"\text{if $y>0$ or $z$}", r"\text{if }y\gt 0\text{ or }z"),
        (r"\text{5\% of a\_b}", r"\text{5}\%\text{ of a}\_\text{b}"),
        (r"\text{\bf na\"ive}", r"\text{ naïve}"),
        (r"3\,\mbox{dB}", r"3\,\text{dB}"),
        ("x''", "x''"),
        ("x^{'}_1 + y^{''}", r"x^{\prime}_1 + y^{\prime \prime}"),
        ("x_{'}", "x_{'}"),
        ("x^a^b", "x^a{}^b"),
        ("x_", "x"),
        (r"x_\mathrm{max}^\frac12", r"x_{\mathrm{max}}^{\frac{1}{2}}"),
        (r"a \\ b", r"\begin{aligned}a \\ b\end{aligned}"),
        (r"\\[9999em] x", r"\begin{aligned}\\ x\end{aligned}"),
        ("a ` b", "a ‘ b"),
        ("ɛ_1 + 损失", r"\text{ɛ}_1 + \text{损失}"),
    ],
)
def test_it_holds_nothing_that_another_reader_takes(tex: str, safe: str) -> None:
    assert safe_tex(tex) == safe


@pytest.mark.parametrize(
    ("tex", "safe"),
    [
        (r"\bm{x}", r"\boldsymbol{x}"),
        (r"\mathds{1}_{A}", r"\mathbb{1}_A"),
        (r"\mathbbm 1", r"\mathbb{1}"),
        (r"\textsc{Foo}_1", r"\text{Foo}_1"),
        (r"\llbracket x \rrbracket", r"[\![ x ]\!]"),
        (r"\sum\limits_{i} \mathbb{E}\limits_x", r"\sum \limits_i \mathbb{E}_x"),
        (r"\operatorname{E}\limits_x", r"\operatorname{E}\limits_x"),
        (r"x_\limits", "x_{}"),
        (r"\iiiint f", r"\iint\!\iint f"),
        (r"\begin{subarray}{ll}a&b\end{subarray}", r"\begin{array}{ll}a&b\end{array}"),
        (r"\cases{1&if $x$\cr 0\cr}", r"\begin{cases}1&if x\\ 0\\\end{cases}"),
        (r"\gradient{\phi}", r"\nabla {\phi}"),
        (r"\nicefrac{1}{2}", "{1}/{2}"),
        (r"\pmb\theta", r"\boldsymbol{\theta}"),
        (r"\smash{x}_1", "x_1"),
        (r"1, \dotsc, n", r"1, \ldots , n"),
        (r"\operatorname{\mathbb E}[X]", r"{\mathbb{E}}[X]"),
        (r"\operatorname*{arg\,max}_x", r"\operatorname*{arg\,max}_x"),
        (r"\left<x\right>", r"\left\langle x\right\rangle"),
        (r"\sum_{\substack{i<j\\ k}}", r"\sum_{\begin{subarray}{c}i\lt j\\ k\end{subarray}}"),
        (r"\SI{16}{\kilo\hertz}", r"16\,\text{kHz}"),
        (r"\qty{1.5e-3}{\meter\per\second}", r"1.5\times 10^{-3}\,\text{m/s}"),
        (r"\num{5}\si{\percent}", r"5\%"),
        (r"\SI{5}{dB}", r"5\,\text{dB}"),
        (r"{\bf x}_i + {\cal O}(n)", r"{\mathbf{x}}_i + {\mathcal{O}}(n)"),
        (r"\tildeO(n)", r"\tilde{O}(n)"),
        (r"\widetildeΩ(T)", r"\widetilde{Ω}(T)"),
        (r"\method \ge \Vol(A)", r"\mathrm{method} \ge \mathrm{Vol}(A)"),
        (r"\not\in S", r"\notin S"),
        (r"\braket{a|b}", r"\langle a\vert b\rangle"),
        (r"\begin{smallmatrix}1&2\end{smallmatrix}", r"\begin{matrix}1&2\end{matrix}"),
        (r"\ensuremath{x}\xspace", "x"),
    ],
)
def test_what_one_reader_lacks_is_written_with_what_all_know(tex: str, safe: str) -> None:
    assert safe_tex(tex) == safe
    assert 'class="tex"' not in formula(safe)


@pytest.mark.parametrize(
    "tex",
    [
        r"\require{x}", r"\def\a{b}", r"\newcommand{\a}{b}", r"\style{color:red}{x}", r"\let\a=b", r"\class{a}{b}",
        r"\html{x}", r"\mmlToken{mi}{x}", r"\csname x\endcsname", r"\begin{tikzpicture}\end{tikzpicture}",
        r"\includegraphics{x}", r"{" * 30 + "x" + "}" * 30, r"\frac" * 30 + "12", r"\hat" * 20 + "x", "x" * 2001,
        r"a\\" * 60, "{x", "x}", r"\left( x", r"\frac", r"\sqrt[2",
    ],
)  # fmt: skip
def test_what_no_list_knows_is_shown_and_not_typeset(tex: str) -> None:
    assert safe_tex(tex) is None


@pytest.mark.parametrize(
    ("tex", "safe"),
    [
        (r"\rule{9999em}{9999em} x_1", "x_1"),
        (r"\rlap{\raise 99em{\color{white} false}} x", "{false} x"),
        (r"\raisebox{99em}{false}", "false"),
        (r"\hspace{99em}\kern-99em\hskip 9em x", "x"),
        (r"\phantom{x}\vphantom{\rule{1em}{99em}}y", "y"),
        (r"\textcolor{white}{x}\colorbox{red}{y}", "xy"),
        ("[a](javascript:window.pwned=1)_1", "[a] (javascript:window.pwned=1)_1"),
        ("x_1 ![a](https://evil.example/t.gif)", "x_1 ![a] (https://evil.example/t.gif)"),
        (r"x ![a]{}(https://a.b)", "x ![a]{}(https://a.b)"),
        (r"\Huge x", "x"),
    ],
)
def test_what_paints_lifts_links_or_takes_room_is_gone(tex: str, safe: str) -> None:
    assert safe_tex(tex) == safe


def test_spaces_have_a_bound() -> None:
    assert (safe_tex("x" + r"\quad " * 300 + "y") or "").count("quad") == 8
    assert (safe_tex("x" + r"\!" * 300 + "y") or "").count(r"\!") == 6
    assert (safe_tex("x" + r"\!{}" * 300 + r"\text{y\negthinspace}") or "").count(r"\!") == 6


def every_command() -> list[str]:
    """A formula for everything that the lists allow."""
    tried = [rf"a \{name} b" for name in known.SYMBOLS]
    tried += [rf"\{name}{{x}}" for name in known.OF_ONE] + [rf"\{name}[n]{{x}}" for name in known.WITH_OPTION]
    tried += [rf"\{name}{{x}}{{y}}" for name in known.OF_TWO] + [rf"{{a \{name} b}}" for name in known.BETWEEN]
    tried += [rf"\sum\{name}_i^n x" for name in known.STYLES] + [rf"{{\{name} x}} z" for name in known.SWITCHES]
    tried += [rf"\left{each} x \right{each} \Big{each}" for each in known.DELIMITERS]
    tried += [rf"\{name}{{if $x$}}" for name in known.TEXTS]
    tried += [rf"x \{name}{{y}}{{z}}" for name in known.SAME_AS]
    tried += [rf"x \{name}" + "{y}" * count for name, (count, _) in known.FORMS.items()]
    tried += [rf"x\{name} y" for name in known.SPACES]
    for name in known.ENVIRONMENTS:
        columns = "{cc}" if name in known.OF_COLUMNS else ""
        tried.append(rf"\begin{{{name}}}{columns}a & b \\ c\end{{{name}}}")
    return sorted(tried)


@pytest.mark.parametrize("tex", every_command())
def test_everything_allowed_is_typeset_on_the_site(tex: str) -> None:
    safe = safe_tex(tex)
    assert safe is not None
    assert 'class="tex"' not in formula(safe)


WRITTEN = {
    *known.SYMBOLS, *known.OF_ONE, *known.OF_TWO, *known.STYLES, *known.BETWEEN, *known.SIZES, *known.SPACES,
    *known.TEXTS.values(), "begin", "end", "operatorname", "not", "limits", "nolimits",
}  # fmt: skip
COMMANDS = [rf"\{name}" for name in (*known.FORMS, *known.SAME_AS, *known.OF_ONE, *known.TEXTS, *known.DIMENSIONS)]
PIECES = st.sampled_from(
    [*COMMANDS, *"{}[]()^_&~'`\"$%#<>|\\ ", "{x}", "{1em}", "x", "2", r"\left", r"\right", r"\begin{array}{c}",
     r"\end{array}", r"\unicode{x7b}", r"\href{javascript:x}{y}", r"\def\x", r"\own", "](", "{{", "{%", "字"]
)  # fmt: skip


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=14).map("".join))
@example("\\textrm\\")
def test_only_allowed_commands_come_out_whatever_goes_in(tex: str) -> None:
    safe = safe_tex(tex)
    if safe is None:
        return
    for name in re.findall(r"\\([A-Za-z]+)", safe.replace("\\\\", " ")):
        assert name in WRITTEN, (name, safe)
    assert not re.search(r"\{\{|\{%|\{\{<|\]\(|[<>|`\n$]", safe.replace(r"\$", "")), safe
    assert not re.search(r"(?<!\\)(?:\\\\)*\\$", safe)
    assert safe_tex(safe) is not None
