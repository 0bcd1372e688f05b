// The tutor's cell: the reader's function, and under it the verdict on its lines.
import { Cell } from "./cell.js";
import { Ended } from "./python.js";
import { NAME, notebook, program, save } from "./take.js";
import { announce, element, sentence } from "./show.js";

const DEFINED = new RegExp(`^(def\\s+${NAME}\\b|${NAME}\\s*=)`, "m");
const RIGHT = ["right", "follows"];
const OPEN = ["missing", "not reached"];
const HIDDEN = "not returned"; // and need not be
const ALL = "Every line is right.";
const ASK = ["What is wrong with it?", "How do I mend it?"];

function signOf(status) {
  if (status === HIDDEN) return "";
  if (RIGHT.includes(status)) return "✓";
  return OPEN.includes(status) ? "○" : "✗";
}

// Where an equation stands: the page has links to it already.
function addressOf(equation) {
  const link = document.querySelector(`article a[href$="#equation-eq-${equation}"]`);
  return link?.href ?? "equations.html";
}

function table(rows, first) {
  const head = ["line", "equation", "verdict"].map((t) => (
    element("th", { scope: "col", text: t })));
  const body = rows.map(([name, equation, status]) => element(
    "tr", {},
    element("th", { scope: "row" }, element("code", { text: name })),
    element("td", {}, element("a", { href: addressOf(equation), text: `(${equation})` })),
    element("td", {},
      element("span", { "aria-hidden": "true", class: "live-sign", text: signOf(status) }),
      element(name === first ? "strong" : "span", { text: status })),
  ));
  return element("table", {}, element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body));
}

// What the tutor says of a function. A program can send something else in its place.
function answer(text) {
  try {
    const found = JSON.parse(text);
    const isText = (part) => typeof part === "string" && part.length < 5000;
    const isRow = ([name, equation, status]) => (
      isText(name) && Number.isInteger(equation) && isText(status));
    const { rows, hints, words } = found;
    if (rows.length < 12 && rows.every(isRow) && hints.length && words.length < 20
        && [...hints, ...words].every(isText)) return found;
  } catch {
    // It is no such thing.
  }
  throw new Ended("What came back is no verdict: the cell has sent something else.");
}

export class Tutor extends Cell {
  furnish(number) {
    super.furnish(number);
    this.runButton.textContent = "Check my lines";
    this.runButton.removeAttribute("aria-label");
    const button = (text, onclick) => (
      element("button", { type: "button", text, onclick }));
    this.box.append(element(
      "div", { class: "live-bar live-take" },
      button("Copy my function", () => this.copy()),
      button("Download .py", () => this.download(program, "py")),
      button("Download .ipynb", () => this.download(notebook, "ipynb")),
    ));
    // The next cell asks the tutor as a notebook does; here the verdict stands above.
    const next = this.session.cells[this.session.cells.indexOf(this) + 1];
    if (!next?.built.includes(`diagnose(${NAME})`)) return;
    this.twin = next.box;
    this.twin.classList.add("live-twin");
    next.mayFail = true;
  }

  // What the tutor says, a step at a time: where, of what kind, how to mend it. What a
  // reader has opened stays open as long as it is the same.
  steps(hints) {
    const said = element("div", { class: "live-hint", tabindex: "-1" });
    const more = element("button", { type: "button", onclick: () => {
      tell(this.told + 1);
      announce(hints[this.told - 1].replaceAll("`", ""));
    } });
    const tell = (n) => {
      this.told = n;
      said.replaceChildren(sentence(hints[n - 1]));
      if (n < hints.length) more.textContent = ASK[n - 1];
      else {
        if (document.activeElement === more) said.focus();
        more.remove();
      }
    };
    const same = hints.join() === this.hints?.join();
    this.hints = hints;
    tell(same ? this.told : 1);
    return this.told < hints.length ? [said, more] : [said];
  }

  async runNow() {
    if (!DEFINED.test(this.text)) {
      this.forget();
      this.say(`The tutor looks for a function with the name ${NAME}.`);
      return announce(this.words.textContent);
    }
    this.session.running = this;
    try {
      if (!await this.prepare()) return;
      const step = this.session.stepOf(this);
      const ended = await this.session.execute(step, this.newResult());
      const found = answer(await this.session.python.ask("check", { name: NAME }));
      if (ended || found.given) this.verdict(found);
      else this.judge("not yet");
      this.conclude(ended);
    } finally {
      this.session.running = null;
    }
  }

  newResult() {
    if (this.twin) this.twin.hidden = true;
    this.editor?.sign([]);
    return super.newResult();
  }

  verdict({ ok, right, of, rows, first, hints, words }) {
    const { result } = this;
    const state = ok ? "right" : "not yet";
    this.judge(state);
    result.box.dataset.state = state;
    const what = of === rows.length ? `${of} lines` : `the ${of} arrays that come back`;
    const count = `${right} of ${what} are right`;
    const told = ok ? hints.filter((hint) => hint !== ALL) : hints;
    const others = words.filter((word) => !hints.some((hint) => hint.includes(word)));
    result.append(
      element("p", { class: "live-count", text: `${ok ? "✓ " : ""}${count}` }),
      ...(told.length ? this.steps(told) : []),
      table(rows, first), ...others.map(sentence),
    );
    result.texts.unshift([`${count}.`, ...told.slice(0, 1)].join(" ").replaceAll("`", ""));
    this.editor?.sign(rows.map(([name, , status]) => [name, signOf(status)]));
  }

  async download(make, ending) {
    try {
      save(`${NAME}.${ending}`, make(this.text, await this.session.about()));
    } catch (error) {
      this.say(error.message);
      announce(error.message);
    }
  }

  // Take back a verdict.
  forget() {
    this.result?.box.remove();
    this.result = null;
    this.editor?.sign([]);
  }

  reset() {
    super.reset();
    if (this.twin) this.twin.hidden = false;
    this.forget();
  }
}
