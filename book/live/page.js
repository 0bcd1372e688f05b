// Buttons and editors on a page whose cells run here, in the reader's browser.
import { Cell } from "./cell.js";
import { Session } from "./session.js";
import { note } from "./show.js";
import { Tutor } from "./tutor.js";

const script = document.currentScript;
const { page, why, size } = script.dataset;
const article = document.querySelector("article.bd-article");

function begin() {
  if (why) return note(article, why);
  if (location.protocol === "file:")
    return note(article, "Opened as a file, this page cannot run its cells: for that a "
      + "browser wants it from a server.");
  const session = new Session(script.src, page);
  const boxes = [...article.querySelectorAll("div.cell")];
  session.cells = boxes.map((box, place) => new (
    box.matches(".tag_tutor") ? Tutor : Cell)(box, place, session));
  session.cells.filter(({ runs }) => runs).forEach((c, i) => c.furnish(i + 1));
  note(article, "The cells of this page run here, in your browser: press Run. The first "
    + `time this fetches Python, ${size} MB.`);
}

begin();
