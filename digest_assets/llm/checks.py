"""Whether an answer may be published: pure, quick checks, each of which names what it found.

They know no model and no Dagster; they compare an answer with the text it was made from, a translation in pairs of
sentences, a reading sentence by sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from digest_assets.llm import alignment, numbers, verbatim
from digest_assets.llm.alignment import Pair
from digest_assets.llm.answers import PARTS
from digest_assets.llm.defects import Defect, DefectKind, shortened
from digest_assets.llm.glossary import EMPTY_GLOSSARY, Glossary
from digest_assets.llm.prompts import PromptFile, Task, prompt_file
from digest_assets.markup import formulas
from digest_assets.markup.last_texts import of_last_texts

READING_LIMITS = {"zh": (200, 600, 200), "ja": (200, 600, 200), "en": (120, 350, 120)}
"""As `character_count` counts; for English, words."""


@dataclass(frozen=True, slots=True)
class TranslationJudgement:
    """A translation in pairs with its source, and what is wrong with it. `Defect.sentence` counts the pairs from 0."""

    pairs: tuple[Pair, ...]
    defects: tuple[Defect, ...]


@dataclass(frozen=True, slots=True)
class PartJudgement:
    """A part of a reading by sentence, and what is wrong with it. `Defect.sentence` counts the sentences from 0."""

    name: str
    sentences: tuple[str, ...]
    """Joined, they are the part."""
    defects: tuple[Defect, ...]


def judge_translation(
    source_abstract: str, answer: str, language: str, glossary: Glossary = EMPTY_GLOSSARY, title: str = ""
) -> TranslationJudgement:
    """Compares a translated abstract with its source. `title` counts as source: what stands in it is not invented."""
    source = verbatim.without_layout(source_abstract)
    if not answer.strip():
        return TranslationJudgement((), (Defect(DefectKind.EMPTY, "the answer is empty"),))
    pairs = alignment.aligned(source, answer, language)
    if refusals := tuple(_refusals(answer)):
        return TranslationJudgement(pairs, refusals)
    support = f"{title}\n{source}"
    whole = [
        *_language(answer, language),
        *_completeness(source, answer, language),
        *_formula_balance(answer),
        *_not_the_answer(answer, Task.TRANSLATION, language, support),
        *_terms(source, answer, glossary),
    ]
    by_pair = [
        replace(defect, sentence=index)
        for index, pair in enumerate(pairs)
        for defect in _pair_defects(pair, answer, support, title, language)
    ]
    return TranslationJudgement(pairs, (*whole, *_said_twice(pairs), *by_pair))


def _pair_defects(pair: Pair, answer: str, support: str, title: str, language: str) -> Iterator[Defect]:
    if not pair.said:
        yield Defect(DefectKind.INCOMPLETE, f"this sentence of the source is missing: “{shortened(pair.source, 90)}”")
        return
    if not pair.source:
        yield Defect(DefectKind.FOREIGN, f"this sentence is not in the source: “{shortened(pair.said.strip(), 40)}”")
    if language == "zh":
        yield from _word_salad(pair.said)
        yield from _traditional(pair.said)
        yield from _direction(pair)
        yield from _negation(pair)
    yield from _tex_left(pair.said, pair.source)
    if alignment.knows(language):
        yield from _numbers_lost(pair.source, pair.said)
        yield from _numbers_invented(f"{title}\n{pair.source}", pair.said)
        yield from _counts_invented(pair.source, pair.said)
        yield from _units_changed(pair.source, pair.said)
    else:  # without words that both languages have, pairs are made by length alone
        yield from _numbers_lost(pair.source, answer)
        yield from _numbers_invented(support, pair.said)
        yield from _counts_invented(support, pair.said)
    yield from _formulas_lost(pair.source, answer)
    yield from _formulas_invented(pair.said, support)
    yield from _urls_lost(pair.source, answer)
    yield from _urls_invented(pair.said, support)
    yield from _names_lost(pair.source, answer, support)
    yield from _names_invented(support, pair.said)


def judge_reading(
    parts: Sequence[str],
    source_text: str,
    abstract: str,
    language: str,
    tolerance: float = 0.2,
) -> tuple[PartJudgement, ...]:
    """Compares the three parts of a reading, in the order of `PARTS`, with the text that the model was given."""
    return tuple(
        judge_part(name, alignment.sentences_of(part), source_text, abstract, language, tolerance)
        for name, part in zip(PARTS, parts, strict=True)
    )


def judge_part(
    name: str,
    sentences: Sequence[str],
    source_text: str,
    abstract: str,
    language: str,
    tolerance: float = 0.2,
    rests_on: Sequence[str | None] | None = None,
) -> PartJudgement:
    """Compares a part of a reading with the text that the model was given, sentence by sentence.

    `rests_on` is, for each sentence, what the paragraphs say that it rests on; None: the whole text, and the abstract.
    `tolerance` 0.2: the limits may be passed by a fifth.
    """
    part = "".join(sentences)
    source = _source(source_text, abstract)
    if not part.strip():
        defects = [Defect(DefectKind.EMPTY, f"the part <{name}> is empty")]
        return PartJudgement(name, tuple(sentences), (replace(defects[0], part=name),))
    limit = READING_LIMITS[language][PARTS.index(name)]
    defects = [
        *_length(part, limit, tolerance, language),
        *_language(part, language),
        *_formula_balance(part),
        *_markdown(part, source),
        *_not_the_answer(part, Task.READING, language, source),
        *(_results_left_out(abstract, part) if name == "results" else ()),
    ]
    for index, sentence in enumerate(sentences):
        ground = rests_on[index] if rests_on is not None else None
        found = _sentence_defects(sentence, source if ground is None else verbatim.without_layout(ground), source)
        defects += (replace(defect, sentence=index) for defect in found)
    named = (replace(defect, part=name, detail=f"in <{name}>: {defect.detail}") for defect in defects)
    return PartJudgement(name, tuple(sentences), tuple(named))


def _sentence_defects(sentence: str, ground: str, source: str) -> Iterator[Defect]:
    """`ground` is what the sentence rests on, `source` all that the model was given."""
    yield from _numbers_invented(ground, sentence)
    yield from _formula_numbers_invented(ground, sentence)
    yield from _urls_invented(sentence, source)
    yield from _names_invented(source, sentence)
    yield from _quotes(source, sentence)


def judge_statement(said: str, support: str, language: str) -> tuple[Defect, ...]:
    """Compares a sentence with all that it may rest on: a gist with its abstract, an overview's with the gists."""
    if not said.strip():
        return (Defect(DefectKind.EMPTY, "the sentence is empty"),)
    return (
        *_refusals(said),
        *_language(said, language),
        *_formula_balance(said),
        *_markdown(said, support),
        *_numbers_invented(support, said),
        *_counts_invented(support, said),
        *_units_changed(support, said),
        *_formulas_invented(said, support),
        *_urls_invented(said, support),
        *_names_invented(support, said),
        *_injection_traces(said, support),
    )


