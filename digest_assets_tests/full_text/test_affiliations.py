"""Whose institutions are read from a head, and whose are not."""

from __future__ import annotations

import pytest

from digest_assets.full_text.affiliations import LONGEST, MOST, Head, head_of, institutions
from digest_assets.full_text.html import read_html
from digest_assets.full_text.pdf import read_pdf
from digest_assets.model import Block, BlockKind, Section
from digest_assets.sandbox.latexml import render_page
from digest_assets.sandbox.manuscript import manuscripts
from digest_assets.sandbox.pdf import make_pdf
from digest_assets_tests.posts.examples import a_paper

AUTHORS = ("Ada Quill", "Lin Mo", "José Álvarez-Ruiz")


def found(*lines: str) -> tuple[str, ...]:
    """Of a paper of those of AUTHORS whose names stand in `lines`."""
    return institutions(Head(lines), [each for each in AUTHORS if each[-4:] in "".join(lines)] or AUTHORS)


def test_marks_behind_names_lead_to_institutions_in_the_order_of_the_authors() -> None:
    assert found(
        "Ada Quill^{2}, Lin Mo^{1,∗} and Jose Alvarez-Ruiz^{2,3}",
        "^{1}Department of Tides, University of Saltmarsh, 12 Quay Street, Saltmarsh",
        "^{2} Institute of Fog Acoustics ^{3}Echo Works Ltd.",
        "^{∗}Equal contribution",
        "{quill,mo}@saltmarsh.test",
    ) == ("Institute of Fog Acoustics", "University of Saltmarsh", "Echo Works")


@pytest.mark.parametrize(
    "lines",
    [
        ("Ada Quill¹, Lin Mo¹", "¹University of Saltmarsh"),
        ("Ada Quill^{†}", "Lin Mo^{†}", "^{†}University of Saltmarsh"),
        ("Ada Quill^{a} Lin Mo^{a}", "^{a}Dept. of Tides,", "University of Saltmarsh"),
        ("Ada Quill^{a} Lin Mo^{a}", "^{a}Dept. of Tides, Univer-", "sity of Saltmarsh"),
        ("Ada Quill", "Dept. of Tides", "University of Saltmarsh", "a@x.test", "Lin Mo", "University of Saltmarsh"),
        ("Ada Quill, University of Saltmarsh; Lin Mo, University of Saltmarsh",),
        ("Ada Quill and Lin Mo", "University of Saltmarsh, Norrland"),
    ],
)  # fmt: skip
def test_an_institution_stands_there_once_without_department_and_address(lines: tuple[str, ...]) -> None:
    assert found(*lines) == ("University of Saltmarsh",)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("University of Saltmarsh", "Ada Quill", "Lin Mo"),  # above the names: a series of reports
        ("Otto Other^{1}", "^{1}University of Saltmarsh"),  # of nobody who wrote this
        ("Ada Quill^{1}", "^{2}University of Saltmarsh"),
        ("Ada Quill^{1}", "^{1}University of Saltmarsh", "^{1}University of Oatfield"),
        ("Ada Quill^{∗}", "^{∗}Work done at the University of Saltmarsh"),
        ("Ada Quill^{1}", "^{1}Department of Tides, Saltmarsh, Norrland"),
        ("Ada Quill", "Saltmarsh"),
        ("Ada Quill", "Copyright University of Saltmarsh Press"),
        ("Ada Quill", "University of the"),
        ("Ada Quill^{1}", "University of Saltmarsh"),  # marks tell, and say nothing of this
        ("Ada Quill", "One University Way", "ada@university.test"),
        ("Ada Quill", "In recent years", "University of Saltmarsh data have become the first choice"),
        ("Ada Quill", "We listen to rain on a tin roof with the help of", "University of Saltmarsh"),
        ("Ada Quill", "Advisers: Bo Elder (University of Saltmarsh)"),
        ("Ada Quill", "Reader in Tides at the University of Saltmarsh"),
        ("Ada Quill", "Universitat M", "unchen"),
        ("Ada Quill", "University of Saltmarsh / Echo Works, 4 Quay"),
        ("Ada Quill", "University of California", "Norrland: a map"),
        ("Ada Quill", "Meta Listening"),
        ("Ada Quill", "Google Scholar"),
        ("Ada Quill", "Zoom In"),
        ("Ada Quill", "MIT-FOG"),
        ("Ada Quill", "University of Saltmarsh, Google"),
        ("Ada Quill", "Saltmarsh University Tide Challenge"),
        ("Ada Quill", "Technical Report, University of Saltmarsh"),
        ("Ada Quill", "Bo Elder, University of Saltmarsh"),
        ("Ada Quill", "The Company"),
        ("Ada Quill^{1}", "^{1}Hugging Face Hub"),
        ("Ada Quill^{1}", "^{1}Meta Learning"),
        ("Ada Quill", "Supervisor: Bo Elder, University of Saltmarsh"),
        ("Ada Quill", "Supervised by Bo Elder, University of Saltmarsh"),
        ("Ada Quill", "Edited by Bo Elder, University of Saltmarsh"),
        ("Ada Quill", "In memory of Bo Elder, University of Saltmarsh"),
        ("Ada Quill", "Fog Workshop, University of Saltmarsh"),
        ("Ada Quill", "Presented at CERN, Geneva"),
        ("Ada Quill", "Samples at Google"),
        ("Ada Quill", "Elsevier Ltd."),
        ("Ada Quill", "^{2}University of Saltmarsh; Echo Works Ltd."),
        ("Ada Quill^{1}", "^{1}Campus Universitário de Saltmarsh"),
        ("Ada Quill^{1}", "^{1}"),
        ("Ada Quill", f"We thank {'our many friends and colleagues ' * 3}University of Saltmarsh"),
    ],
)
def test_what_is_not_sure_is_left_out(lines: tuple[str, ...]) -> None:
    assert found(*lines) == ()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Echo Works, Inc., Hollow Hill", "Echo Works"),
        ("Tides GmbH", "Tides"),
        ("Saltmarsh Language Institute, University of Saltmarsh", "University of Saltmarsh"),
        ("University of Saltmarsh (USM), Norrland", "University of Saltmarsh"),
    ],
)
def test_a_name_has_no_legal_form_and_nothing_in_brackets(line: str, name: str) -> None:
    assert found("Ada Quill", line) == (name,)


