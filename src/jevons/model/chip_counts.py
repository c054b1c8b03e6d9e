"""Chips shipped as Epoch AI counts them, as compute of H100-equivalents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jevons.facts.snapshot import Snapshot
from jevons.model.clock import quarter_of

# 8-bit rate over the H100's, by the name in Epoch AI's counts (its own table of equivalents).
H100E: Mapping[str, float] = {
    "NVIDIA A100": 0.315, "NVIDIA A800": 0.315, "NVIDIA H100": 1.0, "NVIDIA H800": 1.0,
    "NVIDIA H20": 0.15, "NVIDIA B200": 2.527, "NVIDIA B300": 2.527, "Google TPU v4": 0.139,
    "Google TPU v4i": 0.07, "Google TPU v5e": 0.199, "Google TPU v5p": 0.464,
    "Google TPU v6e": 0.928, "Google TPU v7": 2.331, "Amazon Trainium1": 0.212,
    "Amazon Trainium2": 0.656, "AMD MI250X": 0.193, "AMD MI300A": 0.991, "AMD MI300X": 1.321,
    "AMD MI308X": 0.33, "AMD MI325X": 1.314, "AMD MI350X": 2.331, "AMD MI355X": 2.543,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shipment:
    """Chips of one type that were shipped in a calendar quarter, in millions, and the fact."""

    quarter: str
    chip: str
    units: float
    fact: str

    @property
    def vendor(self) -> str:
        """The first word of the chip's name."""
        return self.chip.split()[0]


def shipments(snapshot: Snapshot) -> list[Shipment]:
    """Every count of a quarter that is whole, as known by the day."""
    return [
        Shipment(quarter_of(fact.period_end), fact.entity, fact.central / 1e6, fact.fact_id)
        for fact in snapshot.select(metric="units_shipped_quarter")
        if fact.entity in H100E and fact.known_on >= fact.period_end
    ]


def compute_by_quarter(counts: Iterable[Shipment]) -> dict[str, tuple[float, list[str]]]:
    """Compute shipped by calendar quarter (MH100e) and the facts."""
    found: dict[str, tuple[float, list[str]]] = {}
    for each in counts:
        total, facts = found.get(each.quarter, (0.0, []))
        found[each.quarter] = (total + each.units * H100E[each.chip], [*facts, each.fact])
    return found


def counted_compute(snapshot: Snapshot) -> dict[str, tuple[float, list[str]]]:
    """Compute of all vendors' counts by calendar quarter (MH100e) and the facts.

    A quarter in which a vendor of an earlier quarter has no count yet is left out.
    """
    counts = shipments(snapshot)
    vendors: dict[str, set[str]] = {}
    for each in counts:
        vendors.setdefault(each.quarter, set()).add(each.vendor)
    whole, seen = set[str](), set[str]()
    for quarter in sorted(vendors):
        seen |= vendors[quarter]
        if vendors[quarter] == seen:
            whole.add(quarter)
    return compute_by_quarter(each for each in counts if each.quarter in whole)
