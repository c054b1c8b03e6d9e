"""Prices as they were known: read, merged with the facts, and how far they have fallen."""

from jevons.market.drawdown import drawdown_state
from jevons.market.known_prices import prices
from jevons.market.price_table import PriceHistory, PriceTable
from jevons.market.read_prices import read_prices
from jevons.market.volatility import Volatility, annual_volatility, volatility_of

__all__ = [
    "PriceHistory",
    "PriceTable",
    "Volatility",
    "annual_volatility",
    "drawdown_state",
    "prices",
    "read_prices",
    "volatility_of",
]
