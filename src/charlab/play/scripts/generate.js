// Generation: the text is written token by token; it can be stopped, walked back and branched.

const SPEEDS = { slow: 4, steady: 15, fast: 60, most: Infinity }; // tokens a second
const FRAME = 12; // milliseconds of writing between two pictures
const SHOWN = 5;
const KEPT = 12; // branches
const UNITS = { char: "character", byte: "byte", word: "word", symbol: "symbol" };
const UNKNOWN = 1; // the id of what training never saw; never written

class Generation {
  constructor(networks) {
    this.panels = networks.map((network, i) => new Panel(
      document.querySelector(`[data-network="${i}"]`), network, {
        onChoose: (token) => this.choose(token, i),
        onKey: (event) => this.key(event),
        unpaint: (panel) => this.colourBySurprise(panel),
      }));
    this.readers = networks.map((network) => new Reader(network));
    this.bars = this.panels.map((panel, i) => new Bars(panel.part("bars"), {
      onChoose: (item) => this.insert(item, i) }));
    this.text = "";
    this.ended = false;
    this.open = true; // as long as the text is the prompt
    this.cursor = null; // {offset, network}: the text's end, or a place to branch from
    this.branches = [];
    this.playing = false;
    this.fill(networks);
    this.listen();
    this.restart();
  }

  fill(networks) {
    const labels = [...new Set(networks.flatMap(({ labels }) => [...labels]))];
    byId("label").replaceChildren(...labels.map((name) => make("option", { value: name }, name)));
    byId("label").closest("label").hidden = !labels.length;
    const wanted = DATA.networks[0].label;
    if (labels.includes(wanted)) byId("label").value = wanted;
    byId("writer")?.replaceChildren(...networks.map((_, i) => make("option", { value: i }, DATA.networks[i].short)));
    if (reducedMotion.matches) byId("speed").value = "most";
  }

