"""What the model is asked, built from the files in `prompts/`: each has a version, and a changed file is a new prompt.

Three things shape a prompt:

- What is constant (the rules) is the system message and comes first, so that a provider's prefix cache hits; the
  paper, its glossary and what was cut come after it.
- The paper is data. It stands between two marks that carry a hash of the paper itself, so that no paper can contain
  its own closing mark, and the rules say that nothing between the marks is an instruction.
- A reading is asked for in three literal tags, not in JSON: formulas are full of backslashes, and `"\\beta"` unescaped
  in a JSON string is a backspace and `eta`, or no JSON at all.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from importlib import resources

from digest_assets.llm.glossary import EMPTY_GLOSSARY, Glossary
from digest_assets.model import Paper

MOST_DEFECTS_NAMED = 12
"""To the model, in a correction: an answer with more than this is about something else altogether."""

LANGUAGES = ("zh", "ja", "en")

_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_BLOCK = re.compile(r"^---(\w+)---\n", re.MULTILINE)
_TEX_SPACE = re.compile(r"\s+")
_CLOSING_TAG = re.compile(r"</([A-Za-z_]\w*?)\d*>")


class Task(str, Enum):
    """What a prompt asks for, and so what its answer is."""

    TRANSLATION = "translation"
    """With the pieces of `pieces.py`: title, gist, topics."""
    GIST = "gist"
    """These pieces alone, where a translation has none."""
    READING = "reading"
    OVERVIEW = "overview"
    """A sentence for each group of a day's papers, from their gists (`glance/overview.py`)."""
    SECOND_READING = "second_reading"
    """Verdicts on sentences of the others' answers (`second_reader.py`)."""
    EMBEDDING = "embedding"
    """A paper's vector (`embeddings.py`)."""


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    """`system`, `user` or `assistant`."""
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request to a model. `version` is that of the prompt's file, such as `translation-zh-1`."""

    version: str
    messages: tuple[Message, ...]
    room: int = 1
    """How many times `llm.max_output_tokens` the answer may take: more than 1 only after an answer was cut."""

    def with_room(self, room: int) -> Prompt:
        return replace(self, room=room)

    def corrected(self, answer: str, correction: str) -> Prompt:
        """The same request after an answer with defects: its beginning is unchanged, so a prefix cache still hits."""
        turns = (Message("assistant", answer or "…"), Message("user", correction))  # endpoints refuse empty turns
        return replace(self, messages=(*self.messages, *turns))

    @property
    def is_first(self) -> bool:
        """Whether it asks anew, and not for an answer to be mended or to be given more room."""
        return self.room == 1 and all(message.role != "assistant" for message in self.messages)

    @property
    def last_tag(self) -> str | None:
        """The tag with which an answer ends that has the form the rules ask for, without the number of a group. None:
        they name no tag."""
        asked_for = _CLOSING_TAG.findall(self.messages[0].content)
        return asked_for[-1] if asked_for else None

    @property
    def text(self) -> str:
        """All that is sent, for counting tokens."""
        return "\n".join(message.content for message in self.messages)


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A file of `prompts/`, taken apart."""

    version: str
    system: str
    user: str
    glossary: str
    correction: str


TopicLines = tuple[tuple[str, str], ...]
"""The topics that a model may choose from: key, and what it is told of it."""

EARLIER_TRANSLATIONS = (1,)
"""Earlier prompts whose answers are still good: what was paid for is not asked anew where a prompt asks for more."""


def translation_messages(
    paper: Paper,
    language: str,
    audience: str,
    glossary: Glossary = EMPTY_GLOSSARY,
    topics: TopicLines = (),
) -> Prompt:
    """Asks for the abstract of `paper` in `language` (`zh`, `ja`), with a title, a gist and topics. Abstracts are
    English: there is none for `en`."""
    return _prompt(prompt_file(Task.TRANSLATION, language), _about(paper, audience, topics), glossary)


def earlier_translation_messages(
    paper: Paper, language: str, audience: str, glossary: Glossary = EMPTY_GLOSSARY
) -> list[Prompt]:
    """What earlier versions asked, the newest first: for looking up answers that are held. None of ours is good where
    somebody's own prompt asks."""
    if (Task.TRANSLATION, language) in _own:
        return []
    files = [prompt_file(Task.TRANSLATION, language, version) for version in EARLIER_TRANSLATIONS]
    return [_prompt(file, _about(paper, audience), glossary) for file in files]


