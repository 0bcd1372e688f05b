"""Write a page of the book as Markdown that any Jupyter can show.

The page is the tree that Sphinx has resolved: numbers, titles and links stand in
it. ``RULES`` says what becomes of each kind of node, by the name of its class or
of a class that it descends from. A node without a rule is a warning at its line.

Only what JupyterLab, Colab and GitHub agree on is written. In a quote a formula
stays on one line, since Jupyter reads ``$$`` before it reads ``>``; a picture is
part of the text, since Colab shows no attachments.
"""

import base64
import html
import mimetypes
import re
import textwrap
from pathlib import Path
from urllib.parse import unquote, urljoin

from docutils import nodes
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from sphinx.locale import admonitionlabels
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx_proof.nodes import NODE_TYPES

# marks in the text: here begins a cell of text, a closed heading, a code cell
TEXT, CLOSED, CODE = "\ft", "\fh", "\fc"

LANGUAGES = {"ipython3": "python", "default": "", "none": "", "text": ""}

INLINE = MarkdownIt().use(
    dollarmath_plugin, renderer=lambda latex, _: f"${html.escape(latex)}$"
)

logger = logging.getLogger(__name__)


def escape(text):
    """Return text in which no character means anything to Markdown."""
    text = re.sub(r"[ \t\n]+", " ", text)
    special = r"[\\`*~<]|(?<![^\W_])_|_(?![^\W_])|&(?=#|\w+;)|!$"
    text = re.sub(special, r"\\\g<0>", text)
    text = text.replace("](", r"]\(")
    # Jupyter does not read \$ as mathematics, and MathJax pairs no $ across a tag
    return text.replace("$", r"<span>\$</span>")


def in_one_line(latex):
    """Return a formula without its line breaks, and so without its comments."""
    return " ".join(re.sub(r"(?<!\\)%.*", "", latex).split())


