"""Units of facts and variables: what they are and how they convert.

The registry is ``units.txt`` beside this module. The units library is imported on first use, so
that reading facts that already stand in their metric's unit costs nothing.
"""

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jevons.errors import UserError

if TYPE_CHECKING:
    from pint import UnitRegistry

NOTATION = re.compile(r"(1|[A-Za-z]\w*)([*/][A-Za-z]\w*)*", re.ASCII)


@cache
def registry() -> "UnitRegistry[Any]":
    """The registry of ``units.txt`` and nothing else."""
    from pint import UnitRegistry

    lines = files("jevons.facts").joinpath("units.txt").read_text(encoding="utf-8").splitlines()
    units: UnitRegistry[Any] = UnitRegistry(None, autoconvert_offset_to_baseunit=False)
    units.load_definitions(lines)
    return units


@cache
def conversion_factor(unit: str, target: str) -> float:
    """Factor that turns a figure in ``unit`` into one in ``target``.

    Raises:
        UserError: a unit is not in the registry, or the two measure different things.

    >>> conversion_factor("MW", "GW")
    0.001
    """
    if unit == target:
        return 1.0
    here, there = _parse(unit), _parse(target)
    if here.dimensionality != there.dimensionality:
        raise UserError(f"unit {unit!r} does not measure what {target!r} does")
    factor = (here / there).to_base_units().magnitude
    # 1e-3 and not 0.001000000002: the definitions are decimal, their quotients are not.
    return float(f"{factor:.15g}")


def known_unit(unit: str) -> bool:
    """Whether the text is a unit of the registry.

    >>> known_unit("USD/Mtoken"), known_unit("furlong")
    (True, False)
    """
    try:
        _parse(unit)
    except UserError:
        return False
    return True


def _parse(unit: str) -> Any:  # pint builds its quantity type at run time
    from pint.errors import PintError

    try:
        # Powers and brackets are refused before the parser can be made to compute them.
        if NOTATION.fullmatch(unit):
            return registry().Quantity(1, registry().parse_units(unit))
    except PintError:
        pass
    raise UserError(
        f"unit {unit!r} is not known; write known units joined by * and /, e.g. USD/MWh"
    )
