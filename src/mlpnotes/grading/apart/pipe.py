"""What goes to a submission's process and comes from it, in time and within limits."""

import contextlib
import os
import queue
import threading
import time

from mlpnotes.grading.apart.launching import GONE, Process
from mlpnotes.grading.apart.replies import Odd, number, parsed
from mlpnotes.grading.reasons import GraderStopped, Halted

GRACE = 1  # second in which a program whose time is up may say where it is
START = 60  # seconds for Python and NumPy, before anything of the student's runs
ENDS = {  # by how the process ended
    0: "end", -9: "end, watch", 128 + 9: "memory, killed", 128 + 11: "end, crashed",
}  # fmt: skip
ROOM = 64_000_000  # bytes of a reply, and some more if the networks are large


class Pipe:
    """A process that has been started, and the pipes to it and from it.

    Parameters
    ----------
    level : str
        How it is kept apart.
    options : Options
        Of which seconds and megabytes count here.

    Attributes
    ----------
    left : float
        The seconds that are left for all replies to come; then it is asked where it is.

    Raises
    ------
    GraderStopped
        If Python does not start there.
    """

    def __init__(self, level, options):
        self.options = options
        self.left, self.rest, self.room = START, b"", ROOM
        self.process = Process(level, options.seconds, options.megabytes)
        self.arrived = queue.Queue(64)
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        try:
            ready, _ = self.reply()
            self.process.pid = number(ready["ready"])
        except (Halted, Odd, KeyError) as error:
            self.close()
            raise GraderStopped("Python does not start where it is apart") from error
        except BaseException:
            self.close()
            raise

    def close(self):
        """End the process, and wait until nobody is left who could write to us."""
        self.process.kill()
        end = time.monotonic() + GONE
        while self.listener.is_alive() and time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                self.arrived.get(timeout=0.01)
        self.process.close()

    def widen(self, sizes):
        """Take replies to arrays of these sizes in bytes."""
        self.room = ROOM + 40 * sum(sizes)

    def send(self, data):
        """Send, without waiting for a program that does not read."""
        data = len(data).to_bytes(8, "little") + data
        pipe = self.process.popen.stdin.fileno()

        def write():
            with contextlib.suppress(OSError):
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(pipe, rest) :]

        threading.Thread(target=write, daemon=True).start()

    def _listen(self):
        """Take what is sent, b"" at its end."""
        pipe, more = self.process.popen.stdout.fileno(), True
        while more:
            try:
                more = os.read(pipe, 1 << 18)
            except OSError:
                more = b""
            self.arrived.put(more)

    def reply(self):
        """Return the tree and the arrays of what comes next."""
        start = time.monotonic()
        try:
            size = int.from_bytes(self._exactly(8, start), "little")
            if size > self.room:
                raise Halted("end, flood")
            data = self._exactly(size, start)
        finally:
            self.left -= time.monotonic() - start
        try:
            told, arrays = parsed(data)
            if not isinstance(told, dict):
                raise Odd
        except Odd as odd:
            raise Halted("end, forged") from odd
        return told, arrays

    def _exactly(self, size, start):
        data = bytearray(self.rest)
        while len(data) < size:
            left = self.left + GRACE - (time.monotonic() - start)
            try:
                more = self.arrived.get(timeout=max(left, 0.01))
            except queue.Empty:
                raise Halted("time", seconds=self.options.seconds) from None
            if not more:
                raise self._ended()
            data += more
        self.rest = bytes(data[size:])
        return bytes(data[:size])

    def _ended(self):
        """Return the exception that says how the process ended."""
        try:
            code = self.process.popen.wait(GONE)
        except Exception:
            return Halted("end, pipe")
        if code == 128 + 24:
            return Halted("time, computing", seconds=self.options.seconds)
        if code in ENDS:
            return Halted(ENDS[code])
        return Halted("end, code", code=code)
