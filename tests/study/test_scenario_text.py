"""A scenario written as text is the same scenario when read, and does the same."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.errors import UserError
from jevons.model.shocks import Shocks
from jevons.study.scenario import Change, Scenario, bundled, find, joined, parse
from jevons.study.scenario_text import merged, text_of

from .invented import experiment

# What TOML can hold: no lone halves of a surrogate pair.
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(str.strip)
ABOVE_0 = st.floats(1e-6, 1e6)
CHANGES = st.one_of(
    st.builds(Change, ABOVE_0, st.none(), st.none(), st.none(), st.just("GW"), TEXT),
    st.builds(Change, st.none(), ABOVE_0, st.none(), st.none(), st.none(), TEXT),
    st.builds(
        Change,
        st.just(2.0),
        st.none(),
        st.floats(0.1, 1.9),
        st.floats(2.1, 9.0),
        st.just("1"),
        TEXT,
    ),
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    texts = {name: draw(TEXT) for name in ("name", "about")} | {"name_zh": "", "about_zh": ""}
    changes = draw(st.dictionaries(st.sampled_from(["elasticity", "pue", "x y"]), CHANGES))
    factors = draw(st.dictionaries(st.sampled_from(Shocks._fields), ABOVE_0))
    at = draw(st.sampled_from(["2026Q1", None])) if factors else None
    why = draw(TEXT) if factors else ""
    return Scenario("mine", texts, changes, factors, at, "mine.toml", why)


@given(scenarios())
def test_what_is_written_is_read_again(scenario: Scenario) -> None:
    assert parse(text_of(scenario), "mine.toml", "mine") == scenario


@pytest.mark.parametrize("name", bundled())
def test_bundled_scenarios_survive_their_own_text(name: str) -> None:
    scenario = find(name)
    assert parse(text_of(scenario), scenario.place, name) == scenario


def test_merged_does_what_all_do() -> None:
    both = [find("reasoning-boom"), find("power-starved")]
    one = merged(both, "mine", "Both.")
    together, alone = joined(experiment(), both), joined(experiment(), [one])
    assert together.inputs == alone.inputs
    for a, b in zip(together.setting.shocks, alone.setting.shocks, strict=True):
        assert a.tolist() == b.tolist()
    assert math.exp(float(alone.setting.shocks.power[-1])) == pytest.approx(0.5)


def test_shocks_of_different_quarters_do_not_merge() -> None:
    early = Scenario("a", {}, {}, {"power": 2.0}, "2026Q1", "a")
    late = Scenario("b", {}, {}, {"chips": 2.0}, "2027Q1", "b")
    with pytest.raises(UserError, match="a and b shock in different quarters"):
        merged([early, late], "mine", "Both.")
