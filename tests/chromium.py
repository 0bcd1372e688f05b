"""The built site, served and opened in Chromium: what the fixtures are made of."""

import contextlib
import functools
import http.server
import shutil
import threading
from pathlib import Path

import axe_playwright_python
import yaml
from pdf import SITE, launch
from playwright.sync_api import sync_playwright
from record import BOOK

SETTINGS = yaml.safe_load((BOOK / "_config.yml").read_text("utf-8"))
REPOSITORY = SETTINGS["repository"]["url"]
OWNER, NAME = REPOSITORY.split("/")[-2:]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def violations(page, where, **options):
    """Return what axe finds: rules, and the elements that break them."""
    if not page.evaluate("window.axe !== undefined"):
        page.evaluate(AXE)
    return page.evaluate(
        """([where, options]) =>
          axe.run(where, {resultTypes: ["violations"], ...options}).then((found) =>
            found.violations.flatMap(({id, nodes}) =>
              nodes.map(({html}) => [id, html.slice(0, 200)])))""",
        [where, options],
    )


def contrast(*colours):
    """Return the contrast of two colours (r, g, b), as WCAG defines it."""
    linear = [
        [
            c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4
            for c in colour
        ]
        for colour in colours
    ]
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in linear)
    return (high + 0.05) / (low + 0.05)


@contextlib.contextmanager
def served(root):
    """Serve the site from a folder, below /<name>/, as GitHub does."""
    shutil.copytree(SITE, root / NAME)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=root)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{NAME}/"
        server.shutdown()


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@contextlib.contextmanager
def opener(browser):
    """Give a function that opens an address and notes what goes wrong."""
    contexts = []

    def open_page(url, theme="light", width=1400, first="", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, **options
        )
        contexts.append(context)
        context.add_init_script(first)
        page = context.new_page()
        page.problems = []
        origin = "file://" if url.startswith("file:") else "http://127.0.0.1"

        def note(what):
            page.problems.append(what)

        page.on("console", lambda m: m.type == "error" and note(m.text))
        page.on("pageerror", lambda e: note(str(e)))
        page.on("requestfailed", lambda r: note(f"failed: {r.url}"))
        page.on("response", lambda r: r.status >= 400 and note(f"{r.status}: {r.url}"))
        page.on(
            "request",
            lambda r: (
                r.url.startswith((origin, "data:", "blob:"))
                or note(f"foreign: {r.url}")
            ),
        )
        page.goto(url, wait_until="load")
        return page

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()
