// The decoder of an encoder-decoder: what writes a target while it looks back at a text.

/** Begins with what the encoder has read, and writes token by token. */
class Writer {
  constructor(network) {
    const { description, arrays } = network;
    this.arrays = arrays;
    this.head = network.head;
    this.encoder = network.recurrence;
    this.recurrence = new Recurrence(description.decoder, arrays);
    this.vocabulary = new Vocabulary(description.target_vocabulary);
    this.attention = description.attention;
  }

  decode(ids) {
    return this.vocabulary.decode(ids.filter((id) => id !== EOS));
  }

  /** What is told of a text: {state: of the decoder, features, keys: what attention compares}. */
  encode(features) {
    const { hidden, bidirectional } = this.encoder.sizes;
    let ends = features.at(-1);
    if (bidirectional) ends = sideBySide([ends.subarray(0, hidden), features[0].subarray(hidden)]);
    const bridge = this.linear("bridge", ends).map(Math.tanh);
    const { parts, layers, hidden: H } = this.recurrence.sizes;
    const state = { added: null, layers: [] };
    for (let l = 0; l < layers; l++) {
      const taken = parts.map((part, p) => [part, bridge.slice((p * layers + l) * H, (p * layers + l + 1) * H)]);
      state.layers.push(Object.fromEntries(taken));
    }
    return { state, features, keys: this.attention === "none" ? null : features.map((each) => this.key(each)) };
  }

  key(features) {
    if (this.attention !== "dot") return this.linear("attention.key", features);
    const H = this.recurrence.sizes.hidden;
    return Float32Array.from({ length: H }, (_, i) => features[i] + (features[H + i] ?? 0));
  }

  linear(name, input) {
    const W = this.arrays[`${name}.weight`];
    return affine(W, this.arrays[`${name}.bias`] ?? null, input, new Float32Array(W.rows));
  }

  /** One step: {logits (V,), state, looked: attention's weights (T,), or null}. */
  step(id, state, memory) {
    const next = this.recurrence.step(id, state);
    let features = next.layers.at(-1).hidden;
    let looked = null;
    if (memory.keys) {
      looked = Float32Array.from(softmax(this.scores(features, memory.keys)));
      const context = new Float32Array(memory.features[0].length);
      memory.features.forEach((vector, t) => {
        for (let i = 0; i < context.length; i++) context[i] += looked[t] * vector[i];
      });
      features = this.linear("combine", sideBySide([features, context])).map(Math.tanh);
    }
    const logits = affine(this.head.W, this.head.b, features, new Float32Array(this.head.W.rows));
    return { logits, state: next, looked };
  }

  scores(query, keys) {
    if (this.attention !== "additive") return keys.map((key) => dot(query, 0, key, 0, key.length));
    const asked = this.linear("attention.query", query);
    const { data } = this.arrays["attention.score.weight"];
    return keys.map((key) => key.reduce((sum, value, i) => sum + data[i] * Math.tanh(asked[i] + value), 0));
  }

  /** What each layer held at each step of a hypothesis, arrays (U * H) by name. */
  trace({ moments }) {
    return this.recurrence.layers.map(([layer], l) =>
      stack(moments.map((layers) => layers[l]), layer.names, this.recurrence.sizes.hidden),
    );
  }

  /**
   * The likeliest targets that a beam finds, the best first, ranked by log-probability. One that
   * ends leaves the beam and takes no place in it; the unknown mark is never written. If none ends
   * within `maxLength` tokens, the best beginning.
   */
  search(features, { maxLength, width }) {
    const memory = this.encode(features);
    let live = [{ ids: [], nats: [], looked: [], moments: [], score: 0, state: memory.state }];
    let ended = [];
    for (let written = 0; written < maxLength && live.length; written++) {
      const grown = [];
      for (const hypothesis of live) {
        const { logits, state, looked } = this.step(hypothesis.ids.at(-1) ?? EOS, hypothesis.state, memory);
        const nats = logSoftmax(logits);
        for (const id of bestIds(nats, width)) {
          const score = hypothesis.score + nats[id];
          grown.push({ hypothesis, id, nats: nats[id], score, state, looked });
        }
      }
      grown.sort((a, b) => b.score - a.score);
      ended.push(...grown.filter(({ id }) => id === EOS).map(follow));
      ended = ended.sort((a, b) => b.score - a.score).slice(0, width);
      live = grown.filter(({ id }) => id !== EOS).slice(0, width).map(follow);
      // Going on only lowers a log-probability: those found cannot be beaten any more.
      if (ended.length === width && live.length && ended.at(-1).score >= live[0].score) break;
    }
    return ended.length ? ended : live.slice(0, 1);
  }
}

/** The end mark and the `count` likeliest ids besides, without the unknown mark. */
function bestIds(nats, count) {
  const ids = Array.from(nats.keys()).filter((id) => id !== UNK && id !== EOS);
  return [EOS, ...ids.sort((a, b) => nats[b] - nats[a]).slice(0, count)];
}

function follow({ hypothesis, id, nats, score, state, looked }) {
  return {
    ids: [...hypothesis.ids, id],
    nats: [...hypothesis.nats, nats],
    looked: [...hypothesis.looked, looked],
    moments: [...hypothesis.moments, state.layers],
    score,
    state,
  };
}
