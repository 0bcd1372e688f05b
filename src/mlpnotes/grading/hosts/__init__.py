"""Marking within nbgrader, Gradescope and otter-grader."""
