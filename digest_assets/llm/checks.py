"""Whether an answer may be published: pure, quick checks, each of which names what it found.

They know no model and no Dagster; they compare an answer with the text it was made from, a translation in pairs of
sentences, a reading sentence by sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from digest_assets.llm import alignment, numbers, verbatim
from digest_assets.llm.alignment import Pair
from digest_assets.llm.answers import PARTS
from digest_assets.llm.defects import Defect, DefectKind
from digest_assets.llm.glossary import EMPTY_GLOSSARY, Glossary
from digest_assets.llm.prompts import Task, prompt_file

READING_LIMITS = {"zh": (200, 600, 200), "ja": (200, 600, 200), "en": (120, 350, 120)}
"""Characters without white space and `*`; for English, words."""


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
    return TranslationJudgement(pairs, (*whole, *by_pair))


def _pair_defects(pair: Pair, answer: str, support: str, title: str, language: str) -> Iterator[Defect]:
    if not pair.said:
        yield Defect(DefectKind.INCOMPLETE, f"this sentence of the source is missing: “{_shortened(pair.source, 90)}”")
        return
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
        *(_counts_invented(support, said) if language in ("zh", "ja") else ()),
        *_units_changed(support, said),
        *_formulas_invented(said, support),
        *_urls_invented(said, support),
        *_names_invented(support, said),
        *_injection_traces(said, support),
    )


def character_count(text: str) -> int:
    """Characters as the limits of a reading count them: without white space and `*`."""
    return len(re.sub(r"[\s*]", "", text))


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
        yield Defect(DefectKind.LANGUAGE, f"left in English: “{_shortened(run, 60)}”")


def _english_run(prose: str) -> str | None:
    """English that is a sentence and not a name: two function words, or eight small words, outside quotation marks."""
    for match in _ENGLISH_RUN.finditer(_QUOTED.sub("，", prose)):
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
    if not re.search(r"[。．.！!？?）)”」』\]…}$/A-Za-z0-9]$", answer.strip()):
        yield Defect(DefectKind.INCOMPLETE, f"ends in mid-sentence: “{_shortened(answer.strip()[-20:], 20)}”")


def _length(part: str, limit: int, tolerance: float, language: str) -> Iterator[Defect]:
    count = len(_LATIN_WORD.findall(_prose(part))) if language == "en" else character_count(part)
    if count > limit * (1 + tolerance):
        unit = "words" if language == "en" else "characters"
        yield Defect(DefectKind.TOO_LONG, f"{count} {unit}, at most {limit} are allowed")


# --- numbers --------------------------------------------------------------------------------------------------------


def _numbers_lost(source: str, said: str) -> Iterator[Defect]:
    possible = numbers.possible_in_answer(said)
    for number in _each_value_once(numbers.stated_in_english(source)):
        if not _values(number) & possible:
            yield Defect(DefectKind.NUMBER_LOST, f"the number {number.written} of the source is missing or changed")


def _numbers_invented(source: str, said: str) -> Iterator[Defect]:
    possible = numbers.possible_in_english(source)
    for number in _each_value_once(numbers.stated_in_answer(_LIST_NUMBER.sub("", said))):
        if not _values(number) & possible:
            yield Defect(DefectKind.NUMBER_INVENTED, f"the number {number.written} is not in the source")


def _counts_invented(source: str, said: str) -> Iterator[Defect]:
    possible = numbers.possible_in_english(source, whole=True)
    for number in _each_value_once(numbers.counted_in_chinese(said)):
        if number.value not in possible and not _counts_a_list(said, number):
            yield Defect(DefectKind.NUMBER_INVENTED, f"“{number.written}” ({number.value}) is not in the source")


def _values(number: numbers.Number) -> set[Decimal]:
    values = {number.value} if number.other_value is None else {number.value, number.other_value}
    return values | {(number.value / 100).normalize()} if number.percent else values


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
        return numbers.PERCENT not in meant or (None in meant and len(meant) > 2)
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
    listed = re.search(
        r"^[^。！？]{0,30}?(?:[：:（(]|——|即|包括|分别[是为]|涵盖|如)(.*)", said[number.end :], re.DOTALL
    )
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
    for formula in dict.fromkeys(verbatim.formulas(said)):
        if verbatim.is_symbolic(formula) and not _has_formula(support, formula):
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
    written_out = plain if core.isalnum() else plain.replace(" ", "")
    return any(alone.search(each) for each in (*_formula_cores(text), written_out))


_LONG_FORMULA = 8
"""Signs. A longer one is not in a text by chance."""


@lru_cache(maxsize=64)
def _formula_cores(text: str) -> tuple[str, ...]:
    return tuple(verbatim.formula_core(formula, cased=True) for formula in verbatim.formulas(text))


@lru_cache(maxsize=64)
def _plain_core(text: str) -> str:
    """The text beside its formulas, with the signs of formulas made comparable, and its blanks kept."""
    return " ".join(verbatim.formula_core(word, cased=True) for word in _prose(text).split())


def _formula_balance(text: str) -> Iterator[Defect]:
    rest = verbatim.without_formulas(_CODE.sub(" ", text))
    if len(re.findall(r"(?<!\\)\$(?!\s?\d)", rest)):
        yield Defect(DefectKind.MARKDOWN, "a formula is opened with $ and not closed")
    if len(re.findall(r"\\[(\[]", rest)) != len(re.findall(r"\\[)\]]", rest)) or re.search(r"\\[()\[\]]", rest):
        yield Defect(DefectKind.MARKDOWN, "a formula's \\( \\) do not match")
    for formula in verbatim.formulas(text):
        bare = re.sub(r"\\[{}]", "", formula)
        if bare.count("{") != bare.count("}"):
            yield Defect(DefectKind.MARKDOWN, f"the braces of the formula {_shortened(formula, 60)} do not match")


def _urls_lost(source: str, answer: str) -> Iterator[Defect]:
    answer_text = answer.replace("\\_", "_").replace("\\", "").lower()
    for address in verbatim.urls(source):
        if address not in answer_text and not address.startswith(_ARXIV_HELP):
            yield Defect(DefectKind.URL_LOST, f"the address {address} of the source is missing or changed")


_ARXIV_HELP = "info.arxiv.org/help"
"""arXiv's own pages: in an abstract they stand by accident."""


