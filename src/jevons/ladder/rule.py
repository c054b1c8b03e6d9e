"""A rule of buying and selling, as parsed: what buys, what guards, what sells."""

from dataclasses import dataclass
from hashlib import sha256

from jevons.ladder.phrases import Phrase

EACH = "each"  # the name of a rule that is run on every ticker


@dataclass(frozen=True, slots=True)
class Rung:
    """One purchase: how much, when, what else must hold, and how many sessions later."""

    weight: Phrase
    trigger: Phrase
    conditions: tuple[Phrase, ...] = ()
    after: int | None = None

    def text(self) -> str:
        """The rung as it is written."""
        tests = " and ".join(test.text() for test in (self.trigger, *self.conditions))
        wait = "" if self.after is None else f" after {self.after} sessions"
        return f"buy {self.weight.text()} when {tests}{wait}"


@dataclass(frozen=True, slots=True)
class Exit:
    """One sale: how much and when."""

    weight: Phrase
    trigger: Phrase

    def text(self) -> str:
        """The sale as it is written."""
        return f"sell {self.weight.text()} when {self.trigger.text()}"


@dataclass(frozen=True, slots=True)
class LadderRule:
    """A whole rule.

    Attributes:
        name: the ticker, or :data:`EACH`. reference: the peak that falls are measured from.
        rungs: in the order written. hold: a constant share of the wealth instead of rungs.
        rearm: when a rung that has bought may buy again; never if None.
        guards: limits of the position. halts: what stops all buying for good.
        exits: sales; without one the position is held to the end.
    """

    name: str
    reference: Phrase
    rungs: tuple[Rung, ...] = ()
    hold: Phrase | None = None
    rearm: Phrase | None = None
    guards: tuple[Phrase, ...] = ()
    halts: tuple[Phrase, ...] = ()
    exits: tuple[Exit, ...] = ()

    def text(self) -> str:
        """The rule on one line; parsing it gives this rule again."""
        body = [rung.text() for rung in self.rungs]
        body += [phrase.text() for phrase in (self.hold, self.rearm) if phrase is not None]
        body += [guard.text() for guard in self.guards]
        body += [f"halt_if {halt.text()}" for halt in self.halts]
        body += [sale.text() for sale in self.exits]
        return f"ladder {self.name} on {self.reference.text()} {{ {' '.join(body)} }}"

    @property
    def rule_hash(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.text().encode()).hexdigest()
