"""Ship what the pages name, and no more.

The theme brings every icon there is, source maps and translations. Here the
icons become a font of those that are used, and PNG pictures become lossless
WebP. A picture is written with its size. Deleted, and logged, are files that the
theme or an extension brought and no page, style or script names, and pictures and
downloads of former builds; never what lies in the book's own ``_static``.

A wide figure lies in a box of its own, which scrolls on a phone. The strip at the
top of a chapter lies there twice: a phone shows its halves one below the other.
"""

import base64
import functools
import io
import logging as standard_logging
import posixpath
import re
from pathlib import Path
from urllib.parse import quote, unquote

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from pages import PDF_ICON
from PIL import Image
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
standard_logging.getLogger("fontTools").setLevel("WARNING")

TALLEST = 520  # of the figures on a page, in CSS pixels
WIDE = 800  # and wider ones scroll on a phone
FONT = "vendor/fontawesome/6.5.2/webfonts/fa-solid-900.ttf"
NAMES = "vendor/fontawesome/6.5.2/css/all.min.css"
ICONS = """\
:root { --fa-font-solid: normal 900 1em/1 "Font Awesome 6 Free"; }
@font-face {
  font-family: "Font Awesome 6 Free";
  font-weight: 900;
  src: url(data:font/woff;base64,%s);
}
.fa, .fas, .fab, .far, .fa-solid, .fa-regular, .fa-brands {
  display: inline-block;
  font: var(--fa-font-solid);
  text-rendering: auto;
  -webkit-font-smoothing: antialiased;
}
.fa-lg { font-size: 1.25em; line-height: 0.05em; vertical-align: -0.075em; }
"""


def read_all(out, *suffixes):
    """Return the text of the site's files with these suffixes, by path.

    What `make live` has brought stays as it is, and does not count.
    """
    live = out / "_static" / "live"
    paths = (p for p in sorted(out.rglob("*")) if live not in p.parents)
    found = (p for p in paths if p.suffix in suffixes)
    return {p: p.read_text("utf-8") for p in found}


def write_icons(static, texts):
    """Write icons.css: the icons that pages, scripts and styles name.

    It joins the texts, since it stands among them when the unnamed are removed.
    """
    codes = {}
    for names, code in re.findall(
        r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\(\w+)"\}',
        (static / NAMES).read_text("utf-8"),
    ):
        codes |= dict.fromkeys(re.findall(r"\.(fa-[\w-]+):", names), code)
    path = static / "icons.css"
    others = (p for p in texts if p != path and "fontawesome" not in str(p))
    text = PDF_ICON + "".join(texts[p] for p in others)
    used = {n: codes[n] for n in re.findall(r"\bfa-[\w-]+", text) if n in codes}
    in_styles = re.findall(r'"\\(f[0-9a-f]{3})"', text)
    font = TTFont(static / FONT)
    subsetter = subset.Subsetter(subset.Options(flavor="woff", layout_features=[]))
    subsetter.populate(unicodes={int(c, 16) for c in [*used.values(), *in_styles]})
    subsetter.subset(font)
    font.flavor = "woff"
    file = io.BytesIO()
    font.save(file)
    rules = [f'.{n}::before {{ content: "\\{c}"; }}\n' for n, c in sorted(used.items())]
    encoded = base64.b64encode(file.getvalue()).decode()
    texts[path] = ICONS % encoded + "".join(rules)
    path.write_text(texts[path], "utf-8")


def decode_names(app, doctree):
    """Undo MyST's percent signs in ``![words](größe.png)`` before Sphinx looks."""
    for image in doctree.findall(nodes.image):
        if "%" in image["uri"] and "://" not in image["uri"]:
            image["uri"] = unquote(image["uri"])


def shown_name(name):
    """Return the name in the site of a picture that Sphinx calls name."""
    return f"{name}.webp" if name.lower().endswith(".png") else name


@functools.cache
def shrink(source, target):
    """Write a PNG as lossless WebP."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as image:
        moving = getattr(image, "is_animated", False)
        image.save(target, lossless=True, quality=100, save_all=moving)


def natural_size(source):
    """Return width and height of a picture in CSS pixels, or None."""
    if source.suffix.lower() == ".svg":
        head = re.search(r"<svg\b[^>]*>", source.read_text("utf-8"))[0]
        sizes = dict(re.findall(r'\b(width|height)="([\d.]+)(?:px|pt)?"', head))
        if len(sizes) < 2 and (box := re.search(r'viewBox="([^"]*)"', head)):
            sizes["width"], sizes["height"] = re.split(r"[\s,]+", box[1].strip())[2:]
        return (float(sizes["width"]), float(sizes["height"])) if sizes else None
    with Image.open(source) as image:
        width, height = image.size
    drawn = "jupyter_execute" in source.parts  # two of its pixels are one of CSS
    return (width / 2, height / 2) if drawn else (width, height)


def natural(given, length):
    """Tell whether a given length is the picture's own, as MyST-NB notes it."""
    number = re.fullmatch(r"([\d.]+)(?:px)?", given)
    return bool(number) and abs(float(number[1]) - length) < 1


