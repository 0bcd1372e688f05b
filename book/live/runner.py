"""Run the cells of a page: the part in Python of what runs in the reader's browser.

`run` does for a cell what a notebook does: its text is executed, and the value of a
last expression is shown. What a cell shows goes, piece by piece, to a function
``show(kind, text)``: of kind "stream", what it prints; "result", a value, as JSON;
"error", an exception.
"""

import ast
import contextlib
import importlib.util
import io
import json
import linecache
import traceback

LIMIT = 20_000  # letters that a cell may show

cells = set()  # the names of those that have run


class Capped(io.TextIOBase):
    """A stream that hands on what is written to it, up to `LIMIT` letters.

    Parameters
    ----------
    show : callable
        Takes the text to show.
    """

    def __init__(self, show):
        self.show, self.written = show, 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        if part := text[: max(0, LIMIT - self.written)]:
            self.show(part)
        self.written += len(text)
        return len(text)


def cut(text):
    """Return a text of at most `LIMIT` letters, and of what is left out, how much."""
    if len(text) <= LIMIT:
        return text
    return f"{text[:LIMIT]}\n[cut here: {len(text) - LIMIT:,} more characters]"


def shown(value):
    """Return what a notebook shows of a value: its texts by kind, as JSON."""
    found = {"text": cut(repr(value))}
    if not isinstance(value, type):
        for kind in "html", "latex":
            describe = getattr(value, f"_repr_{kind}_", None)
            text = describe() if callable(describe) else None
            if isinstance(text, str) and len(text) <= LIMIT:
                found[kind] = text
    return json.dumps(found)


def own_lines(report):
    """Keep of a traceback, and of those it came from, the lines of cells."""
    report.stack[:] = [frame for frame in report.stack if frame.filename in cells]
    for before in report.__cause__, report.__context__:
        if before:
            own_lines(before)
    return report


def explain(error):
    """Return an exception as Python reports it, without the lines of others."""
    report = own_lines(traceback.TracebackException.from_exception(error, compact=True))
    text = "".join(report.format())
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        if importlib.util.find_spec(top) is None:
            text += (
                f"This page runs without {top}. As a notebook, which the buttons at "
                "its top open, the chapter has it.\n"
            )
    return cut(text)


def use_first_digits(folder):
    """Let the package load the digits that come with the pages, the first of each set.

    Parameters
    ----------
    folder : str
        Where their files are.
    """
    import mlpnotes

    every = mlpnotes.mnist.load_mnist

    def load_mnist(folder=folder):
        return every(folder)

    mlpnotes.load_mnist = mlpnotes.mnist.load_mnist = load_mnist


def run(source, name, scope, show):
    """Run a cell.

    Parameters
    ----------
    source : str
    name : str
        How a traceback names the cell.
    scope : dict
        The variables of the page.
    show : callable
        Takes kind and text of what the cell shows.

    Returns
    -------
    bool
        Whether it ran to its end.
    """
    cells.add(name)
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    stream = Capped(lambda text: show("stream", text))

    def display(*values):
        for value in values:
            show("result", shown(value))

    scope["display"] = display
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        try:
            tree = ast.parse(source, name)
            last = [tree.body.pop()] if tree.body[-1:] and is_value(tree) else []
            exec(compile(tree, name, "exec", dont_inherit=True), scope)
            for value in last:
                code = compile(ast.Expression(value.value), name, "eval")
                if (result := eval(code, scope)) is not None:
                    display(result)
            done = True
        except BaseException as error:  # whatever it does, the page goes on
            show("error", explain(error))
            done = False
    if stream.written > LIMIT:
        lost = stream.written - LIMIT
        show("stream", f"\n[cut here: {lost:,} more characters]\n")
    return done


def is_value(tree):
    return isinstance(tree.body[-1], ast.Expr)


def check(name, scope):
    """Let the tutor judge a function of the page.

    Parameters
    ----------
    name : str
        Of the function.
    scope : dict
        The variables of the page.

    Returns
    -------
    str
        As JSON: ``ok``; ``right``, how many of the eleven lines are; ``rows``, line,
        equation and verdict of each; ``first``, the first wrong line; ``hints``, the
        message in its three steps; and ``words``, remarks and notes.
    """
    from mlpnotes.tutor import diagnose

    found = diagnose(scope[name])
    hints = []
    for found.hint in 1, 2, 3:
        hints.append(found.message)
    return json.dumps(
        {
            "ok": found.ok,
            "right": sum(row.credit == 1 for row in found.rows),
            "rows": [[row.name, row.equation, row.status] for row in found.rows],
            "first": found.first_wrong,
            "hints": list(dict.fromkeys(hints)),
            "words": [*found.remarks, *found.notes],
        }
    )
