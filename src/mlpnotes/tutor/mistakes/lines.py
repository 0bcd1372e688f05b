"""The lines of the backward pass, and what a row of the table of mistakes is."""

from typing import NamedTuple

from mlpnotes.network import Gradients
from mlpnotes.tutor.form import Form

NOTES = Form()  # the conventions where none are said
NUMBERS = (9, 19, 20, 28, 30, 35, 36, 44, 46, 51, 52)
EQUATIONS = dict(zip(Gradients._fields, NUMBERS, strict=True))


def form_of(c):
    """Return the form that stands among the arrays c."""
    return c.get("form", NOTES)


def through(c, k):
    """Return da times the slope of the activation."""
    da, a = c[f"da{k}"], c[f"a{k}"]
    return da * form_of(c).function.slope(a)


# name -> what it is, given the arrays c and the layer k; the lines of `backward`
LINES = {
    "dz3": lambda c, k: c["y_hat"] - c["y"],
    "da": lambda c, k: c[f"dz{k + 1}"] @ c[f"W{k + 1}"].T,
    "dz": through,
    "dW": lambda c, k: c[f"a{k - 1}"].T @ c[f"dz{k}"],
    "db": lambda c, k: c[f"dz{k}"].sum(axis=0),
}


class Hypothesis(NamedTuple):
    """A mistake: its name, the lines it can be in, what it is, and what it computes.

    ``lines`` lists dz3, da, dz, dW, db. ``hint`` says what kind of mistake it
    is, ``mend`` what to do; names are put for their {a}, {W}, {dz}, {eq} ...
    ``wrong(c, k, right)`` returns the mistaken array, of any shape, from all
    arrays c by name (a0 is X, got the student's), the layer k and the right
    array; an exception in it means that it does not apply. ``then`` tells a row
    that changes ``right``, so it can follow another. ``fits(c, k, right)``
    returns the one unknown that ``wrong`` takes from got, for {fit}, or None. ``of``
    lists the activations with which it is a mistake and the sentence is true, "" all:
    "tanh relu". The form is among the arrays, as c["form"].
    """

    name: str
    lines: str
    hint: str
    wrong: object
    mend: str = ""
    then: bool = False
    fits: object = None
    of: str = ""

    def is_of(self, form):
        """Return whether it is a mistake with the activation of this form."""
        return not self.of or form.activation in self.of.split()


class Layer:
    """The arrays of one line by the names of the notes: v.da is da2 in layer 2."""

    NAMES = {
        "p": "y_hat", "a": "a{k}", "z": "z{k}", "da": "da{k}", "dz": "dz{k}",
        "x": "a{b}", "z_in": "z{b}", "b": "b{k}", "W": "W{k}", "dW": "dW{k}",
        "dz_next": "dz{n}", "da_next": "da{n}", "a_next": "a{n}", "z_next": "z{n}",
        "W_next": "W{n}", "dW_next": "dW{n}", "W_after": "W{f}", "dz_after": "dz{f}",
    }  # fmt: skip

    def __init__(self, c, k, g, fit=None):
        self.c, self.k, self.g, self.fit = c, k, g, fit

    def __getattr__(self, name):
        k = self.k
        name = self.NAMES.get(name, name).format(k=k, b=k - 1, n=k + 1, f=k + 2)
        return self.c[name]

    def slope(self, a):
        """Return the slope of the activation, made of an output."""
        return form_of(self.c).function.slope(a)

    @property
    def penalty(self):
        """What multiplies a parameter in (55)."""
        return form_of(self.c).coefficient(self.l2, len(self.y))

    def other(self, name):
        """Return the array of this name, unless it is the line's own."""
        own = {f"dz{self.k}", f"a{self.k - 1}"}
        return self.c[None if name in own else name]


