"""What a model wrote: a translation as plain text, a reading as Markdown, and both bounded whatever was written."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_assets.markup import answer_text
from digest_assets.markup.characters import clean
from digest_assets.markup.model_markdown import ModelText
from digest_assets.markup.spans import Break, Code, Emphasis, Formula, Link, Span, Strong, Text, plain
from digest_assets.posts import markdown
from digest_assets.posts.dialects import GITHUB, GOLDMARK, KRAMDOWN, Dialect
from digest_assets.site import html

DIALECTS = {"kramdown": KRAMDOWN, "goldmark": GOLDMARK, "github": GITHUB}


def of_reading(text: str) -> list[Span]:
    """The spans of a reading that is one paragraph."""
    model_text = ModelText(text)
    (paragraph,) = model_text.root.children
    return list(model_text.spans_of(paragraph))


def of_translation(text: str) -> list[Span]:
    (paragraph,) = answer_text.paragraphs(text)
    return list(paragraph)


AS_THEY_ARE = [
    "用 3*3 和 1*1 卷积", "在 4*A100 上训练", "调用 __init__ 与 __call__", "变量 snake_case 和 a_b_c",
    "共 2**k 与 2**14 个",
    "n*m 个，k*l 个", "5 * 3 * 2", "x_1*y_1", "a*b*c 的积", "文件 *.py 与 *.md", "A* 与 B*", "约 3~5 个，~~7~~ 个",
    "<s> 与 <think> 两个词", "f(x)*g 和 (h)*k",
]  # fmt: skip


@pytest.mark.parametrize("text", AS_THEY_ARE)
def test_what_papers_write_stays_what_it_is_in_translations_and_readings(text: str) -> None:
    assert of_translation(text) == [Text(text)]
    assert plain(of_reading(text)) == text
    assert not [span for span in of_reading(text) if not isinstance(span, Text)]
    assert text in _shown(str(html.paragraphs_from_answer(text)))
    assert text in _shown(str(html.blocks_from_model(text)))


def _shown(written: str) -> str:
    without_tags = re.sub(r"</?p>", "", written)
    return without_tags.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("时延 10\\,ms，占 5\\%", [Text("时延 10 ms，占 5%")]),
        ("\\underline{x} 与 \\text{y}", [Text("x 与 y")]),
        ("{\\em 甲} 与 {\\bf 乙}", [Emphasis((Text("甲"),)), Text(" 与 "), Strong((Text("乙"),))]),
        ("\\textcolor{red}{x}，注\\footnote{脚注}。\\xspace{}后", [Text("x，注 (脚注)。后")]),
        ("采样率 \\SI{16}{\\kilo\\hertz}", [Text("采样率 "), Formula(r"16\,\text{kHz}")]),
        ("\\texttt{a\\_b} 的 \\alpha", [Code("a_b"), Text(" 的 α")]),
        ("见 \\url{https://a.b/c}", [Text("见 "), Link("https://a.b/c", (Text("https://a.b/c"),))]),
    ],
)
def test_commands_that_models_copy_are_read_in_translations_and_readings(text: str, spans: list[Span]) -> None:
    assert of_translation(text) == spans
    assert _joined(of_reading(text)) == spans


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if isinstance(span, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + span.text)
        elif span != Text(""):
            joined.append(span)
    return joined


@pytest.mark.parametrize(
    "text", ["**粗**", "# 题", "- 甲", "> 引", "`码`", "[页](https://x)", "| a | b |\n|---|---|", "1. 一"]
)
def test_a_translation_has_no_markup(text: str) -> None:
    spans = [span for paragraph in answer_text.paragraphs(text) for span in paragraph]
    assert all(isinstance(span, (Text, Break, Link)) for span in spans)
    assert plain(spans).replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_the_lines_of_a_translation_are_kept_where_they_are_items() -> None:
    assert of_translation("共两点：\n(1) 快；\n(2) 好。") == [
        Text("共两点："), Break(), Text("(1) 快；"), Break(), Text("(2) 好。"),
    ]  # fmt: skip
    assert of_translation("一句\n话 in two\nlines") == [Text("一句话 in two lines")]
    assert list(answer_text.paragraphs("一\n\n \n二")) == [(Text("一"),), (Text("二"),)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("**背景：**近年来", [Strong((Text("背景："),)), Text("近年来")]),
        ("**“引号”**后", [Strong((Text("“引号”"),)), Text("后")]),
        ("前**（括号）**后", [Text("前"), Strong((Text("（括号）"),)), Text("后")]),
        ("达**EER(5%)**时", [Text("达 "), Strong((Text("EER(5%)"),)), Text("时")]),
        ("用*BERT*编码", [Text("用 "), Emphasis((Text("BERT"),)), Text(" 编码")]),
        ("*N*-gram", [Emphasis((Text("N"),)), Text("-gram")]),
        ("**a** b", [Strong((Text("a"),)), Text(" b")]),
        ("これは**「強調」**です", [Text("これは"), Strong((Text("「強調」"),)), Text("です")]),
        ("**한국어(韓)**는", [Strong((Text("한국어(韓)"),)), Text("는")]),
        ("**葛\U000e0100**（x）", [Strong((Text("葛\U000e0100"),)), Text("（x）")]),
        ("__重点__ 与 _斜_", [Strong((Text("重点"),)), Text(" 与 "), Emphasis((Text("斜"),))]),
        ("** 不是 **", [Text("** 不是 **")]),
        ("**$x$ 是**式", [Strong((Formula("x"), Text(" 是"))), Text("式")]),
        ("**粗*斜***", [Strong((Text("粗"), Emphasis((Text("斜"),))))]),
        ("****双****", [Strong((Text("双"),))]),
        ("[**页**](https://a.b)", [Link("https://a.b", (Strong((Text("页"),)),))]),
        ("![图](https://a.b/c.png)", [Link("https://a.b/c.png", (Text("图"),))]),
    ],
)
def test_a_reading_is_read_by_the_rules_of_commonmark_as_amended_for_cjk(text: str, spans: list[Span]) -> None:
    assert _joined(of_reading(text)) == spans


DEGENERATE = {
    "stars around": "**" * 250 + "重点" + "**" * 250,
    "10,000 stars": "*" * 10_000,
    "opened and closed": "**a*b" * 250 + "*a**" * 250,
    "quotations": "> " * 500 + "字",
    "lists": "- " * 500 + "字",
    "steps": "\n".join(" " * 2 * depth + "- 字" for depth in range(140)),
    "brackets": "[" * 10_000,
    "images": "![" * 10_000,
    "links": "[a](" * 5_000,
    "ticks": "`" * 9_999,
    "unequal ticks": "`a``b```c" * 1_000,
    "underscores": "_a" * 5_000,
    "tags": "<a " * 5_000,
    "braces": "{" * 9_000 + "}" * 9_000,
    "fonts": "{\\bf " * 4_000,
    "commands": "\\textbf{" * 1_000 + "}" * 1_000,
    "dollars": "$x" * 9_999,
    "environments": "\\begin{equation}" * 1_000,
    "an address": "https://a.b/" + "(" * 9_000 + "." * 9_000,
    "a table": "|a" * 3_000 + "\n" + "|-" * 3_000,
    "surrogates": "\ud800" * 1_000 + "字",
    "accents": "e" + "\u0301" * 5_000,
    "one line": "字" * 1_000_000,
    "one token": "the " * 250_000,
    "line ends": "\n" * 100_000,
}


@pytest.mark.parametrize("text", DEGENERATE.values(), ids=DEGENERATE)
def test_no_answer_breaks_the_renderer_or_holds_it_up(text: str) -> None:
    begun = time.process_time()
    for dialect in DIALECTS.values():
        for write in (markdown.blocks_from_model, markdown.paragraphs_from_answer):
            assert len(write(text, dialect).encode("utf-8")) < 30 * answer_text.LONGEST
    for rendered in (html.blocks_from_model(text), html.paragraphs_from_answer(text)):
        assert _depth(str(rendered)) < 40
    assert time.process_time() - begun < 15


def _depth(written: str) -> int:
    deepest = depth = 0
    for closing, tag in re.findall(r"<(/?)(\w+)", written):
        if tag not in ("br", "wbr"):
            depth += -1 if closing else 1
            deepest = max(deepest, depth)
    return deepest


def test_an_answer_without_end_is_cut_and_says_so() -> None:
    assert markdown.paragraphs_from_answer("字" * 30_000, KRAMDOWN) == "字" * answer_text.LONGEST + "…"
    assert markdown.blocks_from_model("字" * 30_000, KRAMDOWN) == "字" * answer_text.LONGEST + "…"


def test_marks_on_one_letter_have_a_bound() -> None:
    assert clean("e" + "\u0301\u0316" * 200 + "x") == "e" + "\u0301\u0316" * 2 + "x"
    assert clean("Việt Nam, ประเทศไทย, עִבְרִית") == "Việt Nam, ประเทศไทย, עִבְרִית"


MARKS = st.sampled_from(
    [*"*_`~[]()<>{}|#$\\!&-+:.'\" \n",
     "**", "***", "> ", "- ", "1. ", "\n\n", "字", "。", "word", "“", "”", "（", "\\em ",
     "{\\bf ",
     "](https://a.b)", "\ud800", "\u0301", "\U000e0100", "한"]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(MARKS, max_size=40).map("".join), st.integers(1, 60))
def test_whatever_is_repeated_is_rendered_and_no_letter_is_lost(text: str, times: int) -> None:
    text = text * times
    for dialect in DIALECTS.values():
        written = markdown.blocks_from_model(text, dialect)
        if not re.search(r"[\\$&\ud800-\udfff]", text):
            assert written.count("字") == text.count("字")
        markdown.paragraphs_from_answer(text, dialect)
    assert _depth(str(html.blocks_from_model(text))) < 60


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_emphasis_is_written_so_that_its_reader_sees_it(dialect: Dialect) -> None:
    assert "**背景：**" in markdown.blocks_from_model("**背景：**近年来", dialect)