def _urls_invented(said: str, support: str) -> Iterator[Defect]:
    known = (*verbatim.urls(support), *verbatim.urls(re.sub(r"(?<=/) (?=\S+/)", "", support)))
    for address in verbatim.urls(said):
        if address not in known and not any(each.startswith(address) for each in known):
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


@lru_cache(maxsize=32)
def _name_core(text: str) -> str:
    return verbatim.name_core(text)


@lru_cache(maxsize=32)
def _formula_core(text: str) -> str:
    return verbatim.formula_core(text, cased=True)


@lru_cache(maxsize=32)
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
            yield Defect(DefectKind.MARKDOWN, f"** is opened and not closed: “{_shortened(block.strip(), 40)}”")
    if re.search(r"^\s{0,3}#{1,6}\s", prose, re.MULTILINE):
        yield Defect(DefectKind.MARKDOWN, "a heading where none is allowed")
    # Papers on transducers and tokens write `<blank>` and `<unk>`: a symbol of the paper's is no tag of the model's.
    if tag := next((each for each in _HTML_TAG.findall(prose) if each not in source), None):
        yield Defect(DefectKind.MARKDOWN, f"an HTML tag: {_shortened(tag, 30)}")
    if re.search(r"\[[^\]\n]*\]\([^)\n]*$", prose, re.MULTILINE):
        yield Defect(DefectKind.MARKDOWN, "a link is opened and not closed")


def _quotes(source: str, part: str) -> Iterator[Defect]:
    """English of four words or more between quotation marks has to be in the source. (Chinese ones are coinages.)"""
    for quote in (straight or curly for straight, curly in _QUOTATION.findall(part)):
        words = _LATIN_WORD.findall(quote)
        if (
            8 <= len(quote) <= 400
            and len(words) >= 4
            and not _HAN.search(quote)
            and verbatim.name_core(quote) not in _name_core(source)
        ):
            yield Defect(DefectKind.QUOTE_INVENTED, f"the quotation “{_shortened(quote, 60)}” is not in the source")


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
            DefectKind.PREAMBLE, f"begins with words that are not the answer: “{_shortened(preamble.group(0), 30)}”"
        )
    if epilogue := _EPILOGUE.search(text):
        yield Defect(
            DefectKind.PREAMBLE, f"words to the reader or a note: “{_shortened(epilogue.group(0).strip(), 30)}”"
        )
    yield from _leaks(text, task, language, source)
    yield from _injection_traces(text, source)


def _refusals(text: str) -> Iterator[Defect]:
    """A refusal makes every other defect noise."""
    if refusal := _REFUSAL.search(text):
        yield Defect(DefectKind.REFUSAL, f"a refusal: “{_shortened(text[refusal.start() :], 40)}”")


def _leaks(text: str, task: Task, language: str, source: str) -> Iterator[Defect]:
    if mark := _MARK.search(text):
        yield Defect(DefectKind.LEAKED_PROMPT, f"a mark of the request: {mark.group(0)}")
    elif (said := _SYSTEM_PROMPT.search(text)) and "system prompt" not in source.lower():
        yield Defect(DefectKind.LEAKED_PROMPT, f"speaks of its instructions: “{said.group(0)}”")
    elif rule := next((rule for rule in _rules(task, language) if rule in text), None):
        yield Defect(DefectKind.LEAKED_PROMPT, f"repeats its instructions: “{_shortened(rule, 40)}”")


@lru_cache(maxsize=8)
def _rules(task: Task, language: str) -> tuple[str, ...]:
    """The clauses of a prompt that are long enough to be recognised."""
    try:
        file = prompt_file(task, language)
    except ValueError:
        return ()
    clauses = re.split(r"[。；：\n]|\. ", f"{file.system}\n{file.user}\n{file.correction}")
    least = 40 if language == "en" else 12
    return tuple(clause.strip() for clause in clauses if len(clause.strip()) >= least and "{{" not in clause)


def _injection_traces(text: str, source: str) -> Iterator[Defect]:
    """Whether the answer does what a sentence in the paper tells it to. Translating the sentence is no defect."""
    for payload in _payloads(source):
        for sentence in re.split(r"[。！？\n]|(?<=[.!?])\s", text):
            if payload.lower() in sentence.lower() and not _ABOUT_INSTRUCTIONS.search(sentence):
                yield Defect(
                    DefectKind.INJECTION, f"follows an instruction inside the paper: “{_shortened(payload, 40)}”"
                )
                return
    if _injections(source) and (praise := _PRAISE.search(text)):
        yield Defect(DefectKind.INJECTION, f"praise that an instruction inside the paper asks for: “{praise.group(0)}”")


@lru_cache(maxsize=32)
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


def _shortened(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
