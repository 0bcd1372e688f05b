"""Call a student's function on a problem, and look over its shoulder.

What it returned or raised is handed on as it is; its local variables with the
notes' names are read when it ends, however it ends.
"""

import contextlib
import io
import itertools
import sys
import warnings
from typing import NamedTuple

import numpy as np

from .arrays import Activations, Gradients, Params
from .names import (
    Everything,
    KeyedActivations,
    KeyedParams,
    line_of,
)
from .signature import plans
from .source import code_of, copied, has_loop, overlap
from .stopping import Stop, own_entry, stopped
from .stored import as_stored, storing


class Caller:
    """A student's function, to be called here; elsewhere by a class made of this."""

    def __init__(self, backward):
        self.backward = backward

    def plan(self, form, problem):
        """Decide how to call it: see `plan`."""
        return plan(self.backward, form, problem)

    def call(self, plan, problem, watch=True):
        """Call it: see `call`."""
        return call(self.backward, plan, problem, watch)

    def overlap(self, a, b):
        """Return whether two arrays that it returned overlap in memory."""
        return overlap(a, b)


class Outcome(NamedTuple):
    """What came of a call."""

    value: object  # what the function returned, None if it raised
    error: BaseException | None
    changed: list  # names of the arguments that hold other numbers than before
    seen: dict  # "dz3", "dW3", ...: copies of the local variables at the end
    stop: Stop | None  # where and why it raised
    called: str  # how it was called, "" in one of the two forms
    mistaken: list  # pairs: a variable named as one given array that holds another
    loops: bool  # whether it has a loop, so that a variable may hold one row


def plan(backward, form, problem):
    """Decide how to call a function: in one of the two forms, or by its names.

    Parameters
    ----------
    backward : callable
    form : {"notes", "course"} or None
        What it should return; with None its parameters decide.
    problem : Problem
        What it is called on if its parameters do not say it, as ``*arguments``.

    Returns
    -------
    Plan
    """
    first, *others = found = plans(backward, form)
    runs = (p for p in found if call(backward, p, problem).error is None)
    return next(runs, first) if others else first  # (*arguments) does not say it


def call(backward, plan, problem, watch=True):
    """Call the function once, on copies of the problem's arrays.

    Without ``watch`` its local variables are read only if it raises; a function
    that prints much is twice as fast then. With "stored" they are not read either,
    and the arrays that it returns are as they were before any change in place.

    Returns
    -------
    Outcome
        Exceptions are in it, SystemExit too; KeyboardInterrupt goes through.
    """
    if plan.refusal:
        stop = Stop(None, "", "", plan.refusal, "TypeError")
        return Outcome(None, TypeError(plan.refusal), [], {}, stop, "", [], False)
    arguments, keywords, given = _arguments(plan, problem)
    code, value, error, stop, ended = code_of(backward), None, None, None, {}
    held = {}
    watching = storing(code, held) if watch == "stored" else _watched(code, ended)
    with quiet():
        try:
            with watching if watch else contextlib.nullcontext():
                value = backward(*arguments, **keywords)
        except KeyboardInterrupt:
            raise
        except BaseException as caught:
            error = caught
        if error is not None:
            stop, entry = stopped(error, code, plan.form), own_entry(error, code)
            ended = dict(entry.tb_frame.f_locals) if entry else {}
    value = as_stored(value, held) if held else value
    original = problem.arrays()
    changed = [name for name, a in given().items() if not _same(a, original[name])]
    suspects = original.keys() & ended.keys() - {*changed, "l2"}
    mistaken = [
        (name, other)
        for name in suspects if not _same(ended[name], original[name])
        for other, array in original.items()
        if other not in (name, "l2") and _same(ended[name], array)
    ]  # fmt: skip
    return Outcome(
        value, error, changed, _seen(ended), stop, plan.called, sorted(mistaken),
        code is None or has_loop(code),
    )  # fmt: skip


def _arguments(plan, problem):
    """Return the arguments, and a function that says what they hold now."""
    arrays = {n: np.array(a) for n, a in problem.arrays().items()}
    del arrays["a0"], arrays["l2"]
    params, acts = ({n: arrays[n] for n in t._fields} for t in (Params, Activations))
    value = {**arrays, "l2": problem.l2, "B": len(problem.y)}
    held, roles = {}, {role for _, role in plan.arguments}
    if plan.arguments and not {"params", "acts"} <= roles:  # one container, or none
        value["params"] = value["acts"] = held = Everything(params | acts)
    elif plan.arguments:
        value |= {"params": KeyedParams(**params), "acts": KeyedActivations(**acts)}
    elif plan.form == "course":
        held = {n: arrays[n] for n in arrays if n not in ("X", "y")}
        held |= {b: held[b][None, :] for b in ("b1", "b2", "b3")}
    names = list(held)

    def given():
        return arrays | {n: held.get(n) for n in names}

    if plan.arguments:
        return (), {name: value[role] for name, role in plan.arguments}, given
    if plan.form == "notes":
        return (Params(**params), Activations(**acts), arrays["y"]), {}, given
    places = arrays["X"], arrays["y"], held
    if plan.keyword:
        return places, {plan.keyword: problem.l2}, given
    return (*places, problem.l2), {}, given


def _same(array, original):
    """Whether this holds the numbers of the original, to rounding."""
    shapes = original.shape, (1, *original.shape)
    if not isinstance(array, np.ndarray) or array.shape not in shapes:
        return False
    with contextlib.suppress(Exception), np.errstate(all="ignore"):
        difference = np.abs(np.asarray(array) - original)
        tolerance = 1e-9 if original.dtype == np.float64 else 2e-4
        return bool((difference <= tolerance * np.abs(original).max()).all())
    return False


class _Nowhere(io.TextIOBase):
    """Takes what is printed; it is never closed, for a logger may keep it."""

    def write(self, text):
        return len(text)


NOWHERE = _Nowhere()


@contextlib.contextmanager
def quiet():
    """Let nothing be printed or warned."""
    with (
        contextlib.redirect_stdout(NOWHERE),
        contextlib.redirect_stderr(NOWHERE),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _watched(code, ended):
    """Fill ``ended`` with the local variables that the code returns with."""

    def watch(frame, event, _):
        if event == "return" and frame.f_code is code:
            ended.clear()
            ended.update(frame.f_locals)

    before = sys.getprofile()
    lasting = before is not None and not callable(before)  # it cannot be put back
    if not lasting:
        sys.setprofile(watch)
    try:
        yield
    finally:
        if not lasting:
            sys.setprofile(before)


def _seen(variables):
    """Return copies of what has the notes' names: variables, or entries of a dict."""
    entries = [d.items() for d in variables.values() if type(d) is dict]
    held = [(k, v) for k, v in itertools.chain(*entries) if isinstance(k, str)]
    found = {}
    for name, value in [*held, *sorted(variables.items(), key=_is_exact)]:
        if line := line_of(name):
            found[line] = copied(value)
    return found


def _is_exact(item):  # these come last, and stay
    return item[0] in Gradients._fields
