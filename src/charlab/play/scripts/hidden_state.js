// The hidden state of a network over a text: a heat map, its units ranked, and a text in the
// colours of one unit.

const SHARES = new Set(["input", "forget", "output", "reset", "update"]); // gates: from 0 to 1
const SHUT_OPEN = ["0 shut", "open 1"];
const RANKED = 30;

class HiddenState {
  /**
   * @param panel the panel's element, which holds the parts by their classes.
   * @param network whose state it is.
   * @param followed what units follow, the strongest first: [{name, layer, part, unit, correlation}];
   *   of a network that reads both ways, units that read backwards are counted on.
   * @param view a text view of the same tokens, with its legend; ``unpaint`` gives both their usual colours.
   */
  constructor(panel, network, followed, { view, legend: textLegend, unpaint }) {
    this.network = network;
    this.followed = (followed ?? []).map((each) => ({ ...each, unit: each.unit % network.hidden,
      reading: network.readings.findIndex(({ layer, backwards }) =>
        layer === each.layer && backwards === each.unit >= network.hidden) }));
    this.view = view;
    this.textLegend = textLegend;
    this.unpaint = unpaint;
    this.frames = []; // of each token, of each layer, by name, (H,)
    this.names = [];
    this.pinned = this.hovered = null;
    for (const name of ["layer", "part", "order", "unit", "said", "ranking", "note", "free"])
      this[name] = panel.querySelector(`.${name}`);
    this.legend = panel.querySelector(".heat-legend");
    this.map = new HeatMap(panel.querySelector(".heat-map"), {
      onPoint: (at) => this.hover(at),
      onChoose: ({ unit, token }) => this.pin(unit, token),
      onLeave: () => this.pin(null),
    });
    this.fill();
    for (const control of [this.layer, this.part, this.order])
      control.addEventListener("change", () => { this.redraw(); this.colour(); });
    this.unit.addEventListener("change", () => {
      const unit = this.unit.value === "" ? null : Number(this.unit.value);
      this.pin(unit !== null && unit < network.hidden && unit >= 0 ? unit : null);
    });
    this.free.addEventListener("click", () => this.pin(null));
  }

  fill() {
    const { readings, gates, parts, hidden } = this.network;
    const option = (value, text) => make("option", { value }, text);
    this.layer.replaceChildren(...readings.map(({ layer, backwards }, i) =>
      option(i, `${layer + 1}${this.network.bidirectional ? (backwards ? ", backwards" : ", forwards") : ""}`)));
    this.layer.closest("label").hidden = readings.length < 2;
    const words = { hidden: "hidden state", cell: "cell state", candidate: "candidate" };
    this.part.replaceChildren(...[...parts, ...(gates.length > 1 ? gates : [])].map((name) => option(name, words[name] ?? `${name} gate`)));
    if (this.followed.length) this.order.prepend(option("followed", "what they follow"));
    this.order.value = this.followed.length ? "followed" : "variance";
    this.unit.max = hidden - 1;
  }

  /** Shows frames of tokens; ``names`` are the tokens as they are read. */
  show(frames, names, follow = false) {
    this.frames = frames;
    this.names = names;
    this.redraw(follow);
    this.colour();
  }

  values(t) {
    return this.frames[t][this.shown.reading][this.shown.part];
  }

  /** Which layer, reading and part are shown. */
  get shown() {
    return { reading: Number(this.layer.value), part: this.part.value };
  }

  /** Where the colours of each unit end: 1, or its largest where values have no bound. */
  findLargest(isShare) {
    const largestOf = new Float64Array(this.network.hidden).fill(0);
    if (!isShare) for (let t = 0; t < this.frames.length; t++)
      this.values(t).forEach((value, unit) => { largestOf[unit] = Math.max(largestOf[unit], Math.abs(value)); });
    return largestOf.some((value) => value > 1.0001) ? largestOf.map((value) => value || 1) : largestOf.fill(1);
  }

  isShown({ reading, part }) {
    return reading === this.shown.reading && part === this.shown.part;
  }

  redraw(follow = false) {
    const isShare = SHARES.has(this.part.value);
    this.largest = this.findLargest(isShare);
    this.ramp = isShare ? "share" : "signed";
    this.share = isShare ? (value) => value : (value, unit) => 0.5 + value / (2 * this.largest[unit]);
    const units = this.network.hidden;
    this.ranked = this.rank();
    const numbers = Array.from({ length: units }, (_, unit) => unit);
    const before = this.ranked.filter((each) => this.isShown(each)).map(({ unit }) => unit);
    const order = this.order.value === "number" ? numbers
      : [...new Set([...before, ...numbers])];
    this.isBounded = this.largest.every((value) => value === 1);
    legend(this.legend, this.ramp, this.part.selectedOptions[0].text, isShare ? SHUT_OPEN
      : this.isBounded ? ["−1", "+1"] : ["−", "+ each unit by its own largest"]);
    this.map.show({ length: this.frames.length, units, order, ramp: this.ramp,
      value: (t, unit) => this.share(this.values(t)[unit], unit), name: (t) => this.names[t] }, follow);
    this.list();
  }

