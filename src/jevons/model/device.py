"""What compiled code is given: arrays made by NumPy, and options of the compiler."""

from functools import cache

import jax
import numpy as np
from numpy.typing import ArrayLike, DTypeLike

# Of the compiler for processors: whole registers, and no library for sums over a few rows, whose
# threads get in the way of ours. Together they nearly halve the chain's time on two threads.
OPTIONS: dict[str, int | str] = {
    "xla_cpu_prefer_vector_width": 512,
    "xla_cpu_experimental_ynn_fusion_type": "",
}


@cache
def compiler_options() -> dict[str, int | str]:
    """Those of :data:`OPTIONS` that the compiler at hand knows, for ``jax.jit``."""
    return {name: value for name, value in OPTIONS.items() if _known(name, value)}


def _known(name: str, value: int | str) -> bool:
    try:
        jax.jit(lambda one: one, compiler_options={name: value})(np.float32(1))
    except jax.errors.JaxRuntimeError:
        return False
    return True


def on_device(values: ArrayLike, dtype: DTypeLike = np.float32) -> jax.Array:
    """The values on the device that computes, in single precision if nothing else is said.

    NumPy makes them, because JAX compiles its own conversions and slices.

    >>> on_device([1.0, 2.0]).dtype
    dtype('float32')
    """
    array: jax.Array = jax.device_put(np.asarray(values, dtype))
    return array
