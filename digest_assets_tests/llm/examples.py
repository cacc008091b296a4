"""An invented paper with good answers, and a model and a store that live in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import StoredAnswer
from digest_assets.llm.prompts import Prompt
from digest_assets.model import Paper, Usage

PAPER = Paper(
    identifier="2601.00001",
    version=1,
    title="MurmurNet: whispered speech recognition",
    abstract=(
        "Whispered speech lacks pitch, which degrades speech recognition. We propose MurmurNet, which learns the "
        "residual $r_t = x_t - \\hat{x}_t$ between whispered and voiced speech. On 12,000 utterances from 48 speakers "
        "the word error rate falls from 21.4% to 13.9%. Code is at https://example.org/murmur_net."
    ),
    authors=("A. Author",),
    categories=("eess.AS",),
    published_at=None,
)

GOOD_TRANSLATION = (
    "耳语语音缺少音高，使语音识别性能下降。我们提出MurmurNet，学习耳语语音与有声语音之间的残差"
    "$r_t = x_t - \\hat{x}_t$。在来自48位说话人的12,000条语句上，词错误率由21.4%降至13.9%。"
    "代码见 https://example.org/murmur_net。"
)
BAD_TRANSLATION = GOOD_TRANSLATION.replace("13.9%", "11.9%")

TEXT = (
    "Whispered speech has no pitch. Earlier systems need parallel data. MurmurNet has 6 layers and is trained for "
    "40 epochs with the loss $L = |r_t|$. On WhisperBank, 48 speakers, the word error rate falls from 21.4 to 13.9."
)


def reading(results: str = "- 在WhisperBank（48位说话人）上，词错误率由21.4降至13.9。") -> str:
    return (
        "<background>\n- 耳语语音没有音高，既有系统**需要平行数据**。\n</background>\n"
        "<method>\n- 提出MurmurNet，共6层，训练40轮，损失为$L = |r_t|$。\n</method>\n"
        f"<results>\n{results}\n</results>"
    )


@dataclass
class MemoryAnswers:
    """An `AnswerStore`."""

    kept: dict[str, StoredAnswer] = field(default_factory=dict)

    def find(self, key: str) -> StoredAnswer | None:
        return self.kept.get(key)

    def arrived(self, answer: StoredAnswer) -> None:
        self.kept[answer.key] = answer

    async def once(self, key: str, ask: Callable[[], Awaitable[StoredAnswer]]) -> StoredAnswer:
        self.kept[key] = await ask()
        return self.kept[key]


Reply = str | Answer | Exception


@dataclass
class ScriptedModel:
    """Gives its replies in order, raises those that are exceptions, and remembers what it was asked."""

    replies: list[Reply] | Callable[[Prompt], Reply]
    prompts: list[Prompt] = field(default_factory=list)

    async def __call__(self, prompt: Prompt) -> Answer:
        self.prompts.append(prompt)
        reply = self.replies(prompt) if callable(self.replies) else self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, Answer):
            return reply
        return Answer(reply, "stop", "test-model", Usage(1, 100, 50, 0))
