"""Right sentences about groups, made of their gists, and what a model may do to them: each damage by itself."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from digest_assets.glance.overview import SENTENCE_LIMITS, Clause, ToldGroup
from digest_assets.llm.pieces import editors_count

Sentence = tuple[Clause, ...]
Damage = Callable[[Sentence, ToldGroup, ToldGroup, random.Random], "Sentence | None"]
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NAME = re.compile(r"[A-Z][A-Za-z]*[A-Z0-9][\w-]*")
_PRAISE = ("显著", "大幅", "首次", "最先进的")
_TURNED = {
    "提升": "降低",
    "降低": "提升",
    "优于": "劣于",
    "降至": "升至",
    "升至": "降至",
    "减少": "增加",
    "提高": "降低",
}


def right_sentence(group: ToldGroup) -> Sentence:
    """As many of the group's gists as fit, each with its identifier."""
    said: list[Clause] = []
    for identifier, gist in group.gists:
        said.append((gist.strip().rstrip("。"), (identifier,)))
        if editors_count("；".join(text for text, _ in said)) > SENTENCE_LIMITS["zh"]:
            break
    return tuple(said)


def _changed(sentence: Sentence, change: Callable[[str], str | None], rng: random.Random) -> Sentence | None:
    order = list(range(len(sentence)))
    rng.shuffle(order)
    for place in order:
        text, identifiers = sentence[place]
        if (new := change(text)) is not None and new != text:
            return (*sentence[:place], (new, identifiers), *sentence[place + 1 :])
    return None


def foreign_number(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence | None:
    """A number of another paper."""
    there = [each for _, gist in (*group.gists, *other.gists) for each in _NUMBER.findall(gist)]

    def change(text: str) -> str | None:
        own = set(_NUMBER.findall(text))
        new = [each for each in there if each not in own and len(each) > 1]
        return _NUMBER.sub(lambda _: rng.choice(new), text, count=1) if own and new else None

    return _changed(sentence, change, rng)


def foreign_name(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence | None:
    """A name of another paper."""
    there = [each for _, gist in (*group.gists, *other.gists) for each in _NAME.findall(gist)]

    def change(text: str) -> str | None:
        own = _NAME.findall(text)
        new = [each for each in there if each.lower() not in text.lower()]
        return text.replace(own[0], rng.choice(new)) if own and new else None

    return _changed(sentence, change, rng)


def identifier_of_another_date(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence:
    (text, _), *rest = sentence
    return ((text, (other.gists[0][0],)), *rest)


def identifiers_changed_round(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence:
    """Each clause with the identifier of another paper of the group."""
    ids = [each for each, _ in group.gists]
    return tuple((text, (ids[(ids.index(cited[0]) + 1) % len(ids)],)) for text, cited in sentence)


def no_identifier(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence:
    return (*sentence[:-1], (sentence[-1][0], ()))


def praise(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence | None:
    def change(text: str) -> str | None:
        word = rng.choice([each for each in _PRAISE if each not in text] or [""])
        found = re.search("提升|降低|提高|减少|提出|实现|降至|升至|优于|达到", text)
        return text[: found.start()] + word + text[found.start() :] if found and word else None

    return _changed(sentence, change, rng)


def about_nothing_in_it(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence:
    """What another group's paper says, as if one of this group did."""
    return ((other.gists[0][1].rstrip("。"), sentence[0][1]), *sentence[1:])


def counted(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence:
    (text, cited), *rest = sentence
    return ((f"三篇论文{text}", cited), *rest)


def turned_round(sentence: Sentence, group: ToldGroup, other: ToldGroup, rng: random.Random) -> Sentence | None:
    def change(text: str) -> str | None:
        found = re.search("|".join(_TURNED), text)
        return text[: found.start()] + _TURNED[found.group(0)] + text[found.end() :] if found else None

    return _changed(sentence, change, rng)


DAMAGES: tuple[Damage, ...] = (
    foreign_number,
    foreign_name,
    identifier_of_another_date,
    identifiers_changed_round,
    no_identifier,
    praise,
    about_nothing_in_it,
    counted,
    turned_round,
)


def groups_of(gists: Sequence[tuple[str, str]], size: int) -> Iterator[tuple[ToldGroup, ToldGroup]]:
    """`gists` in groups, each with another one."""
    made = [ToldGroup(f"g{at}", "组", tuple(gists[at : at + size])) for at in range(0, len(gists) - size + 1, size)]
    for number, group in enumerate(made):
        yield group, made[number - 1]
