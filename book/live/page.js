// Buttons and editors on a page whose cells run here, in the reader's browser.
import { Cell } from "./cell.js";
import { Session } from "./session.js";
import { element, showNote } from "./show.js";
import { Tutor } from "./tutor.js";

const script = document.currentScript;
const { page, why } = script.dataset;
const article = document.querySelector("article.bd-article");

// The menu of the page's top that opens it as a notebook, elsewhere.
function launch() {
  const menus = [...document.querySelectorAll(".dropdown-launch > button")];
  const menu = menus.find((each) => each.offsetParent);
  if (!menu) return "";
  const open = () => setTimeout(() => {
    menu.focus();
    if (menu.ariaExpanded !== "true") menu.click();
  });
  const text = "Open it as a notebook";
  return element("button", { type: "button", text, onclick: open });
}

function begin() {
  const note = showNote();
  if (why) return note.append(" ", launch());
  if (location.protocol === "file:") {
    note.textContent = "Opened as a file, this page cannot run its cells: for that a "
      + "browser wants it from a server.";
    return;
  }
  const session = new Session(script.src, page);
  const boxes = [...article.querySelectorAll("div.cell")];
  session.cells = boxes.map((box, place) => new (
    box.matches(".tag_tutor") ? Tutor : Cell)(box, place, session));
  session.cells.filter(({ runs }) => runs).forEach((c, i) => c.furnish(i + 1));
}

begin();
