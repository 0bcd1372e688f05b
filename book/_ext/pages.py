"""What a page shows beside the chapter: buttons, links, metadata, a page 404.

What a build no longer makes is removed from the site: pages of former chapters,
and the book's PDF as soon as a page has changed.

All addresses follow from ``repository.url`` in ``_config.yml``. The site is
expected at ``<owner>.github.io/<name>``, unless ``html.baseurl`` says otherwise.
"""

import copy
import hashlib
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from docutils import nodes
from matplotlib.figure import Figure
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import solution_node
from typeset import typeset

from mlpnotes import plots

PDF = "mlpnotes.pdf"
PDF_ICON = "fa-file-pdf"
PDF_LINK = f'href="{PDF}"'
UNUSED = ("thebe", "design")  # parts of extensions that this book does not use

SHARED_IDS = ("proof", "proof-content", "exercise-content", "solution-content")
TITLE_WITH_ID = re.compile(
    r'(<div class="proof [^"]*" id="([^"]+)">\s*<p class="admonition-title") id="\2"'
)
SHORT = 20  # letters: code that no line breaks
WORDY = 40  # letters: a column that is not squeezed on a phone
TABLE = re.compile(r"\S {2,}\S|^ *\[", re.MULTILINE)

logger = logging.getLogger(__name__)

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
    for key, what in (("run_locally", "lab"), ("make_assignment", "assignment")):
        config.myst_substitutions[key] = (
            f"```\ngit clone {repository}\ncd {name}\nmake {what}\n```"
        )
    config.myst_substitutions["your_own_copy"] = (
        f"[Your own copy]({repository}#your-own-copy)"
    )
    config.notfound_context = {
        "title": "Page not found",
        "body": NOT_FOUND.format(prefix=prefix),
    }


def hash_extensions(app, config):
    """Make the book's extensions part of the configuration: pages follow them."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    config.mlpnotes_extensions = digest.hexdigest()


def forget_former_chapters(app):
    """Write the whole site anew when it holds a chapter that the book has not."""
    app.env.find_files(app.config, app.builder)
    site = Path(app.outdir)
    sources = site / "_sources"
    former = {
        path.relative_to(sources).with_suffix("").as_posix()
        for path in sources.rglob("*.md")
    } - app.env.found_docs
    if former and app.builder.name == "html":
        logger.info("no longer in the book, the site is written anew: %s", former)
        shutil.rmtree(site)
        site.mkdir()


def update_contents(app, env):
    """Write every page when the table of contents, which each shows, has changed."""
    titles = {page: title.astext() for page, title in env.titles.items()}
    contents = titles, dict(env.toctree_includes)
    if contents == getattr(env, "mlpnotes_contents", None):
        return []
    env.mlpnotes_contents = contents
    return env.all_docs


def date_unknown(app, pagename, templatename, context, doctree):
    """Let a page keep the link to its source when git cannot be asked for its date."""
    if app.env.git_last_updated.get(pagename, True) is None:
        app.env.git_last_updated[pagename] = None, True


def withdraw_pdf(app, pagename, templatename, context, doctree):
    """Remove the PDF: it is of the book before this page was written."""
    if doctree is not None:
        Path(app.outdir, PDF).unlink(missing_ok=True)


def offer_pdf(site):
    """Let the pages offer the book as one PDF if it is there, and only then."""
    there = (site / PDF).exists()
    for path in site.rglob("*.html"):
        text = path.read_text("utf-8")
        if there == (PDF_LINK in text):
            continue
        page = BeautifulSoup(text, "html.parser", multi_valued_attributes=None)
        if there:
            source = page.select_one("a.dropdown-item[href^=_sources][href$='.md']")
            if source is None:
                continue  # a page without buttons
            entry = copy.copy(source.find_parent("li"))
            source.find_parent("li").insert_after(entry)
            link = entry.select_one("a")
            link["href"], link["title"] = PDF, "Download the book as one PDF"
            link.select_one("i")["class"] = f"fas {PDF_ICON}"
            link.select_one(".btn__text-container").string = "Whole book (PDF)"
        else:
            page.select_one(f"a[{PDF_LINK}]").find_parent("li").decompose()
        path.write_text(str(page), "utf-8")


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
    ]  # and the PDF, see offer_pdf
    if is_notebook:
        files.insert(
            0,
            link(
                "Notebook", f"_sources/{pagename}.ipynb", "fas fa-code",
                "Download .ipynb, with its outputs",
            ),
        )  # fmt: skip
    if not app.config.solutions:  # these lead to the files that hold them
        del launch[0], source[:2]
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


def drop_thebe(app, doctree, docname):
    """Remove the settings that sphinx-thebe puts at the end of each chapter."""
    for node in list(doctree.findall(nodes.raw)):
        if (
            node.astext()
            .strip()
            .startswith(('<script type="text/x-thebe-config">', "<script>kernelName ="))
        ):
            node.parent.remove(node)


def mark_sentences(app, doctree):
    """Mark the outputs that are sentences: they wrap, where tables scroll."""
    for node in doctree.findall(nodes.literal_block):
        if "output" in node["classes"] and not TABLE.search(node.astext()):
            node["classes"].append("sentences")


def mark_short_code(app, doctree):
    """Mark the code in running text that stays on one line."""
    for node in doctree.findall(nodes.literal):
        if len(node.astext()) <= SHORT:
            node["classes"].append("together")


def mark_wordy_tables(app, doctree):
    """Mark the tables whose last column is of sentences."""
    for table in doctree.findall(nodes.table):
        if any(len(row[-1].astext()) > WORDY for row in table.findall(nodes.row)):
            table["classes"].append("wordy")


def unlink_titles(app, doctree, docname):
    """Let the title of a solution open it, instead of leading to its exercise."""
    for solution in doctree.findall(solution_node):
        for link in list(solution[0].findall(nodes.reference)):
            link.parent.replace(link, link.children)


def drop_ids_of_contents(app, doctree, docname):
    """Remove the ids that all proofs, and the contents of all exercises, share."""
    for node in doctree.findall(nodes.Element):
        node["ids"] = [i for i in node["ids"] if i not in SHARED_IDS]


def drop_ids_of_titles(app, pagename, templatename, context, doctree):
    """Remove from a statement's title the id that the statement has."""
    if "body" in context:
        context["body"] = TITLE_WITH_ID.sub(r"\1", context["body"])