def test_an_institute_of_a_university_on_a_line_of_its_own_is_a_part_of_it() -> None:
    assert found("Ada Quill", "Institute of Tides", "University of Saltmarsh", "Echo Works Ltd.") == (
        "University of Saltmarsh",
        "Echo Works",
    )


def test_a_university_of_many_places_keeps_its_place() -> None:
    stated = ("EECS, University of California, Berkeley, USA", "Chinese University of Hong Kong, Shenzhen")
    assert institutions(Head(stated=stated), AUTHORS) == (
        "University of California, Berkeley",
        "Chinese University of Hong Kong, Shenzhen",
    )


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("University of Michigan, Department of Tides",), "University of Michigan"),
        (("University of Maryland, USA",), "University of Maryland"),
        (("Univ. of California, Irvine",), "Univ. of California, Irvine"),
        (("University of Maryland", "College Park, MD"), "University of Maryland, College Park"),
    ],
)
def test_no_country_or_department_is_taken_for_the_place(lines: tuple[str, ...], name: str) -> None:
    assert found("Ada Quill", *lines) == (name,)


def test_a_university_whose_place_is_lost_is_left_out() -> None:
    assert found("Ada Quill", "Indian Institute of Technology, India") == ()


@pytest.mark.parametrize(
    "lines",
    [
        ("Ada Quill^{1}, Lin Mo", "^{1}University of Saltmarsh"),
        ("Ada Quill^{∗}, Lin Mo^{†}", "Echo Works", "^{∗}Equal contribution", "^{†}University of Saltmarsh"),
        ("Ada Quill^{1}, Lin Mo^{2}", "^{1}University of Saltmarsh ^{2}Hollow Hill"),
        ("Ada Quill^{1}, Lin Mo^{2}", "^{1}University of Saltmarsh ^{2}Visiting Scholar"),
        ("Ada Quill^{1}, Lin Mo^{2}", "^{1}University of Saltmarsh ^{2}Work done while at Google"),
        ("Ada Quill^{1,2}, Lin Mo^{1}", "^{1}University of Saltmarsh", "^{2}Hollow Hill"),
        ("Ada Quill", "Echo Works", "a@x.test", "Lin Mo", "University of Saltmarsh"),
        ("Ada Quill, Hollow Hill; Lin Mo, University of Saltmarsh",),
        ("Ada Quill", "University of Saltmarsh", "CNRS / Université de Norrland"),
        ("Ada Quill, Lin Mo", "University of Saltmarsh", "Bo Elder, Oatfield University"),
        ("Ada Quill*, Lin Mot", "* Tides, University of Saltmarsh", "t The Hollow Hill Choir"),
    ],
)
def test_a_list_that_may_lack_one_is_none(lines: tuple[str, ...]) -> None:
    assert found(*lines) == ()


