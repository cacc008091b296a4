// Searching without a server: the words of the query choose which files of the index are fetched, and no others.
// Cuts queries by the rules of search.py; a test holds the two together.
(function () {
  "use strict";

  const PAGE = 30;
  const folder = document.body.dataset.root + "s/";
  const box = document.getElementById("q");
  const status = document.getElementById("status");
  const results = document.getElementById("results");
  const more = document.getElementById("more");

  // --- loading ------------------------------------------------------------------------------------------------------

  const loaded = new Map(); // address -> promise of its content
  const arrived = new Map();

  // The index's files call these: scripts, because a page from a disk may fetch nothing else.
  window.digestSearch = {
    periods: (rows) => arrived.set("periods", rows),
    titles: (month, part, rows) => arrived.set("titles-" + month + "-" + part, rows),
    bucket: (period, index, words) => arrived.set(period + "-" + index, words),
  };

  function file(name) {
    if (!loaded.has(name)) {
      const promise = new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = folder + name + ".js";
        script.onload = () => resolve(arrived.get(name));
        script.onerror = () => reject(new Error(name));
        document.head.append(script);
      });
      promise.catch(() => loaded.delete(name)); // the next search asks again
      loaded.set(name, promise);
    }
    return loaded.get(name);
  }

  // --- words --------------------------------------------------------------------------------------------------------

  const WORD = /[a-z]+\.[a-z]{2}(?![a-z])|[\p{L}\p{N}]+/gu;
  const CJK = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+/g;

  function fold(text) {
    return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").normalize("NFC");
  }

  // Each with whether longer words that begin so are meant, too.
  function terms(query) {
    const found = [];
    for (const match of fold(query).matchAll(WORD)) {
      let position = 0;
      for (const run of match[0].matchAll(CJK)) {
        latin(match[0].slice(position, run.index), found);
        pairs(run[0], found);
        position = run.index + run[0].length;
      }
      latin(match[0].slice(position), found);
    }
    return found;
  }

  function latin(word, found) {
    const characters = Array.from(word);
    if (characters.length > 1) found.push({ word: characters.slice(0, 24).join(""), open: characters.length >= 3 });
  }

  function pairs(run, found) {
    if (run.length === 1) found.push({ word: run, open: false });
    for (let index = 0; index + 1 < run.length; index++) found.push({ word: run.slice(index, index + 2), open: false });
  }

  function bucketOf(word, count) {
    let value = 0x811c9dc5;
    const beginning = Array.from(word).slice(0, 3).join("");
    for (let index = 0; index < beginning.length; index++) {
      value = Math.imul(value ^ beginning.charCodeAt(index), 0x01000193) >>> 0;
    }
    return value % count;
  }

  // --- searching ----------------------------------------------------------------------------------------------------

  // The papers of one period that hold all terms: number -> score.
  async function searchPeriod([name, buckets], wanted) {
    let held = null;
    const files = await Promise.all(wanted.map((term) => file(name + "-" + bucketOf(term.word, buckets))));
    wanted.forEach((term, index) => {
      const scores = new Map();
      for (const [word, [prominent, other]] of matching(files[index], term)) {
        const whole = word === term.word ? 1 : 0.6;
        add(scores, prominent, 4 * whole);
        add(scores, other, whole);
      }
      held = held === null ? scores : both(held, scores);
    });
    return held || new Map();
  }

  function matching(words, term) {
    if (!term.open) return Object.hasOwn(words, term.word) ? [[term.word, words[term.word]]] : [];
    return Object.entries(words).filter(([word]) => word.startsWith(term.word));
  }

  function add(scores, deltas, score) {
    let number = 0;
    for (const delta of deltas) {
      number += delta;
      scores.set(number, Math.max(scores.get(number) || 0, score));
    }
  }

  function both(first, second) {
    const common = new Map();
    for (const [number, score] of second) if (first.has(number)) common.set(number, first.get(number) + score);
    return common;
  }

  const TITLES_A_FILE = 400;

  // Where a paper's title is: a file of its month, and its place there.
  function place(months, number) {
    for (const [month, count] of months) {
      if (number < count) return ["titles-" + month + "-" + Math.floor(number / TITLES_A_FILE), number % TITLES_A_FILE];
      number -= count;
    }
    throw new Error("the index is not of one piece");
  }

  let latest = 0;
  let hits = [];
  let shown = 0;

  async function search() {
    const mine = ++latest;
    const wanted = terms(box.value);
    results.replaceChildren();
    more.hidden = true;
    if (!wanted.length) {
      status.textContent = status.dataset.hint;
      return;
    }
    status.textContent = status.dataset.searching;
    const began = performance.now();
    try {
      const periods = await file("periods");
      const found = await Promise.all(periods.map((period) => searchPeriod(period, wanted)));
      if (mine !== latest) return; // a newer query is under way
      hits = [];
      found.forEach((scores, age) => {
        for (const [number, score] of scores) hits.push({ months: periods[age][2], number, score, age });
      });
      // Better ones first; among equals the newer.
      hits.sort((a, b) => b.score - a.score || a.age - b.age || b.number - a.number);
      shown = 0;
      await showMore();
      if (mine !== latest) return;
      status.textContent = hits.length ? status.dataset.found.replace("{count}", hits.length) : status.dataset.nothing;
      status.dataset.milliseconds = Math.round(performance.now() - began);
    } catch (error) {
      if (mine === latest) status.textContent = status.dataset.failed;
    }
  }

  async function showMore() {
    const mine = latest;
    const page = hits.slice(shown, shown + PAGE).map((hit) => place(hit.months, hit.number));
    const titles = await Promise.all(page.map(([name]) => file(name)));
    if (mine !== latest) return;
    results.append(...page.map(([, index], at) => item(titles[at][index])));
    shown += page.length;
    more.hidden = shown >= hits.length;
  }

  function item([identifier, day, title, authors, categories]) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.className = "title";
    link.lang = "en";
    link.href = "d/" + day + ".html#p" + identifier.replace(/\//g, "-");
    link.textContent = title;
    const by = document.createElement("p");
    by.className = "by";
    by.textContent = authors;
    const meta = document.createElement("p");
    meta.className = "meta";
    const time = document.createElement("time");
    time.dateTime = time.textContent = day;
    meta.append(time);
    for (const category of categories) {
      const name = document.createElement("span");
      name.className = "cat";
      name.textContent = category;
      meta.append(" ", name);
    }
    line.append(link, by, meta);
    return line;
  }

  // --- the box ------------------------------------------------------------------------------------------------------

  let timer = 0;
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 180);
  });
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", "?q=" + encodeURIComponent(box.value));
    search();
  });
  more.addEventListener("click", showMore);

  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    box.value = asked;
    search();
  } else {
    box.focus();
  }
})();
