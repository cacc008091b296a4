"""The institutions of a paper's authors, where its first page says them surely, and all of them.

Three forms are sure: markup that names an affiliation as such; raised marks that stand behind an author's name and
again before an institution; and, where no mark leads anywhere, lines between an author's name and the abstract that
consist of an affiliation. In each the text's own words say that it is an institution (`University`, `Institute`, a
company that is known); only where markup names the institution itself is any name taken.

A list that lacks one reads as if it were whole, and says of the others' employer that he has no part in it. So there is
none where an author is not found on the page, or is left without an institution, or where a mark leads to something
that is neither an institution nor a known remark (equal contribution, an address for letters).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST = 12
"""Institutions of a paper. A collaboration's hundreds are no fact that decides."""
LONGEST = 80
"""Characters. What is longer is no name."""
LINES_OF_A_HEAD = 80
_LONGEST_LINE = 400
_LONGEST_PLAIN = 100
"""Of a line with an institution that no mark leads. What is longer is prose."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands between title and abstract. Raised marks are written `^{1}`."""

    lines: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    """Affiliations that markup names as such, in the order of authors, parts parted by commas."""
    is_named: bool = False
    """Whether those are the names of the institutions alone, as markup says."""


NO_HEAD = Head()


def head_of(lines: Iterable[str], stated: Iterable[str] = (), *, is_named: bool = False) -> Head:
    """The lines before the abstract, and what is stated, without what is too long to be either."""
    kept: list[str] = []
    for line in lines:
        if _ABSTRACT.match(line.strip()) or len(kept) == LINES_OF_A_HEAD:
            break
        kept.append(_clean(line)[:_LONGEST_LINE])
    said = tuple(_clean(each)[:_LONGEST_LINE] for each in list(stated)[: 4 * MOST])
    return Head(tuple(filter(None, kept)), said, is_named)


def _clean(text: str) -> str:
    return "".join(filter(str.isprintable, " ".join(text.split())))


def institutions(head: Head, authors: Sequence[str]) -> tuple[str, ...]:
    """Each institution once, in the order of `authors`, whose names say what on the page is one. Empty where it is not
    sure that these are all."""
    names = _Names(authors)
    if head.stated:
        found = _stated(head)
        if found and not set(map(_letters, _marked(head.lines, names) or ())) <= set(map(_letters, found)):
            return ()  # one is in markup, the others' are behind marks
    else:
        marked = _marked(head.lines, names)
        found = _unmarked(head.lines, names) if marked is None else marked
    distinct: dict[str, str] = {}
    for each in found:
        distinct.setdefault(_letters(each), each)
    return tuple(distinct.values())[:MOST]


def _stated(head: Head) -> list[str]:
    found = []
    for entry in (each for said in head.stated for each in _MARK.sub("\n", said).split("\n")):
        known = institution(entry, is_named=head.is_named)
        if known is None and not _is_remark(entry):
            return []
        found += [known] if known else []
    return found


# --- one institution --------------------------------------------------------------------------------------------------

