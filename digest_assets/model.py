"""The domain's types, as plain frozen values: what arXiv announces, what a paper says, what a model answered.

They know nothing of Dagster, of the store, of HTTP. Times are aware and in UTC (`*_at`); a `date` is a digest date,
in the digest's time zone, unless its name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum


class Source(str, Enum):
    """Which of arXiv's interfaces an entry came from."""

    API = "api"
    FEED = "feed"
    OAI = "oai"


class AnnouncementKind(str, Enum):
    """arXiv's announcement types (arXiv help, RSS specifications, `announce_type`)."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def is_replacement(self) -> bool:
        return self in (AnnouncementKind.REPLACE, AnnouncementKind.REPLACE_CROSS)


class KnownBy(str, Enum):
    """How it is known in which mailing a paper was announced, the most trustworthy first."""

    FEED = "feed"
    OAI = "oai"
    FIRST_SEEN = "first_seen"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper, as arXiv describes it."""

    identifier: str
    """Without a version: `2601.20573`, or in the old style `cs/9802040`."""
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """The primary category first, then in the order of the source."""
    published_at: datetime | None
    """When v1 was submitted, UTC. None where the source does not say (RSS)."""
    updated_at: datetime | None = None
    """When this version was submitted, UTC."""
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    licence: str | None = None
    """URL of the licence, where the source gives it (RSS, OAI)."""

    @property
    def versioned(self) -> str:
        return f"{self.identifier}v{self.version}"

    @property
    def primary_category(self) -> str:
        return self.categories[0] if self.categories else ""

    @property
    def lacks(self) -> tuple[str, ...]:
        """What arXiv's answer did not say: such a paper is published with what there is, and asked for again."""
        lacking = {
            "no title": self.title == untitled(self.identifier),
            "no author": not self.authors,
            "no abstract": not self.abstract,
        }
        return tuple(what for what, is_so in lacking.items() if is_so)


def untitled(identifier: str) -> str:
    """What stands for the title of a paper that came without one."""
    return f"arXiv:{identifier}"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of an answer that could be read, with the bytes it was read from."""

    source: Source
    paper: Paper
    payload: str
    """The entry as received: its XML."""
    kind: AnnouncementKind | None = None
    """Only feeds know it."""
    announced_at: datetime | None = None
    """The instant of the mailing (20:00 America/New_York, in UTC). Only feeds know it."""


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """One entry of an answer of which not even the identifier is known, or nothing else. Recorded, never skipped in
    silence: it counts as a paper that was announced and not published."""

    source: Source
    payload: str
    reason: str
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """When a paper appeared in the digest's categories, and how that is known."""

    identifier: str
    announced_at: datetime
    """The instant of the mailing, UTC."""
    kind: AnnouncementKind
    known_by: KnownBy
    first_seen_at: datetime
    """When a fetch of ours first returned it, UTC."""
    first_seen_by: Source
    latest_at: datetime | None = None
    """The last mailing it may have been in, where it is inferred, held by moderation, and may have been later."""


class Outcome(str, Enum):
    """What became of an announced paper in the digest that claimed it."""

    KEPT = "kept"
    FILTERED = "filtered"


class FilterReason(str, Enum):
    """Why a paper that was announced is not published."""

    CATEGORY = "category"
    """Only cross-listed, and the settings ask for primary categories only."""
    KEYWORD = "keyword"
    AUTHOR = "author"
    CAP = "cap"
    OLD_CROSS_LIST = "old cross-list"
    """A cross-list of a paper that was announced elsewhere long ago, and the settings leave those out."""


class TextSource(str, Enum):
    """Where a paper's text came from."""

    HTML = "html"
    PDF = "pdf"
    ABSTRACT = "abstract"


class BlockKind(str, Enum):
    PARAGRAPH = "paragraph"
    ITEM = "item"
    FORMULA = "formula"
    TABLE = "table"
    CAPTION = "caption"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that is never cut inside. Formulas are `$TeX$` or `$$TeX$$`."""

    kind: BlockKind
    text: str
    anchor: str = ""
    """The `id` at which arXiv's HTML has it; empty where that is not known, or where the text is from a PDF."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of a paper under the number that a model cites it by."""

    number: int
    """From 1, in the order of the paper, whether or not the excerpt has the block."""
    kind: BlockKind
    text: str
    section: str = ""
    """The title of its section."""
    anchor: str = ""
    """As that of a `Block`."""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    """Empty for text before the first heading."""
    level: int
    """1 for a section, 2 for a subsection, ..."""
    blocks: tuple[Block, ...]
    appendix: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """The first figure of a paper, for the reader. Only its address: figures are not copied."""

    url: str
    caption: str