  listen() {
    byId("play").addEventListener("click", () => this.toggle());
    byId("step").addEventListener("click", () => { this.pause(); this.step(); });
    byId("back").addEventListener("click", () => this.back());
    byId("restart").addEventListener("click", () => this.restart());
    const prompt = byId("prompt");
    prompt.addEventListener("input", () => this.restart());
    for (const id of ["label", "seed"]) byId(id).addEventListener("change", () => this.restart());
    for (const id of ["temperature", "top-k", "top-p"])
      byId(id).addEventListener("input", () => { this.sayKnobs(); this.showBars(); });
    byId("writer")?.addEventListener("change", () => this.show());
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "Enter") return;
      event.preventDefault();
      if (event.shiftKey) { this.pause(); this.step(); } else this.toggle();
    });
    offerExamples(prompt, () => this.restart());
    this.sayKnobs();
  }

  get writer() {
    return Number(byId("writer")?.value ?? 0);
  }

  settings() {
    const number = (id) => (byId(id).value === "" ? null : Number(byId(id).value));
    return { temperature: number("temperature"), topK: number("top-k") || null,
      topP: number("top-p") >= 1 ? null : number("top-p") };
  }

  sayKnobs() {
    byId("temperature-value").textContent = Number(byId("temperature").value).toFixed(2);
    const p = Number(byId("top-p").value);
    byId("top-p-value").textContent = p >= 1 ? "off" : p.toFixed(2);
  }

  restart() {
    this.pause();
    this.branches = [];
    this.draws = 0;
    this.random = charlab.random(Number(byId("seed").value) || 0);
    this.prompt = this.readers[this.writer].network.spell(byId("prompt").value);
    this.set(this.prompt, false, true);
    sayUnknown(this.readers.map(({ network }) => network), byId("prompt").value);
  }

  here() {
    return { text: this.text, ended: this.ended, open: this.open, prompt: this.prompt };
  }

  /** Puts a text in the place of the one that is there. */
  set(text, ended, open = false) {
    this.text = text;
    this.ended = ended;
    this.open = open;
    this.cursor = null;
    this.read();
    this.show();
  }

  read() {
    const { vocabulary } = this.readers[this.writer].network;
    if (this.text === vocabulary.settled(this.prompt) && !this.ended) { // walked back to the prompt
      this.text = this.prompt;
      this.open = true;
    }
    if (!this.text) this.prompt = ""; // written from its very beginning
    const chosen = byId("label").value;
    for (const reader of this.readers) {
      const label = reader.network.labels.length
        ? reader.network.labels.includes(chosen) ? chosen : reader.network.labels[0] : null;
      reader.read(this.text, { label, prompt: this.prompt, ended: this.ended, open: this.open });
    }
  }

  /** Offset in the text of a token of a network; its end without one. */
  offset(token, network) {
    return token === null ? this.text.length : this.panels[network].view.tokens[token]?.begin ?? this.text.length;
  }

  choose(token, network) {
    this.pause();
    const reader = this.readers[network];
    const { id, bits } = reader.tokens[token];
    this.cursor = { offset: this.offset(token, network), network };
    this.show();
    const name = this.name(reader, token, id);
    say(`“${name}”${bits === null ? "" : `, ${bits.toFixed(1)} bits of surprise`}. Enter writes anew from here.`);
  }

  key(event) {
    if (event.key === "Enter") this.step();
    else if (event.key === " ") this.toggle();
    else if (event.key === "Backspace") this.back();
    else if (event.key === "Escape") { this.cursor = null; this.show(); } else return false;
    return true;
  }

  /** Keeps what is written from the cursor on as a branch, and takes it away. */
  branch() {
    if (this.cursor === null) return;
    const { offset } = this.cursor;
    if (offset < this.text.length || this.ended) {
      this.branches.unshift({ ...this.here(), offset });
      this.branches.length = Math.min(this.branches.length, KEPT);
      this.random = charlab.random((Number(byId("seed").value) || 0) + ++this.draws);
    }
    this.text = this.text.slice(0, offset);
    this.ended = this.open = false;
    this.cursor = null;
    this.read();
  }

  /** Writes one token, without a picture. */
  write() {
    this.branch();
    if (this.isFull()) return;
    const { network } = this.readers[this.writer];
    const { logits, state } = this.readers[this.writer].before();
    this.append(charlab.draw(network.next(logits, state, this.settings()), this.random), this.writer);
  }

  step() {
    this.write();
    this.show();
  }

  /** Writes a token of a network's; of a character of several bytes others read when it is whole. */
  append(id, of) {
    const reader = this.readers[of];
    this.ended = id === reader.network.eos;
    const { text } = reader;
    const piece = this.ended ? "" : reader.write(id);
    if (!piece && !this.ended) return;
    this.text = text + piece;
    this.open = false;
    this.read();
  }

  insert({ id }, of) {
    this.pause();
    this.branch();
    if (this.ended || id === UNKNOWN) return;
    this.append(id, of);
    this.show();
  }

  back() {
    this.pause();
    const { tokens } = this.panels[this.writer].view;
    const end = this.ended ? this.text.length : this.offset(tokens.length - 1 < 0 ? null : tokens.length - 1, this.writer);
    if (this.ended || this.text) this.set(this.text.slice(0, end), false);
  }

  isFull() {
    return this.ended || this.readers[this.writer].tokens.length >= (Number(byId("length").value) || 1);
  }

  toggle() {
    if (this.playing) return this.pause();
    this.branch();
    if (this.isFull()) { // another text, of another seed
      byId("seed").value = (Number(byId("seed").value) || 0) + 1;
      this.restart();
    }
    this.playing = true;
    this.begun = performance.now();
    this.written = 0;
    this.showPlaying();
    requestAnimationFrame((now) => this.play(now));
  }

  play() {
    if (!this.playing) return;
    const began = performance.now();
    const due = Math.max(0, ((began - this.begun) / 1000) * SPEEDS[byId("speed").value]) - this.written;
    for (let i = 0; i < due && !this.isFull() && performance.now() - began < FRAME; i++, this.written++) this.write();
    this.show();
    if (this.isFull()) {
      this.seconds = (performance.now() - this.begun) / 1000;
      this.pause();
      say(`Written: ${this.text}`);
    } else requestAnimationFrame(() => this.play());
  }

  pause() {
    this.playing = false;
    this.showPlaying();
  }

  showPlaying() {
    byId("play").classList.toggle("playing", this.playing);
    byId("play").querySelector(".word").textContent = this.playing ? "Pause" : "Write";
  }

  show() {
    this.panels.forEach((panel, i) => {
      const { network, tokens } = this.readers[i];
      const places = placesOf(this.readers[i].pieces);
      panel.view.cursor = this.cursorOf(i, places);
      panel.view.show(this.text, places);
      const end = panel.part("end");
      end.hidden = !this.ended || !network.documents;
      const last = tokens[tokens.length - 1];
      end.className = `end${end.hidden || !last ? "" : ` ${this.surprise(last.bits)}`}`;
      panel.hidden.show(tokens.map(({ trace }) => trace),
        tokens.map(({ id }) => network.token(id)), this.cursor === null);
      this.sayFigures(panel, tokens);
    });
    this.showBars();
    this.showBranches();
  }

  /** A token as it is shown; what training never saw as it stands in the text. */
  name(reader, token, id) {
    return id === UNKNOWN && token !== null ? reader.pieces[token] : reader.network.token(id);
  }

  cursorOf(i, places) {
    if (this.cursor === null) return null;
    const found = places.findIndex(({ end }) => end > this.cursor.offset);
    return found < 0 ? null : found;
  }

  surprise(bits) {
    return bits === null ? null : `surprise-${stepOf("surprise", bits / MOST_BITS)}`;
  }

  colourBySurprise(panel) {
    const i = this.panels.indexOf(panel);
    if (i < 0) return; // the page is being made
    panel.view.paint((t) => this.surprise(this.readers[i].tokens[t]?.bits ?? null));
    legend(panel.legend, "surprise", "surprise in bits", ["0", `${MOST_BITS} or more`]);
  }

  sayFigures(panel, tokens) {
    const known = tokens.filter(({ bits }) => bits !== null);
    const mean = known.reduce((sum, { bits }) => sum + bits, 0) / known.length;
    panel.part("figures").textContent = known.length
      ? `${mean.toFixed(2)} bits a ${UNITS[panel.network.vocabulary.unit]} · perplexity ${(2 ** mean).toFixed(2)}` : "";
  }

  showBars() {
    const settings = this.settings();
    this.readers.forEach((reader, i) => {
      const token = this.panels[i].view.cursor;
      const before = reader.before(this.ended && token === null ? reader.tokens.length - 1 : token);
      const panel = this.panels[i];
      const heading = panel.part("next");
      if (!before) {
        heading.textContent = "Nothing stands before the first character";
        return this.bars[i].show([]);
      }
      const own = charlab.distribution(before.logits, {});
      const drawn = reader.network.next(before.logits, before.state, settings);
      const there = token === null ? (this.ended ? reader.network.eos : null) : reader.tokens[token].id;
      heading.replaceChildren(...(there === null ? ["Next character"]
        : ["Expected in the place of ", make("b", {}, isolated(this.name(reader, token, there)))]));
      const best = largest(drawn, SHOWN);
      if (there !== null && !best.includes(there)) best.push(there);
      this.bars[i].show(best.map((id) => ({ id, name: reader.network.token(id), share: drawn[id], own: own[id], marked: id === there })));
    });
  }

  showBranches() {
    byId("branches").hidden = !this.branches.length;
    byId("branch-list").replaceChildren(...this.branches.map((branch) => {
      const rest = branch.text.slice(branch.offset, branch.offset + 40) + (branch.ended ? " ■" : "");
      const button = make("button", { type: "button", class: "chip" },
        make("span", { class: "quiet" }, `from ${branch.offset + 1}: `), isolated(rest));
      button.addEventListener("click", () => {
        this.pause();
        const now = { ...this.here(), offset: branch.offset };
        this.branches = [now, ...this.branches.filter((other) => other !== branch)];
        this.prompt = branch.prompt;
        this.set(branch.text, branch.ended, branch.open);
      });
      return make("li", {}, button);
    }));
  }
}
