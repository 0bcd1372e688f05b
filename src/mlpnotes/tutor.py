"""Say which line of a student's backward pass is wrong, and how.

`diagnose` runs the student's function on two small problems and compares its
arrays with the eleven lines, each computed from the student's *own* earlier
arrays: so one mistake is reported once, at the line where it was made. A hint
is given only when its hypothesis reproduces the student's numbers.
"""

import contextlib
import html
import inspect
import itertools
import os
import textwrap
import traceback
import warnings
from typing import NamedTuple

import numpy as np

from mlpnotes.checks import check_count, check_dtype, kind_of, short
from mlpnotes.mistakes import EQUATIONS, HYPOTHESES, LINES
from mlpnotes.network import Activations, Params, forward
from mlpnotes.problem import random_problem

RIGHT, WRONG, FOLLOWS = "right", "wrong here", "follows"
SHAPE, MISSING, HIDDEN = "wrong shape", "missing", "not returned"
NONFINITE, TYPE, RAISED, UNCLEAR = "not finite", "wrong type", "raised", "unclear"
PARAMETERS = ("dW3", "db3", "dW2", "db2", "dW1", "db1")
HUGE = 1_000_000  # more numbers than this we do not compare
FAULTS = (WRONG, SHAPE, MISSING, NONFINITE, TYPE, RAISED)


class Row(NamedTuple):
    """One line of the backward pass: its name, equation, status, and the detail."""

    name: str
    equation: int
    status: str
    detail: str = ""
    hypotheses: tuple = ()


class Problem(NamedTuple):
    """A small network with its data: what the student's function is run on."""

    params: Params
    acts: Activations
    y: np.ndarray
    l2: float

    def arrays(self):
        """Return every array by name, and l2; a0 is X, the input of layer 1."""
        return {
            **self.params._asdict(), **self.acts._asdict(),
            "a0": self.acts.X, "y": self.y, "l2": self.l2,
        }  # fmt: skip


class Diagnosis:
    """What `diagnose` found; prints as a table.

    Attributes
    ----------
    rows : list of Row
        One for each of dz3, dW3, ..., db1, in the order of the program.
    remarks : list of str
        What concerns the function as a whole: an exception, a changed argument.
    """

    def __init__(self, rows, remarks):
        self.rows, self.remarks = rows, remarks

    @property
    def ok(self):
        """Whether every returned line is right and there is no remark."""
        return not self.remarks and all(r.status in (RIGHT, HIDDEN) for r in self.rows)

    @property
    def _first(self):
        first = next((r for r in self.rows if r.status in FAULTS), None)
        came_back = any(
            r.detail or r.status not in (RAISED, MISSING) for r in self.rows
        )
        return first if came_back else None  # else the remarks say why

    @property
    def first_wrong(self):
        """The name of the first wrong line, or None: nothing wrong, or nothing back."""
        return self._first.name if self._first else None

    @property
    def score(self):
        """The fraction of lines that are right given the lines before them."""
        judged = [r for r in self.rows if r.status != HIDDEN]
        good = sum(r.status in (RIGHT, FOLLOWS) for r in judged)
        return good / len(judged) if judged else 0.0

    @property
    def message(self):
        """What to mend first, in words."""
        row = self._first
        if row is None:
            return "" if self.remarks else "Every line is right."
        hidden = row.status != HIDDEN and any(r.status == HIDDEN for r in self.rows)
        what = "array that you return" if hidden and row.name in PARAMETERS else "line"
        text = f"{row.name} is the first wrong {what}. {row.detail}"
        follow = [r.name for r in self.rows if r.status == FOLLOWS]
        if follow and row.status == WRONG:
            alone = sum(r.status in FAULTS for r in self.rows) == 1
            spared = row.name not in PARAMETERS and any(
                r.status == RIGHT and r.name in PARAMETERS
                for r in self.rows[self.rows.index(row) :]
            )
            names = " and ".join(filter(None, [", ".join(follow[:-1]), follow[-1]]))
            verb = "is" if len(follow) == 1 else "are"
            given = f"{row.name}: mend that one line" if alone else "lines before"
            text += f" {names} {verb} right given your {row.name if spared else given}."
        return text

    def __str__(self):
        first = self.first_wrong
        lines = [
            f"{r.name:4} {f'({r.equation})':5} "
            + (r.status.upper() if r.name == first else r.status)
            for r in self.rows
        ]
        words = filter(None, [self.message, *self.remarks])
        return "\n\n".join(["\n".join(lines), *map(textwrap.fill, words)])

    __repr__ = __str__

    def _repr_html_(self):
        rows = ""
        for r in self.rows:
            loud = r.name == self.first_wrong
            verdict = f"<strong>{r.status}</strong>" if loud else r.status
            rows += (
                f'<tr><th scope="row"><code>{r.name}</code></th>'
                f"<td>({r.equation})</td><td>{verdict}</td></tr>"
            )
        head = "<tr><th>line</th><th>equation</th><th>verdict</th></tr>"
        words = filter(None, [self.message, *self.remarks])
        text = "".join(f"<p>{html.escape(w)}</p>" for w in words)
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>{text}"


