"""Every figure is explained, and every input that an explanation names exists."""

import pytest

from jevons.errors import UserError
from jevons.facts.variables import variables
from jevons.model.input_output import coefficients
from jevons.model.priors import priors
from jevons.study import Study
from jevons.study.explanations import Explanation, explain, explanations
from jevons.study.path_summaries import outputs
from jevons.valuation.priors import EVERY, SHARED

from .invented import AS_OF, store

SECTIONS = (
    "cost",
    "jevons_index",
    "shock",
    "binding",
    "power",
    "power_published",
    "capex_by_category",
    "capex_by_buyer",
    "companies",
    "implied",
    "ladders",
    "claims",
    "falsifiers",
    "observed",
)


@pytest.mark.parametrize("name", outputs())
def test_every_path_of_the_chain_is_explained(name: str) -> None:
    assert explain(name).formula
    assert explain(name).inputs


@pytest.mark.parametrize("name", SECTIONS)
def test_every_part_of_the_figures_is_explained(name: str) -> None:
    assert explain(name).name == name


@pytest.mark.parametrize("entry", explanations().values(), ids=lambda entry: entry.name)
def test_the_inputs_of_an_explanation_exist_and_are_named_once(entry: Explanation) -> None:
    known = {*priors(), *SHARED, *EVERY, *(row.name for row in coefficients())}
    assert set(entry.inputs) <= known
    assert len(set(entry.inputs)) == len(entry.inputs)
    assert all(variables()[name].kind == "input" for name in entry.inputs)


def test_every_input_of_the_chain_stands_behind_some_figure() -> None:
    named = {name for entry in explanations().values() for name in entry.inputs}
    assert set(priors()) <= named


def test_a_figure_takes_over_the_inputs_it_builds_on() -> None:
    price = explain("token_cost").inputs
    assert set(explain("hour_cost").inputs) < set(price)
    assert set(explain("efficiency_gain").inputs) < set(price)
    assert set(price) < set(explain("tokens").inputs)


def test_capex_is_traced_to_the_guidance_that_it_follows() -> None:
    """As of 2025-03-11 Amazon's, Alphabet's, Meta's and Oracle's; nothing that was said later."""
    study = Study(store(), AS_OF, draws=10, prior=True)
    facts = study.why("ai_capex")["facts"]
    assert {"GNF-0001", "GNF-0007", "GNF-0013", "GNF-0025"} <= set(facts)
    assert all(study.snapshot.get(each).known_on <= AS_OF for each in facts)


def test_a_member_is_explained_as_the_whole() -> None:
    assert explain("ai_revenue.NVDA") == explain("ai_revenue")
    assert explain("tokens_by_workload.direct") == explain("tokens")


def test_an_unknown_figure_is_met_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match="'token_prise'; did you mean token_price"):
        explain("token_prise")
