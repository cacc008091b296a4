"""Facts that decide whether a paper is read, found without a model: venue and state, links, pages, affiliations.

They come from what the authors wrote themselves: arXiv's comment and journal reference, and addresses in the abstract.
What is not plainly said is left out: a challenge *at* a conference is not a paper of it, and "previously submitted"
says nothing of today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from digest_assets.llm import verbatim
from digest_assets.model import Paper

LONGEST_VENUE = 100
"""Characters. What is longer is no name but a sentence."""


class PaperState(str, Enum):
    """How far a paper is with its venue, as its authors say."""

    SUBMITTED = "submitted"
    """Submitted or under review; the venue may be unknown."""
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    NAMED = "named"
    """The venue is named and nothing else is said: `ICASSP 2026`."""


class LinkKind(str, Enum):
    """What is behind an address that the authors give."""

    CODE = "code"
    DATA = "data"
    MODEL = "model"
    DEMO = "demo"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class FactLink:
    kind: LinkKind
    url: str
    """Absolute, with its scheme."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a paper besides its text. Nothing here is guessed: None and empty are "not said"."""

    venue: str | None = None
    """With its year where that is said: `ICASSP 2026`."""
    state: PaperState | None = None
    links: tuple[FactLink, ...] = ()
    pages: int | None = None
    figures: int | None = None
    tables: int | None = None
    affiliations: tuple[str, ...] = ()
    """The authors' institutions, each once, in the order of the authors."""


NO_FACTS = Facts()


def facts_of(paper: Paper, affiliations: tuple[str, ...] = ()) -> Facts:
    """The facts in the comment, the journal reference and the abstract of `paper`, with what its text's head says."""
    comment = " ".join(verbatim.without_layout(paper.comment or "").split())
    venue, state = _venue(comment)
    if paper.journal_ref and (named := _named_venue(paper.journal_ref) or _short(paper.journal_ref)):
        venue, state = named, PaperState.PUBLISHED
    counted = _counts(comment)
    return Facts(venue, state, _links(paper.abstract, comment), *counted, affiliations)


# --- venue and state --------------------------------------------------------------------------------------------------

