"""What a name means: of a parameter, a key, an attribute, a local variable."""

import re

from .arrays import Activations, Gradients, Params

# role -> the names, in lower case without underscores, that are taken for it
NAMES = {name: name.lower() for name in (*Params._fields, *Activations._fields)} | {
    "X": "x a0 data input inputs images features xtrain xbatch",
    "y_hat": "yhat a3 probs probabilities output outputs ypred pred predictions",
    "y": "y t label labels target targets ytrue onehot yonehot ytrain ybatch",
    "params": "params parameters weights model theta network net",
    "acts": "acts activations cache caches",
    "l2": "l2 reg lam lambda lambd lmbda weightdecay regularization reglambda penalty",
    "B": "m n batchsize",
}
ROLES = {name: role for role, names in NAMES.items() for name in names.split()}


def plain(name):
    """Return a name in lower case, letters and digits only: dW_3 is dw3."""
    return re.sub("[^a-z0-9]", "", name.lower())


_LINES = {plain(name): name for name in Gradients._fields}


def role_of(name):
    """Return what a parameter, key or attribute of this name holds, or None."""
    return "B" if name == "B" else ROLES.get(plain(name))


def line_of(name):
    """Return the line of the notes that a variable of this name is, or ""."""
    return _LINES.get(plain(name), "") if isinstance(name, str) else ""


class Forgiving:
    """Attributes and keys in any case: ``cache.A1``, ``cache["A1"]``."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name, name=name, obj=self) from None


class Keyed(Forgiving):
    """Lets a named tuple be read by key as well."""

    def __getitem__(self, key):
        if not isinstance(key, str):
            return super().__getitem__(key)
        return self._asdict()[key if key in self._fields else role_of(key) or key]

    def __contains__(self, key):
        return key in self._fields

    def keys(self):
        """Return the names, as a dict does."""
        return self._fields

    def items(self):
        """Return the pairs of name and array, as a dict does."""
        return self._asdict().items()

    def values(self):
        """Return the arrays, as a dict does."""
        return tuple(self)


class KeyedParams(Keyed, Params):
    """The parameters, as a named tuple and by key."""


class KeyedActivations(Keyed, Activations):
    """The activations, as a named tuple and by key."""


class Everything(Forgiving, dict):
    """Parameters and activations in one dict."""

    def __missing__(self, key):
        name = role_of(key) if isinstance(key, str) else None
        if name not in self:
            raise KeyError(key)
        return self[name]