def make_problem(sizes=(7, 6, 5, 4, 3), *, rng, dtype=np.float64, l2=0.03):
    """Return a random problem of the sizes (B, n0, n1, n2, K)."""
    params, X, y = random_problem(sizes, rng=rng, dtype=dtype, std=1.0)
    return Problem(params, forward(params, X), y.astype(dtype), l2)


def diagnose(backward, *, form=None, seed=0, sizes=(7, 6, 5, 4, 3), dtype=np.float64):
    """Run a backward pass on small problems and say which line is wrong, and how.

    Parameters
    ----------
    backward : callable
        Either ``backward(params, acts, y)`` as `mlpnotes.network.backward`, or
        the course's ``backward_pass(data, labels, params, reg)`` with a dict of
        parameters and activations. It may return the eleven arrays or the six
        of the parameters: a named tuple, a dict (with or without the leading
        d), or a tuple. Biases may have shape (n,) or (1, n).
    form : {"notes", "course"}, optional
        Which of the two signatures it has; by default, its number of
        required arguments decides. The notes' form returns sums over the batch,
        the course's returns means with 2 lambda W added.
    seed : int
        Seeds the problems.
    sizes : tuple of five int
        B, n0, n1, n2, K of the first problem, all different.
    dtype : float32 or float64

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError
        If backward cannot be called, or seed or a size is no integer.
    ValueError
        If form is another word, seed negative, two sizes are equal or one too small,
        or dtype another one.
    """
    if not callable(backward):
        raise TypeError(f"backward is {short(backward)}, expected a function")
    if form not in (None, "notes", "course"):
        raise ValueError(f'form is {short(form)}, expected "notes" or "course"')
    seed = check_count(seed, "seed", 0)
    listed = isinstance(sizes, tuple | list) and len(sizes) == 5
    if not listed or any(a == b for a, b in itertools.combinations(sizes, 2)):
        got = sizes if listed else short(sizes)
        raise ValueError(f"sizes are {got}, expected five different numbers")
    for name, size in zip(("B", "n0", "n1", "n2", "K"), sizes, strict=True):
        check_count(size, f"the size {name}", 1 + (name == "K"))
    check_dtype(dtype)
    rng = np.random.default_rng(seed)
    problem = make_problem(sizes, rng=rng, dtype=dtype)
    square = make_problem((5, 5, 5, 5, 5), rng=rng, dtype=dtype)
    guess = form or _form_of(backward)
    rows, remarks, order = _judge(backward, guess, problem)
    if form is None and rows[0].status == RAISED:
        other = "notes" if guess == "course" else "course"
        again = _judge(backward, other, problem)
        if again[0][0].status != RAISED:
            guess, (rows, remarks, order) = other, again
    faults = {r.status for r in rows} & set(FAULTS)
    if faults & {SHAPE, RAISED} or not (faults or remarks):
        second, more, _ = _judge(backward, guess, square, order)
        rows, remark = _join(rows, second, more)
        remarks += remark
    return Diagnosis(rows, remarks)


def _form_of(backward):
    """Tell the two signatures apart, by names first and then by number."""
    try:
        parameters = inspect.signature(backward).parameters.values()
    except (TypeError, ValueError):
        return "notes"
    names = [p.name for p in parameters]
    if names[:1] == ["params"] or names[1:2] == ["acts"]:
        return "notes"
    required = [p for p in parameters if p.default is p.empty and p.kind < 2]
    return "course" if names[2:3] == ["params"] or len(required) == 4 else "notes"