_ABSTRACT = re.compile(
    r"(?:\d\.?\s*)?(?:(?:abstract|summary|index terms|key ?words?|ccs concepts|introduction|dated|pacs|highlights)\b|"
    r"contents$|fig(?:ure|\.)\s*\d)",
    re.IGNORECASE,
)
"""A line that begins so stands behind the names and what belongs to them."""
_ACRONYM = (
    r"(?:EPFL|KAIST|POSTECH|UNIST|GIST|KTH|MIT|CMU|UCLA|UCSD|UCSB|USTC|NUS|NTU|HKUST|CUHK|MBZUAI|INRIA|Inria|CNRS|"
    r"IRCAM|CERN|CSIC|CNR|RIKEN|NIST|NASA|Caltech|CWI|INRAE|CEA|DFKI|Mila)"
)
_SCHOOL = re.compile(
    r"\b(?:University(?! (?!(?:of|at|in|and|College|Hospital|Medical|School|Health)\b)\w)|"
    r"Universit(?!y\b|[áa]ri|aire)\w+|Univ\b\.?|Uniwersytet\w*|Polytechni\w+|Politecnico|Polit[eé]cnica|Hochschule|"
    r"[ÉE]cole|Inst(?:itute|\.) of (?:Science and )?Technology|Institute for Advanced Study|Academy of Sciences|"
    r"(?:Imperial|King's|King’s|Trinity|Dartmouth|Boston|Williams|Technical) College)\b|^(?:UC|TU|ETH|UT) [A-Z]\w+|"
    rf"^{_ACRONYM}(?=$| (?:CSAIL|School|Research|Laborator|Lab\b|[&-] ))"
)
_INSTITUTE = re.compile(
    r"\b(?:Institut\w*|Academy|Hospital|Observatory)(?=$| (?:of|for|de|für|on|at)\b)|"
    r"^(?:Institut|Instituto|Istituto) [A-Z]\w+|\b(?:Fraunhofer|Max[ -]Planck|Helmholtz|National Laborator(?:y|ies))\b"
)
_FORM = r",?\s(?:Inc|Ltd|LLC|GmbH|Corp|Co)\b\.?"
_HOUSE = (
    r"(?:Google|DeepMind|Microsoft|Meta|Facebook|Amazon|AWS|Apple|NVIDIA|Nvidia|IBM|Intel|Adobe|Tencent|Alibaba|"
    r"Ant Group|Baidu|ByteDance|Bytedance|Huawei|Xiaomi|Samsung|Sony|NTT|Spotify|Bosch|Siemens|Philips|OpenAI|"
    r"Anthropic|Salesforce|Qualcomm|Kuaishou|Meituan|NetEase|iFLYTEK|NAVER|Naver|LINE|Yandex|Dolby|Deezer|Disney|"
    r"Hitachi|Toshiba|Fujitsu|NEC|Panasonic|Mitsubishi Electric|Nokia|Bell Labs|Ericsson|Yahoo!?|Twitter|LinkedIn|"
    r"Netflix|Uber|SenseTime|Megvii|JD(?:\.com)?|Zoom|Cisco|Oracle|SAP|AT&T|Xerox|Bloomberg|Hugging Face)"
)
_OF_A_HOUSE = (
    r"(?:AI|Research|Labs?|Laborator(?:y|ies)|Brain|DeepMind|Cloud|Group|Asia|Europe|America|Cent(?:er|re)|Assistant|"
    r"Corporation|Technologies|Inc\.?|Ltd\.?|LLC|Corp\.?|T\.\s?J\.|Watson|Almaden|Redmond|Cambridge|Zurich|R&D|&)"
)
_COMPANY = re.compile(
    rf"^{_HOUSE}(?: {_OF_A_HOUSE})*$|\b(?:Corporation|(?<!The )Company|Technologies)$|{_FORM}$",
)
"""A name that is a company's from end to end: `Meta AI`, and not `Meta Learning`."""
_LAB = re.compile(
    rf"^{_HOUSE} .*\b(?:ML|AGI|Electronics|Services|Team)$|^(?:INRIA|Inria|CNRS|CEA|CNR|CSIC) [A-Z]\w+$|"
    r"\b(?:AI|Research|Labs?|Laborator(?:y|ies)|Research Cent(?:er|re))$"
)
"""What a name is where a mark or markup says that it is one at all."""
_PART = re.compile(
    r"\b(?:Dep(?:ar)?t(?:e?ment\w*|\.|(?=\W))|Departamento|Dipartimento|School|Faculty|Facult[éa]\w*|Division|Group|"
    r"Section|Unit|Chair|Lab(?:s|oratory|oratoire|orator\w+)?|Cent(?:er|re|ro)|College of|Program(?:me)?|Team)\b",
    re.IGNORECASE,
)
_STUDY = re.compile(r"\b(?:Sciences?|Engineering|Mathematics|Statistics|Physics|Informatics|Computing|EECS|CSE|ECE)$")
"""A department that does not say that it is one."""
_CAMPUSES = re.compile(
    r"\b(?:Univ(?:ersity|\.)? of (?:California|Texas|Illinois|Wisconsin|Massachusetts|Maryland|North Carolina|Michigan|"
    r"Colorado|Minnesota|Missouri|Nebraska|Tennessee|Arkansas|Alabama|Hawai‘?i)|State University of New York|"
    r"(?:Indian|National) Institute of Technology|Chinese University of Hong Kong|Indian Statistical Institute|"
    r"Hong Kong University of Science and Technology|Harbin Institute of Technology|California State University)$"
)
_NO_NAME = re.compile(
    r"@|https?:|www\.|\d{3}|\b(?:equal|contribut\w*|correspond\w*|work|author\w*|intern\w*|lead|advis\w*|these|this|"
    r"done|while|supported|grant|project|e-?mail|member|fellow|student|senior|preprint|conference|proceedings|press|"
    r"copyright|permission|association|thank\w*|submitted|published|reader|adviser\w*|dr|prof|independent|"
    r"street|avenue|road|way|anonymous|currently|now|formerly|also|the authors|"
    r"funded|research(?:er)?s? (?:was|is)|professor|journal|arxiv|available|homepage|code)\b",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"@|\b(?:equal\w*|contribut\w*|correspond\w*|advis\w*|supervis\w*|edited|editors?|in memory|deceased|dedicat\w*|"
    r"present\w*|workshop|seminar|talk|visit\w*|previous\w*|former\w*|currently|now|conducted|performed|done|held|leave|"
    r"moved|scholars?|joint(?:ly)? first|shared first|co-?first|alphabetical|lead(?:s|er|ers)?|elsevier|licensed|"
    r"sponsor\w*|awards?|affiliated|intern(?:s|ship|ing)?|work|supported|authors?|independent|students?|e-?mails?|"
    r"orcid|demo|communicated|footnotes?)\b|\bspeaker$",
    re.IGNORECASE,
)
"""Words of a person's part or of an event: what has one says no author's employer."""
_COUNTRY = re.compile(
    r"(?:USA?|U\.S\.A?\.?|United States(?: of America)?|UK|U\.K\.|United Kingdom|England|Scotland|Wales|Ireland|Canada|"
    r"(?:P\.? ?R\.? ?|People.s Republic of )?China|Hong Kong(?: SAR)?|Macau|Taiwan|Japan|(?:South |Republic of )?Korea|"
    r"India|Singapore|Australia|New Zealand|Germany|France|Italy|Spain|Portugal|(?:The )?Netherlands|Belgium|Austria|"
    r"Switzerland|Sweden|Norway|Denmark|Finland|Iceland|Poland|Czech(?:ia| Republic)|Hungary|Romania|Greece|Turkey|"
    r"Türkiye|Israel|Iran|Saudi Arabia|UAE|United Arab Emirates|Qatar|Egypt|Pakistan|Bangladesh|Vietnam|Thailand|"
    r"Malaysia|Indonesia|Philippines|Brazil|Mexico|Chile|Argentina|Colombia|South Africa|Russia|Ukraine|Luxembourg)",
    re.IGNORECASE,
)
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
_DEPARTMENT_OF = re.compile(r"^(?:Department|Dept|School|Faculty)\b.* (?=University of )")
_TWO = re.compile(r"[;|]|\s/\s")
"""What parts the names of two institutions."""
_FIELD = re.compile(r"^\w+=\{?")
"""`organization=`, of a class that LaTeXML does not know."""
_NOWHERE = ("University of California", "Univ. of California", "Indian Institute", "National Institute", "State ")
"""Of so many places that the name alone says none."""
_ASIDE = re.compile(r"\s*\([^()]*\)?")
_MAIL = re.compile(r"\{[^{}]*\}\s?@\s?\S+|\S+@\S+|https?://\S+|\b(?:e-?mails?|correspond\w*)\b.*$", re.IGNORECASE)


