"""Every fixed word of a post, one place per language.

A dataclass rather than a file of strings: a language that lacks a word does not type-check, and a word that nothing
uses is found by its name. Fields with `{...}` are format strings; all languages use the same places in each.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    post_title: str
    heading_announced: str
    """Above the papers of one mailing."""
    heading_submitted: str
    """Above the papers of one submission window, where the digest is grouped by submission."""
    beijing: str
    """How the zone Asia/Shanghai is written."""
    window: str
    shown: str
    split: str
    late_count: str
    filtered_count: str
    failed_count: str
    colon: str
    """Between how many papers there are and how they came."""
    clause: str
    """Between the clauses of the count line."""
    full_stop: str
    """At the end of a sentence about a group."""
    end: str
    """After the last of them."""
    notice: str
    untitled: str
    no_authors: str
    name_separator: str
    many_authors: str
    """After the first authors of a list that is too long to read. `count` is of all authors."""
    withdrawn: str
    withdrawn_note: str
    """With what the authors said about it."""
    late: str
    """On a paper that an earlier day announced."""
    for_you: str
    """Above the papers of an interest, and on each of them."""
    shared_terms: str
    """With an interest."""
    like_own: str
    """The reader's own paper that a paper is most like."""
    by_author: str
    not_translated: str
    translation_withheld: str
    translation_failed: str
    translation_budget: str
    translation_waiting: str
    """Its answer is being made in a batch."""
    translation_flagged: str
    """Published although a check found a defect (`llm.on_defect = "flag"`)."""
    to_check: str
    """After a sentence of a translation that is shown in the original, because the translated one was wrong twice."""
    doubted: str
    """After a sentence that a second reader doubts."""
    left_out: str
    """At the end of a part of a reading of which `count` sentences were withheld."""
    evidence: str
    """In a reading's provenance: how many of its sentences rest on paragraphs that were found to hold what they say."""
    translations_of: str
    """How many of the papers that should have one have a translation, where not all have; `readings_of` likewise."""
    readings_of: str
    sentences_withheld: str
    """How many sentences of the page are shown in the original or left out."""
    sentences_doubted: str
    because: str
    """A note after a mark. `reason` is already safe Markdown."""
    no_abstract: str
    reading: str
    reading_of_abstract: str
    reading_not_asked: str
    reading_withheld: str
    reading_failed: str
    reading_budget: str
    reading_waiting: str
    reading_flagged: str
    reading_withdrawn: str
    updates: str
    """Above the new versions of papers that earlier posts showed."""
    update_of: str
    """After each: which post showed the paper, in which version, and what changed."""
    abstract_changed: str
    abstract_unchanged: str
    lang: str
    """As HTML names the language."""
    overview: str
    """Above the groups of a day."""
    group: str
    """A group's heading."""
    original: str
    """After a gist that is the abstract's own sentence."""
    description: str
    """Of the page, for those who only see that: how many papers, in which groups."""
    group_count: str
    list_separator: str
    part_background: str
    part_method: str
    part_results: str
    state_accepted: str
    """Of a paper with its `venue`, which may be empty."""
    state_published: str
    state_submitted: str
    state_named: str
    link_code: str
    link_data: str
    link_model: str
    link_demo: str
    link_project: str
    pages: str
    more_affiliations: str
    """Of a paper with more institutions than are named: `names` of the first. Not how many: it is not sure."""
    facts_separator: str
    reading_on_the_site: str
    abstract_on_the_site: str
    """In a post of so many papers that the readings are left out. `link`: to the page, or the word for it."""
    the_site: str


