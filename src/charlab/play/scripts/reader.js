// What a network makes of a text, kept token by token: only what has changed is read again.

/** Where in a text its pieces stand. Bytes of one character, all but the last "", share its place. */
const placesOf = (pieces) => {
  let begin = 0;
  return pieces.map((piece, i) => {
    const whole = piece || (pieces.slice(i).find(Boolean) ?? "");
    const place = { begin, end: begin + whole.length };
    begin += piece.length;
    return place;
  });
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
    this.pieces = []; // of the text, one for each token
    this.text = ""; // what of the text was read, and what a drawn token goes on from
    this.order = null; // what may follow, where the text's last space is left to the next word
  }

  /**
   * Reads a text, of which `prompt` was there before anything was written, under a label.
   * `ended`: the document's end mark is read, too. `open`: nothing is written yet, so that a space
   * at the end may begin the next word.
   */
  read(text, { label, prompt, ended, open = false }) {
    if (label !== this.label) this.clear();
    this.label = label;
    const { documents, eos, vocabulary } = this.network;
    // A stream without a prompt begins after what says least about what follows.
    const lead = documents ? [eos] : vocabulary.settled(prompt) ? [] : [this.network.defaultStart()];
    const known = open ? vocabulary.settled(text) : text;
    const { ids, pieces } = this.network.encode(known);
    const all = [...lead, ...ids];
    if (ended && documents) all.push(eos);
    if (lead.length !== this.lead) this.clear();
    let same = 0;
    while (same < all.length && this.entries[same]?.id === all[same]) same++;
    this.entries.length = same;
    this.lead = lead.length;
    for (const id of all.slice(same)) this.push(id);
    this.pieces = [...pieces];
    this.text = known;
    this.order = known === text ? null : this.network.order.begin(text, known);
  }

  push(id) {
    const before = this.entries[this.entries.length - 1];
    const bits = before ? this.network.surprise([0, id], [before])[1] : null;
    const state = before ? before.state : this.network.start(this.label);
    this.entries.push({ id, bits, ...this.network.step(id, state) });
  }

  /** Reads an id that was drawn; what it adds to the text. */
  write(id) {
    this.push(id);
    const piece = this.network.pieces(this.entries.slice(-4).map((entry) => entry.id)).at(-1);
    this.pieces.push(piece);
    return piece;
  }

  get tokens() {
    return this.entries.slice(this.lead);
  }

  /** What was known before the token at a place of the text, or (null) before the next one. */
  before(token = null) {
    const entry = this.entries[token === null ? this.entries.length - 1 : this.lead + token - 1];
    if (!entry || token !== null || this.order === null) return entry ?? null;
    return { ...entry, state: { ...entry.state, order: this.order } };
  }
}
