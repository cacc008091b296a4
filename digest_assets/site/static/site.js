// What a reader does on a page: language, theme, filters, marks, BibTeX, keys. Nothing is sent anywhere.
(function () {
  "use strict";

  const root = document.documentElement;
  const papers = Array.from(document.querySelectorAll("article.paper"));
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));

  // --- what is kept in this browser ---------------------------------------------------------------------------------

  function load(key, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(key)) || otherwise;
    } catch (error) {
      return otherwise;
    }
  }

  function save(key, value) {
    try {
      localStorage.setItem(key, typeof value === "string" ? value : JSON.stringify(value));
    } catch (error) {
      // Storage is full or closed: the choice holds until the page is left.
    }
  }

  // --- language and theme -------------------------------------------------------------------------------------------

  const VIEWS = ["translation", "original", "both"];

  function setView(view) {
    root.dataset.view = view;
    save("digest:view", view);
    showView();
  }

  function showView() {
    for (const button of all("[data-set-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setView === root.dataset.view));
    }
  }

  for (const button of all("[data-set-view]")) {
    button.addEventListener("click", () => setView(button.dataset.setView));
  }
  showView();

  const theme = document.getElementById("theme");

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
    save("digest:theme", next);
    showTheme();
  });
  showTheme();

  // --- marks --------------------------------------------------------------------------------------------------------

  const MARKS = "digest:marks:" + root.dataset.digest;
  const SIGNS = { starred: ["☆", "★"], read: ["○", "●"] };
  let marks = load(MARKS, {});

  function toggle(paper, kind) {
    const id = paper.dataset.id;
    marks = load(MARKS, marks); // another tab may have marked something
    const mark = marks[id] || { title: paper.dataset.title, day: paper.dataset.day, at: paper.id };
    mark[kind] = !mark[kind];
    if (mark.starred || mark.read) marks[id] = mark;
    else delete marks[id];
    save(MARKS, marks);
    showMarks();
  }

  function showMarks() {
    for (const paper of papers) {
      const mark = marks[paper.dataset.id] || {};
      for (const button of all("[data-mark]", paper)) {
        const kind = button.dataset.mark;
        button.setAttribute("aria-pressed", String(Boolean(mark[kind])));
        button.querySelector(".sign").textContent = SIGNS[kind][mark[kind] ? 1 : 0];
      }
      const line = inContents(paper);
      for (const kind of Object.keys(SIGNS)) {
        paper.classList.toggle(kind, Boolean(mark[kind]));
        if (line) line.classList.toggle(kind, Boolean(mark[kind]));
      }
    }
    applyFilters();
    listMarked();
  }

  function inContents(paper) {
    return document.querySelector('.contents [data-for="' + CSS.escape(paper.id) + '"]');
  }

  function listMarked() {
    const list = document.getElementById("marked");
    if (!list) return;
    const starred = Object.entries(marks).filter(([, mark]) => mark.starred);
    starred.sort(([, a], [, b]) => (a.day < b.day ? 1 : -1));
    list.replaceChildren(...starred.map(([id, mark]) => markedItem(id, mark, list.dataset.unstar)));
    document.getElementById("no-marks").hidden = starred.length > 0;
  }

  function markedItem(id, mark, unstar) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.className = "title";
    link.lang = "en";
    link.href = "d/" + encodeURIComponent(mark.day) + ".html#" + encodeURIComponent(mark.at);
    link.textContent = mark.title;
    const day = document.createElement("p");
    day.className = "meta";
    const time = document.createElement("time");
    time.dateTime = time.textContent = mark.day;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = unstar;
    button.setAttribute("aria-label", unstar + ": " + mark.title);
    button.addEventListener("click", () => {
      unstarred(id);
      const next = document.querySelector("#marked button") || document.getElementById("content");
      next.focus();
    });
    day.append(time, button);
    item.append(link, day);
    return item;
  }

  function unstarred(id) {
    marks = load(MARKS, marks);
    if (marks[id] && marks[id].read) marks[id].starred = false;
    else delete marks[id];
    save(MARKS, marks);
    showMarks();
  }

  window.addEventListener("storage", (event) => {
    if (event.key !== MARKS) return;
    marks = load(MARKS, {});
    showMarks();
  });

  // --- filters ------------------------------------------------------------------------------------------------------

  let category = "";
  let only = "";
  let within = ""; // the page of a list that the reader came from: c/cs.SD, t/speech, a/ada-author

  function isIn(paper, list) {
    const end = "/" + list + ".html";
    return all(".by a, a.cat, a.tag", paper).some((link) => decodeURI(link.pathname).endsWith(end));
  }

  function isShown(paper) {
    const mark = marks[paper.dataset.id] || {};
    if (within && !isIn(paper, within)) return false;
    if (category && !paper.dataset.categories.split(" ").includes(category)) return false;
    if (only === "unread" && mark.read) return false;
    return !(only === "starred" && !mark.starred);
  }

  function applyFilters() {
    let shown = 0;
    for (const paper of papers) {
      paper.hidden = !isShown(paper);
      shown += paper.hidden ? 0 : 1;
      const line = inContents(paper);
      if (line) line.hidden = paper.hidden;
    }
    const none = document.getElementById("none");
    if (none) none.hidden = shown > 0;
  }

  for (const button of all("[data-category]")) {
    button.addEventListener("click", () => {
      category = button.dataset.category;
      for (const each of all("[data-category]")) each.setAttribute("aria-pressed", String(each === button));
      applyFilters();
    });
  }
  for (const button of all("[data-only]")) {
    button.addEventListener("click", () => {
      only = only === button.dataset.only ? "" : button.dataset.only;
      for (const each of all("[data-only]")) each.setAttribute("aria-pressed", String(each.dataset.only === only));
      applyFilters();
    });
  }

  // A link from a list's page, index.html#in=c/cs.SD, shows the papers of that list.
  function readAddress() {
    const chip = document.getElementById("within");
    const wanted = /^#in=([cta]\/[^/]+)$/.exec(decodeURIComponent(location.hash));
    if (!chip) return;
    within = wanted && papers.some((paper) => isIn(paper, wanted[1])) ? wanted[1] : "";
    const end = "/" + within + ".html";
    const named = within && all("article.paper a").find((link) => decodeURI(link.pathname).endsWith(end));
    chip.textContent = named ? chip.dataset.label.replace("{name}", named.textContent) : "";
    chip.hidden = !within;
    applyFilters();
  }

  const chip = document.getElementById("within");
  if (chip) {
    chip.addEventListener("click", () => {
      history.replaceState(null, "", location.pathname + location.search);
      readAddress();
    });
  }
  window.addEventListener("hashchange", readAddress);

  // --- what a paper's buttons do ------------------------------------------------------------------------------------

  async function copyBibtex(paper, button) {
    const text = paper.querySelector(".bibtex").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch (error) {
      copyBySelection(text); // pages from a disk have no clipboard
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

  for (const paper of papers) {
    for (const button of all("[data-mark]", paper)) {
      button.addEventListener("click", () => toggle(paper, button.dataset.mark));
    }
    for (const button of all("[data-copy]", paper)) {
      button.addEventListener("click", () => copyBibtex(paper, button));
    }
  }

  // --- keys ---------------------------------------------------------------------------------------------------------

  const keys = document.getElementById("keys");
  const search = document.getElementById("q");
  document.getElementById("help").addEventListener("click", () => keys.showModal());

  function visible() {
    return papers.filter((paper) => !paper.hidden);
  }

  function current() {
    return document.activeElement ? document.activeElement.closest("article.paper") : null;
  }

  function step(by) {
    const shown = visible();
    if (!shown.length) return;
    const here = current();
    const next = here ? shown.indexOf(here) + by : nearest(shown);
    const paper = shown[Math.min(shown.length - 1, Math.max(0, next))];
    paper.focus({ preventScroll: true });
    paper.scrollIntoView({ block: "start" });
  }

  function nearest(shown) {
    const index = shown.findIndex((paper) => paper.getBoundingClientRect().bottom > 80);
    return index < 0 ? 0 : index;
  }

  const ACTIONS = {
    j: () => step(1),
    k: () => step(-1),
    s: () => current() && toggle(current(), "starred"),
    r: () => current() && toggle(current(), "read"),
    o: () => {
      const reading = current() && current().querySelector("details.reading");
      if (reading) reading.open = !reading.open;
    },
    l: () => document.querySelector("[data-set-view]") && setView(VIEWS[(VIEWS.indexOf(root.dataset.view) + 1) % VIEWS.length]),
    "/": () => search.focus(),
    "?": () => keys.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key === "Escape" && event.target === search) search.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
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

  showMarks();
  readAddress();
})();
