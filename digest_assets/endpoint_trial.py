"""Does the model's endpoint fit? Asked for real: its list of models, then one small paper, through the checks of a day.

What `digest doctor` says of it in a line: `fits`, `too weak: it keeps 1 of 4 numbers`, `window too small: ...`, with
what it cost. A wrong base URL is looked for where people usually go wrong: without `/v1`, or with a path too much.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import httpx2

from digest_assets.config import EndpointSettings
from digest_assets.errors import ContextTooLong, EndpointError, EndpointLacks, EndpointTooSlow
from digest_assets.full_text.tokens import count_tokens
from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import Excerpt, StoredAnswer, read, translate
from digest_assets.llm.first_answers import VERDICTS
from digest_assets.llm.model_list import ListedModel, find_model, read_models
from digest_assets.llm.prices import cost
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.llm.providers import UNKNOWN, provider_of
from digest_assets.model import (
    AnswerStatus,
    BlockKind,
    Paper,
    Paragraph,
    Reading,
    TextSource,
    Translation,
    Trouble,
    Usage,
)
from digest_assets.resources.concurrency import Limiter
from digest_assets.resources.language_model import LanguageModel
from digest_assets.resources.model_access import ModelAccess

SECONDS = 60.0
"""How long one answer may take here: a model on one's own machine is slow at the first."""
_LIST_SECONDS = 20.0
_NUMBERS = ("21.4", "13.9", "1,184", "48")
_PAPER = Paper(
    identifier="0000.00000",
    version=1,
    title="A paragraph with numbers and a name",
    abstract=(
        "Whispered speech lacks pitch, which degrades speech recognition. We propose MurmurNet, which learns the "
        "difference between whispered and voiced speech. On 1,184 recordings of 48 speakers the word error rate falls "
        "from 21.4% to 13.9%, and the gain is largest for short utterances."
    ),
    authors=("A. Author",),
    categories=("eess.AS",),
    published_at=None,
)
_NAME = "MurmurNet"
_PARAGRAPHS = (
    "Whispered speech lacks pitch, and systems trained on voiced speech fail on it. Earlier work needs recordings of "
    "the same sentence both whispered and voiced, which few corpora have.",
    "MurmurNet has 6 layers and learns the difference between whispered and voiced speech from unpaired recordings. It "
    "is trained for 40 epochs.",
    "On 1,184 recordings of 48 speakers the word error rate falls from 21.4% to 13.9%. The gain is largest for "
    "utterances shorter than 2 seconds.",
    "A limitation is that all speakers are adults, recorded in quiet rooms.",
)
_LONG_TOKENS = 8000
"""Of a prompt of which an endpoint with Ollama's default of 4,096 tokens reads half."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, in a line, and whether it is well."""

    is_well: bool | None
    """None: a digest can be made, and this had better be otherwise."""
    text: str


@dataclass
class _Answers:
    """An `AnswerStore` that keeps nothing beyond the trial."""

    kept: list[StoredAnswer] = field(default_factory=list)

    def find(self, key: str) -> StoredAnswer | None:
        return None

    def arrived(self, answer: StoredAnswer) -> None:
        self.kept.append(answer)

    async def once(self, key: str, ask: Callable[[], Awaitable[StoredAnswer]]) -> StoredAnswer:
        return await ask()


async def list_models(settings: EndpointSettings, key: str) -> Verdict | None:
    """Whether the endpoint lists `llm.model`. None: it lists nothing, or not in time, which says nothing against it."""
    try:
        found = await _list(settings.base_url, settings, key)
    except EndpointTooSlow:
        return None
    if found is None:
        for address in _addresses_nearby(settings.base_url):
            if await _list(address, settings, key):
                return Verdict(False, f"{settings.base_url} has no models. Set llm.base_url to {address}.")
        return None
    if not found or find_model(found, settings.model) is not None:
        return Verdict(True, f"{settings.base_url} has {settings.model}")
    names = [each.name for each in found]
    nearest = difflib.get_close_matches(settings.model, names, 3, 0.3) or names[:3]
    return Verdict(
        False, f"{settings.base_url} has no {settings.model}. Set llm.model to one it has: {', '.join(nearest)}."
    )


async def _list(base_url: str, settings: EndpointSettings, key: str) -> list[ListedModel] | None:
    """The models at an address. None: no list is there. Raises `EndpointError` as `LanguageModel.tell` does."""
    elsewhere = settings.model_copy(
        update={"base_url": base_url, "timeout_seconds": min(20.0, settings.timeout_seconds)}
    )
    async with LanguageModel(elsewhere, key, limiter=Limiter(1)) as model:
        try:
            response = await model.tell(lambda client: client.get("/models", cast_to=httpx2.Response), attempts=1)
        except EndpointLacks:
            return None
    return read_models(response.text, provider_of(base_url, settings.preset))


def _addresses_nearby(base_url: str) -> list[str]:
    """Where people usually mean: with `/v1`, and without the path of a call."""
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/")
    shorter = path.removesuffix("/chat/completions").removesuffix("/completions").removesuffix("/models")
    paths = dict.fromkeys([shorter, f"{shorter}/v1", f"{path}/v1", "/v1", "/api/v1"])
    return [urlunsplit(parts._replace(path=each)) for each in paths if each != path]


