"""What of a paper goes to the model: a budget in tokens, spent on what the three questions need.

Cutting at a number of characters keeps the related work and loses the results. Here sections are told apart by their
titles, the budget is shared out by what they are for, and within a section it is cut at paragraphs. What was left out
is said, to the model and to the store.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from digest_assets.full_text.tokens import count_tokens
from digest_assets.model import Block, BlockKind, FullText, Paragraph, Section


class Role(str, Enum):
    """What a section is for, told by its title or that of the section around it."""

    ABSTRACT = "abstract"
    INTRODUCTION = "introduction"
    CONCLUSION = "conclusion"
    METHOD = "method"
    EXPERIMENTS = "experiments"
    BACKGROUND = "background"
    APPENDIX = "appendix"
    CLOSING = "closing"
    """Thanks, funding, ethics and impact statements: read by nobody in a hurry."""


_TITLES: tuple[tuple[Role, str], ...] = (
    (Role.ABSTRACT, r"^abstract"),
    (Role.CLOSING, r"acknowledg|funding|author contribution|data availability|code availability|conflicts? of interest"
                   r"|ethic|impact statement|reproducibility|generative ai|disclosure"),
    (Role.INTRODUCTION, r"^(introduction|motivation)"),
    (Role.BACKGROUND, r"related work|prior work|background|preliminar|literature|state of the art|notation"),
    (Role.CONCLUSION, r"conclu|summary|future work|limitation|discussion"),
    (Role.EXPERIMENTS, r"experiment|result|evaluat|ablat|analys|comparison|benchmark|performance|empirical|dataset"
                       r"|setup|training|implementation detail|listening test|findings|case stud"),
)  # fmt: skip

_FIRST_SHARES: tuple[tuple[Role, float], ...] = (
    (Role.INTRODUCTION, 0.18),
    (Role.CONCLUSION, 0.10),
    (Role.METHOD, 0.32),
    (Role.EXPERIMENTS, 0.36),
)
"""Of the budget that the abstract, the captions and the tables leave: what each may take before the others are served.
The rest then goes by `_ORDER`."""
_ORDER = (
    Role.METHOD,
    Role.EXPERIMENTS,
    Role.CONCLUSION,
    Role.INTRODUCTION,
    Role.BACKGROUND,
    Role.APPENDIX,
    Role.CLOSING,
)
_TABLE_SHARE = 0.2
_SEPARATOR_TOKENS = 1
_NUMBER_TOKENS = 3
"""`[12] ` before a paragraph."""
_OMISSION = "[…]"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a full text that a prompt holds."""

    text: str
    """Markdown: `##` headings, paragraphs, `$TeX$`, in the order of the paper. `[…]` where something was left out."""
    numbered: str
    """The same with the number of each paragraph before it, as `[12]`: what the model is given, and cites by."""
    paragraphs: tuple[Paragraph, ...]
    """Those that the excerpt has."""
    tokens: int
    """Of `numbered`."""
    cut: tuple[str, ...]
    """Titles of the sections that were left out or shortened, in the order of the paper."""
    note: str | None
    """One line for the prompt that says what was cut, by characters. None where nothing was."""


@dataclass(slots=True)
class _Part:
    """A section on its way into the excerpt."""

    section: Section
    role: Role
    first: int
    """The number of its first block: each has one, whether it is chosen or not."""
    costs: list[int]
    chosen: list[bool]
    heading_cost: int

    def cost_of(self, index: int) -> int:
        return self.costs[index] + (0 if any(self.chosen) else self.heading_cost)


def excerpt(full_text: FullText, abstract: str, budget_tokens: int) -> Excerpt:
    """At most `budget_tokens` tokens of `full_text`, led by the abstract (`abstract` where the text holds none)."""
    sections = list(zip(full_text.sections, roles(full_text.sections), strict=True))
    if not any(role is Role.ABSTRACT and section.blocks for section, role in sections):
        sections.insert(0, (_abstract_section(abstract, budget_tokens), Role.ABSTRACT))
    parts: list[_Part] = []
    for section, role in sections:
        parts.append(_part(section, role, parts[-1].first + len(parts[-1].costs) if parts else 1))
    _spend(parts, budget_tokens)
    return _written(parts, budget_tokens)


