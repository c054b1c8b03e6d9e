"""What a request asks: a day, scenarios, inputs moved and shocks, all bounded and checked."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache

from jevons.errors import UserError, did_you_mean
from jevons.model.priors import Input, priors
from jevons.model.shocks import Shocks
from jevons.study.scenario import Change, Scenario, bundled, find, parse
from jevons.study.scenario_text import merged
from jevons.study.valuation_inputs import valuation_inputs

FEWEST_DRAWS, MOST_DRAWS = 100, 20_000
MOST_CHANGES = 40
MOST_FILES = 3
LONGEST_FILE = 8_000  # characters of a scenario's text
LARGEST_FACTOR = 1_000.0  # of a shock, up or down
OWN = "your settings"
FILE = "your file"


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that fixes an answer; equal questions have equal answers.

    ``scenarios`` are names of bundled ones, ``files`` texts of the reader's own; ``moves`` and
    ``shocks`` are set by hand and replace what a scenario says of the same input or shock.
    """

    as_of: date
    seed: int
    draws: int
    scenarios: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    moves: tuple[tuple[str, float], ...] = ()
    shocks: tuple[tuple[str, float], ...] = ()

    @property
    def plain(self) -> "Question":
        """The same day and draws with nothing moved."""
        return replace(self, scenarios=(), files=(), moves=(), shocks=())

    @property
    def is_plain(self) -> bool:
        """Whether nothing is moved."""
        return self == self.plain

    def digest(self, *more: object) -> str:
        """A hash of the question and of whatever else fixes an answer."""
        text = json.dumps([asdict(self), more], default=str, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def applied(self) -> list[Scenario]:
        """The scenarios to run: those named, the reader's files, then the changes of the request.

        Raises:
            UserError: a name is none of the bundled scenarios, or a text is wrong. No file is read
                for a request.
        """
        for name in self.scenarios:
            if name not in bundled():
                raise UserError(f"unknown scenario {name!r}{did_you_mean(name, bundled())}")
        chosen = [find(name) for name in self.scenarios]
        for number, text in enumerate(self.files, start=1):
            place = FILE if len(self.files) == 1 else f"{FILE} {number}"
            chosen.append(parse(text, place, place))
        if not self.moves and not self.shocks:
            return chosen
        own = {
            name: Change(value, None, None, None, unit_of(name), "set by hand")
            for name, value in self.moves
        }
        factors = dict(self.shocks)
        return [
            *(without(each, own, factors) for each in chosen),
            Scenario(OWN, {}, own, factors, None, OWN, "set by hand" if factors else ""),
        ]

    def scenario(self) -> Scenario:
        """All of :meth:`applied` as one scenario, to be kept as a file.

        Raises:
            UserError: as :meth:`applied`, or shocks of different quarters.
        """
        return merged(self.applied(), "My scenario", f"Settings of the application, {self.as_of}.")


def without(
    scenario: Scenario, changes: Mapping[str, object], factors: Mapping[str, object]
) -> Scenario:
    """The scenario without what is said of the same inputs and shocks elsewhere."""
    return replace(
        scenario,
        changes={name: each for name, each in scenario.changes.items() if name not in changes},
        factors={name: each for name, each in scenario.factors.items() if name not in factors},
    )


@cache
def known_units() -> Mapping[str, str]:
    """Units of every input that may be moved: the chain's and the valuation's, by name."""
    valued: Mapping[str, Input] = valuation_inputs()
    return {name: prior.unit for name, prior in priors().items()} | {
        name: entry.prior.unit for name, entry in valued.items()
    }


def unit_of(name: str) -> str:
    """Unit of an input."""
    return known_units()[name]


def numbers(texts: Iterable[str], what: str, known: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Read ``name:number`` texts, sorted by name.

    Raises:
        UserError: too many, a name that is not known or given twice, or no finite number.

    >>> numbers(["power:2"], "shock", ["power", "chips"])
    (('power', 2.0),)
    """
    given = list(texts)
    if len(given) > MOST_CHANGES:
        raise UserError(f"{len(given)} changes are more than {MOST_CHANGES}")
    found: dict[str, float] = {}
    names = list(known)
    for text in given:
        name, _, value = text.partition(":")
        if name not in names:
            raise UserError(f"unknown {what} {name!r}{did_you_mean(name, names)}")
        if name in found:
            raise UserError(f"{what} {name} is given twice")
        try:
            found[name] = float(value)
        except ValueError:
            raise UserError(f"{what} {text!r} is not NAME:NUMBER") from None
        if not math.isfinite(found[name]):
            raise UserError(f"{what} {text!r}: the number is not finite")
    return tuple(sorted(found.items()))


def moves(texts: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Inputs moved to a median in their own unit.

    Raises:
        UserError: as :func:`numbers`.
    """
    return numbers(texts, "input", known_units())


def shocks(texts: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Shocks as factors; a factor of 1 is none, and replaces what a scenario says of it.

    Raises:
        UserError: as :func:`numbers`, or a factor that is not within bounds.
    """
    found = numbers(texts, "shock", Shocks._fields)
    for name, factor in found:
        if not 1 / LARGEST_FACTOR <= factor <= LARGEST_FACTOR:
            raise UserError(
                f"shock {name}:{factor:g} must be a factor from {1 / LARGEST_FACTOR:g} to "
                f"{LARGEST_FACTOR:g}"
            )
    return found


def scenario_texts(given: Iterable[str]) -> tuple[str, ...]:
    """Texts of scenario files, in their order.

    Raises:
        UserError: too many, or one too long.
    """
    found = tuple(text for text in given if text.strip())
    if len(found) > MOST_FILES:
        raise UserError(f"{len(found)} scenario files are more than {MOST_FILES}")
    for text in found:
        if len(text) > LONGEST_FILE:
            raise UserError(
                f"a scenario of {len(text)} characters is longer than {LONGEST_FILE}; "
                "give it to the command line instead"
            )
    return found
