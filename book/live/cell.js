// One cell of the page: its text, its buttons, its results.
import { Kept } from "./kept.js";
import { Ended } from "./python.js";
import { Result, announce, element } from "./show.js";

const SIGNS = { "not tried": "○", "not yet": "✗", "right": "✓" };
const STATES = Object.fromEntries(Object.entries(SIGNS).map(([state, s]) => [s, state]));
const BEFORE = {
  "not yet": "Not yet right when you last ran it.",
  "right": "Right when you last ran it.",
};
const KEYS = "Shift-Enter runs. Escape, then Tab leaves.";
const DIGITS = "Here load_mnist() holds the first 500 digits of each set.";

// Which line of a cell an error points at, or 0.
function lineOf(error, name) {
  const found = [...error.matchAll(/File "([^"]*)", line (\d+)/g)];
  return Number(found.findLast(([, file]) => file === name)?.[2] ?? 0);
}

export class Cell {
  constructor(box, place, session) {
    Object.assign(this, { box, session });
    this.input = box.querySelector(".cell_input");
    this.output = box.querySelector(".cell_output");
    this.pre = this.input?.querySelector("pre");
    this.runs = Boolean(this.pre) && !this.output?.querySelector("img");
    this.exercise = box.closest("div.exercise");
    this.built = this.pre?.textContent.trimEnd() ?? "";
    this.isExercise = Boolean(this.exercise) && /^mine = None/m.test(this.built);
    this.isTutor = box.classList.contains("tag_tutor");
    this.mayFail = this.isExercise || this.isTutor; // the cells below run all the same
    this.home = this.homeOf(place);
  }

  // Where a reader's text belongs, also after the chapter has changed elsewhere.
  homeOf(place) {
    if (this.isTutor) return "tutor";
    if (!this.isExercise) return `${place}`;
    const cells = [...this.exercise.querySelectorAll("div.cell")];
    return `${this.exercise.id} ${cells.indexOf(this.box)}`;
  }

  // Restore what was kept, and show the buttons.
  furnish(number) {
    this.name = `cell ${number}`;
    this.kept = new Kept(this.session.page, this.home, (text) => this.meet(text));
    const { text, built, state } = this.kept.read();
    const itsOwn = this.isExercise || this.isTutor || built === this.built;
    this.text = typeof text === "string" && itsOwn ? text : this.built;
    this.bar = this.makeBar();
    this.box.id ||= this.name.replace(" ", "-");
    this.input.after(this.bar);
    if (itsOwn && state) this.judged = { text: this.text, state };
    this.mark(this.judged?.state);
    if (this.changed) this.pre.textContent = this.text; // until there is an editor
    if (this.changed) this.say(
      built === this.built ? BEFORE[this.state] ?? "Your text of last time."
        : "The book's text has changed since you wrote yours: Reset shows it.",
    );
    if (this.changed && this.output && this.state) this.output.hidden = true;
    if (this.changed || this.isExercise || this.isTutor) this.editWhenNear();
    this.update();
  }

  get changed() {
    return this.text !== undefined && this.text !== this.built;
  }

  makeBar() {
    const button = (text, onclick, hidden = false) => element("button", {
      type: "button", text, onclick, hidden, "aria-label": `${text} ${this.name}`,
    });
    this.runButton = button("Run", () => this.press());
    this.stopButton = button("Stop", () => this.session.end(), true);
    this.editButton = button("Edit", () => this.edit({ focus: true }));
    this.copyButton = button("Copy", () => this.copy(), true);
    this.resetButton = button("Reset", () => this.reset(), true);
    this.undoButton = button("Undo", () => this.undo(), true);
    this.words = element("span", { class: "live-words" });
    this.progress = element("progress", { hidden: true, "aria-label": "Python arrives" });
    return element(
      "div", { class: "live-bar" }, this.runButton, this.stopButton, this.editButton,
      this.copyButton, this.resetButton, this.undoButton, this.progress, this.words,
      element("span", { class: "live-end" },
        element("span", { class: "live-name", text: this.name }),
        element("span", { class: "live-keys", "aria-hidden": "true", text: KEYS })),
    );
  }

  update() {
    this.editButton.hidden = Boolean(this.editor) || this.isExercise || this.isTutor;
    this.copyButton.hidden = !this.editor || this.isTutor;
    this.resetButton.hidden = !this.changed && !this.result;
    this.undoButton.hidden = !this.before;
    this.output?.classList.toggle("live-books", this.changed);
  }

  // Sign the line that an error points at, or none.
  point(error) {
    this.editor?.point(error ? lineOf(error, this.name) : 0);
  }

  say(...words) {
    this.words.replaceChildren(...words);
  }

  // The editor comes when the cell comes near.
  editWhenNear() {
    const watch = new IntersectionObserver(
      ([{ isIntersecting }]) => {
        if (!isIntersecting) return;
        watch.disconnect();
        this.edit();
      },
      { rootMargin: "50% 0px" },
    );
    watch.observe(this.box);
  }

  async edit({ focus = false } = {}) {
    this.opens ??= this.openEditor();
    await this.opens;
    if (focus) this.editor?.focus();
  }

  async openEditor() {
    const { python } = this.session;
    try {
      const { edit } = await import(`${python.folder}editor.js${python.version}`);
      this.editor = edit({
        text: this.text, name: this.name, onRun: () => this.press(),
        onChange: (text) => this.change(text),
      });
    } catch {
      this.opens = null;
      return this.say("The editor did not arrive: load the page again.");
    }
    this.input.hidden = true;
    this.input.before(this.editor.box);
    this.bar.classList.add("live-edited");
    this.update();
  }

