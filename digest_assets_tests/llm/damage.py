"""Deliberate damage to good Chinese translations: each kind is a way in which real answers have been wrong.

A function gives all its damaged texts; whoever measures chooses among them. What it gives differs from the good text in
meaning, never in wording alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

SENTENCE = re.compile(r"[^。！？]+[。！？]")
_NUMBER = re.compile(r"(?<![A-Za-z\d.])\d+(?:\.\d+)?(?![\d.]*[A-Za-z\d])")


def sentences(text: str) -> list[str]:
    return SENTENCE.findall(text)


def _each(pattern: str, replacement: str | Callable[[re.Match[str]], str], text: str) -> Iterator[str]:
    """`text` with one occurrence of `pattern` replaced, for each of them."""
    for match in re.finditer(pattern, text):
        put = replacement if isinstance(replacement, str) else replacement(match)
        yield text[: match.start()] + put + text[match.end() :]


def numbers_changed(text: str) -> Iterator[str]:
    """Each number in turn, its last digit another one."""
    for match in _NUMBER.finditer(text):
        if len(match.group(0)) > 1:
            digit = (int(match.group(0)[-1]) + 3) % 10
            yield f"{text[: match.end() - 1]}{digit}{text[match.end() :]}"


def scales_changed(text: str) -> Iterator[str]:
    yield from _each(r"(?<=\d)\s?万", "亿", text)
    yield from _each(r"(?<=\d)\s?亿", "万", text)
    yield from _each(r"(?<![\d.A-Za-z])(\d{2,})(?![\d.,%A-Za-z])", lambda each: each[1] + "0", text)


def percent_changed(text: str) -> Iterator[str]:
    """Percent, percentage points and times put for one another."""
    yield from _each(r"(?<=\d)\s?\\?%", "倍", text)
    yield from _each(r"(?<=\d)\s?\\?%(?!的置信)", "个百分点", text)
    yield from _each(r"(?<=\d)\s?个百分点", "%", text)
    yield from _each(r"(?<=\d)\s?个百分点", "倍", text)
    yield from _each(r"(?<=\d)\s?(?:倍|\$?\\times\$?|×(?!\s?\d))", "%", text)


_UNITS = (
    ("ms", "s"), ("毫秒", "秒"), ("kHz", "Hz"), ("GB", "MB"), ("MB", "GB"), ("小时", "分钟"), ("分钟", "小时"),
    ("dB", "Hz"),
    ("GHz", "MHz"), ("MHz", "GHz"), ("km", "m"), ("mm", "cm"), ("kW", "W"), ("kbps", "Mbps"), ("天", "小时"), ("年",
    "个月"),
    ("毫米", "厘米"), ("公里", "米"), ("nm", "mm"), ("GPU小时", "GPU天"), ("微米", "毫米"), ("秒", "分钟"), ("mW",
    "W"), ("TB", "GB"),
)  # fmt: skip


def units_changed(text: str) -> Iterator[str]:
    for unit, other in _UNITS:
        if unit == "年":  # 2024年 is a date
            yield from _each(
                r"(?<![\d.])(\d{1,2})(\s?)年(?!级|代|月|来|\d)", lambda each: f"{each[1]}{each[2]}个月", text
            )
        elif unit == "秒":
            yield from _each(r"(?<=\d)(\s?)秒", lambda each: f"{each[1]}分钟", text)
        else:
            yield from _each(rf"(?<=\d)(\s?){unit}(?![A-Za-z月])", partial(_with, other), text)


def _with(other: str, found: re.Match[str]) -> str:
    return str(found[1]) + other


def sentence_twice(text: str) -> Iterator[str]:
    for sentence in sentences(text):
        if len(sentence) > 12:
            yield text.replace(sentence, sentence + sentence, 1)


_WORDS = {
    "我们": "we", "提出": "propose", "方法": "method", "模型": "model", "性能": "performance", "框架": "framework",
    "结果": "results", "数据": "data", "实验": "experiments", "学习": "learning", "任务": "task", "表明": "show",
    "显著": "significantly", "提升": "improve", "提高": "improve", "问题": "problem", "系统": "system", "研究": "study",
    "训练": "training", "基于": "based on", "优于": "outperforms", "现有": "existing", "分析": "analysis",
    "信息": "information",
    "生成": "generate", "评估": "evaluate", "语音": "speech", "准确率": "accuracy", "能力": "ability", "设计": "design",
}  # fmt: skip


def word_salad(text: str) -> Iterator[str]:
    """The words of one sentence left in English here and there: `我们 propose 一种新的 framework`."""
    for sentence in sentences(text):
        there = [word for word in _WORDS if word in sentence]
        if len(there) >= 4:
            mixed = sentence
            for word in there:
                mixed = mixed.replace(word, f" {_WORDS[word]} ")
            yield text.replace(sentence, mixed, 1)


def tex_left(text: str) -> Iterator[str]:
    word = r"(?<=[\u4e00-\u9fff])([A-Z][A-Za-z]{3,})(?=[\u4e00-\u9fff])"
    for form in (
        r"\textbf{%s}",
        r"\emph{%s}",
        r"\textsc{%s}",
        r"{\em %s}",
        r"\underline{%s}",
        r"\text{%s}",
        r"%s\xspace{}",
    ):
        yield from _each(word, lambda each, form=form: form % each[1], text)  # type: ignore[misc]
    for put in (r"\cite{smith2024}。", r"\footnote{见附录}。", r"\ldots。", r"\href{https://example.org}{链接}。"):
        yield from _each("。", put, text)


def foreign_sentence(text: str, other: str) -> Iterator[str]:
    """A sentence of another paper's translation between two of its own."""
    own = sentences(text)
    for number, foreign in enumerate(sentences(other)):
        if len(foreign) > 15 and own:
            at = text.find(own[number % len(own)]) + len(own[number % len(own)])
            yield text[:at] + foreign + text[at:]