def alternative(node):
    """Return what a picture shows in words: its alt, else its caption."""
    alt = node.get("alt", "").strip()
    if not alt and isinstance(node.parent, nodes.figure):
        alt = " ".join(n.astext() for n in node.parent.findall(nodes.caption))
    if not alt:
        logger.warning(
            "the picture %s needs a text for those who do not see it (alt)",
            node["uri"], location=node if node.line else node.parent,
            type="assets", subtype="alt",
        )  # fmt: skip
    return alt


def is_strip(figure):
    """Tell whether a figure is the strip that says where in the network we are."""
    return any(re.fullmatch("fig-.*-strip", name) for name in figure["ids"])


def visit_image(self, node):
    """Write a picture with its size; one that is not the book's, as Sphinx does."""
    _, name = self.builder.env.images.get(node["uri"], (None, None))
    size = name and natural_size(Path(self.builder.srcdir, node["uri"]))
    alt = node["alt"] = alternative(node)
    if not size:
        HTML5Translator.visit_image(self, node)
        return
    source, shown = Path(self.builder.srcdir, node["uri"]), shown_name(name)
    if shown != name:
        self.builder.images.pop(node["uri"], None)  # so Sphinx does not copy it
        shrink(source, Path(self.builder.outdir, self.builder.imagedir, shown))
    scale = min(1, TALLEST / size[1])
    wanted = {
        side: node[side]
        for side, length in zip(("width", "height"), size, strict=True)
        if side in node and not natural(node[side], length)
    }
    if "scale" in node or wanted:
        scale = node.get("scale", 100) / 100
    width, height = (max(1, round(scale * length)) for length in size)
    style = {}
    if wanted:
        style = {"width": "auto", "height": "auto"} | {
            side: f"{length}px" if re.fullmatch(r"[\d.]+", length) else length
            for side, length in wanted.items()
        }
    attributes = {
        "src": posixpath.join(self.builder.imgpath, quote(shown)), "alt": alt,
        "width": width, "height": height, "loading": "lazy",
    }  # fmt: skip
    if style:
        attributes["style"] = "; ".join(f"{k}: {v}" for k, v in style.items())
    if "align" in node:
        attributes["class"] = f"align-{node['align']}"
    inline = isinstance(node.parent, nodes.TextElement)
    image = self.emptytag(node, "img", "" if inline else "\n", **attributes)
    if isinstance(node.parent, nodes.figure) and width > WIDE:
        if is_strip(node.parent):
            again = attributes | {"alt": "", "aria-hidden": "true"}
            image += self.emptytag(nodes.image(), "img", "\n", **again)
            image = f'<div class="strip">\n{image}</div>\n'
        else:
            image = f'<div class="wide">\n{image}</div>\n'
    self.body.append(image)


def depart_image(self, node):
    pass


def remove(paths, why):
    """Delete files, and say so."""
    paths = sorted(paths)
    if paths:
        size = sum(path.stat().st_size for path in paths)
        logger.info("removed %d files, %d kB: %s", len(paths), size // 1000, why)
    for path in paths:
        logger.verbose("removed %s", path)
        path.unlink()
    for folder in sorted({p for path in paths for p in path.parents}, reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def remove_former(app):
    """Delete the pictures and downloads that the book has no more."""
    env, site = app.env, Path(app.outdir)
    kept = {
        site / app.builder.imagedir / shown_name(n) for _, n in env.images.values()
    } | {site / "_downloads" / name for _, name in env.dlfiles.values()}
    modules = getattr(env, "_viewcode_modules", {})
    kept |= {site / "_modules" / f"{n.replace('.', '/')}.html" for n in modules}
    kept.add(site / "_modules" / "index.html")
    folders = (app.builder.imagedir, "_downloads", "_modules")
    found = {p for name in folders for p in (site / name).rglob("*") if p.is_file()}
    remove(found - kept, "of former builds")


def remove_unnamed(app, texts):
    """Delete the files in _static that nothing on the site names."""
    static = Path(app.outdir, "_static")
    for path, text in texts.items():
        if path.suffix in (".css", ".js") and "sourceMappingURL" in text:
            text = re.sub(r"(/\*|//)# sourceMappingURL=\S+( \*/)?", "", text)
            path.write_text(text, "utf-8")
            texts[path] = text
    own = {
        static / path.relative_to(folder)
        for folder in (Path(app.confdir, n) for n in app.config.html_static_path)
        if Path(app.srcdir) in folder.parents
        for path in folder.rglob("*")
    }
    texts, removed = dict(texts), set()
    live = set((static / "live").rglob("*"))  # whose scripts fetch it by its parts
    left = {path for path in static.rglob("*") if path.is_file()} - own - live
    while unnamed := {
        path
        for path in left
        if not any(path.name in t for p, t in texts.items() if p != path)
    }:
        removed |= unnamed
        left -= unnamed
        for path in unnamed:
            texts.pop(path, None)
    remove(removed, "named by no page, style or script")


def finish(app, exception):
    if exception or app.builder.format != "html":
        return
    remove_former(app)
    static = Path(app.outdir, "_static")
    if (static / FONT).exists():  # the theme is copied only when a page is written
        texts = read_all(Path(app.outdir), ".html", ".css", ".js")
        write_icons(static, texts)
        remove_unnamed(app, texts)


def setup(app):
    app.connect("doctree-read", decode_names, priority=100)
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
    app.connect("build-finished", finish, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
