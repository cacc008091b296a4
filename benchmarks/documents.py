"""What is read of PDFs that others made: titles, exponents, prose, refusals, time and memory.

    python -m benchmarks.documents FOLDER [--all]
    python -m benchmarks.documents --one FILE

`documents.toml` lists the files and what was read off their pages by eye. They are not ours to pass on, so the folder
is the caller's; what is missing there is said. With `--all` every other PDF of the folder is read, too, for crashes,
prose and time.

- titles: those of the file's outline (or of the list), in order, among the titles that were read; numbers, bibliography
  and abstract aside. Both are aligned by their longest common subsequence. What an outline has and its page has not,
  letter by letter, is counted apart: it was the title in an earlier text, or the name of a place in the file. A title
  that was read and is in no outline is counted beside them: outlines leave the deepest level out.
- exponents: the list's, letter by letter, spaces aside.
- prose: runs of five words of pdfium's own text, each line for itself, that are, but for one word, neither in the
  sections that were read nor in what the reader says that it left out, nor all in the cells of one table; in
  characters.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pypdfium2
from rich.console import Console
from rich.table import Table

from digest_assets.full_text import NoText
from digest_assets.full_text.pdf import PAGE_LIMIT, PdfText, read_pdf
from digest_assets.model import BlockKind

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LISTED = Path(__file__).with_name("documents.toml")
RUN_OF_WORDS = 5
_ALIKE = 0.87
"""Of two titles, from which share of common letters on they are one: outlines have formulas in other letters."""
_NUMBER = re.compile(
    r"^(?:§|[Aa]ppendix\s+|APPENDIX\s+|[Cc]hapter\s+|[Pp]art\s+)?(?:\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})*|[IVX]+|[A-Z]+-[A-Z](?:-?\d)*)[.:)]?\s+"
)
_COMMAND = re.compile(r"\\[A-Za-z]+|\$")
"""Of a formula, which an outline may have as it was typed."""
_APPENDIX = re.compile(r"^appendix[.:]\s+(?=\w)", re.IGNORECASE)
_NO_SECTION = re.compile(
    r"abstract|references?(?: cited)?|bibliography|(?:table of )?contents|list of (?:figures|tables)|title(?: page)?|"
    r"cover|index|literature cited|works cited",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"\W*(?:Extended Data |Supplementary )?(?:Fig(?:ure|\.)?|Table|Algorithm|Scheme)\s*S?[\dIVX]+\b", re.IGNORECASE
)
"""A publisher's outline may name figures and tables among the sections."""
_OPENING = re.compile(r"(?:chapter\s+)?(?:1|I)[.:]?\s|introduction", re.IGNORECASE)
_LEAST_LETTERS, _LEAST_TITLES = 3, 3


@dataclass(frozen=True)
class Listed:
    """A file of the list. `titles`: of a file without an outline, read off its pages."""

    name: str
    source: str
    exponents: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    outline: bool = True


@dataclass
class Result:
    """What came out of one file."""

    name: str
    refused: str = ""
    """Why the file was refused. Empty where it was read."""
    titles: int = 0
    titles_missing: list[str] = field(default_factory=list)
    titles_beside: list[str] = field(default_factory=list)
    """Read, and in no outline."""
    titles_elsewhere: list[str] = field(default_factory=list)
    """In the outline, and not on the page that it says."""
    exponents: int = 0
    exponents_missing: list[str] = field(default_factory=list)
    prose: int = 0
    prose_lost: int = 0
    lost: list[str] = field(default_factory=list)
    pages: int = 0
    seconds: float = 0
    """Of the processor, so that other work on the machine does not count."""
    megabytes: float = 0

    @property
    def titles_are_right(self) -> bool:
        return not self.titles_missing


def listed() -> tuple[Listed, ...]:
    rows: list[dict[str, Any]] = tomllib.loads(LISTED.read_text("utf-8"))["document"]
    return tuple(
        Listed(
            row["name"],
            row["from"],
            tuple(row.get("exponents", ())),
            tuple(row.get("titles", ())),
            row.get("outline", True),
        )
        for row in rows
    )


