"""The table of variables: name, unit, bounds and meaning of every fact metric, input and output.

One file, ``variables.csv``, is read by validation, documentation and the labels of charts.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

from jevons.errors import UserError, did_you_mean

Kind = Literal["fact", "forecast", "input", "output"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of the table.

    ``kind``: ``fact`` (a metric that is known only after its period ends), ``forecast`` (a metric
    that may be published before its period ends: guidance, plans, contracts, outlooks), ``input``
    or ``output`` of the model. ``dimensions``: named axes beside ``draw``. ``lower`` and ``upper``
    bound every value, in ``unit``. ``owner``: the link of the chain that it belongs to.
    """

    name: str
    kind: Kind
    unit: str
    dimensions: tuple[str, ...]
    lower: float | None
    upper: float | None
    owner: str
    english: str
    chinese: str
    meaning: str

    @property
    def is_metric(self) -> bool:
        """Whether a fact can state it."""
        return self.kind in ("fact", "forecast")


@cache
def variables() -> Mapping[str, Variable]:
    """The whole table by name, in the order of the file.

    >>> variables()["electricity_use"].unit
    'TWh/year'
    """
    text = files("jevons.facts").joinpath("variables.csv").read_text(encoding="utf-8")
    table: dict[str, Variable] = {}
    for row in csv.DictReader(io.StringIO(text)):
        if row["name"] in table:
            raise ValueError(f"variables.csv declares {row['name']} twice")
        table[row["name"]] = Variable(
            name=row["name"],
            kind=cast("Kind", row["kind"]),
            unit=row["unit"],
            dimensions=tuple(row["dimensions"].split()),
            lower=float(row["lower"]) if row["lower"] else None,
            upper=float(row["upper"]) if row["upper"] else None,
            owner=row["owner"],
            english=row["english"],
            chinese=row["chinese"],
            meaning=row["meaning"],
        )
    return MappingProxyType(table)


def variable(name: str) -> Variable:
    """One variable.

    Raises:
        UserError: no variable has this name.
    """
    try:
        return variables()[name]
    except KeyError:
        raise UserError(
            f"no variable is called {name!r}{did_you_mean(name, variables())}"
        ) from None