@pytest.mark.parametrize(
    "lines", [("Ada Quill^{1}", "^{1}University of Saltmarsh"), ("Ada Quill", "University of Saltmarsh")]
)
def test_an_author_who_is_not_found_on_the_page_hides_the_others(lines: tuple[str, ...]) -> None:
    assert institutions(Head(lines), ["Ada Quill"]) == ("University of Saltmarsh",)
    assert institutions(Head(lines), ["Ada Quill", "Lin Mo"]) == ()


@pytest.mark.parametrize(
    "remark",
    ["Deceased", "Visiting Scholar", "Joint First", "Co-first", "Shared First", "Team Leaders", "Speaker", "a@x.test",
     "Conducted at Microsoft Research Asia", "Visiting Microsoft Research Asia", "Google; on leave from Oatfield"],
)  # fmt: skip
@pytest.mark.parametrize("mark", ["a", "2", "†"])
def test_a_remark_behind_a_mark_is_no_institution_and_hides_none(remark: str, mark: str) -> None:
    lines = (f"Ada Quill^{{1,{mark}}}, Lin Mo^{{1}}", "^{1}University of Saltmarsh", f"^{{{mark}}}{remark}")
    assert found(*lines, "Highlights", "Oatfield University") == ("University of Saltmarsh",)


@pytest.mark.parametrize("line", ["Contents", "Figure 1", "Key Words: Tides", "Dated: May Day", "PACS 43"])
def test_what_stands_behind_the_head_is_not_of_it(line: str) -> None:
    assert head_of(["Ada Quill", line, "University of Saltmarsh"]).lines == ("Ada Quill",)


def test_marks_for_remarks_alone_do_not_forbid_a_plain_line() -> None:
    assert found("Ada Quill^{∗}, Lin Mo^{∗}", "Google Research", "^{∗}Equal contribution") == ("Google Research",)


def test_names_with_addresses_between_them_are_one_group() -> None:
    assert found("Ada Quill", "QUILL@X.TEST", "Lin Mo", "MO@X.TEST", "University of Saltmarsh") == (
        "University of Saltmarsh",
    )


def test_a_mark_of_somebody_with_the_same_initial_is_not_the_authors() -> None:
    lines = (
        "Ada Quill^{1}, Lin Mo^{1}",
        "Editor: Ann Quill^{2}",
        "^{1}University of Saltmarsh ^{2}Oatfield University",
    )
    assert found(*lines) == ("University of Saltmarsh",)


def test_marks_in_brackets_are_marks() -> None:
    assert found("Ada Quill (1), Lin Mo (2)", "(1) University of Saltmarsh (2) Google") == (
        "University of Saltmarsh",
        "Google",
    )


def test_only_where_markup_names_the_institution_itself_any_name_is_one() -> None:
    def said(*stated: str, is_named: bool) -> tuple[str, ...]:
        return institutions(Head(stated=stated, is_named=is_named), AUTHORS)

    assert said("Echo Works", "China", is_named=True) == ("Echo Works",)
    assert said("Echo Works", "Department of Tides", is_named=True) == ("Echo Works", "Department of Tides")
    for unsure in ("Echo Works, Hollow Hill", "Department of Tides", "Beijing", "Hollow"):
        assert said("University of Saltmarsh", unsure, is_named=False) == (), unsure
    for remark in ("Deceased", "Joint First", "Alphabetical Order", "Speaker", "USA", "Cambridge, UK", "a@x.test", ""):
        assert said("University of Saltmarsh", remark, is_named=False) == ("University of Saltmarsh",), remark
    field = "organization=University of Saltmarsh, addressline=4 Quay, city=Saltmarsh"
    assert said(field, is_named=False) == ("University of Saltmarsh",)
    assert said("^{1}University of Saltmarsh, ^{2}Google Research", is_named=False) == (
        "University of Saltmarsh",
        "Google Research",
    )


