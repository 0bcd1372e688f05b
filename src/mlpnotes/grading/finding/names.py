"""Names of students as names of folders: safe on every system, and distinct."""

import hashlib
import re
import unicodedata

from mlpnotes.grading.reports.discreet import in_one

LONGEST = 80  # letters of a folder's name
LONGEST_NAME = 5000  # and of a path: all that systems take
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
UNSAFE = re.compile(r'[<>:"/\\|?*;]')
FORMULA = ("=", "+", "-", "@")


def readable(name):
    """Return a file's name as text that can be written and compared.

    Letters are composed: macOS keeps an umlaut as a letter and two dots. Bytes that
    are no UTF-8 become a mark, and so does what would act on a terminal.
    """
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return in_one(unicodedata.normalize("NFC", text), LONGEST_NAME)


def seen(name):
    """Return a name without what is not seen of it, and with single spaces."""
    shown = (c for c in name if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFC", "".join(shown)).split())


def same(name):
    """Return what spellings of one name have in common."""
    return seen(name.casefold())


def is_formula(text):
    """Return whether a spreadsheet may take a text for a formula.

    What is not seen before a letter, and how wide that is, makes no difference.
    """
    seen = (c for c in text if unicodedata.category(c)[0] not in "ZCM")
    return unicodedata.normalize("NFKC", next(seen, "")).startswith(FORMULA)


def folder_names(wished):
    """Return a folder's name for each key.

    Parameters
    ----------
    wished : dict
        By the key, a tuple of str, the name that the folder is to have.

    Returns
    -------
    dict
        A name that is safe is kept. One that is not, or that differs from an earlier
        one in nothing that every system shows, gets the start of the key's SHA-256,
        so that it is the same next time. A key that is written as it is wished comes
        before one that is only shown so.
    """
    names = {}
    taken = set()
    for key in sorted(wished, key=lambda key: ("_".join(key) != wished[key], key)):
        name = _safe(wished[key])
        if name != wished[key] or same(name) in taken:
            text = "/".join(key)
            mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            name = f"{name}-{mark[:8]}"
        taken.add(same(name))
        names[key] = name
    return names


def _safe(key):
    text = "".join(
        "_" if UNSAFE.match(c) or unicodedata.category(c) in ("Cc", "Cs", "Co") else c
        for c in key
    )
    text = text.strip(" .")[:LONGEST].strip(" .") or "student"
    while len(text.encode()) > 2 * LONGEST:
        text = text[:-1].rstrip(" .")
    return f"_{text}" if RESERVED.fullmatch(text) or is_formula(text) else text
