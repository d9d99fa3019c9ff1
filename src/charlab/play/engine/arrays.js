// Arrays of numbers: unpacked from base64, and the products that a network is made of.

/** The numbers of a packed array as {data: Float32Array, rows, columns}; a vector has one column. */
function unpackArray(packed) {
  const bytes = fromBase64(packed.data);
  const [rows, columns = 1] = packed.shape;
  let data;
  if (packed.type === "float16") data = fromHalves(new Uint16Array(bytes.buffer));
  else if (packed.type === "float32") data = new Float32Array(bytes.buffer);
  else {
    const scales = new Float32Array(fromBase64(packed.scales).buffer);
    data = Float32Array.from(new Int8Array(bytes.buffer), (value, i) => value * scales[Math.floor(i / columns)]);
  }
  return { data, rows, columns };
}

function fromBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Numbers of IEEE 754's binary16, none of them infinite. */
function fromHalves(halves) {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const exponent = (halves[i] >> 10) & 31;
    const fraction = halves[i] & 1023;
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14;
    values[i] = halves[i] & 0x8000 ? -size : size;
  }
  return values;
}

/** E P, the weights of an output that shares the embedding E; without a projection P, E itself. */
function tied(E, P) {
  if (!P) return E;
  const data = new Float32Array(E.rows * P.columns);
  for (let r = 0; r < E.rows; r++)
    for (let k = 0; k < P.rows; k++)
      for (let c = 0; c < P.columns; c++)
        data[r * P.columns + c] += E.data[r * E.columns + k] * P.data[k * P.columns + c];
  return { data, rows: E.rows, columns: P.columns };
}

/** out = W x + b, where W is (rows, columns) row by row; b may be null. Eight rows share each x. */
function affine(W, b, x, out) {
  const { data, rows, columns: n } = W;
  let r = 0;
  for (; r + 7 < rows; r += 8) {
    const p0 = r * n;
    const p1 = p0 + n;
    const p2 = p1 + n;
    const p3 = p2 + n;
    const p4 = p3 + n;
    const p5 = p4 + n;
    const p6 = p5 + n;
    const p7 = p6 + n;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    for (let c = 0; c < n; c++) {
      const value = x[c];
      s0 += data[p0 + c] * value;
      s1 += data[p1 + c] * value;
      s2 += data[p2 + c] * value;
      s3 += data[p3 + c] * value;
      s4 += data[p4 + c] * value;
      s5 += data[p5 + c] * value;
      s6 += data[p6 + c] * value;
      s7 += data[p7 + c] * value;
    }
    out[r] = s0;
    out[r + 1] = s1;
    out[r + 2] = s2;
    out[r + 3] = s3;
    out[r + 4] = s4;
    out[r + 5] = s5;
    out[r + 6] = s6;
    out[r + 7] = s7;
  }
  for (; r < rows; r++) out[r] = dot(data, r * n, x, 0, n);
  if (b) for (let i = 0; i < rows; i++) out[i] += b.data[i];
  return out;
}

/** The product of two stretches of n numbers. */
function dot(a, from, b, begin, n) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[from + i] * b[begin + i];
  return sum;
}

/** Probabilities of logits, as Float64Array (C,). */
function softmax(logits) {
  const values = logSoftmax(logits);
  for (let i = 0; i < values.length; i++) values[i] = Math.exp(values[i]);
  return values;
}

/** Log-probabilities in nats of logits, as Float64Array (C,). */
function logSoftmax(logits) {
  const values = new Float64Array(logits.length);
  const greatest = logits[argmax(logits)];
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(logits[i] - greatest);
  const shift = greatest + Math.log(sum);
  for (let i = 0; i < values.length; i++) values[i] = logits[i] - shift;
  return values;
}

/** The place of the greatest; the first of several. */
function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