_CHINESE = Words(
    post_title="arXiv Daily – {date}",
    heading_announced="以下为 {date}（{zone}）arXiv 公布的论文：",
    heading_submitted="以下为 {date}（{zone}）时间窗口内投稿的论文：",
    beijing="CST，北京时间",
    window="时间窗口（锚点 {anchor} {abbreviation}）：{start} — {end}",
    shown="公布 {announced} 篇，本页显示 {shown} 篇",
    split="窗口内 {within} 篇，补录 {earlier} 篇",
    late_count="迟收 {count} 篇",
    filtered_count="过滤 {count} 篇",
    failed_count="翻译或解读失败 {count} 篇",
    colon="：",
    clause="；",
    full_stop="。",
    end="",
    notice="说明：{notice}",
    untitled="（无标题）",
    no_authors="（未列出作者）",
    name_separator=", ",
    many_authors=" 等 {count} 人",
    withdrawn="已撤回",
    withdrawn_note="作者说明：{comment}",
    late="{date} 已公布，当日的摘要未能收录",
    for_you="为你：{interest}",
    shared_terms="同有：{terms}",
    like_own="近于你的《{paper}》",
    by_author="作者 {names}",
    not_translated="未翻译",
    translation_withheld="译文待校，以下为原文摘要",
    translation_failed="翻译失败，以下为原文摘要",
    translation_budget="预算用尽，未翻译",
    translation_waiting="等待批量翻译，以下为原文摘要",
    translation_flagged="译文未通过校对",
    to_check="（待校）",
    doubted="（存疑）",
    left_out="（本部分略去 {count} 句：未通过检查）",
    evidence="依据 {there}/{of} 句",
    translations_of="译文 {count}/{of}",
    readings_of="解读 {count}/{of}",
    sentences_withheld="待校或略去 {count} 句",
    sentences_doubted="存疑 {count} 句",
    because="（{reason}）",
    no_abstract="（无摘要）",
    reading="详细解读",
    reading_of_abstract="详细解读（仅依据摘要）",
    reading_not_asked="本篇没有解读",
    reading_withheld="本篇没有解读：解读未通过检查",
    reading_failed="本篇没有解读：解读失败",
    reading_budget="本篇没有解读：预算用尽",
    reading_waiting="本篇暂无解读：等待批量处理",
    reading_flagged="（未通过校对）",
    reading_withdrawn="本篇没有解读：论文已撤回",
    updates="往期论文的新版本",
    update_of="{date} 收录 v{version}；{change}",
    abstract_changed="摘要有改动",
    abstract_unchanged="摘要未改动",
    lang="zh-CN",
    overview="今日速览",
    group="{name}（{count} 篇）",
    original="（原文）",
    description="{count} 篇：{groups}",
    group_count="{name} {count}",
    list_separator="、",
    part_background="背景与问题",
    part_method="方法",
    part_results="结果",
    state_accepted="{venue}（已接收）",
    state_published="{venue}（已发表）",
    state_submitted="{venue}（在审）",
    state_named="{venue}",
    link_code="代码",
    link_data="数据",
    link_model="模型",
    link_demo="演示",
    link_project="项目主页",
    pages="{count} 页",
    more_affiliations="{names} 等",
    facts_separator=" · ",
    reading_on_the_site="详细解读见{link}",
    abstract_on_the_site="摘要与详细解读见{link}",
    the_site="网站",
)

_ENGLISH = Words(
    post_title="arXiv Daily – {date}",
    heading_announced="Papers that arXiv announced on {date} ({zone}):",
    heading_submitted="Papers submitted in the time window of {date} ({zone}):",
    beijing="CST, Beijing time",
    window="Time window (anchor {anchor} {abbreviation}): {start} — {end}",
    shown="{announced} announced, {shown} on this page",
    split="{within} submitted in the window, {earlier} earlier",
    late_count="{count} late",
    filtered_count="{count} filtered out",
    failed_count="{count} with a failed translation or reading",
    colon=": ",
    clause="; ",
    full_stop=".",
    end=".",
    notice="Note: {notice}",
    untitled="(untitled)",
    no_authors="(no authors listed)",
    name_separator=", ",
    many_authors=" and others ({count} in all)",
    withdrawn="Withdrawn",
    withdrawn_note="The authors say: {comment}",
    late="Announced on {date}, and missed by that day's digest",
    for_you="For you: {interest}",
    shared_terms="both on {terms}",
    like_own="like your “{paper}”",
    by_author="by {names}",
    not_translated="Not translated",
    translation_withheld="Translation awaiting review; the original abstract",
    translation_failed="Translation failed; the original abstract",
    translation_budget="Not translated: the budget was used up",
    translation_waiting="Not translated yet: it waits for a batch; the original abstract",
    translation_flagged="This translation did not pass the checks",
    to_check=" (translation to be checked)",
    doubted=" (doubted)",
    left_out="({count} sentences of this part did not pass the checks and are left out)",
    evidence="{there} of {of} sentences with evidence",
    translations_of="translations {count}/{of}",
    readings_of="readings {count}/{of}",
    sentences_withheld="{count} sentences in the original or left out",
    sentences_doubted="{count} sentences doubted",
    because=" ({reason})",
    no_abstract="(no abstract)",
    reading="Reading",
    reading_of_abstract="Reading (of the abstract only)",
    reading_not_asked="No reading of this paper",
    reading_withheld="No reading of this paper: it did not pass the checks",
    reading_failed="No reading of this paper: the reading failed",
    reading_budget="No reading of this paper: the budget was used up",
    reading_waiting="No reading of this paper yet: it waits for a batch",
    reading_flagged=" (did not pass the checks)",
    reading_withdrawn="No reading of this paper: it was withdrawn",
    updates="New versions of earlier papers",
    update_of="v{version} on {date}; {change}",
    abstract_changed="the abstract changed",
    abstract_unchanged="the abstract is the same",
    lang="en",
    overview="The day at a glance",
    group="{name} ({count})",
    original=" (from the abstract)",
    description="{count} papers: {groups}",
    group_count="{name} {count}",
    list_separator=", ",
    part_background="Background and problem",
    part_method="Method",
    part_results="Results",
    state_accepted="{venue} (accepted)",
    state_published="{venue} (published)",
    state_submitted="{venue} (under review)",
    state_named="{venue}",
    link_code="code",
    link_data="data",
    link_model="model",
    link_demo="demo",
    link_project="project page",
    pages="{count} pages",
    more_affiliations="{names} and others",
    facts_separator=" · ",
    reading_on_the_site="The reading is on {link}",
    abstract_on_the_site="The abstract and the reading are on {link}",
    the_site="the site",
)

