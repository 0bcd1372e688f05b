"""The pages that run: loading, the order of cells, Stop, what is kept, safety."""

import contextlib
import functools
import http.server
import inspect
import io
import json
import re
import threading
import time
import zipfile
from pathlib import Path

import pytest
from chromium import NAME, opener
from live import entry
from live_site import LIVE, SITE, needs_live
from test_site import BLOCKED

import mlpnotes

pytestmark = [pytest.mark.site, needs_live]


class Host:
    """A server of the site that notes what is asked, and fails where it is told to.

    Attributes
    ----------
    log : list of str
        The files that were asked for.
    faults : dict
        By the end of a path: a status, or a function of the handler that answers.
    headers : dict
        Sent with every file.
    """

    def __init__(self):
        self.log, self.faults, self.headers = [], {}, {}
        host = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def translate_path(self, path):
                return super().translate_path(path.removeprefix(f"/{NAME}"))

            def end_headers(self):
                for name, value in host.headers.items():
                    self.send_header(name, value)
                super().end_headers()

            def do_GET(self):
                path = self.path.partition("?")[0]
                host.log.append(path.removeprefix(f"/{NAME}/"))
                for end, fault in host.faults.items():
                    if path.endswith(end):
                        return fault(self)
                return super().do_GET()

        handler = functools.partial(Handler, directory=SITE)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/{NAME}/"

    def asked(self):
        """Return the files of the runtime that were asked for, and forget them."""
        found = [path.partition("_static/live/")[2] for path in self.log]
        self.log.clear()
        return sorted({path for path in found if path} - {"page.js", "page.css"})


@pytest.fixture(scope="module")
def server():
    host = Host()
    with host.server:
        yield host
        host.server.shutdown()


@pytest.fixture
def host(server):
    """Return the server, as if it were new."""
    server.log.clear()
    server.faults.clear()
    server.headers.clear()
    return server


# The tightest policy under which the pages run; for every file of the site, also
# the worker's. The theme writes scripts and styles into its pages.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; "
    "worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
GONE = "Stopped. All variables are gone: the next Run starts anew."
AT_MOST = 0.5  # seconds until a cell has stopped


def cell(page, number):
    return page.locator("div.cell", has=page.locator(".live-bar")).nth(number - 1)


def button(page, number, text):
    return cell(page, number).locator(".live-bar button", has_text=text).first


def write(page, number, text):
    """Replace the text of a cell, as a reader does."""
    page.bring_to_front()
    cell(page, number).scroll_into_view_if_needed()
    if (edit := button(page, number, "Edit")).is_visible():
        edit.click()
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(text)


def press(page, number):
    page.bring_to_front()
    cell(page, number).locator(".live-bar button").first.click()


def wait(page, number, seconds=30):
    """Wait for a run to end; return what the cell says, its words and its result."""
    stop = button(page, number, "Stop")
    stop.wait_for(state="hidden", timeout=seconds * 1000)
    result = cell(page, number).locator(".live-result .output")
    words = cell(page, number).locator(".live-words").inner_text()
    return words, "\n".join(result.all_inner_texts()).strip()


def run(page, number, text=None):
    """Run a cell; return what it shows."""
    if text is not None:
        write(page, number, text)
    press(page, number)
    return wait(page, number)[1]


def stop(page, number):
    """Press Stop; return the seconds until every cell has stopped, and the words."""
    seconds = button(page, number, "Stop").evaluate("""async (button) => {
      const all = [...document.querySelectorAll(".live-bar button")];
      const busy = () => all.some((b) => b.textContent === "Stop" && !b.hidden);
      const pressed = performance.now();
      button.click();
      while (busy()) await new Promise((done) => setTimeout(done, 5));
      return (performance.now() - pressed) / 1000;
    }""")
    return seconds, wait(page, number)[0]


def begins(page, number):
    """Wait until a cell runs itself: not Python's start, nor the cells above."""
    cell(page, number).get_by_text("Running.", exact=True).wait_for()


def send(handler, pieces, size, seconds=0):
    """Answer with pieces of a file, and some time after each."""
    handler.send_response(200)
    kind = handler.guess_type(handler.path.partition("?")[0])
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(size))
    handler.end_headers()
    with contextlib.suppress(OSError):  # the page is gone
        for piece in pieces:
            handler.wfile.write(piece)
            time.sleep(seconds)