_DIRECTIONS = (
    ("优于", "劣于"), ("提高", "降低"), ("提升", "降低"), ("降低", "提高"), ("减少", "增加"), ("增加", "减少"),
    ("超越", "落后于"),
    ("超过", "低于"), ("高于", "低于"), ("低于", "高于"), ("改善", "恶化"), ("更好", "更差"), ("更高", "更低"),
    ("更低", "更高"),
    ("更快", "更慢"), ("上升", "下降"), ("下降", "上升"), ("增强", "削弱"), ("加快", "减慢"), ("大于", "小于"),
    ("小于", "大于"),
    ("最高", "最低"), ("最低", "最高"), ("增大", "减小"), ("缩短", "延长"),
)  # fmt: skip


def direction_turned(text: str) -> Iterator[str]:
    for word, other in _DIRECTIONS:
        yield from _each(word, other, text)


def negation_changed(text: str) -> Iterator[str]:
    """A negation lost, or one added."""
    for word, put in (
        ("无法", "能够"), ("不能", "能"), ("没有", "有"), ("无需", "需要"), ("不需要", "需要"), ("并不", ""),
        ("并非", "是"), ("不足以", "足以"),
        ("未能", "能够"), ("尚未", "已经"), ("不会", "会"), ("能够", "无法"), ("可以", "不能"),
        (r"(?<!不)需要", "不需要"),
        ("我们发现", "我们没有发现"),
        ("表明", "并不表明"), ("有效地", "无效地"), ("不依赖", "依赖"), ("而不是", "而是"), ("而无需", "而需要"),
    ):  # fmt: skip
        yield from _each(word, put, text)


def small_integers_changed(text: str) -> Iterator[str]:
    pattern = r"(?<![A-Za-z\d.,/^_{$×-])([2-9])(?![\d.,%/A-Za-z^_}$×-]|\s?[A-Za-z倍])"
    yield from _each(pattern, lambda each: str((int(each[1]) + 2) % 8 + 2), text)


