"""What a model answered, taken apart: what the answer is, what was taken off it, and what is wrong with its form.

The form is a positive one: the answer is what stands in the tags that were asked for, or else the one thing that is
left when wrappers are off. A wrapper is taken off only where it is certain to be one and taking it off loses nothing;
each that was is named as a `Repair`. What cannot be told for sure is a defect: it is asked again, never published.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from digest_assets.llm.defects import Defect, DefectKind
from digest_assets.markup import formulas
from digest_assets.model import Usage

PARTS = ("background", "method", "results")
"""The tags of a reading."""
PIECES = ("title", "gist", "topics")
"""The tags of what comes with a translation, each of which may be missing."""
TRANSLATION = "translation"
"""The tag of a translation, which may also stand without it."""


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


class Repair(str, Enum):
    """What was taken off an answer, or written in the usual way, before it was judged."""

    THOUGHTS = "thoughts"
    END_TOKEN = "end token"
    FENCE = "fence"
    JSON = "json"
    TAG = "tag"
    HEADING = "heading"
    PREAMBLE = "preamble"
    AFTERWORD = "afterword"
    QUOTES = "quotes"
    DOUBLED = "doubled"
    BACKSLASHES = "backslashes"
    FULL_WIDTH = "full-width"
    THIN_SPACES = "thin spaces"
    COMBINING = "combining"
    TEX = "tex"


@dataclass(frozen=True, slots=True)
class TakenApart:
    """An answer by the tags that were asked for."""

    parts: Mapping[str, str]
    """What stands in each tag that is there, and is not empty."""
    repairs: tuple[Repair, ...] = ()
    """In the order in which they were first made, each once."""
    defects: tuple[Defect, ...] = ()
    """Why it is no answer of that form: `EMPTY` or `UNREADABLE`. Where there are some, nothing of it is published."""


def take_apart(text: str, needed: Sequence[str], more: Sequence[str] = (), alone: str | None = None) -> TakenApart:
    """`text` by its tags. Each of `needed` has to be there once; those of `more` may be missing.

    `alone` is the tag whose text may stand without any tag: then all that is left is its text.
    """
    made: list[Repair] = []
    text = _without_wrapping(_usual_signs(text, made), made, (*needed, *more))
    if not text:
        return TakenApart({}, tuple(made), (Defect(DefectKind.EMPTY, "the answer is empty"),))
    names = (*needed, *more)
    if alone is not None and not _tags_there(text, names):
        text = _single_backslashes(_bare(text, made), made)
        defects = () if text else (Defect(DefectKind.EMPTY, "the answer is empty"),)
        parts = {alone: text} if text else {}
        return TakenApart(parts, _each_once(made), defects)
    found: dict[str, str] = {}
    defects_found: list[Defect] = []
    for name in names:
        content, wrong = _part(text, name, made)
        if content:
            found[name] = _single_backslashes(content, made)
        elif wrong and (name in needed or wrong != "missing"):
            defects_found.append(Defect(DefectKind.UNREADABLE, f"the part <{name}> is {wrong}", part=name))
    if found and _outside(text, names):
        made.append(Repair.PREAMBLE)
    return TakenApart(found, _each_once(made), tuple(defects_found))


def translation_in(text: str) -> TakenApart:
    """The translation in an answer, under `TRANSLATION`: one paragraph of plain text. What is wrong with the pieces
    beside it (`pieces.py`) is no defect of it."""
    apart = take_apart(text, (TRANSLATION,), PIECES, alone=TRANSLATION)
    made = [*apart.repairs]
    parts = {name: _tex_off(one_paragraph(each), made) for name, each in apart.parts.items() if name == TRANSLATION}
    defects = tuple(each for each in apart.defects if each.part not in PIECES)
    return TakenApart(parts, _each_once(made), defects)


def reading_in(text: str) -> TakenApart:
    """Background, method and results, under the names of `PARTS`: the Markdown inside the three tags."""
    return take_apart(text, PARTS)


_TEX_COMMANDS = (
    (re.compile(r"\\(?:text[a-z]{2}|emph|text|underline|uline|mbox|textnormal)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\{\\(?:em|bf|it|tt|sc|rm|bfseries|itshape)\s+([^{}]*)\}"), r"\1"),
    (re.compile(r"\\href\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"\2（\1）"),
    (re.compile(r"\\(?:url|path)\s*\{([^{}]*)\}"), r" \1 "),
    (re.compile(r"\\verb([+|!])([^+|!]*)\1"), r"\2"),
    (re.compile(r"\\footnote\s*\{([^{}]*)\}"), r"（\1）"),
    (re.compile(r"[~\s]*\\(?:cite[pt]?|ref|label)\s*\{[^{}]*\}"), ""),
    (re.compile(r"\\xspace(?:\{\})?"), ""),
    (re.compile(r"\\l?dots(?:\{\})?"), "…"),
    (
        re.compile(r"\\(alpha|beta|gamma|delta|epsilon|kappa|lambda|mu|sigma|tau|phi|chi|rho|theta|eta)(?![A-Za-z])"),
        r"$\\\1$",
    ),
)
"""Commands that may stand outside formulas, and what they show."""


def _tex_off(text: str, made: list[Repair]) -> str:
    """Without the commands of TeX that were left outside formulas, where it is known what they show."""

    kept: list[str] = []

    def aside(formula: str) -> str:
        kept.append(formula)
        return chr(_FIRST_ASIDE + len(kept) - 1)

    def shown(each: str) -> str:
        bare = formulas.replaced(each, aside)
        for _ in range(3):
            for pattern, replacement in _TEX_COMMANDS:
                bare = pattern.sub(replacement, bare)
        return _ASIDE.sub(lambda match: kept[ord(match[0]) - _FIRST_ASIDE], bare)

    return _changed(text, shown, Repair.TEX, made)


_FIRST_ASIDE = 0xF0000
_ASIDE = re.compile("[\U000f0000-\U000ffffd]")
"""What stands for a formula while the text around it is read."""


def one_paragraph(text: str) -> str:
    """Without line ends, and without the blanks that they leave between Chinese or Japanese characters."""
    text = re.sub(r"\s*\n\s*", " ", text)
    return re.sub(
        r"(?<=[\u3000-\u303f\u3040-\u30ff\u4e00-\u9fff\uff00-\uffef]) (?=[\u3040-\u30ff\u4e00-\u9fff])", "", text
    ).strip()


def without_thoughts(text: str) -> str:
    """`text` without the reasoning that some models write before their answer. A block never closed holds no answer."""
    return _thoughts_off(text.replace("\r\n", "\n").lstrip("\ufeff").strip(), ())


def _each_once(made: list[Repair]) -> tuple[Repair, ...]:
    return tuple(dict.fromkeys(made))


# --- signs ------------------------------------------------------------------------------------------------------------

_FULL_WIDTH = {
    code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
"""Digits and Latin letters. Full-width marks are Chinese punctuation and stay."""
_THIN = "\u2009\u202f\u2007\u2006\u2008"
_THIN_THOUSANDS = re.compile(rf"(?<=\d)[{_THIN}\u00a0](?=\d{{3}}(?!\d))")
_FULL_WIDTH_POINT = re.compile(r"(?<=\d)[．](?=\d)")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


def _usual_signs(text: str, made: list[Repair]) -> str:
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for repair, change in (
        (Repair.COMBINING, lambda each: unicodedata.normalize("NFC", each)),
        (Repair.FULL_WIDTH, lambda each: _FULL_WIDTH_POINT.sub(".", each.translate(_FULL_WIDTH))),
        (Repair.THIN_SPACES, lambda each: re.sub(f"[{_THIN}\u00a0]", " ", _THIN_THOUSANDS.sub(",", each))),
    ):
        text = _changed(text, change, repair, made)
    return text


def _changed(text: str, change: Callable[[str], str], repair: Repair, made: list[Repair]) -> str:
    after = change(text)
    if after != text:
        made.append(repair)
    return after


_DOUBLED_COMMAND = re.compile(r"\\\\(?=[A-Za-z{}_%&#$,;!()\[\]|])")
_SINGLE_COMMAND = re.compile(r"(?<!\\)\\(?!\\)")


def _single_backslashes(text: str, made: list[Repair]) -> str:
    """`\\\\alpha` made `\\alpha`: where every command is doubled, none of them is a line's end."""
    if _DOUBLED_COMMAND.search(text) and not _SINGLE_COMMAND.search(text):
        made.append(Repair.BACKSLASHES)
        return text.replace("\\\\", "\\")
    return text


