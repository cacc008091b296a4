"""Posts built by the real Jekyll (4.3 in Debian, kramdown with GFM input), each page checked as DOM.

GitHub Pages' Jekyll 3.10 has the same kramdown 2.4 and an older Liquid, and no `render_with_liquid`. No post here uses
that, and none holds anything that any Liquid would read, which one test checks without Jekyll.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest_assets.markup import tex
from digest_assets.markup.characters import clean
from digest_assets.model import DigestPaper
from digest_assets.posts.page import AUTHORS_SHOWN, DigestPage, in_post_order, post_name, render_post
from digest_assets_tests.posts.examples import (
    HARD_TEXTS,
    a_page,
    a_paper,
    digest_paper,
    legible,
    meant,
    read,
    translated,
)
from digest_assets_tests.present import one
from digest_assets_tests.recorded import rows

pytestmark = pytest.mark.slow

LAYOUT = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{{ page.title | escape }}</title></head>
<body><article>{{ content }}</article></body></html>
"""
CONFIG = "title: test\nmarkdown: kramdown\n"
# What GitHub Pages sets whatever a site says (https://docs.github.com/en/pages, "About GitHub Pages and Jekyll").
GITHUB_PAGES = """title: test
markdown: kramdown
kramdown: {input: GFM, hard_wrap: false, math_engine: mathjax, syntax_highlighter: rouge}
safe: true
"""

MODEL_TEXT = """- **研究背景：**近年来，说话人识别用 $x_1^2$ 与 \\(\\hat{y}_t\\)。
  - 其一：`torch.nn`，见 https://example.org/a_b。
  - 其二：**$\\alpha$ 加权**

### 小结
训练目标为

$$L = \\sum_{i} |x_i| + {{z}}$$

| 方法 | EER |
|---|---|
| `a|b` | $3.2\\%$ |

```python
print("{{ x }}")
"""


RULE = re.compile(r"-{3,}|_{3,}|(?:\* ?){3,}")
"""An answer that is nothing but a rule says nothing, and so is no reading."""


OPENING_BLOCKS = (
    "| 首 | 次 |\n|---|---|\n| 一 | 二 |",
    "```\n{{ 首 }}\n```",
    "```\n首\n```",
    "$$首_1$$",
    "> 首",
    "$首_1$",
)
"""Blocks that cannot follow a line of text directly."""

ADDRESSES = (
    "https://a.example/b_c_d",
    "https://a.example/?b=c&copy=d&lt=e",
    "https://a.example/~me/x*y*z",
    "https://a.example/a(b)c",
    "https://a.example/%7Bb%7D#c",
    "https://a.example/a'b",
    "https://a.example/a--b",
    "https://a.example/a;b,c",
)


@dataclass(frozen=True)
class Built:
    page: DigestPage
    markdown: str
    html: LexborHTMLParser

    def sections(self) -> list[tuple[LexborNode, list[LexborNode]]]:
        """Each heading of a paper with what follows up to the next. A displayed formula is text between elements."""
        found: list[tuple[LexborNode, list[LexborNode]]] = []
        article = self.html.css_first("article")
        assert article is not None
        for node in article.iter(include_text=True):
            if node.tag == "h2":
                found.append((node, []))
            elif found and (node.tag != "-text" or node.text().strip()):
                found[-1][1].append(node)
        return found

    def papers(self) -> Iterator[tuple[DigestPaper, LexborNode, list[LexborNode]]]:
        papers = in_post_order(self.page.papers)
        sections = self.sections()
        assert len(sections) == len(papers)
        for paper, (heading, body) in zip(papers, sections, strict=True):
            # The line with the page of the project, where an abstract names one, is not what these tests are about.
            yield paper, heading, [node for node in body if not node.text().startswith(("项目主页", "代码"))]


def pages() -> list[DigestPage]:
    """Pages of invented papers that are hard in every field, then of recorded ones, twenty to a page."""
    hard = [
        digest_paper(
            a_paper(number, title=text, abstract=text, authors=(text[:200], "Ada Quill"), comment=text),
            translation=translated(text) if number % 2 else None,
            reading=read(text, MODEL_TEXT, text) if number % 3 and not RULE.fullmatch(text) else None,
            withdrawn=number % 7 == 0,
        )
        for number, text in enumerate(HARD_TEXTS, 1)
    ]
    recorded = [
        (a_paper(number, title=row["title"], abstract=said, authors=tuple(row["authors"])), said)
        for number, row in enumerate(rows("hard"), 1)
        for said in [f"{row['title']}. {row['comment'] or ''}"]
    ]
    original = [digest_paper(paper) for paper, _ in recorded]
    as_answers = [
        digest_paper(paper, translation=translated(text), reading=read(text, MODEL_TEXT)) for paper, text in recorded
    ]
    opening = [
        digest_paper(
            a_paper(number, abstract=f"{address} and \\url{{{address}}}."),
            reading=read(
                OPENING_BLOCKS[number % 6], OPENING_BLOCKS[(number + 1) % 6] + "\n\n" + MODEL_TEXT, MODEL_TEXT
            ),
        )
        for number, address in enumerate(ADDRESSES)
    ]
    batches = [chunk for papers in (opening, hard, original, as_answers) for chunk in _chunks(papers, 20)]
    first = date(2024, 1, 1)
    return [a_page(*batch, digest_date=first + timedelta(days=index)) for index, batch in enumerate(batches)]


