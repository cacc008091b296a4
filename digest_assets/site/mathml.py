"""Formulas as MathML, made when the site is built: no script and no font has to come from elsewhere.

The converter writes MathML Core (https://www.w3.org/TR/mathml-core/), which all current browsers set by themselves. It
escapes what stands in text and knows no command that could carry a link or a script; what it cannot read is an error,
and is then shown as it was typed.
"""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup
from math_core import LatexError, LatexToMathML

_CONVERTER = LatexToMathML(fancy_error=False, allow_unreliable_rendering=True)
_LONG = 30
"""Characters. A longer formula may be wider than a telephone, and `<math>` cannot scroll: a box around it can."""
_SLOWEST = 2000
"""Characters. Longer formulas stand as they were typed: nobody reads them in a list of papers."""


@lru_cache(maxsize=4096)
def formula(tex: str, *, display: bool = False) -> Markup:
    """`tex` as a `<math>` element; as code where it cannot be read."""
    try:
        if len(tex) > _SLOWEST:
            raise ValueError
        written = _CONVERTER.convert_with_local_state(tex, displaystyle=display)
    except (LatexError, ValueError):
        return Markup('<code class="tex">{}</code>').format(tex)
    # Browsers know the name, XML readers (feeds) only the character.
    written = written.replace("&ApplyFunction;", "\u2061")
    opening = Markup('<math alttext="{}"{}>').format(tex, Markup(' display="block"') if display else "")
    made = opening + Markup(written[written.index(">") + 1 :])
    if display:
        return Markup('<span class="shown">{}</span>').format(made)
    return Markup('<span class="long">{}</span>').format(made) if len(tex) > _LONG else made
