"""Settings: digest.toml, each key overridden by the environment as `DIGEST__SECTION__KEY`. A project with several
digests has a file for each further one in `digests/`, which says what is its own.

Secrets come from the environment, or from `.env` beside digest.toml: the settings name the variable
(`llm.api_key_env`), never the key. A key that does not exist is an error that names the nearest one that does, because
a misspelt setting is otherwise a setting ignored.
"""

from __future__ import annotations

import difflib
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from digest_assets.arxiv import taxonomy
from digest_assets.arxiv.identifiers import split_version
from digest_assets.arxiv.origins import Origins
from digest_assets.digests.days import DigestDays
from digest_assets.errors import ConfigurationError, hide, looks_like_a_key, redact
from digest_assets.llm.providers import NO_MODEL, presets

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENVIRONMENT_PREFIX = "DIGEST__"
CONFIG_VARIABLE = "DIGEST_CONFIG"
CONFIG_NAME = "digest.toml"
DIGESTS_NAME = "digests"
"""The folder of further digests, beside digest.toml."""
OVERVIEW_NAME = "digests.html"
"""The page of all digests, where the start page is that of one of them."""
SECRETS_NAME = ".env"
_FROM_SECRETS: dict[str, str] = {}
"""Variables of this process that came from `.env`, with their values: these follow the file."""
SECOND_READER = "checks.second_reader"
EMBEDDINGS = "ranking.embeddings"
NO_CONTACT = "arxiv.contact is not set: arXiv wants to be able to reach you. Set it to your e-mail address."

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]*$")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY = re.compile(r"[\x21-\x7e]+")
_REACHED_AT = re.compile(r"(?:mailto:)?[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+")


def _unknown_category(name: str) -> str:
    near = " or ".join(taxonomy.nearest(name))
    return f"arXiv has no category {name!r}" + (f" (did you mean {near}?)" if near else " (such as cs.SD or math.NT)")


def _split(value: object) -> object:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        return value
    stripped = (each.strip() if isinstance(each, str) else each for each in parts)
    return [each for each in stripped if each != ""]


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A list in digest.toml; in the environment its items parted by commas."""


def _variable_name(value: str) -> str:
    # What was pasted in its place is a secret, and no message shows it.
    if value and (not _VARIABLE.fullmatch(value) or looks_like_a_key(value)):
        raise ValueError("it takes the name of a variable (such as OPENAI_API_KEY), not what the variable holds")
    return value


VariableName = Annotated[str, AfterValidator(_variable_name)]
"""The name of an environment variable that holds a secret, or nothing."""


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in (*value, *value.values()):
            yield from _texts_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts_in(part)


_LARGEST = {"_seconds": 86_400, "_minutes": 7 * 24 * 60, "_days": 3_650}
"""By how a setting's name ends. More than this is a mistake, and past what clocks and dates can count."""
_LARGEST_NUMBER = 10**12


def _wanted(annotation: Any) -> str:
    """What a setting of this type takes, as a user writes it."""
    types = {annotation, get_origin(annotation), *get_args(annotation)}
    if types & {int, float, Decimal}:
        return "a number"
    return "a list" if tuple in types else "a table" if dict in types else "a text in quotes"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_truth(cls, value: Any, info: ValidationInfo) -> Any:
        """`true` is no 1, which pydantic takes it for."""
        field = cls.model_fields[info.field_name or ""]
        if isinstance(value, bool) and bool not in (field.annotation, *get_args(field.annotation)):
            raise ValueError(f"{str(value).lower()} is not {_wanted(field.annotation)}")
        return value

    @field_validator("*")
    @classmethod
    def _can_be_meant(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, (int, float, Decimal)):
            name = info.field_name or ""
            most = next((most for end, most in _LARGEST.items() if name.endswith(end)), _LARGEST_NUMBER)
            if not -most <= value <= most:  # NaN is neither
                raise ValueError(f"{value:g} is not a number up to {most:,}")
        return value

    @model_validator(mode="before")
    @classmethod
    def _hold_no_key(cls, values: Any) -> Any:
        """A key does not belong into the settings, wherever it is pasted: they are shown, stored and published."""
        if isinstance(values, dict):
            for name, value in values.items():
                if any(map(looks_like_a_key, _texts_in(value))):
                    raise ValueError(
                        f"what {name} holds looks like a key; put it into an environment variable, and that "
                        "variable's name into the setting that ends in _env"
                    )
        return values


