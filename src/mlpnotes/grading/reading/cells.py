"""The code of a file: one piece of a .py, one of each code cell of a notebook."""

import ast
import codecs
import io
import json
import re
import tokenize
from typing import NamedTuple

from mlpnotes.grading.reasons import Halted

LARGEST = 20_000_000  # bytes; a notebook may hold pictures
LONGEST = 200_000  # characters of code; a backward pass takes a thousand
NESTED = 400_000  # lists and objects of a notebook, which take memory
CODECS = ("idna", "punycode")  # of names in the net; they take long
MAGIC = re.compile(r"\s*(%{1,2}[a-zA-Z]|!|\?)|\s*[\w.]+\?{1,2}\s*$|[\w, ]+=\s*[%!]\w")
TIMERS = ("%%time", "%%capture", "%%prun", "%%memit")  # what follows is Python


class Cell(NamedTuple):
    """A piece of code whose lines are counted by themselves."""

    name: str  # "cell 3", counting the code cells; "" in a .py
    file: str  # what tracebacks call it
    source: str

    def place(self, line):
        """Return where a line is: "line 7" or "cell 3, line 2"."""
        return f"{self.name}, line {line}" if self.name else f"line {line}"

    def text(self, line):
        """Return a line as it is written."""
        lines = self.source.split("\n")
        return lines[line - 1].strip()[:100] if line and line <= len(lines) else ""

    def tree(self):
        """Return the statements.

        Raises
        ------
        Halted
            If it is no Python; it names the line.
        """
        try:
            return ast.parse(self.source, self.file).body
        except SyntaxError as error:
            raise self.no_python(error) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise Halted("syntax, no tree", error=error) from None

    def no_python(self, error):
        """Return the exception that says where and why this is no Python."""
        where = self.place(error.lineno or 1)
        code = self.text(error.lineno or 1)
        where = where[0].upper() + where[1:]
        if not code:
            return Halted("syntax, elsewhere", place=where, error=error.msg)
        return Halted("syntax", place=where, code=code, error=error.msg)


def cells(path):
    """Return the cells of a .py or .ipynb.

    Raises
    ------
    Halted
        If it cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Halted("file, large")
        data = path.read_bytes()
    except OSError as error:
        raise Halted("file, unread", error=error.strerror) from None
    notebook = path.suffix.lower() == ".ipynb"
    if not notebook and len(data) > 4 * LONGEST:
        raise Halted("file, long")
    texts = _of_notebook(data) if notebook else [_text(data)]
    if sum(map(len, texts)) > LONGEST:
        raise Halted("file, long")
    if not notebook:
        return [Cell("", "<program>", *texts)]
    return [
        Cell(f"cell {i}", f"<cell {i}>", _python(text))
        for i, text in enumerate(texts, 1)
    ]


def _text(data):
    """Return a program's text in the encoding that it declares."""
    stream = io.BytesIO(data)
    try:
        encoding, _ = tokenize.detect_encoding(stream.readline)
        if codecs.lookup(encoding).name in CODECS:
            raise LookupError
        text = data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        raise Halted("file, encoding") from None
    return _lines(text.removeprefix("\ufeff"))


def _lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _of_notebook(data):
    """Return the texts of the code cells of a notebook of nbformat 3 or 4."""
    try:
        if data.count(b"[") + data.count(b"{") > NESTED:
            raise ValueError
        held = json.loads(data.decode("utf-8-sig"))
        sheets = held.get("worksheets", [held])
        code = [
            cell.get("source", cell.get("input", ""))
            for sheet in sheets for cell in sheet["cells"]
            if cell["cell_type"] == "code"
        ]  # fmt: skip
        return [_lines(c if isinstance(c, str) else "".join(c)) for c in code]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Halted("file, notebook") from None


def _python(text):
    """Return a cell with what only IPython understands made comments."""
    lines = text.split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(TIMERS):
        return "\n".join(f"# {line}" for line in lines)
    try:
        ast.parse(text)
    except SyntaxError:
        return "\n".join(re.sub(r"^(\s*)", r"\1pass  # ", line) if MAGIC.match(line)
                         else line for line in lines)  # fmt: skip
    except (ValueError, RecursionError, MemoryError):
        pass  # said when it is needed
    return text