_COUNTED = re.compile(
    r"[\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff]|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*"
)


def character_count(text: str) -> int:
    """The length as editors count it: a Chinese or Japanese character, a Latin word, a number, a formula and an address
    is one each; punctuation is none."""
    plain = verbatim.URL.sub(" x ", formulas.replaced(text, lambda formula: " x "))
    spaced = re.sub(r"([\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff])", r" \1 ", plain)
    return len(_COUNTED.findall(spaced))


# --- language and completeness ------------------------------------------------------------------------------------

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_ENGLISH_RUN = re.compile(r"[A-Za-z][\x20-\x7e’“”–—]{24,}")
_SMALL_WORD = re.compile(r"(?<![\w-])[a-z]+(?![\w-])")
_FUNCTION_WORD = re.compile(
    r"(?<![\w-])(?:the|of|and|is|are|was|were|for|with|to|in|on|that|by|from|as|an|it|its|we|our|this|at)(?![\w-])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"「『《][^”\"」』》\n]{1,300}[”\"」』》]")
_SENTENCE_END = re.compile(r"[。！？!?；;]|(?<!\d)\.(?=\s|$)")

_FEW_UNITS = 12
"""In a text shorter than this the share of a script says nothing."""
_LEAST_LENGTH = {"zh": 1.05, "ja": 1.5, "en": 0.6}
_MOST_LENGTH = {"zh": 3.2, "ja": 5.5, "en": 1.7}
"""Written units (a Han or kana character, or a Latin word) an English word of the source."""


def _prose(text: str) -> str:
    return verbatim.URL.sub(" ", verbatim.without_formulas(text))


def _language(text: str, language: str) -> Iterator[Defect]:
    prose = _prose(text)
    han, kana = len(_HAN.findall(prose)), len(_KANA.findall(prose))
    latin = len(_LATIN_WORD.findall(prose))
    written = han + kana + latin or 1
    if language == "en":
        if (han + kana) / written > 0.1:
            yield Defect(DefectKind.LANGUAGE, "the text is not in English")
        return
    if language == "zh" and kana / written > 0.05:
        yield Defect(DefectKind.LANGUAGE, "the text is Japanese, not Chinese")
    elif language == "ja" and kana / written < 0.15:
        yield Defect(DefectKind.LANGUAGE, "the text is not in Japanese")
    elif (han + kana) / written < 0.5 and (written >= _FEW_UNITS or (latin >= 3 and not han + kana)):
        name = {"zh": "Chinese", "ja": "Japanese"}[language]
        yield Defect(DefectKind.LANGUAGE, f"only {(han + kana) / written:.0%} of the text is {name}")
    elif run := _english_run(prose):
        yield Defect(DefectKind.LANGUAGE, f"left in English: “{shortened(run, 60)}”")


def _english_run(prose: str) -> str | None:
    """English that is a sentence and not a name: two function words, or eight small words, outside quotation marks."""
    outside = re.sub(r"[（(][A-Z][^（）()\u4e00-\u9fff]{1,120}[）)]", "，", _QUOTED.sub("，", prose))
    for match in _ENGLISH_RUN.finditer(outside):
        run = match.group(0)
        small = len(_FUNCTION_WORD.findall(run))
        if (small >= 2 and not _is_title(run)) or len(_SMALL_WORD.findall(run)) >= 8:
            return run
    return None


def _is_title(run: str) -> bool:
    """`Workshop on Applications of Signal Processing to Audio`: a name of words that begin with capitals."""
    words = [word for word in _LATIN_WORD.findall(run) if not _FUNCTION_WORD.fullmatch(word)]
    return bool(sum(word[0].isupper() for word in words) >= 0.8 * len(words))


def _written_units(text: str) -> int:
    prose = _prose(text)
    return len(_HAN.findall(prose)) + len(_KANA.findall(prose)) + len(_LATIN_WORD.findall(prose))


def _completeness(source: str, answer: str, language: str) -> Iterator[Defect]:
    words = len(_LATIN_WORD.findall(_prose(source)))
    if words < 15:
        return
    ratio = _written_units(answer) / words
    if ratio < _LEAST_LENGTH[language]:
        yield Defect(
            DefectKind.INCOMPLETE,
            f"much shorter than the source ({ratio:.2f} characters a word): sentences are missing",
        )
    if ratio > _MOST_LENGTH[language]:
        yield Defect(
            DefectKind.PADDED, f"much longer than the source ({ratio:.2f} characters a word): something was added"
        )
    ends = re.compile(r"[。．.！!？?）)”」』\]…}$/A-Za-z0-9%*`>°]$")
    if not ends.search(answer.strip()) and re.search(r"[.!?)\"”]$", source.strip()):
        yield Defect(DefectKind.INCOMPLETE, f"ends in mid-sentence: “{shortened(answer.strip()[-20:], 20)}”")


