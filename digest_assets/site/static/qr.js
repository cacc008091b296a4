// A text as a QR code (ISO/IEC 18004), in bytes, at the level of correction that leaves the most room (L).
(function () {
  "use strict";

  // Of versions 1 to 40 at level L: words of correction in a block, and blocks.
  const CORRECTION = [
    7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
    28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
  ];
  const BLOCKS = [
    1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
    8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
  ];
  const LEVEL_L = 1;

  // --- how much fits ------------------------------------------------------------------------------------------------

  function alignments(version) {
    if (version === 1) return [];
    const count = Math.floor(version / 7) + 2;
    const step = version === 32 ? 26 : Math.ceil((4 * version + 4) / (2 * count - 2)) * 2;
    const places = [6];
    for (let index = count - 2; index >= 0; index--) places.push(4 * version + 10 - step * index);
    return places;
  }

  function wordsIn(version) {
    let modules = (16 * version + 128) * version + 64;
    if (version > 1) {
      const count = Math.floor(version / 7) + 2;
      modules -= (25 * count - 10) * count - 55;
    }
    if (version > 6) modules -= 36;
    return Math.floor(modules / 8);
  }

  function roomIn(version) {
    return wordsIn(version) - CORRECTION[version - 1] * BLOCKS[version - 1];
  }

  function versionFor(bytes) {
    for (let version = 1; version <= 40; version++) {
      if (bytes.length + (version < 10 ? 2 : 3) <= roomIn(version)) return version;
    }
    throw new Error("the text is too long for a QR code");
  }

  // --- the words: data, and Reed-Solomon's over GF(256) -------------------------------------------------------------

  const POWERS = new Uint8Array(512);
  const LOGS = new Uint8Array(256);
  for (let index = 0, value = 1; index < 255; index++) {
    POWERS[index] = POWERS[index + 255] = value;
    LOGS[value] = index;
    value = (value << 1) ^ (value & 0x80 ? 0x11d : 0);
  }

  function times(a, b) {
    return a && b ? POWERS[LOGS[a] + LOGS[b]] : 0;
  }

  function generator(degree) {
    let made = [1];
    for (let index = 0; index < degree; index++) {
      const next = [...made, 0];
      made.forEach((factor, place) => (next[place + 1] ^= times(factor, POWERS[index])));
      made = next;
    }
    return made;
  }

  function correction(data, degree) {
    const factors = generator(degree);
    const rest = [...data, ...new Array(degree).fill(0)];
    for (let place = 0; place < data.length; place++) {
      const lead = rest[place];
      factors.forEach((factor, index) => (rest[place + index] ^= times(factor, lead)));
    }
    return rest.slice(data.length);
  }

  function dataWords(bytes, version) {
    const bits = [];
    const put = (value, length) => {
      for (let index = length - 1; index >= 0; index--) bits.push((value >> index) & 1);
    };
    put(4, 4); // bytes
    put(bytes.length, version < 10 ? 8 : 16);
    for (const byte of bytes) put(byte, 8);
    const room = 8 * roomIn(version);
    put(0, Math.min(4, room - bits.length));
    while (bits.length % 8) bits.push(0);
    for (let pad = 0xec; bits.length < room; pad ^= 0xfd) put(pad, 8);
    const words = [];
    for (let place = 0; place < bits.length; place += 8) words.push(parseInt(bits.slice(place, place + 8).join(""), 2));
    return words;
  }

  function interleaved(words, version) {
    const count = BLOCKS[version - 1];
    const short = Math.floor(words.length / count);
    const longer = words.length % count;
    const blocks = [];
    for (let index = 0, place = 0; index < count; index++) {
      const length = short + (index >= count - longer ? 1 : 0);
      blocks.push(words.slice(place, place + length));
      place += length;
    }
    const checks = blocks.map((block) => correction(block, CORRECTION[version - 1]));
    const made = [];
    for (let place = 0; place <= short; place++) for (const block of blocks) if (place < block.length) made.push(block[place]);
    for (let place = 0; place < CORRECTION[version - 1]; place++) for (const check of checks) made.push(check[place]);
    return made;
  }

  // --- the square ---------------------------------------------------------------------------------------------------

  function remainder(value, polynomial, degree) {
    let rest = value << degree;
    for (let bit = 31; bit >= degree; bit--) if ((rest >>> bit) & 1) rest ^= polynomial << (bit - degree);
    return (value << degree) | rest;
  }

  // Null where the words go.
  function frame(version) {
    const size = 4 * version + 17;
    const square = Array.from({ length: size }, () => new Array(size).fill(null));
    const put = (row, column, dark) => {
      if (row >= 0 && column >= 0 && row < size && column < size) square[row][column] = dark;
    };
    for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]]) {
      for (let y = -4; y <= 4; y++) {
        for (let x = -4; x <= 4; x++) {
          const ring = Math.max(Math.abs(x), Math.abs(y));
          put(row + y, column + x, ring !== 2 && ring !== 4);
        }
      }
    }
    for (let place = 8; place < size - 8; place++) square[6][place] = square[place][6] = place % 2 === 0;
    const places = alignments(version);
    const last = places.length - 1;
    places.forEach((row, i) => places.forEach((column, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let y = -2; y <= 2; y++) for (let x = -2; x <= 2; x++) put(row + y, column + x, Math.max(Math.abs(x), Math.abs(y)) !== 1);
    }));
    if (version > 6) {
      const bits = remainder(version, 0x1f25, 12);
      for (let index = 0; index < 18; index++) {
        const dark = ((bits >> index) & 1) === 1;
        const near = Math.floor(index / 3);
        const far = size - 11 + (index % 3);
        square[near][far] = square[far][near] = dark;
      }
    }
    putFormat(square, 0); // holds the place
    return square;
  }

  function putFormat(square, mask) {
    const size = square.length;
    const bits = remainder((LEVEL_L << 3) | mask, 0x537, 10) ^ 0x5412;
    const bit = (index) => ((bits >> index) & 1) === 1;
    for (let index = 0; index < 6; index++) square[index][8] = bit(index);
    square[7][8] = bit(6);
    square[8][8] = bit(7);
    square[8][7] = bit(8);
    for (let index = 9; index < 15; index++) square[8][14 - index] = bit(index);
    for (let index = 0; index < 8; index++) square[8][size - 1 - index] = bit(index);
    for (let index = 8; index < 15; index++) square[size - 15 + index][8] = bit(index);
    square[size - 8][8] = true;
  }

  const MASKS = [
    (y, x) => (y + x) % 2 === 0,
    (y) => y % 2 === 0,
    (y, x) => x % 3 === 0,
    (y, x) => (y + x) % 3 === 0,
    (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
    (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
    (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
    (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
  ];

  function filled(empty, words, mask) {
    const size = empty.length;
    const square = empty.map((row) => [...row]);
    let place = 0;
    let upwards = true;
    for (let right = size - 1; right > 0; right -= 2) {
      if (right === 6) right = 5; // the column of the timing pattern
      for (let step = 0; step < size; step++) {
        const y = upwards ? size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (empty[y][x] !== null) continue;
          const dark = place < 8 * words.length && ((words[place >> 3] >> (7 - (place & 7))) & 1) === 1;
          square[y][x] = dark !== MASKS[mask](y, x);
          place += 1;
        }
      }
      upwards = !upwards;
    }
    putFormat(square, mask);
    return square;
  }

  // How hard a square is to read: long runs, blocks, what looks like a corner, too much of one colour.
  function penalty(square) {
    const size = square.length;
    const lines = [...square, ...square.map((_, x) => square.map((row) => row[x]))];
    let points = 0;
    for (const line of lines) {
      const text = line.map((dark) => (dark ? "1" : "0")).join("");
      for (const run of text.match(/0{5,}|1{5,}/g) || []) points += run.length - 2;
      for (const like of ["10111010000", "00001011101"]) {
        for (let place = text.indexOf(like); place >= 0; place = text.indexOf(like, place + 1)) points += 40;
      }
    }
    let dark = 0;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        dark += square[y][x] ? 1 : 0;
        if (y && x && square[y][x] === square[y - 1][x] && square[y][x] === square[y][x - 1] && square[y][x] === square[y - 1][x - 1]) points += 3;
      }
    }
    return points + 10 * Math.floor(Math.abs((100 * dark) / (size * size) - 50) / 5);
  }

  // Rows of true for dark. Throws where the text is too long.
  window.digestQr = function (text) {
    const bytes = new TextEncoder().encode(text);
    const version = versionFor(bytes);
    const words = interleaved(dataWords(bytes, version), version);
    const empty = frame(version);
    const squares = MASKS.map((_, mask) => filled(empty, words, mask));
    const points = squares.map(penalty);
    return squares[points.indexOf(Math.min(...points))];
  };
})();
