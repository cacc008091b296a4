// The reader's own papers: what is starred or noted, how it leaves this browser, and how it comes from another.
(function () {
  "use strict";

  const marks = window.digestMarks;
  const page = document.getElementById("marked-page");
  const list = document.getElementById("marked");
  const words = page.dataset;
  const status = document.getElementById("marked-status");
  const AT_ONCE = 6;
  const told = new Map(); // what the papers' files say

  function kept() {
    const found = Object.keys(marks.all()).map((id) => Object.assign({ id: id }, marks.of(id)));
    return found.filter((each) => each.starred || each.note).sort((a, b) => (a.day + a.id < b.day + b.id ? 1 : -1));
  }

  // --- the list -----------------------------------------------------------------------------------------------------

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function item(each) {
    const title = element("a", { class: "title", lang: "en", href: "p/" + each.id.replace(/\//g, "-") + ".html" }, "arXiv:" + each.id);
    const translated = element("p", { class: "translated" });
    const day = element("time", { datetime: each.day }, each.day);
    const unstar = element("button", { type: "button" });
    const note = element("textarea", { rows: "2", placeholder: words.note, "aria-label": words.note });
    note.value = each.note;
    note.addEventListener("change", () => marks.setNote(each.id, each.day, note.value.trim()));
    unstar.addEventListener("click", () => {
      const all = Array.from(list.children);
      const place = all.indexOf(line);
      marks.set([each.id], each.day, "starred", !marks.of(each.id).starred);
      const next = list.children[Math.min(place, list.children.length - 1)];
      (next ? next.querySelector("button") : document.getElementById("content")).focus();
    });
    const line = element("li", { "data-id": each.id }, title, translated, element("p", { class: "meta" }, day, unstar), note);
    show(line, each.id);
    return line;
  }

  function show(line, id) {
    const found = told.get(id);
    if (!found) return;
    line.querySelector(".title").textContent = found.title;
    line.querySelector(".translated").textContent = found.translated;
    showStar(line, id);
  }

  // A paper that has a note stays here without its star.
  function showStar(line, id) {
    const button = line.querySelector("button");
    button.textContent = marks.of(id).starred ? words.unstar : words.star;
    button.setAttribute("aria-label", button.textContent + ": " + line.querySelector(".title").textContent);
  }

  function render() {
    const papers = kept();
    const there = new Map(Array.from(list.children, (line) => [line.dataset.id, line]));
    const focused = document.activeElement;
    for (const [id, line] of there) if (!papers.some((each) => each.id === id)) line.remove();
    papers.forEach((each, place) => {
      const line = there.get(each.id) || item(each);
      if (list.children[place] !== line) list.insertBefore(line, list.children[place] || null);
      showStar(line, each.id);
      const note = line.querySelector("textarea");
      if (note !== focused) note.value = each.note;
    });
    look(papers.map((each) => each.id));
    document.getElementById("no-marks").hidden = papers.length > 0;
    document.getElementById("leave").hidden = papers.length === 0;
    showWarning();
  }

  // The titles, some files at once. A paper that this site does not have keeps its number.
  async function look(ids) {
    const queue = ids.filter((id) => !told.has(id));
    async function next() {
      while (queue.length) {
        const id = queue.shift();
        try {
          told.set(id, await window.digest.load(id));
        } catch (error) {
          continue;
        }
        for (const line of list.children) if (line.dataset.id === id) show(line, id);
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }

  // --- references ---------------------------------------------------------------------------------------------------

  function cited() {
    return kept().map((each) => {
      const found = told.get(each.id);
      const csl = found ? found.csl : { id: "arxiv:" + each.id, type: "article", title: "arXiv:" + each.id, author: [], number: "arXiv:" + each.id, URL: "https://arxiv.org/abs/" + each.id, publisher: "arXiv" };
      return { csl: csl, note: each.note, day: each.day, translated: found ? found.translated : "" };
    });
  }

  function oneLine(text) {
    return String(text).replace(/\s+/g, " ").trim();
  }

  function names(csl) {
    return csl.author.map((each) => each.literal || each.given + " " + each.family);
  }

  const FORMS = {
    bibtex: ["bib", "application/x-bibtex", (papers) => papers.map((each) => bibtex(each)).join("\n\n") + "\n"],
    ris: ["ris", "application/x-research-info-systems", (papers) => papers.map(ris).join("\r\n") + "\r\n"],
    csl: ["json", "application/vnd.citationstyles.csl+json", (papers) => JSON.stringify(papers.map(cslJson), null, 1) + "\n"],
    markdown: ["md", "text/markdown", (papers) => papers.map(markdown).join("\n") + "\n"],
  };

  function bibtex({ csl, note }) {
    const known = csl.custom && csl.custom.bibtex;
    const entry = known || "@misc{arxiv" + csl.number.replace(/\D/g, "") + ",\n  title = {" + csl.title + "},\n  url = {" + csl.URL + "},\n}";
    const safe = oneLine(note).replace(/[\\{}]/g, "").replace(/[&%$#_~^]/g, "\\$&");
    return note ? entry.replace(/\n}$/, "\n  note = {" + safe + "},\n}") : entry;
  }

  // https://en.wikipedia.org/wiki/RIS_(file_format); UNPB is an unpublished work, which Zotero takes for a preprint.
  function ris({ csl, note }) {
    const lines = [["TY", "UNPB"], ["TI", csl.title]];
    for (const each of csl.author) lines.push(["AU", each.literal || each.family + ", " + each.given]);
    const date = csl.issued && csl.issued["date-parts"][0];
    if (date) lines.push(["PY", date[0]], ["DA", date.map((part) => String(part).padStart(2, "0")).join("/")]);
    lines.push(["PB", "arXiv"], ["AN", csl.number], ["DO", csl.DOI], ["UR", csl.URL], ["AB", csl.abstract], ["N1", note], ["ER", ""]);
    return lines.filter(([tag, value]) => value || tag === "ER").map(([tag, value]) => tag + "  - " + oneLine(value)).join("\r\n");
  }

  function cslJson({ csl, note }) {
    const item = Object.assign({}, csl, note ? { note: note } : {});
    delete item.custom;
    delete item.categories;
    return item;
  }

  function markdown({ csl, note, day, translated }) {
    const safe = (text) => oneLine(text).replace(/[\\`*_[\]<>]/g, "\\$&");
    const lines = ["- [" + safe(csl.title) + "](" + csl.URL + ")" + (translated ? " " + safe(translated) : "")];
    lines.push("  " + safe(names(csl).slice(0, 8).join(", ")) + " · " + csl.number + " · " + day);
    if (note) lines.push("  > " + note.split("\n").map(safe).join("\n  > "));
    return lines.join("\n");
  }

  // --- leaving ------------------------------------------------------------------------------------------------------

  function download(name, type, text) {
    const url = URL.createObjectURL(new Blob([text], { type: type }));
    const link = element("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  function today() {
    return new Date().toISOString().slice(0, 10);
  }

  function saveFile() {
    const content = { of: "digest-assets marks", version: 2, digest: document.documentElement.dataset.digest, saved: new Date().toISOString() };
    download("marks-" + today() + ".json", "application/json", JSON.stringify(Object.assign(content, marks.state()), null, 1) + "\n");
    marks.saved(Math.floor(Date.now() / 1000));
    status.textContent = words.saved;
    showWarning();
  }

  async function exportAs(form) {
    const [ending, type, write] = FORMS[form];
    status.textContent = words.loading;
    await look(kept().map((each) => each.id));
    download("papers-" + today() + "." + ending, type, write(cited()));
    status.textContent = words.saved;
  }

  function base64url(bytes) {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function fromBase64url(text) {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  }

  async function through(bytes, stream) {
    return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
  }

  async function packed(state) {
    const bytes = new TextEncoder().encode(JSON.stringify(state));
    if (!window.CompressionStream) return "0" + base64url(bytes);
    return "1" + base64url(await through(bytes, new CompressionStream("deflate-raw")));
  }

  async function unpacked(text) {
    let bytes = fromBase64url(text.slice(1));
    if (text[0] === "1") bytes = await through(bytes, new DecompressionStream("deflate-raw"));
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  // What another device is to know: stars and notes, and which days are read; the file has every read mark as well.
  function carried(ids) {
    const papers = {};
    for (const id of ids) papers[id] = marks.all()[id];
    return { papers: papers, days: {} };
  }

  function address() {
    return (words.base || location.href.replace(/[?#].*$/, "").replace(/[^/]*$/, "")) + "marked.html#m=";
  }

  async function link(ids) {
    const state = carried(ids);
    if (ids.length === kept().length) state.days = marks.state().days;
    return address() + (await packed(state));
  }

  const LONGEST = 800; // characters of a code that a telephone reads from a screen

  async function codes() {
    const ids = kept().map((each) => each.id);
    const made = [];
    let start = 0;
    while (start < ids.length) {
      let count = ids.length - start;
      let text = await link(ids.slice(start, start + count));
      while (text.length > LONGEST && count > 1) {
        count = Math.max(1, Math.floor((count * LONGEST) / text.length));
        text = await link(ids.slice(start, start + count));
        if (text.length > LONGEST) count -= 1;
        if (count < 1) break;
      }
      count = Math.max(1, count);
      text = await link(ids.slice(start, start + count));
      made.push(text);
      start += count;
    }
    return made;
  }

  function drawn(text) {
    const SVG = "http://www.w3.org/2000/svg";
    const square = window.digestQr(text);
    const size = square.length + 8;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 " + size + " " + size);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", words.code);
    let path = "";
    square.forEach((row, y) => row.forEach((dark, x) => dark && (path += "M" + (x + 4) + " " + (y + 4) + "h1v1h-1z")));
    const back = document.createElementNS(SVG, "rect");
    back.setAttribute("width", size);
    back.setAttribute("height", size);
    back.setAttribute("fill", "#fff");
    const dark = document.createElementNS(SVG, "path");
    dark.setAttribute("d", path);
    dark.setAttribute("fill", "#000");
    svg.append(back, dark);
    return svg;
  }

  async function showCodes() {
    const holder = document.getElementById("codes");
    const made = await codes();
    holder.replaceChildren(...made.map((text, index) => {
      const figure = element("figure", {});
      const caption = words.codeOf.replace("{number}", index + 1).replace("{all}", made.length);
      try {
        figure.append(drawn(text), element("figcaption", {}, caption));
      } catch (error) {
        figure.append(element("figcaption", {}, words.tooLong)); // a very long note
      }
      return figure;
    }));
    holder.hidden = false;
  }

  async function copyLink() {
    const text = await link(kept().map((each) => each.id));
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = words.copied;
    } catch (error) {
      const box = document.getElementById("link");
      box.hidden = false;
      box.value = text; // pages from a disk have no clipboard: it can be copied by hand
      box.select();
    }
  }

  // --- coming -------------------------------------------------------------------------------------------------------

  function take(stored) {
    const before = kept().length;
    const read = marks.read(stored);
    if (!Object.keys(read.papers).length && !Object.keys(read.days).length) throw new Error("nothing in it");
    marks.take(stored);
    status.textContent = words.merged.replace("{count}", kept().length - before).replace("{all}", kept().length);
  }

  async function loadFile(file) {
    try {
      take(JSON.parse(await file.text()));
    } catch (error) {
      status.textContent = words.unreadable;
    }
  }

  async function readAddress() {
    const found = /^#m=([01][\w-]+)$/.exec(location.hash);
    if (!found) return;
    const offer = document.getElementById("offer");
    try {
      const state = await unpacked(found[1]);
      const count = Object.keys(marks.read(state).papers).length;
      document.getElementById("offered").textContent = words.offered.replace("{count}", count);
      document.getElementById("accept").onclick = () => {
        take(state);
        offer.hidden = true;
        history.replaceState(null, "", location.pathname);
        document.getElementById("content").focus();
      };
      offer.hidden = false;
    } catch (error) {
      status.textContent = words.unreadable;
    }
  }

  // --- what a browser may delete ------------------------------------------------------------------------------------

  const REMIND_DAYS = 14;

  async function showWarning() {
    const warning = document.getElementById("may-be-lost");
    let isKept = false;
    try {
      isKept = Boolean(navigator.storage && navigator.storage.persisted && (await navigator.storage.persisted()));
    } catch (error) {
      isKept = false;
    }
    const days = (Date.now() / 1000 - marks.saved()) / 86_400;
    const isUnsaved = marks.changed() > marks.saved();
    warning.hidden = !kept().length || (isKept && !(isUnsaved && days > REMIND_DAYS));
    document.getElementById("since-saved").textContent = marks.saved() ? words.lastSaved.replace("{date}", new Date(marks.saved() * 1000).toISOString().slice(0, 10)) : words.neverSaved;
  }

  // --- at first -----------------------------------------------------------------------------------------------------

  page.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.export) exportAs(button.dataset.export);
    else if (button.id === "save-file") saveFile();
    else if (button.id === "load-file") document.getElementById("file").click();
    else if (button.id === "copy-link") copyLink();
    else if (button.id === "show-codes") showCodes();
  });
  document.getElementById("file").addEventListener("change", (event) => {
    if (event.target.files[0]) loadFile(event.target.files[0]);
    event.target.value = "";
  });
  marks.watch(render);
  render();
  window.addEventListener("hashchange", readAddress);
  readAddress();
})();