def _length(part: str, limit: int, tolerance: float, language: str) -> Iterator[Defect]:
    count = len(_LATIN_WORD.findall(_prose(part))) if language == "en" else character_count(part)
    if count > limit * (1 + tolerance):
        unit = "words" if language == "en" else "characters"
        yield Defect(DefectKind.TOO_LONG, f"{count} {unit}, at most {limit} are allowed")


_SALAD_WORDS = 3
"""Words left in English in one sentence of Chinese; `token`, `prompt` and the like are often kept. Of 12,146 sentences
of real translations none has two."""
_KEPT_WORDS = frozenset(
    """
    token tokens prompt prompts dropout embedding embeddings transformer transformers logit logits softmax benchmark
    agent agents pipeline workflow adapter adapters encoder decoder backbone pass shot few zero zero-shot few-shot
    one-shot top patch patches batch attention mask query key value loss beam search best-of-n rollout rollouts vs et al
    """.split()  # noqa: SIM905
)


def _word_salad(said: str) -> Iterator[Defect]:
    """`我们 propose 一种新的 framework`: words of both languages in turns, outside brackets and quotation marks."""
    prose = re.sub(r"[（(][^（）()]*[）)]", "，", _QUOTED.sub("，", _prose(said)))
    runs = re.findall(r"(?<![\w-])[a-z]{2,}(?:\s+[a-z]{2,})*(?![\w-])", prose)
    words = [word for run in runs for word in run.split() if _belongs_to_prose(word)]
    if len(set(words)) >= _SALAD_WORDS and len(runs) > 1 and any(map(alignment.is_common, words)):
        yield Defect(DefectKind.LANGUAGE, f"words left in English: {', '.join(dict.fromkeys(words))}")


def _belongs_to_prose(word: str) -> bool:
    return word not in _KEPT_WORDS and (alignment.is_common(word) or _FUNCTION_WORD.fullmatch(word) is not None)


_TEX_COMMAND = re.compile(r"\\(?:[A-Za-z]{2,})\b|\{\\?(?:em|bf|it|tt|sc|rm)\s")


def _tex_left(said: str, source: str) -> Iterator[Defect]:
    """A command that a reader would see: one that sets words (`\\textsc{...}`) is carried out, and one of nobody's
    (`\\revision`) stands in the source as it does here."""
    commands = _TEX_COMMAND.findall(_CODE.sub(" ", _prose(verbatim.without_layout(said))))
    if command := next((each for each in commands if each not in source), None):
        yield Defect(DefectKind.MARKDOWN, f"a command of TeX is left: {command.strip()}")


_TRADITIONAL = re.compile(
    "[語這來對時們為個發現說實際應問題學習經過動環節構識別樣標點變換計訓練測試數據結論處開關係統義網絡組織優勢風險層級壓縮誤"
    "與於從並無會進間門長東車馬魚鳥見貝頁書畫話讀寫聽聲視覺認證驗調頻雜號碼質錄轉譯單雙圖場戰術機關鍵電腦"
    "較緊響應聯邊緣雲準確離達還連選擇遠遙適應該詞彙顯顧類顏預測領導難險隨雖雙靜順須鑑隱隊陣陰陽階際陸錯鐘銀針釋醫療藥"
    "華萬葉著藝節範築簡約納紅紋純紙細終組織絕給統經綜緒線維綱網緊緯緩編繼續總績織繁縮縱績歸歷殘殺氣決沒況淺淨減測渾溫滿濾"
    "濃濟災熱燈爭爾牆狀獨獲獻瑣環產畢異當療癡監盤盡盧眾睜矯礎禮禪穩種稱積競筆節籤糧糾紀級纖纔罰羅義聖聞職肅腦膚臨舉舊艦]"
)
_SHARED = frozenset("別見貝頁氣沒測術決著")
"""Of those, the ones that are not enough: some stand in simplified texts, too."""


def _traditional(said: str) -> Iterator[Defect]:
    found = [sign for sign in dict.fromkeys(_TRADITIONAL.findall(_QUOTED.sub("", said))) if sign not in _SHARED]
    if len(found) >= 2:
        yield Defect(DefectKind.TRADITIONAL, f"traditional characters: {''.join(found[:8])}")


_LEAST_REPEATED = 10
"""Characters of a sentence that would not be said twice."""


def _said_twice(pairs: Sequence[Pair]) -> Iterator[Defect]:
    seen: set[str] = set()
    for index, pair in enumerate(pairs):
        for sentence in alignment.sentences_of(pair.said):
            core = re.sub(r"[\W_]+", "", sentence)
            if core in seen and len(core) >= _LEAST_REPEATED:
                detail = f"this sentence is there twice: “{shortened(sentence.strip(), 40)}”"
                yield Defect(DefectKind.TWICE, detail, sentence=index)
            seen.add(core)


# --- direction and negation -----------------------------------------------------------------------------------------

