"""The roofline against measured serving figures; nothing was fitted to them.

The bounds hold today's errors with little room, so that a change that makes the roofline worse
is seen. They are not the accuracy aimed at: see docs/efficiency.md.
"""

import pytest

from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.measurements import GroupError, errors_by_group, measurements

MEDIAN_BOUND = {
    "deepseek day": 0.10,
    "deepseek profile": 0.10,
    "lmsys": 0.16,
    "serving llama-3.1-70b": 0.15,
    "serving deepseek-v3": 0.16,
    "serving gpt-oss-120b": 0.16,
    "serving minimax-m2.5": 0.20,
    "mlperf": 0.28,
}


@pytest.fixture(scope="module")
def errors() -> dict[str, GroupError]:
    return {error.group: error for error in errors_by_group()}


@pytest.mark.parametrize("group", sorted(MEDIAN_BOUND))
def test_median_error_by_group(errors: dict[str, GroupError], group: str) -> None:
    assert errors[group].median_absolute_error <= MEDIAN_BOUND[group]


def test_prefill_of_the_day_shows_idle_hours(errors: dict[str, GroupError]) -> None:
    # The day's mean counts hours without load; the profile of the same system is met within 10 %.
    assert 1.5 < errors["deepseek day prefill"].median_ratio < 2.5


def test_every_measurement_names_its_source_and_what_it_was_measured_on() -> None:
    for row in measurements():
        assert row.source_url.startswith("https://")
        assert row.value > 0
        assert architecture(row.model).name == row.model
        assert chip(row.chip).name == row.chip
