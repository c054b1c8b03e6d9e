"""Options of the compiler: what it does not know is left out, and results are the same."""

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jevons.model import device
from jevons.model.device import compiler_options


@pytest.fixture
def asked_anew() -> Iterator[None]:
    compiler_options.cache_clear()
    yield
    compiler_options.cache_clear()


def test_what_the_compiler_does_not_know_is_left_out(
    monkeypatch: pytest.MonkeyPatch, asked_anew: None
) -> None:
    known = {"xla_cpu_enable_fast_math": False}
    monkeypatch.setattr(device, "OPTIONS", known | {"xla_cpu_think_harder": True})
    assert compiler_options() == known


def test_sums_are_the_same_with_the_options(asked_anew: None) -> None:
    values = np.random.default_rng(5).random((35, 1000), np.float32)

    def fleet(values: jax.Array) -> jax.Array:
        return (values * jnp.exp(-values)).sum(0)

    plain, ours = jax.jit(fleet), jax.jit(fleet, compiler_options=compiler_options())
    np.testing.assert_allclose(plain(values), ours(values), rtol=1e-6)
