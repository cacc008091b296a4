"""A date's papers read again by a second model (`checks.second_reader`), each once its texts are there: one call.

What it doubts is asked for once more and marked (`llm/second_reader.py`). That it cannot be asked, or has no budget
left, keeps nothing from being published.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from digest_assets.errors import BudgetUsedUp, ContextTooLong, DigestError, EndpointError
from digest_assets.llm import second_reader
from digest_assets.llm.asking import AnswerStore, Ask, answered_once
from digest_assets.llm.keys import answer_key
from digest_assets.llm.prompts import Prompt, Task
from digest_assets.llm.second_reader import NO_DOUBTS, Doubts
from digest_assets.model import AnswerStatus, Paper, Paragraph, Reading, Translation
from digest_assets.resources.model_access import EndpointAccess


class SecondReading:
    """`texts`: how many of a paper's texts are made in this run. `ask` is within the second reader's own budget."""

    def __init__(
        self, access: EndpointAccess, ask: Ask, answers: AnswerStore, texts: int, log: Callable[[str], None]
    ) -> None:
        self._settings = access.settings
        self._ask = ask
        self._answers = answers
        self._texts = texts
        self._log = log
        self._made: dict[str, list[Translation | Reading]] = {}
        self._has_ended = False

    def complete(self, made: Translation | Reading) -> list[Translation | Reading]:
        """The texts of a paper that are to be read again: with its last one all of them, before none."""
        held = self._made.setdefault(made.identifier, [])
        held.append(made)
        if len(held) < self._texts:
            return []
        return [each for each in self._made.pop(made.identifier) if each.status is AnswerStatus.DONE]

    async def doubts(
        self, paper: Paper, texts: Sequence[Translation | Reading], paragraphs: Sequence[Paragraph]
    ) -> Doubts:
        """What the second reader doubts of `texts`; nothing where it could not be asked, which is logged."""
        translation = next((each for each in texts if isinstance(each, Translation)), None)
        reading = next((each for each in texts if isinstance(each, Reading)), None)
        items = second_reader.items_of(translation, reading, paragraphs)
        if not items or self._has_ended:
            return NO_DOUBTS
        prompt = second_reader.prompt_for(paper, items, paragraphs)
        try:
            answer = await self._answered(paper, prompt)
        except (ContextTooLong, BudgetUsedUp, EndpointError) as error:
            self._give_up(paper, error)
            return NO_DOUBTS
        found = second_reader.doubts_in(answer, items)
        self._log(f"{paper.versioned}: a second reader doubts {len(found)} of {len(items)} sentences")
        return found

    async def _answered(self, paper: Paper, prompt: Prompt) -> str:
        settings = self._settings
        key = answer_key(settings.model, {"temperature": settings.temperature}, prompt)
        stored = await answered_once(self._answers, self._ask, key, Task.SECOND_READING, paper, prompt)
        return stored.text

    def _give_up(self, paper: Paper, error: DigestError) -> None:
        if isinstance(error, ContextTooLong):
            self._log(f"{paper.versioned}: not read a second time ({error})")
        elif not self._has_ended:
            self._has_ended = True
            self._log(f"{paper.versioned} and what comes after it is not read a second time: {error}")