class GroupBy(str, Enum):
    """What puts a paper into a digest: the mailing that announced it, or the window it was submitted in."""

    ANNOUNCED = "announced"
    SUBMITTED = "submitted"


class DigestSettings(_Section):
    """What a digest is about, and what its date means."""

    name: str = "arxiv"
    """Part of the names of posts: `2026-01-29-arxiv.md`. Small letters, digits and hyphens."""
    categories: Words = ("cs.SD", "eess.AS")
    """arXiv's, such as `cs.SD`."""
    timezone: str = "Asia/Shanghai"
    """What a digest's date means, such as `Europe/Berlin`."""
    anchor: time = time(8, 50)
    """The submission window that the post names begins the day before at this time."""
    first_date: date = date(2026, 1, 1)
    """The first digest date that can be made."""
    language: Literal["zh", "en", "ja"] = "zh"
    """Of the posts and of what the model writes."""
    by: GroupBy = GroupBy.ANNOUNCED
    """What puts a paper into a digest: the mailing that announced it, or the window it was submitted in."""
    updates: Literal["ignore", "list", "refresh"] = "list"
    """What becomes of new versions of papers that a digest published: nothing, a line in the next digest, or that and
    a new translation and reading where the abstract or the text changed."""
    topics: str = ""
    """A file of topics that is laid over the field's own. Empty: none."""
    old_cross_lists: bool = True
    """Whether papers of other fields count that are cross-listed long after their own announcement."""

    @field_validator("name")
    @classmethod
    def _fits_file_names(cls, value: str) -> str:
        if not _NAME.match(value):
            raise ValueError(f"{value!r} becomes part of file names: use small letters, digits, hyphens (speech-daily)")
        return value

    @field_validator("first_date", "anchor", mode="before")
    @classmethod
    def _is_iso_8601(cls, value: object, info: ValidationInfo) -> object:
        is_date = info.field_name == "first_date"
        try:
            return (date if is_date else time).fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            wanted = "a date, such as 2026-01-29" if is_date else "a time of day, such as 08:50"
            raise ValueError(f"{value!r} is not {wanted}") from None

    @field_validator("categories")
    @classmethod
    def _is_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        value = tuple(name for each in value for name in each.split())
        if not value:
            raise ValueError("at least one category is needed")
        if unknown := [each for each in value if not taxonomy.is_known(each)]:
            raise ValueError("; ".join(map(_unknown_category, unknown)))
        return tuple(dict.fromkeys(map(taxonomy.canonical, value)))

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{value!r} is not a time zone (such as Asia/Shanghai or Europe/Berlin)") from None
        return value

    @property
    def days(self) -> DigestDays:
        """What a date of this digest means."""
        return DigestDays(ZoneInfo(self.timezone), self.anchor, self.first_date)


class FilterSettings(_Section):
    """What a digest leaves out. Words are found anywhere in title or abstract, names anywhere among the authors."""

    primary_only: bool = False
    """Only papers whose primary category is one of `digest.categories`."""
    include_keywords: Words = ()
    """Where this or `include_authors` is set, one of them has to hold."""
    exclude_keywords: Words = ()
    """Papers with one of these in title or abstract are left out."""
    include_authors: Words = ()
    """As `include_keywords`."""
    exclude_authors: Words = ()
    """Papers of these authors are left out."""
    cap: int = Field(0, ge=0)
    """The most papers a digest shows; 0: all."""
    capped: Literal["drop", "offer"] = "drop"
    """Whether the next digest is offered what a digest had no room for."""


class ModelPrice(_Section):
    """What a model costs, per million tokens."""

    input: Decimal = Field(ge=0)
    cached: Decimal | None = Field(None, ge=0)
    """For input that the provider had in its prefix cache. Not set: as `input`."""
    output: Decimal = Field(ge=0)
    batch_share: Decimal = Field(Decimal("0.5"), ge=0, le=1)
    """What share of the price is asked for in a batch (`llm.batch`)."""


