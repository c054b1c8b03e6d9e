"""Compute, units and power by quarter against Epoch AI's counts, 2022 to 2026, with the error.

The model does not see these counts but for one: NVIDIA's compute of 2024 sets the price of an
H100-equivalent. Its history is NVIDIA's reported revenue over a trend of that price. So this is a
test of levels and of the split, and the errors are written down: a change of them must be seen.
Reads ../shared/data/epoch (CC BY 4.0); skipped where that folder is not.
"""

import csv
from collections import defaultdict
from datetime import date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from jevons.facts import load
from jevons.model.clock import QUARTERS
from jevons.study import Study
from jevons.study.chip_counts import H100E

COUNTS = Path(__file__).parents[3] / "shared" / "data" / "epoch" / "ai_chip_counts"
FILES = {
    "NVIDIA": "nvidia_calendar_quarter_chip_timelines.csv",
    "Google": "tpu_calendar_quarter_chip_timelines.csv",
    "Amazon": "trainium_chip_timelines.csv",
}
pytestmark = pytest.mark.skipif(
    not COUNTS.is_dir(), reason="needs ../shared/data/epoch/ai_chip_counts, which is not here"
)
DAY = date(2026, 3, 11)


@cache
def counted() -> dict[str, dict[str, tuple[float, float]]]:
    """Compute (MH100e) and units (millions) by vendor and calendar quarter."""
    found: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for vendor, name in FILES.items():
        with (COUNTS / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                day = datetime.strptime(row["Start date"], "%m/%d/%Y").date()  # noqa: DTZ007
                quarter = f"{day.year}Q{(day.month - 1) // 3 + 1}"
                compute, units = found[vendor].get(quarter, (0.0, 0.0))
                found[vendor][quarter] = (
                    compute + float(row["Compute estimate in H100e (median)"]) / 1e6,
                    units + float(row["Number of Units"]) / 1e6,
                )
    return found


@cache
def built() -> dict[str, dict[str, float]]:
    """The model's median compute (MH100e) by vendor and quarter, as of March 2026."""
    figures = Study(load(), DAY, draws=2000).build_out
    found: dict[str, dict[str, float]] = {}
    for vendor in FILES:
        rows = [i for i, product in enumerate(figures.products) if product.vendor == vendor]
        middle = np.median(figures.built[rows].sum(0), axis=-1)
        found[vendor] = dict(zip(QUARTERS, middle.tolist(), strict=True))
    return found


def year_of(table: dict[str, float], year: int) -> float:
    return sum(table[f"{year}Q{number}"] for number in range(1, 5))


@pytest.mark.parametrize(
    ("vendor", "year", "ratio"),
    [
        ("NVIDIA", 2023, 0.91),
        ("NVIDIA", 2024, 0.92),
        ("NVIDIA", 2025, 0.74),
        ("Google", 2023, 0.89),
        ("Google", 2024, 0.93),
        ("Google", 2025, 0.66),
        ("Amazon", 2024, 0.88),
        ("Amazon", 2025, 1.02),
    ],
)
def test_compute_by_vendor_and_year(vendor: str, year: int, ratio: float) -> None:
    """Ours over theirs: within a ninth for 2023 and 2024, a quarter to a third low in 2025.

    In 2025 Blackwell brought more compute a dollar than a price falling 1.33 times a year.
    """
    theirs = {quarter: compute for quarter, (compute, _) in counted()[vendor].items()}
    found = year_of(built()[vendor], year) / year_of(theirs, year)
    assert found == pytest.approx(ratio, abs=0.03)


def test_the_error_by_quarter_is_a_tenth_until_blackwell_and_a_quarter_after() -> None:
    """All vendors that are counted in the quarter, 2023Q2 to 2025Q4; 16 % on average."""
    errors = {}
    for quarter in QUARTERS[QUARTERS.index("2023Q2") : QUARTERS.index("2025Q4") + 1]:
        theirs = sum(table[quarter][0] for table in counted().values() if quarter in table)
        ours = sum(built()[vendor][quarter] for vendor in FILES if quarter in counted()[vendor])
        errors[quarter] = float(np.log(ours / theirs))
    assert max(abs(error) for quarter, error in errors.items() if quarter < "2024Q4") < 0.12
    assert max(abs(error) for error in errors.values()) < 0.42
    assert np.mean(np.abs(list(errors.values()))) == pytest.approx(0.16, abs=0.02)


def test_the_fleet_at_the_end_of_2022_is_twice_the_chips_counted_in_2022() -> None:
    """Six quarters of 2023Q1's additions, 0.65 M, against 0.30 M of NVIDIA and TPU in 2022.

    Ours stands for all that was in service, the years before 2022 included, which nobody counts.
    """
    figures = Study(load(), DAY, draws=2000).build_out
    ours = 6 * float(np.median(figures.block.paths["compute_built"][0]))
    theirs = sum(counted()["NVIDIA"][f"2022Q{number}"][0] for number in range(1, 5))
    theirs += counted()["Google"]["2022Q4"][0]
    assert ours == pytest.approx(0.65, abs=0.03)
    assert theirs == pytest.approx(0.30, abs=0.01)


def test_equivalents_per_chip_are_epochs_own() -> None:
    """Compute over units by chip is the table that turns counts into equivalents here."""
    with (COUNTS / FILES["NVIDIA"]).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            units = float(row["Number of Units"])
            if units > 1000:
                name = f"NVIDIA {row['Chip type']}"
                own = float(row["Compute estimate in H100e (median)"]) / units
                assert own == pytest.approx(H100E[name], rel=0.01), name


def test_generations_displace_each_other_when_they_did() -> None:
    """NVIDIA's share of compute from Hopper and later, Blackwell and later, by quarter."""
    figures = Study(load(), DAY, draws=500).build_out
    with (COUNTS / FILES["NVIDIA"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    later = {"Blackwell": ("B200", "B300"), "Blackwell Ultra": ("B300",)}
    gaps = []
    for name, chips in later.items():
        number = next(i for i, p in enumerate(figures.products) if p.name == name)
        nvidia = [i for i, p in enumerate(figures.products) if p.vendor == "NVIDIA"]
        for quarter in ("2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4"):
            at = QUARTERS.index(quarter)
            own = figures.built[nvidia, at].mean(-1)
            ours = own[nvidia.index(number) :].sum() / own.sum()
            start = f"{3 * int(quarter[5]) - 2}/1/{quarter[:4]}"
            theirs = {
                row["Chip type"]: float(row["Compute estimate in H100e (median)"])
                for row in rows
                if row["Start date"] == start
            }
            share = sum(theirs.get(chip, 0.0) for chip in chips) / sum(theirs.values())
            gaps.append(abs(ours - share))
    assert max(gaps) < 0.25
    assert float(np.mean(gaps)) < 0.12


def test_power_of_the_chips_follows_from_units_and_watts() -> None:
    """NVIDIA's rated chip power since 2022 over ours: IT power is 1.6 to 2.1 times chip power.

    All-in IT watts against thermal design power: 1,453 / 700 for the H100, 2,217 / 1,400 for the
    GB300. Epoch AI states chip power; the ratio is the conversion and stands apart.
    """
    with (COUNTS / "nvidia_cumulative_totals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    end = next(row for row in rows if row["End date"] == "12/31/2025")
    chip_power = float(end["Power in MW (median)"]) / 1e3
    compute = float(end["Compute estimate in H100e (median)"]) / 1e6
    figures = Study(load(), DAY, draws=500).build_out
    nvidia = [i for i, p in enumerate(figures.products) if p.vendor == "NVIDIA"]
    until = QUARTERS.index("2025Q4") + 1
    watts = np.array([figures.products[i].watts / figures.products[i].h100e for i in nvidia])
    own = figures.built[nvidia, :until].mean(-1).sum(1)
    per_compute = float((watts * own).sum() / own.sum())  # W per H100e = GW per MH100e x 1e-3
    ratio = per_compute * 1e-3 * compute / chip_power
    assert 1.5 < ratio < 2.1
