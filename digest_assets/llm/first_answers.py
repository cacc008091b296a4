"""Whether the model fits, by a run's first answers: what is said once where half of them cannot be published. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from digest_assets.model import Trouble

LOOKED_AT = 10
"""Answers, after which it is said."""
FEWEST = 4
"""Of a run that has fewer: at its end. Less than this says nothing."""
VERDICTS = {
    Trouble.MODEL: "too weak",
    Trouble.WINDOW: "window too small",
    Trouble.ROOM: "no room for its answers",
}
"""As `digest doctor` says it, too. What else may be wrong says nothing of the model."""
_PAID_FOR = frozenset({Trouble.MODEL, Trouble.ROOM})
"""What does not fit into the window is refused, and costs nothing."""
_CURE = {
    Trouble.MODEL: "Choose another llm.model; `digest doctor` tries it on one paragraph.",
    Trouble.WINDOW: "",
    Trouble.ROOM: "",
}
"""Where the reason has none."""


@dataclass
class FirstAnswers:
    """The first answers of a run, as they come."""

    model: str
    _found: list[tuple[Trouble, str] | None] = field(default_factory=list)
    _new: list[Trouble | None] = field(default_factory=list)
    """Of those that were asked for in this run."""
    _is_said: bool = False

    def take(self, trouble: Trouble | None, reason: str, *, is_new: bool = True) -> str | None:
        """What is to be said after one more answer; None: nothing. `trouble` is None where it can be published.
        `is_new`: it was asked for in this run, and not stored before."""
        if trouble is None or trouble in VERDICTS:
            if is_new and len(self._new) < LOOKED_AT:
                self._new.append(trouble)
            if len(self._found) < LOOKED_AT:
                self._found.append(None if trouble is None else (trouble, reason))
        return self._verdict() if len(self._found) == LOOKED_AT else None

    @property
    def none_is_good(self) -> bool:
        """Whether not one of the first new ones can be published, all being paid for: more would be in vain."""
        return len(self._new) == LOOKED_AT and all(each in _PAID_FOR for each in self._new)

    def at_the_end(self) -> str | None:
        """The same where no more will come."""
        return self._verdict() if len(self._found) >= FEWEST else None

    def _verdict(self) -> str | None:
        found = [each for each in self._found if each is not None]
        if self._is_said or len(found) * 2 < len(self._found):
            return None
        self._is_said = True
        trouble = Counter(each for each, _ in found).most_common(1)[0][0]
        reason = Counter(reason for each, reason in found if each is trouble).most_common(1)[0][0].rstrip(".")
        told = (
            f"{self.model}: {VERDICTS[trouble]}: {len(found)} of its first {len(self._found)} answers cannot be "
            f"published (most often: {reason}). {_CURE[trouble]}"
        )
        return told.strip()
