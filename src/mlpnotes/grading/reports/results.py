"""One submission as Gradescope's results.json: eleven tests, one for each line."""

from mlpnotes.grading.reports.discreet import in_one
from mlpnotes.grading.reports.feedback import CODE, heading, late, place, status, words
from mlpnotes.grading.reports.page import marked, shown
from mlpnotes.tutor.rows import FOLLOWS, RIGHT


def results(entry, sentences):
    """Return what Gradescope reads, to be written as JSON.

    The scores of the eleven tests are in hundredths and add up to the points of the
    entry, what it lost by coming late included.

    Parameters
    ----------
    entry : Entry
    sentences : mapping
        As `mlpnotes.grading.reports.sentences.SENTENCES`.

    Returns
    -------
    dict
    """
    worth = shared([line.worth for line in entry.lines], entry.worth)
    earned = [entry.factor * line.points for line in entry.lines]
    scores = shared(earned, entry.points, worth)
    each = zip(entry.lines, scores, worth, strict=True)
    return {
        "score": round(entry.points, 2),
        "output": _output(entry, sentences),
        "output_format": "html",
        "test_output_format": "html",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(entry, line, s, w, sentences) for line, s, w in each],
        "extra_data": {
            "first_wrong": entry.first_wrong,
            "isolation": in_one(entry.isolation),
            "late": in_one(entry.late),
        },
    }


def shared(values, total, most=None):
    """Return values in hundredths that add up to the total, each as near as can be.

    Parameters
    ----------
    values : list of float
    total : float
    most : list of float, optional
        What no value is to exceed, as long as the total allows it.

    Returns
    -------
    list of float

    Examples
    --------
    >>> shared([1 / 3, 1 / 3, 1 / 3], 1)
    [0.34, 0.33, 0.33]
    """
    cents = [int(100 * v + 1e-6) for v in values]
    room = [100] * len(cents) if most is None else [round(100 * m) for m in most]
    order = sorted(
        range(len(cents)),
        key=lambda i: (cents[i] >= room[i], cents[i] - 100 * values[i], i),
    )
    missing = round(100 * total) - sum(cents)
    for i in order[: max(missing, 0)]:
        cents[i] += 1
    return [c / 100 for c in cents]


def _output(entry, sentences):
    message, remarks, notes = words(entry, sentences)
    texts = filter(None, [message, late(entry, sentences), *remarks, *notes])
    title = heading(entry, sentences)
    above = [f"<h4>{shown(title)}</h4>"] if title else []
    return "\n".join([*above, *(f"<p>{marked(text)}</p>" for text in texts)])


def _test(entry, line, score, worth, sentences):
    first = line.name == entry.first_wrong
    verdict = shown(status(line, sentences))
    verdict = f"<strong>{verdict}</strong>" if first else verdict
    parts = [f"<p>{verdict}</p>"]
    if first:
        parts.append(f"<p>{marked(words(entry, sentences)[0])}</p>")
    if line.place:
        parts.append(f"<p>{shown(place(line, sentences))}</p>")
    if line.code:
        parts.append(f"<pre><code>{shown(line.code.strip(), CODE)}</code></pre>")
    whole = line.points >= line.worth > 0 and not entry.reason
    passed = whole or line.status in (RIGHT, FOLLOWS)
    return {
        "name": f"{line.name} ({line.equation})",
        "name_format": "text",
        "number": str(line.equation),
        "score": score,
        "max_score": worth,
        "status": "passed" if passed else "failed",
        "output": "\n".join(parts),
        "output_format": "html",
        "visibility": "visible",
    }