_DIGITS = "三四五六七八九"


def chinese_counts_changed(text: str) -> Iterator[str]:
    yield from _each(
        rf"(?<![一二三四五六七八九十百千第之])([{_DIGITS}])(?=个|种|项|类|组|层|名|位|条|段|步|大|阶段|维)",
        lambda each: _DIGITS[(_DIGITS.index(each[1]) + 2) % len(_DIGITS)],
        text,
    )


def formulas_altered(text: str) -> Iterator[str]:
    """One variable, one digit or one sign of a formula another one."""
    for formula in re.finditer(r"\$[^$\n]{1,200}\$", text):
        inner = formula.group(0)
        for change in (
            lambda each: re.sub(
                r"(?<![A-Za-z\\{])([a-zA-Z])(?![A-Za-z])", lambda m: "q" if m[1] != "q" else "v", each, count=1
            ),
            lambda each: re.sub(r"\d(?!.*\d)", lambda m: str((int(m[0]) + 4) % 10), each, count=1),
            lambda each: re.sub(
                r"\\(alpha|beta|gamma|lambda|epsilon|varepsilon|mu|sigma|theta|ell)\b", r"\\omega", each, count=1
            ),
            lambda each: each.replace("+", "-", 1) if "+" in each else each,
            lambda each: re.sub(r"\\leq?\b|<", r"\\geq ", each, count=1),
        ):
            changed = change(inner)
            if changed != inner:
                yield text[: formula.start()] + changed + text[formula.end() :]


def sentences_dropped(text: str) -> Iterator[str]:
    own = sentences(text)
    for index in range(len(own)):
        yield text.replace(own[index], "", 1)


def names_changed(text: str) -> Iterator[str]:
    for name in dict.fromkeys(re.findall(r"[A-Z][a-z]+[A-Z][A-Za-z]+", text)):
        yield text.replace(name, "Conv" + name[:1] + "Formerino")


def addresses_lost(text: str) -> Iterator[str]:
    for match in re.finditer(r"(?:https?://|github\.com)[\w./-]+", text):
        yield text.replace(match.group(0), "我们的网站")


def cut(text: str) -> Iterator[str]:
    yield text[: len(text) * 2 // 3].rstrip("。")


_SIMPLIFIED = (
    "语这来对时们为个发现说实际应问题学习经过动环节构识别样标点变换"
    "计训练测试数据结论处开关系统义网络组织优势风险层级压缩误"
)
_TRADITIONAL = (
    "語這來對時們為個發現說實際應問題學習經過動環節構識別樣標點變換"
    "計訓練測試數據結論處開關係統義網絡組織優勢風險層級壓縮誤"
)


def traditional(text: str) -> Iterator[str]:
    yield text.translate(dict(zip(map(ord, _SIMPLIFIED), _TRADITIONAL, strict=True)))
    for sentence in sentences(text):
        yield text.replace(sentence, sentence.translate(dict(zip(map(ord, _SIMPLIFIED), _TRADITIONAL, strict=True))), 1)


DAMAGES: dict[str, Callable[[str], Iterator[str]]] = {
    "a number changed": numbers_changed,
    "a scale changed": scales_changed,
    "percent, points or times changed": percent_changed,
    "a unit changed": units_changed,
    "a small integer changed": small_integers_changed,
    "a Chinese count changed": chinese_counts_changed,
    "a formula altered": formulas_altered,
    "a name changed": names_changed,
    "an address lost": addresses_lost,
    "a sentence dropped": sentences_dropped,
    "a sentence twice": sentence_twice,
    "word salad": word_salad,
    "raw TeX left": tex_left,
    "traditional characters": traditional,
    "a direction turned round": direction_turned,
    "a negation lost or added": negation_changed,
    "the end cut off": cut,
}
"""By name: what a text becomes by each kind that needs no other text."""
