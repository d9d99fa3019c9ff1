// One network on the page: its panel, its text, its hidden state.

class Panel {
  /** @param options of the text view, and ``unpaint``: gives the text its usual colours. */
  constructor(element, network, { unpaint, ...options }) {
    this.element = element;
    this.network = network;
    this.legend = element.querySelector(".text-legend");
    this.view = new TextView(element.querySelector(".text"), {
      ...options,
      onPoint: (token) => { this.pointed = token; options.onPoint?.(token); },
    });
    this.unpaint = () => unpaint(this);
    const followed = DATA.networks[Number(element.dataset.network)].followed;
    this.hidden = new HiddenState(element, network, followed, this);
    darkScheme.addEventListener("change", () => this.hidden.redraw());
  }

  part(name) {
    return this.element.querySelector(`.${name}`);
  }

  /** Shows what the network read all at once: its pieces, and its trace with flat arrays (T*H,). */
  showRead({ text, ids, pieces, trace }) {
    const size = this.network.hidden;
    const frames = Array.from(ids, (_, t) => trace.map((layer) => Object.fromEntries(
      Object.entries(layer).map(([name, all]) => [name, all.subarray(t * size, (t + 1) * size)]))));
    this.element.classList.toggle("nothing", !ids.length);
    this.view.show(text, placesOf([...pieces]));
    this.hidden.show(frames, Array.from(ids, (id) => this.network.token(id)));
  }
}

/** Says which tokens of a text training never saw. */
const sayUnknown = (networks, text) => {
  const found = networks.flatMap((network) => {
    const { pieces, unknown } = network.encode(text);
    return unknown.map((place) => pieces[place]);
  });
  const named = [...new Set(found)].slice(0, 8);
  byId("unknown").hidden = !named.length;
  byId("unknown").replaceChildren("Never seen in training: ",
    ...named.flatMap((token, i) => [i ? ", " : "", isolated(token)]));
};

/** What tasks other than generation share: a text is typed, and every network answers. */
class Answering {
  /** @param options of the panels, by their number. */
  constructor(networks, options = () => ({})) {
    this.panels = [];
    this.answers = [];
    networks.forEach((network, i) => {
      this.panels.push(new Panel(document.querySelector(`[data-network="${i}"]`), network,
        { unpaint: () => this.answers[i] && this.colour(i), ...options(i) }));
    });
    if (DATA.examples.length) byId("input").value = DATA.examples[0];
    const read = () => this.read(byId("input").value);
    byId("input").addEventListener("input", read);
    offerExamples(byId("input"), read);
    this.prepare();
    read();
  }

  prepare() {}

  read(text) {
    sayUnknown(this.panels.map(({ network }) => network), text);
    this.panels.forEach((panel, i) => {
      this.answers[i] = this.ask(panel.network, text);
      panel.view.cursor = null;
      this.show(i, this.answers[i]);
      panel.showRead(this.answers[i]);
    });
  }
}

/** Texts to try, as buttons that put them into a field. */
const offerExamples = (field, onChange) => {
  const list = byId("examples");
  if (!DATA.examples.length) return list.remove();
  for (const text of DATA.examples) {
    const button = make("button", { type: "button", class: "chip" }, isolated(text.replace(/\s+/g, " ").slice(0, 28)));
    button.addEventListener("click", () => { field.value = text; onChange(); });
    list.append(button);
  }
};
