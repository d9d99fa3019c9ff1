// Of a whole text: windows, one vector for all of it, what of it has a tag.

/** A text's ids cut into the fewest windows of at most `size`, nearly equally long; at least one. */
function windows(ids, size) {
  const count = Math.max(1, Math.ceil(ids.length / (size ?? Infinity)));
  const begin = (i) => Math.floor((i * ids.length) / count);
  return Array.from({ length: count }, (_, i) => ids.subarray(begin(i), begin(i + 1)));
}

/** From features one after another to one vector: last, mean, max, or mean_max side by side. */
class Pooling {
  constructor(kind, size) {
    this.kind = kind;
    this.count = 0;
    this.sum = new Float64Array(size);
    this.greatest = new Float32Array(size).fill(-Infinity);
  }

  add(vector) {
    this.count++;
    this.last = vector;
    for (let i = 0; i < vector.length; i++) {
      this.sum[i] += vector[i];
      if (vector[i] > this.greatest[i]) this.greatest[i] = vector[i];
    }
  }

  /** @param first the first features, whose second half has read backwards to the end; or null */
  vector(first) {
    const mean = Float32Array.from(this.sum, (value) => value / this.count);
    if (this.kind === "mean") return mean;
    if (this.kind === "max") return this.greatest;
    if (this.kind === "mean_max") return sideBySide([mean, this.greatest]);
    const half = this.last.length / 2;
    return first ? sideBySide([this.last.subarray(0, half), first.subarray(half)]) : this.last;
  }
}

/** Where what has a tag begins and ends: characters, words between white space, or also marks. */
function taggedSpans(characters, tagged) {
  if (tagged === "character") return characters.map((_, i) => [i, i + 1]);
  const tokens = tagged === "word" ? splitWords(characters.join("")) : [characters.join("")];
  const spans = [];
  let place = 0;
  for (const token of tokens) {
    let begin = null;
    for (const character of [...token, " "]) {
      const blank = isBlank(character);
      if (blank && begin !== null) spans.push([begin, place]);
      if (blank) begin = null;
      else begin ??= place;
      place++;
    }
    place--; // the space that ends the last one
  }
  return spans;
}
