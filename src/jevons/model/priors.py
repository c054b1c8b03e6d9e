"""The declared inputs of the chain: a distribution, its source, and what the facts make of it.

``priors.toml`` declares every input once. An input whose centre is observable names a rule of
:mod:`jevons.model.anchors`; the rule reads only facts known by the as-of date and replaces the
declared median, while the declared spread stays. Draws come from one stream per input name, so
adding an input leaves the draws of all others unchanged.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import RULES
from jevons.model.reported import Anchor

BLOCK = 4096  # draws that a stream gives at once
GROUP = 32  # names whose draws are made at once outside the chain
Z_90 = 1.2815515655446004  # the standard normal's 90 % point
Draws = jax.Array | np.ndarray
Distribution = Literal["lognormal", "logitnormal", "normal"]


@dataclass(frozen=True, slots=True)
class Prior:
    """One input as declared: quantiles in ``unit``, source, and the rule for its centre.

    A lognormal input may have a ``floor`` that it never reaches, as an overhead of 1 + something.
    """

    name: str
    distribution: Distribution
    p10: float
    median: float
    p90: float
    unit: str
    source: str
    centre: str | None = None
    floor: float = 0.0

    def forward(self, value: float) -> float:
        """Map a value to the scale on which the input is normal."""
        match self.distribution:
            case "lognormal":
                return math.log(value - self.floor)
            case "logitnormal":
                return math.log(value / (1 - value))
            case "normal":
                return value

    @property
    def scale(self) -> float:
        """Standard deviation on the normal scale, from the declared 80 % range."""
        return (self.forward(self.p90) - self.forward(self.p10)) / (2 * Z_90)

    def draw(self, location: Draws | float, normal: Draws) -> jax.Array:
        """Turn standard normal draws into draws of the input, in its unit.

        Args:
            location: the centre on the normal scale, scalar. normal: (draw,).
        """
        return self.value(location + self.scale * normal)

    def value(self, raw: Draws) -> jax.Array:
        """Values of the input, in its unit, from the scale on which it is normal."""
        match self.distribution:
            case "lognormal":
                return self.floor + jnp.exp(raw)
            case "logitnormal":
                return jax.nn.sigmoid(raw)
            case "normal":
                return jnp.asarray(raw)


@dataclass(frozen=True, slots=True)
class Input:
    """A prior with its centre settled for one as-of date, narrowed where data were informative.

    Attributes:
        location: centre on the normal scale. facts: those that settle it.
        narrowed: standard deviation over the prior's; 1 where nothing was learnt.
    """

    prior: Prior
    location: float
    facts: tuple[str, ...]
    narrowed: float = 1.0

    @property
    def width(self) -> float:
        """Standard deviation on the normal scale."""
        return self.prior.scale * self.narrowed

    def quantile(self, z: float) -> float:
        """Value at ``z`` standard deviations; plain Python, for reports."""
        raw = self.location + self.width * z
        match self.prior.distribution:
            case "lognormal":
                return self.prior.floor + math.exp(raw)
            case "logitnormal":
                return 1 / (1 + math.exp(-raw))
            case "normal":
                return raw


@cache
def priors() -> Mapping[str, Prior]:
    """All declared inputs of the chain, by name, in the order of ``priors.toml``."""
    text = files("jevons.model").joinpath("priors.toml").read_text(encoding="utf-8")
    declared = cast("dict[str, dict[str, Any]]", tomllib.loads(text))
    return {name: Prior(name=name, **entry) for name, entry in declared.items()}


def settle(snapshot: Snapshot) -> dict[str, Input]:
    """Centre every declared input on the facts known by the snapshot's date.

    Raises:
        UserError: a rule finds too few facts; the message names the missing series.
    """
    anchors: dict[str, Anchor] = {name: rule(snapshot) for name, rule in RULES.items()}
    inputs = {}
    for name, prior in priors().items():
        if prior.centre is None:
            inputs[name] = Input(prior, prior.forward(prior.median), ())
        else:
            anchor = anchors[prior.centre]
            centre = prior.median if anchor.value is None else anchor.value
            inputs[name] = Input(prior, prior.forward(centre), anchor.facts)
    return inputs


def streams(
    seed: int | jax.Array, names: Sequence[str], block: int | jax.Array, size: int
) -> jax.Array:
    """Standard normal draws of named inputs in one block of draws, (input, draw).

    An input's key depends on the seed, its name and the block's number alone: its draws do not
    change when another input is added, nor with the number of threads.
    """
    return _streams(seed, _labels(names), block, size)


def _labels(names: Sequence[str]) -> np.ndarray:
    return np.array([crc32(name.encode()) for name in names], np.uint32)


def _streams(
    seed: jax.typing.ArrayLike, labels: jax.typing.ArrayLike, block: jax.typing.ArrayLike, size: int
) -> jax.Array:
    root = jax.random.key(seed)

    def one(label: jax.Array) -> jax.Array:
        key = jax.random.fold_in(jax.random.fold_in(root, label), block)
        return jax.random.normal(key, (size,), dtype=jnp.float32)

    # One vectorised sampler compiles in a fraction of the time of one sampler an input.
    return jax.vmap(one)(jnp.asarray(labels))


_group = jax.jit(_streams, static_argnames="size")


def standard_normals(seed: int, names: Sequence[str], draws: int) -> dict[str, np.ndarray]:
    """Standard normal draws (draw,) of named inputs: the blocks of :func:`streams` in a row.

    They are drawn for :data:`GROUP` names at a time, so that one compiled sampler serves all.
    """
    labels = _labels(names)
    table = np.empty((len(names), -(-draws // BLOCK) * BLOCK), np.float32)
    for row in range(0, len(names), GROUP):
        rows = slice(row, row + GROUP)
        group = np.resize(labels[rows], GROUP)  # the last group begins again
        for block, start in enumerate(range(0, draws, BLOCK)):
            drawn = np.asarray(_group(np.uint32(seed), group, np.uint32(block), BLOCK))
            table[rows, start : start + BLOCK] = drawn[: len(labels[rows])]
    return dict(zip(names, table[:, :draws], strict=True))