def _join(rows, second, more):
    """Take from the square problem what the first one could not tell."""
    wrong = any(r.status in FAULTS for r in second)
    stopped = second[0].status == RAISED
    if rows[0].status == RAISED:
        return (second if wrong and not stopped else rows), []
    if not any(r.status in FAULTS for r in rows):
        where = "In a network whose sizes are all 5"
        if stopped:
            return rows, [f"{where}: {remark}" for remark in more]
        remark = f"{where} this is wrong, with other sizes it is right: "
        remark += "is a size written into your function?"
        return (second, [remark]) if wrong else (rows, [])
    joined = [
        r._replace(detail=f"{r.detail} {s.detail}", hypotheses=s.hypotheses)
        if r.status == SHAPE and s.hypotheses
        else r
        for r, s in zip(rows, second, strict=True)
    ]
    return joined, []


def _call(backward, form, problem):
    """Return what the function returned, what it raised, and what it was given."""
    given = {
        k: np.array(v) for k, v in problem.arrays().items() if k not in ("a0", "l2")
    }
    if form == "notes":
        p = Params(*(given[n] for n in Params._fields))
        a = Activations(*(given[n] for n in Activations._fields))
        arguments, keywords = (p, a, given["y"]), {}
    else:
        for b in ("b1", "b2", "b3"):
            given[b] = given[b][None, :]
        everything = {k: v for k, v in given.items() if k not in ("X", "y")}
        arguments = (given["X"], given["y"], everything, problem.l2)
        arguments, keywords = _by_keyword(backward, arguments)
    value, error = None, None
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        try:
            value = backward(*arguments, **keywords)
        except (Exception, SystemExit) as caught:
            error = caught
    if form == "course":
        given |= {k: everything[k] for k in given if k in everything}
    return value, error, given


def _by_keyword(backward, arguments):
    """Pass the penalty's weight by its name if it cannot be passed by place."""
    with contextlib.suppress(TypeError, ValueError):
        for p in inspect.signature(backward).parameters.values():
            if p.kind is p.KEYWORD_ONLY:
                return arguments[:3], {p.name: arguments[3]}
    return arguments, {}


def _judge(backward, form, problem, order=None):
    """Return the rows, the remarks, and the order of the names returned."""
    value, error, given = _call(backward, form, problem)
    remarks = []
    if error is not None:
        rows = [Row(n, EQUATIONS[n], RAISED) for n in EQUATIONS]
        return rows, [_where(backward, error)], None
    original = problem.arrays()
    changed = [
        name for name, array in given.items()
        if not isinstance(array, np.ndarray)
        or not np.array_equal(array.ravel(), original[name].ravel())
    ]  # fmt: skip
    if changed:
        remarks.append(
            f"Your function changes its argument {', '.join(changed)}: "
            "copy before you modify, or write a = a * b for a *= b."
        )
    got, complaint = _named(value, problem, order)
    if complaint:
        remarks.append(complaint)
    for first, second in itertools.combinations(got, 2):
        if _same_memory(got[first], got[second]):
            remarks.append(
                f"{first} and {second} are one array: what changes {second} in place, "
                f"such as {second} *= b, also changes {first}."
            )
    got = {n: _copy(a) for n, a in got.items()}  # a second call may change them
    again, _ = _named(_call(backward, form, problem)[0], problem, list(got))
    differing = [n for n in got if n not in again or not _same_bits(got[n], again[n])]
    if differing:
        remarks.append(
            f"Two calls with equal arguments return different {', '.join(differing)}: "
            "does your function use random numbers, or keep something between calls?"
        )
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _rows(got, form, problem), remarks, list(got)


def _copy(a):
    small = isinstance(a, np.ndarray) and a.size <= HUGE
    return a.copy() if small else a


def _same_memory(a, b):
    arrays = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    return arrays and 0 < a.size <= HUGE and np.may_share_memory(a, b)


def _same_bits(a, b):
    both = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    if not both or a.dtype.kind not in "fc" or a.size > HUGE:
        return True  # judged, or not worth judging, elsewhere
    return np.array_equal(a, b, equal_nan=True)