def measure(path: Path, expected: Listed) -> Result:
    """Read `path` in this process."""
    body = path.read_bytes()
    result = Result(path.name)
    began = time.process_time()
    try:
        text = read_pdf(body)
    except NoText as refusal:
        result.refused = refusal.reason
        return result
    finally:
        result.seconds = time.process_time() - began
        result.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result.pages = text.pages_read
    whole = _written(text)
    result.exponents = len(expected.exponents)
    result.exponents_missing = [each for each in expected.exponents if _squeezed(each) not in _squeezed(whole)]
    document = pypdfium2.PdfDocument(body)
    outline, result.titles_elsewhere = _outline(document) if expected.outline and not expected.titles else ([], [])
    titles = list(expected.titles) or [title for _, title in outline]
    # A journal's outline may name what stands at the end of the paper behind what is in its last columns.
    by_page = [title for _, title in sorted(outline, key=lambda each: each[0])] or titles
    read = [each.title for each in text.sections if each.title]
    result.titles = len(titles)
    result.titles_missing, result.titles_beside = min(
        (compared(each, read) for each in (titles, by_page)), key=lambda each: len(each[0])
    )
    letters = _of_prose(whole) + "".join(_of_prose(each.text) for each in text.left_out)
    tables = [
        set(map(_of_prose, block.text.split()))
        for section in text.sections
        for block in section.blocks
        if block.kind is BlockKind.TABLE
    ]
    for words in _runs_of_words(document):
        result.prose += len(words)
        in_cells = set(map(_of_prose, words.split()))  # a line of a table's head is in as many cells
        if not _is_in(letters, words) and not any(in_cells <= each for each in tables):
            result.prose_lost += len(words)
            result.lost.append(words)
    return result


def _written(text: PdfText) -> str:
    return "\n\n".join(
        piece for each in text.sections for piece in (each.title, *(block.text for block in each.blocks)) if piece
    )


def _outline(document: pypdfium2.PdfDocument) -> tuple[list[tuple[int, str]], list[str]]:
    entries: list[tuple[int, str]] = []
    pages: dict[int, str] = {}
    for entry in document.get_toc(max_depth=4):
        destination = entry.get_dest()
        page = destination.get_index() if destination is not None else None
        if page is not None and page < PAGE_LIMIT:
            entries.append((page, " ".join(entry.get_title().replace("\ufeff", "").split())))
            pages[page] = pages.get(page) or document[page].get_textpage().get_text_range()
    return of_sections(entries, pages, document.get_metadata_dict().get("Title", ""))


def of_sections(
    entries: Sequence[tuple[int, str]], pages: Mapping[int, str], own_title: str
) -> tuple[list[tuple[int, str]], list[str]]:
    """What of an outline's `entries` (page, title) names sections and stands on its page, and what is not there.

    Nothing where most do not (the outline of an earlier text), or where it names two at most: the paper and its
    authors. `pages`: the text of each.
    """
    letters = {page: _letters(text) for page, text in pages.items()}
    named = [
        (page, title)
        for page, title in entries
        if len(_letters(title)) >= _LEAST_LETTERS and _letters(title) != _letters(own_title)
    ]
    opening = next((place for place, (_, title) in enumerate(named) if _OPENING.match(title)), 0)
    # before it the paper's own title, its authors, a thesis's approval
    titles = [(page, title) for page, title in named[opening:] if not _names_no_section(title)]
    there = [(page, title) for page, title in titles if _title(title) in letters[page]]
    if 2 * len(there) < len(titles) or len(there) < _LEAST_TITLES:
        return [], []
    return there, [title for page, title in titles if (page, title) not in there]


def _names_no_section(title: str) -> bool:
    return bool(_NO_SECTION.fullmatch(_NUMBER.sub("", title).strip(" .:"))) or bool(_CAPTION.match(title))


def compared(expected: Sequence[str], read: Sequence[str]) -> tuple[list[str], list[str]]:
    """What of `expected` is not in `read` in this order, and what of `read` is not in `expected`.

    By the longest common subsequence: a title that is missing moves none of those behind it.
    """
    wanted, found = [_title(each) for each in expected], [_title(each) for each in read]
    alike = [[_are_alike(one, two) for two in found] for one in wanted]
    longest = [[0] * (len(found) + 1) for _ in range(len(wanted) + 1)]
    """By how many of both are left out at the start: how many of the rest are alike, in order."""
    for row in reversed(range(len(wanted))):
        for column in reversed(range(len(found))):
            longest[row][column] = (
                longest[row + 1][column + 1] + 1
                if alike[row][column]
                else max(longest[row + 1][column], longest[row][column + 1])
            )
    missing, beside, row, column = [], [], 0, 0
    while row < len(wanted) or column < len(found):
        if row < len(wanted) and column < len(found) and alike[row][column]:
            row, column = row + 1, column + 1
        elif column == len(found) or (row < len(wanted) and longest[row + 1][column] >= longest[row][column + 1]):
            missing.append(expected[row])
            row += 1
        else:
            if found[column] != "abstract":
                beside.append(read[column])
            column += 1
    return missing, beside if expected else []


def _title(text: str) -> str:
    text = _COMMAND.sub("", text)
    return _letters(_APPENDIX.sub("", _NUMBER.sub("", text))) or _letters(text)


def _are_alike(one: str, two: str) -> bool:
    if one == two or 2 * min(len(one), len(two)) <= _ALIKE * (len(one) + len(two)):
        return one == two
    return SequenceMatcher(None, one, two).ratio() > _ALIKE


