"""Scenarios: small text files that move inputs of the chain and set shocks.

``scenarios/`` holds those that come with jevons. A file names itself, moves inputs (``median``, or
a ``factor`` on the centre that the facts give, and optionally the 80 % range) and sets shocks; each
change says why. Mistakes are named with their line. Several scenarios join; where two move one
input differently they contradict each other.
"""

import math
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from jevons.errors import UserError, did_you_mean
from jevons.facts.units import conversion_factor
from jevons.model.clock import QUARTERS
from jevons.model.priors import Input
from jevons.model.shocks import Shocks
from jevons.model.simulate import Experiment

TEXTS = ("name", "name_zh", "about", "about_zh")
NUMBERS = ("median", "factor", "p10", "p90")
CHANGE = (*NUMBERS, "unit", "why")
FOLDER = files("jevons.study").joinpath("scenarios")


@dataclass(frozen=True, slots=True)
class Change:
    """One input moved: to ``median`` in ``unit``, or by ``factor``; the 80 % range if given."""

    median: float | None
    factor: float | None
    p10: float | None
    p90: float | None
    unit: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of changes and shocks; ``at`` is the quarter of the shocks, None the first.

    ``why`` is the reason of the shocks; each change has its own.
    """

    name: str
    texts: Mapping[str, str]
    changes: Mapping[str, Change]
    factors: Mapping[str, float]
    at: str | None
    place: str
    why: str = ""

    def applied(self, experiment: Experiment, elsewhere: Collection[str] = ()) -> Experiment:
        """The experiment with inputs moved and shocks added; its draws stay the same numbers.

        Args:
            elsewhere: names of inputs that :func:`moved_inputs` moves, not the chain's.

        Raises:
            UserError: an input is none of the chain's, a unit or value is impossible for it, or
                the shocks' quarter is history.
        """
        inputs = dict(experiment.inputs)
        for name, change in self.changes.items():
            if name in elsewhere:
                continue
            if name not in inputs:
                hint = did_you_mean(name, (*inputs, *elsewhere))
                raise UserError(f"{self.place}: there is no input {name!r}{hint}")
            inputs[name] = moved(inputs[name], change, f"{self.place}: {name}")
        changed = replace(experiment, inputs=inputs)
        if not self.factors:
            return changed
        try:
            return changed.shocked(self.factors, self.at or experiment.first_forecast)
        except UserError as error:
            raise UserError(f"{self.place}: {error}") from error


def moved(entry: Input, change: Change, place: str) -> Input:
    """An input with its centre, and its range if given, moved.

    Raises:
        UserError: the unit is another kind, or a value lies where the input cannot.
    """
    prior = entry.prior
    scale = 1.0
    if change.unit is not None:
        try:
            scale = conversion_factor(change.unit, prior.unit)
        except UserError as error:
            raise UserError(f"{place}: {error}") from error
    centre = entry.quantile(0.0)
    if change.median is not None:
        centre = change.median * scale
    elif change.factor is not None:
        centre *= change.factor
    prior = replace(
        prior,
        p10=prior.p10 if change.p10 is None else change.p10 * scale,
        p90=prior.p90 if change.p90 is None else change.p90 * scale,
    )
    try:
        location, width = prior.forward(centre), prior.scale
    except (ValueError, ZeroDivisionError):
        location = width = math.nan
    if not (math.isfinite(location) and math.isfinite(width) and width > 0):
        raise UserError(
            f"{place}: {centre:g} {prior.unit} with a range from {prior.p10:g} to {prior.p90:g} is "
            f"impossible for a {prior.distribution} input; {prior.median:g} is its declared median"
        )
    # A range that is given stands; otherwise what the calibration learnt about it does.
    ranged = change.p10 is not None or change.p90 is not None
    return Input(prior, location, entry.facts, 1.0 if ranged else entry.narrowed)


def moved_inputs(inputs: Mapping[str, Input], scenarios: Sequence[Scenario]) -> dict[str, Input]:
    """Inputs other than the chain's (the valuation's) with every scenario's changes of them.

    Raises:
        UserError: a unit or value is impossible for an input.
    """
    found = dict(inputs)
    for scenario in scenarios:
        for name, change in scenario.changes.items():
            if name in found:
                found[name] = moved(inputs[name], change, f"{scenario.place}: {name}")
    return found


def bundled() -> tuple[str, ...]:
    """Names of the scenarios that come with jevons."""
    return tuple(
        sorted(
            entry.name.removesuffix(".toml") for entry in FOLDER.iterdir() if ".toml" in entry.name
        )
    )


def find(name: str) -> Scenario:
    """A bundled scenario by name, or a file.

    Raises:
        UserError: neither exists, or the file is wrong: file, line and what.
    """
    if name in bundled():
        text = FOLDER.joinpath(f"{name}.toml").read_text(encoding="utf-8")
        return parse(text, f"{name}.toml", name)
    file = Path(name)
    if not file.is_file():
        raise UserError(
            f"no scenario {name!r}{did_you_mean(name, bundled())}; bundled are "
            f"{', '.join(bundled())}, or give the path of a scenario file"
        )
    try:
        return parse(file.read_text(encoding="utf-8"), str(file), file.stem)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read ({error})") from error


def joined(
    experiment: Experiment, scenarios: Sequence[Scenario], elsewhere: Collection[str] = ()
) -> Experiment:
    """The experiment with every scenario applied; their order does not matter.

    Args:
        elsewhere: names of inputs that are not the chain's; see :func:`moved_inputs`.

    Raises:
        UserError: two scenarios move one input differently or set the same shock, or one does not
            fit the experiment.
    """
    seen: dict[str, tuple[str, object]] = {}
    for scenario in scenarios:
        shocks = {f"the shock {name}": scenario for name in scenario.factors}
        for about, value in {**scenario.changes, **shocks}.items():
            other, before = seen.setdefault(about, (scenario.name, value))
            if before != value:
                raise UserError(
                    f"scenarios {other} and {scenario.name} contradict each other about {about}; "
                    "leave one out"
                )
        experiment = scenario.applied(experiment, elsewhere)
    return experiment


def parse(text: str, place: str, name: str) -> Scenario:
    """Read a scenario's text.

    Raises:
        UserError: ``file:line: what``.
    """
    if not text.strip():
        raise UserError(f"{place} is empty; give it a name, an about, and inputs or shocks")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise UserError(f"{place}:{found[1] if found else 1}: {error}") from error
    source = _Source(text, place)
    source.only(raw, (*TEXTS, "inputs", "shocks"), "")
    for needed in ("name", "about"):
        if not isinstance(raw.get(needed), str) or not raw[needed].strip():
            raise UserError(f"{place}:1: {needed} is missing; say it in a sentence")
    inputs, shocks = (source.table(raw, section) for section in ("inputs", "shocks"))
    changes = {name: source.change(name, value) for name, value in inputs.items()}
    source.only(shocks, (*Shocks._fields, "at", "why"), "shocks")
    at = shocks.get("at")
    if at is not None and at not in QUARTERS:
        raise source.error("shocks", "at", f"{at!r} is not a quarter from {QUARTERS[0]} on")
    factors = {
        name: source.positive("shocks", name, shocks[name])
        for name in Shocks._fields
        if name in shocks
    }
    if factors and not shocks.get("why"):
        raise source.error("shocks", next(iter(factors)), "needs a why: a source, or Assumption")
    texts = {text: str(raw.get(text, "")) for text in TEXTS}
    return Scenario(name, texts, changes, factors, at, place, str(shocks.get("why", "")))


@dataclass(frozen=True, slots=True)
class _Source:
    """A scenario's text and where it stands, to name the line of what is wrong."""

    text: str
    place: str

    def error(self, section: str, key: str, message: str) -> UserError:
        return UserError(f"{self.place}:{self._line(section, key)}: {key} {message}")

    def _line(self, section: str, key: str) -> int:
        """The line of ``key = ``, or of its table's heading, inside a section."""
        inside = not section
        for number, line in enumerate(self.text.splitlines(), start=1):
            heading = re.match(r"\s*\[([^\]]+)\]", line)
            if heading:
                inside = heading[1].strip() == section
                if heading[1].strip() == f"{section}.{key}".strip("."):
                    return number
            elif inside and re.match(rf"\s*{re.escape(key)}\s*=", line):
                return number
        return 1

    def only(self, table: Mapping[str, Any], known: Sequence[str], section: str) -> None:
        for key in table:
            if key not in known:
                raise self.error(section, key, f"is not known{did_you_mean(key, known)}")

    def table(self, raw: Mapping[str, Any], section: str) -> Mapping[str, Any]:
        found = raw.get(section, {})
        if not isinstance(found, Mapping):
            raise self.error("", section, "must be a table")
        return found

    def change(self, name: str, value: Any) -> Change:
        section = f"inputs.{name}"
        if not isinstance(value, Mapping):
            raise self.error("inputs", name, "must be a table, for example [inputs.elasticity]")
        self.only(value, CHANGE, section)
        numbers: dict[str, Any] = {key: value[key] for key in NUMBERS if key in value}
        for key, number in numbers.items():
            if not isinstance(number, int | float) or isinstance(number, bool):
                raise self.error(section, key, f"{number!r} is not a number")
        self._consistent(section, name, numbers, value)
        median, factor, p10, p90 = (numbers.get(key) for key in NUMBERS)
        return Change(median, factor, p10, p90, value.get("unit"), value["why"])

    def _consistent(
        self, section: str, name: str, numbers: Mapping[str, float], value: Mapping[str, Any]
    ) -> None:
        if not value.get("why"):
            raise self.error("inputs", name, "needs a why: a source, or Assumption and the reason")
        if "median" in numbers and "factor" in numbers:
            raise self.error(section, "factor", "and median contradict each other; give one")
        if not numbers:
            raise self.error("inputs", name, "moves nothing; give a median or a factor")
        if "factor" in numbers:
            self.positive(section, "factor", numbers["factor"])
        if numbers.keys() - {"factor"} and "unit" not in value:
            raise self.error("inputs", name, "needs the unit of its numbers")
        ordered = [numbers[key] for key in ("p10", "median", "p90") if key in numbers]
        if ordered != sorted(set(ordered)):
            raise self.error(section, "p10" if "p10" in numbers else "p90", "is out of order")

    def positive(self, section: str, key: str, value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        raise self.error(section, key, f"{value!r} must be a factor above 0")
