// The playground: the equations of the book on one observation, as it is drawn.
// A matrix is one array, row by row; names and numbers are those of the book.
(() => {
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const zip = (a, b, f) => a.map((x, i) => f(x, b[i]));
  const outer = (a, b) => Float64Array.from(
    {length: a.length * b.length}, (_, k) => a[Math.floor(k / b.length)] * b[k % b.length]);

  function affine(x, W, b) {
    const z = Float64Array.from(b), n = b.length;
    for (let i = 0; i < x.length; i++) {
      if (x[i] === 0) continue;
      for (let j = 0, k = i * n; j < n; j++, k++) z[j] += x[i] * W[k];
    }
    return z;
  }

  function timesTranspose(dz, W) {
    const n = dz.length, da = new Float64Array(W.length / n);
    for (let i = 0, k = 0; i < da.length; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++, k++) sum += dz[j] * W[k];
      da[i] = sum;
    }
    return da;
  }

  function softmax(z) {
    const top = Math.max(...z), e = z.map((x) => Math.exp(x - top));
    const sum = e.reduce((s, x) => s + x);
    return e.map((x) => x / sum);
  }

  function forward(p, X) {
    const z1 = affine(X, p.W1, p.b1);                        // (37)
    const a1 = z1.map(sigmoid);                              // (38)
    const z2 = affine(a1, p.W2, p.b2);                       // (21)
    const a2 = z2.map(sigmoid);                              // (22)
    const z3 = affine(a2, p.W3, p.b3);                       // (3)
    const y_hat = softmax(z3);                               // (4)
    return {X, z1, a1, z2, a2, z3, y_hat};
  }

  function crossEntropy(acts, label) {                       // (2)
    const top = Math.max(...acts.z3);
    const sum = acts.z3.reduce((s, z) => s + Math.exp(z - top), 0);
    return Math.log(sum) + top - acts.z3[label];
  }

  function backward(p, acts, label) {
    const {X, a1, a2, y_hat} = acts;
    const dz3 = y_hat.map((q, j) => q - (j === label));      // (9)
    const da2 = timesTranspose(dz3, p.W3);                   // (28)
    const dz2 = zip(da2, a2, (d, a) => d * a * (1 - a));     // (30)
    const da1 = timesTranspose(dz2, p.W2);                   // (44)
    const dz1 = zip(da1, a1, (d, a) => d * a * (1 - a));     // (46)
    const dX = timesTranspose(dz1, p.W1);
    return {dz3, da2, dz2, da1, dz1, dX};
  }

  // With one observation the gradients of the parameters are outer products.
  const weightGradients = ({X, a1, a2}, {dz1, dz2, dz3}) => ({
    dW3: outer(a2, dz3), db3: dz3,                           // (19), (20)
    dW2: outer(a1, dz2), db2: dz2,                           // (35), (36)
    dW1: outer(X, dz1), db1: dz1,                            // (51), (52)
  });

  function step(p, acts, grads, rate) {
    const gradients = weightGradients(acts, grads);
    return Object.fromEntries(Object.entries(p).map(([name, values]) =>
      [name, zip(values, gradients[`d${name}`], (w, dw) => w - rate * dw)]));
  }

  // As MNIST was made: the ink's box, scaled into 20 x 20 with its proportions
  // kept, put into 28 x 28 with its centre of mass in the middle.
  function preprocess(ink, size) {
    let left = size, right = -1, top = size, bottom = -1;
    for (let y = 0, k = 0; y < size; y++)
      for (let x = 0; x < size; x++, k++)
        if (ink[k] > 0.05) {
          left = Math.min(left, x); right = Math.max(right, x + 1);
          top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
        }
    if (right < 0) return null;
    const scale = 20 / Math.max(right - left, bottom - top);
    const width = Math.max(1, Math.round((right - left) * scale));
    const height = Math.max(1, Math.round((bottom - top) * scale));
    const [cx, cy] = [(right - left) / width, (bottom - top) / height];
    const small = new Float64Array(width * height);
    let mass = 0, mx = 0, my = 0;
    for (let v = 0; v < height; v++)
      for (let u = 0; u < width; u++) {
        const [x0, x1] = [left + u * cx, left + (u + 1) * cx];
        const [y0, y1] = [top + v * cy, top + (v + 1) * cy];
        let sum = 0;
        for (let y = Math.floor(y0); y < y1; y++) {
          const dy = Math.min(y + 1, y1) - Math.max(y, y0);
          for (let x = Math.floor(x0); x < x1; x++)
            sum += ink[y * size + x] * dy * (Math.min(x + 1, x1) - Math.max(x, x0));
        }
        const value = sum / (cx * cy);
        small[v * width + u] = value;
        mass += value; mx += value * (u + 0.5); my += value * (v + 0.5);
      }
    const place = (middle, length) =>
      Math.max(0, Math.min(28 - length, Math.round(14 - middle)));
    const [ox, oy] = [place(mx / mass, width), place(my / mass, height)];
    const X = new Float64Array(784);
    for (let v = 0; v < height; v++)
      for (let u = 0; u < width; u++)
        X[(v + oy) * 28 + u + ox] = Math.min(1, small[v * width + u]);
    return X;
  }

  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const floats = (text) => new Float32Array(bytes(text).buffer);

  function unpack({q, scale, values}) {
    if (values) return Float64Array.from(floats(values));
    const whole = new Int8Array(bytes(q).buffer), scales = floats(scale);
    const n = whole.length / scales.length;
    return Float64Array.from(whole, (x, k) => Math.fround(x * scales[Math.floor(k / n)]));
  }

  function colour(root, name) {
    const hex = getComputedStyle(root).getPropertyValue(name).trim();
    return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
  }

  // A number as people write it, with a point or a comma; else NaN. 1,000 may be a
  // thousand, or one.
  const number = (text) => /^\+?(?![1-9]\d*,\d{3}$)[\d.,]+(e[+-]?\d+)?$/i.test(text.trim())
    ? Number(text.replace(",", ".")) : NaN;

  // A number as it is shown: no zero below zero, and a minus sign, not a hyphen.
  const fixed = (x) => (Number(x.toFixed(3)) || 0).toFixed(3).replace("-", "−");
  const small = (x) => (x && x < 0.001 ? x.toExponential(1).replace("-", "−") : fixed(x));
  const significant = (x) => x.toPrecision(4).replace("-", "−");
  const largest = (values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const norm = (values) => Math.hypot(...values);
  const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

  function start(root) {
    const data = JSON.parse(root.querySelector("script.mlp-data").textContent);
    root.innerHTML = data.page;
    root.dataset.ready = "";
    const trained = Object.fromEntries(
      Object.entries(data.params).map(([name, packed]) => [name, unpack(packed)]));
    const find = (selector) => root.querySelector(selector);
    const pad = find(".mlp-pad");
    const pen = pad.getContext("2d", {willReadFrequently: true});
    const state = {p: trained, X: null, label: null, acts: null, grads: null,
                   loss: null, losses: [], asked: {}, steps: 0, message: ""};
    const field = find("[name=rate]"), message = find(".mlp-steps");
    const slider = find("[name=neuron]");
    let palette;

    function heat(name, values, columns, signed, one = 0) {
      const canvas = find(`[data-show="${name}"]`);
      const rows = Math.ceil(values.length / columns);
      if (canvas.width !== columns || canvas.height !== rows)
        Object.assign(canvas, {width: columns, height: rows});
      const context = canvas.getContext("2d");
      const picture = context.createImageData(columns, rows);
      const most = largest(values), full = one || (signed ? most : 1);
      for (let k = 0; k < values.length; k++) {
        const [r, g, b] = signed ? (values[k] > 0 ? palette.plus : palette.minus) : palette.ink;
        picture.data.set([r, g, b, full && 255 * Math.abs(values[k]) / full], 4 * k);
      }
      context.putImageData(picture, 0, 0);
      canvas.setAttribute("aria-label",
        `${name}: ${values.length} values, the largest ${most.toPrecision(3)} in size`);
    }

    function bars(name, heads, values, show, signed, one = 0) {
      const table = find(`[data-bars="${name}"]`);
      if (table.rows.length !== heads.length) {
        table.replaceChildren();
        for (const head of heads) {
          const row = table.insertRow();
          const th = row.appendChild(document.createElement("th"));
          th.scope = "row"; th.textContent = head;
          const bar = row.insertCell();
          bar.className = "bar"; bar.append(document.createElement("i"));
          row.insertCell();
        }
      }
      const most = one || Math.max(signed ? 0 : 1, largest(values));
      values.forEach((x, j) => {
        const [, bar, number] = table.rows[j].cells, half = signed ? 50 : 100;
        const width = most ? half * Math.abs(x) / most : 0;
        Object.assign(bar.firstChild.style, {
          width: `${width}%`, left: `${signed ? (x > 0 ? 50 : 50 - width) : 0}%`,
          background: signed && x < 0 ? "var(--minus)" : "var(--plus)"});
        number.textContent = show(x);
      });
    }

    const reading = (acts) => {
      const best = acts.y_hat.indexOf(Math.max(...acts.y_hat));
      const q = acts.y_hat[best].toFixed(2);
      return `${best} with probability ${q === "1.00" ? "over 0.99" : q}`;
    };
    const digitNames = [...trained.b3.keys()].map(String);
    const wide = (n) => (n === 784 ? 28 : Math.ceil(Math.sqrt(2 * n)));

    function compute() {
      state.acts = state.X && forward(state.p, state.X);
      const asked = state.X && state.label !== null;
      state.grads = asked ? backward(state.p, state.acts, state.label) : null;
      state.loss = asked ? crossEntropy(state.acts, state.label) : null;
    }

    // The curve begins anew with another digit or label.
    function follow() {
      const {X, label, asked, loss} = state;
      if (X !== asked.X || label !== asked.label)
        Object.assign(state, {asked: {X, label}, losses: []});
      if (loss !== null && !state.losses.length) state.losses = [loss];
    }

    function curve(losses) {
      const most = largest(losses), n = losses.length - 1, end = Math.max(10, n);
      const points = losses.map((L, k) =>
        [52 + 136 * k / end, 76 - (most && 66 * L / most)].map((x) => x.toFixed(1)));
      const dots = n > 30 ? [] : points;
      const svg = find("[data-show=losses]");
      svg.innerHTML = `<path d="M52 6V76H194" fill="none" stroke="currentColor"/>
        <path d="M${points.join("L")}" fill="none" stroke="var(--plus)" stroke-width="2"/>
        ${dots.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="var(--plus)"/>`).join("")}
        <g text-anchor="end"><text x="47" y="14">${significant(most)}</text>
        <text x="47" y="80">0</text><text x="196" y="92">${end} steps</text></g>`;
      svg.setAttribute("aria-label", `Loss after ${plural(n, "step")}: `
        + `${significant(losses[n])}, at first ${significant(losses[0])}`);
    }

    function draw() {
      const {acts, grads, p} = state;
      for (const name of ["labels", "results", "forward"])
        find(`.mlp-${name}`).hidden = !acts;
      for (const part of root.querySelectorAll(".mlp-asked, .mlp-rate"))
        part.hidden = !grads;
      find(".mlp-descent").hidden = !grads && !state.steps && !state.message;
      find(".mlp-hint").hidden = Boolean(acts);
      const words = [acts ? `The network reads ${reading(acts)}.` : "Nothing is drawn yet."];
      if (state.steps)
        words.push(`The weights are changed by ${plural(state.steps, "step")}, until Reset.`);
      if (penned) words.push("A pen has drawn: fingers wait until Clear.");
      const verdict = find(".mlp-verdict");
      verdict.setAttribute("aria-live", state.message ? "off" : "polite");  // not twice
      verdict.textContent = words.join(" ");
      for (const button of root.querySelectorAll(".mlp-labels button"))
        button.setAttribute("aria-pressed", Number(button.value) === state.label);
      message.textContent = state.message || (grads
        ? `For the label ${state.label}, the loss is ${significant(state.loss)}.` : "");
      if (!acts) return;
      for (const name of ["X", "a1", "a2"])
        heat(name, acts[name], wide(acts[name].length), false);
      bars("y_hat", digitNames, acts.y_hat, fixed, false);
      if (!grads) return;
      curve(state.losses);
      const one = find("[name=scale]").checked
        ? Math.max(...Object.values(grads).map(largest)) : 0;
      find("[name=full]").textContent = one
        ? `in every picture, full colour is ${one.toPrecision(3)}`
        : "each picture has its own scale";
      bars("dz3", digitNames, grads.dz3, fixed, true, one || 1);
      for (const name of ["da2", "dz2", "da1", "dz1", "dX"])
        heat(name, grads[name], wide(grads[name].length), true, one);
      const names = ["dz3", "da2", "dz2", "da1", "dz1"];
      const lengths = names.map((name) => norm(grads[name]));
      const [dz3, , dz2, , dz1] = lengths;     // the norm of an outer product is
      const weights = [norm(acts.a2) * dz3,    // the product of the norms
                       norm(acts.a1) * dz2, norm(acts.X) * dz1];
      const longest = one && Math.max(1, ...lengths, ...weights);
      bars("norms", names, lengths, small, false, longest);
      bars("weights", ["dW3", "dW2", "dW1"], weights, small, false, longest);
      const n1 = p.b1.length, r = Number(slider.value);
      heat("W1", acts.X.map((_, q) => p.W1[q * n1 + r]), 28, true);
      heat("dW1", acts.X.map((x) => x * grads.dz1[r]), 28, true, one);   // (51)
    }

    function show(prepare) {
      prepare?.();
      compute();
      follow();
      draw();
    }

    function setPixels(X, label = null) {
      penned = false;
      Object.assign(state, {X: Float64Array.from(X), label});
      say("");
      pen.clearRect(0, 0, pad.width, pad.height);
      enlarge(pen, X, pad.width / 28);
      show();
    }

    function enlarge(context, X, scale) {
      const [r, g, b] = palette.ink;
      X.forEach((x, k) => {
        context.fillStyle = `rgba(${r}, ${g}, ${b}, ${x})`;
        context.fillRect((k % 28) * scale, Math.floor(k / 28) * scale, scale, scale);
      });
    }

    function readPad() {
      const {data: rgba} = pen.getImageData(0, 0, pad.width, pad.height);
      const ink = Float32Array.from({length: rgba.length / 4}, (_, k) => rgba[4 * k + 3] / 255);
      state.X = preprocess(ink, pad.width);
      say("");
    }

    // One pointer draws at a time. A pen comes before fingers, which may be a palm:
    // once it has drawn, they wait for a new digit. Two fingers enlarge the page, and
    // draw nothing until both are lifted.
    let drawing = null, penned = false, pinching = false, frame = 0;

    function stroke(event) {
      const box = pad.getBoundingClientRect();
      for (const e of event.getCoalescedEvents?.().concat(event) || [event]) {
        const at = [(e.clientX - box.left) * pad.width / box.width,
                    (e.clientY - box.top) * pad.height / box.height];
        pen.strokeStyle = `rgb(${palette.ink})`;
        Object.assign(pen, {lineWidth: find("[name=pen]").value, lineCap: "round", lineJoin: "round"});
        pen.beginPath();
        pen.moveTo(...(drawing.last || at));
        pen.lineTo(at[0] + 0.01, at[1]);  // a point is a short line
        pen.stroke();
        drawing.last = at;
      }
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => show(readPad));
    }

    function takeBack() {
      cancelAnimationFrame(frame);
      pen.putImageData(drawing.ink, 0, 0);
      Object.assign(state, drawing.before);
      drawing = null;
      repaint();
    }

    document.addEventListener("pointerdown", ({pointerType, isPrimary}) => {
      if (pointerType !== "touch") return;
      if (isPrimary) pinching = false;
      else if (drawing?.type === "touch") { takeBack(); pinching = true; }
    }, {capture: true});
    pad.addEventListener("pointerdown", (event) => {
      const {pointerId: id, pointerType: type} = event;
      if (event.button !== 0 || event.ctrlKey) return;
      if (type === "touch" && (penned || pinching)) return;
      if (drawing && (type !== "pen" || drawing.type === "pen")) return;
      if (drawing) takeBack();
      event.preventDefault();
      try { pad.setPointerCapture(id); } catch { /* a simulated pen */ }
      penned ||= type === "pen";
      const {X, label, message, losses, asked} = state;
      drawing = {id, type, last: null, before: {X, label, message, losses, asked},
                 ink: pen.getImageData(0, 0, pad.width, pad.height)};
      if (!X) state.label = null;
      stroke(event);
    });
    const ours = (event) => drawing?.id === event.pointerId;
    pad.addEventListener("pointermove", (event) => {
      if (!ours(event)) return;
      if (drawing.type === "mouse" && !(event.buttons & 1)) drawing = null;
      else stroke(event);
    });
    for (const end of ["pointerup", "pointerleave", "lostpointercapture"])
      pad.addEventListener(end, (event) => { if (ours(event)) drawing = null; });
    pad.addEventListener("pointercancel", (event) => { if (ours(event)) takeBack(); });
    pad.addEventListener("contextmenu", (event) => { if (drawing) event.preventDefault(); });

    function describe(field, words) {
      words.id = `mlp-${Math.random().toString(36).slice(2)}`;
      field.setAttribute("aria-describedby", words.id);
      field.addEventListener("input", () => mark(field, false));
    }
    function mark(field, invalid) {
      if (invalid) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    const typed = ({value}) => (value.trim() ? `"${value}"` : "empty");

    describe(field, message);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") find("[data-do=step]").click();
    });
    function say(text, invalid = false) {
      state.message = text;
      mark(field, invalid);
    }

    function descend(count) {
      const rate = number(field.value);
      if (!(rate > 0 && rate <= 10)) {
        say(`The learning rate is ${typed(field)}: `
          + "expected a number above 0 and at most 10, such as 0.01.", true);
        return;
      }
      const {loss, acts, steps} = state, last = steps + count;
      while (state.steps < last) {
        state.p = step(state.p, state.acts, state.grads, rate);
        compute();
        state.losses.push(state.loss);
        state.steps += 1;
      }
      say(`${count === 1 ? `Step ${last}` : `Steps ${steps + 1} to ${last}`}, `
        + `learning rate ${rate}: the loss went from ${significant(loss)} to `
        + `${significant(state.loss)}; the network read ${reading(acts)}, `
        + `and now reads ${reading(state.acts)}.`);
    }
    // What a step has changed is in sight, if the window is high enough.
    function inSight() {
      const panel = find(".mlp-panel");
      if (panel.offsetHeight < innerHeight - 70) panel.scrollIntoView({block: "nearest"});
    }
    const actions = {
      clear() {
        penned = false;
        pen.clearRect(0, 0, pad.width, pad.height);
        Object.assign(state, {X: null, label: null});
        say("");
      },
      step: () => descend(1),
      steps: () => descend(10),
      reset() {
        Object.assign(state, {p: trained, steps: 0, losses: []});
        say("The trained weights are back.");
      },
    };
    for (const button of root.querySelectorAll("[data-do]"))
      button.addEventListener("click", () => {
        const {steps} = state;
        actions[button.dataset.do]();
        show();
        if (state.steps > steps) inSight();
      });
    // In a notebook a key is a command, d d deletes the cell: keys used here stay here.
    root.addEventListener("keydown", (event) => {
      const command = event.ctrlKey || event.metaKey || event.altKey;
      if (!command && event.key !== "Escape") event.stopPropagation();
    });
    const box = find("[name=r]"), refusal = find(".mlp-column");
    slider.max = trained.b1.length - 1;
    describe(box, refusal);
    slider.addEventListener("input", () => {
      box.value = slider.value;
      mark(box, false);
      refusal.textContent = "";
      show();
    });
    box.addEventListener("change", () => {
      const r = number(box.value), right = Number.isInteger(r) && r <= slider.max;
      mark(box, !right);
      refusal.textContent = right ? "" : `r is ${typed(box)}: expected a whole number `
        + `from 0 to ${slider.max}. Column ${slider.value} stays.`;
      if (right) slider.value = box.value = r;
      show();
    });

    for (const name of digitNames) {
      const button = document.createElement("button");
      Object.assign(button, {type: "button", value: name, textContent: name});
      button.addEventListener("click", () => { state.label = Number(name); say(""); show(); });
      find(".mlp-labels div").append(button);
    }
    const pixels = bytes(data.examples);
    const thumbnails = data.labels.map((label, k) => {
      const X = Float64Array.from(pixels.subarray(784 * k, 784 * (k + 1)), (x) => x / 255);
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-label", `Test digit ${k + 1}, labelled ${label}`);
      const canvas = button.appendChild(document.createElement("canvas"));
      canvas.width = canvas.height = 28;
      button.addEventListener("click", () => setPixels(X, label));
      find(".mlp-examples div").append(button);
      return () => {
        canvas.getContext("2d").clearRect(0, 0, 28, 28);
        enlarge(canvas.getContext("2d"), X, 1);
      };
    });
    find(".mlp-examples").hidden = !thumbnails.length;
    if (thumbnails.length) find(".mlp-hint").append(", or click one");
    find("[name=scale]").addEventListener("change", () => show());
    function repaint() {
      palette = {ink: colour(root, "--ink"), plus: colour(root, "--plus"),
                 minus: colour(root, "--minus")};
      thumbnails.forEach((paint) => paint());
      const {data: rgba} = pen.getImageData(0, 0, pad.width, pad.height);
      const ink = colour(root, "--ink");
      for (let k = 0; k < rgba.length; k += 4) if (rgba[k + 3]) rgba.set(ink, k);
      pen.putImageData(new ImageData(rgba, pad.width), 0, 0);
      show();
    }
    const themes = new MutationObserver(repaint);
    themes.observe(document.documentElement, {attributeFilter: ["data-theme"]});
    themes.observe(document.body, {attributeFilter: ["data-jp-theme-light"]});
    for (const query of ["(forced-colors: active)", "(prefers-color-scheme: dark)"])
      matchMedia(query).addEventListener("change", repaint);
    repaint();
    root.playground = {state, setPixels, forward, backward, weightGradients,
                       crossEntropy, step, preprocess, trained};
  }

  document.querySelectorAll(".mlp-play:not([data-ready])").forEach(start);
})();
