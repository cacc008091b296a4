"""What an endpoint's refusal means, and the one line that is told of it. Pure: status, headers and body in.

Meaning comes from structure first: typed fields of the error (`code`, `type`, `error.status`, numbers), the status, the
headers. Phrases are last, only for what a status leaves open, and they are data (`providers.toml`). What no table knows
is taken for what its status says, and not for anything worse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

from digest_assets.errors import (
    AnswerCut,
    AnswerUnusable,
    ContentRefused,
    ContextTooLong,
    EndpointError,
    EndpointPaused,
    EndpointRefused,
    EndpointTooSlow,
    EndpointUnavailable,
    EndpointUnreachable,
    ModelUnknown,
    QuotaExhausted,
    redact,
)
from digest_assets.llm.providers import SEVERAL, UNKNOWN, Provider, providers
from digest_assets.model import Trouble, Usage

LONGEST_WAIT_SECONDS = 300.0
"""An endpoint that asks for more patience than this is asked again by a later run."""


class Refusal(str, Enum):
    """What an endpoint's refusal means. The values are the words of `providers.toml`."""

    KEY = "key"
    FORBIDDEN = "forbidden"
    """403, and nothing says why: what the key may do, the country, a firewall that does not like the text."""
    BALANCE = "no balance"
    MODEL = "model unknown"
    ADDRESS = "no such address"
    CONTEXT = "too long"
    """Prompt and answer together do not fit into the context."""
    TOO_LARGE = "too large for a minute"
    """One request is more than the account may send in a minute: waiting does not help."""
    BUSY = "slow down"
    DAY = "quota of the day"
    BROKEN = "outage"
    """5xx, overload: later."""
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNUSABLE = "no answer"
    """200, but no answer in it."""
    BROKEN_OFF = "broken off"
    """200, and a part of an answer: it ended in no way that is good."""
    FILTERED = "content refused"
    READ_IN_PART = "read in part"
    """An answer to less than was sent: its usage says so."""
    CUT = "cut"
    """The answer does not fit into the room that the endpoint has."""
    LIMIT_NAME = "limit name"
    LIMIT_TOO_HIGH = "limit too high"
    TEMPERATURE = "temperature"
    STREAM_ONLY = "stream only"
    STREAM_OPTIONS = "stream options"
    SYSTEM_ROLE = "system role"
    THINKING = "thinking"
    """What was to turn thinking off is refused."""
    REQUEST = "request"
    """400 for a reason that is none of these."""


OUTAGE = frozenset({Refusal.BROKEN, Refusal.UNREACHABLE, Refusal.TIMEOUT, Refusal.BROKEN_OFF})
RETRYABLE = OUTAGE | {Refusal.BUSY, Refusal.UNUSABLE}
FORM = frozenset(
    {Refusal.LIMIT_NAME, Refusal.LIMIT_TOO_HIGH, Refusal.TEMPERATURE, Refusal.STREAM_ONLY, Refusal.STREAM_OPTIONS,
     Refusal.SYSTEM_ROLE, Refusal.THINKING, Refusal.REQUEST}
)  # fmt: skip
"""The request is not liked as it is. Of an endpoint that has answered nothing yet it is true of every call, too."""
FINAL = frozenset({Refusal.KEY, Refusal.FORBIDDEN, Refusal.BALANCE, Refusal.MODEL, Refusal.ADDRESS})
"""True of every call, unless the endpoint answers others."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal or a failure: what it means, and the endpoint's own words."""

    meaning: Refusal
    said: str
    """Without secrets."""
    status: int | None = None
    number: int | None = None
    """In tokens, where it was said: for `CONTEXT` the context's length, for `LIMIT_TOO_HIGH` the highest limit, for
    `TOO_LARGE` and `BUSY` what a minute allows."""
    prompt_tokens: int | None = None
    """For `CONTEXT` and `TOO_LARGE`: the prompt's length as the endpoint counts it, where it says so."""
    usage: Usage | None = None
    """What an unusable answer cost all the same."""
    wait_seconds: float | None = None
    """After how long the endpoint wants to be asked again, where it says so."""
    rests_on: str = ""
    """Which of the endpoint's words the meaning rests on: `code insufficient_quota`, `status 429`."""
    of_a_minute: bool = False
    """For `BUSY`: it says that a minute was too full."""
    of_tokens: bool = False
    """For `BUSY`: it says that tokens are counted, and not calls."""
    requested: int | None = None
    """For `BUSY`: as how many tokens it counted the call, where it says so."""


