"""Calling a student's function, and where and why it stopped."""

from mlpnotes.tutor.calling.call import Outcome, call, plan

__all__ = ["Outcome", "call", "plan"]
