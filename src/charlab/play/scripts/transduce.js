// Transduction: a text is turned into another; attention says where the network looked.

class Transduction extends Answering {
  ask(network, text) {
    return { ...network.transduce(text), ...network.encode(text, true) };
  }

  show(i, answer) {
    const panel = this.panels[i];
    panel.part("output").textContent = answer.output;
    panel.part("others").replaceChildren(...answer.alternatives.map(({ output, probability }) =>
      make("li", {}, isolated(output), make("span", { class: "number" }, percent(probability)))));
    this.showAttention(panel, answer);
    say(answer.output ? `Written: ${answer.output}` : "");
  }

  colour(i) {
    this.panels[i].legend.replaceChildren();
    this.panels[i].view.paint(() => null);
  }

  /** A row for each token that is written, a column for each that was read. */
  showAttention(panel, { attention, steps, ids }) {
    const box = panel.part("attention");
    if (!attention) return box.replaceChildren(make("p", { class: "quiet" }, ids.length
      ? "This network has no attention: all that it knows of the text is its state at the end." : ""));
    const names = Array.from(ids, (id) => panel.network.token(id));
    const head = make("tr", {}, make("td"), ...names.map((name) => make("th", { scope: "col" }, name)));
    const rows = steps.map(({ name: written }, u) => make("tr", {}, make("th", { scope: "row" }, written),
      ...names.map((name, t) => {
        const share = attention[u * names.length + t];
        return make("td", { class: `share-${stepOf("share", share)}`, title: `${written} ← ${name}: ${percent(share)}` });
      })));
    box.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
  }
}
