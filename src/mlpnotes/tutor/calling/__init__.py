"""Calling a student's function, and where and why it stopped.

Nothing here knows what is right, and but for `arrays` nothing here needs mlpnotes:
`mlpnotes.grading` takes this folder along to where a submission runs.
"""

from .call import Caller, Outcome, call, plan, quiet

__all__ = ["Caller", "Outcome", "call", "plan", "quiet"]