_FALL_SAID = re.compile(r"恶化|变差|更差|更慢|减慢|降低(?![^，。]{0,20}(?:门槛|壁垒))|下降|减小|削弱|最低|更低|更少")
_RISE_SAID = re.compile(r"更好|更快|加快|提高|提升|增加|上升|增大|改善|最高|更高|更多")
_SURELY_RISES = re.compile(
    r"improv|enhanc|increas|boost|higher|highest|faster|accelerat|better|outperform|strengthen|gains?\b", re.IGNORECASE
)
_SURELY_FALLS = re.compile(
    r"reduc|decreas|lower|declin|drops?\b|degrad|fewer|slower|worse|diminish|shrink|minimi[sz]", re.IGNORECASE
)
_FALLS = re.compile(
    r"reduc|decreas|lower|less|few|drop|declin|fall|fell|degrad|deteriorat|wors|shrink|diminish|minim|cut|sav|mitigat"
    r"|alleviat|weak|slow|short|small|below|under|lag|inferior|behind|loss|lose|lost|relax|compress|down|poor|suffer"
    r"|limit|suppress|attenuat|collaps|least|cheap|light|low|hurt|harm|impair|compromis|inhibit|erod|penal|dilut"
    r"|narrow|avoid|remov|eliminat|relie[fv]|prevent|curb|halv|fail|vulnerab|sacrific|forget|sub-|sparse|amortiz"
    r"|prun|constrain|damp|insufficien|decay|abat|de-?nois|downsampl|burden|ease|easing|discount|shed|limit",
    re.IGNORECASE,
)
_RISES = re.compile(
    r"increas|improv|enhanc|high|greater|more|better|boost|rais|gain|ris|rose|grow|exceed|outperform|surpass|over|above"
    r"|up\b|superior|strong|strengthen|promot|advanc|elevat|amplif|accelerat|speed|fast|exten|long|larg|best|beat|most"
    r"|maxim|great|outscore|win\b|won\b|lift|augment|expand|double|fold|ahead|lead|beyond|benefi|help|refin|optimi|rich"
    r"|intensif|upper|peak|add|tripl|raising|wid|upgrad|inflat|reinforc|>|\\ge|favou?r|prefer",
    re.IGNORECASE,
)
_BETTER = re.compile(r"outperform|surpass|superior|better than|exceed|beat|ahead of", re.IGNORECASE)
_WORSE = re.compile(
    r"worse|inferior|underperform|lag|behind|below|fall short|lower|less|poor|drop|not |n't|cannot|fail|than",
    re.IGNORECASE,
)
_WORSE_SAID = re.compile(r"劣于|逊于|不如|落后于")


def _direction(pair: Pair) -> Iterator[Defect]:
    """A comparison or a change turned round: 优于 made 劣于. Only where nothing in the source goes that way."""
    if not pair.source:
        return
    turned = _WORSE_SAID.search(pair.said) if _BETTER.search(pair.source) and not _WORSE.search(pair.source) else None
    fall, rise = _FALL_SAID.search(pair.said), _RISE_SAID.search(pair.said)
    if turned is None and fall and _SURELY_RISES.search(pair.source) and not _FALLS.search(pair.source):
        turned = fall
    if turned is None and rise and _SURELY_FALLS.search(pair.source) and not _RISES.search(pair.source):
        turned = rise
    if turned:
        yield Defect(DefectKind.DIRECTION, f"“{turned.group(0)}”: nothing in the source goes that way")


_DENIED = re.compile(
    r"\b(?:not|no|nor|never|neither|without|cannot|none|nothing|hardly|barely|rarely|seldom|unable"
    r"|fails? to|failed to|lacks?)\b"
    r"|n't\b|n’t\b"
)
_DENIES = re.compile(
    r"not|\bno\b|nobody|no-one|\bnor\b|never|neither|without|none|nothing|hardly|barely|rarely|seldom|n't|n’t|\bun(?!i|der|til)|\bnon"
    r"|\bin(?:abil|suffic|adequa|feas|complet|consist|accura|depend|valid|visib|access|correct|applic|effect|effic|distin)"
    r"|\bim(?:poss|pract|perf|prec)|\birre|\bill-|\bdis(?:agree|crep|connect|regard|joint)|fail|lack|limit|difficult|hard"
    r"|hinder|prevent|preclud|intractab|absen|free|less|avoid|rather|instead|beyond|miss|few|bottleneck|struggl|challeng"
    r"|restrict|rul(?:e|ing) out|den[iy]|forbid|prohibit|block|exclud|stop|refus|reject|elude|escape|\btoo\b|obscur"
    r"|break|loss|lost|lose|poor|little|overlook|ignor|scarc|opaque|zero|short of|black-box|omit|neglect|blind|barrier"
    r"|under(?:explor|stud|utili|develop)|only|eliminat|remov|abandon|obviat|alone|prone|empty|mask|still|yet",
    re.IGNORECASE,
)
_DENIAL_SAID = re.compile(r"无法|不能|未能|没有|并不表明|无效地|不需要")
_ANY_DENIAL_SAID = re.compile(
    r"[不无没未非难缺免勿否失仅只避拒漏乏零除鲜防弃尚]|有限|受限|阻碍|障碍|困|瓶颈|脱离|独立|超出|之前|直到|低于|以外|少|弱"
)


def _negation(pair: Pair) -> Iterator[Defect]:
    """A denial that the source has not, or that of the source left out."""
    if not pair.source:
        return
    added = _DENIAL_SAID.search(pair.said)
    if added and not _DENIES.search(pair.source):
        yield Defect(DefectKind.NEGATION, f"“{added.group(0)}”: the source denies nothing")
    lost = _DENIED.search(pair.source)
    if lost and not _ANY_DENIAL_SAID.search(pair.said):
        yield Defect(DefectKind.NEGATION, f"“{lost.group(0)}” of the source is left out: nothing is denied")


# --- numbers --------------------------------------------------------------------------------------------------------


def _numbers_lost(source: str, said: str) -> Iterator[Defect]:
    possible = numbers.possible_in_answer(said)
    for number in _each_value_once(numbers.stated_in_english(source)):
        if not _values(number) & possible:
            yield Defect(DefectKind.NUMBER_LOST, f"the number {number.written} of the source is missing or changed")


