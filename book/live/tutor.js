// The tutor's cell: the reader's function, and under it the verdict on its lines.
import { Cell } from "./cell.js";
import { announce, element } from "./show.js";

const NAME = "my_backward";
const CALL = `from mlpnotes.tutor import diagnose`;

function button(text, onclick, more = {}) {
  return element("button", { type: "button", text, onclick, ...more });
}

function table(rows, first) {
  const head = ["line", "equation", "verdict"].map((t) => (
    element("th", { scope: "col", text: t })));
  const body = rows.map(([name, equation, status]) => element(
    "tr", {},
    element("th", { scope: "row" }, element("code", { text: name })),
    element("td", {}, element("a", { href: `equations.html#eq-${equation}`,
      text: `(${equation})` })),
    element("td", {}, element(name === first ? "strong" : "span", { text: status })),
  ));
  return element("table", {}, element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body));
}

// `code` in a sentence, and the rest as text.
function sentence(text) {
  const parts = text.split("`").map((part, i) => (
    i % 2 ? element("code", { text: part }) : part));
  return element("p", {}, ...parts);
}

export class Tutor extends Cell {
  furnish(number) {
    super.furnish(number);
    this.runButton.textContent = "Check my lines";
    this.runButton.removeAttribute("aria-label");
    this.bar.append(
      button("Copy my function", () => this.copy()),
      button("Download .py", () => this.download("py")),
      button("Download .ipynb", () => this.download("ipynb")),
    );
  }

  async runNow() {
    this.session.running = this;
    try {
      if (!await this.prepare()) return;
      const show = this.newResult();
      const step = this.session.stepOf(this);
      const ended = await this.session.execute(step, show);
      if (ended) this.verdict(JSON.parse(
        await this.session.python.ask("check", { name: NAME })));
      await this.conclude(ended);
    } finally {
      this.session.running = null;
    }
  }

  verdict(found) {
    const { ok, right, rows, first, hints, words } = found;
    const box = this.result.box;
    box.dataset.state = ok ? "right" : "not yet";
    this.state = box.dataset.state;
    const count = `${ok ? "✓ " : ""}${right} of ${rows.length} lines are right`;
    box.append(element("p", { class: "live-count", text: count }), table(rows, first));
    this.result.texts.push(count);
    const said = element("div", {});
    const more = button("", () => tell(told + 1));
    let told = 0;
    const tell = (n) => {
      told = n;
      said.replaceChildren(sentence(hints[n - 1]));
      more.textContent = n === 1 ? "What kind of mistake?" : "How do I mend it?";
      more.hidden = n >= hints.length;
      if (n > 1) announce(hints[n - 1]);
    };
    tell(1);
    box.append(said, more, ...words.map(sentence));
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

  download(kind) {
    const content = kind === "py" ? this.program() : this.notebook();
    const url = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
    element("a", { href: url, download: `${NAME}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  program() {
    const numpy = /\bnp\./.test(this.text) && !/^import numpy/m.test(this.text);
    const main = `if __name__ == "__main__":\n    ${CALL}\n\n    print(diagnose(${NAME}))\n`;
    return `${numpy ? "import numpy as np\n\n\n" : ""}${this.text}\n\n\n${main}`;
  }

  notebook() {
    const cell = (id, source) => ({
      cell_type: "code", execution_count: null, id, metadata: {}, outputs: [], source,
    });
    const cells = [
      cell("function", this.text), cell("verdict", `${CALL}\n\ndiagnose(${NAME})`),
    ];
    const kernelspec = { display_name: "Python 3", language: "python", name: "python3" };
    return JSON.stringify(
      { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }, null, 1,
    );
  }
}
