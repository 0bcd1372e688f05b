"""What the command line takes; a TOML file holds the same by the same names."""

import argparse
from pathlib import Path

import mlpnotes
from mlpnotes.grading.options import Options, read_table
from mlpnotes.grading.reports.discreet import in_one

LONGEST = 5000  # letters of a sentence that is said
FORM = ("call", "penalty", "biases", "activation")
OPTIONS = ("points", "function", "sizes", "hint", "seconds", "megabytes", "deadline")
OPTIONS += ("late", "late-costs", "seed", "jobs")
FLAGS = {'call="course"': "--form course", 'call is "notes"': "--form is notes"}
FLAGS |= {"biases is True": "--penalise-biases is there"}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage."""

    def error(self, message):
        """End with the code 2."""
        self.exit(2, f"{self.prog}: {in_one(message, LONGEST)}\n")


class Command(Parser):
    """Says itself what it does not know, instead of leaving it to its parent."""

    def parse_known_args(self, args=None, namespace=None):
        """Take all, or end with the code 2."""
        known, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return known, rest


def parser():
    """Return the parser of the command."""
    top = Parser(
        prog="mlpnotes",
        description="The backward pass of a three-layer perceptron: grade a class's, "
        "or check your own.",
    )
    top.add_argument("--version", action="version", version=mlpnotes.__version__)
    commands = top.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=Command
    )
    _grade(commands)
    _check(commands)
    return top


def options(arguments):
    """Return the options of the command line and of its TOML file, checked together.

    Raises
    ------
    TypeError, ValueError
        If one is something else: the sentence names it, and the file if the fault is
        there.
    """
    given = {name: held for name, held in vars(arguments).items() if held is not None}
    path = given.get("options")
    lateness = arguments.command == "grade"  # at home, a list of names is not there
    table = read_table(path, lateness) if path else {}
    own = {name: held for name, held in given.items() if name in OPTIONS}
    form = {name: held for name, held in given.items() if name in FORM}
    if form:
        of_file = table.get("form", {})
        of_file = {"call": of_file} if isinstance(of_file, str) else of_file
        own["form"] = of_file | form if isinstance(of_file, dict) else of_file
    try:
        return Options.of(table | own)
    except (TypeError, ValueError) as error:
        if path and _fault(table) == str(error):
            raise type(error)(f"{path}: {error}") from None
        said = str(error)
        for name, words in FLAGS.items():
            said = said.replace(name, words)
        raise type(error)(said) from None


def _fault(table):
    """Return what is wrong with what a file holds, by itself."""
    try:
        Options.of(table)
    except (TypeError, ValueError) as error:
        return str(error)
    return ""


def _grade(commands):
    grade = commands.add_parser(
        "grade",
        help="grade a folder of submissions",
        description="Grade a folder of .py and .ipynb files: flat, one folder for each "
        "student, or as Gradescope, Moodle or nbgrader export them. Each is run apart "
        "from everything else. A rerun grades only what changed, and nothing of a "
        "student's is altered.",
    )
    grade.add_argument("submissions", metavar="SUBMISSIONS", help="the folder")
    grade.add_argument(
        "--out", required=True, metavar="GRADES",
        help="the folder for grades.csv, class.html and the students' feedback",
    )  # fmt: skip
    marks = grade.add_argument_group("marks")
    marks.add_argument(
        "--points", type=_numbers, metavar="1,1,...",
        help="what each of the eleven lines is worth (1 each)",
    )  # fmt: skip
    marks.add_argument(
        "--deadline", metavar='"2026-12-01 23:59"',
        help="files that were changed later are late (local time)",
    )  # fmt: skip
    marks.add_argument(
        "--late", metavar="FILE", help="names of late students, one a line"
    )
    marks.add_argument(
        "--late-costs", dest="late-costs", type=float, metavar="PART",
        help="the part of the points that who is late loses, such as 0.1 (0)",
    )  # fmt: skip
    _shared(grade)
    limits = grade.add_argument_group("limits")
    limits.add_argument(
        "--seconds", type=int, metavar="N", help="time for a submission (10)"
    )
    limits.add_argument(
        "--megabytes", type=int, metavar="N", help="memory for a submission (1024)"
    )
    limits.add_argument(
        "--jobs", type=int, metavar="N",
        help="how many are graded at once (one on each core)",
    )  # fmt: skip


def _check(commands):
    check = commands.add_parser(
        "check",
        help="check your own backward pass",
        description="Say which line of your backward pass is wrong, and how, as the "
        "grading does.",
    )
    check.add_argument("file", metavar="FILE", help="your .py or .ipynb file")
    check.add_argument(
        "--watch", action="store_true", help="check again whenever the file changes"
    )
    _shared(check)


def _shared(command):
    """Add what grading and checking have in common."""
    group = command.add_argument_group("what is expected")
    group.add_argument(
        "--options", type=Path, metavar="FILE.toml", help="a file with any of these"
    )
    group.add_argument(
        "--form", dest="call", choices=("notes", "course"),
        help="how the function is called (by default, its parameters tell)",
    )  # fmt: skip
    group.add_argument(
        "--penalty", metavar="2λ|λ|λ/m",
        help="what the course's form adds to a gradient, times W (2λ); "
        "2lambda, lambda and lambda/m mean the same",
    )  # fmt: skip
    group.add_argument(
        "--penalise-biases", dest="biases", action="store_true", default=None,
        help="biases are penalised, too",
    )  # fmt: skip
    group.add_argument(
        "--activation", choices=("sigmoid", "tanh", "relu"),
        help="of both hidden layers (sigmoid)",
    )  # fmt: skip
    group.add_argument(
        "--function", metavar="NAME",
        help="the function's name (backward, or the only one that fits)",
    )  # fmt: skip
    group.add_argument(
        "--sizes", type=_whole, metavar="B,n0,n1,n2,K",
        help="of the networks it is run on (7,6,5,4,3)",
    )  # fmt: skip
    group.add_argument(
        "--seed", type=int, metavar="N",
        help="of these networks (grade: drawn once; check: 0)",
    )  # fmt: skip
    group.add_argument(
        "--hint", type=int, choices=(1, 2),
        help="1 says where the mistake is, 2 of what kind (2)",
    )  # fmt: skip


def _numbers(text):
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r}, expected numbers with commas between"
        ) from None


def _whole(text):
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r}, expected integers with commas between"
        ) from None
