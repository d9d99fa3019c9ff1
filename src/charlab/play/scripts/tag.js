// Tagging: each piece of the text in the colour of its tag.

const TAG_COLOURS = 8;

class Tagging {
  constructor(networks) {
    this.panels = networks.map((network, i) => new Panel(
      document.querySelector(`[data-network="${i}"]`), network, {
        unpaint: (panel) => this.colourByTag(panel),
        onPoint: (token) => this.tell(i, token),
        onChoose: (token) => { this.panels[i].view.place(token); this.tell(i, token); },
      }));
    this.pieces = [];
    byId("input").addEventListener("input", () => this.read());
    offerExamples(byId("input"), () => this.read());
    if (DATA.examples.length) byId("input").value = DATA.examples[0];
    this.read();
  }

  read() {
    const typed = byId("input").value;
    sayUnknown(byId("unknown"), this.panels.flatMap(({ network }) => network.encode(typed).unknown));
    this.panels.forEach((panel, i) => {
      const text = spelled(panel.network, typed);
      this.pieces[i] = text ? panel.network.tag(text) : [];
      panel.view.cursor = null;
      if (text) panel.showRun(text, panel.network.run(text));
      else {
        panel.view.show("", []);
        panel.hidden.show([], []);
      }
      this.showLegend(panel, i);
      this.showRewritten(panel, i);
    });
  }

  colour(tags, tag) {
    return `tag-${tags.indexOf(tag) % TAG_COLOURS}`;
  }

  isRewriting(network) {
    return network.tags.every((tag) => [...tag].length === 1);
  }

  pieceAt(i, token) {
    const place = this.panels[i].view.tokens[token];
    return place && this.pieces[i].find(({ begin, end }) => begin <= place.begin && place.begin < end);
  }

  colourByTag(panel) {
    const i = this.panels?.indexOf(panel) ?? -1;
    if (i < 0 || !this.pieces[i]) return;
    const { tags } = panel.network;
    panel.legend.replaceChildren();
    panel.view.paint((token) => {
      const piece = this.pieceAt(i, token);
      if (!piece || (this.isRewriting(panel.network) && piece.tag === piece.text)) return null;
      return this.isRewriting(panel.network) ? "tag-2" : this.colour(tags, piece.tag);
    });
  }

  showLegend(panel, i) {
    const counts = new Map();
    for (const { tag, text } of this.pieces[i]) if (text.trim()) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    const named = this.isRewriting(panel.network) ? [] : panel.network.tags;
    panel.part("tags").replaceChildren(...named.map((tag) => make("li", { class: counts.has(tag) ? "" : "absent" },
      make("i", { class: `swatch ${this.colour(panel.network.tags, tag)}`, "aria-hidden": "true" }),
      isolated(tag), make("span", { class: "quiet" }, ` ${counts.get(tag) ?? ""}`))));
  }

  showRewritten(panel, i) {
    const box = panel.part("rewritten");
    box.hidden = !this.isRewriting(panel.network);
    if (!box.hidden) box.textContent = this.pieces[i].map(({ tag }) => tag).join("");
  }

  tell(i, token) {
    const piece = token === null ? null : this.pieceAt(i, token);
    this.panels[i].part("told").replaceChildren(...(piece
      ? [isolated(piece.text), " is ", make("b", {}, isolated(piece.tag)), `, ${percent(piece.probability)}`] : []));
  }
}