def fill(text, name, *, it="It", what=None, fit=None, B=None, form=NOTES):
    """Return a hint or a mend with the names of a line, such as dz2, put in.

    ``it`` opens the sentence, ``what`` is the array that a ``then`` row changes
    (what the equation gives, by default), ``fit`` the number found; with B, the
    size of the batch, it is written as a multiple of 1/B if that is shorter. The
    slope is that of the form's activation: {slope} as a factor, {code} as it is typed
    after da *, {its} by itself; {owner} is the sigmoid's.
    """
    if isinstance(fit, float) and abs(fit - 1) < 1e-9:
        text = text.replace("{fit} times ", "")
    k, eq = int(name[-1]), f"({EQUATIONS[name]}){form.departs(name)}"
    x = {1: "X", 2: "a1", 3: "a2"}[k]
    names = {
        "name": name, "eq": eq, "it": it, "what": what or f"what {eq} gives",
        "a": "ŷ" if k == 3 else f"a{k}", "z": f"z{k}", "da": f"da{k}", "dz": f"dz{k}",
        "x": x, "z_in": f"z{k - 1}", "b": f"b{k}", "dW": f"dW{k}", "P": name[1:],
        "a_other": "a1" if k == 2 else "a2", "W_before": f"W{k}", "W": f"W{k + 1}",
        "W_after": f"W{k + 2}", "dW_next": f"dW{k + 1}", "dz_next": f"dz{k + 1}",
        "dz_after": f"dz{k + 2}", "da_next": f"da{k + 1}", "z_next": f"z{k + 1}",
        "a_next": "ŷ" if k == 2 else f"a{k + 1}", "fit": number(fit, B),
    }  # fmt: skip
    return text.format(**names, **_slopes(form, names))


def _slopes(form, names):
    """Return the words for the slope of the form's activation, by their names."""
    f = form.function
    a, x, other = names["a"], names["x"], names["a_other"]

    def of(text, a):
        return text.format(a=a, z=a.replace("a", "z"))  # X has no other name

    code, code_of_x = of(f.code, a), of(f.code, x)
    return {
        "slope": of(f.factor, a), "its": of(f.alone, a), "code": code,
        "slope_of_other": of(f.factor, other), "slope_of_s": of(f.factor, "s"),
        "slope_of_y": of(f.factor, "ŷ"), "slope_of_X": of(f.factor, "X"),
        "in_brackets": _bracketed(code), "x_in_brackets": _bracketed(code_of_x),
        "activation": f.word, "owner": f.owner, "Owner": f.owner[0].upper() + f.owner[1:],
        "sign_of_slope": f.sign.format(a=a, eq=names["eq"]),
        "line": f"{names['da']} * {code}", "gradient": form.finish("dW"),
    }  # fmt: skip


def _bracketed(code):
    return code if code[0] == "(" else f"({code})"


def number(x, B=None):
    """Return a number to four digits, as it is printed: −0.1, or −0.5/B."""
    if x is None or isinstance(x, str):
        return str(x)
    unit = ""
    if B and not _is_short(x) and _is_short(x * B):
        x, unit = x * B, "/B"
    digits = 4 if f"{x:.4g}" not in ("1", "-1") or abs(x) == 1 else 8
    return f"{x:.{digits}g}".replace("-", "−") + unit


def _is_short(x):
    return abs(float(f"{x:.2g}") - x) < 1e-9 * abs(x)


def reshaped(a):
    """Return an array reshaped to the shape of its transpose, if that is another."""
    if a.shape[0] == a.shape[1]:
        raise ValueError("reshaped to its own shape it is the same")
    return a.reshape(a.shape[::-1])


def row(name, lines, hint, wrong, mend="", then=False, of=""):
    """Return a hypothesis whose ``wrong`` is given as a function of a `Layer`."""
    return Hypothesis(
        name, lines, hint, lambda c, k, g: wrong(Layer(c, k, g)), mend, then, of=of
    )


def fitted(name, lines, hint, fits, wrong, mend):
    """Return one whose ``wrong`` uses v.fit, the number that ``fits`` finds."""

    def value(c, k, g):
        fit = fits(Layer(c, k, g))
        return None if fit is None else (fit if isinstance(fit, str) else float(fit))

    def array(c, k, g):
        if (fit := value(c, k, g)) is None:
            raise ValueError("does not apply")
        return wrong(Layer(c, k, g, fit))

    return Hypothesis(name, lines, hint, array, mend, fits=value)
