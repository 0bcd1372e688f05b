"""What a report may show: nothing that acts on a screen, and no right answer."""

import re
import unicodedata

LINES = (
    "a2.T @ dz3", "dz3.sum(axis=0)", "dz3 @ W3.T", "a1.T @ dz2", "dz2.sum(axis=0)",
    "dz2 @ W2.T", "X.T @ dz1", "dz1.sum(axis=0)",
    *(f"da{k} * {slope.format(a=f'a{k}')}" for k in (2, 1)
      for slope in ("{a} * (1 - {a})", "(1 - {a}**2)", "({a} > 0)")),
)  # fmt: skip
JOINERS = "\u200c\u200d"  # that letters of some scripts, and emoji, are written with
MARKS = 3  # accents that one letter may carry


def _line(code):
    """Return a pattern of a line, spaced and bracketed as one likes."""
    parts = re.findall(r"\w+|\*\*2|\S", code)
    alike = {"-": "[-−]", "*": r"[*·]?", "**2": r"(?:\*\*\s*2|²)"}
    spaced = r"\s*".join(alike.get(p, re.escape(p)) for p in parts)
    return r"(?<![\w.])" + spaced + r"(?!\w|[.\[]\w)"


# but "a2.T @ dz3 is (4, 7) @ (3,)" says what the student wrote
TOLD = re.compile(f"(?:{'|'.join(map(_line, LINES))})(?! is \\()")
IS_TOLD = re.compile(rf"(is|has) (?:{TOLD.pattern})")
# what stands before a shape, and "ŷ − y/B", the student wrote
OWN = r"(?! is \(|/)"
ERROR = rf"(?<!log )(?<![\w.])(?:y_hat|ŷ)\s*[-−]\s*y(?!\w|[.\[]\w){OWN}"
ERRORS = [(re.compile(rf"\|{ERROR}\|"), "the absolute error"),
          (re.compile(rf"\bd = {ERROR}"), "d the error"),
          (re.compile(rf"\({ERROR}\)"), "(error)"),
          (re.compile(ERROR), "the error")]  # fmt: skip
NUMBER = re.compile(r"(got \S+), expected \S+?(?=\.?(\s|$))")


def discreet(text):
    """Return what the tutor says without the right line and without a right number.

    What stands between backticks is the student's own, and stays.

    >>> discreet("It is dz2 @ a1.T: (35) is a1.T @ dz2.")
    'It is dz2 @ a1.T: (35) is another product.'
    >>> discreet("The largest difference is at [0, 1]: got 0.5, expected 0.25.")
    'The largest difference is at [0, 1]: got 0.5.'
    """
    said = text.split("`")
    for i in range(0, len(said), 2):
        said[i] = NUMBER.sub(r"\1", said[i])
        said[i] = TOLD.sub("…", IS_TOLD.sub(r"\1 another product", said[i]))
        for pattern, word in ERRORS:
            said[i] = pattern.sub(word, said[i])
    return "`".join(said)


def _shown(c):
    """Return a character as it may stand in a report."""
    number, category = ord(c), unicodedata.category(c)
    if number < 0x20 or number == 0x7F:
        return chr(0x2421 if number == 0x7F else 0x2400 + number)
    acts = category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and c not in JOINERS
    return f"⟨U+{number:04X}⟩" if acts or number & 0xFFFE == 0xFFFE else c


def clean(text, limit=2000):
    r"""Return a stranger's text such that no character of it acts on what is around.

    Control characters, those of a terminal too, and those that turn the direction
    of writing are shown, not obeyed; a text of more than ``limit`` characters ends
    in "…", and of the accents on one letter three are left.

    >>> clean("a\tb\x1b[31m")
    'a    b␛[31m'
    """
    shown, marks = [], 0
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    for c in text[:limit]:
        marks = marks + 1 if unicodedata.combining(c) else 0
        if marks <= MARKS:
            shown.append(c if c == "\n" else _shown(c))
    return "".join(shown) + "…" * (len(text) > limit)


def in_one(text, limit=200):
    """Return such a text on one line, as a name is."""
    return clean(" ".join(text.split()), limit)
