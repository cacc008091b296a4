// The papers of a date in the order of the reader's stars. Which papers are starred stays here: the page loads what the
// site says of each, and adds it up, as digest_assets/ranking/stars.py says.
(function () {
  "use strict";

  const marks = window.digestMarks;
  const MOST_STARS = 60; // the newest: each is a file
  const AT_ONCE = 6;
  const TERMS_SHOWN = 3;
  const dates = new Map(); // date -> [[identifier, how usual, words], ...]

  window.digest.words = (day, papers) => dates.set(day, papers);

  function starred() {
    const found = Object.entries(marks.all()).filter(([id]) => marks.of(id).starred);
    return found.sort(([a, one], [b, other]) => other.s[1] - one.s[1] || (a < b ? 1 : -1)).map(([id]) => id);
  }

  // "codec 187 neural 96": a word and its weight, in turn.
  function weights(written) {
    const parts = written.split(" ");
    return parts.flatMap((word, place) => (place % 2 ? [] : [[word, Number(parts[place + 1])]]));
  }

  // Of all stars together, and how many these are. Of one that this site does not have nothing is known.
  async function liked() {
    const sums = new Map();
    const queue = starred().slice(0, MOST_STARS);
    let count = 0;
    async function next() {
      while (queue.length) {
        const told = await window.digest.load(queue.shift()).catch(() => null);
        if (!told || !told.words) continue;
        count += 1;
        for (const [word, weight] of weights(told.words)) sums.set(word, (sums.get(word) || 0) + weight);
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return { sums: sums, count: count };
  }

  // Of each paper of a date, the best first: its identifier, and the words that it shares with the stars. None: of no star
  // anything is known here.
  async function order(day) {
    const [{ sums, count }] = await Promise.all([liked(), window.digest.file("d/" + day + ".words.js")]);
    if (!count) return [];
    const papers = dates.get(day).map(([id, usual, written]) => {
      const shared = weights(written).map(([word, weight]) => [word, weight * (sums.get(word) || 0)]);
      const alike = shared.reduce((sum, [, worth]) => sum + worth, 0);
      const telling = shared.filter(([word, worth]) => worth && !word.startsWith("c:"));
      telling.sort((one, other) => other[1] - one[1]);
      return { id: id, score: alike / count - usual, terms: telling.slice(0, TERMS_SHOWN).map(([word]) => word) };
    });
    return papers.sort((one, other) => other.score - one.score || (one.id < other.id ? 1 : -1));
  }

  window.digestStars = { order: order };
})();
