// Python, in a worker of its own: what a cell does cannot reach the page.
import "pyodide/pyodide.asm.js";
import { loadPyodide } from "pyodide";

let python, runner, scope, PythonError;

// The browser's store for a folder, or null where there is none or it is blocked.
async function storeOf(folder) {
  try {
    return await caches.open(`live ${folder}`);
  } catch {
    return null;
  }
}

async function kept(store, url) {
  try {
    return await (await store?.match(url))?.arrayBuffer();
  } catch {
    return null;
  }
}

async function keep(store, url, bytes) {
  try {
    await store?.put(url, new Response(bytes));
  } catch {
    // It is full: the next page fetches this again.
  }
}

// Remove from the store what no longer belongs to the site.
async function tidy(store, current) {
  try {
    for (const { url } of await store?.keys() ?? [])
      if (!current.has(url)) await store.delete(url);
  } catch {
    // It may stay.
  }
}

// Whether these bytes are those that the site was built with. Without https a browser
// gives no hash: then their number must do.
async function isWhole(bytes, { size, hash }) {
  if (bytes?.byteLength !== size || !crypto.subtle) return bytes?.byteLength === size;
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...found].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.startsWith(hash);
}

async function download(name, url, size, cache, tell) {
  const bytes = new Uint8Array(size);
  let at = 0;
  try {
    const response = await fetch(url, { cache });
    if (!response.ok) throw new Error(response.status);
    const reader = response.body.getReader();
    for (let part; !(part = await reader.read()).done; at += part.value.length) {
      if (at + part.value.length > size) throw new Error("it is too long");
      bytes.set(part.value, at);
      tell(at + part.value.length);
    }
    if (at < size) throw new Error(`it ended after ${at} of ${size} bytes`);
  } catch (error) {
    throw new Error(`${name}: ${error.message}`);
  }
  return bytes.buffer;
}

// Fetch the files of the runtime, or take them from the browser's store, where each
// lies under its hash. Where the store is blocked they are fetched each time.
async function bring(folder, files, names, tell) {
  const address = (name) => new URL(`${name}?${files[name].hash}`, folder).href;
  const total = names.reduce((sum, name) => sum + files[name].size, 0);
  const store = await storeOf(folder);
  const found = {};
  let got = 0;
  for (const name of names) {
    const url = address(name);
    found[name] = await kept(store, url);
    if (!await isWhole(found[name], files[name])) {
      found[name] = await download(
        name, url, files[name].size, store ? "no-store" : "default",
        (part) => tell(got + part, total),
      );
      if (!await isWhole(found[name], files[name]))
        throw new Error(`${name}: it is not the file that the site was built with`);
      await keep(store, url, found[name]);
    }
    got += files[name].size;
  }
  await tidy(store, new Set(Object.keys(files).map(address)));
  tell(total, total);
  return found;
}

async function start({ id, folder, files, names, info }) {
  let told = 0;
  const found = await bring(folder, files, names, (got, total) => {
    if (got < total && performance.now() < told + 50) return;
    told = performance.now();
    postMessage({ type: "show", id, kind: "progress", text: `${got} ${total}` });
  });
  const fetched = self.fetch;
  const types = { wasm: "application/wasm", zip: "application/zip" };
  self.fetch = async (address) => {
    const name = `${address?.url ?? address}`.split("/").pop();
    const type = types[name.split(".").pop()];
    return new Response(found[name], { headers: { "Content-Type": type } });
  };
  python = await loadPyodide({
    indexURL: folder, lockFileContents: { info, packages: {} },
    packageBaseUrl: folder,
  });
  self.fetch = fetched;
  const extractDir = python.runPython("import sysconfig; sysconfig.get_path('purelib')");
  for (const name of names)
    if (!/^(pyodide\.|python_stdlib)/.test(name))
      python.unpackArchive(found[name], "zip", { extractDir });
  ({ PythonError } = python.ffi); // after a fatal error python gives nothing
  runner = python.pyimport("runner");
  runner.use_first_digits(`${extractDir}/digits`);
  scope = python.toPy({ __name__: "__main__" });
  self.close = () => {
    throw new Error("Only the page can close this worker: press Stop.");
  };
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
    const raised = PythonError && error instanceof PythonError;
    const why = `${error?.message ?? error}`.trim().split("\n").pop();
    postMessage({ type: raised ? "raised" : "failed", id: data.id, why });
  }
});
