"""What can go wrong, as a vocabulary: each error is one line for the user, and each names its cure.

`DigestError` is the root; a caller that catches it can print `str(error)` and stop. Where an error is turned into
Dagster's `Failure` (`assets/one_date.py`) or into an exit code (`cli/__init__.py`) is one place each.
Secrets never enter a message: what a server answered is quoted only after `redact()`.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from digest_assets.model import Trouble

if TYPE_CHECKING:
    from datetime import datetime

    from digest_assets.model import Usage

_SECRET = re.compile(
    r"(?i)((?<![a-z])sk-|authorization[\"']?\s*[=:]\s*[\"']?\w+\s+|api[-_]?key[\"']?\s*[=:][\"'\s]*)[a-z0-9_.*-]{4,}"
    # After a blank alone a plain word is prose: "the API_KEY does not fit", "Bearer authentication is needed".
    r"|((?:bearer|api[-_ ]?key)[\"'\s]+)(?=[a-z_.-]*[\d*]|[a-z_.-]{20})[a-z0-9_.*-]{4,}"
)
_LIKE_A_KEY = re.compile(
    r"(?:sk|gsk|xai|hf|ark|nvapi|pplx|csk|fw|rk|ghp|xoxb)[-_][A-Za-z0-9_-]{16,}"  # the providers' own beginnings
    r"|AIza[A-Za-z0-9_-]{30,}|eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_.-]+"  # Google's, and JSON web tokens
    r"|(?i:[0-9a-f]{32,})(?:\.[A-Za-z0-9]{12,})?"  # Zhipu's, Azure's, and other hexadecimal ones
)
_SHORTEST_SECRET = 8
"""Shorter ones (`none`, `EMPTY`, `ollama`) are words that local servers are given, and stand in sentences."""
_hidden: dict[str, re.Pattern[str]] = {}


def hide(secret: str) -> None:
    """From now on `secret` is shown nowhere: not whole, and not as `abcd***wxyz`, as providers quote a key."""
    if len(secret) < _SHORTEST_SECRET or secret in _hidden:
        return
    start = re.escape(secret[:4])
    _hidden[secret] = re.compile(rf"{re.escape(secret)}|{start}[\w-]*[*•.…]{{2,}}[\w-]*")


def looks_like_a_key(text: str) -> bool:
    """Whether `text` has the form of a provider's key."""
    return bool(_LIKE_A_KEY.search(text))


def without_secrets(text: str) -> str:
    """`text` with every key that this process knows, and what looks like one, replaced by `***`."""
    for pattern in _hidden.values():
        text = pattern.sub("***", text)
    return _SECRET.sub(lambda match: f"{match[1] or match[2]}***", text)


def redact(text: str, limit: int = 200) -> str:
    """`text` on one line, at most `limit` characters, without secrets."""
    return without_secrets(" ".join(text.split()))[:limit]


def unexpected(error: BaseException) -> str:
    """A mistake of this program, as the reason why a paper failed: what it was and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = redact(f"{type(error).__name__}: {error}")
    return f"unexpected error; please report it: {said} ({Path(place.filename).name}, line {place.lineno})"


class DigestError(Exception):
    """A failure with a message and a cure, both for people. `retryable`: whether trying later may help."""

    retryable = False

    def __init__(self, message: str, *, cure: str) -> None:
        message = without_secrets(message)
        super().__init__(message, cure)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".strip()


class ConfigurationError(DigestError):
    """digest.toml or the environment holds something that cannot be used."""


class ArxivError(DigestError):
    """Anything that arXiv's interfaces do wrong."""


class ArxivUnavailable(ArxivError):
    """No answer, or 429 / 5xx / 406 without a usable body, after all retries."""

    retryable = True


class ArxivAnswerBroken(ArxivError):
    """An answer came but cannot be used: truncated XML, a maintenance page, an empty page with a total."""

    retryable = True


class ArxivQueryRefused(ArxivError):
    """arXiv answered with an error entry: the query itself is wrong (user manual, section 3.4)."""


