// The network: what each task asks of the recurrence.

const NATS_PER_BIT = Math.LN2;
const MOST_STEPS = 10000; // of one layer, that are repeated to show labels while a text is read

/** A trained network of any task, from its description (charlab/play/description.py). */
class Network {
  constructor(description) {
    if (description.format !== 1) throw new Error(`unknown format of a network: ${description.format}`);
    this.description = description;
    this.task = description.task;
    this.name = description.name;
    this.labels = description.labels ?? [];
    this.tags = description.tags ?? [];
    this.documents = description.documents;
    this.eos = EOS;
    const sizes = description.recurrent;
    this.layers = sizes.layers;
    this.hidden = sizes.hidden;
    this.gates = sizes.gates;
    this.parts = sizes.parts;
    this.bidirectional = sizes.bidirectional;
    /** What each entry of a trace is of: the layer (from 0), and whether it reads backwards. */
    this.readings = Array.from({ length: sizes.layers }, (_, layer) =>
      (sizes.bidirectional ? [false, true] : [false]).map((backwards) => ({ layer, backwards })),
    ).flat();
    this.vocabulary = new Vocabulary(description.vocabulary);
    this.size = this.vocabulary.size;
    this.arrays = Object.fromEntries(Object.entries(description.arrays).map(([name, packed]) => [name, unpackArray(packed)]));
    this.recurrence = new Recurrence(sizes, this.arrays);
    const head = this.task === "generate" ? "decoder" : "output";
    const reads = this.task === "transduce" ? "decoder" : "recurrent"; // with the embedding that may be shared
    this.head = {
      W: this.arrays[`${head}.weight`] ??
        tied(this.arrays[`${reads}.input.embedding.weight`], this.arrays[`${head}.projection.weight`]),
      b: this.arrays[`${head}.bias`],
    };
    if (this.task === "generate") this.order = new ORDERS[this.vocabulary.unit](this.vocabulary, this.documents);
    if (this.task === "transduce") this.writer = new Writer(this);
  }

  // Tokens

  /** A text as training read its own; a whole one without white space around it, if those had none. */
  spell(text, whole = false) {
    const normalized = normalize(text, this.description);
    return whole && this.description.strips ? strip(normalized) : normalized;
  }

  /** {ids: Int32Array, pieces: string[], unknown: places in both, text: as it was read}. */
  encode(text, whole = false) {
    const spelled = this.spell(text, whole);
    return { ...this.vocabulary.encode(spelled), text: spelled };
  }

  /** The text of token ids. */
  decode(ids) {
    return this.vocabulary.decode(ids);
  }

  /** What each id adds to the text. */
  pieces(ids) {
    return this.vocabulary.pieces(ids);
  }

  /** A token's readable name: ␣ ⏎ end. */
  token(id) {
    return this.vocabulary.name(id);
  }

  /** The vector (outputs,) that the last layer makes of features. */
  output(features) {
    return affine(this.head.W, this.head.b, features, new Float32Array(this.head.W.rows));
  }

  // Generation

  /** The state before anything is read, for a label (its name or index; null: the most frequent). */
  start(label = null) {
    let condition = null;
    if (this.labels.length) {
      condition = label === null ? argmax(this.description.label_counts) : label;
      if (typeof condition === "string") condition = this.labels.indexOf(condition);
      if (!(condition in this.labels)) throw new Error(`unknown label: ${label}`);
    }
    return { ...this.recurrence.start(condition), order: 0 };
  }

  /** Reads a token: {logits: Float32Array (V,), state, trace: arrays (H,) by name, per layer}. */
  step(id, state) {
    const next = this.recurrence.step(id, state);
    next.order = this.order.after(state.order, id);
    return { logits: this.output(next.layers.at(-1).hidden), state: next, trace: next.layers };
  }

  /**
   * Reads what stands before the first token that is written: the begin mark of documents, and the
   * prompt (of a stream without one a line's end, which is not shown).
   * @returns {{ids, pieces, unknown, steps, logits, state, text}} a step for each id, the last
   *   one's logits and state; pieces are "" of what the prompt does not hold
   */
  begin(label = null, prompt = "") {
    const text = this.spell(prompt);
    const read = this.vocabulary.settled(text);
    const { ids: own, pieces, unknown } = this.vocabulary.encode(read);
    const before = this.documents ? [EOS] : own.length ? [] : [this.defaultStart()];
    const ids = Int32Array.from([...before, ...own]);
    const steps = this.readAll(ids, this.start(label));
    const { logits, state } = steps.at(-1);
    return {
      ids,
      pieces: [...before.map(() => ""), ...pieces],
      unknown: unknown.map((place) => place + before.length),
      steps,
      logits,
      state: { ...state, order: this.order.begin(text, read) },
      text: read,
    };
  }

