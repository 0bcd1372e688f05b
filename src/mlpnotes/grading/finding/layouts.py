"""Whose a file is, by where it lies: as Gradescope, Moodle and nbgrader lay it."""

import re
from pathlib import Path
from typing import NamedTuple

from mlpnotes.grading.finding.names import readable

MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_(?:file|onlinetext)(?:[_.].*)?")
GRADESCOPE = re.compile(r"submission_(\d+)")
PROGRAMS = (".py", ".ipynb")
METADATA = "submission_metadata.yml"
INSTEAD = "the folders' names stand for the students"


class Owner(NamedTuple):
    """Whose a file is.

    ``key`` is the name as the system has it, letter by letter, or what Moodle made of
    one: the name and a number; ``name`` is what is shown, and ``number`` what an
    export tells two of one name apart by, or "".
    """

    key: tuple
    name: str
    number: str = ""


def is_program(parts):
    """Return whether a file's name is that of a program or notebook."""
    return Path(parts[-1]).suffix.lower() in PROGRAMS


def level(files, folders):
    """Return at which part of the paths an owner's name stands, in the whole tree.

    Parameters
    ----------
    files, folders : list of tuple of str
        Paths in parts, from the folder of submissions.

    Returns
    -------
    int
        2 if in each folder there is something as Moodle names it, and no folder or
        program beside that: they are its groups. Else 1: what one student's own folder
        holds decides nothing.
    """
    inner = {p for p in folders if len(p) == 2}
    inner |= {p for p in files if len(p) == 2 and is_program(p)}
    if any(len(p) == 1 and is_program(p) for p in files) or not inner:
        return 1
    whole = {p[0] for p in inner} == {p[0] for p in (*files, *folders) if len(p) > 1}
    return 2 if whole and all(map(exported, inner)) else 1


def exported(parts):
    """Return whether the last of these parts is a name that an export gave.

    Gradescope's folders lie side by side; Moodle's may lie in folders of groups.
    """
    gradescope = len(parts) == 1 and GRADESCOPE.fullmatch(parts[0])
    return bool(gradescope or MOODLE.fullmatch(parts[-1]))


def is_export(files, folders):
    """Return whether all that can be a student's has a name that an export gave."""
    named = {p for p in folders if len(p) == 1}
    named |= {p for p in files if len(p) == 1 and is_program(p)}
    whole = bool(named) and all(map(exported, named))
    return whole or level(files, folders) > 1 or (METADATA,) in files


def owner(parts, level, submitters):
    """Return the `Owner` of a file or folder.

    Parameters
    ----------
    parts : tuple of str
        Its path from the folder of submissions.
    level : int
        At which part the name stands: see `level`.
    submitters : dict
        Of Gradescope's folders, by their names: see `read_submitters`.
    """
    part = parts[min(level, len(parts)) - 1]
    if found := MOODLE.fullmatch(part):
        return Owner(found.groups(), readable(found[1]), found[2])
    name, _ = submitters.get(part, (readable(part), None))
    found = GRADESCOPE.fullmatch(part)
    return Owner((part,), name, found[1] if found else "")


def read_submitters(folder):
    """Return who handed in each folder of a Gradescope export, and when.

    Returns
    -------
    submitters : dict
        By the folder's name: the names, joined, and a datetime or None.
    trouble : str
        A sentence if the file is there and cannot be used, or "".
    """
    file = folder / METADATA
    if not file.is_file():
        return {}, ""
    try:
        import yaml
    except ImportError:
        return {}, f"{METADATA} needs pyyaml: {INSTEAD}"

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        """Reads Ruby's objects as plain tables."""

    def plain(loader, _, node):
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        return None

    Loader.add_multi_constructor("!ruby", plain)
    try:
        with open(file, encoding="utf-8") as text:
            held = yaml.load(text, Loader)
        found = {part: _submitters(known) for part, known in held.items()}
    except (yaml.YAMLError, OSError, ValueError, AttributeError, TypeError):
        return {}, f"{METADATA} is not as expected: {INSTEAD}"
    return {part: known for part, known in found.items() if known[0]}, ""


def _submitters(known):
    people = [p for p in known.get(":submitters") or [] if isinstance(p, dict)]
    names = [str(p.get(":name") or p.get(":email") or "") for p in people]
    when = known.get(":created_at")
    if isinstance(when, dict):
        when = when.get("utc")
    when = when if hasattr(when, "astimezone") else None
    return ", ".join(readable(n) for n in names if n), when