def _where(backward, error):
    """Return the student's own line on which an exception arose, and its message."""
    message = type(error).__name__
    with contextlib.suppress(Exception):  # its __str__ is the student's, too
        message += f": {str(error).strip().splitlines()[0][:200]}"
    code = None
    with contextlib.suppress(Exception):
        function = inspect.unwrap(getattr(backward, "func", backward))
        code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if code is not None and f.filename == code.co_filename]
    if not own or not own[-1].line:
        return f"Your function raised {message}."
    number, line = own[-1].lineno, own[-1].line.strip()
    return f"Your function raised {message}, in its line {number}: {line}"


def _named(value, problem, order=None):
    """Return the arrays by line, and a complaint if they are of no known form."""
    six = [f"d{n}" for n in Params._fields]
    if value is None:
        return {}, "Your function returned None: is the return statement missing?"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        value = value._asdict()
    if isinstance(value, dict):
        named = {name: value[name] for name in EQUATIONS if name in value}
        if not named:  # the parameters' own names; z1 or a1 would be no gradients
            named = {name: value[name[1:]] for name in six if name[1:] in value}
        complaint = f"Your dict has the keys {list(value)[:6]}, expected {six}."
        return named, "" if named else complaint
    if not isinstance(value, tuple | list):
        kind = type(value).__name__
        return {}, f"Your function returned a {kind}, expected arrays by name."
    if len(value) not in (6, 11):
        return {}, f"Your function returned {len(value)} items, expected 11 or 6."
    if len(value) == 11:
        return dict(zip(EQUATIONS, value, strict=True)), ""
    if order:
        return dict(zip(order, value, strict=True)), ""
    shapes = {n: getattr(problem.params, n[1:]).shape for n in six}
    named = {}
    for array in value:  # all six shapes differ, so they tell which is which
        shape = np.shape(array) if isinstance(array, np.ndarray) else None
        for name in six:
            if shape in (shapes[name], (1, *shapes[name])):
                named[name] = array
    if len(named) == 6:
        return named, ""
    orders = (dict(zip(names, value, strict=True)) for names in (six, PARAMETERS))
    return max(orders, key=lambda d: _fitting(d, problem)), ""


def _fitting(named, problem):
    """Return how many of the six arrays have their parameter's shape."""
    return sum(
        np.shape(array)[-2:] == np.shape(getattr(problem.params, name[1:]))
        for name, array in named.items()
        if name in PARAMETERS and isinstance(array, np.ndarray)
    )


def _rows(got, form, problem):
    """Judge each line, given the student's own earlier arrays."""
    c = problem.arrays()
    truth = {}  # the right arrays, all the way
    for name in EQUATIONS:
        truth[name] = _line(name)({**c, **truth}, _layer(name))
    finish = _finish if form == "course" else _as_it_is
    rows, lost = {}, ""  # lost: an earlier line that the later ones depend on
    for layer in (3, 2, 1):
        names = [n for n in EQUATIONS if n.endswith(str(layer))]
        for name in names:
            right = _line(name)(c, layer)
            final = finish(right, c, layer, name)
            whole = finish(truth[name], {**c, **truth}, layer, name)
            c[name] = right
            if name not in got:
                hidden = got and name not in PARAMETERS
                detail = "It is not in what you return." if got else ""
                rows[name] = (
                    Row(name, EQUATIONS[name], HIDDEN)
                    if hidden
                    else Row(name, EQUATIONS[name], MISSING, detail)
                )
                continue
            array, fault = _usable(got[name], final, problem, name)
            if fault:
                rows[name] = fault
                lost = lost or (name if name not in PARAMETERS else "")
                continue
            if name not in PARAMETERS:
                c[name] = array  # the student's own, for the lines that follow
            if _close(array, whole):
                rows[name] = Row(name, EQUATIONS[name], RIGHT)
                continue
            if _close(array, final):
                rows[name] = Row(name, EQUATIONS[name], FOLLOWS)
                continue
            rows[name] = _explain(name, array, right, final, c, layer, form)
            if lost and not rows[name].hypotheses:
                detail = f"It depends on {lost}, which cannot be used."
                rows[name] = Row(name, EQUATIONS[name], UNCLEAR, detail)
        later = [n for n in PARAMETERS if _layer(n) < layer and n in got]
        spared = any(
            _close(
                _usable(got[n], truth[n], problem, n)[0],
                finish(truth[n], {**c, **truth}, _layer(n), n),
            )
            for n in later
        )
        if not spared:  # else this layer's gradient, though not returned, is right
            _explain_hidden(names, rows, got, c, layer, form, finish, problem)
        for n in names:
            hidden = [m for m in names if rows[m].status == HIDDEN]
            if rows[n].status == WRONG and not rows[n].hypotheses and hidden:
                lost = lost or hidden[-1]
                if not spared:
                    text = (
                        f" {' or '.join(hidden)}, not returned, may hold the mistake."
                    )
                    rows[n] = rows[n]._replace(detail=rows[n].detail + text)
    return [rows[n] for n in EQUATIONS]


