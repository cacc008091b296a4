"""The institutions of a paper's authors, where its first page says them surely.

Two forms are sure: markup that names an affiliation as such, and raised marks that stand behind an author's name and
again before an institution. Between the names and the abstract an institution may also stand unmarked; then it counts
where its own words say that it is one (`University`, `Institute`, a company that is known). All else is left out: a
name that is missing costs nothing, a wrong one is somebody's employer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST = 12
"""Institutions of a paper. A collaboration's hundreds are no fact that decides."""
LONGEST = 80
"""Characters. What is longer is no name."""
LINES_OF_A_HEAD = 80
_LONGEST_LINE = 400
_LINES_OF_AN_ENTRY = 4
_LONGEST_PLAIN = 100
"""Of a line with an institution that no mark leads. What is longer is prose."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands between title and abstract. Raised marks are written `^{1}`."""

    lines: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    """Affiliations that markup names as such, in the order of authors, parts parted by commas."""


NO_HEAD = Head()


def head_of(lines: Iterable[str], stated: Iterable[str] = ()) -> Head:
    """The lines before the abstract, and what is stated, without what is too long to be either."""
    kept: list[str] = []
    for line in lines:
        if _ABSTRACT.match(line.strip()) or len(kept) == LINES_OF_A_HEAD:
            break
        kept.append(_clean(line)[:_LONGEST_LINE])
    return Head(tuple(filter(None, kept)), tuple(_clean(each)[:_LONGEST_LINE] for each in list(stated)[: 4 * MOST]))


def _clean(text: str) -> str:
    return "".join(filter(str.isprintable, " ".join(text.split())))


def institutions(head: Head, authors: Sequence[str]) -> tuple[str, ...]:
    """Each institution once, in the order of `authors`, whose names say what on the page is one."""
    if head.stated:
        found = [institution(each, is_sure=True) for each in head.stated]
    else:
        names = _Names(authors)
        found = _marked(head.lines, names) or _unmarked(head.lines, names)
    distinct: dict[str, str] = {}
    for each in filter(None, found):
        distinct.setdefault(_letters(each), each)
    return tuple(distinct.values())[:MOST]


# --- one institution --------------------------------------------------------------------------------------------------

