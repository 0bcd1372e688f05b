"""What a page shows beside the chapter: buttons, links, metadata, a page 404.

All addresses follow from ``repository.url`` in ``_config.yml``. The site is
expected at ``<owner>.github.io/<name>``, unless ``html.baseurl`` says otherwise.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

from matplotlib.figure import Figure

from mlpnotes import plots

PDF = "mlpnotes.pdf"
UNUSED = ("thebe", "design")  # parts of extensions that this book does not use

NOT_FOUND = """
<h1>This page does not exist</h1>
<p>Perhaps its address has changed. The search at the left knows every page, and
these lead further:</p>
<ul>
<li><a href="{prefix}index.html">the beginning of the book</a></li>
<li><a href="{prefix}equations.html">every equation, by its number</a></li>
<li><a href="{prefix}notation.html">every symbol</a></li>
<li><a href="{prefix}your-backprop.html">check your own backward pass</a></li>
</ul>
"""


def addresses(app, config):
    """Set every address that follows from the repository's."""
    repository = config.html_theme_options["repository_url"].rstrip("/")
    owner, name = repository.split("/")[-2:]
    config.html_baseurl = config.html_baseurl or f"https://{owner}.github.io/{name}/"
    config.ogp_site_url = config.html_baseurl
    config.ogp_site_name = config.html_title
    config.ogp_image = f"{config.html_baseurl}_static/card.png"
    prefix = urlsplit(config.html_baseurl).path
    config.notfound_urls_prefix = prefix
    config.myst_substitutions["run_locally"] = (
        f"```\ngit clone {repository}\ncd {name}\nmake lab\n```"
    )
    config.notfound_context = {
        "title": "Page not found",
        "body": NOT_FOUND.format(prefix=prefix),
    }


def set_buttons(app, pagename, templatename, context, doctree):
    """Give the buttons of a page: launch, source, download."""
    if "theme_repository_url" not in context or pagename not in app.env.all_docs:
        return
    repository = context["theme_repository_url"].rstrip("/")
    owner, name = repository.split("/")[-2:]
    branch = context["theme_repository_branch"]
    path = f"book/{pagename}.md"
    here = context["pathto"]("intro").strip("#")
    is_notebook = "kernelspec" in app.env.metadata[pagename]

    def link(text, url, icon, tooltip, **options):
        return {
            "type": "link", "text": text, "url": url, "icon": icon,
            "tooltip": tooltip, **options,
        }  # fmt: skip

    def group(label, icon, tooltip, buttons):
        return {
            "type": "group", "label": label, "icon": icon, "tooltip": tooltip,
            "buttons": buttons,
        }  # fmt: skip

    launch = [
        link(
            "Binder",
            f"https://mybinder.org/v2/gh/{owner}/{name}/{branch}"
            f"?urlpath=lab/tree/notebooks/{pagename}.ipynb",
            "fas fa-rocket", "Open this chapter as a notebook in JupyterLab",
        ),
        link(
            "Colab",
            f"https://colab.research.google.com/github/{owner}/{name}"
            f"/blob/gh-pages/_sources/{pagename}.ipynb",
            "fas fa-play", "Open this chapter as a notebook in Google Colab",
        ),
        link(
            "On your machine", f"{here}#run-it-yourself",
            "fas fa-laptop", "How to run this chapter on your own machine",
        ),
    ]  # fmt: skip
    source = [
        link("Repository", repository, "fas fa-code-branch", "Source repository"),
        link(
            "Edit this page", f"{repository}/edit/{branch}/{path}",
            "fas fa-pencil", "Suggest a change of this page",
        ),
        link(
            "Report a problem",
            f"{repository}/issues/new?title=Page%20{pagename}%3A%20",
            "fas fa-lightbulb", "Open an issue about this page",
        ),
    ]  # fmt: skip
    files = [
        link("Markdown", f"_sources/{pagename}.md", "fas fa-file", "Download .md"),
        link(
            "Whole book (PDF)", PDF, "fas fa-file-pdf", "Download the book as one PDF",
            label="no-pdf-yet",  # hidden until make pdf has made it
        ),
    ]  # fmt: skip
    if is_notebook:
        files.insert(
            0,
            link(
                "Notebook", f"_sources/{pagename}.ipynb", "fas fa-code",
                "Download .ipynb, with its outputs",
            ),
        )  # fmt: skip
    context["header_buttons"] = [
        *([group("launch", "fas fa-rocket", "Run this chapter", launch)] * is_notebook),
        group("source", "fas fa-code-branch", "Source of this page", source),
        group("download", "fas fa-download", "Download", files),
    ]


def drop_unused(app, pagename, templatename, context, doctree):
    """Leave out scripts and styles that no page needs, and say each thing once."""
    scripts = {}
    for script in context["script_files"]:
        name = script.filename or script.attributes.get("body", "")
        if not any(part in name.lower() for part in UNUSED):
            scripts.setdefault(name, script)
    context["script_files"] = list(scripts.values())
    context["css_files"] = [
        style
        for style in context["css_files"]
        if not any(part in style.filename for part in UNUSED)
    ]


def mend_body(app, pagename, templatename, context, doctree):
    """Drop thebe's settings; give references the role that their list asks for."""
    body = context.get("body", "").replace('role="doc-biblioentry"', 'role="listitem"')
    context["body"] = re.sub(
        r'\s*<script type="text/x-thebe-config">.*?</script>'
        r"|\s*<script>kernelName = '.*?'</script>",
        "", body, flags=re.DOTALL,
    )  # fmt: skip


def for_other_sites(app, exception):
    """Write the list of pages for search engines, draw the picture of a shared link."""
    if exception or app.builder.name != "html":
        return
    base = app.config.html_baseurl
    pages = [f"<url><loc>{base}{page}.html</loc></url>" for page in app.env.all_docs]
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "\n".join(sorted(pages))
        + "\n</urlset>\n",
        "utf-8",
    )
    figure = Figure(figsize=(6, 3.15), dpi=200, facecolor="white")
    plots.network_strip(plots.STRIP, ax=figure.add_axes((0.02, 0.1, 0.96, 0.4)))
    figure.text(
        0.5, 0.68, app.config.html_title, ha="center", fontsize=21, weight="bold"
    )
    figure.savefig(Path(app.outdir, "_static", "card.png"))


def setup(app):
    app.connect("config-inited", addresses, priority=900)
    app.connect("html-page-context", set_buttons, priority=600)
    app.connect("html-page-context", mend_body, priority=400)
    app.connect("html-page-context", drop_unused, priority=900)
    app.connect("build-finished", for_other_sites)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
