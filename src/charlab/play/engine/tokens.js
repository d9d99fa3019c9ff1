// Texts as a network reads them: normalization, and the units that tokens are.

const EOS = 0; // begin and end mark of a document
const UNK = 1; // any token that the vocabulary lacks
const FIRST = 2; // the first token's id
const REPLACEMENT = "\ufffd";

// What Python calls white space; \s of JavaScript is another set.
const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const BLANKS = new RegExp(`^[${BLANK}]+$`, "u");
const AROUND = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, "gu");
const SYMBOLS = new RegExp(`[^${BLANK}]+`, "gu");

/** A text as the training text was normalized; white space stays. */
function normalize(text, description) {
  const steps = description.normalize;
  const form = steps.includes("nfkc") ? "NFKC" : "NFC";
  const composed = steps.includes("nfc") || steps.includes("nfkc");
  if (!description.knows_return) text = text.replace(/\r\n?/g, "\n");
  if (composed) text = text.normalize(form);
  if (steps.includes("ascii")) text = text.normalize("NFD").replace(/[^\t\n -~]/gu, "");
  if (steps.includes("lower")) {
    text = text.toLowerCase();
    if (composed) text = text.normalize(form);
  }
  return text;
}

/** A text without white space around it. */
function strip(text) {
  return text.replace(AROUND, "");
}

/** Whether a text is white space alone; "" is not. */
function isBlank(text) {
  return BLANKS.test(text);
}

/** Kinds of characters in `splitWords`. */
function kindOf(character) {
  if (isBlank(character)) return character === " " ? "space" : "white";
  if (/[\p{M}\u200c\u200d]/u.test(character)) return "mark";
  if (/[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u.test(character)) return "single";
  return /[\p{L}\p{N}_]/u.test(character) ? "word" : "single";
}

/** A text's words and what stands between them; joined they are the text. */
function splitWords(text) {
  const tokens = [];
  let before = null;
  let base = null; // the kind of the last character that was no mark
  for (const character of text) {
    let kind = kindOf(character);
    let goesOn = false;
    if (kind === "mark") {
      const stands = base === "word" || base === "single";
      goesOn = stands;
      kind = stands ? base : "word"; // a mark is of the kind of what it stands on, or begins a word
    } else base = kind;
    goesOn ||= (kind === "word" && (before === "word" || before === "space")) || (kind === "single" && before === "space");
    if (goesOn && tokens.length) tokens[tokens.length - 1] += character;
    else tokens.push(character);
    before = kind;
  }
  return tokens;
}

/** The tokens that a network knows, of one unit: "char", "byte", "word" or "symbol". */
class Vocabulary {
  constructor({ unit, tokens }) {
    this.unit = unit;
    this.tokens = tokens;
    this.size = FIRST + (unit === "byte" ? 256 : tokens.length);
    this.ids = new Map(tokens.map((token, i) => [token, FIRST + i]));
    this.hasSpaced = unit === "word" && tokens.some((token) => token.length > 1 && token[0] === " ");
  }

  /**
   * A text's token ids; the text of each token (of a character of several bytes all at its last);
   * and the places in both of tokens that the vocabulary lacks.
   */
  encode(text) {
    const pieces = this.split(text);
    if (this.unit === "byte") return { ...encodeBytes(text), unknown: [] };
    const ids = Int32Array.from(pieces, (piece) => this.ids.get(piece) ?? UNK);
    const unknown = [];
    ids.forEach((id, place) => id === UNK && unknown.push(place));
    return { ids, pieces: this.unit === "symbol" ? pieces.map(spaced) : pieces, unknown };
  }

  split(text) {
    if (this.unit === "word") return splitWords(text);
    return this.unit === "symbol" ? text.match(SYMBOLS) ?? [] : Array.from(text);
  }

  /** What each id adds to a text: nothing for the end mark, all of a character at its last byte. */
  pieces(ids) {
    if (this.unit === "byte") {
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      return Array.from(ids, (id) => decoder.decode(bytesOf(id), { stream: true }));
    }
    const shown = Array.from(ids, (id) => (id === EOS ? "" : id === UNK ? REPLACEMENT : this.tokens[id - FIRST]));
    return this.unit === "symbol" ? shown.map(spaced) : shown;
  }

  /** The text of ids. */
  decode(ids) {
    if (this.unit !== "byte") return this.pieces(ids).join("");
    const bytes = Array.from(ids, (id) => Array.from(bytesOf(id))).flat();
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  }

  /** What of a prompt is whole tokens whatever follows: a space may begin the next word. */
  settled(prompt) {
    return this.hasSpaced && prompt.endsWith(" ") ? prompt.slice(0, -1) : prompt;
  }

  /** A token as it can be seen where it stands alone. */
  name(id) {
    if (id === EOS) return "end";
    if (id === UNK) return "unknown";
    if (this.unit === "byte") {
      const byte = id - FIRST;
      if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte);
      return SIGNS.get(String.fromCharCode(byte)) ?? `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    }
    return Array.from(this.tokens[id - FIRST], visible).join("");
  }
}

const SIGNS = new Map([[" ", "␣"], ["\n", "⏎"], ["\t", "⇥"]]);

/** A character with a sign for what cannot be seen; a mark on a dotted circle. */
function visible(character, place) {
  if (SIGNS.has(character)) return SIGNS.get(character);
  if (/[\p{Z}\p{C}\u115f\u1160\u2800\u3164\uffa0]/u.test(character)) {
    return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  }
  return place === 0 && /\p{M}/u.test(character) ? `\u25cc${character}` : character;
}

function spaced(symbol, place) {
  return place && symbol ? ` ${symbol}` : symbol;
}

function bytesOf(id) {
  if (id >= FIRST) return Uint8Array.of(id - FIRST);
  return id === UNK ? Uint8Array.of(0xef, 0xbf, 0xbd) : new Uint8Array(0);
}

function encodeBytes(text) {
  const encoder = new TextEncoder();
  const ids = [];
  const pieces = [];
  for (const character of text) {
    for (const byte of encoder.encode(character)) {
      ids.push(FIRST + byte);
      pieces.push("");
    }
    pieces[pieces.length - 1] = character;
  }
  return { ids: Int32Array.from(ids), pieces };
}