async def try_model(access: ModelAccess, key: str, language: str) -> Verdict:
    """Has a small paper translated and read, and says whether the model fits. Raises `EndpointError`."""
    settings = access.settings.model_copy(update={"timeout_seconds": min(SECONDS, access.settings.timeout_seconds)})
    answers, usages, rules = _Answers(), list[Usage](), access.rules(language)
    async with LanguageModel(settings, key, limiter=Limiter(1), count_tokens=count_tokens) as model:

        async def ask(prompt: Prompt) -> Answer:
            answer = await model.ask(prompt)
            usages.append(answer.usage)
            return answer

        began = time.monotonic()
        made = await translate(_PAPER, ask=ask, answers=answers, rules=rules)
        reading = (
            await read(_PAPER, _excerpt(), ask=ask, answers=answers, rules=rules)
            if made.status is AnswerStatus.DONE
            else None
        )
        seconds = time.monotonic() - began
        too_small = await _reads_in_part(model, settings, usages)
    usage = sum(usages, Usage())
    costs = _costs(usage, access)
    if too_small is not None:
        return Verdict(False, f"{VERDICTS[Trouble.WINDOW]}: {too_small}{costs}")
    last = reading or made
    if last.trouble is Trouble.WINDOW:
        return Verdict(False, f"{VERDICTS[Trouble.WINDOW]}: {last.reason}{costs}")
    if last.trouble is Trouble.TIME and settings.timeout_seconds < access.settings.timeout_seconds:
        return Verdict(
            False,
            f"too slow: no answer to a short paper within {SECONDS:.0f} s. A run waits "
            f"{access.settings.timeout_seconds:g} s (llm.timeout_seconds). Try again, the model may have been loading, "
            f"or choose a smaller one in llm.model{costs}",
        )
    if last.status is AnswerStatus.FAILED and (reading is not None or not answers.kept):
        return Verdict(False, f"{last.reason}{costs}")
    if (weak := _too_weak(made, reading, answers)) is not None:
        return Verdict(
            False,
            f"{VERDICTS[Trouble.MODEL]}: {weak}. Choose another llm.model; a day's digest would lack most "
            f"answers{costs}",
        )
    window = f"; context {model.window:,} tokens" if model.window else ""
    speed = f"; {(usage.output_tokens or 0) / max(seconds, 0.001):.0f} tokens a second"
    named, claims = (reading.evidence if reading else None) or (0, 0)
    says = f"fits: it writes {language} and keeps numbers, names and form"
    evidence = f", and {named} of {claims} sentences name the paragraphs that they rest on"
    return Verdict(True if 2 * named >= claims else None, f"{says}{evidence}{window}{speed}{costs}")


def _excerpt() -> Excerpt:
    paragraphs = tuple(Paragraph(at, BlockKind.PARAGRAPH, text) for at, text in enumerate(_PARAGRAPHS, 1))
    text = "\n\n".join(_PARAGRAPHS)
    numbered = "\n\n".join(f"[{each.number}] {each.text}" for each in paragraphs)
    return Excerpt(text, None, count_tokens(text), TextSource.HTML, paragraphs, numbered)


def _too_weak(made: Translation, reading: Reading | None, answers: _Answers) -> str | None:
    if reading is not None and reading.status is AnswerStatus.DONE:
        return None
    if reading is not None:
        return f"it cannot read four paragraphs ({reading.reason})"
    text = made.text or (answers.kept[-1].text if answers.kept else "")
    kept = [number for number in _NUMBERS if number in text or number.replace(",", "") in text]
    name = "" if _NAME in text else f", and not the name {_NAME}"
    return f"it keeps {len(kept)} of {len(_NUMBERS)} numbers{name} ({made.reason})"


async def _reads_in_part(model: LanguageModel, settings: EndpointSettings, usages: list[Usage]) -> str | None:
    """What is wrong with how much the endpoint reads; only asked of servers that may cut a prompt without a word: those
    on one's own machine, where a long prompt costs nothing."""
    provider = provider_of(settings.base_url, settings.preset)
    host = urlsplit(settings.base_url).hostname or ""
    is_near = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".local")
    if not (provider.ports or (provider is UNKNOWN and is_near)) or model.window is not None:
        return None
    filler = "one two three four five six seven eight nine ten " * (_LONG_TOKENS // 10)
    prompt = Prompt(
        "trial-1", (Message("user", f"Answer with the single word yes.\n\n{filler}\n\nAnswer: yes or no?"),)
    )
    try:
        usages.append((await model.ask(prompt)).usage)
    except ContextTooLong as error:
        return str(error)
    except EndpointError:
        return None  # that it cannot be found out says nothing against it
    return None


def _costs(usage: Usage, access: ModelAccess) -> str:
    tokens = (usage.input_tokens or 0) + (usage.output_tokens or 0)
    money = cost(usage, access.price)
    return f" (took {tokens:,} tokens{f', {money:.4f}' if money is not None else ''})"