def fence(text, least):
    """Return more backticks than stand side by side in text."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))


def is_shown(node):
    return not isinstance(node, nodes.Invisible | nodes.raw)


def is_titled(node):
    return len(node) > 0 and isinstance(node[0], nodes.title)


def is_closed(node):
    return not {"dropdown", "toggle"}.isdisjoint(node["classes"])


def joined(*words):
    return " ".join(filter(None, words))


class Plain:
    """Write nodes of one page as Markdown: ``Plain(builder, page)(doctree)``."""

    def __init__(self, builder, page):
        self.builder, self.config = builder, builder.config
        self.site = self.config.html_baseurl
        self.page = f"{self.site}{page}.html"
        self.pictures = {name: path for path, name in builder.images.items()}
        self.quoted = self.in_row = False

    def __call__(self, node):
        for kind in type(node).__mro__:
            if rule := RULES.get(kind.__name__):
                return rule(self, node)
        logger.warning("notebooks have no rule for <%s>", node.tagname, location=node)
        return self.blocks(node)

    def text(self, children):
        """Return what stands in one line."""
        return "".join(map(self, children))

    def blocks(self, children):
        """Return what stands one below the other."""
        return "\n\n".join(filter(None, map(self, children)))

    def words(self, node):
        return escape(node).replace("|", r"\|") if self.in_row else escape(node)

    def paragraph(self, node):
        text = self.text(node).strip()
        text = re.sub(r"^[-+#>=]", r"\\\g<0>", text)  # no list, heading or quote
        return re.sub(r"^(\d+)([.)] )", r"\1\\\2", text)

    def number(self, node, kind=None):
        """Return the number of a figure, a lemma, an exercise as text, or ""."""
        kind = kind or self.builder.env.domains["std"].get_enumerable_node_type(node)
        found = self.builder.fignumbers.get(kind, {}).get("".join(node["ids"][:1]))
        return ".".join(map(str, found or ()))

    def name(self, node):
        """Return "Fig. 3" or "Exercise 2", or "" for what has no number."""
        number = self.number(node)
        kind = self.builder.env.domains["std"].get_enumerable_node_type(node)
        return self.config.numfig_format[kind] % number if number else ""

    def title(self, node):
        """Return the title of a box, and what stands below it."""
        if is_titled(node):
            return node[0], node[1:]
        return nodes.Text(admonitionlabels.get(node.tagname, "")), node.children

    def heading(self, text, node, begin=TEXT):
        """Return a heading one level below the sections around a node."""
        level = 1
        while node := node.parent:
            level += isinstance(node, nodes.section) and is_titled(node)
        return f"{begin}{'#' * min(level, 6)} {text}"

    def section(self, node):
        if not is_titled(node):  # what sphinx-exercise wraps around a content
            return self.blocks(node)
        return f"{self.heading(self(node[0]), node)}\n\n{self.blocks(node[1:])}"

    def quote(self, title, body):
        outer, self.quoted = self.quoted, True
        text = self.blocks(body)
        self.quoted = outer
        text = f"**{title}**\n\n{text}".strip() if title else text
        return re.sub("^> $", ">", re.sub("^", "> ", text, flags=re.M), flags=re.M)

    def frame(self, node, name, body):
        """Return a box below its name, closed if the page shows it closed."""
        if is_closed(node):
            return self.details(name, self.blocks(body))
        return self.quote(name, body)

    def details(self, name, text):
        """Return a block that is closed until it is pressed."""
        name = INLINE.renderInline(name)  # no Markdown is read in a summary
        return f"<details>\n<summary>{name}</summary>\n\n{text}\n\n</details>"

    def dropdown(self, node):
        title, *body = node
        return self.details(self.text(filter(is_shown, title)), self.blocks(body))

    def box(self, node):
        title, body = self.title(node)
        return self.frame(node, self(title), body)

    def statement(self, node):
        """Return a lemma, a theorem, an observation."""
        title, body = self.title(node)
        number = self.number(node, node.get("countertype", ""))
        kind = node["realtype"].title()
        return self.frame(node, joined(kind, number, self(title).strip()), body)

    def proof(self, node):
        (content,) = node
        text = self.blocks(content)
        text += "\n\n∎" if text.endswith("$$") else " ∎"
        if is_closed(content):
            return self.details("Proof", text.removeprefix("Proof. "))
        return text.replace("Proof.", "*Proof.*", 1)

    def exercise(self, node):
        """Return an exercise or a solution; something must end what has no frame."""
        title, body = self.title(node)
        name = joined(self.name(node), self(title).strip())
        if not isinstance(node.parent, nodes.section):  # no cell begins in a box
            return self.frame(node, name, body)
        begin, gap = (CLOSED, TEXT) if is_closed(node) else (TEXT, "\n\n")
        text = self.heading(name, node, begin) + gap + self.blocks(body)
        after = node.next_node(is_shown, descend=False, siblings=True)
        if after is None or type(after).__name__ in HEADED:
            return text
        return f"{text}\n\n{self.heading('Back to the text', node)}"

    def listing(self, node):
        text = node.astext().rstrip()
        language = node.get("language", "")
        marks = fence(text, 3)
        return f"{marks}{LANGUAGES.get(language, language)}\n{text}\n{marks}"

    def code(self, node):
        text = " ".join(node.astext().split("\n"))
        marks = fence(text, 1)
        text = text.replace("|", r"\|") if self.in_row else text
        gap = " " if "`" in text else ""
        return f"{marks}{gap}{text}{gap}{marks}"

    def formula(self, node):
        latex = in_one_line(node.astext())
        if self.in_row:  # a bar would end the cell of the table
            latex = latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        return f"${latex}$"

    def equation(self, node):
        latex = node.astext().strip()
        if r"\\" in latex and r"\begin{" not in latex:
            latex = rf"\begin{{split}}{latex}\end{{split}}"
        if node["number"]:
            latex += rf" \tag{{{get_node_equation_number(self, node)}}}"
        return f"$$ {in_one_line(latex)} $$" if self.quoted else f"$$\n{latex}\n$$"

    def link(self, node):
        target = node.get("refuri") or f"#{node.get('refid', '')}"
        if name := node.get("filename"):  # to download
            target = f"{self.site}_downloads/{name}"
        target = urljoin(self.page, target)
        for character in " ()":
            target = target.replace(character, f"%{ord(character):x}")
        text = self.text(node)
        if node.next_node(nodes.image) and node.get("internal"):
            return text  # what a figure leads to is the figure
        left = " " * (len(text) - len(text.lstrip()))
        return f"{left}[{text.strip()}]({target})"

    def image(self, node):
        target = urljoin(self.page, node["uri"])
        if name := self.pictures.get(unquote(node["uri"].rpartition("/")[2])):
            path = Path(self.builder.srcdir, name)
            kind = mimetypes.guess_type(path, strict=False)[0]
            target = (
                f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
            )
        alt = html.escape(" ".join(node.get("alt", "").split()))
        return f'<img src="{target}" alt="{alt}">'

    def caption(self, node):
        name = self.name(node.parent)
        return joined(name and f"**{name}**", self.text(node).strip())

    def table(self, node):
        title, (*_, group) = self.title(node)
        name = joined(self.name(node), self(title).strip())
        entries = list(group.findall(nodes.entry))
        in_lines = all(
            isinstance(child, nodes.paragraph) for entry in entries for child in entry
        ) and not any("morerows" in e or "morecols" in e for e in entries)
        grid = self.lines(group) if in_lines else self.tags(group)
        return f"**{name}**\n\n{grid}" if name else grid

    def lines(self, group):
        """Return a table each of whose rows is a line."""
        rows, outer = list(group.findall(nodes.row)), self.in_row
        self.in_row = True
        cells = [["<br>".join(map(self, entry)) for entry in row] for row in rows]
        self.in_row = outer
        if not list(group.findall(nodes.thead)):
            cells.insert(0, [""] * len(cells[0]))
        sides = {"text-left": ":---", "text-center": ":---:", "text-right": "---:"}
        cells.insert(
            1, [joined(*map(sides.get, e["classes"])) or "---" for e in rows[0]]
        )
        return "\n".join(f"| {' | '.join(row)} |" for row in cells)

    def tags(self, group):
        """Return a table whose cells hold blocks, or span others."""
        text = "<table>\n"
        for row in group.findall(nodes.row):
            kind = "th" if isinstance(row.parent, nodes.thead) else "td"
            text += "<tr>\n"
            for e in row:
                rows, columns = e.get("morerows", 0) + 1, e.get("morecols", 0) + 1
                text += f'<{kind} rowspan="{rows}" colspan="{columns}">\n\n'
                text += f"{self.blocks(e)}\n\n</{kind}>\n"
            text += "</tr>\n"
        return f"{text}</table>"

    def items(self, node):
        items = [self(item) for item in node]
        return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)

    def item(self, node):
        mark = "- "
        if isinstance(node.parent, nodes.enumerated_list):
            mark = f"{node.parent.get('start', 1) + node.parent.index(node)}. "
        return mark + textwrap.indent(self.blocks(node), " " * len(mark)).lstrip()

    def term(self, node):
        """Return a term and what it means, as an item of a list."""
        first, *kinds, meaning = node
        body = textwrap.indent(self.blocks(meaning), "  ")
        return f"- **{self(first).strip()}**{self.text(kinds)}\n\n{body}"

    def container(self, node):
        """Return the mark of a code cell and its captions, or what else it holds."""
        if "toggle" in node["classes"]:
            return self.details("Click to show", self.blocks(node))
        if node.get("nb_element") != "cell_code":
            return self.blocks(node)
        captions = self.blocks(node.findall(nodes.caption))
        return f"{CODE}{node['cell_index']}\n\n{TEXT}{captions}"


def around(begin, end=None):
    """Return the rule of a node that is its text between two marks."""
    return lambda plain, node: (
        f"{begin}{plain.text(node)}{begin if end is None else end}"
    )


def nothing(plain, node):
    return ""


def abbreviation(plain, node):
    meaning = html.escape(node.get("explanation", ""))
    return f'<abbr title="{meaning}">{plain.text(node)}</abbr>'


def raw(plain, node):
    shown = node["format"] == "html" and "<script" not in node.astext()
    return node.astext().strip() if shown else ""


def signature(plain, node):
    return f"**{plain.code(node)}**"


def noted(plain, node):
    label, *body = node
    return f"<sup>{plain.text(label)}</sup> {plain.blocks(body)}"


HEADED = {"exercise_node", "exercise_enumerable_node", "solution_node", "section"}

RULES = {
    "Text": Plain.words,
    "emphasis": around("*"),
    "strong": around("**"),
    "literal": Plain.code,
    "math": Plain.formula,
    "reference": Plain.link,
    "download_reference": Plain.link,
    "image": Plain.image,
    "abbreviation": abbreviation,
    "subscript": around("<sub>", "</sub>"),
    "superscript": around("<sup>", "</sup>"),
    "footnote_reference": around("<sup>", "</sup>"),
    "title_reference": around("*"),
    "manpage": around("*"),
    "literal_emphasis": around("*"),
    "literal_strong": around("**"),
    "desc_inline": Plain.code,
    "classifier": around(" : ", ""),
    "option_argument": around(" ", ""),
    **dict.fromkeys(
        [
            "inline", "generated", "pending_xref", "problematic", "target", "title",
            "term", "field_name", "option_group", "option", "option_string",
            "acronym", "PassthroughTextElement",
        ],
        Plain.text,
    ),
    "paragraph": Plain.paragraph,
    "compact_paragraph": Plain.paragraph,
    "section": Plain.section,
    "math_block": Plain.equation,
    "literal_block": Plain.listing,
    "doctest_block": Plain.listing,
    "productionlist": Plain.listing,
    "table": Plain.table,
    "figure": Plain.blocks,
    "caption": Plain.caption,
    "bullet_list": Plain.items,
    "enumerated_list": Plain.items,
    "definition_list": Plain.items,
    "field_list": Plain.items,
    "option_list": Plain.items,
    "list_item": Plain.item,
    "definition_list_item": Plain.term,
    "field": Plain.term,
    "option_list_item": Plain.term,
    "Admonition": Plain.box,
    "topic": Plain.box,
    "sidebar": Plain.box,
    "aside_main": Plain.box,
    "versionmodified": Plain.blocks,
    "block_quote": lambda plain, node: plain.quote("", node),
    "attribution": around("— ", ""),
    "line_block": lambda plain, node: "<br>\n".join(map(plain, node)),
    "line": Plain.text,
    "rubric": around("**"),
    "centered": around("**"),
    "transition": lambda plain, node: "---",
    "footnote": noted,
    "citation": noted,
    "desc_signature": signature,
    "container": Plain.container,
    "dropdown_main": Plain.dropdown,
    "sd_tab_label": around("**"),
    **{kind.__name__: Plain.statement for kind in NODE_TYPES.values()},
    "unenumerable_node": Plain.statement,
    "proof_node": Plain.proof,
    "exercise_node": Plain.exercise,
    "exercise_enumerable_node": Plain.exercise,
    "solution_node": Plain.exercise,
    **dict.fromkeys(
        [
            "document", "start_of_file", "compound", "legend", "definition",
            "field_body", "description", "glossary", "desc", "desc_content", "hlist",
            "hlistcol", "acks",
        ],
        Plain.blocks,
    ),
    "raw": raw,
    **dict.fromkeys(
        [
            "Invisible", "colspec", "tabular_col_spec", "highlightlang", "meta",
            "system_message", "toctree", "sd_tab_input", "fontawesome",
        ],
        nothing,
    ),
}  # fmt: skip
