"""What this book asks of Sphinx beyond its extensions.

Equations ``eq-9`` and lemmas ``lem-2`` are numbered by their labels, as in the
source, on every page; MathJax is served from the site itself; and a change in
``src/`` makes every chapter run again.
"""

import hashlib
import importlib.resources
import re
from pathlib import Path

import matplotlib.font_manager  # noqa: F401  builds its cache here, not inside a cell
from sphinx.domains.math import MathDomain
from sphinx.util.fileutil import copy_asset

SOURCE = Path(__file__).parents[2] / "src" / "mlpnotes"


class SourceMathDomain(MathDomain):
    """Number ``eq-N`` as (N); other equations are lettered (A), (B), ... by page."""

    def note_equation(self, docname, labelid, location=None):
        super().note_equation(docname, labelid, location)
        match = re.fullmatch(r"eq-(\d+)", labelid)
        number = match[1] if match else chr(64 + self.env.new_serialno("lettered") + 1)
        self.equations[labelid] = (docname, number)


def number_lemmas(app, env):
    """Give lemma ``lem-N`` the number N, whatever stands before it."""
    for numbers in env.toc_fignumbers.values():
        lemmas = numbers.get("lemma", {})
        for label in lemmas:
            if match := re.fullmatch(r"lem-(\d+)", label):
                lemmas[label] = (int(match[1]),)
    return []


def copy_mathjax(app):
    """Copy the one script and the fonts that the pages load."""
    package = importlib.resources.files("sphinx-mathjax-offline")
    for part in ("tex-chtml.js", "output/chtml/fonts"):
        target = Path(app.outdir, "_static", "mathjax", part)
        copy_asset(
            str(package / "static" / "mathjax" / part),
            str(target if target.suffix == "" else target.parent),
        )


def hash_source(app, config):
    """Make the package's source part of the configuration."""
    digest = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*.py")):
        digest.update(path.read_bytes())
    config.mlpnotes_source = digest.hexdigest()


def setup(app):
    app.add_config_value("mlpnotes_source", "", "env")
    app.add_domain(SourceMathDomain, override=True)
    app.connect("config-inited", hash_source)
    app.connect("builder-inited", copy_mathjax)
    app.connect("env-get-updated", number_lemmas, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
