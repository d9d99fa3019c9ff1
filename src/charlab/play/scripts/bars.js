// Probabilities as bars: the likeliest first.

class Bars {
  /** @param element a list; onChoose is called with the number of the bar that is clicked. */
  constructor(element, { onChoose = null } = {}) {
    this.element = element;
    this.onChoose = onChoose;
    this.rows = [];
  }

  /**
   * @param items {name, share, own, marked, key}: own is what the network itself thinks where share
   *   is what is drawn from; marked is what stands in the text.
   */
  show(items) {
    while (this.rows.length < items.length) this.rows.push(this.row(this.rows.length));
    const widest = Math.max(0.001, ...items.map(({ share, own = 0 }) => Math.max(share, own)));
    items.forEach((item, i) => this.fill(this.rows[i], item, widest));
    this.element.replaceChildren(...this.rows.slice(0, items.length).map(({ line }) => line));
    this.items = items;
  }

  row(i) {
    const name = make("span", { class: "name" });
    const bar = make("span", { class: "bar" });
    const own = make("span", { class: "own" });
    const number = make("span", { class: "number" });
    const track = make("span", { class: "track", "aria-hidden": "true" }, bar, own);
    const inside = this.onChoose ? make("button", { type: "button", class: "row" })
      : make("div", { class: "row" });
    inside.append(name, track, number);
    if (this.onChoose) inside.addEventListener("click", () => this.onChoose(this.items[i]));
    return { line: make("li", {}, inside), inside, name, bar, own, number };
  }

  fill({ inside, name, bar, own, number }, item, widest) {
    const text = isolated(item.name);
    name.replaceChildren(text);
    name.title = item.name;
    bar.style.width = `${(100 * item.share) / widest}%`;
    own.hidden = item.own === undefined;
    if (!own.hidden) own.style.insetInlineStart = `${(100 * item.own) / widest}%`;
    number.textContent = percent(item.share);
    inside.classList.toggle("marked", Boolean(item.marked));
    inside.classList.toggle("out", item.share === 0);
  }
}
