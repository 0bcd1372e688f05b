// What a cell gave, as elements: texts as texts, a table through a list of what may
// stand in one. Nothing that a program says becomes HTML of the page.
const TABLE = /\S {2,}\S|^ *\[/m; // columns: such lines do not wrap, sentences do
const WIDTH = 70; // letters to which textwrap, and so the tutor, fills a paragraph
const MAY = new Set(["TABLE", "CAPTION", "THEAD", "TBODY", "TR", "TH", "TD", "P", "CODE",
  "PRE", "STRONG", "EM", "DETAILS", "SUMMARY", "UL", "OL", "LI", "BR"]);
const ONLY_ITS_TEXT = new Set(["DIV", "SPAN", "B", "I", "A", "FIGCAPTION", "SMALL"]);

export function element(name, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes))
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// `code` in a sentence, and the rest as text.
export function sentence(text) {
  const parts = text.split("`").map((part, i) => (
    i % 2 ? element("code", { text: part }) : part));
  return element("p", {}, ...parts);
}

// Turn what stands below the title, for the eye alone, into text.
export function showNote() {
  const note = document.querySelector(".live-note");
  note.replaceChildren(...sentence(note.dataset.text).childNodes);
  delete note.dataset.text;
  return note;
}

const speaker = element("div", { class: "live-spoken", role: "status" });
document.body.append(speaker);

// Tell those who hear the page; what they do comes first.
export function announce(text) {
  speaker.textContent = "";
  setTimeout(() => { speaker.textContent = text; }, 50);
}

function copyOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
  const children = () => [...node.childNodes].flatMap(copyOf);
  if (ONLY_ITS_TEXT.has(node.tagName)) return children();
  if (!MAY.has(node.tagName)) return [];
  const made = document.createElement(node.tagName);
  const scope = node.getAttribute("scope");
  if (node.tagName === "TH" && ["row", "col"].includes(scope)) made.scope = scope;
  made.append(...children());
  return [made];
}

export function tableOf(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const box = element("div", { class: "output text_html" });
  box.append(...[...parsed.body.childNodes].flatMap(copyOf));
  return box;
}

// A traceback: its lines of code scroll, what it says wraps.
function traceback(text) {
  const code = /^(\s|Traceback|$)/;
  const parts = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const pre = element("pre", {}, ...parts.map((line) => (
    code.test(line) ? line : element("span", { class: "live-said", text: line }))));
  return element("div", { class: "output traceback highlight" }, pre);
}

// Whether lines are a paragraph that was filled to a width: no word fits on the line
// before its own.
function isFilled(text) {
  const all = text.split("\n");
  return all.length > 1 && all.slice(1).every((line, i) => (
    all[i].length <= WIDTH && `${all[i]} ${line.split(" ")[0]}`.length > WIDTH));
}

// What a cell printed. Where a table is, the paragraphs beside it wrap for themselves.
function paragraphs(text) {
  if (!TABLE.test(text)) return [text];
  return text.split(/(\n{2,}|\n$)/).map((part) => (
    !part.trim() || TABLE.test(part) ? part
      : element("span", { class: `live-prose${isFilled(part) ? " live-filled" : ""}`,
        text: part })));
}

function lines(kind, text) {
  if (kind === "traceback") return traceback(text);
  const pre = element("pre", {}, ...paragraphs(text));
  const sentences = TABLE.test(text) ? "" : " sentences";
  return element("div", { class: `output ${kind} highlight${sentences}` }, pre);
}

// What is said of a value, of whatever kind it should be: its texts.
function texts(json) {
  try {
    const isText = ([, text]) => typeof text === "string" && text.length < 50_000;
    return Object.fromEntries(Object.entries(JSON.parse(json)).filter(isText));
  } catch {
    return {};
  }
}

// The results of one run, which grow while it runs.
export class Result {
  constructor(name, text, python) {
    Object.assign(this, { name, of: text, python });
    this.whose = element("p", { class: "live-whose", "aria-hidden": "true" });
    this.box = element("div", {
      class: "cell_output docutils container live-result", role: "group",
    }, this.whose);
    this.texts = [];
    this.setFormer("");
  }

  // Say whose result it is, and how it is no longer that of the text above it.
  setFormer(former) {
    const [of, since] = [`of ${this.name}`, former ? `, ${former}` : ""];
    this.whose.textContent = `Your result${since}`;
    this.box.setAttribute("aria-label", `Your result ${of}${since}`);
    this.box.classList.toggle("live-former", Boolean(former));
  }

  // All has come: what was printed piece by piece is set, and no empty box stays.
  finish() {
    this.box.style.minHeight = "";
    for (const pre of this.box.querySelectorAll(":scope > .stream > pre"))
      pre.replaceChildren(...paragraphs(pre.textContent));
    this.box.hidden = this.box.textContent.trim() === this.whose.textContent;
    globalThis.markScrollable?.();
  }

  show(kind, text) {
    if (kind === "result") this.value(texts(text));
    else if (kind === "stream" && this.last?.kind === kind) this.grow(text);
    else this.add(kind === "error" ? "traceback" : "stream", kind, text);
    if (kind === "error") this.error = text;
  }

  append(...parts) {
    this.box.append(...parts);
    this.box.hidden = false;
  }

  add(name, kind, text) {
    this.last = { kind, at: lines(name, text) };
    this.append(this.last.at);
    this.texts.push(text);
  }

  grow(text) {
    const whole = this.texts.pop() + text;
    this.texts.push(whole);
    this.last.at.querySelector("pre").append(text);
    this.last.at.classList.toggle("sentences", !TABLE.test(whole));
  }

  value({ text = "", html, latex }) {
    this.last = null;
    this.valued = text;
    this.texts.push(text);
    this.append(html ? tableOf(html) : lines("text_plain", text));
    if (latex) this.formula(latex, this.box.lastChild);
  }

  async formula(latex, instead) {
    const { folder, version } = this.python;
    const box = element("div", { class: "output text_latex" });
    try {
      const { typeset } = await import(`${folder}formula.js${version}`);
      typeset(latex, box);
      instead.replaceWith(box);
    } catch {
      // It did not arrive, or is no formula: the text stays.
    }
  }

  // What is said of it to those who hear the page: a line, not all of it.
  get summary() {
    const said = this.error?.trim().split("\n") ?? [];
    const last = said.findLast((line) => /^[\w.]+(:|$)/.test(line));
    const line = last ?? this.texts.join("\n").trim().split("\n")[0];
    return line.length > 120 ? `${line.slice(0, 120)} …` : line;
  }
}