def visit_citation(self, node):
    """Give a reference the role that its list asks for."""
    HTML5Translator.visit_citation(self, node)
    self.body[-1] = self.body[-1].replace("doc-biblioentry", "listitem")


def depart_citation(self, node):
    HTML5Translator.depart_citation(self, node)


def spoken(math):
    """Return a formula in one line of text: of its MathML, not of its LaTeX."""
    html = BeautifulSoup(typeset(math.astext(), display=False), "html.parser")
    formula = html.math
    for tag in formula.select("mfrac, msup, msub, msubsup, msqrt"):
        sign = {"mfrac": "/", "msup": "^", "msub": "_", "msubsup": "_"}.get(tag.name)
        first, *rest = tag.find_all(recursive=False)
        if tag.name == "msqrt":
            first.insert_before("√")
        elif not rest[-1].get_text().startswith("["):  # z[3] needs no sign
            rest[0].insert_before(sign)
    return formula.get_text()


def prose(paragraph):
    """Return the words of a paragraph, its formulas spoken."""
    paragraph = paragraph.deepcopy()
    for math in list(paragraph.findall(nodes.math)):
        math.replace_self(nodes.Text(spoken(math)))
    for other in list(paragraph.findall(nodes.math_block)):
        other.parent.remove(other)
    return paragraph.astext()


def describe(app, pagename, templatename, context, doctree):
    """Let the description, which is made of the first words, be made of prose."""
    if not doctree:
        return
    title = next(doctree.findall(nodes.title), None)
    found = [
        prose(paragraph)
        for paragraph in doctree.findall(nodes.paragraph)
        if isinstance(paragraph.parent, nodes.section)
    ]
    if title and not any(found):
        found = [f"{prose(title)}, a page of: {app.config.html_title}"]
    doctree.children = []  # written already
    doctree += nodes.paragraph("", " ".join(found))


def for_other_sites(app, exception):
    """Write the list of pages for search engines, draw the picture of a shared link."""
    if exception or app.builder.name != "html":
        return
    offer_pdf(Path(app.outdir))
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
    app.add_config_value("mlpnotes_extensions", "", "env")
    app.connect("config-inited", hash_extensions)
    app.connect("config-inited", addresses, priority=900)
    app.connect("html-page-context", set_buttons, priority=600)
    app.connect("builder-inited", forget_former_chapters, priority=100)
    app.connect("env-get-updated", update_contents)
    app.connect("doctree-read", mark_sentences)
    app.connect("doctree-read", mark_short_code)
    app.connect("doctree-read", mark_wordy_tables)
    app.connect("doctree-resolved", unlink_titles)
    app.connect("doctree-resolved", drop_thebe, priority=900)
    app.connect("doctree-resolved", drop_ids_of_contents, priority=900)
    app.connect("html-page-context", drop_ids_of_titles)
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.connect("html-page-context", date_unknown, priority=400)
    app.connect("html-page-context", describe, priority=490)
    app.connect("html-page-context", withdraw_pdf)
    app.connect("html-page-context", drop_unused, priority=900)
    app.connect("build-finished", for_other_sites)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