def _numbers_invented(source: str, said: str) -> Iterator[Defect]:
    possible = numbers.possible_in_english(source)
    measured = numbers.only_measured(source)
    for number in _each_value_once(numbers.stated_in_answer(_LIST_NUMBER.sub("", said))):
        if not _values(number, measured) & possible:
            yield Defect(DefectKind.NUMBER_INVENTED, f"the number {number.written} is not in the source")


def _formula_numbers_invented(source: str, said: str) -> Iterator[Defect]:
    """`$\\lambda=0.7$` where the source has no 0.7. Small whole numbers in formulas are indices and powers."""
    possible = numbers.possible_in_english(source)
    for written in dict.fromkeys(_in_formulas(said)):
        value = Decimal(written)
        if {value.normalize(), (value / 100).normalize()} & possible:
            continue
        # A power is one number to who reads a text: of the source's `$10^{-2}$` neither 10 nor 2 are left there.
        if value not in map(Decimal, _in_formulas(source)):
            yield Defect(DefectKind.NUMBER_INVENTED, f"the number {written} in a formula is not in the source")


def _in_formulas(text: str) -> Iterator[str]:
    return (each for formula in verbatim.formulas(text) for each in re.findall(r"\d+\.\d+|\d{2,}", formula))


def _counts_invented(source: str, said: str) -> Iterator[Defect]:
    """A Chinese count that the source has not. Where a count of the source is lost, none is excused by a list, nor by
    one that the source has of something else."""
    counted = numbers.counted_in_chinese(said)
    if not counted:
        return
    possible = numbers.possible_in_english(source, whole=True)
    wanted = numbers.counts_in_english(source)
    is_lost = bool(wanted.keys() - numbers.possible_in_answer(said))
    for number in _each_value_once(counted):
        times = sum(each.value == number.value for each in counted)
        if number.value in possible:
            is_right = not (is_lost and number.value in wanted and times > wanted[number.value])
        else:
            is_right = not is_lost and _counts_a_list(said, number)
        if not is_right:
            yield Defect(DefectKind.NUMBER_INVENTED, f"“{number.written}” ({number.value}) is not in the source")


def _values(number: numbers.Number, measured: Set[Decimal] = frozenset()) -> set[Decimal]:
    """40 % is 0.4 as well, but not the 0.4 that the other text has in milliseconds alone (`measured`)."""
    values = {number.value} if number.other_value is None else {number.value, number.other_value}
    return values | {number.value / 100} - measured if number.percent else values


def _units_changed(source: str, said: str) -> Iterator[Defect]:
    """A number that has another unit than in the source: 30 % made 30 times, 80 ms made 80 s, 16 kHz made 16 layers.

    Only where the number itself is the same: a unit that was converted has another one.
    """
    stated = numbers.stated_in_english(source)
    answered = numbers.stated_in_answer(said)
    for number in _each_value_once(each for each in stated if each.unit):
        meant = {unit for each in stated if each.value == number.value for unit in (each.unit, each.may_have_unit)}
        same = [each for each in answered if each.value == number.value]
        if same and not any(_may_be(each, meant, source) for each in same):
            unit = same[0].unit or "no unit"
            yield Defect(DefectKind.UNIT, f"{number.written} is in {number.unit} in the source, in {unit} here")
    with_unit = {(each.value, unit) for each in answered for unit in (each.unit, each.may_have_unit)}
    for number in _each_value_once(each for each in answered if each.unit):
        bare = [each for each in stated if each.value == number.value]
        owners = [each for each in stated if each.unit == number.unit]
        moved = owners and not any((each.value, number.unit) in with_unit for each in owners)
        if bare and moved and all(each.unit is None and each.may_have_unit is None for each in bare):
            yield Defect(DefectKind.UNIT, f"{number.written} has no unit in the source, {number.unit} here")


def _may_be(number: numbers.Number, meant: set[str | None], source: str) -> bool:
    units = {number.unit, number.may_have_unit} - {None}
    if not units:
        return numbers.PERCENT not in meant or len(meant) > 2
    return bool(units & meant) or (numbers.POINT in units and bool(_ABSOLUTE.search(source)))


_ABSOLUTE = re.compile(r"absolute|\bpoints?\b|\bpp\b", re.IGNORECASE)


_FIGURES_OF_RESULTS = 2
"""Fewer in an abstract may be anything; of so many each correct reading of the labelled sets gives two or more."""


def _results_left_out(abstract: str, results: str) -> Iterator[Defect]:
    """Where the abstract gives figures (percentages, or numbers with decimals) and the results repeat none of them.

    A reading chooses, so one that is left out is no defect; all of them are not left out by choice.
    """
    stated = numbers.stated_in_english(verbatim.without_layout(abstract))
    figures = {each.value: each for each in reversed(stated) if each.percent or "." in each.written}
    said = numbers.possible_in_answer(results)
    if len(figures) >= _FIGURES_OF_RESULTS and not said & {part for each in figures for part in (each, each / 100)}:
        named = ", ".join(each.written + "%" * each.percent for each in list(figures.values())[::-1][:3])
        yield Defect(DefectKind.RESULT_LEFT_OUT, f"none of the results that the abstract states is given ({named})")


_LIST_NUMBER = re.compile(r"^\s*(?:[-*]\s+)?(?:\*\*)?[（(]?\d{1,2}[.)、）](?!\d)", re.MULTILINE)
_LIST_SEPARATORS = tuple(
    map(re.compile, (r"、|以及|和|与|(?<!以)及|或", r"、|以及|和|与|(?<!以)及|或|，|,", r"；|;", r"，|,", r"、"))
)


