// An editor for Python. Its colours are those of the page's code.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import {
  defaultKeymap, history, historyKeymap, indentWithTab,
} from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching, indentOnInput, indentUnit, syntaxHighlighting, syntaxTree,
} from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, keymap } from "@codemirror/view";
import { tagHighlighter, tags as t } from "@lezer/highlight";

// CodeMirror's names of what is code, and those of Pygments.
const pygments = tagHighlighter([
  { tag: [t.keyword, t.controlKeyword, t.definitionKeyword, t.moduleKeyword], class: "k" },
  { tag: [t.bool, t.null], class: "kc" },
  { tag: t.operatorKeyword, class: "ow" },
  { tag: [t.operator, t.arithmeticOperator, t.compareOperator], class: "o" },
  { tag: [t.string, t.special(t.string)], class: "s2" },
  { tag: t.number, class: "mi" },
  { tag: [t.comment, t.lineComment], class: "c1" },
  { tag: t.function(t.definition(t.variableName)), class: "nf" },
  { tag: t.definition(t.className), class: "nc" },
  { tag: t.meta, class: "nd" },
]);

// Pygments knows the names that Python brings.
const BUILTIN = new Set(("abs all any bool callable dict divmod enumerate filter float "
  + "getattr hasattr id int isinstance iter len list map max min next object open pow "
  + "print range repr reversed round set setattr slice sorted str sum super tuple type "
  + "vars zip AssertionError Exception IndexError KeyError NameError TypeError "
  + "ValueError ZeroDivisionError").split(" "));
const nb = Decoration.mark({ class: "nb" });

function builtins(view) {
  const found = [];
  for (const { from, to } of view.visibleRanges)
    syntaxTree(view.state).iterate({ from, to, enter: (node) => {
      const name = view.state.sliceDoc(node.from, node.to);
      if (node.name === "VariableName" && BUILTIN.has(name))
        found.push(nb.range(node.from, node.to));
    } });
  return Decoration.set(found);
}

const builtinNames = ViewPlugin.fromClass(class {
  constructor(view) {
    this.decorations = builtins(view);
  }

  update({ view, docChanged, viewportChanged, state, startState }) {
    if (docChanged || viewportChanged || syntaxTree(state) !== syntaxTree(startState))
      this.decorations = builtins(view);
  }
}, { decorations: (plugin) => plugin.decorations });

// Signs at lines: each stays until its line is changed.
const setSigns = StateEffect.define();
const signs = StateField.define({
  create: () => Decoration.none,
  update(all, { changes, effects, state }) {
    for (const effect of effects) if (effect.is(setSigns)) return effect.value;
    const changed = new Set();
    changes.iterChangedRanges((_, __, from, to) => {
      for (let at = from; at <= to; at = state.doc.lineAt(at).to + 1)
        changed.add(state.doc.lineAt(at).from);
    });
    return all.map(changes).update({ filter: (from) => !changed.has(from) });
  },
  provide: (field) => EditorView.decorations.from(field),
});

function signOf(doc, [name, sign]) {
  const assigns = new RegExp(`^\\s+${name}\\s*=[^=]`);
  for (let n = 1; n <= doc.lines; n += 1) {
    const { from, text } = doc.line(n);
    if (assigns.test(text)) return [signAt(from, sign)];
  }
  return [];
}

function signAt(from, sign) {
  return Decoration.line({ attributes: { "data-sign": sign } }).range(from);
}

// Tab moves on from an editor that it came to, until something is done there: who only
// passes with the keyboard is not held, and changes nothing.
const passing = EditorView.domEventHandlers({
  focus: (_, view) => view.setTabFocusMode(true),
  pointerup: (_, view) => view.setTabFocusMode(false),
  keydown: ({ key }, view) => {
    if (!["Tab", "Shift", "Escape"].includes(key)) view.setTabFocusMode(false);
  },
});

// Make an editor; onChange hears each new text, onRun that Shift-Enter was pressed.
export function edit({ text, name, onChange, onRun }) {
  const run = () => {
    onRun();
    return true;
  };
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Shift-Enter", run }, { key: "Mod-Enter", run },
          ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab,
        ]),
        history(), closeBrackets(), bracketMatching(), indentOnInput(),
        indentUnit.of("    "), EditorState.tabSize.of(4), python(),
        syntaxHighlighting(pygments), builtinNames, signs, passing,
        EditorView.scrollMargins.of(() => ({ top: 70, bottom: 20 })), // the header
        EditorView.contentAttributes.of({
          "aria-label": `Text of ${name}. Shift Enter runs it; Escape, then Tab leaves it.`,
          spellcheck: "false", autocorrect: "off", autocapitalize: "off", tabindex: "0",
        }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) onChange(state.doc.toString());
        }),
      ],
    }),
  });
  const box = document.createElement("div");
  box.className = "live-editor highlight";
  box.append(view.dom);
  return {
    box,
    focus: () => {
      view.focus();
      view.setTabFocusMode(false);
    },
    sign: (found) => view.dispatch({ effects: setSigns.of(Decoration.set(
      found.flatMap((each) => signOf(view.state.doc, each)), true,
    )) }),
    // Sign the line that an error points at, or none.
    point: (line) => view.dispatch({ effects: setSigns.of(
      line > 0 && line <= view.state.doc.lines
        ? Decoration.set(signAt(view.state.doc.line(line).from, "✗")) : Decoration.none,
    ) }),
    set: (doc) => view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: doc },
    }),
  };
}
