"""What stands inside running text and is not prose: formulas, addresses, names of models, code and data sets.

Each kind is found, and made comparable: two spellings of one formula (`\\alpha_1`, `\\alpha _{1}`), of one address
(`http://a.b/`, `https://a.b`) and of one name (`wav2vec 2.0`, `Wav2Vec2.0`) have the same core.
"""

from __future__ import annotations

import re
import unicodedata

from digest_assets.markup import formulas as recogniser
from digest_assets.markup.last_texts import of_last_texts

URL = re.compile(
    r"(?:https?://|(?<![A-Za-z0-9@/.-])www\.|(?<![A-Za-z0-9@/.-])(?:[a-z0-9-]+\.)*"
    r"(?:github\.(?:com|io)|gitlab\.com|huggingface\.co|zenodo\.org|doi\.org|arxiv\.org|youtu\.be|bit\.ly)/)"
    r"(?:[A-Za-z0-9\-._~:/?#@!$&*+,;=%]|\\[_%#&~]|[(\[](?=[A-Za-z0-9]))+"
    r"|(?<![A-Za-z0-9@/.-])[A-Za-z0-9-]+\.(?:github|gitlab)\.io\b(?:/[A-Za-z0-9\-._~/]*)?",
    re.IGNORECASE,
)
_URL_TAIL = re.compile(r"[\s.,;:!?)\]}>*_'\"~$\\]+$")

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:\.[0-9]+)*")
_PLURAL = re.compile(r"(?<=[A-Z])s$")
"""`SpeechLLMs`: other languages have no plural s."""
_VERSIONED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+-[vV]\d+(?:\.\d+)*")
_UNITS = frozenset(
    """
    hz khz mhz ghz db dbfs dba kb mb gb tb kbps mbps bps ms ns fps gpu gpus cpu cpus tpu flops gflops mflops
    tflops gflop mflop kwh mw kw ev nm mm cm km rpm wpm ph phd msc vs etal mos pp ppm gmacs macs mac kg mins
    ghs iid wers ids
    """.split()  # noqa: SIM905
)
_SURNAME = re.compile(r"^(?:Mc|Mac|De|Di|Du|La|Le|Van|Fitz)[A-Z][a-z]+$")
_OF = re.compile(r"^[A-Z]o[A-Z]$")
"""MoE, IoT, DoA: short for "... of ...", and as likely translated as not."""
_TRANSLATABLE = frozenset(
    """
    fmri rtmri fnirs knn map sota rope genai mmwave autoencoder autoencoders deepfake deepfakes rt60 seq2seq log2 voip
    bilstm bigru blstm iphone youtube covid19 mhealth ehealth e2e tof minmax openset
    """.split()  # noqa: SIM905
)
_EMPHASIS = re.compile(r"^[a-z]+[A-Z]+[A-Za-z]*[a-z]$|^[A-Z]{2,3}[a-z]{5,}$")
"""`compreHEnsive`, `LAnguage`: words in which authors show where an acronym comes from."""
_SHORTENED_TO = re.compile(r"^[A-Z]\d?2[A-Z]+s?$|^\d|^[A-Za-z]\d$|^[QK]\d+$|^[A-Z]{1,2}\d?s$")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]|[A-Z]{2,}[a-z]{2,}|^[a-z][A-Z]")
_GLUED = re.compile(r"(?<=^[A-Z]\d)(?:of|and|in|on|for|to|with|by)$")
"""`F1of`: authors forget a blank."""
_PLURAL_ACRONYM = re.compile(r"^[A-Z0-9]+s$")
_CONTENT_COMMAND = re.compile(
    r"\\(?:text[a-z]{2}|emph|mathrm|mathbf|mathit|texttt|underline|mbox|uline)\s*\{([^{}]*)\}"
)
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
# An accent named by a letter needs a brace or a space after it: `\k` is one in `\k{a}`, not in `\kappa`.
_TEX_ACCENT = re.compile(r"\\(?:['\"`^~=.]\s*|[uvHtcdbk](?:\s+|(?=\{)))\{?\s*\\?([A-Za-z])\}?")

_FIRST_ASIDE = 0xF0000
_ASIDE = re.compile("[\U000f0000-\U000ffffd]")
"""What stands for a formula while the text around it is read: no text holds such a character."""

