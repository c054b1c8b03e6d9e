"""Invented facts for the rules, and one real experiment that many tests share."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jevons.facts import Store, load
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import BUYERS
from jevons.model.priors import BLOCK, Input, standard_normals
from jevons.model.simulate import Experiment, simulate

AS_OF = date(2025, 3, 11)
Numbers = dict[str, jax.Array]


@cache
def store() -> Store:
    """The bundled facts."""
    return load()


@cache
def experiment() -> Experiment:
    """The bundled facts as of 2025-03-11: history to 2024Q4, forecast from 2025Q1."""
    return Experiment.of(store().as_of(AS_OF), 2025)


@cache
def paths() -> dict[str, np.ndarray]:
    """All paths of one block of :func:`experiment`, in double precision."""
    return in_double(simulate(experiment(), BLOCK))


@cache
def inputs() -> dict[str, np.ndarray]:
    """The draws of every input behind :func:`paths`, (draw,)."""
    return drawn(experiment())


def drawn(run: Experiment) -> dict[str, np.ndarray]:
    """The draws of every input of an experiment in its first block, (draw,)."""
    normals = standard_normals(run.seed, list(run.inputs), BLOCK)
    return in_double(
        {
            name: np.asarray(entry.prior.draw(jnp.float32(entry.location), normals[name]))
            for name, entry in run.inputs.items()
        }
    )


def in_double(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Tests add up in double precision, so that only the chain's own rounding is seen."""
    return {name: value.astype(np.float64) for name, value in values.items()}


def moved(run: Experiment, **centres: float) -> Experiment:
    """An experiment with some centres moved, in the unit of the input; the spreads stay."""
    changed = {
        name: Input(run.inputs[name].prior, run.inputs[name].prior.forward(centre), ())
        for name, centre in centres.items()
    }
    return replace(run, inputs={**run.inputs, **changed})


def numbers(**values: float) -> Numbers:
    """Inputs of a single draw."""
    return {name: jnp.asarray([value], jnp.float32) for name, value in values.items()}


def years(*values: float) -> jax.Array:
    """Times as a column (quarter, 1)."""
    return jnp.asarray(values, jnp.float32)[:, None]


def fact(
    entity: str,
    metric: str,
    value: float,
    start: date | None,
    end: date,
    *,
    stated_by: str = "company",
    known_on: date | None = None,
) -> Fact:
    """A fact known a month after its period unless said otherwise; its id is what it says."""
    return Fact(
        fact_id=f"{entity}/{metric}/{end}",
        entity=entity,
        metric=metric,
        period_start=start,
        period_end=end,
        value=value,
        low=None,
        high=None,
        unit="1",
        stated_by=stated_by,
        known_on=end + timedelta(days=30) if known_on is None else known_on,
        recorded_on=date(2026, 1, 1),
        source_title="Report",
        source_url="https://example.org/report",
        note="",
    )


def quarter_days(year: int, quarter: int) -> tuple[date, date]:
    """First and last day of a calendar quarter."""
    after = date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    return date(year, 3 * quarter - 2, 1), after - timedelta(days=1)


def quarters(entity: str, metric: str, first_year: int, values: Iterable[float]) -> list[Fact]:
    """Facts of consecutive calendar quarters from the first of a year."""
    return [
        fact(entity, metric, value, *quarter_days(first_year + number // 4, number % 4 + 1))
        for number, value in enumerate(values)
    ]


def doubling_revenue() -> list[Fact]:
    """NVIDIA's data-centre revenue of 2023 and 2024: 4 USD_bn, doubling every year."""
    return quarters("NVDA", "data_center_revenue", 2023, [4 * 2 ** (n / 4) for n in range(8)])


def steady_buyers(now: float = 15.0) -> list[Fact]:
    """Each buyer spends 5 USD_bn a quarter in 2022 and ``now`` in every quarter of 2024."""
    return [
        each
        for buyer in BUYERS
        for year, amount in ((2022, 5.0), (2024, now))
        for each in quarters(buyer, "capex_cash_ppe", year, [amount] * 4)
    ]


def known(*facts: Fact, as_of: date = AS_OF) -> Snapshot:
    """A snapshot of invented facts."""
    return Store(facts).as_of(as_of)
