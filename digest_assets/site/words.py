"""Every fixed word of the site, one place per language; see `posts/words.py` for why it is a dataclass."""

from __future__ import annotations

from dataclasses import dataclass

from digest_assets.site.values import Counts


@dataclass(frozen=True, slots=True)
class SiteWords:
    """The words of one language. Those with `{...}` are format strings."""

    lang: str
    """For the `lang` attribute."""
    between_clauses: str
    """Of a sentence about a group; `end_of_sentence` comes after the last."""
    end_of_sentence: str
    is_translated: bool
    """Whether abstracts are translated. Those of an English digest stand as they are: no language is chosen."""
    number_first: bool
    """Whether one says `3 late`, or `late 3`."""
    name: str
    """Of the site; the categories follow it."""
    skip: str
    newest: str
    all_digests: str
    archive: str
    tags: str
    figures: str
    marked: str
    search: str
    search_hint: str
    searching: str
    found: str
    nothing_found: str
    search_failed: str
    more: str
    needs_script: str
    view: str
    view_translation: str
    view_original: str
    view_both: str
    theme: str
    theme_auto: str
    theme_light: str
    theme_dark: str
    papers: str
    one_paper: str
    announced: str
    published: str
    filtered: str
    failed: str
    late: str
    not_on_page: str
    earlier: str
    later: str
    all_categories: str
    only_unread: str
    only_starred: str
    by_stars: str
    like_stars: str
    none_left: str
    star: str
    read: str
    copy: str
    copied: str
    contents: str
    more_authors: str
    no_authors: str
    untitled: str
    abstract: str
    no_abstract: str
    original: str
    reading: str
    parts: tuple[str, str, str]
    figure: str
    text_html: str
    text_pdf: str
    text_abstract: str
    text_none: str
    text_from: str
    made_by: str
    flagged: str
    """After it, of an answer that did not pass the checks and was published all the same."""
    translation_flagged: str
    reading_flagged: str
    """Above it: a reader is to know before."""
    because: str
    to_check: str
    """After a sentence of a translation that is shown in the original."""
    doubted: str
    """After a sentence that a second reader doubts."""
    left_out: str
    """At the end of a part of a reading of which `count` sentences were withheld."""
    evidence: str
    """How many of a reading's sentences rest on paragraphs that were found to hold what they say."""
    rests_on: str
    """On the mark at a sentence that leads to the paragraph it rests on. `section`: that paragraph's; may be empty."""
    paragraphs: str
    """Above the paragraphs that a reading rests on."""
    paragraphs_note: str
    in_html: str
    """The link from a paragraph to its place in arXiv's HTML."""
    translations_of: str
    """How many papers have a translation, of those that should have one, where not all have."""
    readings_of: str
    translation_missing: str
    reading_missing: str
    states: dict[str, str]
    """What became of an answer that is not there, by its status."""
    withdrawn: str
    withdrawn_note: str
    late_mark: str
    category_title: str
    author_title: str
    tag_title: str
    month_title: str
    week_title: str
    reviews: str
    """Weeks and months by topic."""
    weeks: str
    """What the feed of the weeks is called; `months`: that of the months."""
    months: str
    follow_periods: str
    growing: str
    """Topics that grew since the period before; `falling` fell."""
    falling: str
    before: str
    """How many papers a topic had in the period before."""
    day_title: str
    day_of_month: str
    weekdays: tuple[str, ...]
    """From Monday on."""
    papers_a_day: str
    papers_a_category: str
    tokens_a_month: str
    money_a_month: str
    no_figures: str
    date: str
    empty_marks: str
    feed: str
    feed_title: str
    made_of: str
    keys_title: str
    keys: tuple[tuple[str, str], ...]
    close: str
    filter_reasons: dict[str, str]
    not_found: str
    empty_weekend: str
    """Why a date has no papers."""
    empty_holiday: str
    empty_nothing: str
    empty_unseen: str
    empty_came_later: str
    empty_no_mailing: str
    years: str
    overview: str
    and_more: str
    within: str
    updates: str
    abstract_changed: str
    abstract_unchanged: str
    categories: str
    unstar: str
    navigation: str
    layout: str
    layout_compact: str
    layout_full: str
    next_unread: str
    rest_read: str
    rest_marked: str
    undo: str
    progress: str
    all_read: str
    clear_filters: str
    filters: str
    kinds_new: str
    kinds_cross: str
    with_code: str
    other_topics: str
    elsewhere: str
    """Papers of a group's topic that stand in other groups."""
    own_page: str
    all_on_one_page: str
    loading: str
    not_loaded: str
    earlier_mark: str
    earlier_note: str
    provenance: str
    authors_comment: str
    original_gist: str
    gist_of: str
    in_this_digest: str
    versions: str
    version_here: str
    version_later: str
    published_in: str
    announced_as_new: str
    announced_as_cross: str
    related: str
    shared_terms: str
    earlier_paper: str
    later_paper: str
    note: str
    save_file: str
    load_file: str
    copy_link: str
    qr_code: str
    qr_code_of: str
    qr_too_long: str
    export: str
    for_zotero: str
    file_saved: str
    marks_merged: str
    marks_unreadable: str
    marks_offered: str
    marks_accept: str
    may_be_lost: str
    last_saved: str
    never_saved: str
    searched: str
    found_near: str
    search_narrower: str
    search_author: str
    search_topic: str
    search_since: str
    search_until: str
    follow: str

    def lacking(self, counts: Counts) -> list[str]:
        """How many papers have a translation and a reading, where not all of those that should have one do."""
        found = (
            (self.translations_of, counts.translations, counts.translations_wanted),
            (self.readings_of, counts.readings, counts.readings_wanted),
        )
        return [form.format(count=count, of=of) for form, count, of in found if count < of]

    def count(self, papers: int) -> str:
        """So many papers."""
        return self.one_paper if papers == 1 else self.papers.format(count=papers)


