"""Submissions that mean harm, by what they do; each is a file's text."""

from programs import ELEVEN, program

RIGHT = "import numpy as np\n" + program("eleven")


def first(code):
    """Return a right submission that does something when its file is run."""
    body = "".join(f"    {line}\n" for line in code.splitlines())
    return f"import os, sys, time, signal\nif True:\n{body}    done = 1\n" + (
        RIGHT.replace("W1, b1", "done; W1, b1", 1)
    )


def inside(code, back=None):
    """Return a submission whose function does something before its lines."""
    return "import numpy as np\nimport os, sys, time, signal\n" + program(
        "eleven", start=code, back=back
    )


EVERY_FD = """for fd in range(3, 64):
    try:
        os.write(fd, {})
    except OSError:
        pass"""
STUBBORN = """for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
    signal.signal(s, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
FORGED = """import io, json
def sent(tree):
    file = io.BytesIO()
    np.savez(file, tree=np.frombuffer(json.dumps(tree).encode(), np.uint8))
    data = file.getvalue()
    return len(data).to_bytes(8, "little") + data
"""
BOMB = """import io, zipfile
file = io.BytesIO()
with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("tree.npy", bytes(50_000_000))
data = file.getvalue()
data = len(data).to_bytes(8, "little") + data
"""
PICKLE = """import pickle
class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/mlpnotes-pickle",)
data = pickle.dumps(Evil())
data = len(data).to_bytes(8, "little") + data
"""
LIAR = """class Liar(np.ndarray):
    def __eq__(self, other):
        return True
    def __array__(self, *a, **k):
        return np.ones(self.shape)
    def __array_ufunc__(self, *a, **k):
        return 0.0
    def __array_function__(self, *a, **k):
        return True
    def __sub__(self, other):
        return np.zeros(self.shape)
"""
EVIL = """class Evil:
    __slots__ = ()
    def __repr__(self):
        raise SystemExit
    def __getattr__(self, name):
        raise KeyboardInterrupt
    __class__ = property(lambda self: 1 / 0)
    def __iter__(self):
        while True:
            pass
"""
ZEROS = "return " + ", ".join(f"0 * {n}" for n in ELEVEN)
SEARCH = """import gc
found = [
    o for o in gc.get_objects()
    if type(o).__name__ in ("Diagnosis", "Known", "Judge", "Gradients")
]
frame = sys._getframe()
while frame:
    found += [v for n, v in frame.f_locals.items() if n in ("truth", "expected")]
    frame = frame.f_back
