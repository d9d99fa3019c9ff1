// Which token comes next: filters on logits, random numbers, what may follow what.

/**
 * Probabilities of the next token, (V,), after the filters in their order: forbidden tokens,
 * temperature (0: the likeliest alone), top-k, top-p.
 * @param {Float32Array} logits (V,)
 * @param {{temperature?: number, topK?: number, topP?: number, forbidden?: Uint8Array}} settings
 *   topK and topP may be null; forbidden, (V,), marks what may not be drawn
 */
function distribution(logits, { temperature = 1, topK = null, topP = null, forbidden = null } = {}) {
  const V = logits.length;
  const row = new Float64Array(V);
  for (let id = 0; id < V; id++) row[id] = forbidden && forbidden[id] ? -Infinity : logits[id];
  const best = argmax(row);
  const greatest = row[best];
  if (!Number.isFinite(greatest)) throw new Error("nothing is left to draw");
  const mass = new Float64Array(V);
  if (temperature === 0) mass[best] = 1;
  else {
    const divisor = Math.max(temperature, Number.MIN_VALUE);
    for (let id = 0; id < V; id++) row[id] = (row[id] - greatest) / divisor;
    if (topK !== null && topK < V) keepTopK(row, topK);
    for (let id = 0; id < V; id++) mass[id] = Math.exp(row[id]);
    if (topP !== null && topP < 1) keepTopP(mass, topP);
  }
  const total = sumOf(mass);
  const probabilities = new Float32Array(V);
  for (let id = 0; id < V; id++) probabilities[id] = mass[id] / total;
  return probabilities;
}

/** Rules out all but the k greatest (ties: smallest ids). */
function keepTopK(row, k) {
  const least = Float64Array.from(row).sort()[row.length - k];
  let ties = k;
  for (const value of row) if (value > least) ties--;
  for (let id = 0; id < row.length; id++) {
    if (row[id] < least || (row[id] === least && ties-- <= 0)) row[id] = -Infinity;
  }
}

/** Keeps the smallest set of the greatest, which are 1 at most, that holds the share p (ties: smallest ids). */
function keepTopP(mass, p) {
  const total = sumOf(mass);
  const wanted = p * total;
  let least = 1; // all that is greater holds the share: the others need not be sorted
  for (let held = 0; held < wanted && least > 1e-30; ) {
    least /= 16;
    held = 0;
    for (const value of mass) if (value >= least) held += value;
  }
  const order = [];
  for (let id = 0; id < mass.length; id++) {
    if (mass[id] >= least) order.push(id);
    else mass[id] = 0;
  }
  order.sort((a, b) => mass[b] - mass[a] || a - b);
  let share = 0;
  for (const id of order) {
    const enough = share >= p;
    share += mass[id] / total;
    if (enough) mass[id] = 0;
  }
}

function sumOf(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** Draws an id by inverting the cumulative distribution of probabilities (V,). */
function draw(probabilities, random) {
  const wanted = random() * sumOf(probabilities);
  let sum = 0;
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    if (probabilities[id] === 0) continue;
    sum += probabilities[id];
    last = id;
    if (sum > wanted) return id;
  }
  return last;
}

/**
 * Uniform numbers in [0, 1) for a seed: those that sample.py draws its first text with, by NumPy's
 * Philox4x64-10 (Salmon et al. 2011).
 * @param {number|bigint|string} seed a whole number below 2^64
 * @param {number} sample which text of several
 */
function random(seed, sample = 0) {
  const key = [BigInt(typeof seed === "number" ? Math.trunc(seed) : seed) & WORD, BigInt(sample)];
  let counter = 0n;
  let block = [];
  return () => {
    if (!block.length) block = philox([++counter, 0n, 0n, 0n], key);
    return Number(block.shift() >> 11n) / 2 ** 53;
  };
}

const WORD = (1n << 64n) - 1n;

function philox([a, b, c, d], [k, l]) {
  for (let round = 0; round < 10; round++) {
    const first = a * 0xd2e7470ee14c6c93n;
    const second = c * 0xca5a826395121157n;
    [a, b, c, d] = [(second >> 64n) ^ b ^ k, second & WORD, (first >> 64n) ^ d ^ l, first & WORD];
    k = (k + 0x9e3779b97f4a7c15n) & WORD;
    l = (l + 0xbb67ae8584caa73bn) & WORD;
  }
  return [a, b, c, d];
}