_UNICODE = re.compile(r"\\unicode\{x([0-9A-Fa-f]{2,5})\}")
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "times": "×", "cdot": "·",
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "approx": "≈", "sim": "~", "pm": "±", "to": "→", "rightarrow": "→",
    "leftrightarrow": "↔", "infty": "∞", "in": "∈", "ell": "ℓ", "sum": "∑", "partial": "∂", "nabla": "∇", "neq": "≠",
    "uparrow": "↑", "downarrow": "↓", "circ": "°", "prime": "'", "ast": "*", "star": "*", "mid": "|", "ldots": "...",
    "dots": "...", "cdots": "...", "langle": "⟨", "rangle": "⟩", "ll": "≪", "gg": "≫", "propto": "∝", "lvert": "|",
}  # fmt: skip
_MACRO = re.compile(r"\\([A-Za-z]+)\*?")
_SILENT = frozenset(
    """
    left right big Big bigl bigr Bigl Bigr mathrm mathbf mathit mathcal mathbb mathsf mathtt boldsymbol bm
    text textrm textbf textit texttt operatorname displaystyle textstyle quad qquad rm bf it limits nolimits
    mathop ensuremath boldmath mathscr mathfrak
    """.split()  # noqa: SIM905
)
_SCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᵠᵡ"
_SAME_SIGN = str.maketrans("−–∼∗⋅·×（），", "--~****(),") | {
    ord(sign): unicodedata.normalize("NFKC", sign).replace("−", "-") for sign in _SCRIPTS
}
_CORE_NOISE = re.compile(r"[\s{}$\\_^,;:!&]|\\[,;:! ]")


def without_layout(text: str) -> str:
    """`text` with the layout commands of TeX that authors leave in abstracts resolved to what they show.

    Formulas stay as they were typed, because answers copy them so; but dollars for italics go.
    """
    text = _UNICODE.sub(lambda match: chr(int(match.group(1), 16)), text)
    kept: list[str] = []

    def set_aside(formula: str) -> str:
        if recogniser.is_words(formula[1:-1]):
            return formula[1:-1]
        kept.append(formula)
        return chr(_FIRST_ASIDE + len(kept) - 1)

    text = recogniser.replaced(_ASIDE.sub(" ", text), set_aside)
    text = _HREF.sub(r"\2 \1 ", text)
    for _ in range(3):
        text = _CONTENT_COMMAND.sub(r"\1", text)
    text = re.sub(r"\\url\s*\{([^{}]*)\}", r"\1 ", text)
    text = re.sub(r"\\verb\*?([^\sA-Za-z*{])(.+?)\1", r"\2 ", text)
    text = _TEX_ACCENT.sub(r"\1", text).replace("``", '"').replace("''", '"')
    return _ASIDE.sub(lambda match: kept[ord(match[0]) - _FIRST_ASIDE], text).replace("{,}", ",")


@of_last_texts
def formulas(text: str) -> tuple[str, ...]:
    """The formulas of a text, with their delimiters, in order."""
    return recogniser.sources(text)


@of_last_texts
def without_formulas(text: str) -> str:
    """`text` with a blank for each of its formulas."""
    return recogniser.without(text)


def formula_core(text: str, cased: bool = False) -> str:
    """Symbols only: no white space, braces, delimiters, fonts or spacing; Greek and operators as characters.

    In small letters, but where it is `cased`: `Q` and `q` are two variables.
    """
    text = text.replace("\\left.", "").replace("\\right.", "")

    def symbol(match: re.Match[str]) -> str:
        name = match.group(1)
        return _GREEK.get(name, "" if name in _SILENT else name)

    text = _MACRO.sub(symbol, text.replace("\\(", "").replace("\\)", "").replace("\\[", "").replace("\\]", ""))
    text = text.translate(_SAME_SIGN)
    core = _CORE_NOISE.sub("", text)
    return core if cased else core.lower().replace("ς", "σ")  # lower() makes a final sigma of a last Σ


_ONLY_WORDS = re.compile(
    r"^\$\\(?:text[a-z]*|mathrm|emph)\{(?:[A-Za-z]{3,}[A-Za-z .,'()-]*|[^{}]*[\u4e00-\u9fff][^{}]*)\}\$$"
)


def is_symbolic(formula: str) -> bool:
    """Whether a formula is more than a number with a unit or an accented word: those are often written without `$`."""
    core = formula_core(formula)
    if core.strip(".") in ("e.g", "i.e", "etal", "vs", "cf") or _ONLY_WORDS.match(formula):
        return False
    return bool(re.search(r"[^\W\d_]|[∑∂∇]", core)) and not re.fullmatch(
        r"[~≈<>≤≥±+-]*[\d.,]+(?:[%*x°~/-]|st|nd|rd|th|times|hz|khz|db|ms|s|k|m|b|h)*[\d.,%]*", core
    )


