"""The command ``mlpnotes``: ``grade`` a class's submissions, ``check`` your own."""

import os
import sys

from mlpnotes.grading import arguments
from mlpnotes.grading.finding.collect import RefusedError
from mlpnotes.grading.home import check, watch
from mlpnotes.grading.many import grade
from mlpnotes.grading.reports.discreet import in_one

INTERRUPTED, CUT_OFF = 130, 141  # as shells say it


def main(argv=None):
    """Run the command.

    Parameters
    ----------
    argv : list of str, optional
        By default what the shell gave.

    Returns
    -------
    int
        0 if all were graded or the checked file is right, 1 if it is not, 2 for
        something that cannot be done, 130 after Ctrl-C, 141 if nobody reads on.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # names may have letters that it lacks
            stream.reconfigure(errors="backslashreplace")
    given = arguments.parser().parse_args(argv)
    try:
        options = arguments.options(given)
    except (TypeError, ValueError) as error:
        return _refuse(given, error)
    try:
        if given.command == "check":
            return 0 if (watch if given.watch else check)(given.file, options) else 1
        grade(given.submissions, given.out, options, say=_say, progress=True)
        return 0
    except (RefusedError, RuntimeError) as error:
        return _refuse(given, error)
    except BrokenPipeError:  # of head, or a pager that was left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_OFF
    except OSError as error:
        return _refuse(given, f"{error.filename or 'a file'}: {error.strerror}")
    except KeyboardInterrupt:
        if given.command == "grade":
            _say("stopped: what is graded stays, the same command goes on")
        return INTERRUPTED


def _refuse(given, error):
    said = in_one(str(error), arguments.LONGEST)
    print(f"mlpnotes {given.command}: {said}", file=sys.stderr)
    return 2


def _say(sentence):
    from tqdm import tqdm

    tqdm.write(in_one(sentence, arguments.LONGEST), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
