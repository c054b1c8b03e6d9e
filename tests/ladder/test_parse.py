"""Rules are read and printed back identically; a mistake is told with its place."""

import pytest
from hypothesis import given, settings

from jevons.entry.ladder import RULE as PROPOSED
from jevons.errors import UserError
from jevons.ladder.parse import parse
from jevons.ladder.rule import LadderRule

from .rules import rules

RULE = (
    "ladder NVDA on peak(lookback=252, field=close) "
    "{ buy 25.0% of budget when dd <= -20% and p(fv>px) >= 0.5 after 2 sessions "
    "buy 50% of remaining when close > sma(50) and regime in {calm, stress} "
    "rearm on_rebound 10% max_tranches 3 halt_if thesis_false "
    "sell 100% of remaining when close<sma(200) }"
)


@given(rules())
@settings(max_examples=200, deadline=None)
def test_every_rule_is_printed_back_identically(rule: LadderRule) -> None:
    text = rule.text()
    assert parse(text) == rule
    assert parse(text).text() == text


def test_spaces_lines_and_comments_do_not_matter() -> None:
    spread = RULE.replace(" buy", "\n  # the next step\n  buy").replace("<= -20%", "<=-20 %")
    assert parse(spread).text() == RULE
    assert parse(spread).rule_hash == parse(RULE).rule_hash


def test_the_proposed_ladder_is_in_the_language() -> None:
    text = PROPOSED.text("NVDA", PROPOSED.drawdowns(0.4))
    assert parse(text).text() == text


def test_spacings_stand_for_steps() -> None:
    def steps(trigger: str) -> list[str]:
        text = f"ladder A on peak(lookback=9, field=high) {{ buy 5% of nav when {trigger} }}"
        assert parse(text).text() == text
        return [step.trigger.text() for step in parse(text).steps]

    assert steps("dd <= linear(-10%, -30%, 3)") == ["dd <= -10%", "dd <= -20%", "dd <= -30%"]
    # 0.9, 0.9^2, 0.9^3: each the same share of the price before it.
    assert steps("dd <= log(-10%, -27.1%, 3)") == ["dd <= -10%", "dd <= -19%", "dd <= -27.1%"]
    assert steps("zdd <= vol(0.5, 1, 1.5)") == ["zdd <= -0.5", "zdd <= -1", "zdd <= -1.5"]
    # A driftless price with s = 0.4 falls by 20 % within a year with probability 0.61.
    deep = steps("dd <= prob(0.61, 0.3; 0.4, 1)")
    assert [float(step.split()[2][:-1]) for step in deep] == pytest.approx([-20, -39], abs=2)


MISTAKES = [
    (RULE.replace("dd <= -20%", "dd <= linear(-30%, -10%, 3)"), "a spacing that makes steps"),
    (RULE.replace("dd <= -20%", "dd <= liner(-10%, -30%, 3)"), "'liner' stands where"),
    (RULE.replace("dd <= -20%", "dd <= prob(0.2, 0.4; 0.4, 1)"), "falling chances in (0, 1)"),
    (RULE.replace("budget", "bugdet"), "rule:1:63: unknown word 'bugdet'; did you mean budget?"),
    (RULE.replace("dd <=", "ddd <="), "rule:1:75: unknown word 'ddd'; did you mean"),
    (RULE.replace("rearm", "reram"), "unknown word 'reram'; did you mean rearm"),
    (RULE.replace("-20%", "20%"), "or a number between -100 and 0, e.g. -20 is expected"),
    (RULE.replace("max_tranches 3", "max_tranches 1.5"), "'1.5' stands where a whole number"),
    (RULE.replace("field=close", "field=low"), "'low' stands where close or high is expected"),
    (RULE[:-2], "the rule ends, where '}' or 'sell' is expected"),
    (RULE + " buy", "'buy' stands where nothing after the last brace"),
    ("", "rule:1:1: the rule ends, where 'ladder' is expected"),
    ("ladder on peak", "a ticker, or each for every ticker is expected"),
    ("ladder A on peak(lookback=9, field=high)\n{ sel 5% }", "rule:2:3: unknown word 'sel'"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UserError) as mistake:
        parse(text)
    assert message in str(mistake.value)