def _runs_of_words(document: pypdfium2.PdfDocument) -> Iterator[str]:
    for number in range(min(len(document), PAGE_LIMIT)):
        page = document[number]
        for line in page.get_textpage().get_text_range().splitlines():
            words = [word for word in line.split() if re.fullmatch(r"[(“\"]?[A-Za-z]+[-.,;:)”\"]*", word)]
            if len(words) < len(line.split()) or len(words) < RUN_OF_WORDS or "\x02" in line:
                continue
            for start in range(0, len(words) - RUN_OF_WORDS + 1, RUN_OF_WORDS):
                yield " ".join(words[start : start + RUN_OF_WORDS])
        page.close()


def _is_in(letters: str, words: str) -> bool:
    """Whether `words` are in `letters`, but for one: pdfium writes `ye` for `ỹ`."""
    each = [_of_prose(word) for word in words.split()]
    return "".join(each) in letters or any(
        "".join(each[:place]) in letters and "".join(each[place + 1 :]) in letters for place in range(len(each))
    )


def _letters(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text.lower()) if each.isalpha())


def _of_prose(text: str) -> str:
    """Its letters but h and i, as which pdfium writes TeX's `⟨` and `⟩`: `hkey, valuei`."""
    return _letters(text).translate({ord("h"): None, ord("i"): None})


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-").replace("–", "-").replace("∗", "*")


def measured_apart(path: Path) -> Result | str:
    """Read in a process of its own; or how that died."""
    command = [sys.executable, "-m", "benchmarks.documents", "--one", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    except subprocess.TimeoutExpired:
        return "not read in 900 s"
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return Result(**json.loads(done.stdout))


def show(folder: Path, every: bool) -> None:
    known = {each.name: each for each in listed()}
    paths = sorted(path for path in folder.rglob("*.pdf") if every or path.name in known)
    missing = sorted(set(known) - {path.name for path in paths})
    results: list[Result] = []
    crashed: list[str] = []
    for path in paths:
        outcome = measured_apart(path)
        if isinstance(outcome, str):
            crashed.append(f"{path.name}: {outcome}")
        else:
            results.append(outcome)
    table = Table("file", "titles", "beside", "exponents", "prose", "lost", "s", "MB", "", title="PDFs of others")
    for each in results:
        if each.name in known or each.prose_lost or each.refused:
            table.add_row(
                each.name[:60],
                f"{each.titles - len(each.titles_missing)}/{each.titles}" if each.titles else "",
                str(len(each.titles_beside)) if each.titles else "",
                f"{each.exponents - len(each.exponents_missing)}/{each.exponents}" if each.exponents else "",
                str(each.prose),
                str(each.prose_lost or ""),
                f"{each.seconds:.1f}",
                f"{each.megabytes:.0f}",
                each.refused,
            )
    console = Console(width=150)
    console.print(table)
    titled = [each for each in results if each.titles]
    right = sum(each.titles_are_right for each in titled)
    wanted, lost = sum(each.exponents for each in results), sum(len(each.exponents_missing) for each in results)
    prose, away = sum(each.prose for each in results), sum(each.prose_lost for each in results)
    titles = sum(each.titles for each in titled)
    there = titles - sum(len(each.titles_missing) for each in titled)
    beside = sum(len(each.titles_beside) for each in titled)
    elsewhere = sum(len(each.titles_elsewhere) for each in titled)
    slowest = max(results, key=lambda each: each.seconds, default=Result("-"))
    largest = max((each.megabytes for each in results), default=0)
    page = sum(each.seconds for each in results) / max(sum(each.pages for each in results), 1)
    for line in (
        f"{len(results)} files read or refused, {len(crashed)} crashed, {len(missing)} of the list missing",
        f"titles: all right and in order in {right} of {len(titled)} files ({right / max(len(titled), 1):.0%}); "
        f"{there} of {titles} titles ({there / max(titles, 1):.1%}); "
        f"{beside} read that are in no outline, {elsewhere} in an outline and not on the page",
        f"exponents: {wanted - lost} of {wanted}",
        f"prose: {away} of {prose} characters lost without a note",
        f"refused: {sum(bool(each.refused) for each in results)}",
        f"slowest: {slowest.name} {slowest.seconds:.1f} s for {slowest.pages} pages; largest: {largest:.0f} MB; "
        f"{page * 1000:.0f} ms a page",
    ):
        console.print(line)
    for line in [*crashed, *(f"missing: {name} (github.com/{known[name].source})" for name in missing)]:
        console.print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="where the PDFs are")
    parser.add_argument("--all", action="store_true", help="every PDF of the folder, not only those of the list")
    parser.add_argument("--one", type=Path, metavar="FILE", help="measure one file, print JSON with all that is wrong")
    arguments = parser.parse_args()
    known = {each.name: each for each in listed()}
    if arguments.one:
        path: Path = arguments.one
        print(json.dumps(asdict(measure(path, known.get(path.name, Listed(path.name, ""))))))
    elif arguments.folder:
        show(arguments.folder, arguments.all)
    else:
        parser.error("name the folder that holds the PDFs, or a file with --one")


if __name__ == "__main__":
    main()
