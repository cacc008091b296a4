"""Which sentences of a translation say which of the source; which of those that are left over are missing, or added."""

from __future__ import annotations

import random

import pytest

from digest_assets.llm.alignment import aligned, is_common, knows, sentences_of, sentences_of_english

FIRST, LAST = "We train WavTrans on LibriSpeech.", "It wins on VoxCeleb with ResNet34."
FIRST_SAID, LAST_SAID = "我们在LibriSpeech上训练WavTrans。", "它在VoxCeleb上以ResNet34胜出。"


def pairs(source: str, answer: str, language: str = "zh") -> list[tuple[str, str]]:
    return [(each.source, each.said) for each in aligned(source, answer, language)]


def what_is_said_of(middle: str, said: str = "") -> list[tuple[str, str]]:
    """The pairs of three sentences of which the first and the last are translated, and the middle one as `said`."""
    return pairs(f"{FIRST} {middle} {LAST}", f"{FIRST_SAID}{said}{LAST_SAID}")


def is_missing(middle: str) -> bool:
    found = what_is_said_of(middle)
    if found == [(FIRST, FIRST_SAID), (middle, ""), (LAST, LAST_SAID)]:
        return True
    # Not sure: it is put to a neighbour.
    assert found in (
        [(f"{FIRST} {middle}", FIRST_SAID), (LAST, LAST_SAID)],
        [(FIRST, FIRST_SAID), (f"{middle} {LAST}", LAST_SAID)],
    )
    return False


@pytest.mark.parametrize(
    "middle",
    [
        "Behold XTTSv2.",  # a name
        "Behold 4096.",
        "Behold GMM and LDA.",
        "Behold the vocoder of GMM.",  # a term of the glossary, and an abbreviation
        "Behold the advantage of the agent.",  # words that have a translation
    ],
)
def test_a_sentence_of_which_nothing_is_said_is_missing(middle: str) -> None:
    assert is_missing(middle)


@pytest.mark.parametrize("middle", ["Behold GMM.", "Behold the vocoder.", "Behold the advantage.", "Behold all of it."])
def test_a_sentence_that_says_little_may_be_in_its_neighbour(middle: str) -> None:
    assert not is_missing(middle)


@pytest.mark.parametrize(
    ("middle", "said"),
    [
        ("Behold XTTSv2.", "请看xtts-v2。"),
        ("Behold 4096.", "请看4,096。"),
        ("Behold GMM and LDA.", "请看LDA和GMM。"),
        ("Behold the vocoder and XTTSv2.", "请看声码器。"),
        ("Behold the Vocoder of GMM.", "请看VOCODER。"),
        ("Behold the advantage of the agent.", "请看智能体的优势。"),
    ],
)
def test_what_says_the_same_belongs_together(middle: str, said: str) -> None:
    assert what_is_said_of(middle, said) == [(FIRST, FIRST_SAID), (middle, said), (LAST, LAST_SAID)]


MODELS = "GMM, LDA, PCA, SVM and HMM."


@pytest.mark.parametrize(
    ("first", "last", "missing"),
    [
        ("我们在LibriSpeech上训练WavTrans。", "它在VoxCeleb上以ResNet34胜出。", True),
        ("我们在LibriSpeech上训练WavTrans。", "它以GMM、LDA在VoxCeleb上以ResNet34胜出。", True),
        # Three of five that the sentence says, in one sentence or in two in a row.
        ("我们在LibriSpeech上训练WavTrans。", "它以GMM、LDA、PCA在VoxCeleb上以ResNet34胜出。", False),
        ("我们以SVM在LibriSpeech上训练WavTrans。", "它以GMM、LDA在VoxCeleb上以ResNet34胜出。", False),
    ],
)
def test_a_sentence_is_missing_where_less_than_three_fifths_of_it_is_said(first: str, last: str, missing: bool) -> None:
    found = pairs(f"{MODELS} {FIRST} {LAST}", first + last)
    assert ((MODELS, "") in found) is missing
    assert "".join(said for _, said in found) == first + last


@pytest.mark.parametrize(
    ("first", "second", "missing"),
    [("GMM、LDA、PCA", "", False), ("GMM", "LDA、PCA", False), ("GMM、LDA", "", True)],
)
def test_what_is_said_in_another_place_is_not_missing(first: str, second: str, missing: bool) -> None:
    answer = [f"我们以{first}在LibriSpeech上训练WavTrans。", f"请看XTTSv2的{second}。", LAST_SAID]
    found = pairs(f"{FIRST} Behold XTTSv2. {LAST} {MODELS}", "".join(answer))
    assert found[-1] == ((MODELS, "") if missing else (f"{LAST} {MODELS}", LAST_SAID))