_ACRONYMS = (
    # speech, audio, music, signals
    "ICASSP", "INTERSPEECH", "WASPAA", "ASRU", "SLT", "ISMIR", "DCASE", "EUSIPCO", "APSIPA ASC", "APCIPA ASC", "APSIPA",
    "IWAENC", "MLSP", "DAFx", "ISCSLP", "O-COCOSDA", "SIGDIAL", "IWSDS", "SMC", "CMMR", "EvoMUSART", "NIME", "ICMC",
    "Odyssey", "SSW", "SSW13", "CHiME", "HSCMA", "SPSC", "LREC-COLING", "LREC", "ICA", "ICSV", "Audio Mostly",
    "Forum Acusticum", "ASA", "MEC", "QoMEX", "IALP", "TSD", "SPECOM", "NCC", "NCMMSC",
    # learning, language, vision, people
    "NeurIPS", "ICLR", "ICML", "AAAI", "IJCAI-ECAI", "IJCAI", "AISTATS", "UAI", "COLT", "COLM", "ECAI", "IJCNN",
    "ICANN",
    "ICONIP", "ICPRAM", "ICPR", "ESANN", "ACML", "CoLLAs",
    "CPAL", "LoG", "MLSys", "IJCNLP-AACL", "AACL-IJCNLP", "AACL",
    "IJCNLP", "EMNLP", "NAACL", "EACL", "ACL", "COLING", "CoNLL", "TACL", "WMT", "IWSLT", "NLPCC",
    "CCL", "CVPR", "ICCV",
    "ECCV",
    "WACV", "BMVC", "ACCV", "3DV", "FG", "ICIP", "ICME", "MMSP", "ICMR", "MMAsia", "MMM", "ACM MM", "ACMMM", "ISBI",
    "MICCAI", "MIDL", "IPMI", "CHI EA", "CHI", "UIST", "CSCW", "IUI", "DIS", "HRI", "IROS", "ICRA", "CoRL", "RSS",
    "ASSETS", "ICMI", "ACII", "SIGGRAPH Asia", "SIGGRAPH", "Eurographics", "SIGIR", "ECIR", "CIKM", "WSDM", "WWW",
    "TheWebConf", "KDD", "RecSys", "UMAP", "VLDB", "SIGMOD", "ICDE", "PODS", "ICDM", "SDM", "PAKDD", "DASFAA",
    # systems, security, software, theory
    "OSDI", "SOSP", "NSDI", "EuroSys", "ATC", "FAST", "ASPLOS", "ISCA", "MICRO", "HPCA", "DAC", "DATE", "ICCAD",
    "ISCAS", "FPGA", "FCCM", "SIGCOMM", "INFOCOM", "MobiCom", "MobiSys", "SenSys", "UbiComp", "IMWUT", "PerCom",
    "USENIX Security", "AsiaCCS", "CCS", "NDSS", "ACSAC", "PETS", "PoPETs", "RAID", "ICSE", "FSE", "ESEC/FSE", "ASE",
    "ISSTA", "OOPSLA", "PLDI", "POPL", "SANER", "MSR", "ICPC", "SAC", "SODA", "STOC", "FOCS", "ICALP", "ESA", "ITCS",
    "CRYPTO", "EUROCRYPT", "ASIACRYPT", "ISIT", "ICC", "GLOBECOM", "WCNC", "VTC", "PIMRC", "CDC", "ACC", "IFAC", "ITSC",
    "AAMAS", "GECCO", "CEC", "FAccT", "AIES", "EAAMO", "JCDL", "TPDL", "ISWC", "ESWC", "EDM", "AIED", "LAK", "SIGCSE",
    # journals and archives
    "TASLPRO", "TASLP", "T-ASLP", "SPL", "JSTSP", "TSP", "TMM", "TIFS", "TPAMI", "TNNLS", "TKDE", "TOIS", "TIP",
    "TCSVT",
    "TVCG", "TOG", "TAFFC", "TBME", "JBHI", "RA-L", "TMLR", "JMLR", "JAIR", "JASA Express Letters", "JASA", "JAES",
    "TISMIR", "IJCV", "TOMM", "TOSEM", "TSE", "TDSC", "CSUR",
)  # fmt: skip
_CANONICAL = {"apcipa asc": "APSIPA ASC", "ssw13": "SSW", "t-aslp": "TASLP", "neurips": "NeurIPS", "acmmm": "ACM MM"}
_PLAIN_WORDS = frozenset(
    {"ASSETS", "RAID", "FAST", "DATE", "ASE", "DIS", "LoG", "FG", "CRYPTO", "MICRO", "ICA", "Odyssey"}
)
"""Acronyms that are also words or other names: taken only with a year or in capitals of their own."""
_ARE_WORKSHOPS = frozenset(
    {"ASRU", "SLT", "WASPAA", "DCASE", "SSW", "SSW13", "IWAENC", "MLSP", "MMSP", "IWSLT", "CHiME"}
)
_FULL_NAMES = (
    (r"acoustics,? speech,? (?:and|&) signal processing(?!.{0,20}\bletters)", "ICASSP"),
    (r"conference of the international speech communication association", "INTERSPEECH"),
    (r"automatic speech recognition and understanding", "ASRU"),
    (r"spoken language technology workshop", "SLT"),
    (r"applications of signal processing to audio and acoustics", "WASPAA"),
    (r"society for music information retrieval conference|society for music information retrieval", "ISMIR"),
    (r"neural information processing systems", "NeurIPS"),
    (r"conference on learning representations", "ICLR"),
    (r"international conference on machine learning\b(?! and)", "ICML"),
    (r"multimedia and expo", "ICME"),
    (r"the web conference", "WWW"),
    (r"speech synthesis workshop", "SSW"),
    (r"transactions (?:on|of) audio,? speech,? (?:and|&) language processing", "IEEE TASLP"),
    (r"journal of selected topics in signal processing", "IEEE JSTSP"),
    (r"signal processing letters", "IEEE SPL"),
    (r"transactions on machine learning research", "TMLR"),
    (r"journal of the acoustical society of america", "JASA"),
    (r"journal of (?:the )?audio engineering society", "JAES"),
    (r"transactions of the international society for music information retrieval", "TISMIR"),
)
_JOURNALS = frozenset(
    """
    TASLPRO TASLP SPL JSTSP TSP TMM TIFS TPAMI TNNLS TKDE TOIS TIP TCSVT TVCG TOG TAFFC TBME JBHI TMLR JMLR JAIR JASA
    JAES TISMIR IJCV TOMM TOSEM TSE TDSC CSUR TACL
    """.split()  # noqa: SIM905
)
_YEAR = r"(?:\s*[-(,’'`]{0,2}\s*((?:19|20)\d\d)(?!\d)|\s*[-’'`]?\s?(\d\d)(?![\d-]))"
_ANY_ACRONYM = "|".join(map(re.escape, sorted(_ACRONYMS, key=len, reverse=True)))
_ACRONYM = re.compile(
    rf"(?<![A-Za-z0-9/-])({_ANY_ACRONYM})"
    rf"(?![A-Za-z]|-(?!\d\d\b))(?:[ \-]?{_YEAR})?",
    re.IGNORECASE,
)
_ANY_YEAR = re.compile(r"(?<![\d.])(20[12]\d)(?!\d)")
_SUBMITTED = re.compile(
    r"\bsubmitt?ed\b(?! (?:here|in [A-Z][a-z]+ 20|version))|\bunder (?:peer |double[- ]blind )?(?:review|"
    r"revision|submission|consideration)|\bin (?:review|submission)\b|"
    r"\bsubmission (?:to|under)\b|\bin revision\b",
    re.IGNORECASE,
)
_ACCEPTED = re.compile(
    r"\b(?:accept(?:ed|ance)?|accepetd|acepted|accpeted|to appear|camera[- ]ready|(?:will|"
    r"to) (?:be )?(?:presented|published|included|appear)|in press|"
    r"forthcoming|presented (?:at|in))\b",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\bpublished\b(?! version will)|(?:part of|in(?: the)?) (?:the )?proceedings of", re.IGNORECASE
)
_NOT_TODAY = re.compile(
    r"\b(?:rejected|withdrawn|previously (?:submitted|accepted)|to be submitted|will be submitted|"
    r"for submission|planned|plan to submit|intend to|prepar(?:ed|ing) for|not (?:yet )?(?:accepted|submitted))\b",
    re.IGNORECASE,
)
_OF_ANOTHER_PAPER = re.compile(
    r"\b(?:rejected|withdrawn|previously|error in|(?:short(?:er)?|journal|extended|earlier|preliminary) version|"
    r"extension of|"
    r"extended from)\b",
    re.IGNORECASE,
)
_ABOUT_AN_EVENT = re.compile(
    r"\b(?:challenge|shared task|system description|technical report|overview paper|competition|tutorial at)\b",
    re.IGNORECASE,
)
_VENUE_NOUN = (
    r"(?:Conference|Workshop|Symposium|Congress|Convention|Transactions|Journal|Letters|Magazine|Proceedings|Annals|"
    r"Access|Reviews|Communications|Meeting|Summit)"
)
_PROPER_NAME = re.compile(
    r"((?:(?:[A-Z][\w&/.'-]*|\d{1,3}(?:st|nd|rd|th)|20\d\d),? (?:(?:on|of|in|for|and|the|&) )*)*"
    rf"{_VENUE_NOUN}(?:,? (?:(?:on|of|in|for|and|the|&) )*(?:[A-Z][\w&/'-]*))*)"
)
_NOT_OF_A_NAME = re.compile(
    r"^(?:(?:the|in|accepted|published|presented|submitted|journal(?= IEEE)|(?:at|by|for|to)) )+|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\(([A-Z][A-Za-z/&-]{1,12})(?:[ '’-]*((?:20)?\d\d))?\)")
