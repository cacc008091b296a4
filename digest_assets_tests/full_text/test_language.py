"""What a reader of some language could read, and what nobody could."""

from __future__ import annotations

import codecs
import random

import pytest

from digest_assets.full_text.language import is_text

ENGLISH = (
    "We asked ninety listeners to punctuate sentences that they had only heard, and compared them with models that had "
    "only read the words. Listening and reading fail on different marks: a model that is given the pauses as well is "
    "better at both. Training took four hours on one machine, and the recordings are released with their transcripts. "
    "The error grows where the room is small, because reflections arrive before the direct sound has ended. "
) * 2
FRENCH = (
    "Nous avons demandé à quatre-vingt-dix auditeurs de ponctuer des phrases qu'ils avaient seulement entendues, et "
    "nous les avons comparées avec des modèles qui n'avaient lu que les mots. Les erreurs augmentent dans les petites "
    "salles, parce que les réflexions arrivent avant la fin du son direct. "
) * 2
GERMAN = (
    "Wir haben neunzig Hörer gebeten, Sätze mit Satzzeichen zu versehen, die sie nur gehört hatten, und sie mit "
    "Modellen verglichen, die nur die Wörter gelesen hatten. In kleinen Räumen wächst der Fehler, weil die Reflexionen "
    "eintreffen, bevor der direkte Schall vorbei ist. "
) * 2
JAPANESE = "私たちは九十人の聞き手に、聞いただけの文に句読点を付けてもらい、単語だけを読んだモデルと比べた。" * 8
CHINESE = "我们请九十名听者为只听过的句子加标点，并与只读过文字的模型比较。听与读在不同的标点上失败。" * 8
RUSSIAN = (
    "Мы попросили девяносто слушателей расставить знаки препинания в предложениях, которые они только слышали. " * 6
)

MATHEMATICS = (
    "Let us say that it is so for all of them: if we go to the end of it, then we are at one of the two, or not. " * 4
)
SNIPPETS = " ".join(word[1:4] for word in ENGLISH.split() if len(word) > 4) * 2
"""As print that is too small comes out of a recognition: short, and plausible letter by letter."""


def noisy(text: str, share: float) -> str:
    """`text` with that share of its letters taken for another."""
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "".join(chance.choice(letters) if each.isalpha() and chance.random() < share else each for each in text)


@pytest.mark.parametrize(
    "text",
    [
        *(ENGLISH, FRENCH, GERMAN, JAPANESE, CHINESE, RUSSIAN, MATHEMATICS, noisy(ENGLISH, 0.03)),
        ENGLISH.replace(",", "\ufffd"),
        ENGLISH.replace(" a ", " \ufffd \ufffd "),
    ],
    ids=[
        *("English", "French", "German", "Japanese", "Chinese", "Russian", "short words", "a good recognition"),
        *("an unknown comma", "unknown variables"),
    ],
)
def test_a_text_is_one_in_any_language(text: str) -> None:
    assert is_text(text) is True


@pytest.mark.parametrize(
    "text",
    [
        codecs.encode(ENGLISH, "rot13"),
        noisy(ENGLISH, 0.3),
        SNIPPETS,
        ENGLISH.replace(".", "\ufffd").replace(",", "\ufffd"),
        "ffi fi ff (%fi) fl ffi & fi ff = fl " * 40,
        "\ue001\ue002 \ue003" * 200,
    ],
    ids=["a wrong map", "a bad recognition", "snippets", "unknown points", "ligatures for letters", "private ones"],
)
def test_what_nobody_can_read_is_no_text(text: str) -> None:
    assert is_text(text) is False


@pytest.mark.parametrize("text", ["", "Figure 3", "12.5 | 3.1 | 9.8\n" * 60], ids=["nothing", "a label", "a table"])
def test_too_few_words_are_not_judged(text: str) -> None:
    assert is_text(text) is None