@pytest.mark.parametrize(
    ("last", "said", "missing"),
    [
        ("Behold 4096.", "4096", False),
        ("Behold 4096 and 512.", "512", True),
        ("Behold XTTSv2.", "XTTSv2", False),
        ("Behold the advantage of the agent.", "智能体的优势", False),
        ("Behold the vocoder and the phoneme.", "声码器与音素", False),
    ],
)
def test_each_kind_of_cue_is_looked_for_in_every_sentence(last: str, said: str, missing: bool) -> None:
    found = pairs(
        f"{FIRST} {MODELS} {LAST} {last}", f"我们以{said}在LibriSpeech上训练WavTrans。请看GMM、LDA、PCA。{LAST_SAID}"
    )
    assert (found[-1] == (last, "")) is missing


def test_what_several_sentences_say_tells_little_of_one() -> None:
    first, last = "We train WavTrans with GMM and LDA on LibriSpeech.", "GMM and LDA win on VoxCeleb with ResNet34."
    assert pairs(f"{first} Behold GMM and LDA. {last}", FIRST_SAID + LAST_SAID) in (
        [(f"{first} Behold GMM and LDA.", FIRST_SAID), (last, LAST_SAID)],
        [(first, FIRST_SAID), (f"Behold GMM and LDA. {last}", LAST_SAID)],
    )


def test_a_term_that_is_left_in_english_is_said_in_capitals_too() -> None:
    said = "我们以VOCODER在LibriSpeech上训练WavTrans。"
    found = pairs(f"{FIRST} Behold XTTSv2. {LAST} A vocoder is a vocoder, GMM.", f"{said}请看XTTSv2的GMM。{LAST_SAID}")
    assert found[-1] == (f"{LAST} A vocoder is a vocoder, GMM.", LAST_SAID)


@pytest.mark.parametrize(
    ("again", "is_own"),
    [
        ("模型的编码器训练。", True),
        ("模型、训练、错误、语音、噪声。", True),  # two of five
        ("模型、错误、语音、噪声。", False),
    ],
)
def test_a_sentence_is_its_own_where_the_source_has_two_fifths_of_its_words_in_any_place(
    again: str, is_own: bool
) -> None:
    first, said = "We train the model with an encoder.", "我们用编码器训练模型。"
    last, last_said = "Behold XTTSv2 of 4096.", "请看4096的XTTSv2。"
    found = pairs(f"{first} {LAST} {last}", f"{said}{LAST_SAID}{again}{last_said}")
    between = [(LAST, LAST_SAID + again)] if is_own else [(LAST, LAST_SAID), ("", again)]
    assert found == [(first, said), *between, (last, last_said)]


def test_what_is_said_in_three_sentences_apart_is_missing() -> None:
    answer = "我们以GMM在LibriSpeech上训练WavTrans。XTTSv2用SVM。它以HMM在VoxCeleb上以ResNet34胜出。"
    assert (MODELS, "") in pairs(f"{FIRST} Behold XTTSv2. {LAST} {MODELS}", answer)


@pytest.mark.parametrize(
    ("added", "is_own"),
    [
        ("模型的错误降低。", False),  # three words that are known, none of them in the source
        ("此外，音频编码器的错误率较低。", False),
        ("模型的错误。", True),  # two: nothing is said about it
        ("这些天气很好。", True),
        # Two of five are in the source.
        ("训练与胜出：模型、错误、编码器的声码器。", False),
    ],
)
def test_a_sentence_is_added_where_too_few_of_its_words_are_in_the_source(added: str, is_own: bool) -> None:
    apart = [(FIRST, FIRST_SAID), ("", added), (LAST, LAST_SAID)]
    beside = [(FIRST, FIRST_SAID + added), (LAST, LAST_SAID)]
    assert pairs(f"{FIRST} {LAST}", FIRST_SAID + added + LAST_SAID) == (beside if is_own else apart)