"""

# what it does: its text, its points (None: any), what it is told
ENDS = {
    "exits at once": (first("os._exit(0)"), "ended Python before"),
    "exits in the function": (inside("os._exit(0)"), "ended Python before"),
    "sys.exit at once": (first("sys.exit(0)"), "it ends Python"),
    "raises KeyboardInterrupt": (inside("raise KeyboardInterrupt"), "Keyboard"),
    "loops at once": (
        first("while os: pass"), "1 s, and was then at line 3, `while os: pass`. Is"
    ),
    "loops without end": (
        inside("while True: pass"), "1 s, and was then at line 7, `while True: pass`."
    ),
    "loops and catches all": (inside(STUBBORN), "more than 1 s"),
    "sleeps": (inside("time.sleep(1000)"), "then at line 7, `time.sleep(1000)`. Is"),
    "waits in a helper": (
        "import time\n\n\ndef wait():\n    time.sleep(99)\n\n\n"
        "def backward(params, acts, y):\n    return wait()\n",
        "then at line 9, `return wait()` (line 5, in wait). Is",
    ),
    "catches what stops it": (
        inside("try:\n    time.sleep(99)\nexcept BaseException: time.sleep(99)"),
        "more than 1 s.",
    ),
    "goes on when its time is up": (
        inside("try:\n    time.sleep(99)\nexcept BaseException: pass"), "than 1 s.",
    ),
    "stops with another error then": (
        inside("try:\n    time.sleep(99)\nexcept BaseException: 1 / 0"), "than 1 s.",
    ),
    "goes on at once": (
        first("try:\n    time.sleep(99)\nexcept BaseException: pass"), "than 1 s.",
    ),
    "loops, called with whatever": (
        "def backward(*given):\n    while True:\n        pass\n", "then at line ",
    ),
    "has a line that is none to Python": (
        "def backward(params, acts, y):\n    s = '\u2028'  # \x85\n    while s: pass\n",
        "at line 3, `while s: pass`.",
    ),
    "stops itself": (inside("os.kill(os.getpid(), signal.SIGSTOP)"), "more than 1 s"),
    "allocates 100 GB": (inside("big = np.ones(10**11, 'u1')"), "more than 300 MB"),
    "allocates bit by bit": (
        inside("held = []\nwhile True: held.append(bytearray(1 << 20))"),
        "more than 300 MB",
    ),
    "kills itself": (inside("os.kill(os.getpid(), 9)\ntime.sleep(9)"), ""),
    "writes garbage": (inside(EVERY_FD.format("b'garbage!' * 99")), "far too much"),
    "sends a zip bomb": (
        inside(BOMB + EVERY_FD.format("data")), "did not send back",
    ),
    "sends a pickle": (inside(PICKLE + EVERY_FD.format("data")), "did not send back"),
    "forges a reply": (
        inside(FORGED + EVERY_FD.format("sent({'plan': {'form': 'x'}, 'outcome': 1})")),
        "did not send back",
    ),
    "forges deep JSON": (
        inside(FORGED.replace("json.dumps(tree)", "tree")
               + EVERY_FD.format("sent('[' * 900000)")),
        "did not send back",
    ),
    "closes all pipes": (inside("os.closerange(3, 64)\ntime.sleep(9)"), ""),
    "crashes": (inside("import ctypes\nctypes.string_at(0)"), "crashed Python"),
}  # fmt: skip
NOTHING = {
    "imports mlpnotes": inside("import mlpnotes", "return mlpnotes.backward(*_)"),
    "imports mlpnotes first": first("import mlpnotes"),
    "looks for the right numbers": inside(f"{SEARCH}return found"),
    "replaces NumPy's functions": inside(
        "np.allclose = np.array_equal = lambda *a, **k: True\nnp.abs = np.max = "
        "lambda *a, **k: 0.0", ZEROS,
    ),
    "replaces what calls it": inside(
        "for m in list(sys.modules.values()):\n"
        "    for n in ('call', 'packed', '_same', 'close'):\n"
        "        if hasattr(m, n): setattr(m, n, lambda *a, **k: True)", ZEROS,
    ),
    "writes results.json": inside(
        "open('results.json', 'w').write('{\"score\": 11}')", ZEROS
    ),
    "writes to /autograder": inside(
        "open('/autograder/results/results.json', 'w').write('1')", ZEROS
    ),
    "forks without end": inside("while True: os.fork()", ZEROS),
    "starts a daemon": inside("import subprocess\nsubprocess.Popen(['sleep', '1000'], "
                              "start_new_session=True)", ZEROS),
    "starts threads": inside("import threading\nwhile True: threading.Thread("
                             "target=time.sleep, args=[1000]).start()", ZEROS),
    "fills the disk": inside("for i in range(10**6):\n"
                             "    open(f'f{i}', 'wb').write(bytes(10**8))", ZEROS),
    "lies as an array": "import numpy as np\n" + LIAR + program(
        "eleven", back=ZEROS.replace(", ", ").view(Liar), (").replace(
            "return ", "return (") + ").view(Liar)"),
    "an object without truth": inside(f"{EVIL}return Evil()"),
    "eleven such objects": inside(f"{EVIL}return [Evil()] * 11"),
    "a million deep": inside("deep = []\nfor _ in range(10**6): deep = [deep]",
                             "return [deep] * 11"),
    "a huge text": inside("", "return ['x' * 10**8] * 11"),
    "keys of huge texts": inside(
        "return {'x' * 10**7 + str(i): 1 for i in range(9)}"
    ),
    "a huge integer": inside("", "return [10**(10**5)] * 11"),
    "calls within calls": inside("def f(): return f()\nreturn f()"),
    "a generator": inside("return (i for i in range(11))"),
}  # fmt: skip
RIGHT_ALL_THE_SAME = {
    "right": RIGHT,
    "prints a gigabyte": inside("for _ in range(100): print('x' * 10**7)"),
    "writes a gigabyte": inside(
        "for _ in range(500):\n    os.write(1, bytes(10**6))\n"
        "    os.write(2, bytes(10**6))"
    ),
    "handles signals": inside("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                              "signal.alarm(60)"),
}  # fmt: skip
SOCKETS = """import socket
socket.create_connection(("127.0.0.1", {port}), timeout=1).send(b"x")"""
PARENT = "os.kill(os.getppid(), signal.{})\nwhile True: pass"
EVERYBODY = inside("os.kill(-1, 9)\ntime.sleep(9)")

WRAPPED = """def wrapped(f):
    def inner(params, acts, y):
        return f(params, acts, y)
    return inner"""
# what is unusual: the cells of a notebook, and what its author is told first
CELLS = {
    "another name": (
        ["import numpy as np", "def mine(params, acts, y):\n    dz3 = 1 / 0",
         "backward = mine"],
        "Your line 2 of cell 2, `dz3 = 1 / 0`, stopped: ",
    ),
    "wrapped": (
        ["x = 1", WRAPPED, "@wrapped\ndef backward(params, acts, y):\n    while 1: x"],
        "Your program took more than 1 s, and was then at line 3 of cell 2, "
        "`return f(params, acts, y)`",
    ),
}  # fmt: skip
