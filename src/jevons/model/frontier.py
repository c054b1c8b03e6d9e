"""The frontier between throughput and interactivity: one service at many batch sizes at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from jevons.errors import UserError
from jevons.model.cost_document import contributions, describe, quantity
from jevons.model.roofline_terms import Stages
from jevons.model.service_rate import Factors
from jevons.model.serving import (
    Serving,
    cached_seconds,
    decode,
    time_per_output_token,
    tokens_per_chip_second,
)
from jevons.model.token_price import hourly_price, power


def doubling(first: int, last: int) -> tuple[int, ...]:
    """Batch sizes from ``first``, doubling, up to and with ``last``.

    Raises:
        UserError: below 1, or the wrong way round.

    >>> doubling(1, 6)
    (1, 2, 4, 6)
    """
    if not 1 <= first <= last:
        raise UserError(f"sweep {first}..{last} must run from at least 1 to a larger batch")
    sizes = []
    while first < last:
        sizes.append(first)
        first *= 2
    return (*sizes, last)


def frontier_document(
    serving: Serving, batches: Sequence[int], factors: Factors, price_per_hour: float | None
) -> dict[str, Any]:
    """Throughput, interactivity and cost at every batch that fits, as quantiles.

    Args:
        serving: the service; its own batch is not used. factors: (draw,) by name.
    """
    setup = serving.setup
    most = setup.largest_batch(serving.context_in + serving.context_out)
    sizes = [size for size in batches if size <= most]
    # One evaluation for all: the roofline broadcasts batches (batch,) against draws (draw, 1).
    many = replace(serving, batch=cast("int", np.asarray(sizes, dtype=np.float32)))
    columns = {name: values[:, None] for name, values in factors.items()}
    rate = tokens_per_chip_second(many, columns)
    paid = 1.0 / rate + cached_seconds(serving)
    user = 1.0 / time_per_output_token(many, columns)
    stages = decode(many, columns)[0]
    watts = power(setup.chip, factors)
    hour = hourly_price(setup.chip, factors, watts, price_per_hour)
    rows = [
        {
            "batch": size,
            "tokens_per_s_per_user": quantity(user[:, at], "token/s"),
            "tokens_per_s_per_chip": quantity(rate[:, at], "token/s"),
            "usd_per_mtok": quantity(hour.usd / 3600.0 * 1e6 * paid[:, at], "USD/Mtoken"),
            "joule_per_token": quantity(watts / rate[:, at], "J/token"),
            "bound": contributions(_one(stages, at))[1],
        }
        for at, size in enumerate(sizes)
    ]
    left_out = [size for size in batches if size > most]
    setting = describe(replace(serving, batch=sizes[-1]), 1.0, "swept")
    return {
        "model": setup.model.name,
        "chip": setup.chip.name,
        "phase": "serve",
        "frontier": rows,
        "largest_batch": most,
        "left_out": left_out,
        "setup": {name: value for name, value in setting.items() if not name.startswith("batch")}
        | {"price": hour.basis},
    }


def _one(stages: Stages, at: int) -> Stages:
    """The stages of one batch size, (draw,), from those of all, (draw, batch) or less."""
    whole = np.broadcast_shapes(*(part.shape for part in stages))
    return Stages(*(np.broadcast_to(part, whole)[:, at] for part in stages))
