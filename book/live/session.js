// The cells of a page in their order: which must run before another can.
import { Python, Stopped } from "./python.js";

export class Session {
  constructor(address, page) {
    this.python = new Python(address);
    this.python.onEnd = () => this.forget();
    this.page = page;
    this.queue = Promise.resolve();
    this.clock = 0;
  }

  // What stands for a cell here: its text as the book has it, and what ran of it.
  async steps() {
    if (!this.known) {
      const found = await this.python.json(`cells/${this.page}.json`);
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
    const stops = this.stops;
    const turn = this.queue.then(() => {
      if (stops !== this.stops) throw new Stopped();
      return does();
    });
    this.queue = turn.catch(() => {});
    return turn;
  }

  stop() {
    this.stops = (this.stops ?? 0) + 1;
    this.python.end();
  }

  // Run what stands above a cell, as far as it has not run as it stands now, or ran
  // before something above it changed. Resolves to the cell that failed, or null.
  async prepare(cell, { onProgress, onStep }) {
    const steps = await this.steps();
    await this.python.ready(this.packages, onProgress);
    const above = steps.slice(0, steps.findIndex((step) => step.cell === cell));
    let latest = 0;
    const due = above.filter((step) => {
      if (step.figure) return false;
      const fresh = step.ran === this.text(step) && step.stamp >= latest;
      latest = fresh ? step.stamp : Infinity;
      return !fresh;
    });
    for (const [done, step] of due.entries()) {
      onStep(done + 1, due.length);
      const ended = await this.execute(step);
      if (!ended && !step.cell?.isExercise) return step.cell ?? cell;
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
    if (!show && step.cell?.changed) show = step.cell.newResult();
    const errors = [];
    const name = step.cell?.name ?? "a cell that is not shown";
    const ended = await this.python.ask("run", { name, source: text }, (kind, piece) => {
      if (kind === "error") errors.push(piece);
      show?.(kind, piece);
    });
    if (!show && errors.length) step.cell?.newResult()("error", errors[0]);
    if (step.ran !== text || !ended) step.stamp = ++this.clock;
    step.ran = ended || step.cell?.isExercise ? text : null;
    return ended;
  }
}
