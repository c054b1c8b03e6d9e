"""Buying in steps while a price falls: at which prices, how likely, and whether at all."""

from jevons.entry.episodes import Episode, clusters, episodes
from jevons.entry.fill import depth_for, fill_probability
from jevons.entry.ladder import RULE, Ladder, Rung, Trial, propose
from jevons.entry.rule import Rule
from jevons.entry.spacing import equal_fill, linear, logarithmic, volatility_scaled

__all__ = [
    "RULE",
    "Episode",
    "Ladder",
    "Rule",
    "Rung",
    "Trial",
    "clusters",
    "depth_for",
    "episodes",
    "equal_fill",
    "fill_probability",
    "linear",
    "logarithmic",
    "propose",
    "volatility_scaled",
]