# --- reading ----------------------------------------------------------------------------------------------------------

_OPEN = {
    400: (
        Refusal.KEY, Refusal.BALANCE, Refusal.TOO_LARGE, Refusal.CONTEXT, Refusal.SYSTEM_ROLE, Refusal.FILTERED,
        Refusal.MODEL,
    ),
    403: (Refusal.KEY, Refusal.BALANCE, Refusal.DAY, Refusal.BUSY, Refusal.FILTERED, Refusal.MODEL),
    404: (Refusal.MODEL,),
    413: (Refusal.TOO_LARGE, Refusal.CONTEXT),
    429: (Refusal.TOO_LARGE, Refusal.BALANCE, Refusal.DAY, Refusal.BUSY, Refusal.BROKEN),
    500: (Refusal.CONTEXT, Refusal.SYSTEM_ROLE, Refusal.BALANCE, Refusal.MODEL),
}  # fmt: skip
"""What phrases may still say where a status is this. 422 is as 400, 503 as 500; an error with status 200 may be any."""
_DEFAULT = {
    401: Refusal.KEY, 402: Refusal.BALANCE, 403: Refusal.FORBIDDEN, 404: Refusal.ADDRESS, 405: Refusal.ADDRESS,
    413: Refusal.CONTEXT, 429: Refusal.BUSY,
    408: Refusal.BROKEN, 409: Refusal.BROKEN, 425: Refusal.BROKEN, 498: Refusal.BROKEN,
}  # fmt: skip
_AMBIGUOUS = frozenset({Refusal.BUSY, Refusal.BALANCE, Refusal.DAY})

_FIELDS = {"number": re.compile(r'"n_ctx": ?(\d+)'), "prompt": re.compile(r'"n_prompt_tokens": ?(\d+)')}
"""Typed fields of an error with the numbers that phrases else have as groups (llama.cpp)."""
_ALLOWED = re.compile(r"limit:? ?(\d{3,8})")
_A_MINUTE = re.compile(r"per[ _-]?min|#token-limit|/ ?min\b|[rt]pm(?:\b|exceeded|ratelimit)|每分钟|token rate limit")
_OF_TOKENS = re.compile(
    r"#token-limit|tokens? per[ _-]?min|tokens?/ ?min|tpm(?:\b|exceeded|ratelimit)|token rate limit"
)
"""The last of each: Azure."""
_OF_CALLS = re.compile(r"requests? per[ _-]?min|rpm(?:\b|exceeded|ratelimit)")
_ALLOWED_A_MINUTE = re.compile(r"(?:limit:? ?|max [rt]pm:? ?|\(actual/limit\): ?\d+/)(\d{1,9})\b")
"""Groq and OpenAI: Limit 6000; Moonshot: max RPM: 20; xAI: (actual/limit): 21/20."""
_REQUESTED = re.compile(r"\brequested:? (\d{1,9})\b")
"""Groq and OpenAI: Used 5600, Requested 1200."""
_LIMIT = re.compile(r"max_(?:completion_|output_|new_)?tokens")
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|does ?n[o']t support|unrecognized|unknown|unexpected|not permitted|not allowed"
    r"|extra (?:inputs|fields)|only the default|deprecated|invalid parameter|removed"
)
_HIGHEST = re.compile(
    r"(?:at most|less than or equal to|<=|maximum(?: value)? (?:is|of|allowed)|\[\d+, ?)\W{0,3}(\d{2,7})"
)
_STREAM_ONLY = re.compile(
    r"only support[s]?\b[^.]{0,20}stream|stream[^.]{0,20}(?:must be|should be|set to) true|streaming is required"
    r"|non-?streaming calls?|must (?:be|use) stream"
)
_ROLE = re.compile(r"messages\W{0,4}\d*\W{0,4}role\b")
"""The parameter that a refusal of the system role names."""
_THINKING = re.compile(r"reasoning_effort|enable_thinking|chat_template_kwargs|\bthinking\b|\breasoning\b")

