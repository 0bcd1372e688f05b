"""What of a program a function needs: the statements that make the names it uses."""

import __future__

import ast
import bisect
import builtins
import collections
import copy
import dis
import inspect
import sys

from mlpnotes.grading.reasons import Halted

LOADS = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")
AT_ONCE = ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>")
STEPS = 200_000  # of looking for what makes a name; a long notebook takes thousands
FILLS = {"append", "extend", "insert", "update", "setdefault", "add"}
WHOLE = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom,
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr,
)  # fmt: skip


class Statement:
    """A statement at the top of a program.

    Attributes
    ----------
    cell : Cell
    node : ast.stmt
    code : code
    binds, fills : set of str
        The names that it gives a value, and those whose values it stores into.
    now, later : set of str
        The names that it uses when it runs, and those that functions made by it use.
    """

    def __init__(self, cell, node, flags):
        self.cell, self.node = cell, node
        module = ast.Module([node], [])
        self.code = compile(module, cell.file, "exec", flags, dont_inherit=True)
        self.binds, self.now, self.later = set(), set(), set()
        for step in dis.get_instructions(self.code):
            if step.opname in ("STORE_NAME", "STORE_GLOBAL"):
                self.binds.add(step.argval)
        self._uses(self.code, self.now)
        self.fills = {n for part in ast.walk(node) for n in _filled(part)}
        self.star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"

    def _uses(self, code, where):
        steps = list(dis.get_instructions(code))
        where |= {s.argval for s in steps if s.opname in LOADS}
        for inner in code.co_consts:
            if inspect.iscode(inner):
                function = inner.co_flags & inspect.CO_OPTIMIZED
                waits = function and inner.co_name not in AT_ONCE
                self._uses(inner, self.later if waits else where)

    def replaces(self, name):
        """Return whether what the name held before is lost."""
        return name in self.binds and isinstance(self.node, WHOLE)


def _filled(node):
    """Yield the names into whose values this node stores."""
    match node:
        case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
            base = node
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr) as base)):
            if attr not in FILLS:
                return
        case _:
            return
    while isinstance(base, ast.Subscript | ast.Attribute):
        base = base.value
    if isinstance(base, ast.Name):
        yield base.id


def statements(cell, nodes):
    """Return the statements of a cell; an import of several names is several.

    Raises
    ------
    Halted
        If one cannot be compiled.
    """
    flags, found = 0, []
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                feature = getattr(__future__, alias.name, None)
                flags |= getattr(feature, "compiler_flag", 0)
            continue
        for part in _parted(node):
            try:
                found.append(Statement(cell, part, flags))
            except SyntaxError as error:
                raise cell.no_python(error) from None
            except (ValueError, RecursionError, MemoryError):
                error = SyntaxError("it is nested too deeply")
                error.lineno = node.lineno
                raise cell.no_python(error) from None
    return found


def _parted(node):
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return [node]
    parts = [copy.copy(node) for _ in node.names]
    for part, alias in zip(parts, node.names, strict=True):
        part.names = [alias]
    return parts


def needed(program, name):
    """Return the places of the statements that a name needs, and who needs them.

    What is used when a statement runs is looked for before it; what a function uses,
    before the function is called.

    Returns
    -------
    dict of int to tuple
        In their order; for each the place of a statement that uses it, None for the
        name itself, and the name that this uses.

    Raises
    ------
    Halted
        If the file is too tangled to be looked through.
    """
    end, unknown, steps = len(program), [], 0
    makers_of = collections.defaultdict(list)
    for i, s in enumerate(program):
        for made in s.binds | s.fills:
            makers_of[made].append(i)
    chosen, waiting = {}, [(name, end, None)]
    asked = {(name, end)}
    while waiting:
        name, before, user = waiting.pop()
        makers = list(_makers(program, makers_of[name], name, before))
        steps += 1 + sum(1 + len(program[i].now | program[i].later) for i in makers)
        if steps > STEPS:
            raise Halted("file, tangled")
        if not makers and not hasattr(builtins, name):
            unknown.append((user, name))
        for i in makers:
            chosen.setdefault(i, (user, name))
            uses = {(n, i) for n in program[i].now}
            uses |= {(n, before) for n in program[i].later}
            waiting += ((*use, i) for use in uses - asked)
            asked |= uses
    if unknown:  # perhaps from such an import
        for i, s in enumerate(program):
            if s.star and (may := [u for u in unknown if _may_give(s.node, u[1])]):
                chosen[i] = may[0]
    return dict(sorted(chosen.items()))


def _may_give(node, name):
    """Return whether an import of all names may be one of this name."""
    module = sys.modules.get(node.module)
    ours = (node.module or "").split(".")[0] == "mlpnotes"
    return not ours or name in getattr(module, "__all__", dir(module))


def _makers(program, all_makers, name, before):
    """Yield the places of the statements that make what a name holds at a place."""
    for k in range(bisect.bisect_left(all_makers, before) - 1, -1, -1):
        yield all_makers[k]
        if program[all_makers[k]].replaces(name):
            return
