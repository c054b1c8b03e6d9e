"""The posterior in the chain: medians, widths, correlations as found; the streams stay the same."""

import json
from dataclasses import replace

import numpy as np
import pytest

from jevons.model.posterior import Posterior, summarised
from jevons.model.priors import Z_90
from jevons.model.simulate import input_draws, input_normals, simulate

from .invented import experiment

DRAWS = 20_000
KNOWN = Posterior(
    key="invented",
    as_of="2025-03-11",
    names=("elasticity", "orders_over_deliveries"),
    mean=(-0.5, 1.0),
    deviation=(0.7, 0.5),
    correlation=((), (-0.6,)),
    discrepancy={"capex": (0.1, 0.2, 0.4)},
    diagnostics={"r_hat": 1.01, "r_hat_of": "elasticity"},
    facts=("CPX-0001",),
    influence={"capex": (-0.1, 0.2)},
    fit=(),
)


def test_medians_widths_and_correlations_are_drawn_as_found() -> None:
    """20,000 draws: the correlation's standard error is 0.005, a deviation's half a percent."""
    before, after = experiment(), KNOWN.applied(experiment())
    normal = {}
    for name, mean, deviation in zip(KNOWN.names, KNOWN.mean, KNOWN.deviation, strict=True):
        prior, centre = before.inputs[name].prior, before.inputs[name].location
        seen = np.array([prior.forward(float(v)) for v in input_draws(after, name, DRAWS)])
        z = (seen - centre) / prior.scale
        assert z.mean() == pytest.approx(mean, abs=0.03)
        assert z.std() == pytest.approx(deviation, rel=0.02)
        low, high = after.inputs[name].quantile(-Z_90), after.inputs[name].quantile(Z_90)
        assert np.quantile(seen, 0.1) == pytest.approx(prior.forward(low), abs=0.05 * prior.scale)
        assert np.quantile(seen, 0.9) == pytest.approx(prior.forward(high), abs=0.05 * prior.scale)
        normal[name] = z
    found = np.corrcoef(normal["elasticity"], normal["orders_over_deliveries"])[0, 1]
    assert found == pytest.approx(-0.6, abs=0.02)


def test_other_inputs_keep_their_draws_to_the_bit() -> None:
    before, after = (
        input_normals(experiment(), 500),
        input_normals(KNOWN.applied(experiment()), 500),
    )
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed == {
        "orders_over_deliveries"
    }  # the first of a correlated pair leads, the second follows


def test_a_posterior_that_learnt_nothing_is_the_prior_to_the_bit() -> None:
    nothing = replace(KNOWN, mean=(0.0, 0.0), deviation=(1.0, 1.0), correlation=((), (0.0,)))
    plain = simulate(experiment(), 300, ("ai_capex",))["ai_capex"]
    same = simulate(nothing.applied(experiment()), 300, ("ai_capex",))["ai_capex"]
    np.testing.assert_array_equal(plain, same)


def test_a_posterior_survives_its_document() -> None:
    again = Posterior.read(json.loads(json.dumps(KNOWN.document())))
    assert again == KNOWN


def test_only_what_was_informed_is_handed_on() -> None:
    """Shifted, narrowed, untouched: the first two are named, with their correlation."""
    generator = np.random.default_rng(6)
    z = generator.standard_normal((4000, 3))
    draws = np.stack([z[:, 0] + 0.5, 0.6 * z[:, 1] + 0.3 * z[:, 0], z[:, 2]], axis=1)
    found = summarised(("shifted", "narrowed", "untouched"), draws)
    assert found["names"] == ("shifted", "narrowed")
    assert found["mean"] == pytest.approx([0.5, 0.0], abs=0.05)
    assert found["deviation"] == pytest.approx([1.0, np.sqrt(0.45)], rel=0.05)
    assert found["correlation"][1][0] == pytest.approx(0.3 / np.sqrt(0.45), abs=0.05)