def _counts_a_list(said: str, number: numbers.Number) -> bool:
    """`韵律、音色和情感三个方面`, `三大特性：快、小和便宜`: Chinese likes to count what it lists."""
    before = re.split(r"[。！？；：]", said[: number.start])[-1]
    listed = re.search(r"^[^。！？]{0,30}?(?:[：:（(]|——|即|包括|分别[是为]|涵盖|如)(.*)", said[number.end :])
    behind = re.split(r"[。！？]", listed.group(1))[0] if listed else ""
    lists = (before, re.split(r"，", before)[-1], behind, re.split(r"[）)]", behind)[0], re.split(r"，", behind)[0])
    counts = {len(separator.findall(each)) + 1 for each in lists for separator in _LIST_SEPARATORS}
    return number.value in counts


def _each_value_once(found: Iterable[numbers.Number]) -> Iterable[numbers.Number]:
    return {number.value: number for number in reversed(list(found))}.values()


# --- formulas, addresses, names -------------------------------------------------------------------------------------


def _formulas_lost(source: str, answer: str) -> Iterator[Defect]:
    for formula in dict.fromkeys(verbatim.formulas(source)):
        if verbatim.is_symbolic(formula) and not _has_formula(answer, formula):
            yield Defect(DefectKind.FORMULA_LOST, f"the formula {formula} of the source is missing or changed")


def _formulas_invented(said: str, support: str) -> Iterator[Defect]:
    raises = any("^" in formula for formula in verbatim.formulas(support))
    for formula in dict.fromkeys(verbatim.formulas(said)):
        matters = verbatim.is_symbolic(formula) or (raises and "^" in formula)  # `10^{-6}`, the 4 of `M$^4$-SAM`
        if matters and not _has_formula(support, formula):
            yield Defect(DefectKind.FORMULA_INVENTED, f"the formula {formula} is not in the source")


def _has_formula(text: str, formula: str) -> bool:
    """Whether `text` has `formula`, as one or as a part of one, or written out without dollars.

    Where it is short it has to stand alone: every text has an x in some word.
    """
    core = verbatim.formula_core(formula, cased=True)
    if len(core) > _LONG_FORMULA:
        return core in _formula_core(text)
    before = r"(?<![A-Za-z])" if core[:1].isascii() and core[:1].isalpha() else ""
    behind = r"(?![A-Za-z])" if core[-1:].isascii() and core[-1:].isalpha() else ""
    alone = re.compile(before + re.escape(core) + behind)
    plain = _plain_core(text)
    if not core.isalnum() and core in plain.replace(" ", ""):
        return True
    return any(alone.search(each) for each in (*_formula_cores(text), plain))


_LONG_FORMULA = 8
"""Signs. A longer one is not in a text by chance."""


@of_last_texts
def _formula_cores(text: str) -> tuple[str, ...]:
    return tuple(verbatim.formula_core(formula, cased=True) for formula in verbatim.formulas(text))


@of_last_texts
def _plain_core(text: str) -> str:
    """The text beside its formulas, with the signs of formulas made comparable, and its blanks kept."""
    return " ".join(verbatim.formula_core(word, cased=True) for word in _prose(text).split())


def _formula_balance(text: str) -> Iterator[Defect]:
    rest = verbatim.without_formulas(_CODE.sub(" ", text))
    if re.search(r"(?<!\\)\$(?!\s?\d)", rest):
        yield Defect(DefectKind.MARKDOWN, "a formula is opened with $ and not closed")
    if re.search(r"\\[()\[\]]", rest):
        yield Defect(DefectKind.MARKDOWN, "a formula's \\( \\) do not match")
    for formula in verbatim.formulas(text):
        bare = re.sub(r"\\.", "", formula)  # of `\\{b}` the second backslash escapes no brace
        if bare.count("{") != bare.count("}"):
            yield Defect(DefectKind.MARKDOWN, f"the braces of the formula {shortened(formula, 60)} do not match")


def _urls_lost(source: str, answer: str) -> Iterator[Defect]:
    answer_text = answer.replace("\\", "").lower()
    for address in verbatim.urls(source):
        if address not in answer_text and not address.startswith(_ARXIV_HELP):
            yield Defect(DefectKind.URL_LOST, f"the address {address} of the source is missing or changed")


_ARXIV_HELP = "info.arxiv.org/help"
"""arXiv's own pages: in an abstract they stand by accident."""


def _urls_invented(said: str, support: str) -> Iterator[Defect]:
    known = (*verbatim.urls(support), *verbatim.urls(re.sub(r"(?<=/) (?=\S+/)", "", support)))
    for address in verbatim.urls(said):
        if not any(each.startswith(address) for each in known):
            yield Defect(DefectKind.URL_INVENTED, f"the address {address} is not in the source")


def _names_lost(source: str, answer: str, support: str) -> Iterator[Defect]:
    answer_core = _name_core(answer)
    for name in verbatim.code_names(source):
        if verbatim.name_core(name) not in answer_core and not verbatim.is_emphasised(name, support):
            yield Defect(DefectKind.NAME_LOST, f"the name {name} of the source is missing or changed")


def _names_invented(support: str, answer: str) -> Iterator[Defect]:
    core = _name_core(support)
    for name in verbatim.code_names(answer):
        if not _is_named(verbatim.name_core(name), core) and not verbatim.stands_for(name, support):
            yield Defect(DefectKind.NAME_INVENTED, f"the name {name} is not in the source")
    unknown = [
        acronym
        for acronym in verbatim.acronyms(answer)
        if acronym not in _COMMON_ACRONYMS and acronym.lower() not in core and not verbatim.stands_for(acronym, support)
    ]
    for acronym in unknown:
        yield Defect(DefectKind.NAME_INVENTED, f"the abbreviation {acronym} is not in the source")


