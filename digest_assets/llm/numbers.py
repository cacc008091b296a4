"""Numbers as people write them in English and Chinese, made comparable: `12,000`, `12k` and `1.2万` are one value.

Two readings of a text are needed. **Stated** numbers are those that a text plainly says, and that a translation must
keep or must not invent. **Possible** numbers are every value that a text might support, read generously: `three`,
`2.0` inside `wav2vec2.0`, `5` in a formula, `twofold`, a month. A stated number of one text is looked for among the
possible numbers of the other, so doubt never accuses.

A stated number has the units that it may have: `10 to 20%` states 20 in percent, and 10 perhaps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from digest_assets.llm.verbatim import URL
from digest_assets.markup import formulas
from digest_assets.markup.last_texts import of_last_texts

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
    "volumetric": 3, "volume": 3, "volumes": 3, "voxel": 3, "voxels": 3, "planar": 2, "century": 100, "hundred": 100,
    "hundreds": 100, "thousand": 1000, "thousands": 1000,
    "million": 1000000, "billion": 1000000000, "january": 1, "february": 2, "march": 3, "april": 4, "may": 5,
    "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12, "mono": 1, "stereo": 2, "bi": 2,
}  # fmt: skip
_HAN = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}

_DIGITS = r"\d+(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
"""`9,6740` is no number of thousands."""
_ENGLISH_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9.])(?<!\d,)({_DIGITS})"
    r"(?:(?:\s|-)?(thousand|million|billion|trillion|hundred)\b|(\s?)([kKMBT])(?![A-Za-z0-9]))?"
)
_CHINESE_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9.])(?<!\d,)({_DIGITS})"
    r"(?:\s?[多余几]?\s?(百万|千万|十万|十亿|百亿|千亿|万亿|[十百千万亿兆萬億])(?!分|赫|瓦|米|克|字节)"
    r"|(\s?)([kKMBT])(?![A-Za-z0-9]))?"
)
_ANY_DIGITS = re.compile(_DIGITS)
_SIMPLE_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_SPACED_DIGITS = re.compile(r"(?<![\d.,])(\d{1,3})((?:[ \u00a0]000)+)(?![\d.,])")
_DECIMAL = re.compile(r"\d+\.\d+")
_ENGLISH_WORD = re.compile(r"[a-z]+")
_ENGLISH_COMPOUND = re.compile(
    rf"\b({'|'.join(_UNITS)})(?:[\s-]+({'|'.join(_UNITS)}))?(?:[\s-]+(hundred|thousand|million|billion))?\b",
    re.IGNORECASE,
)
_HAN_NUMBER = re.compile(
    r"(?<![\d零〇一二两三四五六七八九十百千万亿数几第])[一二两三四五六七八九十百千][零〇一二两三四五六七八九十百千]*"
)
_LARGE_HAN = re.compile(rf"{_HAN_NUMBER.pattern}(?:[万萬亿億](?:(?!千[瓦米克赫])[零〇一二两三四五六七八九十百千])*)+")
"""Without the 千 of a unit: 二十万千瓦 is 200,000 kW."""
_COMPOUND = re.compile(
    r"(?<![\d.,])(\d+)([万萬亿億])(?:(\d{1,4})(千万|百万|[千百万萬])|(\d{4}))(?![\d.,]*\d)(?![十百千万亿萬億])"
)
"""3亿5000万, 1万2千, 1万2345: one number."""
_COUNTER = (
    r"(?:大|个|種|种|项|項|类|類|组|組|篇|层|層|阶|倍|名|位|人|条|段|步|套|款|门|场|届|轮|次|维|路|通道|语言|数据集|模型|任务"
    r"|小时|分钟|秒|天|周|年|月"
    r"|つ|件|本|回|時間|人|言語)"
)
_COUNTED_HAN = re.compile(rf"{_HAN_NUMBER.pattern}(?={_COUNTER})")
_NO_COUNT = re.compile(
    r"[唯同统单逐之任每某另第万]一|一[致般定]|进一步"
    r"|(?<![十百千])(?:一[一两二]|[二两]三|三[四五]|四五|五六|六七|七八|八九)(?=[个种类项次倍位名])"
)
"""一 that counts nothing, before one that does (唯一一个, 同一三维), and pairs that count about so (一两个)."""
_NO_NUMBER = re.compile(r"(?i:covid-?19)|24/7|(?:(?<=\s)|(?<=^))\(?\d\)(?=\s)")
"""Digits that are no quantity, and the numbers of a list in running text: `1) ... 2) ...`."""
_DECADES = re.compile(r"\b(" + "|".join(_UNITS) + r")\s+decades")
_CENTURY = re.compile(r"(\d{2})\s*世纪\s*(\d)0\s*年代")
_TENTHS = re.compile(r"([一二三四五六七八九])成(?!为|功|分|本|就|果|员|立|熟|长|型|对|像)")
_FRACTION = re.compile(r"([一二三四五六七八九十百]+)分之([一二三四五六七八九十百点零]+|\d+(?:\.\d+)?)")
_BARE_SCALE = re.compile(r"(?<![\d\s多余几一二两三四五六七八九十百千万])(百万|千万|十亿|百亿|千亿|万亿)")
_ORDINAL_OR_REFERENCE = re.compile(
    r"(?:公式|第|附录|(?<![\u4e00-\u9fff])[式表图圖节]|[如见由在据和][式表图圖节]|Eq\.|Table|Fig\.|Figure|Section)\s*[(（]?\s*$"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁻₋−", "01234567890123456789---")
_RAISED_RUN = re.compile(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")

PERCENT, POINT, TIMES = "%", "percentage points", "times"
_UNIT_FORMS = {
    POINT: r"(?:percentage|percent|absolute)?[- ]?points?\b|pp\b|p\.p\.|%p\b|个?百分点|个点",
    PERCENT: r"\\?[%％]|percent(?!age)|per\s?cent\b",
    TIMES: r"(?i:x)(?![A-Za-z0-9])|×(?!\s?\d)|[- ]?fold\b|times\b|倍",
    "ms": r"毫秒|ms(?![A-Za-z])|milli-?seconds?\b",
    "µs": r"微秒|[µμu]s(?![A-Za-z])|micro-?seconds?\b",
    "ns": r"纳秒|ns(?![A-Za-z])",
    "min": r"分钟|minutes?\b|mins?\b",
    "s": r"秒|seconds?\b|secs?\b|s(?![A-Za-z0-9])",
    "h": r"个?小时|hours?\b|hrs?\b|h(?![A-Za-z0-9])|時間",
    "days": r"天|日|days?\b",
    "weeks": r"个?星期|周|weeks?\b",
    "months": r"个月|months?\b",
    "years": r"年|岁|years?\b|yrs?\b",
    "kHz": r"千赫兹?|kHz\b|k[Hh]z\b|kilo-?hertz",
    "MHz": r"兆赫兹?|MHz\b",
    "GHz": r"吉赫兹?|GHz\b",
    "Hz": r"赫兹?|Hz\b|hertz\b",
    "dB": r"分贝|dB(?![A-Za-z])|decibels?\b",
    "kB": r"[kK]i?B(?![A-Za-z])",
    "MB": r"Mi?B(?![A-Za-z])|兆字节|megabytes?\b",
    "GB": r"Gi?B(?![A-Za-z])|吉字节|gigabytes?\b",
    "TB": r"Ti?B(?![A-Za-z])|terabytes?\b",
    "kbps": r"[kK]bps\b|[kK]b(?:it)?/s|kbit\b",
    "Mbps": r"Mbps\b|Mb(?:it)?/s",
    "nm": r"纳米|nm(?![A-Za-z])|nanomet(?:er|re)s?\b",
    "µm": r"微米|[µμu]m(?![A-Za-z])|micromet(?:er|re)s?\b|microns?\b",
    "mm": r"毫米|mm(?![A-Za-z])|millimet(?:er|re)s?\b",
    "cm": r"厘米|公分|cm(?![A-Za-z])|centimet(?:er|re)s?\b",
    "km": r"公里|千米|km(?![A-Za-z])|kilomet(?:er|re)s?\b",
    "m": r"米|met(?:er|re)s?\b",
    "mW": r"毫瓦|mW(?![A-Za-z])",
    "kW": r"千瓦|kW(?![A-Za-z])",
    "W": r"瓦|W(?![A-Za-z])|watts?\b",
    "mg": r"毫克|mg(?![A-Za-z])",
    "kg": r"千克|公斤|kg(?![A-Za-z])",
}  # fmt: skip
_UNIT = re.compile(
    r"(?:\s|~|-(?=[A-Za-z]))*(?:\(\s*)?(?:(?:GPU|CPU|TPU|[AHV]\d00)[\s-]*)?(?:个(?=小时))?(?:"
    + "|".join(f"(?P<u{index}>{form})" for index, form in enumerate(_UNIT_FORMS.values()))
    + ")"
)
_UNIT_NAMES = tuple(_UNIT_FORMS)
_BETWEEN = re.compile(r"[\s$]*(?:[-–—−~～,，、/()（）±]|->|→|to|and|or|vs\.?|versus|from|至|到|和|与|或|及|[\s$])*")
"""What may stand between numbers that share the unit of the last: `5, 10 and 20%`, `从 5 到 20%`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a text states: as written, where, and its value."""

    written: str
    value: Decimal
    start: int
    end: int
    unit: str | None = None
    """`PERCENT`, `POINT`, `TIMES`, or a unit of measurement as it is abbreviated. None: none that is known here."""
    may_have_unit: str | None = None
    """That of the next number, which may be meant for this one too: `10 to 20%`."""
    other_value: Decimal | None = None
    """What it may be as well: `5 T` is five trillion, or a magnetic field."""

    @property
    def percent(self) -> bool:
        return self.unit == PERCENT


@of_last_texts
def stated_in_english(text: str) -> tuple[Number, ...]:
    """The numbers that an English text plainly states: digits outside formulas, addresses and names."""
    return _stated(_NO_NUMBER.sub(" ", _masked(without_tex(text))), _ENGLISH_NUMBER)


@of_last_texts
def stated_in_answer(text: str) -> tuple[Number, ...]:
    """The numbers in digits that a Chinese, Japanese or English answer plainly states."""
    text = _CENTURY.sub(lambda match: f"{int(match.group(1)) - 1}{match.group(2)}0年代", without_tex(text))
    text = _COMPOUND.sub(_compound_value, text)
    return tuple(
        number
        for number in _stated(_masked(text), _CHINESE_NUMBER)
        if not (number.value == 1 and re.match(r"/\d", text[number.end :]))  # 1/50 for 50x
    )


def counted_in_chinese(text: str) -> tuple[Number, ...]:
    """Numerals before a counter, from three on: 三种, 五个数据集. (一 and 两 are in half of all idioms.)"""
    masked = _NO_COUNT.sub(lambda match: "口" * len(match.group(0)), _masked(text))
    found = (
        Number(match.group(0), Decimal(_han_value(match.group(0))), match.start(), match.end())
        for match in _COUNTED_HAN.finditer(masked)
    )
    return tuple(number for number in found if number.value >= 3)


@of_last_texts
def possible_in_english(text: str, whole: bool = False) -> frozenset[Decimal]:
    """Every value that an English text might support; `whole`: without what stands before and behind a point."""
    plain = without_tex(text)
    values = {value for value in _all_digits(_DECIMAL.sub(" ", plain) if whole else plain)}
    for number in _stated(plain, _ENGLISH_NUMBER):
        values.update(each for each in (number.value, number.other_value) if each is not None)
    lowered = plain.lower()
    values.update(Decimal(_WORDS[word]) for word in _ENGLISH_WORD.findall(lowered) if word in _WORDS)
    values.update(Decimal(_UNITS[count] * 10) for count in _DECADES.findall(lowered))
    for first, second, scale in _ENGLISH_COMPOUND.findall(lowered):
        value = _UNITS[first] + (_UNITS[second] if second else 0)
        values.add(Decimal(value * 10 ** _SCALES[scale] if scale else value))
    return frozenset(values)


@of_last_texts
def only_measured(text: str) -> frozenset[Decimal]:
    """The values that an English text has in units of measurement alone: no share of anything."""
    stated = stated_in_english(text)
    others = {each.value for each in stated if each.unit in (None, PERCENT, POINT, TIMES)}
    return frozenset({each.value for each in stated} - others)


@of_last_texts
def possible_in_answer(text: str) -> frozenset[Decimal]:
    """Every value that an answer might mean."""
    plain = _CENTURY.sub(lambda match: f"{int(match.group(1)) - 1}{match.group(2)}0", without_tex(text))
    values = set(_all_digits(plain))
    plain = _COMPOUND.sub(_compound_value, plain)
    values.update(_all_digits(plain))
    for pattern in (_CHINESE_NUMBER, _ENGLISH_NUMBER):
        for number in _stated(plain, pattern):
            values.update(each for each in (number.value, number.other_value) if each is not None)
    values.update(Decimal(_han_value(numeral)) for numeral in re.findall(_HAN_NUMBER, plain))
    values.update(Decimal(_large_han_value(numeral)) for numeral in re.findall(_LARGE_HAN, plain))
    values.update(Decimal(_HAN[digit]) for digit in plain if digit in _HAN)
    values.update(Decimal(_HAN[tenths] * 10) for tenths in _TENTHS.findall(plain))
    values.update(Decimal(10 ** _SCALES[scale]) for scale in _BARE_SCALE.findall(plain))
    for whole, part in _FRACTION.findall(plain):
        of = Decimal(part) if part[0].isdigit() else _han_decimal(part)
        if whole == "百":
            values.add(of)
        else:
            values.update((Decimal(_han_value(whole)), of))
            values.update({Decimal(50)} if (whole, part) == ("二", "一") else ())
    if "半" in plain:
        values.update((Decimal(50), Decimal("0.5")))
    if re.search(r"[双俩雙]|翻[倍番]|加倍|对|倍增", plain):
        values.add(Decimal(2))
    if re.search(r"[单單仅首]", plain):
        values.add(Decimal(1))
    return frozenset(values)


def counts_in_english(text: str) -> Counter[Decimal]:
    """How often an English text counts up to each number from three on: in words, and in digits."""
    plain = _masked(without_tex(text))
    words = (_WORDS[word] for word in _ENGLISH_WORD.findall(plain.lower()) if word in _UNITS)
    digits = (number.value for number in _stated(plain, _ENGLISH_NUMBER))
    return Counter(value for value in (*map(Decimal, words), *digits) if value >= 3)


def _stated(text: str, pattern: re.Pattern[str]) -> tuple[Number, ...]:
    found: list[Number] = []
    for match in pattern.finditer(text):
        digits, scale, blank, suffix = match.groups()
        value = Decimal(digits.replace(",", ""))
        exponent = _SCALES.get(scale or suffix or "", 0)
        before = text[max(0, match.start() - 8) : match.start()]
        if _ORDINAL_OR_REFERENCE.search(before) and "." not in digits and not exponent:
            continue
        found.append(
            Number(
                match.group(0).strip(),
                value.scaleb(exponent),
                match.start(),
                match.end(),
                _unit_after(text, match.end(), value),
                other_value=value if suffix and blank else None,
            )
        )
    for index in range(len(found) - 2, -1, -1):
        number, after = found[index], found[index + 1]
        if number.unit is None and _BETWEEN.fullmatch(text, number.end, after.start):
            found[index] = replace(number, may_have_unit=after.unit or after.may_have_unit)
    return tuple(found)


def _unit_after(text: str, end: int, value: Decimal) -> str | None:
    match = _UNIT.match(text, end)
    if match is None:
        return None
    unit = _UNIT_NAMES[int(str(match.lastgroup)[1:])]
    is_date = unit in ("years", "s") and 1000 <= value <= 2200
    return None if is_date else unit


def _all_digits(text: str) -> Iterator[Decimal]:
    """Every run of digits, with and without its thousands separators: `1,2` may be a list or a number."""
    for match in _ANY_DIGITS.finditer(text):
        yield Decimal(match.group(0).replace(",", ""))
    for match in _SIMPLE_DIGITS.finditer(text):
        yield Decimal(match.group(0))
        if "." in match.group(0):
            yield from map(Decimal, match.group(0).split("."))


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


def _large_han_value(numeral: str) -> int:
    """一万二千 is 12000, 三亿五千万 350000000, 一万二 (as it is said) 12000."""
    for units, exponent in (("亿億", 8), ("万萬", 4)):
        if found := [at for at, sign in enumerate(numeral) if sign in units]:
            above, below = numeral[: found[-1]], numeral[found[-1] + 1 :]
            rest = _HAN[below] * int(10 ** (exponent - 1)) if below in _HAN else _large_han_value(below)
            return _large_han_value(above) * int(10**exponent) + rest
    return _han_value(numeral) if numeral else 0


def _compound_value(match: re.Match[str]) -> str:
    above, unit, below, below_unit, plain = match.groups()
    return str(int(above) * 10 ** _SCALES[unit] + int(below or plain) * 10 ** _SCALES.get(below_unit or "", 0))


def _han_decimal(numeral: str) -> Decimal:
    whole, _, fraction = numeral.partition("点")
    digits = "".join(str(_HAN[sign]) for sign in fraction if sign in _HAN)
    return Decimal(f"{_han_value(whole) if whole else 0}.{digits}" if digits else _han_value(whole or "零"))


def _masked(text: str) -> str:
    """Formulas and addresses blanked out, positions kept."""
    text = URL.sub(lambda match: " " * len(match.group(0)), text)
    return formulas.replaced(text, lambda formula: " " * len(formula))


@of_last_texts
def without_tex(text: str) -> str:
    """TeX's ways of writing a number undone: `12{,}000`, `5\\%`, and formulas that are nothing but a number."""
    text = re.sub(r"(?<=\d)(?:\\,|[\u2009\u202f\u2007])(?=\d{3}(?!\d))", ",", text.replace("{,}", ","))
    text = text.replace("\\,", " ").replace("\\%", "%").replace("~", " ").replace("\\times", "×")
    text = _SPACED_DIGITS.sub(lambda match: match[1] + re.sub(r"\s", "", match[2]), text)
    text = _RAISED_RUN.sub(lambda match: f"^{match.group(0)}", text).translate(_RAISED)
    return formulas.replaced(text, _number_formula)


_NUMBER_FORMULA = re.compile(
    r"^(?:[\s\d.,%+\-−–~≈×xk<>]|\\(?:sim|approx|times|pm|text|mathrm|leq?|geq?|[;:! ])|\{|\})*$"
)


def _number_formula(formula: str) -> str:
    inner = formula.strip("$").removeprefix("\\(").removesuffix("\\)")
    if not _NUMBER_FORMULA.match(inner) or not any(sign.isdigit() for sign in inner):
        return formula
    return " " + re.sub(r"\\[a-z]+|[{}]", " ", inner).strip() + " "
