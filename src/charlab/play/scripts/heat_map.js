// Units over a text: a row for each unit, a column for each token, its activation as colour.

const HEAD = 22; // pixels for the tokens above the columns
const SIDE = 34; // for the numbers of units
const MOST_HEIGHT = 560;

class HeatMap {
  /**
   * @param box holds a canvas; it scrolls sideways.
   * @param onPoint called with {unit, token} under the pointer or at the keys' place, or null.
   * @param onChoose called with the same when it is clicked, or chosen by Enter.
   */
  constructor(box, { onPoint, onChoose, onLeave }) {
    this.box = box;
    this.canvas = box.querySelector("canvas");
    this.spacer = box.querySelector(".spacer");
    this.image = document.createElement("canvas");
    this.data = { length: 0, units: 0 };
    this.column = 14;
    this.place = null; // {unit, token}
    this.draw = oncePerFrame(() => this.drawNow());
    box.addEventListener("scroll", this.draw);
    new ResizeObserver(this.draw).observe(box);
    darkScheme.addEventListener("change", this.draw);
    box.addEventListener("pointermove", (event) => this.point(this.at(event), onPoint));
    box.addEventListener("pointerleave", () => { this.point(null, onPoint); });
    box.addEventListener("click", (event) => { const at = this.at(event); if (at) onChoose(at); });
    box.addEventListener("keydown", (event) => this.walk(event, onPoint, onChoose, onLeave));
  }

  /**
   * @param data {length, units, order, value(token, unit) from 0 to 1, name(token), ramp}
   * @param follow whether the newest token is to be in sight.
   */
  show(data, follow) {
    this.data = data;
    this.row = Math.max(1, Math.min(12, Math.floor(MOST_HEIGHT / Math.max(1, data.units))));
    this.column = data.length <= 12 ? 44 : data.length <= 24 ? 26 : data.length <= 48 ? 18 : 14;
    this.spacer.style.width = `${SIDE + data.length * this.column}px`;
    if (follow) this.box.scrollLeft = this.box.scrollWidth;
    this.draw();
  }

  /** Marks a unit's row; null: none. */
  mark(unit, token = null) {
    this.place = unit === null ? null : { unit, token };
    this.draw();
  }

  point(at, onPoint) {
    if (at === null && this.hovered === null) return;
    this.hovered = at;
    onPoint(at);
  }

  at({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const token = Math.floor((clientX - left - SIDE + this.box.scrollLeft) / this.column);
    const row = Math.floor((clientY - top - HEAD) / this.row);
    const { length, units, order } = this.data;
    const isInside = clientX - left >= SIDE && token >= 0 && token < length && row >= 0 && row < units;
    return isInside ? { unit: order[row], token } : null;
  }

  walk(event, onPoint, onChoose, onLeave) {
    const { length, units, order } = this.data;
    if (!length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return onLeave();
    const { unit, token } = this.place ?? { unit: order[0], token: length - 1 };
    let row = order.indexOf(unit);
    let column = token ?? length - 1;
    if (event.key === "Enter" || event.key === " ") onChoose({ unit, token: column });
    else {
      const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
        PageUp: [-10, 0], PageDown: [10, 0], Home: [0, -length], End: [0, length] };
      if (!(event.key in moves)) return;
      row = Math.min(units - 1, Math.max(0, row + moves[event.key][0]));
      column = Math.min(length - 1, Math.max(0, column + moves[event.key][1]));
      this.place = { unit: order[row], token: column };
      this.reveal(column);
      onPoint(this.place);
    }
    event.preventDefault();
  }

  reveal(token) {
    const x = token * this.column;
    const room = this.box.clientWidth - SIDE - this.column;
    if (x < this.box.scrollLeft) this.box.scrollLeft = x;
    else if (x > this.box.scrollLeft + room) this.box.scrollLeft = x - room;
  }

  drawNow() {
    const { length, units } = this.data;
    const width = Math.max(1, this.box.clientWidth);
    const height = HEAD + Math.max(1, units) * (this.row ?? 1) + 1;
    const scale = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!length) return;
    const first = Math.floor(this.box.scrollLeft / this.column);
    const last = Math.min(length, first + Math.ceil((width - SIDE) / this.column) + 1);
    const left = SIDE + first * this.column - this.box.scrollLeft;
    context.save();
    context.beginPath();
    context.rect(SIDE, 0, width - SIDE, height);
    context.clip();
    this.drawCells(context, first, last, left);
    this.drawTokens(context, first, last, left);
    context.restore();
    this.drawSide(context, width, left, first);
  }

  drawCells(context, first, last, left) {
    const { units, order, value, ramp } = this.data;
    const colours = table(ramp);
    const columns = last - first;
    this.image.width = columns;
    this.image.height = units;
    const pixels = new ImageData(columns, units);
    for (let t = 0; t < columns; t++)
      for (let row = 0; row < units; row++) {
        const share = Math.min(255, Math.max(0, Math.round(255 * value(first + t, order[row]))));
        const pixel = 4 * (row * columns + t);
        for (let c = 0; c < 3; c++) pixels.data[pixel + c] = colours[3 * share + c];
        pixels.data[pixel + 3] = 255;
      }
    this.image.getContext("2d").putImageData(pixels, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.image, left, HEAD, columns * this.column, units * this.row);
  }

  drawTokens(context, first, last, left) {
    const style = getComputedStyle(this.box);
    context.font = `13px ${style.fontFamily}`;
    context.textAlign = "center";
    context.fillStyle = style.color;
    for (let t = first; t < last; t++)
      context.fillText(this.data.name(t), left + (t - first + 0.5) * this.column, HEAD - 7, this.column + 4);
  }

  drawSide(context, width, left, first) {
    const { units, order, length } = this.data;
    const style = getComputedStyle(this.box);
    const height = units * this.row;
    context.font = `10px ${style.fontFamily}`;
    context.textAlign = "right";
    context.fillStyle = style.getPropertyValue("--quiet");
    const every = Math.max(1, Math.ceil(24 / this.row));
    const marked = this.place ? order.indexOf(this.place.unit) : -1;
    for (let row = 0; row < units; row += every)
      if (marked < 0 || Math.abs(row - marked) * this.row > 11)
        context.fillText(order[row], SIDE - 5, HEAD + (row + 0.5) * this.row + 3.5);
    context.strokeStyle = style.getPropertyValue("--line");
    const across = Math.min(width - SIDE - 1, left - SIDE + (length - first) * this.column);
    context.strokeRect(SIDE + 0.5, HEAD - 0.5, across, height + 1);
    if (marked < 0) return;
    context.fillStyle = context.strokeStyle = style.color;
    context.font = `bold 11px ${style.fontFamily}`;
    context.fillText(order[marked], SIDE - 5, HEAD + (marked + 0.5) * this.row + 4);
    context.strokeRect(SIDE + 0.5, HEAD + marked * this.row - 0.5, across, this.row + 1);
    const { token } = this.place;
    if (token !== null && token !== undefined)
      context.strokeRect(left + (token - first) * this.column + 0.5, HEAD - 18.5, this.column, height + 19);
  }
}
