// A reader's function as a file: a program, or a notebook, that asks the tutor.
import { element } from "./show.js";

export const NAME = "my_backward"; // of the reader's function
const ASKS = "from mlpnotes.tutor import diagnose";

// The function alone may lean on a name that the page has.
function whole(text) {
  const needs = /\bnp\./.test(text) && !/^\s*import numpy as np\b/m.test(text);
  return `${needs ? "import numpy as np\n\n\n" : ""}${text.trim()}\n`;
}

export function program(text, { install }) {
  const [address = "mlpnotes"] = /git\+[^"]+/.exec(install) ?? [];
  const needs = `# pip install "${address}"\n`;
  const main = `if __name__ == "__main__":\n    ${ASKS}\n\n    print(diagnose(${NAME}))\n`;
  return `${needs}${whole(text)}\n\n${main}`;
}

export function notebook(text, { install }) {
  const cell = (id, source, metadata = {}) => ({
    cell_type: "code", execution_count: null, id, metadata, outputs: [], source,
  });
  const hidden = { jupyter: { source_hidden: true }, tags: ["install"] };
  const cells = [
    ...(install ? [cell("install", install, hidden)] : []),
    cell("function", whole(text).trim()), cell("verdict", `${ASKS}\n\ndiagnose(${NAME})`),
  ];
  const kernelspec = { display_name: "Python 3", language: "python", name: "python3" };
  return JSON.stringify({
    cells, metadata: { kernelspec, language_info: { name: "python" } },
    nbformat: 4, nbformat_minor: 5,
  }, null, 1);
}

export function save(name, content) {
  const url = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
