// What a network makes of a text, kept token by token: only what has changed is read again.

const END = 0; // the id of a document's begin and end mark
const UNKNOWN = 1;

/** Where in a text the tokens of some ids stand. Bytes of one character share its place. */
const placesOf = (network, ids, text) => {
  const places = [];
  let begin = 0;
  let bytes = 0; // of the character that the newest byte belongs to
  const width = (code) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
  ids.forEach((id, i) => {
    const code = text.codePointAt(begin);
    const character = code === undefined ? 0 : String.fromCodePoint(code).length;
    if (network.unit === "byte" && code !== undefined) {
      places.push({ begin, end: begin + character });
      if (++bytes >= width(code)) [begin, bytes] = [begin + character, 0];
      return;
    }
    const token = id === UNKNOWN ? null : network.token(id);
    let end = begin + character;
    if (token !== null && text.startsWith(token, begin)) end = begin + token.length;
    else if (network.unit !== "char" && ids[i + 1] > UNKNOWN) {
      const next = text.indexOf(network.token(ids[i + 1]), begin + 1);
      if (next > 0) end = next;
    }
    places.push({ begin, end });
    begin = end;
  });
  return places;
};

class Reader {
  constructor(network) {
    this.network = network;
    this.label = null;
    this.clear();
  }

  clear() {
    this.entries = []; // of each id that was read: id, bits, logits and state after it, trace
    this.lead = 0; // how many of them stand before the text
  }

  /** Reads a text under a label; ``ended``: the document's end is read, too. */
  read(text, label = null, ended = false) {
    if (label !== this.label) this.clear();
    this.label = label;
    const lead = this.network.documents ? [END] : text ? [] : this.network.encode(this.opening()).ids;
    const ids = [...lead, ...this.network.encode(text).ids];
    if (ended) ids.push(END);
    let same = 0;
    while (same < ids.length && this.entries[same]?.id === ids[same] && lead.length === this.lead) same++;
    this.entries.length = same;
    this.lead = lead.length;
    for (let i = same; i < ids.length; i++) this.push(ids[i]);
  }

  /** What a stream without a text begins after: it says least about what follows. */
  opening() {
    return ["\n", " "].find((c) => !this.network.encode(c).ids.includes(UNKNOWN)) ?? this.network.token(2);
  }

  push(id) {
    const before = this.entries[this.entries.length - 1];
    const bits = before ? -Math.log2(charlab.distribution(before.logits, {})[id]) : null;
    const state = before ? before.state : this.network.start(this.label);
    this.entries.push({ id, bits, ...this.network.step(id, state) });
  }

  /** Forgets all tokens from one of the text on. */
  cut(token) {
    this.entries.length = this.lead + token;
  }

  get tokens() {
    return this.entries.slice(this.lead);
  }

  /** Logits of the next token, or of the one at a place of the text; null: nothing stands before. */
  logits(token = null) {
    const place = token === null ? this.entries.length - 1 : this.lead + token - 1;
    return this.entries[place]?.logits ?? null;
  }

  text() {
    return this.network.decode(this.tokens.map(({ id }) => id).filter((id) => id !== END));
  }
}
