"""Numbers as people write them in English and Chinese, made comparable: `12,000`, `12k` and `1.2万` are one value.

Two readings of a text are needed. **Stated** numbers are those that a text plainly says, and that a translation must
keep or must not invent. **Possible** numbers are every value that a text might support, read generously: `three`,
`2.0` inside `wav2vec2.0`, `5` in a formula, `twofold`, a month. A stated number of one text is looked for among the
possible numbers of the other, so doubt never accuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from digest_assets.llm.verbatim import URL
from digest_assets.markup import formulas

_SCALES = {
    "k": 3, "K": 3, "M": 6, "B": 9, "T": 12,
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "hundred": 2,
    "十": 1, "百": 2, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8, "百万": 6, "千万": 7, "十万": 5,
    "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12, "兆": 12,
}  # fmt: skip
_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_WORDS = {
    **_UNITS,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "single": 1, "once": 1, "double": 2, "doubles": 2, "doubling": 2, "dual": 2, "twice": 2, "twofold": 2,
    "pair": 2, "pairs": 2, "both": 2, "half": 50, "halves": 50, "halving": 50, "halved": 50, "couple": 2, "triple": 3,
    "triplet": 3, "triplets": 3, "threefold": 3, "trio": 3, "tri": 3, "fourfold": 4, "quadruple": 4, "quartet": 4,
    "quarter": 25, "quarters": 25, "fivefold": 5, "tenfold": 10, "dozen": 12, "magnitude": 10, "decade": 10,
    "decades": 10,
    "century": 100, "hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "million": 1000000,
    "billion": 1000000000, "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12, "mono": 1, "stereo": 2, "bi": 2,
}  # fmt: skip
_HAN = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}

_DIGITS = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_ENGLISH_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9.])(?<!\d,)({_DIGITS})"
    r"(?:(?:\s|-)?(thousand|million|billion|trillion|hundred)\b|([kKMBT])(?![A-Za-z0-9]))?"
)
_CHINESE_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9.])(?<!\d,)({_DIGITS})"
    r"(?:\s?(百万|千万|十万|十亿|百亿|千亿|万亿|[十百千万亿兆萬億])(?!分之)|([kKMBT])(?![A-Za-z0-9]))?"
)
_ANY_DIGITS = re.compile(_DIGITS)
_SIMPLE_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_ENGLISH_WORD = re.compile(r"[a-z]+")
_ENGLISH_COMPOUND = re.compile(
    rf"\b({'|'.join(_UNITS)})(?:[\s-]+({'|'.join(_UNITS)}))?(?:[\s-]+(hundred|thousand|million|billion))?\b",
    re.IGNORECASE,
)
_HAN_NUMBER = re.compile(
    r"(?<![零〇一二两三四五六七八九十百千万亿数几第])[一二两三四五六七八九十百千][零〇一二两三四五六七八九十百千]*"
)
_COUNTER = (
    r"(?:大|个|種|种|项|項|类|類|组|組|篇|层|層|阶|倍|名|位|人|条|段|步|套|款|门|门|场|届|轮|次|维|路|通道|语言|数据集|模型|任务|小时|分钟|秒|天|周|年|月"
    r"|つ|件|本|回|時間|人|言語)"
)
_COUNTED_HAN = re.compile(rf"{_HAN_NUMBER.pattern}(?={_COUNTER})")
_NO_NUMBER = re.compile(r"(?i:covid-?19)|24/7|(?:(?<=\s)|(?<=^))\(?\d\)(?=\s)")
"""Digits that are no quantity, and the numbers of a list in running text: `1) ... 2) ...`."""
_DECADES = re.compile(r"\b(" + "|".join(_UNITS) + r")\s+decades")
_CENTURY = re.compile(r"(\d{2})\s*世纪\s*(\d)0\s*年代")
_TENTHS = re.compile(r"([一二三四五六七八九])成(?!为|功|分|本|就|果|员|立|熟|长|型|对|像)")
_FRACTION = re.compile(r"([一二三四五六七八九十百]+)分之([一二三四五六七八九十百点零]+)")
_ORDINAL_OR_REFERENCE = re.compile(r"(?:公式|式|表|图|圖|第|节|附录|Eq\.|Table|Fig\.|Figure|Section)\s*[(（]?\s*$")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a text states: as written, where, and its value."""

    written: str
    value: Decimal
    start: int
    end: int
    percent: bool = False


@lru_cache(maxsize=64)
def stated_in_english(text: str) -> tuple[Number, ...]:
    """The numbers that an English text plainly states: digits outside formulas, addresses and names."""
    return tuple(_stated(_NO_NUMBER.sub(" ", _masked(without_tex(text))), _ENGLISH_NUMBER))


def stated_in_answer(text: str) -> tuple[Number, ...]:
    """The numbers in digits that a Chinese, Japanese or English answer plainly states."""
    text = _CENTURY.sub(lambda match: f"{int(match.group(1)) - 1}{match.group(2)}0年代", without_tex(text))
    return tuple(_stated(_masked(text), _CHINESE_NUMBER))


def counted_in_chinese(text: str) -> tuple[Number, ...]:
    """Numerals before a counter, from three on: 三种, 五个数据集. (一 and 两 are in half of all idioms.)"""
    masked = _masked(text)
    found = (
        Number(match.group(0), Decimal(_han_value(match.group(0))), match.start(), match.end())
        for match in _COUNTED_HAN.finditer(masked)
    )
    return tuple(number for number in found if number.value >= 3)