# --- wrappers ---------------------------------------------------------------------------------------------------------

_OPENING = re.compile(r"^(?:<([A-Za-z_][\w:.-]{0,30})>|◁([\w:-]{1,30})▷|\[([A-Z_]{3,20})\])", re.ASCII)
_THOUGHT_NAME = re.compile(
    r"think|thought|reason|analy[sz]|reflect|scratch|plan|draft|monologue|cot|思考", re.IGNORECASE
)
_WRAPPER_NAME = re.compile(
    r"^(?:translation|translated|answer|output|result|response|final(?:[_-]?answer)?|text|zh|ja|chinese|japanese|abstract|译文|翻译)$",
    re.IGNORECASE,
)
_LONE_CLOSING = re.compile(
    r"^(.*?)(?:</((?:[\w-]+:)?(?:think|thinking|thought|reasoning|analysis))>|◁/think▷)\s*", re.DOTALL
)
_CHANNEL = re.compile(r"^.*<\|channel\|>\s*final\s*(?:<\|constrain\|>\w+)?<\|message\|>", re.DOTALL)
_CHANNEL_BARE = re.compile(r"^analysis\b.*?assistant\s?final", re.DOTALL)
_THINKING_ALOUD = re.compile(r"^Thinking\.\.\.\n.*?\n\.\.\.done thinking\.\s*", re.DOTALL)
_ROLE = re.compile(
    r"^(?:<\|(?:im_start|start|start_header_id)\|>)?assistant(?:<\|end_header_id\|>)?\s*\n\s*", re.IGNORECASE
)
_FIRST_TOKEN = re.compile(r"^(?:<s>|<bos>|<\|begin_of_text\|>|<start_of_turn>model|<\|assistant\|>)\s*")
_END_TOKEN = re.compile(
    r"\s*(?:</s>|<eos>|<EOS>|\[EOS\]|<end_of_turn>|<\|[a-zA-Z_▁ ]{2,30}\|>|<｜[^｜>\n]{2,30}｜>|<end_of_utterance>)\s*$"
)
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*[\w-]*[ \t]*\n(.*?)\n?[ \t]*\1[ \t]*$", re.DOTALL)
_ONLY_FENCE = re.compile(r"^([^`]*?)\n?(```)[ \t]*[\w-]*[ \t]*\n([^`]*?)\n[ \t]*```([^`]*)$", re.DOTALL)

