"""jevons: from a GPU kernel to the price of a share, every number traced to a dated source.

``import jevons as jv`` gives the interface of :mod:`jevons.api`; it is loaded when first used, so
that the command line starts at once.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for those who check types; at run time __getattr__ loads them
    from jevons.api import (
        Change,
        Drawing,
        PriceTable,
        Scenario,
        Store,
        Study,
        UserError,
        as_of,
        cost,
        fan,
        frontier,
        load_facts,
        read_prices,
        rows,
        scenario,
        scenarios,
    )

__version__ = "0.1.0"
__all__ = [
    "Change",
    "Drawing",
    "PriceTable",
    "Scenario",
    "Store",
    "Study",
    "UserError",
    "__version__",
    "as_of",
    "cost",
    "fan",
    "frontier",
    "load_facts",
    "read_prices",
    "rows",
    "scenario",
    "scenarios",
]


if not TYPE_CHECKING:  # else a type checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name in __all__:
            from jevons import api

            return getattr(api, name)
        raise AttributeError(f"module 'jevons' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
