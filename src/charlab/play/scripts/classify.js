// Classification: the labels' probabilities move while one types.

const LABELS = 8; // bars
const LINES = 5;

class Classification {
  constructor(networks) {
    this.panels = networks.map((network, i) => new Panel(
      document.querySelector(`[data-network="${i}"]`), network, { unpaint: (panel) => this.colourByLabel(panel) }));
    this.bars = this.panels.map((panel) => new Bars(panel.part("bars")));
    this.answers = [];
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
      panel.element.classList.toggle("nothing", text === "");
      if (text === "") {
        this.answers[i] = null;
        this.bars[i].show([]);
        panel.part("curve").replaceChildren();
        panel.view.show("", []);
        return panel.hidden.show([], []);
      }
      const { labels } = panel.network;
      const whole = panel.network.classify(text);
      const prefixes = panel.network.classifyPrefixes(text);
      const best = largest(whole, LABELS);
      this.answers[i] = { prefixes, label: best[0] };
      this.bars[i].show(best.map((label, rank) => ({ name: labels[label], share: whole[label], marked: !rank })));
      panel.showRun(text, panel.network.run(text));
      this.showCurve(panel, prefixes, best.slice(0, LINES));
      say(`${labels[best[0]]}, ${percent(whole[best[0]])}`);
    });
  }

  showCurve(panel, prefixes, best) {
    const { labels } = panel.network;
    const { names } = panel.hidden;
    const lines = best.map((label) => ({ name: labels[label],
      shares: names.map((_, t) => prefixes[t * labels.length + label]) }));
    showCurves(panel.part("curve"), names, lines);
    panel.part("curve-names").replaceChildren(...lines.map(({ name }, k) =>
      make("li", {}, make("i", { class: `swatch series-${k + 1}`, "aria-hidden": "true" }), isolated(name))));
  }

  colourByLabel(panel) {
    const answer = this.answers?.[this.panels?.indexOf(panel)];
    if (!answer) return;
    const { labels } = panel.network;
    panel.view.paint((t) => {
      const share = answer.prefixes[t * labels.length + answer.label];
      return share === undefined ? null : `share-${stepOf("share", share)}`;
    });
    legend(panel.legend, "share", `probability of ${labels[answer.label]}, read so far`, ["0%", "100%"]);
  }
}