_GREETING = re.compile(
    r"^(?:(?:好的|当然(?:可以)?|没问题|可以的|明白了?|收到|はい|承知(?:いた)?しました"
    r"|Sure(?: thing)?|Certainly|Of course|Okay|OK)"
    r"[，,。.！!、：:]*\s*)"
    r"(?=(?:以下|下面|这是|这里|译文|翻译|根据|我|Here|The|Below|以下|次)|\n)",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(
    r"^(?:\*{0,2}|#{1,4}\s*)(?:"
    r"(?:以下|下面|这)(?:就)?(?:是|为)[^。，\n]{0,24}?(?:译文|翻译|解读|摘要)[^。，\n：:]{0,8}"
    r"|(?:中文)?(?:译文|翻译|摘要译文|摘要翻译|中文翻译|中文译文|中文摘要)(?:如下)?"
    r"|(?:根据|按照|遵照)[^。\n]{0,30}?(?:译文|翻译|译)[^。\n：:]{0,12}如下"
    r"|(?:我|现)(?:将|把)[^。\n]{0,30}?(?:译文|翻译|译)[^。\n：:]{0,12}如下"
    r"|(?:以下は|以下が)[^。\n]{0,24}?(?:訳|翻訳|解説)[^。\n：:]{0,8}"
    r"|(?:訳文|日本語訳)"
    r"|(?:Here(?:'s|’s| is| are)|Below is|The following is|Translation|Chinese translation)[^\n:：]{0,80}"
    r")\*{0,2}\s*[：:]\*{0,2}\s*",
    re.IGNORECASE,
)
_HEADING_WORDS = (
    r"(?:中文|论文|简体中文)?(?:摘要|译文|翻译|正文)(?:译文|翻译|（中文）|\(中文\))?|中文(?:版)?|(?:日本語)?(?:要旨|訳文|翻訳|概要)"
    r"|Abstract|Translation|Summary|Chinese(?: translation| abstract)?"
)
_HEADING = re.compile(
    rf"^(?:#{{1,6}}[ \t]*[^\n]{{1,200}}\n+"
    rf"|[【\[](?:{_HEADING_WORDS})[】\]]\s*[：:]?\s*"
    rf"|\*\*(?:{_HEADING_WORDS})[：:]?\*\*\s*[：:]?\s*"
    rf"|(?:{_HEADING_WORDS})[ \t]*(?:[：:]\s*|\n+))",
    re.IGNORECASE,
)
_TITLE_LINE = re.compile(r"^\**(?:论文)?(?:标题|题目|題名|タイトル|Title)\**[：:][^\n]{1,200}\n+(?=\S)", re.IGNORECASE)
_FIRST_LINE = re.compile(r"^([^\n]{1,80})\n+(?=\S)")
_LAST_LINE = re.compile(r"^(.*\S)\s*\n+\s*([^\n]{1,160})$", re.DOTALL)
_CHATTER = re.compile(
    r"译文|翻译|(?:以上|以下|上述|这)(?:就)?(?:是|为)|希望|如[有需果]|请(?:告|随时|提供|注意)|备注|仅供参考"
    r"|translat|let me know|hope this|please|as requested|訳(?:文|し|注)|翻訳",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^[*_（(【\[]*(?:注|译注|译者注|说明|备注|附注|Note|N\.B\.|注記|訳注)[*_】\]]*\s*[：:]", re.IGNORECASE
)
_NOTE_AT_END = re.compile(r"\s*[（(](?:注|译注|译者注|说明)[：:][^（）()]{0,120}(?:译|原文|保留)[^（）()]{0,120}[）)]$")
_AFTERWORD_AT_END = re.compile(
    r"(?<=[。！？!?.])\s*(?:以上(?:就)?(?:是|为)[^。\n]{0,30}(?:译文|翻译)[^。\n]{0,10}[。！]?"
    r"|希望(?:以上|这|对您|对你)[^。\n]{0,20}(?:帮助|满意)[^。\n]{0,10}[。！]?"
    r"|（?(?:翻译|译文)(?:完毕|完成|结束|到此结束|完)）?[。！]?|\(?Translation complete(?:d)?\.?\)?"
    r"|Let me know if[^\n]{0,120})$",
    re.IGNORECASE,
)
_ALL_QUOTED = re.compile(r"^(?:“([^“”]+)”|\"([^\"]+)\"|「([^「」]+)」|『([^『』]+)』|\*\*([^*]+)\*\*)$", re.DOTALL)


def _without_wrapping(text: str, made: list[Repair], names: Sequence[str]) -> str:
    """Thoughts, tokens, fences, JSON and tags that nobody asked for, in whatever order they are nested."""
    text = text.strip()
    for _ in range(8):
        before = text
        text = _changed(text, lambda each: _thoughts_off(each, names), Repair.THOUGHTS, made)
        text = _changed(text, _tokens_off, Repair.END_TOKEN, made)
        text = _changed(text, _fence_off, Repair.FENCE, made)
        text = _changed(text, lambda each: _json_off(each, names), Repair.JSON, made)
        text = _changed(text, lambda each: _tag_off(each, names), Repair.TAG, made)
        if not _tags_there(text, names):
            text = _greeting_off(text, made)
        if text == before:
            break
    return text


def _thoughts_off(text: str, names: Sequence[str]) -> str:
    """Without what stands in a tag at the beginning, where something else follows it, and without older marks of it."""
    text = _THINKING_ALOUD.sub("", _CHANNEL_BARE.sub("", _CHANNEL.sub("", text))).lstrip()
    opening = _OPENING.match(text)
    if opening is None:
        lone = _LONE_CLOSING.match(text)
        if lone and not re.search(rf"<{re.escape(lone[2] or 'think')}>|◁think▷", lone[1]):
            return text[lone.end() :].strip()  # some chat templates swallow the opening tag
        return text
    name = opening[1] or opening[2] or opening[3]
    if name.lower() in names or (_WRAPPER_NAME.match(name) and not _THOUGHT_NAME.search(name)):
        return text
    left, right = text[opening.start()], text[opening.end() - 1]
    closing = text.find(f"{left}/{name}{right}", opening.end())
    if closing < 0:
        return "" if _THOUGHT_NAME.search(name) else text
    rest = text[closing + len(name) + 3 :].strip()
    return rest if _THOUGHT_NAME.search(name) or _ends_like_text(rest) else text


def _ends_like_text(text: str) -> bool:
    """Whether this may be a whole answer, and not the rest of a sentence of which the beginning is a tag."""
    return len(text) > 40


def _tokens_off(text: str) -> str:
    text = _FIRST_TOKEN.sub("", _ROLE.sub("", text))
    while (end := _END_TOKEN.search(text)) and end.start() < len(text):
        text = text[: end.start()]
    return text.strip()


def _fence_off(text: str) -> str:
    if whole := _FENCE.match(text):
        return whole[2].strip()
    only = _ONLY_FENCE.match(text)
    around = (only[1] + only[4]).strip() if only else ""
    if only and len(only[3].strip()) > 2 * len(around) and (not around or _is_chatter(around)):
        return only[3].strip()
    return text


def _is_chatter(text: str) -> bool:
    return len(text) <= 160 and bool(_CHATTER.search(text) or text.rstrip("*").endswith(("：", ":")))


_JSON_BODY = re.compile(r"^\{.*\}$", re.DOTALL)
_UNSURE_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[bfrt]|n(?=[A-Za-z]))")
_NO_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?![\"\\/nu])")


def _json_off(text: str, names: Sequence[str]) -> str:
    """The text in `{"translation": "..."}`, or the parts in `{"background": "...", ...}` as tags.

    `\\beta` in JSON is a backspace and `eta`, unless the model forgot to escape: where that cannot be told, all stays.
    """
    if not _JSON_BODY.match(text) or _UNSURE_ESCAPE.search(text):
        return text
    try:
        held = json.loads(_NO_ESCAPE.sub(r"\1\\\\", text), strict=False)
    except ValueError:
        return text
    if not isinstance(held, dict):
        return text
    held = {str(name).lower(): value for name, value in held.items() if isinstance(value, str) and value.strip()}
    if any(name in held for name in names):
        return "\n".join(f"<{name}>{held[name].strip()}</{name}>" for name in names if name in held)
    texts = [value for name, value in held.items() if not _THOUGHT_NAME.search(name)]
    return texts[0].strip() if len(texts) == 1 else text


def _tag_off(text: str, names: Sequence[str]) -> str:
    """Without a tag that nobody asked for around all of it: `<answer>...</answer>`, `<zh>...</zh>`."""
    opening = _OPENING.match(text)
    name = (opening[1] or opening[2] or opening[3]) if opening else ""
    if not opening or name.lower() in names:
        return text
    closing = f"{text[0]}/{name}{text[opening.end() - 1]}"
    at = text.find(closing, opening.end())
    rest = text[at + len(closing) :].strip()
    if at < 0 or (rest and not (_WRAPPER_NAME.match(name) and _is_chatter(rest))):
        return text
    return text[opening.end() : at].strip()


def _greeting_off(text: str, made: list[Repair]) -> str:
    text = _changed(text, lambda each: _GREETING.sub("", each).strip(), Repair.PREAMBLE, made)
    return _changed(text, lambda each: _ANNOUNCEMENT.sub("", each).strip(), Repair.PREAMBLE, made)


def _bare(text: str, made: list[Repair]) -> str:
    """A text that stands without tags, without what is around it."""
    for _ in range(6):
        before = text
        text = _greeting_off(text, made)
        text = _changed(text, lambda each: _TITLE_LINE.sub("", each).strip(), Repair.HEADING, made)
        text = _changed(text, lambda each: _HEADING.sub("", each, count=1).strip(), Repair.HEADING, made)
        text = _changed(text, _first_line_off, Repair.PREAMBLE, made)
        text = _changed(text, _last_line_off, Repair.AFTERWORD, made)
        text = _changed(text, _quotes_off, Repair.QUOTES, made)
        text = _changed(text, _once, Repair.DOUBLED, made)
        if text == before:
            break
    return text


def _first_line_off(text: str) -> str:
    """Without a first line that announces: one with a colon at its end, or one that speaks of translating."""
    first = _FIRST_LINE.match(text)
    rest = text[first.end() :].strip() if first else ""
    if not first or len(rest) < 2 * len(first[1]):
        return text
    line = first[1].strip()
    announces = line.rstrip("*").endswith(("：", ":")) or (_CHATTER.search(line) and "\n\n" in text[: first.end()])
    return rest if announces else text


def _last_line_off(text: str) -> str:
    """Without a last line that looks back: a note, or one that speaks of the translation."""
    text = _AFTERWORD_AT_END.sub("", _NOTE_AT_END.sub("", text)).rstrip()
    last = _LAST_LINE.match(text)
    if last and len(last[1]) > len(last[2]) and (_NOTE.match(last[2]) or _CHATTER.search(last[2])):
        return re.sub(r"\n\s*[-*_—]{3,}\s*$", "", last[1]).strip()
    return text


def _quotes_off(text: str) -> str:
    quoted = _ALL_QUOTED.match(text)
    return next(each for each in quoted.groups() if each).strip() if quoted else text


def _once(text: str) -> str:
    """One of two equal halves. Two that differ, if by one word, are not told apart here."""
    words = re.sub(r"\s+", "", text)
    half, odd = divmod(len(words), 2)
    if odd or half < 20 or words[:half] != words[half:]:
        return text
    seen = 0
    for index, sign in enumerate(text):
        seen += not sign.isspace()
        if seen == half:
            return text[: index + 1].strip()
    return text


# --- tags -------------------------------------------------------------------------------------------------------------

_PART_HEADING = re.compile(
    r"^(?:#{1,6}[ \t]*[^\n]{1,40}\n+"
    r"|\*\*(?:研究)?(?:背景|方法|结果|核心方法|实验结果|局限|background|methods?|results?)"
    r"[^*\n]{0,12}\*\*[：:]?[ \t]*\n+)",
    re.IGNORECASE,
)


def _tags_there(text: str, names: Sequence[str]) -> bool:
    return any(re.search(rf"<{name}>", text, re.IGNORECASE) for name in names)


def _outside(text: str, names: Sequence[str]) -> str:
    return re.sub(rf"<({'|'.join(names)})>.*?</\1>", "", text, flags=re.DOTALL | re.IGNORECASE).strip()


def _part(text: str, name: str, made: list[Repair]) -> tuple[str | None, str | None]:
    """What stands in the tag `name`, or what is wrong with it."""
    found = [_dedented(each) for each in re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL | re.IGNORECASE)]
    if not found:
        return None, "not closed" if re.search(rf"<{name}>", text, re.IGNORECASE) else "missing"
    if len(found) > 1 and len(set(found)) == 1:
        made.append(Repair.DOUBLED)
    elif len(found) > 1:
        return None, f"there {len(found)} times"
    content = _changed(found[0], lambda each: _PART_HEADING.sub("", each, count=1).strip(), Repair.HEADING, made)
    return (content, None) if content else (None, "empty")


def _dedented(text: str) -> str:
    """Without empty lines at both ends, and without an indentation that Markdown would take for code."""
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines).strip()
