"""The pages that run: what their tests share."""

import json
import os

import pytest
from bring import RUNTIME, SITE

LIVE = SITE / "_static" / "live"
NONE = "no page runs"

needs_live = pytest.mark.live  # conftest asks demand_live before each such test


def demand_live():
    """Skip the test that has no Python to run, or fail where it must be there.

    All are skipped here, so that pytest counts them in one line.
    """
    if (LIVE / RUNTIME).exists():
        return
    if os.environ.get("LIVE") == "required":
        pytest.fail("LIVE=required, and the site holds no Python: make live", False)
    pytest.skip("test_live*.py: the site holds no Python (make live), no page runs")


def live_pages():
    """Return the names of the pages that run, or of none: the test then tells why."""
    found = sorted(LIVE.glob("cells/*.json")) if (LIVE / RUNTIME).exists() else []
    return [path.stem for path in found if is_live(path)] or [NONE]


def is_live(path):
    return not json.loads(path.read_text("utf-8")).get("why")
