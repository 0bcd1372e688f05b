"""One page of a report: HTML that needs nothing else, and no script."""

import html
import re
from pathlib import Path

from mlpnotes.grading.reports.discreet import clean

CSS = Path(__file__).with_name("sheet.css").read_text(encoding="utf-8")
NAME = re.compile(r"\b(?:d?[zaWb][123]|y_hat|X(?=\.T))(?:\.T)?(?!\w)")
LETTER = r"(?<!\w)(?:d?[zaWb]\d|y_hat|[XyŷB])(?![^\W²])"
NUMBER = r"(?<![\w.])\d+(?:\.\d+(?: (?=d?[zaWb]\d))?)?(?![\d.]\d)(?!\d)"


def _formula(depth):
    """Return the pattern of a formula, with brackets in brackets down to a depth."""
    unit = f"{LETTER}|{NUMBER}"
    if depth:
        inner = rf"\({_formula(depth - 1)}(?:, 0)?\)"
        unit = rf"(?:σ|tanh²?|exp|max)?{inner}|{unit}"
    factor = rf"(?:(?:{unit})(?:\.T(?!\w))?²?)+"
    return rf"−?{factor}(?: ?[@*+−/·] ?{factor})*"


FORMULA = re.compile(_formula(3))
PRODUCT = re.compile(r"[@*+−/·²]|[^\W_]\(|\d ")  # no single name, no names in brackets


def page(title, body, sentences):
    """Return a page; what stands in ``body`` is HTML already."""
    return (
        f'<!doctype html>\n<html lang="{shown(sentences["language"])}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{shown(title)}</title>\n<style>\n{CSS}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def shown(text, limit=2000):
    """Return a text as HTML, whoever wrote it."""
    return html.escape(clean(text, limit))


def marked(text):
    """Return a sentence as HTML: what is code in it as code.

    That is what stands between backticks, names, and a formula of names as a whole.
    """
    parts = re.split("`(.+?)`", shown(text))
    parts[::2] = [FORMULA.sub(_coded, part) for part in parts[::2]]
    parts[1::2] = map(code, parts[1::2])
    return "".join(parts)


def _coded(match):
    """Return a formula as code, or of what is none the names alone."""
    text = match[0]
    if re.search(r"[zaWb]\d|y_hat|X", text) and PRODUCT.search(text):
        return code(text)
    return NAME.sub(code(r"\g<0>"), text)


def code(text):
    """Return HTML as code, which is written from left to right."""
    return f'<code dir="ltr">{text}</code>'


def table(kind, columns, rows, foot=()):
    """Return a table; its roles outlast the layout that a phone gives it.

    Parameters
    ----------
    kind : str
        Its class.
    columns : sequence of (str, str)
        What stands above each, and its class.
    rows : sequence of (str, sequence of str)
        The class of each row and its cells, HTML already, the first of which names it.
    foot : sequence of str
        The cells of a last row.
    """
    head = "".join(
        f'<th scope="col" role="columnheader" class="{c}">{shown(text)}</th>'
        for text, c in columns
    )

    def row(kind, cells):
        first, *others = zip(cells, [c for _, c in columns], strict=True)
        return (
            f'<tr role="row" class="{kind}">'
            f'<th scope="row" role="rowheader" class="{first[1]}">{first[0]}</th>'
            + "".join(f'<td role="cell" class="{c}">{cell}</td>' for cell, c in others)
            + "</tr>\n"
        )

    body = "".join(row(*each) for each in rows)
    end = f'<tfoot role="rowgroup">{row("", foot)}</tfoot>\n' if foot else ""
    text = (
        f'<table class="{kind}" role="table">\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}</tbody>\n{end}</table>\n'
    )
    return text.replace(' class=""', "")


def points(number, sentences):
    """Return a number of points: 7, 7.5, 7.25.

    >>> points(7.50, {"decimal": ","})
    '7,5'
    """
    return f"{round(number, 2):g}".replace(".", sentences["decimal"])
