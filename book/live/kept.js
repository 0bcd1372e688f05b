// What a reader wrote, kept for their next visit, in this browser. Each cell has an
// entry of its own, so two pages, or two tabs, do not overwrite each other.
const BEFORE = `live ${new URL(".", location).pathname}`;

export class Kept {
  constructor(page, place) {
    this.key = `${BEFORE}${page} ${place}`;
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? {};
    } catch {
      return {}; // not ours, or no storage
    }
  }

  write(value) {
    try {
      if (Object.keys(value).length) localStorage.setItem(this.key, JSON.stringify(value));
      else localStorage.removeItem(this.key);
      return true;
    } catch {
      return false; // full, or blocked
    }
  }
}
