"""Whether what a diagnosis says is true, by the numbers that a program computes.

The program's statements run here one by one, so that all its arrays are known,
those that it does not return as well.
"""

import contextlib
import re

import numpy as np
from programs import ELEVEN, SIX, row, statements

from mlpnotes import sigmoid, softmax
from mlpnotes.tutor import Form
from mlpnotes.tutor.mistakes import HYPOTHESES, LINES
from mlpnotes.tutor.mistakes.factors import name_factor
from mlpnotes.tutor.mistakes.penalties import PENALTIES, name_penalty
from mlpnotes.tutor.problems import equal_problem, make_problem


def same(a, b):
    """Return whether two arrays agree to rounding, NaN and infinity too."""
    if np.shape(a) != np.shape(b):
        return False
    a, b = np.asarray(a), np.asarray(b)
    there = np.isfinite(b)
    if not np.array_equal(a[~there], b[~there], equal_nan=True):
        return False
    error = np.abs(a[there] - b[there]).max(initial=0)
    return bool(error <= 1e-8 * np.abs(b[there]).max(initial=0))


def kind(name):
    return name if name == "dz3" else name[:2]


def made(name, c):
    """Return what a line makes of the arrays c, or None if they do not fit."""
    with contextlib.suppress(ValueError, KeyError, AttributeError, TypeError):
        return LINES[kind(name)](c, int(name[-1]))