_DURATION = re.compile(
    r"(?:again|retry|reset|available)[^.\d]{0,30}?((?:\d+(?:\.\d+)? ?(?:milliseconds?|ms|seconds?|secs?|minutes?|mins?"
    r"|hours?|hrs?|days?|[dhms])[ ,]*(?:and )?)+)"
)
_PART = re.compile(r"(\d+(?:\.\d+)?) ?(milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|[dhms])")
_UNITS = {"ms": 0.001, "mi": 60.0, "m": 60.0, "s": 1.0, "h": 3600.0, "d": 86400.0}
_REMAINING = re.compile(r"x-ratelimit-remaining(?:-[a-z_-]+)?")
_BARE = re.compile(r"\d+(?:\.\d+)?")
_EPOCH_MILLISECONDS = 1e12
"""An epoch that is larger has milliseconds."""
_LONGEST_MINUTE = 3600.0
"""Seconds until a limit is whole again that is none of a day."""
_LONGEST_TOLD = 31 * 86400.0
"""Seconds. A quota of a month may be used up; whoever names more is wrong."""
_FLUSH = re.compile(r"(20\d\d-\d\d-\d\d[ t]\d\d:\d\d:\d\d)[^\n]{0,6}重置")
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class _Said:
    """An error's body, in whichever of the known shapes."""

    message: str = ""
    codes: tuple[str, ...] = ()
    """The typed fields, as they are."""
    param: str = ""
    details: str = ""
    """All of it, in small letters."""


def read_problem(
    status: int | None,
    body: str,
    *,
    headers: Iterable[tuple[str, str]] = (),
    provider: Provider = UNKNOWN,
    model: str = "",
    now_epoch_seconds: float = 0.0,
) -> Problem:
    """What a refusal means. `status` is None where the endpoint answered 200 and put an error into the body; `model` is
    the one asked for."""
    said = _said(body)
    headers = tuple(headers)
    wait = _wait_seconds(said, headers, now_epoch_seconds)
    wait = None if wait is None else min(wait, _LONGEST_TOLD)
    meaning, rests_on = _meaning(status, said, provider, model, wait)
    if meaning is Refusal.BUSY and wait is None:
        whole = _until_whole(headers, now_epoch_seconds)
        if whole is not None and whole > _LONGEST_MINUTE:
            meaning, wait, rests_on = Refusal.DAY, whole, f"{rests_on}, with nothing left for {whole:.0f} s"
        elif whole is not None:
            wait = min(whole, LONGEST_WAIT_SECONDS)
    number = prompt_tokens = None
    if meaning is Refusal.CONTEXT:
        number, prompt_tokens = (_number_in(said, name, provider) for name in ("number", "prompt"))
    elif meaning is Refusal.LIMIT_TOO_HIGH:
        number = _number(_HIGHEST.search(said.message.lower()))
    elif meaning is Refusal.TOO_LARGE:
        number = _number(_ALLOWED.search(said.message.lower()))
    of_a_minute = of_tokens = False
    requested = None
    if meaning is Refusal.BUSY:
        text = " ".join((*said.codes, said.message)).lower()
        of_a_minute = bool(_A_MINUTE.search(text))
        of_tokens = bool(_OF_TOKENS.search(text)) and not _OF_CALLS.search(text)
        number = _number(_ALLOWED_A_MINUTE.search(text)) if of_a_minute else None
        requested = _number(_REQUESTED.search(text)) if of_tokens else None
    return Problem(
        meaning,
        redact(said.message) or "no explanation",
        status,
        number,
        prompt_tokens,
        of_a_minute=of_a_minute,
        of_tokens=of_tokens,
        requested=requested,
        wait_seconds=wait,
        rests_on=rests_on,
    )


