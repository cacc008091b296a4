"""How fast texts are read out of HTML and PDF, how much memory that takes, and what is lost: this project's readers
beside the obvious alternatives, in one run.

    pip install -r benchmarks/requirements.txt
    python benchmarks/reading.py

The papers are made here, so that what should come out is known to the letter; where the recordings of ../shared are at
hand they are read too, for speed and size only. Each contender reads in a process of its own, which is asked for its
peak memory; times are of reading alone, without the start of the process and imports, the best of several rounds.

- formulas: how many come out as TeX and nothing else, marked as formulas; how many with the characters of their MathML
  beside the TeX, or twice;
- sentences: how many come out word by word (hyphens at line ends, ligatures); and how many pairs of consecutive ones
  come out one after the other, whatever became of their hyphens and spaces (columns);
- references: how many entries of the bibliography are still in the text.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import re
import resource
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from digest_assets.model import Block, BlockKind, Paper, Section

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "arxiv"
PAPERS = 12
ROUNDS = 3
_SENTENCE = (
    "sentence {number} of paper {paper} reports that the efficient configuration of self-attentive classifiers was "
    "sufficiently fine for offline conversion of misrecognised utterances"
)
_ENTRY = re.compile(r"Invented and P\. Imagined|Q\. Fictional|Cited\d+ and B\. Quoted")


# -- what is read


@dataclass(frozen=True)
class Document:
    """A paper in one format. What should come out of it is only known of those made here."""

    name: str
    body: bytes
    sentences: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    references: int = 0


def made_sections(paper: int) -> tuple[tuple[Section, ...], tuple[str, ...], tuple[str, ...]]:
    """Sections of about eight pages, their sentences, their formulas."""
    sentences: list[str] = []
    formulas: list[str] = []
    sections: list[Section] = []
    for title in ("Introduction", "Related Work", "Method", "Training", "Experiments", "Results", "Conclusion"):
        blocks: list[Block] = []
        for _ in range(7):
            said = [_SENTENCE.format(number=len(sentences) + each, paper=paper).capitalize() for each in range(6)]
            sentences += said
            tex = rf"\alpha_{{{len(formulas)}}}=\frac{{x_{{{len(formulas)}}}}}{{n^{{{paper}}}}}"
            formulas.append(tex)
            blocks.append(Block(BlockKind.PARAGRAPH, ". ".join(said) + f". Here ${tex}$ holds."))
        sections.append(Section(title, 1, tuple(blocks)))
    return tuple(sections), tuple(sentences), tuple(formulas)


def html_documents() -> list[Document]:
    from digest_assets.sandbox.latexml import render_page

    documents = []
    for number in range(PAPERS):
        sections, sentences, formulas = made_sections(number)
        paper = Paper(f"2601.{number:05}", 1, "A title", "An abstract.", ("A. Author",), ("cs.SD",), None)
        documents.append(Document("made", render_page(paper, sections).encode(), sentences, formulas, 2))
    return documents + recorded("html", ("1706.03762v7", "arxiv_beta_2023_sample_paper", "latexml_0903.1000"))


def pdf_documents() -> list[Document]:
    from digest_assets.sandbox.pdf import make_pdf

    references = tuple(f"A. Cited{number} and B. Quoted. A work. In Proceedings, 2020." for number in range(30))
    documents = []
    for number in range(PAPERS):
        sections, sentences, _ = made_sections(number)
        plain = tuple(
            Section(
                f"{place} {each.title}",
                1,
                tuple(Block(block.kind, _without_formulas(block.text)) for block in each.blocks),
            )
            for place, each in enumerate(sections, 1)
        )
        body = make_pdf("A title", plain, references=references, running_head="A running head", across=number % 2 == 1)
        documents.append(Document("made", body, sentences, (), len(references)))
    return documents + recorded("pdf", ("arxiv_1706.03762",))


def _without_formulas(text: str) -> str:
    return re.sub(r" Here \$[^$]+\$ holds\.", "", text)


def recorded(kind: str, names: tuple[str, ...]) -> list[Document]:
    paths = [SHARED / kind / f"{name}.{kind}" for name in names]
    return [Document(path.name, path.read_bytes()) for path in paths if path.is_file()]


# -- who reads

Reader = Callable[[bytes], str]


def _ours_html() -> Reader:
    from digest_assets.full_text.html import read_html

    return lambda body: _written(read_html(body, "https://arxiv.org/html/x").sections)


def _ours_pdf() -> Reader:
    from digest_assets.full_text.pdf import read_pdf

    return lambda body: _written(read_pdf(body).sections)


def _ours_apart(format: str) -> Reader:
    from digest_assets.full_text.read_in_a_process import Format, read_bounded

    return lambda body: _written(read_bounded(body, Format(format), "https://arxiv.org/x", seconds=60).sections)


def _written(sections: tuple[Section, ...]) -> str:
    return "\n\n".join(piece for each in sections for piece in (each.title, *(block.text for block in each.blocks)))


def _beautifulsoup(parser: str) -> Reader:
    soup = importlib.import_module("bs4").BeautifulSoup
    return lambda body: str(soup(body, parser).get_text())


def _trafilatura() -> Reader:
    extract = importlib.import_module("trafilatura").extract
    return lambda body: extract(body.decode("utf-8"), include_tables=True) or ""


def _pypdfium2() -> Reader:
    pypdfium2 = importlib.import_module("pypdfium2")

    def read(body: bytes) -> str:
        document = pypdfium2.PdfDocument(body)
        return "\n".join(document[number].get_textpage().get_text_range() for number in range(len(document)))

    return read


def _pypdf() -> Reader:
    reader = importlib.import_module("pypdf").PdfReader
    return lambda body: "\n".join(page.extract_text() for page in reader(io.BytesIO(body)).pages)


def _pdfminer() -> Reader:
    extract = importlib.import_module("pdfminer.high_level").extract_text
    return lambda body: str(extract(io.BytesIO(body)))


CONTENDERS: dict[str, dict[str, Callable[[], Reader]]] = {
    "html": {
        "this project": _ours_html,
        "this project, in a process a paper": lambda: _ours_apart("html"),
        "beautifulsoup (html.parser)": lambda: _beautifulsoup("html.parser"),
        "beautifulsoup (lxml)": lambda: _beautifulsoup("lxml"),
        "trafilatura": _trafilatura,
    },
    "pdf": {
        "this project": _ours_pdf,
        "this project, in a process a paper": lambda: _ours_apart("pdf"),
        "pypdfium2, text as it comes": _pypdfium2,
        "pypdf": _pypdf,
        "pdfminer.six": _pdfminer,
    },
}
DOCUMENTS: dict[str, Callable[[], list[Document]]] = {"html": html_documents, "pdf": pdf_documents}


# -- measuring


@dataclass(frozen=True)
class Score:
    """What one contender did with all documents of a format. Shares are of what the made ones hold."""

    papers_a_second: float
    peak_megabytes: float
    formulas_clean: float | None
    formulas_repeated: float | None
    whole: float
    in_order: float
    references: float


def measure(format: str, contender: str, rounds: int = ROUNDS) -> Score:
    documents = DOCUMENTS[format]()
    read = CONTENDERS[format][contender]()
    seconds = []
    texts: list[str] = []
    for _ in range(rounds):
        began = time.perf_counter()
        texts = [read(document.body) for document in documents]
        seconds.append(time.perf_counter() - began)
    usages = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    made = [(document, text) for document, text in zip(documents, texts, strict=True) if document.sentences]
    found = [formula_found(tex, text) for document, text in made for tex in document.formulas]
    return Score(
        papers_a_second=len(documents) / min(seconds),
        peak_megabytes=max(usages) / 1024,
        formulas_clean=found.count("clean") / len(found) if found else None,
        formulas_repeated=found.count("repeated") / len(found) if found else None,
        whole=sum(sentences_whole(document, text) for document, text in made) / len(made),
        in_order=sum(pairs_in_order(document, text) for document, text in made) / len(made),
        references=sum(len(_ENTRY.findall(text)) for _, text in made)
        / sum(document.references for document, _ in made),
    )


def formula_found(tex: str, text: str) -> str:
    """What became of a formula that stands in the sentence `Here ... holds.`: clean, repeated, bare or lost."""
    flat = "".join(text.split())
    bare = "".join(tex.split())
    if f"Here${bare}$holds" in flat:
        return "clean"
    if f"Here{bare}holds" in flat:
        return "bare"
    return "repeated" if bare in flat else "lost"


def sentences_whole(document: Document, text: str) -> float:
    """The share of sentences that are there word by word."""
    flat = " ".join(text.split())
    return sum(sentence in flat for sentence in document.sentences) / len(document.sentences)


def pairs_in_order(document: Document, text: str) -> float:
    """The share of pairs of consecutive sentences that stand next to each other, letter by letter."""
    flat = _letters(text)
    places = [flat.find(_letters(sentence)) for sentence in document.sentences]
    pairs = list(zip(places, places[1:], document.sentences, strict=False))
    return sum(0 <= one < two < one + len(words) + 80 for one, two, words in pairs) / len(pairs)


def _letters(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return "".join(each for each in text if each.isalnum())


def measured_apart(format: str, contender: str, rounds: int = ROUNDS) -> Score | str:
    """The score, measured in a fresh process; or why there is none."""
    done = subprocess.run(
        [sys.executable, __file__, "--only", format, contender, "--rounds", str(rounds)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return Score(**json.loads(done.stdout))


def show(format: str) -> None:
    documents = DOCUMENTS[format]()
    size = sum(len(document.body) for document in documents) / len(documents) / 1000
    made = sum(1 for document in documents if document.sentences)
    table = Table(
        title=f"{format.upper()}: {made} made and {len(documents) - made} recorded papers, {size:.0f} kB on average",
        caption=f"best of {ROUNDS} rounds",
    )
    for column in (
        "",
        "papers/s",
        "speed",
        "peak MB",
        "formulas clean",
        "repeated",
        "sentences whole",
        "in order",
        "references left",
    ):
        table.add_column(column, justify="left" if not column else "right")
    first: float | None = None
    for contender in CONTENDERS[format]:
        score = measured_apart(format, contender)
        if isinstance(score, str):
            table.add_row(contender, score)
            continue
        first = first or score.papers_a_second
        table.add_row(
            contender,
            f"{score.papers_a_second:.1f}",
            f"x {score.papers_a_second / first:.2f}",
            f"{score.peak_megabytes:.0f}",
            *(
                _percent(share)
                for share in (
                    score.formulas_clean,
                    score.formulas_repeated,
                    score.whole,
                    score.in_order,
                    score.references,
                )
            ),
        )
    Console(width=140).print(table)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--only", nargs=2, metavar=("FORMAT", "CONTENDER"), help="measure one, print JSON")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of which the best counts")
    arguments = parser.parse_args()
    if arguments.only:
        format, contender = arguments.only
        print(json.dumps(asdict(measure(format, contender, arguments.rounds))))
        return
    for format in CONTENDERS:
        show(format)


if __name__ == "__main__":
    main()
