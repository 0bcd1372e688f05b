"""Run the cells of a page: the part in Python of what runs in the reader's browser.

`run` does for a cell what a notebook does: its text is executed, and the value of a
last expression is shown. What a cell shows goes, piece by piece, to a function
``show(kind, text)``: of kind "stream", what it prints; "result", a value, as JSON;
"error", an exception.
"""

import ast
import contextlib
import functools
import io
import json
import linecache
import symtable
import sys
import traceback
import warnings

LIMIT = 20_000  # letters that a cell may print, or a value may take
VALUES = 100  # that a cell may display

cells = set()  # the names of those that have run
bound = set()  # the names of variables that the last of them gives a value
screen = None  # what the cell that runs shows goes there


class Screen(io.TextIOBase):
    """Hands on what a cell shows, as far as it stays within bounds.

    Parameters
    ----------
    show : callable
        Takes kind and text.
    """

    def __init__(self, show):
        self.show, self.left, self.lost, self.values = show, LIMIT, 0, 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        if part := text[: self.left]:
            self.show("stream", part)
        self.left -= len(part)
        self.lost += len(text) - len(part)
        return len(text)

    def put(self, kind, text):
        """Show a value or an error, below what was printed before."""
        self.own_up()
        self.show(kind, text)

    def own_up(self):
        """Say how much of what was printed is lost, if something is."""
        if self.lost:
            self.show("stream", f"\n[cut here: {self.lost:,} more characters]\n")
        self.lost = 0

    def end(self):
        """Say what was not shown."""
        self.own_up()
        if self.values > VALUES:
            self.show("stream", f"[cut here: {self.values - VALUES:,} more values]\n")


def cut(text):
    """Return a text of at most `LIMIT` letters, and of what is left out, how much."""
    if len(text) <= LIMIT:
        return text
    return f"{text[:LIMIT]}\n[cut here: {len(text) - LIMIT:,} more characters]"


def shown(value):
    """Return what a notebook shows of a value: its texts by kind, as JSON."""
    found = {"text": cut(repr(value))}
    for kind in "html", "latex":
        with contextlib.suppress(Exception):  # then its text must do
            text = getattr(value, f"_repr_{kind}_")()
            if isinstance(text, str) and len(text) <= LIMIT:
                found[kind] = text
    return json.dumps(found)


def display(*values):
    """Show values as the last one of a cell is shown."""
    for value in values:
        screen.values += 1
        if screen.values <= VALUES:
            screen.put("result", shown(value))


def no_input(prompt=""):
    """Stand in for ``input``."""
    raise RuntimeError(
        "input() can ask nobody in a page: write the value into the cell instead"
    )


def warn(message, category, filename, lineno, file=None, line=None):
    """Print a warning with the line of the cell that led to it."""
    frame = sys._getframe()
    while frame and filename not in cells:
        if frame.f_code.co_filename in cells:
            filename, lineno = frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line))


def own_lines(report):
    """Keep of a traceback, and of those it came from, the lines of cells.

    An exception that others raised and handled among themselves is left out.
    """
    todo = [report]
    while todo:
        part = todo.pop()
        part.stack[:] = [frame for frame in part.stack if frame.filename in cells]
        part.stack = part.stack or None  # then it has no heading either
        for name in "__cause__", "__context__":
            if before := getattr(part, name):
                if before.stack and not any(f.filename in cells for f in before.stack):
                    setattr(part, name, None)
                else:
                    todo.append(before)
        todo += part.exceptions or ()
    return report