def _meaning(
    status: int | None, said: _Said, provider: Provider, model: str, wait: float | None
) -> tuple[Refusal, str]:
    text = " ".join((*said.codes, said.message)).lower()
    found = _by_code(said.codes, provider)
    if found is None:
        found = _by_status(status, said, text, provider, model)
    meaning, rests_on = found
    if meaning in _AMBIGUOUS and status != 402:
        return _refined(meaning, rests_on, text, provider, wait)
    return meaning, rests_on


def _by_code(codes: Iterable[str], provider: Provider) -> tuple[Refusal, str] | None:
    for table in (provider.codes, providers()[SEVERAL].codes):
        for code in codes:
            meaning = table.get(code.lower()) or table.get(code.lower().split(".")[0])
            if meaning:
                return Refusal(meaning), f"code {code}"
    return None


def _by_status(status: int | None, said: _Said, text: str, provider: Provider, model: str) -> tuple[Refusal, str]:
    kind = {422: 400, 503: 500, 529: 500}.get(status or 0, status)
    words = _OPEN.get(kind) if kind is not None else tuple(Refusal)
    by_status = f"status {status}" if status else "an error with status 200"
    if kind in (400, None):
        sure = [each for each in words or () if each not in (Refusal.FILTERED, Refusal.MODEL)]
        if found := _by_phrase(text, sure, provider):
            return found
        if (form := _form(said, text)) is not None:
            return form, f"the parameter {form.value}"
    if kind in (404, 400) and model and model.lower() in said.message.lower() and "not found" in text:
        return Refusal.MODEL, f"{by_status} with the model's name"
    if words and (found := _by_phrase(text, words, provider)):
        return found
    if status is None or status >= 500:
        return Refusal.BROKEN, by_status
    return _DEFAULT.get(status, Refusal.REQUEST), by_status


def _by_phrase(text: str, among: Iterable[Refusal], provider: Provider) -> tuple[Refusal, str] | None:
    wanted = {meaning.value for meaning in among}
    for pattern, meaning in _phrases(provider):
        if meaning in wanted and (match := pattern.search(text)):
            return Refusal(meaning), f"the words “{match.group()[:60]}”"
    return None


def _phrases(provider: Provider) -> Iterator[tuple[re.Pattern[str], str]]:
    """The provider's own first, then those of all others, which gateways pass on, then what several say."""
    yield from provider.phrases
    for each in providers().values():
        if each is not provider and each.name != SEVERAL:
            yield from each.phrases
    yield from providers()[SEVERAL].phrases


def _refined(meaning: Refusal, rests_on: str, text: str, provider: Provider, wait: float | None) -> tuple[Refusal, str]:
    """Too fast, too much for a minute, or for a day: the endpoint's time to wait decides, then its words. Who names a
    time does not want money."""
    if found := _by_phrase(text, (Refusal.TOO_LARGE,), provider):
        return found
    if wait is not None and wait > LONGEST_WAIT_SECONDS:
        return Refusal.DAY, f"{rests_on}, asked to wait {wait:.0f} s"
    if wait is not None:
        return Refusal.BUSY, f"{rests_on}, asked to wait {wait:.0f} s"
    if meaning is Refusal.BUSY and (found := _by_phrase(text, (Refusal.DAY,), provider)):
        return found
    return meaning, rests_on


def _form(said: _Said, text: str) -> Refusal | None:
    """Which part of the request's form was not liked."""
    if _STREAM_ONLY.search(text):
        return Refusal.STREAM_ONLY
    if "stream_options" in text:
        return Refusal.STREAM_OPTIONS
    if _ROLE.search(f"{said.param} {text}"):
        return Refusal.SYSTEM_ROLE
    if _LIMIT.search(f"{said.param} {text}"):
        return Refusal.LIMIT_NAME if _UNSUPPORTED.search(text) and not _HIGHEST.search(text) else Refusal.LIMIT_TOO_HIGH
    if said.param == "temperature" or "temperature" in text:
        return Refusal.TEMPERATURE
    return Refusal.THINKING if _THINKING.search(text) else None


