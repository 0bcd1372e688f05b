"""What is known while the lines are judged: our arrays, and the student's own."""

import copy

import numpy as np

from mlpnotes.network import Gradients
from mlpnotes.tutor.form import Form
from mlpnotes.tutor.mistakes.lines import LINES

PARAMETERS = ("dW3", "db3", "dW2", "db2", "dW1", "db1")


def layer(name):
    """Return the layer of a line."""
    return int(name[-1])


def kind(name):
    """Return the kind of a line, by which the tables know it."""
    return name if name == "dz3" else name[:2]


def source(name):
    """Return the line that this one is made of: da2 for dz2, dz2 for dW2."""
    if name == "dz3":
        return ""
    if name[:2] == "dz":
        return f"da{layer(name)}"
    return f"dz{layer(name) + (name[:2] == 'da')}"


def after(name):
    """Return the lines that are made of this one, directly or not."""
    made = [name]
    for line in Gradients._fields:
        if source(line) in made:
            made.append(line)
    return made[1:]


class Known:
    """What is known while the lines are judged.

    Attributes
    ----------
    form : Form
        With the call that the function has.
    c : dict of str to ndarray
        Every array by name, and the form. A gradient is the student's own as soon as
        it is judged, before that the right one; dW and db are sums over the batch.
    truth : dict of str to ndarray
        What is right all the way.
    """

    def __init__(self, problem, form, single=False):
        self.form, self.B = Form.of(form), len(problem.y)
        self.sizes = problem.sizes()
        self.c = problem.arrays() | {"a3": problem.acts.y_hat, "form": self.form}
        single = single or problem.y.dtype == np.float32
        self.tolerance = 2e-4 if single else 1e-9
        for name in Gradients._fields:
            self.c[name] = self.line(name)
        self.truth = {name: self.c[name] for name in Gradients._fields}

    def given(self, **arrays):
        """Return the same with other arrays in place of some."""
        other = copy.copy(self)
        other.c = self.c | arrays
        return other

    def line(self, name, **changed):
        """Return what a line would be, given the arrays before it."""
        return LINES[kind(name)](self.c | changed, layer(name))

    def is_finished(self, name):
        """Return whether this array is to be returned with 1/B and the penalty."""
        return self.form.call == "course" and name in PARAMETERS

    def summands(self, name):
        """Return the size of what a line adds up."""
        c = {n: np.abs(a) for n, a in self.c.items() if isinstance(a, np.ndarray)}
        return np.abs(self.line(name, **c)).max() if name in PARAMETERS else 0.0

    def penalty(self, name):
        """Return what (55), in the class's form, adds to this array."""
        if not self.form.penalises(name):
            return 0.0
        return self.coefficient * self.c[name[1:]]

    @property
    def coefficient(self):
        """What multiplies a parameter in its penalty: 2 lambda."""
        return self.form.coefficient(self.c["l2"], self.B)

    def finished(self, name, g):
        """Return an array as it is to be returned: (55) in the course's form."""
        return g / self.B + self.penalty(name) if self.is_finished(name) else g

    def unfinished(self, name, array):
        """Return the sum over the batch of which a finished array is made."""
        if not self.is_finished(name) or np.shape(array) != self.truth[name].shape:
            return array
        return (array - self.penalty(name)) * self.B

    def close(self, array, reference, scale=0.0):
        """Return whether two arrays agree to rounding, by the largest entry.

        ``scale`` is the size of what was added up, if the sum may cancel.
        """
        if np.shape(array) != np.shape(reference) or not np.isfinite(reference).all():
            return False
        scale = max(np.abs(reference).max(initial=0), 1e-3 * scale)
        return bool(np.abs(array - reference).max(initial=0) <= self.tolerance * scale)

    def is_right(self, name, array):
        """Return whether an array is right all the way."""
        return self.close(array, self.finished(name, self.truth[name]))

    def powerless(self, name, g):
        """Return "" or why nothing can be told from what is made of this array."""
        truth = self.truth[name]
        largest = np.abs(g).max(initial=0)
        if largest <= self.tolerance * np.abs(truth).max():
            return "all zeros"
        if g.size > 1 and np.ptp(g) <= self.tolerance * largest < np.ptp(truth):
            return "the same number everywhere"
        return ""

    def is_tiny(self, name, array):
        """Return whether an array is zero but for rounding, beside the right one."""
        largest = np.abs(self.truth[name]).max()
        return np.abs(array).max(initial=0) <= 1e-3 * self.tolerance * largest

    def idle(self, name, array):
        """Return whether an array tells nothing: zeros, a number, what was given."""
        if self.powerless(name, array):
            return True
        if name not in PARAMETERS:
            return False
        if self.powerless(name, self.unfinished(name, array)):
            return True
        P = self.c[name[1:]]
        return self.close(array, np.vdot(P, array) / np.vdot(P, P) * P)
