"""The sandbox's second reader: it finds a sentence overstated that says more than its original does.

It looks for one thing, as far as words tell: 显著, 首次 or 所有 where nothing in the original is significant, first or
all.
"""

from __future__ import annotations

import re

_ASKED = re.compile(r"^\((\d+)\) (?:translates “(.*?)”|rests on ((?:\[\d+\])+)): (.*)$", re.MULTILINE)
_PARAGRAPH = re.compile(r"^\[(\d+)\] (.*?)(?=^\[\d+\] |^Sentences:$)", re.MULTILINE | re.DOTALL)
_STRONG = (
    (re.compile("显著"), re.compile(r"significan|substantial|marked|large|considerabl", re.IGNORECASE)),
    (re.compile("首次|首个"), re.compile(r"first", re.IGNORECASE)),
    (re.compile("所有"), re.compile(r"\b(?:all|every|each|any)\b", re.IGNORECASE)),
)


def second_reading(prompt: str) -> str:
    """A verdict on each sentence of `prompt`, with quotations."""
    paragraphs = dict(_PARAGRAPH.findall(prompt))
    lines = []
    for number, source, numbers, said in _ASKED.findall(prompt):
        original = source or " ".join(paragraphs.get(each, "") for each in re.findall(r"\d+", numbers))
        unbacked = (word.search(said) for word, backing in _STRONG if not backing.search(original))
        strong = next((found[0] for found in unbacked if found), "")
        quoted = " ".join(re.findall(r"\w+", original)[:8])
        lines.append(f"({number}) overstated | {strong} | {quoted}" if strong else f"({number}) supported")
    return "\n".join(["<verdicts>", *lines, "</verdicts>"])
