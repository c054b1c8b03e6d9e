"""Units: decimal factors are exact, things that are counted are told apart."""

import pytest

from jevons.errors import UserError
from jevons.facts.units import conversion_factor, known_unit
from jevons.facts.variables import variables

FACTORS = [
    ("MW", "GW", 0.001),
    ("USD_mn", "USD_bn", 0.001),
    ("USD_mn/MW", "USD_bn/GW", 1.0),  # both are dollars a watt
    ("USD/W", "USD_bn/GW", 1.0),
    ("USD/kWh", "USD/MWh", 1000.0),
    ("TWh/year", "TWh/quarter", 0.25),
    ("GW", "TWh/year", 8.766),  # 8,766 hours in a year of 365.25 days
    ("wafer/year", "wafer/month", 1 / 12),
    ("percent", "1", 0.01),
    ("Gtoken/minute", "Ttoken/day", 1.44),  # 1,440 minutes in a day
    ("Ttoken/day", "token/second", 1e12 / 86400),
    ("Mshare", "share", 1e6),
    ("TFLOP/s", "FLOP/s", 1e12),
    ("bit", "byte", 0.125),
]


@pytest.mark.parametrize(("unit", "target", "factor"), FACTORS)
def test_factors(unit: str, target: str, factor: float) -> None:
    assert conversion_factor(unit, target) == pytest.approx(factor, rel=1e-14)


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        ("token", "user"),
        ("unit", "wafer"),
        ("USD", "TWD"),
        ("GW", "TWh"),
        ("FLOP", "FLOP/s"),
        ("H100e", "unit"),
        ("user", "1"),
    ],
)
def test_different_things_do_not_convert(unit: str, target: str) -> None:
    with pytest.raises(UserError, match="does not measure what"):
        conversion_factor(unit, target)


@pytest.mark.parametrize(
    "unit", ["furlong", "GW per year", "", "USD bn", "GBP", "a(b", "1/0", "GW/", "9**9**9**9", "W²"]
)
def test_what_is_not_a_unit(unit: str) -> None:
    assert not known_unit(unit)


def test_every_variable_has_a_known_unit() -> None:
    assert [v.name for v in variables().values() if not known_unit(v.unit)] == []
