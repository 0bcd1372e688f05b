"""A student's function, called in a process of its own.

Three levels, of which `level` takes the first that this machine can do:

"bubblewrap"
    The process sees Python and NumPy, read-only, and an empty folder. It has no
    network, sees no other process, and no file of the host's: neither this package
    nor what is graded. If we are root, it is another user besides.
"another user"
    If we are root and there is no bubblewrap. A user of its own for each submission,
    who may write where everybody may.
"limits alone"
    The same user as ours.

On all three there are limits: seconds, memory, no file with contents, no second
process or thread, no output, an environment with nothing of ours. No right answer is
within reach: the arrays that come back are judged here.

Where the kernel has Landlock (Linux 5.13, signals since 6.12), and lets a process
leave the network, the process gives up the rest by itself, on all three: it reads
Python and NumPy alone, makes no file and no folder, and signals nobody.

What is not stopped:

- A flaw of the kernel, and what the processor tells of its neighbours.
- Right numbers that are got in another way, as by differences of the loss.
- Another user, without Landlock: it reads what everybody may read, this package too;
  it makes empty files where everybody may; and it uses the network, unless root may
  take it away (a container's root often may not).
- Limits alone, without Landlock: it reads, empties and deletes whatever we can, makes
  folders, of which we remove what is in its own and can be removed in some seconds,
  uses the network, and ends our other processes, by ``kill(-1)`` all of them. That is
  good for one's own file, and for strangers' only on a machine that is of no value.
- Limits alone, as a root that cannot become another user: other processes, too.
- In macOS memory is not limited, and in Windows only the time is.
"""

import contextlib
import functools
import json
import marshal
import os
import re
from io import BytesIO

import numpy as np

from mlpnotes.grading.apart import stand_ins
from mlpnotes.grading.apart.launching import LEVELS, LIMITS, USER
from mlpnotes.grading.apart.pipe import Pipe
from mlpnotes.grading.apart.replies import number, one_of, text
from mlpnotes.grading.options import Options
from mlpnotes.grading.reading.cells import Cell
from mlpnotes.grading.reading.needed import statements
from mlpnotes.grading.reading.program import Program
from mlpnotes.grading.reasons import GraderStopped, Halted
from mlpnotes.tutor.calling import Caller, Outcome
from mlpnotes.tutor.calling.names import line_of
from mlpnotes.tutor.calling.signature import FORMS, Plan
from mlpnotes.tutor.calling.stopping import Stop
from mlpnotes.tutor.stopped import describe


