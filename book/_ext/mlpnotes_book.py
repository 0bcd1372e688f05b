"""What this book asks of Sphinx beyond its extensions.

Equations ``eq-9`` and lemmas ``lem-2`` are numbered by their labels, as in the
source, on every page. What the book adds to these equations has a letter for its
chapter, (C2), and the search knows both by their numbers. In code, the ``(9)`` of
a trailing comment links to that equation, on the pages and in the rendered source
alike. ``{equations}`` lists each equation with its line of the program and its
check.
"""

import itertools
import logging
import re
import string
from pathlib import Path

from docutils import nodes
from equations import BOOK, SOURCE, checks, equations, program
from planted import errors
from sphinx import addnodes
from sphinx.domains import ObjType
from sphinx.domains.math import MathDomain
from sphinx.util.docutils import SphinxDirective

import mlpnotes
from mlpnotes import (
    augment,
    distributed,
    gradcheck,
    jacobians,
    playground,
    training,
    tutor,
)

SYMBOLS = {
    *mlpnotes.Activations._fields, *mlpnotes.Params._fields,
    *mlpnotes.Gradients._fields, "y",
}  # fmt: skip


A_TO_Z = string.ascii_uppercase
LETTERS = [*A_TO_Z, *map("".join, itertools.product(A_TO_Z, repeat=2))]


class SourceMathDomain(MathDomain):
    """Number ``eq-N`` as (N); the first chapter with others has (A1), (A2), ..."""

    object_types = {"equation": ObjType("equation", "eq")}

    def get_objects(self):
        for label, (docname, number) in self.equations.items():
            name = f"({number})"
            yield name, name, "equation", docname, f"equation-{label}", 1

    def note_equation(self, docname, labelid, location=None):
        super().note_equation(docname, labelid, location)
        match = re.fullmatch(r"eq-(\d+)", labelid)
        self.equations[labelid] = (docname, match[1] if match else "?")

    def letter(self):
        """Letter the equations that have no number; tell whether a letter changed."""
        own = {}
        for label, (docname, _) in self.equations.items():
            if not re.fullmatch(r"eq-\d+", label):
                own.setdefault(docname, []).append(label)
        reading = dict.fromkeys([*self.env.collect_relations(), *sorted(own)])
        chapters = [docname for docname in reading if docname in own]
        letters = {
            label: f"{letter}{number}"
            for letter, docname in zip(LETTERS, chapters, strict=False)
            for number, label in enumerate(own[docname], 1)
        }
        for label, number in letters.items():
            self.equations[label] = (self.equations[label][0], number)
        before, self.data["letters"] = self.data.get("letters"), letters
        return letters != before


def letter_equations(app, env):
    """Letter equations when all chapters are read; every page may name them."""
    return env.all_docs if env.get_domain("math").letter() else []


def show_letters(app, doctree, docname):
    """Give the equations of a page the letters of the whole book."""
    equations = app.env.get_domain("math").equations
    for node in doctree.findall(nodes.math_block):
        if node.get("label"):
            node["number"] = equations[node["label"]][1]


