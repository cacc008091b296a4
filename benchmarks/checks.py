"""What the checks say of real answers, and of deliberate damage to them, from ../shared/truth: a table.

    python -m benchmarks.checks [texts damaged of each half, 200]

Real translations and readings by real models, some read by a person (its README). The set is split into halves by
paper: rules are developed on `a`, `b` is looked at for the figures. Beside them what is found on ten papers of the
sandbox, of which it was written by hand what a correct reading must and must not say
(`digest_assets_tests/llm/compared.toml`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from digest_assets.llm.answers import TRANSLATION, Repair, translation_in
from digest_assets.llm.checks import TranslationJudgement, judge_translation
from digest_assets.llm.defects import Defect, hard
from digest_assets.llm.glossary import default_glossary
from digest_assets_tests.llm import damage
from digest_assets_tests.llm.compared import measured

TRUTH = Path(__file__).parents[2] / "shared" / "truth"
ROW = "{:<36} {:>18} {:>18}"
ROW_OF_COMPARED = "{:<12} {:<28} {:>7} {:>6} {:>7}"
DAMAGED_EACH = 200


@dataclass(frozen=True)
class Real:
    """A real translation. `label`: what a person said of it, None where nobody looked."""

    identifier: str
    title: str
    abstract: str
    translation: str
    label: str | None

    @property
    def half(self) -> str:
        return "ab"[hashlib.sha256(self.identifier.encode()).digest()[0] % 2]

    def is_published(self, text: str) -> bool:
        """Whether `text` comes out as it is; what was taken off it costs no call, and reaches nobody."""
        return Repair.TEX not in translation_in(text).repairs

    def judged(self, text: str | None = None) -> TranslationJudgement:
        apart = translation_in(self.translation if text is None else text)
        if apart.defects:
            return TranslationJudgement((), apart.defects)
        return judge_translation(self.abstract, apart.parts[TRANSLATION], "zh", default_glossary("zh"), self.title)


_TOLD = ("id", "title", "abstract", "translation")


def real_translations() -> list[Real]:
    lines = (TRUTH / "flagged.jsonl").read_text("utf-8").splitlines()
    labels = {(each["id"], each["source"]): each["label"] for each in map(json.loads, lines)}
    with gzip.open(TRUTH / "translations.jsonl.gz", "rt", encoding="utf-8") as file:
        return [
            Real(
                each["id"],
                each["title"],
                each["abstract"],
                each["translation"],
                labels.get((each["id"], each["source"])),
            )
            for each in map(json.loads, file)
        ]


def alarms(real: Real) -> tuple[Defect, ...]:
    return hard(real.judged().defects)


def damaged(texts: list[Real], kind: str, most: int, seed: int = 1) -> list[tuple[Real, str]]:
    """At most `most` texts, one damage each, chosen by `seed`."""
    chosen = random.Random(f"{seed}{kind}")
    order = chosen.sample(texts, len(texts))
    cases: list[tuple[Real, str]] = []
    for number, real in enumerate(order):
        if kind == "another paper's sentence":
            ways = list(damage.foreign_sentence(real.translation, order[number - 1].translation))
        else:
            ways = list(damage.DAMAGES[kind](real.translation))
        if ways:
            cases.append((real, chosen.choice(ways)))
        if len(cases) == most:
            break
    return cases


KINDS = (*damage.DAMAGES, "another paper's sentence")


@dataclass(frozen=True)
class Found:
    is_found: bool
    others: int
    """Sentences beside the one that was damaged, at least."""
    others_kept: int
    """Those of them that would be published."""


def judged_damage(case: tuple[Real, str]) -> Found:
    real, text = case
    judgement = real.judged(text)
    defects = hard(judgement.defects)
    if not defects and not real.is_published(text):
        return Found(True, 0, 0)
    wrong = {defect.sentence for defect in defects}
    said = [index for index, pair in enumerate(judgement.pairs) if pair.said]
    others = max(len(said) - 1, 0)
    kept = 0 if None in wrong or 3 * len(wrong) > len(judgement.pairs) else len([i for i in said if i not in wrong])
    return Found(bool(defects), others, min(kept, others))


ONE_SENTENCE = (
    "a number changed", "percent, points or times changed", "a unit changed", "a small integer changed",
    "a Chinese count changed", "a formula altered", "word salad", "another paper's sentence",
    "a direction turned round", "a negation lost or added", "raw TeX left", "a sentence twice",
)  # fmt: skip


def table(most: int) -> Iterator[str]:
    real = real_translations()
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(alarms, real, chunksize=40))
        yield ROW.format("translations", "half a", "half b")
        for name, chosen in (
            ("real, not known to be wrong: alarms", lambda label: label in (None, "false alarm")),
            ("known to be wrong: found", lambda label: label == "defect"),
            ("with a minor fault: found", lambda label: label == "minor"),
        ):
            yield ROW.format(name, *(_share(real, found, half, chosen) for half in "ab"))
        kept: dict[str, list[Found]] = {"a": [], "b": []}
        good = [each for each, defects in zip(real, found, strict=True) if not defects and each.label is None]
        for kind in KINDS:
            shares = []
            for half in "ab":
                results = list(
                    pool.map(judged_damage, damaged([e for e in good if e.half == half], kind, most), chunksize=10)
                )
                shares.append(_percent(sum(each.is_found for each in results), len(results)))
                if kind in ONE_SENTENCE:
                    kept[half] += (each for each in results if each.is_found)
            yield ROW.format(kind, *shares)
        reached = (
            _percent(sum(each.others_kept for each in kept[half]), sum(each.others for each in kept[half]))
            for half in "ab"
        )
        yield ROW.format("sentences beside a wrong one: shown", *reached)


def _share(real: list[Real], found: list[tuple[Defect, ...]], half: str, chosen: Callable[[str | None], bool]) -> str:
    of = [bool(defects) for each, defects in zip(real, found, strict=True) if each.half == half and chosen(each.label)]
    return _percent(sum(of), len(of))


def _percent(part: int, whole: int) -> str:
    return f"{part} of {whole} {part / whole:6.1%}" if whole else "-"


if __name__ == "__main__":
    if not TRUTH.is_dir():
        print(f"{TRUTH} is absent: no real answers to measure on.\n")
    else:
        for line in table(int(sys.argv[1]) if len(sys.argv) > 1 else DAMAGED_EACH):
            print(line, flush=True)
        print()
    print(ROW_OF_COMPARED.format("answer", "damage", "answers", "found", "missed"))
    for answer, kind, count, caught in measured():
        print(ROW_OF_COMPARED.format(answer, kind, count, caught, count - caught if kind != "none" else "-"))