_UNKNOWN_ACRONYM = re.compile(
    r"(?i:accepted|published|presented|appear|submitted)[a-z ]*? (?:at|by|to|in|for|into)(?: the)? "
    r"(?:IEEE |ACM |AES )?([A-Z][A-Za-z0-9]*[A-Z][A-Za-z/-]*|[A-Z]{2,})(?:[ '’-]*((?:20)?\d\d))?(?=[\s.,;)(]|$)"
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z(])|;\s+|\.(?=[A-Z][a-z])")
_NO_VENUE = frozenset({"IEEE", "ACM", "AES", "UK", "USA", "AI", "ML", "NLP", "ASR", "TTS", "CC", "HTML", "PDF"})


def _venue(comment: str) -> tuple[str | None, PaperState | None]:
    """Venue and state that a comment states; the clause with the strongest state wins."""
    best: tuple[int, str | None, PaperState | None] = (0, None, None)
    for clause in _clauses(comment):
        state = _state(clause)
        name = _named_venue(clause, with_state=state is not None)
        if _NOT_TODAY.search(clause) and state is not PaperState.ACCEPTED:
            continue
        if _OF_ANOTHER_PAPER.search(clause):
            continue
        if name and state is None:
            if _ABOUT_AN_EVENT.search(clause) or not _is_mostly(clause, name):
                continue
            state = PaperState.NAMED
        if state is None or (name is None and state is not PaperState.SUBMITTED):
            continue
        strength = {PaperState.SUBMITTED: 2, PaperState.NAMED: 3, PaperState.ACCEPTED: 4, PaperState.PUBLISHED: 5}[
            state
        ]
        strength = 1 if name is None else strength
        if strength > best[0]:
            best = (strength, name, state)
    return best[1], best[2]


