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
    this.hidden = new HiddenState(element, network, followed, this.view, this.unpaint);
    darkScheme.addEventListener("change", () => this.hidden.redraw());
  }

  part(name) {
    return this.element.querySelector(`.${name}`);
  }

  /** Shows what the network read all at once: ids (T,), and its trace with flat arrays (T*H,). */
  showRun(text, { ids, trace }) {
    const size = this.network.hidden;
    const frames = Array.from(ids, (_, t) => trace.map((layer) => Object.fromEntries(
      Object.entries(layer).map(([name, all]) => [name, all.subarray(t * size, (t + 1) * size)]))));
    this.view.show(text, placesOf(this.network, ids, text));
    this.hidden.show(frames, Array.from(ids, (id) => shown(this.network.token(id))));
  }
}

/** The text that a network reads of what was typed: spelled as its training spelled its own. */
const spelled = (network, text) => network.normalize?.(text) ?? text;

/** Says which characters of a text training never saw. */
const sayUnknown = (element, unknown) => {
  const named = [...new Set(unknown)].slice(0, 8);
  element.hidden = !named.length;
  element.replaceChildren("Never seen in training: ",
    ...named.flatMap((token, i) => [i ? ", " : "", isolated(shown(token))]));
};

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