class Facts:
    """All arrays of a program: ``c`` before and ``got`` after its end, and ours."""

    def __init__(self, problem, form, changed, end=None, like=Form(), **scope):  # noqa: B008
        self.form, self.sizes, self.l2 = form, problem.sizes(), problem.l2
        self.B = self.sizes["B"]
        self.like = like.called("course" if form == "course" else "notes")
        given = problem.arrays() | {"a3": problem.acts.y_hat}
        self.ours = {}
        for name in ELEVEN:
            self.ours[name] = made(name, given | self.ours | {"form": self.like})
        scope |= {n: np.copy(a) for n, a in given.items()} | dict(
            np=np, sigmoid=sigmoid, softmax=softmax, B=self.B
        )
        scope |= {"l2": problem.l2 if form == "course" else 0.03}
        self.stopped, self.c = False, given | self.ours | {"form": self.like}
        with np.errstate(all="ignore"), contextlib.suppress(Exception):
            self.stopped = True
            for name, code in statements(form, changed, end, like).items():
                if name == "end":
                    self.c |= {n: np.asarray(scope[n]) for n in ELEVEN}
                exec(code, scope)
            self.stopped = False
        self.got = {n: np.asarray(scope[n]) for n in ELEVEN if n in scope}
        for n, g in self.got.items():
            if n[1] == "b" and g.shape == (1, *self.ours[n].shape):
                self.got[n] = g[0]
        if self.stopped and "db1" not in self.got:
            self.c |= self.got
        self.returned = ELEVEN if form == "eleven" else SIX

    def finished(self, name, g):
        """Return a sum over the batch as this form returns it."""
        if self.form != "course" or name not in SIX or g is None:
            return g
        times = {"2λ": 2, "λ": 1, "λ/m": 1 / self.B}[self.like.penalty]
        penalised = name[1] == "W" or self.like.biases
        penalty = times * self.l2 * self.c[name[1:]] if penalised else 0
        return g / self.B + penalty if g.shape == self.ours[name].shape else g / self.B

    def holds(self, name, g):
        """Return whether a line is g, or at a stage of it where the program stopped."""
        stages = [self.finished(name, g)]
        if self.stopped and g is not None:
            stages += [g, g / self.B]
        got = self.got.get(name, np.nan)
        return any(s is not None and same(got, s) for s in stages)

    def first(self):
        """Return the first line that is not what its own earlier arrays give."""
        wrong = [n for n in ELEVEN if not self.holds(n, made(n, self.c))]
        return next((n for n in wrong if not self.harmless(n)), None)

    def harmless(self, name):
        """Return whether a ReLU was taken early in a line that is not returned."""
        if self.form == "eleven" or name[:2] != "da" or self.stopped:
            return False
        right, dz = self.c | {name: made(name, self.c)}, f"dz{name[-1]}"
        made_of = [made(dz, c) for c in (self.c, right)]
        return all(a is not None for a in made_of) and same(*made_of)

    def misshapen(self):
        """Return whether a line cannot be used for the later ones: ours is, then."""
        return any(g.shape != self.ours[n].shape for n, g in self.got.items())

    def views(self, name):
        """Yield the arrays by which a line may be judged; of hidden ones also ours."""
        yield self.c
        if self.form == "eleven" and not self.misshapen():
            return
        yield self.c | {n: g for n, g in self.ours.items() if n not in SIX}
        for n in (f"dz{name[-1]}", f"da{name[-1]}"):
            if n in ELEVEN and n != name and (g := made(n, self.c)) is not None:
                yield with_line(self.c, n, g)

    def chains(self, name, names, c):
        """Yield an array for each way in which mistakes of these names make one."""
        right, c = made(name, c), c | {"got": self.c[name]}
        if right is None:
            return
        yield right, set(names)
        known = [h for h in HYPOTHESES if kind(name) in h.lines.split()]
        known = [h for h in known if not h.of or self.like.activation in h.of.split()]
        rows = [h for h in known if h.name in names]
        for h in rows:
            with contextlib.suppress(Exception):  # sizes that do not fit
                value = np.asarray(h.wrong(c, int(name[-1]), right))
                yield value, set(names) - {h.name}
                for then in rows:
                    if then.then and then is not h:
                        both = np.asarray(then.wrong(c, int(name[-1]), value))
                        yield both, set(names) - {h.name, then.name}
        if self.form != "eleven" and name in SIX:  # the mistake is in a hidden line
            for n in (f"dz{name[-1]}", f"da{name[-1]}"):
                for value, left in self.chains(n, names, c) if n in ELEVEN else ():
                    view = with_line(c, n, value)
                    if len(left) < len(names) and (g := made(name, view)) is not None:
                        yield g, left

    def gives(self, name, names, c):
        """Return whether the named mistakes, and all of them, give this array."""
        got = self.got.get(name, np.nan)
        if names == ("zero",):
            g = got if self.form != "course" else self.c[name]
            return np.abs(g).max() < 1e-12 * np.abs(self.ours[name]).max()
        return any(
            np.shape(value) == np.shape(got)
            and (left <= self.ending(name, value) or (not left and same(got, value)))
            for value, left in self.chains(name, names, c)
        )

    def ending(self, name, value):
        """Return the names of a factor and of a penalty that lead to what is there."""
        got, found, P = self.got[name], set(), self.c.get(name[1:])
        course = self.form == "course" and name in SIX
        penalised = name[1] == "W" or self.like.biases
        bases = [(np.zeros(got.shape), "")]
        if course and np.shape(P) == got.shape:
            bases += [(P, "")] * penalised
            for basis in PENALTIES:
                with contextlib.suppress(ValueError):
                    if name[:2] in basis.lines and basis.penalised == penalised:
                        bases.append((basis.array(self.c, P), basis.name))
        for base, basis in bases:
            columns = np.stack([np.ravel(value), np.ravel(base)], axis=1)
            if not (np.isfinite(columns).all() and np.isfinite(got).all()):
                continue
            (f, beta), *_ = np.linalg.lstsq(columns, np.ravel(got), rcond=None)
            if np.abs(got).max() < 1e-12 * np.abs(self.ours[name]).max():
                return {"zero"}
            if not same(f * value + beta * base, got):
                continue
            for times in {1, self.B if course else 1}:
                for line in {name, "dz"} if course else {name}:
                    f0 = 0 if abs(f) < 1e-12 else f * times
                    found |= set(name_factor(f0, self.sizes, line, times > 1)[0])
            found |= {basis, *(("updated parameter",) if beta > 0.5 else ())}
            if course and penalised and not basis:
                how = self.l2, self.B, P, self.like, name[1]
                found |= set(name_penalty(beta, *how)[0])
        return found