def slowly(seconds, until=None):
    """Return a fault: the file comes in pieces, or its beginning alone."""

    def answer(handler):
        content = Path(handler.translate_path(handler.path)).read_bytes()
        step = -(-len(content) // 20)
        pieces = [content[i : i + step] for i in range(0, until or len(content), step)]
        send(handler, pieces, len(content), seconds / 20)

    return answer


def instead(change):
    """Return a fault: the file as a function changes its bytes."""

    def answer(handler):
        content = change(Path(handler.translate_path(handler.path)).read_bytes())
        send(handler, [content], len(content))

    return answer


def missing(handler):
    handler.send_error(404)


def others(problems):
    """Return the problems of a page without the requests that we let fail."""
    expected = "failed: ", "404: ", "Failed to load resource"
    return [text for text in problems if not text.startswith(expected)]


def test_nothing_is_fetched_before_the_first_press(open_page, host):
    for name in "lemma-1", "your-backprop":
        page = open_page(f"{host.url}{name}.html")
        cell(page, 1).scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        assert host.asked() == (["editor.js"] if name == "your-backprop" else [])
        assert page.problems == []


def test_loading_is_shown_and_happens_once(open_page, host):
    host.faults["numpy.zip"] = slowly(1)
    page = open_page(f"{host.url}lemma-1.html")
    bar = cell(page, 1).locator("progress")
    cell(page, 1).evaluate("""(box) => {
      window.seen = [];
      const [bar, words] = box.querySelectorAll("progress, .live-words");
      new MutationObserver(() => {
        if (!bar.hidden) seen.push([bar.value, bar.max, words.textContent]);
      }).observe(box, { subtree: true, childList: true, attributes: true });
    }""")
    assert bar.is_hidden()
    press(page, 1)
    bar.wait_for()
    cell(page, 1).locator(".live-bar button").first.click(force=True)
    press(page, 2)
    assert button(page, 1, "Stop").is_visible()
    assert wait(page, 1)[1].startswith("before: [0.665 0.245 0.09 ]")
    assert wait(page, 2)[1].startswith("J, in three ways")
    assert bar.is_hidden()
    seen = page.evaluate("seen")
    values, totals, words = zip(*seen, strict=True)
    runtime = json.loads((LIVE / "runtime.json").read_text("utf-8"))
    size = sum(entry["size"] for entry in runtime["files"].values())
    total = max(totals)
    assert len(set(totals) - {1}) == 1
    assert total <= size
    assert [*values] == sorted(values)
    assert len(set(values)) > 10
    assert any(text.endswith(f" of {total / 1e6:.1f} MB") for text in words)
    names = [path for path in host.log if "_static/live/" in path]
    assert len(names) == len(set(names))
    assert page.problems == []


def test_what_does_not_arrive_is_said_and_the_next_press_tries_again(open_page, host):
    page = open_page(f"{host.url}lemma-1.html")
    faults = [
        ("cells/lemma-1.json", missing, "cells/lemma-1.json: 404"),
        ("runtime.json", missing, "runtime.json: 404"),
        ("runtime.json", instead(lambda b: b[:50]), "runtime.json: "),
        ("worker.js", missing, "worker.js does not start"),
        ("stdlib.zip", missing, "python_stdlib.zip: 404"),
        ("stdlib.zip", slowly(0, 10**6), "python_stdlib.zip: "),
        ("numpy.zip", instead(lambda b: b[:-1]), "numpy.zip: it ended after "),
        ("numpy.zip", instead(lambda b: b + b"x"), "numpy.zip: it is too long"),
        ("numpy.zip", instead(lambda b: b[:-1] + b"x"), "numpy.zip: it is not the"),
    ]
    for end, fault, why in faults:
        host.faults = {end: fault}
        press(page, 1)
        words, shown = wait(page, 1)
        assert words.startswith(f"Python did not arrive ({why}"), words
        assert words.endswith("). Press again to retry.")
        assert shown == ""
        assert any(path.endswith(end) for path in host.log)
        assert cell(page, 1).locator("progress").is_hidden()
        host.log.clear()
    host.faults = {}
    assert run(page, 1).startswith("before:")
    assert "pyodide.asm.wasm" not in host.asked()  # what arrived was kept
    assert others(page.problems) == []


def longer(content):
    """Return an archive with one more file in it."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as packed:
        packed.writestr("more.txt", "more")
    return stream.getvalue()


def stored(page):
    """Return the names of the files in the browser's store."""
    found = page.evaluate("""async () => {
      const [name] = await caches.keys();
      const requests = await (await caches.open(name)).keys();
      return requests.map(({ url }) => url.split("/").pop());
    }""")
    return sorted(found)


def test_the_next_page_starts_from_the_browsers_store(open_page, host):
    page = open_page(f"{host.url}lemma-5.html")
    assert run(page, 2)
    first = host.asked()
    assert {"numpy.zip", "pyodide.asm.wasm", "python_stdlib.zip"} < {*first}
    kept = stored(page)
    page.goto(f"{host.url}lemma-1.html")
    host.log.clear()
    assert run(page, 1)
    assert not [name for name in host.asked() if name.endswith((".zip", ".wasm"))]
    assert stored(page) == kept

    # A new build of the site: one file differs.
    new = longer((LIVE / "mlpnotes.zip").read_bytes())
    runtime = json.loads((LIVE / "runtime.json").read_text("utf-8"))
    old = runtime["files"]["mlpnotes.zip"]["hash"]
    runtime["files"]["mlpnotes.zip"] = entry(new)
    host.faults = {
        "mlpnotes.zip": instead(lambda _: new),
        "runtime.json": instead(lambda _: json.dumps(runtime).encode()),
    }
    page.reload()
    host.log.clear()
    assert run(page, 1)
    assert [n for n in host.asked() if n.endswith((".zip", ".wasm"))] == [
        "mlpnotes.zip"
    ]
    now = f"mlpnotes.zip?{runtime['files']['mlpnotes.zip']['hash']}"
    assert {*stored(page)} == {*kept} - {f"mlpnotes.zip?{old}"} | {now}

    # What lies there spoilt is fetched again.
    page.evaluate(
        """async (name) => {
      const store = await caches.open((await caches.keys())[0]);
      for (const { url } of await store.keys()) {
        if (!url.includes(name)) continue;
        const bytes = new Uint8Array(await (await store.match(url)).arrayBuffer());
        bytes[1000] ^= 255;
        await store.put(url, new Response(bytes));
      }
    }""",
        "python_stdlib.zip",
    )
    page.reload()
    host.log.clear()
    assert run(page, 1)
    assert "python_stdlib.zip" in host.asked()
    assert page.problems == []


NO_STORE = {
    "no https": """
      Object.defineProperty(self, "caches", { value: undefined });
      Object.defineProperty(crypto, "subtle", { value: undefined });""",
    "blocked": """
      caches.open = () => Promise.reject(new DOMException("no", "SecurityError"));""",
    "broken": """for (const name of ["match", "put", "keys"])
      Cache.prototype[name] = () => Promise.reject(new DOMException("no"));""",
}


@pytest.mark.parametrize("kind", NO_STORE)
def test_without_a_store_of_the_browser_pages_run(open_page, host, kind):
    host.faults["worker.js"] = instead(lambda b: NO_STORE[kind].encode() + b"\n" + b)
    page = open_page(f"{host.url}lemma-1.html", first=BLOCKED)
    write(page, 1, "print(6 * 7)")
    words = cell(page, 1).locator(".live-words").inner_text()
    assert words.endswith("copy it before you leave.")
    assert run(page, 1) == "42"
    assert page.problems == []


@pytest.fixture(scope="module")
def one_page(browser, server):
    """Open a page on which Python stays, for tests that write all they need."""
    server.faults.clear()
    server.headers.clear()
    with opener(browser) as open_page:
        page = open_page(f"{server.url}lemma-1.html")
        page.locator(".solution .toggle-button").first.click()
        yield page


@pytest.fixture
def page(one_page):
    """Return a page whose first six cells do nothing; the fifth is an exercise."""
    if button(one_page, 1, "Stop").is_visible():
        stop(one_page, 1)
    for number in range(1, 7):
        if cell(one_page, number).locator(".cm-content").all_inner_texts() != ["pass"]:
            write(one_page, number, "pass")
    yield one_page
    assert one_page.problems == []


def test_cells_above_run_as_far_as_needed(page):
    write(page, 1, "log = []")
    write(page, 2, "log.append(2)")
    write(page, 3, "log.append(3)")
    assert run(page, 4, "print(log)") == "[2, 3]"
    assert run(page, 4) == "[2, 3]"  # nothing anew
    assert run(page, 4, "print(*log)") == "2 3"
    write(page, 2, "log.append('two')")
    assert run(page, 4) == "2 3 two 3"  # it, and what ran before it changed
    assert run(page, 4) == "2 3 two 3"
    assert run(page, 3) == ""
    assert run(page, 4) == "2 3 two 3 3"  # by the reader's press alone
    assert run(page, 1) == ""
    assert run(page, 4) == "two 3"  # the first made a new list
    write(page, 5, "print('below')")
    assert run(page, 4) == "two 3"
    assert run(page, 3, "log.append(4)") == ""
    assert run(page, 4) == "two 3 4"


def test_an_error_above_is_shown_where_it_is(page):
    write(page, 2, "x = 1\n1 / 0")
    press(page, 4)
    assert wait(page, 4)[0] == "Needs cell 2, which stopped with an error."
    error = wait(page, 2)[1]
    assert 'File "cell 2", line 2' in error
    assert error.endswith("division by zero")
    write(page, 2, "x = 2")
    assert run(page, 4, "print(x)") == "2"
    assert wait(page, 2)[1] == ""

    write(page, 5, "1 / 0")  # the exercise: others do not need it
    assert run(page, 6, "print(x)") == "2"
    assert wait(page, 5)[1].endswith("division by zero")


def test_after_stop_everything_runs_anew(page):
    write(page, 1, "log = [1]")
    write(page, 2, "log.append(2)")
    assert run(page, 3, "print(log)") == "[1, 2]"
    write(page, 3, "print(log)\nwhile True: pass")
    press(page, 3)
    begins(page, 3)
    assert stop(page, 3)[1] == GONE
    assert run(page, 3, "print(log)") == "[1, 2]"


ENDLESS = {
    "loop": "print(0)\nwhile True: pass",
    "catching": "print(0)\nwhile True:\n  try:\n    while True: pass\n  except: pass",
    "printing": "while True: print('x')",
    "showing": "while True: display(1)",
    "product": "import numpy as np\nprint(0)\na = np.ones((4000, 4000))\na @ a @ a @ a",
    "sleep": "import time\nprint(0)\ntime.sleep(1e6)",
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_stop_ends_whatever_runs(page, kind):
    write(page, 1, ENDLESS[kind])
    press(page, 1)
    begins(page, 1)
    press(page, 2)
    press(page, 3)
    page.wait_for_timeout(300)
    assert button(page, 1, "Stop").is_visible()
    seconds, words = stop(page, 2)
    assert seconds < AT_MOST
    assert words == wait(page, 1)[0] == wait(page, 3)[0] == GONE


def test_a_page_answers_while_a_cell_prints_without_end(page):
    page.evaluate("""() => {
      const box = document.createElement("button");
      box.id = "latency";
      box.style = "position: fixed; top: 50%; left: 0; z-index: 9999";
      box.textContent = "how long?";
      window.took = [];
      box.onclick = ({ timeStamp }) => took.push(performance.now() - timeStamp);
      document.body.append(box);
    }""")
    for kind in "printing", "showing":
        write(page, 1, ENDLESS[kind])
        press(page, 1)
        begins(page, 1)
        for _ in range(5):
            page.locator("#latency").click()
            page.wait_for_timeout(100)
        stop(page, 1)
    took = page.evaluate("took")
    page.evaluate("document.getElementById('latency').remove()")
    assert len(took) == 10
    assert min(took[:5]) < 100
    assert min(took[5:]) < 100


DEADLY = {
    "import os\nos._exit(0)": "Program terminated with exit(0)",
    "import ctypes\nctypes.CFUNCTYPE(None)(1)()": "",
}


def test_a_dead_python_is_said_and_starts_anew(page):
    for text, why in DEADLY.items():
        write(page, 1, text)
        press(page, 1)
        words, _ = wait(page, 1)
        assert words.startswith(f"Python has ended ({why}")
        assert words.endswith(". Its variables are gone: Run starts anew.")
        assert run(page, 1, "print(6 * 7)") == "42"
    page.problems.clear()  # Pyodide reports them in the console


MORTAL = {
    "import sys; sys.exit()": "SystemExit",
    "def f(): f()\nf()": "RecursionError",
    "[0] * 10**9": "MemoryError",
    "import js; js.close()": "press Stop",
    "import js; js.eval('throw 5')": "JsException",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
    "import sys; sys.stdout = None; 1 / 0": "ZeroDivisionError",
    "import js\njs.setTimeout(js.Function.new('throw new Error(1)'), 0); 1 / 0": "Zero",
}


def test_variables_outlive_every_error(page):
    assert run(page, 1, "x = 6 * 7") == ""
    for text, why in MORTAL.items():
        assert why in run(page, 2, text)
    assert run(page, 2, "print(x)") == "42"


@pytest.mark.parametrize("name", ["runtime.json", "lemma-1.json", "numpy.zip"])
def test_stop_ends_the_loading(open_page, host, name):
    host.faults[name] = slowly(4)
    page = open_page(f"{host.url}lemma-1.html")
    press(page, 1)
    press(page, 2)
    while not any(path.endswith(name) for path in host.log):
        page.wait_for_timeout(20)
    seconds, words = stop(page, 2)
    assert seconds < AT_MOST
    assert words == wait(page, 1)[0] == "Stopped."  # there were no variables yet
    host.asked()
    page.wait_for_timeout(300)
    assert host.asked() == []  # nothing goes on in secret
    host.faults = {}
    assert run(page, 1).startswith("before:")
    assert others(page.problems) == []


HTML = """<table onclick="hack()" style="position: fixed" id="x" class="y">
<caption>fine</caption><tr><th scope="row" scope=x>a<td onload="hack()">b</table>
<img src="EVIL" onerror="hack()"><script>hack()</script><svg onload="hack()"><style>
* { display: none }</style></svg><a href="javascript:hack()">a link</a>
<iframe src="EVIL" srcdoc="<script>parent.hack()</script>"></iframe><math><mtext>
<mglyph><style><img src="EVIL" onerror="hack()"></style></mglyph></math><template>
<img src="EVIL" onerror="hack()"></template><object data="EVIL"></object><form
action="javascript:hack()"><input autofocus onfocus="hack()"></form><link
rel="stylesheet" href="EVIL"><base href="EVIL"><meta http-equiv="refresh"
content="0; url=EVIL"><noscript><img src="EVIL"></noscript><details open
ontoggle="hack()">d</details><p>"""
LATEX = [
    r"\href{javascript:hack()}{x}", r"\includegraphics{EVIL}", r"\url{EVIL}",
    "{" * 9000,
    r"\htmlId{x}{y} \class{z}{w}", r"\style{background: url(EVIL)}{v}", "x^" * 9000,
    r"\def\a{\a\a}\a", r"\text{<img src=EVIL onerror=hack()>}", r"\rule{9999em}{1em}",
]  # fmt: skip
HOSTILE = """
import json
from js import JSON, postMessage

html = HTML
latex = LATEX
shown = [
    {"text": html, "html": html},
    {"text": "1", "html": "<p>" + "<b><i>" * 8000},
    {"text": "1", "html": "<table>" + "<tr><td>x" * 5000},
    *({"text": "1", "latex": each} for each in latex),
    {"text": 1, "html": ["<img src=EVIL onerror=hack()>"], "latex": {"length": 1}},
    {"__proto__": {"html": html}}, {"toString": 1}, [], None, 1, "x", [[html]],
]
texts = [html, "", "{", "null", 1, None, {}, [], [html], True, {"__proto__": None}]
texts += [{"toString": 1, "valueOf": None}]
kinds = ["result", "stream", "error", "progress", html, "__proto__", "toString", 1, {}]
types = ["show", "raised", "done", "failed", "start", "progress", html, {}, None]
ids = [*range(5), "1", "__proto__", html, None, {}]


def send(**message):
    postMessage(JSON.parse(json.dumps(message)))


for n in ids:
    for kind in kinds:
        for text in texts:
            send(type="show", id=n, kind=kind, text=text)
    for value in shown:
        send(type="show", id=n, kind="result", text=json.dumps(value))
for n in "1", "__proto__", "constructor", None, {}, []:
    for kind in types:
        send(type=kind, id=n, value=html, why=texts[-3], got="x", total={}, text=1)
for message in 1, None, "x", [], [[]], html, {}:
    postMessage(JSON.parse(json.dumps(message)))
for n in range(5):
    send(type="show", id=n, kind="stream", text="x" * 10**6)
"""


def hostile(host):
    evil = host.url.replace("127.0.0.1", "localhost") + "evil.png"
    pieces = {"HTML": repr(HTML), "LATEX": repr(LATEX)}
    text = HOSTILE
    for name, piece in pieces.items():
        text = text.replace(f" = {name}\n", f" = {piece}\n")
    return text.replace("EVIL", evil)


MAY_STAND = """(result) => {
  const may = [
    "class", "scope", "role", "aria-label", "aria-hidden", "open", "tabindex"];
  const maths = "http://www.w3.org/1998/Math/MathML";
  return [...result.querySelectorAll("*")].filter((node) =>
    node.matches("img, script, style, a, iframe, object, form, input, svg, template")
    || node.namespaceURI !== maths && [...node.attributes].some(({ name }) =>
      !may.includes(name))
    || [...node.attributes].some(({ name, value }) =>
      name.startsWith("on") || /href|src|id$/.test(name) || /url|script:/.test(value))
  ).map((node) => node.outerHTML.slice(0, 200));
}"""


def test_what_a_program_sends_does_not_become_the_page(open_page, host):
    page = open_page(f"{host.url}lemma-1.html")
    page.evaluate("() => { window.hack = () => { window.hacked = true; }; }")
    program = hostile(host)
    write(page, 1, program)
    press(page, 1)
    wait(page, 1, 60)
    page.wait_for_timeout(300)
    box = cell(page, 1).locator(".live-result")
    assert box.locator(".output").count() > 20
    assert box.evaluate(MAY_STAND) == []
    own = (
        program
        + """
class Own:
    def __repr__(self): return html
    def _repr_html_(self): return html
    def _repr_latex_(self): return "x^2"
display(Own())
class Own(Own):
    _repr_latex_ = None
Own()"""
    )
    write(page, 2, own.replace("postMessage(", "id("))
    press(page, 2)
    wait(page, 2, 60)
    page.wait_for_timeout(300)
    box = cell(page, 2).locator(".live-result")
    assert box.locator("table caption").inner_text() == "fine"
    assert box.locator("math").count() == 1
    assert box.evaluate(MAY_STAND) == []
    assert page.evaluate("window.hacked") is None
    assert not [path for path in host.log if "evil" in path]


def test_long_texts_are_cut(open_page, host):
    page = open_page(f"{host.url}lemma-1.html")
    shown = run(page, 1, "for _ in range(10**6): print('x' * 9)")
    assert 20_000 < len(shown) < 21_000
    assert shown.endswith("[cut here: 9,980,000 more characters]")
    shown = run(page, 1, "for i in range(5000): display(i)\n1 / 0")
    assert "ZeroDivisionError: division by zero" in shown
    assert shown.endswith("[cut here: 4,900 more values]")
    flood = """from js import Object, postMessage
from pyodide.ffi import to_js
for id in range(20):
    text = {"type": "show", "id": id, "kind": "stream", "text": "x" * 40_000}
    for _ in range(20):
        postMessage(to_js(text, dict_converter=Object.fromEntries))
1 / 0"""
    shown = run(page, 1, flood)
    assert 100_000 < len(shown) < 310_000
    assert "[cut here: the rest is too long]" in shown
    assert shown.endswith("division by zero")


FLOOD = """from js import Function
Function.new('''for (;;) for (let id = 0; id < 99; id++)
  postMessage({ type: "show", id, kind: "stream", text: "x" })''')()"""


def test_a_flood_of_messages_ends(page):
    write(page, 1, FLOOD)
    press(page, 1)
    assert wait(page, 1)[0].startswith("Python has ended (it sends without end).")
    assert run(page, 1, "print(1)") == "1"


LONG = """'{"rows": [' + ', '.join(['["dz3", 9, "right"]'] * 10**5)"""
REPLIES = {
    "text": "'not json'",
    "empty": "'{}'",
    "null": "'null'",
    "equation": repr('{"rows": [["dz3", "9", "right"]], "hints": ["a"], "words": []}'),
    "no words": repr('{"rows": [], "hints": [], "words": []}'),
    "long": f"""{LONG} + '], "hints": ["a"], "words": []}}'""",
}


def test_a_verdict_that_is_none_is_refused(open_page, host):
    page = open_page(f"{host.url}your-backprop.html")
    for reply in REPLIES.values():
        patch = f"import runner\nrunner.check = lambda *_: {reply}\nmy_backward = print"
        write(page, 1, patch)
        press(page, 1)
        assert wait(page, 1)[0].startswith("What came back is no verdict")
    assert page.problems == []


def test_a_program_cannot_reach_the_page(page):
    names = "document window parent top opener localStorage"
    text = f"import js\nprint([n for n in {names.split()} if hasattr(js, n)])"
    shown = run(page, 1, text)
    assert shown == "[]"


TELL = """window.against = [];
addEventListener("securitypolicyviolation", (event) =>
  against.push(`${event.effectiveDirective} ${event.blockedURI}`));"""
REACH = """from js import XMLHttpRequest

request = XMLHttpRequest.new()
request.open("GET", "ELSEWHERE", False)
try:
    request.send()
    print("sent", request.status)
except Exception as error:
    print("not sent")"""


def test_pages_keep_the_tightest_policy(open_page, host):
    host.headers["Content-Security-Policy"] = POLICY
    page = open_page(f"{host.url}your-backprop.html", first=TELL)
    press(page, 1)
    wait(page, 1)
    page.get_by_role("button", name="What is wrong with it?").click()
    write(page, 1, right_lines())
    press(page, 1)
    wait(page, 1)
    assert "11 of 11" in cell(page, 1).locator(".live-count").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .py").click()
    assert "def my_backward" in Path(download.value.path()).read_text("utf-8")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate("against") == [] == page.problems

    page.goto(f"{host.url}every-size.html")
    cells = page.locator("div.cell", has=page.locator(".live-bar"))
    built = cells.locator(".cell_output").evaluate_all(
        "all => all.map((o) => Boolean(o.querySelector('.text_latex, mjx-container')))"
    )
    number = built.index(True) + 1
    press(page, number)
    wait(page, number, 60)
    cell(page, number).locator(".live-result math").wait_for()
    assert page.evaluate("against") == [] == page.problems

    page.goto(f"{host.url}lemma-2.html")
    elsewhere = host.url.replace("127.0.0.1", "localhost") + "elsewhere"
    assert run(page, 1, REACH.replace("ELSEWHERE", host.url)) == "sent 200"
    assert page.evaluate("against") == [] == page.problems
    assert run(page, 1, REACH.replace("ELSEWHERE", elsewhere)) == "not sent"
    reached = "url => fetch(url).then(() => true, () => false)"
    assert page.evaluate(reached, host.url)
    assert not page.evaluate(reached, elsewhere)
    assert page.evaluate("against") == [f"connect-src {elsewhere}"]
    assert not [path for path in host.log if "elsewhere" in path]


def words_of(page, number):
    return cell(page, number).locator(".live-words").inner_text()


def text_of(page, number):
    cell(page, number).scroll_into_view_if_needed()
    return cell(page, number).locator(".cm-content").inner_text()


def test_tabs_do_not_disturb_each_other(open_page, host):
    page = open_page(f"{host.url}lemma-1.html")
    twin, other = page.context.new_page(), page.context.new_page()
    twin.goto(page.url)
    other.goto(f"{host.url}lemma-2.html")
    tabs = page, twin, other
    for n, tab in enumerate(tabs):
        write(tab, 1, f"x = {n}")
        press(tab, 1)
    for n, tab in enumerate(tabs):
        wait(tab, 1)
        assert run(tab, 2, "print(x)" if tab is not twin else "print(x )") == f"{n}"
    stop_me = "while True: print(1)"
    write(twin, 1, stop_me)
    press(twin, 1)
    begins(twin, 1)
    stop(twin, 1)
    assert run(page, 2) == "0"
    assert run(other, 2) == "2"

    # A run of the book's own text leaves what the other tab keeps.
    write(page, 5, "mine = 'of the first tab'")
    write(twin, 1, "x = 1")
    press(twin, 5)
    wait(twin, 5)
    page.reload()
    assert text_of(page, 5) == "mine = 'of the first tab'"
    assert text_of(page, 2) == "print(x)"  # of the tab in which it ran last
    other.reload()
    assert text_of(other, 2) == "print(x)"
    assert page.problems == []


def test_what_a_reader_wrote_is_kept_until_reset(open_page, host):
    page = open_page(f"{host.url}lemma-1.html")
    write(page, 1, "kept = 1")
    write(page, 5, "mine = 'kept'")
    page.reload()
    assert (text_of(page, 1), text_of(page, 5)) == ("kept = 1", "mine = 'kept'")

    # The chapter changes: an exercise is still the reader's, another text is not.
    changed = lambda b: b.replace(b"before:", b"Before:").replace(  # noqa: E731
        b"# a function of the pair z", b"# the function of the pair z"
    )
    host.faults["lemma-1.html"] = instead(changed)
    page.reload()
    assert text_of(page, 5) == "mine = 'kept'"
    assert words_of(page, 5).startswith("The book's text has changed")
    assert button(page, 1, "Edit").is_visible()
    assert words_of(page, 1) == ""

    # The page is newer than what the server says of its cells, or older.
    press(page, 1)
    wait(page, 1)
    assert words_of(page, 1) == (
        "The book has changed since you opened this page: load it again."
    )
    host.faults["cells/lemma-1.json"] = instead(changed)
    assert run(page, 1).startswith("Before:")

    host.faults = {}
    page.reload()
    button(page, 5, "Reset").click()
    assert text_of(page, 5).startswith("from mlpnotes.exercise import")
    page.reload()
    assert button(page, 1, "Edit").is_visible()
    assert text_of(page, 5).startswith("from mlpnotes.exercise import")
    assert (
        page.evaluate("Object.keys(localStorage).filter((k) => /^live/.test(k))") == []
    )
    assert page.problems == []


MALFORMED = [
    "{", "1", "null", "[]", '"x"', '{"text": 1, "state": {}}', '{"text": null}',
    '{"__proto__": {"text": "x"}}', '{"text": ["x"], "built": "y"}',
    json.dumps({"text": "x" * 10**6}),
]  # fmt: skip


def test_what_was_not_kept_by_us_is_ignored(open_page, host):
    page = open_page(f"{host.url}lemma-1.html")
    write(page, 5, "mine = 1")
    key = page.evaluate("Object.keys(localStorage).find((k) => /^live/.test(k))")
    for text in MALFORMED:
        page.evaluate("pair => localStorage.setItem(...pair)", [key, text])
        page.reload()
        assert text_of(page, 5).startswith("from mlpnotes.exercise import"), text
    write(page, 5, "mine = 2")
    page.reload()
    assert text_of(page, 5) == "mine = 2"
    assert page.problems == []


def test_a_full_or_small_store_is_said(open_page, host):
    page = open_page(f"{host.url}lemma-1.html")
    write(page, 5, "mine = 'before it was full'")
    page.evaluate("""() => {
      for (let size = 2 ** 22; size >= 1; size /= 2)
        try {
          for (let i = 0; ; i++) localStorage.setItem(`${size} ${i}`, "x".repeat(size));
        } catch {}
    }""")
    write(page, 5, "mine = 'longer, and after it was full'")
    assert words_of(page, 5).endswith("copy it before you leave.")
    page.reload()
    assert text_of(page, 5) == "mine = 'before it was full'"
    page = open_page(f"{host.url}lemma-1.html")
    write(page, 5, f"mine = '{'x' * 10**5}'")
    assert words_of(page, 5).endswith("copy it before you leave.")
    assert page.problems == []


def right_lines():
    """Return the reader's function with the package's lines in it."""
    lines = inspect.getsource(mlpnotes.network.backward).split('"""')[2]
    lines = re.sub(r".*check.*\n", "", lines).replace("Gradients(", "(")
    return f"def my_backward(params, acts, y):{lines}"


ANSWERS = {
    "blank": (None, None, "0 of 11 lines are right", "not yet"),
    "one wrong line": (
        "* acts.a2 * (1 - acts.a2)",
        "* (1 - acts.a2)",
        "of 11",
        "not yet",
    ),
    "raising": ("@ params.W3.T", "@ params.W3", "3 of 11", "not yet"),
    "right": ("", "", "✓ 11 of 11 lines are right", "right"),
}


def test_the_tutor_answers_in_the_page(open_page, host):
    page = open_page(f"{host.url}your-backprop.html")
    result = cell(page, 1).locator(".live-result")
    for old, new, count, state in ANSWERS.values():
        if old is not None:
            assert old in right_lines()
            write(page, 1, right_lines().replace(old, new))
        press(page, 1)
        wait(page, 1)
        assert count in result.locator(".live-count").inner_text()
        assert result.get_attribute("data-state") == state
        assert result.locator("tbody tr").count() == 11
        assert page.problems == []
    write(page, 1, right_lines().replace("@ dz3", "@ dz3)"))
    press(page, 1)
    words, shown = wait(page, 1)
    assert 'File "cell 1"' in shown
    assert shown.endswith("SyntaxError: unmatched ')'")
    assert result.locator(".live-count").count() == 0
    write(
        page, 1, right_lines().replace("    dz3 =", "    while True: pass\n    dz3 =")
    )
    press(page, 1)
    page.wait_for_timeout(500)
    seconds, words = stop(page, 1)
    assert seconds < AT_MOST
    assert words == GONE
    assert result.locator(".live-count").count() == 0
    write(page, 1, right_lines().replace("my_backward", "mine"))
    press(page, 1)
    assert "my_backward" in wait(page, 1)[0]
    write(page, 1, "if 1:\n    my_backwards = 1\n#\n")
    press(page, 1)
    assert "my_backward" in wait(page, 1)[0]
    write(page, 1, right_lines())
    press(page, 1)
    wait(page, 1)
    assert "✓ 11 of 11" in result.locator(".live-count").inner_text()
    assert page.problems == []
