"""Say which line of a student's backward pass is wrong, and how.

`diagnose` runs the student's function on small problems and compares its
arrays with the eleven lines, each computed from the student's *own* earlier
arrays: so one mistake is reported once, at the line where it was made. A reason
is given only when it reproduces the student's numbers.
"""

import functools
import itertools

import numpy as np

from mlpnotes.checks import check_count, check_dtype, short
from mlpnotes.tutor.calling import Caller
from mlpnotes.tutor.form import Form
from mlpnotes.tutor.mistakes import HYPOTHESES, Hypothesis
from mlpnotes.tutor.problems import OTHERS, make_problem
from mlpnotes.tutor.rows import FAULTS, RAISED, SHAPE, Row
from mlpnotes.tutor.runs import run
from mlpnotes.tutor.second import join
from mlpnotes.tutor.verdict import Diagnosis

LARGE = 100  # the sum of sizes above which reasons are looked for in a smaller network

__all__ = [
    "HYPOTHESES", "Diagnosis", "Form", "Hypothesis", "Row", "diagnose", "make_problem",
]  # fmt: skip


def diagnose(
    backward, *, form=None, seed=0, sizes=(7, 6, 5, 4, 3), dtype=np.float64, hint=2
):
    """Run a backward pass on small problems and say which line is wrong, and how.

    Parameters
    ----------
    backward : callable or Caller
        Either ``backward(params, acts, y)`` as `mlpnotes.network.backward`, or
        the course's ``backward_pass(data, labels, params, reg)`` with a dict of
        parameters and activations; other signatures are called by the names of
        their parameters. It may return the eleven arrays or the six of the
        parameters: a named tuple, a dict (with or without the leading d), or a
        tuple. Biases may have shape (n,) or (1, n).
    form : {"notes", "course"} or Form, optional
        Which of the two forms it has; by default its parameters decide. The notes'
        form returns sums over the batch, the course's returns means with
        2 lambda W added. A `Form` says so too, and what else a class agrees on:
        another penalty, penalised biases, tanh or ReLU for the sigmoid.
    seed : int
        Seeds the problems.
    sizes : tuple of five int
        B, n0, n1, n2, K of the first problem, all different.
    dtype : float32 or float64
    hint : {1, 2, 3}
        How much the message tells: where the mistake is, of what kind it is, and
        how to mend it.

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError
        If backward cannot be called, or seed or a size is no integer.
    ValueError
        If form or hint is another one, seed negative, two sizes are equal or one too
        small, or dtype another one.

    Notes
    -----
    A line is judged by the student's own arrays before it, as an error carried
    forward is in Numbas; what each mistake of the table gives is compared as STACK's
    response trees do. The local variables that have the notes' names are read when
    the function ends or stops, and nothing is called wrong because of them while the
    arrays made of them are right.
    """
    if not callable(backward) and not isinstance(backward, Caller):
        raise TypeError(f"backward is {short(backward)}, expected a function")
    form = Form.of(form)
    if hint not in (1, 2, 3) or isinstance(hint, bool):
        raise ValueError(f"hint is {short(hint)}, expected 1, 2 or 3")
    seed = check_count(seed, "seed", 0)
    listed = isinstance(sizes, tuple | list) and len(sizes) == 5
    if not listed or any(a == b for a, b in itertools.combinations(sizes, 2)):
        got = sizes if listed else short(sizes)
        raise ValueError(f"sizes are {got}, expected five different numbers")
    for name, size in zip(("B", "n0", "n1", "n2", "K"), sizes, strict=True):
        check_count(size, f"the size {name}", 1 + (name == "K"))
    check_dtype(dtype)
    rng = np.random.default_rng(seed)
    caller = backward if isinstance(backward, Caller) else Caller(backward)
    networks = {"dtype": dtype, "activation": form.activation}
    likely = make_problem(rng=np.random.default_rng(0), activation=form.activation)
    how = caller.plan(form.call, likely)
    ask = functools.partial(run, caller, how, form.called(how.form))
    main = ask(make_problem(sizes, rng=rng, **networks))
    if sum(sizes) > LARGE and any(r.status in FAULTS for r in main.rows):
        small = ask(make_problem(rng=rng, **networks))
        if any(r.status in FAULTS for r in small.rows):
            main = small
            main.notes.append("This is so in a network of the sizes (7, 6, 5, 4, 3).")
    faults = {r.status for r in main.rows} & set(FAULTS)
    if faults & {SHAPE, RAISED} or main.stopped:
        second = ask(OTHERS["equal"](rng, **networks), main.order)
        main = join(main, second, "equal")
    elif not (faults or main.remarks or main.summary):
        for name, other in OTHERS.items():
            if main.ok:
                second = ask(other(rng, **networks), main.order)
                main = join(main, second, name)
    if how.form == "notes" and form != Form(form.call, activation=form.activation):
        main.notes.append(
            "Sums over the batch, as your function returns them, have no penalty: what "
            "is chosen of that has no effect."
        )
    return Diagnosis(main.rows, main.remarks, main.notes, main.summary, hint)