_ABSTRACT = re.compile(r"(?:\d\.?\s*)?(?:abstract|summary|index terms|keywords|ccs concepts|introduction)\b", re.I)
_SCHOOL = re.compile(
    r"\b(?:Universit\w+|Univ\.|Uniwersytet\w*|Polytechni\w+|Politecnico|Polit[eé]cnica|Hochschule|[ÉE]cole|"
    r"Inst(?:itute|\.) of (?:Science and )?Technology|Institute for Advanced Study|Academy of Sciences|"
    r"(?:Imperial|King's|King’s|Trinity|Dartmouth|Boston|Williams|Technical) College|"
    r"(?:UC|TU|ETH|UT) [A-Z]\w+)|"
    r"\b(?:EPFL|KAIST|POSTECH|UNIST|GIST|KTH|MIT|CMU|UCLA|UCSD|UCSB|USTC|NUS|NTU|HKUST|CUHK|MBZUAI|INRIA|Inria|CNRS|"
    r"IRCAM|CERN|CSIC|CNR|RIKEN|NIST|NASA|Caltech|CWI|INRAE|CEA|DFKI|Mila)\b"
)
_INSTITUTE = re.compile(
    r"\b(?:Institut\w*|Academy|Hospital|Fraunhofer|Max[ -]Planck|Helmholtz|Observatory|Foundation|Council|"
    r"National Laborator(?:y|ies))\b"
)
_COMPANY = re.compile(
    r"\b(?:Corporation|Corp|Inc|Ltd|GmbH|LLC|Technologies|"
    r"Google(?: \w+)?|DeepMind|Microsoft|Meta|Facebook|Amazon|AWS|Apple|NVIDIA|Nvidia|IBM|Intel|Adobe|Tencent|Alibaba|"
    r"Ant Group|Baidu|ByteDance|Bytedance|Huawei|Xiaomi|Samsung|Sony|NTT|Spotify|Bosch|Siemens|Philips|OpenAI|"
    r"Anthropic|Salesforce|Qualcomm|Kuaishou|Meituan|NetEase|iFLYTEK|NAVER|Naver|LINE|Yandex|Dolby|Deezer|Disney|"
    r"Hitachi|Toshiba|Fujitsu|NEC|Panasonic|Mitsubishi Electric|Nokia|Bell Labs|Ericsson|Yahoo|Twitter|LinkedIn|"
    r"Netflix|Uber|SenseTime|Megvii|JD(?:\.com)?|Zoom|Cisco|Oracle|SAP|AT&T|Xerox|Bloomberg|Hugging Face)(?![\w@])"
)
_PART = re.compile(
    r"\b(?:Dep(?:ar)?t(?:e?ment\w*|\.|(?=\W))|Departamento|Dipartimento|School|Faculty|Facult[éa]\w*|Division|Group|"
    r"Section|Unit|Chair|Lab(?:s|oratory|oratoire|orator\w+)?|Cent(?:er|re|ro)|College of|Program(?:me)?|Team)\b",
    re.IGNORECASE,
)
_CAMPUSES = re.compile(
    r"\b(?:University of (?:California|Texas|Illinois|Wisconsin|Massachusetts|Maryland|North Carolina|Michigan|"
    r"Colorado|Minnesota|Missouri|Nebraska|Tennessee|Arkansas|Alabama|Hawai‘?i)|State University of New York|"
    r"(?:Indian|National) Institute of Technology|Chinese University of Hong Kong|Indian Statistical Institute|"
    r"Hong Kong University of Science and Technology|Harbin Institute of Technology|California State University)$"
)
_NO_NAME = re.compile(
    r"@|https?:|www\.|\d{3}|\b(?:equal|contribut\w*|correspond\w*|work|author\w*|intern\w*|lead|advis\w*|these|this|"
    r"done|while|supported|grant|project|e-?mail|member|fellow|student|senior|preprint|conference|proceedings|press|"
    r"copyright|permission|thank\w*|submitted|published|reader|adviser\w*|dr|prof|independent|"
    r"street|avenue|road|way|anonymous|currently|now|formerly|also|the authors|"
    r"funded|research(?:er)?s? (?:was|is)|professor|journal|arxiv|available|homepage|code)\b",
    re.IGNORECASE,
)
_FORM = r",?\s(?:Inc|Ltd|LLC|GmbH|Corp|Co)\b\.?"
_JOINERS = frozenset(
    """
    of and the for at in on de di degli del della dei du des la le les et für und der die von van zu y e i do da dos
    normale supérieure polytechnique fédérale nationale libre
    """.split()  # noqa: SIM905
)
"""The words that a name has beside those with capitals."""
_SEPARATOR = re.compile(
    r"\s*(?:,(?!\s(?:Inc|Ltd|LLC|GmbH|Corp|Co)\b)|[;|•·])\s*|\s+[–—/-]\s+|"
    r"\s+and (?=(?:the )?(?:Dep|School|Faculty|Univ))"
)
_ASIDE = re.compile(r"\s*\([^()]*\)?")
_MAIL = re.compile(r"\{[^{}]*\}\s?@\s?\S+|\S+@\S+|https?://\S+|\be-?mails?\b.*$", re.IGNORECASE)


def institution(text: str, *, is_sure: bool) -> str | None:
    """The institution in an affiliation, without department and address. `is_sure`: that it is an affiliation at all;
    a name of which nothing says that it is one is taken then alone."""
    parts = [each.strip(" .:*†‡") for each in _SEPARATOR.split(_ASIDE.sub("", _MAIL.sub("", _clean(text))))]
    parts = [each for each in parts if each]
    for kind in (_SCHOOL, _INSTITUTE, _COMPANY):
        for at, part in enumerate(parts):
            if kind.search(part) and not re.match(r"(?:Department|Dept|School|Faculty|Division)\b", part):
                if _CAMPUSES.search(part) and at + 1 < len(parts) and not re.search(r"\d", parts[at + 1]):
                    part = f"{part}, {parts[at + 1]}"
                if name := _name(part):
                    return name
    if is_sure and parts and not _PART.search(parts[0]):
        return _name(parts[0])
    if is_sure and len(parts) == 1:
        return _name(parts[0])  # a department is all that there is
    return None


def _name(part: str) -> str | None:
    part = re.sub(f"{_FORM}$", "", part).strip()
    words = part.split()
    fits = 2 <= len(part) <= LONGEST and len(words) <= 12 and not _GOES_ON.search(part) and not _NO_NAME.search(part)
    is_whole = fits and part[0].isupper() and words[0] not in ("At", "In", "By") and len(words[-1]) > 1
    return part if is_whole and _is_of_names(words) else None


def _is_of_names(words: Iterable[str]) -> bool:
    return all(word in _JOINERS or not word[0].islower() or not word.islower() for word in words)


# --- marks ------------------------------------------------------------------------------------------------------------

_MARK = re.compile(r"\^\{([^{}]{0,40})\}")
_KEY = re.compile(r"\d{1,2}|[^\W\d_](?![^\W\d_])|[^\w\s,.;]")
_BETWEEN = re.compile(r"[\s,;]*")
_RAISED = re.compile(r"[¹²³⁰⁴-⁹](?:[,·]?[¹²³⁰⁴-⁹])*")
_FULL_LINE = 55
"""Characters. A line that is shorter was ended where its author wanted it to end."""
_GOES_ON = re.compile(r"(?:[,&/-]|\b(?:of|and|the|for|de|di|at|in))$")


