// Python, in a worker of its own: what a cell does cannot reach the page.
import "pyodide/pyodide.asm.js";
import { loadPyodide } from "pyodide";

let python, runner, scope;

// Fetch the files of the runtime, or take them from the browser's store, where each
// lies under its hash. Where the store is blocked they are fetched each time.
async function bring(folder, files, names) {
  const address = (name) => new URL(`${name}?${files[name].hash}`, folder).href;
  const wanted = names.map((name) => (
    { name, size: files[name].size, url: address(name) }
  ));
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  const store = await caches.open(`live ${folder}`).catch(() => null);
  const found = {};
  let got = 0, told = 0;
  for (const { name, size, url } of wanted) {
    const kept = await store?.match(url);
    if (kept) {
      found[name] = await kept.arrayBuffer();
      if (found[name].byteLength === size) { got += size; continue; }
    }
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    const bytes = new Uint8Array(size);
    const reader = response.body.getReader();
    let at = 0;
    for (let part; !(part = await reader.read()).done; at += part.value.length) {
      if (at + part.value.length > size) break;
      bytes.set(part.value, at);
      if (performance.now() > told + 50) {
        told = performance.now();
        postMessage({ type: "progress", got: got + at, total });
      }
    }
    if (at !== size) throw new Error(`${name} has another size than ${size} bytes`);
    got += size;
    found[name] = bytes.buffer;
    await store?.put(url, new Response(bytes)).catch(() => {});
  }
  const current = new Set(Object.keys(files).map(address));
  for (const { url } of await store?.keys() ?? [])
    if (!current.has(url)) await store.delete(url);
  postMessage({ type: "progress", got: total, total });
  return found;
}

async function start({ folder, files, names, info }) {
  const found = await bring(folder, files, names);
  const fetched = self.fetch;
  const types = { wasm: "application/wasm", zip: "application/zip" };
  self.fetch = async (address) => {
    const name = `${address?.url ?? address}`.split("/").pop();
    const type = types[name.split(".").pop()];
    return new Response(found[name], { headers: { "Content-Type": type } });
  };
  python = await loadPyodide({
    indexURL: folder, lockFileContents: { info, packages: {} },
    packageBaseUrl: folder, env: { HOME: "/home/reader" },
  });
  self.fetch = fetched;
  const extractDir = python.runPython("import sysconfig; sysconfig.get_path('purelib')");
  for (const name of names)
    if (!/^(pyodide\.|python_stdlib)/.test(name))
      python.unpackArchive(found[name], "zip", { extractDir });
  runner = python.pyimport("runner");
  runner.use_first_digits(`${extractDir}/digits`);
  scope = python.toPy({ __name__: "__main__" });
}

const does = {
  async start(message) {
    await start(message);
    return true;
  },
  run({ id, name, source }) {
    let text = "", told = 0;
    const flush = () => {
      if (text) postMessage({ type: "show", id, kind: "stream", text });
      text = "";
      told = performance.now();
    };
    const done = runner.run(source, name, scope, (kind, piece) => {
      if (kind === "stream") {
        text += piece;
        if (performance.now() > told + 50) flush();
      } else {
        flush();
        postMessage({ type: "show", id, kind, text: piece });
      }
    });
    flush();
    return done;
  },
  check({ name }) {
    return runner.check(name, scope);
  },
};

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ type: "done", id: data.id, value: await does[data.type](data) });
  } catch (error) {
    postMessage({ type: "failed", id: data.id, why: `${error?.message ?? error}` });
  }
});
