"""What each answer of a post rests on: model, prompt, source and time, for whoever looks at the page's source.

It stands where no reader meets it: in a comment of the paper, or in the post's front matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from digest_assets.markup.targets import HtmlComment, YamlScalar, html_comment, yaml_mapping
from digest_assets.model import AnswerStatus, DigestPaper, Reading, TextSource, Translation
from digest_assets.posts.words import Words


@dataclass(frozen=True, slots=True)
class Provenance:
    """Of one answer that a post shows."""

    paper: str
    """With its version."""
    part: str
    """`translation` or `reading`."""
    model: str
    """As the endpoint named it."""
    prompt: str
    source: str
    """`html`, `pdf` or `abstract`: what the model was given."""
    answered_at: datetime | None
    evidence: str = ""
    """How many of a reading's sentences rest on paragraphs that hold what they say, and how many there are."""

    def as_yaml(self) -> YamlScalar:
        return yaml_mapping(self._values())

    def as_text(self) -> str:
        said = ", ".join(value for name, value in self._values().items() if name not in ("paper", "part"))
        return f"{self.part}: {said}"

    def _values(self) -> dict[str, str]:
        at = {"at": f"{self.answered_at.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"} if self.answered_at else {}
        values = {"paper": self.paper, "part": self.part, "model": self.model, "prompt": self.prompt}
        rests = {"evidence": self.evidence} if self.evidence else {}
        return {**values, "source": self.source, **at, **rests}


def provenance_of(each: DigestPaper, answered_at: Mapping[str, datetime], words: Words) -> list[Provenance]:
    """Of the answers that are shown of a paper. `answered_at`: by the answers' keys."""
    there, of = each.reading.evidence or (0, 0)
    source = each.reading.text_source or each.text_source or TextSource.ABSTRACT
    answers: tuple[tuple[str, Translation | Reading, TextSource], ...] = (
        ("translation", each.translation, TextSource.ABSTRACT),
        ("reading", each.reading, source),
    )
    return [
        Provenance(
            each.paper.versioned,
            part,
            made.model,
            made.prompt_version or "",
            rests_on.value,
            answered_at.get(made.answer_key or ""),
            words.evidence.format(there=there, of=of) if of and made is each.reading else "",
        )
        for part, made, rests_on in answers
        if made.status is AnswerStatus.DONE and made.model and not each.withdrawn
    ]


def comment(found: list[Provenance]) -> HtmlComment:
    """An HTML comment; empty where there is nothing to say."""
    return html_comment("; ".join(each.as_text() for each in found))
