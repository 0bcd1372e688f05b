"""Typeset mathematics while the book is built: a page needs no script for it.

MathJax runs here, in a JavaScript engine without a browser. A page holds the
finished boxes, and beside each formula the MathML that a screen reader speaks.
Nothing moves when a page arrives, and tips and print show mathematics as well.
After the build, one stylesheet is written with the rules of the signs that the
site uses, and the fonts that those name.
"""

import functools
import importlib.resources
import json
import re
import shutil
from pathlib import Path

from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

MATHJAX = importlib.resources.files("sphinx-mathjax-offline") / "static" / "mathjax"
PARTS = [
    "core", "adaptors/liteDOM", "input/tex", "output/chtml",
    "output/chtml/fonts/tex", "a11y/assistive-mml",
]  # fmt: skip

logger = logging.getLogger(__name__)


@functools.cache
def engine():
    """Return a JavaScript engine in which MathJax is ready."""
    context = MiniRacer()
    context.eval("""
        globalThis.window = globalThis;
        globalThis.setTimeout = (action) => Promise.resolve().then(action);
        globalThis.MathJax = {
          startup: {typeset: false},
          options: {enableAssistiveMml: true},
          chtml: {adaptiveCSS: false, fontURL: "mathjax"},
        };""")
    for part in ["startup", *PARTS]:
        context.eval((MATHJAX / f"{part}.js").read_text("utf-8"))
    names = ["output/chtml/fonts/tex.js" if "fonts" in p else p for p in PARTS]
    context.eval(f"MathJax.loader.preLoad(...{json.dumps(names)})")
    context.eval("MathJax.config.startup.ready()")
    return context


@functools.cache
def typeset(latex, display):
    """Return the HTML of a formula."""
    call = f"MathJax.tex2chtml({json.dumps(latex)}, {json.dumps({'display': display})})"
    return engine().eval(f"MathJax.startup.adaptor.outerHTML({call})")


def plain_mathematics(app, pagename, templatename, context, doctree):
    """Let the description of a page, made from its first words, hold no LaTeX."""
    for node in list(doctree.findall(nodes.math)) if doctree else []:
        spoken = typeset(node.astext(), display=False).partition("<math")[2]
        node.replace_self(nodes.Text(re.sub("^[^>]*>|<[^>]*>", "", spoken)))


def checked(node, latex, display):
    html = typeset(latex, display)
    if error := re.search(r'data-mjx-error="(.*?)"', html):
        logger.warning("%s in the formula %s", error[1], latex, location=node)
    return html


def visit_inline(self, node):
    html = checked(node, node.astext(), display=False)
    self.body.append(f'<span class="math notranslate nohighlight">{html}</span>')
    raise nodes.SkipNode


def visit_display(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    latex = node.astext().strip()
    if r"\\" in latex and r"\begin{aligned}" not in latex:
        latex = rf"\begin{{split}}{latex}\end{{split}}"
    self.body.append(checked(node, latex, display=True) + "</div>\n")
    raise nodes.SkipNode


def stylesheet(html):
    """Return the rules of MathJax's stylesheet that a text of HTML needs."""
    adaptor = "MathJax.startup.adaptor"
    css = engine().eval(f"{adaptor}.textContent(MathJax.chtmlStylesheet())")
    used = set(re.findall(r"\b(?:mjx-c[0-9A-F]+|TEX-[A-Z0-9]+)\b", html))
    used |= {"TEX-S1", "TEX-S4", "TEX-A"}  # tall brackets are made of these

    def needed(rule):
        names = re.findall(r"\.(mjx-c[0-9A-F]+|TEX-[A-Z0-9]+)\b", rule)
        if "@font-face" in rule:
            names = re.findall(r"MJX(TEX-[A-Z0-9]+);", rule)
        return used.issuperset(names)

    return "\n\n".join(filter(needed, css.split("\n\n")))


def write_stylesheet(app, exception):
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = [*out.rglob("*.html"), *out.glob("_static/tippy/*.js")]
    css = stylesheet("".join(page.read_text("utf-8") for page in pages))
    (out / "_static" / "mathjax.css").write_text(css, "utf-8")
    fonts = out / "_static" / "mathjax"
    fonts.mkdir(exist_ok=True)
    for name in re.findall(r"mathjax/(\w[\w-]*\.woff)", css):
        source = MATHJAX / "output" / "chtml" / "fonts" / "woff-v2" / name
        with importlib.resources.as_file(source) as path:
            shutil.copy(path, fonts / name)


def setup(app):
    app.add_html_math_renderer(
        "typeset",
        inline_renderers=(visit_inline, None),
        block_renderers=(visit_display, None),
    )
    app.add_css_file("mathjax.css")
    app.connect("html-page-context", plain_mathematics, priority=100)
    app.connect("build-finished", write_stylesheet, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