@dataclass(frozen=True, slots=True)
class FullText:
    """The text of one version of a paper, by sections in reading order, without its bibliography."""

    identifier: str
    version: int
    source: TextSource
    sections: tuple[Section, ...]
    reason: str | None = None
    """Why no better source was used: `no HTML: 404`, `PDF: no text layer`, ... None for HTML."""
    byte_count: int = 0
    """Size of what was fetched."""
    formula_count: int = 0
    table_count: int = 0
    token_count: int = 0
    """By the offline tokenizer; an estimate for other vendors' models."""
    licence: str | None = None
    figure: Figure | None = None
    affiliations: tuple[str, ...] = ()
    """Of the authors, each institution once in their order, where the text's head says them surely."""
    fetched_at: datetime | None = None
    final: bool = True
    """Whether asking arXiv again cannot bring a better text. False after a time-out, 429, 5xx, or a stop sign."""

    @property
    def section_count(self) -> int:
        return sum(1 for section in self.sections if section.title)


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls cost, as billed. `None`: the endpoint did not say."""

    calls: int = 0
    input_tokens: int | None = 0
    output_tokens: int | None = 0
    cached_tokens: int | None = 0

    def __add__(self, other: Usage) -> Usage:
        def add(a: int | None, b: int | None) -> int | None:
            return None if a is None and b is None else (a or 0) + (b or 0)

        return Usage(
            self.calls + other.calls,
            add(self.input_tokens, other.input_tokens),
            add(self.output_tokens, other.output_tokens),
            add(self.cached_tokens, other.cached_tokens),
        )


class AnswerStatus(str, Enum):
    """What became of a request to the model."""

    DONE = "done"
    WITHHELD = "withheld"
    """Answered, but a check found a defect that a second try did not mend: not published."""
    FAILED = "failed"
    NOT_ASKED = "not asked"
    """The digest is one without a model, or the paper is withdrawn. `reason` says which."""
    NO_KEY = "no key"
    """The endpoint asks for a key, and none is set: a later run goes on."""
    BUDGET = "budget"
    """The budget was used up before it was this paper's turn."""
    WAITING = "waiting"
    """Asked for in a batch that has not ended: a later run collects it."""


class Doubt(str, Enum):
    """What a second reader found of a published sentence, beside the original."""

    OVERSTATED = "overstated"
    CONTRADICTED = "contradicted"
    NOT_THERE = "not there"


@dataclass(frozen=True, slots=True)
class SentencePair:
    """What a translation says, and what it says it for, as the checks aligned them."""

    source: str
    """English. Empty: nothing in the source is meant."""
    said: str
    """As it stands in the answer, with the blanks behind. Empty: it is missing."""
    withheld: bool = False
    """A check found it wrong twice: `source` is shown in its place, with a mark."""
    doubt: Doubt | None = None
    """It is shown, with a mark."""

    @property
    def shown(self) -> str:
        return f"{self.source} " if self.withheld and self.source else "" if self.withheld else self.said


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence of a reading that is published, and what it rests on."""

    text: str
    """As it stands in its part, with the blanks and line ends behind."""
    paragraphs: tuple[int, ...] = ()
    """The numbers of the paragraphs that it rests on, which were found to be there and to hold what it says."""
    is_claim: bool = True
    """Whether it says something of the paper: a label does not, and needs no evidence."""
    doubt: Doubt | None = None


class Trouble(str, Enum):
    """Why an answer cannot be published, or did not come."""

    MODEL = "model"
    """What it wrote has defects that a second try did not mend."""
    WINDOW = "window"
    """Prompt and answer do not fit into its context."""
    ROOM = "room"
    """Its answer was cut."""
    TIME = "time"
    """No answer came within `llm.timeout_seconds`."""
    CONTENT = "content"
    """The provider refuses this text."""
    ENDPOINT = "endpoint"
    """Anything else that the endpoint does wrong."""


class _Answered:
    """What translations and readings have in common."""

    __slots__ = ()
    status: AnswerStatus
    reason: str | None

    @property
    def sentences_withheld(self) -> int:
        """How many of its sentences are not published as the model wrote them."""
        raise NotImplementedError

    @property
    def sentences_doubted(self) -> int:
        """How many of its sentences a second reader doubts."""
        raise NotImplementedError

    @property
    def is_flagged(self) -> bool:
        """Whether it is published although a check found the defects that `reason` names."""
        return self.status is AnswerStatus.DONE and self.reason is not None and not self.sentences_withheld


@dataclass(frozen=True, slots=True)
class Translation(_Answered):
    """An abstract in the digest's language."""

    identifier: str
    version: int
    status: AnswerStatus
    text: str | None = None
    """As it is shown, sentences in the original among it where those in the digest's language were withheld."""
    reason: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    usage: Usage = field(default_factory=Usage)
    answer_key: str | None = None
    trouble: Trouble | None = field(default=None, compare=False)
    """Why this run has none that can be published as it is; stored is `reason` alone."""
    pairs: tuple[SentencePair, ...] = ()
    """`text` by sentences. Empty for texts of versions that did not keep them."""
    title: str | None = None
    """In the digest's language, plain but for `$TeX$`."""
    gist: str | None = None
    """One sentence in the digest's language: what is new and what came out. None: nobody was asked, or it fell."""
    topics: tuple[str, ...] | None = None
    """Keys of the field's topics, as the model chose them. None: nobody was asked, or they fell."""

    @property
    def sentences_withheld(self) -> int:
        return sum(1 for pair in self.pairs if pair.withheld)

    @property
    def sentences_doubted(self) -> int:
        return sum(1 for pair in self.pairs if pair.doubt)

    @classmethod
    def not_asked(cls, paper: Paper, reason: str) -> Translation:
        """That nobody asked for it, and why."""
        return cls(paper.identifier, paper.version, AnswerStatus.NOT_ASKED, reason=reason)