def _marked(lines: Sequence[str], names: _Names) -> list[str | None]:
    """The institutions behind the marks that stand behind names. Lines that begin with a mark say what marks mean."""
    of_authors: dict[str, None] = {}
    entries: list[tuple[str, list[str]]] = []
    is_entry = False
    for line in lines:
        first, *pieces = _MARK.split(_RAISED.sub(_as_mark, line))
        if pieces and not first.strip():
            entries += [(mark, [said]) for mark, said in zip(pieces[::2], pieces[1::2], strict=True)]
            is_entry = True
        elif pieces:
            is_entry, is_name = False, False
            for before, mark in zip([first, *pieces[1::2]], pieces[::2], strict=False):
                is_name = names.ends(before) or (is_name and bool(_BETWEEN.fullmatch(before)))  # Name^{1}^{,*}
                if is_name:
                    of_authors |= dict.fromkeys(_KEY.findall(mark))
        elif is_entry and len(entries[-1][1]) < _LINES_OF_AN_ENTRY and not _NO_NAME.search(line):
            entries[-1][1].append(line)
        else:
            is_entry = False
    meant: dict[str, set[str]] = {}
    for mark, said in entries:
        key = mark.strip(" ,.")
        known = institution(_joined(said), is_sure=key.isalnum()) if said[0].strip() else None
        if known and _KEY.fullmatch(key):
            meant.setdefault(key, set()).add(known)
    return [next(iter(meant[key])) for key in of_authors if len(meant.get(key, ())) == 1]


def _as_mark(raised: re.Match[str]) -> str:
    return "^{" + unicodedata.normalize("NFKC", raised.group()) + "}"


def _joined(lines: Sequence[str]) -> str:
    """Lines of one affiliation; a line that was not full ends a part of it."""
    text = ""
    for line in filter(None, map(str.strip, lines)):
        goes_on = len(text) >= _FULL_LINE or _GOES_ON.search(text) or line[0].islower()
        text = f"{text} {line}" if goes_on else f"{text}, {line}"
    return text.strip(" ,")


def _unmarked(lines: Sequence[str], names: _Names) -> list[str | None]:
    """Institutions by their own words behind the first name. None where marks say whose each is: an order would be a
    guess."""
    if any(names.ends(_MARK.split(line)[0]) for line in lines if _MARK.search(line)):
        return []
    found: list[str | None] = []
    is_behind = False
    for line in lines:
        if names.are_in(line):
            is_behind = True
            found += [institution(each, is_sure=False) for each in names.behind(line)]
        elif is_behind and _is_prose(line):
            break
        elif is_behind:
            found.append(institution(_MARK.sub("", line), is_sure=False))
    if any(each and _SCHOOL.search(each) for each in found):
        found = [each for each in found if each and (_SCHOOL.search(each) or not _INSTITUTE.search(each))]
    return found


def _is_prose(line: str) -> bool:
    plain = [word for word in line.split() if word.isalpha() and word.islower() and word not in _JOINERS]
    return len(line) > _LONGEST_PLAIN or (len(plain) > 2 and not _MAIL.search(line))


class _Names:
    """The authors' names, known again by their last word and the first letter."""

    def __init__(self, authors: Iterable[str]) -> None:
        self._known: dict[str, set[str]] = {}
        for author in authors:
            words = _words(author)
            if words:
                self._known.setdefault(words[-1], set()).add(words[0][0])

    def ends(self, text: str) -> bool:
        """Whether `text` ends with an author's name."""
        last = re.split(r"[,;&\n]|\band\b", text.rstrip(" ,;\n*∗†‡\\"))[-1]
        words = _words(last)
        return 2 <= len(words) <= 12 and self._is_one(words)

    def are_in(self, line: str) -> bool:
        return any(self.ends(part) for part in re.split(r"[,;&]|\band\b|\s{2,}", line))

    def behind(self, line: str) -> Iterator[str]:
        """What stands behind a single name: `Ada Quill, University of X; Lin Mo, Institute Y`."""
        for part in line.split(";"):
            name, *others = part.split(",")
            if self.ends(name) and not any(map(self.ends, others)):
                yield ", ".join(others)

    def _is_one(self, words: Sequence[str]) -> bool:
        initials = self._known.get(words[-1], set())
        return any(word[0] in initials for word in words[:-1])


def _words(text: str) -> list[str]:
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return re.findall(r"[^\W\d_]+", plain)


def _letters(text: str) -> str:
    words = _words(text)
    return "".join(words[1:] if words[:1] == ["the"] else words)
