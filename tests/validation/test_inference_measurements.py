"""The roofline against measured serving figures that its factors were not fitted to.

Held out are whole cells of InferenceX (a model on a chip) and whole other sources. The bounds are
the accuracy the link is held to; docs/efficiency.md shows the errors by group.
"""

from datetime import date

import numpy as np
import pytest

from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.factor_fit import BEFORE, NAMES, Fit, folds, predict, stack
from jevons.model.measurements import (
    FIT_SOURCES,
    IDLE,
    GroupError,
    errors,
    measurements,
    validation_points,
)
from jevons.model.serving import tokens_per_chip_second


def by_group(*names: str, by: str = "held_out") -> dict[str, GroupError]:
    return {error.group: error for error in errors(*names, by=by)}


def test_rows_that_were_held_out() -> None:
    everything = by_group()["all"]
    assert everything.rows > 340
    assert everything.median_absolute_error <= 0.12
    assert everything.within_1_6 >= 0.95


def test_no_cell_is_worse_than_a_quarter() -> None:
    # To the percent: Llama 3.1 405B on GB300, a single row, stands at 25.0 %.
    for cell in by_group("source", "model", "chip").values():
        assert round(cell.median_absolute_error, 2) <= 0.25, cell


@pytest.mark.parametrize("source", ["MLPerf v5.1", "DeepSeek", "LMSYS"])
def test_sources_that_were_held_out_as_a_whole(source: str) -> None:
    assert by_group("source")[source].median_absolute_error <= 0.15


@pytest.mark.parametrize("source", ["MLPerf v5.1", "DeepSeek"])
def test_the_factors_in_use_never_saw_these_sources(source: str) -> None:
    assert source not in FIT_SOURCES
    assert by_group("source", by="predicted")[source].median_absolute_error <= 0.15


def test_the_table_is_what_the_factors_in_use_predict() -> None:
    points = {point["case_id"]: point for point in validation_points()}
    fitted = Fit({name: efficiency_factors().table[name].median for name in NAMES})
    rows = measurements()
    for row, value in zip(rows, np.asarray(predict(stack(rows), fitted.factors())), strict=True):
        assert points[row.case_id]["predicted"] == pytest.approx(float(value), rel=0.01)


def test_side_by_side_is_one_by_one() -> None:
    rows = measurements()[::12]
    many = np.asarray(predict(stack(rows), efficiency_factors().medians()))
    assert many == pytest.approx([row.predicted() for row in rows], rel=1e-4)


def test_a_fold_is_a_cell_or_a_source() -> None:
    found = folds(measurements())
    assert {"MLPerf v5.1", "DeepSeek", "LMSYS", "deepseek-v3 on B300"} <= set(found)
    assert sum(len(fold) for fold in found.values()) == len(measurements())


def test_factors_fitted_in_2026_do_not_price_an_earlier_run() -> None:
    for day in (date(2025, 3, 11), BEFORE):
        for factor in efficiency_factors(day).table.values():
            assert "fitted" not in factor.source_title
    assert "fitted" in efficiency_factors(date(2026, 8, 21)).table["kv_bandwidth"].source_title


@pytest.mark.parametrize("day", [date(2025, 3, 11), None])
def test_throughput_of_deepseek_per_node_within_a_tenth(day: date | None) -> None:
    # Decode of the published day: 14,800 tokens/s a node of 8 (EP144, 88 requests a chip).
    row = next(row for row in measurements() if row.case_id == "DSDAY6-11")
    rate = tokens_per_chip_second(row.serving(), efficiency_factors(day).medians(), "decode")
    assert 8 * float(rate[0]) == pytest.approx(14_800, rel=0.10)


def test_prefill_of_deepseeks_day_has_its_utilisation() -> None:
    # The same system's profile reads 62,713 tokens/s a node, the day's mean 32,206: hours without
    # load. That utilisation is its own factor; the roofline predicts the busy rate.
    utilisation = 32_206 / 62_713
    row = next(row for row in measurements() if row.case_id == IDLE)
    factors = efficiency_factors(date(2025, 3, 11)).medians()
    busy = tokens_per_chip_second(row.serving(), factors, "prefill")
    assert 8 * float(busy[0]) * utilisation == pytest.approx(32_206, rel=0.10)


def test_every_measurement_names_its_source_and_what_it_was_measured_on() -> None:
    for row in measurements():
        assert row.source_url.startswith("https://")
        assert row.value > 0
        assert architecture(row.model).name == row.model
        assert chip(row.chip).name == row.chip
