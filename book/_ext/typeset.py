"""Typeset mathematics while the book is built: a page needs no script for it.

MathJax runs here, in a JavaScript engine without a browser. A page holds the
finished boxes, and beside each formula the MathML that a screen reader speaks.
Nothing moves when a page arrives, and tips and print show mathematics as well.
What MathJax cannot read, and LaTeX that stands outside a formula, is a warning.
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
    "core", "adaptors/liteDOM", "input/tex", "input/tex/extensions/boldsymbol",
    "output/chtml", "output/chtml/fonts/tex", "a11y/assistive-mml",
]  # fmt: skip
# Left out is what shows an unknown command in red, fetches more of MathJax in
# mid-formula, or lets a formula change those after it. Each is an error instead.
PACKAGES = {
    "[+]": ["boldsymbol"],
    "[-]": ["noundefined", "autoload", "require", "newcommand"],
}
COMMANDS = ["label", "ref", "eqref", "DeclareMathOperator"]  # left out as well

# What follows a formula on its line: a short word's rest, or what closes.
GLUED = re.compile(r"\S{1,10}(?!\S)|[.,;:!?)\]”’]+")
OPENING = re.compile(r"[(\[“‘]+$")

logger = logging.getLogger(__name__)


@functools.cache
def engine():
    """Return a JavaScript engine in which MathJax is ready."""
    context = MiniRacer()
    context.eval(f"globalThis.PACKAGES = {json.dumps(PACKAGES)}")
    context.eval("""
        globalThis.window = globalThis;
        globalThis.setTimeout = (action) => Promise.resolve().then(action);
        globalThis.MathJax = {
          startup: {typeset: false},
          options: {enableAssistiveMml: true},
          tex: {packages: PACKAGES},
          chtml: {adaptiveCSS: false, fontURL: "mathjax"},
        };""")
    for part in ["startup", *PARTS]:
        context.eval((MATHJAX / f"{part}.js").read_text("utf-8"))
    names = ["output/chtml/fonts/tex.js" if "fonts" in p else p for p in PARTS]
    context.eval(f"MathJax.loader.preLoad(...{json.dumps(names)})")
    context.eval("MathJax.config.startup.ready()")
    context.eval(f"""
        for (const map of ["macros", "AMSmath-macros"])
          for (const name of {json.dumps(COMMANDS)})
            MathJax._.input.tex.MapHandler.MapHandler.getMap(map).map.delete(name);""")
    return context


@functools.cache
def typeset(latex, display):
    """Return the HTML of a formula."""
    call = f"MathJax.tex2chtml({json.dumps(latex)}, {json.dumps({'display': display})})"
    return engine().eval(f"MathJax.startup.adaptor.outerHTML({call})")


def check_text(app, doctree):
    """Warn of LaTeX that a reader would see: in text, and in alternative texts."""
    literal = (nodes.literal, nodes.literal_block, nodes.doctest_block, nodes.math)
    skipped = (*literal, nodes.math_block, nodes.raw, nodes.comment)
    seen = [(text, text.parent) for text in doctree.findall(nodes.Text)]
    seen += [(image.get("alt", ""), image) for image in doctree.findall(nodes.image)]
    for text, node in seen:
        parent = node
        while parent and not isinstance(parent, skipped):
            parent = parent.parent
        if not parent and (found := re.search(r"\$|\\[A-Za-z]{2,}", text)):
            around = text[max(0, found.start() - 20) : found.end() + 20]
            logger.warning(
                "%s stands outside a formula in '%s': does a $ lack its partner?",
                found[0], " ".join(around.split()), location=node,
                type="typeset", subtype="text",
            )  # fmt: skip


def keep_punctuation(app, doctree, docname):
    """Put a formula and the signs around it in a box that no line breaks.

    A browser may break a line before and after a formula, whatever stands there.
    """
    for math in list(doctree.findall(nodes.math)):
        parent = math.parent
        place = next(i for i, node in enumerate(parent) if node is math)
        box = nodes.inline("", "", classes=["together"])
        before, after = (
            parent[i] if 0 <= i < len(parent) and isinstance(parent[i], nodes.Text)
            else nodes.Text("")
            for i in (place - 1, place + 1)
        )  # fmt: skip
        opening, glued = OPENING.search(before), GLUED.match(after)
        if not (opening or glued):
            continue
        math.replace_self(box)
        box += math
        if opening:
            before.parent.replace(before, nodes.Text(before[: opening.start()]))
            box.insert(0, nodes.Text(opening[0]))
        if glued:
            after.parent.replace(after, nodes.Text(after[glued.end() :]))
            box += nodes.Text(glued[0])


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
    app.connect("doctree-read", check_text)
    app.connect("doctree-resolved", keep_punctuation)
    app.connect("build-finished", write_stylesheet, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
