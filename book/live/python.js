// The worker in which Python runs, seen from the page.
const MOST = 300_000; // letters that the page takes of one run, whoever sends them
const MESSAGES = 50_000; // and messages: more would keep it from hearing its reader

// Python has come to an end, or did not begin: its message is a sentence for readers.
export class Ended extends Error {}

export function stopped(began) {
  const gone = " All variables are gone: the next Run starts anew.";
  return new Ended(`Stopped.${began ? gone : ""}`);
}

function broken(why) {
  return new Ended(`Python has ended (${why}). Its variables are gone: Run starts anew.`);
}

function missing(why) {
  return new Ended(`Python did not arrive (${why}). Press again to retry.`);
}

function brief(why) {
  return typeof why === "string" ? why.slice(0, 200) : "it does not say why";
}

export class Python {
  constructor(address) {
    this.folder = new URL(".", address).href;
    this.version = new URL(address).search;
    this.asked = new Map();
    this.last = 0;
    this.starts = null;
    this.life = new AbortController();
    this.onEnd = () => {};
  }

  // What a file of the runtime says, unless Python is ended first.
  async json(name) {
    const { signal } = this.life;
    try {
      const response = await fetch(`${this.folder}${name}`, { cache: "no-cache", signal });
      if (!response.ok) throw new Error(response.status);
      return await response.json();
    } catch (error) {
      throw signal.aborted ? signal.reason : missing(`${name}: ${error.message}`);
    }
  }

  // Start Python, unless it runs: packages beside those of every page;
  // onProgress(got, total) counts the bytes as they arrive.
  ready(packages, onProgress) {
    if (!this.starts) {
      const starts = this.start(packages, onProgress);
      this.starts = starts;
      starts.catch((error) => starts === this.starts && this.end(error));
    }
    return this.starts;
  }

  async start(packages, onProgress) {
    const runtime = await this.json("runtime.json");
    const names = [...runtime.every, ...packages];
    const worker = new Worker(`${this.folder}worker.js${this.version}`, { type: "module" });
    this.worker = worker;
    worker.onmessage = ({ data }) => this.hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      // Once it has begun, what a program leaves uncaught in JavaScript ends nothing.
      if (worker === this.worker && !this.began)
        this.end(missing(event.message || "worker.js does not start"));
    };
    const { folder } = this;
    const { files, info } = runtime;
    await this.ask("start", { folder, names, files, info }, (kind, text) => {
      const [got, total] = text.split(" ").map(Number);
      if (kind === "progress" && got <= total) onProgress(got, total);
    });
    this.began = true;
  }

  // A reader's program can send whatever it likes: nothing but texts is handed on.
  hear(data) {
    this.heard += 1;
    if (this.heard > MESSAGES) return this.end(broken("it sends without end"));
    const asked = this.asked.get(data?.id);
    if (!asked) return;
    if (data.type === "show") {
      if (typeof data.kind !== "string" || typeof data.text !== "string") return;
      const count = data.kind === "error" ? "errors" : "others";
      const before = asked[count];
      asked[count] += data.text.length + 100;
      if (asked[count] < MOST) asked.show(data.kind, data.text);
      else if (before < MOST) asked.show("stream", "\n[cut here: the rest is too long]\n");
    } else if (data.type === "done") {
      this.asked.delete(data.id);
      asked.resolve(data.value);
    } else if (data.type === "raised") {
      this.asked.delete(data.id);
      asked.reject(new Ended(brief(data.why)));
    } else if (data.type === "failed") {
      this.end((this.began ? broken : missing)(brief(data.why)));
    }
  }

  ask(type, message, show = () => {}) {
    return new Promise((resolve, reject) => {
      if (!this.worker) throw stopped(false);
      const id = ++this.last;
      this.heard = 0;
      this.asked.set(id, { resolve, reject, show, errors: 0, others: 0 });
      this.worker.postMessage({ ...message, type, id });
    });
  }

  // End Python, whatever it does: its variables are gone.
  end(why) {
    this.worker?.terminate();
    this.worker = this.starts = null;
    this.began = false;
    this.life.abort(why);
    this.life = new AbortController();
    const asked = [...this.asked.values()];
    this.asked.clear();
    this.onEnd();
    for (const { reject } of asked) reject(why);
  }
}