  readAll(ids, state) {
    return Array.from(ids, (id) => {
      const step = this.step(id, state);
      state = step.state;
      return step;
    });
  }

  /** What a stream without a prompt begins after: a line's end, or a space, or any token. */
  defaultStart() {
    const known = ["\n", " "].map((text) => this.vocabulary.encode(text).ids).find(([id]) => id !== UNK);
    return known ? known[0] : FIRST;
  }

  /** Which ids may not be drawn in a state, Uint8Array (V,). */
  forbidden(state) {
    return this.order.forbidden(state.order);
  }

  /** Probabilities of the next token after the filters of `settings`, (V,). */
  next(logits, state, settings = {}) {
    return distribution(logits, { ...settings, forbidden: this.forbidden(state) });
  }

  /**
   * Writes a text, token by token, as sample.py does with the same seed: {id, logits, state, trace}
   * after each; the end mark is the last, and has been read by nothing.
   */
  *write(prompt = "", { label = null, length = 200, seed = 0, ...filters } = {}) {
    const chance = random(seed);
    let step = this.begin(label, prompt);
    for (let written = 0; written < length; written++) {
      const id = draw(this.next(step.logits, step.state, filters), chance);
      if (id === EOS) {
        yield { ...step, id };
        return;
      }
      step = this.step(id, step.state);
      yield { ...step, id };
    }
  }

  /** The text of a prompt and what `write` adds to it; of bytes whole characters alone. */
  generate(prompt = "", settings = {}) {
    const written = Array.from(this.write(prompt, settings), ({ id }) => id);
    return this.begin(settings.label ?? null, prompt).text + this.pieces(written).join("");
  }

  /** Bits of each token given those before it, (T,), of which the first is not predicted (NaN). */
  surprise(ids, steps) {
    return Float32Array.from(ids, (id, t) => (t ? -logSoftmax(steps[t - 1].logits)[id] / NATS_PER_BIT : NaN));
  }

  // A whole text

  /**
   * Reads a text: {ids, pieces, unknown, trace: for each of `readings` arrays (T * H) by name}; of a
   * generator also logits (T * V) after each token, the surprise of each in bits, and that of an
   * end mark behind them (NaN: a stream has none).
   */
  run(text, label = null) {
    if (this.task !== "generate") {
      const encoded = this.encode(text, true);
      return { ...encoded, trace: this.readWindows(encoded.ids).trace };
    }
    const { ids, pieces, unknown, steps } = this.begin(label, text);
    const logits = new Float32Array(ids.length * this.size);
    steps.forEach((step, t) => logits.set(step.logits, t * this.size));
    const trace = this.recurrence.layers.map(([layer], l) =>
      stack(steps.map((step) => step.trace[l]), layer.names, this.hidden),
    );
    const end = this.documents ? -logSoftmax(steps.at(-1).logits)[EOS] / NATS_PER_BIT : NaN;
    return { ids, pieces, unknown, text: this.spell(text), trace, logits, surprise: this.surprise(ids, steps), end };
  }

  /** Features and trace of a text, and where the windows begin that it is read in. */
  readWindows(ids) {
    const read = windows(ids, this.description.window).map((window) => this.recurrence.read(window));
    if (read.length === 1) return { ...read[0], windows: [read[0].features] };
    const trace = this.readings.map((_, i) => {
      const names = this.recurrence.layers[0][0].names;
      return Object.fromEntries(names.map((name) => [name, sideBySide(read.map((part) => part.trace[i][name]))]));
    });
    return { features: read.flatMap(({ features }) => features), trace, windows: read.map(({ features }) => features) };
  }

  /**
   * The probabilities of the labels, (C,), as predict.py gives them: a text longer than the windows
   * of training is read in such windows, whose log-probabilities are averaged. An empty text has none.
   */
  classify(text) {
    const encoded = this.encode(text, true);
    const { windows, trace } = this.readWindows(encoded.ids);
    return { ...encoded, probabilities: encoded.ids.length ? this.labelsOf(windows) : null, trace };
  }

  labelsOf(windows) {
    const sums = new Float64Array(this.labels.length);
    for (const features of windows) {
      logSoftmax(this.output(this.pool(features))).forEach((value, c) => (sums[c] += value));
    }
    return Float32Array.from(softmax(sums.map((sum) => sum / windows.length)));
  }

