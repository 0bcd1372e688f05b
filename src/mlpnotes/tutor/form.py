"""What a class agrees on: the form of the function, the penalty, the activation."""

import dataclasses
from typing import NamedTuple

from mlpnotes.checks import short
from mlpnotes.tutor.activations import activation_of


class Convention(NamedTuple):
    """A penalty: how it is written in the loss, and the coefficient of its gradient."""

    loss: str
    written: str
    coefficient: object  # of lambda and of B, the size of the batch


CONVENTIONS = {
    "2λ": Convention("λ‖{P}‖²", "2λ", lambda l2, B: 2 * l2),
    "λ": Convention("λ/2 ‖{P}‖²", "λ", lambda l2, B: l2),
    "λ/m": Convention("λ/(2B) ‖{P}‖²", "λ/B", lambda l2, B: l2 / B),
}
CALLS = ("notes", "course")


@dataclasses.dataclass(frozen=True)
class Form:
    """The conventions of a class, for `diagnose`.

    Each default is what the notes have. The equations keep the numbers of the notes;
    where a form departs from them, a message says so: (30) with tanh.

    Parameters
    ----------
    call : {None, "notes", "course"}
        Which form the function has, ``backward(params, acts, y)`` with sums over the
        batch, or ``backward_pass(data, labels, params, reg)`` with means and a
        penalty. With None its parameters decide.
    penalty : {"2λ", "λ", "λ/m"}
        What the course's form adds to a mean: 2 lambda W for a loss with
        lambda * norm(W)**2, as in (55); lambda W for one with half of that; and
        lambda / m W, m the size of the batch, for one with lambda / (2m). The letter
        may be spelled: "2lambda", "lambda", "lambda/m".
    biases : bool
        Whether the biases are penalised too, with the same coefficient.
    activation : {"sigmoid", "tanh", "relu"}
        Of both hidden layers.

    Raises
    ------
    TypeError
        If biases is neither True nor False.
    ValueError
        If another one is none of these; or if call is "notes" and there is a choice of
        the penalty or biases: sums over the batch have none, so it would be lost.

    Examples
    --------
    >>> Form(penalty="lambda/m", activation="tanh")
    Form(call=None, penalty='λ/m', biases=False, activation='tanh')
    """

    call: str | None = None
    penalty: str = "2λ"
    biases: bool = False
    activation: str = "sigmoid"

    def __post_init__(self):
        if not (self.call is None or _is_one(self.call, CALLS)):
            raise ValueError(
                f'call is {short(self.call)}, expected None, "notes" or "course"'
            )
        penalty = self.penalty
        if isinstance(penalty, str):
            penalty = penalty.replace("lambda", "λ")
        if not _is_one(penalty, CONVENTIONS):
            raise ValueError(
                f'penalty is {short(self.penalty)}, expected "2λ", "λ" or "λ/m" '
                '(or "2lambda", "lambda", "lambda/m")'
            )
        object.__setattr__(self, "penalty", penalty)
        if not isinstance(self.biases, bool):
            raise TypeError(f"biases is {short(self.biases)}, expected True or False")
        activation_of(self.activation)
        if self.call == "notes" and (penalty != "2λ" or self.biases):
            what = "biases is True" if self.biases else f'penalty is "{penalty}"'
            raise ValueError(
                f'{what}, but call is "notes": sums over the batch have no penalty. '
                'Leave one of the two out, or take call="course"'
            )

    @classmethod
    def of(cls, value):
        """Return what is given as ``form=``, None, "notes" or "course", as a Form.

        Raises
        ------
        ValueError
            If it is something else.
        """
        if isinstance(value, cls):
            return value
        if value is None or _is_one(value, CALLS):
            return cls(value)
        raise ValueError(
            f'form is {short(value)}, expected "notes" or "course", or a Form'
        )

    def called(self, call):
        """Return the form of a function that has this one of the two."""
        if call == "notes":  # without a penalty
            return Form("notes", activation=self.activation)
        return dataclasses.replace(self, call=call)

    @property
    def function(self):
        """The activation, with its numbers and words."""
        return activation_of(self.activation)

    def penalises(self, name):
        """Return whether (55) adds something to this array, of dW3, db3 ..."""
        wanted = name[1] == "W" or (name[1] == "b" and self.biases)
        return self.call == "course" and wanted

    @property
    def convention(self):
        """The penalty, with its numbers and words."""
        return CONVENTIONS[self.penalty]

    def coefficient(self, l2, B):
        """Return what multiplies W in the gradient, for this lambda and batch."""
        return self.convention.coefficient(l2, B)

    def departs(self, name):
        """Return what is to be said after the number of a line's equation, or ""."""
        other = name[:2] == "dz" and name != "dz3" and self.activation != "sigmoid"
        return f" with {self.function.word}" if other else ""

    def finish(self, name):
        """Return how (55), by which this array is finished, is cited."""
        others = [self.convention.written] * (self.penalty != "2λ")
        others += ["biases"] * (name[1] == "b" and self.biases)
        return "(55)" + f" with {' and '.join(others)}" * bool(others)


def _is_one(value, names):
    return isinstance(value, str) and value in names
