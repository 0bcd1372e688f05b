"""How a student's function wants to be called: in one of two forms, or by its names."""

import contextlib
import inspect
from typing import NamedTuple

from .names import role_of

FORMS = {"notes": ("params", "acts", "y"), "course": ("X", "y", "params", "l2")}
EXPECTED = {"notes": "(params, acts, y)", "course": "(data, labels, params, reg)"}


class Plan(NamedTuple):
    """How to call a function, and what it should return."""

    form: str  # "notes": sums over the batch; "course": finished gradients
    arguments: tuple = ()  # (parameter, role) pairs, if it is called by its names
    keyword: str = ""  # the course's penalty, if it goes by name only
    called: str = ""  # the call in words, if not one of the two forms
    refusal: str = ""  # why it cannot be called


def plans(backward, form=None):
    """Return the plans that fit the function's signature, the likeliest first."""
    forms = [form] if form else list(FORMS)
    try:
        signature = inspect.signature(backward)
    except (TypeError, ValueError):
        return [Plan(f) for f in forms]
    stars = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
    named = [p for p in signature.parameters.values() if p.kind not in stars]
    if [p.name for p in named][2:3] == ["params"]:
        forms.reverse()
    fitting = [p for p in (_positional(signature, f) for f in forms) if p]
    takes = ", ".join(p.name for p in named)
    expected = " or ".join(EXPECTED[f] for f in FORMS if f in forms)
    refusal = Plan(forms[0], refusal=f"it takes ({takes}), expected {expected}")
    return _by_name(backward, named, form, fitting) or fitting or [refusal]


def _by_name(backward, named, form, fitting):
    """Return the plan for a function whose parameters are all recognised."""
    roles = {p.name: role_of(p.name) for p in named if p.kind is not p.POSITIONAL_ONLY}
    known = tuple((name, role) for name, role in roles.items() if role)
    order = tuple(role for _, role in known)
    needed = tuple(roles.get(p.name) for p in named if p.default is p.empty)
    if None in needed or "y" not in order or len(set(order)) < len(order):
        return []
    for p in fitting:
        if p.form == "course" and order == FORMS["course"]:
            return [p]
        if p.form == "notes" and needed == FORMS["notes"]:
            as_ours = tuple(name for name, _ in known[:3]) == FORMS["notes"]
            return [p] if as_ours else [Plan("notes", known[:3])]
    name = getattr(backward, "__name__", "")
    name = name if name.isidentifier() else "backward"
    called = f"{name}({', '.join(f'{n}=…' for n, _ in known)})"
    finished = form or ("course" if "l2" in order else "notes")
    return [Plan(finished, known, called=called)]


def _positional(signature, form):
    """Return the plan to call in one of the two forms, or None if it does not fit."""
    only = [p.name for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
    keyword = only[0] if form == "course" and only else ""
    places = len(FORMS[form]) - bool(keyword)
    with contextlib.suppress(TypeError):
        signature.bind(*[0] * places, **({keyword: 0} if keyword else {}))
        return Plan(form, keyword=keyword)
