// What a reader does on a page: language, theme, layout, filters, marks, BibTeX, keys. Nothing is sent anywhere.
(function () {
  "use strict";

  const root = document.documentElement;
  const base = document.body.dataset.root;
  const marks = window.digestMarks;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);

  function remember(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch (error) {
      // Storage is full or closed: the choice holds until the page is left.
    }
  }

  function remembered(key) {
    try {
      return localStorage.getItem(key);
    } catch (error) {
      return null;
    }
  }

  // --- files of the site, which a page from a disk may load as scripts and not otherwise ----------------------------

  const files = new Map(); // address -> promise
  const papersLoaded = new Map(); // identifier -> what its file says
  const blocksLoaded = new Map(); // number -> HTML

  function file(path) {
    if (!files.has(path)) {
      const promise = new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = base + path;
        script.onload = resolve;
        script.onerror = () => reject(new Error(path));
        document.head.append(script);
      });
      promise.catch(() => files.delete(path)); // the next time asks again
      files.set(path, promise);
    }
    return files.get(path);
  }

  // Links in what is loaded begin at a folder of the site.
  function atHome(html) {
    return html.replaceAll('href="../', 'href="' + base);
  }

  window.digest = {
    paper: (told) => papersLoaded.set(told.id, told),
    block: (day, number, html) => blocksLoaded.set(number, html),
    load: async (id) => {
      await file("p/" + id.replace(/\//g, "-") + ".js");
      return papersLoaded.get(id);
    },
    file: file,
    atHome: atHome,
  };

  // --- language, layout and theme -----------------------------------------------------------------------------------

  const VIEWS = ["translation", "original", "both"];

  function choose(name, value) {
    root.dataset[name] = value;
    remember("digest:" + name, value);
    showChoice(name);
  }

  function showChoice(name) {
    for (const button of all("[data-set-" + name + "]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-set-" + name) === root.dataset[name]));
    }
  }

  function setLayout(layout) {
    choose("layout", layout);
    for (const paper of papers) fold(paper, false);
    showLayout();
  }

  const theme = byId("theme");

  function showTheme() {
    const chosen = root.dataset.theme || "auto";
    theme.textContent = theme.dataset[chosen];
    theme.setAttribute("aria-label", theme.dataset.label + ": " + theme.dataset[chosen]);
  }

  theme.addEventListener("click", () => {
    const order = ["auto", "light", "dark"];
    const next = order[(order.indexOf(root.dataset.theme || "auto") + 1) % order.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    remember("digest:theme", next);
    showTheme();
  });

  // --- the papers of a page, of which the first are in it and the others come in blocks -----------------------------

  const holder = byId("papers");
  const day = holder ? holder.dataset.day : "";
  const total = holder ? Number(holder.dataset.total) : 0;
  const blocks = holder ? Number(holder.dataset.blocks) : 0;
  let papers = all("article.paper"); // all that are known, in their order
  let waiting = []; // lines and headings that are known and not yet in the page
  let known = 0; // blocks
  const below = document.createElement("p");

  async function nextBlock() {
    const number = ++known;
    below.textContent = holder.dataset.loading;
    try {
      await file("d/" + day + "." + number + ".js");
    } catch (error) {
      known = Math.min(known, number - 1);
      below.textContent = holder.dataset.failed;
      throw error;
    }
    below.textContent = "";
    const made = document.createElement("template");
    made.innerHTML = atHome(blocksLoaded.get(number));
    const nodes = Array.from(made.content.children);
    waiting.push(...nodes);
    const found = nodes.filter((node) => node.matches("article.paper"));
    papers.push(...found);
    found.forEach(prepare);
  }

  let loading = Promise.resolve();

  // One after the other: their papers keep their order.
  function loadUntil(enough) {
    loading = loading.catch(() => {}).then(async () => {
      while (known < blocks && !enough()) await nextBlock();
    });
    return loading;
  }

  function attach(count) {
    if (waiting.length) below.before(...waiting.splice(0, count));
  }

  async function showAll() {
    await loadUntil(() => false);
    attach(Infinity);
  }

  function nearTheEnd() {
    return below.getBoundingClientRect().top < 3 * window.innerHeight;
  }

  async function more() {
    while (nearTheEnd() && (waiting.length || known < blocks)) {
      await loadUntil(() => waiting.length > 0);
      attach(40);
    }
  }

  if (blocks) {
    below.className = "small";
    below.setAttribute("role", "status");
    holder.append(below);
    new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && more().catch(() => {}), {
      rootMargin: "200% 0px",
    }).observe(below);
  }

  function dayOf(paper) {
    return paper.dataset.day || day;
  }

  // --- unfolding ----------------------------------------------------------------------------------------------------

  function isCompact() {
    return root.dataset.layout === "compact";
  }

  function titleOf(paper) {
    return paper.querySelector("a.title");
  }

  // A title leads to the paper's page; in the compact layout it unfolds the paper here.
  function prepare(paper) {
    const title = titleOf(paper);
    if (!title) return;
    if (isCompact()) {
      title.setAttribute("role", "button");
      title.setAttribute("aria-expanded", String(paper.classList.contains("open")));
    } else {
      title.removeAttribute("role");
      title.removeAttribute("aria-expanded");
    }
    showMark(paper);
  }

  const bodies = new IntersectionObserver((seen) => {
    for (const each of seen) if (each.isIntersecting) fill(each.target);
  }, { rootMargin: "100% 0px" });

  function showLayout() {
    for (const paper of papers) {
      prepare(paper);
      if (isCompact()) bodies.unobserve(paper);
      else if (isEmpty(paper)) bodies.observe(paper);
    }
  }

  function isEmpty(paper) {
    const body = paper.querySelector(".body");
    return Boolean(body) && !body.firstElementChild;
  }

  async function fill(paper) {
    bodies.unobserve(paper);
    if (!isEmpty(paper)) return;
    const body = paper.querySelector(".body");
    try {
      const told = await window.digest.load(paper.dataset.id);
      if (isEmpty(paper)) body.innerHTML = atHome(told.body);
    } catch (error) {
      if (isEmpty(paper)) body.textContent = holder ? holder.dataset.failed : "";
    }
  }

  function fold(paper, open) {
    paper.classList.toggle("open", open);
    if (open) fill(paper);
    if (isCompact() && titleOf(paper)) titleOf(paper).setAttribute("aria-expanded", String(open));
  }

  // --- marks --------------------------------------------------------------------------------------------------------

  const SIGNS = { starred: ["☆", "★"], read: ["○", "●"] };

  function toggle(paper, kind) {
    const value = !marks.of(paper.dataset.id, dayOf(paper))[kind];
    if (kind === "starred" && value && navigator.storage && navigator.storage.persist) {
      navigator.storage.persist().catch(() => {}); // asks the browser not to clear what is marked
    }
    undo = null;
    marks.set([paper.dataset.id], dayOf(paper), kind, value);
  }

  function showMark(paper) {
    const mark = marks.of(paper.dataset.id, dayOf(paper));
    for (const kind of Object.keys(SIGNS)) {
      if (paper.classList.contains(kind) === mark[kind]) continue;
      paper.classList.toggle(kind, mark[kind]);
      for (const button of all('[data-mark="' + kind + '"]', paper)) {
        button.setAttribute("aria-pressed", String(mark[kind]));
        button.querySelector(".sign").textContent = SIGNS[kind][mark[kind] ? 1 : 0];
      }
      const line = document.querySelector('.contents [data-for="' + CSS.escape(paper.id) + '"]');
      if (line) line.classList.toggle(kind, mark[kind]);
    }
  }

  function showMarks() {
    papers.forEach(showMark);
    applyFilters();
    showProgress();
  }

  // Of the whole date, also of papers that have not been loaded.
  function counted() {
    const found = { read: 0, starred: 0 };
    const whole = marks.dayIsRead(day);
    if (whole) found.read = total;
    for (const [id, mark] of Object.entries(marks.all())) {
      if (mark.day !== day) continue;
      const is = marks.of(id, day);
      if (is.starred) found.starred += 1;
      if (is.read && !whole) found.read += 1;
      if (!is.read && whole) found.read -= 1;
    }
    found.read = Math.max(0, Math.min(total, found.read));
    return found;
  }

  const progress = byId("progress");
  const rest = byId("rest-read");
  let undo = null; // what takes back that the rest was read

  function showProgress() {
    if (!progress) return;
    const { read, starred } = counted();
    const isDone = read === total;
    const form = isDone ? progress.dataset.allRead : progress.dataset.form;
    const said = form.replace("{read}", read).replace("{all}", total);
    if (!undo) progress.textContent = said;
    for (const each of all("[data-count]")) each.textContent = each.dataset.count === "unread" ? total - read : starred;
    byId("next-unread").disabled = isDone;
    if (byStars) byStars.hidden = !own && !anyStars();
    rest.disabled = isDone && !undo;
    rest.textContent = undo ? rest.dataset.undo : rest.dataset.label;
  }

  async function markTheRest() {
    if (undo) {
      const back = undo;
      undo = null;
      back();
      return;
    }
    const unread = total - counted().read;
    if (isFiltered() || marks.dayIsRead(day)) {
      await showAll();
      const ids = papers.filter((paper) => isShown(paper) && !marks.of(paper.dataset.id, day).read);
      const marked = ids.map((paper) => paper.dataset.id);
      undo = () => marks.set(marked, day, "read", false);
      progress.textContent = progress.dataset.marked.replace("{count}", marked.length);
      marks.set(marked, day, "read", true);
    } else {
      undo = () => marks.setDay(day, false);
      progress.textContent = progress.dataset.marked.replace("{count}", unread);
      marks.setDay(day, true);
    }
    rest.focus();
  }

  async function nextUnread() {
    const isWanted = (paper) => isShown(paper) && !marks.of(paper.dataset.id, day).read;
    const after = () => {
      const place = papers.indexOf(nearest());
      const from = current() ? papers.indexOf(current()) + 1 : Math.max(0, place);
      return papers.slice(from).find(isWanted) || (known >= blocks ? papers.find(isWanted) : undefined);
    };
    await loadUntil(() => Boolean(after()));
    const next = after();
    if (next) goTo(next);
  }

  // --- filters ------------------------------------------------------------------------------------------------------

  const FILTERS = "digest:filters:" + root.dataset.digest;
  let chosen = {}; // c: a category, t: a topic, kind, code, only
  let within = ""; // the page of a list that the reader came from: c/cs.SD, t/speech, a/ada-author

  function groupOf(button) {
    return button.dataset.filter === "in" ? button.dataset.value[0] : button.dataset.filter;
  }

  function isIn(paper, list) {
    return paper.dataset.in.split(" ").includes(list);
  }

  function isShown(paper) {
    if (within && !isIn(paper, within)) return false;
    if (chosen.c && !isIn(paper, chosen.c)) return false;
    if (chosen.t && !isIn(paper, chosen.t)) return false;
    if (chosen.kind && paper.dataset.kind !== chosen.kind) return false;
    if (chosen.code && !("code" in paper.dataset)) return false;
    if (!chosen.only) return true;
    const mark = marks.of(paper.dataset.id, day);
    return chosen.only === "unread" ? !mark.read : mark.starred;
  }

  function isFiltered() {
    return Boolean(within) || Object.values(chosen).some(Boolean);
  }

  function applyFilters() {
    if (!holder) return;
    const focused = current();
    const hasFocus = Boolean(focused);
    let shown = 0;
    let group = null;
    for (const node of [...holder.children, ...waiting]) {
      if (node.classList.contains("group")) {
        group = node;
        group.hidden = isFiltered();
      } else if (node.matches("article.paper")) {
        node.hidden = !isShown(node);
        shown += node.hidden ? 0 : 1;
        if (group && !node.hidden) group.hidden = false;
        const line = document.querySelector('.contents [data-for="' + CSS.escape(node.id) + '"]');
        if (line) line.hidden = node.hidden;
      }
    }
    byId("none").hidden = shown > 0 || known < blocks;
    if (hasFocus && focused.hidden) {
      const rest = papers.slice(papers.indexOf(focused)).concat(papers);
      const next = rest.find((paper) => !paper.hidden && paper.isConnected);
      (next || byId("content")).focus({ preventScroll: !next });
    }
  }

  async function filter() {
    for (const button of all("[data-filter]")) {
      const kind = button.dataset.filter;
      const pressed = kind ? chosen[groupOf(button)] === button.dataset.value : !isFiltered();
      button.setAttribute("aria-pressed", String(pressed));
    }
    undo = null;
    applyFilters();
    showProgress();
    if (isFiltered() && (known < blocks || waiting.length)) {
      await showAll();
      applyFilters();
    }
  }

  function press(button) {
    const group = groupOf(button);
    if (!group) clearFilters();
    else {
      chosen[group] = chosen[group] === button.dataset.value ? "" : button.dataset.value;
      remember(FILTERS, JSON.stringify(chosen));
      filter().catch(() => {});
    }
  }

  function clearFilters() {
    chosen = {};
    remember(FILTERS, "{}");
    if (within) history.replaceState(null, "", location.pathname + location.search);
    showWithin("");
    filter().catch(() => {});
  }

  // On a phone the filters are one line: what is chosen is to be seen.
  function swipeTo(button) {
    button.parentElement.scrollLeft = button.offsetLeft - 60;
  }

  // What was chosen the last time, as far as this page has it.
  function recallFilters() {
    let stored = {};
    try {
      stored = JSON.parse(remembered(FILTERS)) || {};
    } catch (error) {
      stored = {};
    }
    for (const button of all("[data-filter]")) {
      const group = groupOf(button);
      if (!group || stored[group] !== button.dataset.value) continue;
      chosen[group] = stored[group];
      swipeTo(button);
    }
  }

  function showWithin(list) {
    const chip = byId("within");
    within = list;
    if (!chip) return;
    chip.hidden = !list;
    if (!list) return;
    const named = all('a[href$="/' + list + '.html"], a[href="' + list + '.html"]', holder)[0];
    chip.textContent = chip.dataset.label.replace("{name}", named ? named.textContent : list.slice(2));
    swipeTo(chip);
  }

  // #p2601.20573 shows that paper, wherever it is; #in=c/cs.SD, a link from a list's page, the papers of that list.
  async function readAddress() {
    if (!holder) return;
    const hash = decodeURIComponent(location.hash.slice(1));
    const list = /^in=([cta]\/[^/]+)$/.exec(hash);
    if (list) {
      await showAll();
      showWithin(papers.some((paper) => isIn(paper, list[1])) ? list[1] : "");
      await filter();
    } else if (/^p[\w.-]+$/.test(hash)) {
      await loadUntil(() => papers.some((paper) => paper.id === hash));
      const paper = papers.find((each) => each.id === hash);
      if (!paper) return;
      if (!isShown(paper)) clearFilters();
      if (isCompact()) fold(paper, true);
      goTo(paper);
    } else if (within) {
      showWithin("");
      await filter();
    }
  }

  // --- the order: the date's own, or by the reader's stars ----------------------------------------------------------

  const ORDER = "digest:order:" + root.dataset.digest;
  const WHY_SHOWN = 10;
  const MOST_BLOCKS = 3; // of a larger date all papers are loaded only when they are asked for
  const byStars = byId("by-stars");
  let own = null; // the date's own order, while the other is shown

  function anyStars() {
    return Object.keys(marks.all()).some((id) => marks.of(id).starred);
  }

  async function arrange() {
    await file(byStars.dataset.script);
    const found = await window.digestStars.order(day);
    if (!found.length) throw new Error("no star is known here");
    await showAll();
    own = { nodes: Array.from(holder.children), papers: papers };
    const known = new Map(papers.map((paper) => [paper.dataset.id, paper]));
    papers = found.map((each) => known.get(each.id)).filter(Boolean);
    for (const each of found.slice(0, WHY_SHOWN)) {
      if (each.score <= 0 || !each.terms.length || !known.has(each.id)) continue;
      const why = document.createElement("p");
      why.className = "why of-stars";
      why.textContent = byStars.dataset.why.replace("{terms}", each.terms.join(", "));
      known.get(each.id).querySelector(".meta").before(why);
    }
    holder.prepend(...papers);
    showOrder();
  }

  function arrangeBack() {
    for (const why of all(".why.of-stars", holder)) why.remove();
    holder.prepend(...own.nodes);
    papers = own.papers;
    own = null;
    showOrder();
  }

  function showOrder() {
    root.dataset.order = own ? "stars" : "";
    byStars.setAttribute("aria-pressed", String(Boolean(own)));
    applyFilters();
  }

  async function changeOrder() {
    remember(ORDER, own ? "" : "stars");
    if (own) return arrangeBack();
    byStars.disabled = true;
    try {
      await arrange();
    } catch (error) {
      progress.textContent = holder.dataset.failed;
    }
    byStars.disabled = false;
    byStars.focus({ preventScroll: true });
  }

  async function recallOrder() {
    if (byStars && anyStars() && remembered(ORDER) === "stars" && blocks <= MOST_BLOCKS) await arrange();
  }

  // --- going from paper to paper ------------------------------------------------------------------------------------

  function current() {
    return document.activeElement ? document.activeElement.closest("article.paper") : null;
  }

  function visible() {
    return papers.filter((paper) => !paper.hidden);
  }

  function nearest() {
    const shown = visible().filter((paper) => paper.isConnected);
    return shown.find((paper) => paper.getBoundingClientRect().bottom > 120) || shown[0];
  }

  function goTo(paper) {
    while (!paper.isConnected && waiting.length) attach(40);
    paper.focus({ preventScroll: true });
    bringUp(paper);
  }

  // Papers off the screen have heights that are guessed until they come near, and a body may come late: so once more in
  // each frame that has moved it, until it stays for some, or the reader scrolls.
  let scrolling = 0;
  for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"]) {
    addEventListener(kind, () => (scrolling += 1), { passive: true, capture: true });
  }

  function bringUp(paper) {
    const turn = (scrolling += 1);
    const place = () => Math.round(paper.getBoundingClientRect().top);
    let wanted = NaN;
    let still = 0;
    (function again() {
      if (turn !== scrolling || still > 8) return;
      still = place() === wanted ? still + 1 : 0;
      if (!still) {
        paper.scrollIntoView({ block: "start", behavior: "instant" });
        wanted = place();
      }
      requestAnimationFrame(again);
    })();
  }

  async function step(by) {
    const here = current();
    const place = () => visible().indexOf(here) + by;
    if (here) await loadUntil(() => place() < visible().length);
    const shown = visible();
    if (!shown.length) return;
    goTo(here ? shown[Math.min(shown.length - 1, Math.max(0, place()))] : nearest());
  }

  // --- what a click does --------------------------------------------------------------------------------------------

  async function copyBibtex(paper, button) {
    const text = paper.querySelector(".bibtex").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch (error) {
      copyBySelection(text); // pages from a disk have no clipboard
      button.focus();
    }
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = label), 1600);
  }

  function copyBySelection(text) {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("button, a, summary");
    const paper = event.target.closest("article.paper");
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (paper && isCompact() && isPlain && titleOf(paper)) {
      const onLine = !target && !event.target.closest(".body") && String(getSelection()) === "";
      if (onLine || (target && target.matches("a.title"))) {
        event.preventDefault();
        fold(paper, !paper.classList.contains("open"));
        return;
      }
    }
    if (!target) return;
    if (paper && target.dataset.mark) toggle(paper, target.dataset.mark);
    else if (paper && "copy" in target.dataset) copyBibtex(paper, target);
    else if (target.dataset.setView) choose("view", target.dataset.setView);
    else if (target.dataset.setLayout) setLayout(target.dataset.setLayout);
    else if ("filter" in target.dataset) press(target);
    else if (target.id === "clear" || target.id === "within") clearFilters();
    else if (target.id === "by-stars") changeOrder().catch(() => {});
    else if (target.id === "next-unread") nextUnread().catch(() => {});
    else if (target.id === "rest-read") markTheRest().catch(() => {});
    else if (target.id === "help") keys.showModal();
  });

  // --- keys ---------------------------------------------------------------------------------------------------------

  const keys = byId("keys");
  const search = byId("q");

  const ACTIONS = {
    j: () => step(1).catch(() => {}),
    k: () => step(-1),
    s: () => current() && toggle(current(), "starred"),
    r: () => current() && toggle(current(), "read"),
    o: () => {
      const paper = current();
      if (!paper) return;
      const reading = paper.querySelector("details.reading");
      if (isCompact() && !paper.classList.contains("open")) fold(paper, true);
      else if (reading) reading.open = !reading.open;
    },
    l: () => document.querySelector("[data-set-view]") && choose("view", VIEWS[(VIEWS.indexOf(root.dataset.view) + 1) % VIEWS.length]),
    n: () => progress && nextUnread().catch(() => {}),
    "/": () => search.focus(),
    "?": () => keys.showModal(),
  };

  // The sentences of an abstract in both languages are one stop of Tab.
  function stepSentence(from, key) {
    const to = key === "ArrowDown" ? from.nextElementSibling : from.previousElementSibling;
    if (!to) return;
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key === "Escape" && event.target === search) search.blur();
    if (event.key === " " && event.target.matches("a[role=button]")) {
      event.preventDefault();
      event.target.click();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches(".pair") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      stepSentence(event.target, event.key);
      return;
    }
    const action = ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  // --- print: what is folded is read on paper, too ------------------------------------------------------------------

  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    unfolded = all("details.reading:not([open])");
    for (const reading of unfolded) reading.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const reading of unfolded) reading.open = false;
    unfolded = [];
  });

  // --- at first -----------------------------------------------------------------------------------------------------

  showTheme();
  showChoice("view");
  showChoice("layout");
  if (rest) rest.dataset.label = rest.textContent;
  marks.watch(showMarks);
  recallFilters();
  showLayout();
  if (holder) filter().catch(() => {});
  window.addEventListener("hashchange", () => readAddress().catch(() => {}));
  recallOrder().catch(() => {}).then(readAddress).catch(() => {});
})();