def _said(body: str) -> _Said:
    try:
        payload = json.loads(body)
    except ValueError:
        text = what_came_instead(body) if body.lstrip().startswith("<") else body.strip()
        return _Said(text, details=body.lower()[:4000])
    if isinstance(payload, list) and payload:  # Gemini's
        payload = payload[0]
    error: object = payload
    for name in ("error", "detail", "errors"):
        inner = error.get(name) if isinstance(error, Mapping) else None
        error = (inner[0] if isinstance(inner, list) and inner else inner) or error
    details = json.dumps(payload, ensure_ascii=False).lower()
    outer = payload if isinstance(payload, Mapping) else {}
    if not isinstance(error, Mapping):
        return _Said(error if isinstance(error, str) else json.dumps(error), _codes(outer), details=details)
    base = error.get("base_resp")
    base = base if isinstance(base, Mapping) else {}
    message = next(
        (str(found) for found in (error.get("message"), error.get("msg"), base.get("status_msg")) if found), ""
    )
    return _Said(
        message,
        (*_codes(error), *_codes(base), *_codes(outer)),
        str(error.get("param") or error.get("loc") or ""),
        details,
    )


def _codes(error: Mapping[str, Any]) -> tuple[str, ...]:
    """The typed fields of an error, its details' reasons and quotas included (google.rpc.ErrorInfo, QuotaFailure)."""
    found = [error.get(name) for name in ("code", "type", "status", "reason", "status_code")]
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, Mapping):
            violations = detail.get("violations")
            found += [
                detail.get("reason"),
                *(each.get("quotaId") for each in violations or () if isinstance(each, Mapping)),
            ]
    return tuple(
        dict.fromkeys(str(each) for each in found if isinstance(each, (str, int)) and not isinstance(each, bool))
    )


def _wait_seconds(said: _Said, headers: tuple[tuple[str, str], ...], now: float) -> float | None:
    """How long to wait: by `Retry-After`, by google.rpc.RetryInfo, by a reset that is named, or in words."""
    by_header = retry_after_seconds(headers, now)
    if by_header is not None:
        return by_header
    if match := re.search(r'"retrydelay": ?"(\d+(?:\.\d+)?)s"', said.details):
        return float(match.group(1))
    if match := re.search(r'"x-ratelimit-reset": ?"?(\d{10,13})', said.details):  # OpenRouter: epoch in ms
        return max(0.0, float(match.group(1)) / (1000 if len(match.group(1)) > 10 else 1) - now)
    text = said.message.lower()
    if match := _FLUSH.search(text):  # Zhipu
        at = datetime.fromisoformat(match.group(1).replace("t", " ")).replace(tzinfo=_BEIJING)
        return max(0.0, at.timestamp() - now)
    if match := _DURATION.search(text):
        return _seconds(match.group(1))
    return None


def _until_whole(headers: tuple[tuple[str, str], ...], now: float) -> float | None:
    """How long by the headers of each limit of which nothing remains: `x-ratelimit-remaining-requests: 0` with
    `x-ratelimit-reset-requests: 2m59.56s` (OpenAI, Groq), seconds, or an epoch. None: they say of none that it is used
    up, or when. It is the time until the limit is whole again, and so comes last: one call may fit sooner."""
    values = {name.lower(): value.strip() for name, value in headers}
    used_up = (name for name, value in values.items() if value == "0" and _REMAINING.fullmatch(name))
    resets = (_until(values.get(name.replace("remaining", "reset"), ""), now) for name in used_up)
    return max((each for each in resets if each is not None), default=None)


def _until(reset: str, now: float) -> float | None:
    if not _BARE.fullmatch(reset):
        return min(_seconds(reset), _LONGEST_TOLD) if _PART.match(reset) else None
    number = float(reset)
    if number <= _LONGEST_MINUTE:
        return number
    # What is no number of seconds may be an epoch, or a unit of the provider's own.
    epoch = number / 1000 if number > _EPOCH_MILLISECONDS else number
    return epoch - now if 0 <= epoch - now <= _LONGEST_TOLD else None


def _seconds(duration: str) -> float:
    """Of `2m59.56s`, or `1 hour and 5 minutes`."""
    return sum(float(amount) * _unit(unit) for amount, unit in _PART.findall(duration))


