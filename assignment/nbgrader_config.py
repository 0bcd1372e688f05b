"""The course as nbgrader sees it: lies in the course's folder, above source/."""

from mlpnotes.grading.hosts.nbgrader import configure

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "mlpnotes"
c.ClearSolutions.code_stub = {"python": ""}  # the stubs stand in the source
c.ClearSolutions.text_stub = ""
configure(c, "grading.toml")