def _layer(name):
    return int(name[-1])


def _kind(name):
    return name if name == "dz3" else name[:2]


def _line(name):
    return LINES[_kind(name)]


def _finish(g, c, k, name):
    """Return a parameter's finished gradient, (55): divided by B, penalty added."""
    if name not in PARAMETERS:
        return g
    penalty = 2 * c["l2"] * c[name[1:]] if name[1] == "W" else 0
    return g / len(c["y"]) + penalty


def _as_it_is(g, c, k, name):
    return g


def _tolerance(reference):
    return 1e-9 if np.asarray(reference).dtype == np.float64 else 2e-4


def _close(array, reference):
    if np.shape(array) != np.shape(reference) or not np.isfinite(reference).all():
        return False
    scale = np.abs(reference).max()
    return bool(np.abs(array - reference).max() <= _tolerance(reference) * scale)


def _usable(array, final, problem, name):
    """Return the student's array in our shape, or the row that says what is wrong."""

    def fault(status, detail):
        return None, Row(name, EQUATIONS[name], status, detail)

    if array is None:
        return fault(MISSING, "It is None: this line is still to be written.")
    if not isinstance(array, np.ndarray | np.generic):
        return fault(TYPE, f"It is {kind_of(array)}, expected a NumPy array.")
    if np.ma.isMaskedArray(array):
        return fault(TYPE, "It is a masked array, expected a plain NumPy array.")
    array = np.asarray(array)
    if array.dtype != final.dtype:
        return fault(TYPE, f"It has dtype {array.dtype}, expected {final.dtype}.")
    if name.startswith("db") and array.shape == (1, *final.shape):
        array = array[0]
    if array.shape != final.shape:
        B, n0 = problem.acts.X.shape
        n1, n2, K = (len(b) for b in problem.params[1::2])
        symbols = {B: "B", n0: "n0", n1: "n1", n2: "n2", K: "K"}
        symbols = symbols if len(symbols) == 5 else {}
        got, expected = (
            "("
            + ", ".join(symbols.get(n, str(n)) for n in s)
            + ("," if len(s) == 1 else "")
            + ")"
            for s in (array.shape, final.shape)
        )
        return fault(SHAPE, f"It has shape {got}, expected {expected}.")
    if not np.isfinite(array).all():
        return fault(NONFINITE, "It has entries that are NaN or infinite.")
    return np.array(array), None


def _candidates(name, right, c, k, form):
    """Yield what each mistake, then each pair of them, would have computed."""
    kind = _kind(name)
    c = {**c, "P": c.get(name[1:])}
    own = [h for h in HYPOTHESES if kind in h.lines.split()]
    data = [h for h in own if h.data]
    last = [h for h in own if not h.data] if form == "course" else []
    finish = _finish if form == "course" else _as_it_is

    def attempt(*steps):
        value = right
        for h in steps:
            if h.data:
                value = h.wrong(c, k, value)
        ends = [h for h in steps if not h.data]
        return ends[0].wrong(c, k, value) if ends else finish(value, c, k, name)

    pairs = itertools.chain(
        itertools.permutations(data, 2), itertools.product(data, last)
    )
    for steps in itertools.chain(((h,) for h in last + data), pairs):
        with contextlib.suppress(Exception):  # a shape that does not fit
            value = attempt(*steps)
            if np.shape(value) == np.shape(right):
                yield steps, value