/** What may follow in a text of characters or symbols: every token, whatever stands before. */
class AnyOrder {
  constructor(vocabulary, documents) {
    this.mask = new Uint8Array(vocabulary.size);
    this.mask[UNK] = 1;
    this.mask[EOS] = documents ? 0 : 1;
  }

  /** The state behind a prompt, of which WordOrder has not read a last space. */
  begin() {
    return 0;
  }

  /** The state after a token. */
  after() {
    return 0;
  }

  /** Which ids may not come next, (V,). */
  forbidden() {
    return this.mask;
  }
}

// From each state the bytes that may follow, first to last, and the state after them: Unicode's
// table 3-7 of well-formed UTF-8. State 0 stands between two characters.
const UTF8 = [
  [[0x00, 0x7f, 0], [0xc2, 0xdf, 1], [0xe0, 0xe0, 4], [0xe1, 0xec, 2], [0xed, 0xed, 5], [0xee, 0xef, 2],
    [0xf0, 0xf0, 6], [0xf1, 0xf3, 3], [0xf4, 0xf4, 7]],
  [[0x80, 0xbf, 0]],
  [[0x80, 0xbf, 1]],
  [[0x80, 0xbf, 2]],
  [[0xa0, 0xbf, 1]],
  [[0x80, 0x9f, 1]],
  [[0x90, 0xbf, 2]],
  [[0x80, 0x8f, 2]],
];

/** What may follow in a text of bytes: those that make a character. */
class Utf8Order {
  constructor(vocabulary, documents) {
    this.masks = UTF8.map((rules, state) => {
      const mask = new Uint8Array(vocabulary.size).fill(1);
      for (const [first, last] of rules) mask.fill(0, FIRST + first, FIRST + last + 1);
      if (state === 0 && documents) mask[EOS] = 0;
      return mask;
    });
  }

  begin() {
    return 0;
  }

  after(state, id) {
    const byte = id - FIRST;
    const rule = UTF8[state].find(([first, last]) => first <= byte && byte <= last);
    return rule ? rule[2] : 0;
  }

  forbidden(state) {
    return this.masks[state];
  }
}

// A state is what the last token was like; these stand for all tokens like them.
const LIKES = ["", "a", ".", " ", "\n"];
const OWES_SPACE = LIKES.length; // behind a prompt whose last space the next word brings

/** What may follow in a text of words: tokens that splitting the text again would give. */
class WordOrder {
  constructor(vocabulary, documents) {
    const { tokens, size } = vocabulary;
    this.likes = [0, 0, ...tokens.map(wordLike)];
    const joins = LIKES.map((like) => new Map());
    this.masks = [...LIKES, null].map((like, state) => {
      const mask = new Uint8Array(size);
      tokens.forEach((token, i) => {
        if (like === null) mask[FIRST + i] = token[0] === " " ? 0 : 1;
        else if (like) mask[FIRST + i] = remembered(joins[state], firstOf(token), (b) => splitWords(like + b).length < 2);
      });
      if (like !== null && mask.subarray(FIRST).every(Boolean)) mask.fill(0); // words may join then
      mask[UNK] = 1;
      mask[EOS] = documents ? 0 : 1;
      return mask;
    });
    if (this.masks[OWES_SPACE].subarray(FIRST).every(Boolean)) this.masks[OWES_SPACE] = this.masks[0];
  }

  begin(prompt, read) {
    if (prompt !== read) return OWES_SPACE;
    return wordLike(splitWords(prompt).at(-1) ?? "");
  }

  after(state, id) {
    return this.likes[id];
  }

  forbidden(state) {
    return this.masks[state];
  }
}

/** The place in `LIKES` of the token that stands for all with the same neighbours. */
function wordLike(token) {
  if (token === "") return 0;
  if (isBlank(token)) return LIKES.indexOf(token === " " ? " " : "\n");
  return LIKES.indexOf(splitWords(`${token}a`).length === 1 ? "a" : ".");
}

function firstOf(token) {
  return String.fromCodePoint(token.codePointAt(0));
}

function remembered(map, key, make) {
  if (!map.has(key)) map.set(key, make(key));
  return map.get(key);
}

const ORDERS = { char: AnyOrder, symbol: AnyOrder, byte: Utf8Order, word: WordOrder };