  change(text) {
    this.text = text;
    if (this.changed) this.before = null;
    if (!this.busy) this.say("");
    this.result?.setFormer(text !== this.result.of && "before your last change");
    this.mark(text === this.judged?.text ? this.judged.state : undefined);
    this.keep();
    this.update();
  }

  // Another tab has written another text here: this one stays, unless it runs.
  meet(text) {
    if (text === undefined || text === this.text) return;
    this.say("Another tab has changed this cell. Of the two, the one that runs is kept.");
  }

  keep() {
    const { changed, state } = this;
    const value = changed ? { text: this.text, built: this.built } : {};
    if (state && state !== "not tried") Object.assign(value, { state, built: this.built });
    if (!this.kept.write(value))
      this.say("This browser does not keep what you write: copy it before you leave.");
  }

  // Press Run.
  async press() {
    if (this.busy) return;
    this.setBusy(true);
    this.result?.setFormer("of an earlier run");
    if (this.changed) this.kept.meet();
    this.say(this.session.running ? `Waits for ${this.session.running.name}.` : "");
    try {
      await this.session.inTurn(() => this.runNow());
    } catch (error) {
      this.say(error instanceof Ended ? error.message
        : `This page has a fault (${error.message}). Load it again.`);
      announce(this.words.textContent);
    } finally {
      this.setBusy(false);
    }
  }

  async runNow() {
    this.session.running = this;
    try {
      const began = await this.prepare();
      if (began) await this.conclude(await this.session.execute(
        this.session.stepOf(this), this.newResult(),
      ));
    } finally {
      this.session.running = null;
    }
  }

  // Load Python and run the cells above; tell whether this one can run.
  async prepare() {
    if (!this.session.python.starts) this.say("Python is on its way.");
    const failed = await this.session.prepare(this, {
      onProgress: (got, total) => this.showProgress(got, total),
      onStep: (step, of) => this.say(`Runs the cells above: ${step} of ${of}.`),
    });
    this.progress.hidden = true;
    this.say("Running.");
    if (!failed) return true;
    const link = element("a", { href: `#${failed.box.id}`, text: failed.name });
    this.say("Needs ", link, ", which stopped with an error.");
    announce(this.words.textContent);
    return false;
  }

  showProgress(got, total) {
    const MB = (bytes) => (bytes / 1e6).toFixed(1);
    if (this.progress.hidden) announce(`Python arrives, ${MB(total)} megabytes.`);
    this.progress.hidden = got === total;
    Object.assign(this.progress, { max: total, value: got });
    this.say(got < total ? `${MB(got)} of ${MB(total)} MB` : "Python starts.");
  }

  conclude(ended) {
    const { summary } = this.result;
    this.say(ended && this.text.includes("load_mnist") ? DIGITS : "");
    if (!summary) this.say(ended ? "Has run; it shows nothing." : "");
    announce(`${this.name}: ${summary || "has run"}`);
    const state = STATES[this.result.valued?.[0]];
    if (this.isExercise) this.judge(ended ? state : "not yet");
    this.keep();
  }

  // A state is that of the text that ran, and of no other.
  judge(state) {
    this.judged = { text: this.result.of, state };
    this.mark(this.text === this.result.of ? state : undefined);
  }

  // How far the reader is, at the title of the exercise: a sign, and its word.
  mark(state) {
    this.state = state;
    if (!this.isExercise) return;
    const shows = state ?? "not tried";
    this.exercise.dataset.state = shows;
    this.sign ??= this.exercise.querySelector(".admonition-title")
      .appendChild(element("span", { class: "live-state" }));
    this.sign.replaceChildren(
      element("span", { "aria-hidden": "true", text: `${SIGNS[shows]} ` }), shows,
    );
  }

  // Put an empty result where the built output stood; return what fills it. It is as
  // high as what it replaces, until it is whole: what stands below does not jump. It is
  // not seen before there is something in it.
  newResult() {
    const height = (this.result?.box ?? this.output)?.offsetHeight ?? 0;
    this.result?.box.remove();
    this.result = new Result(this.name, this.text, this.session.python);
    const { box } = this.result;
    box.style.minHeight = `${height}px`;
    box.hidden = !height;
    if (this.output) this.output.before(box);
    else this.bar.after(box);
    if (this.output) this.output.hidden = true;
    box.closest("details")?.setAttribute("open", "");
    this.update();
    return (kind, text) => this.result.show(kind, text);
  }

  reset() {
    this.before = this.changed ? { text: this.text, judged: this.judged } : null;
    this.result?.box.remove();
    this.result = null;
    if (this.output) this.output.hidden = false;
    this.put(this.built, null);
    this.say(this.before ? "The book's text is back; Undo brings yours." : "");
  }

  undo() {
    const { text, judged } = this.before;
    this.before = null;
    this.put(text, judged);
    this.say("Your text is back.");
  }

  put(text, judged) {
    this.text = text;
    this.judged = judged;
    this.mark(judged?.text === text ? judged.state : undefined);
    this.editor?.set(text);
    this.keep();
    this.runButton.focus();
    this.update();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.text);
      this.say("Copied.");
    } catch {
      this.say("This browser does not let the page copy: select the lines yourself.");
    }
    announce(this.words.textContent);
  }

  // A button that goes hands the focus to one that stays.
  setBusy(busy) {
    this.busy = busy;
    if (document.activeElement === this.stopButton) this.runButton.focus();
    this.stopButton.hidden = !busy;
    this.runButton.setAttribute("aria-disabled", busy);
    this.progress.hidden = true;
    if (!busy) this.result?.finish();
  }
}
