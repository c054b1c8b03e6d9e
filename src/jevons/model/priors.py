"""The declared inputs of the chain: a distribution, its source, and what the facts make of it.

``priors.toml`` declares every input once. An input whose centre is observable names a rule of
:mod:`jevons.model.anchors`; the rule reads only facts known by the as-of date and replaces the
declared median, while the declared spread stays. A declaration that rests on what was published
later than the first days of interest carries the day, and the one that stood before it. Each input
name has draws of its own, so adding an input leaves those of all others unchanged.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model import sobol
from jevons.model.anchors import RULES
from jevons.model.reported import Anchor

BLOCK = sobol.BLOCK  # draws that a stream gives at once
GROUP = 32  # names whose draws are made at once outside the chain
Z_90 = 1.2815515655446004  # the standard normal's 90 % point
Draws = jax.Array | np.ndarray
Distribution = Literal["lognormal", "logitnormal", "normal"]


@dataclass(frozen=True, slots=True)
class NormalScale:
    """The scale on which an input is normal: log above ``floor``, log odds, or the value itself."""

    distribution: Distribution
    floor: float = 0.0

    def forward(self, value: float) -> float:
        """Map a value to the scale."""
        match self.distribution:
            case "lognormal":
                return math.log(value - self.floor)
            case "logitnormal":
                return math.log(value / (1 - value))
            case "normal":
                return value

    def value(self, raw: Draws) -> jax.Array:
        """Values of the input, in its unit, from the scale."""
        match self.distribution:
            case "lognormal":
                return self.floor + jnp.exp(raw)
            case "logitnormal":
                return jax.nn.sigmoid(raw)
            case "normal":
                return jnp.asarray(raw)


@dataclass(frozen=True, slots=True)
class Prior:
    """One input as declared: quantiles in ``unit``, source, and the rule for its centre.

    A lognormal input may have a ``floor`` that it never reaches, as an overhead of 1 + something.
    Where the source was published on ``known_on``, ``earlier`` stands on the days before.
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
    known_on: date | None = None
    earlier: "Prior | None" = None

    @staticmethod
    def declared(name: str, entry: Mapping[str, Any]) -> "Prior":
        """The prior of a table of a declaration; ``earlier`` holds only what differs."""
        own = {field: value for field, value in entry.items() if field != "earlier"}
        if "earlier" not in entry:
            return Prior(name=name, **own)
        differs = own | {"known_on": None} | entry["earlier"]
        return Prior(name=name, earlier=Prior.declared(name, differs), **own)

    def __post_init__(self) -> None:
        """Hold a day and what stood before it together."""
        assert (self.known_on is None) == (self.earlier is None), f"{self.name}: known_on, earlier"

    def as_of(self, day: date) -> "Prior":
        """The declaration that rests on nothing published after a day, as far as it says."""
        if self.earlier is None or self.known_on is None or day >= self.known_on:
            return self
        return self.earlier.as_of(day)

    @property
    def normal_scale(self) -> NormalScale:
        """The scale on which the input is normal."""
        return NormalScale(self.distribution, self.floor)

    def forward(self, value: float) -> float:
        """Map a value to the scale on which the input is normal."""
        return self.normal_scale.forward(value)

    @property
    def scale(self) -> float:
        """Standard deviation on the normal scale, from the declared 80 % range."""
        return (self.forward(self.p90) - self.forward(self.p10)) / (2 * Z_90)

    def draw(self, location: Draws | float, normal: Draws) -> jax.Array:
        """Turn standard normal draws into draws of the input, in its unit.

        Args:
            location: the centre on the normal scale, scalar. normal: (draw,).
        """
        return self.normal_scale.value(location + self.scale * normal)


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
    return {name: Prior.declared(name, entry) for name, entry in declared.items()}


def settle(snapshot: Snapshot) -> dict[str, Input]:
    """Centre every declared input on the facts known by the snapshot's date.

    Raises:
        UserError: a rule finds too few facts; the message names the missing series.
    """
    anchors: dict[str, Anchor] = {name: rule(snapshot) for name, rule in RULES.items()}
    inputs = {}
    for name, latest in priors().items():
        prior = latest.as_of(snapshot.as_of)
        if prior.centre is None:
            inputs[name] = Input(prior, prior.forward(prior.median), ())
        else:
            anchor = anchors[prior.centre]
            centre = prior.median if anchor.value is None else anchor.value
            inputs[name] = Input(prior, prior.forward(centre), anchor.facts)
    return inputs


def streams(seed: int | jax.Array, names: Sequence[str], block: int | jax.Array) -> jax.Array:
    """Standard normal draws of the chain's named inputs in one block of draws, (input, draw).

    Scrambled Sobol points (:mod:`jevons.model.sobol`). An input's draws depend on the seed, its
    name and the block's number: they do not change when another input is added, nor with the
    number of threads.

    Raises:
        KeyError: an input has no dimension of its own.
    """
    return _even(seed, _labels(names), block, sobol.directions_of(names))


def _labels(names: Sequence[str]) -> np.ndarray:
    return np.array([crc32(name.encode()) for name in names], np.uint32)


def _even(
    seed: jax.typing.ArrayLike,
    labels: jax.typing.ArrayLike,
    block: jax.typing.ArrayLike,
    directions: jax.typing.ArrayLike,
) -> jax.Array:
    root = jax.random.key(seed)

    def one(label: jax.Array, own: jax.Array) -> jax.Array:
        return sobol.normals(jax.random.fold_in(root, label), own, block)

    # One vectorised sampler compiles in a fraction of the time of one sampler an input.
    return jax.vmap(one)(jnp.asarray(labels), jnp.asarray(directions))


def _random(
    seed: jax.typing.ArrayLike, labels: jax.typing.ArrayLike, block: jax.typing.ArrayLike
) -> jax.Array:
    root = jax.random.key(seed)

    def one(label: jax.Array) -> jax.Array:
        key = jax.random.fold_in(jax.random.fold_in(root, label), block)
        return jax.random.normal(key, (BLOCK,), dtype=jnp.float32)

    return jax.vmap(one)(jnp.asarray(labels))


_even_group, _random_group = jax.jit(_even), jax.jit(_random)


def standard_normals(seed: int, names: Sequence[str], draws: int) -> dict[str, np.ndarray]:
    """Standard normal draws (draw,) of named inputs: the blocks in a row.

    Inputs of the chain have those of :func:`streams`, any other name has random ones of its own.
    They are drawn for :data:`GROUP` names at a time, so that one compiled sampler serves all.
    """
    known = sobol.directions()
    drawn = dict.fromkeys(names, np.empty(0, np.float32))
    for even in (True, False):
        kind = [name for name in drawn if (name in known) == even]
        for start in range(0, len(kind), GROUP):
            group = kind[start : start + GROUP]
            drawn |= zip(group, _group(seed, group, draws, even), strict=False)
    return drawn


def _group(seed: int, names: Sequence[str], draws: int, even: bool) -> np.ndarray:
    """Draws (input, draw) of up to :data:`GROUP` names, all with a dimension or all without."""
    filled = np.resize(names, GROUP).tolist()  # an incomplete group begins again
    labels, own = _labels(filled), sobol.directions_of(filled) if even else None
    blocks = []
    for number in range(-(-draws // BLOCK)):
        arguments = np.uint32(seed), labels, np.uint32(number)
        block = _random_group(*arguments) if own is None else _even_group(*arguments, own)
        blocks.append(np.asarray(block)[: len(names)])
    return np.concatenate(blocks, axis=1)[:, :draws]
