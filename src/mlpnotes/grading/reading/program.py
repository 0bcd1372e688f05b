"""A student's file: the function in it, and only what that function needs."""

import ast
import dataclasses
import functools
import inspect
import re

from mlpnotes.grading.reading.cells import cells
from mlpnotes.grading.reading.needed import needed, statements
from mlpnotes.grading.reasons import Halted
from mlpnotes.network import Activations, Params
from mlpnotes.tutor.calling.names import role_of
from mlpnotes.tutor.calling.signature import plans
from mlpnotes.tutor.calling.stopping import target_of

DEFINED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
USUAL = (("backward",), ("backward_pass", "my_backward"))
NODES = 20_000  # of the syntax tree; in more than these no line's place is looked for
STORES = (
    ast.keyword, ast.Dict, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr,
)  # fmt: skip
STARTS = ("zeros", "zeros_like", "empty", "empty_like")


@dataclasses.dataclass(frozen=True)
class Program:
    """What runs of a student's file.

    Attributes
    ----------
    function : str
        The name of the function.
    statements : list of Statement
        Those that it needs, in their order.
    notes : tuple of str
        What was chosen where there was a choice.
    """

    function: str
    statements: list
    notes: tuple = ()

    def place(self, name):
        """Return where a line of the notes is computed, and what stands there.

        Returns
        -------
        place, code : str
            Such as "line 7" or "cell 3, line 2"; both "" if it is not found.
        """
        found = self._computing.get(name)
        if not found:
            return "", ""
        cell, node = next((f for f in found if not _starts(f[1])), found[0])
        text = ast.get_source_segment(cell.source, node) or ""
        text = ast.unparse(node) if "\n" in text else text
        return cell.place(node.lineno), text[:200]

    @functools.cached_property
    def _computing(self):
        """The cells and statements that compute each line, its own function first."""
        own = [s for s in self.statements if self.function in s.binds]
        others = [s for s in self.statements if self.function not in s.binds]
        found, nodes = {}, 0
        for s in own[::-1] + others:
            nodes += sum(1 for _ in ast.walk(s.node))
            for name, node in _targets(s.node) if nodes <= NODES else ():
                found.setdefault(name, []).append((s.cell, node))
        return found


def _targets(node):
    """Yield the lines of the notes computed under a node, and their statements."""
    waiting = [(node, None, None, set())]
    while waiting:
        outer, above, statement, given = waiting.pop()
        if isinstance(outer, ast.stmt):
            statement = outer
        if isinstance(outer, ast.FunctionDef | ast.Lambda):
            given = {a.arg for a in ast.walk(outer.args) if isinstance(a, ast.arg)}
        inner = list(ast.iter_child_nodes(outer))
        if isinstance(outer, STORES):
            path = [_lambda(given & _stored(outer)), outer]
            if isinstance(outer, ast.keyword):
                path.insert(1, above)
            for expression in inner:
                if name := target_of([*path, expression], {}):
                    yield name, statement
        waiting += [(n, outer, statement, given) for n in inner[::-1]]


def _stored(node):
    """Return the names in what a node stores into."""
    targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
    parts = (n for t in targets if t is not None for n in ast.walk(t))
    return {n.id for n in parts if isinstance(n, ast.Name)}


def _lambda(names):
    """Return a function with these arguments, of which `target_of` asks."""
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(arg=n) for n in sorted(names)], vararg=None,
        kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[],
    )  # fmt: skip
    return ast.Lambda(args=arguments, body=None)


def _starts(statement):
    """Return whether a statement makes only what is to be filled later."""
    value = getattr(statement, "value", None)
    if isinstance(value, ast.Call):
        return getattr(value.func, "attr", "") in STARTS
    return isinstance(value, ast.Constant | ast.List | ast.Dict)


def read(path, function="", form=None):
    """Read a student's file; nothing of it is run.

    Parameters
    ----------
    path : Path
        A ``.py`` in the encoding that it declares, or an ``.ipynb``.
    function : str
        The function's name; by default it is backward, backward_pass, my_backward,
        or the only one that can be called as one.
    form : {"notes", "course"}, optional
        In the course's form a function that is not there is called backward_pass.

    Returns
    -------
    Program

    Raises
    ------
    Halted
        If the file cannot be read or is no Python, or has no such function.
    """
    program, broken = [], None
    for cell in cells(path):
        try:
            program += statements(cell, cell.tree())
        except Halted as halted:
            if not cell.name:
                raise
            broken = broken or halted  # another cell may hold the function
    try:
        name, notes = _chosen(program, function, form)
    except Halted as halted:
        raise broken or halted from None
    found = needed(program, name)
    _without_mlpnotes(program, found, name)
    return Program(name, [program[i] for i in found], tuple(notes))


