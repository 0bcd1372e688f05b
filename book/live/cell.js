// One cell of the page: its text, its buttons, its results.
import { Kept } from "./kept.js";
import { Stopped } from "./python.js";
import { Result, announce, element } from "./show.js";

const STATES = { "○": "not tried", "✗": "not yet", "✓": "right" };
const DIGITS = "Here load_mnist() holds the first 500 digits of each set.";

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
    this.kept = new Kept(this.session.page, this.home);
    const { text, built, state } = this.kept.read();
    const itsOwn = this.isExercise || this.isTutor || built === this.built;
    this.text = typeof text === "string" && itsOwn ? text : this.built;
    this.bar = this.makeBar();
    this.input.after(this.bar);
    if (state && itsOwn) this.mark(state);
    if (this.changed && built !== this.built)
      this.say("The book's text has changed since you wrote yours: Reset shows it.");
    if (this.changed || this.isExercise || this.isTutor) this.editWhenNear();
    this.update();
  }

  get changed() {
    return this.text !== undefined && this.text !== this.built;
  }

  makeBar() {
    const button = (text, act, more) => element(
      "button", { type: "button", text, onclick: () => act.call(this), ...more },
    );
    const of = { "aria-label": `Run ${this.name}` };
    this.runButton = button("Run", this.press, of);
    this.stopButton = button("Stop", () => this.session.stop(), { hidden: true });
    this.editButton = button("Edit", () => this.edit({ focus: true }));
    this.resetButton = button("Reset", this.reset, { hidden: true });
    this.words = element("span", { class: "live-words" });
    this.progress = element("progress", { hidden: true, "aria-label": "Python arrives" });
    const name = element("span", { class: "live-name", text: this.name });
    return element(
      "div", { class: "live-bar" }, this.runButton, this.stopButton, this.editButton,
      this.resetButton, this.progress, this.words, name,
    );
  }

  update() {
    this.editButton.hidden = Boolean(this.editor) || this.isExercise || this.isTutor;
    this.resetButton.hidden = !this.changed && !this.result;
  }

  say(text) {
    this.words.textContent = text;
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
    this.update();
  }

  change(text) {
    this.text = text;
    this.keep();
    this.update();
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
    this.say(this.session.running ? `Waits for ${this.session.running.name}.` : "");
    try {
      await this.session.inTurn(() => this.runNow());
    } catch (error) {
      this.say(
        error instanceof Stopped
          ? "Stopped. All variables are gone: the next Run starts anew."
          : `Python has ended (${error.message}). Its variables are gone: Run starts anew.`,
      );
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
    const failed = await this.session.prepare(this, {
      onProgress: (got, total) => this.showProgress(got, total),
      onStep: (step, of) => this.say(`Runs the cells above: ${step} of ${of}.`),
    });
    this.progress.hidden = true;
    this.say(failed ? `Needs ${failed.name}, which stopped with an error.` : "");
    if (failed) announce(this.words.textContent);
    return !failed;
  }

  showProgress(got, total) {
    const MB = (bytes) => (bytes / 1e6).toFixed(1);
    if (this.progress.hidden) announce(`Python arrives, ${MB(total)} megabytes.`);
    this.progress.hidden = got === total;
    Object.assign(this.progress, { max: total, value: got });
    this.say(got < total ? `${MB(got)} of ${MB(total)} MB` : "Python starts.");
  }

  conclude(ended) {
    const { first } = this.result;
    this.say(ended && this.text.includes("load_mnist") ? DIGITS : "");
    if (!first) this.say(ended ? "Has run; it shows nothing." : "");
    announce(`${this.name}: ${first || "has run"}`);
    const state = STATES[this.result.valued?.[0]];
    if (this.isExercise) this.mark(ended ? state : "not yet");
    this.keep();
  }

  mark(state) {
    this.state = state;
    if (this.isExercise) this.exercise.dataset.state = state ?? "";
  }

  // Put an empty result where the built output stood; return what fills it.
  newResult() {
    this.result?.box.remove();
    this.result = new Result(`Your result of ${this.name}`, this.session.python);
    this.bar.after(this.result.box);
    if (this.output) this.output.hidden = true;
    this.update();
    return (kind, text) => this.result.show(kind, text);
  }

  reset() {
    this.text = this.built;
    this.editor?.set(this.built);
    this.result?.box.remove();
    this.result = null;
    if (this.output) this.output.hidden = false;
    this.mark(undefined);
    this.keep();
    this.say("");
    this.update();
    this.runButton.focus();
  }

  setBusy(busy) {
    this.busy = busy;
    this.stopButton.hidden = !busy;
    this.runButton.setAttribute("aria-disabled", busy);
    this.progress.hidden = true;
    if (!busy && document.activeElement === this.stopButton) this.runButton.focus();
  }
}