class EquationList(SphinxDirective):
    """List every equation with its line of the program, its check and its errors."""

    def run(self):
        for path in [
            *BOOK.glob("*.md"),
            *SOURCE.glob("*.py"),
            Path(__file__).with_name("planted.py"),
        ]:
            self.env.note_dependency(str(path))
        found = equations()
        lines, asserts = program(), checks()
        result = []
        for chapter, own in itertools.groupby(found, lambda e: e.chapter):
            title = re.search(
                "^# (.*)$", (BOOK / f"{chapter}.md").read_text("utf-8"), re.MULTILINE
            )
            section = nodes.section(ids=[f"of-{chapter}"])
            section += nodes.title(
                "", "", self.reference("std", "ref", f"ch-{chapter}", title[1])
            )
            for equation in own:
                section += self.entry(equation, lines, asserts)
            result.append(section)
        return result

    def entry(self, equation, lines, asserts):
        """Return one equation: what links to it, then the equation itself."""
        words = nodes.paragraph(classes=["equation-entry"])
        words += nodes.strong(
            "", "", self.reference("math", "eq", f"eq-{equation.number}")
        )
        for what, found, page, anchor in (
            ("program", lines, "_modules/{}", "line"),
            ("check", asserts, "{}", "check"),
        ):
            for line in found:
                if equation.number in line.numbers and (
                    what == "program" or line.place == equation.chapter
                ):
                    uri = f"{page.format(line.place)}.html#{anchor}-{equation.number}"
                    link = nodes.reference(
                        "", "", nodes.literal("", line.code), refuri=uri
                    )
                    words += [nodes.Text(f" · {what} "), link]
                    break
        planted = f"errors planted: {len(errors(equation.number))}"
        words += [nodes.Text(" · "), nodes.inline("", planted, classes=["together"])]
        math = nodes.math_block(equation.latex, equation.latex, nowrap=False)
        math["docname"], math["number"], math["label"] = self.env.docname, None, None
        return [words, math]

    def reference(self, domain, kind, target, text=None):
        return addnodes.pending_xref(
            "", nodes.inline("", text or target), refdomain=domain, reftype=kind,
            reftarget=target, refexplicit=bool(text), refwarn=True,
            refdoc=self.env.docname,
        )  # fmt: skip


def link_comments(app, pagename, templatename, context, doctree):
    """Make each (N) in a code comment a link to equation N, and a target itself."""
    if "body" not in context:
        return
    labels = app.env.get_domain("math").equations
    targets = set()

    def link(match, line):
        label, number = f"eq-{match[1]}", match[1]
        if label not in labels:
            return match[0]
        uri = app.builder.get_relative_uri(pagename, labels[label][0])
        kind = "check" if '<span class="k">assert</span>' in line else "line"
        target = f"{kind}-{number}"
        anchor = "" if target in targets else f' id="{target}"'
        targets.add(target)
        return f'<a class="eq" href="{uri}#equation-{label}"{anchor}>({number})</a>'

    def comment(match, line):
        return re.sub(r"\((\d+)\)", lambda m: link(m, line), match[0])

    lines = context["body"].split("\n")
    for i, line in enumerate(lines):
        if '<span class="c1">#' in line:
            lines[i] = re.sub(
                r'<span class="c1">#.*?</span>', lambda m, ln=line: comment(m, ln), line
            )
    context["body"] = re.sub(
        r'<span data-eq="(\d+)">\(\d+\)</span>',
        lambda m: link(m, ""),
        "\n".join(lines),
    )


def public_names():
    """Return the package's functions and classes: name in text -> full name."""
    found = {name: getattr(mlpnotes, name) for name in mlpnotes.__all__}
    for module in (
        augment, distributed, gradcheck, jacobians, playground, training, tutor,
    ):  # fmt: skip
        own = {n: v for n, v in vars(module).items() if callable(v) and n[0] != "_"}
        own = {n: v for n, v in own.items() if v.__module__ == module.__name__}
        prefix = module.__name__.removeprefix("mlpnotes.")
        found |= own | {f"{prefix}.{name}": value for name, value in own.items()}
    return {n: f"{v.__module__}.{v.__qualname__}" for n, v in found.items()}


def link_names(app, doctree):
    """Make `forward` in running text a link to its documentation.

    A name of an array, `dz3`, becomes a link to its row in the notation.
    """
    docname = app.env.docname
    if docname == "api":
        return
    names = app.config.mlpnotes_names
    taken = (nodes.reference, addnodes.pending_xref, nodes.title)
    for literal in list(doctree.findall(nodes.literal)):
        text = literal.astext()
        if isinstance(literal.parent, taken):
            continue
        if full := names.get(text.removesuffix("()")):
            reference = addnodes.pending_xref(
                "", refdomain="py", reftype="obj", reftarget=full,
                refexplicit=True, refwarn=True, refdoc=docname,
            )  # fmt: skip
        elif text in SYMBOLS and docname != "notation":
            uri = f"notation.html#symbol-{text}"
            reference = nodes.reference(
                "", "", refuri=uri, internal=True, classes=["symbol"]
            )
        else:
            continue
        literal.replace_self(reference)
        reference += literal


