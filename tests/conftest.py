import matplotlib.font_manager  # noqa: F401  builds its cache here, not inside a cell
import numpy as np
import pytest

from mlpnotes import init_params, one_hot


@pytest.fixture
def rng():
    return np.random.default_rng(2021)


@pytest.fixture
def problem(rng):
    """Return params, X and y with B, n0, n1, n2, K all different."""
    B, n0, n1, n2, K = 7, 6, 5, 4, 3
    params = init_params(n0, n1, n2, K, rng=rng)
    params = params._replace(
        b1=rng.normal(size=n1), b2=rng.normal(size=n2), b3=rng.normal(size=K)
    )
    return params, rng.normal(size=(B, n0)), one_hot(rng.integers(K, size=B), K)


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Serve the built site."""
    from chromium import served

    with served(tmp_path_factory.mktemp("host")) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    from chromium import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser):
    """Return a function that opens an address and notes what goes wrong."""
    from chromium import opener

    with opener(browser) as open_page:
        yield open_page
