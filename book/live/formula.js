// Formulas that a program returns, as MathML that keeps its LaTeX.
import temml from "temml";

export function typeset(latex, box) {
  const [, tex] = /^\$+(?:\\displaystyle)?(.*?)\$+$/s.exec(latex.trim()) ?? [null, latex];
  temml.render(tex.trim(), box, {
    annotate: true, displayMode: true, trust: false, throwOnError: true, maxSize: [40, 40],
  });
}