@dataclass(frozen=True, slots=True)
class Reading(_Answered):
    """The three-part reading of a full text: Markdown in the digest's language, formulas as `$TeX$`."""

    identifier: str
    version: int
    status: AnswerStatus
    background: str | None = None
    method: str | None = None
    results: str | None = None
    reason: str | None = None
    text_source: TextSource | None = None
    model: str | None = None
    prompt_version: str | None = None
    usage: Usage = field(default_factory=Usage)
    answer_key: str | None = None
    trouble: Trouble | None = field(default=None, compare=False)
    sentences: tuple[tuple[ReadSentence, ...], ...] = ()
    """Of each part those that are published. Empty for readings of versions that did not keep them."""
    paragraphs: tuple[Paragraph, ...] = ()
    """Those that the sentences rest on."""
    left_out: tuple[int, ...] = ()
    """Of each part, how many sentences were withheld."""

    @property
    def sentences_withheld(self) -> int:
        return sum(self.left_out)

    @property
    def sentences_doubted(self) -> int:
        return sum(1 for part in self.sentences for each in part if each.doubt)

    @property
    def evidence(self) -> tuple[int, int] | None:
        """How many of the sentences that say something rest on paragraphs, and how many there are. None: not kept."""
        claims = [sentence for part in self.sentences for sentence in part if sentence.is_claim]
        return (sum(1 for each in claims if each.paragraphs), len(claims)) if claims else None

    @property
    def parts(self) -> tuple[str, str, str] | None:
        if self.background is None or self.method is None or self.results is None:
            return None
        return self.background, self.method, self.results

    @classmethod
    def not_asked(cls, paper: Paper, reason: str) -> Reading:
        """That nobody asked for it, and why."""
        return cls(paper.identifier, paper.version, AnswerStatus.NOT_ASKED, reason=reason)


@dataclass(frozen=True, slots=True)
class PaperUpdate:
    """A later version of a paper that an earlier digest published."""

    paper: Paper
    """The new version."""
    claimed_date: date
    """The digest that published the paper."""
    claimed_version: int
    abstract_changed: bool
    """Whether title or abstract differ from that version's by more than spaces."""
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class DigestPaper:
    """A paper as a digest shows it: everything that a post needs to know of it."""

    paper: Paper
    announcement: Announcement
    digest_date: date
    in_window: bool
    """Whether v1 was submitted in the digest's time window (the others are 补录)."""
    late: bool
    """Whether it was announced before `digest_date` and turned up after that day's digest was made."""
    withdrawn: bool
    translation: Translation
    reading: Reading
    text_source: TextSource | None = None
    text_reason: str | None = None
    figure: Figure | None = None
    affiliations: tuple[str, ...] = ()
    """Of its authors, as far as its text says them."""


@dataclass(frozen=True, slots=True)
class TextsMade:
    """How many of a date's papers have what the model was asked for. Without a key it is asked for nothing."""

    translations: int
    translations_wanted: int
    """0 for a digest in English, which needs none."""
    readings: int
    readings_wanted: int
    sentences_withheld: int
    """In the texts that are there."""
    sentences_doubted: int
    """By a second reader; they are shown all the same."""
    withheld: int
    """Translations and readings that were wrong twice, as a whole: no further call mends them."""


def texts_made(papers: Iterable[DigestPaper], language: str) -> TextsMade:
    """Of the papers of a page in `language`."""
    wanted = [each for each in papers if not each.withdrawn]
    translations = [each.translation for each in wanted if language != "en"]
    readings = [each.reading for each in wanted]
    made: list[Translation | Reading] = [*translations, *readings]
    return TextsMade(
        translations=sum(1 for each in translations if each.status is AnswerStatus.DONE),
        translations_wanted=sum(1 for each in translations if each.status is not AnswerStatus.NOT_ASKED),
        readings=sum(1 for each in readings if each.status is AnswerStatus.DONE),
        readings_wanted=sum(1 for each in readings if each.status is not AnswerStatus.NOT_ASKED),
        sentences_withheld=sum(each.sentences_withheld for each in made if each.status is AnswerStatus.DONE),
        sentences_doubted=sum(each.sentences_doubted for each in made if each.status is AnswerStatus.DONE),
        withheld=sum(1 for each in made if each.status is AnswerStatus.WITHHELD),
    )
