"""Accelerators: dated figures, each with its own source.

``chips.csv`` holds one figure a row, so that a price or a power figure can be newer than the chip.
A :class:`Chip` is what was known of one chip by a date. Rates are dense; link rates count both
directions as vendors state them.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from jevons.errors import UserError, did_you_mean

PRECISIONS = ("bf16", "fp8", "fp4", "int8")
_ALIASES = {
    "h100 sxm": "H100",
    "h200 sxm": "H200",
    "h800 sxm": "H800",
    "a100 sxm 80gb": "A100",
    "ironwood": "TPU v7",
    "trillium": "TPU v6e",
}


# Chips of one design: what their kernels reach is alike, and unlike that of other designs.
_GENERATIONS = {
    "Ampere": ("A100",),
    "Hopper": ("H100", "H200", "H800", "H20"),
    "Blackwell": ("B200", "B300", "GB200", "GB300"),
    "CDNA3": ("MI300X", "MI325X"),
    "CDNA4": ("MI350X", "MI355X"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure of a chip, in ``unit``; ``fact_id`` may be empty."""

    chip: str
    quantity: str
    value: float
    low: float | None
    high: float | None
    unit: str
    period_start: date
    known_on: date
    fact_id: str
    source_title: str
    source_url: str
    note: str

    @property
    def source(self) -> str:
        """The source in one line, for reports."""
        label = f"{self.fact_id} " if self.fact_id else ""
        return f"{self.chip} {self.quantity}: {label}{self.source_title} {self.source_url}".strip()


@dataclass(frozen=True, slots=True)
class Chip:
    """What was known of one accelerator by a date."""

    name: str
    released: date
    figures: Mapping[str, Figure]

    @property
    def generation(self) -> str:
        """The design that the chip shares with others, else its own name."""
        return next((name for name, chips in _GENERATIONS.items() if self.name in chips), self.name)

    @property
    def levels(self) -> tuple[str, str]:
        """The generation, then the chip: the later has the say where both have factors."""
        return self.generation, self.name

    @property
    def serving_precision(self) -> str:
        """What weights are served in unless said otherwise: FP8, else BF16, else what there is."""
        order = ("fp8", "bf16", *PRECISIONS)
        return next((name for name in order if name in self.figures), "bf16")

    def value(self, quantity: str) -> float | None:
        """The figure's value in its unit, or None where no source was found."""
        figure = self.figures.get(quantity)
        return None if figure is None else figure.value

    def needed(self, quantity: str, purpose: str) -> float:
        """The figure's value, where a calculation cannot do without it.

        Raises:
            UserError: no sourced figure is in the catalogue.
        """
        value = self.value(quantity)
        if value is None:
            raise UserError(
                f"chip {self.name}: no sourced figure for {quantity}, needed for {purpose}"
            )
        return value

    def rate(self, precision: str) -> float:
        """Dense FLOP/s at a precision.

        Raises:
            UserError: the chip has no such rate; the message names those it has.
        """
        figure = self.figures.get(precision)
        if figure is None:
            have = ", ".join(name for name in PRECISIONS if name in self.figures)
            raise UserError(f"chip {self.name} has no {precision} rate; it has {have}")
        return figure.value * 1e12


@cache
def chip_figures() -> Mapping[str, tuple[Figure, ...]]:
    """All figures by chip, in the order of the file."""
    text = files("jevons.model").joinpath("chips.csv").read_text(encoding="utf-8")
    by_chip: dict[str, list[Figure]] = {}
    for row in csv.DictReader(text.splitlines()):
        released = row["quantity"] == "released"
        figure = Figure(
            chip=row["chip"],
            quantity=row["quantity"],
            # A release day is a date; as a number it is the day's ordinal.
            value=date.fromisoformat(row["value"]).toordinal() if released else float(row["value"]),
            low=float(row["low"]) if row["low"] else None,
            high=float(row["high"]) if row["high"] else None,
            unit=row["unit"],
            period_start=date.fromisoformat(row["period_start"]),
            known_on=date.fromisoformat(row["known_on"]),
            fact_id=row["fact_id"],
            source_title=row["source_title"],
            source_url=row["source_url"],
            note=row["note"],
        )
        by_chip.setdefault(figure.chip, []).append(figure)
    return {name: tuple(figures) for name, figures in by_chip.items()}


def chip(name: str, as_of: date | None = None) -> Chip:
    """Look a chip up by name, case ignored, with the figures known by ``as_of``.

    Of several figures of one quantity the one about the latest period counts, then the latest
    known. ``as_of`` None means everything in the catalogue.

    Raises:
        UserError: no such chip (the message suggests the nearest), or not yet known or on sale.

    >>> chip("h100").value("memory")
    80.0
    """
    by_fold = {known.casefold(): known for known in chip_figures()} | _ALIASES
    found = by_fold.get(" ".join(name.casefold().replace("nvidia", "").split()))
    if found is None:
        raise UserError(f"unknown chip {name!r}{did_you_mean(name, chip_figures())}")
    latest: dict[str, Figure] = {}
    for figure in chip_figures()[found]:
        if as_of is not None and figure.known_on > as_of:
            continue
        held = latest.get(figure.quantity)
        age = (figure.period_start, figure.known_on)
        if held is None or age >= (held.period_start, held.known_on):
            latest[figure.quantity] = figure
    release = next(f for f in chip_figures()[found] if f.quantity == "released")
    released = date.fromordinal(int(release.value))
    if as_of is not None and (released > as_of or "released" not in latest):
        raise UserError(
            f"chip {found} was not on sale on {as_of}: it was released on {released}; "
            "choose a later date or an earlier chip"
        )
    return Chip(found, released, latest)


def chip_names() -> tuple[str, ...]:
    """Names of the catalogue's chips."""
    return tuple(chip_figures())