def tables_meant(page: DigestPage) -> int:
    """How many tables of `MODEL_TEXT` the page's readings hold."""
    parts = [part for each in page.papers if not each.withdrawn for part in each.reading.parts or ()]
    return sum(part.count("EER") for part in parts)


def _chunks(papers: list[DigestPaper], size: int) -> list[list[DigestPaper]]:
    return [papers[start : start + size] for start in range(0, len(papers), size)]


def build(folder: Path, posts: dict[str, str], config: str) -> None:
    (folder / "_layouts").mkdir(parents=True)
    (folder / "_posts").mkdir()
    (folder / "_layouts" / "post.html").write_text(LAYOUT, encoding="utf-8")
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    for name, text in posts.items():
        (folder / "_posts" / name).write_text(text, encoding="utf-8")
    jekyll = shutil.which("jekyll")
    if jekyll is None:
        pytest.skip("jekyll is not installed (Debian: apt-get install jekyll)")
    done = subprocess.run(
        [jekyll, "build", "--trace", "--strict_front_matter", "--disable-disk-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={"LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert not re.search(r"(?i)liquid|warning|error", done.stdout + done.stderr), done.stdout + done.stderr


@pytest.fixture(scope="session", params=[CONFIG, GITHUB_PAGES], ids=["jekyll", "github-pages"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Built]:
    folder = tmp_path_factory.mktemp("site") / "source"
    rendered = {post_name(page): (page, render_post(page)) for page in pages()}
    build(folder, {name: text for name, (_, text) in rendered.items()}, request.param)
    built = []
    for name, (page, text) in rendered.items():
        day = name[:10].replace("-", "/")
        html = (folder / "_site" / day / "arxiv.html").read_text(encoding="utf-8")
        built.append(Built(page, text, LexborHTMLParser(html)))
    return built


def test_every_heading_is_there_once_with_the_text_that_was_meant(site: list[Built]) -> None:
    for built in site:
        for each, heading, _ in built.papers():
            expected = legible(meant(tex.read(clean(each.paper.title).strip()))) or "（无标题）"
            assert legible(heading.text()) == expected


def test_every_author_category_and_link_is_there_once(site: list[Built]) -> None:
    for built in site:
        for each, _, body in built.papers():
            items = [item for item in body[0].iter(include_text=False) if item.tag == "li"]
            labels = [label.text() for item in items if (label := item.css_first("strong"))]
            assert labels == ["Authors", "Categories", "arXiv", "PDF"]
            shown = items[0].text()
            for author in each.paper.authors[:AUTHORS_SHOWN]:
                assert legible(meant(tex.read(clean(author).strip()))) in legible(shown)
            assert len(items) == 4, body[0].html
            links = [(a.attributes["href"], a.text()) for item in items[2:] for a in item.css("a")]
            abs_url, pdf_url = (f"https://arxiv.org/{kind}/{each.paper.versioned}" for kind in ("abs", "pdf"))
            assert links == [(abs_url, abs_url), (pdf_url, pdf_url)]


def test_an_untranslated_abstract_says_what_arxiv_says(site: list[Built]) -> None:
    checked = 0
    for built in site:
        for each, _, body in built.papers():
            if each.translation.text is not None or each.withdrawn:
                continue
            # A line of facts stands between the links and the abstract, where the comment tells any.
            begin = next(i for i, node in enumerate(body[1:3], start=1) if node.text() == "未翻译") + 1
            end = next(i for i, node in enumerate(body) if node.tag == "details" or "没有解读" in node.text())
            shown = " ".join(node.text() for node in body[begin:end])
            abstract = re.split(r"\n[ \t]*\n\s*", clean(each.paper.abstract).strip())
            expected = " ".join(meant(tex.read(part)) for part in abstract)
            assert _letters(shown) == (_letters(expected) or _letters("（无摘要）")), each.paper.title[:80]
            checked += 1
    assert checked > 20


def _letters(text: str) -> str:
    """`text` without white space: a displayed formula parts what was one line."""
    return "".join(legible(text).split())


def test_a_fold_is_there_once_where_there_is_a_reading_and_else_a_line_that_says_why(site: list[Built]) -> None:
    for built in site:
        for each, _, body in built.papers():
            folds = [node for node in body if node.tag == "details"]
            if each.reading.parts is not None and not each.withdrawn:
                assert len(folds) == 1
                assert len(folds[0].css("summary")) == 1
                assert one(folds[0], "summary").text() == "详细解读"
                shown = one(folds[0], "div").text()
                assert [number for number in re.findall(r"(?m)^\s*([123])\)", shown)][:1] == ["1"]
                assert "近年来，说话人识别用 \\(x_1^2\\) 与 \\(\\hat{y}_t\\)" in shown
                assert "\\[L = \\sum_i \\vert x_i\\vert + { {z}}\\]" in shown
            else:
                assert not folds
                assert [node.text() for node in body if "没有解读" in node.text()]


def test_each_paper_ends_in_one_rule_and_nothing_runs_over_it(site: list[Built]) -> None:
    for built in site:
        for _, _, body in built.papers():
            assert [node.tag for node in body].count("hr") == 1
            assert body[-1].tag == "hr"


def test_a_part_may_begin_with_any_block(site: list[Built]) -> None:
    for each, _, body in site[0].papers():
        fold = next(node for node in body if node.tag == "details")
        number = int(each.paper.identifier[-1])
        for first in (number % 6, (number + 1) % 6):
            selector = ("td", "pre", "pre", "div", "blockquote", "p")[first]
            shown = ["一", "{{ 首 }}", "首", "\\[\\text{首}_1\\]", "首", "\\(\\text{首}_1\\)"][first]
            assert any(shown in node.text() for node in fold.css(selector)), (fold.html, shown)
        assert [word for word in re.findall(r"(?m)^\s*([123]\))", fold.text())] == ["1)", "2)", "3)"]


def test_addresses_reach_the_page_as_they_are(site: list[Built]) -> None:
    assert len(site[0].page.papers) == len(ADDRESSES)
    for each, _, body in site[0].papers():
        address = ADDRESSES[int(each.paper.identifier[-1])]
        links = [node for node in body[2].css("a")]
        assert [unquote(link.attributes["href"] or "") for link in links] == [unquote(address)] * 2
        assert [link.text() for link in links] == [address] * 2


def test_there_is_no_table_but_those_that_a_model_wrote(site: list[Built]) -> None:
    for built in site:
        tables = built.html.css("table")
        own = [table for table in tables if "EER" in table.text()]
        assert len(own) == tables_meant(built.page)
        assert len(built.html.css("article > table")) + len(built.html.css("ul table")) == 0
        for table in own:
            assert [cell.text().strip() for cell in table.css("td")] == ["a|b", r"\(3.2\%\)"]
            assert table.css_first("td code") is not None


def test_nothing_runs_and_nothing_is_loaded(site: list[Built]) -> None:
    for built in site:
        assert not built.html.css("script, img, iframe, style, link, object, embed, form, input, svg")
        for node in built.html.css("*"):
            assert not [name for name in node.attributes if name.startswith("on") or name == "style"]
        for link in built.html.css("a"):
            assert re.match(r"(https?|ftp|mailto):", link.attributes["href"] or "")


def test_no_heading_footnote_or_definition_comes_from_the_texts(site: list[Built]) -> None:
    for built in site:
        assert len(built.html.css("h1, h2, h3, h4, h5, h6")) == len(built.page.papers)
        assert not built.html.css("dl, abbr, sup, .footnotes, .footnote, .ial")


def test_the_count_line_is_an_item_of_the_first_list(site: list[Built]) -> None:
    for built in site:
        first = built.html.css_first("article > ul")
        assert first is not None
        items = [item.text() for item in first.css("li")]
        assert items[1].startswith(f"公布 {len(built.page.papers)} 篇，本页显示 {len(built.page.papers)} 篇")


def test_no_formula_loses_its_delimiters(site: list[Built]) -> None:
    for built in site:
        for dollar in built.html.css("span"):
            assert dollar.text() == "$"
            dollar.decompose()
        for code in built.html.css("code, a"):
            code.decompose()
        assert "$" not in re.sub(r"\\\((?:[^\\]|\\[^)])*\\\)", "", one(built.html, "article").text())


def test_no_post_holds_anything_that_liquid_would_read() -> None:
    for page in pages():
        body = render_post(page).split("---\n", 2)[2]
        assert "{{" not in body
        assert "{%" not in body


CANARY = "{{ 'LIQ' | append: 'RAN' }} {% include missing.html %} --> <script>window.ran = 1</script>"


@pytest.mark.parametrize("where", ["comment", "front_matter"])
def test_the_name_of_a_model_runs_nowhere(where: str, tmp_path: Path) -> None:
    named = {**translated("用 3*3 卷积，4*A100，__init__ 与 2**k。"), "model": CANARY, "answer_key": "key"}
    formulas = r"$\rule{9999em}{9999em} x_1$ $[a](javascript:window.pwned=1)_1$ $x_1 ![a](https://evil.example/t.gif)$"
    page = a_page(digest_paper(a_paper(title=formulas), translation=named), provenance=where)
    build(tmp_path / "source", {post_name(page): render_post(page)}, CONFIG)
    built = (tmp_path / "source" / "_site" / "2026" / "01" / "29" / "arxiv.html").read_text(encoding="utf-8")
    assert "LIQRAN" not in built
    shown = LexborHTMLParser(built)
    assert not shown.css("script, img, h2 a, em, strong > em")
    assert "用 3*3 卷积，4*A100，__init__ 与 2**k。" in shown.text()
    assert "rule" not in one(shown, "h2").text()