def advice(error):
    """Return what Python does not say about an exception: how it is in a page."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return (
            f"This page has no {error.name}: it runs Python with NumPy and what its "
            "own cells import. A notebook has all that the book uses: the rocket at "
            "the top of the page opens one.\n"
        )
    if isinstance(error, SyntaxError) and error.filename in cells:
        line = (error.text or "").strip()
        if line.startswith(("%", "!")) or line.endswith("?"):
            return (
                "Lines with %, ! or ? are commands of a notebook: a page runs Python "
                "alone.\n"
            )
    return ""


def explain(error):
    """Return an exception as Python reports it, without the lines of others."""
    report = traceback.TracebackException.from_exception(error, compact=True)
    return cut("".join(own_lines(report).format()) + advice(error))


def use_first_digits(folder):
    """Let the package load the digits that come with the pages, the first of each set.

    Parameters
    ----------
    folder : str
        Where their files are.
    """
    import mlpnotes

    every = mlpnotes.mnist.load_mnist

    @functools.wraps(every)
    def load_mnist(folder=folder):
        return every(folder)

    mlpnotes.load_mnist = mlpnotes.mnist.load_mnist = load_mnist


def ends_in_semicolon(source, node):
    """Tell whether a semicolon stands behind the last statement: it shows no value."""
    last = [*io.StringIO(source)][node.end_lineno - 1 :]
    last[0] = last[0].encode()[node.end_col_offset :].decode()
    return any(line.partition("#")[0].rstrip().endswith(";") for line in last)


def execute(source, name, scope):
    """Execute a cell; show the value of an expression at its end."""
    tree = ast.parse(source, name)
    value = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = tree.body.pop()
        value = ast.Expression(last.value)
    code = compile(tree, name, "exec", dont_inherit=True)
    if value:
        value = compile(value, name, "eval", dont_inherit=True)
    exec(code, scope)
    if value:
        result = eval(value, scope)
        if result is not None and not ends_in_semicolon(source, last):
            screen.put("result", shown(result))


def assigned(source, name):
    """Return the names of variables that a cell gives a value."""
    try:
        symbols = symtable.symtable(source, name, "exec").get_symbols()
    except (SyntaxError, ValueError):
        return set()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


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
    global screen
    screen = Screen(show)
    cells.add(name)
    bound.clear()
    before = dict(scope)
    linecache.cache[name] = len(source), None, [*io.StringIO(source)], name
    scope.pop("__warningregistry__", None)  # another cell's line is another line
    scope.setdefault("display", display)
    scope.setdefault("input", no_input)
    warnings.showwarning = warn
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        try:
            execute(source, name, scope)
            bound.update(assigned(source, name))
        except BaseException as error:  # whatever it does, the page goes on
            names = assigned(source, name)
            bound.update(n for n in names if scope.get(n) is not before.get(n))
            try:
                screen.put("error", explain(error))
            except Exception:
                screen.put("error", f"{type(error).__name__}\n")
            return False
        finally:
            screen.end()
    return True


def check(name, scope):
    """Let the tutor judge a function that the last cell defines.

    Parameters
    ----------
    name : str
        Of the function.
    scope : dict
        The variables of the page.

    Returns
    -------
    str
        As JSON: ``given``, whether it defines the function; ``ok``; ``right``, how
        many are, ``of`` the lines, or of the arrays that come back; ``rows``, line,
        equation and verdict of each; ``first``, the first wrong line; ``hints``, the
        message in its three steps; and ``words``, remarks and notes.
    """
    from mlpnotes.tutor import diagnose
    from mlpnotes.tutor.rows import HIDDEN

    function = scope.get(name) if name in bound else None
    given = callable(function)
    found = diagnose(function if given else lambda params, acts, y: None)
    counted = [row for row in found.rows if row.status != HIDDEN]
    hints = []
    for found.hint in 1, 2, 3:
        hints.append(found.message)
    if not given:
        hints = [f"The cell defines no function `{name}`: the tutor looks for that."]
    return json.dumps(
        {
            "given": given,
            "ok": found.ok,
            "right": sum(row.credit == 1 for row in counted),
            "of": len(counted),
            "rows": [[row.name, row.equation, row.status] for row in found.rows],
            "first": found.first_wrong if given else None,
            "hints": list(dict.fromkeys(hints)),
            "words": [*found.remarks, *found.notes] if given else [],
        }
    )