_KEYS = ("j / k", "n", "s", "r", "o", "l", "↓ / ↑", "/", "?")


def _keys(*meanings: str) -> tuple[tuple[str, str], ...]:
    return tuple(zip(_KEYS, meanings, strict=True))


_CHINESE = SiteWords(
    lang="zh-Hans",
    between_clauses="；",
    end_of_sentence="。",
    is_translated=True,
    number_first=False,
    name="arXiv 每日导读",
    skip="跳到正文",
    newest="最新",
    all_digests="全部导读",
    archive="归档",
    tags="主题",
    figures="统计",
    marked="收藏",
    search="搜索",
    search_hint="标题、作者、摘要（中英文）",
    searching="正在搜索…",
    found="找到 {count} 篇",
    nothing_found="没有找到。可换一个词，或用英文试试。",
    search_failed="索引未能读取，请检查网络后重试。",
    more="显示更多",
    needs_script="搜索、筛选与标记需要 JavaScript。",
    view="摘要语言",
    view_translation="中文",
    view_original="英文",
    view_both="对照",
    theme="外观",
    theme_auto="跟随系统",
    theme_light="浅色",
    theme_dark="深色",
    papers="{count} 篇",
    one_paper="1 篇",
    announced="公布",
    published="刊出",
    filtered="过滤",
    failed="未完成",
    late="迟收",
    not_on_page="按设置过滤 {count} 篇",
    earlier="前一期",
    later="后一期",
    all_categories="全部",
    only_unread="未读",
    only_starred="已收藏",
    by_stars="按收藏排序",
    like_stars="与收藏相近：{terms}",
    none_left="没有符合筛选条件的论文。",
    star="收藏",
    read="已读",
    copy="BibTeX",
    copied="已复制",
    contents="本期目录",
    more_authors="等 {count} 人",
    no_authors="（未列出作者）",
    untitled="（无标题）",
    abstract="摘要",
    no_abstract="（无摘要）",
    original="英文原文",
    reading="详细解读",
    parts=("背景与问题", "方法", "结果与结论"),
    figure="首图（在 arXiv 查看）",
    text_html="HTML 全文",
    text_pdf="PDF 全文",
    text_abstract="仅摘要",
    text_none="未取全文",
    text_from="解读依据：{source}",
    made_by="{what}：{model}，提示词 {prompt}",
    flagged="，未通过校对",
    translation_flagged="译文未通过校对",
    reading_flagged="解读未通过校对",
    because="（{reason}）",
    to_check="（待校）",
    doubted="（存疑）",
    left_out="本部分略去 {count} 句：未通过检查",
    evidence="依据 {there}/{of} 句",
    rests_on="原文依据 {section}",
    paragraphs="解读依据的原文",
    paragraphs_note="论文原文，逐字照录；¶ 由此而来。",
    in_html="在 arXiv 的 HTML 中查看",
    translations_of="译文 {count}/{of}",
    readings_of="解读 {count}/{of}",
    translation_missing="摘要{state}，以下为原文",
    reading_missing="解读{state}",
    states={
        "done": "未能生成",
        "withheld": "未通过检查，暂不刊出",
        "failed": "未能生成",
        "not asked": "未请求",
        "no key": "未请求",
        "budget": "因预算用尽未生成",
        "waiting": "正等待批量处理",
    },
    withdrawn="已撤回",
    withdrawn_note="作者说明：{comment}",
    late_mark="迟收：{date} 已公布",
    category_title="分类 {name}",
    author_title="{name}",
    tag_title="主题：{name}",
    month_title="{year} 年 {month} 月",
    week_title="{year} 年第 {week} 周",
    reviews="每周、每月回顾",
    weeks="每周回顾",
    months="每月回顾",
    follow_periods="订阅：把 Atom 地址加到阅读器，每周或每月结束后会收到一条。",
    growing="增多：",
    falling="减少：",
    before="上期 {count}",
    day_title="{year} 年 {month} 月 {day} 日",
    day_of_month="{day} 日",
    weekdays=("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    papers_a_day="每日公布的论文",
    papers_a_category="各分类的论文",
    tokens_a_month="每月用量（词元）",
    money_a_month="每月费用",
    no_figures="还没有数据。",
    date="日期",
    empty_marks="还没有收藏。在论文旁点“收藏”，或按 s。",
    feed="订阅",
    feed_title="{title}：{scope}",
    made_of="译文与解读由语言模型生成，请以原文为准。数据来自 arXiv。",
    keys_title="键盘操作",
    keys=_keys(
        "下一篇／上一篇",
        "下一篇未读",
        "收藏",
        "标为已读",
        "展开论文，再按展开解读",
        "切换摘要语言",
        "对照中的下一句／上一句（先按 Tab）",
        "搜索",
        "本说明",
    ),
    close="关闭",
    filter_reasons={
        "category": "主分类不在所选分类内",
        "keyword": "关键词",
        "author": "作者",
        "cap": "超出篇数上限",
        "old cross-list": "旧论文的交叉列出",
    },
    not_found="没有论文",
    empty_weekend="arXiv 周五、周六晚间（纽约时间）不公布论文。",
    empty_holiday="arXiv 在 {evening} 晚间（纽约时间）因假日未公布论文：{name}。",
    empty_nothing="当日公布的论文中没有属于所选分类的。",
    empty_unseen="应于 {due} 公布的论文一天内未见到：arXiv 当晚可能没有公布。",
    empty_came_later="{due} 时所选分类没有论文公布，为这一批提交的 {count} 篇在下一批公布。",
    empty_no_mailing="arXiv 当日没有公布。",
    years="年份",
    overview="概览",
    and_more="另有 {count} 篇",
    within="仅看 {name}（显示全部）",
    updates="往期论文的新版本",
    abstract_changed="摘要有改动",
    abstract_unchanged="摘要未改动",
    categories="分类",
    unstar="取消收藏",
    navigation="主导航",
    layout="版式",
    layout_compact="紧凑",
    layout_full="全文",
    next_unread="下一篇未读",
    rest_read="其余标为已读",
    rest_marked="已标 {count} 篇为已读",
    undo="撤销",
    progress="已读 {read} / {all}",
    all_read="本期已全部读完。",
    clear_filters="清除筛选",
    filters="筛选",
    kinds_new="新投稿",
    kinds_cross="交叉列出",
    with_code="有代码",
    other_topics="其他",
    elsewhere="另有 {count} 篇在别组",
    own_page="本文页",
    all_on_one_page="全部 {count} 篇列在一页",
    loading="正在载入…",
    not_loaded="未能载入，请检查网络后重试。",
    earlier_mark="补录",
    earlier_note="补录：投稿早于本期时间窗口，本期首次公布。",
    provenance="文本来源与模型",
    authors_comment="作者备注",
    original_gist="原文",
    gist_of="一句话",
    in_this_digest="本期依据",
    versions="版本",
    version_here="{version}：本页所据，{date} 投稿",
    version_later="{version}：{change}，见 {date} 一期",
    published_in="刊于",
    announced_as_new="新投稿",
    announced_as_cross="交叉列出",
    related="相关论文",
    shared_terms="共有：{terms}",
    earlier_paper="本期上一篇",
    later_paper="本期下一篇",
    note="笔记",
    save_file="保存到文件",
    load_file="从文件合并",
    copy_link="复制链接",
    qr_code="二维码",
    qr_code_of="第 {number} 个，共 {all} 个：用另一台设备逐个扫描",
    qr_too_long="笔记太长，放不进二维码，请用文件。",
    export="导出",
    for_zotero="Zotero：文件 → 导入，选 RIS 或 BibTeX",
    file_saved="已保存。",
    marks_merged="已合并：新增 {count} 篇，共 {all} 篇。",
    marks_unreadable="读不出收藏，请检查文件或链接。",
    marks_offered="此链接带来 {count} 篇的收藏与笔记。",
    marks_accept="合并到本机",
    may_be_lost="收藏只存在此浏览器中，浏览器可能自行清除（Safari 在七天未访问后清除），请保存到文件。",
    last_saved="上次保存：{date}",
    never_saved="尚未保存。",
    searched="检索：中英文标题与摘要、一句话、解读、作者、分类、主题、编号。简繁、英美拼写不分，词可只写开头。",
    found_near="没有完全匹配；相近的有 {count} 篇",
    search_narrower="更多条件",
    search_author="作者",
    search_topic="主题",
    search_since="从",
    search_until="到",
    follow="订阅：把 Atom 地址加到阅读器，此处有新论文时会收到。",
)

_ENGLISH = SiteWords(
    lang="en",
    between_clauses="; ",
    end_of_sentence=".",
    is_translated=False,
    number_first=True,
    name="arXiv daily",
    skip="Skip to content",
    newest="Newest",
    all_digests="All digests",
    archive="Archive",
    tags="Topics",
    figures="Figures",
    marked="Starred",
    search="Search",
    search_hint="Titles, authors, abstracts",
    searching="Searching…",
    found="{count} found",
    nothing_found="Nothing found. Try another word.",
    search_failed="The index could not be read. Check the network and try again.",
    more="Show more",
    needs_script="Search, filters and marks need JavaScript.",
    view="Language of abstracts",
    view_translation="Translation",
    view_original="Original",
    view_both="Both",
    theme="Appearance",
    theme_auto="System",
    theme_light="Light",
    theme_dark="Dark",
    papers="{count} papers",
    one_paper="1 paper",
    announced="announced",
    published="published",
    filtered="filtered",
    failed="incomplete",
    late="late",
    not_on_page="{count} left out by the settings",
    earlier="Earlier",
    later="Later",
    all_categories="All",
    only_unread="Unread",
    only_starred="Starred",
    by_stars="By my stars",
    like_stars="Like your stars: {terms}",
    none_left="No paper matches the filter.",
    star="Star",
    read="Read",
    copy="BibTeX",
    copied="Copied",
    contents="In this digest",
    more_authors="and others ({count} in all)",
    no_authors="(no authors listed)",
    untitled="(untitled)",
    abstract="Abstract",
    no_abstract="(no abstract)",
    original="Original",
    reading="Reading",
    parts=("Background", "Method", "Results"),
    figure="First figure (on arXiv)",
    text_html="HTML full text",
    text_pdf="PDF full text",
    text_abstract="abstract only",
    text_none="no full text fetched",
    text_from="The reading rests on: {source}",
    made_by="{what}: {model}, prompt {prompt}",
    flagged=", which did not pass the checks",
    translation_flagged="Translation that did not pass the checks",
    reading_flagged="This reading did not pass the checks",
    because=" ({reason})",
    to_check=" (translation to be checked)",
    doubted=" (doubted)",
    left_out="{count} sentences of this part did not pass the checks and are left out",
    evidence="{there} of {of} sentences with evidence",
    rests_on="Rests on {section}",
    paragraphs="What the reading rests on",
    paragraphs_note="The paper's own words; the marks ¶ lead here.",
    in_html="In arXiv's HTML",
    translations_of="translations {count}/{of}",
    readings_of="readings {count}/{of}",
    translation_missing="Abstract {state}; the original",
    reading_missing="Reading {state}",
    states={
        "done": "could not be made",
        "withheld": "withheld: it did not pass the checks",
        "failed": "could not be made",
        "not asked": "not asked for",
        "no key": "not asked for",
        "budget": "not made: the budget was used up",
        "waiting": "waits for a batch",
    },
    withdrawn="Withdrawn",
    withdrawn_note="The authors say: {comment}",
    late_mark="Late: announced on {date}",
    category_title="Category {name}",
    author_title="{name}",
    tag_title="Topic: {name}",
    month_title="{year}-{month:0>2}",
    week_title="Week {week}, {year}",
    reviews="Weeks and months",
    weeks="Weeks",
    months="Months",
    follow_periods="To follow this: add the Atom address to a feed reader; each week or month comes when it is over.",
    growing="Growing:",
    falling="Falling:",
    before="before: {count}",
    day_title="{year}-{month:0>2}-{day:0>2}",
    day_of_month="{day}",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    papers_a_day="Papers announced a day",
    papers_a_category="Papers by category",
    tokens_a_month="Tokens a month",
    money_a_month="Cost a month",
    no_figures="No figures yet.",
    date="Date",
    empty_marks="Nothing starred yet. Use “Star” beside a paper, or press s.",
    feed="Feeds",
    feed_title="{title}: {scope}",
    made_of="Readings are made by a language model; the paper itself decides. Data: arXiv.",
    keys_title="Keyboard",
    keys=_keys(
        "next / previous paper",
        "next unread",
        "star",
        "mark as read",
        "open the paper, then its reading",
        "language",
        "next / previous sentence of both languages, after Tab",
        "search",
        "this help",
    ),
    close="Close",
    filter_reasons={
        "category": "primary category not chosen",
        "keyword": "keyword",
        "author": "author",
        "cap": "over the cap",
        "old cross-list": "cross-list of an old paper",
    },
    not_found="No papers",
    empty_weekend="arXiv announces nothing on Friday and Saturday evenings (New York).",
    empty_holiday="arXiv announced nothing on the evening of {evening} (New York), a holiday: {name}.",
    empty_nothing="Nothing in these categories was announced on this day.",
    empty_unseen="Nothing was seen of the mailing due at {due}: arXiv may have announced nothing that evening.",
    empty_came_later="Nothing in these categories was announced at {due}; the {count} papers came in the next mailing.",
    empty_no_mailing="arXiv announced nothing on this day.",
    years="Years",
    overview="Overview",
    and_more="and {count} more",
    within="only {name} (show all)",
    updates="New versions of earlier papers",
    abstract_changed="the abstract changed",
    abstract_unchanged="the abstract is the same",
    categories="Categories",
    unstar="Unstar",
    navigation="Main",
    layout="Layout",
    layout_compact="Compact",
    layout_full="Full",
    next_unread="Next unread",
    rest_read="Mark the rest as read",
    rest_marked="{count} marked as read",
    undo="Undo",
    progress="{read} of {all} read",
    all_read="All of this digest is read.",
    clear_filters="Clear filters",
    filters="Filters",
    kinds_new="New submissions",
    kinds_cross="Cross-lists",
    with_code="With code",
    other_topics="Others",
    elsewhere="{count} more in other groups",
    own_page="Page",
    all_on_one_page="All {count} papers on one page",
    loading="Loading…",
    not_loaded="This could not be loaded. Check the network and try again.",
    earlier_mark="Earlier",
    earlier_note="Earlier: submitted before this date’s window, first announced in it.",
    provenance="Sources and models",
    authors_comment="Authors’ comment",
    original_gist="original",
    gist_of="In one sentence",
    in_this_digest="What this digest rests on",
    versions="Versions",
    version_here="{version}: what this page rests on, submitted on {date}",
    version_later="{version}: {change}, listed on {date}",
    published_in="Published in",
    announced_as_new="a new submission",
    announced_as_cross="a cross-list",
    related="Related papers",
    shared_terms="In common: {terms}",
    earlier_paper="Earlier in this digest",
    later_paper="Next in this digest",
    note="Note",
    save_file="Save to a file",
    load_file="Merge from a file",
    copy_link="Copy a link",
    qr_code="QR code",
    qr_code_of="{number} of {all}: scan each with the other device",
    qr_too_long="The note is too long for a QR code: use a file.",
    export="Export",
    for_zotero="Zotero: File → Import, with RIS or BibTeX",
    file_saved="Saved.",
    marks_merged="Merged: {count} added, {all} in all.",
    marks_unreadable="No marks could be read: check the file or link.",
    marks_offered="This link brings marks of {count} papers.",
    marks_accept="Merge them here",
    may_be_lost="Stars are kept in this browser alone, which may clear them (Safari does after seven days without a "
    "visit): save them to a file.",
    last_saved="Last saved: {date}",
    never_saved="Not saved yet.",
    searched="Searched: titles, abstracts, gists, readings, authors, categories, topics, numbers. "
    "British and American spellings count alike; the beginning of a word is enough.",
    found_near="Nothing matches exactly; {count} come near",
    search_narrower="More conditions",
    search_author="Author",
    search_topic="Topic",
    search_since="From",
    search_until="To",
    follow="To follow this: add the Atom address to a feed reader.",
)

_JAPANESE = SiteWords(
    lang="ja",
    between_clauses="；",
    end_of_sentence="。",
    is_translated=True,
    number_first=False,
    name="arXiv 日報",
    skip="本文へ",
    newest="最新",
    all_digests="すべての日報",
    archive="過去分",
    tags="トピック",
    figures="統計",
    marked="スター",
    search="検索",
    search_hint="題名・著者・要旨（日英）",
    searching="検索中…",
    found="{count} 件",
    nothing_found="見つかりません。別の語で試してください。",
    search_failed="索引を読み込めません。接続を確認してください。",
    more="さらに表示",
    needs_script="検索・絞り込み・印には JavaScript が必要です。",
    view="要旨の言語",
    view_translation="日本語",
    view_original="英語",
    view_both="対訳",
    theme="外観",
    theme_auto="システム",
    theme_light="ライト",
    theme_dark="ダーク",
    papers="{count} 本",
    one_paper="1 本",
    announced="公表",
    published="掲載",
    filtered="除外",
    failed="未完了",
    late="遅延",
    not_on_page="設定により {count} 本を除外",
    earlier="前の号",
    later="次の号",
    all_categories="すべて",
    only_unread="未読",
    only_starred="スター付き",
    by_stars="スター順",
    like_stars="スターに近い：{terms}",
    none_left="条件に合う論文はありません。",
    star="スター",
    read="既読",
    copy="BibTeX",
    copied="コピーしました",
    contents="この号の目次",
    more_authors="ほか（全 {count} 名）",
    no_authors="（著者の記載なし）",
    untitled="（無題）",
    abstract="要旨",
    no_abstract="（要旨なし）",
    original="英語原文",
    reading="詳しい解説",
    parts=("背景と課題", "手法", "結果と結論"),
    figure="最初の図（arXiv で見る）",
    text_html="HTML 全文",
    text_pdf="PDF 全文",
    text_abstract="要旨のみ",
    text_none="全文は未取得",
    text_from="解説の根拠：{source}",
    made_by="{what}：{model}、プロンプト {prompt}",
    flagged="（検査に通っていません）",
    translation_flagged="この訳文は検査に通っていません",
    reading_flagged="この解説は検査に通っていません",
    because="（{reason}）",
    to_check="（訳文確認待ち）",
    doubted="（要確認）",
    left_out="この部分の {count} 文は検査に通らなかったため省略",
    evidence="根拠 {there}/{of} 文",
    rests_on="根拠 {section}",
    paragraphs="解説の根拠となる原文",
    paragraphs_note="論文の原文そのまま。¶ はここを指します。",
    in_html="arXiv の HTML で見る",
    translations_of="訳文 {count}/{of}",
    readings_of="解説 {count}/{of}",
    translation_missing="要旨は{state}、以下は原文",
    reading_missing="解説は{state}",
    states={
        "done": "作成できませんでした",
        "withheld": "検査に通らず保留中です",
        "failed": "作成できませんでした",
        "not asked": "依頼していません",
        "no key": "依頼していません",
        "budget": "予算切れのため未作成です",
        "waiting": "一括処理を待っています",
    },
    withdrawn="取り下げ",
    withdrawn_note="著者の説明：{comment}",
    late_mark="遅延：{date} に公表済み",
    category_title="分類 {name}",
    author_title="{name}",
    tag_title="トピック：{name}",
    month_title="{year}年{month}月",
    week_title="{year}年第{week}週",
    reviews="週ごと・月ごと",
    weeks="週ごとのまとめ",
    months="月ごとのまとめ",
    follow_periods="フォロー：Atom のアドレスをフィードリーダーに加えると、週や月が終わるごとに届きます。",
    growing="増加：",
    falling="減少：",
    before="前期 {count}",
    day_title="{year}年{month}月{day}日",
    day_of_month="{day}日",
    weekdays=("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"),
    papers_a_day="日ごとの論文数",
    papers_a_category="分類ごとの論文数",
    tokens_a_month="月ごとのトークン数",
    money_a_month="月ごとの費用",
    no_figures="まだ数値がありません。",
    date="日付",
    empty_marks="まだスターがありません。論文の横の「スター」か s キーで付けます。",
    feed="フィード",
    feed_title="{title}：{scope}",
    made_of="翻訳と解説は言語モデルによるもので、原文が優先します。データ：arXiv。",
    keys_title="キーボード",
    keys=_keys(
        "次／前の論文",
        "次の未読",
        "スター",
        "既読にする",
        "論文を開く、もう一度で解説を開く",
        "言語の切り替え",
        "対訳の次／前の文（先に Tab）",
        "検索",
        "この説明",
    ),
    close="閉じる",
    filter_reasons={
        "category": "主分類が対象外",
        "keyword": "キーワード",
        "author": "著者",
        "cap": "上限超過",
        "old cross-list": "古い論文のクロスリスト",
    },
    not_found="論文なし",
    empty_weekend="arXiv は金曜と土曜の夜（ニューヨーク時間）には論文を公表しません。",
    empty_holiday="arXiv は {evening} の夜（ニューヨーク時間）は休日のため公表しませんでした：{name}。",
    empty_nothing="この日に公表された論文に、対象の分類のものはありません。",
    empty_unseen="{due} に公表されるはずの論文は見当たりませんでした。arXiv は何も公表しなかったようです。",
    empty_came_later="{due} に対象の分類の公表はなく、この回に投稿された {count} 件は次の回に公表されました。",
    empty_no_mailing="この日に arXiv の公表はありません。",
    years="年",
    overview="一覧",
    and_more="ほか {count} 件",
    within="{name} のみ（すべて表示）",
    updates="既に紹介した論文の新しい版",
    abstract_changed="要旨に変更あり",
    abstract_unchanged="要旨に変更なし",
    categories="分類",
    unstar="スターを外す",
    navigation="メインナビゲーション",
    layout="表示",
    layout_compact="コンパクト",
    layout_full="全文",
    next_unread="次の未読",
    rest_read="残りを既読に",
    rest_marked="{count} 本を既読にしました",
    undo="元に戻す",
    progress="既読 {read} / {all}",
    all_read="この号はすべて既読です。",
    clear_filters="絞り込みを解除",
    filters="絞り込み",
    kinds_new="新規投稿",
    kinds_cross="クロスリスト",
    with_code="コードあり",
    other_topics="その他",
    elsewhere="他の組にあと {count} 本",
    own_page="個別ページ",
    all_on_one_page="全 {count} 本を一頁に",
    loading="読み込み中…",
    not_loaded="読み込めません。接続を確認してください。",
    earlier_mark="補録",
    earlier_note="補録：この号の期間より前に投稿され、この号で初めて公表された論文。",
    provenance="出典とモデル",
    authors_comment="著者コメント",
    original_gist="原文",
    gist_of="一文で",
    in_this_digest="この号の出典",
    versions="版",
    version_here="{version}：このページの底本、{date} 投稿",
    version_later="{version}：{change}、{date} の号に掲載",
    published_in="掲載号",
    announced_as_new="新規投稿",
    announced_as_cross="クロスリスト",
    related="関連論文",
    shared_terms="共通：{terms}",
    earlier_paper="この号の前の論文",
    later_paper="この号の次の論文",
    note="メモ",
    save_file="ファイルに保存",
    load_file="ファイルから統合",
    copy_link="リンクをコピー",
    qr_code="QRコード",
    qr_code_of="{number} / {all}：別の端末で順に読み取ってください",
    qr_too_long="メモが長くQRコードに入りません。ファイルを使ってください。",
    export="書き出し",
    for_zotero="Zotero：ファイル → インポート（RIS または BibTeX）",
    file_saved="保存しました。",
    marks_merged="統合しました：{count} 本追加、全 {all} 本。",
    marks_unreadable="スターを読み取れません。ファイルかリンクを確認してください。",
    marks_offered="このリンクには {count} 本の印があります。",
    marks_accept="この端末に統合",
    may_be_lost="スターはこのブラウザーだけにあり、消されることがあります（Safari は七日間訪問がないと消します）。"
    "ファイルに保存してください。",
    last_saved="前回の保存：{date}",
    never_saved="まだ保存していません。",
    searched="検索対象：題名と要旨（日英）、一文の要約、解説、著者、分類、トピック、番号。語の初めだけでも探せます。",
    found_near="完全な一致はありません。近いものは {count} 件",
    search_narrower="条件を追加",
    search_author="著者",
    search_topic="トピック",
    search_since="開始",
    search_until="終了",
    follow="フォロー：Atom のアドレスをフィードリーダーに加えると、新しい論文が届きます。",
)

SITE_WORDS = {"zh": _CHINESE, "en": _ENGLISH, "ja": _JAPANESE}