def institution(text: str, *, is_marked: bool = True, is_named: bool = False) -> str | None:
    """The institution in an affiliation, without department and address. `is_marked`: a mark or markup says that it is
    an affiliation at all; `is_named`: that it is the institution's name."""
    plain = _ASIDE.sub("", _MAIL.sub("", _clean(text)))
    if _REMARK.search(plain) or ":" in plain or _TWO.search(plain.strip(" ;|/")):
        return None
    parts = list(filter(None, (_FIELD.sub("", each).strip(" .:*†‡}") for each in _SEPARATOR.split(plain))))
    if any(map(_SCHOOL.search, parts)) and any(re.match(f"{_HOUSE}\\b", part) for part in parts):
        return None  # of two
    for kind in (_SCHOOL, _INSTITUTE, _COMPANY, *([_LAB] if is_marked else [])):
        for at, part in enumerate(parts):
            if not (is_marked or all(map(_is_department, parts[:at]))):
                break
            part = _DEPARTMENT_OF.sub("", part)
            if kind.search(part) and not re.match(r"(?:Department|Dept|School|Faculty|Division|Group)\b", part):
                if _CAMPUSES.search(part):
                    place = parts[at + 1] if at + 1 < len(parts) else ""
                    if _is_place(place):
                        part = f"{part}, {place}"
                    elif part.startswith(_NOWHERE):
                        return None
                if name := _name(part):
                    return name
    return _name(parts[0]) if is_named and parts and not _COUNTRY.fullmatch(parts[0]) else None


def _is_department(part: str) -> bool:
    return bool(_PART.search(part) or _STUDY.search(part) or _INSTITUTE.search(part))