_JAPANESE = Words(
    post_title="arXiv Daily – {date}",
    heading_announced="{date}（{zone}）に arXiv で公開された論文：",
    heading_submitted="{date}（{zone}）の時間枠に投稿された論文：",
    beijing="CST、北京時間",
    window="時間枠（基準 {anchor} {abbreviation}）：{start} — {end}",
    shown="公開 {announced} 件、本ページ {shown} 件",
    split="時間枠内 {within} 件、それ以前の投稿 {earlier} 件",
    late_count="遅れて収録 {count} 件",
    filtered_count="除外 {count} 件",
    failed_count="翻訳または解説に失敗 {count} 件",
    colon="：",
    clause="；",
    full_stop="。",
    end="",
    notice="注：{notice}",
    untitled="（無題）",
    no_authors="（著者の記載なし）",
    name_separator=", ",
    many_authors=" ほか（計 {count} 名）",
    withdrawn="取り下げ",
    withdrawn_note="著者の説明：{comment}",
    late="{date} に公開済み、当日のダイジェストには未収録",
    for_you="あなた向け：{interest}",
    shared_terms="共通：{terms}",
    like_own="あなたの「{paper}」に近い",
    by_author="著者 {names}",
    not_translated="未翻訳",
    translation_withheld="訳文は確認待ち、以下は原文の要旨",
    translation_failed="翻訳に失敗、以下は原文の要旨",
    translation_budget="予算切れのため未翻訳",
    translation_waiting="一括処理を待っています、以下は原文の要旨",
    translation_flagged="この訳文は検査に通っていません",
    to_check="（訳文確認待ち）",
    doubted="（要確認）",
    left_out="（この部分の {count} 文は検査に通らなかったため省略）",
    evidence="根拠 {there}/{of} 文",
    translations_of="訳文 {count}/{of}",
    readings_of="解説 {count}/{of}",
    sentences_withheld="原文のまま、または省略 {count} 文",
    sentences_doubted="要確認 {count} 文",
    because="（{reason}）",
    no_abstract="（要旨なし）",
    reading="詳しい解説",
    reading_of_abstract="詳しい解説（要旨のみに基づく）",
    reading_not_asked="解説なし",
    reading_withheld="解説なし：検査に通らず",
    reading_failed="解説なし：解説に失敗",
    reading_budget="解説なし：予算切れ",
    reading_waiting="解説はまだありません：一括処理待ち",
    reading_flagged="（検査に通っていません）",
    reading_withdrawn="解説なし：論文は取り下げ",
    updates="既に紹介した論文の新しい版",
    update_of="{date} に v{version} を収録；{change}",
    abstract_changed="要旨に変更あり",
    abstract_unchanged="要旨に変更なし",
    lang="ja",
    overview="今日のひと目",
    group="{name}（{count} 件）",
    original="（原文）",
    description="{count} 件：{groups}",
    group_count="{name} {count}",
    list_separator="、",
    part_background="背景と課題",
    part_method="手法",
    part_results="結果",
    state_accepted="{venue}（採択済み）",
    state_published="{venue}（出版済み）",
    state_submitted="{venue}（査読中）",
    state_named="{venue}",
    link_code="コード",
    link_data="データ",
    link_model="モデル",
    link_demo="デモ",
    link_project="プロジェクト",
    pages="{count} ページ",
    more_affiliations="{names} ほか",
    facts_separator=" · ",
    reading_on_the_site="詳しい解説は{link}にあります",
    abstract_on_the_site="要旨と詳しい解説は{link}にあります",
    the_site="サイト",
)

LANGUAGES: dict[str, Words] = {"zh": _CHINESE, "en": _ENGLISH, "ja": _JAPANESE}