def roles(sections: tuple[Section, ...]) -> list[Role]:
    """What each section is for. A subsection is for what the section around it is for, unless its title says more."""
    found: list[Role] = []
    around: list[tuple[int, Role]] = []
    for section in sections:
        while around and around[-1][0] >= section.level:
            around.pop()
        outer = around[-1][1] if around else None
        role = _role(section, outer)
        around.append((section.level, role))
        found.append(role)
    return found


def _role(section: Section, outer: Role | None) -> Role:
    if section.appendix:
        return Role.APPENDIX
    title = re.sub(r"^(appendix\s+)?[\dA-Z]{1,3}(\.\d+)*[.:]?\s+|^[IVX]+\.\s+", "", section.title, flags=re.I).lower()
    named = next((role for role, pattern in _TITLES if re.search(pattern, title)), None)
    if outer in (None, Role.ABSTRACT):
        return named or (Role.METHOD if section.title else Role.INTRODUCTION)
    # "Training data" in a method is method; only what stands apart from its surroundings is taken out of them.
    return named if named in (Role.BACKGROUND, Role.CLOSING, Role.CONCLUSION) else outer or Role.METHOD


def _abstract_section(abstract: str, budget_tokens: int) -> Section:
    """The abstract by sentences where it alone would fill the budget."""
    if count_tokens(abstract) + 10 <= budget_tokens:
        return Section("Abstract", 1, (Block(BlockKind.PARAGRAPH, abstract),))
    sentences = re.split(r"(?<=[.!?])\s+", abstract)
    return Section("Abstract", 1, tuple(Block(BlockKind.PARAGRAPH, sentence) for sentence in sentences))


def _part(section: Section, role: Role, first: int) -> _Part:
    costs = [count_tokens(_markdown(block)) + _SEPARATOR_TOKENS + _NUMBER_TOKENS for block in section.blocks]
    heading = count_tokens(_heading(section)) + 2 * _SEPARATOR_TOKENS
    return _Part(section, role, first, costs, [False] * len(costs), heading)


# -- spending


def _spend(parts: list[_Part], budget: int) -> None:
    left = budget
    for part in parts:
        if part.role is Role.ABSTRACT:
            left -= _take(part, left)
    rest = left
    left -= _take_tables(parts, int(rest * _TABLE_SHARE))
    rest = left
    for role, share in _FIRST_SHARES:
        left -= _take_evenly([part for part in parts if part.role is role], min(left, int(rest * share)))
    for role in _ORDER:
        left -= _take_evenly([part for part in parts if part.role is role], left)


def _take(part: _Part, allowed: int) -> int:
    """Choose blocks of `part` from its start on until the next paragraph does not fit. What they cost."""
    spent = 0
    for index in range(len(part.costs)):
        if part.chosen[index]:
            continue
        cost = part.cost_of(index)
        if spent + cost <= allowed:
            part.chosen[index] = True
            spent += cost
        elif part.section.blocks[index].kind in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            break
    return spent


def _take_tables(parts: list[_Part], allowed: int) -> int:
    """Captions, and the tables of results: the densest lines of a paper."""
    spent = 0
    wanted = [
        (part, index)
        for kinds, roles_ in (
            ((BlockKind.CAPTION, BlockKind.TABLE), (Role.EXPERIMENTS, Role.CONCLUSION)),
            ((BlockKind.CAPTION,), (Role.METHOD, Role.INTRODUCTION)),
        )
        for part in parts
        if part.role in roles_
        for index, block in enumerate(part.section.blocks)
        if block.kind in kinds
    ]
    for part, index in wanted:
        cost = part.cost_of(index)
        if spent + cost <= allowed:
            part.chosen[index] = True
            spent += cost
    return spent