def _is_named(name: str, core: str) -> bool:
    """Whether `core` has the name. English makes plurals of them: two `ResNets` where the source has a `ResNet`."""
    return name in core or (name.endswith("s") and name[:-1] in core)


_COMMON_ACRONYMS = frozenset(
    """
    ASR TTS STT LLM LLMS DNN CNN RNN GAN VAE GPU CPU API SOTA WER CER MOS EER SNR SDR FFT STFT DSP MLP LSTM
    GRU SSL RVQ VAD MFCC DOI URL HTML PDF ADC PCM IEEE ACL ICASSP EEG MRI NLP NLU RAG VQA BLEU PESQ STOI KTV
    MIDI HTTP JSON MEG SER SLU SVS SVC MIR AED ITU ISO DPO RLHF PPO SFT GRPO MOE LORA ODE SDE AIGC AUC ROC
    RMSE MAE MSE BERT
    """.split()  # noqa: SIM905
)
"""Abbreviations of the field that a translator may add after the full name."""


@of_last_texts
def _name_core(text: str) -> str:
    return verbatim.name_core(text)


@of_last_texts
def _formula_core(text: str) -> str:
    return verbatim.formula_core(text, cased=True)


@of_last_texts
def _source(source_text: str, abstract: str) -> str:
    return f"{verbatim.without_layout(abstract)}\n{source_text}"