def gist_messages(
    paper: Paper,
    language: str,
    audience: str,
    glossary: Glossary = EMPTY_GLOSSARY,
    topics: TopicLines = (),
) -> Prompt:
    """Asks for gist and topics of `paper`, and for its title where `language` is not `en`."""
    return _prompt(prompt_file(Task.GIST, language), _about(paper, audience, topics), glossary)


def _about(paper: Paper, audience: str, topics: TopicLines = ()) -> dict[str, str]:
    return {
        "audience": audience,
        "title": _one_line(paper.title),
        "abstract": _one_line(paper.abstract),
        "topics": "\n".join(f"  {key} = {said}" for key, said in topics) or "  none",
    }


def reading_messages(
    paper: Paper,
    excerpt_text: str,
    cut_note: str | None,
    language: str,
    audience: str,
    glossary: Glossary = EMPTY_GLOSSARY,
) -> Prompt:
    """Asks for the three-part reading. `cut_note` says, in `language`, which sections of the text are left out."""
    values = {
        "audience": audience,
        "title": _one_line(paper.title),
        "abstract": _one_line(paper.abstract),
        "excerpt": excerpt_text.strip(),
        "cut_note": f" {cut_note}" if cut_note else "",
    }
    return _prompt(prompt_file(Task.READING, language), values, glossary)


def overview_messages(groups: str, language: str, audience: str) -> Prompt:
    """Asks for a sentence for each of `groups`, as `glance.overview.as_told` writes them."""
    return _prompt(prompt_file(Task.OVERVIEW, language), {"audience": audience, "excerpt": groups}, EMPTY_GLOSSARY)


def second_reading_messages(paper: Paper, paragraphs: str, sentences: str) -> Prompt:
    """Asks another model for a verdict on each of `sentences`. In English, whatever language they are in."""
    values = {"title": _one_line(paper.title), "excerpt": paragraphs.strip(), "sentences": sentences.strip()}
    return _prompt(prompt_file(Task.SECOND_READING, "en"), values, EMPTY_GLOSSARY)


def correction_text(task: Task, language: str, defects: Sequence[str]) -> str:
    """What is said to the model after an answer with `defects`, each a line that names what is wrong."""
    listed = "\n".join(f"- {defect}" for defect in defects[:MOST_DEFECTS_NAMED])
    return _fill(prompt_file(task, language).correction, {"defects": listed}).strip()


_own: dict[tuple[Task, str], PromptFile] = {}


def use_own(files: Mapping[tuple[Task, str], PromptFile]) -> None:
    """From now on `files` go before ours, in this process; those that were used before do not."""
    _own.clear()
    _own.update(files)


def prompt_file(task: Task, language: str, earlier: int | None = None) -> PromptFile:
    """The file of a task and a language, today's or an `earlier` version. Raises `ValueError` where there is none."""
    if earlier is None and (own := _own.get((task, language))) is not None:
        return own
    return _package_file(task, language, earlier)


@lru_cache(maxsize=32)
def _package_file(task: Task, language: str, earlier: int | None = None) -> PromptFile:
    name = f"{task.value}.{language}" if earlier is None else f"{task.value}.{language}.{earlier}"
    path = resources.files("digest_assets.llm") / "prompts" / f"{name}.md"
    if not path.is_file():
        raise ValueError(f"there is no prompt for a {task.value} in {language!r}")
    head, parts = _taken_apart(path.read_text(encoding="utf-8"))
    return PromptFile(
        version=head.removeprefix("version:").strip(),
        system=parts["system"].strip(),
        user=parts["user"].strip(),
        glossary=parts["glossary"],
        correction=parts["correction"],
    )