class Isolated(Caller):
    """A program's function, run apart; a context manager.

    Parameters
    ----------
    program : Program
    options : Options
        Of which seconds and megabytes count here.
    how : str, optional
        The level: how it is kept apart, by default as well as this machine can.

    Raises
    ------
    Halted
        By every method, if the program went too far; it says how.
    GraderStopped
        If Python does not start, twice, before anything of the student's has run.
    """

    def __init__(self, program, options, how=None):
        self.program, self.options = program, options
        self.how, self.pairs = how or level(), set()

    def __enter__(self):
        try:
            self.pipe = Pipe(self.how, self.options)
        except GraderStopped:  # as on a machine with too much to do
            self.pipe = Pipe(self.how, self.options)
        try:
            self._load()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        """End the process."""
        self.pipe.close()

    def _load(self):
        """Run the statements that the function needs."""
        self.pipe.left = self.options.seconds
        own = self.program.statements
        files = {s.cell.file: s.cell.source for s in own}
        notebook = any(s.cell.name for s in own)
        self.pipe.send(marshal.dumps({
            "module": "__main__" if notebook else "submission",
            "files": list(files.items()), "codes": [s.code for s in own],
            "function": self.program.function, "seconds": self.options.seconds,
        }))  # fmt: skip
        trouble, _ = self.pipe.reply()
        with self._checked():
            if "halted" in trouble:
                cell = own[number(trouble["statement"])].cell
                raise self._halted(trouble, cell)
            if "kind" in trouble:
                function, kind = self.program.function, text(trouble["kind"])
                raise Halted("function, type", function=function, type=kind)
            file = text(trouble["file"])
            bound = [s.cell for s in own if self.program.function in s.binds][-1]
            self.cell = next((s.cell for s in own if s.cell.file == file), bound)

    def plan(self, form, problem):
        """Decide how to call it, as `mlpnotes.tutor.calling.plan` does."""
        told, _ = self._asked(problem, do="plan", form=form)
        with self._checked():
            told = told["plan"]
            arguments = tuple((text(n), text(r)) for n, r in told["arguments"])
            return Plan(
                one_of(told["form"], [form] if form else FORMS), arguments,
                text(told["keyword"]), text(told["called"]), text(told["refusal"]),
            )  # fmt: skip

    def call(self, plan, problem, watch=True):
        """Call it, as `mlpnotes.tutor.calling.call` does."""
        told, arrays = self._asked(problem, do="call", plan=plan._asdict(), watch=watch)
        with self._checked():
            told = told["outcome"]
            stop = self._stop(told["stop"]) if told["stop"] else None
            if told["memory"] is True:
                most = self.options.megabytes
                raise Halted("memory", where=_where(stop), megabytes=most)
            values = stand_ins.Values(arrays)
            value = values.container(told["value"])
            self.pairs = {
                frozenset(id(arrays[number(i)]) for i in pair)
                for pair in told["overlaps"]
            }
            names = problem.arrays()
            return Outcome(
                value,
                Exception(text(told["raised"])) if told["raised"] else None,
                [one_of(n, names) for n in told["changed"]],
                {line_of(n): values.leaf(v) for n, v in told["seen"].items()
                 if line_of(n) == n},
                stop,
                text(told["called"]),
                [(one_of(a, names), one_of(b, names)) for a, b in told["mistaken"]],
                told["loops"] is not False,
            )  # fmt: skip

    def overlap(self, a, b):
        """Return whether two arrays that it returned overlapped in memory."""
        return a is b or frozenset((id(a), id(b))) in self.pairs

    def _stop(self, told, cell=None):
        """Return where it stopped; in a notebook the line is that of a cell."""
        cell = cell or self.cell
        line = told["line"] and number(told["line"])
        if line and cell.name:
            line = f"{line} of {cell.name}"
        why = text(told["why"]).strip() or "no reason is known"
        return Stop(line, text(told["text"]), line_of(text(told["target"])), why,
                    text(told["kind"]))  # fmt: skip

    def _halted(self, told, cell=None):
        """Return the exception of a stop before the function could be judged."""
        stop = self._stop(told["halted"], cell)
        if told["late"] is True:
            return self._late(stop)
        why = stop.why + "." * (stop.why[-1] not in "?.")
        missing = stop.kind in ("ModuleNotFoundError", "ImportError")
        return Halted("import" if missing else "exception", where=_where(stop), why=why)

    def _late(self, stop):
        """Return the exception of a program whose time was up at a line."""
        seconds = self.options.seconds
        if stop.line is None:
            return Halted("time", seconds=seconds)
        helper = re.search(r" \(line \d+, in [^()]+\)$", stop.why)
        where = _where(stop).rstrip(",") + (helper[0] if helper else "")
        return Halted("time, at", where=where, seconds=seconds)

    @contextlib.contextmanager
    def _checked(self):
        """Whatever a forged reply makes go wrong is that."""
        try:
            yield
        except Halted:
            raise
        except Exception as error:
            raise Halted("end, forged") from error

    def _asked(self, problem, **asked):
        arrays = problem.arrays()
        del arrays["a0"]
        held = BytesIO()
        asked["seconds"] = self.pipe.left
        np.savez(held, asked=np.array(json.dumps(asked)), **arrays)
        self.pipe.widen(np.asarray(a).nbytes for a in arrays.values())
        self.pipe.send(held.getvalue())
        told, arrays = self.pipe.reply()
        if "halted" in told:
            with self._checked():
                raise self._halted(told)
        return told, arrays


def _where(stop):
    """Return the place of a stop as the tutor says it: "line 3, `x = 1`,"."""
    return (
        describe(stop._replace(why="."))
        .removeprefix("Your ")
        .removesuffix(" stopped: .")
    )


@functools.cache
def level():
    """Return how well this machine can keep a program apart; it is tried once."""
    return next((name for name in LEVELS[:-1] if possible(name)), LIMITS)


@functools.cache
def possible(name):
    """Return whether a level is possible here: a child is really run."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if name == USER and not root:
        return False
    cell = Cell("", "<trial>", "def backward(params, acts, y):\n    return ()")
    trial = Program("backward", statements(cell, cell.tree()))
    try:
        with Isolated(trial, Options(), name):
            return True
    except (Halted, GraderStopped, OSError, ValueError):
        return False
