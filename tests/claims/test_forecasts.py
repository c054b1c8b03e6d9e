"""The file of own forecasts: added to, never edited, whole or as it was."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jevons.claims.forecasts import Forecast, file_forecasts, filed, forecast_file
from jevons.errors import UserError

RANGE = Forecast(
    as_of=date(2025, 3, 11), filed_on=date(2025, 3, 12), version="0.1", fact_hash="abc",
    calibration="key", seed=1, draws=300, name="buyers_capex", quarter="2025Q2",
    unit="USD_bn/quarter", p05=60.0, p25=70.0, p50=80.0, p75=90.0, p95=110.0, probability=None,
)  # fmt: skip
CHANCE = replace(
    RANGE, name="thesis-shortfall-2028", quarter="", unit="1", p05=None, p25=None, p50=None,
    p75=None, p95=None, probability=0.2155,
)  # fmt: skip


def test_what_is_filed_is_read_back() -> None:
    assert filed() == ()
    assert file_forecasts([RANGE, CHANCE]) == 2
    assert filed() == (RANGE, CHANCE)
    assert filed()[0].quantiles == {0.05: 60.0, 0.25: 70.0, 0.5: 80.0, 0.75: 90.0, 0.95: 110.0}
    assert filed()[1].quantiles == {}


def test_the_same_forecast_is_filed_once_and_never_edited() -> None:
    file_forecasts([RANGE])
    again = replace(RANGE, filed_on=date(2026, 1, 1), p50=99.0)
    assert file_forecasts([again]) == 0
    assert filed() == (RANGE,)
    assert file_forecasts([replace(RANGE, version="0.2")]) == 1  # another model, another forecast
    assert file_forecasts([replace(RANGE, calibration="")]) == 1  # the priors alone, another one


def test_a_file_of_before_calibration_is_read() -> None:
    file_forecasts([replace(RANGE, calibration="")])
    text = forecast_file().read_text(encoding="utf-8")
    old = text.replace(",calibration,", ",").replace(",abc,,", ",abc,")
    assert old.count(",") == text.count(",") - 2
    forecast_file().write_text(old, encoding="utf-8")
    assert filed() == (replace(RANGE, calibration=""),)


def test_a_forecast_filed_long_after_its_day_is_hindsight() -> None:
    assert RANGE.prompt
    assert not replace(RANGE, filed_on=date(2025, 5, 1)).prompt


def test_a_damaged_file_is_named_and_left_alone() -> None:
    file_forecasts([RANGE])
    damaged = forecast_file().read_text(encoding="utf-8").replace("60.0", "sixty")
    forecast_file().write_text(damaged, encoding="utf-8")
    with pytest.raises(UserError, match=r"forecasts.csv cannot be read .*sixty.*repair or move it"):
        file_forecasts([CHANCE])
    assert forecast_file().read_text(encoding="utf-8") == damaged


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    monkeypatch.setenv("JEVONS_HOME", str(tmp_path / "home"))
    with pytest.raises(UserError, match="your forecasts cannot be kept in"):
        file_forecasts([RANGE])
