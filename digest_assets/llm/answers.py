"""What a model answered, made into what was asked for: reasoning, greetings and fences taken off, tags taken apart.

Only what is plainly not part of the answer is removed, at its two ends. What cannot be read raises, with a reason that
can be told to the model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from digest_assets.model import Usage

PARTS = ("background", "method", "results")

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"^.*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
_THOUGHT_OPEN = re.compile(r"<(?:think|thinking|thought|reasoning)>.*$", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*[\w-]*[ \t]*\n(.*?)\n?[ \t]*\1[ \t]*$", re.DOTALL)
_GREETING = re.compile(
    r"^(?:(?:好的|当然(?:可以)?|没问题|可以的|明白了?|收到|はい|承知(?:いた)?しました|Sure|Certainly|Of course|Okay|OK)"
    r"[，,。.！!、：:]*\s*)"
    r"(?=(?:以下|下面|这是|这里|译文|翻译|根据|我|Here|The|Below|以下|次)|\n)",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(
    r"^(?:\*{0,2}|#{1,4}\s*)(?:"
    r"(?:以下|下面|这)(?:就)?(?:是|为)[^。，\n]{0,24}?(?:译文|翻译|解读|摘要)[^。，\n：:]{0,8}"
    r"|(?:中文)?(?:译文|翻译|摘要译文|摘要翻译|中文翻译|中文译文|中文摘要)(?:如下)?"
    r"|(?:以下は|以下が)[^。\n]{0,24}?(?:訳|翻訳|解説)[^。\n：:]{0,8}"
    r"|(?:訳文|日本語訳)"
    r"|(?:Here(?:'s| is| are)|Below is|The following is)[^\n:：]{0,80}"
    r")\*{0,2}\s*[：:]\*{0,2}\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint returned for one request."""

    text: str
    finish_reason: str | None
    """`stop`, or `length` where the answer was cut; whatever else the endpoint says."""
    model: str
    """As the endpoint names it, which may be more exact than `llm.model`."""
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    in_batch: bool = False
    """Whether it came in a batch, which has its own price."""


class AnswerUnreadable(Exception):
    """The answer has not the form that was asked for. The message says what is wrong, in English."""


def without_thoughts(text: str) -> str:
    """`text` without the reasoning that some models write before their answer. A block never closed holds no answer."""
    text = _THOUGHT.sub("", text)
    text = _THOUGHT_END.sub("", text)  # some chat templates swallow the opening tag
    return _THOUGHT_OPEN.sub("", text).strip()


def parse_translation(text: str) -> str:
    """The translation in an answer: one paragraph of plain text. Raises `AnswerUnreadable` where nothing is left."""
    cleaned = _without_wrapping(text)
    cleaned = re.sub(r"\s*\n\s*", " ", cleaned)
    cleaned = re.sub(
        r"(?<=[\u3000-\u303f\u3040-\u30ff\u4e00-\u9fff\uff00-\uffef]) (?=[\u3040-\u30ff\u4e00-\u9fff])", "", cleaned
    )
    if not cleaned:
        raise AnswerUnreadable("the answer is empty")
    return cleaned


def parse_reading(text: str) -> tuple[str, str, str]:
    """Background, method and results: the Markdown inside the three tags.

    Raises `AnswerUnreadable` where a part is missing, empty, twice there or not closed.
    """
    cleaned = _without_wrapping(text)
    if not cleaned:
        raise AnswerUnreadable("the answer is empty")
    background, method, results = (_part(cleaned, name) for name in PARTS)
    return background, method, results


def outside_of_parts(text: str) -> str:
    """What a reading says outside its three tags: there should be nothing."""
    cleaned = _without_wrapping(text)
    return re.sub(rf"<({'|'.join(PARTS)})>.*?</\1>", "", cleaned, flags=re.DOTALL | re.IGNORECASE).strip()


def _part(text: str, name: str) -> str:
    found = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL | re.IGNORECASE)
    if not found:
        opened = re.search(rf"<{name}>", text, re.IGNORECASE)
        raise AnswerUnreadable(f"the part <{name}> is {'not closed' if opened else 'missing'}")
    if len(found) > 1:
        raise AnswerUnreadable(f"the part <{name}> is there {len(found)} times")
    content = _dedented(found[0])
    if not content:
        raise AnswerUnreadable(f"the part <{name}> is empty")
    return content


def _dedented(text: str) -> str:
    """Without empty lines at both ends, and without an indentation that Markdown would take for code."""
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines).strip()


def _without_wrapping(text: str) -> str:
    text = without_thoughts(text.replace("\r\n", "\n").lstrip("\ufeff"))
    for _ in range(3):  # a greeting before a fence that holds an announcement
        before = text
        text = _GREETING.sub("", text).strip()
        text = _ANNOUNCEMENT.sub("", text).strip()
        fenced = _FENCE.match(text)
        text = fenced.group(2).strip() if fenced else text
        if text == before:
            break
    return text
