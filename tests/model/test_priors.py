"""Declared inputs: sources, ranges, bounds, independent streams, and no look-ahead."""

from dataclasses import replace
from datetime import date, timedelta

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.facts import Store
from jevons.facts.fact import Fact
from jevons.facts.variables import variable
from jevons.model.anchors import RULES
from jevons.model.priors import BLOCK, Z_90, Input, Prior, priors, settle, standard_normals, streams
from jevons.model.simulate import Experiment
from jevons.model.sobol import RUN

from .invented import experiment, inputs, store

DAYS = (date(2024, 3, 1), date(2025, 3, 11), date(2025, 9, 15))
NAMES = ("elasticity", "pue", "realisation_factor")
EXAMPLES = {
    "lognormal": Prior("a", "lognormal", 1.0, 2.0, 4.0, "1", "invented"),
    "logitnormal": Prior("b", "logitnormal", 0.2, 0.5, 0.8, "1", "invented"),
    "normal": Prior("c", "normal", -1.0, 0.0, 1.0, "1", "invented"),
}


@pytest.mark.parametrize("prior", priors().values(), ids=lambda prior: prior.name)
def test_every_input_has_a_range_a_source_and_a_unit(prior: Prior) -> None:
    assert prior.p10 < prior.median < prior.p90
    assert prior.source.strip()
    about = variable(prior.name)
    assert (about.kind, about.unit) == ("input", prior.unit)
    assert prior.centre is None or prior.centre in RULES


@pytest.mark.parametrize("prior", priors().values(), ids=lambda prior: prior.name)
def test_the_declared_range_is_the_range_drawn(prior: Prior) -> None:
    """A range that leans too far from its scale's symmetry would be drawn as another one."""
    settled = Input(prior, prior.forward(prior.median), ())
    drawn = [prior.forward(settled.quantile(z)) for z in (-Z_90, Z_90)]
    declared = [prior.forward(prior.p10), prior.forward(prior.p90)]
    assert drawn[1] - drawn[0] == pytest.approx(declared[1] - declared[0], rel=1e-6)
    assert drawn == pytest.approx(declared, abs=prior.scale / 4)


EARLIER = [prior for prior in priors().values() if prior.earlier]


@pytest.mark.parametrize("prior", EARLIER, ids=lambda prior: prior.name)
def test_a_day_before_the_source_is_told_what_stood_then(prior: Prior) -> None:
    known_on, earlier = prior.known_on, prior.earlier
    assert known_on is not None
    assert earlier is not None
    assert (prior.as_of(known_on), prior.as_of(known_on - timedelta(days=1))) == (prior, earlier)
    assert (earlier.p10, earlier.median, earlier.p90) != (prior.p10, prior.median, prior.p90)
    assert earlier.p10 < earlier.median < earlier.p90
    assert earlier.normal_scale == prior.normal_scale
    points = [earlier.forward(each) for each in (earlier.p10, earlier.median, earlier.p90)]
    assert points[1] == pytest.approx((points[0] + points[2]) / 2, abs=earlier.scale / 4)


def test_a_run_of_a_past_day_has_the_ranges_of_that_day() -> None:
    facts = store()
    late, early = settle(facts.as_of(date(2025, 11, 10))), settle(facts.as_of(date(2025, 11, 9)))
    changed = {name for name in late if late[name].prior != early[name].prior}
    assert changed == {"us_share", "realisation_factor"}
    assert early["realisation_factor"].quantile(0.0) == pytest.approx(0.74)
    assert late["realisation_factor"].quantile(0.0) == pytest.approx(0.66)


def test_every_rule_is_used() -> None:
    assert {prior.centre for prior in priors().values()} - {None} == set(RULES)


@pytest.mark.parametrize("prior", EXAMPLES.values(), ids=EXAMPLES)
def test_an_80_percent_range_spans_10_to_90_percent(prior: Prior) -> None:
    settled = Input(prior, prior.forward(prior.median), ())
    points = [settled.quantile(z) for z in (-Z_90, 0.0, Z_90)]
    assert points == pytest.approx([prior.p10, prior.median, prior.p90])


@pytest.mark.parametrize("prior", EXAMPLES.values(), ids=EXAMPLES)
@given(st.floats(-4.0, 4.0, width=32))
def test_a_quantile_is_the_draw_at_its_normal(prior: Prior, z: float) -> None:
    settled = Input(prior, prior.forward(prior.median), ())
    drawn = prior.draw(jnp.float32(settled.location), jnp.float32(z))
    assert float(drawn) == pytest.approx(settled.quantile(z), rel=2e-5, abs=1e-6)


@pytest.mark.parametrize("name", list(priors()))
def test_draws_have_the_quantiles_that_reports_show(name: str) -> None:
    """4096 draws: the standard error of a 10 or 90 % point is 2.7 % of a standard deviation."""
    settled, drawn = experiment().inputs[name], inputs()[name]
    for level, z in ((0.1, -Z_90), (0.5, 0.0), (0.9, Z_90)):
        seen = settled.prior.forward(float(np.quantile(drawn, level)))
        expected = settled.location + settled.prior.scale * z
        assert seen == pytest.approx(expected, abs=0.12 * settled.prior.scale)


