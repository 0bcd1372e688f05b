"""What the bytecode tells where there is no source, as of programs run by exec."""

import ast
import contextlib
import dis
import sys

from .names import line_of

UNKNOWN = ast.Name("?")


def next_stored(entry):
    """Return the line of the notes that is stored next, "" if that is not sure."""
    constant, found = None, []
    for step in dis.get_instructions(entry.tb_frame.f_code):
        if step.offset < entry.tb_lasti:
            continue
        if step.opname.startswith("STORE_") and step.offset > entry.tb_lasti:
            if step.opname == "STORE_SUBSCR":  # grads["dW3"] or grads["W3"]
                found.append(line_of(constant) or line_of(f"d{constant}"))
            elif step.opname == "STORE_FAST_LOAD_FAST":  # since Python 3.13
                found.append(line_of(step.argval[0]))
            elif step.opname == "STORE_FAST_STORE_FAST":
                found += step.argval
            else:
                found.append(line_of(step.argval))
        elif found or step.opname.startswith(("POP_", "RETURN_", "JUMP", "RESUME")):
            break
        constant = step.argval if step.opname == "LOAD_CONST" else constant
    return found[0] if len(found) == 1 else ""


def expression_at(entry):
    """Return the expression that raised, put together again, or None.

    The parts that are no plain names, constants, attributes, products and calls
    are `UNKNOWN`.
    """
    stack = []
    with contextlib.suppress(IndexError, KeyError, ValueError):
        for step in dis.get_instructions(entry.tb_frame.f_code):
            if step.opname == "UNPACK_SEQUENCE" and step.offset == entry.tb_lasti:
                return ast.Assign([ast.Name("_")], stack[-1])
            if step.is_jump_target:  # reached in two ways
                stack = [UNKNOWN] * len(stack)
            _apply(step, stack)
            if step.offset >= entry.tb_lasti:
                return stack[-1]
    return None


def _apply(step, stack):
    """Do to a stack of expressions what an instruction does to that of values."""
    name, value = step.opname, step.argval
    known = step.opcode >= dis.HAVE_ARGUMENT
    effect = dis.stack_effect(step.opcode, step.arg if known else None, jump=False)
    if name.startswith("LOAD_FAST") and isinstance(value, tuple):
        stack += map(ast.Name, value)
    elif name == "STORE_FAST_LOAD_FAST":
        stack[-1] = ast.Name(value[1])
    elif name.startswith("LOAD_FAST") or name in ("LOAD_DEREF", "LOAD_NAME"):
        stack.append(ast.Name(value))
    elif name == "LOAD_GLOBAL":
        pair = [ast.Name(value), UNKNOWN][:effect]  # a call finds its place for self
        stack += pair if sys.version_info >= (3, 13) else pair[::-1]
    elif name in ("LOAD_CONST", "LOAD_SMALL_INT"):
        stack.append(ast.Constant(value))
    elif name == "UNARY_NEGATIVE":
        stack[-1] = ast.UnaryOp(ast.USub(), stack[-1])
    elif name in ("LOAD_ATTR", "LOAD_METHOD"):
        stack += [ast.Attribute(stack.pop(), value), UNKNOWN][: effect + 1]
    elif name == "BINARY_SUBSCR" or (name == "BINARY_OP" and step.argrepr == "[]"):
        stack[-2:] = [ast.Subscript(*stack[-2:])]
    elif name == "BINARY_OP":
        sign = step.argrepr.removesuffix("=")
        operator = ast.parse(f"_ {sign} _", mode="eval").body.op
        stack[-2:] = [ast.BinOp(stack[-2], operator, stack[-1])]
    elif name == "CALL":
        start = len(stack) - step.arg  # the function, and its object or nothing
        function = [n for n in stack[start - 2 : start] if n is not UNKNOWN]
        called = ast.Call(function[0], stack[start:], []) if function else UNKNOWN
        stack[start - 2 :] = [called]
    elif name != "PRECALL":  # CALL does it all
        stack += [UNKNOWN] * effect
        del stack[len(stack) + min(effect, 0) :]
        if stack and not name.startswith(("STORE_", "POP_", "RESUME", "NOP", "COPY_F")):
            stack[-1] = UNKNOWN