def _clauses(comment: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(verbatim.URL.sub(" ", comment)) if part and part.strip()]


def _state(clause: str) -> PaperState | None:
    if _ACCEPTED.search(clause):
        return PaperState.ACCEPTED
    if _SUBMITTED.search(clause):
        return PaperState.SUBMITTED
    return PaperState.PUBLISHED if _PUBLISHED.search(clause) else None


def _is_mostly(clause: str, name: str) -> bool:
    """Whether a clause without a verb of state is a venue and little else: `ICASSP 2026 (Oral)`, `CHI EA '25`."""
    rest = [part for part in clause.split(",") if not _COUNTED.search(part)]
    words = re.findall(r"[A-Za-z]{2,}", " ".join(rest))
    known = len(re.findall(r"[A-Za-z]{2,}", name))
    return len(words) <= known + 6 or (len(words) <= 12 and bool(re.search(_VENUE_NOUN, clause)))


def _named_venue(text: str, with_state: bool = True) -> str | None:
    """The venue that `text` names, by its acronym where it has one, with its year."""
    year = _ANY_YEAR.search(text)
    if found := _acronym(text):
        return found
    lowered = text.lower()
    for pattern, acronym in _FULL_NAMES:
        if re.search(pattern, lowered):
            return _with_year(acronym, year.group(1) if year and acronym.split()[-1] not in _JOURNALS else None)
    prefix = "Findings of " if "findings" in lowered else ""
    if proper := _PROPER_NAME.search(text):
        if short := _PARENTHESIS.search(text, proper.start()):
            return _with_year(short.group(1), _four(short.group(2)) or (year.group(1) if year else None))
        name = re.sub(_NOT_OF_A_NAME, "", proper.group(1)).strip(" ,.")
        if len(name.split()) >= 2 and len(name) <= LONGEST_VENUE:
            is_journal = re.search(r"Transactions|Journal|Letters|Magazine|Annals|Access|Review|Reports", name)
            return _with_year(prefix + " ".join(name.split()), None if is_journal or not year else year.group(1))
    if with_state and (unknown := _UNKNOWN_ACRONYM.search(text)) and unknown.group(1) not in _NO_VENUE:
        return _with_year(unknown.group(1), _four(unknown.group(2)) or (year.group(1) if year else None))
    return None


def _acronym(text: str) -> str | None:
    for match in _ACRONYM.finditer(text):
        written, long_year, short_year = match.groups()
        listed = next(each for each in _ACRONYMS if each.lower() == written.lower())
        year = long_year or _four(short_year)
        is_name = written.isupper() or written == listed or listed in ("INTERSPEECH", "NeurIPS")
        if not is_name and not (year and written[0].isupper()):
            continue
        if listed in _PLAIN_WORDS and not year:
            continue
        if text[match.end() : match.end() + 11].lower().lstrip(" )").startswith(("challenge", "grand chall")):
            continue  # a challenge at a conference, unless the conference is named again
        if year is None and (near := _ANY_YEAR.search(text)) and listed not in _JOURNALS:
            year = near.group(1)
        canonical = _CANONICAL.get(listed.lower(), listed)
        if listed in ("TASLP", "JSTSP", "SPL"):
            canonical = f"IEEE {canonical}"
        around = text[max(0, match.start() - 40) : match.end() + 30].lower()
        if "findings" in around and listed in ("ACL", "EMNLP", "NAACL", "EACL"):
            canonical = f"Findings of {canonical}"
        named = _with_year(canonical, year)
        return f"{named} Workshop" if "workshop" in around and listed not in _ARE_WORKSHOPS else named
    return None


