// What scrolls sideways can be reached, and moved, with the keyboard, and says at
// which of its ends more is hidden.
const wide = {
  Formula: "mjx-container[display], .live-result .text_latex",
  Table: ".pst-scrollable-table-container, .live-result .text_html",
  Code: ".bd-content pre",
  "Inline formula": ".bd-content span.math", Figure: "figure > .wide",
};
function markEnds({target: box}) {
  const left = Math.abs(box.scrollLeft);
  const right = box.scrollWidth - box.clientWidth - left;
  const more = [left > 1 && "start", right > 1 && "end"].filter(Boolean).join(" ");
  if (more) box.dataset.more = more;
  else delete box.dataset.more;
}
function markScrollable() {
  for (const [name, boxes] of Object.entries(wide))
    for (const box of document.querySelectorAll(boxes)) {
      const scrolls = box.scrollWidth > box.clientWidth;
      const marks = {tabindex: 0, role: "group", "aria-label": `${name}, scrolls`};
      for (const [mark, value] of Object.entries(marks))
        if (scrolls) box.setAttribute(mark, value);
        else box.removeAttribute(mark);
      markEnds({target: box});
      box.addEventListener("scroll", markEnds, {passive: true});
    }
}
addEventListener("load", markScrollable);
addEventListener("resize", markScrollable);
document.fonts.addEventListener("loadingdone", markScrollable); // letters grew

// A tip stays while it is pointed at, describes its link, and Escape closes it.
globalThis.tippy?.setDefaultProps({
  appendTo: () => document.body,
  aria: {content: "describedby", expanded: false},
});
addEventListener("keydown", ({key}) => {
  if (key === "Escape") globalThis.tippy?.hideAll();
});

// A link into a closed box opens it; paper shows what is folded.
function openBox() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const box = target?.closest(".toggle-hidden");
  box?.querySelector("button.toggle-button").click();
  if (box) target.scrollIntoView();
}
addEventListener("load", openBox);
addEventListener("hashchange", openBox);
addEventListener("beforeprint", () => {
  const folded = "details:is(.hide:has(.cell_output), .sd-dropdown)";
  for (const box of document.querySelectorAll(folded)) box.open = true;
});
