// What a reader marks: stars, what is read, notes. Kept in this browser; two devices' marks merge without a loss.
//
// Each mark knows when it was made, and an unmarked paper is remembered as such: of two devices the later word holds.
// A note knows which device has changed it how often: where two have changed it apart, both texts stay.
(function () {
  "use strict";

  const KEY = "digest:marks:" + document.documentElement.dataset.digest;
  const DEVICE = "digest:device";
  const KINDS = { starred: "s", read: "r" };
  const watchers = [];
  let state = load();

  // {papers: {id: {day, s: [0 or 1, seconds], r: [...], n: {text, by: {device: count}}}}, days: {day: [0 or 1, seconds]}}
  function empty() {
    return { papers: {}, days: {} };
  }

  function load() {
    try {
      return read(JSON.parse(localStorage.getItem(KEY)));
    } catch (error) {
      return empty(); // nothing there, or storage is closed to this page
    }
  }

  // What was stored by this program or an earlier one, or came from a file: only what has the right shape.
  function read(stored) {
    const made = empty();
    if (!stored || typeof stored !== "object") return made;
    const papers = stored.papers && typeof stored.papers === "object" ? stored.papers : stored;
    for (const [id, mark] of Object.entries(papers)) {
      if (!mark || typeof mark !== "object" || !/^[\w.-]+(\/\d+)?$/.test(id)) continue;
      const kept = { day: /^\d{4}-\d\d-\d\d$/.test(mark.day) ? mark.day : "" };
      for (const [name, short] of Object.entries(KINDS)) {
        if (isFlag(mark[short])) kept[short] = [mark[short][0] ? 1 : 0, mark[short][1]];
        else if (mark[name] === true) kept[short] = [1, 0]; // before marks knew their time
      }
      const note = mark.n;
      if (note && typeof note.text === "string" && note.by && typeof note.by === "object") {
        const by = Object.entries(note.by).filter(([, count]) => Number.isInteger(count));
        kept.n = { text: note.text, by: Object.fromEntries(by) };
      }
      if (kept.s || kept.r || kept.n) made.papers[id] = kept;
    }
    for (const [day, flag] of Object.entries(stored.days || {})) {
      if (/^\d{4}-\d\d-\d\d$/.test(day) && isFlag(flag)) made.days[day] = [flag[0] ? 1 : 0, flag[1]];
    }
    return made;
  }

  function isFlag(value) {
    return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
  }

  function save() {
    try {
      localStorage.setItem(KEY, JSON.stringify(state));
      localStorage.setItem(KEY + ":changed", String(now()));
    } catch (error) {
      // Storage is full or closed: the marks hold until the page is left.
    }
    for (const watcher of watchers) watcher();
  }

  function now() {
    return Math.floor(Date.now() / 1000);
  }

  function device() {
    try {
      let name = localStorage.getItem(DEVICE);
      if (!name) localStorage.setItem(DEVICE, (name = Math.random().toString(36).slice(2, 8)));
      return name;
    } catch (error) {
      return "here";
    }
  }

  // --- asking and marking -------------------------------------------------------------------------------------------

  function of(id, day) {
    const mark = state.papers[id] || {};
    const wholeDay = state.days[day || mark.day];
    const isRead = wholeDay && wholeDay[0] && !(mark.r && mark.r[1] >= wholeDay[1]) ? true : Boolean(mark.r && mark.r[0]);
    return { starred: Boolean(mark.s && mark.s[0]), read: isRead, note: mark.n ? mark.n.text : "", day: mark.day || "" };
  }

  function set(ids, day, kind, value) {
    state = merged(state, load()); // another tab may have marked something
    for (const id of ids) {
      const mark = (state.papers[id] = state.papers[id] || { day: day });
      if (day) mark.day = day;
      const before = mark[KINDS[kind]];
      // Later than the whole day's mark, too: several in one second are given times ahead of the clock.
      const whole = kind === "read" ? state.days[mark.day] : undefined;
      mark[KINDS[kind]] = [value ? 1 : 0, Math.max(now(), before ? before[1] + 1 : 0, whole ? whole[1] : 0)];
    }
    save();
  }

  function setDay(day, value) {
    state = merged(state, load());
    const before = state.days[day];
    const marked = Object.values(state.papers).map((mark) => (mark.day === day && mark.r ? mark.r[1] + 1 : 0));
    state.days[day] = [value ? 1 : 0, Math.max(now(), before ? before[1] + 1 : 0, ...marked)];
    save();
  }

  function setNote(id, day, text) {
    state = merged(state, load());
    const mark = (state.papers[id] = state.papers[id] || { day: day });
    const by = Object.assign({}, mark.n && mark.n.by);
    by[device()] = (by[device()] || 0) + 1;
    mark.n = { text: text, by: by };
    save();
  }

  // --- merging ------------------------------------------------------------------------------------------------------

  function merged(a, b) {
    const made = empty();
    for (const id of new Set([...Object.keys(a.papers), ...Object.keys(b.papers)])) {
      const one = a.papers[id] || {};
      const other = b.papers[id] || {};
      const mark = { day: [one.day || "", other.day || ""].sort()[1] };
      for (const short of Object.values(KINDS)) {
        const flag = later(one[short], other[short]);
        if (flag) mark[short] = flag;
      }
      const note = bothNotes(one.n, other.n);
      if (note) mark.n = note;
      made.papers[id] = mark;
    }
    for (const day of new Set([...Object.keys(a.days), ...Object.keys(b.days)])) {
      made.days[day] = later(a.days[day], b.days[day]);
    }
    return made;
  }

  function later(one, other) {
    if (!one || !other) return one || other;
    if (one[1] !== other[1]) return one[1] > other[1] ? one : other;
    return one[0] ? one : other; // at the same second: a mark rather than none
  }

  function bothNotes(one, other) {
    if (!one || !other) return one || other;
    const devices = new Set([...Object.keys(one.by), ...Object.keys(other.by)]);
    const ahead = (a, b) => [...devices].some((each) => (a.by[each] || 0) > (b.by[each] || 0));
    if (!ahead(other, one)) return ahead(one, other) || one.text >= other.text ? one : other;
    if (!ahead(one, other)) return other;
    const by = {};
    for (const each of devices) by[each] = Math.max(one.by[each] || 0, other.by[each] || 0);
    const parts = new Set([one.text, other.text].flatMap((text) => text.split(/\n*\n⸻\n\n*/)).filter(Boolean));
    return { text: [...parts].sort().join("\n⸻\n"), by: by };
  }

  window.addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    state = load();
    for (const watcher of watchers) watcher();
  });

  window.digestMarks = {
    of: of,
    set: set,
    setDay: setDay,
    setNote: setNote,
    dayIsRead: (day) => Boolean(state.days[day] && state.days[day][0]),
    all: () => state.papers,
    state: () => state,
    read: read,
    merged: merged,
    take: (other) => {
      state = merged(load(), read(other));
      save();
    },
    changed: () => Number(localStorage.getItem(KEY + ":changed") || 0),
    saved: (at) => {
      if (at) localStorage.setItem(KEY + ":saved", String(at));
      return Number(localStorage.getItem(KEY + ":saved") || 0);
    },
    watch: (watcher) => watchers.push(watcher),
  };
})();