@lru_cache(maxsize=64)
def possible_in_english(text: str) -> frozenset[Decimal]:
    """Every value that an English text might support."""
    plain = without_tex(text)
    values = set(_all_digits(plain))
    values.update(number.value for number in _stated(plain, _ENGLISH_NUMBER))
    lowered = plain.lower()
    values.update(Decimal(_WORDS[word]) for word in _ENGLISH_WORD.findall(lowered) if word in _WORDS)
    values.update(Decimal(_UNITS[count] * 10) for count in _DECADES.findall(lowered))
    for first, second, scale in _ENGLISH_COMPOUND.findall(lowered):
        value = _UNITS[first] + (_UNITS[second] if second else 0)
        values.add(Decimal(value * 10 ** _SCALES[scale] if scale else value))
    return frozenset(map(_normal, values))


def possible_in_answer(text: str) -> frozenset[Decimal]:
    """Every value that an answer might mean."""
    plain = _CENTURY.sub(lambda match: f"{int(match.group(1)) - 1}{match.group(2)}0", without_tex(text))
    values = set(_all_digits(plain))
    values.update(number.value for number in _stated(plain, _CHINESE_NUMBER))
    values.update(number.value for number in _stated(plain, _ENGLISH_NUMBER))
    values.update(Decimal(_han_value(numeral)) for numeral in re.findall(_HAN_NUMBER, plain))
    values.update(Decimal(_HAN[digit]) for digit in plain if digit in _HAN)
    values.update(Decimal(_HAN[tenths] * 10) for tenths in _TENTHS.findall(plain))
    for whole, part in _FRACTION.findall(plain):
        if whole == "百":
            values.add(_han_decimal(part))
        else:
            values.update((Decimal(_han_value(whole)), _han_decimal(part)))
            values.update({Decimal(50)} if (whole, part) == ("二", "一") else ())
    if "一半" in plain or "减半" in plain or "半" in plain:
        values.update((Decimal(50), Decimal("0.5")))
    return frozenset(map(_normal, values))


def _stated(text: str, pattern: re.Pattern[str]) -> Iterator[Number]:
    for match in pattern.finditer(text):
        digits, scale, suffix = match.groups()
        value = Decimal(digits.replace(",", ""))
        exponent = _SCALES.get(scale or suffix or "", 0)
        after = text[match.end() : match.end() + 2].lstrip()
        before = text[max(0, match.start() - 8) : match.start()]
        if _ORDINAL_OR_REFERENCE.search(before) and "." not in digits:
            continue
        yield Number(
            match.group(0).strip(),
            _normal(value.scaleb(exponent)),
            match.start(),
            match.end(),
            after[:1] in ("%", "％"),
        )


def _all_digits(text: str) -> Iterator[Decimal]:
    """Every run of digits, with and without its thousands separators: `1,2` may be a list or a number."""
    for match in _ANY_DIGITS.finditer(text):
        yield Decimal(match.group(0).replace(",", ""))
    for match in _SIMPLE_DIGITS.finditer(text):
        yield Decimal(match.group(0))
        if "." in match.group(0):
            yield from map(Decimal, match.group(0).split("."))


def _normal(value: Decimal) -> Decimal:
    return value.normalize() if value else Decimal(0)


def _han_value(numeral: str) -> int:
    """三 is 3, 十二 12, 二十 20, 一百零五 105; digits in a row (二〇二六) are read one by one."""
    if not any(sign in _HAN_UNITS for sign in numeral):
        return int("".join(str(_HAN[sign]) for sign in numeral))
    total, digit = 0, 0
    for sign in numeral:
        if sign in _HAN_UNITS:
            total += (digit or 1) * _HAN_UNITS[sign]
            digit = 0
        else:
            digit = _HAN[sign]
    return total + digit


def _han_decimal(numeral: str) -> Decimal:
    whole, _, fraction = numeral.partition("点")
    digits = "".join(str(_HAN[sign]) for sign in fraction if sign in _HAN)
    return Decimal(f"{_han_value(whole) if whole else 0}.{digits}" if digits else _han_value(whole or "零"))


def _masked(text: str) -> str:
    """Formulas and addresses blanked out, positions kept."""
    text = URL.sub(lambda match: " " * len(match.group(0)), text)
    return formulas.replaced(text, lambda formula: " " * len(formula))


@lru_cache(maxsize=64)
def without_tex(text: str) -> str:
    """TeX's ways of writing a number undone: `12{,}000`, `5\\%`, and formulas that are nothing but a number."""
    text = text.replace("{,}", ",").replace("\\,", " ").replace("\\%", "%").replace("~", " ")
    return formulas.replaced(text, _number_formula)


_NUMBER_FORMULA = re.compile(
    r"^(?:[\s\d.,%+\-−–~≈×xk<>]|\\(?:sim|approx|times|pm|text|mathrm|leq?|geq?|[;:! ])|\{|\})*$"
)


def _number_formula(formula: str) -> str:
    inner = formula.strip("$").removeprefix("\\(").removesuffix("\\)")
    if not _NUMBER_FORMULA.match(inner) or not any(sign.isdigit() for sign in inner):
        return formula
    return " " + re.sub(r"\\[a-z]+|[{}]", " ", inner) + " "
