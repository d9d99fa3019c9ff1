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

/** out = W x + b, where W is (rows, columns) row by row; b may be null. Four rows at a time. */
function affine(W, b, x, out) {
  const { data, rows, columns } = W;
  let r = 0;
  for (; r + 3 < rows; r += 4) {
    let p0 = r * columns;
    let p1 = p0 + columns;
    let p2 = p1 + columns;
    let p3 = p2 + columns;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let c = 0; c < columns; c++) {
      const value = x[c];
      s0 += data[p0++] * value;
      s1 += data[p1++] * value;
      s2 += data[p2++] * value;
      s3 += data[p3++] * value;
    }
    out[r] = s0;
    out[r + 1] = s1;
    out[r + 2] = s2;
    out[r + 3] = s3;
  }
  for (; r < rows; r++) out[r] = dot(data, r * columns, x, 0, columns);
  if (b) for (let i = 0; i < rows; i++) out[i] += b.data[i];
  return out;
}

/** The product of two stretches of n numbers. */
function dot(a, from, b, begin, n) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[from + i] * b[begin + i];
  return sum;
}

/** Probabilities of logits, (C,). */
function softmax(logits) {
  return logSoftmax(logits).map(Math.exp);
}

/** Log-probabilities in nats of logits, as Float64Array (C,). */
function logSoftmax(logits) {
  let greatest = -Infinity;
  for (const value of logits) if (value > greatest) greatest = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - greatest);
  const shift = greatest + Math.log(sum);
  return Float64Array.from(logits, (value) => value - shift);
}

/** The place of the greatest; the first of several. */
function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
