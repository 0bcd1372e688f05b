// What a reader wrote, kept for their next visit, in this browser. Each cell has an
// entry of its own, so two pages, or two tabs, do not overwrite each other.
const BEFORE = `live ${new URL(".", location).pathname}`;
const MOST = 100_000; // letters of a text

function fits(text) {
  return typeof text === "string" && text.length <= MOST;
}

export class Kept {
  // onOther hears the text that another tab has written in this place.
  constructor(page, place, onOther) {
    this.key = `${BEFORE}${page} ${place}`;
    this.known = {}; // what this tab read or wrote
    addEventListener("storage", ({ key }) => {
      if (key === this.key) onOther(this.stored().text);
    });
  }

  read() {
    this.known = this.stored();
    return { ...this.known };
  }

  stored() {
    try {
      const found = Object.entries(JSON.parse(localStorage.getItem(this.key)) ?? {});
      return Object.fromEntries(found.filter(([, text]) => fits(text)));
    } catch {
      return {}; // not ours, or no storage
    }
  }

  // Take what another tab wrote as known: the next write is over it.
  meet() {
    this.known = this.stored();
  }

  // Keep what this tab has changed; what another tab has, stays. Returns whether it
  // will be there on the next visit: where storage is blocked, a page remembers for
  // its tab alone (see layout.html).
  write(value) {
    const names = Object.keys({ ...this.known, ...value });
    const changed = names.filter((name) => value[name] !== this.known[name]);
    if (!changed.length) return true;
    if (!Object.values(value).every(fits)) return false;
    const next = this.stored();
    for (const name of changed) next[name] = value[name];
    const text = JSON.stringify(next); // without what is undefined
    try {
      if (text === "{}") localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, text);
    } catch {
      return false; // full, or blocked
    }
    this.known = { ...value };
    return localStorage instanceof Storage;
  }
}