def _unit(name: str) -> float:
    return 0.001 if name.startswith(("ms", "milli")) else _UNITS[name[0]]


def retry_after_seconds(headers: Iterable[tuple[str, str]], now_epoch_seconds: float) -> float | None:
    """`retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). None: absent or unreadable."""
    values = {name.lower(): value.strip() for name, value in headers}
    try:
        if "retry-after-ms" in values:
            return max(0.0, float(values["retry-after-ms"]) / 1000)
        if "retry-after" not in values:
            return None
        if _BARE.fullmatch(values["retry-after"]):
            return float(values["retry-after"])
        return max(0.0, parsedate_to_datetime(values["retry-after"]).timestamp() - now_epoch_seconds)
    except ValueError:
        return None


def what_came_instead(body: str) -> str:
    """What a body is that is no JSON."""
    start = body.lstrip("\ufeff \t\r\n")[:200].lower()
    if not start:
        return "an empty body"
    return "HTML instead of JSON" if start.startswith(("<!doctype", "<html", "<head", "<?xml")) else "broken JSON"


def _number_in(said: _Said, name: str, provider: Provider) -> int | None:
    """What a refusal for length says in numbers: in a field of its own, or where the table's words have it."""
    if in_field := _number(_FIELDS[name].search(said.details)):
        return in_field
    text = said.message.lower()
    telling = (each for each, meaning in _phrases(provider) if meaning == Refusal.CONTEXT.value)
    found = (match[name] for each in telling if name in each.groupindex and (match := each.search(text)))
    return next((int(each.replace(",", "")) for each in found if each), None)


def _number(match: re.Match[str] | None) -> int | None:
    return next((int(group) for group in match.groups() if group), None) if match else None


# --- telling ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem was met: what its line names."""

    base_url: str
    """Without a name and password."""
    model: str
    key_name: str
    """The variable that holds the key; empty where none is needed."""
    provider: Provider = UNKNOWN
    has_answered: bool = False
    """Whether the endpoint answered anything in this run."""
    section: str = "llm"
    """Of digest.toml, where its settings are."""

    @property
    def key_cure(self) -> str:
        if not self.key_name:
            return "Name the variable that holds the key in llm.api_key_env."
        return f"Set the environment variable {self.key_name} (llm.api_key_env) to a valid key."


def as_error(problem: Problem, place: Place, tries: int = 1, until: datetime | None = None) -> EndpointError:
    """The error for a problem: one line that says what was said, on which of its words that rests, and what to do.

    `until`: when it is worth asking again, for what passes by itself.
    """
    return _of_its_section(_as_error(problem, place, tries, until), place)


_SETTING = re.compile(r"\bllm\.(?!text_tokens\b)")
"""How long a text is at most is a setting of `llm` alone."""


def _of_its_section(error: EndpointError, place: Place) -> EndpointError:
    error.cure = _SETTING.sub(f"{place.section}.", error.cure)
    return error


