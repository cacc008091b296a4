"""Whether a gist is found out that turns a direction round, or that denies what its abstract says: a table.

    python -m benchmarks.gists [FILE]

As gists stand the sentences of result of real translations, each held against another model's translation of the same
abstract, or against its own where there is none (`../shared/truth`; where it is absent, the benchmark says so). FILE
has gists that models wrote, a line each: {"id", "title", "abstract", "translation", "gist"}. Of each gist at most two
damages of a kind are tried. Of comparisons of two things that the translations make (`A 优于 B`), the same is said from
the other side (`B 不及 A`), and turned round. Half `a` of the papers is the one on which rules were developed.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.checks import TRUTH, Real, real_translations
from digest_assets.glance.results import result_sentence
from digest_assets.llm import alignment, directions, verbatim
from digest_assets.llm.pieces import check_meaning
from digest_assets_tests.llm.damage import direction_turned, negation_changed

ROW = "{:<20} {:>22} {:>22} {:>22}"
LONGEST = 120
"""Characters: of a longer sentence no gist is made."""
KINDS = {"a direction": direction_turned, "a negation": negation_changed}
EACH = 2


@dataclass(frozen=True)
class Gist:
    said: str
    paper: str
    title: str
    abstract: str
    told: str

    @property
    def half(self) -> str:
        return "ab"[hashlib.sha256(self.paper.encode()).digest()[0] % 2]

    def is_found(self, said: str) -> bool:
        return any(check_meaning(said, f"{self.title}\n{self.abstract}", self.told, "zh"))


def of_translations() -> Iterator[Gist]:
    by_paper: dict[str, list[Real]] = defaultdict(list)
    for real in real_translations():
        if real.label in (None, "false alarm"):
            by_paper[real.identifier].append(real)
    for translations in by_paper.values():
        for number, real in enumerate(translations):
            abstract = verbatim.without_layout(real.abstract)
            result = result_sentence(abstract)
            for pair in alignment.aligned(abstract, real.translation, "zh"):
                if pair.source == result and 0 < len(pair.said) <= LONGEST:
                    told = translations[(number + 1) % len(translations)].translation
                    yield Gist(pair.said.strip(), real.identifier, real.title, abstract, told)


def of_file(path: Path) -> Iterator[Gist]:
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        yield Gist(row["gist"], row["id"], row["title"], verbatim.without_layout(row["abstract"]), row["translation"])


def judged(gist: Gist) -> list[tuple[str, bool]]:
    """(kind, found) of the gist as it is, and of what was made of it."""
    if gist.is_found(gist.said):
        return [("none", True)]
    chosen = random.Random(gist.said)
    found = [("none", False)]
    for kind, damage in KINDS.items():
        ways = list(dict.fromkeys(damage(gist.said)))
        found += [(kind, gist.is_found(said)) for said in chosen.sample(ways, min(EACH, len(ways)))]
    return found


def table(gists: Iterable[Gist]) -> Iterator[str]:
    tried: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    with ProcessPoolExecutor(2) as pool:
        every = list(gists)
        for gist, results in zip(every, pool.map(judged, every, chunksize=40), strict=True):
            for kind, is_found in results:
                tried[kind, gist.half] += 1
                found[kind, gist.half] += is_found
    yield ROW.format("", "alarms", *(f"{kind}: found" for kind in KINDS))
    for half in "ab":
        cells = (f"{found[kind, half]} of {tried[kind, half]}" for kind in ("none", *KINDS))
        shares = (found[kind, half] / max(tried[kind, half], 1) for kind in ("none", *KINDS))
        yield ROW.format(f"half {half}", *(f"{cell} {share:6.1%}" for cell, share in zip(cells, shares, strict=True)))


_NAMED = r"[A-Z][A-Za-z0-9]*(?:[-.+][A-Za-z0-9]+)*|基线(?:方法|模型)?|(?:现有|传统|先前|已有)(?:方法|模型)"
_BETTER = re.compile(
    rf"(?P<one>{_NAMED}|本文方法|我们的方法|该(?:方法|模型))(?:在[^，。]{{0,20}}上)?(?:显著|明显|均|始终|也|仍)?"
    rf"(?:优于|超越|胜过|领先于|好于|强于|击败)了?(?P<other>{_NAMED})"
)
_WORSE = ("不及", "劣于", "不如")


def comparisons(gists: Iterable[Gist]) -> Iterator[str]:
    """What is found of comparisons said from the other side, which are right, and of such that are turned round."""
    made = {
        (gist.paper, told["one"], told["other"]): gist.told
        for gist in gists
        for told in _BETTER.finditer(gist.told)
        if told["one"] != told["other"]
    }
    right = [(f"{other}{word}{one}。", told) for (_, one, other), told in made.items() for word in _WORSE]
    wrong = [(f"{one}{word}{other}。", told) for (_, one, other), told in made.items() for word in _WORSE]
    wrong += [(f"{other}优于{one}。", told) for (_, one, other), told in made.items()]
    for name, said in (("from the other side", right), ("turned round", wrong)):
        found = sum(any(directions.check(each, told, "zh")) for each, told in said)
        yield f"comparisons {name}: {found} of {len(said)} found"


if __name__ == "__main__":
    if len(sys.argv) > 1 or TRUTH.is_dir():
        every_gist = [*(of_file(Path(sys.argv[1])) if len(sys.argv) > 1 else of_translations())]
        print(*table(every_gist), *comparisons(every_gist), sep="\n")
    else:
        print(f"{TRUTH} is absent: no real answers to measure on.")