def test_every_draw_is_possible() -> None:
    """No draw leaves the bounds that the table of variables sets."""
    broken = {}
    for name in priors():
        about, drawn = variable(name), inputs()[name]
        low = -np.inf if about.lower is None else about.lower
        high = np.inf if about.upper is None else about.upper
        if drawn.min() < low or drawn.max() > high:
            broken[name] = (drawn.min(), drawn.max(), low, high)
    assert broken == {}


def test_another_input_leaves_the_draws_of_the_rest() -> None:
    alone = streams(7, NAMES, 0)
    among = streams(7, ("us_share", *reversed(NAMES), "coincidence"), 0)
    np.testing.assert_array_equal(alone[::-1], among[1:4])


def test_streams_of_names_seeds_and_blocks_differ() -> None:
    """Names are uncorrelated; one name's draws under another scramble are all others."""
    rows = [streams(seed, NAMES[:2], block) for seed in (1, 2) for block in (0, 1, RUN)]
    for row in rows:
        # Random draws would have a standard error of 0.016.
        assert abs(np.corrcoef(np.asarray(row))[0, 1]) < 0.016
    table = np.concatenate([np.asarray(row) for row in rows])
    assert np.unique(table).size > 0.99 * table.size


def test_normals_are_the_blocks_in_a_row() -> None:
    normals = np.asarray(standard_normals(3, ["elasticity"], BLOCK + 10)["elasticity"])
    assert normals.shape == (BLOCK + 10,)
    np.testing.assert_array_equal(normals[:BLOCK], streams(3, ["elasticity"], 0)[0])
    np.testing.assert_array_equal(normals[BLOCK:], streams(3, ["elasticity"], 1)[0, :10])


@pytest.mark.parametrize("name", ["pue", "of another link"])
def test_draws_are_standard_normal(name: str) -> None:
    """Of 4096: mean, standard deviation and tail within 4 standard errors of theirs."""
    normals = np.asarray(standard_normals(11, [*NAMES, name], BLOCK)[name])
    assert abs(normals.mean()) < 4 / np.sqrt(BLOCK)
    assert abs(normals.std() - 1) < 4 / np.sqrt(2 * BLOCK)
    assert np.mean(normals > Z_90) == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / BLOCK))


def test_a_name_has_its_draws_whoever_asks() -> None:
    """Inputs with a dimension and others, more than fit in one group."""
    names = [*priors(), *(f"of another link {number}" for number in range(40))]
    mixed = names[::3] + names[1::3]
    together = standard_normals(4, mixed, 50)
    assert list(together) == mixed
    for name in (mixed[0], mixed[39], mixed[-2]):
        np.testing.assert_array_equal(together[name], standard_normals(4, [name], 50)[name])
    correlation = np.corrcoef([*standard_normals(4, names[-40:], BLOCK).values()]) - np.eye(40)
    assert np.abs(correlation).max() < 0.1  # standard error of independent draws: 0.016


def distorted(fact: Fact) -> Fact:
    """The same fact with every figure seven times as large."""

    def seven(figure: float | None) -> float | None:
        return None if figure is None else 7 * figure

    return replace(fact, value=seven(fact.value), low=seven(fact.low), high=seven(fact.high))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_what_was_published_later_moves_no_centre(day: date) -> None:
    """Leave it out, multiply it by seven, or let tomorrow revise all that is known: no change."""
    all_facts, seed = store().facts, 1
    known = [fact for fact in all_facts if fact.known_on <= day]
    later = [fact for fact in all_facts if fact.known_on > day]
    tomorrow = day + timedelta(days=1)
    revised = [
        replace(distorted(fact), fact_id=f"{fact.fact_id}-revised", known_on=tomorrow)
        for fact in store().as_of(day).facts
    ]
    expected = Experiment.of(store().as_of(day), seed)
    assert later
    for facts in (known, [*known, *map(distorted, later)], [*known, *revised]):
        found = Experiment.of(Store(facts).as_of(day), seed)
        assert found.inputs == expected.inputs
        assert found.anchor == expected.anchor
        np.testing.assert_array_equal(found.setting.buyer_now, expected.setting.buyer_now)
        np.testing.assert_array_equal(found.setting.buyer_before, expected.setting.buyer_before)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_what_was_published_on_the_day_counts(day: date) -> None:
    """The test above could pass because facts move nothing: revise them a day earlier."""
    known = [fact for fact in store().facts if fact.known_on <= day]
    revised = [distorted(fact) if fact.metric == "capex_cash_ppe" else fact for fact in known]
    before, after = settle(store().as_of(day)), settle(Store(revised).as_of(day))
    moved = {name for name in before if before[name].location != after[name].location}
    assert moved == {"outside_finance_ratio"}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_fact_behind_a_centre_was_known(day: date) -> None:
    snapshot = store().as_of(day)
    for entry in Experiment.of(snapshot, 1).inputs.values():
        assert all(snapshot.get(fact_id).known_on <= day for fact_id in entry.facts)