def _four(year: str | None) -> str | None:
    return None if not year else year if len(year) == 4 else f"20{year}"


def _with_year(name: str, year: str | None) -> str:
    return f"{name} {year}" if year and year not in name else name


def _short(text: str) -> str | None:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VENUE else None


# --- pages, figures, tables -------------------------------------------------------------------------------------------

_COUNTED = re.compile(r"(?<![\d.])(\d{1,4})\s*[- ]?(pages?|pp?\b|figures?|figs?\b|tables?)", re.IGNORECASE)


def _counts(comment: str) -> tuple[int | None, int | None, int | None]:
    """Pages, figures, tables: the first number of each that the comment gives."""
    found: dict[str, int] = {}
    for number, noun in _COUNTED.findall(verbatim.URL.sub(" ", comment)):
        found.setdefault(noun[0].lower(), int(number))
    return found.get("p"), found.get("f"), found.get("t")


# --- links ------------------------------------------------------------------------------------------------------------

_KIND_WORDS: tuple[tuple[LinkKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (
            LinkKind.PROJECT,
            r"project[ -]?(?:web ?)?(?:page|site|website)|\bproject:|home ?page|web ?(?:page|site)",
        ),
        (
            LinkKind.CODE,
            r"\bcodes?(?:base)?\b|implementations?|toolkit|source|software|repository|scripts|library",
        ),
        (
            LinkKind.DEMO,
            r"\bdemos?\b|demo ?page|samples|(?:audio|sound)? ?examples|listen|audio clips|\bvideo",
        ),
        (LinkKind.MODEL, r"\bmodels?\b|checkpoints?|weights"),
        (LinkKind.DATA, r"\bdata ?sets?\b|\bdata\b|corpus|corpora|benchmark|annotations|recordings"),
    )
)
"""The first one that the sentence of an address says is its kind."""
_NOT_A_FACT = re.compile(
    r"^(?:www\.)?(?:doi\.org(?!/10\.5281/zenodo)|arxiv\.org|(?:dx\.)?doi|creativecommons\.org|orcid\.org|"
    r"ieee\.org)\b",
    re.IGNORECASE,
)
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{[^{}]*\}")
_END = re.compile(r"[\s.,;:!?)\]}>*_'\"~$\\]+$")


def _links(abstract: str, comment: str) -> tuple[FactLink, ...]:
    """The addresses of both, each once, in order, with what stands behind them by their sentence and their host."""
    found: dict[str, FactLink] = {}
    for text in (comment, abstract):
        text = " ".join(_HREF.sub(r" \1 ", text).replace("\\footnote{", " ").replace("\\url{", " ").split())
        end_before = 0
        for match in verbatim.URL.finditer(text):
            address = _END.sub("", re.sub(r"\\([_%#&~])", r"\1", match.group(0)).split("}{")[0])
            core = verbatim.url_core(address)
            said = re.split(r"(?<=[.!?])\s+(?=[A-Z])", text[end_before : match.start()])[-1]
            end_before = match.end()
            if len(core) < 6 or ("/" not in core.rstrip("/") and "." not in core) or _NOT_A_FACT.match(core):
                continue
            url = address if address.lower().startswith(("http://", "https://")) else f"https://{address}"
            if core not in found:
                found[core] = FactLink(_kind(core, said), url)
    return tuple(found.values())


def _kind(core: str, said: str) -> LinkKind:
    host, _, path = core.partition("/")
    if host == "huggingface.co":
        first = path.partition("/")[0]
        return {"datasets": LinkKind.DATA, "spaces": LinkKind.DEMO}.get(first, LinkKind.MODEL)
    kinds = [kind for kind, pattern in _KIND_WORDS if pattern.search(said)]
    if host in ("github.com", "gitlab.com"):
        only = [kind for kind in kinds if kind in (LinkKind.DATA, LinkKind.DEMO)]
        return only[0] if len(only) == 1 and kinds == only else LinkKind.CODE
    if host == "zenodo.org" or "/zenodo." in core:
        return LinkKind.CODE if kinds == [LinkKind.CODE] else LinkKind.DATA
    if host.startswith("youtu"):
        return LinkKind.DEMO
    if "demo" in core and LinkKind.CODE not in kinds:
        return LinkKind.DEMO
    return kinds[0] if kinds else LinkKind.PROJECT
