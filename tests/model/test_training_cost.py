"""Training cost against published hours, and its arithmetic."""

import jax.numpy as jnp
import pytest

from jevons.errors import UserError
from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.training_cost import flop_per_token, pretraining, reinforcement


@pytest.mark.parametrize(
    ("model", "on", "tokens", "context", "hours"),
    [
        ("deepseek-v3", "H800", 14.8e12, 4096, 2.664e6),  # arXiv 2412.19437
        ("llama-3.1-405b", "H100", 15.6e12, 8192, 30.84e6),  # Llama 3.1 model card
    ],
)
def test_published_hours_within_fifteen_percent(
    model: str, on: str, tokens: float, context: int, hours: float
) -> None:
    run = pretraining(architecture(model), chip(on), tokens, context=context)
    assert float(run.chip_hours) == pytest.approx(hours, rel=0.15)


def test_flop_per_token_of_deepseek_v3() -> None:
    # 6 x 36.6 + causal attention 30.7 + multi-token prediction about 9.7 = 260 GFLOP
    assert flop_per_token(architecture("deepseek-v3"), 4096) / 1e9 == pytest.approx(260, abs=0.5)


def test_flop_of_llama_405b_as_stated() -> None:
    run = pretraining(architecture("llama-3.1-405b"), chip("H100"), 15.6e12, context=8192)
    assert float(run.flop) == pytest.approx(3.8e25, rel=0.04)


def test_mfu_and_goodput_are_apart_and_price_is_per_hour() -> None:
    model, h100 = architecture("llama-3.1-8b"), chip("H100")
    one = pretraining(model, h100, 1e12, mfu=0.4, goodput=0.5, price_per_hour=3.0)
    two = pretraining(model, h100, 1e12, mfu=jnp.array([0.2, 0.4]), goodput=1.0)
    assert float(one.chip_hours) == pytest.approx(float(two.chip_hours[0]))
    assert float(one.usd) == pytest.approx(3 * float(one.chip_hours))
    assert float(one.mwh) == pytest.approx(float(one.chip_hours) * 700 / 1e6)


def test_reinforcement_adds_roll_outs() -> None:
    model, h800 = architecture("deepseek-v3"), chip("H800")
    slow, fast = (reinforcement(model, h800, 1e11, rate) for rate in (500.0, 2000.0))
    saved = 1e11 / 3600 * (1 / 500 - 1 / 2000)
    assert float(slow.chip_hours - fast.chip_hours) == pytest.approx(saved, rel=1e-3)


def test_mistakes() -> None:
    model, h100 = architecture("llama-3.1-8b"), chip("H100")
    with pytest.raises(UserError, match="mfu must be above 0 and at most 1"):
        pretraining(model, h100, 1e12, mfu=1.5)
    with pytest.raises(UserError, match="tokens 0 must be above 0"):
        pretraining(model, h100, 0)
    with pytest.raises(UserError, match="price per chip-hour must not be negative"):
        pretraining(model, h100, 1e12, price_per_hour=-1.0)
