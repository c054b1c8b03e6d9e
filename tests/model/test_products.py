"""Chips by vendor and generation: substitution, shares that add up, and what the table holds."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.products import (
    MIDDLES,
    compute_by_product,
    custom_share_of_compute,
    generation_shares,
    pro_rata,
    product_shares,
    products,
    standing,
    vendor_shares,
    weight,
    weights,
)

DAY = date(2026, 3, 11)


def test_a_generation_displaces_the_one_before_along_a_logistic() -> None:
    """Half at its date; 2 ln 9 widths, 0.88 years, from a tenth to nine tenths."""
    times = np.array([2024.0 - 0.2 * np.log(9), 2024.0, 2024.0 + 0.2 * np.log(9)])
    shares = generation_shares([None, 2024.0], times)
    np.testing.assert_allclose(shares[1], [0.1, 0.5, 0.9], rtol=1e-9)
    np.testing.assert_allclose(shares.sum(0), 1.0)


@given(st.lists(st.floats(2020.0, 2031.0), min_size=1, max_size=5))
def test_shares_of_a_vendor_are_a_partition_however_dates_lie(halves: list[float]) -> None:
    shares = generation_shares([None, *halves], MIDDLES)
    assert (shares >= -1e-12).all()
    np.testing.assert_allclose(shares.sum(0), 1.0, rtol=1e-12)


def test_vendors_and_products_share_out_each_kind_whole() -> None:
    chosen = products(DAY)
    shares = product_shares(chosen)
    for kind in ("gpu", "custom"):
        rows = [i for i, product in enumerate(chosen) if product.kind == kind]
        np.testing.assert_allclose(shares[rows].sum(0), 1.0, rtol=1e-12)
        of_kind = [share for each, share in vendor_shares().values() if each == kind]
        assert sum(of_kind) == pytest.approx(1.0)


def test_compute_units_watts_and_wafers_balance() -> None:
    """Products add up to what is built to 1e-9 in every draw, and so does whatever follows."""
    chosen, draws = products(DAY), np.random.default_rng(0)
    built = draws.uniform(0.1, 20.0, (len(MIDDLES), 50))
    custom = draws.uniform(0.05, 0.6, built.shape)
    parts = compute_by_product(chosen, built, custom)
    np.testing.assert_allclose(parts.sum(0), built, rtol=1e-12)
    kind = np.array([product.kind == "custom" for product in chosen])
    np.testing.assert_allclose(parts[kind].sum(0), built * custom, rtol=1e-12)
    for name in ("watts", "wafers", "hbm_gb"):
        need = weights(chosen, name)[:, :, None] * parts
        np.testing.assert_allclose(pro_rata(need.sum(0), need).sum(0), need.sum(0), rtol=1e-9)


def test_a_dollar_buys_more_custom_compute() -> None:
    """A fifth of spend at half the price is 0.4 of 1.2 units: a third."""
    share = custom_share_of_compute(np.array([0.2, 0.0]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(share, [1 / 3, 0.0])


def test_a_wafer_carries_its_packages() -> None:
    """Rubin: nine to a wafer (JPMorgan), so 1 M H100-equivalents are 1/8.8 M chips on 12,600."""
    chosen = products(DAY)
    rubin = next(product for product in chosen if product.name == "Rubin")
    assert weight(rubin, "wafers") * 1e6 == pytest.approx(12_626, abs=1)


@pytest.mark.parametrize(
    ("quantity", "first", "last"),
    [
        ("wafers", 1 / 29 / 0.315, 1 / 5 / 17.6),
        ("hbm_gb", 80 / 0.315, 384 / 17.6),
        ("watts", 926 / 0.315, 3800 / 17.6),
    ],
)
def test_designs_not_yet_announced_need_less_at_the_pace_of_those_that_are(
    quantity: str, first: float, last: float
) -> None:
    """NVIDIA's from the A100 of May 2020 to Rubin Ultra, half at 2027.95; half a year old then.

    Until that date each product needs its own; three years on, half a year less of the pace.
    """
    chosen = products(DAY)
    row = next(i for i, product in enumerate(chosen) if product.name == "Rubin Ultra")
    found = weights(chosen, quantity, np.array([2023.0, 2027.9, 2030.95]))[row]
    start = 2020 + date(2020, 5, 14).timetuple().tm_yday / 365.25
    pace = np.log(first / last) / (2027.95 - start)
    np.testing.assert_allclose(found, [last, last, last * np.exp(-2.5 * pace)], rtol=1e-6)


@given(st.sampled_from([date(2024, 1, 1), date(2025, 3, 11), DAY]))
def test_compute_never_needs_more_of_anything_as_designs_get_younger(day: date) -> None:
    chosen = products(day)
    for quantity in ("wafers", "hbm_gb", "watts"):
        assert (np.diff(weights(chosen, quantity), axis=1) <= 1e-12).all()


def test_what_stands_is_built_times_survival_by_age() -> None:
    alive = np.array([1.0, 0.9, 0.5, 0.0])[:, None]
    built = np.array([10.0, 20.0, 30.0, 40.0])[:, None]
    np.testing.assert_allclose(standing(built, alive, 2)[:, 0], [5.0, 18.0, 30.0])


def test_no_generation_is_known_before_it_was_announced() -> None:
    early, late = products(date(2024, 1, 1)), products(DAY)
    names = {product.name for product in early}
    assert "Blackwell" not in names
    assert {"Hopper", "MI350", "Rubin"} - names == {"MI350", "Rubin"}
    assert len(late) > len(early)
    assert all(product.known_on <= DAY for product in late)


def test_a_date_is_revised_by_a_later_row() -> None:
    """Blackwell's middle was a year ahead when announced, and earlier once sales were reported."""
    before, after = (
        next(p.half for p in products(day) if p.name == "Blackwell")
        for day in (date(2025, 1, 1), DAY)
    )
    assert (before, after) == (2025.2, 2024.95)