def test_one_stated_beside_others_behind_marks_is_not_all() -> None:
    lines = ("Ada Quill^{1}", "^{1}University of Saltmarsh")
    assert institutions(Head(lines, ("Google",)), AUTHORS[:1]) == ()


def test_names_are_bounded_and_clean() -> None:
    stated = [f"University of {letter * 3}" for letter in "ABCDEFGHIJKLMNOPQRST"]
    assert len(institutions(head_of((), stated), AUTHORS)) == MOST
    (name,) = institutions(head_of((), ["University\u202e of \x00Saltmarsh"]), AUTHORS)
    assert name == "University of Saltmarsh"
    assert institutions(head_of((), [f"University of {'Very ' * (LONGEST // 5)}"]), AUTHORS) == ()


def test_a_head_ends_before_the_abstract() -> None:
    assert head_of(["Ada Quill", "Abstract. We", "University of Saltmarsh"]).lines == ("Ada Quill",)


def test_latexml_says_them_as_contacts_as_notes_and_as_marks() -> None:
    body = '<section class="ltx_section"><div class="ltx_para"><p>We listen to rain on a tin roof.</p></div></section>'

    def said(authors: str) -> tuple[str, ...]:
        page = f'<article class="ltx_document"><div class="ltx_authors">{authors}</div>{body}</article>'
        named = [each for each in AUTHORS if each in authors]
        return institutions(read_html(page.encode(), "https://arxiv.test/html/1").head, named)

    name = '<span class="ltx_personname">{}</span>'
    contact = '<span class="ltx_contact ltx_role_affiliation"><span class="ltx_contact_name">At: </span>{}</span>'
    acm = '<span class="ltx_text ltx_affiliation_institution">{}</span><span>Oatfield</span>'
    address = '<span class="ltx_contact ltx_role_address">{}</span>'
    assert said(
        name.format("Ada Quill")
        + contact.format("Tides<br>University of Saltmarsh")
        + contact.format(acm.format("University of Oatfield"))
    ) == ("University of Saltmarsh", "University of Oatfield")
    assert said(name.format("Ada Quill") + contact.format(acm.format("Echo Works"))) == ("Echo Works",)
    assert said(name.format("Ada Quill") + address.format("Oatfield, UK") + address.format("Hollow Hill")) == ()
    assert said(name.format("Ada Quill") + address.format("Tides, Oatfield University")) == ("Oatfield University",)
    mark = '<sup class="ltx_note_mark">1</sup>'
    note = f'<span class="ltx_note ltx_role_institutetext">{mark}<span class="ltx_note_content">{mark}'
    note += '<span class="ltx_note_type">institutetext: </span>Echo Works Ltd.<br>and Google</span></span>'
    assert said(name.format("Ada Quill") + note) == ("Echo Works", "Google")
    marked = (
        'Ada Quill<sup class="ltx_sup">1</sup>, Lin Mo<math alttext="{}^{2,\\ast}"></math><br><sup>1</sup>University '
    )
    marked += 'of Saltmarsh<br><math alttext="{}^{2}"></math>Echo Works Ltd.'
    assert said(name.format(marked)) == ("University of Saltmarsh", "Echo Works")
    assert said(name.format("Ada Quill<br>Tides<br>University of Oatfield<br>")) == ("University of Oatfield",)


def test_the_pages_of_invented_papers_say_theirs() -> None:
    (written,) = (each for each in manuscripts() if each.slug == "07-counting-pauses")
    paper = a_paper(authors=written.authors)
    page = read_html(render_page(paper, written.sections, written.affiliations).encode(), "https://arxiv.test/html/1")
    assert institutions(page.head, paper.authors) == ("University of Saltmarsh", "Academy of Rests")


def test_a_pdf_says_them_on_its_first_page() -> None:
    lines = ("Ada Quill^{1}, Lin Mo^{1,2}", "^{1}University of Saltmarsh", "^{2}Echo Works Ltd., Hollow Hill")
    front = Section("", 1, tuple(Block(BlockKind.PARAGRAPH, line) for line in lines))
    text = Section("Introduction", 1, (Block(BlockKind.PARAGRAPH, "We listen to rain on a tin roof. " * 30),))
    read = read_pdf(make_pdf("On Rain", (front, text), columns=1))
    assert institutions(read.head, AUTHORS[:2]) == ("University of Saltmarsh", "Echo Works")
