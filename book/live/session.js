// The cells of a page in their order: which must run before another can.
import { Ended, Python, stopped } from "./python.js";

export class Session {
  constructor(address, page) {
    this.python = new Python(address);
    this.python.onEnd = () => this.forget();
    this.page = page;
    this.queue = Promise.resolve();
    this.clock = 0;
  }

  // What the page must know of its chapter.
  about() {
    return this.python.json(`cells/${this.page}.json`);
  }

  // What stands for a cell here: its text as the book has it, and what ran of it.
  async steps() {
    if (!this.known) {
      const found = await this.about();
      const sources = found.cells.filter((step) => step.shown).map((step) => step.source);
      const same = (cell, i) => !cell.runs || cell.built === sources[i].trimEnd();
      if (sources.length !== this.cells.length || !this.cells.every(same))
        throw new Ended("The book has changed since you opened this page: load it again.");
      const shown = [...this.cells];
      this.packages = found.packages;
      this.known = found.cells.map((step) => ({
        ...step, cell: step.shown ? shown.shift() : null, ran: null, stamp: 0,
      }));
    }
    return this.known;
  }

  forget() {
    for (const step of this.known ?? []) step.ran = null;
  }

  // Do something with Python once all before it is done. Stopping ends all that wait.
  inTurn(does) {
    const { stop } = this;
    const turn = this.queue.then(() => {
      if (stop !== this.stop) throw this.stop;
      return does();
    });
    this.queue = turn.catch(() => {});
    return turn;
  }

  end() {
    this.stop = stopped(this.python.began);
    this.python.end(this.stop);
  }

  // Run what stands above a cell, as far as it has not run as it stands now, or ran
  // before something above it did. Resolves to the cell that failed, or null.
  async prepare(cell, { onProgress, onStep }) {
    const steps = await this.steps();
    await this.python.ready(this.packages, onProgress);
    const above = steps.slice(0, steps.findIndex((step) => step.cell === cell));
    let latest = 0;
    const due = above.filter((step) => {
      if (step.figure) return false;
      const fresh = step.ran === this.text(step) && step.stamp > latest;
      latest = fresh ? step.stamp : Infinity;
      return !fresh;
    });
    for (const [done, step] of due.entries()) {
      onStep(done + 1, due.length);
      const ended = await this.execute(step);
      if (!ended && !step.cell?.mayFail) return step.cell ?? cell;
    }
    return null;
  }

  text(step) {
    return step.cell?.changed ? step.cell.text : step.source;
  }

  stepOf(cell) {
    return this.known.find((step) => step.cell === cell);
  }

  // Run one cell. What a cell above shows, shows only where the reader changed it.
  async execute(step, show) {
    const text = this.text(step);
    const former = show ? null : step.cell?.result;
    if (!show && step.cell?.changed) {
      let first;
      show = (...piece) => (first ??= step.cell.newResult())(...piece);
    }
    const errors = [];
    const name = step.cell?.name ?? "a cell that is not shown";
    const ended = await this.python.ask("run", { name, source: text }, (kind, piece) => {
      if (kind === "error") errors.push(piece);
      show?.(kind, piece);
    });
    if (!show && errors.length) {
      if (!step.cell) throw new Ended(`A cell that is not shown failed: ${errors[0]}`);
      step.cell.newResult()("error", errors[0]);
    }
    // An error that is mended goes; what it showed before its last change says so.
    if (former?.error && former === step.cell.result) step.cell.newResult();
    if (step.cell !== this.running) step.cell?.result?.finish();
    step.cell?.point(errors[0]);
    step.stamp = ++this.clock;
    step.ran = ended || step.cell?.mayFail ? text : null;
    return ended;
  }
}