def _take_evenly(parts: list[_Part], allowed: int) -> int:
    """Share `allowed` out over `parts` so that the last of ten subsections gets as much as the first."""
    spent = 0
    waiting = sorted(parts, key=_missing)
    for position, part in enumerate(waiting):
        spent += _take(part, (allowed - spent) // (len(waiting) - position))
    return spent


def _missing(part: _Part) -> int:
    return sum(cost for cost, chosen in zip(part.costs, part.chosen, strict=True) if not chosen)


# -- writing


def _written(parts: list[_Part], budget: int) -> Excerpt:
    numbered = _text(parts, numbered=True)
    tokens = count_tokens(numbered)
    while tokens > budget and _drop_last(parts):  # marks of omission are not in the costs
        numbered = _text(parts, numbered=True)
        tokens = count_tokens(numbered)
    lacking = [part for position, part in enumerate(parts) if not _is_whole(parts, position)]
    cut = tuple(dict.fromkeys(map(_name, lacking)))
    note = f"Left out or shortened for length: {'; '.join(map(_what_is_missing, lacking))}." if lacking else None
    return Excerpt(_text(parts, numbered=False), numbered, _paragraphs(parts), tokens, cut, note)


def _is_whole(parts: list[_Part], position: int) -> bool:
    """Whether all of a section is in the excerpt; of one without text of its own, its title."""
    part = parts[position]
    return all(part.chosen) if part.costs else not part.section.title or _is_shown(parts, position)


def _is_shown(parts: list[_Part], position: int) -> bool:
    """Whether a section without text of its own is in the excerpt: where something below it is, or where all is."""
    return _leads_somewhere(parts, position) or all(all(part.chosen) for part in parts)


def _name(part: _Part) -> str:
    return part.section.title or "(untitled)"


def _what_is_missing(part: _Part) -> str:
    lengths = [len(block.text) for block in part.section.blocks]
    left_out = sum(length for length, chosen in zip(lengths, part.chosen, strict=True) if not chosen)
    return f"{_name(part)} ({left_out:,} of {sum(lengths):,} characters)" if lengths else f"{_name(part)} (its title)"


def _paragraphs(parts: list[_Part]) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(part.first + index, block.kind, block.text, part.section.title, block.anchor)
        for part in parts
        for index, (block, chosen) in enumerate(zip(part.section.blocks, part.chosen, strict=True))
        if chosen
    )


def _drop_last(parts: list[_Part]) -> bool:
    """Give up the last block of what matters least."""
    for role in (*reversed(_ORDER), Role.ABSTRACT):
        for part in reversed(parts):
            if part.role is role and any(part.chosen):
                part.chosen[max(index for index, chosen in enumerate(part.chosen) if chosen)] = False
                return True
    return False


def _text(parts: list[_Part], *, numbered: bool) -> str:
    pieces: list[str] = []
    for position, part in enumerate(parts):
        if any(part.chosen) or (not part.costs and part.section.title and _is_shown(parts, position)):
            pieces += _pieces(part, numbered)
    return "\n\n".join(pieces)


def _leads_somewhere(parts: list[_Part], position: int) -> bool:
    """Whether something below a heading without text of its own is in the excerpt."""
    level = parts[position].section.level
    for part in parts[position + 1 :]:
        if part.section.level <= level:
            return False
        if any(part.chosen):
            return True
    return False


def _pieces(part: _Part, numbered: bool) -> list[str]:
    pieces = [_heading(part.section)] if part.section.title else []
    omitted = False
    for number, (block, chosen) in enumerate(zip(part.section.blocks, part.chosen, strict=True), part.first):
        if chosen:
            pieces.append(_numbered(number, block) if numbered else _markdown(block))
        elif not omitted:
            pieces.append(_OMISSION)
        omitted = not chosen
    return pieces


def _numbered(number: int, block: Block) -> str:
    between = "\n" if block.kind is BlockKind.TABLE else " "  # its first row stays whole
    return f"[{number}]{between}{_markdown(block)}"


def _heading(section: Section) -> str:
    return f"{'#' * min(section.level + 1, 6)} {section.title}" if section.title else ""


def _markdown(block: Block) -> str:
    return f"- {block.text}" if block.kind is BlockKind.ITEM else block.text
