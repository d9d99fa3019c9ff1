// Tagging: each piece of the text in the colour of its tag.

const TAG_COLOURS = 8;

/** Whether a tag is a character that stands for the one it is told of. */
const isRewriting = ({ tags }) => tags.every((tag) => [...tag].length === 1);

class Tagging extends Answering {
  constructor(networks) {
    super(networks, (i) => ({
      onPoint: (token) => this.tell(i, token),
      onChoose: (token) => { this.panels[i].view.place(token); this.tell(i, token); },
    }));
  }

  /** The answer; `spanOf` each token the place of its span, or null. */
  ask(network, text) {
    const answer = network.tag(text);
    const spanOf = [];
    const characters = []; // of each code point its span
    answer.spans.forEach(({ begin, end }, place) => {
      for (let i = begin; i < end; i++) characters[i] = place;
    });
    let at = 0;
    for (const piece of answer.pieces) {
      spanOf.push(characters[at] ?? null);
      at += [...piece].length;
    }
    return { ...answer, spanOf };
  }

  show(i, { spans }) {
    const { network } = this.panels[i];
    const counts = new Map();
    for (const { tag } of spans) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    const named = isRewriting(network) ? [] : network.tags;
    this.panels[i].part("tags").replaceChildren(...named.map((tag, k) => make("li",
      { class: counts.has(tag) ? "" : "absent" },
      make("i", { class: `swatch tag-${k % TAG_COLOURS}`, "aria-hidden": "true" }),
      isolated(tag), make("span", { class: "quiet" }, ` ${counts.get(tag) ?? ""}`))));
    const rewritten = this.panels[i].part("rewritten");
    rewritten.hidden = !isRewriting(network);
    rewritten.textContent = rewritten.hidden ? "" : spans.map(({ tag }) => tag).join("");
  }

  colour(i) {
    const { view, network, legend: element } = this.panels[i];
    const { spans, spanOf } = this.answers[i];
    element.replaceChildren();
    view.paint((token) => {
      const span = spans[spanOf[token]];
      if (!span) return null;
      if (isRewriting(network)) return span.tag === span.text ? null : "tag-2";
      return `tag-${network.tags.indexOf(span.tag) % TAG_COLOURS}`;
    });
  }

  tell(i, token) {
    const { spans, spanOf } = this.answers[i];
    const span = token === null ? null : spans[spanOf[token]];
    this.panels[i].part("told").replaceChildren(...(span
      ? [isolated(span.text), " is ", make("b", {}, isolated(span.tag)), `, ${percent(span.probability)}`] : []));
  }
}
