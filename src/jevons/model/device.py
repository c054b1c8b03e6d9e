"""Arrays for compiled code, made by NumPy: JAX compiles its own conversions and slices."""

import jax
import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def on_device(values: ArrayLike, dtype: DTypeLike = np.float32) -> jax.Array:
    """The values on the device that computes, in single precision if nothing else is said.

    >>> on_device([1.0, 2.0]).dtype
    dtype('float32')
    """
    array: jax.Array = jax.device_put(np.asarray(values, dtype))
    return array
