"""What a request asks: a day, scenarios, inputs moved and shocks, all bounded and checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from jevons.errors import UserError, did_you_mean
from jevons.model.priors import priors
from jevons.model.shocks import Shocks
from jevons.study.scenario import Change, Scenario, bundled, find

MOST_DRAWS = 20_000
MOST_CHANGES = 40
OWN = "your settings"


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that fixes an answer; equal questions have equal answers."""

    as_of: date
    seed: int
    draws: int
    scenarios: tuple[str, ...] = ()
    moves: tuple[tuple[str, float], ...] = ()
    shocks: tuple[tuple[str, float], ...] = ()

    def applied(self) -> list[Scenario]:
        """The scenarios to run: those named, then the changes of the request itself.

        Raises:
            UserError: a name is none of the bundled scenarios; files are not read for a request.
        """
        for name in self.scenarios:
            if name not in bundled():
                raise UserError(f"unknown scenario {name!r}{did_you_mean(name, bundled())}")
        chosen = [find(name) for name in self.scenarios]
        if not self.moves and not self.shocks:
            return chosen
        changes = {
            name: Change(value, None, None, None, None, "set by hand") for name, value in self.moves
        }
        return [*chosen, Scenario(OWN, {}, changes, dict(self.shocks), None, OWN)]


def numbers(texts: Iterable[str], what: str, known: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Read ``name:number`` texts, sorted by name.

    Raises:
        UserError: too many, a name that is not known or given twice, or no number.

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
    return tuple(sorted(found.items()))


def moves(texts: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Inputs moved to a median in their own unit."""
    return numbers(texts, "input", priors())


def shocks(texts: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Shocks as factors; a factor of 1 is none and is left out."""
    return tuple(row for row in numbers(texts, "shock", Shocks._fields) if row[1] != 1.0)