def _hint(name, steps):
    k = _layer(name)
    before = {1: "X", 2: "a1", 3: "a2"}
    names = {
        "a": f"a{k}", "z": f"z{k}", "da": f"da{k}", "dz": f"dz{k}", "P": name[1:],
        "x": before[k], "z_in": f"z{k - 1}", "a_other": "a1" if k == 2 else "a2",
        "W": f"W{k + 1}", "W_before": f"W{k}", "W_after": f"W{k + 2}",
        "eq": f"({EQUATIONS[name]})",
    }  # fmt: skip
    return " And: ".join(h.hint.format(**names) for h in steps)


def _explain(name, array, right, final, c, k, form):
    for steps, value in _candidates(name, right, c, k, form):
        if _close(array, value):
            found = tuple(h.name for h in steps)
            return Row(name, EQUATIONS[name], WRONG, _hint(name, steps), found)
    error = np.abs(array - final).max() / np.abs(final).max()
    if error < 1e-4:
        digits = int(-np.log10(error))
        detail = f"It is right to about {digits} digits only: is something rounded?"
        return Row(name, EQUATIONS[name], WRONG, detail)
    index = np.unravel_index(np.abs(array - final).argmax(), final.shape)
    where = ", ".join(map(str, index))
    detail = (
        "No known mistake gives these numbers. The largest difference is at "
        f"[{where}]: got {array[index]:.6g}, expected {final[index]:.6g}."
    )
    return Row(name, EQUATIONS[name], WRONG, detail)


def _explain_hidden(names, rows, got, c, layer, form, finish, problem):
    """Look for the mistake in a line of this layer that was not returned."""
    hidden = [n for n in names if rows[n].status == HIDDEN]
    seen = [n for n in names if n in got]
    if not hidden or not any(rows[n].status == WRONG for n in seen):
        return
    last = {h.name for h in HYPOTHESES if not h.data}
    wrong = [n for n in seen if rows[n].status == WRONG]
    if all(rows[n].hypotheses and set(rows[n].hypotheses) <= last for n in wrong):
        return
    mistakes = sum(len(rows[n].hypotheses) or len(EQUATIONS) for n in wrong)
    arrays = {n: _usable(got[n], c[n], problem, n)[0] for n in seen}
    for ends in (False, True):  # may the mean or the penalty be wrong as well?
        for name in reversed(hidden):
            for steps, value in _candidates(name, c[name], c, layer, form):
                trial = {**c, name: value}
                for later in names[names.index(name) + 1 :]:
                    if later in hidden or later in PARAMETERS:
                        trial[later] = _line(later)(trial, layer)
                found = {
                    n: _ending(n, arrays[n], trial, layer, form, finish) for n in seen
                }
                if None in found.values() or (any(found.values()) and not ends):
                    continue
                if len(steps) + sum(map(len, found.values())) > mistakes:
                    continue  # the simpler explanation is the one already found
                if any(end for n, end in found.items() if n not in wrong):
                    continue
                rows[name] = _hidden_row(name, steps, hidden, wrong)
                for n, end in found.items():
                    hypotheses = tuple(h.name for h in end)
                    status = WRONG if end else FOLLOWS
                    if rows[n].status != RIGHT:
                        rows[n] = Row(
                            n, EQUATIONS[n], status, _hint(n, end), hypotheses
                        )
                c.update(trial)
                return


def _ending(name, array, trial, layer, form, finish):
    """Return the last-step mistakes, none or one, that make this array; else None."""
    right = _line(name)(trial, layer)
    if _close(array, finish(right, trial, layer, name)):
        return ()
    kind, c = _kind(name), {**trial, "P": trial.get(name[1:])}
    for h in HYPOTHESES if form == "course" else []:
        if not h.data and kind in h.lines.split():
            with contextlib.suppress(Exception):
                if _close(array, h.wrong(c, layer, right)):
                    return (h,)
    return None


def _hidden_row(name, steps, hidden, wrong):
    """Return the row of a line that was not returned, with what else would do."""
    detail = f"It is not returned, but this explains your {' and '.join(wrong)}: "
    detail += _hint(name, steps)
    if all("dW" in h.lines.split() for h in steps):  # a factor can be anywhere
        others = [*(n for n in hidden if n != name), f"each of {' and '.join(wrong)}"]
        detail += f" (In {' or in '.join(others)} it would give the same numbers.)"
    return Row(name, EQUATIONS[name], WRONG, detail, tuple(h.name for h in steps))
