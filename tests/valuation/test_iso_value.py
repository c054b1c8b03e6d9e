"""Curves of equal value: every pair of the curve gives the price when it is put back."""

from dataclasses import replace

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.valuation.chain_inputs import driver
from jevons.valuation.company import company_of
from jevons.valuation.implied import median_value, roots
from jevons.valuation.iso_value import LEVELS, iso_value
from jevons.valuation.value import value_company

from .reports import AS_OF, annual_report, chain, normals, snapshot

NVDA = company_of("NVDA")
PATHS, FACTS, Z = chain("NVDA"), snapshot(annual_report("NVDA")), normals(NVDA)


def scale_of(dollars: float) -> float:
    """The scale on the build-out whose median driver is so many dollars."""
    found, _ = roots(
        lambda scale: float(np.median(driver(PATHS, AS_OF, scale))) / dollars - 1, 0.01, 50.0
    )
    return found[0]


def test_every_pair_gives_the_price() -> None:
    value = value_company(NVDA, PATHS, FACTS, Z, None)
    assert value.per_share is not None
    value = replace(value, price=float(np.median(value.per_share)))
    points = iso_value(value, PATHS, FACTS, Z, "margin_change")["points"]
    checked = 0
    for z, point in zip(LEVELS, points, strict=True):
        if point["implied"] is None:
            continue
        fixed = {**Z, "NVDA_margin_change": np.full(PATHS.draws, z)}
        at = median_value(value_company(NVDA, PATHS, FACTS, fixed, value.price))
        scale = scale_of(point["implied"])
        assert at(scale) == pytest.approx(value.price, rel=1e-4)  # six digits of the driver
        checked += 1
    assert checked >= 5


def test_a_better_margin_needs_a_smaller_build_out() -> None:
    value = value_company(NVDA, PATHS, FACTS, Z, 100.0)
    assert value.per_share is not None
    value = replace(value, price=float(np.median(value.per_share)))
    points = iso_value(value, PATHS, FACTS, Z, "margin_change")["points"]
    implied = [p["implied"] for p in points if p["implied"] is not None]
    assert implied == sorted(implied, reverse=True)
    assert [p["percentile"] for p in points] == sorted(p["percentile"] for p in points)


def test_what_has_no_curve_is_refused() -> None:
    value = value_company(NVDA, PATHS, FACTS, Z, None)
    with pytest.raises(UserError, match="no curve for NVDA: its price is not known"):
        iso_value(value, PATHS, FACTS, Z, "margin_change")
    with pytest.raises(UserError, match="has no input 'margin'; did you mean margin_change"):
        iso_value(replace(value, price=1.0), PATHS, FACTS, Z, "margin")
