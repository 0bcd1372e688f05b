"""What a class can choose: the points, the form, the networks, the limits."""

import dataclasses
import datetime
import functools
import hashlib
import pathlib
import tomllib

from mlpnotes.checks import check_count, check_number, short
from mlpnotes.grading.reports.sentences import replaced
from mlpnotes.tutor import Form, diagnose
from mlpnotes.tutor.mistakes import EQUATIONS

LATENESS = ("deadline", "late", "late-costs")
PACKAGE = pathlib.Path(__file__).parents[1]
DAY = "a day and a time, such as 2026-12-01 23:59"


@dataclasses.dataclass(frozen=True)
class Options:
    """How submissions are marked; all is checked when it is made.

    Attributes
    ----------
    points : tuple of eleven float
        What each line is worth, in the order of the program.
    form : Form, str or None
        What is to be returned: see `mlpnotes.tutor.diagnose`.
    function : str
        The function's name; "" for the one of a submission that can be called.
    sizes : tuple of five int
        B, n0, n1, n2, K of the first network.
    hint : {1, 2}
        How much the feedback tells; the third step would give the answer away.
    seconds, megabytes : int
        What a submission may use.
    deadline : datetime or None
        Files that were changed later are late; a time without a zone is local.
    late_list : frozenset of str
        Students who are late whatever their file says.
    late_costs : float
        The part of the points that a late submission loses, from 0 to 1.
    seed : int or None
        Of the networks; by default it is drawn when the grading begins.
    jobs : int
        How many submissions are marked at once; 0 for one on each core.
    sentences : dict
        Sentences of the reports that replace the English ones: see
        ``mlpnotes.grading.reports.sentences.replaced``.

    Raises
    ------
    TypeError, ValueError
        If one of them is something else: the sentence names it.
    """

    points: tuple = (1,) * 11
    form: object = None
    function: str = ""
    sizes: tuple = (7, 6, 5, 4, 3)
    hint: int = 2
    seconds: int = 10
    megabytes: int = 1024
    deadline: object = None
    late_list: frozenset = frozenset()
    late_costs: float = 0.0
    seed: int | None = None
    jobs: int = 0
    sentences: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if not isinstance(self.points, tuple | list) or len(self.points) != 11:
            held = isinstance(self.points, tuple | list)
            got = f"{len(self.points)} numbers" if held else short(self.points)
            raise ValueError(
                f"points are {got}, expected eleven, for {', '.join(EQUATIONS)}"
            )
        for name, worth in zip(EQUATIONS, self.points, strict=True):
            check_number(worth, f"points of {name}", 0)
        if sum(self.points) == 0:
            raise ValueError("points are all 0, expected one that is more")
        if not (isinstance(self.function, str) and f"_{self.function}".isidentifier()):
            raise ValueError(f"function is {short(self.function)}, expected a name")
        if type(self.hint) is not int or self.hint not in (1, 2):
            raise ValueError(
                f"hint is {short(self.hint)}, expected 1 or 2: "
                "a third would give the answer away"
            )
        check_count(self.seconds, "seconds", 1)
        check_count(self.megabytes, "megabytes", 64)
        check_count(self.jobs, "jobs", 0)
        check_number(self.late_costs, "late-costs", 0, most=1)
        if self.deadline is not None and type(self.deadline) is not datetime.datetime:
            raise TypeError(f"deadline is {short(self.deadline)}, expected {DAY}")
        if self.late_costs and not (self.deadline or self.late_list):
            raise ValueError(
                f"late-costs is {self.late_costs}, but nobody can be late: "
                "expected a deadline or a late list too"
            )
        if self.seed is not None:
            check_count(self.seed, "seed", 0)
        if not isinstance(self.sentences, dict):
            raise TypeError(f"sentences is {short(self.sentences)}, expected a table")
        replaced(self.sentences)
        diagnose(_nothing, form=self.form, sizes=self.sizes)  # raises as it does later

    @classmethod
    def of(cls, table):
        """Return the options of a table, as a TOML file holds it.

        Parameters
        ----------
        table : dict
            ``points``, ``form`` (a table of ``call``, ``penalty``, ``biases`` and
            ``activation``, or the call's name alone), ``function``, ``sizes``,
            ``hint``, ``seconds``, ``megabytes``, ``deadline``, ``late`` (names, or
            the file that holds them, one a line), ``late-costs``, ``seed``, ``jobs``
            and ``sentences``.

        Raises
        ------
        TypeError, ValueError
            If a key is unknown, or what it holds is something else.
        """
        named = {f.name.replace("_", "-"): f.name for f in dataclasses.fields(cls)}
        named["late"] = named.pop("late-list")
        _check_keys(table, named, "")
        made = {named[key]: held for key, held in table.items()}
        made |= {k: tuple(v) for k, v in made.items() if isinstance(v, list)}
        if "form" in made:
            made["form"] = _form(made["form"])
        if isinstance(made.get("deadline"), str):
            made["deadline"] = _moment(made["deadline"])
        if "late_list" in made:
            made["late_list"] = _late(made["late_list"])
        return cls(**made)

    @classmethod
    def read(cls, path, lateness=True):
        """Return the options in a TOML file.

        Parameters
        ----------
        path : Path
        lateness : bool
            Whether what is in it of lateness counts: where another system counts the
            days, or one's own file is checked, it does not.

        Raises
        ------
        ValueError
            If it cannot be read or holds something else: the sentence names the file.
        """
        table = read_table(path, lateness)
        try:
            return cls.of(table)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from None

    def digest(self, seed):
        """Return the SHA-256 of all that a mark depends on beside the file."""
        marks = (self.points, self.form, self.function, self.sizes, self.hint)
        limits = (self.seconds, self.megabytes)
        text = repr((written(PACKAGE), marks, limits, seed))
        return hashlib.sha256(text.encode()).hexdigest()


