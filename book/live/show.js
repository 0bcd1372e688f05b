// What a cell gave, as elements: texts as texts, a table through a list of what may
// stand in one. Nothing that a program says becomes HTML of the page.
const TABLE = /\S {2,}\S|^ *\[/m; // columns: such lines do not wrap, sentences do
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

// Say something below the title of the page.
export function note(article, text) {
  const title = article.querySelector("h1");
  title.after(element("p", { class: "live-note", text }));
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

function lines(kind, text) {
  const pre = element("pre", { text });
  const sentences = TABLE.test(text) ? "" : " sentences";
  return element("div", { class: `output ${kind} highlight${sentences}` }, pre);
}

// The results of one run, which grow while it runs.
export class Result {
  constructor(label, python) {
    this.python = python;
    this.box = element("div", {
      class: "cell_output docutils container live-result", role: "group",
      "aria-label": label,
    });
    this.texts = [];
  }

  show(kind, text) {
    if (kind === "result") this.value(JSON.parse(text));
    else if (kind === "stream" && this.last?.kind === kind) this.grow(text);
    else this.add(kind === "error" ? "traceback" : "stream", kind, text);
  }

  add(name, kind, text) {
    this.last = { kind, at: lines(name, text) };
    this.box.append(this.last.at);
    this.texts.push(text);
  }

  grow(text) {
    const whole = this.texts.pop() + text;
    this.texts.push(whole);
    this.last.at.querySelector("pre").append(text);
    this.last.at.classList.toggle("sentences", !TABLE.test(whole));
  }

  value({ text, html, latex }) {
    this.last = null;
    this.valued = text;
    this.texts.push(text);
    if (html) this.box.append(tableOf(html));
    else this.box.append(lines("text_plain", text));
    if (latex) this.formula(latex, this.box.lastChild);
  }

  async formula(latex, instead) {
    const { folder, version } = this.python;
    const { typeset } = await import(`${folder}formula.js${version}`);
    const box = element("div", { class: "output text_latex" });
    typeset(latex, box);
    instead.replaceWith(box);
  }

  get first() {
    return this.texts.join("\n").trim().split("\n")[0] ?? "";
  }

  get isEmpty() {
    return !this.texts.length;
  }
}
