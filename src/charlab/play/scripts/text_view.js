// A text whose tokens have colours. It stays one run of text, so that Arabic letters join and a
// name from right to left runs so: colours are highlights, which change no layout.

const painter = window.CSS?.highlights ? "highlights" : "spans";

const highlight = (name) => {
  if (!CSS.highlights.has(name)) CSS.highlights.set(name, new Highlight());
  return CSS.highlights.get(name);
};

class TextView {
  /**
   * @param element where the text is shown; focusable, if its tokens can be chosen.
   * @param onPoint called with the token under the pointer, or null.
   * @param onChoose called with the token that is clicked, or chosen by Enter.
   */
  constructor(element, { onPoint = () => {}, onChoose = null, onKey = () => false } = {}) {
    this.element = element;
    this.tokens = [];
    this.ranges = [];
    this.painted = () => null;
    this.cursor = null;
    this.onChoose = onChoose;
    this.onKey = onKey;
    element.addEventListener("pointermove", (event) => onPoint(this.tokenAt(event)));
    element.addEventListener("pointerleave", () => onPoint(null));
    if (!onChoose) return;
    element.addEventListener("click", (event) => {
      const token = this.tokenAt(event);
      if (token !== null && getSelection().isCollapsed) this.onChoose(token);
    });
    element.addEventListener("keydown", (event) => this.walk(event));
  }

  /** Shows a text; tokens are {begin, end} in it. */
  show(text, tokens) {
    if (text !== this.text) {
      const node = this.element.firstChild;
      if (painter === "highlights" && node && text.startsWith(this.text) && this.text)
        node.appendData(text.slice(this.text.length)); // what is there keeps its place
      else this.element.replaceChildren(text);
    }
    this.text = text;
    this.tokens = tokens;
    this.element.classList.toggle("empty", text === "");
    this.element.parentElement.dir = getComputedStyle(this.element).direction; // the end stands behind it
    this.repaint();
  }

  /** Colours tokens: a function from a token's place to the name of a colour, or null. */
  paint(colourOf) {
    this.painted = colourOf;
    this.repaint();
  }

  /** Marks the token that the reader is at. */
  place(cursor) {
    this.cursor = cursor;
    this.repaint();
  }

  repaint() {
    const runs = [];
    this.tokens.forEach(({ begin, end }, i) => {
      const name = i === this.cursor ? "cursor" : this.painted(i);
      const last = runs[runs.length - 1];
      if (last && last.name === name && last.end === begin) last.end = end;
      else if (name !== null && end > begin) runs.push({ name, begin, end });
    });
    if (painter === "highlights") this.highlightRuns(runs);
    else this.spanRuns(runs);
  }

  highlightRuns(runs) {
    for (const [name, range] of this.ranges) highlight(name).delete(range);
    const node = this.element.firstChild;
    this.ranges = node ? runs.map(({ name, begin, end }) => {
      const range = new StaticRange({ startContainer: node, startOffset: begin,
        endContainer: node, endOffset: Math.min(end, node.length) });
      highlight(name).add(range);
      return [name, range];
    }) : [];
  }

  spanRuns(runs) {
    const parts = [];
    let place = 0;
    for (const { name, begin, end } of runs) {
      parts.push(this.text.slice(place, begin), make("span", { class: name }, this.text.slice(begin, end)));
      place = end;
    }
    this.element.replaceChildren(...parts, (this.text ?? "").slice(place));
  }

  /** The token under the pointer; null if there is none. */
  tokenAt({ clientX, clientY }) {
    const caret = document.caretPositionFromPoint?.(clientX, clientY);
    const range = caret ? null : document.caretRangeFromPoint?.(clientX, clientY);
    const node = caret ? caret.offsetNode : range?.startContainer;
    if (!node || node.nodeType !== Node.TEXT_NODE || !this.element.contains(node)) return null;
    const near = this.offsetOf(node) + (caret ? caret.offset : range.startOffset);
    const found = this.tokens.findIndex(({ begin, end }) =>
      begin <= near && near <= end && this.boxes(begin, end).some((box) =>
        box.left <= clientX && clientX <= box.right && box.top <= clientY && clientY <= box.bottom));
    return found < 0 ? null : found;
  }

  offsetOf(node) {
    const walker = document.createTreeWalker(this.element, NodeFilter.SHOW_TEXT);
    let offset = 0;
    while (walker.nextNode() && walker.currentNode !== node) offset += walker.currentNode.length;
    return offset;
  }

  boxes(begin, end) {
    const walker = document.createTreeWalker(this.element, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    let offset = 0;
    while (walker.nextNode()) {
      const { length } = walker.currentNode;
      if (offset <= begin && begin < offset + length)
        range.setStart(walker.currentNode, begin - offset);
      if (offset < end && end <= offset + length) {
        range.setEnd(walker.currentNode, end - offset);
        return [...range.getClientRects()];
      }
      offset += length;
    }
    return [];
  }

  /** Arrow keys move from token to token, as the text runs. */
  walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.tokens.length - 1;
    const at = this.cursor ?? last + 1;
    const forward = getComputedStyle(this.element).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const moves = { [forward]: Math.min(last, at + 1), [backward]: Math.max(0, at - 1),
      Home: 0, End: last };
    if (event.key in moves && last >= 0) this.onChoose(moves[event.key]);
    else if (!this.onKey(event)) return;
    event.preventDefault();
  }
}