def mark_symbols(app, doctree):
    """Give the rows of the notation's tables the targets ``symbol-dz3``."""
    if app.env.docname != "notation":
        return
    missing = set(SYMBOLS)
    for row in doctree.findall(nodes.row):
        for name in sorted({n.astext() for n in row.findall(nodes.literal)} & missing):
            row["ids"].append(f"symbol-{name}")
            missing.remove(name)


def symbol_tips(app, env):
    """Say at each link to an array what it is: its shape, its equation, its row."""
    if app.builder.format != "html":
        return
    equation_of = env.get_domain("math").equations
    lines = {line.code.partition(" = ")[0]: line for line in reversed(program())}
    notation = env.get_and_resolve_doctree("notation", app.builder)
    for row in notation.findall(nodes.row):
        *_, code, shape, meaning = row
        names = [n.astext() for n in code.findall(nodes.literal)]
        shapes = re.findall(r"\(.*?\)", shape.astext())
        for anchor in row["ids"]:
            name = anchor.removeprefix("symbol-")
            line = lines.get(name)
            words = [nodes.literal("", name)]
            if line and line.shape:
                words.append(nodes.Text(f" {line.shape}"))
            elif shapes:
                place = names.index(name) if len(shapes) == len(names) else 0
                words.append(nodes.Text(f" {shapes[place]}"))
            for number in line.numbers if line else ():
                docname, _ = equation_of[f"eq-{number}"]
                uri = f"{docname}.html#equation-eq-{number}"
                words += [
                    nodes.Text(", "),
                    nodes.reference("", f"({number})", refuri=uri, internal=True),
                ]
            content = nodes.container("", nodes.paragraph("", "", *words))
            content += [p.deepcopy() for p in meaning.findall(nodes.paragraph)]
            tip = app.builder.render_partial(content)["fragment"]
            env.tippy_config.custom_tips[f"notation.html#{anchor}"] = tip


def number_lemmas(app, env):
    """Give lemma ``lem-N`` the number N, whatever stands before it."""
    for numbers in env.toc_fignumbers.values():
        lemmas = numbers.get("lemma", {})
        for label in lemmas:
            if match := re.fullmatch(r"lem-(\d+)", label):
                lemmas[label] = (int(match[1]),)
    return []


def note_names(app, config):
    """Make the names in code that are links part of the configuration."""
    config.mlpnotes_names = public_names()


def list_again(app, env, added, changed, removed):
    """Read the list of equations again when there is a chapter more or less."""
    return ["equations"] if added or removed else []


def skip_fields(app, what, name, obj, skip, options):
    """Leave out the fields of named tuples: their class describes them."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app):
    logging.basicConfig()  # first, or else a11y_pygments lets every library chat
    app.add_config_value("mlpnotes_names", {}, "env")
    app.add_domain(SourceMathDomain, override=True)
    app.add_directive("equations", EquationList)
    app.connect("autodoc-skip-member", skip_fields)
    app.connect("config-inited", note_names)
    app.connect("env-get-outdated", list_again)
    app.connect("doctree-read", link_names)
    app.connect("doctree-read", mark_symbols)
    app.connect("env-check-consistency", symbol_tips)
    app.connect("env-get-updated", letter_equations)
    app.connect("doctree-resolved", show_letters)
    app.connect("env-get-updated", number_lemmas, priority=900)
    app.connect("html-page-context", link_comments, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
