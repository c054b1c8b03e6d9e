"""The world by region, where publishers tell it: electricity of data centres, and ours beside."""

from typing import Any

import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model.clock import YEARS
from jevons.model.simulate import Block
from jevons.quantiles import rounded, summarise

WORLD = "World data centres"
REGIONS = (
    "US", "China", "Europe", "Asia-Pacific ex China", "Rest of world",
)  # fmt: skip


def electricity_by_region(snapshot: Snapshot, block: Block) -> list[dict[str, Any]]:
    """TWh of data centres a year by region and publisher, where one tells the world and regions.

    ``share``: of that publisher's world. ``ours``: the model's, which knows the US and no other
    region; what is left of its world fleet is one part, abroad, and not electricity of all data
    centres there.
    """
    energy = block.paths["us_electricity"].reshape(len(YEARS), 4, -1).mean(1)
    rows: list[dict[str, Any]] = []
    for world in snapshot.select(WORLD, "electricity_use"):
        year = world.period_end.year
        parts = {
            region: fact
            for region in REGIONS
            for fact in snapshot.select(
                f"{region} data centres", "electricity_use", world.stated_by
            )
            if fact.period_end == world.period_end
        }
        if len(parts) < 2:  # the US alone is told beside its own sources
            continue
        for region, fact in parts.items():
            told = region == "US" and year in YEARS
            ours = summarise(np.asarray(energy[YEARS.index(year)]), "TWh/year") if told else None
            rows.append(
                {
                    "year": year,
                    "stated_by": fact.stated_by,
                    "region": region,
                    "twh": fact.central,
                    "share": rounded(fact.central / world.central),
                    "ours": ours,
                    "fact": fact.fact_id,
                }
            )
    return sorted(rows, key=lambda row: (row["stated_by"], row["year"], -row["twh"]))
