// The worker in which Python runs, seen from the page.
export class Stopped extends Error {}

export class Python {
  constructor(address) {
    this.folder = new URL(".", address).href;
    this.version = new URL(address).search;
    this.asked = new Map();
    this.last = 0;
    this.starts = null;
    this.onEnd = () => {};
  }

  async json(name) {
    const response = await fetch(`${this.folder}${name}`, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.json();
  }

  // Start Python, unless it runs: packages beside those of every page;
  // onProgress(got, total) counts the bytes as they arrive.
  ready(packages, onProgress) {
    if (!this.starts) {
      const starts = this.start(packages, onProgress, () => starts === this.starts);
      this.starts = starts;
      starts.catch((error) => starts === this.starts && this.end(error));
    }
    return this.starts;
  }

  async start(packages, onProgress, wanted) {
    const runtime = await this.json("runtime.json");
    if (!wanted()) throw new Stopped();
    const names = [...runtime.every, ...packages];
    const worker = new Worker(`${this.folder}worker.js${this.version}`, { type: "module" });
    this.worker = worker;
    worker.onmessage = ({ data }) => {
      if (data?.type === "progress") onProgress(data.got, data.total);
      else this.hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.worker) this.end(new Error(event.message || "no worker"));
    };
    await this.ask("start", {
      folder: this.folder, names, files: runtime.files, info: runtime.info,
    });
  }

  hear(data) {
    const asked = this.asked.get(data?.id);
    if (!asked) return;
    if (data.type === "show") return asked.show(`${data.kind}`, `${data.text}`);
    this.asked.delete(data.id);
    if (data.type === "done") asked.resolve(data.value);
    else if (data.type === "failed") asked.reject(new Error(data.why));
  }

  ask(type, message, show = () => {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.last;
      this.asked.set(id, { resolve, reject, show });
      this.worker.postMessage({ ...message, type, id });
    });
  }

  // End Python, whatever it does: its variables are gone.
  end(why = new Stopped()) {
    this.worker?.terminate();
    this.worker = this.starts = null;
    const asked = [...this.asked.values()];
    this.asked.clear();
    this.onEnd();
    for (const { reject } of asked) reject(why);
  }
}