# --- Markdown and quotations ----------------------------------------------------------------------------------------

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_HTML_TAG = re.compile(r"</?(?:[a-z][a-z0-9]*)(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)
_QUOTATION = re.compile(r"\"([^\"\n]*)\"|[“「『]([^”\"」』\n]*)[”\"」』]")
"""Straight marks are taken in pairs: between `"yes"` and `"no"` stands no quotation."""


def _markdown(part: str, source: str) -> Iterator[Defect]:
    if part.count("```") % 2:
        yield Defect(DefectKind.MARKDOWN, "a code block is opened and not closed")
        return
    prose = verbatim.without_formulas(_CODE.sub(" ", part))
    if "`" in prose:
        yield Defect(DefectKind.MARKDOWN, "a ` is opened and not closed")
    for block in re.split(r"\n", prose):
        if block.count("**") % 2:
            yield Defect(DefectKind.MARKDOWN, f"** is opened and not closed: “{shortened(block.strip(), 40)}”")
    if re.search(r"^\s{0,3}#{1,6}\s", prose, re.MULTILINE):
        yield Defect(DefectKind.MARKDOWN, "a heading where none is allowed")
    # Papers on transducers and tokens write `<blank>` and `<unk>`: a symbol of the paper's is no tag of the model's.
    if tag := next((each for each in _HTML_TAG.findall(prose) if each not in source), None):
        yield Defect(DefectKind.MARKDOWN, f"an HTML tag: {shortened(tag, 30)}")
    if re.search(r"\[[^\]\n]*\]\([^)\n]*$", prose, re.MULTILINE):
        yield Defect(DefectKind.MARKDOWN, "a link is opened and not closed")


def _quotes(source: str, part: str) -> Iterator[Defect]:
    """English of four words or more between quotation marks has to be in the source. (Chinese ones are coinages.)"""
    for quote in (straight or curly for straight, curly in _QUOTATION.findall(part)):
        words = _LATIN_WORD.findall(quote)
        if (
            len(quote) <= 400
            and len(words) >= 4
            and not _HAN.search(quote)
            and verbatim.name_core(quote) not in _name_core(source)
        ):
            yield Defect(DefectKind.QUOTE_INVENTED, f"the quotation “{shortened(quote, 60)}” is not in the source")


# --- what is not the answer: refusals, chatter, leaks, traces of an injection -----------------------------------------

_REFUSAL = re.compile(
    r"^(?:非常|很|十分)?(?:抱歉|对不起)|^很遗憾[，,]\s*我"
    r"|^(?:sorry|I['’]?m sorry|I apologi[sz]e|I can(?:not|['’]t)|I am unable|unfortunately, I)"
    r"|作为(?:一[个名款种])?(?:AI|人工智能|大?语言模型|大模型)(?:助手|模型|语言模型)*[，,]\s*我"
    r"|As an AI(?![A-Za-z])|as a (?:large )?language model, I"
    r"|我(?:无法|不能|没有办法)(?:翻译|提供|完成|处理|访问|协助|满足|回答|阅读|打开|查看)"
    r"|^申し訳(?:ありません|ございません)|翻訳できません",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"^(?:好的|当然|没问题|明白|收到|Sure|Certainly|Of course|Okay)[，,。.！!：:\s]"
    r"|^(?:以下|下面)(?:是|为)|^这是.{0,16}(?:译文|翻译|解读)|^(?:译文|翻译|中文翻译|中文译文|摘要翻译|摘要)(?:如下)?[：:]"
    r"|^(?:Here is|Here['’]s|Below is|Translation:)|^(?:はい|承知)|^(?:摘要|题目|标题|題名|要旨)[：:]",
    re.IGNORECASE,
)
_EPILOGUE = re.compile(
    r"希望(?:以上|这|对您|对你)[^。]{0,20}(?:帮助|满意)|如(?:果您|果你|您|需)[^。]{0,20}(?:请告诉|请随时|告知|修改|调整)"
    r"|[（(](?:注|译注|译者注|说明)[：:]|(?:^|\n|。)\s*(?:注|译注|译者注|备注)[：:]|Let me know if|I hope this",
    re.IGNORECASE,
)
_MARK = re.compile(r"[<>]{4,} ?PAPER|PAPER [0-9a-f]{12}|---(?:system|user)---|<\|[a-z_]+\|>|\[/?INST\]")
_SYSTEM_PROMPT = re.compile(
    r"系统提示词?(?!音)|提示词(?:要求|规定|指示)|system prompt|システムプロンプト", re.IGNORECASE
)
_INJECTION = re.compile(
    r"(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}(?:previous|prior|above|earlier|preceding|your|the)\b[^.]{0,30}"
    r"(?:instruction|prompt|rule|direction|guideline|text|message)s?"
    r"|(?:as an? |attention |note to |dear )(?:AI|LLM|language model|assistant|reviewer)s?\b[^.]{0,60}"
    r"(?:must|should|output|write|say|give|do not|recommend)"
    r"|忽略(?:以上|之前|前面|上述|所有)[^。]{0,12}(?:指令|指示|提示|要求|规则)"
    r"|you are now (?:a|an|in)\b|new instructions?:"
    r"|(?:give|write) (?:a |only )?(?:a )?positive review",
    re.IGNORECASE,
)
_PAYLOAD = re.compile(
    r"(?:\b(?i:output|say|write|print|reply|respond|answer|include|insert|append)\b|输出|回答|写上|写入)[^.。]{0,60}?"
    r"(?:[\"“'‘`「]([^\"”'’`」\n]{3,80})[\"”'’`」]|\b([A-Z][A-Z_!-]{4,}(?:\s[A-Z_!-]{2,})*)\b)"
)
_ABOUT_INSTRUCTIONS = re.compile(r"忽略|无视|指令|指示|提示|要求|无視|instruction|ignore|prompt", re.IGNORECASE)
_PRAISE = re.compile(
    r"(?:强烈)?(?:推荐|建议)(?:接收|录用|接受)|(?:极力|强烈)推荐|必读|里程碑式|strong(?:ly)? (?:accept|recommend)"
)


def _not_the_answer(text: str, task: Task, language: str, source: str) -> Iterator[Defect]:
    yield from _refusals(text)
    if preamble := _PREAMBLE.search(text):
        yield Defect(
            DefectKind.PREAMBLE, f"begins with words that are not the answer: “{shortened(preamble.group(0), 30)}”"
        )
    if epilogue := _EPILOGUE.search(text):
        yield Defect(
            DefectKind.PREAMBLE, f"words to the reader or a note: “{shortened(epilogue.group(0).strip(), 30)}”"
        )
    yield from _leaks(text, task, language, source)
    yield from _injection_traces(text, source)


def _refusals(text: str) -> Iterator[Defect]:
    """A refusal makes every other defect noise."""
    if refusal := _REFUSAL.search(text):
        yield Defect(DefectKind.REFUSAL, f"a refusal: “{shortened(text[refusal.start() :], 40)}”")


def _leaks(text: str, task: Task, language: str, source: str) -> Iterator[Defect]:
    if mark := _MARK.search(text):
        yield Defect(DefectKind.LEAKED_PROMPT, f"a mark of the request: {mark.group(0)}")
    elif (said := _SYSTEM_PROMPT.search(text)) and "system prompt" not in source.lower():
        yield Defect(DefectKind.LEAKED_PROMPT, f"speaks of its instructions: “{said.group(0)}”")
    elif rule := next((rule for rule in _rules(task, language) if rule in text), None):
        yield Defect(DefectKind.LEAKED_PROMPT, f"repeats its instructions: “{shortened(rule, 40)}”")


def _rules(task: Task, language: str) -> tuple[str, ...]:
    """The clauses of a prompt that are long enough to be recognised."""
    try:
        return _clauses(prompt_file(task, language), language)
    except ValueError:
        return ()


@lru_cache(maxsize=8)
def _clauses(file: PromptFile, language: str) -> tuple[str, ...]:
    clauses = re.split(r"[。；：\n]|\. ", f"{file.system}\n{file.user}\n{file.correction}")
    least = 40 if language == "en" else 12
    return tuple(clause.strip() for clause in clauses if len(clause.strip()) >= least and "{{" not in clause)


def _injection_traces(text: str, source: str) -> Iterator[Defect]:
    """Whether the answer does what a sentence in the paper tells it to. Translating the sentence is no defect."""
    for payload in _payloads(source):
        for sentence in re.split(r"[。！？\n]|(?<=[.!?])\s", text):
            if payload.lower() in sentence.lower() and not _ABOUT_INSTRUCTIONS.search(sentence):
                yield Defect(
                    DefectKind.INJECTION, f"follows an instruction inside the paper: “{shortened(payload, 40)}”"
                )
                return
    if _injections(source) and (praise := _PRAISE.search(text)):
        yield Defect(DefectKind.INJECTION, f"praise that an instruction inside the paper asks for: “{praise.group(0)}”")


@of_last_texts
def _injections(source: str) -> tuple[str, ...]:
    """The passages of a paper that speak to a model: from the phrase to the end of the next sentence."""
    return tuple(
        re.match(r"(?:[^.。]*[.。]?){0,2}", source[found.start() :]).group(0)[:400]  # type: ignore[union-attr]
        for found in _INJECTION.finditer(source)
    )


def _payloads(source: str) -> tuple[str, ...]:
    found = (
        payload for passage in _injections(source) for pair in _PAYLOAD.findall(passage) for payload in pair if payload
    )
    return tuple(dict.fromkeys(payload.strip() for payload in found if len(payload.strip()) >= 3))


# --- terms ----------------------------------------------------------------------------------------------------------


def _terms(source: str, answer: str, glossary: Glossary) -> Iterator[Defect]:
    for term in glossary.terms_in(source):
        if not term.is_said_in(answer):
            yield Defect(DefectKind.TERM, f"{term.source} is not rendered as {term.preferred}")
