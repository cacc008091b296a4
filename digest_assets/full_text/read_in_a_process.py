"""Reading in a process of its own: what strangers wrote may crash, hang or swell the reader, never the run.

pdfium and lexbor are C and C++, and a PDF is a program. A thread cannot be killed, and a `fork` of a Dagster run, which
has threads, may inherit a lock that nobody will release. So each document goes to a fresh interpreter
(`python -m digest_assets.full_text.read_in_a_process`), which takes 0.1 s: a paper is fetched every 15 s.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from enum import Enum
from typing import IO, Any, BinaryIO

from digest_assets.full_text import NoText
from digest_assets.full_text.affiliations import NO_HEAD, Head
from digest_assets.full_text.stored import block_of, block_row
from digest_assets.model import Figure, Section

MEMORY_LIMIT = 500_000_000
"""Bytes of address space. Reading a paper of 2 MB takes a tenth, the interpreter and the libraries included."""
CHARACTER_LIMIT = 4_000_000
"""What is taken of a text. A paper of 15 pages has 35,000 characters."""
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "HOME")


class Format(str, Enum):
    HTML = "html"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class ReadText:
    """A document as it was read, whatever its format."""

    sections: tuple[Section, ...]
    formula_count: int = 0
    table_count: int = 0
    licence: str | None = None
    figure: Figure | None = None
    head: Head = NO_HEAD
    cut: str | None = None
    """What was not read for its length: `the first 150 of 3000 pages`."""


def read_bounded(
    body: bytes | IO[bytes], format: Format, url: str, *, seconds: float, memory: int = MEMORY_LIMIT
) -> ReadText:
    """`body`, or what is left of a file, read in another process, in `seconds` and `memory` bytes. `url` is where it
    came from.

    Raises `NoText`, for a crash and for a limit too. The process is gone when this returns.
    """
    command = [sys.executable, "-m", __name__, format.value, url, str(memory), str(int(seconds) + 1)]
    try:
        done = subprocess.run(
            command,
            input=body if isinstance(body, bytes) else None,
            stdin=None if isinstance(body, bytes) else body,
            capture_output=True,
            timeout=seconds,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoText(f"took longer than {seconds:g} s to read") from None
    except OSError as error:
        raise NoText(f"the reader could not be started ({error.strerror})", final=False) from None
    if done.returncode != 0:
        raise NoText(_explain(done.returncode, done.stderr))
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise NoText("the reader failed (its answer was cut off)") from None
    if "no_text" in answer:
        raise NoText(answer["no_text"])
    return _from_json(answer)


def _environment() -> dict[str, str]:
    """Without what else the run's environment holds: a process that reads strangers' files needs no keys."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONIOENCODING": "utf-8"}


def _explain(code: int, errors: bytes) -> str:
    if code < 0 and signal.Signals(-code).name in ("SIGXCPU", "SIGKILL"):  # Windows has neither
        return "took too long to read"
    last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
    if code < 0:
        return f"the reader crashed (signal {-code})"
    if last and "MemoryError" in last[0]:
        return "takes too much memory to read"
    return f"the reader failed ({last[0][:80] if last else f'exit code {code}'})"


def _to_json(text: ReadText) -> dict[str, object]:
    return {
        "sections": [[s.title, s.level, s.appendix, [*map(block_row, s.blocks)]] for s in text.sections],
        "formula_count": text.formula_count,
        "table_count": text.table_count,
        "licence": text.licence,
        "figure": [text.figure.url, text.figure.caption] if text.figure else None,
        "head": [text.head.lines, text.head.stated, text.head.is_named],
        "cut": text.cut,
    }


def _from_json(answer: dict[str, Any]) -> ReadText:
    sections = tuple(
        Section(title, level, tuple(map(block_of, blocks)), appendix)
        for title, level, appendix, blocks in answer["sections"]
    )
    figure = Figure(*answer["figure"]) if answer["figure"] else None
    lines, stated, is_named = answer["head"]
    head = Head(tuple(lines), tuple(stated), is_named)
    return ReadText(
        sections, answer["formula_count"], answer["table_count"], answer["licence"], figure, head, answer["cut"]
    )


# -- in the other process


def _read(body: bytes, format: Format, url: str) -> ReadText:
    if format is Format.HTML:
        from digest_assets.full_text.html import read_html

        page = read_html(body, url)
        return _shortened(
            ReadText(page.sections, page.formula_count, page.table_count, page.licence, page.figure, page.head)
        )
    from digest_assets.full_text.pdf import read_pdf

    paper = read_pdf(body)
    cut = f"the first {paper.pages_read} of {paper.page_count} pages" if paper.pages_read < paper.page_count else None
    return _shortened(ReadText(paper.sections, table_count=paper.table_count, head=paper.head, cut=cut))


def _shortened(text: ReadText) -> ReadText:
    sections: list[Section] = []
    left = CHARACTER_LIMIT
    for section in text.sections:
        left -= sum(len(block.text) for block in section.blocks)
        if left < 0:
            return replace(text, sections=tuple(sections), cut="its beginning")
        sections.append(section)
    return text


def _limit(memory: int, seconds: int) -> None:
    if sys.platform != "win32":
        import resource

        for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
            try:
                resource.setrlimit(kind, (value, value))
            except (ValueError, OSError):  # macOS does not limit address space; the limit of time still holds
                continue


def _main(arguments: list[str], source: BinaryIO, target: BinaryIO) -> None:
    format, url, memory, seconds = arguments
    _limit(int(memory), int(seconds))
    try:
        answer = _to_json(_read(source.read(), Format(format), url))
    except NoText as refusal:
        answer = {"no_text": refusal.reason}
    target.write(json.dumps(answer).encode("ascii"))


if __name__ == "__main__":
    _main(sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer)