def _taken_apart(text: str) -> tuple[str, dict[str, str]]:
    head, *blocks = _BLOCK.split(text)
    return head, dict(zip(blocks[::2], blocks[1::2], strict=True))


_MAY_LACK = frozenset({"audience", "cut_note", "glossary"})
"""Variables of ours that an own prompt may do without."""
_TAG = re.compile(r"<(\w+)>")
_CITED = re.compile(r"\[\d+\]")


def own_prompt(task: Task, language: str, text: str) -> PromptFile:
    """A prompt of somebody's own, in the form of ours. Its version is its content.

    Raises `ValueError`, which says what is missing, where it lacks what the checks of answers rest on: a block, a
    variable, a tag of the answer, the paragraphs' numbers.
    """
    ours = _package_file(task, language)
    _, parts = _taken_apart(text.replace("\r\n", "\n"))
    wanted = {"system": ours.system, "user": ours.user, "glossary": ours.glossary, "correction": ours.correction}
    for name in wanted:
        if name not in parts:
            raise ValueError(f"it has no block ---{name}---")
    asked, known = parts["system"] + parts["user"], set(_VARIABLE.findall(ours.system + ours.user))
    for block, variables in (
        (asked, known - _MAY_LACK),
        *((parts[name], set(_VARIABLE.findall(wanted[name]))) for name in ("glossary", "correction")),
    ):
        if lacking := sorted(variables - set(_VARIABLE.findall(block))):
            raise ValueError(f"it has no {{{{{lacking[0]}}}}}")
        if unknown := sorted(set(_VARIABLE.findall(block)) - (known if block is asked else variables)):
            raise ValueError(f"{{{{{unknown[0]}}}}} is not a variable of this prompt")
    if tags := sorted(set(_TAG.findall(ours.system)) - set(_TAG.findall(asked))):
        raise ValueError(f"it does not ask for <{tags[0]}>")
    if _CITED.search(ours.system) and not _CITED.search(asked):
        raise ValueError("it does not ask for the paragraphs' numbers, as [12]")
    content = hashlib.sha256("\0".join(parts[name] for name in wanted).encode()).hexdigest()[:10]
    return PromptFile(
        f"{task.value}-{language}-own-{content}",
        parts["system"].strip(),
        parts["user"].strip(),
        parts["glossary"],
        parts["correction"],
    )


def current_versions() -> frozenset[str]:
    """Of all prompts: what another one asked for would be asked for anew."""
    found = set()
    for task, language in itertools.product(Task, LANGUAGES):
        with suppress(ValueError):
            found.add(prompt_file(task, language).version)
    return frozenset(found)


def _prompt(file: PromptFile, values: Mapping[str, str], glossary: Glossary) -> Prompt:
    texts = dict(values)
    # A name more would be another text, with other marks: another prompt, and every answer asked anew.
    names = ("title", "abstract", "excerpt", *(["sentences"] if "sentences" in texts else []))
    paper_text = "\n".join(texts.get(name, "") for name in names)
    terms = glossary.terms_in(paper_text)
    listed = "\n".join(f"{term.source} = {term.preferred}" for term in terms)
    texts["glossary"] = _fill(file.glossary, {"terms": listed}) if terms else ""
    texts["open_mark"], texts["close_mark"] = _marks(paper_text)
    return Prompt(
        file.version, (Message("system", _fill(file.system, texts)), Message("user", _fill(file.user, texts)))
    )


def _marks(paper_text: str) -> tuple[str, str]:
    """The lines around the paper. They hold a hash of it, which it cannot contain but by breaking SHA-256."""
    number = hashlib.sha256(paper_text.encode("utf-8")).hexdigest()[:12]
    return f"<<<<<<<< PAPER {number}", f">>>>>>>> PAPER {number}"


def _fill(template: str, values: Mapping[str, str]) -> str:
    """`{{name}}` replaced in a single pass: what a paper says is never taken for a variable."""
    return _VARIABLE.sub(lambda match: values[match.group(1)], template)


def _one_line(text: str) -> str:
    """Titles and abstracts come wrapped at arXiv's line width: line ends in them mean nothing."""
    return _TEX_SPACE.sub(" ", text).strip()