def _is_place(part: str) -> bool:
    return bool(part) and not (_COUNTRY.fullmatch(part) or _PART.search(part) or re.search(r"\d", part))


def _is_remark(text: str) -> bool:
    """Whether it names nobody's employer: a remark, a mail, a place with its country."""
    last = text.rsplit(",", 1)[-1].strip(" .")
    is_place = text.count(",") < 2 and _COUNTRY.fullmatch(last)
    return bool(not _MAIL.sub("", text).strip(" ,;.") or _REMARK.search(text) or is_place)


def _name(part: str) -> str | None:
    part = re.sub(f"{_FORM}$", "", part).strip()
    words = part.split()
    fits = 2 <= len(part) <= LONGEST and len(words) <= 12 and not _GOES_ON.search(part) and not _NO_NAME.search(part)
    is_whole = fits and part[0].isupper() and words[0] not in ("At", "In", "By") and len(words[-1]) > 1
    is_of_one = " at " not in part or re.search(r"Univ\S* (?:of .* )?at ", part)
    return part if is_whole and is_of_one and _is_of_names(words) else None


def _is_of_names(words: Iterable[str]) -> bool:
    return all(word in _JOINERS or not word[0].islower() or not word.islower() for word in words)


# --- marks ------------------------------------------------------------------------------------------------------------

_MARK = re.compile(r"\^\{([^{}]{0,40})\}")
_KEY = re.compile(r"\d{1,2}|[^\W\d_](?![^\W\d_])|[^\w\s,.;]")
_BETWEEN = re.compile(r"[\s,;]*")
_RAISED = re.compile(r"[¹²³⁰⁴-⁹](?:[,·]?[¹²³⁰⁴-⁹])*|\((?:\d{1,2}|[a-z*])\)")
_FULL_LINE = 55
"""Characters. A line that is shorter was ended where its author wanted it to end."""
_GOES_ON = re.compile(r"(?:[,&/-]|\b(?:of|and|the|for|de|di|at|in))$")


def _marked(lines: Sequence[str], names: _Names) -> list[str] | None:
    """The institutions behind the marks that stand behind names; None where no mark leads to one, and none is missing.
    Lines that begin with a mark say what marks mean."""
    keys_of: dict[int, dict[str, None]] = {}
    entries: list[tuple[str, str]] = []
    is_entry = False
    for line in lines:
        first, *pieces = _MARK.split(_RAISED.sub(_as_mark, line))
        if pieces and not first.strip():
            entries += [(mark.strip(" ,."), said) for mark, said in zip(pieces[::2], pieces[1::2], strict=True)]
            is_entry = True
        elif pieces or names.in_(line):
            is_entry, author = False, None
            for before, mark in zip([first, *pieces[1::2]], [*pieces[::2], ""], strict=True):
                is_next = author is not None and _BETWEEN.fullmatch(before)  # Name^{1}^{,*}
                author = author if is_next else names.at_the_end_of(before)
                if author is not None:
                    keys_of.setdefault(author, {}).update(dict.fromkeys(_KEY.findall(mark)))
        elif is_entry and _is_unfinished(entries[-1][1], line):
            entries[-1] = (entries[-1][0], _joined(entries[-1][1], line))
        else:
            is_entry = False
    meant = _meant(entries)
    if all(not key.isalnum() and meant.get(key, "") == "" for keys in keys_of.values() for key in keys):
        return None
    found: dict[str, None] = {}
    for author in sorted(names.all):
        said = [meant.get(key, None if key.isalnum() else "") for key in keys_of.get(author, ())]
        if None in said or not any(said):
            return []
        found |= dict.fromkeys(filter(None, said))
    return list(found)


