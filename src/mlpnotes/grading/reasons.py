"""Why a submission could not be run: a key, what it is filled with, a sentence."""

from mlpnotes.grading.reports.sentences import SENTENCES


class Reason(str):
    """The English sentence of a reason; reports say it in the teacher's.

    Parameters
    ----------
    key : str
        As in ``SENTENCES["reason.<key>"]``.
    **held : str or int
        What the sentence's fields are.
    """

    def __new__(cls, key, **held):
        """Make the sentence."""
        self = super().__new__(cls, SENTENCES[f"reason.{key}"].format(**held))
        self.key, self.held = key, held
        return self

    def __getnewargs_ex__(self):
        return (self.key,), self.held


class Halted(Exception):  # noqa: N818 - it is told, not reported
    """A submission cannot be run, or went too far, for a `Reason`."""

    def __init__(self, key, **held):
        self.reason = Reason(key, **held)
        super().__init__(self.reason)


class GraderStopped(RuntimeError):  # noqa: N818
    """The grader's own failure, through no fault of the submission's."""