def with_line(c, name, value):
    """Return the arrays c with another one, and dz as it follows from another da."""
    c = c | {name: value}
    if name[:2] == "da":
        c[f"dz{name[-1]}"] = made(f"dz{name[-1]}", c)
    return c if c[f"dz{name[-1]}"] is not None else c | {f"dz{name[-1]}": np.nan}


@np.errstate(all="ignore")
def untrue(found, form, changed, end=None, like=Form(), **scope):  # noqa: B008
    """Return what a diagnosis says of a program and is not so, in a class's form."""
    rng, of = np.random.default_rng(0), {"activation": like.activation}
    problems = make_problem(rng=rng, **of), equal_problem(rng, np.float64, **of)
    facts = [Facts(p, form, changed, end, like, **scope) for p in problems]
    main, complaints = facts["it runs; there" in found.message], []
    first, where = main.first(), found.first_wrong
    if all(main.holds(n, main.ours[n]) for n in main.returned):
        return []  # wrong in other networks only
    fair = {first}
    if form != "eleven":
        layer = [n for n in ELEVEN if n[-1] == first[-1]]
        fair |= {n for n in layer if n not in SIX or not main.holds(n, main.ours[n])}
    if main.stopped and row(found, first).status != "wrong here":  # perhaps unfinished
        fair |= {n for n in ELEVEN if not main.holds(n, made(n, main.c))} | {None}
    if where not in fair:
        complaints.append(f"{where} is the first wrong line, not {first}")
    for r in found.rows:
        if r.status == "right" and not main.holds(r.name, main.ours[r.name]):
            complaints.append(f"{r.name} is right")
        if r.status == "follows" and not any(
            main.holds(r.name, made(r.name, c))
            for c in (*main.views(r.name), *guesses(main, found))
        ):
            complaints.append(f"{r.name} follows")
        alone = r.status == "wrong here" and r.name in main.returned
        if alone and main.holds(r.name, main.ours[r.name]):
            complaints.append(f"{r.name} is wrong")
        if r.hypotheses and not explained(facts, main, found, r):
            complaints.append(f"{r.name} is {', '.join(r.hypotheses)}")
    alike = re.search(r"The same holds for (.*?)\.", found.message)
    for name in re.findall(r"d\w\d", alike[1]) if alike else ():
        if sentence(row(found, name)) != sentence(row(found, where)):
            complaints.append(f"the same holds for {name}")
    return complaints


def sentence(r):
    """Return what is said of a line, without the names of its layer."""
    words = r.detail.replace("The sum over the batch in it", "It")
    return re.sub(r"\(\d+\)|(?<=[Wbaz])\d", "", words)


def explained(facts, main, found, r):
    """Return whether a row's mistakes give the numbers, in either network."""
    if main is facts[1] and main.misshapen():
        return True  # what is hidden cannot be followed
    before = re.findall(r"(?<=[.?] )(d[az]\d) ", r.detail)  # the line of the reason
    for f in facts if r.status != "wrong here" else [main]:
        for name in (before or [r.name]) if r.name in f.got or before else ():
            for c in (*f.views(name), *guesses(f, found)):
                if f.gives(name, r.hypotheses, c):
                    return True
    f, layer = main, (f"dW{r.name[-1]}", f"db{r.name[-1]}")
    return r.name not in f.returned and any(  # a guess that explains what is made of it
        all(
            any(f.holds(n, made(n, c)) or f.gives(n, row(found, n).hypotheses, c)
                for c in (view, f.c))
            for n in layer
        )
        for view in guesses(f, found, r.name)
    )  # fmt: skip


def guesses(facts, found, only=""):
    """Yield the arrays as they would be with what is said of the hidden lines."""
    for r in found.rows:
        if not r.hypotheses or r.name in facts.returned or only not in r.name:
            continue
        for c in facts.views(r.name):
            for value, _ in facts.chains(r.name, r.hypotheses, c):
                view = with_line(c, r.name, value)
                yield view
                dz = f"dz{r.name[-1]}"
                for n in (f"dW{r.name[-1]}", f"db{r.name[-1]}"):
                    g, v = facts.c[n], made(n, view)
                    if np.shape(g) == np.shape(v) and np.any(v):
                        yield view | {dz: np.vdot(v, g) / np.vdot(v, v) * view[dz]}
