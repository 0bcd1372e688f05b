"""What is the same wherever another system calls the grader and counts what is late."""

import secrets

from mlpnotes.grading.options import Options
from mlpnotes.grading.reports.sentences import replaced
from mlpnotes.grading.worker import attempt


class Grader:
    """Marks single files by a class's options.

    Parameters
    ----------
    path : Path or None
        A TOML file of options; without one they are as they come. What is in it of
        lateness is for ``mlpnotes grade`` alone.

    Attributes
    ----------
    options : Options
    sentences : mapping
        For the reports.

    Raises
    ------
    ValueError
        If the file does not hold options.
    """

    def __init__(self, path=None):
        there = path is not None and path.is_file()
        self.options = Options.read(path, lateness=False) if there else Options()
        self.sentences = replaced(self.options.sentences)

    def __call__(self, path, **known):
        """Return the entry of a file, marked on networks that nobody can foresee."""
        seed = self.options.seed
        return attempt(
            path, self.options, secrets.randbelow(2**32) if seed is None else seed,
            **known,
        )  # fmt: skip
