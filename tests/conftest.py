import os
import tempfile

import numpy as np
import pytest

from mlpnotes import init_params, one_hot


def pytest_configure(config):
    """Give nbval's kernels the environment of the book's."""
    if config.option.nbval:
        import kernels

        folder = tempfile.TemporaryDirectory()
        config.add_cleanup(folder.cleanup)
        env = kernels.environment(folder.name)
        for name in os.environ.keys() - env:
            del os.environ[name]
        os.environ.update(env)


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