class EndpointSettings(_Section):
    """An OpenAI-compatible endpoint, how hard it may be worked, and what may be spent there."""

    preset: str = "openai"
    """An endpoint whose address, model and key variable need not be spelt out (`llm/providers.toml`), or `none`: the
    digest without a model."""
    base_url: str = ""
    """Of an OpenAI-compatible endpoint, such as `http://127.0.0.1:8000/v1`. Empty: the preset's."""
    model: str = ""
    """The model's name. Empty: the preset's."""
    api_key_env: VariableName = "OPENAI_API_KEY"
    """Name of the variable that holds the key. Empty: the endpoint asks for none."""
    temperature: float | None = Field(None, ge=0, le=2)
    """Not set: the endpoint's own."""
    max_concurrency: int = Field(16, ge=1)
    """Calls at once, at most, of all runs together; fewer where the endpoint says so."""
    timeout_seconds: float = Field(300, gt=0)
    """How long one call may take."""
    max_output_tokens: int = Field(8192, ge=256)
    """Reasoning included; an answer that is cut is asked for with more room."""
    stream: bool = False
    """For endpoints that only stream; found out by itself, too."""
    attempts: int = Field(6, ge=1)
    """How often one call is made before it fails."""
    requests_per_minute: float | None = Field(None, gt=0)
    """What your account allows all runs together. Not set: found out from the answers."""
    tokens_per_minute: float | None = Field(None, gt=0)
    """As `requests_per_minute`."""
    budget_run_tokens: int | None = Field(None, ge=0)
    """What a run may spend. Not set: no limit."""
    budget_day_tokens: int | None = Field(None, ge=0)
    """What all runs of a day (UTC) may spend. Not set: no limit."""
    budget_run_money: Decimal | None = Field(None, ge=0)
    """As `budget_run_tokens`, in money: `llm.prices` has to have the model."""
    budget_day_money: Decimal | None = Field(None, ge=0)
    """As `budget_day_tokens`, in money."""
    prices: dict[str, ModelPrice] = {}
    """By model, per million tokens, in the currency of the money budgets."""

    @model_validator(mode="before")
    @classmethod
    def _fill_from_preset(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        name = values.get("preset", "openai")
        preset = presets().get(name) if isinstance(name, str) else None
        if preset is None:
            return values
        return {
            **preset,
            **{
                key: value
                for key, value in values.items()
                if value != "" or key not in cls.model_fields or key == "api_key_env"
            },
        }

    @field_validator("preset")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in presets():
            raise ValueError(f"{value!r} is none of {', '.join(sorted(presets()))}")
        return value

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("preset") == NO_MODEL:
            return ""
        if not value and info.data.get("preset") == "azure":
            raise ValueError("set it to your resource's address, such as https://NAME.openai.azure.com/openai/v1")
        if not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is not an address that begins with http:// or https://")
        return value.rstrip("/")

    @property
    def is_used(self) -> bool:
        """Whether the digest is to be made with a model at all."""
        return self.preset != NO_MODEL

    def lacks_key(self) -> bool:
        """Whether a model is wanted, and cannot be asked for want of a key. Raises as `api_key` does."""
        return self.is_used and self.api_key() is None

    def api_key(self) -> str | None:
        """The key, from the environment; an empty string where none is needed; None where one is needed and not set.

        Raises `ConfigurationError` for what cannot be a key, and shows nothing of it.
        """
        if not self.api_key_env:
            return ""
        key = os.environ.get(self.api_key_env, "").strip()
        if not key:
            return None
        if not _KEY.fullmatch(key):
            raise ConfigurationError(
                f"{self.api_key_env} is not a key: there is a blank, a line end, or a letter in it that is not "
                "plain ASCII.",
                cure="Copy the key again, alone, and set the variable to it.",
            )
        hide(key)
        return key


class SecondReaderSettings(EndpointSettings):
    """A second model that compares each published sentence with what it rests on, within a budget of its own."""


def _preset_alone(value: object) -> object:
    return ({"preset": value} if value else None) if isinstance(value, str) else value


class LlmSettings(EndpointSettings):
    """The endpoint that translates and reads, and what is asked of it."""

    text_tokens: int = Field(24_000, ge=500)
    """How much of a paper's text is given to the model, at most."""
    audience: str = ""
    """For whom the model writes. Empty: researchers in the fields of digest.categories, in the digest's language."""
    glossary: str = ""
    """A file of terms that is laid over the package's own of the fields of digest.categories. Empty: none."""
    prompts_dir: str = ""
    """A folder whose prompts go before the package's own (`reading.zh.md`). Empty: none."""
    batch: bool = False
    """Whether answers are asked for in batches: for half the price at providers that have them, within a day."""
    batch_wait_minutes: float = Field(60, ge=0)
    """How long a run waits for its batch before it leaves it to a later run."""
    batch_poll_seconds: float = Field(60, gt=0)
    """How often a run asks whether its batch has ended."""
    on_defect: Literal["withhold", "sentence", "flag"] = "sentence"
    """What becomes of an answer whose defects a second try did not mend: all of it is withheld, its wrong sentences
    are, or it is published with a mark."""
    limit_tolerance: float = Field(0.2, ge=0, le=5)
    """By how much a reading's parts may pass 200 / 600 / 200 characters."""


class CheckSettings(_Section):
    """What keeps a post from being written, and what only warns."""

    on_late: Literal["warn", "block"] = "warn"
    """Papers of a date that turned up after it was made."""
    on_repeats: Literal["warn", "block"] = "block"
    """Papers that another date's post shows."""
    on_imbalance: Literal["warn", "block"] = "block"
    """Papers of a date that the store holds more than once, or without what its post needs."""
    second_reader: Annotated[SecondReaderSettings | None, NoDecode, BeforeValidator(_preset_alone)] = None
    """The model that reads each published sentence beside the original; a preset's name stands for all its settings.
    None: there is no such reader."""


class EmbeddingsSettings(EndpointSettings):
    """An endpoint's `/v1/embeddings`, within a budget of its own. What only a chat has (`temperature`, `stream`) says
    nothing here."""

    max_output_tokens: int = Field(256, ge=256)
    """No answer is longer: what is left of the context is the paper's."""

    @model_validator(mode="before")
    @classmethod
    def _names_its_model(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("model"):
            raise ValueError("model is missing: name one that gives embeddings")
        return values


class RankingSettings(_Section):
    """What is shown first, beside `[[interests]]`."""

    embeddings: Annotated[EmbeddingsSettings | None, NoDecode] = None
    """An endpoint whose embeddings are fused with the ranking by words. None: words alone, and nothing is asked."""


class ArxivSettings(_Section):
    """arXiv's addresses, its pace, and who asks."""

    api_url: str = "https://export.arxiv.org/api/query"
    """arXiv's search; as all addresses here, it may be a mirror's."""
    feed_url: str = "https://rss.arxiv.org/rss/"
    """Where the feeds are: `cs.SD+eess.AS` is added."""
    html_url: str = "https://arxiv.org/html/"
    """Where the pages of full texts are: `2601.20573v1` is added."""
    pdf_url: str = "https://arxiv.org/pdf/"
    """Where the PDFs are: `2601.20573v1` is added."""
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    """arXiv's OAI-PMH interface."""
    interval_seconds: float = Field(3, ge=0)
    """Between requests. arXiv's terms: one every three seconds, for all your machines together."""
    text_interval_seconds: float = Field(15, ge=0)
    """Between full texts. arXiv's robots.txt: Crawl-delay 15."""
    text_max_megabytes: int = Field(50, ge=1, le=100)
    """Larger pages and PDFs are not read."""
    text_read_seconds: float = Field(60, gt=0)
    """How long one page or PDF may take to be read."""
    timeout_seconds: float = Field(60, gt=0)
    """How long one answer may take."""
    attempts: int = Field(5, ge=1)
    """How often a request is made before arXiv counts as unavailable."""
    lookback_days: int = Field(45, ge=2)
    """How far back submissions are looked for: moderation holds a paper for up to 41 days."""
    page_size: int = Field(2000, ge=1, le=2000)
    """Entries a request; arXiv allows 2000."""
    contact: str = ""
    """Your e-mail address, sent in the User-Agent, so that arXiv can reach you."""

    @field_validator("contact")
    @classmethod
    def _can_be_reached(cls, value: str) -> str:
        if value and not _REACHED_AT.fullmatch(value):
            raise ValueError(f"{value!r} is not an e-mail address, such as you@example.org")
        return value

    @field_validator("api_url", "feed_url", "html_url", "pdf_url", "oai_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is not an address that begins with http:// or https://")
        return value

    @property
    def origins(self) -> Origins:
        """Where lists, texts and figures may come from."""
        return Origins.of(self.api_url, self.feed_url, self.html_url, self.pdf_url, self.oai_url, arxiv=True)


class StoreSettings(_Section):
    """Where everything is kept: a DuckDB file on this machine, or a lake that several share (docs/scale-out.md)."""

    url: str = "data/digest.duckdb"
    """A path, or `ducklake:postgres:host=... dbname=... user=...`."""
    data_path: str = ""
    """Of a lake: the folder of its files, which all machines see by the same name, or `s3://bucket/folder`."""
    lock_wait_seconds: float = Field(60, gt=0)
    """How long to wait for another program that holds the store."""

    @field_validator("url")
    @classmethod
    def _is_path_or_lake(cls, value: str) -> str:
        if "://" in value and not value.startswith("ducklake:"):
            raise ValueError(f"{redact(value)!r} is neither a path nor a lake's address (ducklake:postgres:...)")
        return value


class OutputSettings(_Section):
    """What is written, and where."""

    posts_dir: str = "posts"
    """The folder of the posts, such as a Jekyll blog's `_posts`."""
    form: Literal["jekyll", "hugo", "markdown"] = "jekyll"
    """Who reads the posts: a generator of sites, by its front matter and its Markdown, or a page such as GitHub's."""
    site_dir: str = "site"
    """The folder of the reader's site. Empty: none is made."""
    site_url: str = ""
    """Where the site is served, for the links of its feeds and of deliveries. Empty: links are relative."""
    feed_entries: Literal["day", "paper"] = "day"
    """What an entry of the site's feeds is: a day with its papers, or a paper."""
    figures: bool = False
    """Whether a paper's first figure is shown from arXiv's page, where the licence allows it (CC BY, BY-SA, CC0)."""
    facts: bool = True
    """Whether a line of the post says a paper's venue, its links, its pages and its authors' affiliations."""
    readings_up_to: int = Field(60, ge=0)
    """The most papers of a day whose readings stand in its post; with more they are on the site alone, if there is
    one."""
    abstracts_up_to: int = Field(200, ge=0)
    """The same of abstracts: with 300 they make a post of more than half a megabyte."""
    notice: str = ""
    """A sentence on top of each post."""
    provenance: Literal["off", "comment", "front_matter"] = "off"
    """Where a post says which model, prompt, source and time each answer rests on."""
    interests: Literal["first", "mark", "off"] = "first"
    """Whether a post begins with the papers of `[[interests]]`, only marks them, or says nothing of them."""
    templates_dir: str = ""
    """A folder whose templates go before the package's own. Empty: none."""

    @field_validator("site_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is not an address that begins with http:// or https://")
        return value and value.rstrip("/") + "/"


class RunSettings(_Section):
    """How a step of Dagster's is repeated."""

    retries: int = Field(2, ge=0)
    """How often a step is tried again that failed for a cause that may pass."""
    retry_seconds: float = Field(60, ge=0)
    """The pause before the first retry; each further one is twice as long."""


class DeliverySettings(_Section):
    """Who is told of a new digest, through apprise."""

    urls_env: VariableName = "DIGEST_DELIVERY_URLS"
    """Name of the variable that holds the addresses, parted by blanks: they hold passwords."""
    papers: int = Field(8, ge=1)
    """The most papers that a message names."""
    within_days: int = Field(3, ge=0)
    """Older dates are not told: a backfill sends nothing."""

    def urls(self) -> tuple[str, ...]:
        """The addresses, from the environment; none where nobody is to be told."""
        return _addresses(self.urls_env)


def _addresses(variable: str) -> tuple[str, ...]:
    return tuple(os.environ.get(variable, "").split()) if variable else ()


class InterestSettings(_Section):
    """What somebody wants to read first: `[[interests]]`, as often as there are interests."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str
    """A word or a few."""
    keywords: Words = ()
    """Words that a wanted paper has."""
    authors: Words = ()
    """Whose papers are wanted."""
    papers: tuple[str, ...] = ()
    """arXiv's identifiers."""
    library: tuple[str, ...] = ()
    """Files: BibTeX, RIS or CSL-JSON, as Zotero and others export them."""
    stars: str = ""
    """A file of marks, saved on the site's page of stars."""
    not_: tuple[str, ...] = Field((), alias="not")
    """What is not wanted: arXiv's identifiers, or keywords."""
    delivery_urls_env: VariableName = ""
    """Name of a variable with addresses that are told of this interest's papers. Empty: none."""

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not value.strip() or len(value) > 60 or "\n" in value:
            raise ValueError(f"{value!r} is not a name: use a word or a few")
        return value.strip()

    def delivery_urls(self) -> tuple[str, ...]:
        """The addresses that are told of this interest alone, from the environment."""
        return _addresses(self.delivery_urls_env)

    @field_validator("papers")
    @classmethod
    def _are_identifiers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(split_version(each)[0] for each in value))

    @model_validator(mode="after")
    def _says_something(self) -> InterestSettings:
        if not (self.keywords or self.authors or self.papers or self.library or self.stars):
            raise ValueError(f"{self.name} has neither papers, library, stars, keywords nor authors")
        return self


class _TomlFile(TomlConfigSettingsSource):
    """digest.toml."""

    def _read_file(self, file_path: Path) -> dict[str, Any]:
        return _read_toml(file_path)


class Settings(BaseSettings):
    """All settings. `root` is the folder of digest.toml: relative paths are relative to it."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    digest: DigestSettings = DigestSettings()
    filters: FilterSettings = FilterSettings()
    checks: CheckSettings = CheckSettings()
    arxiv: ArxivSettings = ArxivSettings()
    llm: LlmSettings = LlmSettings()
    store: StoreSettings = StoreSettings()
    output: OutputSettings = OutputSettings()
    delivery: DeliverySettings = DeliverySettings()
    interests: tuple[InterestSettings, ...] = ()
    ranking: RankingSettings = RankingSettings()
    runs: RunSettings = RunSettings()
    root: Path = Field(default_factory=Path.cwd, exclude=True)
    is_beside: bool = Field(False, exclude=True)
    """Whether the digest is one of `digests/`, and not that of digest.toml."""
    project: tuple[Settings, ...] = Field((), exclude=True)
    """All digests of the project, where it has several: this one, too."""
    overview_page: Path | None = Field(None, exclude=True)
    """The page of the sites of several digests that leads to each. None: there is one digest, or no site."""

    @field_validator("interests")
    @classmethod
    def _have_their_names(cls, value: tuple[InterestSettings, ...]) -> tuple[InterestSettings, ...]:
        names = [each.name for each in value]
        if len(set(names)) < len(names):
            raise ValueError("two interests have the same name")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, _TomlFile(settings_cls))

    @property
    def before(self) -> tuple[Settings, ...]:
        """The digests of the project that come before this one, and are in its language: a paper that one of them may
        have is asked about as that one asks, so that its answers are paid for once."""
        names = [each.digest.name for each in self.project]
        earlier = self.project[: names.index(self.digest.name)] if self.digest.name in names else ()
        return tuple(each for each in earlier if each.digest.language == self.digest.language)

    @property
    def figure_origins(self) -> Origins | None:
        """Whose figures posts and pages show. None: nobody's."""
        return self.arxiv.origins if self.output.figures else None

    @property
    def page_of_all(self) -> Path | None:
        """Where the page of the sites of all digests is, or would be if there were several. None: there is no site."""
        if self.overview_page is not None:
            return self.overview_page
        return self.path(self.output.site_dir) / OVERVIEW_NAME if self.output.site_dir else None

    @property
    def templates(self) -> Path | None:
        """The folder of the user's own templates. None: there is none."""
        return self.path(self.output.templates_dir) if self.output.templates_dir else None

    def path(self, value: str) -> Path:
        """`value` as an absolute path, relative ones taken from the folder of digest.toml."""
        return (self.root / Path(value).expanduser()).resolve()


def find_config(start: Path | None = None) -> Path | None:
    """digest.toml: where `DIGEST_CONFIG` says, else in `start` (default: the working folder) or a folder above it."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    folder = (start or Path.cwd()).resolve()
    return next((each / CONFIG_NAME for each in (folder, *folder.parents) if (each / CONFIG_NAME).is_file()), None)


def load_settings(path: Path | None = None) -> Settings:
    """The settings of digest.toml at `path` (default: `find_config()`) and of the environment.

    Raises `ConfigurationError`, with every mistake named, each with the nearest setting that exists.
    """
    path = path or find_config()
    if path is not None:
        _take_secrets(path.parent / SECRETS_NAME)
    return _load(path)


def load_digests(path: Path | None = None) -> tuple[Settings, ...]:
    """The digests of the project at `path`, as `load_settings` has it. Without a folder `digests/` one, that of
    digest.toml; with it those of its files, after that of digest.toml if it names or chooses one (`digest.name`,
    `digest.categories`) and does not only say what is common.

    Raises `ConfigurationError` as `load_settings` does, and for digests that could not live side by side.
    """
    path = path or find_config()
    common = load_settings(path)
    files = sorted((common.root / DIGESTS_NAME).glob("*.toml")) if path is not None else []
    if not files:
        return (common,)
    is_one = bool({"name", "categories"} & common.digest.model_fields_set)
    found = [*([common] if is_one else []), *(_of_its_own(path, file, common) for file in files)]
    _check_apart(found)
    page = OVERVIEW_NAME if is_one else "index.html"
    overview = common.path(common.output.site_dir) / page if common.output.site_dir else None
    return tuple(each.model_copy(update={"project": tuple(found), "overview_page": overview}) for each in found)


_FOLDERS = ("assets", "posts")
"""Of a site, as are single letters: a digest's own site lies beside them."""
_ITS_OWN = ("digest", "filters", "interests", "output", "delivery")
"""What a file of `digests/` says. All else is the project's."""


def _of_its_own(path: Path | None, file: Path, common: Settings) -> Settings:
    """The digest of a file in `digests/`, with what it does not say as digest.toml has it."""
    name = file.stem
    with _told_of(file):
        said = _read_toml(file)
    digest, output = (said.get(section, {}) for section in ("digest", "output"))
    if not _NAME.match(name) or len(name) == 1 or name in _FOLDERS:
        cure = "Rename it: small letters, digits, hyphens, two or more; not " + " or ".join(_FOLDERS) + "."
        raise ConfigurationError(f"{file} gives its digest its name, and {name!r} cannot be one.", cure=cure)
    if shared := [section for section in said if section in Settings.model_fields and section not in _ITS_OWN]:
        cure = f"Move it to {CONFIG_NAME}."
        raise ConfigurationError(f"[{shared[0]}] in {file} would hold for all digests of the project.", cure=cure)
    if not isinstance(digest, dict) or "name" in digest:
        raise ConfigurationError(f"digest.name in {file}: the digest has its file's name.", cure="Remove the line.")
    if "categories" not in digest:
        raise ConfigurationError(f"{file} does not say digest.categories.", cure='Add categories = ["cs.CL"], say.')
    places = {"site_dir": common.output.site_dir and f"{common.output.site_dir.rstrip('/')}/{name}"}
    places |= {"site_url": common.output.site_url and f"{common.output.site_url}{name}/"}
    said = {**said, "digest": {**digest, "name": name}}
    if isinstance(output, dict):
        said["output"] = {**{key: value for key, value in places.items() if value}, **output}
    return _load(path, file, said)


@contextmanager
def _told_of(where: object) -> Iterator[None]:
    """Says of a file that cannot be read, or is not valid, which it is."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        cure = "Check its permissions and its encoding."
        raise ConfigurationError(f"{where} cannot be read: {error}.", cure=cure) from None
    except ValueError as error:  # tomllib.TOMLDecodeError
        raise ConfigurationError(f"{where} is not valid TOML: {error}.", cure="Correct that line.") from None


def _read_toml(file: Path) -> dict[str, Any]:
    """What `file` says, with or without the byte order mark that editors on Windows put before it."""
    return tomllib.loads(file.read_text("utf-8-sig"))


def _check_apart(digests: Sequence[Settings]) -> None:
    """Raises `ConfigurationError` for two digests of one name, or whose pages would lie in one folder."""
    names: set[str] = set()
    sites: dict[Path, str] = {}
    for each in digests:
        name = each.digest.name
        if name in names:
            cure = f"Rename {DIGESTS_NAME}/{name}.toml, or the digest of {CONFIG_NAME} (digest.name)."
            raise ConfigurationError(f"Two digests are called {name}.", cure=cure)
        names.add(name)
        site = each.path(each.output.site_dir) if each.output.site_dir else None
        if site is not None and site in sites:
            cure = "Give one of them another output.site_dir."
            raise ConfigurationError(f"The sites of {sites[site]} and {name} are both in {site}.", cure=cure)
        if site is not None:
            sites[site] = name


def _load(path: Path | None, file: Path | None = None, own: Mapping[str, Any] = MappingProxyType({})) -> Settings:
    """The settings of digest.toml at `path` and of the environment; `own`, what `file` says, goes before both."""
    where = str(file or path or "the environment")
    unknown = _unknown_variables()

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    with _told_of(where):
        if path is not None and not path.is_file():
            raise ConfigurationError(f"{path} does not exist.", cure=f"Write one, or correct {CONFIG_VARIABLE}.")
        try:
            settings = FromFile(
                root=path.parent if path else Path.cwd(),
                is_beside=file is not None,
                project=(),
                overview_page=None,
                **own,
            )
        except ValidationError as error:
            errors = [(each, _variable_of(each) if not _is_said(own, each["loc"]) else "") for each in error.errors()]
            told = [_explain(each) for each, name in errors if not (name and each["type"] == "extra_forbidden")]
            places = [f"the environment ({name})" for _, name in errors if name]
            if len(places) < len(errors):
                places.append(where)
            raise ConfigurationError(
                "; ".join([*unknown, *told]) + ".",
                cure=f"Correct it in {' and '.join(dict.fromkeys(places))}.",
            ) from None
    if unknown:
        raise ConfigurationError("; ".join(unknown) + ".", cure="Correct or unset it.")
    return Settings.model_construct(**{name: getattr(settings, name) for name in Settings.model_fields})


def _take_secrets(path: Path) -> None:
    """Makes what `.env` sets variables of this process, where the environment does not have them.

    Raises `ConfigurationError` for a file that others can read, or that cannot be read, and shows nothing of it.
    """
    if not path.is_file():
        return
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise ConfigurationError(
                f"{path} can be read by others, and holds secrets.", cure=f"Close it: chmod 600 {path}"
            )
        held = dotenv_values(stream=io.StringIO(path.read_text("utf-8-sig")), interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigurationError(f"{path} cannot be read: {said}.", cure="Check its permissions.") from None
    for name, value in held.items():
        if value and os.environ.get(name, "") in ("", _FROM_SECRETS.get(name)):
            os.environ[name] = _FROM_SECRETS[name] = value


def setting_names() -> list[str]:
    """Every setting, as `section.key`."""
    return [
        f"{section}.{key}"
        for section, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for key in field.annotation.model_fields
    ]


def _nearest(name: str) -> str:
    names = setting_names()
    candidates = [*names, *{each.split(".")[0] for each in names}]
    by_key = {each.split(".")[-1]: each for each in names}
    close = difflib.get_close_matches(name, candidates, 1, 0.5)
    close = close or [by_key[key] for key in difflib.get_close_matches(name.split(".")[-1], list(by_key), 1, 0.5)]
    return f" (did you mean {close[0]}?)" if close else ""


def _is_said(own: Any, names: Sequence[int | str]) -> bool:
    """Whether a file of `digests/` says what stands under `names`."""
    for name in names[:2]:
        if not isinstance(own, Mapping) or name not in own:
            return False
        own = own[name]
    return True


def _variable_of(error: Any) -> str:
    """The variable of the environment that the wrong value came from; empty: it came from the file."""
    name = ENVIRONMENT_PREFIX + "__".join(str(part) for part in error["loc"][:2]).upper()
    return name if name in map(str.upper, os.environ) else ""


_OTHER_WORDS = {
    "string_type": "it should be a text in quotes",
    "tuple_type": "it should be a list",
    "int_parsing_size": f"it should be a whole number up to {_LARGEST_NUMBER:,}",
}
"""By pydantic's type of an error: what it says of Python's types, in TOML's."""


def _explain(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"there is no setting {name}{_nearest(name)}"
    said = error["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    said = _OTHER_WORDS.get(error["type"], said)
    said = re.sub(r"'([^']{60})[^']+'", r"'\1...'", said)
    return f"{name}: {said}"


def _unknown_variables() -> list[str]:
    """What is wrong with variables that look like settings and are none: a clause each."""
    parts = {SECOND_READER: SecondReaderSettings, EMBEDDINGS: EmbeddingsSettings}
    names = [*setting_names(), *(f"{part}.{key}" for part, of in parts.items() for key in of.model_fields)]
    known = {ENVIRONMENT_PREFIX + name.replace(".", "__").upper() for name in names}
    clauses = []
    for variable in sorted(os.environ):
        if variable.upper().startswith(ENVIRONMENT_PREFIX) and variable.upper() not in known:
            name = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".")
            clauses.append(f"there is no setting {name} for the environment variable {variable}{_nearest(name)}")
    return clauses
