// The recurrence: cells, layers, and a model that reads tokens one by one or a whole text.

const sigmoid = (a) => 1 / (1 + Math.exp(-a));
const relu = (a) => (a > 0 ? a : 0);

/**
 * One step of each cell from its two products, x and h, each (G * H,), into `now`, whose arrays
 * (H,) are its gates and the parts of its state. `before` holds the parts of the state before.
 */
const CELLS = {
  vanilla(x, h, before, now, H, nonlinearity) {
    const f = nonlinearity === "relu" ? relu : Math.tanh;
    for (let i = 0; i < H; i++) now.candidate[i] = now.hidden[i] = f(x[i] + h[i]);
  },

  lstm(x, h, before, now, H) {
    for (let i = 0; i < H; i++) {
      const input = sigmoid(x[i] + h[i]);
      const forget = sigmoid(x[H + i] + h[H + i]);
      const candidate = Math.tanh(x[2 * H + i] + h[2 * H + i]);
      const output = sigmoid(x[3 * H + i] + h[3 * H + i]);
      const cell = forget * before.cell[i] + input * candidate;
      now.input[i] = input;
      now.forget[i] = forget;
      now.candidate[i] = candidate;
      now.output[i] = output;
      now.cell[i] = cell;
      now.hidden[i] = output * Math.tanh(cell);
    }
  },

  gru(x, h, before, now, H) {
    for (let i = 0; i < H; i++) {
      const reset = sigmoid(x[i] + h[i]);
      const update = sigmoid(x[H + i] + h[H + i]);
      const candidate = Math.tanh(x[2 * H + i] + reset * h[2 * H + i]);
      now.reset[i] = reset;
      now.update[i] = update;
      now.candidate[i] = candidate;
      now.hidden[i] = candidate + update * (before.hidden[i] - candidate);
    }
  },
};

const KEPT_PRODUCTS = 4096; // of a first layer with tokens; of those that come again

/** One layer in one direction. */
class Layer {
  constructor(sizes, arrays, name, suffix) {
    this.sizes = sizes;
    this.step = CELLS[sizes.cell];
    this.names = [...new Set([...sizes.gates, ...sizes.parts])];
    const [W, U, b, d] = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map((w) => arrays[`${name}.${w}${suffix}`]);
    Object.assign(this, { W, U, b, d });
    this.h = new Float32Array(U.rows);
    this.x = new Float32Array(U.rows);
  }

  /** The state before anything is read. */
  zero() {
    return Object.fromEntries(this.sizes.parts.map((part) => [part, new Float32Array(this.sizes.hidden)]));
  }

  /** The input's product with its bias, (G * H,); the next call overwrites it. */
  product(input) {
    return affine(this.W, this.b, input, this.x);
  }

  /** What the layer holds after a step: new arrays (H,), by name, the state's parts among them. */
  after(x, before) {
    const now = {};
    const H = this.sizes.hidden;
    for (const name of this.names) now[name] = new Float32Array(H);
    affine(this.U, this.d, before.hidden, this.h);
    this.step(x, this.h, before, now, H, this.sizes.nonlinearity);
    return now;
  }
}

/** A recurrent model: token ids in, features out; state in, state out. */
class Recurrence {
  constructor(sizes, arrays) {
    const { name, layers, bidirectional } = sizes;
    this.sizes = sizes;
    this.features = sizes.hidden * (bidirectional ? 2 : 1);
    this.embedding = arrays[`${name}.input.embedding.weight`];
    this.conditions = arrays[`${name}.input.conditions.weight`];
    const directions = bidirectional ? ["forwards", "backwards"] : [null];
    /** The layers from the input up, in each direction. */
    this.layers = Array.from({ length: layers }, (_, l) =>
      directions.map((direction) =>
        direction
          ? new Layer(sizes, arrays, `${name}.recurrence.${direction}.${l}`, "_l0")
          : new Layer(sizes, arrays, `${name}.recurrence`, `_l${l}`),
      ),
    );
    this.products = directions.map(() => new Map());
  }

  /** The state before anything is read: what each layer holds, and what a condition adds. */
  start(condition = null) {
    const layers = this.layers.map(([layer]) => layer.zero());
    if (condition === null) return { layers, added: null };
    const { data, columns } = this.conditions;
    const vector = data.subarray(condition * columns, (condition + 1) * columns);
    const added = affine(this.layers[0][0].W, null, vector, new Float32Array(this.layers[0][0].W.rows));
    return { layers, added };
  }

  /** Reads one token: the state after it, whose layers are also the trace; in one direction. */
  step(id, state) {
    let x = this.tokenProduct(id, 0);
    if (state.added) x = x.map((value, i) => value + state.added[i]);
    const layers = [];
    for (const [l, [layer]] of this.layers.entries()) {
      if (l) x = layer.product(layers[l - 1].hidden);
      layers.push(layer.after(x, state.layers[l]));
    }
    return { ...state, layers };
  }

  /**
   * Reads a whole text: features, a Float32Array (F,) for each token, and the trace: for each layer
   * (and of those that read both ways for each direction) arrays (T * H) by name.
   */
  read(ids) {
    let features = null;
    const trace = [];
    for (const [l, directions] of this.layers.entries()) {
      const read = directions.map((layer, direction) => {
        const moments = this.readLayer(layer, direction, l ? features : null, ids);
        trace.push(stack(moments, layer.names, this.sizes.hidden));
        return moments;
      });
      features = Array.from(ids, (_, t) => sideBySide(read.map((moments) => moments[t].hidden)));
    }
    return { features, trace };
  }

  readLayer(layer, direction, below, ids) {
    const moments = new Array(ids.length);
    let state = layer.zero();
    for (let i = 0; i < ids.length; i++) {
      const t = direction ? ids.length - 1 - i : i;
      const x = below ? layer.product(below[t]) : this.tokenProduct(ids[t], direction);
      state = moments[t] = layer.after(x, state);
    }
    return moments;
  }

  /** What the first layer makes of a token, (G * H,); kept, because tokens come again. */
  tokenProduct(id, direction) {
    const kept = this.products[direction];
    let product = kept.get(id);
    if (product) return product;
    const { W, b } = this.layers[0][direction];
    product = new Float32Array(W.rows);
    if (this.embedding) {
      const { data, columns } = this.embedding;
      affine(W, b, data.subarray(id * columns, (id + 1) * columns), product);
    } else for (let r = 0; r < W.rows; r++) product[r] = W.data[r * W.columns + id] + b.data[r];
    if (kept.size < KEPT_PRODUCTS) kept.set(id, product);
    return product;
  }
}

/** Moments (T of them) as arrays (T * H) by name. */
function stack(moments, names, H) {
  const stacked = {};
  for (const name of names) {
    stacked[name] = new Float32Array(moments.length * H);
    moments.forEach((moment, t) => stacked[name].set(moment[name], t * H));
  }
  return stacked;
}

function sideBySide(vectors) {
  if (vectors.length === 1) return vectors[0];
  const joined = new Float32Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
  let place = 0;
  for (const vector of vectors) {
    joined.set(vector, place);
    place += vector.length;
  }
  return joined;
}