def _meant(entries: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """By mark an institution; empty: a remark; None: something else, or two institutions."""
    meant: dict[str, str | None] = {}
    for key, said in entries:
        known = institution(said) or ("" if said.strip() and _is_remark(said) else None)
        meant[key] = known if meant.get(key, known) in (known, "") else (meant[key] if known == "" else None)
    return meant


def _is_unfinished(said: str, line: str) -> bool:
    """Whether an affiliation goes on in the next line."""
    if _REMARK.search(line) or ":" in line:
        return False
    if _GOES_ON.search(said.strip()):
        return True
    known, plain = institution(said), said.strip(" ,.")
    if known:
        is_cut = len(plain) >= _FULL_LINE and plain.endswith(known)
        return is_cut or bool(_CAMPUSES.search(plain))
    is_open = not plain or bool(_PART.search(plain)) or len(plain) >= _FULL_LINE
    return is_open and not _MAIL.search(said) and not _NO_NAME.search(line)


def _as_mark(raised: re.Match[str]) -> str:
    return "^{" + unicodedata.normalize("NFKC", raised.group().strip("()")) + "}"


def _joined(text: str, line: str) -> str:
    """Two lines of one affiliation; a line that was not full ends a part of it."""
    text, line = text.strip(), line.strip()
    if text.endswith("-"):
        return f"{text[:-1] if line[:1].islower() else text}{line}"
    goes_on = len(text) >= _FULL_LINE or _GOES_ON.search(text) or line[0].islower()
    return f"{text} {line}" if goes_on else f"{text}, {line}".strip(" ,")


def _unmarked(lines: Sequence[str], names: _Names) -> list[str]:
    """Institutions by their own words behind the first name. Names that stand together are a group, and each group has
    one, or there are none."""
    groups: list[list[str]] = []
    named: set[int] = set()
    is_name = False
    for line, following in pairwise([*lines, ""]):
        new = names.in_(line) - named
        said = list(names.behind(line)) if new else []
        if said:
            groups += [list(filter(None, [_of_a_line(each, "")])) for each in said]
        elif new and not is_name:
            groups.append([])
        elif not new and groups and _is_prose(line):
            break
        elif not new and groups and (known := _of_a_line(line, following)):
            groups[-1].append(known)
        elif not new and groups and (_SCHOOL.search(line) or institution(line)) and not _is_remark(line):
            return []  # it has an institution, and does not consist of it: somebody's, perhaps an author's
        is_name = not said and (bool(new) or (is_name and not re.search(r"\w\w", _MAIL.sub("", line))))
        named |= new
    return [name for group in groups for name in _without_parts(group)] if all(groups) and named == names.all else []


def _of_a_line(line: str, following: str) -> str | None:
    """The institution that a line consists of."""
    plain = _MAIL.sub("", _MARK.sub("", line)).strip(" ,.;")
    if _CAMPUSES.search(plain) and not institution(following, is_marked=False):
        plain = f"{plain}, {following}"
    is_whole = plain[:1].isupper() and _is_of_names(plain.split())
    return institution(plain, is_marked=False) if is_whole else None


def _without_parts(group: Sequence[str]) -> list[str]:
    """An `Institute of ...` beside a university is a part of it."""
    has_school = any(map(_SCHOOL.search, group))
    return [each for each in group if not (has_school and each.startswith("Institut") and not _SCHOOL.search(each))]


def _is_prose(line: str) -> bool:
    plain = [word for word in line.split() if word.isalpha() and word.islower() and word not in _JOINERS]
    return len(line) > _LONGEST_PLAIN or (len(plain) > 2 and not _MAIL.search(line))


class _Names:
    """The authors' names, known again by their last word and the first name, or its first letter."""

    def __init__(self, authors: Iterable[str]) -> None:
        self._known: dict[str, list[tuple[str, int]]] = {}
        self.all: set[int] = set()
        for author, words in enumerate(map(_words, authors)):
            if len(words) > 1:
                self.all.add(author)
                self._known.setdefault(words[-1], []).append((words[0], author))

    def at_the_end_of(self, text: str) -> int | None:
        """The author whose name `text` ends with, by place."""
        words = _words(re.split(r"[,;&\n]|\band\b", text.rstrip(" ,;\n*∗†‡\\"))[-1])
        if not 2 <= len(words) <= 12:
            return None
        alike = self._known.get(words[-1], [])
        return next((author for first, author in alike if any(_is_same(first, word) for word in words[:-1])), None)

    def in_(self, line: str) -> set[int]:
        found = map(self.at_the_end_of, re.split(r"[,;&]|\band\b|\s{2,}", _MARK.sub(",", line)))
        return {each for each in found if each is not None}

    def behind(self, line: str) -> Iterator[str]:
        """What stands behind a single name: `Ada Quill, University of X; Lin Mo, Institute Y`."""
        for part in line.split(";"):
            name, *others = part.split(",")
            if others and self.at_the_end_of(name) is not None and not self.in_(",".join(others)):
                yield ", ".join(others)


def _is_same(first: str, word: str) -> bool:
    return first == word or (first[0] == word[0] and 1 in (len(first), len(word)))


def _words(text: str) -> list[str]:
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return re.findall(r"[^\W\d_]+", plain)


def _letters(text: str) -> str:
    words = _words(text)
    return "".join(words[1:] if words[:1] == ["the"] else words)
