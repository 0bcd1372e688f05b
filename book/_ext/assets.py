"""Ship what the pages name, and no more.

The theme brings every icon there is, source maps and translations. Here the
icons become a font of those that are used, pictures become lossless WebP with
their width and height in the page, and a file that no page, style or script
names is deleted.
"""

import base64
import io
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image

TALLEST = 520  # of the figures on a page, in CSS pixels
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
    """Return the text of the site's files with these suffixes, by path."""
    found = (p for p in sorted(out.rglob("*")) if p.suffix in suffixes)
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
    text = "".join(t for p, t in texts.items() if "fontawesome" not in str(p))
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
    path = static / "icons.css"
    texts[path] = ICONS % encoded + "".join(rules)
    path.write_text(texts[path], "utf-8")


def shrink_images(app, pagename, templatename, context, doctree):
    """Show figures as WebP, with their size; two of their pixels are one of CSS."""
    sources = {name: path for path, name in app.builder.images.items()}
    images = Path(app.outdir) / "_images"
    images.mkdir(exist_ok=True)

    def sized(match):
        before, name, after = match.groups()
        source = Path(app.srcdir, sources[name])
        if source.suffix == ".png":
            name = f"{source.stem}.webp"
            with Image.open(source) as image:
                image.save(images / name, lossless=True, quality=100)
                width, height = image.width // 2, image.height // 2
        else:
            head = source.read_text("utf-8")[:1000]
            width, height = (
                round(float(n)) for n in re.findall(r'(?:width|height)="([\d.]+)', head)
            )
        scale = min(1, TALLEST / height)
        width, height = round(scale * width), round(scale * height)
        size = f'width="{width}" height="{height}" loading="lazy"'
        before, after = (re.sub(r'\bstyle="[^"]*"', "", t) for t in (before, after))
        return f'{before}{name}" {size}{after}'

    body = re.sub(
        r"<a [^>]*\bimage-reference\b[^>]*>\s*(<img [^>]*>)\s*</a>",
        r"\1",
        context.get("body", ""),
    )
    context["body"] = re.sub(r'(<img [^>]*?_images/)(\w+\.\w+)"([^>]*>)', sized, body)


def remove_unnamed(static, texts):
    """Delete the files in _static that nothing on the site names."""
    for path, text in texts.items():
        if path.suffix in (".css", ".js") and "sourceMappingURL" in text:
            text = re.sub(r"(/\*|//)# sourceMappingURL=\S+( \*/)?", "", text)
            path.write_text(text, "utf-8")
            texts[path] = text
    while True:
        unnamed = [
            path
            for path in static.rglob("*")
            if path.is_file()
            and not any(path.name in t for p, t in texts.items() if p != path)
        ]
        if not unnamed:
            break
        for path in unnamed:
            path.unlink()
            texts.pop(path, None)
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def finish(app, exception):
    out = Path(app.outdir)
    if exception or not (out / "_static" / FONT).exists():
        return  # the theme is copied only when a page has been written
    for path in (out / "_images").glob("*.png"):
        path.unlink()
    texts = read_all(out, ".html", ".css", ".js")
    write_icons(out / "_static", texts)
    remove_unnamed(out / "_static", texts)


def setup(app):
    app.connect("html-page-context", shrink_images, priority=400)
    app.connect("build-finished", finish, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