class EndpointError(DigestError):
    """Anything that the model's endpoint does wrong."""

    trouble: Trouble = Trouble.ENDPOINT
    usage: Usage | None = None
    """What was billed all the same: answers that could not be used."""


class EndpointRefused(EndpointError):
    """The key is missing, wrong or not allowed, or nothing is at the address. No further call can succeed."""


class EndpointUnavailable(EndpointError):
    """No connection, a time-out, 429 or 5xx after all retries."""

    retryable = True


class EndpointPaused(EndpointUnavailable):
    """The quota of the day is used up, or an outage lasts. No further call of this run can succeed."""

    until: datetime | None = None
    """When it is worth asking again (UTC), where that is known."""


class EndpointUnreachable(EndpointUnavailable):
    """No connection, and none before in this run: nothing listens there. No further call of the run can succeed."""


class EndpointLacks(EndpointError):
    """404 or 405: nothing is at this address of the endpoint (no batches, or not this one)."""


class BatchTooLarge(EndpointError):
    """413 for a file of requests: the same in several files may be taken."""


class ModelUnknown(EndpointError):
    """404 `model_not_found`: the endpoint does not serve `llm.model`. No further call of the run can succeed."""


class QuotaExhausted(EndpointError):
    """The balance is used up. No further call of the run can succeed until somebody tops it up."""


class ContextTooLong(EndpointError):
    """Prompt and answer do not fit into the model's context, or into what the account may send in a minute."""

    trouble = Trouble.WINDOW
    context_tokens: int | None = None
    """How long the context is, where the endpoint said so."""
    excess_tokens: int | None = None
    """By how many tokens, as we count them, the prompt has to be shorter to fit; None: not known."""


class EndpointTooSlow(EndpointUnavailable):
    """No answer came in the time that a call has."""

    trouble = Trouble.TIME


class ModelUnfit(EndpointError):
    """None of a run's first answers can be published: no more is asked in this run."""

    trouble = Trouble.MODEL


class ContentRefused(EndpointError):
    """A moderation does not let this text through."""

    trouble = Trouble.CONTENT


class AnswerUnusable(EndpointError):
    """The endpoint answered, but with nothing that can be used: empty, cut, HTML instead of JSON."""

    retryable = True


class AnswerCut(AnswerUnusable):
    """The answer does not fit into the room that the endpoint has for it."""

    trouble = Trouble.ROOM


class BudgetUsedUp(DigestError):
    """What may be spent on the model (`llm.budget_*`) is spent: nothing more is asked, a later run goes on."""


class NoKey(DigestError):
    """No key is set for the endpoint: nothing more is asked, a run goes on as soon as there is one."""


class BatchUnderWay(DigestError):
    """The answer is being made in a batch (`llm.batch`), and this run waits no longer: a later one collects it."""

    retryable = True


class StoreError(DigestError):
    """Anything about the store."""


class StoreLocked(StoreError):
    """Another program held the file for longer than the bounded wait."""

    retryable = True


class StoreUnreachable(StoreError):
    """The PostgreSQL of a lake did not answer for longer than the bounded wait."""

    retryable = True


class StoreInterrupted(StoreError):
    """A transaction in a lake was lost, with its connection or to another program. The same again may succeed."""

    retryable = True


class StoreUnusable(StoreError):
    """The file cannot be opened or written: permissions, a full disk, corruption, a newer schema."""


class HistoryUnusable(DigestError):
    """Dagster's history cannot be opened or made: a damaged file, permissions, a full disk."""


class NotInStore(StoreError):
    """The store holds nothing of what a step rests on: it was deleted or lies elsewhere, or that was never made."""


class OutputUnwritable(DigestError):
    """A post or page cannot be written where the settings say."""


class PaperUnshowable(DigestError):
    """A mistake of this program keeps a paper, even without its texts, from being shown, and with it its date."""


class TemplateBroken(DigestError):
    """A template (most likely the user's own) cannot be rendered."""