def _chosen(program, function, form):
    """Return the name of the function, and what is to be said of the choice."""
    bound = {n for s in program for n in s.binds}
    functions = _functions(program)
    alike = [n for n, node in functions.items() if _can_be_called(node)]
    telling = [n for n in alike if "back" in n.lower() or "grad" in n.lower()]
    usual = [[n for n in names if n in bound] for names in USUAL]
    if function:
        usual = [[function] if function in bound else []]
    found = next(filter(None, usual), [] if function else telling or alike)
    if not found:
        named = function or ("backward_pass" if form == "course" else "backward")
        raise _missing(program, named)
    name = _only(found)
    return name, [] if function else [*_passed_over(program, name, alike)]


def _passed_over(program, name, alike):
    """Yield what is to be said of the functions that were not chosen."""
    defined = [s for s in program if _defines(s.node, name)]
    if defined[1:]:
        *_, last = defined
        where = last.cell.place(last.node.lineno)
        yield f"{name} is defined {len(defined)} times: the last is marked ({where})."
    others = [n for n in alike if n != name and re.search("back|bwd", n.lower())]
    if others:
        last = next((s for s in program[::-1] if name in s.binds), None)
        where = last.cell.place(last.node.lineno)
        yield f"{name} is marked ({where}), not {', '.join(others[:8])}."


def _defines(node, name):
    return isinstance(node, ast.FunctionDef) and node.name == name


def _missing(program, name):
    """Return the exception that says that there is no such function."""
    for s in program:
        for node in s.node.body if isinstance(s.node, ast.ClassDef) else ():
            if _defines(node, name):
                place = s.cell.place(node.lineno)
                owner = s.node.name
                return Halted(
                    "function, method", function=name, owner=owner, place=place
                )
    return Halted("function", function=name, has=_has(program))


def _without_mlpnotes(program, found, name):
    """Say what a function needs of mlpnotes, which is not there where it runs.

    Raises
    ------
    Halted
        If it needs something.
    """
    for i in found:
        node = program[i].node
        if not _from_mlpnotes(node):
            continue
        user, used = found[i]
        place = program[i].cell.place(node.lineno)
        while user is not None and not isinstance(program[user].node, DEFINED):
            place = program[user].cell.place(program[user].node.lineno)
            node = None  # something is made with it
            user, used = found[user]
        if user is None:
            continue  # said by Python
        known = {"function": program[user].node.name, "name": used, "place": place}
        if node is None:
            raise _made(program[user].node, known)
        if used == "mlpnotes":
            raise Halted("import, package", function=known["function"], place=place)
        raise Halted("import, name", **known)


def _from_mlpnotes(node):
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and node.module.split(".")[0] == "mlpnotes"
    return isinstance(node, ast.Import) and (
        node.names[0].name.split(".")[0] == "mlpnotes"
    )


def _made(function, known):
    """Return the exception for a variable of the file that mlpnotes makes."""
    arguments = getattr(function, "args", ast.arguments([], [], None, [], [], None, []))
    names = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
    if not names[1:]:
        return Halted("import, name", **known)
    known["parameters"] = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    for given, fields in {"acts": Activations, "params": Params}.items():
        if given in names and known["name"] in fields._fields:
            return Halted("import, given", given=f"{given}.{known['name']}", **known)
    return Halted("import, made", **known)


def _only(names):
    """Return the one name."""
    if names[1:]:
        raise Halted("function, which", functions=", ".join(names))
    return names[0]


def _functions(program):
    """Return the functions at the top by name, those in if and try too."""
    blocks = ast.If, ast.Try, ast.With, ast.For, ast.While
    found, waiting = {}, [s.node for s in program[::-1]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, (*blocks, ast.ExceptHandler)):
            waiting += [n for n in ast.iter_child_nodes(node)][::-1]
    return found


def _has(program):
    names = list(_functions(program))
    if not names:
        return "it defines none"
    more = ", ..." if names[8:] else ""
    return f"it defines {', '.join(names[:8])}{more}"


def _can_be_called(node):
    """Return whether the parameters' names are those of a backward pass."""
    P, a = inspect.Parameter, node.args
    places = [*a.posonlyargs, *a.args]
    needed = len(places) - len(a.defaults)
    parameters = [
        P(p.arg, P.POSITIONAL_OR_KEYWORD, default=P.empty if i < needed else None)
        for i, p in enumerate(places)
    ]
    parameters += [
        P(p.arg, P.KEYWORD_ONLY, default=P.empty if default is None else None)
        for p, default in zip(a.kwonlyargs, a.kw_defaults, strict=True)
    ]

    def alike():
        raise NotImplementedError

    alike.__signature__ = inspect.Signature(parameters)
    roles = [role_of(p.name) for p in parameters if p.default is P.empty]
    given = "acts" in roles or "y_hat" in roles  # but a loss has no such arguments
    named = "back" in node.name.lower() or "grad" in node.name.lower()
    known = None not in roles and "y" in roles and (given or named)
    return known and not plans(alike)[0].refusal
