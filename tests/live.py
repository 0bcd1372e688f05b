"""The pages that run: what their tests share."""

import json
import os

import pytest
from bring import RUNTIME, SITE

LIVE = SITE / "_static" / "live"
REQUIRED = os.environ.get("LIVE") == "required"

needs_live = pytest.mark.skipif(
    not (LIVE / RUNTIME).exists() and not REQUIRED,
    reason="the site holds no Python (make live): no page runs, nothing to test",
)


def live_pages():
    """Return the names of the pages that run, once the site has what that takes."""
    if not (LIVE / RUNTIME).exists():
        return []
    found = sorted(LIVE.glob("cells/*.json"))
    return [path.stem for path in found if is_live(path)]


def is_live(path):
    return not json.loads(path.read_text("utf-8")).get("why")
