"""Loads a student's program, calls its function, and answers."""

import io
import json
import linecache
import marshal
import os
import sys
import time
import types

import calling
import numpy as np
import sending
from calling.arrays import Activations, Params, Problem
from calling.signature import Plan
from calling.source import code_of
from calling.stopping import stopped
from timing import OutOfTime, until


def answer(requests, replies):
    """Answer what is asked until the other end closes."""
    reply(replies, {"ready": os.getpid()})
    function, trouble = load(marshal.loads(take(requests)))
    reply(replies, trouble)
    while request := take(requests):
        with np.load(io.BytesIO(request), allow_pickle=False) as held:
            asked = json.loads(str(held["asked"]))
            problem = Problem(
                Params(*(held[n] for n in Params._fields)),
                Activations(*(held[n] for n in Activations._fields)),
                held["y"], float(held["l2"]),
            )  # fmt: skip
        try:
            with until(time.monotonic() + asked["seconds"]):
                tree, arrays = asked_for(function, asked, problem)
        except BaseException as error:  # as KeyboardInterrupt
            reply(replies, halted(error, code_of(function)))
            continue
        reply(replies, tree, arrays)


def asked_for(function, asked, problem):
    """Return the tree and the arrays of an answer."""
    if asked["do"] == "plan":
        plan = calling.plan(function, asked["form"], problem)
        return {"plan": plan._asdict()}, ()
    plan = Plan(**asked["plan"])
    outcome = calling.call(function, plan, problem, asked["watch"])
    return sending.packed(outcome, [*problem.arrays().values()])


def load(program):
    """Run the statements; return the function, and what went wrong."""
    scope = types.ModuleType(program["module"])
    sys.modules[program["module"]] = scope
    for file, text in program["files"]:
        lines = io.StringIO(text, None).readlines()  # at the ends that Python knows
        linecache.cache[file] = len(text), None, lines, file
    end = time.monotonic() + program["seconds"]
    for i, code in enumerate(program["codes"]):
        try:
            with until(end), calling.quiet():
                exec(code, vars(scope))
        except BaseException as error:
            return None, halted(error, code) | {"statement": i}
    function = vars(scope).get(program["function"])
    if not callable(function):
        return None, {"kind": sending.name_of(function)}
    code = code_of(function)
    return function, {"file": code.co_filename if code else ""}


def halted(error, code):
    """Return what is told of an exception that ends all, and of where it did."""
    stop = sending.plain(stopped(error, code)._asdict())
    return {"halted": stop, "late": isinstance(error, OutOfTime)}


def take(pipe):
    """Return what is asked next, b"" if nothing is."""
    start = exactly(pipe, 8)
    return exactly(pipe, int.from_bytes(start, "little")) if start else b""


def exactly(pipe, size):
    """Return so many bytes, or b"" if there are no more."""
    data = bytearray()
    while len(data) < size:
        more = os.read(pipe, min(size - len(data), 1 << 20))
        if not more:
            return b""
        data += more
    return bytes(data)


def reply(pipe, tree, arrays=()):
    """Send a tree and its arrays as .npz, the length first."""
    file = io.BytesIO()
    text = json.dumps(tree).encode()
    np.savez(file, *arrays, tree=np.frombuffer(text, np.uint8))
    data = file.getvalue()
    data = len(data).to_bytes(8, "little") + data
    while data:
        data = data[os.write(pipe, data) :]
