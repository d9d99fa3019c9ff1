// Transduction: a text is turned into another; attention says where the network looked.

class Transduction {
  constructor(networks) {
    this.panels = networks.map((network, i) => new Panel(
      document.querySelector(`[data-network="${i}"]`), network, { unpaint: (panel) => this.uncolour(panel) }));
    byId("input").addEventListener("input", () => this.read());
    offerExamples(byId("input"), () => this.read());
    if (DATA.examples.length) byId("input").value = DATA.examples[0];
    this.read();
  }

  read() {
    const typed = byId("input").value;
    sayUnknown(byId("unknown"), this.panels.flatMap(({ network }) => network.encode(typed).unknown));
    for (const panel of this.panels) {
      const text = spelled(panel.network, typed);
      panel.element.classList.toggle("nothing", text === "");
      if (text === "") {
        panel.part("output").textContent = "";
        panel.part("attention").replaceChildren();
        panel.view.show("", []);
        panel.hidden.show([], []);
        continue;
      }
      const answer = panel.network.transduce(text);
      panel.part("output").textContent = answer.output;
      panel.showRun(text, panel.network.run(text));
      this.showAttention(panel, answer);
      say(`Written: ${answer.output}`);
    }
  }

  uncolour(panel) {
    panel.legend.replaceChildren();
    panel.view.paint(() => null);
  }

  /** A row for each character that is written, a column for each that was read. */
  showAttention(panel, { attention, tokens }) {
    const { names } = panel.hidden;
    const box = panel.part("attention");
    if (!attention) return box.replaceChildren(make("p", { class: "quiet" }, "This network has no attention: all that it knows of the text is its state at the end."));
    const head = make("tr", {}, make("td"), ...names.map((name) => make("th", { scope: "col" }, name)));
    const rows = tokens.map((token, u) => make("tr", {}, make("th", { scope: "row" }, shown(token)),
      ...names.map((name, t) => {
        const share = attention[u * names.length + t];
        return make("td", { class: `share-${stepOf("share", share)}`, title: `${shown(token)} ← ${name}: ${percent(share)}` });
      })));
    box.replaceChildren(make("table", {}, make("caption", {}, "Each row is a character that is written, each column one that was read; the darker, the more it was looked at."),
      make("thead", {}, head), make("tbody", {}, ...rows)));
  }
}
