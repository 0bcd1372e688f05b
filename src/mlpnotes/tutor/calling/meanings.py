"""What Python and NumPy say when a line stops, in words for a beginner."""

# what Python or NumPy says -> what it means; \1 is the first group
MEANINGS = {
    r"ufunc 'bitwise_xor' not supported": "a power is written **, not ^",
    r"^name 'np' is not defined": "the name np is not defined: import numpy as np",
    r"cannot access local variable '(\w+)'": r"\1 is used before it has a value",
    r"truth value of an array": "an array is asked for one truth value, as by if, "
    "and, max: compare entry by entry, by (z > 0), np.where or np.maximum",
    r"only .*arrays can be converted to": "an array was given to a function of a "
    "single number, such as math.exp: take np.exp",
    r"'axis' is an invalid keyword argument for (\w+)\(\)": r"\1 is Python's own: "
    r"write np.\1 for arrays",
    r"unexpected keyword argument 'dim'": "NumPy's word for dim is axis",
    r"unexpected keyword argument 'keepdim'": "NumPy's word for keepdim is keepdims",
    r"ufunc '(\w+)' output from dtype\('(\w+)'\) to dtype\('(\w+)'\)": r"\1 in place "
    r"would have to store \2 in an array of \3: write a new array instead",
    r"'(?:builtin_function_or_method|method|function|numpy.ufunc)'": "a function "
    "stands where an array should: is it to be called, with parentheses?",
}
KINDS = {
    "NotImplementedError": "this part is still to be written",
    "RecursionError": "too many calls within calls, as when a function calls itself",
    "SystemExit": "it ends Python, as exit() does",
    "AssertionError": "its own assert does not hold",
}