def _as_error(problem: Problem, place: Place, tries: int, until: datetime | None) -> EndpointError:
    where = f"The model's endpoint {place.base_url}"
    after = f" after {tries} tries" if tries > 1 else ""
    because = f"{problem.status}: " if problem.status else ""
    said = f"({because}{problem.said.rstrip('. ')}{_resting(problem)})"
    again = f"It is worth asking again at {until:%Y-%m-%d %H:%M} UTC." if until else "Run again later."
    match problem.meaning:
        case Refusal.KEY:
            return EndpointRefused(f"{where} refused the key {said}.", cure=place.key_cure)
        case Refusal.FORBIDDEN:
            return EndpointRefused(
                f"{where} refuses to answer, and does not say why {said}.",
                cure=f"Check what the key in {place.key_name or 'llm.api_key_env'} (llm.api_key_env) may use, and "
                "whether the provider serves your country and network.",
            )
        case Refusal.BALANCE:
            return QuotaExhausted(
                f"{where} says that the balance is used up {said}.",
                cure="Top up the account, or choose another llm.base_url.",
            )
        case Refusal.MODEL:
            cure = place.provider.model_cure.replace("MODEL", place.model)
            return ModelUnknown(
                f"{where} does not serve the model {place.model!r} {said}.",
                cure="Correct llm.model"
                + (f", or get it: {cure}." if cure else "; `digest doctor` lists what it has."),
            )
        case Refusal.ADDRESS:
            return EndpointRefused(
                f"{where} has no chat completions {said}.", cure="Correct llm.base_url: it mostly ends in /v1."
            )
        case Refusal.CONTEXT:
            error = ContextTooLong(
                f"The prompt is longer than the context of {place.model!r} {said}.",
                cure=place.provider.window_cure
                or "Choose a model with a longer context in llm.model, or lower llm.text_tokens.",
            )
            error.context_tokens = problem.number
            return error
        case Refusal.READ_IN_PART:
            error = ContextTooLong(
                f"{where} read only a part of the prompt and answered all the same ({problem.said}).",
                cure=place.provider.window_cure
                or "Give the model a longer context where it is served (Ollama: num_ctx), or choose another llm.model.",
            )
            error.context_tokens = problem.number
            return error
        case Refusal.TOO_LARGE:
            error = ContextTooLong(
                f"The prompt is more than the account may send in a minute {said}.",
                cure="Lower llm.text_tokens, or raise the account's limit of tokens a minute.",
            )
            error.context_tokens = problem.number
            return error
        case Refusal.UNREACHABLE:
            kind = EndpointUnavailable if place.has_answered else EndpointUnreachable
            return kind(f"{where} cannot be reached{after} {said}.", cure="Check llm.base_url and that it is running.")
        case Refusal.TIMEOUT:
            return EndpointTooSlow(
                f"{where} does not answer{after} {said}.",
                cure="Raise llm.timeout_seconds, or lower llm.max_concurrency.",
            )
        case Refusal.DAY:
            paused = EndpointPaused(f"{where} says that the quota of the day is used up {said}.", cure=again)
            paused.until = until
            return paused
        case Refusal.BUSY:
            return EndpointUnavailable(
                f"{where} is too busy{after} {said}.",
                cure="Run again later, or lower llm.max_concurrency or llm.requests_per_minute.",
            )
        case Refusal.BROKEN:
            return EndpointUnavailable(f"{where} fails{after} {said}.", cure="Run again later.")
        case Refusal.UNUSABLE:
            return AnswerUnusable(
                f"{where} gave no usable answer{after}: {problem.said}.", cure="Check llm.base_url and llm.model."
            )
        case Refusal.BROKEN_OFF:
            return AnswerUnusable(
                f"{where} broke its answer off{after}: {problem.said}.",
                cure="Run again later; where that does not help, choose another llm.model.",
            )
        case Refusal.CUT:
            return AnswerCut(
                f"The answer of {place.model!r} does not fit into the room that the endpoint has: {problem.said}.",
                cure="Choose a model that thinks less or may answer longer, or lower llm.text_tokens.",
            )
        case Refusal.FILTERED:
            return ContentRefused(
                f"{where} refused this paper's content {said}.",
                cure="Others are asked as before; another provider may take it.",
            )
        case _:
            return EndpointError(
                f"{where} refused the request {said}.", cure="Check llm.model and the settings of [llm]."
            )


def outage(problem: Problem, place: Place, tries: int, until: datetime) -> EndpointPaused:
    """What is told to all who still wait when an outage lasts longer than a run waits for it."""
    did = "broke the answer off in each" if problem.meaning is Refusal.BROKEN_OFF else "did not answer any"
    slow = "Raise llm.timeout_seconds if the model is slow. " if problem.meaning is Refusal.TIMEOUT else ""
    error = EndpointPaused(
        f"The model's endpoint {place.base_url} {did} of {tries} calls "
        f"({problem.status or problem.meaning.value}: {problem.said.rstrip('. ')}).",
        cure=f"{slow}It is worth asking again at {until:%Y-%m-%d %H:%M} UTC.",
    )
    error.until = until
    if slow:
        error.trouble = Trouble.TIME
    _of_its_section(error, place)
    return error


def _resting(problem: Problem) -> str:
    return f"; read from {problem.rests_on}" if problem.rests_on and not problem.rests_on.startswith("status") else ""