@functools.cache
def written(package):
    """Return the SHA-256 of the tutor and the grading, as they are written."""
    made = hashlib.sha256()
    for part in ("grading", "tutor"):
        for path in sorted((package / part).rglob("*.py")):
            text = path.read_bytes()
            made.update(f"{path.relative_to(package).as_posix()} {len(text)} ".encode())
            made.update(text)
    return made.hexdigest()


def read_table(path, lateness=True):
    """Return what a TOML file of options holds, for `Options.of`.

    A late list that it names is sought from where the file lies.

    Raises
    ------
    ValueError
        If it cannot be read, or is no TOML.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}: it is no UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is no TOML file: {error}") from None
    if isinstance(table.get("late"), str):
        table["late"] = str(path.parent / table["late"])
    return {k: v for k, v in table.items() if lateness or k not in LATENESS}


def _nothing(params, acts, y):
    """Stand for a student's function while the options are checked."""


def _check_keys(table, known, where):
    for key in table:
        if key not in known:
            names = ", ".join(sorted(known))
            raise ValueError(f"{where}{key} is no option, expected one of {names}")


def _form(held):
    if isinstance(held, str):
        held = {"call": held}
    if not isinstance(held, dict):
        if isinstance(held, Form) or held is None:
            return held
        raise TypeError(f"form is {short(held)}, expected a table such as [form]")
    names = [field.name for field in dataclasses.fields(Form)]
    _check_keys(held, names, "form.")
    return Form(**held)


def _moment(text):
    try:
        if len(text) > len("2026-12-01"):
            return datetime.datetime.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"deadline is {short(text)}, expected {DAY}")


def _late(held):
    if isinstance(held, str):
        try:
            lines = pathlib.Path(held).read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            raise ValueError(
                f"late is {held!r}, expected a file of names, one a line: {why}"
            ) from None
        held = [line.strip() for line in lines if line.strip()]
    if not isinstance(held, tuple | list) or any(type(n) is not str for n in held):
        raise TypeError(f"late is {short(held)}, expected a list of names, or a file")
    return frozenset(held)
