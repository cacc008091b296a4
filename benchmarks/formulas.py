"""What becomes of the formulas of titles and abstracts that others wrote.

    python -m benchmarks.formulas FILE... [--converters] [--readers NODE_MODULES]

FILE: JSON Lines, also as `.gz`, each with `title` and `abstract`, such as a dump of arXiv's metadata. Counted are, and
each case is listed:

- prose: formulas in which a sentence stands, by words of English outside of `\\text{...}`;
- dollars: those that are shown and stand beside no amount;
- code: formulas that `safe_tex` does not let through;
- not typeset: formulas that the site shows as code.

`--converters` compares the libraries for MathML that are installed here, by the share of distinct formulas that each
typesets as authors typed them, and as `safe_tex` writes them. `--readers` hands the distinct formulas, and one for each
command that `safe_tex` may write, to MathJax and KaTeX in Chromium, as shipped (`npm install mathjax@3 katex`). Exit
code 1 where a promise is not held.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from math_core import LatexToMathML

from digest_assets.markup import formulas, tex, tex_commands
from digest_assets.markup.characters import clean
from digest_assets.markup.safe_tex import safe_tex
from digest_assets.markup.spans import Code, Formula, Span, Text
from digest_assets.site import mathml

LEAST_LET_THROUGH, MOST_NOT_TYPESET = 0.999, 0.001
MOST_DOLLARS = 0.0001
"""A text: names such as that of the coin `$Trump` are no amounts and no faults."""
_TEXT = re.compile(r"\\(?:text\w*|mbox|math\w+|operatorname\*?|href|url)\s*(?:\{(?:[^{}]|\{[^{}]*\})*\})+|\\[A-Za-z]+")
_SENTENCE = re.compile(
    r"(?i)(?<![A-Za-z])(?:the|of|and|to|for|with|is|are|was|we|our|by|that|than)\s+[a-z]{2,}|[a-z]{4}[.;] [A-Z]"
)


@dataclass
class Seen:
    texts: int = 0
    formulas: int = 0
    distinct: dict[str, str] = field(default_factory=dict)
    """By the TeX that is written, as it was typed."""
    prose: list[str] = field(default_factory=list)
    dollars: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    not_typeset: list[str] = field(default_factory=list)


def texts(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield from (row["title"], row["abstract"])


def look(text: str, seen: Seen) -> None:
    text = clean(text)
    seen.texts += 1
    for part in formulas.split(text):
        if isinstance(part, str):
            continue
        spans = list(_deep(part.spans))
        if _SENTENCE.search(_TEXT.sub(" ", part.tex)) and any(isinstance(span, Formula) for span in spans):
            seen.prose.append(part.source)
        if any(isinstance(span, Code) for span in spans) and r"\texttt" not in part.tex:
            seen.code.append(part.source)
        for span in spans:
            if isinstance(span, Formula):
                seen.formulas += 1
                seen.distinct.setdefault(span.tex, part.tex)
                if 'class="tex"' in mathml.formula(span.tex, display=span.display):
                    seen.not_typeset.append(part.source)
    for span in _deep(tex.read(text)):
        if isinstance(span, Text):
            for dollar in re.finditer(r"(?<![\d])(?<!\d )\$(?! ?\d)", span.text):
                seen.dollars.append(span.text[max(0, dollar.start() - 30) : dollar.end() + 20])


def _deep(spans: tuple[Span, ...]) -> Iterator[Span]:
    for span in spans:
        yield span
        yield from _deep(getattr(span, "children", ()))


def converters() -> dict[str, Callable[[str], str]]:
    """Those that are installed, by name."""
    found: dict[str, Callable[[str], str]] = {"math-core": _math_core}
    with suppress(ImportError):
        found["latex2mathml"] = import_module("latex2mathml.converter").convert
    return found


def _math_core(typed: str) -> str:
    return LatexToMathML(fancy_error=False, allow_unreliable_rendering=True).convert_with_local_state(
        typed, displaystyle=False
    )


def typesets(convert: Callable[[str], str], typed: str) -> bool:
    """Whether a converter makes something of it in which no command is left as text."""
    try:
        written = convert(typed)
    except Exception:  # noqa: BLE001 - each library has errors of its own, and some raise what comes
        return False
    return not re.search(r"\\[A-Za-z]{2,}", re.sub(r'alttext="[^"]*"|<annotation.*?</annotation>', "", written))


_MATHJAX = """<script>
MathJax = {startup: {pageReady: () => MathJax.startup.defaultPageReady().then(() => { window.done = 1 })}}
</script><script src="mathjax/es5/tex-chtml.js"></script>"""
_KATEX = """<link rel="stylesheet" href="katex/dist/katex.min.css"><script src="katex/dist/katex.min.js"></script>
<script src="katex/dist/contrib/auto-render.min.js"></script>
<script>addEventListener("load", () => { renderMathInElement(document.body); window.done = 1 })</script>"""
_FAULTS = "mjx-merror, .katex-error, [style*='red'], [mathcolor='red'], [style*='#cc0000']"


def each_command() -> Iterator[str]:
    """A formula for each command that may be written."""
    yield from (rf"a \{name} b" for name in (*tex_commands.SYMBOLS, *tex_commands.SAME_AS, *tex_commands.SPACES))
    yield from (rf"\{name}{{x}}" for name in (*tex_commands.OF_ONE, *tex_commands.TEXTS, *tex_commands.SAME_AS))
    yield from (rf"\{name}{{x}}{{y}}" for name in tex_commands.OF_TWO)
    yield from (rf"\{name}[n]{{x}}" for name in tex_commands.WITH_OPTION)
    yield from (rf"{{a \{name} b}}" for name in (*tex_commands.BETWEEN, *tex_commands.SWITCHES, *tex_commands.STYLES))
    yield from (f"a \\{name}{'{x}' * count} b" for name, (count, _) in tex_commands.FORMS.items())
    for delimiter in tex_commands.DELIMITERS:
        yield rf"\left{delimiter} x \middle{delimiter} y \right{delimiter}"
        yield from (rf"\{size}{delimiter} x" for size in tex_commands.SIZES - {"left", "middle", "right"})
    for name in tex_commands.ENVIRONMENTS:
        columns = "{cc}" if name in tex_commands.OF_COLUMNS else ""
        yield rf"\begin{{{name}}}{columns}a & b \\ c\end{{{name}}}"


def not_shown(written: list[str], folder: Path) -> dict[str, list[str]]:
    """By reader of posts: which of the formulas it shows as an error, in red, or not at all."""
    from playwright.sync_api import sync_playwright

    rows = "".join(rf"<p>\({html.escape(each)}\)</p>" for each in written)
    found = {}
    with sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--allow-file-access-from-files"]
        )
        for reader, head, shown in (("MathJax", _MATHJAX, "mjx-container"), ("KaTeX", _KATEX, ".katex")):
            place = folder / f"{reader}.html"
            place.write_text(f'<!DOCTYPE html><meta charset="utf-8">{head}<body>{rows}</body>', "utf-8")
            page = browser.new_page()
            page.goto(place.absolute().as_uri())
            page.wait_for_function("window.done", timeout=300_000)
            faulty = page.eval_on_selector_all(
                "p",
                "(all, [shown, faults]) => all.map(p => !p.querySelector(shown) || !!p.querySelector(faults))",
                [shown, _FAULTS],
            )
            found[reader] = [tex for tex, wrong in zip(written, faulty, strict=True) if wrong]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--converters", action="store_true")
    parser.add_argument("--readers", type=Path, metavar="NODE_MODULES")
    arguments = parser.parse_args()
    seen = Seen()
    for text in dict.fromkeys(text for path in arguments.files for text in texts(path)):
        look(text, seen)
    for name in ("prose", "dollars", "code", "not_typeset"):
        cases = getattr(seen, name)
        print(f"{name}: {len(cases)}")
        for case in cases:
            print(f"    {' '.join(case.split())}")
    print(f"{seen.formulas} formulas ({len(seen.distinct)} distinct) in {seen.texts} titles and abstracts")
    if arguments.converters:
        for name, convert in converters().items():
            typed = sum(typesets(convert, each) for each in seen.distinct.values()) / len(seen.distinct)
            written = sum(typesets(convert, each) for each in seen.distinct) / len(seen.distinct)
            print(f"{name}: {typed:.2%} as typed, {written:.2%} as written anew")
    if arguments.readers:
        handed = list(dict.fromkeys([*seen.distinct, *filter(None, map(safe_tex, each_command()))]))
        for reader, wrong in not_shown(handed, arguments.readers).items():
            print(f"{reader}: {len(wrong)} of {len(handed)} formulas not shown", *wrong, sep="\n    ")
    let_through = 1 - len(seen.code) / max(1, seen.formulas)
    held = not seen.prose and len(seen.dollars) <= MOST_DOLLARS * seen.texts and let_through >= LEAST_LET_THROUGH
    return 0 if held and len(seen.not_typeset) < MOST_NOT_TYPESET * max(1, seen.formulas) else 1


if __name__ == "__main__":
    sys.exit(main())
