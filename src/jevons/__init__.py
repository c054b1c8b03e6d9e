"""jevons: from a GPU kernel to the price of a share, every number traced to a dated source."""

__version__ = "0.1.0"
