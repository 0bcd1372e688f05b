// Formulas that a program returns, as MathML.
import temml from "temml";

export function typeset(latex, box) {
  const [, tex] = /^\$+(?:\\displaystyle)?(.*?)\$+$/s.exec(latex.trim()) ?? [null, latex];
  temml.render(tex, box, { displayMode: true, trust: false });
}
