"""The command line: parse, call, print. Every number comes from ``jevons.study``."""

from jevons.cli.program import main

__all__ = ["main"]