  /** One vector for a text, as its training pooled features. */
  pool(features) {
    const pooling = new Pooling(this.description.pooling, this.recurrence.features);
    features.forEach((vector) => pooling.add(vector));
    return pooling.vector(this.bidirectional ? features[0] : null);
  }

  /**
   * The probabilities of the labels after each token of a text, one Float32Array (C,) each. What has
   * to be read anew for each (in both directions, in windows) is so for some tokens of a long text:
   * the others have those of the last one before them.
   */
  *prefixes(text) {
    const { ids } = this.encode(text, true);
    const T = ids.length;
    const one = this.bidirectional ? 0 : Math.min(T, this.description.window ?? T); // read in one go
    const pooling = new Pooling(this.description.pooling, this.recurrence.features);
    let state = this.recurrence.start();
    let last;
    for (let t = 0; t < one; t++) {
      state = this.recurrence.step(ids[t], state);
      pooling.add(state.layers.at(-1).hidden);
      yield (last = Float32Array.from(softmax(this.output(pooling.vector(null)))));
    }
    const steps = ((T * T - one * one) / 2) * this.readings.length;
    const apart = Math.ceil(steps / MOST_STEPS);
    for (let t = one; t < T; t++) {
      if ((T - 1 - t) % apart === 0 || !last) last = this.labelsOf(this.readWindows(ids.subarray(0, t + 1)).windows);
      yield last;
    }
  }

  /** The same at once, Float32Array (T * C). */
  classifyPrefixes(text) {
    const rows = [...this.prefixes(text)];
    const all = new Float32Array(rows.length * this.labels.length);
    rows.forEach((row, t) => all.set(row, t * this.labels.length));
    return all;
  }

  /**
   * The tags of a text: `probabilities` (T * C) of each token's tags, `tags` the likeliest of each
   * token (indices), and `spans`: what has a tag, {begin, end (in code points), text, tag,
   * probability}.
   */
  tag(text) {
    const encoded = this.encode(text, true);
    const C = this.tags.length;
    const probabilities = new Float32Array(encoded.ids.length * C);
    const { features, trace } = this.readWindows(encoded.ids);
    features.forEach((vector, t) => probabilities.set(softmax(this.output(vector)), C * t));
    const tags = Int32Array.from(encoded.ids, (_, t) => argmax(probabilities.subarray(t * C, (t + 1) * C)));
    const last = []; // the last token of each character
    encoded.pieces.forEach((piece, t) => piece && last.push(t));
    const characters = Array.from(encoded.text);
    const spans = taggedSpans(characters, this.description.tagged).map(([begin, end]) => {
      const t = last[end - 1];
      const words = characters.slice(begin, end).join("");
      return { begin, end, text: words, tag: this.tags[tags[t]], probability: probabilities[t * C + tags[t]] };
    });
    return { ...encoded, probabilities, tags, spans, trace };
  }

  /**
   * Turns a text into its target, by beam search.
   * @returns {{output, probability, ids, pieces, attention, steps, alternatives, trace, writing}}
   *   of the likeliest target: its ids with the end mark, {id, name, probability} of each, where each
   *   looked (Float32Array (U * T), or null), and all targets found as {output, probability}; the
   *   traces of what read and of what wrote
   */
  transduce(text, { maxLength = this.description.max_length, width = 5 } = {}) {
    const encoded = this.encode(text, true);
    if (!encoded.ids.length) {
      const nothing = { source: [], output: "", probability: 1, steps: [], attention: null, alternatives: [], writing: [] };
      return { ...encoded, ...nothing, trace: this.readWindows(encoded.ids).trace };
    }
    const { features, trace } = this.recurrence.read(encoded.ids);
    const found = this.writer.search(features, { maxLength, width });
    const alternatives = found.map(({ ids, score }) => ({ output: this.writer.decode(ids), probability: Math.exp(score) }));
    const best = found[0];
    return {
      ...alternatives[0],
      ids: Int32Array.from(best.ids),
      pieces: this.writer.vocabulary.pieces(best.ids),
      source: encoded.pieces,
      text: encoded.text,
      unknown: encoded.unknown,
      steps: best.ids.map((id, u) => ({ id, name: this.writer.vocabulary.name(id), probability: Math.exp(best.nats[u]) })),
      attention: best.looked[0] ? sideBySide(best.looked) : null,
      alternatives,
      trace,
      writing: this.writer.trace(best),
    };
  }
}