@of_last_texts
def urls(text: str) -> tuple[str, ...]:
    """The addresses of a text, as `url_core` has them, in order, each once."""
    found = (url_core(match.group(0)) for match in URL.finditer(text))
    return tuple(dict.fromkeys(core for core in found if len(core) > 5))


def url_core(address: str) -> str:
    """Without scheme, `www.`, escapes, case and what only ends a sentence."""
    address = re.sub(r"\\([_%#&~])", r"\1", address)
    address = _URL_TAIL.sub("", address.split("}{")[0])
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address, flags=re.IGNORECASE).rstrip("/").lower()


@of_last_texts
def code_names(text: str) -> tuple[str, ...]:
    """Names that are kept as they are in any language: `wav2vec`, `LibriSpeech`, `Qwen2.5`, `HiFi`, each once.

    Left out: plain capitals (`ASR` may well become 自动语音识别), units, surnames (`McGurk`), and short forms such as
    `S2ST` or `F0`.
    """
    masked = URL.sub(" ", without_formulas(text))
    tokens = (_PLURAL.sub("", token) for token in _TOKEN.findall(masked))
    names = (token for token in (_GLUED.sub("", token) for token in tokens) if _is_code_name(token))
    return tuple(dict.fromkeys((*names, *_VERSIONED.findall(masked))))


@of_last_texts
def acronyms(text: str) -> tuple[str, ...]:
    """Words of three capitals or more, a plural s taken off, each once."""
    masked = URL.sub(" ", without_formulas(text))
    return tuple(dict.fromkeys(re.findall(r"(?<![A-Za-z0-9])([A-Z]{3,})s?(?![A-Za-z0-9])", masked)))


def name_core(text: str) -> str:
    """Letters and digits only, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


def is_emphasised(name: str, text: str) -> bool:
    """Whether `name` is a word whose capitals show where a shorter name of `text` comes from: `EveNt`, `TABular`.

    Of words in the ordinary form of a name (`LibriSpeech`) only those that a common prefix begins (`NonMonotonic`).
    """
    capitals = "".join(sign for sign in name if sign.isupper())
    if len(name) < 5 or not name.isalpha() or (_REGULAR.match(name) and not _PREFIXED.match(name)):
        return False
    return any(capitals in each.upper() for each in _short_names(text) if each != name)


@of_last_texts
def _short_names(text: str) -> frozenset[str]:
    return frozenset(each for each in re.findall(r"[A-Za-z0-9]{3,}", text) if sum(map(str.isupper, each)) >= 3)


_REGULAR = re.compile(r"^[A-Z][a-z]{2,}(?:[A-Z][a-z]{2,})+$")
_PREFIXED = re.compile(
    r"^(?:Multi|Non|Pre|Post|Sub|Semi|Self|Cross|Inter|Intra|Anti|Auto|Tri|Uni|Hyper|Super|Meta|Micro|Macro|Neuro|Bio)[A-Z]"
    r"|(?:Ation|Ing|Ment|Tion|Ity|Ive|Ness|Able|Ance|Ence|Ism|Ist)$"
)


def stands_for(name: str, text: str) -> bool:
    """Whether `name` is made of the first letters of words of `text` in a row: `ADNI` of Alzheimer's Disease ...

    Small words may be left out, and a word may give more letters than one: `LightGBM` of light gradient boosting
    machine.
    """
    words = _words(text)
    letters = name.lower()
    return any(word[0] == letters[0] and _made_of(letters, words, start) for start, word in enumerate(words))


@of_last_texts
def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+|\d+", re.sub(r"['’]s\b", "", text.lower())))


def _made_of(letters: str, words: tuple[str, ...], index: int) -> bool:
    if not letters:
        return True
    if index >= len(words):
        return False
    word = words[index]
    shared = 0
    while shared < min(len(letters), len(word), 6) and word[shared] == letters[shared]:
        shared += 1
        if _made_of(letters[shared:], words, index + 1):
            return True
    return word in _SMALL and _made_of(letters, words, index + 1)


_SMALL = frozenset("the of and for in on to a an with by from as at via or under over between".split())  # noqa: SIM905


def _is_code_name(token: str) -> bool:
    if len(token) < 3 or token.lower() in _UNITS or _SURNAME.match(token) or _SHORTENED_TO.match(token):
        return False
    if _PLURAL_ACRONYM.match(token) or _OF.match(token) or token.lower() in _TRANSLATABLE:
        return False
    has_digit = any(sign.isdigit() for sign in token)
    if len(token) >= 6 and not has_digit and _EMPHASIS.match(token):
        return False
    return has_digit or bool(_INNER_CAPITAL.search(token))
