// Classification: the labels' probabilities move while one types.

const LABELS = 8; // bars
const LINES = 5;

class Classification extends Answering {
  prepare() {
    this.bars = this.panels.map((panel) => new Bars(panel.part("bars")));
  }

  ask(network, text) {
    const answer = network.classify(text);
    const best = answer.probabilities ? largest(answer.probabilities, LABELS) : [];
    return { ...answer, best, prefixes: network.classifyPrefixes(text) };
  }

  show(i, { probabilities, best, prefixes, ids }) {
    const { network } = this.panels[i];
    const { labels } = network;
    this.bars[i].show(best.map((label, rank) => ({ name: labels[label], share: probabilities[label], marked: !rank })));
    const lines = best.slice(0, LINES).map((label) => ({ name: labels[label],
      shares: Array.from(ids, (_, t) => prefixes[t * labels.length + label]) }));
    showCurves(this.panels[i].part("curve"), Array.from(ids, (id) => network.token(id)), lines);
    this.panels[i].part("curve-names").replaceChildren(...lines.map(({ name }, k) =>
      make("li", {}, make("i", { class: `swatch series-${k + 1}`, "aria-hidden": "true" }), isolated(name))));
    say(best.length ? `${labels[best[0]]}, ${percent(probabilities[best[0]])}` : "");
  }

  colour(i) {
    const { view, network, legend: element } = this.panels[i];
    const { best, prefixes } = this.answers[i];
    if (!best.length) return element.replaceChildren();
    view.paint((t) => `share-${stepOf("share", prefixes[t * network.labels.length + best[0]])}`);
    legend(element, "share", isolated(network.labels[best[0]]), ["0%", "100%"]);
  }
}