  /** Units, best first, each with what is said of it and where it is, if not among those shown. */
  rank() {
    if (this.order.value === "followed")
      return this.followed.map(({ reading, part, unit, name, correlation }) =>
        ({ reading, part, unit, what: name, number: signed(correlation) }));
    const units = this.network.hidden;
    const n = Math.max(1, this.frames.length);
    const [sums, squares] = [new Float64Array(units), new Float64Array(units)];
    for (let t = 0; t < this.frames.length; t++)
      this.values(t).forEach((value, unit) => { sums[unit] += value; squares[unit] += value * value; });
    const deviation = sums.map((sum, unit) => Math.sqrt(Math.max(0, squares[unit] / n - (sum / n) ** 2)));
    return largest(deviation, units).map((unit) => ({ ...this.shown, unit, what: "", number: `±${deviation[unit].toFixed(2)}` }));
  }

  list() {
    this.note.textContent = this.order.value === "followed"
      ? "Found by the program: correlations on held-out text that the units were not chosen by."
      : `By how much they vary (standard deviation) over this text${this.followed.length ? "" : ": what they follow is not known here"}.`;
    if (this.ranking.matches(":hover, :focus-within")) return; // it stays still under a reader's hand
    const key = JSON.stringify([this.pinned, this.shown, this.ranked.slice(0, RANKED)]);
    if (key === this.listedKey) return;
    this.listedKey = key;
    this.listed = this.ranked.slice(0, RANKED);
    this.ranking.replaceChildren(...this.listed.map((each) => {
      const { unit, what, number } = each;
      const button = make("button", { type: "button", "aria-pressed": String(this.isShown(each) && unit === this.pinned) },
        ...(what ? [isolated(what), make("span", { class: "quiet" }, `${each.part} ${unit}`)] : [make("span", {}, `unit ${unit}`), ""]),
        make("span", { class: "number" }, number));
      button.addEventListener("click", () => {
        const isPinned = this.isShown(each) && this.pinned === unit;
        this.turnTo(each);
        this.pin(isPinned ? null : unit);
      });
      for (const name of ["pointerenter", "focus"])
        button.addEventListener(name, () => { if (this.isShown(each)) this.hover({ unit, token: null }); });
      for (const name of ["pointerleave", "blur"]) button.addEventListener(name, () => this.hover(null));
      return make("li", {}, button);
    }));
  }

  /** Shows another layer or part. */
  turnTo(each) {
    if (this.isShown(each)) return;
    this.layer.value = each.reading;
    this.part.value = each.part;
    this.pinned = this.hovered = null;
    this.redraw();
  }

  hover(at) {
    this.hovered = at;
    this.colour();
  }

  /** Keeps the text in a unit's colours; null: no longer. */
  pin(unit, token = null) {
    this.pinned = unit;
    this.hovered = unit === null ? null : { unit, token };
    this.unit.value = unit ?? "";
    [...this.ranking.querySelectorAll("button")].forEach((button, i) => {
      const isPinned = this.isShown(this.listed[i]) && this.listed[i].unit === unit;
      button.setAttribute("aria-pressed", String(isPinned));
    });
    this.colour();
  }

  /** Whether the text is in a unit's colours. */
  colour() {
    const unit = this.hovered?.unit ?? this.pinned;
    this.free.hidden = this.pinned === null;
    this.map.mark(unit, this.hovered?.token ?? null);
    if (unit === null || unit >= this.network.hidden || !this.frames.length) {
      this.said.textContent = "";
      return this.unpaint();
    }
    this.view.paint((t) => (t < this.frames.length
      ? `${this.ramp}-${stepOf(this.ramp, this.share(this.values(t)[unit], unit))}` : null));
    const most = this.isBounded ? "1" : this.largest[unit].toFixed(1);
    legend(this.textLegend, this.ramp, `unit ${unit}, ${this.part.selectedOptions[0].text}`,
      this.ramp === "share" ? SHUT_OPEN : [`−${most}`, `+${most}`]);
    const token = this.hovered?.token;
    const known = this.ranked.find((each) => each.unit === unit && this.isShown(each));
    const parts = [`unit ${unit}`];
    if (token !== null && token !== undefined && token < this.frames.length)
      parts.push(` at “${this.names[token]}”: ${signed(this.values(token)[unit])}`);
    if (known?.what) parts.push(` · follows ${known.what} (${known.number})`);
    this.said.textContent = parts.join("");
  }
}
