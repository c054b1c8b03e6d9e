"""A rule of buying and selling, as parsed: what buys, what guards, what sells."""

from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

from jevons.entry.spacing import equal_fill, linear, logarithmic
from jevons.ladder.phrases import SPACINGS, Phrase

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

    def steps(self) -> tuple["Rung", ...]:
        """The steps of a spacing, each buying the weight; the rung itself if it has none."""
        return tuple(replace(self, trigger=trigger) for trigger in spaced(self.trigger))


@dataclass(frozen=True, slots=True)
class Exit:
    """One sale: how much and when."""

    weight: Phrase
    trigger: Phrase

    def text(self) -> str:
        """The sale as it is written."""
        return f"sell {self.weight.text()} when {self.trigger.text()}"


def spaced(trigger: Phrase) -> tuple[Phrase, ...]:
    """The triggers that a spacing stands for, to a hundredth of a percentage point.

    >>> [step.text() for step in spaced(Phrase(SPACINGS[0], (Decimal(-20), Decimal(-40), 3)))]
    ['dd <= -20%', 'dd <= -30%', 'dd <= -40%']
    """
    if trigger.form not in SPACINGS:
        return (trigger,)
    name = trigger.form.split("(")[0].rpartition(" ")[2]
    if name == "vol":
        multiples = (_decimal(-number) for number in trigger.numbers())
        return tuple(Phrase("zdd <= {negative}", (bound,)) for bound in multiples)
    if name == "prob":
        depths = equal_fill(trigger.numbers(), trigger.number(1), trigger.number(2))
    else:
        between = {"linear": linear, "log": logarithmic}[name]
        first, last, count = (trigger.number(k) for k in range(3))
        depths = between(first / 100, last / 100, int(count))
    return tuple(Phrase("dd <= {depth}%", (_decimal(100 * depth),)) for depth in depths)


def _decimal(number: float) -> Decimal:
    return Decimal(f"{number:.2f}").normalize() + 0


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
    def layer_cap(self) -> float | None:
        """Most that the shares of a layer may weigh together, of all wealth, if it is limited."""
        caps = [g.number() / 100 for g in self.guards if g.form.startswith("max_layer_weight")]
        return min(caps, default=None)

    @property
    def steps(self) -> tuple[Rung, ...]:
        """The rungs with every spacing written out, one step a rung."""
        return tuple(step for rung in self.rungs for step in rung.steps())

    @property
    def rule_hash(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.text().encode()).hexdigest()
