// Searching without a server: the words of the query choose which files of the index are fetched, and no others.
// Cuts queries by the rules of search.py; a test holds the two together.
(function () {
  "use strict";

  const FIRST = 10; // results: each may cost a file
  const MORE = 30;
  const folder = document.body.dataset.root + "s/";
  const form = document.getElementById("conditions");
  const box = document.getElementById("q");
  const status = document.getElementById("status");
  const results = document.getElementById("results");
  const more = document.getElementById("more");

  // --- loading ------------------------------------------------------------------------------------------------------

  const loaded = new Map(); // address -> promise of its content
  const arrived = new Map();
  const simpler = new Map(); // traditional characters

  // The index's files call these: scripts, because a page from a disk may fetch nothing else.
  window.digestSearch = {
    periods: (rows) => arrived.set("periods", rows.map(periodOf)),
    days: (month, rows) => arrived.set("days-" + month, rows),
    titles: (month, part, rows) => arrived.set("titles-" + month + "-" + part, rows),
    part: (period, number, words) => arrived.set(period + "-" + number, words),
    shelf: (period, number, first, parts) => arrived.set(period + "-words-" + number, parts.map((words, place) => [first + place, spelt(words)])),
    simplified: (from, to) => Array.from(from).forEach((each, place) => simpler.set(each, Array.from(to)[place])),
  };

  // Its runs say which papers have its numbers: [month, how many, place of the first among the titles of the month].
  function periodOf([name, firsts, runs, hasShelves]) {
    let papers = 0;
    const starts = runs.map(([, count]) => (papers += count) - count);
    return { name, firsts, runs, hasShelves, starts, papers };
  }

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
    const folded = text.toLowerCase().normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").normalize("NFC");
    return simpler.size ? Array.from(folded, (each) => simpler.get(each) || each).join("") : folded;
  }

  // The words of a part: each as a capital for how many letters it shares with the one before, and the rest.
  function spelt(coded) {
    let word = "";
    return Array.from(coded.matchAll(/([A-Z])([^A-Z]*)/g), ([, shared, rest]) => (word = word.slice(0, shared.charCodeAt(0) - 65) + rest));
  }

  // What a paper must hold: a Latin word, or most of the pairs of a run of Chinese characters, in a field or anywhere.
  function units(query, field) {
    const found = [];
    for (const match of fold(query).matchAll(WORD)) {
      let position = 0;
      for (const run of match[0].matchAll(CJK)) {
        latin(match[0].slice(position, run.index), field, found);
        found.push({ shown: run[0], words: pairs(run[0]).map((pair) => ({ word: field + pair, open: false })) });
        position = run.index + run[0].length;
      }
      latin(match[0].slice(position), field, found);
    }
    return found;
  }

  function latin(text, field, found) {
    const characters = Array.from(text);
    if (characters.length < 2) return;
    const word = characters.slice(0, 24).join("");
    found.push({ shown: word, words: [{ word: field + word, open: characters.length >= 3, others: field ? [] : spellings(word) }] });
  }

  function pairs(run) {
    const characters = Array.from(run);
    if (characters.length === 1) return [run];
    return characters.slice(1).map((each, index) => characters[index] + each);
  }

  // Of a word as it is written on either side of the Atlantic: those that are none are in no paper.
  const SPELLINGS = [
    ["our", "or"], ["isation", "ization"], ["ise", "ize"], ["ising", "izing"], ["yse", "yze"], ["lling", "ling"], ["lled", "led"],
    ["ller", "ler"], ["tre", "ter"], ["logue", "log"], ["ence", "ense"], ["grey", "gray"], ["aes", "es"], ["programme", "program"],
  ];

  function spellings(word) {
    const found = new Set();
    for (const pair of SPELLINGS) {
      for (const [from, to] of [pair, [pair[1], pair[0]]]) {
        const place = word.lastIndexOf(from);
        if (place > 1) found.add(word.slice(0, place) + to + word.slice(place + from.length));
      }
    }
    found.delete(word);
    return [...found].slice(0, 6);
  }

  // Whether two words differ by a few letters: left out, put in, changed, or in the other order.
  function isNear(word, other, most) {
    if (Math.abs(word.length - other.length) > most) return false;
    let before = [];
    let last = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (let i = 1; i <= word.length; i++) {
      const row = [i];
      for (let j = 1; j <= other.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (word[i - 1] === other[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && word[i - 1] === other[j - 2] && word[i - 2] === other[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      before = last;
      last = row;
    }
    return last[other.length] <= most;
  }

  // Beginnings with two neighbours changed, which stand far from the word that was meant.
  function swapped(word) {
    const found = [];
    for (let index = 0; index < 3 && index + 1 < word.length; index++) {
      if (word[index] === word[index + 1]) continue;
      found.push(word.slice(0, index) + word[index + 1] + word[index] + word.slice(index + 2));
    }
    return found;
  }

  // --- searching ----------------------------------------------------------------------------------------------------

  const MOST_PARTS = 6; // of a period that one beginning may take: one that more words share says little

  // The last of `firsts` that does not stand behind `word`: the part in which it is, if anywhere.
  function partOf(firsts, word) {
    let from = 0;
    let to = firsts.length;
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (firsts[middle] <= word) from = middle;
      else to = middle;
    }
    return from;
  }

  function filesOf(name, from, to) {
    return Promise.all(Array.from({ length: to - from + 1 }, (_, index) => file(name + (from + index))));
  }

  // The parts, [number, words], that say what of a period is `word`, or begins with it; where shelves say it no part is
  // loaded. Null: there are too many.
  async function partsWith(period, word, open) {
    const { name, firsts, hasShelves } = period;
    const from = partOf(firsts, word);
    const to = open ? partOf(firsts, word + "\uffff") : from;
    if (to - from >= (hasShelves ? 2 : MOST_PARTS)) return null;
    if (hasShelves) return (await filesOf(name + "-words-", from, to)).flat();
    return (await filesOf(name + "-", from, to)).map((part, index) => [from + index, Object.keys(part)]);
  }

  // The words of a period that are `word`, or begin with it, with the papers that hold them.
  async function matching(period, word, open) {
    const is = (each) => (open ? each.startsWith(word) : each === word);
    const parts = ((await partsWith(period, word, open)) || []).filter(([, words]) => words.some(is));
    if (open && (!parts.length || parts.length > MOST_PARTS)) return matching(period, word, false);
    const held = await Promise.all(parts.map(([number]) => file(period.name + "-" + number)));
    return held.flatMap((part) => Object.entries(part).filter(([each]) => is(each)));
  }

  // What may have been meant by `word`: words that stand near it, and those of which two letters changed places. A
  // period with shelves is a dictionary; where there is none, the parts beside it are loaded.
  async function meant(periods, word) {
    const most = word.length < 8 ? 1 : 2;
    const shelved = periods.filter((period) => period.hasShelves);
    const found = new Set();
    await Promise.all(periods.map(async ({ name, firsts, hasShelves }) => {
      const here = partOf(firsts, word);
      const around = shelved.length ? 0 : 1;
      const [from, to] = [Math.max(0, here - around), Math.min(firsts.length - 1, here + around)];
      const parts = await filesOf(name + (hasShelves ? "-words-" : "-"), from, to);
      for (const other of parts.flatMap((part) => (hasShelves ? part.flatMap(([, words]) => words) : Object.keys(part)))) {
        if (other.slice(0, 3) === word.slice(0, 3) && isNear(word, other, most)) found.add(other);
      }
    }));
    if (found.size) return found;
    const others = swapped(word);
    await Promise.all((shelved.length ? shelved : periods).flatMap((period) => others.map(async (other) => {
      const parts = await partsWith(period, other, false);
      if (parts.some(([, words]) => words.includes(other))) found.add(other);
    })));
    return found;
  }

  // Of each period the scores of its papers, by their numbers; 0: it does not hold all units. `loosely`: misprints count,
  // and most of a compound.
  async function searchAll(periods, wanted, loosely) {
    const each = await Promise.all(wanted.map((unit) => searchUnit(periods, unit, loosely)));
    return periods.map((_, index) => together(each.map((scores) => scores[index]), each.length, 1));
  }

  async function searchUnit(periods, unit, loosely) {
    const found = await Promise.all(unit.words.map((term) => searchTerm(periods, term, loosely)));
    const needed = loosely ? Math.ceil(0.6 * found.length) : found.length;
    return periods.map((_, index) => together(found.map((scores) => scores[index]), needed, found.length));
  }

  // The sum of scores, divided by `parts`, where so many are above 0. Plain loops: a period may have 100,000 papers.
  function together(scores, needed, parts) {
    if (scores.length === 1) return scores[0];
    const papers = scores[0].length;
    const sums = new Float32Array(papers);
    const counts = new Uint8Array(papers);
    for (const each of scores) {
      for (let number = 0; number < papers; number++) {
        if (!each[number]) continue;
        sums[number] += each[number] / parts;
        counts[number] += 1;
      }
    }
    for (let number = 0; number < papers; number++) if (counts[number] < needed) sums[number] = 0;
    return sums;
  }

  async function searchTerm(periods, term, loosely) {
    const exact = await Promise.all(periods.map((period) => scoresIn(period, [term.word, ...(term.others || [])], term.open)));
    if (!loosely || !term.open || term.word.length < 4 || exact.some((scores) => scores.some(Boolean))) return exact;
    const others = [...(await meant(periods, term.word))];
    return Promise.all(periods.map((period) => scoresIn(period, others, false).then((scores) => scores.map((score) => 0.4 * score))));
  }

  async function scoresIn(period, words, open) {
    const scores = new Float32Array(period.papers);
    const found = await Promise.all(words.map((word) => matching(period, word, open)));
    found.forEach((held, place) => {
      for (const [word, numbers] of held) add(scores, numbers, (word === words[place] ? 1 : 0.6) - (open && place ? 0.1 : 0));
    });
    return scores;
  }

  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUES = new Map(Array.from(DIGITS, (digit, value) => [digit.charCodeAt(0), value]));

  // Papers as `search.py` writes them: in title, authors, lists, and behind a dot those in the texts alone; behind a dot
  // and an exclamation mark they are counted from the first.
  function add(scores, held, factor) {
    let score = 4 * factor;
    let number = 0;
    let read = 0;
    let bits = 0;
    for (let place = 0; place < held.length; place++) {
      const value = VALUES.get(held.charCodeAt(place));
      if (value === undefined) {
        if (held[place] === ".") score = factor;
        number = 0;
        continue;
      }
      read |= (value & 31) << bits;
      bits += 5;
      if (value > 31) continue;
      number += read;
      read = bits = 0;
      if (scores[number] < score) scores[number] = score;
    }
  }

  const TITLES_A_FILE = 5;

  async function hitsFor(wanted, since, until, loosely) {
    const all = await file("periods");
    const periods = all.filter((period) => period.runs.some(([month]) => month && inMonths(month, since, until)));
    // Shelves first: what stands on them is asked for after them, and a browser loads six files at a time.
    for (const period of periods.filter((each) => each.hasShelves)) {
      for (const { word, open } of wanted.flatMap((unit) => unit.words)) partsWith(period, word, open).catch(() => {});
    }
    const [found, from, to] = await Promise.all([searchAll(periods, wanted, loosely), placeOf(since, periods, false), placeOf(until, periods, true)]);
    const made = [];
    found.forEach((scores, index) => {
      const { runs, starts } = periods[index];
      for (let number = 0; number < scores.length; number++) {
        if (!scores[number]) continue;
        const run = partOf(starts, number);
        const [month, , first] = runs[run];
        if (!month || !inMonths(month, since, until)) continue;
        const place = (first || 0) + number - starts[run];
        if ((since.startsWith(month) && place < from) || (until.startsWith(month) && place >= to)) continue;
        made.push({ month, score: scores[number], place });
      }
    });
    return made;
  }

  function inMonths(month, since, until) {
    return (!since || month >= since.slice(0, 7)) && (!until || month <= until.slice(0, 7));
  }

  // Where among the titles of its month those of `day` begin, or those after it.
  async function placeOf(day, periods, after) {
    const month = day.slice(0, 7);
    if (!month || !periods.some((period) => period.runs.some(([of]) => of === month))) return 0;
    return (await file("days-" + month)).reduce((place, [each, count]) => (each < day || (after && each === day) ? place + count : place), 0);
  }

  function titleOf({ month, place }) {
    return file("titles-" + month + "-" + Math.floor(place / TITLES_A_FILE)).then((rows) => rows[place % TITLES_A_FILE]);
  }

  // Better ones first; among equals the newer. Those that are not asked for are not put in order.
  function* inOrder(found) {
    const groups = new Map();
    for (const hit of found) {
      if (!groups.has(hit.score)) groups.set(hit.score, []);
      groups.get(hit.score).push(hit);
    }
    for (const score of [...groups.keys()].sort((a, b) => b - a)) {
      yield* groups.get(score).sort((a, b) => (a.month === b.month ? b.place - a.place : a.month < b.month ? 1 : -1));
    }
  }

  let latest = 0;
  let hits = inOrder([]);
  let left = 0; // of them, those that are not shown
  let sought = []; // what is marked in titles and snippets

  function asked() {
    return { q: box.value, author: form.elements.author.value, topic: form.elements.topic.value, since: form.elements.since.value, until: form.elements.until.value };
  }

  async function search() {
    const mine = ++latest;
    const query = asked();
    results.replaceChildren();
    more.hidden = true;
    const text = query.q + query.author + query.topic;
    if (!text.trim()) {
      status.textContent = status.dataset.hint;
      return;
    }
    status.textContent = status.dataset.searching;
    const began = performance.now();
    try {
      const folded = fold(text);
      const free = units(query.q, "");
      const wanted = [...free, ...units(query.author, "a:"), ...units(query.topic, "t:")];
      if (!wanted.length) {
        status.textContent = status.dataset.hint;
        return;
      }
      let [found] = await Promise.all([
        hitsFor(wanted, query.since, query.until, false),
        file("periods").then(() => /[\u3400-\u9fff\uf900-\ufaff]/.test(text) && file("simplified")),
      ]);
      if (fold(text) !== folded) return search(); // it has traditional characters
      const isExact = found.length > 0;
      if (!isExact) found = await hitsFor(wanted, query.since, query.until, true);
      if (mine !== latest) return; // a newer query is under way
      hits = inOrder(found);
      left = found.length;
      sought = free.flatMap((unit) => [unit.shown, ...unit.words.flatMap((term) => [...(term.others || []), ...(unit.words.length > 1 ? [term.word] : [])])]);
      const said = found.length ? (isExact ? status.dataset.found : status.dataset.near) : status.dataset.nothing;
      await showMore(FIRST);
      if (mine !== latest) return;
      status.textContent = said.replace("{count}", found.length);
      status.dataset.milliseconds = Math.round(performance.now() - began);
    } catch (error) {
      if (mine === latest) status.textContent = status.dataset.failed;
    }
  }

  async function showMore(count) {
    const mine = latest;
    const page = [];
    for (let each = Math.min(count, left); each; each--) page.push(titleOf(hits.next().value)); // asked for at once
    left -= page.length;
    for (const title of page) {
      const told = await title;
      if (mine !== latest) return;
      const line = item(told);
      results.append(line);
      snippets.observe(line);
    }
    more.hidden = !left;
  }

  // --- what a result shows ------------------------------------------------------------------------------------------

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    if (text) made.append(...marked(text));
    return made;
  }

  function item([identifier, day, title, authors, categories, translated, gist]) {
    const line = document.createElement("li");
    const link = element("a", "title", title);
    link.lang = "en";
    link.href = "d/" + day + ".html#p" + identifier.replace(/\//g, "-");
    const by = element("p", "by", authors);
    by.lang = "en";
    const meta = element("p", "meta", "");
    const time = document.createElement("time");
    time.dateTime = time.textContent = day;
    meta.append(time);
    for (const category of categories) {
      const name = document.createElement("span");
      name.className = "cat";
      name.textContent = category;
      meta.append(" ", name);
    }
    line.append(link);
    if (translated) line.append(element("p", "translated", translated));
    if (gist) line.append(element("p", "gist", gist));
    line.append(by, meta);
    line.dataset.id = identifier;
    return line;
  }

  // `text` folded letter by letter, each with where it stands in `text`.
  function foldedPlaces(text) {
    const letters = [];
    const places = [];
    let place = 0;
    for (const letter of text) {
      for (const each of fold(letter)) {
        letters.push(each);
        places.push(place);
      }
      place += letter.length;
    }
    places.push(place);
    return [letters.join(""), places];
  }

  // Where words of the query stand in `text`: [from, to), in order, none over another.
  function standing(text) {
    const [folded, places] = foldedPlaces(text);
    const found = [];
    for (const word of sought) {
      if (Array.from(word).length < 2) continue;
      for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
        const isLatin = /^[\x00-\x7f]+$/.test(word);
        if (isLatin && at && /[a-z0-9]/.test(folded[at - 1])) continue; // words are found by their beginning
        found.push([places[at], places[at + word.length]]);
      }
    }
    found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    return found.filter(([from], index) => !found.slice(0, index).some((before) => from < before[1]));
  }

  function marked(text) {
    const made = [];
    let from = 0;
    for (const [start, end] of standing(text)) {
      made.push(text.slice(from, start));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, end);
      made.push(mark);
      from = end;
    }
    return [...made, text.slice(from)];
  }

  const AROUND = 48;

  // Why a paper was found, where its line does not show it: the first place in its texts. Its file is loaded when the
  // line is on the screen.
  async function explain(line) {
    if (line.querySelector("mark") || !sought.length) return;
    const mine = latest;
    const told = await window.digest.load(line.dataset.id);
    const body = new DOMParser().parseFromString(told.body, "text/html");
    for (const [selector, lang] of [[".translation", ""], [".original", "en"], [".reading", ""]]) {
      const held = body.querySelector(selector);
      const text = held ? held.textContent.replace(/\s+/g, " ") : "";
      const [first] = standing(text);
      if (!first || mine !== latest) continue;
      const from = Math.max(0, first[0] - AROUND);
      const cut = (from ? "…" : "") + text.slice(from, first[1] + AROUND) + (first[1] + AROUND < text.length ? "…" : "");
      const snippet = element("p", "snippet", cut);
      if (lang) snippet.lang = lang;
      line.append(snippet);
      return;
    }
  }

  const snippets = new IntersectionObserver((seen) => {
    for (const each of seen) {
      if (!each.isIntersecting) continue;
      snippets.unobserve(each.target);
      explain(each.target).catch(() => {}); // without it the result is still one
    }
  });

  // --- the box, and what narrows it ---------------------------------------------------------------------------------

  function remember() {
    const given = Object.entries(asked()).filter(([, value]) => value);
    history.replaceState(null, "", "?" + new URLSearchParams(given));
  }

  let timer = 0;
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(search, 180);
  }
  box.addEventListener("input", soon);
  form.addEventListener("input", soon);
  for (const each of [box.form, form]) {
    each.addEventListener("submit", (event) => {
      event.preventDefault();
      remember();
      search();
    });
  }
  more.addEventListener("click", () => showMore(MORE));

  const given = new URLSearchParams(location.search);
  for (const name of ["author", "topic", "since", "until"]) {
    form.elements[name].value = given.get(name) || "";
    if (given.get(name)) document.getElementById("narrower").open = true;
  }
  file("periods").catch(() => {}); // while the query is typed
  box.value = given.get("q") || "";
  if ([...given.values()].some(Boolean)) search();
  else box.focus();
})();
