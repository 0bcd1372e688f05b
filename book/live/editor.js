// An editor for Python. Its colours are those of the page's code.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import {
  defaultKeymap, history, historyKeymap, indentWithTab,
} from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching, indentOnInput, indentUnit, syntaxHighlighting,
} from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap } from "@codemirror/view";
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
]);

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
        history(), drawSelection(), closeBrackets(), bracketMatching(), indentOnInput(),
        indentUnit.of("    "), EditorState.tabSize.of(4), python(),
        syntaxHighlighting(pygments),
        EditorView.contentAttributes.of({
          "aria-label": `The text of ${name}. Escape, then Tab leaves it; Shift Enter runs it.`,
          spellcheck: "false", autocorrect: "off", autocapitalize: "off",
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
    focus: () => view.focus(),
    set: (doc) => view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: doc },
    }),
  };
}