def test_what_stands_first_and_is_not_sure_goes_to_the_next() -> None:
    assert pairs(f"Behold GMM. {FIRST} {LAST}", FIRST_SAID + LAST_SAID) == [
        (f"Behold GMM. {FIRST}", FIRST_SAID),
        (LAST, LAST_SAID),
    ]
    assert pairs(f"{FIRST} {LAST}", f"这些天气很好。{FIRST_SAID}{LAST_SAID}") == [
        (FIRST, f"这些天气很好。{FIRST_SAID}"),
        (LAST, LAST_SAID),
    ]
    assert pairs(f"{FIRST} {LAST}", f"{FIRST_SAID}模型的错误降低。这些天气很好。{LAST_SAID}") == [
        (FIRST, FIRST_SAID),
        ("", "模型的错误降低。"),
        (LAST, f"这些天气很好。{LAST_SAID}"),
    ]
    assert pairs(f"{FIRST} Behold XTTSv2. Behold GMM.", FIRST_SAID) == [
        (FIRST, FIRST_SAID),
        ("Behold XTTSv2.", ""),
        ("Behold GMM.", ""),
    ]


def test_a_sentence_in_other_words_beside_one_that_is_missing_is_its_translation() -> None:
    middle, said = "Behold XTTSv2 and 4096.", "模型的错误降低。"
    assert what_is_said_of(middle, said) == [(FIRST, FIRST_SAID), (middle, said), (LAST, LAST_SAID)]


def test_sentences_are_merged_and_split_in_a_translation() -> None:
    one, other = "我们在LibriSpeech上训练WavTrans，", "它在VoxCeleb上以ResNet34胜出。"
    assert pairs(f"{FIRST} {LAST}", one + other) == [(f"{FIRST} {LAST}", one + other)]
    both = "We train WavTrans on LibriSpeech, and it wins on VoxCeleb with ResNet34."
    assert pairs(both, FIRST_SAID + LAST_SAID) == [(both, FIRST_SAID + LAST_SAID)]


def test_of_an_empty_text_nothing_is_missing_and_nothing_added() -> None:
    assert pairs("", FIRST_SAID + LAST_SAID) == [("", FIRST_SAID + LAST_SAID)]
    assert pairs(f"{FIRST}  {LAST}", "") == [(f"{FIRST} {LAST}", "")]


def test_whatever_is_left_out_or_put_in_all_is_there_once_and_in_order() -> None:
    choice = random.Random(15)
    source = [FIRST, "Behold GMM.", "Behold XTTSv2.", "Behold the advantage of the agent.", MODELS, LAST]
    answer = [FIRST_SAID, "请看GMM。", "模型的错误降低。", "请看智能体的优势。", "这些天气很好。", LAST_SAID]
    for _ in range(60):
        written = choice.sample(source, choice.randint(1, 5))
        said = choice.sample(answer, choice.randint(1, 5))
        found = pairs(" ".join(written), "".join(said))
        assert " ".join(filter(None, (each for each, _ in found))) == " ".join(written)
        assert "".join(each for _, each in found) == "".join(said)


def test_a_language_without_a_table_is_known_by_names_and_numbers_alone() -> None:
    assert [knows(language) for language in ("zh", "ja", "xx")] == [True, False, False]
    assert [is_common(word) for word in ("advantages", "zephyr")] == [True, False]


@pytest.mark.parametrize(
    "sentences",
    [
        ["We follow Smith et al. closely.", "It works."],
        ["We follow (Smith et al.) They are right."],
        ["See Fig. 3 (i.e. the last).", "It is 3.5 dB."],
        ['He says "no."', "Why?", "Because!", "$x$ is large."],
        ["It ends with cats, dogs, etc."],
        ["See Fig. A and Eq. B.", "And so on."],
    ],
)
def test_sentences_of_an_abstract(sentences: list[str]) -> None:
    assert sentences_of_english("\n".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["第一句。", "第二句！", "第三句？"],
        ["它有依据。[12][15]", "下一句。 [3, 4] ", "末句。"],
        ["它说“好。”", "然后走了。"],
        ["见 https://a.org/?A 与后文。", "Code is at https://a.org/x.html. ", "末句。"],
        [r"其中 \(a. B\) 很大。", "末句。"],
        ["一项\n", "二项\n", "三项"],
        ["It is 3.5 dB, e.g. Here. ", "And so on. ", "末句."],
        ["We follow Smith et al. They are right. ", "So are we."],
        ["它很好.", "它很快。"],
        ["它很好。\n……\n", "下一句。"],
    ],
)
def test_sentences_of_an_answer(sentences: list[str]) -> None:
    assert sentences_of("".join(sentences)) == sentences
