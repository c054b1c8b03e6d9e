"""What stands behind a figure: the formula, the facts it rests on, the inputs that are assumed."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jevons.errors import UserError, did_you_mean


@dataclass(frozen=True, slots=True)
class Explanation:
    """One entry of ``explanations.toml``: a formula and the names of the inputs in it."""

    name: str
    formula: str
    inputs: tuple[str, ...]


@cache
def explanations() -> Mapping[str, Explanation]:
    """Every explanation by the name of its figure, its own inputs and those it builds on."""
    text = files("jevons.study").joinpath("explanations.toml").read_text(encoding="utf-8")
    entries = cast("dict[str, dict[str, Any]]", tomllib.loads(text))

    def inputs_of(name: str) -> Iterable[str]:
        yield from entries[name].get("inputs", ())
        for part in entries[name].get("builds_on", ()):
            yield from inputs_of(part)

    return {
        name: Explanation(name, entry["formula"], tuple(dict.fromkeys(inputs_of(name))))
        for name, entry in entries.items()
    }


@cache
def _by_quantity() -> Mapping[str, str]:
    """The entry that explains each quantity."""
    text = files("jevons.study").joinpath("explanations.toml").read_text(encoding="utf-8")
    entries = cast("dict[str, dict[str, Any]]", tomllib.loads(text))
    return {q: name for name, entry in entries.items() for q in (name, *entry.get("explains", ()))}


def explain(name: str) -> Explanation:
    """The explanation of a figure or of a quantity; ``name.member`` counts as ``name``.

    Raises:
        UserError: nothing is known under the name.
    """
    stem = name.partition(".")[0]
    if stem not in _by_quantity():
        hint = did_you_mean(stem, _by_quantity())
        raise UserError(f"no figure is called {name!r}{hint}; jevons simulate lists the quantities")
    return explanations()[_by_quantity()[stem]]
