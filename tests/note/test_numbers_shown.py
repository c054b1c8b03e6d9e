"""Every number shown is in figures.json, or follows from it by a step that the page names."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from jevons.note.numbers import day_position, position
from jevons.note.render import page

from .reading import Page, chart_rows, numbers

PLACES = {"x", "order", "right", "top", "bottom", "middle", "text_x"}  # fields that are places
SCALES = (1.0, 100.0, *(10.0**power for power in (-4, -3, -1, 1, 3)))  # percent, 亿, mn, bn, tn

pytestmark = pytest.mark.usefixtures("small_bundle")


def unknown(shown: Sequence[float], known: Sequence[float], tolerance: float) -> list[float]:
    """Those of ``shown`` that no known number is within a relative tolerance of."""
    values, given = np.unique(shown), np.unique(known)
    right = np.clip(np.searchsorted(given, values), 1, len(given) - 1)
    gap = np.minimum(np.abs(values - given[right - 1]), np.abs(values - given[right]))
    return [float(value) for value in values[gap > tolerance * np.abs(values)]]


def derived(figures: dict[str, Any]) -> Iterator[float]:
    """What the page computes, worked here again from the figures."""
    for company in figures["companies"]:
        if company["fair_value"]:
            yield from (
                max(value / company["price"], 0.01)
                for value in numbers(company["fair_value"])  # value over price
            )
        path = company["ai_revenue"]
        rates = {
            quarter: {level: 4 * path[level][path["quarter"].index(quarter)] for level in LEVELS}
            for quarter in ("2025Q1", "2028Q4")
        }
        yield from numbers(rates)  # annual rates
        yield rates["2028Q4"]["p50"] / rates["2025Q1"]["p50"]  # growth
    for row in figures["implied"]:
        if row["implied"]:
            yield row["implied"] / row["base"]["p50"]
    for paths in figures["capex"].values():
        for year in range(2023, 2031):
            sums = [year_sum(path, year) for path in paths.values()]
            yield from (*sums, sum(sums))
    yield from steps(figures)
    yield from counts(figures)
    yield from build_out(figures)


def build_out(figures: dict[str, Any]) -> Iterator[float]:
    """Parts put together in the sections of chips, power, sites and money."""
    for parts in figures["supply"]["fleet"].values():
        rows = [path["mean"] for path in parts.values()]
        for at, old in enumerate(zip(*rows[:3], strict=True)):
            yield sum(old)  # the oldest vintages are one area
            whole = sum(row[at] for row in rows)
            yield from (row[at] / whole for row in rows)
    volumes = figures["power_context"]["chip_count"]["volumes"]
    for year in {row["year"] for row in volumes}:
        yield sum(row["it_gw"] for row in volumes if row["year"] == year)
    factors = figures["power_context"]["realisation"]["mean_net_gw_2028"]
    yield from map(float, factors)
    sites = figures["campuses"]["sites"]
    for year in sites[0]["by_year"]:
        yield sum(site["by_year"][year] for site in sites[6:])
    rows = figures["capital"]["reconciliation"]
    yield from (sum(row["ai"].values()) for row in rows)
    modelled = sum(row["modelled"]["p50"] for row in rows)
    yield modelled / sum(row["reported"]["cash"] for row in rows)


LEVELS = ("p05", "p25", "p50", "p75", "p95")


def year_sum(path: dict[str, Any], year: int) -> float:
    """Sum of the means of a year's quarters."""
    return sum(
        float(mean)
        for quarter, mean in zip(path["quarter"], path["mean"], strict=True)
        if quarter.startswith(str(year))
    )


def steps(figures: dict[str, Any]) -> Iterator[float]:
    """Ends of the waterfall's bars, and midpoints of stated ranges."""
    row = next(row for row in figures["power"] if row["year"] == 2028)
    for whole, parts in (
        ("demand_gw", [row["under_construction_gw"], row["grid_gw"]]),
        ("gross_shortfall_gw", list(row["options_gw"].values())),
    ):
        level = row[whole]["mean"]
        for part in parts:
            yield from (level - part["p05"], level - part["p95"])
            level -= part["mean"]
            yield level
    for stated in (*figures["power_published"], *figures["observed"]["us_electricity"]):
        for figure in (stated, *stated.values()):
            if isinstance(figure, dict) and figure.get("low") is not None:
                yield (figure["low"] + figure["high"]) / 2


def counts(figures: dict[str, Any]) -> Iterator[float]:
    """How many facts a source has, and how many points a quantity."""
    titles = [fact["source_title"] for fact in figures["facts"].values()]
    yield from (titles.count(title) for title in set(titles))
    for name, points in figures["observed"].items():
        yield len(points)
        path = figures["quantities"][name]
        inside = 0
        for point in points:
            at = path["quarter"].index(point["quarter"])
            value = point["value"] or (point["low"] + point["high"]) / 2
            inside += path["p05"][at] <= value <= path["p95"][at]
        yield inside / len(points)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_numbers_of_the_tables(
    figures: dict[str, Any], pages: dict[str, Page], language: str
) -> None:
    shown = [value for value, _ in pages[language].values]
    assert len(shown) > 500
    assert unknown(shown, [*numbers(figures), *derived(figures)], 1e-9) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_numbers_of_the_charts(
    figures: dict[str, Any], pages: dict[str, Page], language: str
) -> None:
    """Charts keep six significant digits of a number in the unit of the axis."""
    shown = [
        value
        for spec in pages[language].charts
        for row in chart_rows(spec)
        for name, value in row.items()
        if isinstance(value, float) and name not in PLACES
    ]
    assert len(shown) > 3000
    known = {0.0, *numbers(figures), *derived(figures)}
    assert unknown(shown, [value * scale for value in known for scale in SCALES], 6e-6) == []


def test_the_place_of_a_quarter_is_its_middle() -> None:
    """The first quarter's middle is 46 of 365 days in; the axis counts quarters of a year."""
    assert position("2025Q1") == 2025 + 1 / 8
    assert position("2025Q1") == pytest.approx(day_position("2025-02-15"), abs=0.003)


def test_a_changed_figure_changes_the_page(figures: dict[str, Any]) -> None:
    before = page(figures, "en", ("en",))
    figures["companies"][0]["price"] = 4321.0
    after = Page(page(figures, "en", ("en",)))
    assert "4,321.00" not in before
    assert (4321.0, "4,321.00") in after.values
